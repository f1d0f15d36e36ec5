/* SPDX-License-Identifier: Apache-2.0 */
/* What the SPF policy makes receivers look up. */
#include "check/rows/email_common.h"

enum { FLAT_MAX = 60 }; /* networks that an include may turn into */

/* ── at most ten look-ups ── */

static unsigned lookups_of(struct arena *a, const struct email_spf *x,
                           const struct email_terms *terms)
{
    unsigned count = 0;
    struct spf_record record;
    str text = email_terms_text(a, terms);
    if (!text.p || !err_ok(spf_parse(a, text, &record))) {
        return 0;
    }
    for (size_t i = 0; i < record.count; i++) {
        const struct spf_node *node = x->root->child;
        while (node && !str_eq(node->term->text, record.terms[i].text)) {
            node = node->next;
        }
        count += node ? node->lookups : spf_term_asks(&record.terms[i]);
    }
    return count;
}

static str network_of(struct arena *a, const struct dns_record *r)
{
    struct addr address;
    if (!dns_record_addr(r, &address)) {
        return STR_EMPTY;
    }
    return arena_printf(a, "ip%c:%s", addr_is_v4(&address) ? '4' : '6', addr_text(&address).c);
}

/* Addresses of a host as ip4: and ip6:. */
static bool add_addresses(const struct email_spf *x, str host, struct email_terms *ret)
{
    bool any = false;
    for (unsigned i = 0; i < 2; i++) {
        unsigned type = i ? DNS_AAAA : DNS_A;
        const struct dns_answer *answer = facts_dns(x->facts, host, type);
        const struct dns_record *r;
        for (size_t at = 0; answer && (r = dns_answer_next(answer, type, &at)) != NULL;) {
            str network = network_of(x->a, r);
            if (network.n > 0) {
                email_terms_add(ret, network);
                any = true;
            }
        }
    }
    return any;
}

/* What a term authorises, as networks only. False: that cannot be said. */
static bool flatten(const struct email_spf *x, const struct spf_node *node, struct email_terms *ret)
{
    const struct dns_record *r;
    bool plain = node->state == SPF_NODE_FINE && node->term->qualifier == '+';
    enum spf_kind kind = node->term->kind;
    if (plain && kind == SPF_A && node->term->bits4 == 32 && node->term->bits6 == 128) {
        return add_addresses(x, node->domain, ret);
    }
    if (plain && kind == SPF_MX && node->term->bits4 == 32 && node->term->bits6 == 128) {
        for (size_t at = 0; (r = dns_answer_next(node->answer, DNS_MX, &at)) != NULL;) {
            str host;
            plain = plain && dns_record_name(x->a, r, &host) && add_addresses(x, host, ret);
        }
        return plain;
    }
    if (!plain || (kind != SPF_INCLUDE && kind != SPF_REDIRECT) || node->record.faults > 0) {
        return false;
    }
    const struct spf_node *child = node->child;
    for (size_t i = 0; i < node->record.count; i++) {
        const struct spf_term *term = &node->record.terms[i];
        if (term->kind == SPF_ALL) {
            return term->qualifier != '+';
        }
        if (spf_term_asks(term)) {
            if (!child || !flatten(x, child, ret)) {
                return false;
            }
            child = child->next;
        } else if (term->kind == SPF_IP4 || term->kind == SPF_IP6) {
            if (term->qualifier != '+' || ret->count > FLAT_MAX) {
                return false;
            }
            email_terms_add(ret, term->text);
        }
    }
    return true;
}

/* Puts the networks of the best term in its place: most look-ups for fewest networks. */
static bool flatten_best(struct verdict *v, const struct email_spf *x, struct email_terms *terms)
{
    struct email_terms *best = NULL;
    const struct spf_node *chosen = NULL;
    for (const struct spf_node *node = x->root->child; node; node = node->next) {
        struct email_terms *flat = arena_alloc(v->a, sizeof *flat);
        bool there = false;
        for (size_t i = 0; i < terms->count; i++) {
            there = there || str_eq(terms->items[i], node->term->text);
        }
        if (!flat || !there || node->term->kind == SPF_REDIRECT || !flatten(x, node, flat) ||
            flat->count == 0 || flat->count > FLAT_MAX) {
            continue;
        }
        if (!best || node->lookups * best->count > chosen->lookups * flat->count) {
            best = flat;
            chosen = node;
        }
    }
    if (!best) {
        return false;
    }
    for (size_t i = 0; i < best->count; i++) {
        email_terms_add(terms, best->items[i]);
    }
    email_terms_drop(terms, chosen->term->text);
    return true;
}

static void fix_lookups(struct verdict *v, const struct email_spf *x)
{
    struct email_terms terms, once = {.count = 0};
    email_terms_read(&terms, x->record);
    for (size_t i = 0; i < terms.count; i++) { /* each once */
        bool there = false;
        for (size_t j = 0; j < once.count; j++) {
            there = there || str_ieq(once.items[j], terms.items[i]);
        }
        if (!there) {
            once.items[once.count++] = terms.items[i];
        }
    }
    for (const struct spf_node *node = x->root->child; node; node = node->next) {
        if (node->term->kind == SPF_PTR || node->state == SPF_NODE_MISSING) {
            email_terms_drop(&once, node->term->text);
        }
    }
    bool flat = false;
    while (lookups_of(v->a, x, &once) > SPF_DNS_TERMS_MAX && flatten_best(v, x, &once)) {
        flat = true;
    }
    verdict_fix(v,
                "%s Leave out senders that are not used any more: each include below costs the "
                "look-ups shown with it.",
                flat ? "The record below needs few enough look-ups: terms are replaced by the "
                       "networks they stand for today. Test it every week, for those change."
                     : "The record below is shorter.");
    email_fix_spf(v, x, &once);
}

void email_spf_lookups(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    bool crowded = false;
    if (!email_spf_open(f, v, EMAIL_SOUND, &x)) {
        return;
    }
    for (const struct spf_node *node = x.root; node; node = spf_audit_next(node)) {
        if (node->state == SPF_NODE_LOOP) {
            verdict_skip(v, x.domain, "see email.spf.loop");
            return;
        }
        if (node->mx_names > SPF_NAMES_MAX) {
            crowded = true;
            verdict_fail(v, node->domain, "%.*s leads to %u MX hosts; 10 are allowed",
                         STR_ARG(node->term->text), node->mx_names);
        }
    }
    if (x.root->lookups > SPF_DNS_TERMS_MAX || x.audit.cut) {
        verdict_fail(v, x.domain,
                     "%u look-ups are needed, 10 are allowed: receivers stop with a "
                     "permanent error",
                     x.root->lookups);
    } else if (!crowded) {
        verdict_pass(v, x.domain, "%u of 10 look-ups", x.root->lookups);
    }
    email_show_tree(v, &x);
    if (v->state == CHECK_FAIL) {
        fix_lookups(v, &x);
    }
}

/* ── at most two that find nothing ── */

void email_spf_voids(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    struct email_terms terms;
    if (!email_spf_open(f, v, EMAIL_SOUND, &x)) {
        return;
    }
    if (x.root->voids > SPF_VOID_MAX) {
        verdict_fail(v, x.domain,
                     "%u look-ups find nothing, 2 are allowed: receivers stop with a "
                     "permanent error",
                     x.root->voids);
    } else {
        verdict_pass(v, x.domain, "%u look-ups find nothing, 2 are allowed", x.root->voids);
    }
    email_terms_read(&terms, x.record);
    for (const struct spf_node *node = x.root->child; node; node = spf_audit_next(node)) {
        if (node->voids > 0 && !node->child) {
            str label = email_node_label(v->a, node);
            verdict_pass(v, node->domain, "%.*s", STR_ARG(label));
            email_terms_drop(&terms, email_own_term(node)->text);
        }
    }
    if (v->state == CHECK_FAIL) {
        verdict_fix(v, "Leave out the terms that authorise nobody.");
        email_fix_spf(v, &x, &terms);
    }
}

/* ── loops, includes of nothing, ptr ── */

void email_spf_loop(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    struct email_terms terms;
    if (!email_spf_open(f, v, EMAIL_SOUND, &x)) {
        return;
    }
    email_terms_read(&terms, x.record);
    for (const struct spf_node *node = x.root->child; node; node = spf_audit_next(node)) {
        if (node->state == SPF_NODE_LOOP) {
            verdict_fail(v, node->parent->domain,
                         "\"%.*s\" leads back to where it is asked from: "
                         "%.*s",
                         STR_ARG(node->term->text), STR_ARG(node->parent->record.text));
            email_terms_drop(&terms, email_own_term(node)->text);
        }
    }
    if (v->state != CHECK_FAIL) {
        verdict_pass(v, x.domain, "no record includes itself: %.*s", STR_ARG(x.record->text));
        return;
    }
    email_show_tree(v, &x);
    if (!x.record->all) {
        email_terms_end(&terms, STR("~all"));
    }
    verdict_fix(v, "Leave out the term that leads back.");
    email_fix_spf(v, &x, &terms);
}

void email_spf_includes(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    struct email_terms terms;
    size_t count = 0;
    if (!email_spf_open(f, v, EMAIL_SOUND, &x)) {
        return;
    }
    email_terms_read(&terms, x.record);
    for (const struct spf_node *node = x.root->child; node; node = spf_audit_next(node)) {
        if (node->term->kind != SPF_INCLUDE && node->term->kind != SPF_REDIRECT) {
            continue;
        }
        count++;
        if (node->state == SPF_NODE_UNANSWERED) {
            verdict_error(v, node->domain, "\"%.*s\" could not be looked up",
                          STR_ARG(node->term->text));
        } else if (node->state == SPF_NODE_MISSING || node->state == SPF_NODE_SEVERAL ||
                   node->state == SPF_NODE_BAD_NAME) {
            str label = email_node_label(v->a, node);
            verdict_fail(v, node->domain, "%.*s: receivers stop with a permanent error",
                         STR_ARG(label));
            email_terms_drop(&terms, email_own_term(node)->text);
        }
    }
    if (v->state == CHECK_FAIL) {
        if (!x.record->all) {
            email_terms_end(&terms, STR("~all"));
        }
        verdict_fix(v, "Leave out the include; if the sender is still used, take the name from its "
                       "manual.");
        email_fix_spf(v, &x, &terms);
    } else if (v->count == 0) {
        verdict_pass(v, x.domain, "%zu included records are all there: %.*s", count,
                     STR_ARG(x.record->text));
    }
}

void email_spf_ptr(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    struct email_terms terms;
    if (!email_spf_open(f, v, EMAIL_SOUND, &x)) {
        return;
    }
    email_terms_read(&terms, x.record);
    for (const struct spf_node *node = x.root->child; node; node = spf_audit_next(node)) {
        if (node->term->kind != SPF_PTR) {
            continue;
        }
        if (node->depth == 1) {
            verdict_warn(v, x.domain, "\"%.*s\" in %.*s", STR_ARG(node->term->text),
                         STR_ARG(x.record->text));
            email_terms_drop(&terms, node->term->text);
        } else {
            verdict_pass(v, node->parent->domain, "an included record uses ptr: %.*s",
                         STR_ARG(node->parent->record.text));
        }
    }
    if (v->state == CHECK_WARN) {
        verdict_fix(v, "Leave ptr out and name the servers with ip4:, ip6: or a: instead.");
        email_fix_spf(v, &x, &terms);
    } else if (v->count == 0) {
        verdict_pass(v, x.domain, "no ptr: %.*s", STR_ARG(x.record->text));
    }
}
