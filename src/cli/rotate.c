/* SPDX-License-Identifier: Apache-2.0 */
#include "access/keys.h"
#include "base/clock.h"
#include "cli/print.h"
#include "cli/secrets.h"
#include "cli/visitor_key.h"

enum { DAY_MS = 86400000, OUTPUT_MAX = 64 << 20 };

struct rotation {
    struct cli *cli;
    struct secret_stock stock;
    struct buf keys, visitor_keys; /* what was drawn, as text or JSON; wiped */
    size_t staff_sessions, visitor_sessions, invitations, resets;
    int code; /* CLI_UNREACHABLE when something could not be done */
};

static void failed(struct rotation *r, err e, const char *what, str name)
{
    r->code = cli_fail(CLI_UNREACHABLE, "%s %.*s was NOT rotated: %s", what, STR_ARG(name), e.what);
}

/* ── listing ── */

static void item_json(struct buf *b, const struct secret_item *item)
{
    buf_add_byte(b, '{');
    print_member(b, "what", str_c(item->what));
    print_member(b, "name", item->name);
    print_member(b, "where", item->where);
    print_member_time(b, "since", item->since_ms);
    if (item->count == SIZE_MAX) {
        buf_add_c(b, ",\"count\":null");
    } else {
        print_member_number(b, "count", item->count);
    }
    buf_addf(b, ",\"automatic\":%s", item->automatic ? "true" : "false");
    print_member(b, "how", item->how);
    buf_add_byte(b, '}');
}

static void item_text(struct buf *b, const struct secret_item *item, int64_t now_ms)
{
    buf_addf(b, "%s%s%.*s", item->what, str_empty(item->name) ? "" : ": ", STR_ARG(item->name));
    if (item->count != 1 && item->count != SIZE_MAX) {
        buf_addf(b, " (%zu)", item->count);
    }
    if (item->since_ms) {
        long long days = (now_ms - item->since_ms) / DAY_MS;
        buf_addf(b, ", %lld %s old", days, days == 1 ? "day" : "days");
    }
    buf_addf(b, "\n    in %.*s\n    %s%.*s\n", STR_ARG(item->where),
             item->automatic ? "rotated by --yes; else: " : "by hand: ", STR_ARG(item->how));
}

static void list_items(const struct rotation *r, struct buf *b)
{
    int64_t now = clock_wall_ms();
    for (size_t i = 0; i < r->stock.item_count; i++) {
        if (r->cli->json) {
            buf_add_c(b, i ? "," : "");
            item_json(b, &r->stock.items[i]);
        } else {
            item_text(b, &r->stock.items[i], now);
        }
    }
}

/* ── rotating ── */

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
    struct audit_act act = act_new(team, "person.resets_void", "person", id_str(&person->id));
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
        struct audit_act act = act_new(&team, "person.sessions_end", "person", id_str(&person->id));
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
                act_new(&team->id, "person.uninvite", "invitation", id_str(&rows[i].id));
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
    struct audit_act act = act_new(&installation, "visitor.sessions_end", "", STR_EMPTY);
    err e = store_audit_add(r->cli->store, &act, 1);
    do {
        e = err_ok(e) ? store_session_expire(r->cli->store, INT64_MAX, &removed) : e;
        r->visitor_sessions += err_ok(e) ? removed : 0;
    } while (err_ok(e) && removed);
    if (!err_ok(e)) {
        failed(r, e, "sessions of", STR("visitors"));
    }
}

/* ── saying ── */

static bool has_automatic(const struct rotation *r, const char *what)
{
    for (size_t i = 0; i < r->stock.item_count; i++) {
        if (r->stock.items[i].automatic && strcmp(r->stock.items[i].what, what) == 0) {
            return true;
        }
    }
    return false;
}

static void add_step(const struct rotation *r, struct buf *b, size_t *number, str step)
{
    ++*number;
    if (r->cli->json) {
        buf_add_c(b, *number > 1 ? "," : "");
        json_write_str(b, step);
    } else {
        buf_addf(b, "  %zu. %.*s\n", *number, STR_ARG(step));
    }
}

/* What is left for people, in the order in which it matters. */
static void print_by_hand(const struct rotation *r, struct buf *b)
{
    size_t number = 0;
    if (has_automatic(r, "API key")) {
        add_step(r, b, &number,
                 STR("put the new keys into the programs that use them: the old ones are refused"));
    }
    if (has_automatic(r, "visitor signing key")) {
        add_step(r, b, &number,
                 STR("put the new secrets into the sites that sign for their visitors"));
    }
    for (size_t i = 0; i < r->stock.item_count; i++) {
        const struct secret_item *item = &r->stock.items[i];
        if (!item->automatic && item->count) {
            add_step(r, b, &number,
                     arena_printf(&r->cli->a, "%s%s%.*s: %.*s", item->what,
                                  str_empty(item->name) ? "" : " ", STR_ARG(item->name),
                                  STR_ARG(item->how)));
        }
    }
}

static int print_rotation(struct rotation *r, bool done)
{
    struct buf b;
    buf_init(&b, OUTPUT_MAX);
    if (r->cli->json) {
        buf_add_c(&b, "{\"secrets\":[");
        list_items(r, &b);
        buf_addf(&b, "],\"rotated\":%s", done ? "true" : "false");
        if (done) {
            buf_add_c(&b, ",\"keys\":[");
            buf_add(&b, buf_str(&r->keys));
            buf_add_c(&b, "],\"visitor_keys\":[");
            buf_add(&b, buf_str(&r->visitor_keys));
            buf_addf(&b, "],\"staff_sessions\":%zu,\"visitor_sessions\":%zu,\"invitations\":%zu",
                     r->staff_sessions, r->visitor_sessions, r->invitations);
        }
        buf_add_c(&b, ",\"by_hand\":[");
        print_by_hand(r, &b);
        buf_add_c(&b, "]}");
    } else if (!done) {
        list_items(r, &b);
        buf_add_c(&b, "\nNothing was changed. With --yes everything marked so is rotated at once, "
                      "without overlap.");
    } else {
        buf_addf(&b, "%s%.*s%s%.*s", r->keys.n ? "New keys, shown this once:\n" : "",
                 STR_ARG(buf_str(&r->keys)),
                 r->visitor_keys.n ? "New secrets of sites, shown this once:\n" : "",
                 STR_ARG(buf_str(&r->visitor_keys)));
        buf_addf(&b,
                 "\nEnded %zu staff sessions and %zu sessions of visitors; voided %zu invitations "
                 "and all resets.\n\nLeft to do, in this order:\n",
                 r->staff_sessions, r->visitor_sessions, r->invitations);
        print_by_hand(r, &b);
    }
    int code = cli_print(&b);
    return r->code == CLI_OK ? code : r->code;
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
    buf_init(&r.keys, OUTPUT_MAX);
    buf_init(&r.visitor_keys, OUTPUT_MAX);
    if (yes) {
        rotate_people(&r); /* whoever is in goes first, before there is something new to read */
        rotate_invitations(&r);
        rotate_keys(&r);
        rotate_visitor_keys(&r);
        rotate_visitor_sessions(&r);
    }
    code = print_rotation(&r, yes);
    buf_wipe(&r.keys);
    buf_wipe(&r.visitor_keys);
    return code;
}
