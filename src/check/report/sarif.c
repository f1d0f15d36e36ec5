/* SPDX-License-Identifier: Apache-2.0 */
/* SARIF 2.1.0 (OASIS), as code scanning services take it. */
#include "base/bytes.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"
#include "check/report/parts.h"

enum { FINGERPRINT_BYTES = 16 };

static void text_object(struct buf *b, const char *key, str text)
{
    buf_addf(b, "\"%s\":{\"text\":", key);
    json_write_str(b, text);
    buf_add_byte(b, '}');
}

static const char *level_of(const struct check *check, enum check_state state)
{
    if (check->severity == SEVERITY_NOTE) {
        return "note";
    }
    return state == CHECK_FAIL && check->severity >= SEVERITY_MEDIUM ? "error" : "warning";
}

/* What sorts alerts of code scanning: high from 7.0, medium from 4.0. */
static const char *number_of(enum check_severity severity)
{
    static const char *const numbers[] = {"0.0", "2.0", "5.0", "8.0"};
    return numbers[severity];
}

static void rule(struct writing *w, const struct check *check)
{
    struct buf *b = w->b;
    str ref, url = STR_EMPTY;
    buf_addf(b, "{\"id\":\"%s\",\"name\":\"%s\",", check->id, check->id);
    text_object(b, "shortDescription", str_c(check->title));
    buf_add_byte(b, ',');
    text_object(b, "fullDescription", str_c(check->why));
    buf_add_byte(b, ',');
    str help = arena_printf(&w->a, "%s References: %s", check->why, check->refs);
    text_object(b, "help", help.p ? help : str_c(check->why));
    if (parts_ref(check->refs, 0, &ref)) {
        url = parts_ref_url(&w->a, ref);
    }
    if (!str_empty(url)) {
        buf_add_c(b, ",\"helpUri\":");
        json_write_str(b, url);
    }
    buf_addf(b,
             ",\"defaultConfiguration\":{\"level\":\"%s\"},\"properties\":{\"tags\":[\"%s\"],"
             "\"security-severity\":\"%s\"}}",
             level_of(check, CHECK_FAIL), check->row, number_of(check->severity));
}

/* The same for the same fault on every run: check, target, subject, and the how-manieth of them. */
static void fingerprint(struct writing *w, const struct check_result *one, size_t index)
{
    size_t same = 0;
    const struct evidence *e = &one->verdict.evidence[index];
    for (size_t i = 0; i < index; i++) {
        same += str_eq(one->verdict.evidence[i].subject, e->subject) &&
                one->verdict.evidence[i].state >= CHECK_WARN;
    }
    str nth = arena_printf(&w->a, "%zu", same);
    const str parts[] = {
        str_c(one->check->id), STR("\n"), w->r->target, STR("\n"), e->subject, STR("\n"), nth};
    struct crypto_digest digest = crypto_sha256_parts(parts, sizeof parts / sizeof parts[0]);
    buf_add_c(w->b, "\"partialFingerprints\":{\"doorwardCheck/v1\":\"");
    bytes_hex(w->b, digest.bytes, FINGERPRINT_BYTES);
    buf_add_c(w->b, "\"}");
}

static void location(struct writing *w, const struct check_result *one, const struct evidence *e)
{
    struct buf *b = w->b;
    buf_add_c(b, "\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":");
    json_write_str(b, w->style->place);
    buf_add_c(b, "},\"region\":{\"startLine\":1}},\"logicalLocations\":[{\"name\":");
    json_write_str(b, str_empty(e->subject) ? w->r->target : e->subject);
    buf_add_c(b, ",\"fullyQualifiedName\":");
    str name = arena_printf(&w->a, "%.*s/%s/%.*s", STR_ARG(w->r->target), one->check->row,
                            STR_ARG(e->subject));
    json_write_str(b, name.p ? name : w->r->target);
    buf_add_c(b, ",\"kind\":\"resource\"}]}]");
}

static void result(struct writing *w, const struct check_result *one, size_t rule_index,
                   size_t index)
{
    struct buf *b = w->b;
    const struct evidence *e = &one->verdict.evidence[index];
    buf_addf(b, "{\"ruleId\":\"%s\",\"ruleIndex\":%zu,\"kind\":\"%s\",\"level\":\"%s\",",
             one->check->id, rule_index, e->state == CHECK_ERROR ? "open" : "fail",
             e->state == CHECK_ERROR ? "none" : level_of(one->check, e->state));
    str fix = one->verdict.fix_text;
    str message = arena_printf(&w->a, "%.*s: %.*s%s%.*s", STR_ARG(e->subject), STR_ARG(e->text),
                               str_empty(fix) ? "" : "\n\nFix: ", STR_ARG(fix));
    text_object(b, "message", message.p ? message : e->text);
    buf_add_byte(b, ',');
    location(w, one, e);
    buf_add_byte(b, ',');
    fingerprint(w, one, index);
    if (e->excepted) {
        buf_add_c(b, ",\"suppressions\":[{\"kind\":\"external\",\"justification\":");
        json_write_str(b, e->reason);
        buf_add_c(b, "}]");
    }
    buf_add_c(b, ",\"properties\":{\"retest\":");
    json_write_str(b, parts_retest(w, one));
    buf_add_c(b, "}}");
}

static void results(struct writing *w)
{
    bool first = true;
    for (size_t i = 0; i < w->r->count; i++) {
        const struct check_result *one = &w->r->results[i];
        for (size_t k = 0; k < one->verdict.count; k++) {
            if (one->verdict.evidence[k].state >= CHECK_WARN) {
                buf_add_c(w->b, first ? "" : ",");
                first = false;
                result(w, one, i, k);
            }
        }
    }
}

void parts_sarif(struct writing *w)
{
    const struct report *r = w->r;
    struct buf *b = w->b;
    buf_add_c(b, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":"
                 "\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"doorward check\","
                 "\"version\":\"" DOORWARD_VERSION "\",\"rules\":[");
    for (size_t i = 0; i < r->count; i++) {
        buf_add_c(b, i ? "," : "");
        rule(w, r->results[i].check);
    }
    buf_add_c(b, "]}},\"automationDetails\":{\"id\":");
    str id = arena_printf(&w->a, "doorward-check/%.*s/", STR_ARG(r->target));
    json_write_str(b, id.p ? id : r->target);
    buf_addf(b, "},\"invocations\":[{\"executionSuccessful\":true,\"startTimeUtc\":\"%s\",",
             clock_rfc3339(r->started_ms).c);
    buf_addf(b, "\"endTimeUtc\":\"%s\"}],\"columnKind\":\"utf16CodeUnits\",\"results\":[",
             clock_rfc3339(r->started_ms + r->duration_ms).c);
    results(w);
    buf_add_c(b, "]}]}\n");
}
