/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/rows.h"

const struct check *const check_tables[] = {
    checks_dns,     checks_tls,       checks_redirect,    checks_email,   checks_mail_dkim,
    checks_mail_mx, checks_mail_smtp, checks_mail_policy, checks_message, checks_page,
    checks_edge,    checks_secrets,   checks_intent};
const size_t check_table_count = sizeof check_tables / sizeof check_tables[0];

/* In the order of the score card. */
static const struct {
    const char *id, *title;
} rows[] = {
    {"L1", "Domain setup"},
    {"L2", "TLS active"},
    {"L3", "Redirects clean"},
    {"L4", "Email authentication"},
    {"L5", "Secrets hidden"},
    {"L9", "Monitoring"},
    {"L11", "Speed of non-AI endpoints"},
    {"L12", "First load"},
    {"L14", "Environments apart"},
    {"L19", "Edge protection"},
    {"B1", "Allowed domains"},
    {"B4", "Client-side keys limited"},
};

const char *check_severity_name(enum check_severity severity)
{
    static const char *const names[] = {"note", "low", "medium", "high"};
    return severity <= SEVERITY_HIGH ? names[severity] : "high";
}

const char *check_row_at(size_t i) { return i < sizeof rows / sizeof rows[0] ? rows[i].id : NULL; }

const char *check_row_title(const char *row)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].id, row) == 0) {
            return rows[i].title;
        }
    }
    return NULL;
}

const struct check *check_find(str id)
{
    for (size_t t = 0; t < check_table_count; t++) {
        for (const struct check *check = check_tables[t]; check->id; check++) {
            if (str_eq(str_c(check->id), id)) {
                return check;
            }
        }
    }
    return NULL;
}
