/* SPDX-License-Identifier: Apache-2.0 */
/* Builds a document out of headings and running text: collapses white space, keeps the path of
 * headings, joins the text under one heading into one block. Errors are sticky: add all, test once.
 */
#pragma once

#include "base/buf.h"
#include "know/read.h"

enum {
    OUTLINE_LEVELS = 8,         /* 1–6 as in HTML, 7 for terms of definition lists, 8 unused */
    OUTLINE_BLOCKS_MAX = 50000, /* of one document; later headings are joined to the text */
    OUTLINE_LINKS_MAX = 5000,   /* of one document; later ones are left out */
    OUTLINE_HEADING_MAX = 300,  /* bytes of one heading */
    OUTLINE_ANCHOR_MAX = 200,   /* bytes; a longer anchor is left out */
    OUTLINE_URL_MAX = 2048,
};

/* What stands before the next text. */
enum outline_gap { OUTLINE_NONE, OUTLINE_SPACE, OUTLINE_LINE, OUTLINE_PARAGRAPH };

struct outline_span {
    size_t at, n;
};

struct outline_mark {
    unsigned level;
    struct outline_span heading, own, anchor, text; /* heading: the path; own: its last part */
};

struct outline {
    struct arena *arena;
    struct buf text;   /* of all blocks */
    struct buf names;  /* headings and anchors */
    struct buf prefix; /* of the next line: list marks and indentation */
    struct buf links;  /* parted by '\n' */
    struct outline_mark *marks;
    size_t count, capacity, link_count;
    struct outline_span path[OUTLINE_LEVELS + 1];
    enum outline_gap gap;
    enum err_code failed;
};

/* Starts an empty document of at most `text_max` bytes of text. */
void outline_init(struct outline *o, struct arena *a, size_t text_max);
void outline_done(struct outline *o);

/* Starts a block under a heading of level 1 to 8; `anchor` may be empty. An empty heading is no
 * heading. */
void outline_heading(struct outline *o, unsigned level, str heading, str anchor);
/* Starts a block without a heading of its own (a page of a PDF): the path of headings stays. */
void outline_anchor(struct outline *o, str anchor);

/* Adds running text; runs of white space become one space. */
void outline_text(struct outline *o, str text);
/* Adds preformatted text: line ends and indentation stay, empty lines go. */
void outline_raw(struct outline *o, str text);
void outline_line(struct outline *o);
void outline_paragraph(struct outline *o);
/* Text to write before the next text, after the pending line end ("- ", "  1. ", " | "). */
void outline_prefix(struct outline *o, str prefix);

/* Keeps a link of the page. */
void outline_link(struct outline *o, str href);

/* Gives the blocks that have text. TOO_LARGE (more text than allowed), NO_MEMORY. Sets blocks and
 * links only. */
err outline_take(struct outline *o, struct know_document *ret);

/* Collapses white space and control bytes, trims, cuts to `max` bytes at a character. */
str outline_clean(struct arena *a, str text, size_t max);
