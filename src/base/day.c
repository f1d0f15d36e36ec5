/* SPDX-License-Identifier: Apache-2.0 */
#include "base/day.h"

#include <time.h>

/* All digits of the field as a number; false when there is another byte. */
static bool field(str text, size_t from, size_t to, int *ret)
{
    uint64_t number;
    if (!str_u64(str_slice(text, from, to), &number)) {
        return false;
    }
    *ret = (int)number;
    return true;
}

bool day_parse(str text, int64_t *ret_ms)
{
    struct tm day = {0};
    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' || !field(text, 0, 4, &day.tm_year) ||
        !field(text, 5, 7, &day.tm_mon) || !field(text, 8, 10, &day.tm_mday)) {
        return false;
    }
    day.tm_year -= 1900;
    day.tm_mon -= 1;
    struct tm whole = day;
    time_t seconds = timegm(&whole); /* turns February 30 into March 2: told by the day */
    if (whole.tm_mday != day.tm_mday || whole.tm_mon != day.tm_mon) {
        return false;
    }
    *ret_ms = (int64_t)seconds * 1000;
    return true;
}

struct clock_text day_text(int64_t wall_ms)
{
    struct clock_text text = clock_rfc3339(wall_ms);
    text.c[10] = '\0';
    return text;
}

str day_span(struct arena *a, unsigned ms)
{
    return ms < 1000 ? arena_printf(a, "%u ms", ms)
                     : arena_printf(a, "%u.%u s", ms / 1000, ms % 1000 / 100);
}

str day_moment(struct arena *a, int64_t wall_ms)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    str text = arena_str(a, str_c(clock_rfc3339(wall_ms).c)); /* 2026-11-30T04:20:00.000Z */
    uint64_t month = 0, day = 0;
    if (text.n < 16 || !str_u64(str_slice(text, 5, 7), &month) || month < 1 || month > 12 ||
        !str_u64(str_slice(text, 8, 10), &day)) {
        return STR_EMPTY;
    }
    return arena_printf(a, "%u %s %.4s, %.5s UTC", (unsigned)day, months[month - 1], text.p,
                        text.p + 11);
}
