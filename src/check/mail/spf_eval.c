/* SPDX-License-Identifier: Apache-2.0 */
#include <idn2.h>
#include <stdio.h>

#include "base/buf.h"
#include "check/mail/spf_private.h"

static enum spf_result check_host(struct spf_run *run, str domain, bool explain,
                                  struct spf_outcome *ret);

const char *spf_result_name(enum spf_result result)
{
    static const char *const names[] = {"none",     "neutral",   "pass",     "fail",
                                        "softfail", "temperror", "permerror"};
    return result <= SPF_PERMERROR ? names[result] : "permerror";
}

static enum spf_result trouble(struct spf_run *run, enum spf_result result, const char *format,
                               str what)
{
    if (str_empty(run->why)) {
        run->why = arena_printf(run->a, "%s: %.*s", format, STR_ARG(what));
    }
    return result;
}

bool spf_prefix_same(const struct addr *a, const struct addr *b, bool v4, unsigned bits)
{
    const unsigned char *x = a->bytes + (v4 ? 12 : 0), *y = b->bytes + (v4 ? 12 : 0);
    unsigned whole = bits / 8, rest = bits % 8;
    return memcmp(x, y, whole) == 0 && (rest == 0 || ((x[whole] ^ y[whole]) >> (8 - rest)) == 0);
}

bool spf_name(struct arena *a, str expanded, str *ret)
{
    struct buf b;
    str name = str_ends(expanded, STR(".")) ? str_slice(expanded, 0, expanded.n - 1) : expanded;
    while (name.n > SPF_NAME_MAX) { /* section 7.3 */
        size_t dot = str_find_byte(name, '.', 0);
        name = dot == SIZE_MAX ? STR_EMPTY : str_slice(name, dot + 1, name.n);
    }
    buf_init(&b, (size_t)SPF_NAME_MAX * 2);
    for (size_t i = 0; i < name.n; i++) {
        buf_add_c(&b, name.p[i] == '\\' ? "\\" : "");
        buf_add_byte(&b, name.p[i]);
    }
    bool fine = name.n > 0 && err_ok(dns_name_normalise(a, buf_str(&b), ret));
    buf_done(&b);
    return fine;
}

size_t spf_select(struct arena *a, const struct dns_answer *x, const struct dns_record **ret,
                  str *ret_text, size_t *ret_strings)
{
    size_t count = 0, strings;
    const struct dns_record *r;
    for (size_t at = 0; (r = dns_answer_next(x, DNS_TXT, &at)) != NULL;) {
        str text;
        if (dns_record_txt(a, r, &text, &strings) && spf_is_record(text) && count++ == 0) {
            *ret = r;
            *ret_text = text;
            *ret_strings = strings;
        }
    }
    return count;
}

void spf_validated_names(struct spf_run *run, bool (*take)(void *user, str name), void *user)
{
    char reverse[80];
    size_t n = 0, at = 0, names = 0;
    const unsigned char *b = run->sender->ip.bytes;
    for (size_t i = run->v4 ? 4 : 16; i-- > 0;) {
        const unsigned char byte = b[(run->v4 ? 12 : 0) + i];
        n += (size_t)snprintf(reverse + n, sizeof reverse - n, run->v4 ? "%u." : "%x.%x.",
                              run->v4 ? (unsigned)byte : byte & 15U, byte >> 4U);
    }
    str name =
        arena_printf(run->a, "%.*s%s", (int)n, reverse, run->v4 ? "in-addr.arpa" : "ip6.arpa");
    const struct dns_answer *x = run->dns.ask(run->dns.user, name, DNS_PTR);
    const struct dns_record *r, *found;
    while ((r = dns_answer_next(x, DNS_PTR, &at)) != NULL && names++ < SPF_NAMES_MAX) {
        unsigned type = run->v4 ? DNS_A : DNS_AAAA;
        str host;
        bool same = false;
        if (!dns_record_name(run->a, r, &host)) {
            continue;
        }
        const struct dns_answer *back = run->dns.ask(run->dns.user, host, type);
        for (size_t i = 0; !same && (found = dns_answer_next(back, type, &i)) != NULL;) {
            struct addr address;
            same = dns_record_addr(found, &address) &&
                   spf_prefix_same(&address, &run->sender->ip, run->v4, run->v4 ? 32 : 128);
        }
        if (same && !spf_answer_failed(back) && take(user, host)) {
            return;
        }
    }
}

/* Asks and counts what finds nothing. True: it may be used; else *ret_error. */
static bool ask(struct spf_run *run, str name, unsigned type, const struct dns_answer **ret,
                enum spf_result *ret_error)
{
    const struct dns_answer *x = run->dns.ask(run->dns.user, name, type);
    *ret = x;
    if (spf_answer_failed(x)) {
        *ret_error = trouble(run, SPF_TEMPERROR, "the look-up failed", name);
        return false;
    }
    if (dns_answer_is_nothing(x) && ++run->voids > SPF_VOID_MAX) {
        *ret_error = trouble(run, SPF_PERMERROR, "more than 2 look-ups find nothing", name);
        return false;
    }
    return true;
}

/* What a term finds. */
enum match { MATCH_NO, MATCH_YES, MATCH_ERROR };

static enum match match_address(struct spf_run *run, const struct spf_term *term, str name,
                                enum spf_result *ret_error)
{
    unsigned type = run->v4 ? DNS_A : DNS_AAAA, bits = run->v4 ? term->bits4 : term->bits6;
    const struct dns_answer *x;
    const struct dns_record *r;
    if (!ask(run, name, type, &x, ret_error)) {
        return MATCH_ERROR;
    }
    for (size_t at = 0; (r = dns_answer_next(x, type, &at)) != NULL;) {
        struct addr address;
        if (dns_record_addr(r, &address) &&
            spf_prefix_same(&address, &run->sender->ip, run->v4, bits)) {
            return MATCH_YES;
        }
    }
    return MATCH_NO;
}

static enum match match_mx(struct spf_run *run, const struct spf_term *term, str name,
                           enum spf_result *ret_error)
{
    const struct dns_answer *x;
    const struct dns_record *r;
    enum match match = MATCH_NO;
    if (!ask(run, name, DNS_MX, &x, ret_error)) {
        return MATCH_ERROR;
    }
    if (dns_answer_count(x, DNS_MX) > SPF_NAMES_MAX) {
        *ret_error = trouble(run, SPF_PERMERROR, "more than 10 MX hosts", name);
        return MATCH_ERROR;
    }
    for (size_t at = 0; match == MATCH_NO && (r = dns_answer_next(x, DNS_MX, &at)) != NULL;) {
        str host;
        if (dns_record_name(run->a, r, &host) && host.n > 0) {
            match = match_address(run, term, host, ret_error);
        }
    }
    return match;
}

static bool is_under(void *user, str name)
{
    struct {
        str domain;
        bool found;
    } *wanted = user;
    wanted->found = dns_name_under(name, wanted->domain);
    return wanted->found;
}

static enum match match_ptr(struct spf_run *run, str name)
{
    struct {
        str domain;
        bool found;
    } wanted = {name, false};
    spf_validated_names(run, is_under, &wanted);
    return wanted.found ? MATCH_YES : MATCH_NO;
}

static enum match match_include(struct spf_run *run, str name, enum spf_result *ret_error)
{
    struct spf_outcome ignored = {0};
    enum spf_result result = check_host(run, name, false, &ignored);
    if (result == SPF_NONE) {
        result = trouble(run, SPF_PERMERROR, "the included domain has no SPF record", name);
    }
    if (result == SPF_TEMPERROR || result == SPF_PERMERROR) {
        *ret_error = result;
        return MATCH_ERROR;
    }
    return result == SPF_PASS ? MATCH_YES : MATCH_NO;
}

/* The term's domain, expanded; false when there is none that can be asked for. */
static bool target_of(struct spf_run *run, const struct spf_term *term, str domain, str *ret)
{
    str expanded;
    if (str_empty(term->domain)) {
        *ret = domain;
        return true;
    }
    return spf_expand(run, domain, term->domain, &expanded) && spf_name(run->a, expanded, ret);
}

static enum match match_asking(struct spf_run *run, const struct spf_term *term, str domain,
                               enum spf_result *ret_error)
{
    const struct dns_answer *x;
    str name;
    if (++run->lookups > SPF_DNS_TERMS_MAX) {
        *ret_error = trouble(run, SPF_PERMERROR, "more than 10 look-ups", term->text);
        return MATCH_ERROR;
    }
    if (!target_of(run, term, domain, &name)) {
        if (term->kind == SPF_INCLUDE) {
            *ret_error = trouble(run, SPF_PERMERROR, "no domain name", term->text);
            return MATCH_ERROR;
        }
        return MATCH_NO;
    }
    if (term->kind == SPF_A) {
        return match_address(run, term, name, ret_error);
    }
    if (term->kind == SPF_MX) {
        return match_mx(run, term, name, ret_error);
    }
    if (term->kind == SPF_PTR) {
        return match_ptr(run, name);
    }
    if (term->kind == SPF_INCLUDE) {
        return match_include(run, name, ret_error);
    }
    if (!ask(run, name, DNS_A, &x, ret_error)) { /* exists: always A (section 5.7) */
        return MATCH_ERROR;
    }
    return dns_answer_count(x, DNS_A) > 0 ? MATCH_YES : MATCH_NO;
}

static enum match match_term(struct spf_run *run, const struct spf_term *term, str domain,
                             enum spf_result *ret_error)
{
    if (term->kind == SPF_ALL) {
        return MATCH_YES;
    }
    if (term->kind == SPF_IP4 || term->kind == SPF_IP6) {
        bool v4 = term->kind == SPF_IP4;
        return v4 == run->v4 && spf_prefix_same(&term->net, &run->sender->ip, v4, term->bits4)
                   ? MATCH_YES
                   : MATCH_NO;
    }
    return spf_term_asks(term) && term->kind != SPF_REDIRECT
               ? match_asking(run, term, domain, ret_error)
               : MATCH_NO;
}

/* Section 6.2: whatever goes wrong here, there is no explanation. */
static str explain_fail(struct spf_run *run, const struct spf_record *record, str domain)
{
    size_t at = 0, strings, bad;
    bool used = false;
    str name, text, expanded;
    if (!record->exp || !target_of(run, record->exp, domain, &name)) {
        return STR_EMPTY;
    }
    const struct dns_answer *x = run->dns.ask(run->dns.user, name, DNS_TXT);
    const struct dns_record *r = dns_answer_next(x, DNS_TXT, &at);
    if (spf_answer_failed(x) || x->rcode != DNS_NOERROR || !r ||
        dns_answer_count(x, DNS_TXT) != 1 || !dns_record_txt(run->a, r, &text, &strings) ||
        !spf_macros_valid(text, true, &bad, &used) || !spf_expand(run, domain, text, &expanded)) {
        return STR_EMPTY;
    }
    return expanded;
}

static enum spf_result of_qualifier(char qualifier)
{
    return qualifier == '-'   ? SPF_FAIL
           : qualifier == '~' ? SPF_SOFTFAIL
           : qualifier == '?' ? SPF_NEUTRAL
                              : SPF_PASS;
}

static enum spf_result follow_redirect(struct spf_run *run, const struct spf_record *record,
                                       str domain, bool explain, struct spf_outcome *ret)
{
    str name;
    if (++run->lookups > SPF_DNS_TERMS_MAX) {
        return trouble(run, SPF_PERMERROR, "more than 10 look-ups", record->redirect->text);
    }
    enum spf_result result = SPF_NONE;
    if (target_of(run, record->redirect, domain, &name)) {
        result = check_host(run, name, explain, ret);
    }
    return result == SPF_NONE ? trouble(run, SPF_PERMERROR,
                                        "the domain of redirect has no SPF "
                                        "record",
                                        record->redirect->text)
                              : result;
}

static enum spf_result evaluate(struct spf_run *run, const struct spf_record *record, str domain,
                                bool explain, struct spf_outcome *ret)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct spf_term *term = &record->terms[i];
        enum spf_result error = SPF_TEMPERROR;
        enum match match = match_term(run, term, domain, &error);
        if (match == MATCH_ERROR) {
            return error;
        }
        if (match == MATCH_YES) {
            enum spf_result result = of_qualifier(term->qualifier);
            ret->term = term->text;
            if (result == SPF_FAIL && explain) {
                ret->explanation = explain_fail(run, record, domain);
            }
            return result;
        }
    }
    return record->redirect ? follow_redirect(run, record, domain, explain, ret) : SPF_NEUTRAL;
}

/* Section 4.3: a name of several labels. */
static bool is_checkable(struct arena *a, str domain, str *ret)
{
    return spf_name(a, domain, ret) && str_find_byte(*ret, '.', 0) != SIZE_MAX &&
           str_find_byte(*ret, '\\', 0) == SIZE_MAX && ret->p[0] != '[';
}

static enum spf_result check_host(struct spf_run *run, str domain, bool explain,
                                  struct spf_outcome *ret)
{
    const struct dns_record *r;
    struct spf_record record;
    str name, text;
    size_t strings;
    if (!spf_name(run->a, domain, &name)) {
        return SPF_NONE;
    }
    const struct dns_answer *x = run->dns.ask(run->dns.user, name, DNS_TXT);
    if (spf_answer_failed(x)) {
        return trouble(run, SPF_TEMPERROR, "the look-up failed", name);
    }
    size_t count = spf_select(run->a, x, &r, &text, &strings);
    if (count == 0) {
        return SPF_NONE;
    }
    if (count > 1) {
        return trouble(run, SPF_PERMERROR, "more than one SPF record", name);
    }
    if (!err_ok(spf_parse(run->a, text, &record))) {
        return trouble(run, SPF_TEMPERROR, "no memory", name);
    }
    if (record.fault) {
        return trouble(run, SPF_PERMERROR, record.fault->fault, record.fault->text);
    }
    return evaluate(run, &record, name, explain, ret);
}

/* The domain with A-labels (RFC 8616 section 4), or as it is. */
static str ascii_domain(struct arena *a, str domain)
{
    str text = arena_str(a, domain);
    char *ascii = NULL;
    for (size_t i = 0; text.p && i < text.n; i++) {
        if ((unsigned char)text.p[i] > 127) {
            if (idn2_to_ascii_8z(text.p, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) ==
                IDN2_OK) {
                text = arena_str(a, str_c(ascii));
                idn2_free(ascii);
            }
            break;
        }
    }
    return text.p ? text : STR_EMPTY;
}

void spf_evaluate(struct arena *a, struct dns_lookup dns, const struct spf_sender *sender,
                  struct spf_outcome *ret)
{
    struct spf_run run = {.a = a, .dns = dns, .sender = sender, .v4 = addr_is_v4(&sender->ip)};
    struct spf_outcome outcome = {.result = SPF_NONE};
    size_t at = SIZE_MAX;
    for (size_t i = 0; i < sender->mail_from.n; i++) {
        at = sender->mail_from.p[i] == '@' ? i : at;
    }
    str domain = at == SIZE_MAX ? sender->mail_from
                                : str_slice(sender->mail_from, at + 1, sender->mail_from.n);
    run.local = at == SIZE_MAX || at == 0 ? STR("postmaster") : str_slice(sender->mail_from, 0, at);
    run.helo = ascii_domain(a, sender->helo);
    run.from_domain =
        str_empty(sender->mail_from) ? run.helo : ascii_domain(a, domain); /* section 2.4 */
    outcome.domain = run.from_domain;
    if (is_checkable(a, run.from_domain, &outcome.domain)) {
        outcome.result = check_host(&run, outcome.domain, true, &outcome);
    }
    outcome.why = run.no_memory ? STR("no memory") : run.why;
    outcome.result = run.no_memory ? SPF_TEMPERROR : outcome.result;
    outcome.lookups = run.lookups;
    outcome.voids = run.voids;
    *ret = outcome;
}
