/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "check/report/parts.h"

/* What others build on comes first. */
static unsigned rank_of(const struct check *check)
{
    static const char *const prefixes[] = {"dns.",   "tls.",  "redirect.", "page.",
                                           "email.", "edge.", "intent."};
    unsigned n = sizeof prefixes / sizeof prefixes[0];
    for (unsigned i = 0; i < n; i++) {
        if (strncmp(check->id, prefixes[i], strlen(prefixes[i])) == 0) {
            return i;
        }
    }
    return n;
}

static int compare(const void *left, const void *right)
{
    const struct check_result *const *lp = left, *const *rp = right;
    const struct check_result *a = *lp, *b = *rp;
    if (a->check->severity != b->check->severity) {
        return a->check->severity > b->check->severity ? -1 : 1;
    }
    if (a->verdict.state != b->verdict.state) {
        return a->verdict.state > b->verdict.state ? -1 : 1;
    }
    unsigned rank_a = rank_of(a->check), rank_b = rank_of(b->check);
    if (rank_a != rank_b) {
        return rank_a < rank_b ? -1 : 1;
    }
    return a < b ? -1 : a > b; /* the results stand in the order of the tables */
}

static size_t gather(const struct report *r, unsigned states, const struct check_result **ret)
{
    size_t count = 0;
    for (size_t i = 0; i < r->count; i++) {
        if (states & (1U << r->results[i].verdict.state)) {
            ret[count++] = &r->results[i];
        }
    }
    qsort(ret, count, sizeof *ret, compare);
    return count;
}

size_t parts_findings(const struct report *r, const struct check_result **ret)
{
    return gather(r, 1U << CHECK_FAIL | 1U << CHECK_WARN, ret);
}

size_t parts_of_state(const struct report *r, enum check_state state,
                      const struct check_result **ret)
{
    return gather(r, 1U << state, ret);
}

const struct evidence *parts_note(const struct verdict *v)
{
    for (size_t i = 0; i < v->count; i++) {
        str text = v->evidence[i].text;
        if (v->evidence[i].state == CHECK_PASS &&
            (str_starts(text, STR("note: ")) || str_find(text, STR("a note"), 0) != SIZE_MAX)) {
            return &v->evidence[i];
        }
    }
    return NULL;
}

size_t parts_notes(const struct report *r, const struct check_result **ret)
{
    size_t count = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct check_result *one = &r->results[i];
        if (one->verdict.state == CHECK_PASS && parts_note(&one->verdict)) {
            ret[count++] = one;
        }
    }
    return count;
}
