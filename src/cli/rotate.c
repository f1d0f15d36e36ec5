/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rotate.h"
#include "access/keys.h"
#include "base/clock.h"
#include "cli/print.h"
#include "cli/visitor_key.h"

static void failed(struct rotation *r, err e, const char *what, str name)
{
    r->code = cli_fail(CLI_UNREACHABLE, "%s %.*s was NOT rotated: %s", what, STR_ARG(name), e.what);
}

static void add_key(struct rotation *r, const struct key_row *key, const struct token *token)
{
    struct buf *b = &r->keys;
    if (!r->cli->json) {
        buf_addf(b, "  %s  %.*s\n", token->c, STR_ARG(key->name));
        return;
    }
    buf_add_c(b, b->n ? ",{" : "{");
    print_member(b, "uuid", id_str(&key->id));
    print_member(b, "name", key->name);
    print_member(b, "token", str_c(token->c));
    buf_add_byte(b, '}');
}

/* A key that was rotated before only ends: its successor is rotated. */
static err rotate_key(struct rotation *r, const struct key_row *old, int64_t now)
{
    struct cli *cli = r->cli;
    struct key_row key;
    struct token token;
    if (!id_none(&old->successor)) {
        struct audit_act act = act_new(&old->team, "key.revoke", "key", id_str(&old->id));
        return store_key_disable(cli->store, &old->team, &old->id, "rotated", now, &act);
    }
    struct audit_act act = act_new(&old->team, "key.rotate", "key", id_str(&old->id));
    err e = keys_rotate(cli->store, &cli->a, &cli->hash_key, old, 0, now, &act, &key, &token);
    if (err_ok(e)) {
        add_key(r, &key, &token);
        crypto_wipe(&token, sizeof token);
    }
    return e;
}

static void rotate_keys(struct rotation *r)
{
    int64_t now = clock_wall_ms();
    for (size_t i = 0; i < r->stock.key_count; i++) {
        const struct key_row *old = &r->stock.keys[i];
        err e = secret_key_lives(old, now) ? rotate_key(r, old, now) : ERR_NONE;
        if (!err_ok(e)) {
            failed(r, e, "the key", old->name);
        }
    }
}

/* Draws a new secret under the same kid: the site changes one value. */
static err replace_secret(struct rotation *r, const struct project_row *project,
                          const struct visitor_key_row *old)
{
    struct secret secret = {0};
    struct visitor_key_row row = {.kid = old->kid, .alg = old->alg};
    struct audit_act act =
        act_new(&project->team, "visitor_key.remove", "visitor_key", id_str(&old->id));
    err e = visitor_key_draw(&secret);
    if (err_ok(e)) {
        e = store_visitor_key_remove(r->cli->store, &project->id, &old->id, &act);
    }
    if (err_ok(e)) {
        e = visitor_key_store(r->cli, secret_view(&secret), &row, project);
    }
    if (err_ok(e) && r->cli->json) {
        buf_add_c(&r->visitor_keys, r->visitor_keys.n ? ",{" : "{");
        print_member(&r->visitor_keys, "project", project->slug);
        print_member(&r->visitor_keys, "kid", row.kid);
        print_member(&r->visitor_keys, "secret", secret_view(&secret));
        buf_add_byte(&r->visitor_keys, '}');
    } else if (err_ok(e)) {
        buf_addf(&r->visitor_keys, "  %.*s  kid %.*s of %.*s\n", STR_ARG(secret_view(&secret)),
                 STR_ARG(row.kid), STR_ARG(project->slug));
    }
    secret_done(&secret);
    return e;
}

static void rotate_visitor_keys(struct rotation *r)
{
    for (size_t p = 0; p < r->stock.project_count; p++) {
        const struct project_row *project = &r->stock.projects[p];
        struct visitor_key_row *rows;
        size_t count = 0;
        err e = store_visitor_key_list(r->cli->store, &r->cli->a, &project->id, &rows, &count);
        if (!err_ok(e)) {
            failed(r, e, "the signing keys of", project->slug);
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            if (!str_eq(rows[i].alg, STR("HS256"))) {
                continue;
            }
            e = replace_secret(r, project, &rows[i]);
            if (!err_ok(e)) {
                failed(r, e, "the signing key", rows[i].kid);
            }
        }
    }
}

/* A reset that has ended already takes the place of every open one. */
static err void_resets(struct rotation *r, const struct person_row *person, const id *team)
{
    struct token nobodys = token_new(TOKEN_RESET);
    int64_t now = clock_wall_ms();
    struct reset_row row = {.id = id_random(),
                            .person = person->id,
                            .hash = token_hash(&r->cli->hash_key, str_c(nobodys.c)),
                            .created_ms = now,
                            .expires_ms = now};
    struct audit_act act = act_new(team, "reset.void", "person", id_str(&person->id));
    crypto_wipe(&nobodys, sizeof nobodys);
    return store_reset_create(r->cli->store, &row, NULL, &act);
}

static void rotate_people(struct rotation *r)
{
    for (size_t i = 0; i < r->stock.people_count; i++) {
        const struct person_row *person = &r->stock.people[i];
        struct member_row *teams;
        size_t count = 0, ended = 0;
        err e = store_member_teams(r->cli->store, &r->cli->a, &person->id, &teams, &count);
        id team = err_ok(e) && count ? teams[0].team : (id){{0}};
        struct audit_act act = act_new(&team, "session.end_all", "person", id_str(&person->id));
        if (err_ok(e)) {
            e = store_staff_session_end_all(r->cli->store, &person->id, NULL, &act, &ended);
        }
        r->staff_sessions += ended;
        if (err_ok(e)) {
            e = void_resets(r, person, &team);
        }
        r->resets += err_ok(e);
        if (!err_ok(e)) {
            failed(r, e, "the sessions of", person->email);
        }
    }
}

static void rotate_invitations(struct rotation *r)
{
    int64_t now = clock_wall_ms();
    for (size_t t = 0; t < r->stock.team_count; t++) {
        const struct team_row *team = &r->stock.teams[t];
        struct invitation_row *rows;
        size_t count = 0;
        err e = store_invitation_list(r->cli->store, &r->cli->a, &team->id, now, &rows, &count);
        for (size_t i = 0; err_ok(e) && i < count; i++) {
            struct audit_act act =
                act_new(&team->id, "invitation.revoke", "invitation", id_str(&rows[i].id));
            e = store_invitation_revoke(r->cli->store, &team->id, &rows[i].id, &act);
            r->invitations += err_ok(e);
        }
        if (!err_ok(e)) {
            failed(r, e, "invitations of", team->name);
        }
    }
}

/* Every session has expired before the end of time. */
static void rotate_visitor_sessions(struct rotation *r)
{
    size_t removed = 0;
    id installation = {{0}};
    struct audit_act act = act_new(&installation, "visitor_session.end_all", "", STR_EMPTY);
    err e = store_audit_add(r->cli->store, &act, 1);
    do {
        e = err_ok(e) ? store_session_expire(r->cli->store, INT64_MAX, &removed) : e;
        r->visitor_sessions += err_ok(e) ? removed : 0;
    } while (err_ok(e) && removed);
    if (!err_ok(e)) {
        failed(r, e, "sessions of", STR("visitors"));
    }
}

int cmd_rotate(struct cli *cli)
{
    struct rotation r = {.cli = cli};
    bool yes = cli_option(cli, "yes", 0) != NULL;
    if (!cli_option(cli, "everything", 0)) {
        return cli_fail(CLI_USAGE, "--everything is needed; one key alone: `doorward key rotate "
                                   "ID`");
    }
    int code = cli_open_store(cli);
    if (code != CLI_OK) {
        return code;
    }
    err e = secrets_take_stock(cli, &r.stock);
    if (!err_ok(e)) {
        return cli_fail_err(e, "the secrets");
    }
    buf_init(&r.keys, ROTATE_OUTPUT_MAX);
    buf_init(&r.visitor_keys, ROTATE_OUTPUT_MAX);
    if (yes) {
        rotate_people(&r); /* whoever is in goes first, before there is something new to read */
        rotate_invitations(&r);
        rotate_keys(&r);
        rotate_visitor_keys(&r);
        rotate_visitor_sessions(&r);
    }
    code = rotate_print(&r, yes);
    buf_wipe(&r.keys);
    buf_wipe(&r.visitor_keys);
    return code;
}
