/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/scan_baseline.h"

#include <stdlib.h>

#include "base/day.h"
#include "base/json.h"

static err refuse(str *ret_reason, str reason)
{
    *ret_reason = reason.p ? reason : STR("out of memory");
    return err_new(ERR_INVALID, "the baseline is not valid");
}

static int compare(const void *left, const void *right)
{
    const struct scan_baseline_entry *a = left, *b = right;
    int order = str_cmp(a->fingerprint, b->fingerprint);
    return order ? order : str_cmp(a->rule, b->rule);
}

/* ── reading ── */

static bool read_day(const json_t *object, int64_t *ret_ms)
{
    str text;
    if (!json_get_str(object, "until", &text) || !day_parse(text, ret_ms)) {
        return false;
    }
    *ret_ms += DAY_MS;
    return true;
}

static bool read_entry(struct arena *a, const json_t *object, int64_t until_ms,
                       struct scan_baseline_entry *ret)
{
    str fingerprint, rule, reason = STR_EMPTY;
    if (!json_get_str(object, "fingerprint", &fingerprint) ||
        !json_get_str(object, "rule", &rule) ||
        (json_object_get(object, "reason") && !json_get_str(object, "reason", &reason)) ||
        reason.n > SCAN_REASON_MAX) {
        return false;
    }
    ret->until_ms = until_ms;
    ret->fingerprint = arena_str(a, fingerprint);
    ret->rule = arena_str(a, rule);
    ret->reason = arena_str(a, reason);
    return ret->fingerprint.p && ret->rule.p && ret->reason.p &&
           (!json_object_get(object, "until") || read_day(object, &ret->until_ms));
}

static err read_entries(struct arena *a, const json_t *list, int64_t until_ms,
                        struct scan_baseline *ret, str *ret_reason)
{
    size_t count = json_array_size(list);
    if (count > SCAN_BASELINE_ENTRIES_MAX) {
        return refuse(ret_reason, STR("the baseline has too many findings"));
    }
    struct scan_baseline_entry *entries = arena_array(a, count + 1, sizeof *entries);
    if (!entries) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        if (!read_entry(a, json_array_get(list, i), until_ms, &entries[i])) {
            return refuse(ret_reason,
                          arena_printf(a,
                                       "finding %zu of the baseline needs rule and fingerprint; "
                                       "reason is a short text, until a day such as 2027-01-31",
                                       i + 1));
        }
    }
    qsort(entries, count, sizeof *entries, compare);
    ret->entries = entries;
    ret->count = count;
    return ERR_NONE;
}

static err read_object(struct arena *a, const json_t *object, bool keyed, struct scan_baseline *ret,
                       str *ret_reason)
{
    str created, reason = STR_EMPTY;
    int64_t until_ms;
    const json_t *list = json_object_get(object, "findings");
    if (json_integer_value(json_object_get(object, "version")) != SCAN_BASELINE_VERSION ||
        !json_is_array(list) || !json_get_str(object, "created", &created)) {
        return refuse(ret_reason,
                      STR("this is no baseline of scan; `--write-baseline FILE` makes one"));
    }
    if (!read_day(object, &until_ms)) {
        return refuse(ret_reason, STR("the baseline's `until` is no day such as 2027-01-31"));
    }
    if (json_is_true(json_object_get(object, "keyed")) != keyed) {
        return refuse(ret_reason,
                      keyed ? STR("the baseline was made without a key, and secrets.key of "
                                  "launch.yaml names one; make it again with --write-baseline")
                            : STR("the baseline was made with a key; give the launch.yaml that "
                                  "names it: --config FILE"));
    }
    (void)json_get_str(object, "reason", &reason);
    ret->reason = str_empty(reason)
                      ? arena_printf(a, "known since %.*s", STR_ARG(str_slice(created, 0, 10)))
                      : arena_str(a, str_slice(reason, 0, SCAN_REASON_MAX));
    return ret->reason.p ? read_entries(a, list, until_ms, ret, ret_reason)
                         : err_new(ERR_NO_MEMORY, "out of memory");
}

err scan_baseline_read(struct arena *a, str text, bool keyed, struct scan_baseline *ret,
                       str *ret_reason)
{
    json_t *object;
    struct json_fault fault;
    struct scan_baseline baseline = {0};
    if (text.n > SCAN_BASELINE_BYTES_MAX) {
        return refuse(ret_reason, STR("the baseline is too large"));
    }
    err e = json_read_object(text, &object, &fault);
    if (!err_ok(e)) {
        return refuse(ret_reason, arena_printf(a, "the baseline is no JSON: line %d: %s",
                                               fault.line, fault.text));
    }
    e = read_object(a, object, keyed, &baseline, ret_reason);
    json_decref(object);
    if (err_ok(e)) {
        *ret = baseline;
    }
    return e;
}

const struct scan_baseline_entry *scan_baseline_find(const struct scan_baseline *b,
                                                     const struct finding *f)
{
    const struct scan_baseline_entry wanted = {.fingerprint = str_c(f->fingerprint),
                                               .rule = str_c(f->rule->id)};
    return b->count ? bsearch(&wanted, b->entries, b->count, sizeof wanted, compare) : NULL;
}

/* ── writing ── */

void scan_baseline_write(struct buf *b, struct scan_report *r)
{
    size_t written = 0;
    buf_addf(b, "{\"version\": %d, \"created\": \"%s\"", SCAN_BASELINE_VERSION,
             day_text(r->started_ms).c);
    buf_addf(b,
             ", \"until\": \"%s\", \"keyed\": %s, \"reason\": \"known since %s\", \"findings\": [",
             day_text(r->started_ms + (int64_t)SCAN_BASELINE_DAYS * DAY_MS).c,
             r->keyed ? "true" : "false", day_text(r->started_ms).c);
    for (size_t i = 0; i < findings_count(r->scan.findings); i++) {
        const struct finding *f = findings_at(r->scan.findings, i);
        if (f->reported_not || (f->state != FINDING_OPEN && f->state != FINDING_BASELINE)) {
            continue;
        }
        buf_addf(b, "%s\n  {\"rule\": \"%s\", \"fingerprint\": \"%s\"", written++ ? "," : "",
                 f->rule->id, f->fingerprint);
        if (f->place_count) {
            buf_add_c(b, ", \"path\": ");
            json_write_str(b, f->places[0].path);
        }
        if (f->state == FINDING_BASELINE && !str_empty(f->state_reason)) {
            buf_add_c(b, ", \"reason\": ");
            json_write_str(b, f->state_reason);
        }
        buf_add_byte(b, '}');
    }
    buf_add_c(b, written ? "\n]}\n" : "]}\n");
}
