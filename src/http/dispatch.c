/* SPDX-License-Identifier: Apache-2.0 */
/* What HTTP/1.x and HTTP/2 do alike with a request: canonical address, plan, lane, access log. */
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/conn.h"
#include "http/syntax.h"

/* ── requests and their memory ── */

struct http_req *http_req_take(struct http_loop *loop)
{
    struct http_req *req = loop->free_reqs;
    if (req) {
        loop->free_reqs = req->next_free;
        loop->free_count--;
    } else {
        req = mem_alloc(sizeof *req);
        if (!req) {
            return NULL;
        }
        arena_init(&req->arena, ARENA_REQUEST_MAX);
    }
    struct arena arena = req->arena;
    memset(req, 0, offsetof(struct http_req, parser));
    memset(&req->res, 0, offsetof(struct http_res, fields));
    h1_head_init(&req->parser, &req->head);
    req->self = req;
    req->loop = loop;
    req->arena = arena;
    req->base = req->small;
    req->record.request_id = http_loop_id(loop);
    req->record.start_us = clock_mono_us();
    req->record.protocol = '1';
    req->record.route = "";
    loop->req_count++;
    return req;
}

void http_req_release(struct http_req *req)
{
    struct http_loop *loop = req->loop;
    buf_done(&req->body);
    if (req->body_reserved) {
        (void)atomic_fetch_sub(&loop->server->bodies, req->body_reserved);
    }
    mem_free(req->res.owned);
    http_stream_unref(req->res.stream);
    loop->req_count--;
    if (loop->free_count == HTTP_FREE_REQUESTS) {
        arena_done(&req->arena);
        mem_free(req);
        return;
    }
    arena_reset(&req->arena);
    req->next_free = loop->free_reqs;
    loop->free_reqs = req;
    loop->free_count++;
}

bool http_req_keep_head(struct http_req *req, str bytes)
{
    char *base = bytes.n <= sizeof req->small ? req->small : arena_alloc(&req->arena, bytes.n);
    if (base) {
        memcpy(base, bytes.p, bytes.n);
        req->base = base;
    }
    return base != NULL;
}

void http_refuse(struct http_req *req, int status, const char *what)
{
    if (status == 503) {
        http_res_header(&req->res, STR("retry-after"), STR("5"));
    }
    http_res_error_status(&req->res, status, http_status_code(status), str_c(what), STR_EMPTY);
}

/* ── the canonical address ── */

/* host[:port] without the scheme's own port. */
static str without_default_port(str authority, bool https)
{
    str port = https ? STR(":443") : STR(":80");
    return str_ends(authority, port) ? str_slice(authority, 0, authority.n - port.n) : authority;
}

static bool is_canonical(const struct http_req *req)
{
    const struct http_server *server = req->loop->server;
    str host = without_default_port(http_span_str(req->base, req->head.authority), req->https);
    return req->https == server->origin_https && str_ieq(host, server->origin_host);
}

static bool is_health(str path)
{
    return str_eq(path, STR("/healthz")) || str_eq(path, STR("/readyz"));
}

/* A proxy that is not in trusted_proxies says that the client came by https: sending the client to
 * https again would go round in circles, so only the host is judged, and the operator is told. */
static bool behind_unknown_proxy(const struct http_req *req)
{
    static atomic_bool told;
    str ignored;
    if (!http_req_header(req, STR("x-forwarded-proto"), &ignored) ||
        !str_ieq(ignored, STR("https")) || req->https) {
        return false;
    }
    if (!atomic_exchange(&told, true)) {
        LOG(LOG_WARN, "http", "X-Forwarded-Proto from a peer that is not in server.trusted_proxies",
            log_str("request_id", id_str(http_req_id(req))));
    }
    return str_ieq(without_default_port(http_span_str(req->base, req->head.authority), true),
                   req->loop->server->origin_host);
}

/* Sends to the origin in one hop; true when it did. */
static bool redirect(struct http_req *req)
{
    const struct http_server *server = req->loop->server;
    if (server->origin_host.n == 0 || (!req->conn->redirects && is_canonical(req))) {
        return false;
    }
    if (!req->conn->redirects && (is_health(http_req_path(req)) || behind_unknown_proxy(req))) {
        return false;
    }
    str path = http_span_str(req->base, req->head.path), query = http_req_query(req);
    str to = arena_printf(&req->arena, "%s%.*s%s%.*s", server->settings.origin,
                          STR_ARG(path.p[0] == '/' ? path : STR("/")), query.n ? "?" : "",
                          STR_ARG(query));
    if (!to.p) {
        http_refuse(req, 503, "out of memory");
        return true;
    }
    http_res_header(&req->res, STR("location"), to);
    http_res_send(&req->res, 308, STR("text/plain"), STR("Moved to the canonical address.\n"));
    req->record.route = "redirect";
    return true;
}

/* ── plan and handler ── */

bool http_plan_request(struct http_req *req)
{
    const struct http_hooks *hooks = &req->loop->server->hooks;
    http_client_resolve(req, req->conn);
    if (redirect(req)) {
        return true;
    }
    req->plan.route = "unmatched";
    hooks->plan(hooks->user, req, &req->res, &req->plan);
    req->record.route = req->plan.route;
    req->record.method = req->head.method;
    if (req->plan.answered && req->res.state == HTTP_RES_NONE) {
        http_refuse(req, 500, "the plan gave no answer");
    }
    return req->res.state != HTTP_RES_NONE;
}

bool http_body_reserve(struct http_req *req, size_t n)
{
    struct http_server *server = req->loop->server;
    if (n <= HTTP_BODY_SMALL) {
        return true;
    }
    size_t before = atomic_fetch_add(&server->bodies, n);
    if (before > 0 && before + n > HTTP_BODIES_MAX) {
        (void)atomic_fetch_sub(&server->bodies, n);
        return false;
    }
    req->body_reserved = n;
    return true;
}

static void done_mail(struct http_mail *mail)
{
    struct http_req *req =
        (struct http_req *)(void *)((char *)mail - offsetof(struct http_req, mail));
    req->on_worker = false;
    if (req->conn) {
        req->conn->protocol->finish(req);
        return;
    }
    if (req->res.stream && req->res.stream->req) {
        http_stream_begin(req->res.stream, req); /* nobody listens: closes it */
    }
    http_req_release(req);
}

static void run_job(struct pool_job *job)
{
    struct http_req *req =
        (struct http_req *)(void *)((char *)job - offsetof(struct http_req, job));
    const struct http_hooks *hooks = &req->loop->server->hooks;
    hooks->handle(hooks->user, req, &req->res);
    req->mail.run = done_mail;
    http_loop_post(req->loop, &req->mail);
}

void http_handle_request(struct http_req *req)
{
    struct http_server *server = req->loop->server;
    if (req->plan.lane == HTTP_LANE_LOOP) {
        server->hooks.handle(server->hooks.user, req, &req->res);
        req->conn->protocol->finish(req);
        return;
    }
    req->on_worker = true;
    req->job.run = run_job;
    struct pool *pool = req->plan.lane == HTTP_LANE_WORK ? server->work : server->slow;
    if (!err_ok(pool_submit(pool, &req->job))) {
        req->on_worker = false;
        http_refuse(req, 503, "the server is busy; try again soon");
        req->conn->protocol->finish(req);
    }
}

/* ── the access log ── */

static const char *method_text(enum http_method method)
{
    static const char *const names[] = {"GET",   "HEAD",   "POST",    "PUT",
                                        "PATCH", "DELETE", "OPTIONS", "OTHER"};
    return names[method];
}

/* One line a request: nothing of the path but its template, no address, no query. */
void http_record(struct http_loop *loop, const struct http_record *record)
{
    HTTP_COUNT(loop->counters.requests, 1);
    if (record->status >= 100 && record->status < 600) {
        HTTP_COUNT(loop->counters.status_class[record->status / 100], 1);
    }
    if (!loop->server->settings.access_log || !log_enabled(LOG_INFO)) {
        return;
    }
    if (loop->log_n + 512 > sizeof loop->log) {
        http_loop_flush_log(loop);
    }
    int64_t now = clock_wall_ms();
    if (now != loop->log_ms) {
        loop->log_ms = now;
        loop->log_time = clock_rfc3339(now);
    }
    uint64_t us = (uint64_t)(clock_mono_us() - record->start_us);
    int n = snprintf(loop->log + loop->log_n, 512,
                     "{\"time\":\"%s\",\"level\":\"info\",\"area\":\"http\",\"event\":\"request\","
                     "\"method\":\"%s\",\"route\":\"%.120s\",\"status\":%d,\"bytes\":%llu,"
                     "\"ms\":%llu.%03llu,\"request_id\":\"%s\",\"protocol\":\"%s\"}\n",
                     loop->log_time.c, method_text(record->method), record->route, record->status,
                     (unsigned long long)record->bytes, (unsigned long long)(us / 1000),
                     (unsigned long long)(us % 1000), record->request_id.c,
                     record->protocol == '2'   ? "HTTP/2"
                     : record->protocol == '0' ? "HTTP/1.0"
                                               : "HTTP/1.1");
    loop->log_n += n > 0 && n < 512 ? (size_t)n : 0;
}
