/* SPDX-License-Identifier: Apache-2.0 */
#include "http/conn.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "base/mem.h"
#include "http/conn_tls.h"
#include "http/peers.h"

/* ── queues of output ── */

static void queue_add(struct http_queue *q, struct http_chunk *chunk)
{
    chunk->next = NULL;
    if (q->last) {
        q->last->next = chunk;
    } else {
        q->first = chunk;
    }
    q->last = chunk;
}

static void queue_pop(struct http_queue *q)
{
    struct http_chunk *chunk = q->first;
    q->first = chunk->next;
    q->last = q->first ? q->last : NULL;
    mem_free(chunk->owned);
    mem_free(chunk);
}

static void queue_done(struct http_queue *q)
{
    while (q->first) {
        queue_pop(q);
    }
}

bool http_conn_queue(struct http_conn *c, struct http_queue *q, const char *p, size_t n,
                     enum http_bytes kind)
{
    struct http_chunk *chunk = mem_alloc(sizeof *chunk + (kind == HTTP_BYTES_COPY ? n : 0));
    if (!chunk) {
        return false;
    }
    chunk->p = p;
    chunk->n = n;
    if (kind == HTTP_BYTES_COPY) {
        memcpy(chunk->bytes, p, n);
        chunk->p = chunk->bytes;
    }
    queue_add(q, chunk);
    c->pending += n;
    return true;
}

void http_conn_consume(struct http_conn *c, struct http_queue *q, size_t n)
{
    c->pending -= n;
    while (q->first && n >= q->first->n) {
        n -= q->first->n;
        queue_pop(q);
    }
    if (q->first) {
        q->first->p += n;
        q->first->n -= n;
    }
}

/* ── closing ── */

static void on_closed(uv_handle_t *handle)
{
    struct http_conn *c = handle->data;
    struct http_server *server = c->loop->server;
    if (c->counted) {
        peer_table_leave(server->peers, &c->peer);
    }
    (void)atomic_fetch_sub(&server->connections, 1);
    HTTP_UNCOUNT(c->loop->counters.connections_open, 1);
    c->loop->conn_count--;
    if (c->protocol->free) {
        c->protocol->free(c);
    }
    queue_done(&c->wire);
    queue_done(&c->plain);
    tls_conn_free(c->tls);
    buf_done(&c->in);
    mem_free(c);
}

void http_conn_close(struct http_conn *c)
{
    if (c->closing) {
        return;
    }
    c->closing = true;
    wheel_clear(&c->loop->wheel, &c->timer);
    *(c->prev ? &c->prev->next : &c->loop->conns) = c->next;
    if (c->next) {
        c->next->prev = c->prev;
    }
    c->protocol->closed(c);
    uv_close((uv_handle_t *)&c->tcp, on_closed);
}

/* A peer that has not read what the kernel holds for it would keep that memory for minutes: reset
 * it instead. */
void http_conn_drop(struct http_conn *c)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    uv_os_fd_t fd;
    int unread = 0;
    if (!c->closing && uv_fileno((uv_handle_t *)&c->tcp, &fd) == 0 &&
        ioctl(fd, SIOCOUTQ, &unread) == 0 && unread > 0) {
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    http_conn_close(c);
}

void http_conn_shutdown(struct http_conn *c)
{
    if (http_conn_pending(c)) {
        c->close_when_drained = true;
        return;
    }
    uv_os_fd_t fd;
    if (c->tls) {
        http_tls_end(c);
    }
    if (!c->closing && uv_fileno((uv_handle_t *)&c->tcp, &fd) == 0) {
        (void)shutdown(fd, SHUT_WR);
    }
}

/* ── output ── */

static void start_write(struct http_conn *c);

static void on_written(uv_write_t *write, int status)
{
    struct http_conn *c = write->handle->data;
    while (c->writing > 0) {
        c->pending -= c->wire.first->n;
        queue_pop(&c->wire);
        c->writing--;
    }
    if (status < 0 || c->closing) {
        http_conn_close(c);
        return;
    }
    if (c->plain.first && !c->wire.first) {
        http_tls_pump(c);
    }
    if (c->closing) {
        return;
    }
    start_write(c);
    if (http_conn_pending(c)) {
        return;
    }
    c->write_due = 0;
    if (c->close_when_drained) {
        c->close_when_drained = false;
        http_conn_shutdown(c);
    }
    c->protocol->drained(c);
    http_conn_update(c);
}

static void start_write(struct http_conn *c)
{
    uv_buf_t parts[HTTP_OUT_PARTS];
    unsigned n = 0;
    if (c->writing || !c->wire.first || c->closing) {
        return;
    }
    for (struct http_chunk *chunk = c->wire.first; chunk && n < HTTP_OUT_PARTS;
         chunk = chunk->next) {
        parts[n++] = uv_buf_init((char *)(uintptr_t)chunk->p, (unsigned)chunk->n);
    }
    c->writing = n;
    if (uv_write(&c->write, (uv_stream_t *)&c->tcp, parts, n, on_written) != 0) {
        c->writing = 0;
        http_conn_close(c);
    }
}

/* Writes as much as the socket takes and queues a copy of the rest. */
void http_conn_send(struct http_conn *c, uv_buf_t *parts, unsigned count)
{
    size_t sent = 0;
    if (!c->wire.first) {
        int n = uv_try_write((uv_stream_t *)&c->tcp, parts, count);
        if (n < 0 && n != UV_EAGAIN) {
            http_conn_close(c);
            return;
        }
        sent = n > 0 ? (size_t)n : 0;
    }
    HTTP_COUNT(c->loop->counters.bytes_out, sent);
    for (unsigned i = 0; i < count; i++) {
        size_t skip = sent < parts[i].len ? sent : parts[i].len;
        sent -= skip;
        const char *p = parts[i].base + skip;
        size_t n = parts[i].len - skip;
        bool scratch = (p >= c->loop->out.bytes && p < c->loop->out.bytes + HTTP_OUT_BYTES) ||
                       (c->loop->cipher.p && p >= c->loop->cipher.p &&
                        p < c->loop->cipher.p + c->loop->cipher.capacity);
        if (n &&
            !http_conn_queue(c, &c->wire, p, n, scratch ? HTTP_BYTES_COPY : HTTP_BYTES_STATIC)) {
            http_conn_close(c);
            return;
        }
    }
    start_write(c);
}

static void out_reset(struct http_out *out)
{
    out->part_count = 0;
    out->n = out->total = 0;
}

/* Gives the gathered parts to TLS or the socket. */
static void out_write(struct http_conn *c)
{
    struct http_out *out = &c->loop->out;
    if (out->part_count && !c->closing) {
        if (c->tls) {
            http_tls_send(c, out->parts, out->part_count);
        } else {
            http_conn_send(c, out->parts, out->part_count);
        }
    }
    out_reset(out);
}

static void out_part(struct http_out *out, const char *p, size_t n)
{
    uv_buf_t *last = out->part_count ? &out->parts[out->part_count - 1] : NULL;
    out->total += n;
    if (last && last->base + last->len == p) {
        last->len += n;
        return;
    }
    out->parts[out->part_count++] = uv_buf_init((char *)(uintptr_t)p, (unsigned)n);
}

void http_conn_out(struct http_conn *c, str bytes)
{
    struct http_out *out = &c->loop->out;
    while (bytes.n > 0 && !c->closing) {
        if (out->n == HTTP_OUT_BYTES || out->part_count == HTTP_OUT_PARTS) {
            out_write(c);
        }
        size_t room = HTTP_OUT_BYTES - out->n, n = bytes.n < room ? bytes.n : room;
        char *at = out->bytes + out->n;
        memcpy(at, bytes.p, n);
        out->n += n;
        out_part(out, at, n);
        bytes = str_slice(bytes, n, bytes.n);
    }
}

char *http_conn_reserve(struct http_conn *c, size_t n)
{
    struct http_out *out = &c->loop->out;
    if (HTTP_OUT_BYTES - out->n < n || out->part_count == HTTP_OUT_PARTS) {
        out_write(c);
    }
    return c->closing || n > HTTP_OUT_BYTES ? NULL : out->bytes + out->n;
}

void http_conn_commit(struct http_conn *c, size_t n)
{
    struct http_out *out = &c->loop->out;
    out_part(out, out->bytes + out->n, n);
    out->n += n;
}

void http_conn_out_static(struct http_conn *c, str bytes)
{
    struct http_out *out = &c->loop->out;
    if (bytes.n < 512) {
        http_conn_out(c, bytes);
        return;
    }
    if (out->part_count == HTTP_OUT_PARTS) {
        out_write(c);
    }
    if (!c->closing) {
        out_part(out, bytes.p, bytes.n);
    }
}

void http_conn_out_owned(struct http_conn *c, char *owned, size_t n)
{
    out_write(c);
    struct http_queue *q = c->tls ? &c->plain : &c->wire;
    if (c->closing || !http_conn_queue(c, q, owned, n, HTTP_BYTES_STATIC)) {
        mem_free(owned);
        http_conn_close(c);
        return;
    }
    q->last->owned = owned;
    if (c->tls) {
        http_tls_pump(c);
    }
    start_write(c);
}

void http_conn_flush(struct http_conn *c)
{
    out_write(c);
    if (c->closing) {
        return;
    }
    if (!http_conn_pending(c)) {
        c->write_due = 0;
    } else if (c->write_due == 0) {
        c->write_due = http_loop_now(c->loop) + c->loop->server->settings.write_ms;
        c->write_mark = c->pending;
        wheel_set(&c->loop->wheel, &c->timer, c->write_due);
    }
}

/* ── deadlines ── */

void http_conn_deadline(struct http_conn *c, int64_t ms_from_now)
{
    if (c->closing) {
        return;
    }
    c->deadline = ms_from_now ? http_loop_now(c->loop) + ms_from_now : 0;
    int64_t due =
        c->deadline && (!c->write_due || c->deadline < c->write_due) ? c->deadline : c->write_due;
    if (due) {
        wheel_set(&c->loop->wheel, &c->timer, due);
    }
}

void http_conn_timer(struct http_conn *c, int64_t now)
{
    if (c->write_due && now >= c->write_due) {
        /* The chunk that uv_write holds shrinks inside libuv only. */
        size_t inside = uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp), held = 0;
        struct http_chunk *chunk = c->wire.first;
        for (unsigned i = 0; i < c->writing; i++, chunk = chunk->next) {
            held += chunk->n;
        }
        size_t left = c->pending - held + inside;
        if (c->write_mark - (left < c->write_mark ? left : c->write_mark) < HTTP_WRITE_STEP) {
            http_conn_drop(c); /* the peer does not read */
            return;
        }
        c->write_mark = left;
        c->write_due = now + c->loop->server->settings.write_ms;
    }
    if (c->deadline && now >= c->deadline && http_conn_pending(c)) {
        c->deadline = now + HTTP_RETRY_MS; /* output goes first; it has its own deadline */
    } else if (c->deadline && now >= c->deadline) {
        c->deadline = 0;
        c->protocol->expired(c);
        if (c->closing) {
            return;
        }
    }
    int64_t next = c->deadline > now ? c->deadline : c->write_due;
    next = c->write_due && c->write_due < next ? c->write_due : next;
    if (next) {
        wheel_set(&c->loop->wheel, &c->timer, next);
    }
}

/* ── input ── */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    const struct http_conn *c = handle->data;
    (void)suggested;
    *ret = uv_buf_init(c->loop->in, HTTP_READ_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    struct http_conn *c = stream->data;
    if (n == 0) {
        return;
    }
    if (n < 0) {
        c->eof = true;
        if (n == UV_EOF) {
            c->reading = false;
            (void)uv_read_stop(stream);
            c->protocol->eof(c);
        } else {
            http_conn_close(c);
        }
        return;
    }
    if (c->tls) {
        http_tls_input(c, str_n(buffer->base, (size_t)n));
    } else {
        c->protocol->input(c, str_n(buffer->base, (size_t)n));
    }
    http_conn_update(c);
}

void http_conn_update(struct http_conn *c)
{
    if (c->closing) {
        return;
    }
    bool wanted =
        !c->eof && c->in.n < HTTP_IN_MAX && (!http_conn_pending(c) || c->state == H1_LINGER);
    if (wanted != c->reading) {
        c->reading = wanted;
        if (!wanted) {
            (void)uv_read_stop((uv_stream_t *)&c->tcp);
        } else if (uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read) != 0) {
            http_conn_close(c);
        }
    }
}

/* ── accepting ── */

static const char busy_answer[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
                                  "Retry-After: 5\r\nConnection: close\r\n\r\n";

/* Counts the connection; false when it is one too many. */
static bool admit(struct http_conn *c)
{
    struct http_server *server = c->loop->server;
    struct sockaddr_storage sa = {0};
    int n = sizeof sa;
    if (uv_tcp_getpeername(&c->tcp, (struct sockaddr *)&sa, &n) != 0) {
        return false;
    }
    c->peer = addr_from_sockaddr((const struct sockaddr *)&sa);
    if (atomic_load(&server->connections) > server->settings.connections_max) {
        return false;
    }
    for (unsigned i = 0; i < server->proxy_count; i++) {
        if (addr_net_has(&server->proxies[i], &c->peer)) {
            return true; /* a proxy stands for many clients */
        }
    }
    c->counted =
        peer_table_enter(server->peers, &c->peer, server->settings.connections_per_address);
    return c->counted;
}

bool http_conn_accept(struct http_loop *loop, uv_stream_t *listener, bool redirects)
{
    struct http_conn *c = mem_alloc(sizeof *c);
    if (!c) {
        return false;
    }
    c->loop = loop;
    c->protocol = &http_protocol_1;
    c->redirects = redirects;
    c->fresh = true;
    buf_init(&c->in, HTTP_IN_MAX + HTTP_READ_BYTES);
    (void)uv_tcp_init(&loop->uv, &c->tcp);
    c->tcp.data = c;
    c->next = loop->conns;
    if (c->next) {
        c->next->prev = c;
    }
    loop->conns = c;
    loop->conn_count++;
    (void)atomic_fetch_add(&loop->server->connections, 1);
    HTTP_COUNT(loop->counters.connections, 1);
    HTTP_COUNT(loop->counters.connections_open, 1);
    if (uv_accept(listener, (uv_stream_t *)&c->tcp) != 0) {
        http_conn_close(c);
        return true;
    }
    bool tls = loop->server->tls && !redirects;
    if (!admit(c)) {
        HTTP_COUNT(loop->counters.refused, 1);
        if (!tls) {
            uv_buf_t part = uv_buf_init((char *)(uintptr_t)busy_answer, sizeof busy_answer - 1);
            (void)uv_try_write((uv_stream_t *)&c->tcp, &part, 1);
        }
        http_conn_close(c);
        return true;
    }
    if (tls && !(c->tls = tls_conn_new(loop->server->tls))) {
        http_conn_close(c);
        return true;
    }
    http_conn_deadline(c, loop->draining ? HTTP_DRAIN_GRACE_MS : loop->server->settings.header_ms);
    http_conn_update(c);
    return true;
}
