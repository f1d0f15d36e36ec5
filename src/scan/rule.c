/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/rule.h"

const struct rule *rule_find(str id)
{
    for (size_t i = 0; i < scan_rule_count; i++) {
        if (str_eq(id, str_c(scan_rules[i].id))) {
            return &scan_rules[i];
        }
    }
    return NULL;
}

const char *rule_severity_name(enum rule_severity severity)
{
    switch (severity) {
    case RULE_LOW:
        return "low";
    case RULE_MEDIUM:
        return "medium";
    case RULE_HIGH:
        return "high";
    }
    return "high";
}

unsigned rule_rank(const struct rule *rule) { return rule->generic ? 2 : rule->keyed ? 1 : 0; }
