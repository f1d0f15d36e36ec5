/* SPDX-License-Identifier: Apache-2.0 */
#include "know/synonyms.h"

#include <pthread.h>
#include <string.h>

#include "know/stem.h"

enum { SLOTS = 16384, RULES_MAX = 10000, ANY_MAX = 12, TABLE_BYTES = 8 << 20 };

static const struct line {
    const char *words, *targets; /* words parted by " ", each any of some parted by "|" */
    enum know_rule_kind kind;
} lines[] = {
#include "know/synonyms.inc" /* generated from rules/know/ */
};
_Static_assert(sizeof(lines) / sizeof(lines[0]) <= RULES_MAX, "raise SLOTS and RULES_MAX");

static struct table {
    struct arena arena;
    struct know_rule_link *slots[SLOTS];
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

/* Stems each word of a list; false when memory ran out. */
static bool stem_list(struct know_stems *stems, str list, char mark, str *ret, size_t max,
                      size_t *ret_count)
{
    str word;
    size_t n = 0;
    while (n < max && str_split(&list, mark, &word)) {
        ret[n] = arena_str(&table.arena, know_stem(stems, KNOW_ENGLISH, KNOW_SCRIPT_LATIN, word));
        if (ret[n++].p == NULL) {
            return false;
        }
    }
    *ret_count = n;
    return true;
}

static bool stem_any(struct know_stems *stems, str list, struct know_any *ret)
{
    str found[ANY_MAX];
    size_t n = 0;
    if (!stem_list(stems, list, '|', found, ANY_MAX, &n)) {
        return false;
    }
    str *kept = arena_array(&table.arena, n, sizeof(*kept));
    if (kept == NULL) {
        return false;
    }
    memcpy(kept, found, n * sizeof(*kept));
    *ret = (struct know_any){kept, n};
    return true;
}

static struct know_rule *read_rule(struct know_stems *stems, const struct line *line)
{
    struct know_rule *rule = arena_alloc(&table.arena, sizeof(*rule));
    if (rule == NULL || !stem_list(stems, str_c(line->targets), ' ', rule->targets,
                                   KNOW_RULE_TARGETS, &rule->target_count)) {
        return NULL;
    }
    rule->kind = line->kind;
    str rest = str_c(line->words), word;
    while (rule->word_count < KNOW_RULE_WORDS && str_split(&rest, ' ', &word)) {
        if (!stem_any(stems, word, &rule->words[rule->word_count++])) {
            return NULL;
        }
    }
    return rule;
}

/* Files a rule under every stem that its first word may be. */
static bool file_rule(const struct know_rule *rule)
{
    for (size_t i = 0; i < rule->words[0].count; i++) {
        str stem = rule->words[0].stems[i];
        struct know_rule_link *link = arena_alloc(&table.arena, sizeof(*link));
        if (link == NULL) {
            return false;
        }
        struct know_rule_link **slot = &table.slots[slot_of(stem)];
        *link = (struct know_rule_link){stem, rule, *slot};
        *slot = link;
    }
    return true;
}

static void read_table(void)
{
    arena_init(&table.arena, TABLE_BYTES);
    struct know_stems stems = {0};
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct know_rule *rule = read_rule(&stems, &lines[i]);
        if (rule == NULL || !file_rule(rule)) {
            break;
        }
    }
    know_stems_done(&stems);
}

const struct know_rule_link *know_rules_of(str stem)
{
    (void)pthread_once(&once, read_table);
    return table.slots[slot_of(stem)];
}

bool know_any_has(const struct know_any *any, str stem)
{
    for (size_t i = 0; i < any->count; i++) {
        if (str_eq(any->stems[i], stem)) {
            return true;
        }
    }
    return false;
}
