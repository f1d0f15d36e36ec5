/* SPDX-License-Identifier: Apache-2.0 */
/* One look at a candidate: its letters, its quotes, its name. */
#include "scan/judge_private.h"

static bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }

static void count(struct look *l)
{
    for (size_t i = 0; i < l->value.n; i++) {
        unsigned char c = (unsigned char)l->value.p[i];
        l->lower += c >= 'a' && c <= 'z';
        l->upper += c >= 'A' && c <= 'Z';
        l->digit += c >= '0' && c <= '9';
        l->space += c == ' ' || c == '\t' || c == '\n';
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

void look_at(const struct candidate *c, struct look *ret)
{
    struct look l = {.c = c, .value = str_slice(c->secret, 0, JUDGE_VALUE_MAX)};
    size_t at = c->offset;
    l.quoted = at > 0 && at <= c->text.n && is_quote(c->text.p[at - 1]);
    l.in_string = !l.quoted && at <= c->text.n && is_in_string(c->text, at);
    count(&l);
    l.entropy = entropy_of(l.value);
    l.strange = strange_of(l.value);
    l.key = key_class_of(c->key, &l.wide);
    *ret = l;
}
