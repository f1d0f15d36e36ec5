/* SPDX-License-Identifier: Apache-2.0 */
#include "api/exposure.h"

#include "api/answer.h"
#include "api/record.h"
#include "base/clock.h"
#include "base/log.h"

enum { MINUTE_MS = 60000, DETAIL_BYTES_MAX = 4096, ORIGIN_BYTES_MAX = 300 };

static void add_detail(struct buf *b, const struct call *call, const char *where, bool revoked)
{
    str origin;
    buf_init(b, DETAIL_BYTES_MAX);
    buf_add_byte(b, '{');
    answer_member(b, "key", id_str(&call->who.key));
    answer_member(b, "where", str_c(where));
    if (http_req_header(call->req, STR("origin"), &origin)) {
        answer_member(b, "origin", str_slice(origin, 0, ORIGIN_BYTES_MAX));
    }
    answer_member_bool(b, "revoked", revoked);
    buf_add_byte(b, '}');
}

static bool rules_revoke(struct call *call)
{
    struct team_row team;
    struct team_rules rules = team_rules_default();
    str reason;
    err e = store_team_get(call->app->store, call->a, &call->who.team, &team);
    if (err_ok(e)) {
        e = team_rules_read(call->a, team.settings, &rules, &reason);
    }
    if (!err_ok(e)) {
        log_err("access", "the team's rules were not read", e);
    }
    return err_ok(e) && rules.key_revoke_exposed;
}

/* Tells the webhooks of the installation. */
static err report(struct call *call, str detail)
{
    struct outbox_row *rows = NULL;
    size_t count = 0;
    err e = outbox_for_event(call->a, call->app->settings.outbox, &call->who.project, "key.exposed",
                             detail, &rows, &count);
    if (err_ok(e) && count) {
        e = store_outbox_add(call->app->store, rows, count);
        outbox_worker_wake(call->app->chat.worker);
    }
    return e;
}

static err mark(struct call *call, const char *where)
{
    struct buf detail;
    int64_t now = clock_wall_ms();
    bool revoke = rules_revoke(call);
    struct audit_act act = record_act(call, "key.exposed", "key", id_str(&call->who.key));
    add_detail(&detail, call, where, revoke);
    act.outcome = STR("refused");
    act.detail = buf_str(&detail);
    err e = store_key_mark(call->app->store, &call->who.key, 0, 0, now, &act);
    if (err_ok(e) && revoke) {
        act.act = STR("key.revoke");
        act.outcome = STR("done");
        e = store_key_disable(call->app->store, &call->who.team, &call->who.key, "exposed", now,
                              &act);
    }
    if (err_ok(e)) {
        e = report(call, buf_str(&detail));
    }
    buf_done(&detail);
    return e;
}

void exposure_of_caller(struct call *call, const char *where)
{
    static const struct limit_rule once = {
        .name = "exposure", .count = 1, .period_ms = MINUTE_MS, .burst = 1};
    bool lately = call->who.key_exposed_ms + MINUTE_MS > clock_wall_ms(); /* by another process */
    if (lately ||
        !limits_take(call->app->limits, &once, id_str(&call->who.key), clock_mono_ms()).allowed) {
        return;
    }
    LOG(LOG_WARN, "access", "a secret key was seen where everybody may see it",
        log_str("key", id_str(&call->who.key)), log_c("where", where));
    err e = mark(call, where);
    if (!err_ok(e)) {
        log_err("access", "an exposed key was not marked", e);
    }
}

void exposure_in_url(struct call *call, str token)
{
    enum token_kind kind;
    struct key_row key;
    if (!token_parse(token, &kind) || kind != TOKEN_SECRET_KEY) {
        return;
    }
    struct crypto_digest hash = token_hash(&call->app->hash_key, token);
    err e = store_key_by_hash(call->app->store, call->a, &hash, &key);
    bool live =
        err_ok(e) && !key.disabled_ms && (!key.expires_ms || key.expires_ms > clock_wall_ms());
    if (live) {
        call->who = (struct principal){.kind = PRINCIPAL_KEY,
                                       .team = key.team,
                                       .project = key.project,
                                       .key = key.id,
                                       .key_exposed_ms = key.exposed_ms};
        exposure_of_caller(call, "url");
        call->who = (struct principal){.kind = PRINCIPAL_NOBODY};
    }
}
