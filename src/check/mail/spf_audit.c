/* SPDX-License-Identifier: Apache-2.0 */
#include "check/mail/spf_private.h"

enum { QUESTIONS_MAX = 64 };

/* One walk. */
struct walk {
    struct arena *a;
    struct dns_lookup dns;
    const struct spf_prefetch *prefetch;
    struct spf_audit *audit;
    bool no_memory;
};

static void walk_record(struct walk *w, struct spf_node *node);

static const struct dns_answer *ask(struct walk *w, str name, unsigned type)
{
    return w->dns.ask(w->dns.user, name, type);
}

static struct spf_node *new_node(struct walk *w, struct spf_node *parent,
                                 const struct spf_term *term)
{
    struct spf_node *node = NULL;
    if (w->audit->nodes < SPF_NODES_MAX) {
        node = arena_alloc(w->a, sizeof *node);
        w->no_memory = w->no_memory || !node;
    } else {
        w->audit->cut = true;
    }
    if (node) {
        w->audit->nodes++;
        node->parent = parent;
        node->term = term;
        node->depth = parent ? parent->depth + 1 : 0;
        node->lookups = parent ? 1 : 0;
    }
    return node;
}

/* What %{d} alone needs is known; other macros are not. */
static bool target_of(struct walk *w, const struct spf_node *parent, const struct spf_term *term,
                      str *ret)
{
    static const struct spf_sender nobody;
    struct spf_run run = {.a = w->a, .dns = w->dns, .sender = &nobody};
    str expanded;
    if (str_empty(term->domain)) {
        *ret = parent->domain;
        return true;
    }
    return spf_expand(&run, parent->domain, term->domain, &expanded) &&
           spf_name(w->a, expanded, ret);
}

static bool is_above(const struct spf_node *node, str domain)
{
    for (; node; node = node->parent) {
        bool holds =
            !node->term || node->term->kind == SPF_INCLUDE || node->term->kind == SPF_REDIRECT;
        if (holds && str_eq(node->domain, domain)) {
            return true;
        }
    }
    return false;
}

/* Addresses of a host: found, none (void), or not answered. */
static enum spf_node_state see_host(struct walk *w, struct spf_node *node, str name)
{
    const struct dns_answer *v4 = ask(w, name, DNS_A), *v6 = ask(w, name, DNS_AAAA);
    node->answer = node->answer ? node->answer : v4;
    if (dns_answer_has(v4) || dns_answer_has(v6)) {
        return SPF_NODE_FINE;
    }
    if (spf_answer_failed(v4) || spf_answer_failed(v6)) {
        return SPF_NODE_UNANSWERED;
    }
    node->voids++;
    return SPF_NODE_MISSING;
}

static void see_mx(struct walk *w, struct spf_node *node)
{
    struct spf_question questions[2 * SPF_NAMES_MAX];
    const struct dns_record *r;
    size_t count = 0;
    node->answer = ask(w, node->domain, DNS_MX);
    if (spf_answer_failed(node->answer)) {
        node->state = SPF_NODE_UNANSWERED;
        return;
    }
    node->mx_names = (unsigned)dns_answer_count(node->answer, DNS_MX);
    if (node->mx_names == 0) {
        node->state = SPF_NODE_MISSING;
        node->voids++;
    }
    for (size_t at = 0;
         count < SPF_NAMES_MAX * 2 && (r = dns_answer_next(node->answer, DNS_MX, &at)) != NULL;) {
        str host;
        if (dns_record_name(w->a, r, &host) && host.n > 0) {
            questions[count++] = (struct spf_question){host, DNS_A};
            questions[count++] = (struct spf_question){host, DNS_AAAA};
        }
    }
    if (w->prefetch && count > 0) {
        w->prefetch->ask(w->prefetch->user, questions, count);
    }
    for (size_t i = 0; i < count; i += 2) {
        enum spf_node_state state = see_host(w, node, questions[i].name);
        node->state = state == SPF_NODE_UNANSWERED ? state : node->state;
    }
}

static void see_exists(struct walk *w, struct spf_node *node)
{
    node->answer = ask(w, node->domain, DNS_A);
    if (spf_answer_failed(node->answer)) {
        node->state = SPF_NODE_UNANSWERED;
    } else if (!dns_answer_has(node->answer)) {
        node->state = SPF_NODE_MISSING;
        node->voids++;
    }
}

/* Fills a node whose domain is known. */
static void see(struct walk *w, struct spf_node *node)
{
    switch (node->term ? node->term->kind : SPF_INCLUDE) {
    case SPF_A:
        node->state = see_host(w, node, node->domain);
        break;
    case SPF_MX:
        see_mx(w, node);
        break;
    case SPF_EXISTS:
        see_exists(w, node);
        break;
    case SPF_INCLUDE:
    case SPF_REDIRECT:
        walk_record(w, node);
        break;
    case SPF_ALL:
    case SPF_PTR: /* asks for names of the sender's address */
    case SPF_IP4:
    case SPF_IP6:
    case SPF_EXP:
    case SPF_OTHER_MODIFIER:
    case SPF_NOTHING:
        break;
    }
}

/* What the term at `i` will ask, unless nobody can know. */
static size_t questions_of(struct walk *w, const struct spf_node *node, const struct spf_term *term,
                           struct spf_question *ret)
{
    str name;
    if (!spf_term_asks(term) || term->kind == SPF_PTR || term->macros || term->fault ||
        !target_of(w, node, term, &name)) {
        return 0;
    }
    if (term->kind == SPF_A) {
        ret[0] = (struct spf_question){name, DNS_A};
        ret[1] = (struct spf_question){name, DNS_AAAA};
        return 2;
    }
    ret[0] = (struct spf_question){name, term->kind == SPF_MX       ? DNS_MX
                                         : term->kind == SPF_EXISTS ? DNS_A
                                                                    : DNS_TXT};
    return 1;
}

static void prefetch(struct walk *w, const struct spf_node *node)
{
    struct spf_question questions[QUESTIONS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < node->record.count && count + 2 <= QUESTIONS_MAX; i++) {
        count += questions_of(w, node, &node->record.terms[i], questions + count);
    }
    if (w->prefetch && count > 0) {
        w->prefetch->ask(w->prefetch->user, questions, count);
    }
}

static void walk_term(struct walk *w, struct spf_node *parent, const struct spf_term *term,
                      struct spf_node ***end)
{
    struct spf_node *node = new_node(w, parent, term);
    if (!node) {
        return;
    }
    **end = node;
    *end = &node->next;
    node->domain = term->domain;
    if (term->fault) {
        node->state = SPF_NODE_BAD_NAME;
    } else if (term->macros) {
        node->state = SPF_NODE_MACRO;
    } else if (!target_of(w, parent, term, &node->domain)) {
        node->state = SPF_NODE_BAD_NAME;
    } else if ((term->kind == SPF_INCLUDE || term->kind == SPF_REDIRECT) &&
               is_above(parent, node->domain)) {
        node->state = SPF_NODE_LOOP;
    } else if (node->depth > SPF_DEPTH_MAX) {
        node->state = SPF_NODE_UNSEEN;
        w->audit->cut = true;
    } else {
        see(w, node);
    }
    parent->lookups += node->lookups;
    parent->voids += node->voids;
}

static void walk_terms(struct walk *w, struct spf_node *node)
{
    const struct spf_record *record = &node->record;
    struct spf_node **end = &node->child;
    prefetch(w, node);
    for (size_t i = 0; i < record->count; i++) {
        const struct spf_term *term = &record->terms[i];
        if (term == record->all && !term->fault) {
            return; /* nothing behind it is looked at, and no redirect */
        }
        if (spf_term_asks(term) && term->kind != SPF_REDIRECT) {
            walk_term(w, node, term, &end);
        }
    }
    if (record->redirect && !record->all) {
        walk_term(w, node, record->redirect, &end);
    }
}

static void walk_record(struct walk *w, struct spf_node *node)
{
    str text;
    node->answer = ask(w, node->domain, DNS_TXT);
    if (spf_answer_failed(node->answer)) {
        node->state = SPF_NODE_UNANSWERED;
        return;
    }
    size_t count = spf_select(w->a, node->answer, &node->rr, &text, &node->strings);
    if (count != 1) {
        node->state = count == 0 ? SPF_NODE_MISSING : SPF_NODE_SEVERAL;
        return;
    }
    if (!err_ok(spf_parse(w->a, text, &node->record))) {
        w->no_memory = true;
        return;
    }
    walk_terms(w, node);
}

err spf_audit(struct arena *a, struct dns_lookup dns, const struct spf_prefetch *prefetcher,
              str domain, struct spf_audit *ret)
{
    struct spf_audit audit = {0};
    struct walk w = {.a = a, .dns = dns, .prefetch = prefetcher, .audit = &audit};
    audit.root = new_node(&w, NULL, NULL);
    if (audit.root) {
        audit.root->domain = domain;
        walk_record(&w, audit.root);
    }
    if (w.no_memory) {
        return err_new(ERR_NO_MEMORY, "no memory to walk an SPF policy");
    }
    *ret = audit;
    return ERR_NONE;
}

struct spf_node *spf_audit_next(const struct spf_node *node)
{
    if (node->child) {
        return node->child;
    }
    while (node && !node->next) {
        node = node->parent;
    }
    return node ? node->next : NULL;
}
