/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/clock.h"
#include "check/rows/tls_private.h"

enum { DAY_MS = 86400000 };

struct tls_walk tls_walk_start(const struct facts *facts, struct verdict *v, bool with_chain)
{
    return (struct tls_walk){.facts = facts, .v = v, .with_chain = with_chain};
}

static void say_why_nothing(struct tls_walk *w, size_t count)
{
    if (count == 0) {
        verdict_skip(w->v, facts_target(w->facts), "no TLS server was looked at");
    } else {
        verdict_skip(w->v, facts_target(w->facts), "no host spoke TLS on port 443; see tls.reach");
    }
}

bool tls_walk_next(struct tls_walk *w)
{
    size_t count;
    const struct tls_endpoint *const *all = facts_tls_all(w->facts, &count);
    while (w->at < count) {
        const struct tls_endpoint *x = all[w->at++];
        if (x->outcome != TLS_SPOKE || strcmp(x->protocol, "https") != 0) {
            continue;
        }
        w->where = addr_text(&x->address);
        w->seen++;
        if (w->with_chain && x->chain_count == 0) {
            verdict_skip(w->v, x->host, "%s: its certificate could not be read: %.*s", w->where.c,
                         STR_ARG(x->reason));
            continue;
        }
        w->x = x;
        w->host = x->host;
        return true;
    }
    if (w->seen == 0) {
        say_why_nothing(w, count);
    }
    return false;
}

void tls_text_add(struct tls_text *t, const char *separator, str piece)
{
    size_t gap = t->n ? strlen(separator) : 0;
    if (t->n + gap + piece.n + 5 > sizeof t->c) {
        if (t->n < 3 || strcmp(t->c + t->n - 3, "…") != 0) {
            memcpy(t->c + t->n, "…", 4);
            t->n += 3;
        }
        return;
    }
    memcpy(t->c + t->n, separator, gap);
    memcpy(t->c + t->n + gap, piece.p, piece.n);
    t->n += gap + piece.n;
    t->c[t->n] = '\0';
}

struct tls_text tls_days(int64_t ms)
{
    struct tls_text t = {.n = 0};
    int64_t days = (ms < 0 ? -ms : ms) / DAY_MS;
    int n = snprintf(t.c, sizeof t.c, "%lld day%s", (long long)days, days == 1 ? "" : "s");
    t.n = n > 0 ? (size_t)n : 0;
    return t;
}

struct tls_text tls_date(int64_t wall_ms)
{
    struct tls_text t = {.n = 0};
    tls_text_add(&t, "", str_slice(str_c(clock_rfc3339(wall_ms).c), 0, 10));
    return t;
}
