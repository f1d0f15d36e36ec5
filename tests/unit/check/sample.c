/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/check/sample.h"

#include <stdlib.h>

#include "check/judge.h"

/* 2026-11-30T04:20:00Z */
static const int64_t started_ms = INT64_C(1796012400000);

const char sample_hostile[] =
    "\x1b]0;owned\x07\x1b[2J</script><script>alert(1)</script>]]>\"'`|*_[x](javascript:1)\xff\xfe"
    "\xe2\x80\xae&amp;\r\n## no heading\n```\n| cell |\x01 \xf0\x9f\x98\x80";

static const struct check checks[] = {
    {.id = "dns.resolve.apex",
     .row = "L1",
     .title = "The domain resolves",
     .why = "Whoever types the name without www sees an error page.",
     .refs = "RFC 1034 section 3.6",
     .severity = SEVERITY_HIGH},
    {.id = "dns.dnssec.insecure",
     .row = "L1",
     .title = "The zone is signed",
     .why = "Without signatures answers can be forged on the way.",
     .refs = "RFC 4033",
     .severity = SEVERITY_NOTE},
    {.id = "dns.axfr",
     .row = "L1",
     .title = "No name server hands out the whole zone",
     .why = "Host names that were meant to stay unknown are read by everybody.",
     .refs = "RFC 5936 section 5",
     .severity = SEVERITY_MEDIUM},
    {.id = "tls.expiry",
     .row = "L2",
     .title = "Certificates are valid for at least 21 days",
     .why = "When a certificate ends, every visitor sees a warning instead of the site.",
     .refs = "RFC 5280 section 4.1.2.5",
     .severity = SEVERITY_HIGH},
    {.id = "tls.protocol.old",
     .row = "L2",
     .title = "No version of TLS before 1.2 is offered",
     .why = "Old versions can be broken, and card networks forbid them.",
     .refs = "RFC 8996",
     .severity = SEVERITY_MEDIUM},
    {.id = "redirect.hops",
     .row = "L3",
     .title = "Every address leads to the site in one hop",
     .why = "Each further hop costs visitors on phones up to a second.",
     .refs = "RFC 9110 section 15.4",
     .severity = SEVERITY_LOW},
    {.id = "email.spf.lookup-limit",
     .row = "L4",
     .title = "SPF needs at most 10 look-ups",
     .why = "Beyond ten look-ups receivers stop and treat your mail as unauthenticated, so quotes "
            "and invoices land in spam.",
     .refs = "RFC 7208 section 4.6.4; https://www.rfc-editor.org/errata/rfc7208",
     .severity = SEVERITY_HIGH},
    {.id = "email.mx.starttls",
     .row = "L4",
     .title = "Mail servers encrypt",
     .why = "Mail to you can be read on the way.",
     .refs = "RFC 3207",
     .severity = SEVERITY_MEDIUM},
    {.id = "page.header.csp",
     .row = "L2",
     .title = "A content security policy stops foreign scripts",
     .why = "A script that somebody smuggles in can read what visitors type.",
     .refs = "https://www.w3.org/TR/CSP3/",
     .severity = SEVERITY_MEDIUM},
    {.id = "page.lighthouse",
     .row = "L12",
     .title = "Lighthouse performance is above 85",
     .why = "Slow pages lose visitors before they have read a line.",
     .refs = "https://developer.chrome.com/docs/lighthouse",
     .severity = SEVERITY_LOW},
};

enum { CHECKS = sizeof checks / sizeof checks[0] };

static struct report *new_report(void)
{
    struct report *r;
    if (!err_ok(report_new(&r))) {
        abort();
    }
    r->target = STR("example.com");
    r->started_ms = started_ms;
    r->duration_ms = 8412;
    for (size_t i = 0; i < CHECKS; i++) {
        struct check_result *one = &r->results[r->count++];
        one->check = &checks[i];
        arena_init(&one->a, 4 << 20);
        verdict_init(&one->verdict, &one->a);
    }
    return r;
}

static void count_up(struct report *r)
{
    const char *id;
    for (size_t i = 0; i < r->count; i++) {
        r->summary[r->results[i].verdict.state]++;
    }
    for (size_t i = 0; (id = check_row_at(i)) != NULL; i++) {
        struct report_row row = {id, check_row_title(id), CHECK_SKIP};
        bool any = false;
        for (size_t k = 0; k < r->count; k++) {
            if (strcmp(r->results[k].check->row, id) == 0) {
                enum check_state state = r->results[k].verdict.state;
                row.state = state > row.state ? state : row.state;
                any = true;
            }
        }
        if (any) {
            r->rows[r->row_count++] = row;
        }
    }
}

static struct verdict *of(struct report *r, const char *id)
{
    for (size_t i = 0; i < r->count; i++) {
        if (strcmp(r->results[i].check->id, id) == 0) {
            return &r->results[i].verdict;
        }
    }
    abort();
}

static void fill_mail(struct report *r)
{
    struct verdict *v = of(r, "email.spf.lookup-limit");
    verdict_fail(
        v, STR("example.com"),
        "example.com. 300 IN TXT \"v=spf1 include:_spf.google.com include:sendgrid.net "
        "include:servers.mcsv.net include:spf.protection.outlook.com a mx ~all\": needs 14 "
        "look-ups, 10 are allowed");
    verdict_fix(v, "Replace the SPF record by this one: it names the senders that launch.yaml "
                   "declares and leaves out what nothing sends from.");
    verdict_fix_record(v, "; delete: example.com. 300 IN TXT \"v=spf1 include:_spf.google.com "
                          "include:sendgrid.net include:servers.mcsv.net "
                          "include:spf.protection.outlook.com a mx ~all\"");
    verdict_fix_record(
        v, "example.com. 300 IN TXT \"v=spf1 include:_spf.google.com include:sendgrid.net ~all\"");
    v = of(r, "email.mx.starttls");
    verdict_error(v, STR("mx.example.com"),
                  "198.51.100.25:25 did not answer within 4 s; many networks block port 25");
}

static void fill_web(struct report *r)
{
    struct verdict *v = of(r, "redirect.hops");
    verdict_warn(v, STR("http://example.com/"),
                 "301 https://example.com/ → 301 https://www.example.com/: two hops");
    verdict_fix(v, "Send both names and both schemes straight to https://www.example.com.");
    verdict_fix_nginx(v, "server {\n    listen 80;\n    server_name example.com www.example.com;\n"
                         "    return 301 https://www.example.com$request_uri;\n}");
    verdict_fix_caddy(v, "http://example.com, http://www.example.com {\n"
                         "    redir https://www.example.com{uri} permanent\n}");
    verdict_fix_cloudflare(v, "Rules → Redirect Rules: when hostname equals example.com, dynamic "
                              "redirect to\nconcat(\"https://www.example.com\", "
                              "http.request.uri.path), status 301, keep the query");
    v = of(r, "page.header.csp");
    verdict_warn(v, STR("https://www.example.com/"), "no Content-Security-Policy header");
    verdict_fix(v, "Start with this policy.");
    verdict_fix_nginx(v,
                      "add_header Content-Security-Policy \"default-src 'self'; script-src 'self' "
                      "https://chat.example.com; frame-ancestors 'self'; base-uri 'self'; "
                      "form-action 'self'\" always;");
    verdict_skip(of(r, "page.lighthouse"), STR("https://www.example.com/"),
                 "launch.yaml names no Lighthouse command");
}

struct report *sample_report(void)
{
    struct report *r = new_report();
    struct verdict *v = of(r, "dns.resolve.apex");
    verdict_pass(v, STR("example.com"), "example.com. 300 IN A 203.0.113.10");
    verdict_pass(of(r, "dns.dnssec.insecure"), STR("example.com"),
                 "no DS record at the parent: the zone is not signed (a note, no fault)");
    verdict_pass(of(r, "dns.axfr"), STR("ns1.example.net"), "refused");
    v = of(r, "dns.axfr");
    verdict_fail(v, STR("ns2.example.net"), "198.51.100.2 handed out 41 records");
    v->evidence[1].excepted = true;
    v->evidence[1].reason = STR("ns2 is replaced on Friday (until 2026-12-05)");
    v->state = CHECK_PASS;
    r->excepted = 1;
    v = of(r, "tls.expiry");
    verdict_warn(v, STR("www.example.com"), "203.0.113.10: ends on 2026-12-11, in 11 days");
    verdict_fix(v, "Renew the certificate, and let it be renewed by itself from now on.");
    verdict_fix_other(v,
                      "certbot renew --cert-name www.example.com --deploy-hook 'systemctl reload "
                      "nginx'");
    verdict_pass(of(r, "tls.protocol.old"), STR("www.example.com"), "TLS 1.2 and 1.3 only");
    fill_mail(r);
    fill_web(r);
    count_up(r);
    return r;
}

struct report *sample_hostile_report(void)
{
    struct report *r = new_report();
    for (size_t i = 0; i < r->count; i++) {
        struct verdict *v = &r->results[i].verdict;
        /* As if a check had not used verdict_*: the formats do not rely on it. */
        v->evidence = arena_array(v->a, 8, sizeof *v->evidence);
        v->count = 8;
        v->state = (enum check_state)(i % CHECK_STATES);
        for (size_t k = 0; k < v->count; k++) {
            v->evidence[k] = (struct evidence){.state = (enum check_state)((i + k) % CHECK_STATES),
                                               .subject = str_c(sample_hostile),
                                               .text = str_c(sample_hostile),
                                               .excepted = k == 3,
                                               .reason = str_c(sample_hostile)};
        }
        v->more = 3;
        v->fix_text = v->fix_record = v->fix_nginx = v->fix_caddy = v->fix_cloudflare =
            v->fix_other = v->retest_extra = str_c(sample_hostile);
    }
    r->target = str_c(sample_hostile);
    r->truncated = true;
    r->excepted = CHECKS;
    count_up(r);
    return r;
}

struct report_style sample_style(void)
{
    return (struct report_style){.options = STR("--resolver 127.0.0.1:5353"),
                                 .place = STR("launch.yaml")};
}
