/* SPDX-License-Identifier: Apache-2.0 */
#include "know/stem.h"

#include <libstemmer.h>

static const char *const names[KNOW_LANGUAGES + 3] = {
    [KNOW_ENGLISH] = "english",      [KNOW_GERMAN] = "german",     [KNOW_FRENCH] = "french",
    [KNOW_SPANISH] = "spanish",      [KNOW_LANGUAGES] = "russian", [KNOW_LANGUAGES + 1] = "greek",
    [KNOW_LANGUAGES + 2] = "arabic",
};

void know_stems_done(struct know_stems *stems)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        sb_stemmer_delete(stems->open[i]);
        stems->open[i] = NULL;
    }
}

static size_t stemmer_of(enum know_language language, enum know_script script)
{
    switch (script) {
    case KNOW_SCRIPT_CYRILLIC:
        return KNOW_LANGUAGES;
    case KNOW_SCRIPT_GREEK:
        return KNOW_LANGUAGES + 1;
    case KNOW_SCRIPT_ARABIC:
        return KNOW_LANGUAGES + 2;
    case KNOW_SCRIPT_LATIN:
    case KNOW_SCRIPT_UNSPACED:
    default:
        return (size_t)language;
    }
}

/* Words that the English stemmer would mix up with others ("custom"). */
static str exception(str word)
{
    static const struct {
        str from, to;
    } table[] = {{STR_INIT("customer"), STR_INIT("customer")},
                 {STR_INIT("customers"), STR_INIT("customer")},
                 {STR_INIT("internet"), STR_INIT("internet")},
                 {STR_INIT("news"), STR_INIT("news")},
                 {STR_INIT("importance"), STR_INIT("importance")},
                 {STR_INIT("international"), STR_INIT("international")},
                 {STR_INIT("policies"), STR_INIT("policy")},
                 {STR_INIT("policy"), STR_INIT("policy")},
                 {STR_INIT("police"), STR_INIT("police")}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (str_eq(word, table[i].from)) {
            return table[i].to;
        }
    }
    return STR_EMPTY;
}

/* Empty when there is none or no memory. */
static str stem_anew(struct know_stems *stems, size_t which, str word)
{
    if (stems->open[which] == NULL) {
        stems->open[which] = sb_stemmer_new(names[which], NULL);
    }
    struct sb_stemmer *open = stems->open[which];
    const sb_symbol *stem =
        open != NULL ? sb_stemmer_stem(open, (const sb_symbol *)word.p, (int)word.n) : NULL;
    return stem != NULL ? str_n((const char *)stem, (size_t)sb_stemmer_length(open)) : STR_EMPTY;
}

/* Texts say the same words again and again, and a stemmer takes fifty times as long as a look: each
 * thread keeps the stems of the words that it met last. */
enum { KEPT = 1024, KEPT_BYTES = 20 };
static _Thread_local struct kept {
    uint8_t which, n, stem_n; /* n: 0 when empty */
    char word[KEPT_BYTES], stem[KEPT_BYTES];
} kept_stems[KEPT];

/* Where the stem of a word is kept, if it is. */
static struct kept *kept_at(size_t which, str word)
{
    uint32_t h = 2166136261u ^ (uint32_t)which;
    for (size_t i = 0; i < word.n; i++) {
        h = (h ^ (unsigned char)word.p[i]) * 16777619u;
    }
    return &kept_stems[(h ^ h >> 16) % KEPT];
}

static void keep(struct kept *kept, size_t which, str word, str stem)
{
    if (word.n <= KEPT_BYTES && stem.n <= KEPT_BYTES) {
        kept->which = (uint8_t)which;
        kept->n = (uint8_t)word.n;
        kept->stem_n = (uint8_t)stem.n;
        memcpy(kept->word, word.p, word.n);
        memcpy(kept->stem, stem.p, stem.n);
    }
}

str know_stem(struct know_stems *stems, enum know_language language, enum know_script script,
              str word)
{
    if (word.n < 3 || script == KNOW_SCRIPT_UNSPACED) {
        return word;
    }
    for (size_t i = 0; i < word.n; i++) {
        if (word.p[i] >= '0' && word.p[i] <= '9') {
            return word;
        }
    }
    size_t which = stemmer_of(language, script);
    str exempt = which == KNOW_ENGLISH ? exception(word) : STR_EMPTY;
    if (exempt.n > 0) {
        return exempt;
    }
    struct kept *kept = kept_at(which, word);
    if (kept->which == which && str_eq(str_n(kept->word, kept->n), word)) {
        return str_n(kept->stem, kept->stem_n);
    }
    str stem = stem_anew(stems, which, word);
    if (stem.n == 0) {
        return word;
    }
    keep(kept, which, word, stem);
    return stem;
}
