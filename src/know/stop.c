/* SPDX-License-Identifier: Apache-2.0 */
#include "know/stop.h"

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

unsigned know_stop_languages(str word)
{
    size_t low = 0, high = sizeof(words) / sizeof(words[0]);
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_cmp(word, words[middle].word);
        if (order == 0) {
            return words[middle].languages;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
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
    while (know_chunk_next(&rest, &chunk)) {
        for (size_t i = 0; i < chunk.count; i++) {
            const struct know_piece *piece = &chunk.pieces[i];
            if (piece->script != KNOW_SCRIPT_LATIN || piece->text.n > 14) {
                continue;
            }
            struct know_folded folded;
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
