/* SPDX-License-Identifier: Apache-2.0 */
/* When the registration of the domain ends, from WHOIS (RFC 3912). */
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/day.h"
#include "check/facts/collect.h"
#include "check/facts/registration_private.h"
#include "check/facts/resolver.h"

enum {
    WHOIS_PORT = 43,
    WHOIS_BYTES_MAX = 64 << 10,
    WHOIS_WAIT_MS = 5000, /* one server */
    WHOIS_TRIES = 2,      /* addresses of one */
};

/* As registries and registrars call it. */
static const char *const expiry_names[] = {
    "registry expiry date",
    "registrar registration expiration date",
    "expiry date",
    "expiration date",
    "expiration time",
    "expires on",
    "expires",
    "expire date",
    "expire",
    "paid-till",
    "renewal date",
    "valid until",
    "validity",
    "domain expires",
    "free-date",
    "record expires on",
    "exp date",
    "expire-date",
};

bool registration_field(str answer, str name, str *ret_value)
{
    str line;
    while (str_split(&answer, '\n', &line)) {
        size_t colon = str_find_byte(line, ':', 0);
        if (colon != SIZE_MAX && str_ieq(str_trim(str_slice(line, 0, colon)), name)) {
            *ret_value = str_trim(str_slice(line, colon + 1, line.n));
            if (!str_empty(*ret_value)) {
                return true;
            }
        }
    }
    return false;
}

static unsigned month_of(str s)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (unsigned i = 0; i < 12; i++) {
        if (s.n >= 3 && str_ieq(str_slice(s, 0, 3), str_n(names + (size_t)3 * i, 3))) {
            return i + 1;
        }
    }
    return 0;
}

/* Takes one run of digits or letters off the front, passing over what separates. */
static str take_part(str *rest)
{
    size_t at = 0, end;
    while (at < rest->n && (rest->p[at] == '-' || rest->p[at] == '.' || rest->p[at] == '/' ||
                            rest->p[at] == ' ' || rest->p[at] == ',')) {
        at++;
    }
    end = at;
    while (end < rest->n && ((rest->p[end] >= '0' && rest->p[end] <= '9') ||
                             (str_lower(rest->p[end]) >= 'a' && str_lower(rest->p[end]) <= 'z' &&
                              (end == at || rest->p[end - 1] > '9')))) {
        end++;
    }
    str part = str_slice(*rest, at, end);
    *rest = str_slice(*rest, end, rest->n);
    return part;
}

static bool day_of(uint64_t year, uint64_t month, uint64_t day, int64_t *ret_ms)
{
    char text[16];
    if (year < 1985 || year > 9999 || month > 12 || day > 31) { /* the first domain is of 1985 */
        return false;
    }
    snprintf(text, sizeof text, "%04u-%02u-%02u", (unsigned)year, (unsigned)month, (unsigned)day);
    return day_parse(str_c(text), ret_ms);
}

/* 2027-08-13T04:00:00Z, 2027.08.13, 20270813, 13-Aug-2027, 13.08.2027, August 13 2027. */
static bool read_date(str s, int64_t *ret_ms)
{
    str parts[3];
    uint64_t x[3];
    unsigned month = 0;
    size_t named = 3;
    for (size_t i = 0; i < 3; i++) {
        parts[i] = take_part(&s);
        if (!str_u64(parts[i], &x[i])) {
            month = month_of(parts[i]);
            named = i;
            x[i] = month;
        }
        if (i == 0 && parts[0].n == 8 && named == 3) {
            return day_of(x[0] / 10000, x[0] / 100 % 100, x[0] % 100, ret_ms);
        }
    }
    if (named != 3 && month == 0) {
        return false;
    }
    bool year_first = parts[0].n == 4;
    uint64_t year = year_first ? x[0] : x[2];
    uint64_t m = named == 0 ? x[0] : x[1], day = named == 0 ? x[1] : year_first ? x[2] : x[0];
    return day_of(year, m, day, ret_ms);
}

bool registration_expiry(str answer, int64_t *ret_ms, str *ret_line)
{
    for (size_t i = 0; i < sizeof expiry_names / sizeof expiry_names[0]; i++) {
        str rest = answer, line;
        while (str_split(&rest, '\n', &line)) {
            size_t colon = str_find_byte(line, ':', 0);
            str name = str_trim(str_slice(line, 0, colon == SIZE_MAX ? 0 : colon));
            while (name.n > 0 && name.p[name.n - 1] == '.') { /* "expires.......: 2027-01-01" */
                name.n--;
            }
            if (name.n > 0 && str_ieq(str_trim(name), str_c(expiry_names[i])) &&
                read_date(str_trim(str_slice(line, colon + 1, line.n)), ret_ms)) {
                *ret_line = str_trim(line);
                return true;
            }
        }
    }
    return false;
}

/* Sends the question and reads at most WHOIS_BYTES_MAX of the answer. */
static bool talk(int fd, str question, int64_t until, struct buf *answer)
{
    ssize_t n = -1;
    if (!collect_wait(fd, POLLOUT, until) ||
        send(fd, question.p, question.n, MSG_NOSIGNAL) != (ssize_t)question.n) {
        return false;
    }
    while (answer->n < WHOIS_BYTES_MAX && collect_wait(fd, POLLIN, until) &&
           clock_mono_ms() < until) {
        char *to = buf_reserve(answer, 4096);
        n = to ? recv(fd, to, 4096, 0) : -1;
        if (n <= 0) {
            break;
        }
        buf_commit(answer, (size_t)n);
    }
    return answer->n > 0;
}

/* One question to one WHOIS server; empty with *ret_reason when nothing comes. */
static str whois(struct collect *c, struct arena *a, str server, str question, str *ret_reason)
{
    const struct addr *list = NULL;
    struct buf b;
    str answer = STR_EMPTY, line = arena_printf(a, "%.*s\r\n", STR_ARG(question));
    size_t n = resolver_addresses(c, server, WHOIS_PORT, &list);
    buf_init(&b, WHOIS_BYTES_MAX + 4096);
    *ret_reason = n == 0 ? STR("the WHOIS server's name does not resolve")
                         : STR("the WHOIS server gave no answer");
    for (size_t i = 0; i < n && i < WHOIS_TRIES && str_empty(answer) && line.p; i++) {
        int fd;
        err e = collect_dial(c, server, &list[i], COLLECT_CONNECT_MS, &fd);
        if (!err_ok(e)) {
            *ret_reason = str_c(e.what);
            continue;
        }
        if (talk(fd, line, clock_mono_ms() + collect_left(c, WHOIS_WAIT_MS), &b)) {
            answer = arena_str(a, buf_str(&b));
        }
        close(fd);
    }
    buf_done(&b);
    return answer.p ? answer : STR_EMPTY;
}

void collect_registration(struct collect *c)
{
    struct arena *a = facts_arena(c->facts);
    struct registration x = {.domain = facts_domain(c->facts)};
    str server, name, tld = x.domain;
    if (!a || !c->resolver) {
        return;
    }
    while (!str_empty(dns_name_parent(tld))) {
        tld = dns_name_parent(tld);
    }
    x.server = STR("whois.iana.org");
    str answer = whois(c, a, x.server, tld, &x.reason);
    if (!str_empty(answer) && !registration_field(answer, STR("whois"), &server) &&
        !registration_field(answer, STR("refer"), &server)) {
        x.reason = STR("the registry of this top-level domain has no WHOIS server");
    } else if (!str_empty(answer) && err_ok(dns_name_normalise(a, server, &name))) {
        x.server = name;
        answer = whois(c, a, name, x.domain, &x.reason);
        if (registration_expiry(answer, &x.expires_ms, &x.line)) {
            x.found = true;
            x.reason = STR_EMPTY;
        } else if (!str_empty(answer)) {
            x.reason = STR("the registry tells no date");
        }
    }
    facts_add_registration(c->facts, &x);
}
