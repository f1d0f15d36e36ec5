/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of name servers (RFC 1035, 2181, 4034, 6891) and their records. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "net/addr.h"

/* Record types (IANA "DNS Parameters"). */
enum dns_type {
    DNS_A = 1,
    DNS_NS = 2,
    DNS_CNAME = 5,
    DNS_SOA = 6,
    DNS_PTR = 12,
    DNS_MX = 15,
    DNS_TXT = 16,
    DNS_AAAA = 28,
    DNS_SRV = 33,
    DNS_DNAME = 39,
    DNS_DS = 43,
    DNS_RRSIG = 46,
    DNS_NSEC = 47,
    DNS_DNSKEY = 48,
    DNS_NSEC3 = 50,
    DNS_TLSA = 52,
    DNS_SVCB = 64,
    DNS_HTTPS = 65,
    DNS_SPF = 99,
    DNS_AXFR = 252,
    DNS_CAA = 257,
};

enum dns_rcode {
    DNS_NOERROR = 0,
    DNS_FORMERR = 1,
    DNS_SERVFAIL = 2,
    DNS_NXDOMAIN = 3,
    DNS_NOTIMP = 4,
    DNS_REFUSED = 5
};

enum {
    DNS_NAME_TEXT_MAX = 1024, /* a name of 255 bytes with every byte escaped */
    DNS_RECORDS_MAX = 1024,   /* of one answer; the rest is left out */
    DNS_ANSWER_BYTES_MAX = 65535,
};

/* One record. The name is in lower case without the final dot ("" is the root), rdata as on the
 * wire with names uncompressed. */
struct dns_record {
    str owner;
    unsigned type;
    uint32_t ttl; /* seconds */
    str rdata;
};

enum dns_outcome {
    DNS_ANSWERED,    /* any rcode */
    DNS_TIMEOUT,     /* nobody answered in time */
    DNS_UNREACHABLE, /* no route, connection refused or reset */
    DNS_MALFORMED,   /* what came is no DNS message, or not for this question */
    DNS_NOT_ALLOWED, /* the server has a private address and --allow-private was not given */
};

enum dns_security {
    DNS_UNCHECKED, /* asked of a server directly */
    DNS_INSECURE,  /* the zone is not signed */
    DNS_SECURE,
    DNS_BOGUS,
};

/* One question and what came. */
struct dns_answer {
    str name; /* lower case, no final dot */
    unsigned type;
    str server; /* name of the authoritative server asked; empty: the validating resolver */
    struct addr address; /* of that server; all zero for the resolver */
    bool tcp;            /* asked over TCP only */
    enum dns_outcome outcome;
    unsigned rcode;
    bool authoritative, truncated, recursion; /* AA; TC over UDP; RA */
    enum dns_security security;
    str why_bogus;                    /* the validator's words */
    const struct dns_record *records; /* answer section in order, with the CNAMEs on the way */
    size_t count;
    const struct dns_record *authority;
    size_t authority_count;
    const struct dns_record *additional;
    size_t additional_count;
    size_t bytes; /* of the message, 0 when unknown */
    unsigned ms;  /* it took */
    bool more;    /* records beyond DNS_RECORDS_MAX, or an answer beyond a limit, were left out */
};

/* ── reading an answer ── */

/* The next record of `type` at or after *at in the answer section, whatever its owner (that is:
 * behind CNAMEs too); advances *at. NULL at the end. */
const struct dns_record *dns_answer_next(const struct dns_answer *x, unsigned type, size_t *at);
size_t dns_answer_count(const struct dns_answer *x, unsigned type);
/* Answered, NOERROR, and at least one record of the type asked for. */
bool dns_answer_has(const struct dns_answer *x);
/* Answered with records or with their absence (NOERROR, NXDOMAIN), and not bogus: from it something
 * can be said. NULL is fine. */
bool dns_answer_says(const struct dns_answer *x);
/* NXDOMAIN, or NOERROR without a record of the type. */
bool dns_answer_is_nothing(const struct dns_answer *x);

/* ── reading a record; false when the rdata is malformed for its type ── */

bool dns_record_addr(const struct dns_record *r, struct addr *ret); /* A, AAAA */
/* The name in NS, CNAME, PTR, DNAME, MX, SRV; and of SOA the primary server. */
bool dns_record_name(struct arena *a, const struct dns_record *r, str *ret);
bool dns_record_mx(struct arena *a, const struct dns_record *r, unsigned *ret_preference, str *ret);
/* The strings of a TXT (or SPF) record joined without space; *ret_strings their number. */
bool dns_record_txt(struct arena *a, const struct dns_record *r, str *ret, size_t *ret_strings);
bool dns_record_soa(struct arena *a, const struct dns_record *r, str *ret_primary,
                    uint32_t ret_numbers[5]); /* serial refresh retry expire minimum */
bool dns_record_caa(const struct dns_record *r, unsigned *ret_flags, str *ret_tag, str *ret_value);
/* RFC 6698 section 2.1; data is borrowed from the record. */
bool dns_record_tlsa(const struct dns_record *r, unsigned *ret_usage, unsigned *ret_selector,
                     unsigned *ret_matching, str *ret_data);

/* A line of a zone file: `www.example.com. 300 IN A 203.0.113.1` (presentation form, RFC 1035
 * section 5.1), cut at 4,096 bytes. For evidence. */
str dns_record_show(struct arena *a, const struct dns_record *r);
/* Reads such a line (owner absolute). INVALID. */
err dns_record_read(struct arena *a, str line, struct dns_record *ret);
/* "A", "TXT", "TYPE65400". */
str dns_type_name(struct arena *a, unsigned type);
unsigned dns_type_parse(str name); /* 0: unknown */
str dns_rcode_name(unsigned rcode);

/* ── names ── */

/* Lower case, no final dot. INVALID: empty label, label over 63, name over 255 bytes. */
err dns_name_normalise(struct arena *a, str name, str *ret);
/* `name` is `zone` or below it. Both normalised. */
bool dns_name_under(str name, str zone);
/* Without its first label; the name's own memory; "" at the end. */
str dns_name_parent(str name);

/* ── reading the wire ── */

/* Reads a message as the answer to x->name and x->type: fills rcode, flags and sections (borrowing
 * nothing from `message`). INVALID: not a response, another question, malformed. */
err dns_message_read(struct arena *a, str message, struct dns_answer *x);

/* Whoever looks names up: the live resolver while collecting, the facts while judging. */
struct dns_lookup {
    /* Never NULL: an answer whose outcome says why there is nothing (facts: DNS_TIMEOUT for a
     * question that was never asked). */
    const struct dns_answer *(*ask)(void *user, str name, unsigned type);
    void *user;
};
