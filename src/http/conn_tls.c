/* SPDX-License-Identifier: Apache-2.0 */
#include "http/conn_tls.h"

enum { STEP = 32 << 10 }; /* plain bytes that are encrypted before the socket is asked */

/* Sends what TLS wants to say. */
static void send_cipher(struct http_conn *c)
{
    struct buf *cipher = &c->loop->cipher;
    if (cipher->failed) {
        http_conn_close(c);
    } else if (cipher->n && !c->closing) {
        uv_buf_t part = uv_buf_init(cipher->p, (unsigned)cipher->n);
        http_conn_send(c, &part, 1);
    }
    buf_clear(cipher);
}

void http_tls_input(struct http_conn *c, str bytes)
{
    struct http_loop *loop = c->loop;
    size_t n = 0;
    bool was_ready = tls_conn_ready(c->tls);
    do {
        err e = tls_conn_read(c->tls, &bytes, loop->plain, sizeof loop->plain, &n, &loop->cipher);
        send_cipher(c);
        if (!was_ready && !c->closing && tls_conn_ready(c->tls)) {
            was_ready = true;
            if (tls_conn_is_h2(c->tls)) {
                http_conn_use_h2(c);
            }
        }
        if (n && !c->closing) {
            c->protocol->input(c, str_n(loop->plain, n));
        }
        if (!err_ok(e) && !c->closing) {
            c->eof = true;
            if (e.code == ERR_CLOSED) {
                c->protocol->eof(c);
            } else {
                http_conn_close(c);
            }
            return;
        }
    } while (!c->closing && (n || bytes.n));
}

void http_tls_send(struct http_conn *c, uv_buf_t *parts, unsigned count)
{
    for (unsigned i = 0; i < count && !c->closing; i++) {
        str rest = str_n(parts[i].base, parts[i].len);
        while (rest.n && !http_conn_pending(c) && !c->closing) {
            str step = str_slice(rest, 0, STEP);
            rest = str_slice(rest, step.n, rest.n);
            if (!err_ok(tls_conn_write(c->tls, step, &c->loop->cipher))) {
                http_conn_close(c);
                return;
            }
            /* Small parts share a write: the last one sends them all. */
            if (rest.n || i + 1 == count || c->loop->cipher.n >= STEP) {
                send_cipher(c);
            }
        }
        bool scratch =
            rest.p >= c->loop->out.bytes && rest.p < c->loop->out.bytes + sizeof c->loop->out.bytes;
        if (rest.n && !c->closing &&
            !http_conn_queue(c, &c->plain, rest.p, rest.n,
                             scratch ? HTTP_BYTES_COPY : HTTP_BYTES_STATIC)) {
            http_conn_close(c);
        }
    }
    if (!c->closing && c->loop->cipher.n) {
        send_cipher(c);
    }
}

void http_tls_pump(struct http_conn *c)
{
    while (c->plain.first && !c->wire.first && !c->closing) {
        str step = str_slice(str_n(c->plain.first->p, c->plain.first->n), 0, STEP);
        if (!err_ok(tls_conn_write(c->tls, step, &c->loop->cipher))) {
            http_conn_close(c);
            return;
        }
        http_conn_consume(c, &c->plain, step.n);
        send_cipher(c);
    }
}

void http_tls_end(struct http_conn *c)
{
    tls_conn_end(c->tls, &c->loop->cipher);
    send_cipher(c);
}
