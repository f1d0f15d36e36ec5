/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/key.h"

#include "base/clock.h"
#include "cli/print.h"
#include "cli/when.h"

/* ── finding ── */

static bool key_fits(const struct key_row *key, str text)
{
    return act_is_prefix(text, &key->id) || str_eq(key->hint, text) || str_eq(key->name, text);
}

int key_open_list(struct cli *cli, struct key_view *ret)
{
    id team;
    struct project_row *projects;
    struct key_row *keys;
    *ret = (struct key_view){.cli = cli, .now_ms = clock_wall_ms()};
    int code = cli_open_store(cli);
    code = code == CLI_OK ? act_find_teams(cli, &team) : code;
    if (code != CLI_OK) {
        return code;
    }
    err e = store_key_list(cli->store, &cli->a, &team, &keys, &ret->count);
    if (err_ok(e)) {
        e = store_project_list(cli->store, &cli->a, &team, &projects, &ret->project_count);
    }
    if (!err_ok(e)) {
        return cli_fail_err(e, "keys");
    }
    ret->keys = keys;
    ret->projects = projects;
    return CLI_OK;
}

/* Whether it opens anything. */
static bool key_lives(const struct key_view *view, const struct key_row *key)
{
    return !key->disabled_ms && (!key->expires_ms || key->expires_ms > view->now_ms);
}

/* Finds the key that the first argument means: of several with `pick_current` the only one that has
 * no successor; else it must be said which. */
static int key_open(struct cli *cli, bool pick_current, struct key_view *view,
                    const struct key_row **ret)
{
    const char *text = cli->positional[0];
    const struct key_row *any = NULL, *best = NULL;
    size_t found = 0, current = 0;
    int code = key_open_list(cli, view);
    for (size_t i = 0; code == CLI_OK && i < view->count; i++) {
        const struct key_row *key = &view->keys[i];
        if (!key_fits(key, str_c(text)) ||
            (!key_lives(view, key) && !act_is_prefix(str_c(text), &key->id))) {
            continue;
        }
        any = key;
        found++;
        if (id_none(&key->successor)) {
            best = key;
            current++;
        }
    }
    if (code != CLI_OK) {
        return code;
    }
    *ret = found == 1 ? any : pick_current && current == 1 ? best : NULL;
    return *ret    ? CLI_OK
           : found ? cli_fail(CLI_USAGE,
                              "`%s` fits %zu keys; give more of the id (`doorward key list`)", text,
                              found)
                   : cli_fail(CLI_REFUSED,
                              "there is no live key `%s`; `doorward key list` shows them", text);
}

/* ── what is asked for ── */

/* Reads --permission, each a name or several with commas between. */
static int read_permissions(struct cli *cli, permissions *ret)
{
    const char *text;
    *ret = PERMISSION_NONE;
    for (unsigned i = 0; (text = cli_option(cli, "permission", i)) != NULL; i++) {
        str rest = str_c(text), name;
        while (str_split(&rest, ',', &name)) {
            permissions one = permission_parse(str_trim(name));
            if (!one) {
                return cli_fail(CLI_USAGE,
                                "there is no permission `%.*s`; `doorward key create --help` lists "
                                "them",
                                STR_ARG(name));
            }
            *ret |= one;
        }
    }
    return *ret ? CLI_OK
                : cli_fail(CLI_USAGE, "--permission is needed, once for each; `doorward key create "
                                      "--help` lists them");
}

static int read_wish(struct cli *cli, struct key_wish *ret)
{
    const char *name = cli_option(cli, "name", 0), *expires = cli_option(cli, "expires", 0);
    struct project_row project;
    struct team_row team;
    *ret = (struct key_wish){.name = str_c(name),
                             .kind = cli_option(cli, "public", 0) ? TOKEN_PUBLIC_KEY
                                                                  : TOKEN_SECRET_KEY};
    if (!name) {
        return cli_fail(CLI_USAGE, "--name is needed: what will use the key, such as `crm import`");
    }
    if (expires && !when_future(str_c(expires), clock_wall_ms(), &ret->expires_ms)) {
        return cli_fail(CLI_USAGE, "--expires is a day such as 2026-12-31, or a span such as 90d");
    }
    int code = read_permissions(cli, &ret->may);
    code = code == CLI_OK ? cli_open_store(cli) : code;
    if (code == CLI_OK && cli_option(cli, "project", 0)) {
        code = cli_find_project(cli, &project);
        ret->project = project.id;
        ret->team = project.team;
    } else if (code == CLI_OK) {
        code = act_find_team(cli, &team);
        ret->team = team.id;
    }
    return code;
}

/* ── printing ── */

void key_json(struct key_view *view, struct buf *b, const struct key_row *key)
{
    buf_add_byte(b, '{');
    print_member(b, "uuid", id_str(&key->id));
    print_member(b, "name", key->name);
    print_member(b, "kind", str_eq(key->kind, STR("pk")) ? STR("public") : STR("secret"));
    print_member(b, "hint", key->hint);
    print_member(b, "note", key->note);
    buf_add_c(b, ",\"project\":");
    if (id_none(&key->project)) {
        buf_add_c(b, "null");
    } else {
        json_write_str(b, act_slug(view->projects, view->project_count, &key->project));
    }
    buf_add_c(b, ",\"permissions\":[");
    for (unsigned bit = 0, shown = 0; bit < PERMISSION_COUNT; bit++) {
        if (key->permissions & (1U << bit)) {
            buf_addf(b, "%s\"%s\"", shown++ ? "," : "", permission_name((permissions)1 << bit));
        }
    }
    buf_add_byte(b, ']');
    print_member_time(b, "created_at", key->created_ms);
    print_member_time(b, "expires_at", key->expires_ms);
    print_member_time(b, "disabled_at", key->disabled_ms);
    print_member(b, "disabled_why", key->disabled_why);
    print_member_time(b, "used_at", key->used_ms);
    print_member(b, "used_from", key->used_from);
    print_member(b, "used_by", key->used_by);
    print_member_time(b, "exposed_at", key->exposed_ms);
    print_member_id(b, "successor", &key->successor);
}

static int print_new(struct key_view *view, const struct key_row *key, const struct token *token,
                     const char *more)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    if (view->cli->json) {
        key_json(view, &b, key);
        print_member(&b, "token", str_c(token->c));
        buf_add_byte(&b, '}');
    } else {
        buf_addf(&b, "The key `%.*s` (%s), shown this once:\n\n  %s\n\n%s", STR_ARG(key->name),
                 key->id.c, token->c, more);
    }
    return cli_print(&b);
}

/* ── commands ── */

int cmd_key_create(struct cli *cli)
{
    struct key_wish wish;
    struct key_row key;
    struct token token;
    struct key_view view = {.cli = cli};
    struct project_row *projects;
    const char *why = NULL;
    int code = read_wish(cli, &wish);
    if (code != CLI_OK) {
        return code;
    }
    err e = keys_judge(&wish, PERMISSION_ALL, clock_wall_ms(), &why);
    if (!err_ok(e)) {
        return cli_fail(CLI_USAGE, "%s", why ? why : e.what);
    }
    e = store_project_list(cli->store, &cli->a, &wish.team, &projects, &view.project_count);
    struct audit_act act = act_new(&wish.team, "key.create", "key", STR_EMPTY);
    e = err_ok(e) ? keys_create(cli->store, &cli->hash_key, &wish, &act, &key, &token) : e;
    if (!err_ok(e)) {
        return cli_fail_err(e, "the key");
    }
    view.projects = projects;
    code = print_new(&view, &key, &token,
                     wish.kind == TOKEN_PUBLIC_KEY
                         ? "It may stand in a web page of the project's domains."
                         : "Keep it on your servers, never in a web page, an app or a URL.");
    crypto_wipe(&token, sizeof token);
    return code;
}

int cmd_key_rotate(struct cli *cli)
{
    struct key_view view;
    const struct key_row *old = NULL;
    struct key_row key;
    struct token token;
    int64_t overlap = 24 * 3600000;
    const char *text = cli_option(cli, "overlap", 0);
    if (text && !when_span(str_c(text), &overlap)) {
        return cli_fail(CLI_USAGE, "--overlap is 0 or a span such as 30min, 24h or 7d");
    }
    int code = key_open(cli, true, &view, &old);
    if (code != CLI_OK || !old) {
        return code;
    }
    struct audit_act act = act_new(&old->team, "key.rotate", "key", id_str(&old->id));
    err e = keys_rotate(cli->store, &cli->a, &cli->hash_key, old, overlap, view.now_ms, &act, &key,
                        &token);
    if (e.code == ERR_CONFLICT) {
        return cli_fail(CLI_REFUSED, "`%.*s` is disabled or was rotated already",
                        STR_ARG(old->name));
    }
    if (!err_ok(e)) {
        return cli_fail_err(e, "the key");
    }
    str more = overlap ? arena_printf(&cli->a, "The old one works until %s.",
                                      clock_rfc3339(view.now_ms + overlap).c)
                       : STR("The old one is refused from now on.");
    code = print_new(&view, &key, &token, more.p ? more.p : "");
    crypto_wipe(&token, sizeof token);
    return code;
}

int cmd_key_revoke(struct cli *cli)
{
    struct key_view view;
    const struct key_row *key = NULL;
    int code = key_open(cli, false, &view, &key);
    if (code != CLI_OK || !key) {
        return code;
    }
    struct audit_act act = act_new(&key->team, "key.revoke", "key", id_str(&key->id));
    err e = store_key_disable(cli->store, &key->team, &key->id, "revoked", view.now_ms, &act);
    if (!err_ok(e)) {
        return cli_fail_err(e, "the key");
    }
    if (cli->json) {
        cli_say("{\"uuid\":\"%s\",\"state\":\"disabled\"}", key->id.c);
    } else {
        cli_say("The key `%.*s` (%s) is refused from the next request on.", STR_ARG(key->name),
                key->id.c);
    }
    return CLI_OK;
}
