/* SPDX-License-Identifier: Apache-2.0 */
/* robots.txt (RFC 9309): the group for us, longest match wins, allow wins a tie. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum {
    ROBOTS_BYTES_MAX = 512 * 1024, /* section 2.5: at least 500 KiB are read */
    ROBOTS_RULES_MAX = 5000,
    ROBOTS_DELAY_MAX_MS = 10000,
};

struct robots_rule {
    str pattern; /* with "*" and a final "$" */
    bool allow;
};

struct robots {
    struct robots_rule *rules;
    size_t count;
    bool none;         /* the file could not be reached: nothing may be read (section 2.3.1.4) */
    unsigned delay_ms; /* Crawl-delay, bounded */
};

/* Reads the group whose user agent is `product` ("Doorward", compared without case), or the one for
 * "*". What comes after ROBOTS_BYTES_MAX is ignored. The rules borrow from `text`. NO_MEMORY. */
err robots_parse(struct arena *a, str text, str product, struct robots *ret);

/* True when the path with query ("/a?b=c") may be read. /robots.txt always may. */
bool robots_allows(const struct robots *robots, str path);
