/* SPDX-License-Identifier: Apache-2.0 */
#include "api/answer.h"
#include "base/clock.h"

err health_live(struct call *call)
{
    http_res_send(call->res, 200, STR("application/json"), STR("{\"status\":\"ok\"}"));
    return ERR_NONE;
}

err health_ready(struct call *call)
{
    str instance;
    err e = store_meta_get(call->app->store, call->a, "instance_id", &instance);
    if (e.code == ERR_NOT_FOUND) {
        e = ERR_NONE; /* the store answers, that is what counts */
    }
    if (!err_ok(e)) {
        call->why = "the store does not answer";
        return err_new(ERR_UNAVAILABLE, "the store does not answer");
    }
    http_res_send(call->res, 200, STR("application/json"), STR("{\"status\":\"ready\"}"));
    return ERR_NONE;
}

static void metric(struct buf *b, const char *name, const char *kind, const char *help,
                   uint64_t value)
{
    buf_addf(b, "# HELP doorward_%s %s\n# TYPE doorward_%s %s\ndoorward_%s %llu\n", name, help,
             name, kind, name, (unsigned long long)value);
}

static void http_metrics(struct buf *b, const struct http_counters *counters)
{
    metric(b, "http_requests_total", "counter", "Requests answered", counters->requests);
    metric(b, "http_sent_bytes_total", "counter", "Bytes sent", counters->bytes_out);
    metric(b, "http_connections_total", "counter", "Connections accepted", counters->connections);
    metric(b, "http_connections_open", "gauge", "Connections open now", counters->connections_open);
    metric(b, "http_streams_open", "gauge", "Event streams open now", counters->streams_open);
    metric(b, "http_refused_total", "counter", "Connections refused by a limit", counters->refused);
    buf_add_c(b, "# HELP doorward_http_answers_total Answers by class of status\n"
                 "# TYPE doorward_http_answers_total counter\n");
    for (unsigned i = 1; i < 6; i++) {
        buf_addf(b, "doorward_http_answers_total{class=\"%uxx\"} %llu\n", i,
                 (unsigned long long)counters->status_class[i]);
    }
}

err health_metrics(struct call *call)
{
    struct outbox_counts outbox;
    err e = store_outbox_counts(call->app->store, &outbox);
    if (!err_ok(e)) {
        return e;
    }
    struct http_counters counters = http_server_counters(call->app->server);
    int64_t now = clock_wall_ms();
    struct buf b;
    buf_init(&b, 65536);
    http_metrics(&b, &counters);
    metric(&b, "outbox_pending", "gauge", "Notifications that wait for delivery", outbox.pending);
    metric(&b, "outbox_dead", "gauge", "Notifications given up", outbox.dead);
    metric(&b, "outbox_sent_total", "counter", "Notifications delivered", outbox.sent);
    metric(&b, "outbox_oldest_pending_seconds", "gauge", "Age of the oldest waiting notification",
           outbox.oldest_pending_ms ? (uint64_t)(now - outbox.oldest_pending_ms) / 1000 : 0);
    metric(&b, "uptime_seconds", "gauge", "Seconds since the start",
           (uint64_t)(now - call->app->started_ms) / 1000);
    e = buf_err(&b);
    if (err_ok(e)) {
        http_res_send(call->res, 200, STR("text/plain; version=0.0.4; charset=utf-8"), buf_str(&b));
    }
    buf_done(&b);
    return e;
}
