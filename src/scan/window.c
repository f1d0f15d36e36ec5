/* SPDX-License-Identifier: Apache-2.0 */
/* PCRE2 in the window around a word, and what is done with a match. */
#include "scan/engine_private.h"
#include "scan/judge.h"
#include "scan/proof.h"

static bool allowed(const struct scan_worker *w, const struct rule_code *code, str secret)
{
    /* The window's limit is none of the secret. */
    (void)pcre2_set_offset_limit(w->match, PCRE2_UNSET);
    for (size_t i = 0; code->allow && code->allow[i]; i++) {
        if (pcre2_match(code->allow[i], (PCRE2_SPTR)secret.p, secret.n, 0, 0, w->data, w->match) >=
            0) {
            return true;
        }
    }
    return false;
}

static void say_no(struct judgement *j, const char *why)
{
    *j = (struct judgement){.report = false, .reasons = {why}, .reason_count = 1};
}

static void judge_all(const struct pass *p, const struct rule_code *code, const struct candidate *c,
                      struct judgement *ret)
{
    const struct rule *rule = c->rule;
    if (allowed(p->w, code, c->secret)) {
        say_no(ret, "the rule names this form as none");
    } else if (rule->entropy_min > 0 && entropy_of(c->secret) < rule->entropy_min) {
        say_no(ret, "too regular to be random");
    } else if (proof_check(rule->proof, c->secret) == PROOF_FAILS) {
        say_no(ret, "its checksum or structure does not hold");
    } else {
        judge(c, ret);
    }
}

static void report(struct pass *p, const struct candidate *c, const struct judgement *j)
{
    struct scan *scan = p->w->scan;
    unsigned line = 0, column = 0;
    str reason = STR_EMPTY;
    if (p->w->fn) {
        p->w->fn(p->w->user, c, j);
        return;
    }
    if (!j->report && !scan->options->explain) {
        return;
    }
    const struct pass *top = p->outer ? p->outer : p;
    size_t at = p->outer ? pass_source(p, c->offset) : c->offset;
    if (p->traits->kind != TEXT_BINARY) {
        lines_find(&top->lines, top->text, top->base, top->base + at, &line, &column);
        line += p->origin->first_line > 1 ? p->origin->first_line - 1 : 0;
        if (allow_comment_find(top->text, at, &reason) == ALLOW_NO_REASON) {
            scan_problem(scan, p->origin->path, "doorward:allow without a reason does not count",
                         false);
        }
    }
    findings_add(scan->findings, c, j, p->origin, line, column, reason);
}

static str group(const struct pass *p, uint32_t number, int groups)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(p->w->data);
    /* Groups after the last that took part are not set. */
    if (number >= (uint32_t)groups || at[2 * number] == PCRE2_UNSET ||
        at[2 * number] > at[2 * number + 1]) {
        return STR_EMPTY;
    }
    return str_slice(p->text, at[2 * number], at[2 * number + 1]);
}

str pass_secret(const struct pass *p, const struct rule_code *code, int groups)
{
    return group(p, code->secret, groups);
}

/* True, and said once, when the text has had its share. */
static bool too_many(struct pass *p, size_t at)
{
    struct pass *top = p->outer ? p->outer : p;
    uint64_t offset = p->outer ? top->base + p->source_from : p->base + at;
    if (top->candidates < TEXT_CANDIDATES_MAX + offset / CANDIDATE_BYTES) {
        top->candidates++;
        return false;
    }
    if (!top->told_many) {
        scan_problem(p->w->scan, p->origin->path, "too many candidates in one text", true);
    }
    top->told_many = true;
    return true;
}

static void take(struct pass *p, unsigned rule, int groups)
{
    const struct rule_code *code = &p->w->scan->scanner->rules[rule];
    struct candidate c = {
        .rule = &scan_rules[rule],
        .text = p->text,
        .encoding = p->encoding,
        .traits = p->traits,
        .secret = pass_secret(p, code, groups),
        .key = code->key > 0 ? group(p, code->key, groups) : STR_EMPTY,
    };
    if (str_empty(c.secret)) {
        return;
    }
    c.offset = (size_t)(c.secret.p - p->text.p);
    if (too_many(p, c.offset) || (p->outer && pass_seen(p, rule, &c))) {
        return;
    }
    struct judgement j = {0};
    judge_all(p, code, &c, &j);
    report(p, &c, &j);
}

int pass_look(const struct pass *p, const struct rule_code *code, size_t start, size_t limit,
              size_t end)
{
    (void)pcre2_set_offset_limit(p->w->match, limit);
    return pcre2_match(code->code, (PCRE2_SPTR)p->text.p, end, start, 0, p->w->data, p->w->match);
}

static void tire(struct pass *p, struct rule_state *state)
{
    struct pass *top = p->outer ? p->outer : p;
    state->tired++;
    if (!top->told_slow) {
        scan_problem(p->w->scan, p->origin->path, "an expression took too long", true);
    }
    top->told_slow = true;
}

bool pass_window(struct pass *p, unsigned rule, size_t from, size_t to)
{
    const struct rule_code *code = &p->w->scan->scanner->rules[rule];
    const struct rule *r = &scan_rules[rule];
    struct rule_state *state = &p->w->states[p->depth][rule];
    if (!code->on || (r->generic && p->traits->kind == TEXT_BINARY) ||
        state->tired >= MATCH_TIRED_MAX || !shape_fits(r->shape, p->text, from, to)) {
        return false;
    }
    size_t n = p->text.n, start = from > r->before ? from - r->before : 0;
    size_t end = n - to > r->after ? to + r->after : n;
    size_t more = n - end > WINDOW_MORE ? end + WINDOW_MORE : n;
    if (state->searched > p->base + start) {
        start = (size_t)(state->searched - p->base);
    }
    bool found = false;
    while (start <= to) {
        int groups = pass_look(p, code, start, to, end);
        if (groups < 0) {
            if (groups != PCRE2_ERROR_NOMATCH) {
                tire(p, state);
            }
            break;
        }
        const PCRE2_SIZE *at = pcre2_get_ovector_pointer(p->w->data);
        size_t match_start = at[0], match_end = at[1];
        if (match_end == end && end < more) {
            /* The window may have cut it. */
            start = match_start;
            end = more;
            continue;
        }
        take(p, rule, groups);
        found = true;
        start = match_end > match_start && match_end > start ? match_end : start + 1;
    }
    state->searched = p->base + (start > to ? start : to + 1);
    return found;
}
