/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/email_common.h"

#include "check/facts/resolver.h"

enum { STRING_MAX = 255 };

static bool answer_failed(const struct dns_answer *x)
{
    return x->outcome != DNS_ANSWERED || (x->rcode != DNS_NOERROR && x->rcode != DNS_NXDOMAIN);
}

static const char *outcome_words(const struct dns_answer *x)
{
    static const char *const words[] = {"answered with an error", "no answer in time",
                                        "unreachable", "malformed answer", "not allowed"};
    return words[x->outcome <= DNS_NOT_ALLOWED ? x->outcome : 0];
}

static bool refuse(struct verdict *v, str domain, const char *id)
{
    verdict_skip(v, domain, "see %s", id);
    return false;
}

static bool refuse_unanswered(struct verdict *v, str name, const struct dns_answer *x, bool first,
                              const char *id)
{
    if (!first) {
        return refuse(v, name, id);
    }
    str rcode = dns_rcode_name(x->rcode);
    verdict_error(v, name, "TXT could not be looked up: %s (%.*s)", outcome_words(x),
                  STR_ARG(rcode));
    return false;
}

bool email_spf_open(const struct facts *f, struct verdict *v, enum email_stage stage,
                    struct email_spf *ret)
{
    struct email_spf x = {.facts = f, .a = v->a, .domain = facts_domain(f)};
    const struct dns_record *r;
    str text;
    size_t strings;
    x.answer = facts_dns(f, x.domain, DNS_TXT);
    if (!x.answer) {
        verdict_skip(v, x.domain, "TXT records were not looked up");
        return false;
    }
    if (answer_failed(x.answer)) {
        return refuse_unanswered(v, x.domain, x.answer, stage == EMAIL_ANSWERED,
                                 "email.spf.missing");
    }
    if (!err_ok(spf_audit(v->a, facts_lookup(f), NULL, x.domain, &x.audit)) || !x.audit.root) {
        v->out_of_memory = true;
        verdict_error(v, x.domain, "no memory to walk the SPF policy");
        return false;
    }
    x.root = x.audit.root;
    x.record = &x.root->record;
    for (size_t at = 0; (r = dns_answer_next(x.answer, DNS_TXT, &at)) != NULL;) {
        x.found += dns_record_txt(v->a, r, &text, &strings) && spf_is_record(text);
    }
    *ret = x;
    if (stage >= EMAIL_FOUND && x.found == 0) {
        return refuse(v, x.domain, "email.spf.missing");
    }
    if (stage >= EMAIL_SINGLE && x.found > 1) {
        return refuse(v, x.domain, "email.spf.multiple");
    }
    if (stage >= EMAIL_WHOLE &&
        (email_spf_cut(x.root) || email_spf_glued(v->a, x.root->rr, x.record->text) != SIZE_MAX)) {
        return refuse(v, x.domain, "email.spf.string-length");
    }
    bool sound = x.record->faults == 0;
    for (size_t i = 0; i < x.record->count; i++) {
        sound = sound && !email_spf_mistaken(&x.record->terms[i]);
    }
    return stage < EMAIL_SOUND || sound || refuse(v, x.domain, "email.spf.syntax");
}

bool email_takes_nothing(const struct facts *f, struct arena *a)
{
    const struct intent *intent = facts_intent(f);
    const struct dns_answer *x = facts_dns(f, facts_domain(f), DNS_MX);
    size_t at = 0;
    unsigned preference;
    str host;
    if (intent->sends_mail_given) {
        return !intent->sends_mail;
    }
    const struct dns_record *r = x ? dns_answer_next(x, DNS_MX, &at) : NULL;
    return r && dns_answer_count(x, DNS_MX) == 1 && dns_record_mx(a, r, &preference, &host) &&
           host.n == 0;
}

bool email_is_parked(const struct email_spf *x)
{
    const struct intent *intent = facts_intent(x->facts);
    bool names = false;
    for (size_t i = 0; i < x->record->count; i++) {
        enum spf_kind kind = x->record->terms[i].kind;
        names = names || (kind != SPF_ALL && kind != SPF_EXP && kind != SPF_OTHER_MODIFIER);
    }
    return email_takes_nothing(x->facts, x->a) && (intent->sends_mail_given || !names);
}

/* A word with which a term starts. */
static bool starts_term(str text)
{
    static const str words[] = {STR_INIT("include:"), STR_INIT("ip4:"),      STR_INIT("ip6:"),
                                STR_INIT("a:"),       STR_INIT("mx:"),       STR_INIT("exists:"),
                                STR_INIT("ptr:"),     STR_INIT("redirect="), STR_INIT("exp=")};
    static const str ends[] = {STR_INIT("all"), STR_INIT("a"), STR_INIT("mx"), STR_INIT("ptr")};
    bool qualified = text.n > 0 && memchr("+-~?", text.p[0], 4);
    str body = qualified ? str_slice(text, 1, text.n) : text;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (str_istarts(body, words[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (str_istarts(body, ends[i]) && (body.n == ends[i].n || body.p[ends[i].n] == ' ')) {
            return true;
        }
    }
    return false;
}

size_t email_spf_glued(struct arena *a, const struct dns_record *r, str text)
{
    size_t at = 0, done = 0;
    (void)a;
    while (r && at < r->rdata.n) {
        size_t n = (unsigned char)r->rdata.p[at];
        bool joint = done > 0 && done < text.n && text.p[done - 1] != ' ';
        if (joint && starts_term(str_slice(text, done, text.n))) {
            return done;
        }
        at += n + 1;
        done += n;
    }
    return SIZE_MAX;
}

bool email_spf_cut(const struct spf_node *root)
{
    const struct spf_record *record = &root->record;
    return record->text.n == STRING_MAX && root->strings == 1 && !record->all && !record->redirect;
}

bool email_spf_mistaken(const struct spf_term *term)
{
    static const str names[] = {STR_INIT("include="), STR_INIT("ip4="), STR_INIT("ip6="),
                                STR_INIT("a="),       STR_INIT("mx="),  STR_INIT("ptr="),
                                STR_INIT("exists="),  STR_INIT("all=")};
    for (size_t i = 0; term->kind == SPF_OTHER_MODIFIER && i < sizeof names / sizeof names[0];
         i++) {
        if (str_istarts(term->text, names[i])) {
            return true;
        }
    }
    return false;
}

const struct spf_node *email_spf_last(const struct spf_node *root)
{
    const struct spf_node *node = root;
    while (node && !node->record.all && node->record.redirect) {
        const struct spf_node *next = node->child;
        while (next && next->term->kind != SPF_REDIRECT) {
            next = next->next;
        }
        node = next && next->state == SPF_NODE_FINE ? next : NULL;
    }
    return node;
}

const struct spf_term *email_own_term(const struct spf_node *node)
{
    while (node->parent && node->parent->parent) {
        node = node->parent;
    }
    return node->term;
}

void email_pass_record(struct verdict *v, const struct dns_record *r)
{
    str line = dns_record_show(v->a, r);
    verdict_pass(v, r->owner, "%.*s", STR_ARG(line));
}

static const char *state_words(const struct spf_node *node)
{
    bool policy =
        !node->term || node->term->kind == SPF_INCLUDE || node->term->kind == SPF_REDIRECT;
    switch (node->state) {
    case SPF_NODE_MISSING:
        return policy ? " – no SPF record there" : " – finds nothing (a void look-up)";
    case SPF_NODE_SEVERAL:
        return " – several SPF records there";
    case SPF_NODE_UNANSWERED:
        return " – no answer";
    case SPF_NODE_LOOP:
        return " – a loop";
    case SPF_NODE_MACRO:
        return " – depends on the sender";
    case SPF_NODE_BAD_NAME:
        return " – no name that can be asked for";
    case SPF_NODE_UNSEEN:
        return " – too deep to be looked at";
    case SPF_NODE_FINE:
        break;
    }
    return "";
}

str email_node_label(struct arena *a, const struct spf_node *node)
{
    str text = node->term ? node->term->text : node->domain;
    return arena_printf(a, "%.*s%s", STR_ARG(text), state_words(node));
}

void email_show_tree(struct verdict *v, const struct email_spf *x)
{
    for (const struct spf_node *node = x->root; node; node = spf_audit_next(node)) {
        str label = email_node_label(v->a, node);
        if (node->record.text.n > 0) {
            verdict_pass(v, node->domain, "%*s%.*s: %u look-up%s – %.*s", (int)node->depth * 2, "",
                         STR_ARG(label), node->lookups, node->lookups == 1 ? "" : "s",
                         STR_ARG(node->record.text));
        } else {
            verdict_pass(v, node->domain, "%*s%.*s: %u look-up%s", (int)node->depth * 2, "",
                         STR_ARG(label), node->lookups, node->lookups == 1 ? "" : "s");
        }
    }
    if (x->audit.cut) {
        verdict_pass(v, x->domain, "more look-ups than were followed");
    }
}

/* ── DMARC ── */

/* Was meant as one: "v=dmarc1", p before v, a stray quote. */
static bool looks_like_dmarc(str text)
{
    str plain = str_trim(text);
    while (plain.n > 0 && (plain.p[0] == '"' || plain.p[0] == '\'')) {
        plain = str_slice(plain, 1, plain.n);
    }
    bool version = false;
    for (size_t i = 0; i + 5 <= plain.n; i++) {
        version = version || str_ieq(str_slice(plain, i, i + 5), STR("dmarc"));
    }
    return version || str_istarts(plain, STR("p="));
}

bool email_dmarc_open(const struct facts *f, struct verdict *v, enum email_dmarc_stage stage,
                      struct email_dmarc *ret)
{
    struct email_dmarc x = {.facts = f, .a = v->a, .domain = facts_domain(f)};
    const struct dns_record *r;
    str text;
    size_t strings;
    x.name = arena_printf(v->a, "_dmarc.%.*s", STR_ARG(x.domain));
    const struct dns_answer *answer = x.name.p ? facts_dns(f, x.name, DNS_TXT) : NULL;
    if (!answer) {
        verdict_skip(v, x.domain, "the DMARC record was not looked up");
        return false;
    }
    if (answer_failed(answer)) {
        return refuse_unanswered(v, x.name, answer, stage == DMARC_STAGE_ANSWERED,
                                 "email.dmarc.missing");
    }
    if (!err_ok(dmarc_walk(v->a, facts_lookup(f), x.domain, &x.walk))) {
        v->out_of_memory = true;
        verdict_error(v, x.domain, "no memory to read the DMARC policy");
        return false;
    }
    for (size_t at = 0; (r = dns_answer_next(answer, DNS_TXT, &at)) != NULL;) {
        if (!x.broken && dns_record_txt(v->a, r, &text, &strings) && !dmarc_is_record(text) &&
            looks_like_dmarc(text)) {
            x.broken = r;
            x.broken_text = text;
        }
    }
    *ret = x;
    ret->own = &ret->walk.steps[0];
    ret->record = &ret->own->record;
    if (stage >= DMARC_STAGE_SINGLE && ret->own->found != 1) {
        return refuse(v, x.name,
                      ret->own->found > 1 ? "email.dmarc.multiple"
                      : x.broken          ? "email.dmarc.syntax"
                                          : "email.dmarc.missing");
    }
    bool sound = ret->record->faults == 0 && ret->record->p != DMARC_UNSET;
    return stage < DMARC_STAGE_SOUND || sound || refuse(v, x.name, "email.dmarc.syntax");
}
