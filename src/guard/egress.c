/* SPDX-License-Identifier: Apache-2.0 */
/* Text comes in as characters, passes the leak detector (egress_leak.c), and is then cut into
 * tokens that the rules (egress_rules.c) decide. */
#include "base/utf8.h"
#include "guard/egress_private.h"

enum { HELD_MAX = 64 << 10 };

void egress_init(struct egress *e, const struct egress_settings *settings)
{
    *e = (struct egress){.settings = settings};
    leak_init(&e->leak, settings->canary);
    buf_init(&e->held, HELD_MAX);
}

void egress_done(struct egress *e)
{
    leak_done(&e->leak);
    buf_done(&e->held);
}

/* Decides what can be decided of the held text. */
static err drain(struct egress *e, bool end, struct buf *out)
{
    size_t at = 0;
    while (at < e->held.n) {
        struct front f = {str_slice(buf_str(&e->held), at, e->held.n), end, out};
        size_t used = egress_step(e, &f);
        if (used == 0) {
            break;
        }
        at += used;
    }
    buf_consume(&e->held, at);
    return buf_err(out);
}

/* Moves what cannot be part of a leak from the detector to the rules. */
static void release(struct egress *e, size_t n)
{
    buf_add(&e->held, str_slice(buf_str(&e->leak.raw), 0, n));
    buf_consume(&e->leak.raw, n);
    e->leak.base += n;
}

static bool is_hidden(uint32_t c)
{
    return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) || c == 0xad ||
           c == 0x200b || c == 0x2060 || c == 0xfeff || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || (c >= 0xe0000 && c <= 0xe0fff);
}

static err leaked(struct egress *e)
{
    e->leaked = true;
    buf_clear(&e->held);
    buf_clear(&e->leak.raw);
    return err_new(ERR_FORBIDDEN, "the answer repeats its instructions");
}

/* Takes whole characters. */
static err take(struct egress *e, str text, struct buf *out)
{
    uint32_t c;
    while (utf8_next(&text, &c)) {
        if (is_hidden(c)) {
            continue;
        }
        if (!leak_push(&e->leak, c)) {
            return leaked(e);
        }
        if (c == ' ' || c == '\n' || text.n == 0 || e->leak.raw.n >= HELD_MAX / 4) {
            release(e, leak_safe(&e->leak));
            err error = e->held.n >= HELD_MAX / 2 ? drain(e, false, out) : ERR_NONE;
            if (!err_ok(error)) {
                return error;
            }
        }
    }
    err error = buf_err(&e->leak.raw);
    return err_ok(error) ? drain(e, false, out) : error;
}

static err prepare(struct egress *e)
{
    if (e->leaked) {
        return err_new(ERR_FORBIDDEN, "the answer repeats its instructions");
    }
    return e->leak.prompt || e->settings->prompt.n == 0
               ? ERR_NONE
               : leak_prompt(&e->leak, e->settings->prompt);
}

err egress_push(struct egress *e, str piece, struct buf *out)
{
    err error = prepare(e);
    /* The start of a character that came before, with as much as completes it. */
    while (err_ok(error) && e->cut_n > 0 && piece.n > 0) {
        e->cut[e->cut_n++] = piece.p[0];
        piece = str_slice(piece, 1, piece.n);
        str cut = {e->cut, e->cut_n};
        size_t tail = utf8_tail(cut);
        if (tail == e->cut_n) {
            continue;
        }
        error = take(e, str_slice(cut, 0, cut.n - tail), out);
        memmove(e->cut, e->cut + cut.n - tail, tail);
        e->cut_n = (unsigned)tail;
    }
    if (!err_ok(error) || piece.n == 0) {
        return error;
    }
    size_t tail = utf8_tail(piece);
    error = take(e, str_slice(piece, 0, piece.n - tail), out);
    memcpy(e->cut, piece.p + piece.n - tail, tail);
    e->cut_n = (unsigned)tail;
    return error;
}

err egress_finish(struct egress *e, struct buf *out)
{
    err error = prepare(e);
    if (err_ok(error) && e->cut_n > 0) {
        error = take(e, (str){e->cut, e->cut_n}, out);
        e->cut_n = 0;
    }
    if (err_ok(error) && !leak_end(&e->leak)) {
        return leaked(e);
    }
    if (!err_ok(error)) {
        return error;
    }
    release(e, e->leak.raw.n);
    return drain(e, true, out);
}
