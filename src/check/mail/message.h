/* SPDX-License-Identifier: Apache-2.0 */
/* A raw mail message taken apart into header fields and body (RFC 5322), as it came from a file:
 * with CRLF or bare LF line ends, with or without the line that mbox files start with. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum {
    MESSAGE_BYTES_MAX = 64 << 20,
    MESSAGE_HEAD_MAX = 1 << 20, /* bytes of all header fields */
    MESSAGE_FIELDS_MAX = 1000,
    MESSAGE_FROM_MAX = 16, /* addresses of a From field that are looked at */
};

struct message_field {
    str raw;       /* from the name to the end, folded as it came, without the last line end */
    str name;      /* borrowed of raw, without space before the colon */
    str value;     /* what follows the colon, still folded */
    unsigned line; /* 1: the first of the file */
};

struct message {
    const struct message_field *fields;
    size_t count;
    str body;
    bool bare_lf;  /* lines end with LF alone: each stands for CRLF */
    bool has_body; /* an empty line ended the header */
    /* The first thing that is no message (RFC 5322 section 2.2), NULL when all is well. */
    const char *problem;
    unsigned problem_line;
};

/* Takes a message apart; the parts are borrowed of `raw`. Lines that are no header fields are left
 * out and told in `problem`. INVALID: no header field at all. TOO_LARGE: beyond the limits above.
 */
err message_read(struct arena *a, str raw, struct message *ret);

/* The n-th field of a name from the top (0 first), without case; NULL when there is none. */
const struct message_field *message_field(const struct message *m, str name, size_t n);
size_t message_field_count(const struct message *m, str name);

/* The value in one line: line ends taken away, space at both ends removed. p is NULL without
 * memory. */
str message_unfold(struct arena *a, str value);

/* The domains of the addresses in a From field (RFC 5322 section 3.6.2), in lower case: comments,
 * quoted names and groups are read over. Gives their number, at most MESSAGE_FROM_MAX. */
size_t message_domains(struct arena *a, str value, str ret[MESSAGE_FROM_MAX]);

/* Milliseconds since 1970 of a date (RFC 5322 section 3.3, the obsolete zones too); false when it
 * is none. */
bool message_date(str text, int64_t *ret_ms);
