/* SPDX-License-Identifier: Apache-2.0 */
#include "check/baseline.h"

#include "base/day.h"
#include "base/json.h"

static err refuse(str *ret_reason, str reason)
{
    *ret_reason = reason.p ? reason : STR("out of memory");
    return err_new(ERR_INVALID, "the baseline is not valid");
}

static bool state_parse(str name, enum check_state *ret)
{
    for (unsigned i = 0; i < CHECK_STATES; i++) {
        if (str_eq(name, str_c(check_state_name((enum check_state)i)))) {
            *ret = (enum check_state)i;
            return true;
        }
    }
    return false;
}

static bool read_entry(struct arena *a, const json_t *object, struct baseline_entry *ret)
{
    str id, subject, state;
    if (!json_get_str(object, "id", &id) || !json_get_str(object, "subject", &subject) ||
        !json_get_str(object, "state", &state) || !state_parse(state, &ret->state)) {
        return false;
    }
    ret->id = arena_str(a, id);
    ret->subject = arena_str(a, subject);
    return ret->id.p && ret->subject.p;
}

static err read_entries(struct arena *a, const json_t *list, struct baseline *ret, str *ret_reason)
{
    size_t count = json_array_size(list);
    struct baseline_entry *entries =
        count <= BASELINE_ENTRIES_MAX ? arena_array(a, count + 1, sizeof *entries) : NULL;
    if (!entries) {
        return refuse(ret_reason, STR("the baseline has too many findings"));
    }
    for (size_t i = 0; i < count; i++) {
        if (!read_entry(a, json_array_get(list, i), &entries[i])) {
            return refuse(
                ret_reason,
                arena_printf(a, "finding %zu of the baseline needs id, subject and state", i + 1));
        }
    }
    ret->entries = entries;
    ret->count = count;
    return ERR_NONE;
}

static err read_object(struct arena *a, const json_t *object, str target, struct baseline *ret,
                       str *ret_reason)
{
    str of, created, until;
    const json_t *list = json_object_get(object, "findings");
    if (json_integer_value(json_object_get(object, "version")) != BASELINE_VERSION ||
        !json_is_array(list) || !json_get_str(object, "target", &of) ||
        !json_get_str(object, "created", &created) || !json_get_str(object, "until", &until)) {
        return refuse(ret_reason, STR("this is no baseline; `--write-baseline FILE` makes one"));
    }
    if (!str_ieq(of, target)) {
        return refuse(ret_reason, arena_printf(a, "the baseline is of %.*s, not of %.*s",
                                               STR_ARG(of), STR_ARG(target)));
    }
    if (!day_parse(until, &ret->until_ms)) {
        return refuse(ret_reason, STR("the baseline's `until` is no day such as 2027-01-31"));
    }
    ret->until_ms += DAY_MS;
    ret->reason = arena_printf(a, "baseline of %.*s, until %.*s", STR_ARG(created), STR_ARG(until));
    return ret->reason.p ? read_entries(a, list, ret, ret_reason)
                         : err_new(ERR_NO_MEMORY, "out of memory");
}

err baseline_read(struct arena *a, str text, str target, struct baseline *ret, str *ret_reason)
{
    json_t *object;
    struct json_fault fault;
    struct baseline baseline = {0};
    if (text.n > BASELINE_BYTES_MAX) {
        return refuse(ret_reason, STR("the baseline is too large"));
    }
    err e = json_read_object(text, &object, &fault);
    if (!err_ok(e)) {
        return refuse(ret_reason, arena_printf(a, "the baseline is no JSON: line %d: %s",
                                               fault.line, fault.text));
    }
    e = read_object(a, object, target, &baseline, ret_reason);
    json_decref(object);
    if (err_ok(e)) {
        *ret = baseline;
    }
    return e;
}

bool baseline_has(const struct baseline *b, const struct check *check, const struct evidence *e,
                  int64_t now_ms)
{
    if (now_ms >= b->until_ms) {
        return false;
    }
    for (size_t i = 0; i < b->count; i++) {
        const struct baseline_entry *one = &b->entries[i];
        if (e->state <= one->state && str_eq(one->id, str_c(check->id)) &&
            str_eq(one->subject, e->subject)) {
            return true;
        }
    }
    return false;
}

void baseline_write(struct buf *b, const struct report *r)
{
    size_t written = 0;
    buf_addf(b, "{\"version\": %d, \"target\": ", BASELINE_VERSION);
    json_write_str(b, r->target);
    buf_addf(b, ", \"created\": \"%s\"", day_text(r->started_ms).c);
    buf_addf(b, ", \"until\": \"%s\", \"findings\": [",
             day_text(r->started_ms + (int64_t)BASELINE_DAYS * DAY_MS).c);
    for (size_t i = 0; i < r->count; i++) {
        const struct check_result *one = &r->results[i];
        for (size_t k = 0; k < one->verdict.count; k++) {
            const struct evidence *e = &one->verdict.evidence[k];
            if (e->state < CHECK_WARN) {
                continue;
            }
            buf_addf(b, "%s\n  {\"id\": \"%s\", \"subject\": ", written++ ? "," : "",
                     one->check->id);
            json_write_str(b, e->subject);
            buf_addf(b, ", \"state\": \"%s\"}", check_state_name(e->state));
        }
    }
    buf_add_c(b, written ? "\n]}\n" : "]}\n");
}
