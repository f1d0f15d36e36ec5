/* SPDX-License-Identifier: Apache-2.0 */
/* email.dkim.*: the keys that are published below _domainkey. */
#include "check/mail/dkim.h"
#include "check/rows/mail_common.h"

/* One record that is, or wants to be, a key. */
struct published {
    str name, selector, text;
    const struct dns_record *record;
    size_t beside; /* keys at this name */
    bool readable;
    struct dkim_key key;
    struct text_problem problem;
};

struct published_list {
    struct published items[MAIL_KEYS_MAX];
    size_t count, asked, failed;
};

static bool is_declared(const struct facts *f, str selector)
{
    const struct intent *intent = facts_intent(f);
    for (size_t i = 0; i < intent->selector_count; i++) {
        if (str_ieq(intent->selectors[i], selector)) {
            return true;
        }
    }
    return false;
}

/* The selector in a name, empty when it is none of the domain's. */
static str selector_of(const struct facts *f, struct arena *a, str name)
{
    str tail = arena_printf(a, "._domainkey.%.*s", STR_ARG(facts_domain(f)));
    return tail.p && name.n > tail.n && str_ends(name, tail) ? str_slice(name, 0, name.n - tail.n)
                                                             : STR_EMPTY;
}

static bool any_text(str text)
{
    (void)text;
    return true;
}

/* A declared selector's record is meant to be a key, whatever it says. */
static void add_name(const struct facts *f, struct arena *a, str name, str selector,
                     struct published_list *list)
{
    struct published *p = &list->items[list->count];
    const struct dns_record *r = NULL;
    str text = STR_EMPTY;
    size_t count = mail_txt(f, a, name, dkim_key_is, &r, &text);
    if (count == 0 && is_declared(f, selector)) {
        count = mail_txt(f, a, name, any_text, &r, &text);
    }
    if (count > 0) {
        *p = (struct published){
            .name = name, .selector = selector, .text = text, .record = r, .beside = count};
        p->readable = dkim_key_read(a, text, &p->key, &p->problem);
        list->count++;
    }
}

/* Everything that was found; NULL without memory. */
static struct published_list *find_keys(const struct facts *f, struct verdict *v)
{
    struct published_list *list = arena_alloc(v->a, sizeof *list);
    size_t count;
    const struct dns_answer *const *all = facts_dns_all(f, &count);
    for (size_t i = 0; list && i < count; i++) {
        str selector = all[i]->type == DNS_TXT && str_empty(all[i]->server)
                           ? selector_of(f, v->a, all[i]->name)
                           : STR_EMPTY;
        if (!str_empty(selector)) {
            list->asked++;
            list->failed += mail_answer_failed(all[i]);
            if (list->count < MAIL_KEYS_MAX) {
                add_name(f, v->a, all[i]->name, selector, list);
            }
        }
    }
    if (!list) {
        verdict_error(v, facts_domain(f), "no memory");
    }
    return list;
}

static str show(struct verdict *v, const struct published *p)
{
    return dns_record_show(v->a, p->record);
}

static void fix_new_key(const struct facts *f, struct verdict *v, str selector)
{
    verdict_fix_other(v,
                      "opendkim-genkey --bits=2048 --selector=%.*s --domain=%.*s\n"
                      "cat %.*s.txt   # the record to publish; %.*s.private goes to the signer",
                      STR_ARG(selector), STR_ARG(facts_domain(f)), STR_ARG(selector),
                      STR_ARG(selector));
}

/* ── email.dkim.missing ── */

static void judge_nothing_found(const struct facts *f, struct verdict *v,
                                const struct published_list *list)
{
    str parent = mail_name(f, v->a, "_domainkey");
    const struct dns_answer *x = facts_dns(f, parent, DNS_TXT);
    if (list->failed == list->asked) {
        verdict_error(v, parent, "no key could be looked up");
        return;
    }
    if (x && x->outcome == DNS_ANSWERED && x->rcode == DNS_NXDOMAIN) {
        verdict_fail(v, parent, "NXDOMAIN: no DKIM key is published, under whatever selector");
    } else {
        verdict_warn(v, parent,
                     "no key under any of %zu usual selectors; one under another name cannot be "
                     "found from outside",
                     list->asked);
    }
    verdict_fix(v, "Switch DKIM on at whoever sends your mail and publish the record it shows. If "
                   "it is on, name the selector (the s= of a message's DKIM-Signature) under "
                   "mail.selectors in launch.yaml.");
    fix_new_key(f, v, STR("doorward"));
}

static void run_missing(const struct facts *f, struct verdict *v)
{
    struct published_list *list = find_keys(f, v);
    if (!list) {
        return;
    }
    if (mail_sends_nothing(f, v->a)) {
        verdict_skip(v, facts_domain(f), "the domain sends no mail");
    } else if (list->asked == 0) {
        verdict_skip(v, facts_domain(f), "no selector was looked up");
    } else if (list->count > 0) {
        for (size_t i = 0; i < list->count; i++) {
            verdict_pass(v, list->items[i].name, "%.*s", STR_ARG(show(v, &list->items[i])));
        }
    } else if (facts_intent(f)->selector_count > 0) {
        verdict_skip(v, facts_domain(f), "no declared selector has a key: see email.dkim.declared");
    } else {
        judge_nothing_found(f, v, list);
    }
}

/* ── each key ── */

/* Runs `judge` over the keys; skips when there are none. */
static void each_key(const struct facts *f, struct verdict *v,
                     void (*judge)(const struct facts *f, struct verdict *v,
                                   const struct published *p))
{
    struct published_list *list = find_keys(f, v);
    for (size_t i = 0; list && i < list->count; i++) {
        judge(f, v, &list->items[i]);
    }
    if (list && list->count == 0) {
        verdict_skip(v, facts_domain(f), "no DKIM key was found");
    }
}

/* The record without what copying put into it; false when that does not help. */
static bool repaired(struct arena *a, str text, str *ret)
{
    char *p = arena_alloc(a, text.n + 16);
    size_t n = 0;
    struct dkim_key key;
    struct text_problem ignored;
    for (size_t i = 0; p && i < text.n; i++) {
        bool is_quote = text.p[i] == '"' || text.p[i] == '\\' || (text.p[i] & 0x80);
        if (!is_quote) {
            p[n++] = text.p[i];
        }
    }
    str plain = p ? str_trim(str_n(p, n)) : STR_EMPTY, rest = plain;
    if (str_istarts(plain, STR("v=DKIM1"))) {
        rest = str_trim(str_slice(plain, 7, plain.n));
        rest = str_starts(rest, STR(";")) ? str_slice(rest, 1, rest.n) : rest;
    }
    size_t space = str_find(rest, STR(" p="), 0);
    str before = str_trim(str_slice(rest, 0, space));
    str after = space == SIZE_MAX ? STR_EMPTY : str_trim(str_slice(rest, space, rest.n));
    bool open = space != SIZE_MAX && before.n > 0 && before.p[before.n - 1] != ';';
    *ret = arena_printf(a, "v=DKIM1; %.*s%s%s%.*s", STR_ARG(before), open ? ";" : "",
                        after.n > 0 && before.n > 0 ? " " : "", STR_ARG(after));
    return ret->p && dkim_key_read(a, *ret, &key, &ignored) && !key.revoked;
}

static void judge_syntax(const struct facts *f, struct verdict *v, const struct published *p)
{
    str better;
    (void)f;
    if (p->readable) {
        verdict_pass(v, p->name, "%.*s", STR_ARG(show(v, p)));
        return;
    }
    verdict_fail(v, p->name, "%s, at byte %zu of the text: %.*s", p->problem.what,
                 p->problem.at + 1, STR_ARG(show(v, p)));
    if (repaired(v->a, p->text, &better)) {
        verdict_fix(v, "Replace the record by this one.");
        verdict_fix_record(v, "; delete: %.*s", STR_ARG(show(v, p)));
        mail_fix_txt(v, p->name, better);
    } else {
        verdict_fix(v,
                    "Copy the record at %.*s again from whoever signs your mail, in one piece: "
                    "v=DKIM1; k=rsa; p= and the whole key.",
                    STR_ARG(p->name));
        fix_new_key(f, v, p->selector);
    }
}

static void judge_weak(const struct facts *f, struct verdict *v, const struct published *p)
{
    if (!p->readable || p->key.revoked) {
        verdict_skip(v, p->name, p->readable ? "revoked" : "cannot be read: see email.dkim.syntax");
        return;
    }
    str kind = p->key.algorithm_name;
    if (p->key.algorithm == DKIM_UNKNOWN) {
        verdict_warn(v, p->name, "no receiver knows keys of the type k=%.*s", STR_ARG(kind));
    } else if (p->key.algorithm == DKIM_RSA && p->key.bits < DKIM_RSA_BITS_MIN) {
        verdict_fail(v, p->name,
                     "an RSA key of %u bits: receivers take its signatures as none: %.*s",
                     p->key.bits, STR_ARG(show(v, p)));
    } else if (p->key.algorithm == DKIM_RSA && p->key.bits < DKIM_RSA_BITS_GOOD) {
        verdict_warn(v, p->name, "an RSA key of %u bits: %.*s", p->key.bits, STR_ARG(show(v, p)));
    } else {
        verdict_pass(v, p->name, "%.*s, %u bits", STR_ARG(kind), p->key.bits);
        return;
    }
    verdict_fix(v, "Let whoever signs your mail make a key of 2,048 bits under a new selector, "
                   "publish it, sign with it, and take the old record away a week later.");
    fix_new_key(f, v, arena_printf(v->a, "%.*s-2048", STR_ARG(p->selector)));
}

static void run_revoked(const struct facts *f, struct verdict *v)
{
    struct published_list *list = find_keys(f, v);
    size_t usable = 0;
    if (!list) {
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        usable += !list->items[i].readable || !list->items[i].key.revoked;
    }
    for (size_t i = 0; i < list->count; i++) {
        const struct published *p = &list->items[i];
        if (!p->readable || !p->key.revoked) {
            verdict_pass(v, p->name, "has a key");
        } else if (usable > 0 && !is_declared(f, p->selector)) {
            verdict_pass(v, p->name, "revoked, and another key is there: %.*s",
                         STR_ARG(show(v, p)));
        } else {
            verdict_fail(v, p->name, "the key is revoked, its p= is empty: %.*s",
                         STR_ARG(show(v, p)));
            verdict_fix(v,
                        "Publish the key that your mail is signed with at %.*s, or take the "
                        "selector out of launch.yaml when nothing signs with it.",
                        STR_ARG(p->name));
            verdict_fix_record(v, "; delete: %.*s", STR_ARG(show(v, p)));
            fix_new_key(f, v, p->selector);
        }
    }
    if (list->count == 0) {
        verdict_skip(v, facts_domain(f), "no DKIM key was found");
    }
}

/* The record without its t= tag, or with t=s alone. */
static str without_testing(struct verdict *v, const struct published *p)
{
    struct tags tags;
    struct text_problem ignored;
    str out = STR_EMPTY;
    if (!tags_read(p->text, &tags, &ignored)) {
        return p->text;
    }
    for (size_t i = 0; i < tags.count; i++) {
        str value = tags.items[i].value;
        if (str_eq(tags.items[i].name, STR("t"))) {
            if (!p->key.strict) {
                continue;
            }
            value = STR("s");
        }
        out = arena_printf(v->a, "%.*s%s%.*s=%.*s", STR_ARG(out), out.n > 0 ? "; " : "",
                           STR_ARG(tags.items[i].name), STR_ARG(value));
    }
    return out.p ? out : p->text;
}

static void judge_test_mode(const struct facts *f, struct verdict *v, const struct published *p)
{
    (void)f;
    if (!p->readable) {
        verdict_skip(v, p->name, "cannot be read: see email.dkim.syntax");
    } else if (!p->key.testing) {
        verdict_pass(v, p->name, "has no t=y");
    } else {
        verdict_warn(v, p->name, "t=y says that receivers shall not rely on it: %.*s",
                     STR_ARG(show(v, p)));
        verdict_fix(v, "Publish the key without t=y.");
        verdict_fix_record(v, "; delete: %.*s", STR_ARG(show(v, p)));
        mail_fix_txt(v, p->name, without_testing(v, p));
    }
}

static void judge_multiple(const struct facts *f, struct verdict *v, const struct published *p)
{
    const struct dns_answer *x = facts_dns(f, p->name, DNS_TXT);
    const struct dns_record *r;
    size_t at = 0, strings, n = 0;
    str text;
    if (p->beside == 1) {
        verdict_pass(v, p->name, "one key");
        return;
    }
    verdict_fail(v, p->name, "%zu key records at one name: receivers take any of them, or none",
                 p->beside);
    verdict_fix(v, "Keep the key that your mail is signed with and delete the others; a second key "
                   "needs a selector of its own.");
    while (x && (r = dns_answer_next(x, DNS_TXT, &at)) != NULL) {
        if (dns_record_txt(v->a, r, &text, &strings) && dkim_key_is(text) && n++ > 0) {
            verdict_fix_record(v, "; delete: %.*s", STR_ARG(dns_record_show(v->a, r)));
        }
    }
}

static void run_syntax(const struct facts *f, struct verdict *v) { each_key(f, v, judge_syntax); }
static void run_weak(const struct facts *f, struct verdict *v) { each_key(f, v, judge_weak); }
static void run_test_mode(const struct facts *f, struct verdict *v)
{
    each_key(f, v, judge_test_mode);
}
static void run_multiple(const struct facts *f, struct verdict *v)
{
    each_key(f, v, judge_multiple);
}

/* ── email.dkim.declared ── */

static void judge_declared(const struct facts *f, struct verdict *v, str selector)
{
    str name =
        arena_printf(v->a, "%.*s._domainkey.%.*s", STR_ARG(selector), STR_ARG(facts_domain(f)));
    const struct dns_answer *x = mail_answer(f, v, name, DNS_TXT);
    if (!x) {
        return;
    }
    if (dns_answer_count(x, DNS_TXT) > 0) {
        verdict_pass(v, name, "is there");
        return;
    }
    verdict_fail(v, name, "launch.yaml names this selector, and there is no TXT record: %.*s",
                 STR_ARG(x->rcode == DNS_NXDOMAIN ? STR("NXDOMAIN") : STR("no data")));
    verdict_fix(v,
                "Publish the record that whoever signs your mail shows for the selector %.*s, "
                "at %.*s.",
                STR_ARG(selector), STR_ARG(name));
    fix_new_key(f, v, selector);
}

static void run_declared(const struct facts *f, struct verdict *v)
{
    const struct intent *intent = facts_intent(f);
    for (size_t i = 0; i < intent->selector_count; i++) {
        judge_declared(f, v, intent->selectors[i]);
    }
    if (intent->selector_count == 0) {
        verdict_skip(v, facts_domain(f), "launch.yaml declares no selector");
    }
}

const struct check checks_mail_dkim[] = {
    {.id = "email.dkim.missing",
     .row = "L4",
     .title = "A DKIM key is published",
     .why = "Mail that nobody signed goes to spam at the large providers, and DMARC has only SPF "
            "left, which forwarding breaks.",
     .refs = "RFC 6376 section 3.6",
     .severity = SEVERITY_HIGH,
     .needs = NEEDS_MAIL_DNS,
     .run = run_missing},
    {.id = "email.dkim.declared",
     .row = "L4",
     .title = "Every declared DKIM selector has a record",
     .why = "Mail that is signed with this selector fails at every receiver, because the key to "
            "check it with is not there.",
     .refs = "RFC 6376 section 3.6.2",
     .severity = SEVERITY_HIGH,
     .needs = NEEDS_MAIL_DNS,
     .run = run_declared},
    {.id = "email.dkim.syntax",
     .row = "L4",
     .title = "DKIM records can be read",
     .why = "One lost letter in the record makes every signature fail, and your mail looks forged.",
     .refs = "RFC 6376 section 3.6.1; RFC 8463 section 4",
     .severity = SEVERITY_HIGH,
     .needs = NEEDS_MAIL_DNS,
     .run = run_syntax},
    {.id = "email.dkim.multiple",
     .row = "L4",
     .title = "Each DKIM selector has one record",
     .why = "With two keys at one name receivers pick one by chance, so some of your mail fails.",
     .refs = "RFC 6376 section 3.6.2.2",
     .severity = SEVERITY_MEDIUM,
     .needs = NEEDS_MAIL_DNS,
     .run = run_multiple},
    {.id = "email.dkim.revoked",
     .row = "L4",
     .title = "DKIM keys in use are not revoked",
     .why = "A revoked key tells receivers to distrust every message that was signed with it.",
     .refs = "RFC 6376 section 3.6.1",
     .severity = SEVERITY_HIGH,
     .needs = NEEDS_MAIL_DNS,
     .run = run_revoked},
    {.id = "email.dkim.weak",
     .row = "L4",
     .title = "DKIM keys are strong",
     .why = "A short key can be computed by strangers, who then sign mail in your name.",
     .refs = "RFC 8301 section 3.2; RFC 8463",
     .severity = SEVERITY_MEDIUM,
     .needs = NEEDS_MAIL_DNS,
     .run = run_weak},
    {.id = "email.dkim.test-mode",
     .row = "L4",
     .title = "DKIM keys are not in test mode",
     .why = "The test flag tells receivers to treat signed mail like unsigned mail.",
     .refs = "RFC 6376 section 3.6.1",
     .severity = SEVERITY_LOW,
     .needs = NEEDS_MAIL_DNS,
     .run = run_test_mode},
    {0},
};
