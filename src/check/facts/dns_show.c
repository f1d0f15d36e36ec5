/* SPDX-License-Identifier: Apache-2.0 */
/* Records as lines of a zone file, with libldns, and the names of types and rcodes. */
#include <ldns/ldns.h>

#include "base/bytes.h"

#include "check/facts/dns_private.h"

enum {
    SHOWN_BYTES_MAX = 4096,
    LINE_BYTES_MAX = 64 << 10, /* that are read */
    TTL_DEFAULT = 3600,
    CLASS_IN_WIRE = 1,
};

static const struct {
    unsigned type;
    const char *name;
} types[] = {
    {DNS_A, "A"},       {DNS_NS, "NS"},         {DNS_CNAME, "CNAME"}, {DNS_SOA, "SOA"},
    {DNS_PTR, "PTR"},   {DNS_MX, "MX"},         {DNS_TXT, "TXT"},     {DNS_AAAA, "AAAA"},
    {DNS_SRV, "SRV"},   {DNS_DNAME, "DNAME"},   {DNS_DS, "DS"},       {DNS_RRSIG, "RRSIG"},
    {DNS_NSEC, "NSEC"}, {DNS_DNSKEY, "DNSKEY"}, {DNS_NSEC3, "NSEC3"}, {DNS_TLSA, "TLSA"},
    {DNS_SVCB, "SVCB"}, {DNS_HTTPS, "HTTPS"},   {DNS_SPF, "SPF"},     {DNS_AXFR, "AXFR"},
    {DNS_CAA, "CAA"},
};

static const char *known_type(unsigned type)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (types[i].type == type) {
            return types[i].name;
        }
    }
    return NULL;
}

str dns_type_name(struct arena *a, unsigned type)
{
    const char *known = known_type(type);
    str name = known ? str_c(known) : arena_printf(a, "TYPE%u", type);
    return name.p ? name : STR("TYPE");
}

unsigned dns_type_parse(str name)
{
    uint64_t number;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (str_ieq(str_c(types[i].name), name)) {
            return types[i].type;
        }
    }
    return str_istarts(name, STR("TYPE")) && str_u64(str_slice(name, 4, name.n), &number) &&
                   number <= UINT16_MAX
               ? (unsigned)number
               : 0;
}

str dns_rcode_name(unsigned rcode)
{
    static const char *const names[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
                                        "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
                                        "NXRRSET", "NOTAUTH", "NOTZONE"};
    return rcode < sizeof names / sizeof names[0] ? str_c(names[rcode])
           : rcode == 16                          ? STR("BADVERS")
                                                  : STR("an unknown rcode");
}

/* The record as libldns has it; NULL when it is malformed for its type, or of a rare one, where
 * libldns 1.8.3 loses memory on malformed rdata. */
static ldns_rr *rr_of(const struct dns_record *r)
{
    struct dns_wire_name owner;
    ldns_rr *rr = NULL;
    struct buf b;
    buf_init(&b, DNS_NAME_WIRE_MAX + 10 + UINT16_MAX);
    if (known_type(r->type) && r->rdata.n <= UINT16_MAX &&
        err_ok(dns_name_to_wire(r->owner, &owner))) {
        const unsigned numbers[] = {r->type, CLASS_IN_WIRE, r->ttl >> 16, r->ttl & 0xffff,
                                    (unsigned)r->rdata.n};
        size_t at = 0;
        buf_add(&b, str_n((const char *)owner.bytes, owner.n));
        for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
            buf_add_byte(&b, (char)(numbers[i] >> 8 & 0xff));
            buf_add_byte(&b, (char)(numbers[i] & 0xff));
        }
        buf_add(&b, r->rdata);
        str wire = buf_str(&b);
        if (b.failed || ldns_wire2rr(&rr, (const uint8_t *)wire.p, wire.n, &at,
                                     LDNS_SECTION_ANSWER) != LDNS_STATUS_OK) {
            rr = NULL;
        }
    }
    buf_done(&b);
    return rr;
}

/* Rdata of any type (RFC 3597 section 5). */
static void add_unknown(struct buf *b, str rdata)
{
    buf_addf(b, "\\# %zu ", rdata.n);
    bytes_hex(b, rdata.p, rdata.n < SHOWN_BYTES_MAX ? rdata.n : SHOWN_BYTES_MAX);
}

str dns_record_show(struct arena *a, const struct dns_record *r)
{
    struct buf b;
    ldns_rr *rr = rr_of(r);
    char *text = rr ? ldns_rr2str(rr) : NULL;
    const char *rdata = text;
    buf_init(&b, 1 << 20);
    /* Owner, TTL, class and type are ours: libldns writes the owner as it was. */
    for (unsigned tab = 0; rdata && tab < 4; tab++) {
        rdata = strchr(rdata, '\t');
        rdata = rdata ? rdata + 1 : NULL;
    }
    buf_addf(&b, "%.*s. %u IN %.*s ", STR_ARG(r->owner), r->ttl,
             STR_ARG(dns_type_name(a, r->type)));
    if (rdata) {
        str line = str_trim(str_c(rdata));
        for (size_t i = 0; i < line.n; i++) {
            buf_add_byte(&b, line.p[i] == '\t' ? ' ' : line.p[i]);
        }
    } else {
        add_unknown(&b, r->rdata);
    }
    str shown = arena_str(a, str_slice(str_trim(buf_str(&b)), 0, SHOWN_BYTES_MAX));
    buf_done(&b);
    LDNS_FREE(text);
    ldns_rr_free(rr);
    return shown.p ? shown : STR_EMPTY;
}

static err take_rr(struct arena *a, const ldns_rr *rr, struct dns_record *ret)
{
    const ldns_rdf *owner = ldns_rr_owner(rr);
    struct dns_record record = {.type = (unsigned)ldns_rr_get_type(rr), .ttl = ldns_rr_ttl(rr)};
    struct dns_cursor c =
        dns_cursor(str_n((const char *)ldns_rdf_data(owner), ldns_rdf_size(owner)));
    struct dns_wire_name name;
    struct buf b;
    dns_take_name(&c, false, &name);
    if (c.bad || ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN) {
        return err_new(ERR_INVALID, "no record of class IN");
    }
    buf_init(&b, UINT16_MAX);
    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
        const ldns_rdf *field = ldns_rr_rdf(rr, i);
        if (field) {
            buf_add(&b, str_n((const char *)ldns_rdf_data(field), ldns_rdf_size(field)));
        }
    }
    err e = buf_err(&b);
    record.owner = dns_name_of_wire(a, &name);
    record.rdata = arena_str(a, buf_str(&b));
    buf_done(&b);
    if (!err_ok(e) || !record.owner.p || !record.rdata.p) {
        return err_new(ERR_NO_MEMORY, "no memory for a record");
    }
    *ret = record;
    return ERR_NONE;
}

err dns_record_read(struct arena *a, str line, struct dns_record *ret)
{
    ldns_rr *rr = NULL;
    if (line.n > LINE_BYTES_MAX || str_find_byte(line, '\0', 0) != SIZE_MAX) {
        return err_new(ERR_INVALID, "no line of a zone file");
    }
    str text = arena_str(a, line);
    if (!text.p) {
        return err_new(ERR_NO_MEMORY, "no memory for a record");
    }
    if (ldns_rr_new_frm_str(&rr, text.p, TTL_DEFAULT, NULL, NULL) != LDNS_STATUS_OK) {
        return err_new(ERR_INVALID, "no line of a zone file");
    }
    err e = take_rr(a, rr, ret);
    ldns_rr_free(rr);
    return e;
}
