/* SPDX-License-Identifier: Apache-2.0 */
/* launch.yaml against itself and what was found: drift that no other check would tell. */
#include "base/day.h"
#include "check/judge.h"
#include "net/url.h"

enum { ENDS_MAX = 32 };

static bool has_exceptions(const struct facts *facts, struct verdict *v)
{
    if (facts_intent(facts)->exception_count == 0) {
        verdict_skip(v, facts_target(facts), "launch.yaml has no exceptions");
        return false;
    }
    return true;
}

/* ── the canonical origin ── */

/* The last exchange of the chain that a first request began. */
static const struct http_exchange *chain_end(const struct facts *facts,
                                             const struct http_exchange *first)
{
    size_t count;
    const struct http_exchange *const *all = facts_http_all(facts, &count), *end = first;
    for (size_t i = 0; i < count; i++) {
        if (all[i]->purpose == HTTP_REDIRECT_HOP && str_eq(all[i]->label, first->label) &&
            all[i]->hop > end->hop) {
            end = all[i];
        }
    }
    return end;
}

struct origins {
    str seen[ENDS_MAX]; /* where chains end, each once */
    str shown[ENDS_MAX];
    size_t count;
};

static void add_end(struct arena *a, struct origins *o, const struct http_exchange *first,
                    const struct http_exchange *end)
{
    struct url url;
    if (end->outcome != HTTP_ANSWERED || (end->status >= 300 && end->status < 400) ||
        end->status >= 500 || !err_ok(url_parse(a, end->url, &url))) {
        return;
    }
    str origin = url_origin(a, &url);
    for (size_t i = 0; i < o->count; i++) {
        if (str_eq(o->seen[i], origin)) {
            /* Threads collect: the same first address is told on every run. */
            o->shown[i] = str_cmp(first->url, o->shown[i]) < 0 ? first->url : o->shown[i];
            return;
        }
    }
    if (o->count < ENDS_MAX && origin.p) {
        o->shown[o->count] = first->url;
        o->seen[o->count++] = origin;
    }
}

static void run_origin(const struct facts *facts, struct verdict *v)
{
    size_t count;
    struct origins ends = {.count = 0};
    str declared = facts_intent(facts)->origin;
    const struct http_exchange *const *all = facts_http_all(facts, &count);
    if (str_empty(declared)) {
        verdict_skip(v, facts_target(facts), "launch.yaml names no origin");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (all[i]->purpose == HTTP_REDIRECT_FIRST) {
            add_end(v->a, &ends, all[i], chain_end(facts, all[i]));
        }
    }
    if (ends.count == 0) {
        verdict_skip(v, declared, "no page answered: see dns.* and redirect.*");
        return;
    }
    for (size_t i = 0; i < ends.count; i++) {
        if (str_eq(ends.seen[i], declared)) {
            verdict_pass(v, declared, "%.*s leads to the declared origin", STR_ARG(ends.shown[i]));
            return;
        }
    }
    for (size_t i = 0; i < ends.count; i++) {
        verdict_fail(v, declared, "declared, but %.*s ends at %.*s", STR_ARG(ends.shown[i]),
                     STR_ARG(ends.seen[i]));
    }
    verdict_fix(v, "Redirect visitors to %.*s, or, when %.*s is right, say so in launch.yaml.",
                STR_ARG(declared), STR_ARG(ends.seen[0]));
    verdict_fix_other(v, "origin: %.*s", STR_ARG(ends.seen[0]));
}

/* ── exceptions ── */

static void run_expired(const struct facts *facts, struct verdict *v)
{
    const struct intent *intent = facts_intent(facts);
    if (!has_exceptions(facts, v)) {
        return;
    }
    for (size_t i = 0; i < intent->exception_count; i++) {
        const struct intent_exception *one = &intent->exceptions[i];
        struct clock_text day = day_text(one->until_ms - DAY_MS);
        if (facts_now_ms(facts) < one->until_ms) {
            verdict_pass(v, one->id, "line %u: accepted until %s: %.*s", one->line, day.c,
                         STR_ARG(one->reason));
        } else {
            verdict_warn(v, one->id, "line %u: ended on %s and counts no longer: %.*s", one->line,
                         day.c, STR_ARG(one->reason));
        }
    }
    if (v->state == CHECK_WARN) {
        verdict_fix(v, "Repair what was excepted and remove the entry from launch.yaml, or decide "
                       "again and give it a new `until`.");
    }
}

/* What one exception is good for now. */
struct use {
    const struct facts *facts;
    const struct intent_exception *exception;
    struct arena *a;
    bool used, judged;
};

static void look_for_use(void *user, const struct check *check)
{
    struct use *use = user;
    struct verdict v;
    struct arena scratch;
    /* Not itself: that would never end. */
    if (use->used || strcmp(check->id, "intent.exception-unused") == 0 ||
        !select_matches(use->exception->id, check)) {
        return;
    }
    arena_init(&scratch, JUDGE_ARENA_MAX);
    verdict_init(&v, &scratch);
    check->run(use->facts, &v);
    for (size_t i = 0; i < v.count; i++) {
        const struct evidence *e = &v.evidence[i];
        use->judged |= e->state != CHECK_SKIP;
        use->used |= e->state >= CHECK_WARN && (str_empty(use->exception->subject) ||
                                                str_ieq(use->exception->subject, e->subject));
    }
    arena_done(&scratch);
}

static void run_unused(const struct facts *facts, struct verdict *v)
{
    const struct intent *intent = facts_intent(facts);
    bool any = false;
    if (!has_exceptions(facts, v)) {
        return;
    }
    for (size_t i = 0; i < intent->exception_count; i++) {
        const struct intent_exception *one = &intent->exceptions[i];
        struct use use = {.facts = facts, .exception = one, .a = v->a};
        select_each(look_for_use, &use);
        if (!use.judged) {
            verdict_skip(v, one->id, "line %u: was not tested, so its use is not known", one->line);
        } else if (use.used) {
            verdict_pass(v, one->id, "line %u: in use", one->line);
        } else {
            verdict_pass(v, one->id,
                         "line %u: not needed any more (a note: nothing is wrong there)",
                         one->line);
            any = true;
        }
    }
    if (any) {
        verdict_fix(v, "Remove the exceptions that are not needed from launch.yaml, so that they "
                       "cannot hide a new fault.");
    }
}

const struct check checks_intent[] = {
    {.id = "intent.origin",
     .row = "L3",
     .title = "Visitors arrive at the origin that launch.yaml declares",
     .why = "Links, certificates and search engines follow where the site really is; a declaration "
            "that says otherwise misleads everything that is configured from it.",
     .refs = "RFC 6454 section 4",
     .severity = SEVERITY_MEDIUM,
     .needs = NEEDS_DNS | NEEDS_REDIRECTS,
     .run = run_origin},
    {.id = "intent.exception-expired",
     .row = "L1",
     .title = "No exception of launch.yaml has ended",
     .why = "An exception was a decision for a time; when that is over, the risk is still there "
            "and nobody has decided anything.",
     .refs = "docs/check.md",
     .severity = SEVERITY_LOW,
     .needs = NEEDS_DNS,
     .run = run_expired},
    {.id = "intent.exception-unused",
     .row = "L1",
     .title = "Every exception of launch.yaml is still needed",
     .why = "An exception that nothing needs hides the next fault of the same kind.",
     .refs = "docs/check.md",
     .severity = SEVERITY_NOTE,
     .needs = NEEDS_DNS,
     .run = run_unused},
    {0},
};
