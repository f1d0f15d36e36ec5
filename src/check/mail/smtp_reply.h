/* SPDX-License-Identifier: Apache-2.0 */
/* Replies of mail servers (RFC 5321 section 4.2), out of bytes as they come. */
#pragma once

#include "base/str.h"

enum {
    SMTP_LINES_MAX = 100,
    SMTP_BYTES_MAX = 16 << 10, /* of one reply */
};

enum smtp_read { SMTP_READ_MORE, SMTP_READ_DONE, SMTP_READ_BROKEN };

struct smtp_answer {
    unsigned code;
    size_t bytes; /* of the reply, with its last line end */
    size_t lines;
};

/* Looks whether `bytes` start with a whole reply. BROKEN: no reply, or beyond the limits. */
enum smtp_read smtp_answer_read(str bytes, struct smtp_answer *ret);

/* The text of the n-th line of a whole reply (0 first), without code and line end; false at the
 * end. */
bool smtp_answer_line(str bytes, size_t n, str *ret);

/* Whether an EHLO answer, its lines separated by \n, lists a keyword (RFC 5321 section 4.1.1.1). */
bool smtp_ehlo_has(str ehlo, str keyword);
