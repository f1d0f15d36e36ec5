/* SPDX-License-Identifier: Apache-2.0 */
/* JUnit XML as CI servers read it: one suite, a case for each finding and each trouble. */
#include "base/clock.h"
#include "scan/report/show.h"

static void attribute(struct buf *b, const char *name, str value)
{
    buf_addf(b, " %s=\"", name);
    escape_xml(b, value);
    buf_add_byte(b, '"');
}

static void line(struct show *s, const char *label, str text)
{
    if (!str_empty(text)) {
        buf_addf(s->b, "%s: ", label);
        escape_xml(s->b, text);
        buf_add_byte(s->b, '\n');
    }
}

static void details(struct show *s, const struct finding *f)
{
    str step;
    line(s, "Secret", show_secret(s, f));
    line(s, "Opens", str_c(f->rule->opens));
    for (size_t i = 0; i < f->place_count; i++) {
        line(s, "Where", show_place(s, f, &f->places[i]));
    }
    if (f->place_more) {
        buf_addf(s->b, "and %zu more places\n", f->place_more);
    }
    line(s, "Reported", show_why(s, f));
    for (size_t i = 0; show_step(f->rule->rotate, i, &step); i++) {
        line(s, "Rotate", step);
    }
    line(s, "Console", str_c(f->rule->console));
    line(s, "Fingerprint", str_c(f->fingerprint));
}

static void open_case(struct show *s, str name, str class)
{
    buf_add_c(s->b, "    <testcase");
    attribute(s->b, "name", name);
    attribute(s->b, "classname", class);
    buf_add_c(s->b, ">\n");
}

static void finding_case(struct show *s, const struct finding *f)
{
    str place = f->place_count ? show_place(s, f, &f->places[0]) : STR_EMPTY;
    str name = arena_printf(&s->a, "%s %.*s", f->rule->id, STR_ARG(place));
    open_case(s, name.p ? name : str_c(f->rule->id), str_c(f->rule->service));
    if (f->state == FINDING_OPEN) {
        buf_add_c(s->b, "      <failure");
        attribute(s->b, "message", str_c(f->rule->title));
        attribute(s->b, "type", str_c(rule_severity_name(f->rule->severity)));
        buf_add_byte(s->b, '>');
        details(s, f);
        buf_add_c(s->b, "</failure>\n");
    } else {
        buf_add_c(s->b, "      <skipped");
        attribute(s->b, "message", show_clean(s, f->state_reason));
        buf_add_c(s->b, "/>\n");
    }
    buf_add_c(s->b, "    </testcase>\n");
}

static void problem_case(struct show *s, const struct scan_problem *p)
{
    open_case(s, show_clean(s, p->path), STR("not read"));
    buf_add_c(s->b, "      <error");
    attribute(s->b, "message", str_c(p->what));
    attribute(s->b, "type", p->limit ? STR("limit") : STR("unreadable"));
    buf_add_c(s->b, "/>\n    </testcase>\n");
}

void show_junit(struct show *s)
{
    const struct scan_report *r = s->r;
    size_t open = r->open + r->shared, known = r->allowed + r->baselined;
    bool empty = open + known + r->problem_count == 0;
    struct clock_text stamp = clock_rfc3339(r->started_ms);
    size_t tests = open + known + r->problem_count + empty;
    stamp.c[19] = '\0'; /* the schema knows no zone */
    buf_addf(s->b,
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"doorward scan\" "
             "tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"%u.%03u\">\n",
             tests, open, r->problem_count, r->duration_ms / 1000, r->duration_ms % 1000);
    buf_addf(s->b,
             "  <testsuite name=\"secrets\" hostname=\"localhost\" id=\"0\" timestamp=\"%s\" "
             "time=\"%u.%03u\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n",
             stamp.c, r->duration_ms / 1000, r->duration_ms % 1000, tests, open, r->problem_count,
             known);
    for (unsigned state = 0; state < FINDING_PUBLIC; state++) {
        size_t at = 0;
        for (const struct finding *f; (f = show_next(s, (enum finding_state)state, &at)) != NULL;) {
            finding_case(s, f);
        }
    }
    for (size_t i = 0; i < r->problem_count; i++) {
        problem_case(s, &r->problem_list[i]);
    }
    if (empty) {
        open_case(s, STR("no secret was found"), STR("doorward scan"));
        buf_add_c(s->b, "    </testcase>\n");
    }
    buf_add_c(s->b, "  </testsuite>\n</testsuites>\n");
}
