/* SPDX-License-Identifier: Apache-2.0 */
/* A first launch.yaml out of what a run has found, to be read and corrected by a person. */
#include <unistd.h>

#include "base/file.h"
#include "check/facts/cdn.h"
#include "cli/check.h"
#include "net/url.h"

enum { INIT_BYTES_MAX = 65536, INIT_FILE_MODE = 0644, LISTED_MAX = 32 };

/* Only what needs no quoting in YAML is written: names of hosts, selectors, addresses. */
static bool is_plain(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = str_lower(s.p[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("-._", c)) || c == '\0') {
            return false;
        }
    }
    return s.n > 0;
}

/* Where the visitors of the target end. */
static str origin_of(const struct facts *f, struct arena *a)
{
    size_t count;
    str origin = STR_EMPTY;
    unsigned hop = 0;
    const struct http_exchange *const *all = facts_http_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        const struct http_exchange *x = all[i];
        struct url url, first;
        bool chain = x->purpose == HTTP_REDIRECT_FIRST || x->purpose == HTTP_REDIRECT_HOP;
        if (chain && x->outcome == HTTP_ANSWERED && x->status >= 200 && x->status < 300 &&
            err_ok(url_parse(a, x->url, &url)) && err_ok(url_parse(a, x->label, &first)) &&
            str_eq(first.host, facts_target(f)) && (str_empty(origin) || x->hop > hop)) {
            origin = url_origin(a, &url);
            hop = x->hop;
        }
    }
    return origin;
}

static void write_host(struct buf *b, const struct facts *f, struct arena *a, str name)
{
    static const unsigned types[] = {DNS_A, DNS_AAAA};
    const struct dns_answer *cname = facts_dns(f, name, DNS_A);
    const struct dns_record *r;
    size_t at = 0, shown = 0;
    str target;
    buf_addf(b, "  %.*s:\n", STR_ARG(name));
    if (cname && (r = dns_answer_next(cname, DNS_CNAME, &at)) != NULL && str_ieq(r->owner, name) &&
        dns_record_name(a, r, &target) && is_plain(target)) {
        buf_addf(b, "    cname: %.*s\n", STR_ARG(target));
        return;
    }
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const struct dns_answer *x = facts_dns(f, name, types[i]);
        for (at = 0; x && (r = dns_answer_next(x, types[i], &at)) != NULL && shown < LISTED_MAX;) {
            struct addr address;
            if (dns_record_addr(r, &address)) {
                buf_addf(b, "%s\"%s\"", shown++ ? ", " : "    # addresses: [",
                         addr_text(&address).c);
            }
        }
    }
    buf_add_c(b, shown ? "]\n" : "");
}

static bool resolves(const struct facts *f, str name)
{
    const struct dns_answer *v4 = facts_dns(f, name, DNS_A), *v6 = facts_dns(f, name, DNS_AAAA);
    return (v4 && dns_answer_has(v4)) || (v6 && dns_answer_has(v6));
}

static void write_hosts(struct buf *b, const struct facts *f, struct arena *a)
{
    size_t count;
    const struct facts_host *hosts = facts_hosts(f, &count);
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (!hosts[i].stale && is_plain(hosts[i].name) && resolves(f, hosts[i].name)) {
            buf_add_c(b,
                      any ? ""
                          : "\n# The names that must be there. With addresses or cname a change "
                            "is a finding:\n# take the # away where they never change.\nhosts:\n");
            any = true;
            write_host(b, f, a, hosts[i].name);
        }
    }
}

/* Selectors with a key, of the questions that the collector asked. */
static size_t selectors_of(const struct facts *f, struct arena *a, str *ret)
{
    size_t count, found = 0;
    const struct dns_answer *const *all = facts_dns_all(f, &count);
    str suffix = arena_printf(a, "._domainkey.%.*s", STR_ARG(facts_domain(f)));
    for (size_t i = 0; i < count && found < LISTED_MAX && suffix.p; i++) {
        const struct dns_answer *x = all[i];
        if (x->type == DNS_TXT && str_empty(x->server) && str_ends(x->name, suffix) &&
            dns_answer_has(x)) {
            str selector = str_slice(x->name, 0, x->name.n - suffix.n);
            if (is_plain(selector)) {
                ret[found++] = selector;
            }
        }
    }
    return found;
}

static void write_mail(struct buf *b, const struct facts *f, struct arena *a)
{
    str selectors[LISTED_MAX];
    size_t count = selectors_of(f, a, selectors);
    const struct dns_answer *mx = facts_dns(f, facts_domain(f), DNS_MX);
    if (count == 0 && mx && dns_answer_is_nothing(mx)) {
        buf_add_c(b, "\n# No mail server and no DKIM key were found. Does the domain send mail?\n"
                     "mail: none\n");
        return;
    }
    buf_add_c(b, "\n# Who sends mail for the domain, such as google-workspace, microsoft365, "
                 "postmark, sendgrid,\n# ses, mailgun, resend, brevo; and their DKIM "
                 "selectors.\nmail:\n  senders: []\n  selectors: [");
    for (size_t i = 0; i < count; i++) {
        buf_addf(b, "%s%.*s", i ? ", " : "", STR_ARG(selectors[i]));
    }
    buf_add_c(b, "]\n");
}

static void write_cdn(struct buf *b, const struct facts *f)
{
    size_t count;
    const char *name = NULL;
    const struct http_exchange *const *all = facts_http_all(f, &count);
    for (size_t i = 0; i < count && !name; i++) {
        name = all[i]->outcome == HTTP_ANSWERED ? cdn_of_exchange(all[i], NULL) : NULL;
    }
    if (name && is_plain(str_c(name))) {
        buf_add_c(b, "\n# Visitors come through this CDN; the server behind it should refuse all "
                     "others.\ncdn:\n  name: ");
        for (const char *c = name; *c; c++) {
            buf_add_byte(b, str_lower(*c));
        }
        buf_add_c(b, "\n  # origin_addresses: [203.0.113.10]\n");
    } else {
        buf_add_c(b,
                  "\n# No CDN was seen. `none` makes one that appears a finding.\n# cdn: none\n");
    }
}

void check_init_text(struct buf *b, const struct report *r)
{
    struct arena a;
    arena_init(&a, INIT_BYTES_MAX * 16);
    str origin = origin_of(r->facts, &a);
    buf_addf(b,
             "# What the deployment of %.*s should be; `doorward check` reports what differs.\n"
             "# Made from what was found: read it, and correct what is only so by accident.\n"
             "version: 1\n\n# The one address that visitors end at.\n",
             STR_ARG(r->target));
    if (str_empty(origin)) {
        buf_addf(b, "# origin: https://www.%.*s\n", STR_ARG(r->target));
    } else {
        buf_addf(b, "origin: %.*s\n", STR_ARG(origin));
    }
    write_hosts(b, r->facts, &a);
    write_mail(b, r->facts, &a);
    write_cdn(b, r->facts);
    buf_add_c(b, "\n# Addresses that answer without an AI model; 95 of 100 answers within p95.\n"
                 "# latency:\n#   urls: [/api/health]\n#   p95: 500ms\n#   samples: 20\n"
                 "\n# Prints Lighthouse's JSON of {url}.\n"
                 "# lighthouse: npx lighthouse {url} --output json --quiet "
                 "--chrome-flags=--headless\n"
                 "\n# Findings that are known and accepted, for a time.\n"
                 "# exceptions:\n#   - id: dns.caa.missing\n#     reason: the registrar cannot do "
                 "it; we move in spring\n#     until: 2027-03-31\n");
    arena_done(&a);
}

int check_init(struct cli *cli, struct check_command *c)
{
    struct report *r;
    struct buf b;
    str reason = STR_EMPTY;
    const char *path = c->out ? c->out : "launch.yaml";
    if (access(path, F_OK) == 0) {
        return cli_fail(CLI_REFUSED, "%s is there already; --out FILE names another", path);
    }
    c->options.config = NULL;
    c->options.only = STR("intent.*");
    c->options.collect.needs =
        NEEDS_DNS | NEEDS_REDIRECTS | NEEDS_MAIL_DNS; /* what the file speaks of */
    err e = check_run(&c->options, &r, &reason, &cli->a);
    if (!err_ok(e)) {
        return str_empty(reason) ? cli_fail_err(e, "check")
                                 : cli_fail(CLI_USAGE, "%.*s", STR_ARG(reason));
    }
    buf_init(&b, INIT_BYTES_MAX);
    check_init_text(&b, r);
    e = buf_err(&b);
    if (err_ok(e)) {
        e = file_write(path, buf_str(&b), INIT_FILE_MODE);
    }
    buf_done(&b);
    if (err_ok(e)) {
        cli_say("%s is written: read it, then run `doorward check %.*s --config %s`", path,
                STR_ARG(r->target), path);
    }
    report_free(r);
    return err_ok(e) ? CLI_OK : cli_fail_err(e, path);
}
