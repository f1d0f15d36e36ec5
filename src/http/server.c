/* SPDX-License-Identifier: Apache-2.0 */
#include "http/server.h"

#include <signal.h>
#include <sys/resource.h>

#include "base/log.h"
#include "base/mem.h"
#include "http/conn.h"
#include "http/peers.h"
#include "net/tls.h"

enum { WORK_QUEUE = 512, LOOPS_MAX = 64, THREADS_MAX = 1024 };

struct http_settings http_settings_default(void)
{
    return (struct http_settings){
        .listen = "127.0.0.1:8080",
        .slow_threads = 64,
        .slow_queue = 128,
        .connections_max = 16384,
        .connections_per_address = 512,
        .header_bytes_max = 16 << 10,
        .header_count_max = 100,
        .target_bytes_max = 8 << 10,
        .header_ms = 10000,
        .body_ms = 30000,
        .idle_ms = 60000,
        .write_ms = 30000,
        .drain_ms = 30000,
        .ping_ms = 10000,
        .access_log = true,
    };
}

static unsigned clamp(unsigned value, unsigned low, unsigned high)
{
    return value < low ? low : value > high ? high : value;
}

static err read_origin(struct http_server *server)
{
    str origin = str_c(server->settings.origin);
    if (origin.n == 0) {
        return ERR_NONE;
    }
    server->origin_https = str_starts(origin, STR("https://"));
    size_t skip = server->origin_https ? 8 : 7;
    server->origin_host = str_slice(origin, skip, origin.n);
    if ((!server->origin_https && !str_starts(origin, STR("http://"))) ||
        !http_is_authority(server->origin_host)) {
        return err_new(ERR_INVALID,
                       "server.origin is written as https://host[:port], without a path");
    }
    return ERR_NONE;
}

static err read_settings(struct http_server *server)
{
    struct http_settings *s = &server->settings;
    unsigned cores = uv_available_parallelism();
    s->loops = clamp(s->loops ? s->loops : cores, 1, LOOPS_MAX);
    s->work_threads = clamp(s->work_threads ? s->work_threads : 2 * cores, 1, THREADS_MAX);
    s->slow_threads = clamp(s->slow_threads, 1, THREADS_MAX);
    server->limits = (struct h1_limits){
        .head_max = clamp(s->header_bytes_max, 256, HTTP_HEAD_MAX),
        .fields_max = clamp(s->header_count_max, 1, HTTP_FIELDS_MAX),
        .target_max = clamp(s->target_bytes_max, 16, HTTP_HEAD_MAX / 2),
    };
    for (unsigned i = 0; i < 16 && s->trusted_proxies[i][0]; i++) {
        if (!addr_net_parse(str_c(s->trusted_proxies[i]),
                            &server->proxies[server->proxy_count++])) {
            return err_new(ERR_INVALID,
                           "server.trusted_proxies has an entry that is no address or network");
        }
    }
    return read_origin(server);
}

/* Every connection is a file: take what the system lets us have. */
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static err listen_one(struct http_server *server, bool redirects, unsigned *port)
{
    const char *address = redirects ? server->settings.redirect_listen : server->settings.listen;
    err e = listener_probe(address);
    for (unsigned i = 0; i < server->loop_count && err_ok(e); i++) {
        struct listener listener = {.fd = -1};
        e = listener_open(address, *port, &listener);
        if (err_ok(e)) {
            *port = listener.port;
            e = http_loop_listen(&server->loops[i], &listener, redirects);
            listener_close(&listener);
        }
    }
    return e;
}

static err open_parts(struct http_server *server)
{
    const struct http_settings *s = &server->settings;
    err e = read_settings(server);
    if (err_ok(e) && s->tls_certificate[0]) {
        e = tls_server_new(s->tls_certificate, s->tls_key, &server->tls);
    }
    e = err_ok(e) ? peer_table_new(s->connections_max, &server->peers) : e;
    e = err_ok(e) ? peer_table_new(s->connections_max, &server->stream_peers) : e;
    e = err_ok(e) ? pool_new(s->work_threads, WORK_QUEUE, &server->work) : e;
    e = err_ok(e) ? pool_new(s->slow_threads, s->slow_queue, &server->slow) : e;
    if (err_ok(e) && !(server->loops = mem_array(s->loops, sizeof *server->loops))) {
        e = err_new(ERR_NO_MEMORY, "out of memory for the event loops");
    }
    for (unsigned i = 0; err_ok(e) && i < s->loops; i++) {
        server->loop_count = i + 1;
        e = http_loop_init(&server->loops[i], server, i);
    }
    e = err_ok(e) ? listen_one(server, false, &server->port) : e;
    if (err_ok(e) && s->redirect_listen[0]) {
        e = server->origin_host.n
                ? listen_one(server, true, &server->redirect_port)
                : err_new(ERR_INVALID, "server.redirect_listen needs server.origin to redirect to");
    }
    return e;
}

err http_server_open(const struct http_settings *settings, const struct http_hooks *hooks,
                     struct http_server **ret)
{
    struct http_server *server = mem_alloc(sizeof *server);
    if (!server) {
        return err_new(ERR_NO_MEMORY, "out of memory for the server");
    }
    (void)signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    server->settings = *settings;
    server->hooks = *hooks;
    err e = open_parts(server);
    if (!err_ok(e)) {
        http_server_close(server);
        return e;
    }
    *ret = server;
    return ERR_NONE;
}

unsigned http_server_port(const struct http_server *server) { return server->port; }

unsigned http_server_redirect_port(const struct http_server *server)
{
    return server->redirect_port;
}

static void run_loop(void *user) { http_loop_run(user); }

err http_server_run(struct http_server *server)
{
    err e = ERR_NONE;
    unsigned started = 1;
    while (started < server->loop_count && err_ok(e)) {
        struct http_loop *loop = &server->loops[started];
        if (uv_thread_create(&loop->thread, run_loop, loop) != 0) {
            e = err_new(ERR_UNAVAILABLE, "a thread for an event loop cannot start");
            http_server_stop(server);
            break;
        }
        started++;
    }
    http_loop_run(&server->loops[0]);
    for (unsigned i = 1; i < started; i++) {
        (void)uv_thread_join(&server->loops[i].thread);
    }
    return e;
}

void http_server_stop(struct http_server *server)
{
    (void)atomic_fetch_add(&server->stopping, 1);
    for (unsigned i = 0; i < server->loop_count; i++) {
        struct http_loop *loop = &server->loops[i];
        (void)pthread_mutex_lock(&loop->mail_lock);
        if (loop->open) {
            (void)uv_async_send(&loop->wake);
        }
        (void)pthread_mutex_unlock(&loop->mail_lock);
    }
}

void http_server_reload(struct http_server *server)
{
    if (server->tls) {
        err e = tls_server_reload(server->tls);
        if (err_ok(e)) {
            LOG(LOG_INFO, "http", "certificate reloaded",
                log_c("certificate", server->settings.tls_certificate));
        } else {
            log_err("http", "certificate not reloaded; the old one stays", e);
        }
    }
}

void http_server_close(struct http_server *server)
{
    if (!server) {
        return;
    }
    pool_free(server->slow);
    pool_free(server->work);
    for (unsigned i = 0; i < server->loop_count; i++) {
        http_loop_done(&server->loops[i]);
    }
    peer_table_free(server->peers);
    peer_table_free(server->stream_peers);
    tls_server_free(server->tls);
    mem_free(server->loops);
    mem_free(server);
}

struct http_counters http_server_counters(const struct http_server *server)
{
    struct http_counters sum = {0};
    for (unsigned i = 0; i < server->loop_count; i++) {
        const struct http_counters *c = &server->loops[i].counters;
        const uint64_t *from = (const uint64_t *)(const void *)c;
        uint64_t *to = (uint64_t *)(void *)&sum;
        for (size_t j = 0; j < sizeof sum / sizeof *to; j++) {
            to[j] += __atomic_load_n(&from[j], __ATOMIC_RELAXED);
        }
    }
    return sum;
}
