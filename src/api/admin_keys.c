/* SPDX-License-Identifier: Apache-2.0 */
/* The team's API keys. Nobody makes or rotates a key that may more than they may themselves. */
#include "access/keys.h"
#include "api/admin.h"
#include "api/authorize.h"
#include "base/clock.h"

enum { NOTE_CHARS_MAX = 200, HOUR_MS = 3600000, OVERLAP_HOURS_MAX = 24 * 90 };

/* What the answers about keys need besides the rows. */
struct key_view {
    struct admin_projects projects;
    struct member_row *members;
    size_t member_count;
    struct team_rules rules;
    int64_t now_ms;
};

static err view_load(struct call *call, struct key_view *ret)
{
    struct team_row team;
    str reason;
    struct key_view view = {.rules = team_rules_default(), .now_ms = clock_wall_ms()};
    err e = admin_projects_load(call, &view.projects);
    if (err_ok(e)) {
        e = store_member_list(call->app->store, call->a, &call->who.team, &view.members,
                              &view.member_count);
    }
    if (err_ok(e)) {
        e = store_team_get(call->app->store, call->a, &call->who.team, &team);
    }
    if (err_ok(e)) {
        e = team_rules_read(call->a, team.settings, &view.rules, &reason);
    }
    *ret = view;
    return e;
}

static void owner_json(struct buf *b, const struct key_view *view, const struct key_row *key)
{
    answer_member_name(b, "owner");
    for (size_t i = 0; i < view->member_count; i++) {
        if (id_eq(&view->members[i].person, &key->owner)) {
            buf_add_byte(b, '{');
            answer_member(b, "uuid", id_str(&key->owner));
            answer_member(b, "name", view->members[i].account.name);
            buf_add_byte(b, '}');
            return;
        }
    }
    buf_add_c(b, "null");
}

static void text_or_null(struct buf *b, const char *key, str text)
{
    if (str_empty(text)) {
        answer_member_name(b, key);
        buf_add_c(b, "null");
    } else {
        answer_member(b, key, text);
    }
}

static void key_json(struct buf *b, const struct key_view *view, const struct key_row *key)
{
    const char *advice = "";
    const struct project_row *project = admin_project_by_id(&view->projects, &key->project);
    enum key_state state = key_state_of(key, &view->rules, view->now_ms, &advice);
    answer_member(b, "uuid", id_str(&key->id));
    answer_member(b, "name", key->name);
    answer_member(b, "kind", str_eq(key->kind, STR("pk")) ? STR("public") : STR("secret"));
    answer_member(b, "hint", key->hint);
    answer_member(b, "note", key->note);
    admin_permissions_json(b, key->permissions);
    text_or_null(b, "project", project ? project->slug : STR_EMPTY);
    owner_json(b, view, key);
    answer_member_time(b, "created_at", key->created_ms);
    answer_member_time(b, "expires_at", key->expires_ms);
    answer_member_time(b, "used_at", key->used_ms);
    answer_member(b, "used_from", key->used_from);
    answer_member(b, "used_by", key->used_by);
    answer_member_time(b, "exposed_at", key->exposed_ms);
    answer_member_time(b, "disabled_at", key->disabled_ms);
    answer_member(b, "disabled_why", key->disabled_why);
    text_or_null(b, "successor", id_str(&key->successor));
    answer_member(b, "state", str_c(key_state_name(state)));
    answer_member(b, "advice", str_c(advice));
}

static err answer_keys(struct call *call, bool only_findings)
{
    struct key_view view;
    struct key_row *rows;
    size_t count, shown = 0;
    unsigned states[KEY_DISABLED + 1] = {0};
    err e = view_load(call, &view);
    if (err_ok(e)) {
        e = store_key_list(call->app->store, call->a, &call->who.team, &rows, &count);
    }
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    buf_add_c(&b, "{\"results\":[");
    for (size_t i = 0; i < count; i++) {
        const char *advice;
        enum key_state state = key_state_of(&rows[i], &view.rules, view.now_ms, &advice);
        states[state]++;
        if (only_findings && (state == KEY_LIVE || state == KEY_DISABLED)) {
            continue;
        }
        buf_add_c(&b, shown++ ? ",{" : "{");
        key_json(&b, &view, &rows[i]);
        buf_add_byte(&b, '}');
    }
    buf_addf(&b, "],\"count\":%zu,\"states\":{", shown);
    for (unsigned i = 0; i <= KEY_DISABLED; i++) {
        answer_member_number(&b, key_state_name((enum key_state)i), states[i]);
    }
    buf_add_c(&b, "}}");
    return answer_json(call, 200, &b);
}

err key_list(struct call *call) { return answer_keys(call, false); }

err key_report(struct call *call) { return answer_keys(call, true); }

static err answer_key(struct call *call, int status, const struct key_row *key, struct token *token)
{
    struct key_view view;
    err e = view_load(call, &view);
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, 262144);
    buf_add_byte(&b, '{');
    key_json(&b, &view, key);
    if (token) {
        answer_member(&b, "token", str_c(token->c));
        crypto_wipe(token, sizeof *token);
    }
    buf_add_byte(&b, '}');
    return answer_json(call, status, &b);
}

/* What the caller may at most give to a key. */
static permissions own(const struct call *call) { return access_permissions(&call->who, NULL); }

static err read_permissions(struct call *call, permissions *ret)
{
    const json_t *list = json_object_get(call->body, "permissions");
    *ret = PERMISSION_NONE;
    if (!json_is_array(list)) {
        return unprocessable(call, STR("\"permissions\" is a list of permissions"));
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        permissions one = name ? permission_parse(str_c(name)) : PERMISSION_NONE;
        if (one == PERMISSION_NONE) {
            return unprocessable(call, STR("there is a permission that is not known"));
        }
        *ret |= one;
    }
    return ERR_NONE;
}

static err read_kind(struct call *call, enum token_kind *ret)
{
    str kind;
    err e = body_needed(call, "kind", 16, &kind);
    if (err_ok(e) && !str_eq(kind, STR("public")) && !str_eq(kind, STR("secret"))) {
        return unprocessable(call, STR("\"kind\" is public or secret"));
    }
    *ret = str_eq(kind, STR("public")) ? TOKEN_PUBLIC_KEY : TOKEN_SECRET_KEY;
    return e;
}

static err read_project(struct call *call, id *ret)
{
    str slug;
    struct admin_projects projects;
    err e = body_text(call, "project", 63, &slug);
    if (!err_ok(e) || str_empty(slug)) {
        return e;
    }
    e = admin_projects_load(call, &projects);
    if (!err_ok(e)) {
        return e;
    }
    const struct project_row *project = admin_project_by_slug(&projects, slug);
    if (!project) {
        return route_not_found();
    }
    *ret = project->id;
    return ERR_NONE;
}

static err read_wish(struct call *call, struct key_wish *ret)
{
    bool given;
    struct key_wish wish = {.team = call->who.team};
    err e = body_needed(call, "name", ADMIN_NAME_CHARS_MAX, &wish.name);
    if (err_ok(e)) {
        e = read_kind(call, &wish.kind);
    }
    if (err_ok(e)) {
        e = read_permissions(call, &wish.may);
    }
    if (err_ok(e)) {
        e = body_time(call, "expires_at", &given, &wish.expires_ms);
    }
    if (err_ok(e)) {
        e = read_project(call, &wish.project);
    }
    if (call->who.kind == PRINCIPAL_STAFF) {
        wish.owner = call->who.staff.person.id;
    }
    *ret = wish;
    return e;
}

err key_create(struct call *call)
{
    struct key_wish wish;
    struct key_row key = {0};
    struct token token;
    const char *why = NULL;
    err e = read_wish(call, &wish);
    if (!err_ok(e)) {
        return e;
    }
    e = keys_judge(&wish, own(call), clock_wall_ms(), &why);
    if (!err_ok(e)) {
        call->why = why;
        return e;
    }
    struct audit_act act = record_act(call, "key.create", "key", STR_EMPTY);
    e = keys_create(call->app->store, &call->app->hash_key, &wish, &act, &key, &token);
    return err_ok(e) ? answer_key(call, 201, &key, &token) : e;
}

static err find_key(struct call *call, struct key_row *ret)
{
    id wanted;
    err e = admin_arg(call, 0, &wanted);
    if (err_ok(e)) {
        e = store_key_get(call->app->store, call->a, &call->who.team, &wanted, ret);
    }
    return e.code == ERR_NOT_FOUND ? route_not_found() : e;
}

/* A key that may more is not theirs to change or to get the successor of. */
static err find_own_key(struct call *call, struct key_row *ret)
{
    err e = find_key(call, ret);
    return err_ok(e) && (ret->permissions & ~own(call))
               ? err_new(ERR_FORBIDDEN, "the key may more than you may")
               : e;
}

/* The note is for people: it must never be what it is about. */
static err read_note(struct call *call, str *note)
{
    str given;
    if (!body_has(call, "note")) {
        return ERR_NONE;
    }
    err e = body_text(call, "note", NOTE_CHARS_MAX, &given);
    if (err_ok(e) && token_find(given) != SIZE_MAX) {
        return err_new(ERR_UNPROCESSABLE, "write where the key is stored, never the key itself");
    }
    *note = err_ok(e) ? given : *note;
    return e;
}

err key_update(struct call *call)
{
    struct key_row key = {0}, was = {0};
    str name;
    bool given;
    int64_t expires_ms;
    const char *why = NULL;
    err e = find_own_key(call, &key);
    was = key;
    if (err_ok(e)) {
        e = body_text(call, "name", ADMIN_NAME_CHARS_MAX, &name);
    }
    e = err_ok(e) ? read_note(call, &key.note) : e;
    if (err_ok(e) && body_has(call, "permissions")) {
        e = read_permissions(call, &key.permissions);
    }
    if (err_ok(e)) {
        e = body_time(call, "expires_at", &given, &expires_ms);
    }
    if (!err_ok(e)) {
        return e;
    }
    key.name = str_empty(name) ? key.name : name;
    key.expires_ms = given ? expires_ms : key.expires_ms;
    struct key_wish wish = {.name = key.name,
                            .kind =
                                str_eq(key.kind, STR("pk")) ? TOKEN_PUBLIC_KEY : TOKEN_SECRET_KEY,
                            .may = key.permissions,
                            .expires_ms = given ? expires_ms : 0,
                            .team = key.team,
                            .project = key.project};
    e = keys_judge(&wish, own(call), clock_wall_ms(), &why);
    if (!err_ok(e)) {
        call->why = why;
        return e;
    }
    struct audit_act act = record_act(call, "key.change", "key", id_str(&key.id));
    e = store_key_update(call->app->store, &key, &was, &act);
    return err_ok(e) ? answer_key(call, 200, &key, NULL) : e;
}

err key_rotate(struct call *call)
{
    struct key_row old = {0}, key = {0};
    struct token token;
    const json_t *hours = call->body ? json_object_get(call->body, "overlap_hours") : NULL;
    err e = find_own_key(call, &old);
    if (err_ok(e) && hours &&
        (!json_is_integer(hours) || json_integer_value(hours) < 0 ||
         json_integer_value(hours) > OVERLAP_HOURS_MAX)) {
        e = unprocessable(call, STR("\"overlap_hours\" is a number from 0 to 2160"));
    }
    if (!err_ok(e)) {
        return e;
    }
    int64_t overlap_ms = hours ? (int64_t)json_integer_value(hours) * HOUR_MS : 0;
    struct audit_act act = record_act(call, "key.rotate", "key", id_str(&old.id));
    e = keys_rotate(call->app->store, call->a, &call->app->hash_key, &old, overlap_ms,
                    clock_wall_ms(), &act, &key, &token);
    return err_ok(e) ? answer_key(call, 201, &key, &token) : e;
}

err key_revoke(struct call *call)
{
    struct key_row key = {0};
    err e = find_key(call, &key);
    if (err_ok(e)) {
        struct audit_act act = record_act(call, "key.revoke", "key", id_str(&key.id));
        e = store_key_disable(call->app->store, &call->who.team, &key.id, "revoked",
                              clock_wall_ms(), &act);
    }
    return err_ok(e) ? answer_nothing(call) : e;
}
