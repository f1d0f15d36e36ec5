/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/mail_common.h"

#include "base/buf.h"

bool mail_answer_failed(const struct dns_answer *x)
{
    return x->outcome != DNS_ANSWERED || (x->rcode != DNS_NOERROR && x->rcode != DNS_NXDOMAIN);
}

const struct dns_answer *mail_answer(const struct facts *f, struct verdict *v, str name,
                                     unsigned type)
{
    const struct dns_answer *x = facts_dns(f, name, type);
    if (!x) {
        verdict_skip(v, name, "%.*s was not looked up", STR_ARG(dns_type_name(v->a, type)));
        return NULL;
    }
    if (mail_answer_failed(x)) {
        str rcode = dns_rcode_name(x->rcode);
        verdict_error(v, name, "the look-up of %.*s failed: %.*s",
                      STR_ARG(dns_type_name(v->a, type)),
                      STR_ARG(x->outcome == DNS_ANSWERED ? rcode : STR("no answer")));
        return NULL;
    }
    return x;
}

size_t mail_txt(const struct facts *f, struct arena *a, str name, bool (*is)(str text),
                const struct dns_record **ret, str *ret_text)
{
    const struct dns_answer *x = facts_dns(f, name, DNS_TXT);
    const struct dns_record *r;
    size_t at = 0, count = 0, strings;
    str text;
    while (x && (r = dns_answer_next(x, DNS_TXT, &at)) != NULL) {
        if (dns_record_txt(a, r, &text, &strings) && is(text) && count++ == 0) {
            *ret = r;
            *ret_text = text;
        }
    }
    return count;
}

str mail_name(const struct facts *f, struct arena *a, const char *label)
{
    return arena_printf(a, "%s.%.*s", label, STR_ARG(facts_domain(f)));
}

void mail_fix_txt(struct verdict *v, str name, str text)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    for (size_t at = 0; at < text.n || at == 0; at += MAIL_TXT_PIECE) {
        str piece = str_slice(text, at, at + MAIL_TXT_PIECE);
        buf_add_c(&b, at > 0 ? " \"" : "\"");
        for (size_t i = 0; i < piece.n; i++) {
            if (piece.p[i] == '"' || piece.p[i] == '\\') {
                buf_add_byte(&b, '\\');
            }
            buf_add_byte(&b, piece.p[i]);
        }
        buf_add_byte(&b, '"');
    }
    verdict_fix_record(v, "%.*s. 3600 IN TXT %.*s", STR_ARG(name), STR_ARG(buf_str(&b)));
    buf_done(&b);
}

static bool is_spf(str text)
{
    return str_istarts(text, STR("v=spf1")) && (text.n == 6 || text.p[6] == ' ');
}

bool mail_sends_nothing(const struct facts *f, struct arena *a)
{
    const struct intent *intent = facts_intent(f);
    const struct dns_record *r;
    str text;
    if (intent->sends_mail_given) {
        return !intent->sends_mail;
    }
    return mail_txt(f, a, facts_domain(f), is_spf, &r, &text) == 1 &&
           str_ieq(str_trim(str_slice(text, 6, text.n)), STR("-all"));
}

bool mail_takes_nothing(const struct facts *f, struct arena *a)
{
    const struct dns_answer *x = facts_dns(f, facts_domain(f), DNS_MX);
    size_t at = 0;
    unsigned preference;
    str host;
    const struct dns_record *r = x ? dns_answer_next(x, DNS_MX, &at) : NULL;
    return r && dns_answer_count(x, DNS_MX) == 1 && dns_record_mx(a, r, &preference, &host) &&
           str_empty(host);
}
