/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sse.h"

void sse_init(struct sse *sse)
{
    *sse = (struct sse){0};
    buf_init(&sse->line, SSE_EVENT_MAX);
    buf_init(&sse->data, SSE_EVENT_MAX);
}

void sse_done(struct sse *sse)
{
    buf_done(&sse->line);
    buf_done(&sse->data);
}

static err dispatch(struct sse *sse, sse_event_fn event, void *user)
{
    if (!sse->has_data) {
        return ERR_NONE;
    }
    bool more = event(user, buf_str(&sse->data));
    buf_clear(&sse->data);
    sse->has_data = false;
    return more ? ERR_NONE : err_new(ERR_CLOSED, "the reader of the events has stopped");
}

/* Only the field "data" matters here; comments, ids, names and retry times are passed over. */
static err line_end(struct sse *sse, sse_event_fn event, void *user)
{
    str line = buf_str(&sse->line);
    if (!sse->begun && str_starts(line, STR("\xef\xbb\xbf"))) {
        line = str_slice(line, 3, line.n);
    }
    sse->begun = true;
    if (line.n == 0) {
        buf_clear(&sse->line);
        return dispatch(sse, event, user);
    }
    size_t colon = str_find_byte(line, ':', 0);
    str name = str_slice(line, 0, colon);
    str value = colon == SIZE_MAX ? STR_EMPTY : str_slice(line, colon + 1, line.n);
    if (str_starts(value, STR(" "))) {
        value = str_slice(value, 1, value.n);
    }
    if (str_eq(name, STR("data"))) {
        if (sse->has_data) {
            buf_add_byte(&sse->data, '\n');
        }
        buf_add(&sse->data, value);
        sse->has_data = true;
    }
    buf_clear(&sse->line);
    return buf_err(&sse->data);
}

err sse_push(struct sse *sse, str piece, sse_event_fn event, void *user)
{
    while (piece.n > 0) {
        if (sse->after_cr && piece.p[0] == '\n') {
            piece = str_slice(piece, 1, piece.n);
        }
        sse->after_cr = false;
        size_t n = 0;
        while (n < piece.n && piece.p[n] != '\n' && piece.p[n] != '\r') {
            n++;
        }
        buf_add(&sse->line, str_slice(piece, 0, n));
        err e = buf_err(&sse->line);
        if (err_ok(e) && n < piece.n) {
            sse->after_cr = piece.p[n] == '\r';
            e = line_end(sse, event, user);
            n++;
        }
        if (!err_ok(e)) {
            return e;
        }
        piece = str_slice(piece, n, piece.n);
    }
    return ERR_NONE;
}

err sse_end(struct sse *sse, sse_event_fn event, void *user) { return dispatch(sse, event, user); }
