/* SPDX-License-Identifier: Apache-2.0 */
#include "know/pieces.h"

#include "base/utf8.h"

enum { WORD_BYTES = 24, WORD_STEP = 12 };

static bool is_cjk(uint32_t c)
{
    return (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7AF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF) ||
           (c >= 0x0E00 && c <= 0x0EFF);
}

struct meter {
    size_t size, word; /* half words so far; bytes of the word we are in */
};

/* Counts one more character. */
static void meter_add(struct meter *m, uint32_t code, size_t bytes)
{
    if (code <= ' ') {
        m->word = 0;
    } else if (is_cjk(code)) {
        m->word = 0;
        m->size++;
    } else {
        size_t before = m->word > WORD_BYTES ? (m->word - WORD_BYTES) / WORD_STEP : 0;
        m->size += m->word == 0 ? 2 : 0;
        m->word += bytes;
        m->size += (m->word > WORD_BYTES ? (m->word - WORD_BYTES) / WORD_STEP : 0) - before;
    }
}

size_t pieces_size(str text)
{
    struct meter m = {0};
    uint32_t code;
    for (size_t before = text.n; utf8_next(&text, &code); before = text.n) {
        meter_add(&m, code, before - text.n);
    }
    return m.size;
}

static bool ends_sentence(uint32_t code)
{
    return code == '.' || code == '!' || code == '?' || code == 0x2026;
}

static bool ends_sentence_cjk(uint32_t code)
{
    return code == 0x3002 || code == 0xFF01 || code == 0xFF1F;
}

/* Where a piece may end, as bytes from the front. */
struct places {
    size_t line, sentence, word;
};

static size_t best_place(const struct places *at, size_t reached, enum pieces_start *ret_next)
{
    size_t least = reached / 3;
    if (at->line > least) {
        *ret_next = PIECES_LINE;
        return at->line;
    }
    *ret_next = PIECES_SENTENCE;
    return at->sentence > least ? at->sentence : at->word > least ? at->word : reached;
}

bool pieces_next(struct pieces *p, size_t max, struct piece *ret)
{
    while (p->rest.n && (p->rest.p[0] == ' ' || p->rest.p[0] == '\n') && p->next != PIECES_LINE) {
        p->rest = str_slice(p->rest, 1, p->rest.n);
    }
    while (p->rest.n && p->rest.p[0] == '\n') {
        p->rest = str_slice(p->rest, 1, p->rest.n);
    }
    if (str_empty(p->rest)) {
        return false;
    }
    str whole = p->rest, left = whole;
    struct meter m = {0};
    struct places at = {0};
    enum pieces_start next = PIECES_PARAGRAPH;
    uint32_t code, before = 0;
    size_t end = whole.n;
    for (size_t offset = 0; utf8_next(&left, &code); offset = whole.n - left.n) {
        size_t after = whole.n - left.n;
        meter_add(&m, code, after - offset);
        if (m.size > max && offset > 0) {
            end = best_place(&at, offset, &next);
            break;
        }
        if (code == '\n') {
            at.line = offset;
        } else if (code == ' ') {
            at.word = offset;
            at.sentence = ends_sentence(before) ? offset : at.sentence;
        } else if (ends_sentence_cjk(code)) {
            at.sentence = after;
        }
        before = code;
    }
    str text = str_slice(whole, 0, end);
    while (text.n && (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\n')) {
        text.n--;
    }
    *ret = (struct piece){.text = text, .size = pieces_size(text), .start = p->next};
    p->rest = str_slice(whole, end, whole.n);
    p->next = next;
    return true;
}
