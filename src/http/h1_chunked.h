/* SPDX-License-Identifier: Apache-2.0 */
/* The chunked transfer coding of a request body (RFC 9112 section 7.1), strictly, without I/O. */
#pragma once

#include "http/h1_head.h"

enum {
    H1_CHUNK_DIGITS_MAX = 8,      /* hex digits of a chunk size: under 4 GB */
    H1_CHUNK_EXTENSION_MAX = 256, /* bytes of extensions of one chunk */
    H1_TRAILER_BYTES_MAX = 4096   /* bytes of all trailer lines; they are checked and dropped */
};

struct h1_chunked {
    unsigned char state;
    unsigned char digits;
    unsigned extension, trailer;
    uint64_t left;    /* data bytes of the current chunk still to come */
    const char *what; /* after H1_BAD */
};

void h1_chunked_init(struct h1_chunked *c);

/* Takes bytes off the front of *in. H1_MORE: *ret_data is a run of body bytes inside the input (may
 * be empty); call again while *in is not empty. H1_DONE: the body has ended; what is left in *in is
 * the next request. */
enum h1_result h1_chunked_feed(struct h1_chunked *c, str *in, str *ret_data);
