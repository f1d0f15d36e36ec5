/* SPDX-License-Identifier: Apache-2.0 */
#include "check/report/parts.h"

static const char *language_of(const struct parts_block *block)
{
    return strcmp(block->key, "nginx") == 0    ? "nginx"
           : strcmp(block->key, "record") == 0 ? "zone"
                                               : "";
}

static void score_card(struct writing *w)
{
    buf_add_c(w->b, "| | Row | |\n| --- | --- | --- |\n");
    for (size_t i = 0; i < w->r->row_count; i++) {
        const struct report_row *row = &w->r->rows[i];
        buf_addf(w->b, "| %s | %s %s | %s |\n", parts_symbol(row->state), row->id, row->title,
                 parts_word(row->state));
    }
    buf_addf(w->b, "\n%zu fail, %zu warn, %zu error, %zu pass, %zu not tested.",
             w->r->summary[CHECK_FAIL], w->r->summary[CHECK_WARN], w->r->summary[CHECK_ERROR],
             w->r->summary[CHECK_PASS], w->r->summary[CHECK_SKIP]);
    buf_add_c(w->b, w->r->truncated ? " There was more than the limits allow: some of it was not "
                                      "looked at.\n"
                                    : "\n");
}

static void evidence_list(struct writing *w, const struct verdict *v)
{
    for (size_t i = 0; i < v->count; i++) {
        const struct evidence *e = &v->evidence[i];
        if (e->state <= CHECK_PASS) {
            continue;
        }
        buf_addf(w->b, "- %s ", parts_symbol(e->state));
        escape_markdown_code(w->b, e->subject);
        buf_add_c(w->b, ": ");
        escape_markdown_code(w->b, e->text);
        if (e->excepted) {
            buf_add_c(w->b, " – accepted: ");
            escape_markdown(w->b, e->reason);
        }
        buf_add_byte(w->b, '\n');
    }
    if (v->more > 0) {
        buf_addf(w->b, "- and %zu more\n", v->more);
    }
}

static void fix(struct writing *w, const struct check_result *one)
{
    struct parts_block block;
    buf_add_c(w->b, "\n**Fix.** ");
    escape_markdown(w->b, one->verdict.fix_text);
    buf_add_c(w->b, "\n");
    for (size_t i = 0; parts_block(&one->verdict, i, &block); i++) {
        buf_addf(w->b, "\n%s:\n\n", block.label);
        escape_markdown_block(w->b, language_of(&block), block.text);
    }
    buf_add_c(w->b, "\nRe-test:\n\n");
    escape_markdown_block(w->b, "sh", parts_retest(w, one));
}

static void finding(struct writing *w, size_t number, const struct check_result *one)
{
    const struct check *check = one->check;
    str ref;
    buf_addf(w->b, "\n### %zu. %s ", number, parts_symbol(one->verdict.state));
    escape_markdown(w->b, str_c(check->title));
    buf_addf(w->b, "\n\n`%s` · %s · %s %s\n\n", check->id, check_severity_name(check->severity),
             check->row, check_row_title(check->row));
    evidence_list(w, &one->verdict);
    buf_add_c(w->b, "\n**Why.** ");
    escape_markdown(w->b, str_c(check->why));
    buf_add_c(w->b, "\n");
    fix(w, one);
    for (size_t i = 0; parts_ref(check->refs, i, &ref); i++) {
        str url = parts_ref_url(&w->a, ref);
        buf_add_c(w->b, i ? ", " : "\nSee ");
        buf_add_c(w->b, str_empty(url) ? "" : "[");
        escape_markdown(w->b, ref);
        if (!str_empty(url)) {
            buf_addf(w->b, "](%.*s)", STR_ARG(url));
        }
    }
    buf_add_c(w->b, "\n");
}

static void list(struct writing *w, const char *title, const struct check_result **results,
                 size_t count)
{
    if (count == 0) {
        return;
    }
    buf_addf(w->b, "\n## %s\n\n", title);
    for (size_t i = 0; i < count; i++) {
        const struct verdict *v = &results[i]->verdict;
        bool any = false;
        buf_addf(w->b, "- `%s`", results[i]->check->id);
        for (size_t k = 0; k < v->count; k++) {
            const struct evidence *note = v->state == CHECK_PASS ? parts_note(v) : NULL;
            if (note ? note == &v->evidence[k]
                     : v->evidence[k].state == v->state || v->evidence[k].excepted) {
                buf_add_c(w->b, any ? "; " : ": ");
                any = true;
                escape_markdown(w->b, v->evidence[k].subject);
                buf_add_c(w->b, " ");
                escape_markdown(w->b, v->evidence[k].text);
            }
        }
        buf_add_byte(w->b, '\n');
    }
}

void parts_markdown_page(struct writing *w)
{
    const struct check_result *results[CHECK_RESULTS_MAX];
    buf_add_c(w->b, "# Launch check of ");
    escape_markdown(w->b, w->r->target);
    buf_addf(w->b, "\n\n%.*s, by doorward " DOORWARD_VERSION ", in %.*s.\n\n",
             STR_ARG(day_moment(&w->a, w->r->started_ms)),
             STR_ARG(day_span(&w->a, w->r->duration_ms)));
    score_card(w);
    size_t count = parts_findings(w->r, results);
    buf_add_c(w->b, count ? "\n## What to do first\n" : "");
    for (size_t i = 0; i < count; i++) {
        finding(w, i + 1, results[i]);
    }
    list(w, "Could not be tested", results, parts_of_state(w->r, CHECK_ERROR, results));
    list(w, "Notes", results, parts_notes(w->r, results));
    list(w, "Not tested", results, parts_of_state(w->r, CHECK_SKIP, results));
}

/* ── the fix plan ── */

static void zone_lines(struct writing *w, const struct check_result **results, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (str_empty(results[i]->verdict.fix_record)) {
            continue;
        }
        buf_add_c(w->b, any ? "\n"
                            : "\n## Zone lines\n\nAll records that are to be made, in the order of "
                              "what to do first. Lines that begin with `; delete:` name records "
                              "to remove.\n\n````zone\n");
        any = true;
        buf_addf(w->b, "; %zu. %s\n", i + 1, results[i]->check->id);
        escape_terminal(w->b, results[i]->verdict.fix_record);
        buf_add_byte(w->b, '\n');
    }
    buf_add_c(w->b, any ? "````\n" : "");
}

void report_plan(const struct report *r, const struct report_style *style, struct buf *b)
{
    const struct check_result *results[CHECK_RESULTS_MAX];
    struct writing w = {.r = r, .style = style, .b = b};
    size_t count = parts_findings(r, results);
    arena_init(&w.a, REPORT_BYTES_MAX);
    buf_add_c(b, "# Fix plan for ");
    escape_markdown(b, r->target);
    buf_addf(b, "\n\nFrom the check of %.*s. %s\n", STR_ARG(day_moment(&w.a, r->started_ms)),
             count ? "Work from the top: the more severe first, and what others build on before "
                     "them."
                   : "There is nothing to do.");
    zone_lines(&w, results, count);
    for (size_t i = 0; i < count; i++) {
        buf_addf(b, "\n## %zu. ", i + 1);
        escape_markdown(b, str_c(results[i]->check->title));
        buf_addf(b, "\n\n`%s` · %s\n\n", results[i]->check->id,
                 check_severity_name(results[i]->check->severity));
        evidence_list(&w, &results[i]->verdict);
        fix(&w, results[i]);
    }
    if (count) {
        buf_addf(b, "\n## Then\n\nRun the whole check again:\n\n");
        str again = arena_printf(&w.a, "doorward check %.*s%s%.*s", STR_ARG(r->target),
                                 str_empty(style->options) ? "" : " ", STR_ARG(style->options));
        escape_markdown_block(b, "sh", again.p ? again : STR("doorward check"));
    }
    arena_done(&w.a);
}
