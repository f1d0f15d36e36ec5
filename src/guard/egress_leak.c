/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "base/utf8.h"
#include "guard/egress_private.h"

/* HELD_MAX: what is held for a leak that may come; more between two words, or two letters, is no
 * leak. */
enum { RAW_MAX = 64 << 10, WORD_BYTES_MAX = 64, HELD_MAX = 4096 };

static const uint32_t HASH_START = 0x811c9dc5, HASH_STEP = 0x01000193; /* FNV-1a */

void leak_init(struct egress_leak *leak, str canary)
{
    *leak = (struct egress_leak){.word_hash = HASH_START};
    buf_init(&leak->raw, RAW_MAX);
    for (size_t i = 0; i < canary.n && leak->canary_length < EGRESS_CANARY_MAX; i++) {
        leak->canary[leak->canary_length++] = str_lower(canary.p[i]);
    }
    unsigned k = 0;
    for (unsigned i = 1; i < leak->canary_length; i++) {
        while (k > 0 && leak->canary[i] != leak->canary[k]) {
            k = leak->canary_back[k - 1];
        }
        k += leak->canary[i] == leak->canary[k];
        leak->canary_back[i] = (unsigned char)k;
    }
}

void leak_done(struct egress_leak *leak)
{
    buf_done(&leak->raw);
    mem_free(leak->prompt);
    mem_free(leak->run);
    leak->prompt = NULL;
    leak->run = NULL;
}

/* ── words: letters and digits; each ideograph is one ── */

static bool is_ideograph(uint32_t c)
{
    return c >= 0x2e80 && !(c >= 0x3000 && c <= 0x303f) && c < 0xfe00;
}

static bool is_word_code(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= 0xc0 && c < 0x2000 && c != 0xd7 && c != 0xf7) || is_ideograph(c);
}

static uint32_t hash_code(uint32_t hash, uint32_t c)
{
    c = c >= 'A' && c <= 'Z' ? c | 0x20 : c;
    for (; c; c >>= 8) {
        hash = (hash ^ (c & 0xff)) * HASH_STEP;
    }
    return hash;
}

/* Tells after a character whether a word ended before it or with it. */
static bool word_ends_before(const struct egress_leak *leak, uint32_t c)
{
    return leak->word_bytes > 0 &&
           (!is_word_code(c) || is_ideograph(c) || leak->word_bytes >= WORD_BYTES_MAX);
}

err leak_prompt(struct egress_leak *leak, str prompt)
{
    leak->prompt = mem_array(EGRESS_PROMPT_WORDS_MAX, sizeof *leak->prompt);
    leak->run = mem_array(EGRESS_PROMPT_WORDS_MAX, sizeof *leak->run);
    if (!leak->prompt || !leak->run) {
        return err_new(ERR_NO_MEMORY, "no memory for the egress filter");
    }
    struct egress_leak words = {.word_hash = HASH_START};
    uint32_t c = ' ';
    bool more = true;
    while (more && leak->prompt_words < EGRESS_PROMPT_WORDS_MAX) {
        more = utf8_next(&prompt, &c);
        c = more ? c : ' ';
        if (word_ends_before(&words, c)) {
            leak->prompt[leak->prompt_words++] = words.word_hash;
            words.word_bytes = 0;
            words.word_hash = HASH_START;
        }
        if (is_word_code(c)) {
            words.word_bytes++;
            words.word_hash = hash_code(words.word_hash, c);
            if (is_ideograph(c)) {
                words.word_bytes = WORD_BYTES_MAX;
            }
        }
    }
    return ERR_NONE;
}

/* Compares the word that ended with every place of the prompt. False when a run is long enough. */
static bool word_end(struct egress_leak *leak)
{
    memmove(leak->word_places, leak->word_places + 1,
            sizeof leak->word_places - sizeof *leak->word_places);
    leak->word_places[EGRESS_OVERLAP_WORDS - 1] = leak->word_place;
    leak->run_longest = 0;
    unsigned char before = 0;
    for (unsigned i = 0; i < leak->prompt_words; i++) {
        unsigned char old = leak->run[i];
        leak->run[i] = leak->prompt[i] == leak->word_hash ? (unsigned char)(before + 1) : 0;
        leak->run_longest = leak->run[i] > leak->run_longest ? leak->run[i] : leak->run_longest;
        before = old;
    }
    leak->word_bytes = 0;
    leak->word_hash = HASH_START;
    return leak->run_longest < EGRESS_OVERLAP_WORDS;
}

/* False when the canary is complete. */
static bool canary_step(struct egress_leak *leak, char c, uint64_t place)
{
    if (leak->canary_length == 0 || !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'))) {
        return true;
    }
    leak->canary_places[leak->canary_seen++ % EGRESS_CANARY_MAX] = place;
    while (leak->canary_matched > 0 && leak->canary[leak->canary_matched] != c) {
        leak->canary_matched = leak->canary_back[leak->canary_matched - 1];
    }
    leak->canary_matched += leak->canary[leak->canary_matched] == c;
    return leak->canary_matched < leak->canary_length;
}

/* Where what is held begins: the canary's or the run's first letter, or the word under way. */
static uint64_t held_from(const struct egress_leak *leak)
{
    uint64_t place = leak->base + leak->raw.n;
    if (leak->word_bytes > 0) {
        place = leak->word_place;
    }
    if (leak->run_longest > 0) {
        place = leak->word_places[EGRESS_OVERLAP_WORDS - leak->run_longest];
    }
    if (leak->canary_matched > 0) {
        uint64_t start =
            leak->canary_places[(leak->canary_seen - leak->canary_matched) % EGRESS_CANARY_MAX];
        place = start < place ? start : place;
    }
    return place;
}

/* Gives up on a leak whose parts stand too far from each other. */
static void forget(struct egress_leak *leak)
{
    if (leak->run) {
        memset(leak->run, 0, leak->prompt_words);
    }
    leak->run_longest = 0;
    leak->canary_matched = 0;
}

bool leak_push(struct egress_leak *leak, uint32_t code)
{
    uint64_t place = leak->base + leak->raw.n;
    if (place - held_from(leak) > HELD_MAX) {
        forget(leak);
    }
    if (word_ends_before(leak, code) && !word_end(leak)) {
        return false;
    }
    if (is_word_code(code)) {
        leak->word_place = leak->word_bytes ? leak->word_place : place;
        leak->word_bytes = is_ideograph(code) ? WORD_BYTES_MAX : leak->word_bytes + 1;
        leak->word_hash = hash_code(leak->word_hash, code);
    }
    utf8_add(&leak->raw, code);
    return code >= 0x80 || canary_step(leak, str_lower((char)code), place);
}

bool leak_end(struct egress_leak *leak) { return leak->word_bytes == 0 || word_end(leak); }

size_t leak_safe(const struct egress_leak *leak) { return (size_t)(held_from(leak) - leak->base); }
