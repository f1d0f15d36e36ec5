/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "check/facts/probe.h"
#include "check/rows/page.h"

enum { YEAR_DAYS = 365 };

/* A field's value (RFC 9116 section 2.3); empty: it is not there. */
static str field(str text, const char *name)
{
    str line;
    while (str_split(&text, '\n', &line)) {
        line = str_trim(line);
        size_t colon = str_find_byte(line, ':', 0);
        if (colon != SIZE_MAX && str_ieq(str_slice(line, 0, colon), str_c(name))) {
            return str_trim(str_slice(line, colon + 1, line.n));
        }
    }
    return STR_EMPTY;
}

/* "2027-11-30T00:00:00Z" sorts as a time does when both are UTC of the same form. */
static bool is_past(str date, int64_t now_ms)
{
    struct clock_text now = clock_rfc3339(now_ms);
    return str_cmp(str_slice(date, 0, 10), str_n(now.c, 10)) < 0;
}

static bool is_date(str date)
{
    bool fine = date.n >= 20 && date.p[4] == '-' && date.p[7] == '-' &&
                (date.p[10] == 'T' || date.p[10] == 't');
    for (size_t i = 0; fine && i < 4; i++) {
        fine = date.p[i] >= '0' && date.p[i] <= '9';
    }
    return fine;
}

static void judge(struct verdict *v, const struct facts *f, const struct http_exchange *x)
{
    str contact = field(x->body, "contact"), expires = field(x->body, "expires");
    if (!contact.n) {
        verdict_warn(v, x->url, "has no Contact");
    } else if (!expires.n) {
        verdict_warn(v, x->url, "has no Expires (Contact: %.*s)", STR_ARG(contact));
    } else if (!is_date(expires)) {
        verdict_warn(v, x->url, "Expires: %.*s is no date", STR_ARG(str_slice(expires, 0, 80)));
    } else if (is_past(expires, facts_now_ms(f))) {
        verdict_warn(v, x->url, "Expires: %.*s is past", STR_ARG(expires));
    } else {
        verdict_pass(v, x->url, "Contact: %.*s, Expires: %.*s", STR_ARG(contact), STR_ARG(expires));
    }
}

void page_security_txt(const struct facts *f, struct verdict *v)
{
    const struct page *page = web_page(f, v);
    struct url url;
    if (!page || !err_ok(url_parse(v->a, page->url, &url))) {
        return;
    }
    str origin = url_origin(v->a, &url);
    str at = arena_printf(v->a, "%.*s" PROBE_SECURITY, STR_ARG(origin));
    const struct http_exchange *x = at.p ? web_find(f, HTTP_POLICY, at, STR_EMPTY) : NULL;
    bool there = x && x->outcome == HTTP_ANSWERED && x->status == 200 && !page_is_html(x);
    if (!x) {
        verdict_skip(v, page->url, "was not asked for it");
    } else if (x->outcome != HTTP_ANSWERED) {
        verdict_error(v, x->url, "%.*s", STR_ARG(x->reason));
    } else if (!there) {
        verdict_pass(v, x->url, "note: answers %u; whoever finds a hole does not know whom to tell",
                     x->status);
    } else {
        judge(v, f, x);
    }
    struct clock_text until =
        clock_rfc3339(facts_now_ms(f) + (int64_t)YEAR_DAYS * 24 * 3600 * 1000);
    verdict_fix(v, "Serve this file at %.*s as text/plain.", STR_ARG(at));
    verdict_fix_other(v,
                      "Contact: mailto:security@%.*s\nExpires: %.10sT00:00:00Z\n"
                      "Canonical: %.*s",
                      STR_ARG(facts_domain(f)), until.c, STR_ARG(at));
}
