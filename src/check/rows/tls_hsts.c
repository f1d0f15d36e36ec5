/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/tls_private.h"

enum {
    AGE_MIN = 180 * 86400,     /* seconds */
    AGE_PRELOAD = 365 * 86400, /* hstspreload.org */
};

/* RFC 6797 section 6.1. */
struct hsts {
    bool there, valid, subdomains, preload;
    uint64_t age;
    str value;
};

static str unquote(str s)
{
    return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? str_slice(s, 1, s.n - 1) : s;
}

static struct hsts read_hsts(str value)
{
    struct hsts h = {.there = true, .value = value};
    str rest = value, piece;
    while (str_split(&rest, ';', &piece)) {
        size_t equals = str_find_byte(piece, '=', 0);
        str name = str_trim(str_slice(piece, 0, equals == SIZE_MAX ? piece.n : equals));
        str argument = equals == SIZE_MAX
                           ? STR_EMPTY
                           : unquote(str_trim(str_slice(piece, equals + 1, piece.n)));
        if (str_ieq(name, STR("max-age"))) {
            h.valid = str_u64(argument, &h.age);
        } else if (str_ieq(name, STR("includeSubDomains"))) {
            h.subdomains = true;
        } else if (str_ieq(name, STR("preload"))) {
            h.preload = true;
        }
    }
    return h;
}

/* Goes over the hosts that answered over HTTPS, with the answer that counts: that for "/", or any.
 */
struct walk {
    const struct facts *facts;
    struct verdict *v;
    size_t at, seen;
    str host;
    const struct http_exchange *x;
    struct hsts hsts;
};

static str host_of(str url)
{
    str rest = str_slice(url, str_find(url, STR("://"), 0) + 3, url.n);
    size_t end = 0;
    while (end < rest.n && !strchr("/?#", rest.p[end])) {
        end++;
    }
    rest = str_slice(rest, 0, end);
    size_t port = str_find(rest, STR(":443"), 0);
    return port != SIZE_MAX && port + 4 == rest.n ? str_slice(rest, 0, port) : rest;
}

static bool is_root(str url)
{
    str host = host_of(url);
    size_t after = (size_t)(host.p + host.n - url.p);
    str path = str_slice(url, after, url.n);
    return str_empty(path) || str_eq(path, STR("/")) || str_eq(path, STR(":443/"));
}

static const struct http_exchange *answer_of(const struct facts *facts, str host)
{
    size_t count;
    const struct http_exchange *const *all = facts_http_all(facts, &count), *found = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct http_exchange *x = all[i];
        bool fits = x->outcome == HTTP_ANSWERED && x->status < 500 &&
                    str_istarts(x->url, STR("https://")) && str_ieq(host_of(x->url), host) &&
                    (x->purpose == HTTP_REDIRECT_FIRST || x->purpose == HTTP_REDIRECT_HOP ||
                     x->purpose == HTTP_PAGE);
        if (fits && is_root(x->url)) {
            return x;
        }
        found = fits && !found ? x : found;
    }
    return found;
}

static bool walk_next(struct walk *w)
{
    size_t count;
    const struct facts_host *hosts = facts_hosts(w->facts, &count);
    while (w->at < count) {
        const struct facts_host *host = &hosts[w->at++];
        w->x = host->stale ? NULL : answer_of(w->facts, host->name);
        if (w->x) {
            const str *value = http_header(w->x, "strict-transport-security", 0);
            w->host = host->name;
            w->hsts = value ? read_hsts(*value) : (struct hsts){.there = false};
            w->seen++;
            return true;
        }
    }
    if (w->seen == 0) {
        verdict_skip(w->v, facts_target(w->facts), "no host answered over HTTPS");
    }
    return false;
}

void tls_check_hsts_missing(const struct facts *facts, struct verdict *v)
{
    for (struct walk w = {.facts = facts, .v = v}; walk_next(&w);) {
        if (!w.hsts.there) {
            verdict_warn(v, w.host,
                         "%.*s was answered with %u and without "
                         "Strict-Transport-Security",
                         STR_ARG(w.x->url), w.x->status);
            tls_fix_hsts(v, w.host);
        } else if (!w.hsts.valid) {
            verdict_warn(v, w.host,
                         "Strict-Transport-Security: %.*s has no valid max-age, so "
                         "browsers ignore it",
                         STR_ARG(w.hsts.value));
            tls_fix_hsts(v, w.host);
        } else {
            verdict_pass(v, w.host, "Strict-Transport-Security: %.*s", STR_ARG(w.hsts.value));
        }
    }
}

void tls_check_hsts_age(const struct facts *facts, struct verdict *v)
{
    for (struct walk w = {.facts = facts, .v = v}; walk_next(&w);) {
        unsigned long long days = w.hsts.age / 86400;
        if (!w.hsts.there || !w.hsts.valid) {
            verdict_skip(v, w.host, "see tls.hsts.missing");
        } else if (w.hsts.age < AGE_MIN) {
            verdict_warn(v, w.host, "Strict-Transport-Security: %.*s – %llu days%s",
                         STR_ARG(w.hsts.value), days,
                         w.hsts.age == 0 ? ", which switches it off" : " are short");
            tls_fix_hsts(v, w.host);
        } else {
            verdict_pass(v, w.host, "Strict-Transport-Security: %.*s – %llu days",
                         STR_ARG(w.hsts.value), days);
        }
    }
}

void tls_check_hsts_subdomains(const struct facts *facts, struct verdict *v)
{
    for (struct walk w = {.facts = facts, .v = v}; walk_next(&w);) {
        if (!w.hsts.there || !w.hsts.valid) {
            verdict_skip(v, w.host, "see tls.hsts.missing");
        } else {
            verdict_pass(v, w.host, "Strict-Transport-Security: %.*s%s", STR_ARG(w.hsts.value),
                         w.hsts.subdomains
                             ? ""
                             : " (a note: without includeSubDomains, names below it are not "
                               "covered)");
        }
    }
}

void tls_check_hsts_preload(const struct facts *facts, struct verdict *v)
{
    bool any = false;
    for (struct walk w = {.facts = facts, .v = v}; walk_next(&w);) {
        if (!str_ieq(w.host, facts_domain(facts))) {
            continue; /* the list takes registrable domains */
        }
        bool fits = w.hsts.valid && w.hsts.age >= AGE_PRELOAD && w.hsts.subdomains;
        any = true;
        if (!w.hsts.there || !w.hsts.valid) {
            verdict_skip(v, w.host, "see tls.hsts.missing");
        } else if (w.hsts.preload && !fits) {
            verdict_warn(v, w.host,
                         "Strict-Transport-Security: %.*s asks for the preload list, which wants "
                         "max-age of a year and includeSubDomains",
                         STR_ARG(w.hsts.value));
            verdict_fix(v,
                        "Either drop preload from the header, or make it fit for "
                        "https://hstspreload.org – then every name below %.*s must serve HTTPS "
                        "for years.",
                        STR_ARG(w.host));
            verdict_fix_nginx(v, "add_header Strict-Transport-Security \"max-age=31536000; "
                                 "includeSubDomains; preload\" always;");
            verdict_fix_caddy(v, "header Strict-Transport-Security \"max-age=31536000; "
                                 "includeSubDomains; preload\"");
        } else {
            verdict_pass(v, w.host, "Strict-Transport-Security: %.*s%s", STR_ARG(w.hsts.value),
                         fits && w.hsts.preload ? " is fit for the preload list"
                                                : " (a note: does not ask for the preload list)");
        }
    }
    if (!any && v->count == 0) {
        verdict_skip(v, facts_domain(facts), "the domain itself did not answer over HTTPS");
    }
}
