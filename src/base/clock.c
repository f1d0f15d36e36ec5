/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t clock_read_us(clockid_t id)
{
    struct timespec t;
    (void)clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_mono_us(void) { return clock_read_us(CLOCK_MONOTONIC); }

int64_t clock_mono_ms(void) { return clock_mono_us() / 1000; }

int64_t clock_wall_ms(void) { return clock_read_us(CLOCK_REALTIME) / 1000; }

static struct tm clock_utc(int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm t = {0};
    (void)gmtime_r(&seconds, &t);
    return t;
}

struct clock_text clock_rfc3339(int64_t wall_ms)
{
    struct tm t = clock_utc(wall_ms);
    struct clock_text text;
    char day[24];
    (void)strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &t);
    (void)snprintf(text.c, sizeof text.c, "%s.%03dZ", day, (int)(wall_ms % 1000));
    return text;
}

/* strftime's %a and %b follow the locale; the program never sets one, so they are English. */
struct clock_text clock_rfc5322(int64_t wall_ms)
{
    struct tm t = clock_utc(wall_ms);
    struct clock_text text;
    (void)strftime(text.c, sizeof text.c, "%a, %d %b %Y %H:%M:%S +0000", &t);
    return text;
}

struct clock_text clock_http(int64_t wall_ms)
{
    struct tm t = clock_utc(wall_ms);
    struct clock_text text;
    (void)strftime(text.c, sizeof text.c, "%a, %d %b %Y %H:%M:%S GMT", &t);
    return text;
}

bool clock_http_parse(str s, int64_t *ret_wall_ms)
{
    static const char *const forms[] = {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT",
                                        "%a %b %e %H:%M:%S %Y"};
    char text[48];
    if (s.n == 0 || s.n >= sizeof text) {
        return false;
    }
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct tm t = {0};
        const char *end = strptime(text, forms[i], &t);
        if (end && *end == '\0') {
            *ret_wall_ms = (int64_t)timegm(&t) * 1000;
            return true;
        }
    }
    return false;
}
