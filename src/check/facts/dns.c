/* SPDX-License-Identifier: Apache-2.0 */
/* Reading answers, records and names. */
#include "check/facts/dns.h"

#include "check/facts/dns_private.h"

const struct dns_record *dns_answer_next(const struct dns_answer *x, unsigned type, size_t *at)
{
    while (*at < x->count) {
        const struct dns_record *r = &x->records[(*at)++];
        if (r->type == type) {
            return r;
        }
    }
    return NULL;
}

size_t dns_answer_count(const struct dns_answer *x, unsigned type)
{
    size_t n = 0;
    for (size_t at = 0; dns_answer_next(x, type, &at);) {
        n++;
    }
    return n;
}

bool dns_answer_has(const struct dns_answer *x)
{
    return x->outcome == DNS_ANSWERED && x->rcode == DNS_NOERROR &&
           dns_answer_count(x, x->type) > 0;
}

bool dns_answer_says(const struct dns_answer *x)
{
    return x && x->outcome == DNS_ANSWERED && x->security != DNS_BOGUS &&
           (x->rcode == DNS_NOERROR || x->rcode == DNS_NXDOMAIN);
}

bool dns_answer_is_nothing(const struct dns_answer *x)
{
    return x->outcome == DNS_ANSWERED &&
           (x->rcode == DNS_NXDOMAIN ||
            (x->rcode == DNS_NOERROR && dns_answer_count(x, x->type) == 0));
}

bool dns_record_addr(const struct dns_record *r, struct addr *ret)
{
    struct addr x = {.bytes = {[10] = 0xff, [11] = 0xff}};
    if (r->type == DNS_A && r->rdata.n == 4) {
        memcpy(x.bytes + 12, r->rdata.p, 4);
    } else if (r->type == DNS_AAAA && r->rdata.n == 16) {
        memcpy(x.bytes, r->rdata.p, 16);
    } else {
        return false;
    }
    *ret = x;
    return true;
}

/* The name at the cursor, which must be the last thing when `last`. */
static bool take_text(struct arena *a, struct dns_cursor *c, bool last, str *ret)
{
    struct dns_wire_name name;
    dns_take_name(c, false, &name);
    if (c->bad || (last && c->at != c->n)) {
        return false;
    }
    str text = dns_name_of_wire(a, &name);
    if (!text.p) {
        return false;
    }
    *ret = text;
    return true;
}

bool dns_record_name(struct arena *a, const struct dns_record *r, str *ret)
{
    struct dns_cursor c = dns_cursor(r->rdata);
    uint32_t numbers[5];
    unsigned preference;
    switch (r->type) {
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR:
    case DNS_DNAME:
        return take_text(a, &c, true, ret);
    case DNS_MX:
        return dns_record_mx(a, r, &preference, ret);
    case DNS_SRV:
        dns_take(&c, 6);
        return take_text(a, &c, true, ret);
    case DNS_SOA:
        return dns_record_soa(a, r, ret, numbers);
    default:
        return false;
    }
}

bool dns_record_mx(struct arena *a, const struct dns_record *r, unsigned *ret_preference, str *ret)
{
    struct dns_cursor c = dns_cursor(r->rdata);
    unsigned preference = dns_take_u16(&c);
    if (r->type != DNS_MX || !take_text(a, &c, true, ret)) {
        return false;
    }
    *ret_preference = preference;
    return true;
}

bool dns_record_txt(struct arena *a, const struct dns_record *r, str *ret, size_t *ret_strings)
{
    struct dns_cursor c = dns_cursor(r->rdata);
    size_t n = 0, strings = 0;
    if ((r->type != DNS_TXT && r->type != DNS_SPF) || r->rdata.n == 0) {
        return false;
    }
    char *text = arena_alloc(a, r->rdata.n);
    if (!text) {
        return false;
    }
    while (c.at < c.n && !c.bad) {
        str piece = dns_take(&c, dns_take_u8(&c));
        memcpy(text + n, piece.p, piece.n);
        n += piece.n;
        strings++;
    }
    if (c.bad) {
        return false;
    }
    *ret = str_n(text, n);
    *ret_strings = strings;
    return true;
}

bool dns_record_soa(struct arena *a, const struct dns_record *r, str *ret_primary,
                    uint32_t ret_numbers[5])
{
    struct dns_cursor c = dns_cursor(r->rdata);
    struct dns_wire_name mailbox;
    uint32_t numbers[5];
    str primary;
    if (r->type != DNS_SOA || !take_text(a, &c, false, &primary)) {
        return false;
    }
    dns_take_name(&c, false, &mailbox);
    for (size_t i = 0; i < 5; i++) {
        numbers[i] = dns_take_u32(&c);
    }
    if (c.bad || c.at != c.n) {
        return false;
    }
    *ret_primary = primary;
    memcpy(ret_numbers, numbers, sizeof numbers);
    return true;
}

bool dns_record_caa(const struct dns_record *r, unsigned *ret_flags, str *ret_tag, str *ret_value)
{
    struct dns_cursor c = dns_cursor(r->rdata);
    unsigned flags = dns_take_u8(&c);
    str tag = dns_take(&c, dns_take_u8(&c));
    str value = dns_take(&c, c.n - c.at);
    if (r->type != DNS_CAA || c.bad || tag.n == 0) {
        return false;
    }
    *ret_flags = flags;
    *ret_tag = tag;
    *ret_value = value;
    return true;
}

bool dns_record_tlsa(const struct dns_record *r, unsigned *ret_usage, unsigned *ret_selector,
                     unsigned *ret_matching, str *ret_data)
{
    struct dns_cursor c = dns_cursor(r->rdata);
    unsigned usage = dns_take_u8(&c), selector = dns_take_u8(&c), matching = dns_take_u8(&c);
    if (r->type != DNS_TLSA || c.bad || c.at == c.n) {
        return false;
    }
    *ret_usage = usage;
    *ret_selector = selector;
    *ret_matching = matching;
    *ret_data = dns_take(&c, c.n - c.at);
    return true;
}

err dns_name_normalise(struct arena *a, str name, str *ret)
{
    struct dns_wire_name wire;
    err e = dns_name_to_wire(name, &wire);
    if (!err_ok(e)) {
        return e;
    }
    str text = dns_name_of_wire(a, &wire);
    if (!text.p) {
        return err_new(ERR_NO_MEMORY, "no memory for a name");
    }
    *ret = text;
    return ERR_NONE;
}

/* The first dot at or after `at` that separates labels; name.n when there is none. */
static size_t find_dot(str name, size_t at)
{
    while (at < name.n && name.p[at] != '.') {
        at += name.p[at] == '\\' ? 2 : 1;
    }
    return at < name.n ? at : name.n;
}

bool dns_name_under(str name, str zone)
{
    while (name.n > zone.n) {
        name = dns_name_parent(name);
    }
    return str_eq(name, zone);
}

str dns_name_parent(str name)
{
    size_t dot = find_dot(name, 0);
    return dot < name.n ? str_slice(name, dot + 1, name.n) : str_slice(name, name.n, name.n);
}
