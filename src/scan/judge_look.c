/* SPDX-License-Identifier: Apache-2.0 */
/* One look at a candidate: its letters, its quotes, its name. */
#include "scan/judge_private.h"

static bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }

bool has_strong_symbol(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] && strchr("!@#$%^&*?~+=|", s.p[i])) {
            return true;
        }
    }
    return false;
}

static void count(struct look *l)
{
    for (size_t i = 0; i < l->value.n; i++) {
        unsigned char c = (unsigned char)l->value.p[i];
        l->lower += c >= 'a' && c <= 'z';
        l->upper += c >= 'A' && c <= 'Z';
        l->digit += c >= '0' && c <= '9';
        l->space += c == ' ' || c == '\t' || c == '\n';
        l->turns += i > 0 && is_alnum((char)c) && is_alnum(l->value.p[i - 1]) &&
                    is_digit((char)c) != is_digit(l->value.p[i - 1]);
        l->flips += i > 0 && is_letter((char)c) && is_letter(l->value.p[i - 1]) &&
                    is_upper((char)c) != is_upper(l->value.p[i - 1]);
        l->other += c >= 0x80 || (c < 0x20 && c != '\t' && c != '\n');
    }
    l->symbol = l->value.n - l->lower - l->upper - l->digit - l->space - l->other;
}

/* True when an odd number of quotes stands before it on its line. */
static bool is_in_string(str text, size_t offset)
{
    size_t floor = offset > JUDGE_LINE_MAX ? offset - JUDGE_LINE_MAX : 0, single = 0, twice = 0;
    for (size_t i = offset; i > floor && text.p[i - 1] != '\n'; i--) {
        twice += text.p[i - 1] == '"';
        single += text.p[i - 1] == '\'' || text.p[i - 1] == '`';
    }
    return twice % 2 == 1 || single % 2 == 1;
}

static size_t line_start(str text, size_t offset)
{
    size_t floor = offset > JUDGE_LINE_MAX ? offset - JUDGE_LINE_MAX : 0;
    while (offset > floor && text.p[offset - 1] != '\n') {
        offset--;
    }
    return offset;
}

/* Of the languages where it is not settings that are commented out. */
bool is_comment(const struct candidate *c)
{
    size_t i = line_start(c->text, c->offset);
    while (i < c->offset && (c->text.p[i] == ' ' || c->text.p[i] == '\t')) {
        i++;
    }
    str line = str_slice(c->text, i, c->offset);
    return c->traits->kind == TEXT_CODE &&
           ((str_starts(line, STR("#")) && !str_starts(line, STR("#define"))) ||
            str_starts(line, STR("//")) || str_starts(line, STR("<!--")) ||
            str_starts(line, STR("/*")) || str_starts(line, STR("* ")) ||
            str_starts(line, STR("*\t")) || str_starts(line, STR("--")) ||
            str_starts(line, STR(">>> ")));
}

/* "password: must be kept": a bare word that others follow. */
static bool is_trailed(const struct candidate *c)
{
    size_t i = c->offset + c->secret.n, from = i;
    while (i < c->text.n && (c->text.p[i] == ' ' || c->text.p[i] == '\t')) {
        i++;
    }
    return i > from && i < c->text.n && is_letter(c->text.p[i]);
}

void look_at(const struct candidate *c, struct look *ret)
{
    struct look l = {.c = c, .value = str_slice(c->secret, 0, JUDGE_VALUE_MAX)};
    size_t at = c->offset;
    l.quoted = at > 0 && at <= c->text.n && is_quote(c->text.p[at - 1]);
    l.in_string = !l.quoted && at <= c->text.n && is_in_string(c->text, at);
    l.comment = at <= c->text.n && is_comment(c);
    l.trailed = at <= c->text.n && !l.quoted && is_trailed(c);
    count(&l);
    l.entropy = entropy_of(l.value);
    l.strange = strange_of(l.value);
    l.key = key_class_of(c->key, &l.wide);
    *ret = l;
}
