/* SPDX-License-Identifier: Apache-2.0 */
/* What holds here: every route with who passes it, and every secret with how to renew it. */
#include <sys/stat.h>

#include "api/admin.h"
#include "api/policy.h"

err policy_get(struct call *call)
{
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    buf_addf(&b, "{\"count\":%zu,\"results\":[", api_route_count);
    for (size_t i = 0; i < api_route_count; i++) {
        buf_add_c(&b, i ? "," : "");
        policy_json(&b, call->a, &api_routes[i], call->app->settings.api);
    }
    buf_add_c(&b, "]}");
    return answer_json(call, 200, &b);
}

/* ── secrets ── */

struct secret_line {
    const char *kind;
    str name;
    const char *where, *rotate;
    int64_t since_ms; /* 0: not known */
};

static void line_json(struct buf *b, const struct secret_line *line)
{
    char last = b->n ? b->p[b->n - 1] : '[';
    buf_add_c(b, last == '[' ? "{" : ",{");
    answer_member(b, "kind", str_c(line->kind));
    answer_member(b, "name", line->name);
    answer_member(b, "where", str_c(line->where));
    answer_member_time(b, "since", line->since_ms);
    answer_member(b, "rotate", str_c(line->rotate));
    buf_add_byte(b, '}');
}

static int64_t file_time_ms(const char *path)
{
    struct stat info;
    return path[0] && stat(path, &info) == 0 ? (int64_t)info.st_mtim.tv_sec * 1000 : 0;
}

/* What the configuration refers to: its values are kept elsewhere, their age is not known here. */
static void add_configured(struct call *call, struct buf *b)
{
    const struct app_settings *settings = &call->app->settings;
    const struct outbox_settings *outbox = settings->outbox;
    static const char by_reference[] = "by reference in doorward.yaml";
    if (!secret_empty(&settings->model->key)) {
        line_json(b, &(struct secret_line){"model_key", str_c(settings->model->url), by_reference,
                                           "make a new one at the provider, restart", 0});
    }
    if (!secret_empty(&outbox->mail.password)) {
        line_json(b, &(struct secret_line){"smtp_password", STR("mail.password"), by_reference,
                                           "change it at the mail server, restart", 0});
    }
    for (unsigned i = 0; i < outbox->webhook_count; i++) {
        line_json(b, &(struct secret_line){
                         "webhook_secret", str_c(outbox->webhooks[i].url), by_reference,
                         "set a new secret, keep the old one as secret_old meanwhile, restart", 0});
    }
    if (settings->http->tls_key[0]) {
        line_json(b, &(struct secret_line){"tls_key", STR("server.tls.key"), "a file",
                                           "renew the certificate with a new key, reload",
                                           file_time_ms(settings->http->tls_key)});
    }
    line_json(b, &(struct secret_line){"hash_key", STR("the installation's key file"), "a file",
                                       "by hand, see \"After an exposure\" in the manual: it voids "
                                       "every key and session",
                                       file_time_ms(settings->key_file)});
}

static err add_keys(struct call *call, struct buf *b)
{
    struct key_row *rows;
    size_t count;
    err e = store_key_list(call->app->store, call->a, &call->who.team, &rows, &count);
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        if (rows[i].disabled_ms == 0) {
            line_json(b, &(struct secret_line){"api_key", rows[i].name, "the store, as a hash",
                                               "POST /api/v1/admin/keys/{id}/rotate",
                                               rows[i].created_ms});
        }
    }
    return e;
}

static err add_visitor_keys(struct call *call, struct buf *b)
{
    struct admin_projects projects;
    err e = admin_projects_load(call, &projects);
    for (size_t p = 0; err_ok(e) && p < projects.count; p++) {
        struct visitor_key_row *rows;
        size_t count;
        e = store_visitor_key_list(call->app->store, call->a, &projects.rows[p].id, &rows, &count);
        for (size_t i = 0; err_ok(e) && i < count; i++) {
            line_json(b, &(struct secret_line){"visitor_key", rows[i].kid, "the store, sealed",
                                               "add a key with a new kid, then remove this one",
                                               rows[i].created_ms});
        }
    }
    return e;
}

static err add_people(struct call *call, struct buf *b)
{
    struct member_row *rows;
    size_t count;
    err e = store_member_list(call->app->store, call->a, &call->who.team, &rows, &count);
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        line_json(b, &(struct secret_line){"account", rows[i].account.email,
                                           "the store: password as a hash, factors sealed",
                                           "a new password ends all other sessions",
                                           rows[i].account.password_ms});
    }
    return e;
}

err secrets_list(struct call *call)
{
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    buf_add_c(&b, "{\"results\":[");
    add_configured(call, &b);
    err e = add_keys(call, &b);
    if (err_ok(e)) {
        e = add_visitor_keys(call, &b);
    }
    if (err_ok(e)) {
        e = add_people(call, &b);
    }
    buf_add_c(&b, "]}");
    if (!err_ok(e)) {
        buf_done(&b);
        return e;
    }
    return answer_json(call, 200, &b);
}
