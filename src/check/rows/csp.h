/* SPDX-License-Identifier: Apache-2.0 */
/* Content-Security-Policy: parsed (CSP Level 3 section 2.2.1) and judged as csp-evaluator does. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
    CSP_DIRECTIVES_MAX = 64,
    CSP_SOURCES_MAX = 1024, /* of all directives together */
    CSP_FINDINGS_MAX = 64,
};

struct csp_directive {
    str name; /* lower case */
    const str *sources;
    size_t count;
};

struct csp {
    struct csp_directive directives[CSP_DIRECTIVES_MAX];
    size_t count;
    bool more; /* a limit left something out */
};

/* Reads one policy: the first of equal directives counts. Never fails on any text. NO_MEMORY. */
err csp_read(struct arena *a, str policy, struct csp *ret);

/* The directive that counts for `name` after its fallbacks; NULL. */
const struct csp_directive *csp_effective(const struct csp *csp, const char *name);
const struct csp_directive *csp_find(const struct csp *csp, const char *name);

struct csp_finding {
    bool note; /* worth a word, no warning */
    str text;
};

/* Judges a policy; gives the number of findings, those that are no notes in *ret_warnings. */
size_t csp_judge(struct arena *a, const struct csp *csp, struct csp_finding ret[CSP_FINDINGS_MAX],
                 size_t *ret_warnings);
