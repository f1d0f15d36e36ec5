/* SPDX-License-Identifier: Apache-2.0 */
#include "know/cue.h"

#include "know/words.h"

static const struct {
    str words; /* one or two, folded */
    enum know_cue cue;
} table[] = {
    {STR_INIT("when"), KNOW_CUE_NUMBER},
    {STR_INIT("how many"), KNOW_CUE_NUMBER},
    {STR_INIT("how much"), KNOW_CUE_NUMBER},
    {STR_INIT("how long"), KNOW_CUE_NUMBER},
    {STR_INIT("how often"), KNOW_CUE_NUMBER},
    {STR_INIT("how old"), KNOW_CUE_NUMBER},
    {STR_INIT("how far"), KNOW_CUE_NUMBER},
    {STR_INIT("wann"), KNOW_CUE_NUMBER},
    {STR_INIT("wieviel"), KNOW_CUE_NUMBER},
    {STR_INIT("wie viel"), KNOW_CUE_NUMBER},
    {STR_INIT("wie viele"), KNOW_CUE_NUMBER},
    {STR_INIT("wie lange"), KNOW_CUE_NUMBER},
    {STR_INIT("quand"), KNOW_CUE_NUMBER},
    {STR_INIT("combien"), KNOW_CUE_NUMBER},
    {STR_INIT("cu\xc3\xa1ndo"), KNOW_CUE_NUMBER},
    {STR_INIT("cu\xc3\xa1nto"), KNOW_CUE_NUMBER},
    {STR_INIT("who"), KNOW_CUE_NAME},
    {STR_INIT("whom"), KNOW_CUE_NAME},
    {STR_INIT("wer"), KNOW_CUE_NAME},
    {STR_INIT("wen"), KNOW_CUE_NAME},
    {STR_INIT("qui"), KNOW_CUE_NAME},
    {STR_INIT("qui\xc3\xa9n"), KNOW_CUE_NAME},
    {STR_INIT("how do"), KNOW_CUE_STEPS},
    {STR_INIT("how can"), KNOW_CUE_STEPS},
    {STR_INIT("how to"), KNOW_CUE_STEPS},
    {STR_INIT("how should"), KNOW_CUE_STEPS},
    {STR_INIT("wie kann"), KNOW_CUE_STEPS},
    {STR_INIT("wie mache"), KNOW_CUE_STEPS},
};

enum know_cue know_cue_of(str question)
{
    str last = STR_EMPTY, rest = question;
    struct know_chunk chunk;
    while (know_chunk_next(&rest, &chunk)) {
        str word = chunk.text;
        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
            size_t space = str_find_byte(table[i].words, ' ', 0);
            bool met =
                space == SIZE_MAX
                    ? str_ieq(word, table[i].words)
                    : str_ieq(last, str_slice(table[i].words, 0, space)) &&
                          str_ieq(word, str_slice(table[i].words, space + 1, table[i].words.n));
            if (met) {
                return table[i].cue;
            }
        }
        last = word;
    }
    return KNOW_CUE_NONE;
}

static bool has_digit(str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] >= '0' && text.p[i] <= '9') {
            return true;
        }
    }
    return false;
}

/* A capital within the sentence. */
static bool has_name(str text)
{
    struct know_chunk chunk;
    bool first = true;
    while (know_chunk_next(&text, &chunk)) {
        if (!first && !chunk.opens && chunk.pieces[0].capital) {
            return true;
        }
        first = false;
    }
    return false;
}

/* Lines, or words that say what to do. */
static bool has_steps(str text)
{
    static const str words[] = {STR_INIT("use"),     STR_INIT("set"),    STR_INIT("run"),
                                STR_INIT("click"),   STR_INIT("add"),    STR_INIT("select"),
                                STR_INIT("open"),    STR_INIT("enter"),  STR_INIT("to"),
                                STR_INIT("command"), STR_INIT("choose"), STR_INIT("can")};
    if (str_find_byte(text, '\n', 0) != SIZE_MAX) {
        return true;
    }
    struct know_chunk chunk;
    if (!know_chunk_next(&text, &chunk)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (str_ieq(chunk.text, words[i])) {
            return true;
        }
    }
    return false;
}

bool know_cue_met(enum know_cue cue, str text)
{
    switch (cue) {
    case KNOW_CUE_NUMBER:
        return has_digit(text);
    case KNOW_CUE_NAME:
        return has_name(text);
    case KNOW_CUE_STEPS:
        return has_steps(text);
    case KNOW_CUE_NONE:
    default:
        return false;
    }
}
