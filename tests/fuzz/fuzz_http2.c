/* SPDX-License-Identifier: Apache-2.0 */
/* A connection that has agreed on HTTP/2 is given any bytes: first one byte of how (enum how), then
 * what the client sends. Whatever comes, what the session counts must be what it holds, a body must
 * keep to its limit, and when the connection has gone nothing of it may be left. */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/h2.h"

enum { BODY_MAX = 70000, BIG_BYTES = 100000, TURNS_MAX = 64 };

/* Bits of the first byte; two more say how large the pieces are in which the rest comes. */
enum how { HOW_STALLS = 4, HOW_DRAINS = 8, HOW_IS_LATE = 16, HOW_HANGS_UP = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct http_server *server;
static struct http_stream *events; /* the last one that was begun */
static char big[BIG_BYTES];

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* ── the handlers: the second byte of the path says which ── */

static char choice(struct http_req *req)
{
    str path = http_req_path(req);
    return path.n > 1 ? path.p[1] : '/';
}

static void plan(void *user, struct http_req *req, struct http_res *res, struct http_plan *ret)
{
    (void)user;
    str path = http_req_path(req), query = http_req_query(req), host;
    must(path.n > 0 && path.n + query.n <= server->limits.target_max);
    must(req->head.field_count <= server->limits.fields_max);
    (void)http_req_header(req, STR("host"), &host);
    ret->body_max = choice(req) == 'n' ? 0 : BODY_MAX;
    ret->route = "fuzz";
    ret->answered = choice(req) == 'x';
    if (ret->answered) {
        http_res_error(res, err_new(ERR_NOT_FOUND, "not here"), STR_EMPTY);
    }
}

static void handle(void *user, struct http_req *req, struct http_res *res)
{
    (void)user;
    must(http_req_body(req).n <= (choice(req) == 'n' ? 0 : BODY_MAX));
    switch (choice(req)) {
    case 'b':
        http_res_send_static(res, 200, STR("text/plain"), str_n(big, sizeof big));
        return;
    case 'e':
        http_stream_unref(events);
        must(err_ok(http_res_detach(res, &events)));
        must(err_ok(http_stream_event(events, STR("1"), STR("hello"), STR("a\nb"))));
        return;
    case 'f':
        if (events) {
            http_stream_end(events);
        }
        break;
    case 'u':
        http_stream_unref(events);
        must(err_ok(http_res_detach(res, &events)));
        http_stream_until(events, 1);
        return;
    case 's':
        return; /* no answer */
    default:
        break;
    }
    http_res_send(res, 200, STR("application/octet-stream"), http_req_body(req));
}

/* ── the server, which nobody can reach, and a connection of it ── */

static void begin(void)
{
    struct http_settings settings = http_settings_default();
    const struct http_hooks hooks = {.plan = plan, .handle = handle};
    (void)snprintf(settings.listen, sizeof settings.listen, "127.0.0.1:0");
    settings.loops = settings.work_threads = settings.slow_threads = 1;
    settings.access_log = false;
    log_setup(LOG_ERROR, 2);
    must(err_ok(crypto_init()) && err_ok(http_server_open(&settings, &hooks, &server)));
    for (unsigned i = 0; i < 3; i++) {
        (void)uv_signal_stop(&server->loops[0].signals[i]); /* they are the fuzzer's */
    }
}

/* What http_conn_accept and the end of the handshake do. */
static struct http_conn *connect_to(int fd)
{
    struct http_loop *loop = &server->loops[0];
    struct http_conn *c = mem_alloc(sizeof *c);
    must(c != NULL);
    c->loop = loop;
    c->protocol = &http_protocol_1;
    c->fresh = true;
    buf_init(&c->in, HTTP_IN_MAX + HTTP_READ_BYTES);
    must(uv_tcp_init(&loop->uv, &c->tcp) == 0 && uv_tcp_open(&c->tcp, fd) == 0);
    c->tcp.data = c;
    loop->conns = c;
    loop->conn_count++;
    (void)atomic_fetch_add(&server->connections, 1);
    HTTP_COUNT(loop->counters.connections_open, 1);
    http_conn_deadline(c, server->settings.header_ms);
    http_conn_update(c);
    http_conn_use_h2(c);
    return c;
}

/* A connection that was closed leaves the loop's list at once and its memory soon after. */
static bool is_open(void) { return server->loops[0].conns != NULL; }

static void check(const struct http_conn *c)
{
    size_t bodies = 0;
    unsigned count = 0;
    for (const struct h2_stream *stream = c->h2->streams; stream; stream = stream->next) {
        bodies += stream->req && !stream->remote_ended ? stream->req->body.n : 0;
        count++;
    }
    must(bodies == c->h2->bodies && count == c->h2->stream_count && count <= 2 * H2_STREAMS_MAX);
    must(c->h2->resets <= H2_RESETS_MAX + HTTP_READ_BYTES / 9);
}

/* Runs the loop until it has nothing to do, as a client that reads what it is sent or does not. */
static void turn(int client, bool reads)
{
    char trash[65536];
    ssize_t n = 0;
    for (int i = 0; i < TURNS_MAX && (i < 2 || n > 0); i++) {
        (void)uv_run(&server->loops[0].uv, UV_RUN_NOWAIT);
        n = reads ? recv(client, trash, sizeof trash, MSG_DONTWAIT) : 0;
    }
}

static void feed(struct http_conn *c, int client, unsigned how, str rest)
{
    static const size_t pieces[] = {HTTP_READ_BYTES, 16384, 1000, 37};
    while (rest.n && is_open()) {
        str piece = str_slice(rest, 0, pieces[how & 3]);
        rest = str_slice(rest, piece.n, rest.n);
        c->protocol->input(c, piece);
        http_conn_update(c);
        if (is_open()) {
            check(c);
        }
        turn(client, !(how & HOW_STALLS));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int ends[2];
    if (!server) {
        begin();
    }
    unsigned how = size ? data[0] : 0;
    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    struct http_conn *c = connect_to(ends[0]);
    feed(c, ends[1], how, str_n((const char *)data + (size > 0), size - (size > 0)));
    if (is_open() && (how & HOW_DRAINS)) {
        c->protocol->drain(c);
    }
    if (is_open() && (how & HOW_IS_LATE)) {
        c->protocol->expired(c);
    }
    if (is_open() && (how & HOW_HANGS_UP)) {
        c->protocol->eof(c);
    }
    turn(ends[1], true);
    if (is_open()) {
        http_conn_close(c);
    }
    (void)close(ends[1]);
    turn(-1, false);
    http_stream_unref(events);
    events = NULL;
    must(server->loops[0].conn_count == 0 && server->loops[0].req_count == 0);
    must(atomic_load(&server->bodies) == 0 && http_server_counters(server).streams_open == 0);
    return 0;
}
