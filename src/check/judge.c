/* SPDX-License-Identifier: Apache-2.0 */
#include "check/judge.h"

#include "base/day.h"
#include "base/mem.h"
#include "check/facts/dns_zone.h"

err report_new(struct report **ret)
{
    struct report *r = mem_alloc(sizeof *r);
    if (!r) {
        return err_new(ERR_NO_MEMORY, "no memory for the report");
    }
    arena_init(&r->a, REPORT_ARENA_MAX);
    r->results = arena_array(&r->a, CHECK_RESULTS_MAX, sizeof *r->results);
    if (!r->results) {
        report_free(r);
        return err_new(ERR_NO_MEMORY, "no memory for the report");
    }
    *ret = r;
    return ERR_NONE;
}

void report_free(struct report *r)
{
    if (!r) {
        return;
    }
    for (size_t i = 0; i < r->count; i++) {
        arena_done(&r->results[i].a);
    }
    if (r->owns_facts) {
        facts_free(r->facts);
    }
    arena_done(&r->a);
    mem_free(r);
}

/* ── exceptions ── */

const struct intent_exception *judge_exception(const struct intent *intent,
                                               const struct check *check, const struct evidence *e,
                                               int64_t now_ms)
{
    for (size_t i = 0; i < intent->exception_count; i++) {
        const struct intent_exception *one = &intent->exceptions[i];
        if (now_ms < one->until_ms && select_matches(one->id, check) &&
            (str_empty(one->subject) || str_ieq(one->subject, e->subject))) {
            return one;
        }
    }
    return NULL;
}

struct judging {
    struct report *r;
    const struct selection *selection;
    const struct baseline *baseline;
    const struct intent *intent;
    int64_t now_ms;
    bool full;    /* more checks than a report has room for */
    bool nothing; /* there is no domain, or no resolver: one finding says so, not twenty */
};

/* Marks evidence that is known and accepted; what is fine or was not tested needs no exception. */
static void except(struct judging *j, struct check_result *one, struct evidence *e)
{
    const struct intent_exception *exception =
        j->intent ? judge_exception(j->intent, one->check, e, j->now_ms) : NULL;
    if (e->state < CHECK_WARN) {
        return;
    }
    if (exception) {
        e->excepted = true;
        e->reason = arena_printf(&one->a, "%.*s (until %s)", STR_ARG(exception->reason),
                                 day_text(exception->until_ms - DAY_MS).c);
    } else if (j->baseline && baseline_has(j->baseline, one->check, e, j->now_ms)) {
        e->excepted = true;
        e->reason = j->baseline->reason;
    }
}

/* The worst of what counts. What was not kept for its number counts too, unless all of its kind is
 * excepted. */
static enum check_state state_of(const struct verdict *v)
{
    enum check_state worst = CHECK_SKIP, excepted = CHECK_SKIP;
    bool counted = false;
    for (size_t i = 0; i < v->count; i++) {
        const struct evidence *e = &v->evidence[i];
        if (e->excepted) {
            excepted = e->state > excepted ? e->state : excepted;
        } else {
            counted = true;
            worst = e->state > worst ? e->state : worst;
        }
    }
    if (v->out_of_memory || v->count == 0) {
        return v->state > CHECK_ERROR ? v->state : CHECK_ERROR;
    }
    if (v->more > 0 && v->state > worst && v->state != excepted) {
        return v->state;
    }
    return counted ? worst : CHECK_PASS;
}

/* The worst first, then by subject, else as it was added: what came from threads is told in the
 * same order on every run. */
static void order(struct verdict *v)
{
    for (size_t i = 1; i < v->count; i++) {
        struct evidence one = v->evidence[i];
        size_t at = i;
        for (; at > 0; at--) {
            const struct evidence *before = &v->evidence[at - 1];
            if (before->state > one.state ||
                (before->state == one.state && str_cmp(before->subject, one.subject) <= 0)) {
                break;
            }
            v->evidence[at] = *before;
        }
        v->evidence[at] = one;
    }
}

/* What still has something to say of a domain that is not there. */
static bool check_needs_no_domain(const struct check *check)
{
    return strcmp(check->id, "dns.resolve.apex") == 0 || (check->needs & NEEDS_REGISTRATION) ||
           (check->needs & NEEDS_MESSAGE) || check->needs == NEEDS_SECRETS ||
           strncmp(check->id, "intent.", 7) == 0;
}

static void run_check(void *user, const struct check *check)
{
    struct judging *j = user;
    struct report *r = j->r;
    bool idle = (check->needs & NEEDS_MESSAGE) && str_empty(facts_message(r->facts)) &&
                !selection_names(j->selection, check);
    if (!selection_has(j->selection, check) || idle) {
        return;
    }
    if (r->count == CHECK_RESULTS_MAX) {
        j->full = true;
        return;
    }
    struct check_result *one = &r->results[r->count++];
    one->check = check;
    arena_init(&one->a, JUDGE_ARENA_MAX);
    verdict_init(&one->verdict, &one->a);
    if (j->nothing && !check_needs_no_domain(check)) {
        verdict_skip(&one->verdict, facts_domain(r->facts),
                     "the domain could not be looked up: see dns.resolve.apex");
    } else {
        check->run(r->facts, &one->verdict);
    }
    if (one->verdict.count == 0) {
        verdict_error(&one->verdict, facts_target(r->facts), "%s",
                      one->verdict.out_of_memory ? "memory ran out while this was judged"
                                                 : "nothing was seen that shows it");
    }
    if (one->verdict.state <= CHECK_PASS) {
        verdict_drop_fix(&one->verdict);
    }
    order(&one->verdict);
    for (size_t i = 0; i < one->verdict.count; i++) {
        except(j, one, &one->verdict.evidence[i]);
        r->excepted += one->verdict.evidence[i].excepted;
    }
    one->verdict.state = state_of(&one->verdict);
    r->summary[one->verdict.state]++;
}

/* Rows that have a check in the report, in the order of the score card. */
static void fill_rows(struct report *r)
{
    const char *id;
    for (size_t i = 0; (id = check_row_at(i)) != NULL && r->row_count < REPORT_ROWS_MAX; i++) {
        struct report_row row = {.id = id, .title = check_row_title(id), .state = CHECK_SKIP};
        size_t count = 0;
        for (size_t k = 0; k < r->count; k++) {
            if (strcmp(r->results[k].check->row, id) == 0) {
                enum check_state state = r->results[k].verdict.state;
                row.state = state > row.state ? state : row.state;
                count++;
            }
        }
        if (count > 0) {
            r->rows[r->row_count++] = row;
        }
    }
}

err judge_report(struct report *r, const struct selection *selection,
                 const struct baseline *baseline)
{
    struct judging j = {.r = r,
                        .selection = selection,
                        .baseline = baseline,
                        .intent = facts_intent(r->facts),
                        .now_ms = facts_now_ms(r->facts),
                        .nothing = zone_is_missing(r->facts) || zone_is_deaf(r->facts)};
    r->target = arena_str(&r->a, facts_target(r->facts));
    if (!r->target.p) {
        return err_new(ERR_NO_MEMORY, "no memory for the report");
    }
    r->started_ms = facts_now_ms(r->facts);
    select_each(run_check, &j);
    fill_rows(r);
    r->truncated = facts_truncated(r->facts);
    return j.full ? err_new(ERR_TOO_LARGE, "more checks than a report has room for") : ERR_NONE;
}

err check_judge(struct facts *facts, str only, struct report **ret)
{
    struct report *r;
    struct selection selection;
    str reason;
    err e = report_new(&r);
    if (!err_ok(e)) {
        return e;
    }
    r->facts = facts;
    str kept = arena_str(&r->a, only);
    e = kept.p ? selection_read(&r->a, kept, &selection, &reason)
               : err_new(ERR_NO_MEMORY, "no memory for the report");
    if (err_ok(e)) {
        e = judge_report(r, &selection, NULL);
    }
    if (!err_ok(e)) {
        report_free(r);
        return e;
    }
    *ret = r;
    return ERR_NONE;
}

bool report_worst(const struct report *r, enum check_severity *ret)
{
    bool found = false;
    for (size_t i = 0; i < r->count; i++) {
        const struct check_result *one = &r->results[i];
        if (one->verdict.state == CHECK_FAIL && (!found || one->check->severity > *ret)) {
            *ret = one->check->severity;
            found = true;
        }
    }
    return found;
}
