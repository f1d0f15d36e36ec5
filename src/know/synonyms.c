/* SPDX-License-Identifier: Apache-2.0 */
#include "know/synonyms.h"

#include <pthread.h>

#include "know/stem.h"

enum { SLOTS = 4096, RULES_MAX = 3000, TABLE_BYTES = 4 << 20 };

static const struct line {
    const char *words, *targets;
    bool weak;
} lines[] = {
#include "know/synonyms.inc" /* generated from rules/know/synonyms.txt */
};
_Static_assert(sizeof(lines) / sizeof(lines[0]) <= RULES_MAX, "raise SLOTS and RULES_MAX");

static struct table {
    struct arena arena;
    struct know_rule *slots[SLOTS];
} table;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static size_t slot_of(str stem)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < stem.n; i++) {
        hash = (hash ^ (unsigned char)stem.p[i]) * 16777619u;
    }
    return (hash ^ hash >> 13) % SLOTS;
}

/* Stems each word of a space-separated list; false when memory ran out. */
static bool stem_list(struct know_stems *stems, const char *list, str *ret, size_t max,
                      size_t *ret_count)
{
    str rest = str_c(list), word;
    *ret_count = 0;
    while (*ret_count < max && str_split(&rest, ' ', &word)) {
        str stem = arena_str(&table.arena, know_stem(stems, KNOW_ENGLISH, KNOW_SCRIPT_LATIN, word));
        if (stem.p == NULL) {
            return false;
        }
        ret[(*ret_count)++] = stem;
    }
    return true;
}

static void read_table(void)
{
    arena_init(&table.arena, TABLE_BYTES);
    struct know_stems stems = {0};
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct know_rule *rule = arena_alloc(&table.arena, sizeof(*rule));
        if (rule == NULL ||
            !stem_list(&stems, lines[i].words, rule->words, KNOW_RULE_WORDS, &rule->word_count) ||
            !stem_list(&stems, lines[i].targets, rule->targets, KNOW_RULE_TARGETS,
                       &rule->target_count)) {
            break;
        }
        rule->weak = lines[i].weak;
        struct know_rule **slot = &table.slots[slot_of(rule->words[0])];
        rule->next = *slot;
        *slot = rule;
    }
    know_stems_done(&stems);
}

const struct know_rule *know_rules_of(str stem)
{
    (void)pthread_once(&once, read_table);
    return table.slots[slot_of(stem)];
}
