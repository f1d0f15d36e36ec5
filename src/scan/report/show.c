/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/report/show.h"

#include "base/json.h"

enum {
    SCRATCH_MAX = 128 << 20,
    REDACT_MIN = 6,      /* bytes; a shorter secret is a word like any other */
    REDACT_ALL_MAX = 500 /* findings: with more only a finding's own secret is looked for */
};

static const struct {
    const char *name;
    void (*write)(struct show *s);
} formats[SCAN_FORMATS] = {
    [SCAN_TEXT] = {"text", show_text},    [SCAN_JSON] = {"json", show_json},
    [SCAN_SARIF] = {"sarif", show_sarif}, [SCAN_JUNIT] = {"junit", show_junit},
    [SCAN_CSV] = {"csv", show_csv},
};

bool scan_format_parse(str name, enum scan_format *ret)
{
    for (unsigned i = 0; i < SCAN_FORMATS; i++) {
        if (str_eq(name, str_c(formats[i].name))) {
            *ret = (enum scan_format)i;
            return true;
        }
    }
    return false;
}

void scan_report_write(struct scan_report *r, enum scan_format format,
                       const struct scan_style *style, struct buf *b)
{
    struct show s = {.r = r, .style = style, .b = b};
    arena_init(&s.a, SCRATCH_MAX);
    formats[format].write(&s);
    arena_done(&s.a);
}

/* ── findings ── */

const struct finding *show_next(const struct show *s, enum finding_state state, size_t *at)
{
    for (const struct finding *f; (f = findings_at(s->r->scan.findings, *at)) != NULL;) {
        ++*at;
        if (!f->reported_not && f->state == state) {
            return f;
        }
    }
    return NULL;
}

const struct finding *show_next_none(const struct show *s, size_t *at)
{
    for (const struct finding *f; (f = findings_at(s->r->scan.findings, *at)) != NULL;) {
        ++*at;
        if (f->reported_not && s->style->explain) {
            return f;
        }
    }
    return NULL;
}

size_t show_count(const struct show *s, enum rule_severity severity)
{
    size_t count = 0, at = 0;
    for (const struct finding *f; (f = show_next(s, FINDING_OPEN, &at)) != NULL;) {
        count += f->rule->severity == severity && f->rule != &scan_shared_rule;
    }
    return count;
}

bool show_only_history(const struct finding *f)
{
    for (size_t i = 0; i < f->place_count; i++) {
        if (!place_is_old(&f->places[i])) {
            return false;
        }
    }
    return f->place_count > 0;
}

bool show_staged(const struct finding *f)
{
    bool staged = false;
    for (size_t i = 0; i < f->place_count; i++) {
        staged |= place_is_staged(&f->places[i]);
    }
    return staged;
}

bool show_served(const struct finding *f)
{
    bool served = false;
    for (size_t i = 0; i < f->place_count; i++) {
        served |= f->places[i].served;
    }
    return served;
}

/* ── words ── */

const char *show_kind(enum place_kind kind)
{
    static const char *const names[PLACE_KINDS] = {"file", "git", "url", "archive", "log"};
    return kind < PLACE_KINDS ? names[kind] : "file";
}

const char *show_state(enum finding_state state)
{
    static const char *const names[FINDING_STATES] = {"open", "accepted", "baseline",
                                                      "publishable"};
    return state < FINDING_STATES ? names[state] : "open";
}

const char *show_confidence(enum confidence confidence)
{
    static const char *const names[] = {"low", "medium", "high"};
    return names[confidence];
}

const char *show_encoding(enum encoding encoding)
{
    static const char *const names[ENCODINGS] = {"",           " (in base64)", " (in hex)",
                                                 " (escaped)", " (in parts)",  " (in gzip)"};
    return encoding < ENCODINGS ? names[encoding] : "";
}

bool show_step(const char *rotate, size_t n, str *ret)
{
    str rest = str_c(rotate), line;
    while (str_split(&rest, '\n', &line)) {
        line = str_trim(line);
        if (!str_empty(line) && n-- == 0) {
            *ret = line;
            return true;
        }
    }
    return false;
}

str show_why(struct show *s, const struct finding *f)
{
    str why = STR_EMPTY;
    for (size_t i = 0; i < f->reason_count; i++) {
        str longer = arena_printf(&s->a, "%.*s%s%s", STR_ARG(why), i ? "; " : "", f->reasons[i]);
        why = longer.p ? longer : why;
    }
    return why;
}

void show_member(struct buf *b, const char *before, const char *key, str text)
{
    buf_addf(b, "%s\"%s\":", before, key);
    json_write_str(b, text);
}

/* ── no secret gets out ── */

str show_secret(struct show *s, const struct finding *f)
{
    str secret = secret_view(&f->secret);
    return s->style->show_secrets ? secret : finding_mask(&s->a, secret);
}

static str without(struct show *s, str text, str secret)
{
    size_t at;
    while (secret.n >= REDACT_MIN && (at = str_find(text, secret, 0)) != SIZE_MAX) {
        str mask = finding_mask(&s->a, secret);
        str clean = arena_printf(&s->a, "%.*s%.*s%.*s", STR_ARG(str_slice(text, 0, at)),
                                 STR_ARG(mask), STR_ARG(str_slice(text, at + secret.n, text.n)));
        text = clean.p ? clean : STR("…(masked)");
    }
    return text;
}

str show_clean(struct show *s, str text)
{
    size_t count = findings_count(s->r->scan.findings);
    for (size_t i = 0; i < count && count <= REDACT_ALL_MAX && !s->style->show_secrets; i++) {
        text = without(s, text, secret_view(&findings_at(s->r->scan.findings, i)->secret));
    }
    return text;
}

str show_path(struct show *s, const struct finding *f, const struct place *p)
{
    if (s->style->show_secrets) {
        return p->path;
    }
    return show_clean(s, without(s, p->path, secret_view(&f->secret)));
}

str show_place(struct show *s, const struct finding *f, const struct place *p)
{
    str path = show_path(s, f, p);
    str text = p->line && p->column
                   ? arena_printf(&s->a, "%.*s:%u:%u", STR_ARG(path), p->line, p->column)
               : p->line ? arena_printf(&s->a, "%.*s:%u", STR_ARG(path), p->line)
                         : path;
    return text.p ? text : path;
}
