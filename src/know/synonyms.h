/* SPDX-License-Identifier: Apache-2.0 */
/* Words that mean nearly the same, and words that say little, from rules/know/. English. */
#pragma once

#include "know/tokens.h"

enum { KNOW_RULE_WORDS = 4, KNOW_RULE_TARGETS = 8 };

enum know_rule_kind {
    KNOW_RULE_SAME,     /* the words one after another mean the targets */
    KNOW_RULE_TOGETHER, /* the words anywhere in a question, in any order, hint at the targets */
    KNOW_RULE_WEAK,     /* the words say nothing of the matter; there are no targets */
};

/* Any of these stems. */
struct know_any {
    const str *stems;
    size_t count;
};

struct know_rule {
    enum know_rule_kind kind;
    struct know_any words[KNOW_RULE_WORDS];
    size_t word_count;
    str targets[KNOW_RULE_TARGETS]; /* index terms that are looked for as well */
    size_t target_count;
};

struct know_rule_link {
    str stem; /* one that the first word may be */
    const struct know_rule *rule;
    const struct know_rule_link *next; /* of stems that may be others */
};

/* Gives the first link of the rules whose first word may be this stem (follow `next`, compare
 * `stem`), or NULL. The table is read once and lives as long as the process; without memory for it
 * there are no rules. Thread-safe. */
const struct know_rule_link *know_rules_of(str stem);

bool know_any_has(const struct know_any *any, str stem);
