/* SPDX-License-Identifier: Apache-2.0 */
/* A document's bytes to passages: format by content, sandboxed parsers, main text, cut along
 * headings. */
#pragma once

#include "know/know.h"

/* A run of text under a heading. */
struct know_block {
    str heading; /* headings above, joined by " › "; empty at the top */
    str anchor;  /* fragment of the innermost heading, without "#", or empty */
    str text; /* plain text; paragraphs parted by "\n\n", lines of lists, tables and code by "\n" */
    unsigned level; /* of the innermost heading, 1-8; 0: none of its own, goes on from the block
                       before */
};

struct know_document {
    str title, language;
    struct know_block *blocks;
    size_t block_count;
    str canonical; /* <link rel=canonical>, or empty */
    str base;      /* <base href>: what links are relative to, or empty */
    str *links;    /* absolute or relative hrefs of the page, for crawling */
    size_t link_count;
    bool noindex, nofollow; /* robots meta */
};

/* Parses in a sandboxed child (seccomp, Landlock, rlimits). `name` (file name or URL) and
 * `content_type` are hints. INVALID with a reason a person can act on when it cannot be read: "is
 * encrypted", "has no text (scanned?)", "is not a PDF, DOCX, HTML, Markdown or text file", "took
 * longer than 20 s". */
err know_parse(const struct know_settings *settings, struct arena *a, str bytes, str name,
               str content_type, struct know_document *ret, str *ret_reason);

/* Cuts blocks into passages of about 80 to 220 words along headings and paragraphs, never across a
 * heading of level 1–2; fills heading, anchor URL, text, ordinal and index_* fields. Duplicate
 * passages of the document are dropped. */
err know_cut(struct arena *a, const struct know_document *document, str url,
             struct passage_row **ret, size_t *ret_count);
