/* SPDX-License-Identifier: Apache-2.0 */
#include "know/stop.h"

#include <pthread.h>

#include "base/utf8.h"
#include "know/fold.h"

enum {
    EN = 1 << KNOW_ENGLISH,
    DE = 1 << KNOW_GERMAN,
    FR = 1 << KNOW_FRENCH,
    ES = 1 << KNOW_SPANISH
};

static const struct entry {
    str word;
    unsigned languages;
} words[] = {
#include "know/stop_words.inc"
};

/* Search asks this of every word of every candidate: a table instead of a search among the words.
 */
enum { SLOTS = 4096 };
static uint16_t slots[SLOTS]; /* places in `words`, from 1; 0: free */
static pthread_once_t filled = PTHREAD_ONCE_INIT;

static size_t slot_of(str word)
{
    uint32_t h = (unsigned char)word.p[0];
    h = h * 31 + (unsigned char)word.p[word.n / 2];
    h = h * 31 + (unsigned char)word.p[word.n - 1];
    h = h * 31 + (uint32_t)word.n;
    return (h ^ h >> 12) % SLOTS;
}

static void fill(void)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t at = slot_of(words[i].word);
        while (slots[at] != 0) {
            at = (at + 1) % SLOTS;
        }
        slots[at] = (uint16_t)(i + 1);
    }
}

unsigned know_stop_languages(str word)
{
    if (word.n == 0) {
        return 0;
    }
    (void)pthread_once(&filled, fill);
    for (size_t at = slot_of(word); slots[at] != 0; at = (at + 1) % SLOTS) {
        const struct entry *found = &words[slots[at] - 1];
        if (str_eq(found->word, word)) {
            return found->languages;
        }
    }
    return 0;
}

/* Adds what a word says about the language; a word of several says little. */
static void weigh_word(str word, unsigned score[KNOW_LANGUAGES])
{
    unsigned languages = know_stop_languages(word);
    unsigned count = (unsigned)__builtin_popcount(languages);
    for (size_t i = 0; i < KNOW_LANGUAGES && languages != 0; i++) {
        if ((languages >> i & 1) != 0) {
            score[i] += count == 1 ? 4 : 2;
        }
    }
}

static void weigh_letters(str word, unsigned score[KNOW_LANGUAGES])
{
    uint32_t code;
    while (utf8_next(&word, &code)) {
        switch (code) {
        case 0xdf: /* sharp s */
            score[KNOW_GERMAN] += 4;
            break;
        case 0xe4: /* umlauts */
        case 0xf6:
        case 0xfc:
        case 0xc4:
        case 0xd6:
        case 0xdc:
            score[KNOW_GERMAN] += 2;
            break;
        case 0xe0: /* grave, circumflex, cedilla, oe */
        case 0xe8:
        case 0xea:
        case 0xe7:
        case 0xf4:
        case 0xee:
        case 0xfb:
        case 0x153:
            score[KNOW_FRENCH] += 2;
            break;
        case 0xe9:
            score[KNOW_FRENCH] += 1;
            score[KNOW_SPANISH] += 1;
            break;
        case 0xf1: /* n with tilde, acute vowels */
        case 0xe1:
        case 0xed:
        case 0xf3:
        case 0xfa:
            score[KNOW_SPANISH] += 2;
            break;
        default:
            break;
        }
    }
}

struct know_guess know_language_guess(str text)
{
    unsigned score[KNOW_LANGUAGES] = {0};
    str rest = utf8_cut(text, 4000);
    struct know_chunk chunk;
    struct know_folded folded;
    while (know_chunk_next(&rest, &chunk)) {
        for (size_t i = 0; i < chunk.count; i++) {
            const struct know_piece *piece = &chunk.pieces[i];
            if (piece->script != KNOW_SCRIPT_LATIN || piece->text.n > 14) {
                continue;
            }
            know_fold(piece, &folded);
            weigh_word(str_n(folded.bare, folded.bare_n), score);
            if (!piece->ascii) {
                weigh_letters(str_n(folded.plain, folded.plain_n), score);
            }
        }
    }
    size_t best = KNOW_ENGLISH;
    for (size_t i = 1; i < KNOW_LANGUAGES; i++) {
        if (score[i] > score[best]) {
            best = i;
        }
    }
    return (struct know_guess){(enum know_language)best, score[best] > 0};
}
