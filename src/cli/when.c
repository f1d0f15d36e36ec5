/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/when.h"

#include <time.h>

enum { DAY_BYTES = 10 };

static const int64_t span_max_ms = INT64_C(3653) * 86400000;

bool when_day(str text, int64_t *ret_wall_ms)
{
    char copy[DAY_BYTES + 1] = {0};
    struct tm day = {0};
    if (text.n != DAY_BYTES) {
        return false;
    }
    memcpy(copy, text.p, DAY_BYTES);
    const char *end = strptime(copy, "%Y-%m-%d", &day);
    if (!end || *end) {
        return false;
    }
    struct tm whole = day;
    time_t seconds = timegm(&whole); /* turns February 30 into March 2: told by the day */
    if (whole.tm_mday != day.tm_mday) {
        return false;
    }
    *ret_wall_ms = (int64_t)seconds * 1000;
    return true;
}

bool when_span(str text, int64_t *ret_ms)
{
    static const struct {
        str unit;
        int64_t ms;
    } units[] = {{STR_INIT("min"), 60000}, {STR_INIT("h"), 3600000}, {STR_INIT("d"), 86400000}};
    uint64_t number;
    if (str_eq(text, STR("0"))) {
        *ret_ms = 0;
        return true;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (str_ends(text, units[i].unit) &&
            str_u64(str_slice(text, 0, text.n - units[i].unit.n), &number) &&
            number <= (uint64_t)(span_max_ms / units[i].ms)) {
            *ret_ms = (int64_t)number * units[i].ms;
            return true;
        }
    }
    return false;
}

bool when_future(str text, int64_t now_ms, int64_t *ret_wall_ms)
{
    int64_t span;
    if (when_span(text, &span)) {
        *ret_wall_ms = now_ms + span;
        return true;
    }
    return when_day(text, ret_wall_ms);
}

bool when_past(str text, int64_t now_ms, int64_t *ret_wall_ms)
{
    int64_t span;
    if (when_span(text, &span)) {
        *ret_wall_ms = now_ms - span;
        return true;
    }
    return when_day(text, ret_wall_ms);
}
