/* SPDX-License-Identifier: Apache-2.0 */
/* JUnit XML as CI servers read it: a suite for each row, a case for each check. */
#include "base/clock.h"
#include "check/report/parts.h"

static void attribute(struct buf *b, const char *name, str value)
{
    buf_addf(b, " %s=\"", name);
    escape_xml(b, value);
    buf_add_byte(b, '"');
}

static size_t count_of(const struct report *r, const char *row, unsigned states)
{
    size_t count = 0;
    for (size_t i = 0; i < r->count; i++) {
        count += (states & (1U << r->results[i].verdict.state)) != 0 &&
                 (!row || strcmp(r->results[i].check->row, row) == 0);
    }
    return count;
}

/* Numbers of tests, failures and errors, as both levels have them. */
static void counts(struct buf *b, const struct report *r, const char *row)
{
    buf_addf(b, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", count_of(r, row, ~0U),
             count_of(r, row, 1U << CHECK_FAIL), count_of(r, row, 1U << CHECK_ERROR));
}

static void evidence_text(struct writing *w, const struct check_result *one, bool fix)
{
    const struct verdict *v = &one->verdict;
    struct parts_block block;
    for (size_t i = 0; i < v->count; i++) {
        const struct evidence *e = &v->evidence[i];
        str line =
            arena_printf(&w->a, "%s%s %.*s: %.*s", check_state_name(e->state),
                         e->excepted ? " (accepted)" : "", STR_ARG(e->subject), STR_ARG(e->text));
        escape_html(w->b, line.p ? line : e->text);
        buf_add_byte(w->b, '\n');
    }
    if (!fix) {
        return;
    }
    buf_add_c(w->b, "\nWhy: ");
    escape_html(w->b, str_c(one->check->why));
    buf_add_c(w->b, "\nFix: ");
    escape_html(w->b, v->fix_text);
    for (size_t i = 0; parts_block(v, i, &block); i++) {
        buf_addf(w->b, "\n\n%s:\n", block.label);
        escape_html(w->b, block.text);
    }
    buf_add_c(w->b, "\n\nRe-test: ");
    escape_html(w->b, parts_retest(w, one));
    buf_add_byte(w->b, '\n');
}

/* The first evidence of the verdict's state, in a line. */
static str summary(struct writing *w, const struct check_result *one)
{
    const struct verdict *v = &one->verdict;
    for (size_t i = 0; i < v->count; i++) {
        const struct evidence *e = &v->evidence[i];
        if (e->state == v->state && !e->excepted) {
            str line = arena_printf(&w->a, "%.*s: %.*s", STR_ARG(e->subject), STR_ARG(e->text));
            return line.p ? line : e->text;
        }
    }
    return str_c(one->check->title);
}

static void test_case(struct writing *w, const struct check_result *one)
{
    struct buf *b = w->b;
    enum check_state state = one->verdict.state;
    bool problem = state == CHECK_FAIL || state == CHECK_ERROR;
    const char *element = state == CHECK_FAIL ? "failure" : "error";
    str suite = arena_printf(&w->a, "%s %s", one->check->row, check_row_title(one->check->row));
    buf_add_c(b, "    <testcase");
    attribute(b, "name", str_c(one->check->id));
    attribute(b, "classname", suite.p ? suite : str_c(one->check->row));
    buf_add_c(b, ">\n");
    if (state == CHECK_SKIP) {
        buf_add_c(b, "      <skipped");
        attribute(b, "message", summary(w, one));
        buf_add_c(b, "/>\n");
    } else if (problem) {
        buf_addf(b, "      <%s", element);
        attribute(b, "message", summary(w, one));
        attribute(b, "type", str_c(check_severity_name(one->check->severity)));
        buf_add_byte(b, '>');
        evidence_text(w, one, true);
        buf_addf(b, "</%s>\n", element);
    } else {
        buf_add_c(b, "      <system-out>");
        evidence_text(w, one, state == CHECK_WARN);
        buf_add_c(b, "</system-out>\n");
    }
    buf_add_c(b, "    </testcase>\n");
}

static void test_suite(struct writing *w, const struct report_row *row, size_t id)
{
    struct buf *b = w->b;
    str name = arena_printf(&w->a, "%s %s", row->id, row->title);
    struct clock_text stamp = clock_rfc3339(w->r->started_ms);
    stamp.c[19] = '\0'; /* the schema knows no zone */
    buf_add_c(b, "  <testsuite");
    attribute(b, "name", name.p ? name : str_c(row->id));
    attribute(b, "hostname", w->r->target);
    buf_addf(b, " id=\"%zu\" timestamp=\"%s\" time=\"0\"", id, stamp.c);
    counts(b, w->r, row->id);
    buf_addf(b, " skipped=\"%zu\">\n", count_of(w->r, row->id, 1U << CHECK_SKIP));
    for (size_t i = 0; i < w->r->count; i++) {
        if (strcmp(w->r->results[i].check->row, row->id) == 0) {
            test_case(w, &w->r->results[i]);
        }
    }
    buf_add_c(b, "  </testsuite>\n");
}

void parts_junit(struct writing *w)
{
    struct buf *b = w->b;
    unsigned ms = w->r->duration_ms;
    str name = arena_printf(&w->a, "doorward check %.*s", STR_ARG(w->r->target));
    buf_add_c(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    attribute(b, "name", name.p ? name : w->r->target);
    counts(b, w->r, NULL);
    buf_addf(b, " time=\"%u.%03u\">\n", ms / 1000, ms % 1000);
    for (size_t i = 0; i < w->r->row_count; i++) {
        test_suite(w, &w->r->rows[i], i);
    }
    buf_add_c(b, "</testsuites>\n");
}
