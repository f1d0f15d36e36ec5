/* SPDX-License-Identifier: Apache-2.0 */
/* The DMARC record itself: there, one, sound, up to date. */
#include "check/rows/email_common.h"

static str default_rua(const struct email_dmarc *x)
{
    return arena_printf(x->a, "mailto:dmarc@%.*s", STR_ARG(x->domain));
}

void email_dmarc_missing(const struct facts *f, struct verdict *v)
{
    struct email_dmarc x;
    if (!email_dmarc_open(f, v, DMARC_STAGE_ANSWERED, &x)) {
        return;
    }
    if (x.own->found > 0) {
        email_pass_record(v, x.own->rr);
        return;
    }
    if (x.broken) {
        verdict_skip(v, x.name, "see email.dmarc.syntax");
        return;
    }
    const struct dmarc_step *above = dmarc_applies(&x.walk);
    verdict_fail(v, x.name, "no TXT record that starts with v=DMARC1");
    if (above) {
        verdict_fail(v, above->name, "only the registry's own policy applies: %.*s",
                     STR_ARG(above->record.text));
    }
    bool parked = email_takes_nothing(f, v->a);
    str rua = default_rua(&x);
    const struct email_tag tags[] = {{"p", parked ? "reject" : "quarantine"}, {"rua", rua.p}};
    verdict_fix(v, parked ? "Publish the record below: mail in the name of this domain is refused."
                          : "Publish the record below and create the mailbox that it names: forged "
                            "mail goes to junk, and reports say who sends in your name.");
    email_fix_txt(v, x.name, email_dmarc_text(v->a, NULL, tags, 2));
}

/* All addresses of all records, each once. */
static str merged_rua(struct arena *a, str all, const struct dmarc_record *record)
{
    struct dmarc_uri uris[DMARC_URIS_MAX];
    size_t count = record->rua ? dmarc_uris(a, record->rua->value, uris) : 0;
    for (size_t i = 0; i < count; i++) {
        if (uris[i].address.n > 0 && str_find(all, uris[i].text, 0) == SIZE_MAX) {
            all = arena_printf(a, "%.*s%s%.*s", STR_ARG(all), all.n > 0 ? "," : "",
                               STR_ARG(uris[i].text));
        }
    }
    return all.p ? all : STR_EMPTY;
}

void email_dmarc_multiple(const struct facts *f, struct verdict *v)
{
    struct email_dmarc x;
    struct dmarc_record best = {.p = DMARC_UNSET};
    const struct dns_record *r;
    str text, rua = STR_EMPTY;
    size_t strings;
    if (!email_dmarc_open(f, v, DMARC_STAGE_ANSWERED, &x)) {
        return;
    }
    if (x.own->found == 0) {
        verdict_skip(v, x.name, "see %s", x.broken ? "email.dmarc.syntax" : "email.dmarc.missing");
        return;
    }
    if (x.own->found == 1) {
        email_pass_record(v, x.own->rr);
        return;
    }
    for (size_t at = 0; (r = dns_answer_next(x.own->answer, DNS_TXT, &at)) != NULL;) {
        struct dmarc_record record;
        if (dns_record_txt(v->a, r, &text, &strings) && dmarc_is_record(text) &&
            err_ok(dmarc_parse(v->a, text, &record))) {
            str line = dns_record_show(v->a, r);
            verdict_fail(v, x.name, "one of %zu, which all are ignored: %.*s", x.own->found,
                         STR_ARG(line));
            rua = merged_rua(v->a, rua, &record);
            best = record.p >= best.p ? record : best;
        }
    }
    const struct email_tag tags[] = {
        {"p", best.p == DMARC_UNSET ? "quarantine" : dmarc_policy_name(best.p)},
        {"rua", rua.n > 0 ? rua.p : default_rua(&x).p}};
    verdict_fix(v, "Keep one record: the stricter policy, with the report addresses of all.");
    email_fix_dmarc(v, &x, email_dmarc_text(v->a, &best, tags, 2));
}

/* What a record that was meant as DMARC says, as far as it can be read. */
static void fix_broken(struct verdict *v, const struct email_dmarc *x)
{
    struct dmarc_record record;
    str text = str_trim(x->broken_text), rua = default_rua(x);
    while (text.n > 0 && (text.p[0] == '"' || text.p[0] == '\'')) {
        text = str_slice(text, 1, text.n);
    }
    while (text.n > 0 && (text.p[text.n - 1] == '"' || text.p[text.n - 1] == '\'')) {
        text = str_slice(text, 0, text.n - 1);
    }
    if (!err_ok(dmarc_parse(v->a, text, &record))) {
        return;
    }
    const struct email_tag tags[] = {
        {"p", record.p == DMARC_UNSET ? "quarantine" : dmarc_policy_name(record.p)},
        {"rua", rua.p}};
    bool kept = record.rua && !record.rua->fault;
    email_fix_dmarc(v, x, email_dmarc_text(v->a, &record, tags, kept ? 1 : 2));
}

/* The addresses of a faulty rua that are good; a default when there is none. */
static str good_rua(const struct email_dmarc *x)
{
    str rua = merged_rua(x->a, STR_EMPTY, x->record);
    return rua.n > 0 ? rua : default_rua(x);
}

void email_dmarc_syntax(const struct facts *f, struct verdict *v)
{
    struct email_dmarc x;
    if (!email_dmarc_open(f, v, DMARC_STAGE_ANSWERED, &x)) {
        return;
    }
    if (x.own->found == 0 && x.broken) {
        str line = dns_record_show(v->a, x.broken);
        verdict_fail(v, x.name, "does not start with v=DMARC1, written so, and is ignored: %.*s",
                     STR_ARG(line));
        verdict_fix(v, "Replace the record: v=DMARC1 comes first.");
        fix_broken(v, &x);
        return;
    }
    if (x.own->found != 1) {
        verdict_skip(v, x.name, "see %s",
                     x.own->found > 1 ? "email.dmarc.multiple" : "email.dmarc.missing");
        return;
    }
    for (size_t i = 0; i < x.record->count; i++) {
        const struct dmarc_tag *tag = &x.record->tags[i];
        if (tag->fault) {
            verdict_fail(v, x.name, "byte %zu, \"%.*s\": %s: %.*s", tag->fault_at,
                         STR_ARG(tag->text), tag->fault, STR_ARG(x.record->text));
        }
    }
    if (!dmarc_tag(x.record, "p")) {
        verdict_fail(v, x.name, "p, the policy, is missing: %.*s", STR_ARG(x.record->text));
    }
    if (v->state != CHECK_FAIL) {
        verdict_pass(v, x.name, "every tag can be read: %.*s", STR_ARG(x.record->text));
        return;
    }
    const struct email_tag tags[] = {
        {"p", x.record->p == DMARC_UNSET ? "quarantine" : dmarc_policy_name(x.record->p)},
        {"rua", good_rua(&x).p}};
    bool rua = x.record->rua && x.record->rua->fault;
    verdict_fix(v, "Replace the record: what cannot be read is put right or left out.");
    email_fix_dmarc(v, &x, email_dmarc_text(v->a, x.record, tags, rua ? 2 : 1));
}

void email_dmarc_removed(const struct facts *f, struct verdict *v)
{
    struct email_dmarc x;
    if (!email_dmarc_open(f, v, DMARC_STAGE_SOUND, &x)) {
        return;
    }
    for (size_t i = 0; i < x.record->count; i++) {
        const struct dmarc_tag *tag = &x.record->tags[i];
        if (tag == x.record->pct && !str_eq(tag->value, STR("100"))) {
            verdict_warn(v, x.name, "\"%.*s\": %s; old receivers spare mail, new ones do not: %.*s",
                         STR_ARG(tag->text), tag->notes, STR_ARG(x.record->text));
        } else if (tag->notes) {
            verdict_pass(v, x.name, "\"%.*s\": %s", STR_ARG(tag->text), tag->notes);
        }
    }
    if (v->state == CHECK_WARN) {
        const struct email_tag tags[] = {{"pct", NULL}, {"rf", NULL}, {"ri", NULL}};
        verdict_fix(v,
                    "Leave the tags out that RFC 9989 removed; put t=y in while you still test.");
        email_fix_dmarc(v, &x, email_dmarc_text(v->a, x.record, tags, 3));
    } else if (v->count == 0) {
        verdict_pass(v, x.name, "only tags of RFC 9989: %.*s", STR_ARG(x.record->text));
    }
}

void email_dmarc_testing(const struct facts *f, struct verdict *v)
{
    struct email_dmarc x;
    if (!email_dmarc_open(f, v, DMARC_STAGE_SOUND, &x)) {
        return;
    }
    if (x.record->testing) {
        const struct email_tag tags[] = {{"t", NULL}};
        verdict_warn(v, x.name, "t=y asks receivers not to apply the policy: %.*s",
                     STR_ARG(x.record->text));
        verdict_fix(v, "Leave t=y out once the reports show your own mail passing.");
        email_fix_dmarc(v, &x, email_dmarc_text(v->a, x.record, tags, 1));
    } else {
        verdict_pass(v, x.name, "not in test mode: %.*s", STR_ARG(x.record->text));
    }
}
