/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/secrets.h"

#include <sys/stat.h>

#include "base/clock.h"

enum { ITEMS_MAX = 20000, PEOPLE_MAX = 10000 };

bool secret_key_lives(const struct key_row *key, int64_t now_ms)
{
    return str_eq(key->kind, STR("sk")) && !key->disabled_ms &&
           (!key->expires_ms || key->expires_ms > now_ms);
}

static err add(struct secret_stock *stock, struct secret_item item)
{
    if (stock->item_count == ITEMS_MAX) {
        return err_new(ERR_TOO_LARGE, "there are more secrets than can be listed");
    }
    stock->items[stock->item_count++] = item;
    return ERR_NONE;
}

static int64_t file_time(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? (int64_t)info.st_mtime * 1000 : 0;
}

/* ── what is in the database ── */

static err stock_keys(struct cli *cli, struct secret_stock *stock)
{
    id every_team = {{0}};
    int64_t now = clock_wall_ms();
    err e = store_key_list(cli->store, &cli->a, &every_team, &stock->keys, &stock->key_count);
    for (size_t i = 0; err_ok(e) && i < stock->key_count; i++) {
        const struct key_row *key = &stock->keys[i];
        if (!secret_key_lives(key, now)) {
            continue;
        }
        e = add(stock, (struct secret_item){
                           .what = "API key",
                           .name = key->name,
                           .where = STR("the database, as a keyed hash"),
                           .since_ms = key->created_ms,
                           .count = 1,
                           .automatic = true,
                           .how = arena_printf(&cli->a, "doorward key rotate %.8s --overlap 24h",
                                               key->id.c)});
    }
    return e;
}

static err stock_visitor_keys(struct cli *cli, struct secret_stock *stock)
{
    err e = ERR_NONE;
    for (size_t p = 0; err_ok(e) && p < stock->project_count; p++) {
        const struct project_row *project = &stock->projects[p];
        struct visitor_key_row *rows;
        size_t count = 0;
        e = store_visitor_key_list(cli->store, &cli->a, &project->id, &rows, &count);
        for (size_t i = 0; err_ok(e) && i < count; i++) {
            bool shared = str_eq(rows[i].alg, STR("HS256"));
            e = add(stock,
                    (struct secret_item){
                        .what = "visitor signing key",
                        .name = arena_printf(&cli->a, "%.*s of %.*s (%.*s)", STR_ARG(rows[i].kid),
                                             STR_ARG(project->slug), STR_ARG(rows[i].alg)),
                        .where = shared ? STR("the database, sealed; and your site")
                                        : STR("your site; the database has the public key only"),
                        .since_ms = rows[i].created_ms,
                        .count = 1,
                        .automatic = shared,
                        .how = shared
                                   ? STR("doorward visitor-key add under a new kid, change the "
                                         "site, doorward visitor-key remove the old one")
                                   : STR("make a new pair on your site, doorward visitor-key add "
                                         "its public key, change the site, remove the old one")});
        }
    }
    return e;
}

static bool known_person(const struct secret_stock *stock, const id *person)
{
    for (size_t i = 0; i < stock->people_count; i++) {
        if (id_eq(&stock->people[i].id, person)) {
            return true;
        }
    }
    return false;
}

static err stock_people(struct cli *cli, struct secret_stock *stock)
{
    err e = ERR_NONE;
    for (size_t t = 0; err_ok(e) && t < stock->team_count; t++) {
        struct member_row *members;
        size_t count = 0;
        e = store_member_list(cli->store, &cli->a, &stock->teams[t].id, &members, &count);
        for (size_t i = 0; err_ok(e) && i < count && stock->people_count < PEOPLE_MAX; i++) {
            if (!known_person(stock, &members[i].account.id)) {
                stock->people[stock->people_count++] = members[i].account;
            }
        }
    }
    return e;
}

/* What people get in with: passwords, one-time passwords, sessions, each as one line. */
static err stock_accounts(struct cli *cli, struct secret_stock *stock)
{
    size_t totp = 0, sessions = 0, invitations = 0;
    int64_t now = clock_wall_ms(), totp_ms = 0, password_ms = 0;
    err e = ERR_NONE;
    for (size_t i = 0; err_ok(e) && i < stock->people_count; i++) {
        struct factor_row *factors;
        struct staff_session_row *open;
        const struct person_row *person = &stock->people[i];
        size_t count = 0, open_count = 0;
        e = store_factor_list(cli->store, &cli->a, &person->id, &factors, &count);
        for (size_t f = 0; err_ok(e) && f < count; f++) {
            bool counts = str_eq(factors[f].kind, STR("totp"));
            totp += counts;
            totp_ms = counts && (!totp_ms || factors[f].created_ms < totp_ms)
                          ? factors[f].created_ms
                          : totp_ms;
        }
        if (err_ok(e)) {
            e = store_staff_session_list(cli->store, &cli->a, &person->id, now, &open, &open_count);
        }
        sessions += open_count;
        password_ms = person->password_ms && (!password_ms || person->password_ms < password_ms)
                          ? person->password_ms
                          : password_ms;
    }
    for (size_t t = 0; err_ok(e) && t < stock->team_count; t++) {
        struct invitation_row *rows;
        size_t count = 0;
        e = store_invitation_list(cli->store, &cli->a, &stock->teams[t].id, now, &rows, &count);
        invitations += count;
    }
    const struct secret_item items[] = {
        {"staff session", STR_EMPTY, STR("browsers; the database has keyed hashes"), 0, sessions,
         true, STR("doorward user sessions EMAIL --end-all")},
        {"visitor session", STR_EMPTY, STR("browsers; the database has keyed hashes"), 0, SIZE_MAX,
         true, STR("they end after limits.session_minutes by themselves")},
        {"invitation", STR_EMPTY, STR("mails; the database has keyed hashes"), 0, invitations, true,
         STR("doorward user create EMAIL --invite once more")},
        {"reset link", STR_EMPTY, STR("mails; the database has keyed hashes"), 0, SIZE_MAX, true,
         STR("they end after an hour by themselves")},
        {"password", STR("of people"), STR("the database, as argon2id"), password_ms,
         stock->people_count, false, STR("doorward user reset-password EMAIL")},
        {"one-time password secret", STR("of people"), STR("the database, sealed"), totp_ms, totp,
         false, STR("doorward user reset-factor EMAIL; they set up a new one")},
    };
    for (size_t i = 0; err_ok(e) && i < sizeof items / sizeof *items; i++) {
        e = add(stock, items[i]);
    }
    return e;
}

/* ── what the configuration refers to ── */

static err stock_reference(struct cli *cli, struct secret_stock *stock, const char *what, str name,
                           const struct secret *secret, str how)
{
    str where = config_origin(&cli->config, secret);
    if (secret_empty(secret)) {
        return ERR_NONE;
    }
    str path = str_starts(where, STR("file:")) ? str_slice(where, 5, where.n) : STR_EMPTY;
    path = path.n && path.p[0] != '/'
               ? arena_printf(&cli->a, "%s/%.*s", cli->config.folder, STR_ARG(path))
               : path;
    return add(stock, (struct secret_item){.what = what,
                                           .name = name,
                                           .where = where,
                                           .since_ms = path.n ? file_time(path.p) : 0,
                                           .count = 1,
                                           .how = how});
}

static err stock_configured(struct cli *cli, struct secret_stock *stock)
{
    const struct config *c = &cli->config;
    err e = stock_reference(
        cli, stock, "password of the mail server", str_c(c->outbox.mail.url),
        &c->outbox.mail.password,
        STR("change it at your mail provider, then where mail.password points to; restart"));
    if (err_ok(e)) {
        e = stock_reference(
            cli, stock, "key of the model", str_c(c->model.url), &c->model.key,
            STR("make a new one at the provider, put it where model.key points to, restart, "
                "revoke the old one"));
    }
    for (unsigned i = 0; err_ok(e) && i < c->outbox.webhook_count; i++) {
        const struct webhook_settings *hook = &c->outbox.webhooks[i];
        e = stock_reference(cli, stock, "webhook secret", str_c(hook->url), &hook->secret,
                            STR("make the old one webhooks[].secret_old, set a new "
                                "webhooks[].secret, restart, change the receiver, then take "
                                "secret_old out"));
        if (err_ok(e)) {
            e = stock_reference(cli, stock, "old webhook secret", str_c(hook->url),
                                &hook->secret_old,
                                STR("take webhooks[].secret_old out once the receiver has the new "
                                    "one"));
        }
    }
    return e;
}

static err stock_files(struct cli *cli, struct secret_stock *stock)
{
    const struct config *c = &cli->config;
    err e = ERR_NONE;
    if (c->http.tls_key[0]) {
        e = add(stock,
                (struct secret_item){
                    .what = "key of the TLS certificate",
                    .where = str_c(c->http.tls_key),
                    .since_ms = file_time(c->http.tls_key),
                    .count = 1,
                    .how = STR("get a certificate for a new key (certbot renew --force-renewal "
                               "--new-key), reload, revoke the old certificate")});
    }
    return err_ok(e)
               ? add(stock,
                     (struct secret_item){
                         .what = "key of the installation",
                         .where = str_c(c->key_file),
                         .since_ms = file_time(c->key_file),
                         .count = 1,
                         .how = STR("docs/access.md, \"After an exposure\": it makes every key, "
                                    "session, one-time password and recovery code worthless")})
               : e;
}

err secrets_take_stock(struct cli *cli, struct secret_stock *ret)
{
    id every_team = {{0}};
    *ret = (struct secret_stock){
        .items = arena_array(&cli->a, ITEMS_MAX, sizeof(struct secret_item)),
        .people = arena_array(&cli->a, PEOPLE_MAX, sizeof(struct person_row))};
    if (!ret->items || !ret->people) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    err e = store_team_list(cli->store, &cli->a, &ret->teams, &ret->team_count);
    if (err_ok(e)) {
        e = store_project_list(cli->store, &cli->a, &every_team, &ret->projects,
                               &ret->project_count);
    }
    err (*const parts[])(struct cli *,
                         struct secret_stock *) = {stock_keys,     stock_visitor_keys, stock_people,
                                                   stock_accounts, stock_configured,   stock_files};
    for (size_t i = 0; err_ok(e) && i < sizeof parts / sizeof *parts; i++) {
        e = parts[i](cli, ret);
    }
    return e;
}
