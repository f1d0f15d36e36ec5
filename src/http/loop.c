/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/conn.h"

enum { CIPHER_MAX = 4 << 20, LISTEN_BACKLOG = 1024 };

/* ── small things that a loop keeps ready ── */

str http_loop_date(struct http_loop *loop)
{
    int64_t now = clock_wall_ms();
    if (now / 1000 != loop->date_second) {
        struct clock_text text = clock_http(now);
        loop->date_second = now / 1000;
        memcpy(loop->date, text.c, sizeof text.c);
    }
    return str_c(loop->date);
}

id http_loop_id(struct http_loop *loop)
{
    if (loop->random_at + 16 > sizeof loop->random) {
        crypto_random(loop->random, sizeof loop->random); /* one system call for many */
        loop->random_at = 0;
    }
    id result = id_of_random(loop->random + loop->random_at);
    loop->random_at += 16;
    return result;
}

void http_loop_flush_log(struct http_loop *loop)
{
    if (loop->log_n) {
        log_lines(str_n(loop->log, loop->log_n));
        loop->log_n = 0;
    }
}

/* ── mail from other threads ── */

void http_loop_post(struct http_loop *loop, struct http_mail *mail)
{
    (void)pthread_mutex_lock(&loop->mail_lock);
    mail->next = NULL;
    bool first = loop->mail_first == NULL;
    *loop->mail_last = mail;
    loop->mail_last = &mail->next;
    if (first && loop->open) {
        (void)uv_async_send(&loop->wake);
    }
    (void)pthread_mutex_unlock(&loop->mail_lock);
}

static void read_mail(struct http_loop *loop)
{
    (void)pthread_mutex_lock(&loop->mail_lock);
    struct http_mail *mail = loop->mail_first;
    loop->mail_first = NULL;
    loop->mail_last = &loop->mail_first;
    (void)pthread_mutex_unlock(&loop->mail_lock);
    while (mail) {
        struct http_mail *next = mail->next;
        mail->run(mail);
        mail = next;
    }
}

/* ── draining ── */

static void each_conn(struct http_loop *loop, void (*act)(struct http_conn *c))
{
    for (struct http_conn *c = loop->conns, *next; c; c = next) {
        next = c->next;
        act(c);
    }
}

static void drain_conn(struct http_conn *c) { c->protocol->drain(c); }

static void begin_drain(struct http_loop *loop)
{
    loop->draining = true;
    loop->drain_due = http_loop_now(loop) + loop->server->settings.drain_ms;
    each_conn(loop, drain_conn);
}

static void close_listeners(struct http_loop *loop)
{
    for (unsigned i = 0; i < loop->listener_count; i++) {
        if (!uv_is_closing((uv_handle_t *)&loop->listeners[i])) {
            uv_close((uv_handle_t *)&loop->listeners[i], NULL);
        }
    }
    loop->accepting = false;
}

static void close_handle(uv_handle_t *handle, void *user)
{
    (void)user;
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

/* Nothing is left to do: without open handles uv_run returns. */
static void end_if_done(struct http_loop *loop)
{
    bool idle = loop->conn_count == 0 && (loop->req_count == 0 || loop->cut);
    if (!loop->draining || loop->accepting || !idle || !loop->open) {
        return;
    }
    (void)pthread_mutex_lock(&loop->mail_lock);
    bool mail = loop->mail_first != NULL;
    loop->open = mail;
    (void)pthread_mutex_unlock(&loop->mail_lock);
    if (!mail) {
        uv_walk(&loop->uv, close_handle, NULL);
    }
}

/* ── callbacks of libuv ── */

static void on_wake(uv_async_t *wake)
{
    struct http_loop *loop = wake->data;
    read_mail(loop);
    int stopping = atomic_load(&loop->server->stopping);
    if (stopping && !loop->draining) {
        begin_drain(loop);
    }
    if (stopping > 1 && !loop->cut) {
        loop->cut = true;
        close_listeners(loop);
        each_conn(loop, http_conn_close);
    }
}

static void on_due(struct wheel_node *node, void *user)
{
    struct http_conn *c =
        (struct http_conn *)(void *)((char *)node - offsetof(struct http_conn, timer));
    (void)user;
    http_conn_timer(c, http_loop_now(c->loop));
}

static void on_listen(uv_stream_t *listener, int status)
{
    struct http_loop *loop = listener->data;
    unsigned i = listener == (uv_stream_t *)&loop->listeners[1];
    if (status == 0) {
        loop->owed[i] = !http_conn_accept(loop, listener, i == 1);
    }
}

static void on_tick(uv_timer_t *timer)
{
    struct http_loop *loop = timer->data;
    wheel_run(&loop->wheel, http_loop_now(loop), on_due, NULL);
    for (unsigned i = 0; i < loop->listener_count; i++) {
        if (loop->owed[i] && loop->accepting) {
            on_listen((uv_stream_t *)&loop->listeners[i], 0);
        }
    }
    if (loop->draining) {
        if (loop->accepting) {
            close_listeners(loop); /* what was in the backlog has been accepted meanwhile */
        }
        if (http_loop_now(loop) >= loop->drain_due && !loop->cut) {
            loop->cut = true;
            each_conn(loop, http_conn_close);
        }
    } else if (loop->wheel.count == 0 && !loop->owed[0] && !loop->owed[1]) {
        (void)uv_timer_stop(timer);
    }
}

static void before_wait(uv_prepare_t *prepare)
{
    struct http_loop *loop = prepare->data;
    http_loop_flush_log(loop);
    end_if_done(loop);
    bool needed = loop->wheel.count || loop->draining || loop->owed[0] || loop->owed[1];
    if (loop->open && needed && !uv_is_active((uv_handle_t *)&loop->tick)) {
        uv_update_time(&loop->uv);
        (void)uv_timer_start(&loop->tick, on_tick, WHEEL_TICK_MS, WHEEL_TICK_MS);
    }
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct http_loop *loop = handle->data;
    if (number == SIGHUP) {
        http_server_reload(loop->server);
    } else {
        http_server_stop(loop->server);
    }
}

/* ── life ── */

static err init_handles(struct http_loop *loop)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    int failed = uv_async_init(&loop->uv, &loop->wake, on_wake);
    failed |= uv_timer_init(&loop->uv, &loop->tick);
    failed |= uv_prepare_init(&loop->uv, &loop->before_wait);
    failed |= uv_prepare_start(&loop->before_wait, before_wait);
    loop->wake.data = loop->tick.data = loop->before_wait.data = loop;
    for (unsigned i = 0; loop->index == 0 && i < 3; i++) {
        failed |= uv_signal_init(&loop->uv, &loop->signals[i]);
        failed |= uv_signal_start(&loop->signals[i], on_signal, numbers[i]);
        loop->signals[i].data = loop;
    }
    return failed ? err_new(ERR_IO, "the event loop cannot start") : ERR_NONE;
}

err http_loop_init(struct http_loop *loop, struct http_server *server, unsigned index)
{
    loop->server = server;
    loop->index = index;
    loop->mail_last = &loop->mail_first;
    loop->random_at = sizeof loop->random;
    buf_init(&loop->events, HTTP_STREAM_MAX);
    buf_init(&loop->cipher, CIPHER_MAX);
    (void)pthread_mutex_init(&loop->mail_lock, NULL);
    if (uv_loop_init(&loop->uv) != 0) {
        return err_new(ERR_IO, "the event loop cannot start");
    }
    loop->open = true;
    wheel_init(&loop->wheel, http_loop_now(loop));
    return init_handles(loop);
}

err http_loop_listen(struct http_loop *loop, struct listener *listener, bool redirects)
{
    uv_tcp_t *tcp = &loop->listeners[redirects];
    int failed = uv_tcp_init(&loop->uv, tcp);
    failed = failed ? failed : uv_tcp_open(tcp, listener->fd);
    if (failed) {
        return err_new(ERR_IO, "the listening socket cannot be used");
    }
    listener->fd = -1; /* libuv's from here */
    tcp->data = loop;
    loop->listener_count = redirects ? 2 : 1;
    loop->accepting = true;
    return ERR_NONE;
}

void http_loop_run(struct http_loop *loop)
{
    for (unsigned i = 0; i < loop->listener_count; i++) {
        if (uv_listen((uv_stream_t *)&loop->listeners[i], LISTEN_BACKLOG, on_listen) != 0) {
            LOG(LOG_ERROR, "http", "listen failed", log_int("loop", loop->index));
        }
    }
    if (atomic_load(&loop->server->stopping)) {
        (void)uv_async_send(&loop->wake);
    }
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void http_loop_done(struct http_loop *loop)
{
    if (!loop->mail_last) {
        return; /* never begun */
    }
    loop->open = false;
    uv_walk(&loop->uv, close_handle, NULL);
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
    read_mail(loop); /* what workers finished after the loop had ended */
    http_loop_flush_log(loop);
    (void)uv_loop_close(&loop->uv);
    while (loop->free_reqs) {
        struct http_req *req = loop->free_reqs;
        loop->free_reqs = req->next_free;
        arena_done(&req->arena);
        mem_free(req);
    }
    buf_done(&loop->events);
    buf_done(&loop->cipher);
    (void)pthread_mutex_destroy(&loop->mail_lock);
}
