/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/verify.h"

static bool is_slug_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_';
}

static void note(struct scan *s, str slug)
{
    for (unsigned i = 0; i < s->project_count; i++) {
        if (str_eq(str_c(s->projects[i]), slug)) {
            return;
        }
    }
    if (s->project_count < SCAN_PROJECTS_MAX && slug.n < sizeof s->projects[0]) {
        char *to = s->projects[s->project_count++];
        memcpy(to, slug.p, slug.n);
        to[slug.n] = '\0';
    }
}

/* Over `project`'s ending, an operator and a quote; SIZE_MAX when something else stands there. */
static size_t value_at(str text, size_t at)
{
    static const str ends[] = {STR_INIT("Id"), STR_INIT("ID"), STR_INIT("-id"), STR_INIT("_id")};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (str_starts(str_slice(text, at, at + ends[i].n), ends[i])) {
            at += ends[i].n;
            break;
        }
    }
    bool assigned = false;
    for (size_t limit = at + 8; at < text.n && at < limit; at++) {
        char c = text.p[at];
        if (assigned && (c == '"' || c == '\'' || c == '`')) {
            return at + 1;
        }
        assigned = assigned || c == '=' || c == ':';
        if (c != ' ' && c != '=' && c != ':' && c != '"' && c != '\'' && c != '\\') {
            break;
        }
    }
    return SIZE_MAX;
}

void verify_note_projects(struct scan *s, str text)
{
    static const str word = STR_INIT("roject");
    for (size_t at = 0;
         s->project_count < SCAN_PROJECTS_MAX && (at = str_find(text, word, at)) != SIZE_MAX;
         at++) {
        size_t from = value_at(text, at + word.n), to = from;
        while (from != SIZE_MAX && to < text.n && is_slug_byte(text.p[to])) {
            to++;
        }
        if (from != SIZE_MAX && to > from && to < text.n &&
            (text.p[to] == '"' || text.p[to] == '\'' || text.p[to] == '`' || text.p[to] == '\\')) {
            note(s, str_slice(text, from, to));
        }
    }
}
