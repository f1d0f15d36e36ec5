/* SPDX-License-Identifier: Apache-2.0 */
/* What the parser child and its parent say to each other: length-prefixed little-endian frames. The
 * parent trusts nothing that comes back. */
#pragma once

#include "base/buf.h"
#include "know/format.h"

enum {
    WIRE_HEAD_BYTES = 16, /* magic, kind or fault, body length */
    WIRE_REPLY_SLACK =
        24 << 20, /* a reply may be this much larger than the text: headings and links */
};

struct wire_head {
    uint32_t code;  /* enum format_kind in a request, enum format_fault in a reply */
    uint64_t bytes; /* of the body */
};

/* Writes and reads a head. False when the magic, the code or the length is not one of ours. */
void wire_head_write(char head[WIRE_HEAD_BYTES], uint32_t code, uint64_t bytes);
bool wire_request_head(str head, uint64_t bytes_max, struct wire_head *ret);
bool wire_reply_head(str head, uint64_t bytes_max, struct wire_head *ret);

/* Body of a request: text_max, name, content type, bytes. */
void wire_request_write(struct buf *b, const struct format_input *in);
bool wire_request_read(str body, struct format_input *ret);

/* Body of a reply: the document. */
void wire_document_write(struct buf *b, const struct know_document *document);

/* Reads a reply that may be hostile: every length is checked, every text must be UTF-8 without
 * control bytes other than line ends and tabs, anchors and links without white space; text_max
 * holds. CORRUPT, NO_MEMORY. The document borrows from `body`. */
err wire_document_read(struct arena *a, str body, size_t text_max, struct know_document *ret);
