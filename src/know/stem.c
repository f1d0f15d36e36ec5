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
    if (stems->open[which] == NULL) {
        stems->open[which] = sb_stemmer_new(names[which], NULL);
    }
    if (stems->open[which] == NULL) {
        return word;
    }
    const sb_symbol *stem =
        sb_stemmer_stem(stems->open[which], (const sb_symbol *)word.p, (int)word.n);
    if (stem == NULL) {
        return word;
    }
    str ret = {(const char *)stem, (size_t)sb_stemmer_length(stems->open[which])};
    return ret.n > 0 ? ret : word;
}
