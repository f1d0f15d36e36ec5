/* SPDX-License-Identifier: Apache-2.0 */
#include "access/team.h"

#include "base/utf8.h"

enum kind { KIND_BOOL, KIND_COUNT, KIND_TIME };

/* One row a member: reading, limits and writing all come from here. */
static const struct member {
    const char *name;
    enum kind kind;
    size_t at; /* in struct team_rules */
    unsigned min, max, fallback;
} members[] = {
    {"second_factor", KIND_BOOL, offsetof(struct team_rules, second_factor), 0, 1, 0},
    {"second_factor_from_ms", KIND_TIME, offsetof(struct team_rules, second_factor_from_ms), 0, 0,
     0},
    {"session_hours", KIND_COUNT, offsetof(struct team_rules, session_hours), 1, 720, 12},
    {"session_idle_minutes", KIND_COUNT, offsetof(struct team_rules, session_idle_minutes), 5,
     10080, 60},
    {"key_age_days", KIND_COUNT, offsetof(struct team_rules, key_age_days), 0, 3650, 365},
    {"key_idle_days", KIND_COUNT, offsetof(struct team_rules, key_idle_days), 0, 3650, 60},
    {"key_idle_grace_days", KIND_COUNT, offsetof(struct team_rules, key_idle_grace_days), 1, 365,
     14},
    {"key_remind_days", KIND_COUNT, offsetof(struct team_rules, key_remind_days), 0, 365, 14},
    {"key_revoke_exposed", KIND_BOOL, offsetof(struct team_rules, key_revoke_exposed), 0, 1, 0},
};
enum { MEMBERS = sizeof members / sizeof *members };

/* The year 10000: what RFC 3339 can still say. */
static const int64_t time_max_ms = 253402300800000;

static err refuse(struct arena *a, str *ret_reason, const char *name, const char *why)
{
    *ret_reason = arena_printf(a, "%s %s", name, why);
    return err_new(ERR_UNPROCESSABLE, "the team's rules are not valid");
}

static void set(struct team_rules *rules, const struct member *member, int64_t value)
{
    char *at = (char *)rules + member->at;
    bool yes = value != 0;
    unsigned count = (unsigned)value;
    switch (member->kind) {
    case KIND_BOOL:
        memcpy(at, &yes, sizeof yes);
        break;
    case KIND_COUNT:
        memcpy(at, &count, sizeof count);
        break;
    case KIND_TIME:
        memcpy(at, &value, sizeof value);
        break;
    }
}

static int64_t get(const struct team_rules *rules, const struct member *member)
{
    const char *at = (const char *)rules + member->at;
    bool yes;
    unsigned count;
    int64_t value = 0;
    switch (member->kind) {
    case KIND_BOOL:
        memcpy(&yes, at, sizeof yes);
        return yes;
    case KIND_COUNT:
        memcpy(&count, at, sizeof count);
        return count;
    case KIND_TIME:
        memcpy(&value, at, sizeof value);
        break;
    }
    return value;
}

struct team_rules team_rules_default(void)
{
    struct team_rules rules = {0};
    for (size_t i = 0; i < MEMBERS; i++) {
        set(&rules, &members[i], members[i].fallback);
    }
    return rules;
}

static err read_member(struct arena *a, const json_t *root, const struct member *member,
                       struct team_rules *rules, str *ret_reason)
{
    const json_t *value = json_object_get(root, member->name);
    if (!value) {
        return ERR_NONE;
    }
    if (member->kind == KIND_BOOL) {
        if (!json_is_boolean(value)) {
            return refuse(a, ret_reason, member->name, "must be true or false");
        }
        set(rules, member, json_is_true(value));
        return ERR_NONE;
    }
    int64_t min = member->kind == KIND_TIME ? 0 : member->min;
    int64_t max = member->kind == KIND_TIME ? time_max_ms : member->max;
    if (!json_is_integer(value) || json_integer_value(value) < min ||
        json_integer_value(value) > max) {
        *ret_reason = arena_printf(a, "%s must be a whole number from %lld to %lld", member->name,
                                   (long long)min, (long long)max);
        return err_new(ERR_UNPROCESSABLE, "the team's rules are not valid");
    }
    set(rules, member, json_integer_value(value));
    return ERR_NONE;
}

err team_rules_read(struct arena *a, str settings, struct team_rules *ret, str *ret_reason)
{
    const char *names[MEMBERS + 1] = {0};
    struct team_rules rules = team_rules_default();
    json_t *root;
    if (!settings.n) {
        *ret = rules;
        return ERR_NONE;
    }
    if (!err_ok(json_read_object(settings, &root, NULL))) {
        return refuse(a, ret_reason, "the rules", "must be a JSON object");
    }
    for (size_t i = 0; i < MEMBERS; i++) {
        names[i] = members[i].name;
    }
    err e = ERR_NONE;
    const char *unknown = json_unknown_member(root, names);
    if (unknown) {
        str name = utf8_cut(str_c(unknown), 60);
        *ret_reason = arena_printf(a, "%.*s is not a rule", STR_ARG(name));
        e = err_new(ERR_UNPROCESSABLE, "the team's rules are not valid");
    }
    for (size_t i = 0; err_ok(e) && i < MEMBERS; i++) {
        e = read_member(a, root, &members[i], &rules, ret_reason);
    }
    json_decref(root);
    if (err_ok(e)) {
        *ret = rules;
    }
    return e;
}

void team_rules_json(struct buf *b, const struct team_rules *rules)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        int64_t value = get(rules, &members[i]);
        buf_addf(b, "%s\"%s\":", i > 0 ? "," : "{", members[i].name);
        if (members[i].kind == KIND_BOOL) {
            buf_add_c(b, value ? "true" : "false");
        } else {
            buf_addf(b, "%lld", (long long)value);
        }
    }
    buf_add_byte(b, '}');
}
