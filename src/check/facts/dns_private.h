/* SPDX-License-Identifier: Apache-2.0 */
/* Wire format shared by the parts of the DNS codec: a cursor with a sticky error, and names. */
#pragma once

#include "check/facts/dns.h"

enum { DNS_NAME_WIRE_MAX = 255, DNS_LABEL_MAX = 63 };

/* Reads bytes of a message; after `bad` everything reads as zero. */
struct dns_cursor {
    const unsigned char *p;
    size_t n, at;
    bool bad;
};

unsigned dns_take_u8(struct dns_cursor *c);
unsigned dns_take_u16(struct dns_cursor *c);
uint32_t dns_take_u32(struct dns_cursor *c);
/* Borrows n bytes; empty when there are fewer. */
str dns_take(struct dns_cursor *c, size_t n);

/* A name as on the wire, without compression. */
struct dns_wire_name {
    unsigned char bytes[DNS_NAME_WIRE_MAX];
    size_t n;
};

/* Takes a name, following pointers that go backwards (RFC 1035 section 4.1.4) when `pointers`. */
void dns_take_name(struct dns_cursor *c, bool pointers, struct dns_wire_name *ret);
/* Text of a name that dns_take_name gave: lower case, escaped, no final dot. p is NULL without
 * memory. */
str dns_name_of_wire(struct arena *a, const struct dns_wire_name *name);
/* Reads text, with escapes, with or without the final dot. */
err dns_name_to_wire(str text, struct dns_wire_name *ret);

static inline struct dns_cursor dns_cursor(str s)
{
    return (struct dns_cursor){.p = (const unsigned char *)s.p, .n = s.n};
}
