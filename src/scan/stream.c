/* SPDX-License-Identifier: Apache-2.0 */
/* A text that comes in pieces: blocks that overlap, searched one after another. */
#include "base/mem.h"
#include "scan/engine_private.h"

enum { STREAM_BUFFER = STREAM_BLOCK + SCAN_OVERLAP, HEAD = 8192 };

struct scan_stream {
    struct pass pass;
    struct text_traits traits;
    bool has_traits;
    size_t n;
    char bytes[STREAM_BUFFER];
};

err scan_stream_begin(struct scan_worker *w, const struct origin *o, struct scan_stream **ret)
{
    struct scan_stream *s = mem_alloc(sizeof *s);
    if (!s) {
        return err_new(ERR_NO_MEMORY, "no memory to read a stream");
    }
    pass_init(&s->pass, w, &s->traits, o);
    *ret = s;
    return ERR_NONE;
}

void scan_stream_traits(struct scan_stream *s, const struct text_traits *traits)
{
    s->traits = *traits;
    s->has_traits = true;
}

/* Searches what has come. Hits so near the end that more may belong to them wait for the next
 * time. */
static void search(struct scan_stream *s, bool last)
{
    struct pass *p = &s->pass;
    uint64_t end = p->base + s->n;
    if (!s->has_traits) {
        s->has_traits = true;
        text_traits_find(p->origin->path, str_slice(str_n(s->bytes, s->n), 0, HEAD), &s->traits);
    }
    p->text = str_n(s->bytes, s->n);
    p->from = p->to;
    p->to = last ? end : end - BLOCK_AFTER;
    pass_run(p);
}

static void forget(struct scan_stream *s)
{
    struct pass *p = &s->pass;
    uint64_t keep = p->to - BLOCK_BEFORE;
    lines_advance(&p->lines, p->text, p->base, keep);
    size_t gone = (size_t)(keep - p->base);
    memmove(s->bytes, s->bytes + gone, s->n - gone);
    s->n -= gone;
    p->base = keep;
}

void scan_stream_add(struct scan_stream *s, str piece)
{
    while (piece.n > 0) {
        size_t room = sizeof s->bytes - s->n;
        str part = str_slice(piece, 0, room);
        memcpy(s->bytes + s->n, part.p, part.n);
        s->n += part.n;
        piece = str_slice(piece, part.n, piece.n);
        if (s->n == sizeof s->bytes) {
            search(s, false);
            forget(s);
        }
    }
}

void scan_stream_end(struct scan_stream *s)
{
    if (s) {
        search(s, true);
        mem_free(s);
    }
}
