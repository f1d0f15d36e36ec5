/* SPDX-License-Identifier: Apache-2.0 */
/* What Vectorscan looks for: the words of all rules, as they are and encoded, and signs of an
 * encoding. Data of rules/secrets, made by scripts/secret_rules.py. */
#pragma once

#include <hs.h>
#include <stdint.h>

#include "base/err.h"

enum prefilter_kind {
    PREFILTER_WORD,    /* of `rules`, as it is */
    PREFILTER_BASE64,  /* a word in base64 */
    PREFILTER_HEX,     /* a word in hex digits */
    PREFILTER_GZIP,    /* the head of gzip in base64 */
    PREFILTER_ESCAPES, /* many \xXX, \u00XX or %XX in a row */
    PREFILTER_JOIN     /* string literals set together */
};

struct prefilter {
    const char *expression; /* Vectorscan's */
    unsigned flags;         /* HS_FLAG_… */
    enum prefilter_kind kind;
    unsigned width;        /* bytes, the most that it matches */
    unsigned first, count; /* in prefilter_rules */
    unsigned phase;        /* PREFILTER_BASE64: letters between the group of four and the match */
};

/* The words are searched in two sets: some in the whole text; most, by far, only where something
 * random stands near (random_runs.h), because so many slow the search down. */
enum prefilter_set { PREFILTER_EVERYWHERE, PREFILTER_NEAR, PREFILTER_SETS };

/* Those of the first set come first. */
extern const struct prefilter prefilters[];
extern const size_t prefilter_count, prefilter_everywhere_count;
/* Indexes of scan_rules. */
extern const uint16_t prefilter_rules[];

/* Compiles a set; a hit's id is the index. `platform` may be NULL: this machine. On failure
 * *ret_error may say more; free it with hs_free_compile_error. */
err prefilter_compile(enum prefilter_set set, const hs_platform_info_t *platform,
                      hs_database_t **ret, hs_compile_error_t **ret_error);
