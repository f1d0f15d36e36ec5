/* SPDX-License-Identifier: Apache-2.0 */
/* docs/scan-report.schema.json describes it. */
#include "base/json.h"
#include "base/clock.h"
#include "scan/report/show.h"

static void history_members(struct show *s, const struct place_history *h)
{
    struct buf *b = s->b;
    show_member(b, ",", "commit", str_c(h->first));
    show_member(b, ",", "last_commit", str_c(h->last));
    if (h->date_ms) {
        buf_addf(b, ",\"date\":\"%s\"", clock_rfc3339(h->date_ms).c);
    }
    show_member(b, ",", "author", show_clean(s, h->author));
    buf_addf(b, ",\"at_head\":%s", h->at_head ? "true" : "false");
    if (!str_empty(h->ref)) {
        show_member(b, ",", "ref", show_clean(s, h->ref));
    }
}

static void place_object(struct show *s, const struct finding *f, const struct place *p)
{
    static const char *const encodings[ENCODINGS] = {"",        "base64", "hex",
                                                     "escapes", "joined", "gzip"};
    struct buf *b = s->b;
    buf_addf(b, "{\"kind\":\"%s\"", show_kind(p->kind));
    show_member(b, ",", "path", show_path(s, f, p));
    buf_addf(b, ",\"line\":%u,\"column\":%u", p->line, p->column);
    if (p->kind == PLACE_GIT && p->history) {
        history_members(s, p->history);
    }
    if (p->encoding != ENCODING_NONE && p->encoding < ENCODINGS) {
        buf_addf(b, ",\"encoding\":\"%s\"", encodings[p->encoding]);
    }
    if (!str_empty(p->key)) {
        show_member(b, ",", "key", show_clean(s, p->key));
    }
    if (!str_empty(p->environment)) {
        show_member(b, ",", "environment", p->environment);
    }
    buf_add_c(b, p->served ? ",\"served\":true" : "");
    if (p->allowed) {
        show_member(b, ",", "accepted", show_clean(s, p->reason));
    }
    buf_add_byte(b, '}');
}

static void texts(struct show *s, const struct finding *f)
{
    struct buf *b = s->b;
    str step;
    show_member(b, ",", "why", show_why(s, f));
    buf_add_c(b, ",\"reasons\":[");
    for (size_t i = 0; i < f->reason_count; i++) {
        buf_add_c(b, i ? "," : "");
        json_write_str(b, str_c(f->reasons[i]));
    }
    buf_add_byte(b, ']');
    show_member(b, ",", "rotate", str_c(f->rule->rotate));
    buf_add_c(b, ",\"steps\":[");
    for (size_t i = 0; show_step(f->rule->rotate, i, &step); i++) {
        buf_add_c(b, i ? "," : "");
        json_write_str(b, step);
    }
    buf_add_byte(b, ']');
    show_member(b, ",", "console", str_c(f->rule->console));
}

static void finding_object(struct show *s, const struct finding *f)
{
    struct buf *b = s->b;
    buf_addf(b, "{\"rule\":\"%s\"", f->rule->id);
    show_member(b, ",", "service", str_c(f->rule->service));
    buf_addf(b, ",\"severity\":\"%s\",\"fingerprint\":\"%s\"",
             rule_severity_name(f->rule->severity), f->fingerprint);
    show_member(b, ",", "secret", show_secret(s, f));
    show_member(b, ",", "title", str_c(f->rule->title));
    show_member(b, ",", "opens", str_c(f->rule->opens));
    buf_addf(b, ",\"state\":\"%s\",\"confidence\":\"%s\",\"shared\":%s",
             f->reported_not ? "none" : show_state(f->state), show_confidence(f->confidence),
             f->shared ? "true" : "false");
    if (!str_empty(f->state_reason)) {
        show_member(b, ",", "state_reason", show_clean(s, f->state_reason));
    }
    buf_add_c(b, ",\"places\":[");
    for (size_t i = 0; i < f->place_count; i++) {
        buf_add_c(b, i ? "," : "");
        place_object(s, f, &f->places[i]);
    }
    buf_addf(b, "],\"places_more\":%zu", f->place_more);
    texts(s, f);
    buf_add_byte(b, '}');
}

static void states(struct show *s, const char *key, const enum finding_state *list, size_t count)
{
    bool any = false;
    buf_addf(s->b, ",\"%s\":[", key);
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        for (const struct finding *f; (f = show_next(s, list[i], &at)) != NULL;) {
            if (f->rule == &scan_shared_rule && list[i] == FINDING_OPEN) {
                continue; /* one secret, one finding: these stand in a list of their own */
            }
            buf_add_c(s->b, any ? ",\n" : "\n");
            finding_object(s, f);
            any = true;
        }
    }
    buf_add_byte(s->b, ']');
}

static void shared(struct show *s)
{
    size_t at = 0;
    bool any = false;
    buf_add_c(s->b, ",\"shared\":[");
    for (const struct finding *f; (f = show_next(s, FINDING_OPEN, &at)) != NULL;) {
        if (f->rule == &scan_shared_rule) {
            buf_add_c(s->b, any ? ",\n" : "\n");
            finding_object(s, f);
            any = true;
        }
    }
    buf_add_byte(s->b, ']');
}

static void none(struct show *s)
{
    size_t at = 0;
    bool any = false;
    buf_add_c(s->b, ",\"not_reported\":[");
    for (const struct finding *f; (f = show_next_none(s, &at)) != NULL; any = true) {
        buf_add_c(s->b, any ? ",\n" : "\n");
        finding_object(s, f);
    }
    buf_add_byte(s->b, ']');
}

static void problems(struct show *s)
{
    const struct scan_report *r = s->r;
    buf_add_c(s->b, ",\"problems\":[");
    for (size_t i = 0; i < r->problem_count; i++) {
        show_member(s->b, i ? ",{" : "{", "path", show_clean(s, r->problem_list[i].path));
        show_member(s->b, ",", "what", str_c(r->problem_list[i].what));
        buf_addf(s->b, ",\"limit\":%s}", r->problem_list[i].limit ? "true" : "false");
    }
    buf_add_byte(s->b, ']');
}

static void notes(struct show *s)
{
    const struct scan_report *r = s->r;
    buf_add_c(s->b, ",\"notes\":[");
    for (size_t i = 0; i < r->note_count; i++) {
        const struct scan_problem *note = &r->problem_list[r->problem_count + i];
        show_member(s->b, i ? ",{" : "{", "path", show_clean(s, note->path));
        show_member(s->b, ",", "what", str_c(note->what));
        buf_add_byte(s->b, '}');
    }
    buf_add_byte(s->b, ']');
}

static void summary(struct show *s)
{
    const struct scan_report *r = s->r;
    buf_addf(s->b, ",\"summary\":{\"open\":%zu,\"high\":%zu,\"medium\":%zu,\"low\":%zu", r->open,
             show_count(s, RULE_HIGH), show_count(s, RULE_MEDIUM), show_count(s, RULE_LOW));
    buf_addf(s->b, ",\"shared\":%zu", r->shared);
    buf_addf(s->b, ",\"accepted\":%zu,\"baseline\":%zu,\"publishable\":%zu,\"problems\":%zu",
             r->allowed, r->baselined, r->publishable, r->problem_count + r->problem_more);
    buf_addf(s->b, ",\"commits\":%llu", (unsigned long long)atomic_load(&r->scan.commits));
    buf_addf(s->b, ",\"files\":%llu,\"blobs\":%llu,\"bytes\":%llu,\"left_out\":%llu",
             (unsigned long long)atomic_load(&r->scan.files),
             (unsigned long long)atomic_load(&r->scan.blobs),
             (unsigned long long)atomic_load(&r->scan.bytes),
             (unsigned long long)atomic_load(&r->scan.skipped));
    buf_addf(s->b, ",\"truncated\":%s}", r->truncated ? "true" : "false");
}

void show_json(struct show *s)
{
    static const enum finding_state open[] = {FINDING_OPEN},
                                    known[] = {FINDING_ALLOWED, FINDING_BASELINE},
                                    publishable[] = {FINDING_PUBLIC};
    const struct scan_report *r = s->r;
    buf_addf(s->b, "{\"version\":1,\"started\":\"%s\",\"duration_ms\":%u",
             clock_rfc3339(r->started_ms).c, r->duration_ms);
    states(s, "findings", open, 1);
    shared(s);
    states(s, "accepted", known, 2);
    states(s, "publishable", publishable, 1);
    if (s->style->explain) {
        none(s);
    }
    problems(s);
    notes(s);
    summary(s);
    buf_add_c(s->b, "}\n");
}
