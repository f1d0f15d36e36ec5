/* SPDX-License-Identifier: Apache-2.0 */
/* A decoded piece and the text it stands in: what is where, and what was found before. */
#include "base/crypto.h"
#include "scan/decode.h"
#include "scan/engine_private.h"

enum { PLAIN_LOOK = 512, PLAIN_TRIES = 8 };

static size_t decoded_length(const struct pass *p, str source, struct buf *probe)
{
    buf_clear(probe);
    bool changed =
        p->encoding == ENCODING_JOINED ? decode_join(source, probe) : decode_escapes(source, probe);
    return changed ? probe->n : source.n;
}

size_t pass_source(struct pass *p, size_t offset)
{
    size_t low = p->source_from, high = p->source_to;
    switch (p->encoding) {
    case ENCODING_BASE64:
        return low + offset / 3 * 4 < high ? low + offset / 3 * 4 : high;
    case ENCODING_HEX: {
        size_t each = (high - low) / (p->text.n ? p->text.n : 1);
        return low + offset * each < high ? low + offset * each : high;
    }
    case ENCODING_ESCAPES:
    case ENCODING_JOINED:
        /* The longest part of the source that gives no more than what is before. */
        while (low < high) {
            size_t middle = low + (high - low + 1) / 2;
            str part = str_slice(p->outer->text, p->source_from, middle);
            if (decoded_length(p, part, &p->w->probe) <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    case ENCODING_NONE:
    case ENCODING_GZIP:
    case ENCODINGS:
        break;
    }
    return low;
}

/* True when the rule finds this secret at `at` without decoding. */
static bool is_plain_at(const struct pass *top, unsigned rule, str secret, size_t at)
{
    const struct rule_code *code = &top->w->scan->scanner->rules[rule];
    size_t start = at > PLAIN_LOOK ? at - PLAIN_LOOK : 0;
    size_t end = str_slice(top->text, 0, at + secret.n + WINDOW_BEFORE_MAX).n;
    for (unsigned i = 0; i < PLAIN_TRIES && start <= at; i++) {
        int groups = pass_look(top, code, start, at, end);
        if (groups < 0) {
            return false;
        }
        const PCRE2_SIZE *match = pcre2_get_ovector_pointer(top->w->data);
        str found = pass_secret(top, code, groups);
        if (found.p == top->text.p + at && found.n == secret.n) {
            return true;
        }
        start = match[1] > start ? match[1] : start + 1;
    }
    return false;
}

/* Around an escape or a join stands text that needs no decoding; what is in it is found anyway. */
static bool is_plain(const struct pass *p, unsigned rule, str secret)
{
    str region = str_slice(p->outer->text, 0, p->source_to);
    size_t at = p->source_from;
    for (unsigned i = 0; i < PLAIN_TRIES; i++, at++) {
        at = str_find(region, secret, at);
        if (at == SIZE_MAX) {
            return false;
        }
        if (is_plain_at(p->outer, rule, secret, at)) {
            return true;
        }
    }
    return false;
}

bool pass_seen(struct pass *p, unsigned rule, const struct candidate *c)
{
    struct pass *top = p->outer;
    bool region = p->encoding == ENCODING_ESCAPES || p->encoding == ENCODING_JOINED;
    if (region && is_plain(p, rule, c->secret)) {
        return true;
    }
    struct piece_seen now = {
        .rule = c->rule,
        .secret = crypto_siphash(c->secret),
        .at = top->base + pass_source(p, c->offset),
    };
    for (size_t i = 0; i < PIECES_SEEN_MAX; i++) {
        const struct piece_seen *one = &top->seen[i];
        uint64_t far = one->at > now.at ? one->at - now.at : now.at - one->at;
        if (one->rule == now.rule && one->secret == now.secret && far <= PIECE_NEAR) {
            return true;
        }
    }
    top->seen[top->seen_next++ % PIECES_SEEN_MAX] = now;
    return false;
}
