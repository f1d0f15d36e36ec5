/* SPDX-License-Identifier: Apache-2.0 */
/* Corrected SPF and DMARC records, built from what is there. */
#include "check/rows/email_common.h"

enum { STRING_MAX = 255, TEXT_MAX = 8 << 10 };

static bool is_all(str text)
{
    bool qualified = text.n > 0 && memchr("+-~?", text.p[0], 4);
    return str_ieq(qualified ? str_slice(text, 1, text.n) : text, STR("all"));
}

static bool is_last(str text) { return is_all(text) || str_istarts(text, STR("redirect=")); }

void email_terms_read(struct email_terms *terms, const struct spf_record *record)
{
    terms->count = 0;
    for (size_t i = 0; i < record->count && terms->count < EMAIL_TERMS_MAX; i++) {
        terms->items[terms->count++] = record->terms[i].text;
    }
}

static void remove_at(struct email_terms *terms, size_t i)
{
    memmove(&terms->items[i], &terms->items[i + 1], (terms->count - i - 1) * sizeof(str));
    terms->count--;
}

void email_terms_replace(struct email_terms *terms, str text, str by)
{
    for (size_t i = 0; i < terms->count;) {
        if (str_eq(terms->items[i], text) && by.n == 0) {
            remove_at(terms, i);
            continue;
        }
        if (str_eq(terms->items[i], text)) {
            terms->items[i] = by;
        }
        i++;
    }
}

void email_terms_drop(struct email_terms *terms, str text)
{
    email_terms_replace(terms, text, STR_EMPTY);
}

void email_terms_add(struct email_terms *terms, str text)
{
    size_t at = 0;
    while (at < terms->count && !is_last(terms->items[at])) {
        if (str_ieq(terms->items[at], text)) {
            return;
        }
        at++;
    }
    if (terms->count < EMAIL_TERMS_MAX) {
        memmove(&terms->items[at + 1], &terms->items[at], (terms->count - at) * sizeof(str));
        terms->items[at] = text;
        terms->count++;
    }
}

void email_terms_end(struct email_terms *terms, str all)
{
    for (size_t i = 0; i < terms->count;) {
        if (is_all(terms->items[i])) {
            remove_at(terms, i);
        } else {
            i++;
        }
    }
    if (terms->count < EMAIL_TERMS_MAX) {
        terms->items[terms->count++] = all;
    }
}

str email_terms_text(struct arena *a, const struct email_terms *terms)
{
    struct buf b;
    buf_init(&b, SPF_RECORD_MAX);
    buf_add_c(&b, "v=spf1");
    for (size_t i = 0; i < terms->count; i++) {
        buf_add_byte(&b, ' ');
        buf_add(&b, terms->items[i]);
    }
    str text = arena_str(a, buf_str(&b));
    buf_done(&b);
    return text;
}

void email_fix_delete(struct verdict *v, const struct dns_record *r)
{
    str line = dns_record_show(v->a, r);
    verdict_fix_record(v, "; delete: %.*s", STR_ARG(line));
}

/* Strings of at most 255 bytes in quotes; a break goes behind a space where there is one. */
void email_fix_txt(struct verdict *v, str name, str text)
{
    struct buf b;
    buf_init(&b, TEXT_MAX);
    while (text.n > 0) {
        size_t n = text.n < STRING_MAX ? text.n : STRING_MAX;
        while (n < text.n && n > 1 && text.p[n - 1] != ' ') {
            n--;
        }
        n = n > 1 || text.n == 1 ? n : (text.n < STRING_MAX ? text.n : STRING_MAX);
        buf_add_c(&b, " \"");
        for (size_t i = 0; i < n; i++) {
            if (text.p[i] == '"' || text.p[i] == '\\') {
                buf_add_byte(&b, '\\');
            }
            buf_add_byte(&b, text.p[i]);
        }
        buf_add_byte(&b, '"');
        text = str_slice(text, n, text.n);
    }
    verdict_fix_record(v, "%.*s. %d IN TXT%.*s", STR_ARG(name), EMAIL_TTL, (int)b.n,
                       b.p ? b.p : "");
    buf_done(&b);
}

void email_fix_spf(struct verdict *v, const struct email_spf *x, const struct email_terms *terms)
{
    const struct dns_record *r;
    str text;
    size_t strings;
    for (size_t at = 0; (r = dns_answer_next(x->answer, DNS_TXT, &at)) != NULL;) {
        if (dns_record_txt(v->a, r, &text, &strings) && spf_is_record(text)) {
            email_fix_delete(v, r);
        }
    }
    email_fix_txt(v, x->domain, email_terms_text(v->a, terms));
}

static const struct email_tag *change_of(const struct email_tag *changes, size_t count, str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_ieq(str_c(changes[i].name), name)) {
            return &changes[i];
        }
    }
    return NULL;
}

static void add_tag(struct buf *b, str name, str value)
{
    buf_add_c(b, "; ");
    buf_add(b, name);
    buf_add_byte(b, '=');
    buf_add(b, value);
}

str email_dmarc_text(struct arena *a, const struct dmarc_record *record,
                     const struct email_tag *changes, size_t count)
{
    struct buf b;
    bool used[EMAIL_LIST_MAX] = {false};
    buf_init(&b, TEXT_MAX);
    buf_add_c(&b, "v=DMARC1");
    for (size_t i = 0; record && i < record->count; i++) {
        const struct dmarc_tag *tag = &record->tags[i];
        const struct email_tag *change = change_of(changes, count, tag->name);
        if (str_ieq(tag->name, STR("v")) || (tag->fault && !change)) {
            continue;
        }
        if (!change) {
            add_tag(&b, tag->name, tag->value);
        } else if (change->value && !used[change - changes]) {
            add_tag(&b, tag->name, str_c(change->value));
        }
        if (change) {
            used[change - changes] = true;
        }
    }
    for (size_t i = 0; i < count && i < EMAIL_LIST_MAX; i++) {
        if (!used[i] && changes[i].value) {
            add_tag(&b, str_c(changes[i].name), str_c(changes[i].value));
        }
    }
    str text = arena_str(a, buf_str(&b));
    buf_done(&b);
    return text;
}

void email_fix_dmarc(struct verdict *v, const struct email_dmarc *x, str text)
{
    const struct dns_record *r;
    str old;
    size_t strings;
    for (size_t at = 0; (r = dns_answer_next(x->own->answer, DNS_TXT, &at)) != NULL;) {
        if (r == x->broken || (dns_record_txt(v->a, r, &old, &strings) && dmarc_is_record(old))) {
            email_fix_delete(v, r);
        }
    }
    email_fix_txt(v, x->name, text);
}
