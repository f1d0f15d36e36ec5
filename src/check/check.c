/* SPDX-License-Identifier: Apache-2.0 */
#include "check/check.h"

#include "base/clock.h"
#include "check/facts/resolver.h"
#include "check/judge.h"
#include "check/stages.h"
#include "check/target.h"

/* What the selected checks need. */
struct needing {
    const struct selection *selection;
    const struct intent *intent;
    unsigned needs;
    bool exceptions; /* checks that exceptions name are judged too */
};

static void add_needs(void *user, const struct check *check)
{
    struct needing *n = user;
    if (selection_has(n->selection, check)) {
        n->needs |= check->needs;
        n->exceptions |= strcmp(check->id, "intent.exception-unused") == 0;
    }
}

static void add_exception_needs(void *user, const struct check *check)
{
    struct needing *n = user;
    for (size_t i = 0; i < n->intent->exception_count; i++) {
        if (select_matches(n->intent->exceptions[i].id, check)) {
            n->needs |= check->needs;
        }
    }
}

static unsigned needs_of(const struct selection *selection, const struct intent *intent)
{
    struct needing n = {.selection = selection, .intent = intent};
    select_each(add_needs, &n);
    if (n.exceptions) {
        select_each(add_exception_needs, &n);
    }
    return n.needs;
}

/* The options as the collectors see them, and what was read of them. */
struct run {
    struct report *r;
    struct selection selection;
    struct baseline baseline;
    bool has_baseline;
    str target;
    struct collect_options collect;
};

/* Everything that can be wrong before anything is asked of anybody. */
static err prepare(struct run *run, const struct check_options *options, str *ret_reason,
                   struct arena *a)
{
    struct report *r = run->r;
    str only = arena_str(&r->a, options->only);
    err e = only.p ? target_read(&r->a, options->target, &run->target, ret_reason)
                   : err_new(ERR_NO_MEMORY, "no memory for the report");
    if (err_ok(e)) {
        e = selection_read(&r->a, only, &run->selection, ret_reason);
    }
    r->intent = intent_default();
    if (err_ok(e) && options->config) {
        e = intent_read(&r->a, options->config, &r->intent, ret_reason);
    }
    if (err_ok(e) && !str_empty(options->baseline)) {
        run->has_baseline = true;
        e = baseline_read(&r->a, options->baseline, run->target, &run->baseline, ret_reason);
    }
    run->collect = options->collect;
    if (err_ok(e)) {
        run->collect.needs |= needs_of(&run->selection, &r->intent);
    } else if (e.code == ERR_INVALID) {
        *ret_reason = arena_str(a, *ret_reason); /* the report's memory goes */
    }
    return e;
}

static err collect_all(struct run *run)
{
    struct report *r = run->r;
    int64_t now = clock_mono_ms();
    unsigned budget = run->collect.budget_ms ? run->collect.budget_ms : COLLECT_TOTAL_MS;
    struct collect c = {.options = &run->collect, .deadline_ms = now + budget};
    err e = facts_new(run->target, &r->intent, clock_wall_ms(), &r->facts);
    if (!err_ok(e)) {
        return e;
    }
    r->owns_facts = true;
    c.facts = r->facts;
    facts_set_message(r->facts, run->collect.message);
    e = resolver_new(&c, &c.resolver);
    if (!err_ok(e)) {
        return e;
    }
    stages_run(&c);
    resolver_free(c.resolver);
    r->duration_ms = (unsigned)(clock_mono_ms() - now);
    return ERR_NONE;
}

err check_run(const struct check_options *options, struct report **ret, str *ret_reason,
              struct arena *a)
{
    struct run run = {0};
    err e = report_new(&run.r);
    if (!err_ok(e)) {
        return e;
    }
    e = prepare(&run, options, ret_reason, a);
    if (err_ok(e)) {
        e = collect_all(&run);
    }
    if (err_ok(e)) {
        e = judge_report(run.r, &run.selection, run.has_baseline ? &run.baseline : NULL);
    }
    if (!err_ok(e)) {
        report_free(run.r);
        return e;
    }
    *ret = run.r;
    return ERR_NONE;
}
