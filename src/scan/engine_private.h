/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine's files share. */
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <hs.h>
#include <pcre2.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "scan/engine.h"
#include "scan/prefilter.h"

enum {
    WINDOW_BEFORE_MAX = 8192, /* of a rule's window; scripts/secret_rules.py has both, too */
    WINDOW_AFTER_MAX = 16384,
    WINDOW_MORE = 16384,      /* a match that reaches the window's end may go on so far */
    MATCH_STEPS_MAX = 200000, /* of one look at a window: more is an expression that hangs */
    MATCH_DEPTH_MAX = 2000,   /* the same, without JIT */
    MATCH_HEAP_KB = 4096,     /* the same */
    MATCH_TIRED_MAX = 20, /* windows of a text where a rule hangs, before it is left out there */
    JIT_STACK_MIN = 32 << 10,    /* bytes */
    JIT_STACK_MAX = 512 << 10,   /* bytes */
    TEXT_CANDIDATES_MAX = 20000, /* judged in one text, and one more for each… */
    CANDIDATE_BYTES = 4096,
    TEXT_DECODED_MAX = 64 << 20, /* bytes decoded in one text, beside its own length */
    HITS_STEP = 64 << 10,        /* bytes whose hits are collected, then looked at */
    HITS_MAX = HITS_STEP * 4,    /* of such a step and one set */
    WORD_MAX = 512,         /* bytes of a word or pattern; scripts/secret_rules.py has it, too */
    PIECES_SEEN_MAX = 16,   /* candidates of pieces that are told apart from new ones */
    PIECE_NEAR = 256,       /* bytes: the same secret so near is the same place */
    PIECE_KEEP = 256 << 10, /* bytes of a worker's buffer that stay for the next piece */
    TEXT_BLOCK = 8 << 20,   /* of a text that is longer than SCAN_WHOLE_MAX, at once */
    STREAM_BLOCK = 1 << 20, /* the same of a stream */
    /* What is kept before and after the hits that a block searches, so that each sees around it
     * what it would see in the whole text. */
    BLOCK_BEFORE = 24 << 10,
    BLOCK_AFTER = SCAN_OVERLAP - BLOCK_BEFORE,
};

_Static_assert(WINDOW_BEFORE_MAX * 2 < BLOCK_BEFORE, "a window fits into the overlap");
_Static_assert(WINDOW_AFTER_MAX + WINDOW_MORE < BLOCK_AFTER, "a window fits into the overlap");

struct rule_code {
    pcre2_code *code;
    pcre2_code **allow;   /* NULL at the end; NULL: none */
    uint32_t secret, key; /* groups; 0: none */
    bool on;
};

struct scanner {
    hs_database_t *words[PREFILTER_SETS];
    hs_scratch_t *scratch; /* the prototype, for all of them */
    pcre2_compile_context *compile;
    struct rule_code *rules;
};

/* Forms of the words: two that the build made (tools/words.c), and compiled now. */
enum scanner_words { SCANNER_WORDS_AVX2, SCANNER_WORDS_ANY, SCANNER_WORDS_NOW };
/* NOT_IMPLEMENTED when this machine or version of Vectorscan cannot read the form. */
err scanner_words(enum prefilter_set set, enum scanner_words form, hs_database_t **ret);

/* Depth 0 is a text, depth 1 what was decoded in it. */
enum { DEPTHS = 2 };

/* Where a prefilter ends, in the order of the text. */
struct hit {
    uint32_t to; /* in the block */
    uint32_t id; /* of the prefilter */
};

struct hits {
    struct hit *p;
    size_t n, capacity;
    bool lost; /* no memory for more */
};

struct rule_state {
    uint64_t searched; /* offset: matches that start before it were looked for */
    unsigned tired;    /* windows that took too long */
};

struct scan_worker {
    struct scan *scan;
    hs_scratch_t *scratch;
    struct hits hits[DEPTHS][PREFILTER_SETS];
    struct rule_state *states[DEPTHS];
    pcre2_match_context *match;
    pcre2_match_data *data;
    pcre2_jit_stack *stack;
    struct buf pieces[2], probe; /* what was decoded */
    struct content_room *room;   /* NULL until it is needed */
    scan_candidate_fn fn;        /* NULL: findings_add */
    void *user;
};

/* Counts lines no further than it must. */
struct line_counter {
    uint64_t at, start; /* offsets: where it stands, and of that line */
    unsigned line;      /* from 1 */
};

/* A candidate of a decoded piece. */
struct piece_seen {
    const struct rule *rule;
    uint64_t secret, at; /* hash; offset in the text */
};

/* One text that is searched, in one block or in several. Offsets are of the whole text. */
struct pass {
    struct scan_worker *w;
    const struct text_traits *traits;
    const struct origin *origin;
    str text;          /* the block */
    uint64_t base;     /* of its first byte */
    uint64_t from, to; /* hits that end in (from, to] are its own */
    unsigned depth;
    bool fresh; /* no hit yet: the states are another text's */
    bool told_many, told_slow, told_decoded, told_dense;
    unsigned candidates;
    struct line_counter lines;
    /* What was decoded already: up to these offsets. */
    uint64_t decoded_to[ENCODINGS];
    uint64_t revealed; /* and here signs of encodings were looked for */
    size_t decoded_bytes;
    struct piece_seen seen[PIECES_SEEN_MAX]; /* a ring */
    unsigned seen_next;
    /* Depth 1: */
    struct pass *outer;
    enum encoding encoding;
    size_t source_from, source_to; /* of the outer block */
};

/* Searches a block whose text, base, from and to are set. */
void pass_run(struct pass *p);
void pass_init(struct pass *p, struct scan_worker *w, const struct text_traits *traits,
               const struct origin *o);
/* Searches what is in memory in blocks that each search `step` bytes. */
void pass_text(struct pass *p, str text, size_t step);

/* Finds the hits that end in (from, to] of the block, of one set. */
void pass_hits(struct pass *p, enum prefilter_set set, size_t from, size_t to);

/* Looks for a rule around a hit at [from, to) of the block; true when its expression matched. */
bool pass_window(struct pass *p, unsigned rule, size_t from, size_t to);

/* Decodes what a hit says is encoded, and searches it. */
void pass_decode(struct pass *p, const struct prefilter *f, size_t from, size_t to);
/* A word at [from, to) where nothing was found: decodes escapes and joins near it. */
void pass_reveal(struct pass *p, size_t from, size_t to);
/* Where in the outer block stands what is at `offset` of a decoded piece, nearly. */
size_t pass_source(struct pass *p, size_t offset);

/* True when the candidate of a decoded piece was found before: plainly, or in another piece. */
bool pass_seen(struct pass *p, unsigned rule, const struct candidate *c);
/* One look of PCRE2: a match that starts in [start, limit] and ends at or before `end`. Gives what
 * pcre2_match gives. */
int pass_look(const struct pass *p, const struct rule_code *code, size_t start, size_t limit,
              size_t end);
/* The secret of the last match; empty when it has none. */
str pass_secret(const struct pass *p, const struct rule_code *code, int groups);

/* Counts up to `offset`, which is not before an earlier one. */
void lines_advance(struct line_counter *l, str block, uint64_t base, uint64_t offset);
/* Gives the line and column of `offset`, which is at or after where it stands. */
void lines_find(const struct line_counter *l, str block, uint64_t base, uint64_t offset,
                unsigned *ret_line, unsigned *ret_column);

/* What a comment at the secret, or alone on the line before, says. */
enum allow_comment { ALLOW_NONE, ALLOW_REASON, ALLOW_NO_REASON };
enum allow_comment allow_comment_find(str block, size_t offset, str *ret_reason);
