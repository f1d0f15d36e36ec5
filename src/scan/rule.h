/* SPDX-License-Identifier: Apache-2.0 */
/* The rules: data of rules/secrets, made into a C table by scripts/secret_rules.py. */
#pragma once

#include "base/str.h"
#include "scan/proof.h"
#include "scan/shape.h"

enum rule_severity { RULE_LOW, RULE_MEDIUM, RULE_HIGH };

struct rule {
    const char *id;      /* "aws-access-key": stable, cited by baselines and SARIF */
    const char *service; /* "Amazon Web Services" */
    const char *title;   /* "AWS access key" */
    const char *opens;   /* what a stranger can do with it, one sentence */
    const char *rotate;  /* steps, one a line, imperative */
    const char *console; /* where: "IAM → Users → Security credentials", or a URL */
    const char *tell;    /* who must be told, for the plan; NULL: the usual */
    enum rule_severity severity;
    bool generic;             /* found by its context (a key's name), not by a form of its own */
    bool keyed;               /* found by the service's name before it */
    bool public_by_design;    /* a publishable key: recognised, so that nothing else reports it */
    const char *expression;   /* PCRE2; the group "secret", else group 1, else all is the secret */
    bool caseless;            /* of the expression */
    const char *const *allow; /* PCRE2 over the secret, NULL at the end: it is none */
    enum shape shape;         /* what must stand around the word */
    enum proof proof;         /* what can be verified offline */
    unsigned entropy_min;     /* hundredths of a bit per character (Shannon); 0: not looked at */
    unsigned before, after;   /* bytes of the window around the prefilter's word */
};

extern const struct rule scan_rules[];
extern const size_t scan_rule_count;

/* NULL when there is none. */
const struct rule *rule_find(str id);
const char *rule_severity_name(enum rule_severity severity);
/* A secret that several rules match belongs to the lowest: 0 has a form of its own, 1 is keyed, 2
 * generic. */
unsigned rule_rank(const struct rule *rule);
