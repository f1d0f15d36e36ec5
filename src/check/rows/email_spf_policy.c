/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the SPF policy lets send. */
#include "check/rows/email_common.h"

enum { WIDE_BITS = 3 }; /* a network of an eighth of all addresses lets everybody in */

static bool is_wide(const struct spf_term *term)
{
    return !term->fault && (term->kind == SPF_IP4 || term->kind == SPF_IP6) &&
           term->qualifier == '+' && term->bits4 <= WIDE_BITS;
}

/* The node's record is reached through + only, so that its pass is the domain's. */
static bool counts_as_pass(const struct spf_node *node)
{
    for (; node->parent; node = node->parent) {
        if (node->term->qualifier != '+') {
            return false;
        }
    }
    return true;
}

void email_spf_plus_all(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    struct email_terms terms;
    if (!email_spf_open(f, v, EMAIL_SOUND, &x)) {
        return;
    }
    email_terms_read(&terms, x.record);
    for (const struct spf_node *node = x.root; node; node = spf_audit_next(node)) {
        const struct spf_record *record = &node->record;
        bool open = record->all && !record->all->fault && record->all->qualifier == '+' &&
                    counts_as_pass(node);
        for (size_t i = 0; i < record->count; i++) {
            const struct spf_term *term = &record->terms[i];
            bool wide = is_wide(term) && counts_as_pass(node);
            if (wide || (open && term == record->all)) {
                verdict_fail(v, node->domain,
                             "\"%.*s\" lets every server of the world send as "
                             "%.*s: %.*s",
                             STR_ARG(term->text), STR_ARG(x.domain), STR_ARG(record->text));
                str own = node->parent ? email_own_term(node)->text : term->text;
                email_terms_drop(&terms, own);
            }
        }
    }
    if (v->state != CHECK_FAIL) {
        verdict_pass(v, x.domain, "ends with %.*s: %.*s",
                     STR_ARG(x.record->all ? x.record->all->text : STR("nothing")),
                     STR_ARG(x.record->text));
        return;
    }
    if (!x.record->all || x.record->all->qualifier == '+') {
        email_terms_end(&terms, STR("-all"));
    }
    verdict_fix(v, "Let only the servers send that are named, and nobody else.");
    email_fix_spf(v, &x, &terms);
}

/* The record that decides about everybody who is not named; NULL after saying why there is none. */
static const struct spf_node *decider(struct verdict *v, const struct email_spf *x)
{
    const struct spf_node *last = email_spf_last(x->root);
    if (email_is_parked(x)) {
        verdict_skip(v, x->domain, "see email.spf.parked");
        return NULL;
    }
    if (!last) {
        verdict_skip(v, x->domain, "redirect leads nowhere: see email.spf.include-missing");
    }
    return last;
}

/* The terms with this end; a redirect becomes an include. */
static void fix_end(struct verdict *v, const struct email_spf *x, const char *all)
{
    struct email_terms terms;
    email_terms_read(&terms, x->record);
    if (x->record->redirect) {
        email_terms_replace(
            &terms, x->record->redirect->text,
            arena_printf(v->a, "include:%.*s", STR_ARG(x->record->redirect->domain)));
    }
    email_terms_end(&terms, str_c(all));
    email_fix_spf(v, x, &terms);
}

void email_spf_neutral_all(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    if (!email_spf_open(f, v, EMAIL_SOUND, &x)) {
        return;
    }
    const struct spf_node *last = decider(v, &x);
    if (!last) {
        return;
    }
    if (last->record.all && last->record.all->qualifier == '?') {
        verdict_warn(v, last->domain, "?all says nothing about other servers: %.*s",
                     STR_ARG(last->record.text));
        verdict_fix(v, "End the record with ~all: mail of other servers is then suspicious.");
        fix_end(v, &x, "~all");
    } else {
        verdict_pass(v, last->domain, "%.*s", STR_ARG(last->record.text));
    }
}

void email_spf_no_all(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    if (!email_spf_open(f, v, EMAIL_SOUND, &x)) {
        return;
    }
    const struct spf_node *last = decider(v, &x);
    if (!last) {
        return;
    }
    if (!last->record.all) {
        verdict_warn(v, last->domain,
                     "without all at the end nothing is said about other servers: "
                     "%.*s",
                     STR_ARG(last->record.text));
        verdict_fix(v, "End the record with ~all: mail of other servers is then suspicious.");
        fix_end(v, &x, "~all");
    } else {
        verdict_pass(v, last->domain, "ends with %.*s: %.*s", STR_ARG(last->record.all->text),
                     STR_ARG(last->record.text));
    }
}

void email_spf_redirect(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    struct email_terms terms;
    if (!email_spf_open(f, v, EMAIL_SOUND, &x)) {
        return;
    }
    email_terms_read(&terms, x.record);
    if (x.record->redirect && x.record->all) {
        verdict_warn(v, x.domain, "\"%.*s\" is never followed, for %.*s matches first: %.*s",
                     STR_ARG(x.record->redirect->text), STR_ARG(x.record->all->text),
                     STR_ARG(x.record->text));
        verdict_fix(v,
                    "Delete the redirect. If the servers it names do send, write "
                    "include:%.*s before all instead.",
                    STR_ARG(x.record->redirect->domain));
        email_terms_drop(&terms, x.record->redirect->text);
        email_fix_spf(v, &x, &terms);
    } else {
        verdict_pass(v, x.domain, "%.*s", STR_ARG(x.record->text));
    }
}

void email_spf_after_all(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    struct email_terms terms;
    if (!email_spf_open(f, v, EMAIL_SOUND, &x)) {
        return;
    }
    bool behind = false;
    for (size_t i = 0; i < x.record->count; i++) {
        const struct spf_term *term = &x.record->terms[i];
        if (behind && term->kind < SPF_REDIRECT) {
            verdict_warn(v, x.domain, "\"%.*s\" stands behind %.*s and never counts: %.*s",
                         STR_ARG(term->text), STR_ARG(x.record->all->text),
                         STR_ARG(x.record->text));
        }
        behind = behind || term == x.record->all;
    }
    if (v->state != CHECK_WARN) {
        verdict_pass(v, x.domain, "%.*s", STR_ARG(x.record->text));
        return;
    }
    email_terms_read(&terms, x.record);
    email_terms_end(&terms, x.record->all->text);
    verdict_fix(v, "Put all at the end.");
    email_fix_spf(v, &x, &terms);
}

/* ── against launch.yaml ── */

static bool is_declared(const struct intent *intent, str domain)
{
    for (size_t i = 0; i < intent->sender_count; i++) {
        const struct mail_sender *sender = sender_find(intent->senders[i]);
        if (sender && sender_has_include(sender, domain)) {
            return true;
        }
    }
    return false;
}

static bool has_senders(const struct facts *f, struct verdict *v)
{
    if (facts_intent(f)->sender_count > 0) {
        return true;
    }
    verdict_skip(v, facts_domain(f), "launch.yaml declares no senders (mail: senders)");
    return false;
}

void email_spf_undeclared(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    struct email_terms terms;
    if (!has_senders(f, v) || !email_spf_open(f, v, EMAIL_SOUND, &x)) {
        return;
    }
    email_terms_read(&terms, x.record);
    for (const struct spf_node *node = x.root->child; node; node = node->next) {
        const struct mail_sender *sender = sender_of_include(node->domain);
        if (node->term->kind != SPF_INCLUDE || dns_name_under(node->domain, x.domain)) {
            continue;
        }
        if (is_declared(facts_intent(f), node->domain)) {
            verdict_pass(v, node->domain, "\"%.*s\" is a declared sender",
                         STR_ARG(node->term->text));
        } else {
            verdict_warn(v, node->domain,
                         "\"%.*s\" lets %s send, which launch.yaml does not "
                         "declare: %.*s",
                         STR_ARG(node->term->text), sender ? sender->name : "somebody unknown",
                         STR_ARG(x.record->text));
            email_terms_drop(&terms, node->term->text);
        }
    }
    if (v->state == CHECK_WARN) {
        verdict_fix(v, "Leave out who does not send for you any more, or declare it in launch.yaml "
                       "under mail: senders.");
        email_fix_spf(v, &x, &terms);
    } else if (v->count == 0) {
        verdict_pass(v, x.domain, "no other domain is included: %.*s", STR_ARG(x.record->text));
    }
}

static bool includes_sender(const struct email_spf *x, const struct mail_sender *sender)
{
    for (const struct spf_node *node = x->root->child; node; node = spf_audit_next(node)) {
        if ((node->term->kind == SPF_INCLUDE || node->term->kind == SPF_REDIRECT) &&
            sender_has_include(sender, node->domain)) {
            return true;
        }
    }
    return false;
}

void email_spf_declared(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    struct email_terms terms;
    const struct intent *intent = facts_intent(f);
    if (!has_senders(f, v) || !email_spf_open(f, v, EMAIL_SOUND, &x)) {
        return;
    }
    email_terms_read(&terms, x.record);
    for (size_t i = 0; i < intent->sender_count; i++) {
        const struct mail_sender *sender = sender_find(intent->senders[i]);
        if (!sender) {
            verdict_pass(v, intent->senders[i], "no sender that is known here; not judged");
        } else if (!(sender->align & SENDER_SPF) || !sender->spf[0]) {
            verdict_pass(v, intent->senders[i],
                         "%s needs no place in this record: it sends from "
                         "a name of its own or is known by DKIM",
                         sender->name);
        } else if (includes_sender(&x, sender)) {
            verdict_pass(v, intent->senders[i], "%s is included: %.*s", sender->name,
                         STR_ARG(x.record->text));
        } else {
            str rest = str_c(sender->spf), first;
            (void)str_split(&rest, ' ', &first);
            verdict_fail(v, intent->senders[i], "%s sends from %.*s and is not in its record: %.*s",
                         sender->name, STR_ARG(x.domain), STR_ARG(x.record->text));
            email_terms_add(&terms, arena_printf(v->a, "include:%.*s", STR_ARG(first)));
        }
    }
    if (v->state == CHECK_FAIL) {
        verdict_fix(v, "Add the sender before all.");
        email_fix_spf(v, &x, &terms);
    }
}

void email_spf_parked(const struct facts *f, struct verdict *v)
{
    struct email_spf x;
    struct email_terms terms = {.count = 0};
    if (!email_spf_open(f, v, EMAIL_SOUND, &x)) {
        return;
    }
    if (!email_is_parked(&x)) {
        verdict_skip(v, x.domain, "the domain sends mail: no null MX, no `mail: none`");
        return;
    }
    if (x.record->all && x.record->all->qualifier == '+') {
        verdict_skip(v, x.domain, "see email.spf.plus-all");
    } else if (x.record->all == x.record->terms && x.record->all &&
               x.record->all->qualifier == '-') {
        verdict_pass(v, x.domain, "nobody may send: %.*s", STR_ARG(x.record->text));
    } else {
        verdict_fail(v, x.domain, "the domain sends no mail, but its record does not say so: %.*s",
                     STR_ARG(x.record->text));
        verdict_fix(v, "Forbid everybody to send in its name.");
        email_terms_end(&terms, STR("-all"));
        email_fix_spf(v, &x, &terms);
    }
}
