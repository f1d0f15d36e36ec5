/* SPDX-License-Identifier: Apache-2.0 */
/* What is filled in, formatted or run: references, formats, expressions; and the same signs in a
 * random password, where they are chance. */
#include "base/bytes.h"
#include "scan/judge_private.h"

enum {
    CHANCE_LETTERS = 7,   /* letters and digits beside the verbs of a format */
    CHANCE_STRANGE = 60,  /* per cent, see strange_of */
    CHANCE_DRESSED = 40,  /* of what has both cases, a digit and a sign */
    CHANCE_SIGNS = 5,     /* kinds of signs that only chance puts together */
    CHANCE_ENTROPY = 290, /* hundredths of a bit */
    NAME_STRANGE = 45,    /* per cent: the name of a reference is made of words */
    NAME_MIN = 3,
    CHECK_MIN = 2,   /* letters of the rule of a validator */
    BRACE_REST = 12, /* bytes after a name in braces */
};

static bool contains_one(str s, const str *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (contains(s, list[i])) {
            return true;
        }
    }
    return false;
}

#define CONTAINS_ONE(s, list) contains_one(s, list, sizeof list / sizeof *list)

static bool contains_exactly(str s, const str *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_find(s, list[i], 0) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

/* Bytes of the printf verb at `at`: "%s", "%-08.3lx"; 0 when there is none. */
static size_t verb_at(str s, size_t at)
{
    static const char verbs[] = "aAbBcdDeEfFgGilnopqsStTuUvxX@";
    size_t i = at + 1;
    while (i < s.n && s.p[i] && strchr("0123456789.*$", s.p[i])) {
        i++;
    }
    while (i < s.n && s.p[i] && strchr("hlzjt", s.p[i])) {
        i++;
    }
    return s.p[at] == '%' && i < s.n && s.p[i] && strchr(verbs, s.p[i]) ? i + 1 - at : 0;
}

/* How many of the signs stand in it that people put into passwords. */
static size_t sign_kinds(str s)
{
    size_t n = 0;
    for (const char *sign = "!@#$%^&*?~+=|"; *sign; sign++) {
        n += str_find_byte(s, *sign, 0) != SIZE_MAX;
    }
    return n;
}

/* True when the value is random without its verbs: signs of code in it mean nothing. */
static bool is_chance(const struct look *l)
{
    char rest[JUDGE_VALUE_MAX];
    size_t n = 0, lower = 0, upper = 0, digit = 0;
    for (size_t i = 0; i < l->value.n;) {
        size_t verb = verb_at(l->value, i);
        char c = verb ? ' ' : l->value.p[i];
        lower += c >= 'a' && c <= 'z';
        upper += is_upper(c);
        digit += is_digit(c);
        rest[n++] = c;
        i += verb ? verb : 1;
    }
    str s = str_n(rest, n);
    size_t kinds = sign_kinds(s);
    if (l->space || l->other || lower + upper + digit < CHANCE_LETTERS || lower + upper < 2 ||
        l->entropy < CHANCE_ENTROPY) {
        return false;
    }
    if (digit == 0 && (lower < 2 || upper < 2 || kinds < 2)) {
        return false;
    }
    bool dressed = digit > 0 && lower > 0 && upper > 0 && has_strong_symbol(l->value);
    return (kinds >= CHANCE_SIGNS && digit > 0) ||
           strange_of(s) >= (dressed ? CHANCE_DRESSED : CHANCE_STRANGE);
}

static bool is_word_name(str s)
{
    while (s.n && s.p[0] == ' ') {
        s = str_slice(s, 1, s.n);
    }
    return s.n >= NAME_MIN && (is_letter(s.p[0]) || strchr("_.$@'\"", s.p[0])) &&
           strange_of(s) < NAME_STRANGE;
}

/* "{name:16", whose end the value has not. */
static bool is_cut_count(str s, size_t colon)
{
    size_t i = colon + 1;
    while (i < s.n && is_digit(s.p[i])) {
        i++;
    }
    return s.p[colon] == ':' && i == s.n && i > colon + 1;
}

/* "{name}" or "{name:16}" within a value: a format or a template. */
static bool has_braces(const struct look *l)
{
    str s = l->value;
    size_t open = str_find_byte(s, '{', 0);
    while (open != SIZE_MAX) {
        size_t i = open + 1;
        while (i < s.n && (is_alnum(s.p[i]) || s.p[i] == '_' || s.p[i] == '.')) {
            i++;
        }
        size_t close = str_find_byte(str_slice(s, 0, i + BRACE_REST), '}', i);
        if (i > open + 2 && i < s.n && is_letter(s.p[open + 1]) &&
            (s.p[i] == '}' || (s.p[i] == ':' && close != SIZE_MAX) || is_cut_count(s, i)) &&
            (is_word_name(str_slice(s, open + 1, i)) || !is_chance(l))) {
            return true;
        }
        open = str_find_byte(s, '{', open + 1);
    }
    return false;
}

/* "${NAME}", "$(command)", "{{ name }}": of a random value only what closes and holds a name. */
static bool has_reference(const struct look *l)
{
    static const struct {
        str open, close;
    } pairs[] = {
        {STR_INIT("${"), STR_INIT("}")},  {STR_INIT("$("), STR_INIT(")")},
        {STR_INIT("{{"), STR_INIT("}}")}, {STR_INIT("<%"), STR_INIT("%>")},
        {STR_INIT("#{"), STR_INIT("}")},  {STR_INIT("%{"), STR_INIT("}")},
        {STR_INIT("%("), STR_INIT(")")},  {STR_INIT("[["), STR_INIT("]]")},
        {STR_INIT("\\("), STR_INIT(")")}, {STR_INIT("}}"), STR_INIT("")},
        {STR_INIT("->"), STR_INIT("")},   {STR_INIT("::"), STR_INIT("")},
        {STR_INIT("$_"), STR_INIT("")},
    };
    for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++) {
        size_t at = str_find(l->value, pairs[p].open, 0);
        if (at == SIZE_MAX) {
            continue;
        }
        if (at == 0 || !is_chance(l)) {
            return true;
        }
        size_t from = at + pairs[p].open.n;
        size_t to = pairs[p].close.n ? str_find(l->value, pairs[p].close, from) : SIZE_MAX;
        if (to != SIZE_MAX && is_word_name(str_slice(l->value, from, to))) {
            return true;
        }
    }
    return false;
}

const char *value_is_filled(const struct look *l)
{
    if (has_braces(l)) {
        return "the value is a template that something else fills in";
    }
    return !is_dense(l) && has_reference(l)
               ? "the value is a reference that something else fills in"
               : NULL;
}

/* "VARCHAR(255)", "decimal(10,2)" */
static bool is_typed(str s)
{
    size_t i = 0, from;
    while (i < s.n && (is_letter(s.p[i]) || s.p[i] == '_')) {
        i++;
    }
    from = i + 1;
    if (i < 3 || i == s.n || s.p[i++] != '(') {
        return false;
    }
    while (i < s.n && (is_digit(s.p[i]) || s.p[i] == ',' || s.p[i] == ' ')) {
        i++;
    }
    return i > from && i + 1 == s.n && s.p[i] == ')';
}

/* A rule of a validator: "required", "min:8", "same:password2". */
static bool is_check(str s)
{
    size_t i = 0;
    while (i < s.n && ((s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '_')) {
        i++;
    }
    if (i < CHECK_MIN || i == s.n) {
        return i >= CHECK_MIN;
    }
    bool rest = s.p[i] == ':';
    for (; i < s.n && rest; i++) {
        rest = is_alnum(s.p[i]) || strchr(":,._-/ ", s.p[i]);
    }
    return rest;
}

/* "required|min:8|confirmed": one of its rules takes a value, or all are words. */
static bool is_check_list(str s)
{
    size_t checks = 0;
    while (s.n) {
        size_t end = str_find_byte(s, '|', 0);
        end = end == SIZE_MAX ? s.n : end;
        if (!is_check(str_slice(s, 0, end))) {
            return false;
        }
        checks++;
        s = str_slice(s, end + 1, s.n);
    }
    return checks >= 2;
}

bool is_expression(const struct look *l)
{
    static const str sure[] = {
        STR_INIT("[a-z"), STR_INIT("[A-Z"), STR_INIT("[0-9"), STR_INIT("\\d"),
        STR_INIT("\\w"),  STR_INIT("\\s"),  STR_INIT("{0}"),  STR_INIT("{1}"),
    };
    static const str signs[] = {
        STR_INIT("(?"),  STR_INIT(".*"), STR_INIT(".+"), STR_INIT("[^"),
        STR_INIT("();"), STR_INIT("()"), STR_INIT("=>"), STR_INIT("&&"),
        STR_INIT("||"),  STR_INIT("</"), STR_INIT("/>"), STR_INIT("=="),
    };
    static const str verbs[] = {
        STR_INIT("%s"),  STR_INIT("%d"), STR_INIT("%v"),  STR_INIT("%@"),
        STR_INIT("%q"),  STR_INIT("%u"), STR_INIT("%x"),  STR_INIT("%X"),
        STR_INIT("%S"),  STR_INIT("%D"), STR_INIT("%1$"), STR_INIT("%02"),
        STR_INIT("%ld"), STR_INIT("%0"), STR_INIT("%p"),  STR_INIT("%l"),
    };
    if (str_ends(l->value, STR("=="))) {
        return false;
    }
    if (CONTAINS_ONE(l->value, sure) || is_typed(l->value) || is_check_list(l->value)) {
        return true;
    }
    return (CONTAINS_ONE(l->value, signs) ||
            contains_exactly(l->value, verbs, sizeof verbs / sizeof *verbs)) &&
           !is_chance(l);
}

/* "&#228;" */
bool has_entity(const struct look *l)
{
    size_t at = str_find(l->value, STR("&#"), 0);
    if (at == SIZE_MAX) {
        return false;
    }
    size_t i = at + 2;
    while (i < l->value.n && bytes_hex_digit(str_lower(l->value.p[i])) >= 0) {
        i++;
    }
    return (i < l->value.n && (l->value.p[i] == ';' || str_lower(l->value.p[i]) == 'x')) ||
           !is_chance(l);
}

bool is_refused_hash(const struct look *l)
{
    enum proof_result proof = proof_check(PROOF_CRYPT, l->value);
    return proof == PROOF_HOLDS || (proof == PROOF_FAILS && !is_chance(l));
}
