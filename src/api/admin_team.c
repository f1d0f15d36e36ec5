/* SPDX-License-Identifier: Apache-2.0 */
/* The team and the rules that it sets itself. */
#include "api/admin.h"

enum { RULES_BYTES_MAX = 16384 };

/* Rules as people's programs read them: the time as text instead of a number. */
static err add_rules(struct buf *b, const struct team_rules *rules)
{
    struct buf text;
    json_t *object = NULL;
    buf_init(&text, RULES_BYTES_MAX);
    team_rules_json(&text, rules);
    err e = buf_err(&text);
    if (err_ok(e)) {
        e = json_read_object(buf_str(&text), &object, NULL);
    }
    buf_done(&text);
    if (!err_ok(e)) {
        return e;
    }
    (void)json_object_del(object, "second_factor_from_ms");
    answer_member_name(b, "rules");
    struct buf rest;
    buf_init(&rest, RULES_BYTES_MAX);
    json_write(&rest, object);
    json_decref(object);
    buf_add_byte(b, '{');
    answer_member_time(b, "second_factor_from", rules->second_factor_from_ms);
    buf_add_byte(b, ',');
    buf_add(b, str_slice(buf_str(&rest), 1, rest.n));
    e = buf_err(&rest);
    buf_done(&rest);
    return e;
}

static err answer_team(struct call *call, const struct team_row *team)
{
    struct team_rules rules;
    struct buf b;
    str reason;
    err e = team_rules_read(call->a, team->settings, &rules, &reason);
    if (!err_ok(e)) {
        return e;
    }
    buf_init(&b, 65536);
    buf_add_byte(&b, '{');
    answer_member(&b, "uuid", id_str(&team->id));
    answer_member(&b, "name", team->name);
    e = add_rules(&b, &rules);
    buf_add_byte(&b, '}');
    if (!err_ok(e)) {
        buf_done(&b);
        return e;
    }
    return answer_json(call, 200, &b);
}

err team_get(struct call *call)
{
    struct team_row team;
    err e = store_team_get(call->app->store, call->a, &call->who.team, &team);
    return err_ok(e) ? answer_team(call, &team) : e;
}

/* Puts the body's rules over the team's. */
static err merge_rules(struct call *call, json_t *rules)
{
    json_t *wanted = json_object_get(call->body, "rules");
    json_t *whole = call->body;
    bool given;
    int64_t from_ms;
    if (!wanted || json_is_null(wanted)) {
        return ERR_NONE;
    }
    if (!json_is_object(wanted)) {
        return unprocessable(call, STR("\"rules\" is an object"));
    }
    call->body = wanted; /* for the reader of members */
    err e = body_time(call, "second_factor_from", &given, &from_ms);
    call->body = whole;
    if (!err_ok(e)) {
        return e;
    }
    (void)json_object_del(wanted, "second_factor_from");
    bool failed = json_object_update(rules, wanted) != 0;
    if (given) {
        failed = json_object_set_new(rules, "second_factor_from_ms", json_integer(from_ms)) != 0 ||
                 failed;
    }
    return failed ? err_new(ERR_NO_MEMORY, "out of memory") : ERR_NONE;
}

static err read_settings(struct call *call, struct team_row *team)
{
    json_t *rules = NULL;
    struct team_rules read;
    struct buf b;
    str reason = STR_EMPTY;
    str before = str_empty(team->settings) ? STR("{}") : team->settings;
    err e = json_read_object(before, &rules, NULL);
    if (!err_ok(e)) {
        return err_new(ERR_CORRUPT, "a team's settings are no JSON");
    }
    e = merge_rules(call, rules);
    buf_init(&b, RULES_BYTES_MAX);
    json_write(&b, rules);
    json_decref(rules);
    if (err_ok(e)) {
        e = buf_err(&b);
    }
    if (err_ok(e)) {
        team->settings = arena_str(call->a, buf_str(&b));
        e = team_rules_read(call->a, team->settings, &read, &reason);
        e = e.code == ERR_UNPROCESSABLE ? unprocessable(call, reason) : e;
    }
    buf_done(&b);
    return e;
}

err team_update(struct call *call)
{
    struct team_row team;
    str name;
    err e = body_text(call, "name", ADMIN_NAME_CHARS_MAX, &name);
    if (err_ok(e)) {
        e = store_team_get(call->app->store, call->a, &call->who.team, &team);
    }
    if (err_ok(e)) {
        e = read_settings(call, &team);
    }
    if (!err_ok(e)) {
        return e;
    }
    team.name = str_empty(name) ? team.name : name;
    struct audit_act act = record_act(call, "team.change", "team", id_str(&team.id));
    e = store_team_update(call->app->store, &team, &act);
    return err_ok(e) ? answer_team(call, &team) : e;
}
