/* SPDX-License-Identifier: Apache-2.0 */
#include "base/layout.h"
#include "scan/report/show.h"

enum { LABEL = 12, INDENT = 4, PLACES_SHOWN = 6, LINES_MAX = 60, COMMIT_SHOWN = 10 };

static void colour(struct show *s, const char *code)
{
    if (s->style->colour) {
        buf_addf(s->b, "\x1b[%sm", code);
    }
}

static const char *severity_colour(enum rule_severity severity)
{
    static const char *const codes[] = {"36", "33", "31"};
    return codes[severity];
}

static void label(struct show *s, const char *name)
{
    layout_spaces(s->b, INDENT);
    colour(s, "2");
    buf_addf(s->b, "%-*s", LABEL - 1, name);
    colour(s, "0");
    buf_add_byte(s->b, ' ');
}

static void field(struct show *s, const char *name, str text)
{
    if (!str_empty(text)) {
        label(s, name);
        layout_wrap(s->b, text, INDENT + LABEL);
    }
}

static void heading(struct show *s, const char *text)
{
    buf_add_byte(s->b, '\n');
    colour(s, "1");
    buf_add_c(s->b, text);
    colour(s, "0");
    buf_add_c(s->b, "\n\n");
}

/* ── a finding ── */

/* A path as it may stand on a line of a terminal, with what is to be known of the place. */
static str place_line(struct show *s, const struct finding *f, const struct place *p)
{
    struct buf line;
    const struct place_history *h = p->kind == PLACE_GIT ? p->history : NULL;
    buf_init(&line, FINDING_PATH_MAX * 4);
    escape_line(&line, show_place(s, f, p));
    buf_add_c(&line, show_encoding(p->encoding));
    buf_add_c(&line, p->served ? "  served to browsers" : "");
    if (!str_empty(p->environment)) {
        buf_addf(&line, "  environment %.*s", STR_ARG(p->environment));
    }
    if (h) {
        buf_addf(&line, "  commit %.*s", COMMIT_SHOWN, h->first);
        buf_add_c(&line, h->at_head ? ", still at HEAD" : ", not at HEAD any more");
    }
    buf_add_c(&line, p->allowed ? "  accepted here" : "");
    str text = arena_str(&s->a, buf_str(&line));
    buf_done(&line);
    return text.p ? text : STR_EMPTY;
}

static void places(struct show *s, const struct finding *f)
{
    size_t shown = f->place_count < PLACES_SHOWN ? f->place_count : PLACES_SHOWN;
    size_t more = f->place_count - shown + f->place_more;
    for (size_t i = 0; i < shown; i++) {
        field(s, i ? "" : "Where", place_line(s, f, &f->places[i]));
    }
    if (more > 0) {
        layout_spaces(s->b, INDENT + LABEL);
        buf_addf(s->b, "and %zu more%s\n", more,
                 f->place_count > shown ? "; --format json has them" : "");
    }
}

/* Since when the history has it: the earliest of its places. */
static void history(struct show *s, const struct finding *f)
{
    const struct place_history *first = NULL;
    for (size_t i = 0; i < f->place_count; i++) {
        const struct place_history *h =
            f->places[i].kind == PLACE_GIT ? f->places[i].history : NULL;
        first = h && h->date_ms && (!first || h->date_ms < first->date_ms) ? h : first;
    }
    if (first) {
        str text = arena_printf(&s->a, "since %s, commit %.*s by %.*s", day_text(first->date_ms).c,
                                COMMIT_SHOWN, first->first, STR_ARG(show_clean(s, first->author)));
        field(s, "History", text.p ? text : STR_EMPTY);
    }
}

static void steps(struct show *s, const struct rule *rule)
{
    str step;
    for (size_t i = 0; show_step(rule->rotate, i, &step); i++) {
        label(s, i ? "" : "Rotate");
        buf_addf(s->b, "%zu. ", i + 1);
        layout_wrap(s->b, step, INDENT + LABEL + 3);
    }
    field(s, "Console", str_c(rule->console));
}

static void finding(struct show *s, size_t number, const struct finding *f)
{
    const struct rule *rule = f->rule;
    buf_addf(s->b, "%2zu  ", number);
    colour(s, severity_colour(rule->severity));
    buf_add_c(s->b, rule->severity == RULE_LOW ? "! " : "✗ ");
    colour(s, "0");
    colour(s, "1");
    layout_wrap(s->b, str_c(rule->title), INDENT + 2);
    colour(s, "0");
    layout_spaces(s->b, INDENT + 2);
    colour(s, "2");
    buf_addf(s->b, "%s · %s · %s%s%s%s\n", rule->id, rule_severity_name(rule->severity),
             rule->service, show_served(f) ? " · anybody can read it now" : "",
             show_only_history(f) ? " · in history only" : "",
             show_staged(f) ? " · about to be committed" : "");
    colour(s, "0");
    field(s, "Secret", show_secret(s, f));
    field(s, "Opens", str_c(rule->opens));
    places(s, f);
    history(s, f);
    field(s, "Reported", show_why(s, f));
    field(s, "Known", f->state_reason);
    if (f->shared && rule != &scan_shared_rule) {
        field(s, "Shared", STR("it stands in more than one environment"));
    }
    steps(s, rule);
    field(s, "Fingerprint", str_c(f->fingerprint));
    buf_add_byte(s->b, '\n');
}

/* ── what is said in a few lines ── */

static void short_finding(struct show *s, const struct finding *f, str why)
{
    str first = f->place_count ? place_line(s, f, &f->places[0]) : STR_EMPTY;
    size_t more = f->place_count + f->place_more - (f->place_count > 0);
    str head = arena_printf(&s->a, "%s  %.*s", f->rule->id, STR_ARG(show_secret(s, f)));
    buf_add_c(s->b, "  – ");
    layout_wrap(s->b, head.p ? head : str_c(f->rule->id), INDENT);
    layout_spaces(s->b, INDENT);
    str where = more ? arena_printf(&s->a, "%.*s and %zu more", STR_ARG(first), more) : first;
    layout_wrap(s->b, where.p ? where : first, INDENT);
    if (!str_empty(why)) {
        layout_spaces(s->b, INDENT);
        layout_wrap(s->b, why, INDENT);
    }
}

static void short_list(struct show *s, const char *title, enum finding_state state)
{
    size_t at = 0, count = 0;
    for (const struct finding *f; (f = show_next(s, state, &at)) != NULL; count++) {
        if (count == 0) {
            heading(s, title);
        }
        if (count < LINES_MAX) {
            short_finding(s, f, f->state_reason);
        }
    }
    if (count > LINES_MAX) {
        buf_addf(s->b, "  and %zu more; --format json has them\n", count - LINES_MAX);
    }
}

static void none(struct show *s)
{
    size_t at = 0, count = 0;
    for (const struct finding *f; (f = show_next_none(s, &at)) != NULL; count++) {
        if (count == 0) {
            heading(s, "Judged to be no secret");
        }
        short_finding(s, f, show_why(s, f));
    }
}

static void problems(struct show *s)
{
    const struct scan_report *r = s->r;
    if (r->problem_count > 0) {
        heading(s, "Could not be read");
    }
    for (size_t i = 0; i < r->problem_count; i++) {
        struct buf line;
        buf_init(&line, FINDING_PATH_MAX * 4);
        escape_line(&line, show_clean(s, r->problem_list[i].path));
        buf_addf(&line, ": %s", r->problem_list[i].what);
        buf_add_c(s->b, "  ? ");
        layout_wrap(s->b, buf_str(&line), INDENT);
        buf_done(&line);
    }
    if (r->problem_more > 0) {
        buf_addf(s->b, "  and %zu more\n", r->problem_more);
    }
}

static void notes(struct show *s)
{
    const struct scan_report *r = s->r;
    if (r->note_count > 0) {
        heading(s, "Left out by design");
    }
    for (size_t i = 0; i < r->note_count; i++) {
        const struct scan_problem *note = &r->problem_list[r->problem_count + i];
        struct buf line;
        buf_init(&line, FINDING_PATH_MAX * 4);
        escape_line(&line, show_clean(s, note->path));
        buf_addf(&line, ": %s", note->what);
        buf_add_c(s->b, "  · ");
        layout_wrap(s->b, buf_str(&line), INDENT);
        buf_done(&line);
    }
}

/* ── the summary ── */

static void amount(struct buf *b, uint64_t n, const char *one, const char *many)
{
    if (n > 0) {
        buf_addf(b, "%s%llu %s", b->n ? " · " : "", (unsigned long long)n, n == 1 ? one : many);
    }
}

static void end_line(struct show *s, struct buf *line)
{
    if (line->n > 0) {
        layout_spaces(s->b, 2);
        layout_wrap(s->b, buf_str(line), 2);
    }
    buf_clear(line);
}

static void totals(struct show *s)
{
    const struct scan_report *r = s->r;
    uint64_t bytes = atomic_load(&r->scan.bytes);
    struct buf line;
    buf_init(&line, 4096);
    buf_add_c(s->b, "\n  ");
    colour(s, r->open + r->shared ? "31" : "32");
    buf_addf(s->b, "%zu open", r->open);
    colour(s, "0");
    if (r->open) {
        buf_addf(s->b, " (%zu high, %zu medium, %zu low)", show_count(s, RULE_HIGH),
                 show_count(s, RULE_MEDIUM), show_count(s, RULE_LOW));
    }
    buf_add_byte(s->b, '\n');
    amount(&line, r->shared, "shared between environments", "shared between environments");
    amount(&line, r->allowed, "accepted", "accepted");
    amount(&line, r->baselined, "in the baseline", "in the baseline");
    amount(&line, r->publishable, "publishable", "publishable");
    amount(&line, r->problem_count + r->problem_more, "not read", "not read");
    end_line(s, &line);
    amount(&line, atomic_load(&r->scan.files), "file", "files");
    amount(&line, atomic_load(&r->scan.commits), "commit", "commits");
    bool staged = r->scan.options->staged;
    amount(&line, atomic_load(&r->scan.blobs), staged ? "staged file" : "version in history",
           staged ? "staged files" : "versions in history");
    amount(&line, atomic_load(&r->scan.skipped), "left out", "left out");
    buf_addf(&line, "%s%.1f %s · %.*s", line.n ? " · " : "",
             (double)bytes / (bytes < 1000000 ? 1e3 : 1e6), bytes < 1000000 ? "kB" : "MB",
             STR_ARG(day_span(&s->a, r->duration_ms)));
    end_line(s, &line);
    buf_done(&line);
    if (r->truncated) {
        buf_add_c(s->b, "  There was more than the limits allow: not all of it is listed.\n");
    }
    if (r->open + r->shared + r->problem_count == 0) {
        buf_add_c(s->b, "\n  Nothing to do.\n");
    }
}

void show_text(struct show *s)
{
    size_t at = 0, number = 0;
    for (const struct finding *f; (f = show_next(s, FINDING_OPEN, &at)) != NULL;) {
        if (number == 0) {
            heading(s, "What to do first");
        }
        finding(s, ++number, f);
    }
    short_list(s, "Accepted", FINDING_ALLOWED);
    short_list(s, "In the baseline", FINDING_BASELINE);
    short_list(s, "Publishable by design, no leak", FINDING_PUBLIC);
    none(s);
    problems(s);
    notes(s);
    totals(s);
}
