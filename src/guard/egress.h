/* SPDX-License-Identifier: Apache-2.0 */
/* What a model wrote is untrusted: a streaming filter that lets text, Markdown and known [n] marks
 * through and holds back what is ambiguous until it is decided. The outcome does not depend on how
 * the text was cut into pieces. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum {
    EGRESS_PROMPT_WORDS_MAX = 2048, /* later words of the instructions are not compared */
    EGRESS_OVERLAP_WORDS = 12,
    EGRESS_CANARY_MAX = 64
};

struct egress_settings {
    unsigned citations;    /* marks [1] … [n] that were given in this turn; others are removed */
    const str *allow_urls; /* URLs that may stand in the text (of the given passages) */
    size_t allow_url_count;
    const str *code_urls; /* further ones that may stand in fenced code, where nothing is a link */
    size_t code_url_count;
    str canary; /* letters and digits; must never leave; seeing it ends the answer */
    str prompt; /* instructions: a run of 12 or more of its words is a leak */
};

/* Looks for the canary and for runs of the prompt's words; private state of guard/egress_leak.c. */
struct egress_leak {
    struct buf raw; /* clean text that may still turn out to be part of a leak */
    uint64_t base;  /* place of raw's first byte in the whole text */
    char canary[EGRESS_CANARY_MAX];
    unsigned char
        canary_back[EGRESS_CANARY_MAX]; /* where to go on after a mismatch (Knuth-Morris-Pratt) */
    uint64_t canary_places[EGRESS_CANARY_MAX]; /* of the last letters and digits */
    unsigned canary_length, canary_matched, canary_seen;
    uint32_t *prompt;   /* hashes of the prompt's words */
    unsigned char *run; /* length of the run that ends at each of them */
    unsigned prompt_words, run_longest;
    uint64_t word_places[EGRESS_OVERLAP_WORDS]; /* where the last words began */
    unsigned word_count, word_bytes;
    uint64_t word_place;
    uint32_t word_hash;
};

struct egress {
    const struct egress_settings *settings;
    unsigned removed_links, removed_images, removed_marks;
    bool leaked; /* canary or prompt overlap: the answer must be dropped */
    /* private state of guard/egress.c */
    struct egress_leak leak;
    struct buf held; /* not decided yet */
    char cut[4];     /* the start of a character whose rest has not come */
    unsigned cut_n;
    char fence; /* inside a fenced code block: its character */
    size_t fence_n;
    bool fence_off;  /* fences became ambiguous: nothing is taken for code any more */
    bool code;       /* inside `code` */
    bool gap;        /* something was removed just before */
    bool drop_close; /* the next "](…)" loses its bracket too */
    bool drop_url;   /* inside an address that is too long to be held */
    bool line_begun; /* more than spaces, quote and list marks stand in this line */
    size_t column;   /* bytes in this line of the output */
    bool escaped;    /* an odd number of backslashes stands before */
    char last;       /* last byte that left, 0 at the start */
};

/* Starts a filter; the settings must outlive it. */
void egress_init(struct egress *e, const struct egress_settings *settings);
void egress_done(struct egress *e);

/* Takes a piece and appends what may leave to `out`. FORBIDDEN when it must end here (leaked); what
 * was appended before is no part of the leak. */
err egress_push(struct egress *e, str piece, struct buf *out);
/* Ends: decides what is held. */
err egress_finish(struct egress *e, struct buf *out);
