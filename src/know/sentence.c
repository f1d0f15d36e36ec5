/* SPDX-License-Identifier: Apache-2.0 */
#include "know/sentence.h"

#include "base/utf8.h"

/* Words whose stop ends no sentence, folded to lower case, without the stop. */
static const str abbreviations[] = {
    STR_INIT("e.g"),  STR_INIT("i.e"),  STR_INIT("etc"),  STR_INIT("vs"),   STR_INIT("cf"),
    STR_INIT("al"),   STR_INIT("mr"),   STR_INIT("mrs"),  STR_INIT("ms"),   STR_INIT("dr"),
    STR_INIT("prof"), STR_INIT("st"),   STR_INIT("no"),   STR_INIT("nr"),   STR_INIT("fig"),
    STR_INIT("inc"),  STR_INIT("ltd"),  STR_INIT("co"),   STR_INIT("corp"), STR_INIT("approx"),
    STR_INIT("dept"), STR_INIT("est"),  STR_INIT("ca"),   STR_INIT("bzw"),  STR_INIT("usw"),
    STR_INIT("z.b"),  STR_INIT("d.h"),  STR_INIT("u.a"),  STR_INIT("evtl"), STR_INIT("ggf"),
    STR_INIT("inkl"), STR_INIT("zzgl"), STR_INIT("tel"),  STR_INIT("abs"),  STR_INIT("art"),
    STR_INIT("str"),  STR_INIT("mme"),  STR_INIT("sr"),   STR_INIT("sra"),  STR_INIT("jan"),
    STR_INIT("feb"),  STR_INIT("aug"),  STR_INIT("sept"), STR_INIT("oct"),  STR_INIT("nov"),
    STR_INIT("dec"),  STR_INIT("min"),  STR_INIT("max"),  STR_INIT("vol"),  STR_INIT("pp"),
};

static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* The word before a stop at `at` is an abbreviation or an initial. */
static bool abbreviated(str text, size_t at)
{
    size_t from = at;
    while (from > 0 && (is_letter(text.p[from - 1]) || text.p[from - 1] == '.')) {
        from--;
    }
    str word = str_slice(text, from, at);
    if (word.n == 1 && word.p[0] >= 'A' && word.p[0] <= 'Z') {
        return word.p[0] != 'I';
    }
    for (size_t i = 0; i < sizeof(abbreviations) / sizeof(abbreviations[0]); i++) {
        if (str_ieq(word, abbreviations[i])) {
            return true;
        }
    }
    return false;
}

/* Length of a full stop of a script that needs no space after it, 0 when there is none. */
static size_t wide_stop(str text, size_t at)
{
    static const str stops[] = {STR_INIT("\xe3\x80\x82"), STR_INIT("\xef\xbc\x81"),
                                STR_INIT("\xef\xbc\x9f"), STR_INIT("\xef\xbd\xa1"),
                                STR_INIT("\xd8\x9f"),     STR_INIT("\xe0\xa5\xa4")};
    for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
        if (str_starts(str_slice(text, at, text.n), stops[i])) {
            return stops[i].n;
        }
    }
    return 0;
}

/* Closing marks after a stop belong to the sentence. */
static size_t skip_closers(str text, size_t at)
{
    static const str closers[] = {STR_INIT(")"),
                                  STR_INIT("\""),
                                  STR_INIT("'"),
                                  STR_INIT("]"),
                                  STR_INIT("\xe2\x80\x9d"),
                                  STR_INIT("\xe2\x80\x9c"),
                                  STR_INIT("\xe2\x80\x99"),
                                  STR_INIT("\xc2\xbb"),
                                  STR_INIT("\xe3\x80\x8d"),
                                  STR_INIT("."),
                                  STR_INIT("!"),
                                  STR_INIT("?")};
    bool moved = true;
    while (moved && at < text.n) {
        moved = false;
        for (size_t i = 0; i < sizeof(closers) / sizeof(closers[0]); i++) {
            if (str_starts(str_slice(text, at, text.n), closers[i])) {
                at += closers[i].n;
                moved = true;
            }
        }
    }
    return at;
}

str know_sentence(str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        size_t wide = (unsigned char)c >= 0x80 ? wide_stop(text, i) : 0;
        if (wide > 0) {
            return str_slice(text, 0, skip_closers(text, i + wide));
        }
        if (c != '.' && c != '!' && c != '?') {
            continue;
        }
        size_t after = skip_closers(text, i + 1);
        if (after == text.n) {
            return text;
        }
        size_t next = after;
        while (next < text.n && is_space(text.p[next])) {
            next++;
        }
        bool lower = next < text.n && text.p[next] >= 'a' && text.p[next] <= 'z';
        if (next > after && !(c == '.' && (lower || abbreviated(text, i)))) {
            return str_slice(text, 0, after);
        }
        i = after - 1;
    }
    return text;
}

static bool is_list_line(str line)
{
    line = str_trim(line);
    if (str_starts(line, STR("- ")) || str_starts(line, STR("* ")) ||
        str_starts(line, STR("\xe2\x80\xa2"))) {
        return true;
    }
    size_t digits = 0;
    while (digits < line.n && line.p[digits] >= '0' && line.p[digits] <= '9') {
        digits++;
    }
    return digits > 0 && digits < 4 && digits + 1 < line.n &&
           (line.p[digits] == '.' || line.p[digits] == ')') && line.p[digits + 1] == ' ';
}

/* Marks that prose has seldom and code often. */
static bool looks_like_code(str line)
{
    line = str_trim(line);
    size_t marks = 0;
    for (size_t i = 0; i < line.n; i++) {
        marks += str_find_byte(STR("$<>=;{}|\\*_#@&+[]"), line.p[i], 0) != SIZE_MAX;
        bool option = i > 1 && i + 1 < line.n &&
                      str_eq(str_slice(line, i - 2, i + 1), STR(" --")) && is_letter(line.p[i + 1]);
        marks += option ? 2 : i > 0 && line.p[i] == '-' && line.p[i - 1] == '-';
        marks += i > 0 && line.p[i] == '(' && is_letter(line.p[i - 1]);
    }
    if (str_find(line, STR("   "), 0) != SIZE_MAX) {
        return true; /* set in columns: readers of running text make one space of many */
    }
    char last = line.n > 0 ? line.p[line.n - 1] : ' ';
    if (last == '\\' || str_starts(line, STR("--")) || str_starts(line, STR("-H "))) {
        return true; /* a command that goes on */
    }
    bool prose = last == '.' || last == ':' || last == '?' || last == '!' || last == ',';
    return marks > 0 && !prose && marks * 40 >= line.n;
}

static enum know_unit_kind kind_of(str paragraph)
{
    size_t lines = 0, listed = 0, coded = 0, cells = 0;
    str line;
    str rest = paragraph;
    while (str_split(&rest, '\n', &line)) {
        lines++;
        listed += is_list_line(line);
        cells += str_find(line, STR(" | "), 0) != SIZE_MAX;
        coded += looks_like_code(line) ||
                 (lines > 1 && (str_starts(line, STR("  ")) || str_starts(line, STR("\t"))));
    }
    if (listed * 2 >= lines && listed > 0) {
        return KNOW_UNIT_LIST;
    }
    if (cells * 2 >= lines && lines > 1) {
        return KNOW_UNIT_LIST;
    }
    return coded * 3 > lines * 2 ? KNOW_UNIT_CODE : KNOW_UNIT_SENTENCE;
}

/* Takes the next paragraph (up to an empty line) off the rest. */
static bool next_paragraph(struct know_units *u)
{
    while (u->rest.n > 0) {
        size_t end = str_find(u->rest, STR("\n\n"), 0);
        str paragraph = str_slice(u->rest, 0, end == SIZE_MAX ? u->rest.n : end);
        u->rest = str_slice(u->rest, end == SIZE_MAX ? u->rest.n : end + 2, u->rest.n);
        if (!str_empty(str_trim(paragraph))) {
            u->paragraph = paragraph;
            u->opens = true;
            u->count++;
            return true;
        }
    }
    return false;
}

bool know_unit_next(struct know_units *u, struct know_unit *ret)
{
    if (str_empty(str_trim(u->paragraph)) && !next_paragraph(u)) {
        return false;
    }
    *ret = (struct know_unit){.paragraph = u->count - 1, .opens = u->opens};
    ret->kind = u->opens ? kind_of(u->paragraph) : KNOW_UNIT_SENTENCE;
    if (ret->kind != KNOW_UNIT_SENTENCE) {
        ret->text = u->paragraph;
        while (ret->text.n > 0 && is_space(ret->text.p[ret->text.n - 1])) {
            ret->text.n--;
        }
        u->paragraph = STR_EMPTY;
    } else {
        str text = str_trim(u->paragraph);
        ret->text = know_sentence(text);
        u->paragraph = str_slice(text, ret->text.n, text.n);
    }
    u->opens = false;
    return true;
}
