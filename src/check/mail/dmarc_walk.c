/* SPDX-License-Identifier: Apache-2.0 */
#include "check/mail/dmarc.h"

static bool answer_failed(const struct dns_answer *x)
{
    return x->outcome != DNS_ANSWERED || (x->rcode != DNS_NOERROR && x->rcode != DNS_NXDOMAIN);
}

static size_t count_labels(str domain)
{
    size_t count = 0;
    for (; domain.n > 0; domain = dns_name_parent(domain)) {
        count++;
    }
    return count;
}

/* Asks at _dmarc.<domain> and reads the one record there. */
static err take_step(struct arena *a, struct dns_lookup dns, str domain, struct dmarc_step *ret)
{
    struct dmarc_step step = {.domain = domain};
    const struct dns_record *r;
    str text, first = STR_EMPTY;
    size_t strings;
    step.name = arena_printf(a, "_dmarc.%.*s", STR_ARG(domain));
    if (!step.name.p) {
        return err_new(ERR_NO_MEMORY, "no memory for a DMARC walk");
    }
    step.answer = dns.ask(dns.user, step.name, DNS_TXT);
    for (size_t at = 0; (r = dns_answer_next(step.answer, DNS_TXT, &at)) != NULL;) {
        if (dns_record_txt(a, r, &text, &strings) && dmarc_is_record(text) && step.found++ == 0) {
            step.rr = r;
            first = text;
        }
    }
    err e = step.found == 1 ? dmarc_parse(a, first, &step.record) : ERR_NONE;
    if (err_ok(e)) {
        *ret = step;
    }
    return e;
}

err dmarc_walk(struct arena *a, struct dns_lookup dns, str domain, struct dmarc_walk *ret)
{
    struct dmarc_walk walk = {.count = 0};
    while (domain.n > 0 && walk.count < DMARC_WALK_MAX) {
        struct dmarc_step *step = &walk.steps[walk.count];
        err e = take_step(a, dns, domain, step);
        if (!err_ok(e)) {
            return e;
        }
        walk.count++;
        walk.failed = walk.failed || answer_failed(step->answer);
        if (step->found == 1 && step->record.psd != 'u') {
            break;
        }
        do {
            domain = dns_name_parent(domain);
        } while (count_labels(domain) > DMARC_LABELS_MAX);
    }
    *ret = walk;
    return ERR_NONE;
}

/* The name with one label more than `parent` on the way down to `domain`. */
static str child_towards(str domain, str parent)
{
    str below = domain;
    while (domain.n > parent.n) {
        below = domain;
        domain = dns_name_parent(domain);
    }
    return below;
}

str dmarc_organisation(const struct dmarc_walk *walk)
{
    str start = walk->count > 0 ? walk->steps[0].domain : STR_EMPTY, shortest = start;
    for (size_t i = 0; i < walk->count; i++) {
        const struct dmarc_step *step = &walk->steps[i];
        if (step->found != 1) {
            continue;
        }
        if (step->record.psd == 'n') {
            return step->domain;
        }
        if (step->record.psd == 'y' && i > 0) {
            return child_towards(start, step->domain);
        }
        shortest = step->domain;
    }
    return shortest;
}

const struct dmarc_step *dmarc_applies(const struct dmarc_walk *walk)
{
    str organisation = dmarc_organisation(walk);
    const struct dmarc_step *suffix = NULL;
    if (walk->count > 0 && walk->steps[0].found == 1) {
        return &walk->steps[0];
    }
    for (size_t i = 0; i < walk->count; i++) {
        if (walk->steps[i].found == 1 && str_eq(walk->steps[i].domain, organisation)) {
            return &walk->steps[i];
        }
        if (walk->steps[i].found == 1 && walk->steps[i].record.psd == 'y') {
            suffix = &walk->steps[i];
        }
    }
    return suffix;
}

enum dmarc_policy dmarc_policy_for(const struct dmarc_step *step, str domain, bool exists)
{
    const struct dmarc_record *r = &step->record;
    enum dmarc_policy policy = r->p;
    if (!str_eq(step->domain, domain)) {
        policy = r->sp != DMARC_UNSET ? r->sp : policy;
        policy = !exists && r->np != DMARC_UNSET ? r->np : policy;
    }
    bool broken = r->p == DMARC_UNSET;
    for (size_t i = 0; i < r->count; i++) {
        broken = broken || (r->tags[i].fault && (str_ieq(r->tags[i].name, STR("sp")) ||
                                                 str_ieq(r->tags[i].name, STR("np"))));
    }
    if (broken) { /* section 4.10.1: as p=none when somebody can be told, else nothing */
        return r->rua_count > 0 ? DMARC_NONE : DMARC_UNSET;
    }
    return policy;
}

static bool same_organisation(struct arena *a, struct dns_lookup dns, str x, str y)
{
    struct dmarc_walk *walks = arena_array(a, 2, sizeof *walks);
    return walks && err_ok(dmarc_walk(a, dns, x, &walks[0])) &&
           err_ok(dmarc_walk(a, dns, y, &walks[1])) &&
           str_eq(dmarc_organisation(&walks[0]), dmarc_organisation(&walks[1]));
}

bool dmarc_aligned(struct arena *a, struct dns_lookup dns, str from, str other, bool strict)
{
    str x, y;
    if (!err_ok(dns_name_normalise(a, from, &x)) || !err_ok(dns_name_normalise(a, other, &y)) ||
        x.n == 0 || y.n == 0) {
        return false;
    }
    return str_eq(x, y) || (!strict && same_organisation(a, dns, x, y));
}

bool dmarc_is_external(struct arena *a, struct dns_lookup dns, str domain,
                       const struct dmarc_uri *uri, str *ret_name)
{
    if (str_empty(uri->host) || str_eq(uri->host, domain) ||
        same_organisation(a, dns, domain, uri->host)) {
        return false;
    }
    str name = arena_printf(a, "%.*s._report._dmarc.%.*s", STR_ARG(domain), STR_ARG(uri->host));
    if (name.p) {
        *ret_name = name;
    }
    return name.p != NULL;
}

bool dmarc_permits_reports(struct arena *a, const struct dns_answer *x)
{
    const struct dns_record *r;
    str text;
    size_t strings;
    for (size_t at = 0; (r = dns_answer_next(x, DNS_TXT, &at)) != NULL;) {
        if (dns_record_txt(a, r, &text, &strings) && dmarc_is_record(text)) {
            return true;
        }
    }
    return false;
}

const char *dmarc_result_name(enum dmarc_result result)
{
    static const char *const names[] = {"none", "pass", "fail", "temperror", "permerror"};
    return result <= DMARC_PERMERROR ? names[result] : "permerror";
}

err dmarc_evaluate(struct arena *a, struct dns_lookup dns, str from,
                   const struct dmarc_identity *passed, size_t count, struct dmarc_walk *walk,
                   struct dmarc_verdict *ret)
{
    struct dmarc_verdict v = {.result = DMARC_PERMERROR};
    str domain;
    if (!err_ok(dns_name_normalise(a, from, &domain)) || domain.n == 0) {
        *ret = v;
        return ERR_NONE;
    }
    err e = dmarc_walk(a, dns, domain, walk);
    if (!err_ok(e)) {
        return e;
    }
    v.organisation = dmarc_organisation(walk);
    v.step = dmarc_applies(walk);
    if (!v.step) {
        v.result = walk->failed ? DMARC_TEMPERROR : DMARC_RESULT_NONE;
        *ret = v;
        return ERR_NONE;
    }
    const struct dns_answer *x = dns.ask(dns.user, domain, DNS_A);
    v.policy = dmarc_policy_for(v.step, domain, x->rcode != DNS_NXDOMAIN);
    v.testing = v.step->record.testing;
    for (size_t i = 0; i < count; i++) {
        bool dkim = passed[i].dkim;
        bool strict = dkim ? v.step->record.strict_dkim : v.step->record.strict_spf;
        bool aligned = dmarc_aligned(a, dns, domain, passed[i].domain, strict);
        v.dkim_aligned = v.dkim_aligned || (dkim && aligned);
        v.spf_aligned = v.spf_aligned || (!dkim && aligned);
    }
    v.result = v.policy == DMARC_UNSET           ? DMARC_PERMERROR
               : v.dkim_aligned || v.spf_aligned ? DMARC_PASS
                                                 : DMARC_FAIL;
    *ret = v;
    return ERR_NONE;
}
