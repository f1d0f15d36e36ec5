/* SPDX-License-Identifier: Apache-2.0 */
/* email.mta-sts.*, email.tls-rpt, email.bimi: what a domain says about mail to and from it. */
#include "check/rows/mail_servers.h"

const struct http_exchange *mail_policy_exchange(const struct facts *f, struct arena *a)
{
    str url = mail_policy_url(a, facts_domain(f));
    size_t count;
    const struct http_exchange *const *all = facts_http_all(f, &count);
    for (size_t i = 0; url.p && i < count; i++) {
        if (all[i]->purpose == HTTP_POLICY && str_ieq(all[i]->url, url)) {
            return all[i];
        }
    }
    return NULL;
}

/* The certificate of the policy's host; NULL when it was not looked at. */
static const struct tls_endpoint *policy_tls(const struct facts *f, struct arena *a)
{
    str host = mail_name(f, a, "mta-sts");
    size_t count;
    const struct tls_endpoint *const *all = facts_tls_all(f, &count);
    for (size_t i = 0; host.p && i < count; i++) {
        if (str_ieq(all[i]->host, host) && str_eq(str_c(all[i]->protocol), STR("mta-sts"))) {
            return all[i];
        }
    }
    return NULL;
}

/* Why senders cannot fetch the policy, in words; p is NULL when they can. */
static str fetch_fault(const struct facts *f, struct arena *a, const struct http_exchange *x)
{
    const struct tls_endpoint *tls = policy_tls(f, a);
    if (x->outcome != HTTP_ANSWERED) {
        return x->reason;
    }
    if (tls && tls->outcome == TLS_SPOKE &&
        (tls->trust != TLS_TRUSTED || !tls->name_matches ||
         (tls->chain_count > 0 && tls->chain[0].not_after_ms <= facts_now_ms(f)))) {
        return STR("its certificate is not valid");
    }
    if (x->status >= 300 && x->status < 400) {
        return arena_printf(a, "it redirects (%u), which senders do not follow", x->status);
    }
    return x->status == 200 ? (str){NULL, 0} : arena_printf(a, "status %u", x->status);
}

/* The policy's text when senders would take it; false otherwise. */
static bool policy_text(const struct facts *f, struct arena *a, str *ret)
{
    const struct dns_record *r;
    str text;
    const struct http_exchange *x = mail_policy_exchange(f, a);
    if (!x || fetch_fault(f, a, x).p ||
        mail_txt(f, a, mail_name(f, a, "_mta-sts"), mta_sts_is_record, &r, &text) != 1) {
        return false;
    }
    *ret = x->body;
    return true;
}

bool mail_policy(const struct facts *f, struct arena *a, struct mta_sts_policy *ret)
{
    struct text_problem ignored;
    str text;
    return policy_text(f, a, &text) && mta_sts_policy_read(text, ret, &ignored);
}

/* A policy for the hosts that there are. */
static void fix_policy(const struct facts *f, struct verdict *v, const char *mode)
{
    str hosts[MAIL_HOSTS_MAX];
    size_t count = mail_hosts(f, v->a, hosts);
    str lines = STR_EMPTY;
    for (size_t i = 0; i < count; i++) {
        lines = arena_printf(v->a, "%.*smx: %.*s\n", STR_ARG(lines), STR_ARG(hosts[i]));
    }
    verdict_fix_other(v,
                      "# https://mta-sts.%.*s/.well-known/mta-sts.txt\nversion: STSv1\nmode: %s\n"
                      "%.*smax_age: 604800",
                      STR_ARG(facts_domain(f)), mode, STR_ARG(lines));
    verdict_fix_nginx(v,
                      "server {\n    listen 443 ssl;\n    server_name mta-sts.%.*s;\n"
                      "    location = /.well-known/mta-sts.txt {\n"
                      "        default_type text/plain;\n"
                      "        root /var/www/mta-sts;\n    }\n}",
                      STR_ARG(facts_domain(f)));
    verdict_fix_caddy(v, "mta-sts.%.*s {\n    root * /var/www/mta-sts\n    file_server\n}",
                      STR_ARG(facts_domain(f)));
}

/* Records that are there; 0 after saying why nothing can be judged. */
static size_t record_count(const struct facts *f, struct verdict *v, const struct dns_record **ret,
                           str *ret_text)
{
    str name = mail_name(f, v->a, "_mta-sts");
    const struct dns_answer *x = mail_answer(f, v, name, DNS_TXT);
    return x ? mail_txt(f, v->a, name, mta_sts_is_record, ret, ret_text) : SIZE_MAX;
}

static void run_missing(const struct facts *f, struct verdict *v)
{
    const struct dns_record *r = NULL;
    str text = STR_EMPTY, name = mail_name(f, v->a, "_mta-sts");
    size_t count = record_count(f, v, &r, &text);
    if (count == 0) {
        verdict_pass(v, name, "no MTA-STS: a note, since many good domains have none");
    } else if (count != SIZE_MAX) {
        verdict_pass(v, name, "%.*s", STR_ARG(dns_record_show(v->a, r)));
    }
}

static void fix_record(const struct facts *f, struct verdict *v, const struct dns_record *old)
{
    str id = arena_printf(v->a, "v=STSv1; id=%lld", (long long)(facts_now_ms(f) / 1000));
    if (old) {
        verdict_fix_record(v, "; delete: %.*s", STR_ARG(dns_record_show(v->a, old)));
    }
    mail_fix_txt(v, mail_name(f, v->a, "_mta-sts"), id);
}

static void judge_policy_text(const struct facts *f, struct verdict *v)
{
    struct mta_sts_policy policy;
    struct text_problem problem = {0, ""};
    str text;
    if (!policy_text(f, v->a, &text)) {
        return; /* email.mta-sts.policy says it */
    }
    str url = mail_policy_url(v->a, facts_domain(f));
    if (mta_sts_policy_read(text, &policy, &problem)) {
        verdict_pass(v, url, "mode: %s, %zu mx, max_age: %llu", mta_sts_mode_name(policy.mode),
                     policy.mx_count, (unsigned long long)policy.max_age);
        return;
    }
    verdict_fail(v, url, "line %zu: %s", problem.at, problem.what);
    verdict_fix(v, "Publish the policy in this form, and give the record a new id.");
    fix_policy(f, v, "enforce");
}

static void run_syntax(const struct facts *f, struct verdict *v)
{
    const struct dns_record *r = NULL;
    struct text_problem problem = {0, ""};
    str text = STR_EMPTY, id, name = mail_name(f, v->a, "_mta-sts");
    size_t count = record_count(f, v, &r, &text);
    if (count == SIZE_MAX) {
        return;
    }
    if (count == 0) {
        verdict_skip(v, name, "no MTA-STS record");
        return;
    }
    if (count > 1) {
        verdict_fail(v, name, "%zu records, so senders take none", count);
        verdict_fix(v, "Keep one of the records.");
        verdict_fix_record(v, "; delete: %.*s", STR_ARG(dns_record_show(v->a, r)));
    } else if (!mta_sts_record_read(text, &id, &problem)) {
        verdict_fail(v, name, "%s, at byte %zu of the text: %.*s", problem.what, problem.at + 1,
                     STR_ARG(dns_record_show(v->a, r)));
        verdict_fix(v, "Replace the record.");
        fix_record(f, v, r);
    } else {
        verdict_pass(v, name, "%.*s", STR_ARG(dns_record_show(v->a, r)));
    }
    judge_policy_text(f, v);
}

static void run_policy(const struct facts *f, struct verdict *v)
{
    const struct dns_record *r = NULL;
    str text = STR_EMPTY, url = mail_policy_url(v->a, facts_domain(f));
    size_t count = record_count(f, v, &r, &text);
    const struct http_exchange *x = mail_policy_exchange(f, v->a);
    if (count == SIZE_MAX) {
        return;
    }
    if (count == 0 || !x) {
        verdict_skip(v, url, count == 0 ? "no MTA-STS record" : "the policy was not asked for");
        return;
    }
    str fault = fetch_fault(f, v->a, x);
    if (!fault.p) {
        verdict_pass(v, url, "200, %zu bytes", x->body.n);
        return;
    }
    verdict_fail(v, url, "the record announces a policy that senders cannot fetch: %.*s",
                 STR_ARG(fault));
    verdict_fix(v,
                "Serve the policy at this very URL over HTTPS with a valid certificate for "
                "mta-sts.%.*s and without redirect; or delete the record.",
                STR_ARG(facts_domain(f)));
    fix_policy(f, v, "testing");
}

static void run_mode(const struct facts *f, struct verdict *v)
{
    struct mta_sts_policy policy;
    str url = mail_policy_url(v->a, facts_domain(f));
    if (!mail_policy(f, v->a, &policy)) {
        verdict_skip(v, url, "no MTA-STS policy");
    } else if (policy.mode == MTA_STS_ENFORCE) {
        verdict_pass(v, url, "mode: enforce");
    } else {
        verdict_pass(v, url, "mode: %s: a note, since senders deliver whatever they find",
                     mta_sts_mode_name(policy.mode));
    }
}

static void run_mismatch(const struct facts *f, struct verdict *v)
{
    struct mta_sts_policy policy;
    str hosts[MAIL_HOSTS_MAX];
    if (!mail_policy(f, v->a, &policy) || policy.mode == MTA_STS_NONE) {
        verdict_skip(v, facts_domain(f), "no MTA-STS policy");
        return;
    }
    size_t count = mail_hosts(f, v->a, hosts);
    for (size_t i = 0; i < count; i++) {
        if (mta_sts_allows(&policy, hosts[i])) {
            verdict_pass(v, hosts[i], "is in the policy");
        } else if (policy.mode == MTA_STS_ENFORCE) {
            verdict_fail(v, hosts[i],
                         "is in MX and not in the policy: senders do not deliver to "
                         "it");
        } else {
            verdict_warn(v, hosts[i], "is in MX and not in the policy, whose mode is testing yet");
        }
    }
    if (count == 0) {
        verdict_skip(v, facts_domain(f), "no MX record names a host");
    }
    const struct dns_record *old = NULL;
    str text;
    (void)mail_txt(f, v->a, mail_name(f, v->a, "_mta-sts"), mta_sts_is_record, &old, &text);
    if (v->state > CHECK_PASS) {
        verdict_fix(v, "Name every MX host in the policy, and give the record a new id.");
        fix_record(f, v, old);
        fix_policy(f, v, mta_sts_mode_name(policy.mode));
    }
}

/* ── TLS-RPT and BIMI ── */

static bool is_tls_rpt(str text) { return str_starts(text, STR("v=TLSRPTv1")); }
static bool is_bimi(str text) { return str_starts(text, STR("v=BIMI1")); }

/* Why a TLS-RPT record is of no use (RFC 8460 section 3); NULL: it is well. */
static const char *tls_rpt_fault(str text)
{
    struct tags tags;
    struct text_problem problem;
    if (!tags_read(text, &tags, &problem)) {
        return problem.what;
    }
    str rua = tags_value(&tags, STR("rua")), one;
    if (!str_eq(tags_value(&tags, STR("v")), STR("TLSRPTv1"))) {
        return "v=TLSRPTv1 must be followed by a semicolon";
    }
    if (str_empty(rua)) {
        return "it has no rua=, the address for reports";
    }
    while (str_split(&rua, ',', &one)) {
        one = str_trim(one);
        if (!str_istarts(one, STR("mailto:")) && !str_istarts(one, STR("https:"))) {
            return "rua= takes mailto: and https: only";
        }
    }
    return NULL;
}

static const char *bimi_fault(str text)
{
    struct tags tags;
    struct text_problem problem;
    if (!tags_read(text, &tags, &problem)) {
        return problem.what;
    }
    str logo = tags_value(&tags, STR("l")), proof = tags_value(&tags, STR("a"));
    if (!tags_find(&tags, STR("l"))) {
        return "it has no l=, the logo";
    }
    if ((!str_empty(logo) && !str_istarts(logo, STR("https:"))) ||
        (!str_empty(proof) && !str_istarts(proof, STR("https:")))) {
        return "l= and a= take https: only";
    }
    return NULL;
}

/* A record that may be missing and must not be broken. */
static void judge_optional(const struct facts *f, struct verdict *v, const char *label,
                           bool (*is)(str text), const char *(*fault)(str text), const char *what,
                           str good)
{
    const struct dns_record *r = NULL;
    str text = STR_EMPTY, name = mail_name(f, v->a, label);
    const struct dns_answer *x = mail_answer(f, v, name, DNS_TXT);
    size_t count = x ? mail_txt(f, v->a, name, is, &r, &text) : 0;
    if (!x) {
        return;
    }
    if (count == 0) {
        verdict_pass(v, name, "no %s: a note, since many good domains have none", what);
        return;
    }
    const char *wrong = count > 1 ? "there is more than one record" : fault(text);
    if (!wrong) {
        verdict_pass(v, name, "%.*s", STR_ARG(dns_record_show(v->a, r)));
        return;
    }
    verdict_warn(v, name, "%s: %.*s", wrong, STR_ARG(dns_record_show(v->a, r)));
    verdict_fix(v, "Replace the %s record.", what);
    verdict_fix_record(v, "; delete: %.*s", STR_ARG(dns_record_show(v->a, r)));
    mail_fix_txt(v, name, good);
}

static void run_tls_rpt(const struct facts *f, struct verdict *v)
{
    str good =
        arena_printf(v->a, "v=TLSRPTv1; rua=mailto:tls-reports@%.*s", STR_ARG(facts_domain(f)));
    judge_optional(f, v, "_smtp._tls", is_tls_rpt, tls_rpt_fault, "TLS-RPT", good);
}

static void run_bimi(const struct facts *f, struct verdict *v)
{
    str good = arena_printf(v->a, "v=BIMI1; l=https://www.%.*s/logo.svg", STR_ARG(facts_domain(f)));
    judge_optional(f, v, "default._bimi", is_bimi, bimi_fault, "BIMI", good);
}

const struct check checks_mail_policy[] = {
    {.id = "email.mta-sts.missing",
     .row = "L4",
     .title = "MTA-STS is known",
     .why = "With MTA-STS nobody on the way can make senders deliver your mail unencrypted.",
     .refs = "RFC 8461",
     .severity = SEVERITY_NOTE,
     .needs = NEEDS_MAIL_DNS,
     .run = run_missing},
    {.id = "email.mta-sts.syntax",
     .row = "L4",
     .title = "The MTA-STS record and policy can be read",
     .why = "Senders ignore what they cannot read, so the protection you count on is not there.",
     .refs = "RFC 8461 sections 3.1 and 3.2",
     .severity = SEVERITY_MEDIUM,
     .needs = NEEDS_MAIL_DNS | NEEDS_SMTP,
     .run = run_syntax},
    {.id = "email.mta-sts.policy",
     .row = "L4",
     .title = "The MTA-STS policy can be fetched",
     .why = "A policy that cannot be fetched protects nobody, and nobody notices.",
     .refs = "RFC 8461 section 3.3",
     .severity = SEVERITY_MEDIUM,
     .needs = NEEDS_MAIL_DNS | NEEDS_SMTP,
     .run = run_policy},
    {.id = "email.mta-sts.mode",
     .row = "L4",
     .title = "The mode of MTA-STS is known",
     .why = "In testing mode senders report faults and deliver all the same.",
     .refs = "RFC 8461 section 5",
     .severity = SEVERITY_NOTE,
     .needs = NEEDS_MAIL_DNS | NEEDS_SMTP,
     .run = run_mode},
    {.id = "email.mta-sts.mismatch",
     .row = "L4",
     .title = "Every MX host is in the MTA-STS policy",
     .why = "Large providers do not deliver to a mail server that the policy does not name.",
     .refs = "RFC 8461 section 4.1",
     .severity = SEVERITY_HIGH,
     .needs = NEEDS_MAIL_DNS | NEEDS_SMTP,
     .run = run_mismatch},
    {.id = "email.tls-rpt",
     .row = "L4",
     .title = "TLS reports can arrive, if they are asked for",
     .why = "Reports tell you when others cannot deliver to you encrypted.",
     .refs = "RFC 8460 section 3",
     .severity = SEVERITY_NOTE,
     .needs = NEEDS_MAIL_DNS,
     .run = run_tls_rpt},
    {.id = "email.bimi",
     .row = "L4",
     .title = "The BIMI record can be read, if there is one",
     .why = "With BIMI some mail programs show your logo beside your mail.",
     .refs = "draft-brand-indicators-for-message-identification",
     .severity = SEVERITY_NOTE,
     .needs = NEEDS_MAIL_DNS,
     .run = run_bimi},
    {0},
};
