/* SPDX-License-Identifier: Apache-2.0 */
/* All ways of matching at once: a bit for each position of the pattern, so that no pattern makes it
 * slow. */
#include "scan/config.h"

enum kind { ONE, ANY_ONE, STAR, ALL, PARTS, SEPARATOR, FOLDER };

enum { WORD = 64, WORDS = (GLOB_PATTERN_MAX + 2) / WORD + 1 };

/* A pattern as positions; position `count` is the end. */
struct glob {
    enum kind kinds[GLOB_PATTERN_MAX + 2];
    char bytes[GLOB_PATTERN_MAX + 2];
    size_t count;
};

struct states {
    uint64_t bits[WORDS];
};

static bool is_separator(char c) { return c == '/' || c == '!'; }

static void add(struct glob *g, enum kind kind, char byte)
{
    g->kinds[g->count] = kind;
    g->bytes[g->count++] = byte;
}

static void compile(struct glob *g, str pattern)
{
    bool folder = str_ends(pattern, STR("/"));
    pattern.n -= folder;
    for (size_t i = 0; i < pattern.n; i++) {
        char c = pattern.p[i];
        bool stars = c == '*' && i + 1 < pattern.n && pattern.p[i + 1] == '*';
        bool begins = i == 0 || pattern.p[i - 1] == '/';
        if (stars && begins && i + 2 < pattern.n && pattern.p[i + 2] == '/') {
            add(g, PARTS, 0);
            i += 2;
        } else if (stars) {
            add(g, ALL, 0);
            i++;
        } else {
            add(g, c == '*' ? STAR : c == '?' ? ANY_ONE : c == '/' ? SEPARATOR : ONE, c);
        }
    }
    if (folder) {
        add(g, FOLDER, 0);
        add(g, ALL, 0);
    }
}

/* Adds a position and what can be reached from it without a byte. */
static void enter(const struct glob *g, struct states *s, size_t i)
{
    for (;; i++) {
        s->bits[i / WORD] |= UINT64_C(1) << i % WORD;
        if (i == g->count || (g->kinds[i] != STAR && g->kinds[i] != ALL && g->kinds[i] != PARTS)) {
            return;
        }
    }
}

/* Where a byte leads from one position. */
static void step(const struct glob *g, size_t i, char c, struct states *to)
{
    bool separator = is_separator(c);
    switch (g->kinds[i]) {
    case ONE:
    case ANY_ONE:
        if (g->kinds[i] == ONE ? c == g->bytes[i] : !separator) {
            enter(g, to, i + 1);
        }
        break;
    case STAR:
    case ALL:
        if (g->kinds[i] == ALL || !separator) {
            enter(g, to, i);
        }
        break;
    case PARTS: /* goes on within parts, ends only where one begins */
        to->bits[i / WORD] |= UINT64_C(1) << i % WORD;
        if (separator) {
            enter(g, to, i + 1);
        }
        break;
    case SEPARATOR:
    case FOLDER:
        if (separator) {
            enter(g, to, i + 1);
        }
        break;
    }
}

bool glob_match(str pattern, str path)
{
    struct glob g = {.count = 0};
    struct states now = {{0}}, next;
    if (str_starts(path, STR("./"))) {
        path = str_slice(path, 2, path.n);
    }
    bool rooted = str_starts(pattern, STR("/"));
    if (rooted && !str_starts(path, STR("/"))) {
        pattern = str_slice(pattern, 1, pattern.n);
    }
    if (str_empty(pattern) || pattern.n > GLOB_PATTERN_MAX) {
        return false;
    }
    compile(&g, pattern);
    size_t words = g.count / WORD + 1;
    enter(&g, &now, 0);
    for (size_t at = 0; at < path.n; at++) {
        memset(&next, 0, words * sizeof next.bits[0]);
        for (size_t w = 0; w < words; w++) {
            for (uint64_t left = now.bits[w]; left; left &= left - 1) {
                size_t i = w * WORD + (size_t)__builtin_ctzll(left);
                if (i < g.count) {
                    step(&g, i, path.p[at], &next);
                }
            }
        }
        if (!rooted && is_separator(path.p[at])) {
            enter(&g, &next, 0);
        }
        memcpy(&now, &next, words * sizeof now.bits[0]);
    }
    /* The folder itself is excluded with what is below it. */
    bool folder = g.count >= 2 && g.kinds[g.count - 2] == FOLDER;
    uint64_t ends = now.bits[g.count / WORD] >> g.count % WORD & 1;
    uint64_t stays = folder ? now.bits[(g.count - 2) / WORD] >> (g.count - 2) % WORD & 1 : 0;
    return (ends | stays) != 0;
}
