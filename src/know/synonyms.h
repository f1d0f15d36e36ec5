/* SPDX-License-Identifier: Apache-2.0 */
/* Words that mean nearly the same, and words that say little, from rules/know/synonyms.txt.
 * English. */
#pragma once

#include "know/tokens.h"

enum { KNOW_RULE_WORDS = 4, KNOW_RULE_TARGETS = 8 };

struct know_rule {
    str words[KNOW_RULE_WORDS]; /* stems to meet one after another */
    size_t word_count;
    str targets[KNOW_RULE_TARGETS]; /* index terms that are looked for as well */
    size_t target_count;
    bool weak;                    /* says nothing of the matter */
    const struct know_rule *next; /* of the same first word */
};

/* Gives the first of the rules whose first word is this stem (follow `next`), or NULL. The table is
 * read once and lives as long as the process; without memory for it there are no rules.
 * Thread-safe. */
const struct know_rule *know_rules_of(str stem);
