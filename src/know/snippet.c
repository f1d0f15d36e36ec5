/* SPDX-License-Identifier: Apache-2.0 */
#include "know/snippet.h"

#include <math.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "know/sentence.h"

enum { UNITS_MAX = 40, TERMS_MAX = 80, TEXT_MAX = 6000 };

static const char ellipsis[] = "\xe2\x80\xa6";
enum { ELLIPSIS_BYTES = sizeof(ellipsis) - 1 };

/* What a unit has of the question. */
static err unit_worth(struct arena *a, const struct know_question *q, str text, double *ret)
{
    struct know_term *terms = NULL;
    size_t count = 0;
    double got[KNOW_CONCEPTS_MAX] = {0};
    err e = know_terms(a, text, TERMS_MAX, &terms, &count);
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        for (size_t c = 0; c < q->count; c++) {
            got[c] = fmax(got[c], know_meets(&q->concepts[c], terms[i].text));
        }
    }
    double sum = 0;
    for (size_t c = 0; c < q->count; c++) {
        sum += got[c] * know_worth(&q->concepts[c]);
    }
    *ret = sum;
    return e;
}

/* Adds text on one line; false when it did not fit whole. */
static bool add_line(struct buf *b, str text, size_t room)
{
    bool space = b->n > 0;
    while (text.n > 0) {
        str rest = text;
        uint32_t code;
        (void)utf8_next(&rest, &code);
        size_t n = text.n - rest.n;
        if (code <= ' ' || code == 0x7f || code == 0xa0) {
            space = true;
        } else if (b->n + n + (space ? 1 : 0) > room) {
            return false;
        } else {
            if (space && b->n > 0) {
                buf_add_byte(b, ' ');
            }
            space = false;
            buf_add(b, str_n(text.p, n));
        }
        text = rest;
    }
    return true;
}

/* Cuts what did not fit back to its last space, unless that costs too much. */
static void end_cut(struct buf *b, size_t least)
{
    size_t n = b->n;
    while (n > least && b->p[n - 1] != ' ') {
        n--;
    }
    if (n > least) {
        b->n = n - 1;
    }
    buf_add_c(b, ellipsis);
}

static err write_snippet(struct arena *a, const str *units, size_t count, size_t best, str *ret)
{
    struct buf b;
    buf_init(&b, KNOW_SNIPPET_BYTES + 16);
    size_t room = KNOW_SNIPPET_BYTES - ELLIPSIS_BYTES;
    bool whole = true;
    for (size_t i = best; i < count && i < best + 2 && whole; i++) {
        size_t before = b.n;
        whole = add_line(&b, units[i], room);
        if (!whole && i > best) {
            b.n = before;
            whole = true;
            break;
        }
    }
    if (!whole) {
        end_cut(&b, room / 2);
    }
    err e = buf_err(&b);
    str copy = err_ok(e) ? arena_str(a, buf_str(&b)) : STR_EMPTY;
    buf_done(&b);
    if (err_ok(e) && copy.p == NULL) {
        e = err_new(ERR_NO_MEMORY, "no memory for a snippet");
    }
    if (err_ok(e)) {
        *ret = copy;
    }
    return e;
}

err know_snippet(struct arena *a, const struct know_question *question, str text, str *ret)
{
    str units[UNITS_MAX];
    size_t count = 0, best = 0;
    double best_worth = -1;
    struct know_units walk = know_units_of(utf8_cut(text, TEXT_MAX));
    struct know_unit unit;
    while (count < UNITS_MAX && know_unit_next(&walk, &unit)) {
        double worth = 0;
        err e = unit_worth(a, question, unit.text, &worth);
        if (!err_ok(e)) {
            return e;
        }
        if (worth > best_worth) {
            best_worth = worth;
            best = count;
        }
        units[count++] = unit.text;
    }
    return write_snippet(a, units, count, best, ret);
}
