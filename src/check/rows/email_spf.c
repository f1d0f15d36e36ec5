/* SPDX-License-Identifier: Apache-2.0 */
/* The SPF record itself: there, one, whole, sound, small. */
#include "check/rows/email_common.h"

enum { UDP_PLAIN = 512, UDP_SAFE = 1232, RECORD_FINE = 450, PARTS_MAX = 12 };

/* ── missing ── */

/* Senders that the MX hosts give away. */
static bool add_receivers(const struct facts *f, struct verdict *v, struct email_terms *terms)
{
    const struct dns_answer *x = facts_dns(f, facts_domain(f), DNS_MX);
    const struct dns_record *r;
    bool any = false;
    for (size_t at = 0; x && (r = dns_answer_next(x, DNS_MX, &at)) != NULL;) {
        const struct mail_sender *sender;
        str host;
        bool known = false;
        if (!dns_record_name(v->a, r, &host) || host.n == 0) {
            continue;
        }
        any = true;
        for (size_t i = 0; !known && (sender = sender_at(i)) != NULL; i++) {
            known = sender_has_mx(sender, host) && sender->spf[0];
            if (known) {
                str rest = str_c(sender->spf), first;
                (void)str_split(&rest, ' ', &first);
                email_terms_add(terms, arena_printf(v->a, "include:%.*s", STR_ARG(first)));
            }
        }
        if (!known) {
            email_terms_add(terms, STR("mx"));
        }
    }
    return any;
}

static void add_declared(const struct facts *f, struct verdict *v, struct email_terms *terms)
{
    const struct intent *intent = facts_intent(f);
    for (size_t i = 0; i < intent->sender_count; i++) {
        const struct mail_sender *sender = sender_find(intent->senders[i]);
        if (sender && (sender->align & SENDER_SPF) && sender->spf[0]) {
            str rest = str_c(sender->spf), first;
            (void)str_split(&rest, ' ', &first);
            email_terms_add(terms, arena_printf(v->a, "include:%.*s", STR_ARG(first)));
        }
    }
}

/* "v=spf10 …", "spf1 …", a quote in front: meant as one. */
static const struct dns_record *find_misspelt(const struct dns_answer *x, struct arena *a)
{
    const struct dns_record *r;
    str text;
    size_t strings;
    for (size_t at = 0; (r = dns_answer_next(x, DNS_TXT, &at)) != NULL;) {
        if (dns_record_txt(a, r, &text, &strings) && !spf_is_record(text)) {
            str plain = str_trim(text);
            while (plain.n > 0 && (plain.p[0] == '"' || plain.p[0] == '\'')) {
                plain = str_slice(plain, 1, plain.n);
            }
            if (str_istarts(plain, STR("v=spf")) || str_istarts(plain, STR("spf1"))) {
                return r;
            }
        }
    }
    return NULL;
}

void email_spf_missing(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    struct email_terms terms = {.count = 0};
    if (!email_spf_open(f, v, EMAIL_ANSWERED, &x)) {
        return;
    }
    if (x.found > 0) {
        email_pass_record(v, x.root->rr);
        return;
    }
    verdict_fail(v, x.domain, "no TXT record that starts with v=spf1 (%zu TXT records)",
                 dns_answer_count(x.answer, DNS_TXT));
    const struct dns_record *misspelt = find_misspelt(x.answer, v->a);
    if (misspelt) {
        str line = dns_record_show(v->a, misspelt);
        verdict_fail(v, x.domain, "this is no SPF record: %.*s", STR_ARG(line));
        email_fix_delete(v, misspelt);
    }
    if (email_takes_nothing(f, v->a)) {
        email_terms_end(&terms, STR("-all"));
        verdict_fix(v, "Publish that the domain sends no mail.");
    } else {
        add_declared(f, v, &terms);
        if (terms.count == 0) {
            (void)add_receivers(f, v, &terms);
        }
        email_terms_end(&terms, STR("~all"));
        verdict_fix(v,
                    "Publish the record below as TXT of %.*s. Add whoever else sends mail for "
                    "the domain before ~all.",
                    STR_ARG(x.domain));
    }
    email_fix_txt(v, x.domain, email_terms_text(v->a, &terms));
}

/* ── several ── */

static const char *softer(const char *all, const struct spf_record *record)
{
    char sign = record->all ? record->all->qualifier : '-';
    return sign == '-' ? all : "~all";
}

void email_spf_multiple(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    struct email_terms terms = {.count = 0};
    const struct dns_record *r;
    const char *all = "-all";
    bool any_all = false;
    str text;
    size_t strings;
    if (!email_spf_open(f, v, EMAIL_FOUND, &x)) {
        return;
    }
    for (size_t at = 0; (r = dns_answer_next(x.answer, DNS_TXT, &at)) != NULL;) {
        struct spf_record record;
        if (!dns_record_txt(v->a, r, &text, &strings) || !spf_is_record(text) ||
            !err_ok(spf_parse(v->a, text, &record))) {
            continue;
        }
        if (x.found == 1) {
            email_pass_record(v, r);
            return;
        }
        str line = dns_record_show(v->a, r);
        verdict_fail(v, x.domain, "one of %zu: %.*s", x.found, STR_ARG(line));
        for (size_t i = 0; i < record.count; i++) {
            const struct spf_term *term = &record.terms[i];
            if (term->kind == SPF_REDIRECT && !term->fault) {
                email_terms_add(&terms, arena_printf(v->a, "include:%.*s", STR_ARG(term->domain)));
            } else if (term->kind != SPF_ALL && !term->fault) {
                email_terms_add(&terms, term->text);
            }
        }
        any_all = any_all || record.all;
        all = softer(all, &record);
    }
    email_terms_end(&terms, str_c(any_all ? all : "~all"));
    verdict_fix(v, "Two records count as none: receivers stop with a permanent error. Delete them "
                   "and publish the merged one.");
    email_fix_spf(v, &x, &terms);
}

/* ── strings ── */

static void fix_glued(struct verdict *v, const struct email_spf *x, size_t at)
{
    struct email_terms terms;
    struct spf_record record;
    while (at != SIZE_MAX) {
        str text = x->record->text;
        str apart =
            arena_printf(v->a, "%.*s %.*s", (int)at, text.p, (int)(text.n - at), text.p + at);
        if (!apart.p || !err_ok(spf_parse(v->a, apart, &record))) {
            return;
        }
        email_terms_read(&terms, &record);
        at = SIZE_MAX;
    }
    email_fix_spf(v, x, &terms);
}

void email_spf_strings(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    struct email_terms terms;
    if (!email_spf_open(f, v, EMAIL_SINGLE, &x)) {
        return;
    }
    str text = x.record->text, line = dns_record_show(v->a, x.root->rr);
    size_t at = email_spf_glued(v->a, x.root->rr, text);
    if (at != SIZE_MAX) {
        str before = str_slice(text, at > 20 ? at - 20 : 0, at),
            after = str_slice(text, at, at + 20);
        verdict_fail(v, x.domain,
                     "byte %zu: two strings are joined without a space and read as \"…%.*s%.*s…\": "
                     "%.*s",
                     at, STR_ARG(before), STR_ARG(after), STR_ARG(line));
        verdict_fix(v, "Strings of a TXT record are joined as they are: put a space at the end of "
                       "each but the last.");
        fix_glued(v, &x, at);
    } else if (email_spf_cut(x.root)) {
        verdict_fail(v, x.domain,
                     "one string of exactly 255 bytes without an end: it was cut off "
                     "when it was stored: %.*s",
                     STR_ARG(line));
        verdict_fix(v, "One string holds 255 bytes at most. Enter the record as several strings; "
                       "add what was cut off before ~all.");
        email_terms_read(&terms, x.record);
        terms.count -= terms.count > 0; /* the last one may be half a term */
        email_terms_end(&terms, STR("~all"));
        email_fix_spf(v, &x, &terms);
    } else {
        verdict_pass(v, x.domain, "%zu bytes in %zu string%s: %.*s", text.n, x.root->strings,
                     x.root->strings == 1 ? "" : "s", STR_ARG(line));
    }
}

/* ── syntax ── */

static bool parses(struct arena *a, str term)
{
    struct spf_record record;
    str text = arena_printf(a, "v=spf1 %.*s", STR_ARG(term));
    return text.p && err_ok(spf_parse(a, text, &record)) && record.faults == 0 &&
           record.count == 1 && !email_spf_mistaken(&record.terms[0]);
}

/* Mistakes that are often made: punctuation at the end, "ipv4:", an address behind a:, = for :. */
static str repair(struct arena *a, str term)
{
    static const char *const names[][2] = {
        {"ipv4:", "ip4:"},        {"ipv6:", "ip6:"},
        {"ip:", "ip4:"},          {"includes:", "include:"},
        {"include=", "include:"}, {"ip4=", "ip4:"},
        {"ip6=", "ip6:"},         {"a=", "a:"},
        {"mx=", "mx:"},           {"exists=", "exists:"},
        {"ptr=", "ptr:"},         {"redirect:", "redirect="},
        {"exp:", "exp="},         {"a:", "ip4:"},
        {"a:", "ip6:"},           {"mx:", "ip4:"},
        {"include:", "ip4:"},     {"ip4:", "ip6:"},
        {"ip6:", "ip4:"},         {"ip4:", "a:"},
        {"all=", "~all"},
    };
    while (term.n > 1 && memchr(",;.:", term.p[term.n - 1], 4)) {
        term = str_slice(term, 0, term.n - 1);
    }
    if (parses(a, term)) {
        return term;
    }
    bool qualified = term.n > 0 && memchr("+-~?", term.p[0], 4);
    str sign = str_slice(term, 0, qualified), body = str_slice(term, qualified, term.n);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        str wrong = str_c(names[i][0]);
        if (str_istarts(body, wrong)) {
            str rest = str_slice(body, wrong.n, body.n);
            str better = arena_printf(a, "%.*s%s%.*s", STR_ARG(sign), names[i][1], STR_ARG(rest));
            if (better.p && parses(a, better)) {
                return better;
            }
        }
    }
    return STR_EMPTY;
}

/* Faults of records that the domain's own includes. */
static bool fail_others(struct verdict *v, const struct email_spf *x, struct email_terms *terms)
{
    bool any = false;
    for (const struct spf_node *node = x->root->child; node; node = spf_audit_next(node)) {
        const struct spf_term *fault = node->record.fault;
        if (fault) {
            any = true;
            verdict_fail(v, node->domain, "byte %zu, \"%.*s\": %s; receivers stop there: %.*s",
                         fault->fault_at, STR_ARG(fault->text), fault->fault,
                         STR_ARG(node->record.text));
            email_terms_drop(terms, email_own_term(node)->text);
        }
    }
    return any;
}

void email_spf_syntax(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    struct email_terms terms = {.count = 0};
    if (!email_spf_open(f, v, EMAIL_WHOLE, &x)) {
        return;
    }
    bool own = false, modifiers[2] = {false, false};
    for (size_t i = 0; i < x.record->count && terms.count < EMAIL_TERMS_MAX; i++) {
        const struct spf_term *term = &x.record->terms[i];
        bool mistaken = email_spf_mistaken(term);
        bool modifier = term->kind == SPF_REDIRECT || term->kind == SPF_EXP;
        bool again = modifier && modifiers[term->kind == SPF_EXP];
        str better = term->text;
        if (modifier) {
            modifiers[term->kind == SPF_EXP] = true;
        }
        if (term->fault || mistaken) {
            own = true;
            verdict_fail(v, x.domain, "byte %zu, \"%.*s\": %s: %.*s",
                         mistaken ? (size_t)(term->text.p - x.record->text.p) : term->fault_at,
                         STR_ARG(term->text),
                         mistaken ? "ignored; a colon belongs where = is" : term->fault,
                         STR_ARG(x.record->text));
            better = again ? STR_EMPTY : repair(v->a, term->text);
        }
        if (better.n > 0) {
            terms.items[terms.count++] = better;
        }
    }
    bool others = fail_others(v, &x, &terms);
    if (!own && !others) {
        verdict_pass(v, x.domain, "every term can be read: %.*s", STR_ARG(x.record->text));
        return;
    }
    verdict_fix(v, own ? "Replace the record by the one below: it has the same terms, with what "
                         "cannot be read put right or left out."
                       : "Ask the owner of that domain to mend its record; until then leave the "
                         "include out.");
    email_fix_spf(v, &x, &terms);
}

/* ── size ── */

/* Bytes of the answer without signatures. */
static size_t answer_size(const struct email_spf *x)
{
    size_t size = 12 + x->domain.n + 2 + 4 + 11;
    for (size_t i = 0; i < x->answer->count; i++) {
        const struct dns_record *r = &x->answer->records[i];
        size += r->type == DNS_RRSIG ? 0 : 12 + r->rdata.n;
    }
    return size;
}

/* Moves networks into _spf1.<domain> and so on, each small enough. */
static void fix_size(struct verdict *v, const struct email_spf *x)
{
    struct email_terms rest = {.count = 0}, part = {.count = 0};
    size_t bytes = 0, parts = 0;
    str texts[PARTS_MAX];
    for (size_t i = 0; i < x->record->count; i++) {
        const struct spf_term *term = &x->record->terms[i];
        bool network = (term->kind == SPF_IP4 || term->kind == SPF_IP6) && term->qualifier == '+';
        if (!network || parts == PARTS_MAX) {
            rest.items[rest.count] = term->text;
            rest.count += rest.count + PARTS_MAX < EMAIL_TERMS_MAX;
            continue;
        }
        if (bytes + term->text.n > RECORD_FINE - 20) {
            email_terms_end(&part, STR("-all"));
            texts[parts++] = email_terms_text(v->a, &part);
            part.count = bytes = 0;
        }
        part.items[part.count++] = term->text;
        bytes += term->text.n + 1;
    }
    if (part.count > 0 && parts < PARTS_MAX) {
        email_terms_end(&part, STR("-all"));
        texts[parts++] = email_terms_text(v->a, &part);
    }
    for (size_t i = parts; i > 0; i--) {
        str include = arena_printf(v->a, "include:_spf%zu.%.*s", i, STR_ARG(x->domain));
        memmove(&rest.items[1], rest.items, rest.count * sizeof(str));
        rest.items[0] = include;
        rest.count++;
    }
    email_fix_spf(v, x, &rest);
    for (size_t i = 0; i < parts; i++) {
        email_fix_txt(v, arena_printf(v->a, "_spf%zu.%.*s", i + 1, STR_ARG(x->domain)), texts[i]);
    }
}

void email_spf_size(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    if (!email_spf_open(f, v, EMAIL_SOUND, &x)) {
        return;
    }
    size_t size = answer_size(&x), own = x.record->text.n;
    size_t records = dns_answer_count(x.answer, DNS_TXT);
    if (size <= UDP_SAFE) {
        verdict_pass(v, x.domain, "the answer has %zu bytes in %zu TXT records, SPF %zu of them%s",
                     size, records, own,
                     size > UDP_PLAIN ? "; above 512 it needs EDNS, which is usual today" : "");
        return;
    }
    verdict_warn(v, x.domain,
                 "the answer has %zu bytes in %zu TXT records, SPF %zu of them: more "
                 "than fits into one UDP packet (1,232)",
                 size, records, own);
    const struct dns_record *r;
    for (size_t at = 0; (r = dns_answer_next(x.answer, DNS_TXT, &at)) != NULL;) {
        str line = dns_record_show(v->a, r);
        verdict_pass(v, x.domain, "%zu bytes: %.*s", r->rdata.n, STR_ARG(line));
    }
    if (own > RECORD_FINE) {
        verdict_fix(v, "Move the networks into records of their own: each costs one look-up, and "
                       "the answer fits again.");
        fix_size(v, &x);
    } else {
        verdict_fix(v,
                    "The SPF record is small; the other TXT records of %.*s fill the answer. "
                    "Delete proofs of ownership that are not used any more.",
                    STR_ARG(x.domain));
    }
}
