/* SPDX-License-Identifier: Apache-2.0 */
/* What is open and what is known: publishable keys, comments, launch.yaml's list, the baseline. */
#include "base/day.h"
#include "scan/scan_private.h"

static bool is_rule(str pattern, str id)
{
    return str_ends(pattern, STR("*")) ? str_starts(id, str_slice(pattern, 0, pattern.n - 1))
                                       : str_eq(pattern, id);
}

static bool names(const struct scan_allow *allow, const struct finding *f)
{
    return str_empty(allow->fingerprint) ? is_rule(allow->rule, str_c(f->rule->id))
                                         : str_eq(allow->fingerprint, str_c(f->fingerprint));
}

/* Past: does not hold any more. */
static bool is_past(int64_t until_ms, int64_t now_ms) { return until_ms && now_ms >= until_ms; }

static void say_past(struct scan_report *r, struct finding *f, str reason, int64_t until_ms)
{
    str text = arena_printf(&r->a, "was accepted until %s: %.*s", day_text(until_ms - DAY_MS).c,
                            STR_ARG(reason));
    f->state_reason = text.p ? text : reason;
}

/* A finding is accepted when each of its places is: by a comment there, or by an entry. Of places
 * that were not kept only an entry without a path can speak. */
static bool is_allowed(struct scan_report *r, struct finding *f, int64_t now_ms)
{
    const struct scan_config *config = r->scan.options->config;
    bool all = f->place_count > 0, rest = f->place_more == 0, listed = false;
    for (size_t i = 0; i < f->place_count; i++) {
        struct place *p = &f->places[i];
        for (size_t k = 0; config && k < config->allow_count; k++) {
            const struct scan_allow *allow = &config->allow[k];
            if (!names(allow, f) ||
                (!str_empty(allow->path) && !glob_match(allow->path, p->path))) {
                continue;
            }
            if (is_past(allow->until_ms, now_ms)) {
                say_past(r, f, allow->reason, allow->until_ms);
                continue;
            }
            rest |= str_empty(allow->path);
            if (!p->allowed) {
                p->allowed = true;
                p->reason = allow->reason;
                listed = true;
            }
        }
        all &= p->allowed;
    }
    if (all && rest) {
        f->state_reason = f->places[0].reason;
        f->in_source = !listed;
    }
    return all && rest;
}

static bool is_in_baseline(struct scan_report *r, const struct scan_baseline *baseline,
                           struct finding *f, int64_t now_ms)
{
    const struct scan_baseline_entry *entry = scan_baseline_find(baseline, f);
    if (!entry) {
        return false;
    }
    str reason = str_empty(entry->reason) ? baseline->reason : entry->reason;
    if (is_past(entry->until_ms, now_ms)) {
        say_past(r, f, reason, entry->until_ms);
        return false;
    }
    f->state_reason = reason;
    return true;
}

/* By its kind, or because the origin said that it may do no more than a visitor. */
static bool is_publishable(const struct finding *f)
{
    return f->rule->public_by_design || f->power == KEY_READS;
}

void scan_states(struct scan_report *r, const struct scan_baseline *baseline, int64_t now_ms)
{
    size_t *const counts[FINDING_STATES] = {&r->open, &r->allowed, &r->baselined, &r->publishable};
    for (size_t i = 0; i < findings_count(r->scan.findings); i++) {
        struct finding *f = findings_at(r->scan.findings, i);
        if (f->reported_not) {
            r->not_reported++;
            continue;
        }
        f->state = is_publishable(f)                        ? FINDING_PUBLIC
                   : is_allowed(r, f, now_ms)               ? FINDING_ALLOWED
                   : is_in_baseline(r, baseline, f, now_ms) ? FINDING_BASELINE
                                                            : FINDING_OPEN;
        if (f->rule == &scan_shared_rule && f->state == FINDING_OPEN) {
            r->shared++;
        } else {
            ++*counts[f->state];
        }
    }
}
