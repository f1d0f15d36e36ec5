/* SPDX-License-Identifier: Apache-2.0 */
/* What the DMARC policy asks for, who is told, and whether mail can pass it. */
#include "check/facts/resolver.h"
#include "check/rows/email_common.h"

void email_dmarc_policy(const struct facts *f, struct verdict *v)
{
    struct email_dmarc x;
    if (!email_dmarc_open(f, v, DMARC_STAGE_SOUND, &x)) {
        return;
    }
    if (x.record->p != DMARC_NONE) {
        verdict_pass(v, x.name, "p=%s: %.*s", dmarc_policy_name(x.record->p),
                     STR_ARG(x.record->text));
        return;
    }
    const struct email_tag tags[] = {{"p", "quarantine"}, {"sp", NULL}, {"np", NULL}};
    verdict_fail(v, x.name, "p=none lets forged mail through: %.*s", STR_ARG(x.record->text));
    verdict_fix(v, "Ask for quarantine. When reports already come, see first that your own mail "
                   "passes.");
    email_fix_dmarc(v, &x, email_dmarc_text(v->a, x.record, tags, 3));
}

void email_dmarc_subdomain(const struct facts *f, struct verdict *v)
{
    struct email_dmarc x;
    if (!email_dmarc_open(f, v, DMARC_STAGE_SOUND, &x)) {
        return;
    }
    bool sp = x.record->sp != DMARC_UNSET && x.record->sp < x.record->p;
    bool np = x.record->np != DMARC_UNSET && x.record->np < x.record->p;
    if (!sp && !np) {
        verdict_pass(v, x.name, "subdomains are as strict as the domain: %.*s",
                     STR_ARG(x.record->text));
        return;
    }
    verdict_warn(v, x.name, "%s%s%s weaker than p=%s, so that forgers use a subdomain: %.*s",
                 sp ? "sp" : "", sp && np ? " and np are" : "",
                 sp && np ? ""
                 : np     ? "np is"
                          : " is",
                 dmarc_policy_name(x.record->p), STR_ARG(x.record->text));
    const struct email_tag tags[] = {{sp ? "sp" : "np", NULL}, {np ? "np" : "sp", NULL}};
    verdict_fix(v, "Leave the weaker tag out: the policy of the domain then counts below it too.");
    email_fix_dmarc(v, &x, email_dmarc_text(v->a, x.record, tags, 2));
}

void email_dmarc_no_rua(const struct facts *f, struct verdict *v)
{
    struct email_dmarc x;
    if (!email_dmarc_open(f, v, DMARC_STAGE_SOUND, &x)) {
        return;
    }
    if (x.record->rua_count > 0) {
        verdict_pass(v, x.name, "%.*s", STR_ARG(x.record->rua->text));
        return;
    }
    str rua = arena_printf(v->a, "mailto:dmarc@%.*s", STR_ARG(x.domain));
    const struct email_tag tags[] = {{"rua", rua.p}};
    verdict_warn(v, x.name, "without rua nobody tells you who sends in your name: %.*s",
                 STR_ARG(x.record->text));
    verdict_fix(v, "Name a mailbox for the daily reports, and create it.");
    email_fix_dmarc(v, &x, email_dmarc_text(v->a, x.record, tags, 1));
}

static void judge_reports(struct verdict *v, const struct email_dmarc *x,
                          const struct dmarc_tag *tag)
{
    struct dmarc_uri uris[DMARC_URIS_MAX];
    size_t count = tag ? dmarc_uris(v->a, tag->value, uris) : 0;
    for (size_t i = 0; i < count; i++) {
        str name;
        if (!dmarc_is_external(v->a, facts_lookup(x->facts), x->domain, &uris[i], &name)) {
            verdict_pass(v, x->name, "%.*s is of the same organisation", STR_ARG(uris[i].text));
            continue;
        }
        const struct dns_answer *answer = facts_dns(x->facts, name, DNS_TXT);
        if (!answer || answer->outcome != DNS_ANSWERED ||
            (answer->rcode != DNS_NOERROR && answer->rcode != DNS_NXDOMAIN)) {
            verdict_error(v, name, "could not be looked up");
        } else if (dmarc_permits_reports(v->a, answer)) {
            verdict_pass(v, name, "%.*s takes the reports", STR_ARG(uris[i].host));
        } else {
            verdict_fail(v, name,
                         "%.*s does not say that it takes reports about %.*s, so none are "
                         "sent: no TXT record v=DMARC1 there",
                         STR_ARG(uris[i].host), STR_ARG(x->domain));
            email_fix_txt(v, name, STR("v=DMARC1"));
        }
    }
}

void email_dmarc_external(const struct facts *f, struct verdict *v)
{
    struct email_dmarc x;
    if (!email_dmarc_open(f, v, DMARC_STAGE_SOUND, &x)) {
        return;
    }
    judge_reports(v, &x, x.record->rua);
    judge_reports(v, &x, x.record->ruf);
    if (v->state == CHECK_FAIL) {
        verdict_fix(v,
                    "The record below belongs into the zone of whoever gets the reports: have it "
                    "published there, or name a mailbox of your own in rua.");
    } else if (v->count == 0) {
        verdict_pass(v, x.name, "no report address is elsewhere: %.*s", STR_ARG(x.record->text));
    }
}

/* ── alignment ── */

/* A DKIM key of this selector is published (or a CNAME leads to one). */
static bool has_key(const struct facts *f, struct arena *a, str selector)
{
    str domain = facts_domain(f);
    str name = arena_printf(a, "%.*s._domainkey.%.*s", STR_ARG(selector), STR_ARG(domain));
    const struct dns_answer *x = name.p ? facts_dns(f, name, DNS_TXT) : NULL;
    return x && dns_answer_has(x);
}

static bool has_key_of(const struct facts *f, struct arena *a, const char *selectors)
{
    str rest = str_c(selectors), one;
    while (str_split(&rest, ' ', &one)) {
        if (has_key(f, a, one)) {
            return true;
        }
    }
    return false;
}

static bool has_declared_key(const struct facts *f, struct arena *a)
{
    const struct intent *intent = facts_intent(f);
    for (size_t i = 0; i < intent->selector_count; i++) {
        if (has_key(f, a, intent->selectors[i])) {
            return true;
        }
    }
    return false;
}

static bool has_any_key(const struct facts *f, struct arena *a)
{
    const struct mail_sender *sender;
    size_t count;
    const struct dns_answer *const *all = facts_dns_all(f, &count);
    for (size_t i = 0; (sender = sender_at(i)) != NULL; i++) {
        if (has_key_of(f, a, sender->selectors)) {
            return true;
        }
    }
    for (size_t i = 0; i < count; i++) {
        bool key = str_find(all[i]->name, STR("._domainkey."), 0) != SIZE_MAX;
        if (key && str_ends(all[i]->name, facts_domain(f)) && dns_answer_has(all[i])) {
            return true;
        }
    }
    return false;
}

/* The domain's SPF record includes the sender. */
static bool includes(const struct email_spf *spf, const struct mail_sender *sender)
{
    for (const struct spf_node *node = spf->root ? spf->root->child : NULL; node;
         node = spf_audit_next(node)) {
        if (sender_has_include(sender, node->domain)) {
            return true;
        }
    }
    return false;
}

static void judge_sender(struct verdict *v, const struct email_dmarc *x,
                         const struct email_spf *spf, const struct mail_sender *sender)
{
    str id = str_c(sender->id);
    bool unknown_key = !sender->selectors[0];
    bool return_path = (sender->align & SENDER_RETURN_PATH) && !x->record->strict_spf;
    if ((sender->align & SENDER_DKIM) && has_key_of(x->facts, v->a, sender->selectors)) {
        verdict_pass(v, id, "%s signs with a key of %.*s", sender->name, STR_ARG(x->domain));
    } else if ((sender->align & SENDER_SPF) && includes(spf, sender)) {
        verdict_pass(v, id, "%s sends from %.*s and is in its SPF record", sender->name,
                     STR_ARG(x->domain));
    } else if (has_declared_key(x->facts, v->a)) {
        verdict_pass(v, id,
                     "a key of a declared selector is there; launch.yaml does not say that "
                     "it is not that of %s",
                     sender->name);
    } else if (sender->align & SENDER_SPF) {
        verdict_skip(v, id, "%s: see email.spf.declared-missing", sender->name);
    } else if (unknown_key) {
        verdict_pass(v, id,
                     "%s: its selectors differ from customer to customer and were not looked "
                     "up%s; name them in launch.yaml to have them judged",
                     sender->name, return_path ? "" : " (aspf=s leaves DKIM as the only way)");
    } else {
        verdict_fail(v, id, "%s cannot pass DMARC: no DKIM key of it (%s) at %.*s", sender->name,
                     sender->selectors, STR_ARG(x->domain));
    }
}

void email_dmarc_alignment(const struct facts *f, struct verdict *v)
{
    struct email_dmarc x;
    struct email_spf spf = {.root = NULL};
    struct verdict ignored;
    const struct intent *intent = facts_intent(f);
    if (intent->sender_count == 0) {
        verdict_skip(v, facts_domain(f), "launch.yaml declares no senders (mail: senders)");
        return;
    }
    if (!email_dmarc_open(f, v, DMARC_STAGE_SOUND, &x)) {
        return;
    }
    verdict_init(&ignored, v->a);
    if (!email_spf_open(f, &ignored, EMAIL_SOUND, &spf)) {
        spf.root = NULL;
    }
    if (!has_any_key(f, v->a)) {
        verdict_skip(v, x.domain, "no DKIM key was found at all: see email.dkim.missing");
        return;
    }
    for (size_t i = 0; i < intent->sender_count; i++) {
        const struct mail_sender *sender = sender_find(intent->senders[i]);
        if (sender) {
            judge_sender(v, &x, &spf, sender);
        } else {
            verdict_pass(v, intent->senders[i], "no sender that is known here; not judged");
        }
    }
    if (v->state == CHECK_FAIL) {
        verdict_fix(v,
                    "Switch DKIM on in the settings of that sender for %.*s and publish the "
                    "records it shows (the names end in ._domainkey.%.*s).",
                    STR_ARG(x.domain), STR_ARG(x.domain));
    }
}
