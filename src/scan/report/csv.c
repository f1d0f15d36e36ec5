/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 4180: a row for each place. */
#include "scan/report/show.h"

static const char header[] =
    "severity,state,rule,service,title,secret,confidence,kind,path,line,column,environment,served,"
    "commit,date,author,at_head,fingerprint,why,known,console\r\n";

/* On one line: a path may have line ends, a spreadsheet's row should not. */
static void field(struct show *s, str text)
{
    struct buf clean;
    buf_init(&clean, SCAN_REPORT_BYTES_MAX);
    escape_line(&clean, text);
    escape_csv(s->b, buf_str(&clean), false);
    buf_done(&clean);
}

static void number(struct show *s, unsigned n) { buf_addf(s->b, n ? "%u," : ",", n); }

static void row(struct show *s, const struct finding *f, const struct place *p)
{
    const struct place_history *h = p->kind == PLACE_GIT ? p->history : NULL;
    field(s, str_c(rule_severity_name(f->rule->severity)));
    field(s, str_c(show_state(f->state)));
    field(s, str_c(f->rule->id));
    field(s, str_c(f->rule->service));
    field(s, str_c(f->rule->title));
    field(s, show_secret(s, f));
    field(s, str_c(show_confidence(f->confidence)));
    field(s, str_c(show_kind(p->kind)));
    field(s, show_path(s, f, p));
    number(s, p->line);
    number(s, p->column);
    field(s, p->environment);
    field(s, p->served ? STR("yes") : STR("no"));
    field(s, str_c(h ? h->first : NULL));
    field(s, str_c(h && h->date_ms ? day_text(h->date_ms).c : NULL));
    field(s, h ? show_clean(s, h->author) : STR_EMPTY);
    field(s, !h ? STR_EMPTY : h->at_head ? STR("yes") : STR("no"));
    field(s, str_c(f->fingerprint));
    field(s, show_why(s, f));
    field(s, show_clean(s, f->state_reason));
    escape_csv(s->b, str_c(f->rule->console), true);
}

void show_csv(struct show *s)
{
    buf_add_c(s->b, header);
    for (unsigned state = 0; state < FINDING_STATES; state++) {
        size_t at = 0;
        for (const struct finding *f; (f = show_next(s, (enum finding_state)state, &at)) != NULL;) {
            for (size_t i = 0; i < f->place_count; i++) {
                row(s, f, &f->places[i]);
            }
        }
    }
}
