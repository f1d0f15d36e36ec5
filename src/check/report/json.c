/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "base/clock.h"
#include "check/report/parts.h"

static void member(struct buf *b, const char *key, str value)
{
    buf_addf(b, "\"%s\":", key);
    json_write_str(b, value);
}

static void evidence_array(struct buf *b, const struct verdict *v)
{
    buf_add_c(b, ",\"evidence\":[");
    for (size_t i = 0; i < v->count; i++) {
        const struct evidence *e = &v->evidence[i];
        buf_add_c(b, i ? ",{" : "{");
        member(b, "subject", e->subject);
        buf_add_byte(b, ',');
        member(b, "text", e->text);
        buf_addf(b, ",\"state\":\"%s\"", check_state_name(e->state));
        if (e->excepted) {
            buf_add_byte(b, ',');
            member(b, "excepted", e->reason);
        }
        buf_add_byte(b, '}');
    }
    buf_add_byte(b, ']');
    if (v->more > 0) {
        buf_addf(b, ",\"evidence_more\":%zu", v->more);
    }
}

static void fix_object(struct writing *w, const struct check_result *one)
{
    struct buf *b = w->b;
    struct parts_block block;
    bool config = false;
    buf_add_c(b, ",\"fix\":{");
    member(b, "text", one->verdict.fix_text);
    for (size_t i = 0; parts_block(&one->verdict, i, &block); i++) {
        bool record = strcmp(block.key, "record") == 0;
        buf_add_c(b, record ? "," : config ? "," : ",\"config\":{");
        config |= !record;
        member(b, block.key, block.text);
    }
    buf_add_c(b, config ? "}," : ",");
    member(b, "retest", parts_retest(w, one));
    buf_add_byte(b, '}');
}

static void check_object(struct writing *w, const struct check_result *one)
{
    struct buf *b = w->b;
    str ref;
    buf_addf(b, "{\"id\":\"%s\",\"state\":\"%s\",\"severity\":\"%s\",", one->check->id,
             check_state_name(one->verdict.state), check_severity_name(one->check->severity));
    member(b, "title", str_c(one->check->title));
    evidence_array(b, &one->verdict);
    buf_add_byte(b, ',');
    member(b, "why", str_c(one->check->why));
    fix_object(w, one);
    buf_add_c(b, ",\"refs\":[");
    for (size_t i = 0; parts_ref(one->check->refs, i, &ref); i++) {
        buf_add_c(b, i ? "," : "");
        json_write_str(b, ref);
    }
    buf_add_c(b, "]}");
}

static void row_object(struct writing *w, const struct report_row *row)
{
    bool first = true;
    buf_addf(w->b, "{\"id\":\"%s\",", row->id);
    member(w->b, "title", str_c(row->title));
    buf_addf(w->b, ",\"state\":\"%s\",\"checks\":[", check_state_name(row->state));
    for (size_t i = 0; i < w->r->count; i++) {
        if (strcmp(w->r->results[i].check->row, row->id) == 0) {
            buf_add_c(w->b, first ? "" : ",");
            check_object(w, &w->r->results[i]);
            first = false;
        }
    }
    buf_add_c(w->b, "]}");
}

void parts_json(struct writing *w)
{
    static const enum check_state order[] = {CHECK_PASS, CHECK_WARN, CHECK_FAIL, CHECK_SKIP,
                                             CHECK_ERROR};
    const struct report *r = w->r;
    struct buf *b = w->b;
    buf_add_c(b, "{\"version\":1,");
    member(b, "target", r->target);
    buf_addf(b, ",\"started\":\"%s\",\"duration_ms\":%u,\"rows\":[", clock_rfc3339(r->started_ms).c,
             r->duration_ms);
    for (size_t i = 0; i < r->row_count; i++) {
        buf_add_c(b, i ? "," : "");
        row_object(w, &r->rows[i]);
    }
    buf_add_c(b, "],\"summary\":{");
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        buf_addf(b, "%s\"%s\":%zu", i ? "," : "", check_state_name(order[i]), r->summary[order[i]]);
    }
    buf_addf(b, "}%s}\n", r->truncated ? ",\"truncated\":true" : "");
}
