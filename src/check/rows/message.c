/* SPDX-License-Identifier: Apache-2.0 */
/* email.message.*: a real message, judged as a receiver would. */
#include "check/facts/resolver.h"
#include "check/mail/message_judge.h"
#include "check/rows/mail_common.h"

/* NULL after saying why there is nothing to judge. */
static struct message_judgement *judge(const struct facts *f, struct verdict *v)
{
    static const str subject = STR_INIT("message");
    struct message_judgement *j = arena_alloc(v->a, sizeof *j);
    if (str_empty(facts_message(f))) {
        verdict_skip(v, subject, "no message was given: --message FILE.eml");
        return NULL;
    }
    err e = j ? message_judge(v->a, facts_lookup(f), facts_message(f), facts_now_ms(f), j)
              : err_new(ERR_NO_MEMORY, "no memory for the message");
    if (!err_ok(e)) {
        verdict_error(v, subject, "%s", e.what);
        return NULL;
    }
    return j;
}

/* ── email.message.malformed ── */

static void judge_fields(struct verdict *v, const struct message *m)
{
    static const str once[] = {
        STR_INIT("From"),        STR_INIT("Sender"),     STR_INIT("Reply-To"),    STR_INIT("To"),
        STR_INIT("Cc"),          STR_INIT("Subject"),    STR_INIT("Message-ID"),  STR_INIT("Date"),
        STR_INIT("In-Reply-To"), STR_INIT("References"), STR_INIT("MIME-Version")};
    static const str needed[] = {STR_INIT("From"), STR_INIT("Date")};
    for (size_t i = 0; i < sizeof once / sizeof *once; i++) {
        size_t count = message_field_count(m, once[i]);
        if (count > 1) {
            verdict_fail(v, once[i], "is there %zu times; once is allowed", count);
        }
    }
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (message_field_count(m, needed[i]) == 0) {
            verdict_fail(v, needed[i], "is missing");
        }
    }
    if (message_field_count(m, STR("Message-ID")) == 0) {
        verdict_warn(v, STR("Message-ID"), "is missing, which spam filters count against it");
    }
}

static void run_malformed(const struct facts *f, struct verdict *v)
{
    struct message_judgement *j = judge(f, v);
    if (!j) {
        return;
    }
    if (j->m.problem) {
        verdict_fail(v, STR("message"), "line %u: %s", j->m.problem_line, j->m.problem);
    }
    judge_fields(v, &j->m);
    if (message_field_count(&j->m, STR("from")) == 1 && j->from_count != 1) {
        verdict_fail(v, STR("From"), "has %zu addresses; receivers want exactly one",
                     j->from_count);
    }
    if (v->state == CHECK_SKIP) {
        verdict_pass(v, STR("message"), "%zu header fields, each where it belongs", j->m.count);
    } else {
        verdict_fix(v, "Let the program that makes the message write each of these fields exactly "
                       "once, as RFC 5322 section 3.6 has it.");
    }
}

/* ── email.message.dkim ── */

static void fix_signature(struct verdict *v, const struct message_signature *s)
{
    if (!s->readable) {
        verdict_fix(v, "Let whoever signs the message write the DKIM-Signature anew.");
    } else if (s->key_state == MESSAGE_KEY_MISSING) {
        verdict_fix(v,
                    "Publish the key of the selector %.*s at %.*s, as whoever signs the message "
                    "shows it.",
                    STR_ARG(s->s.selector), STR_ARG(s->key_name));
    } else if (s->key_state == MESSAGE_KEY_BROKEN) {
        verdict_fix(v, "Publish the key at %.*s again, in one piece.", STR_ARG(s->key_name));
    } else if (s->verdict.result == DKIM_FAIL) {
        verdict_fix(v,
                    "Sign as the last step before the message leaves: footers, link tracking "
                    "and list servers must come before it. Compare the published key at %.*s "
                    "with the one that signs.",
                    STR_ARG(s->key_name));
    } else {
        verdict_fix(v,
                    "Sign with rsa-sha256 and a key of at least 2,048 bits whose record at %.*s "
                    "is valid: %s.",
                    STR_ARG(s->key_name), s->verdict.why);
    }
}

static void judge_passing(struct verdict *v, const struct message_signature *s, str subject)
{
    const struct dkim_verdict *d = &s->verdict;
    if (s->s.has_length && d->unsigned_bytes > 0) {
        verdict_warn(v, subject,
                     "l= leaves %llu bytes at the end unsigned: anybody can change "
                     "them",
                     (unsigned long long)d->unsigned_bytes);
        verdict_fix(v, "Sign without l= (in OpenDKIM: no BodyLengthDBFile).");
    } else if (s->s.has_length) {
        verdict_warn(v, subject, "l= lets anybody add text below the message");
        verdict_fix(v, "Sign without l= (in OpenDKIM: no BodyLengthDBFile).");
    }
    if (!str_empty(d->unsigned_name)) {
        verdict_warn(v, subject, "%.*s is not signed", STR_ARG(d->unsigned_name));
        verdict_fix(v, "Sign From, To, Subject and Date, and each of them once.");
    }
    if (s->key.testing) {
        verdict_pass(v, subject, "the key has t=y: see email.dkim.test-mode");
    }
    verdict_pass(v, subject, "pass: %.*s, key at %.*s, %u bits%s%.*s", STR_ARG(s->s.algorithm_name),
                 STR_ARG(s->key_name), s->key.bits,
                 str_empty(d->oversigned) ? "" : "; nobody can add ", STR_ARG(d->oversigned));
}

/* `bad` is how a signature that does not hold counts. */
static void judge_signature(struct verdict *v, const struct message_signature *s, bool fatal)
{
    str subject = s->readable ? arena_printf(v->a, "DKIM-Signature d=%.*s s=%.*s",
                                             STR_ARG(s->s.domain), STR_ARG(s->s.selector))
                              : STR("DKIM-Signature");
    const char *why = "";
    str shown = STR_EMPTY;
    if (message_signature_passes(s)) {
        judge_passing(v, s, subject);
        return;
    }
    if (s->readable && s->key_state == MESSAGE_KEY_UNANSWERED) {
        verdict_error(v, subject, "the key at %.*s could not be looked up", STR_ARG(s->key_name));
        return;
    }
    if (!s->readable) {
        why = s->problem.what;
    } else if (s->key_state == MESSAGE_KEY_MISSING) {
        why = "there is no key at";
        shown = s->key_name;
    } else if (s->key_state == MESSAGE_KEY_BROKEN) {
        why = s->key_problem.what;
        shown = dns_record_show(v->a, s->key_record);
    } else {
        why = s->verdict.why;
    }
    if (fatal) {
        verdict_fail(v, subject, "%s%s%.*s", why, str_empty(shown) ? "" : " ", STR_ARG(shown));
    } else {
        verdict_warn(v, subject, "%s%s%.*s", why, str_empty(shown) ? "" : " ", STR_ARG(shown));
    }
    fix_signature(v, s);
}

static void run_dkim(const struct facts *f, struct verdict *v)
{
    struct message_judgement *j = judge(f, v);
    size_t passing = 0;
    if (!j) {
        return;
    }
    for (size_t i = 0; i < j->signature_count; i++) {
        passing += message_signature_passes(&j->signatures[i]);
    }
    for (size_t i = 0; i < j->signature_count; i++) {
        judge_signature(v, &j->signatures[i], passing == 0);
    }
    if (j->more_signatures) {
        verdict_pass(v, STR("message"), "more than %d signatures; the rest was not looked at",
                     DKIM_SIGNATURES_MAX);
    }
    if (j->signature_count == 0) {
        verdict_fail(v, STR("message"), "it has no DKIM-Signature");
        verdict_fix(v, "Switch DKIM on at whoever sends the message, for the domain that stands in "
                       "From.");
    }
}

/* ── email.message.spf ── */

static void fix_spf(const struct facts *f, struct verdict *v, const struct message_judgement *j)
{
    str domain = j->spf.domain, text;
    const struct dns_record *r = NULL;
    struct addr_text ip = addr_text(&j->entry.client);
    const char *kind = addr_is_v4(&j->entry.client) ? "ip4" : "ip6";
    verdict_fix(v,
                "If this server is yours or your provider's, name it in the SPF record of %.*s; "
                "if the message was forwarded, its DKIM signature must hold instead.",
                STR_ARG(domain));
    if (!dns_name_under(domain, facts_domain(f))) {
        return;
    }
    if (mail_txt(f, v->a, domain, spf_is_record, &r, &text) == 1) {
        str rest = str_trim(str_slice(text, 6, text.n));
        verdict_fix_record(v, "; delete: %.*s", STR_ARG(dns_record_show(v->a, r)));
        mail_fix_txt(v, domain, arena_printf(v->a, "v=spf1 %s:%s %.*s", kind, ip.c, STR_ARG(rest)));
    } else if (j->spf.result == SPF_NONE) {
        mail_fix_txt(v, domain, arena_printf(v->a, "v=spf1 %s:%s -all", kind, ip.c));
    }
}

static void run_spf(const struct facts *f, struct verdict *v)
{
    struct message_judgement *j = judge(f, v);
    if (!j) {
        return;
    }
    if (!j->has_spf) {
        verdict_skip(v, STR("message"), "%s",
                     j->has_entry ? "no Return-Path says who the sender was"
                                  : "no Received line says from where it came in");
        return;
    }
    struct addr_text ip = addr_text(&j->entry.client);
    str subject = arena_printf(v->a, "%s for %.*s", ip.c, STR_ARG(j->spf.domain));
    const char *result = spf_result_name(j->spf.result);
    str detail = !str_empty(j->spf.why) ? j->spf.why : j->spf.term;
    switch (j->spf.result) {
    case SPF_PASS:
        verdict_pass(v, subject, "pass by %.*s, as %.*s took it in", STR_ARG(detail),
                     STR_ARG(j->entry.by));
        break;
    case SPF_TEMPERROR:
        verdict_error(v, subject, "%s: %.*s", result, STR_ARG(detail));
        break;
    case SPF_FAIL:
    case SPF_PERMERROR:
        verdict_fail(v, subject, "%s %.*s", result, STR_ARG(detail));
        fix_spf(f, v, j);
        break;
    case SPF_NONE:
    case SPF_NEUTRAL:
    case SPF_SOFTFAIL:
    default:
        verdict_warn(v, subject, "%s %.*s", result, STR_ARG(detail));
        fix_spf(f, v, j);
    }
}

/* ── email.message.alignment, email.message.dmarc ── */

/* From has one address, or the reason is said. */
static bool has_author(struct verdict *v, const struct message_judgement *j)
{
    if (!j->has_dmarc) {
        verdict_skip(v, STR("From"), "has not exactly one address: see email.message.malformed");
    }
    return j->has_dmarc;
}

static void judge_identities(const struct facts *f, struct verdict *v,
                             const struct message_judgement *j)
{
    struct dns_lookup dns = facts_lookup(f);
    const struct dmarc_record *record = j->dmarc.step ? &j->dmarc.step->record : NULL;
    for (size_t i = 0; i < j->signature_count; i++) {
        str d = j->signatures[i].s.domain;
        if (message_signature_passes(&j->signatures[i])) {
            bool fits = dmarc_aligned(v->a, dns, j->from[0], d, record && record->strict_dkim);
            verdict_pass(v, d, "%s the DKIM signature of %.*s %s From %.*s",
                         fits ? "aligned:" : "not aligned:", STR_ARG(d),
                         fits ? "answers for" : "says nothing about", STR_ARG(j->from[0]));
        }
    }
    if (j->has_spf && j->spf.result == SPF_PASS) {
        bool fits =
            dmarc_aligned(v->a, dns, j->from[0], j->spf.domain, record && record->strict_spf);
        verdict_pass(v, j->spf.domain, "%s SPF of the return path %.*s %s From %.*s",
                     fits ? "aligned:" : "not aligned:", STR_ARG(j->spf.domain),
                     fits ? "answers for" : "says nothing about", STR_ARG(j->from[0]));
    }
}

static void run_alignment(const struct facts *f, struct verdict *v)
{
    struct message_judgement *j = judge(f, v);
    if (!j || !has_author(v, j)) {
        return;
    }
    bool passed = j->has_spf && j->spf.result == SPF_PASS, aligned = false;
    struct dns_lookup dns = facts_lookup(f);
    const struct dmarc_record *record = j->dmarc.step ? &j->dmarc.step->record : NULL;
    aligned =
        passed && dmarc_aligned(v->a, dns, j->from[0], j->spf.domain, record && record->strict_spf);
    for (size_t i = 0; i < j->signature_count; i++) {
        if (message_signature_passes(&j->signatures[i])) {
            passed = true;
            aligned = aligned || dmarc_aligned(v->a, dns, j->from[0], j->signatures[i].s.domain,
                                               record && record->strict_dkim);
        }
    }
    if (!passed) {
        verdict_skip(v, j->from[0],
                     "neither DKIM nor SPF passes: see email.message.dkim and "
                     "email.message.spf");
        return;
    }
    judge_identities(f, v, j);
    if (!dns_name_under(j->from[0], facts_domain(f))) {
        verdict_warn(v, j->from[0], "stands in From, and is none of %.*s",
                     STR_ARG(facts_domain(f)));
        verdict_fix(v, "Give a message that your domain sent.");
    }
    if (!aligned) {
        verdict_fail(v, j->from[0], "what passes is of other domains than From");
        verdict_fix(v,
                    "Set up your own domain at whoever sends the message (\"domain "
                    "authentication\", \"custom DKIM\"), so that it signs with d=%.*s, or uses "
                    "a return path below %.*s.",
                    STR_ARG(j->from[0]), STR_ARG(j->dmarc.organisation));
    }
}

/* What a receiver does with a message that fails. */
static const char *consequence(const struct dmarc_verdict *d)
{
    if (d->testing || d->policy == DMARC_NONE || d->policy == DMARC_UNSET) {
        return "receivers deliver it all the same, and report it";
    }
    return d->policy == DMARC_REJECT ? "receivers refuse it" : "receivers put it into spam";
}

static void run_dmarc(const struct facts *f, struct verdict *v)
{
    struct message_judgement *j = judge(f, v);
    if (!j || !has_author(v, j)) {
        return;
    }
    str shown =
        j->dmarc.step && j->dmarc.step->rr ? dns_record_show(v->a, j->dmarc.step->rr) : STR_EMPTY;
    switch (j->dmarc.result) {
    case DMARC_PASS:
        verdict_pass(v, j->from[0], "pass by %s: %.*s",
                     j->dmarc.dkim_aligned && j->dmarc.spf_aligned ? "DKIM and SPF"
                     : j->dmarc.dkim_aligned                       ? "DKIM"
                                                                   : "SPF",
                     STR_ARG(shown));
        break;
    case DMARC_FAIL:
        verdict_fail(v, j->from[0], "fail: %s: %.*s", consequence(&j->dmarc), STR_ARG(shown));
        verdict_fix(v,
                    "Let a DKIM signature of %.*s hold on the message, or let its return path "
                    "be below %.*s and pass SPF: see the other rows about this message.",
                    STR_ARG(j->from[0]), STR_ARG(j->dmarc.organisation));
        break;
    case DMARC_RESULT_NONE:
        verdict_skip(v, j->from[0], "the domain has no DMARC record: see email.dmarc.missing");
        break;
    case DMARC_TEMPERROR:
    case DMARC_PERMERROR:
    default:
        verdict_error(v, j->from[0], "%s: the record could not be looked up or read",
                      dmarc_result_name(j->dmarc.result));
    }
}

/* ── email.message.results ── */

/* The receiver's word against ours; NULL: they agree, or there is nothing to compare. */
static const char *contradiction(const struct message_judgement *j, const struct auth_result *r)
{
    bool theirs = str_eq(r->result, STR("pass"));
    if (str_eq(r->method, STR("dmarc")) && j->has_dmarc &&
        (j->dmarc.result == DMARC_PASS || j->dmarc.result == DMARC_FAIL) &&
        theirs != (j->dmarc.result == DMARC_PASS)) {
        return theirs ? "; by the records of today it fails"
                      : "; by the records of today it "
                        "passes";
    }
    return NULL;
}

static void judge_result(struct verdict *v, const struct message_judgement *j, str server,
                         const struct auth_result *r)
{
    const char *words = auth_result_words(r), *other = contradiction(j, r);
    str subject = arena_printf(v->a, "%.*s: %.*s=%.*s", STR_ARG(server), STR_ARG(r->method),
                               STR_ARG(r->result));
    str text = arena_printf(v->a, "%s%s%.*s%s%.*s%s",
                            words[0] ? words : "a result that this program does not know",
                            r->properties.n > 0 ? " (" : "", STR_ARG(r->properties),
                            r->properties.n > 0 ? ")" : "", STR_ARG(r->reason), other ? other : "");
    if (auth_result_good(r)) {
        verdict_pass(v, subject, "%.*s", STR_ARG(text));
    } else {
        verdict_warn(v, subject, "%.*s", STR_ARG(text));
        verdict_fix(v,
                    "See the other rows about this message: they name the record or the setting "
                    "that made %.*s say so.",
                    STR_ARG(server));
    }
}

static void run_results(const struct facts *f, struct verdict *v)
{
    struct message_judgement *j = judge(f, v);
    const struct message_field *field =
        j ? message_field(&j->m, STR("authentication-results"), 0) : NULL;
    struct auth_results *results = arena_alloc(v->a, sizeof *results);
    if (!j || !results) {
        return;
    }
    if (!field) {
        verdict_skip(v, STR("message"),
                     "no Authentication-Results: no receiver wrote down what it "
                     "found");
        return;
    }
    err e = auth_results_read(v->a, field->value, results);
    if (!err_ok(e)) {
        verdict_skip(v, STR("Authentication-Results"), "%s", e.what);
        return;
    }
    for (size_t i = 0; i < results->count; i++) {
        judge_result(v, j, results->server, &results->results[i]);
    }
    if (results->count == 0) {
        verdict_pass(v, results->server, "none: the receiver checked nothing");
    }
}

const struct check checks_message[] = {
    {.id = "email.message.malformed",
     .row = "L4",
     .title = "The message is well formed",
     .why = "Receivers refuse or distrust messages whose header is broken, whatever is in them.",
     .refs = "RFC 5322 section 3.6",
     .severity = SEVERITY_MEDIUM,
     .needs = NEEDS_MESSAGE,
     .run = run_malformed},
    {.id = "email.message.dkim",
     .row = "L4",
     .title = "The message's DKIM signature holds",
     .why = "A signature that does not hold is as good as none, and the message looks changed or "
            "forged.",
     .refs = "RFC 6376 section 6; RFC 8301; RFC 8463",
     .severity = SEVERITY_HIGH,
     .needs = NEEDS_MESSAGE,
     .run = run_dkim},
    {.id = "email.message.spf",
     .row = "L4",
     .title = "The server that sent the message may do so",
     .why = "Receivers distrust mail from servers that the domain does not name.",
     .refs = "RFC 7208",
     .severity = SEVERITY_MEDIUM,
     .needs = NEEDS_MESSAGE,
     .run = run_spf},
    {.id = "email.message.alignment",
     .row = "L4",
     .title = "What passes belongs to the domain in From",
     .why = "Signatures of your mail provider prove the provider, not you; DMARC counts only those "
            "of your domain.",
     .refs = "RFC 9989 section 4.4",
     .severity = SEVERITY_HIGH,
     .needs = NEEDS_MESSAGE,
     .run = run_alignment},
    {.id = "email.message.dmarc",
     .row = "L4",
     .title = "The message passes DMARC",
     .why = "This is what decides at the large providers whether your customers see the message.",
     .refs = "RFC 9989 section 5",
     .severity = SEVERITY_HIGH,
     .needs = NEEDS_MESSAGE,
     .run = run_dmarc},
    {.id = "email.message.results",
     .row = "L4",
     .title = "The receiver was content with the message",
     .why = "The receiver writes into the message what it thought of it; this is that, in words.",
     .refs = "RFC 8601",
     .severity = SEVERITY_LOW,
     .needs = NEEDS_MESSAGE,
     .run = run_results},
    {0},
};
