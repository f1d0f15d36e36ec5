/* SPDX-License-Identifier: Apache-2.0 */
#include "base/layout.h"
#include "check/report/parts.h"

enum { LABEL = 10, INDENT = 4, LIST_MAX = 40 };

/* ── colour ── */

static void colour(struct writing *w, const char *code)
{
    if (w->style->colour) {
        buf_addf(w->b, "\x1b[%sm", code);
    }
}

static void state_colour(struct writing *w, enum check_state state)
{
    static const char *const codes[CHECK_STATES] = {"2", "32", "33", "35", "31"};
    colour(w, codes[state]);
}

static void label(struct writing *w, const char *name)
{
    layout_spaces(w->b, INDENT);
    colour(w, "2");
    buf_addf(w->b, "%-*s", LABEL - 1, name);
    colour(w, "0");
    buf_add_byte(w->b, ' ');
}

static void heading(struct writing *w, const char *text)
{
    buf_add_byte(w->b, '\n');
    colour(w, "1");
    buf_add_c(w->b, text);
    colour(w, "0");
    buf_add_c(w->b, "\n\n");
}

/* ── the score card ── */

static size_t count_not_fine(const struct report *r, const char *row, size_t *ret_all)
{
    size_t bad = 0;
    *ret_all = 0;
    for (size_t i = 0; i < r->count; i++) {
        if (strcmp(r->results[i].check->row, row) == 0) {
            ++*ret_all;
            bad += r->results[i].verdict.state > CHECK_PASS;
        }
    }
    return bad;
}

static void score_card(struct writing *w)
{
    const struct report *r = w->r;
    buf_add_byte(w->b, '\n');
    colour(w, "1");
    escape_terminal(w->b, r->target);
    colour(w, "0");
    buf_addf(w->b, "  %.*s\n\n", STR_ARG(day_moment(&w->a, r->started_ms)));
    for (size_t i = 0; i < r->row_count; i++) {
        const struct report_row *row = &r->rows[i];
        size_t all, bad = count_not_fine(r, row->id, &all);
        buf_add_c(w->b, "  ");
        state_colour(w, row->state);
        buf_addf(w->b, "%s %-10s", parts_symbol(row->state), parts_word(row->state));
        colour(w, "0");
        buf_addf(w->b, "  %-4s %-28s", row->id, row->title);
        colour(w, "2");
        if (bad > 0) {
            buf_addf(w->b, " %zu of %zu", bad, all);
        } else {
            buf_addf(w->b, " %zu", all);
        }
        buf_add_c(w->b, all == 1 ? " check" : " checks");
        colour(w, "0");
        buf_add_byte(w->b, '\n');
    }
}

static void totals(struct writing *w)
{
    static const enum check_state order[] = {CHECK_FAIL, CHECK_WARN, CHECK_ERROR, CHECK_PASS,
                                             CHECK_SKIP};
    const struct report *r = w->r;
    buf_add_c(w->b, "\n  ");
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        size_t n = r->summary[order[i]];
        if (n > 0) {
            state_colour(w, order[i]);
        }
        buf_addf(w->b, "%zu %s", n, parts_word(order[i]));
        if (n > 0) {
            colour(w, "0");
        }
        buf_add_c(w->b, " · ");
    }
    if (r->excepted > 0) {
        buf_addf(w->b, "%zu accepted · ", r->excepted);
    }
    buf_addf(w->b, "%.*s\n", STR_ARG(day_span(&w->a, r->duration_ms)));
    if (r->truncated) {
        buf_add_c(w->b, "  There was more than the limits allow: some of it was not looked at.\n");
    }
}

/* ── findings ── */

static void evidence_lines(struct writing *w, const struct verdict *v, bool excepted)
{
    const char *name = excepted ? "Accepted" : "Seen";
    size_t shown = 0, hidden = v->more;
    for (size_t i = 0; i < v->count; i++) {
        const struct evidence *e = &v->evidence[i];
        if (e->excepted != excepted || (!excepted && e->state <= CHECK_PASS)) {
            continue;
        }
        if (shown == 12) {
            hidden++;
            continue;
        }
        label(w, shown++ ? "" : name);
        layout_wrap(w->b, e->subject, INDENT + LABEL);
        layout_spaces(w->b, INDENT + LABEL + 2);
        layout_wrap(w->b, e->text, INDENT + LABEL + 2);
        if (excepted) {
            layout_spaces(w->b, INDENT + LABEL + 2);
            layout_wrap(w->b, e->reason, INDENT + LABEL + 2);
        }
    }
    if (hidden > 0 && !excepted) {
        layout_spaces(w->b, INDENT + LABEL);
        buf_addf(w->b, "and %zu more; --format json has them\n", hidden);
    }
}

/* To paste: as it is, from the first column, whatever its width. */
static void blocks(struct writing *w, const struct verdict *v)
{
    struct parts_block block;
    for (size_t i = 0; parts_block(v, i, &block); i++) {
        buf_add_byte(w->b, '\n');
        layout_spaces(w->b, INDENT);
        colour(w, "2");
        buf_addf(w->b, "%s:", block.label);
        colour(w, "0");
        buf_add_c(w->b, "\n\n");
        colour(w, "36");
        escape_terminal(w->b, block.text);
        colour(w, "0");
        buf_add_c(w->b, "\n");
    }
    buf_add_c(w->b, parts_block(v, 0, &block) ? "\n" : "");
}

static void references(struct writing *w, const char *refs)
{
    str ref;
    for (size_t i = 0; parts_ref(refs, i, &ref); i++) {
        label(w, i ? "" : "See");
        layout_wrap(w->b, ref, INDENT + LABEL);
    }
}

static void finding(struct writing *w, size_t number, const struct check_result *one)
{
    const struct check *check = one->check;
    const struct verdict *v = &one->verdict;
    buf_addf(w->b, "%2zu  ", number);
    state_colour(w, v->state);
    buf_addf(w->b, "%s ", parts_symbol(v->state));
    colour(w, "0");
    colour(w, "1");
    layout_wrap(w->b, str_c(check->title), INDENT + 2);
    colour(w, "0");
    layout_spaces(w->b, INDENT + 2);
    colour(w, "2");
    buf_addf(w->b, "%s · %s · %s %s\n", check->id, check_severity_name(check->severity), check->row,
             check_row_title(check->row));
    colour(w, "0");
    evidence_lines(w, v, false);
    evidence_lines(w, v, true);
    label(w, "Why");
    layout_wrap(w->b, str_c(check->why), INDENT + LABEL);
    if (!str_empty(v->fix_text)) {
        label(w, "Fix");
        layout_wrap(w->b, v->fix_text, INDENT + LABEL);
    }
    blocks(w, v);
    label(w, "Re-test");
    escape_terminal(w->b, parts_retest(w, one));
    buf_add_byte(w->b, '\n');
    references(w, check->refs);
    buf_add_byte(w->b, '\n');
}

static void findings(struct writing *w)
{
    const struct check_result *list[CHECK_RESULTS_MAX];
    size_t count = parts_findings(w->r, list);
    if (count == 0) {
        return;
    }
    heading(w, "What to do first");
    for (size_t i = 0; i < count; i++) {
        finding(w, i + 1, list[i]);
    }
}

/* ── what is said in a line ── */

static void short_line(struct writing *w, const struct check_result *one, const struct evidence *e)
{
    bool note = e && e == parts_note(&one->verdict);
    buf_add_c(w->b, "  ");
    state_colour(w, note ? CHECK_SKIP : one->verdict.state);
    buf_add_c(w->b, note ? "·" : parts_symbol(one->verdict.state));
    colour(w, "0");
    buf_addf(w->b, " %s\n", one->check->id);
    if (e) {
        str text = arena_printf(&w->a, "%.*s: %.*s", STR_ARG(e->subject), STR_ARG(e->text));
        layout_spaces(w->b, INDENT);
        layout_wrap(w->b, text.p ? text : e->text, INDENT);
    }
}

/* The note, or the first evidence of the verdict's own state. */
static const struct evidence *telling(const struct verdict *v)
{
    if (v->state == CHECK_PASS && parts_note(v)) {
        return parts_note(v);
    }
    for (size_t i = 0; i < v->count; i++) {
        if (v->evidence[i].state == v->state && !v->evidence[i].excepted) {
            return &v->evidence[i];
        }
    }
    return v->count ? &v->evidence[0] : NULL;
}

static void short_list(struct writing *w, const char *title, const struct check_result **list,
                       size_t count)
{
    if (count == 0) {
        return;
    }
    heading(w, title);
    for (size_t i = 0; i < count && i < LIST_MAX; i++) {
        short_line(w, list[i], telling(&list[i]->verdict));
    }
    if (count > LIST_MAX) {
        buf_addf(w->b, "  and %zu more; --format json has them\n", count - LIST_MAX);
    }
}

/* Many checks are left out for one reason: it is said once, with their ids. */
static void not_tested(struct writing *w)
{
    const struct check_result *list[CHECK_RESULTS_MAX];
    bool told[CHECK_RESULTS_MAX] = {false};
    size_t count = parts_of_state(w->r, CHECK_SKIP, list);
    if (count > 0) {
        heading(w, "Not tested");
    }
    for (size_t i = 0; i < count; i++) {
        const struct evidence *why = telling(&list[i]->verdict);
        struct buf ids;
        if (told[i] || !why) {
            continue;
        }
        buf_init(&ids, REPORT_BYTES_MAX);
        for (size_t k = i; k < count; k++) {
            const struct evidence *other = telling(&list[k]->verdict);
            if (other && str_eq(other->text, why->text)) {
                buf_addf(&ids, "%s%s", ids.n ? ", " : "", list[k]->check->id);
                told[k] = true;
            }
        }
        buf_add_c(w->b, "  – ");
        layout_wrap(w->b, why->text, INDENT);
        layout_spaces(w->b, INDENT);
        colour(w, "2");
        layout_wrap(w->b, buf_str(&ids), INDENT);
        colour(w, "0");
        buf_done(&ids);
    }
}

static void accepted(struct writing *w)
{
    bool any = false;
    for (size_t i = 0; i < w->r->count; i++) {
        const struct check_result *one = &w->r->results[i];
        bool told = one->verdict.state == CHECK_FAIL || one->verdict.state == CHECK_WARN;
        bool here = false;
        for (size_t k = 0; k < one->verdict.count && !told; k++) {
            here |= one->verdict.evidence[k].excepted;
        }
        if (here) {
            if (!any) {
                heading(w, "Accepted for now");
            }
            any = true;
            short_line(w, one, NULL);
            evidence_lines(w, &one->verdict, true);
        }
    }
}

void parts_text(struct writing *w)
{
    const struct check_result *list[CHECK_RESULTS_MAX];
    score_card(w);
    totals(w);
    findings(w);
    short_list(w, "Could not be tested", list, parts_of_state(w->r, CHECK_ERROR, list));
    accepted(w);
    short_list(w, "Notes", list, parts_notes(w->r, list));
    not_tested(w);
    if (w->r->summary[CHECK_PASS] == w->r->count - w->r->summary[CHECK_SKIP] &&
        w->r->summary[CHECK_PASS] > 0) {
        buf_add_c(w->b, "\n  Nothing to do.\n");
    }
}
