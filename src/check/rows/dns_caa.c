/* SPDX-License-Identifier: Apache-2.0 */
/* Which authorities may issue certificates (RFC 8659, RFC 8657). */
#include "check/rows/dns_private.h"

enum { CRITICAL = 128 };

/* Names of authorities in CAA records by the organisation of their certificates. */
static const struct {
    const char *organisation; /* the beginning */
    const char *domains[4];   /* the first is what a new record has */
} authorities[] = {
    {"Let's Encrypt", {"letsencrypt.org"}},
    {"ISRG", {"letsencrypt.org"}},
    {"Google Trust", {"pki.goog"}},
    {"DigiCert", {"digicert.com", "www.digicert.com", "digicert.ne.jp"}},
    {"GeoTrust", {"digicert.com", "geotrust.com"}},
    {"Thawte", {"digicert.com", "thawte.com"}},
    {"Cloudflare", {"digicert.com"}},
    {"Sectigo", {"sectigo.com", "comodoca.com", "usertrust.com", "trust-provider.com"}},
    {"COMODO", {"sectigo.com", "comodoca.com", "usertrust.com", "trust-provider.com"}},
    {"ZeroSSL", {"sectigo.com", "comodoca.com", "usertrust.com", "trust-provider.com"}},
    {"GlobalSign", {"globalsign.com"}},
    {"Amazon", {"amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"}},
    {"GoDaddy", {"godaddy.com", "starfieldtech.com"}},
    {"Starfield", {"starfieldtech.com", "godaddy.com"}},
    {"SSL Corp", {"ssl.com"}},
    {"Entrust", {"entrust.net", "affirmtrust.com"}},
    {"Buypass", {"buypass.com", "buypass.no"}},
    {"Actalis", {"actalis.it"}},
    {"Asseco", {"certum.pl", "certum.eu"}},
    {"Unizeto", {"certum.pl", "certum.eu"}},
    {"SwissSign", {"swisssign.com", "swisssign.net"}},
    {"Microsoft", {"microsoft.com"}},
    {"Deutsche Telekom", {"telesec.de"}},
    {"D-Trust", {"d-trust.net", "dtrust.de"}},
    {"Hellenic Academic", {"harica.gr"}},
    {"Apple", {"pki.apple.com"}},
    {"IdenTrust", {"identrust.com"}},
    {"QuoVadis", {"quovadisglobal.com", "digicert.com"}},
};

static const char *const *domains_of(str organisation)
{
    for (size_t i = 0; i < sizeof authorities / sizeof authorities[0]; i++) {
        if (str_istarts(organisation, str_c(authorities[i].organisation))) {
            return authorities[i].domains;
        }
    }
    return NULL;
}

/* The set that counts for a name; NULL when there is none, *ret_known false when it was not asked.
 */
static const struct dns_answer *caa_of(const struct facts *f, str name, bool *ret_known)
{
    *ret_known = true;
    while (!str_empty(name) && dns_name_under(name, facts_domain(f))) {
        const struct dns_answer *x = facts_dns(f, name, DNS_CAA);
        if (!x || x->outcome != DNS_ANSWERED || x->rcode == DNS_SERVFAIL) {
            *ret_known = false;
            return NULL;
        }
        if (dns_answer_has(x)) {
            return x;
        }
        name = dns_name_parent(name);
    }
    return NULL;
}

/* The authority in an issue value: "letsencrypt.org; validationmethods=dns-01". */
static str authority_in(str value)
{
    size_t end = str_find_byte(value, ';', 0);
    return str_trim(str_slice(value, 0, end == SIZE_MAX ? value.n : end));
}

enum permission { NO_RULE, PERMITTED, FORBIDDEN };

static enum permission permits(const struct dns_answer *set, const char *tag,
                               const char *const *domains)
{
    enum permission permission = NO_RULE;
    const struct dns_record *r;
    for (size_t at = 0; (r = dns_answer_next(set, DNS_CAA, &at)) != NULL;) {
        unsigned flags;
        str found, value;
        if (!dns_record_caa(r, &flags, &found, &value) || !str_ieq(found, str_c(tag))) {
            continue;
        }
        permission = permission == NO_RULE ? FORBIDDEN : permission;
        for (size_t i = 0; i < 4 && domains[i]; i++) {
            if (str_ieq(authority_in(value), str_c(domains[i]))) {
                permission = PERMITTED;
            }
        }
    }
    return permission;
}

/* The authority that issued the host's certificate, "" when nobody knows. */
static str issuer_of(const struct facts *f, str host, const struct tls_certificate **ret)
{
    size_t count;
    const struct tls_endpoint *const *all = facts_tls_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        if (all[i]->chain_count > 0 && str_ieq(all[i]->host, host) &&
            strcmp(all[i]->protocol, "https") == 0) {
            *ret = &all[i]->chain[0];
            return all[i]->chain[0].issuer_organisation;
        }
    }
    *ret = NULL;
    return STR_EMPTY;
}

void dns_caa_missing(const struct facts *f, struct verdict *v)
{
    str domain = facts_domain(f);
    bool known;
    const struct dns_answer *x = caa_of(f, domain, &known);
    const struct tls_certificate *leaf;
    if (!known) {
        verdict_skip(v, domain, "the CAA records could not be looked up");
    } else if (x) {
        verdict_pass(v, domain, "%.*s", STR_ARG(dns_lines(v, x)));
    } else {
        const char *const *domains = domains_of(issuer_of(f, facts_target(f), &leaf));
        verdict_warn(v, domain,
                     "no CAA record: every authority in the world may issue a "
                     "certificate for it");
        verdict_fix(v, "Name the authority that issues your certificates.");
        if (domains) {
            verdict_fix_record(v, "%.*s. 3600 IN CAA 0 issue \"%s\"", STR_ARG(domain), domains[0]);
        } else {
            verdict_fix_other(v,
                              "%.*s. 3600 IN CAA 0 issue \"<your authority, such as "
                              "letsencrypt.org>\"",
                              STR_ARG(domain));
        }
    }
}

static void judge_issuer(const struct facts *f, struct verdict *v, str host)
{
    bool known;
    const struct tls_certificate *leaf;
    const struct dns_answer *set = caa_of(f, host, &known);
    str organisation = issuer_of(f, host, &leaf);
    const char *const *domains = domains_of(organisation);
    if (!leaf || !set) {
        return;
    }
    if (!domains) {
        verdict_skip(v, host, "nobody knows the CAA name of the issuer \"%.*s\"",
                     STR_ARG(organisation));
    } else if (permits(set, "issue", domains) == FORBIDDEN) {
        verdict_fail(v, host, "the certificate is of %.*s; %.*s", STR_ARG(organisation),
                     STR_ARG(dns_lines(v, set)));
        verdict_fix(v, "Permit the authority whose certificate is in use, or its renewal fails.");
        verdict_fix_record(v, "%.*s. 3600 IN CAA 0 issue \"%s\"", STR_ARG(set->name), domains[0]);
    } else {
        verdict_pass(v, host, "%.*s may issue: %.*s", STR_ARG(organisation),
                     STR_ARG(dns_lines(v, set)));
    }
}

void dns_caa_issuer(const struct facts *f, struct verdict *v)
{
    size_t count;
    const struct facts_host *hosts = facts_hosts(f, &count);
    for (size_t i = 0; i < count; i++) {
        judge_issuer(f, v, hosts[i].name);
    }
    if (v->count == 0) {
        verdict_skip(v, facts_domain(f), "there is no CAA record or no certificate");
    }
}

static bool known_tag(str tag)
{
    static const char *const tags[] = {"issue",    "issuewild",    "iodef",       "issuemail",
                                       "issuevmc", "contactemail", "contactphone"};
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        if (str_ieq(tag, str_c(tags[i]))) {
            return true;
        }
    }
    return false;
}

/* A critical property that authorities do not know forbids all of them (RFC 8659 section 4.1). */
static bool judge_critical(struct verdict *v, const struct dns_answer *set)
{
    const struct dns_record *r;
    bool stops = false;
    for (size_t at = 0; (r = dns_answer_next(set, DNS_CAA, &at)) != NULL;) {
        unsigned flags;
        str tag, value;
        if (dns_record_caa(r, &flags, &tag, &value) && (flags & CRITICAL) && !known_tag(tag)) {
            verdict_fail(v, set->name, "%.*s: critical and unknown, so that no authority may issue",
                         STR_ARG(dns_line(v, r)));
            verdict_fix(v, "Delete the property, or clear its critical flag.");
            verdict_fix_record(v, "; delete: %.*s", STR_ARG(dns_line(v, r)));
            stops = true;
        }
    }
    return stops;
}

static void judge_renewal(struct verdict *v, str host, const struct tls_certificate *leaf,
                          const struct dns_answer *set)
{
    const char *const *domains = domains_of(leaf->issuer_organisation);
    bool wildcard = false;
    for (size_t i = 0; i < leaf->name_count; i++) {
        wildcard |= str_starts(leaf->names[i], STR("*."));
    }
    if (wildcard && domains && permits(set, "issuewild", domains) == FORBIDDEN) {
        verdict_fail(v, host,
                     "the certificate has a wildcard, and issuewild does not permit "
                     "%.*s: %.*s",
                     STR_ARG(leaf->issuer_organisation), STR_ARG(dns_lines(v, set)));
        verdict_fix(v, "Permit wildcards of the authority in use, or its renewal fails.");
        verdict_fix_record(v, "%.*s. 3600 IN CAA 0 issuewild \"%s\"", STR_ARG(set->name),
                           domains[0]);
    } else {
        verdict_pass(v, host, "nothing stands against a renewal: %.*s", STR_ARG(dns_lines(v, set)));
    }
}

void dns_caa_renewal(const struct facts *f, struct verdict *v)
{
    size_t count;
    const struct facts_host *hosts = facts_hosts(f, &count);
    const struct dns_answer *last = NULL;
    for (size_t i = 0; i < count; i++) {
        bool known;
        const struct tls_certificate *leaf;
        const struct dns_answer *set = caa_of(f, hosts[i].name, &known);
        if (!set || (set != last && judge_critical(v, set))) {
            last = set;
            continue;
        }
        last = set;
        issuer_of(f, hosts[i].name, &leaf);
        if (leaf) {
            judge_renewal(v, hosts[i].name, leaf, set);
        }
    }
    if (v->count == 0) {
        verdict_skip(v, facts_domain(f), "there is no CAA record or no certificate");
    }
}

/* Domain, then parameters tag=value between semicolons (RFC 8659 section 4.2). */
static bool issue_is_sound(str value)
{
    str rest = value, field, domain = authority_in(value);
    for (size_t i = 0; i < domain.n; i++) {
        char c = str_lower(domain.p[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.')) {
            return false;
        }
    }
    if (!str_empty(domain) && str_find_byte(domain, '.', 0) == SIZE_MAX) {
        return false;
    }
    str_split(&rest, ';', &field);
    while (str_split(&rest, ';', &field)) {
        if (!str_empty(str_trim(field)) && str_find_byte(field, '=', 0) == SIZE_MAX) {
            return false;
        }
    }
    return true;
}

static const char *caa_fault(unsigned flags, str tag, str value)
{
    for (size_t i = 0; i < tag.n; i++) {
        char c = str_lower(tag.p[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
            return "the tag has characters that are not letters or digits";
        }
    }
    if (!known_tag(tag)) {
        return flags & CRITICAL ? NULL /* dns.caa.renewal */ : "nobody knows this tag";
    }
    if ((str_ieq(tag, STR("issue")) || str_ieq(tag, STR("issuewild"))) && !issue_is_sound(value)) {
        return "this is no authority: a domain such as letsencrypt.org is";
    }
    if (str_ieq(tag, STR("iodef")) && !str_istarts(value, STR("mailto:")) &&
        !str_istarts(value, STR("https://")) && !str_istarts(value, STR("http://"))) {
        return "this is no URL: mailto: or https: begins one";
    }
    return NULL;
}

void dns_caa_syntax(const struct facts *f, struct verdict *v)
{
    size_t count;
    const struct dns_answer *const *all = facts_dns_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        const struct dns_record *r;
        if (all[i]->type != DNS_CAA || !str_empty(all[i]->server) ||
            !dns_name_under(all[i]->name, facts_domain(f))) {
            continue;
        }
        for (size_t at = 0; (r = dns_answer_next(all[i], DNS_CAA, &at)) != NULL;) {
            unsigned flags;
            str tag, value;
            const char *fault = dns_record_caa(r, &flags, &tag, &value)
                                    ? caa_fault(flags, tag, value)
                                    : "the record is malformed";
            if (!fault) {
                verdict_pass(v, all[i]->name, "%.*s", STR_ARG(dns_line(v, r)));
                continue;
            }
            verdict_fail(v, all[i]->name, "%.*s: %s", STR_ARG(dns_line(v, r)), fault);
            verdict_fix(v, "Replace the record by one of the form 0 issue \"letsencrypt.org\".");
            verdict_fix_record(v, "; delete: %.*s", STR_ARG(dns_line(v, r)));
        }
    }
    if (v->count == 0) {
        verdict_skip(v, facts_domain(f), "there is no CAA record: see dns.caa.missing");
    }
}
