/* SPDX-License-Identifier: Apache-2.0 */
#include "check/mail/message_judge.h"

static void find_key(struct arena *a, struct dns_lookup dns, struct message_signature *s)
{
    const struct dns_answer *x = dns.ask(dns.user, s->key_name, DNS_TXT);
    const struct dns_record *r;
    size_t at = 0, strings;
    str text;
    s->key_state = MESSAGE_KEY_MISSING;
    if (x->outcome != DNS_ANSWERED || (x->rcode != DNS_NOERROR && x->rcode != DNS_NXDOMAIN)) {
        s->key_state = MESSAGE_KEY_UNANSWERED;
        return;
    }
    while (s->key_state != MESSAGE_KEY_FOUND && (r = dns_answer_next(x, DNS_TXT, &at)) != NULL) {
        if (!dns_record_txt(a, r, &text, &strings)) {
            continue;
        }
        s->key_record = r;
        s->key_state = dkim_key_read(a, text, &s->key, &s->key_problem) ? MESSAGE_KEY_FOUND
                                                                        : MESSAGE_KEY_BROKEN;
    }
}

static err judge_signatures(struct arena *a, struct dns_lookup dns, struct message_judgement *j)
{
    static const str name = STR_INIT("dkim-signature");
    const struct message_field *field;
    j->signatures = arena_array(a, DKIM_SIGNATURES_MAX, sizeof *j->signatures);
    if (!j->signatures) {
        return err_new(ERR_NO_MEMORY, "no memory for signatures");
    }
    for (size_t n = 0; (field = message_field(&j->m, name, n)) != NULL; n++) {
        if (j->signature_count == DKIM_SIGNATURES_MAX) {
            j->more_signatures = true;
            break;
        }
        struct message_signature *s = &j->signatures[j->signature_count++];
        s->readable = dkim_signature_read(a, field, &s->s, &s->problem);
        if (!s->readable) {
            continue;
        }
        s->key_name = dkim_key_name(a, &s->s);
        if (!s->key_name.p) {
            return err_new(ERR_NO_MEMORY, "no memory for signatures");
        }
        find_key(a, dns, s);
        if (s->key_state == MESSAGE_KEY_FOUND) {
            s->verdict = dkim_verify(a, &j->m, &s->s, &s->key, j->time_ms);
        }
    }
    return ERR_NONE;
}

bool message_signature_passes(const struct message_signature *s)
{
    return s->readable && s->key_state == MESSAGE_KEY_FOUND && s->verdict.result == DKIM_PASS;
}

/* The return path: of the server that took the message, or what it told about it. */
static void find_mail_from(struct arena *a, struct message_judgement *j)
{
    const struct message_field *path = message_field(&j->m, STR("return-path"), 0);
    const struct message_field *results = message_field(&j->m, STR("authentication-results"), 0);
    if (path) {
        str text = message_unfold(a, path->value);
        size_t from = text.p ? str_find_byte(text, '<', 0) : SIZE_MAX;
        size_t to = from == SIZE_MAX ? SIZE_MAX : str_find_byte(text, '>', from);
        j->has_mail_from = to != SIZE_MAX;
        j->mail_from = j->has_mail_from ? str_trim(str_slice(text, from + 1, to)) : STR_EMPTY;
    } else if (results) {
        struct auth_results *read = arena_alloc(a, sizeof *read);
        bool fine = read && err_ok(auth_results_read(a, results->value, read));
        for (size_t i = 0; fine && i < read->count && !j->has_mail_from; i++) {
            str value = auth_result_property(&read->results[i], STR("smtp.mailfrom"));
            j->has_mail_from = !str_empty(value);
            j->mail_from = value;
        }
    }
    if (j->has_mail_from && !str_empty(j->mail_from) &&
        str_find_byte(j->mail_from, '@', 0) == SIZE_MAX) {
        str whole = arena_printf(a, "postmaster@%.*s", STR_ARG(j->mail_from));
        j->mail_from = whole.p ? whole : STR_EMPTY;
    }
    str domains[MESSAGE_FROM_MAX];
    j->mail_from_domain = message_domains(a, j->mail_from, domains) > 0 ? domains[0] : STR_EMPTY;
}

static void judge_spf(struct arena *a, struct dns_lookup dns, struct message_judgement *j)
{
    find_mail_from(a, j);
    j->has_entry = received_entry(a, &j->m, &j->entry);
    j->has_spf = j->has_entry && j->has_mail_from;
    if (j->has_spf) {
        struct spf_sender sender = {.ip = j->entry.client,
                                    .helo = j->entry.helo,
                                    .mail_from = j->mail_from,
                                    .receiver = STR_EMPTY,
                                    .now_s = j->time_ms / 1000};
        spf_evaluate(a, dns, &sender, &j->spf);
    }
}

static err judge_dmarc(struct arena *a, struct dns_lookup dns, struct message_judgement *j)
{
    struct dmarc_identity passed[DKIM_SIGNATURES_MAX + 1];
    size_t count = 0;
    for (size_t i = 0; i < j->signature_count; i++) {
        if (message_signature_passes(&j->signatures[i])) {
            passed[count++] = (struct dmarc_identity){j->signatures[i].s.domain, true};
        }
    }
    if (j->has_spf && j->spf.result == SPF_PASS) {
        passed[count++] = (struct dmarc_identity){j->spf.domain, false};
    }
    j->has_dmarc = true;
    return dmarc_evaluate(a, dns, j->from[0], passed, count, &j->walk, &j->dmarc);
}

err message_judge(struct arena *a, struct dns_lookup dns, str raw, int64_t now_ms,
                  struct message_judgement *ret)
{
    *ret = (struct message_judgement){.mail_from = STR_EMPTY, .mail_from_domain = STR_EMPTY};
    err e = message_read(a, raw, &ret->m);
    if (!err_ok(e)) {
        return e;
    }
    const struct message_field *from = message_field(&ret->m, STR("from"), 0);
    int64_t time = received_time(a, &ret->m);
    ret->time_ms = time > 0 && time < now_ms ? time : now_ms;
    ret->from_count = from ? message_domains(a, from->value, ret->from) : 0;
    e = judge_signatures(a, dns, ret);
    if (!err_ok(e)) {
        return e;
    }
    judge_spf(a, dns, ret);
    bool one = ret->from_count == 1 && message_field_count(&ret->m, STR("from")) == 1;
    return one ? judge_dmarc(a, dns, ret) : ERR_NONE;
}
