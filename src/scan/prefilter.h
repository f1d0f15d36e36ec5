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

extern const struct prefilter prefilters[];
extern const size_t prefilter_count;
/* Indexes of scan_rules. */
extern const uint16_t prefilter_rules[];

/* Compiles them all; a hit's id is the index. `platform` may be NULL: this machine. On failure
 * *ret_error may say more; free it with hs_free_compile_error. */
err prefilter_compile(const hs_platform_info_t *platform, hs_database_t **ret,
                      hs_compile_error_t **ret_error);
