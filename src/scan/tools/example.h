/* SPDX-License-Identifier: Apache-2.0 */
/* The rules' examples, made by scripts/secret_rules.py; for the build and for tests. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct example {
    unsigned rule;    /* index of scan_rules */
    bool match;       /* its rule must find it; else its rule must not report it */
    const char *text; /* with everything random filled in */
};

extern const struct example examples[];
extern const size_t example_count;
