/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a text something random stands: twelve letters and digits in a row with a digit, or a
 * small letter between capitals, among them; or sixteen with "_" and "-" that change between
 * digits, capitals and small letters as names do not. Nearly every key has that (of 27 random
 * letters of base64url 99.5 %), and little code. */
#pragma once

#include "base/str.h"

enum {
    RANDOM_RUN = 16,
    RANDOM_BEFORE = 320, /* bytes before it where the words of a rule may stand, */
    RANDOM_AFTER = 128   /* and behind */
};

/* One bit a byte of a group of 64. */
struct byte_classes {
    uint64_t digit, upper, lower, joint;
};

/* Of the group before. */
struct random_state {
    struct byte_classes classes;
    uint64_t run[4], odd, hump;
};

struct random_runs {
    str text;
    size_t at;
    size_t first, last; /* ends of runs in a group that belongs to the next part */
    bool pending;       /* those are set */
    struct random_state before;
    bool (*find)(struct random_runs *r); /* the widest that this processor has */
};

/* Bits of a processor's registers. */
enum random_width { RANDOM_128, RANDOM_256, RANDOM_512 };

void random_runs_init(struct random_runs *r, str text);
/* False when this processor has no such registers. */
bool random_runs_init_as(struct random_runs *r, str text, enum random_width width);

/* Gives the next part of the text with such runs and what is around them; parts do not overlap. */
bool random_runs_next(struct random_runs *r, size_t *ret_from, size_t *ret_to);
