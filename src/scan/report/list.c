/* SPDX-License-Identifier: Apache-2.0 */
/* All rules there are, from the tables, by service. */
#include <stdlib.h>

#include "base/json.h"
#include "scan/report/show.h"
#include "scan/verify.h"

static int compare(const void *left, const void *right)
{
    const struct rule *const *a = left, *const *b = right;
    int order = strcmp((*a)->service, (*b)->service);
    return order ? order : strcmp((*a)->id, (*b)->id);
}

static void as_json(struct buf *b, const struct rule *rule, bool first)
{
    buf_addf(b, "%s{\"id\":\"%s\",\"severity\":\"%s\"", first ? "" : ",\n", rule->id,
             rule_severity_name(rule->severity));
    show_member(b, ",", "service", str_c(rule->service));
    show_member(b, ",", "title", str_c(rule->title));
    show_member(b, ",", "opens", str_c(rule->opens));
    show_member(b, ",", "rotate", str_c(rule->rotate));
    show_member(b, ",", "console", str_c(rule->console));
    buf_addf(b, ",\"generic\":%s,\"publishable\":%s}", rule->generic ? "true" : "false",
             rule->public_by_design ? "true" : "false");
}

static void as_text(struct buf *b, const struct rule *rule, bool new_service)
{
    if (new_service) {
        buf_addf(b, "%s%s\n", b->n ? "\n" : "", rule->service);
    }
    buf_addf(b, "  %-34s %-6s  %s\n", rule->id,
             rule->public_by_design ? "none" : rule_severity_name(rule->severity), rule->title);
}

static void as_markdown(struct buf *b, const struct rule *rule, bool new_service)
{
    if (new_service) {
        buf_add_c(b, "\n## ");
        escape_markdown(b, str_c(rule->service));
        buf_add_c(b, "\n\n| id | severity | what it is | what it opens |\n| --- | --- | --- | --- "
                     "|\n");
    }
    buf_addf(b, "| `%s` | %s | ", rule->id,
             rule->public_by_design ? "publishable" : rule_severity_name(rule->severity));
    escape_markdown(b, str_c(rule->title));
    buf_add_c(b, " | ");
    escape_markdown(b, str_c(rule->opens));
    buf_add_c(b, " |\n");
}

void scan_list_write(enum scan_listing listing, struct buf *b)
{
    struct arena a;
    const char *service = "";
    arena_init(&a, 4 << 20);
    const struct rule **rules = arena_array(&a, scan_rule_count + 3, sizeof(const struct rule *));
    size_t count = 0;
    for (; rules && count < scan_rule_count; count++) {
        rules[count] = &scan_rules[count];
    }
    if (rules) {
        rules[count++] = &scan_shared_rule;
        rules[count++] = &scan_acting_rule;
        qsort(rules, count, sizeof(const struct rule *), compare);
    }
    if (listing == SCAN_LIST_MARKDOWN) {
        buf_addf(b,
                 "# Secrets\n\nThe %zu rules of `doorward scan`. This page is made from the tables "
                 "of the program:\n`doorward scan --list --format markdown`. How to read a "
                 "finding: [scan.md](scan.md).\n",
                 count);
    }
    buf_add_c(b, listing == SCAN_LIST_JSON ? "[" : "");
    for (size_t i = 0; i < count; i++) {
        bool new_service = strcmp(service, rules[i]->service) != 0;
        service = rules[i]->service;
        if (listing == SCAN_LIST_JSON) {
            as_json(b, rules[i], i == 0);
        } else if (listing == SCAN_LIST_TEXT) {
            as_text(b, rules[i], new_service);
        } else {
            as_markdown(b, rules[i], new_service);
        }
    }
    buf_add_c(b, listing == SCAN_LIST_JSON ? "]\n" : "");
    arena_done(&a);
}
