/* SPDX-License-Identifier: Apache-2.0 */
/* What the secret scanner found: where launch.yaml says, and in what the site serves. Never a whole
 * secret. */
#pragma once

#include "base/arena.h"

enum {
    SECRETS_FINDINGS_MAX = 200,
    SECRETS_PLACES_MAX = 12, /* shown of one secret and kind */
    SECRETS_PROBLEMS_MAX = 50,
};

enum secret_where { SECRET_IN_TREE, SECRET_IN_HISTORY, SECRET_SERVED, SECRET_WHERES };

struct secret_place {
    enum secret_where where;
    str text;        /* "src/app.js:3", "https://www.example.com/app.js:1" */
    str note;        /* of history: "in commit 0a1b2c3d4e of 2026-01-31, not at HEAD any more" */
    str environment; /* empty: none */
};

/* Keys of this program and of those that speak its protocol, which pages may have. */
enum secret_key { SECRET_NO_KEY, SECRET_PUBLIC_KEY, SECRET_SECRET_KEY, SECRET_OTHER_KEY };

struct secret_finding {
    str rule, title, service, opens, rotate; /* rotate: steps, one a line */
    str masked, fingerprint;
    bool severe;      /* high or medium */
    bool publishable; /* by design: no leak */
    bool shared;      /* the finding is that environments share it (L14) */
    enum secret_key key;
    const struct secret_place *places; /* by kind */
    size_t place_count;
    size_t counts[SECRET_WHERES]; /* of places, also of those that are not shown */
};

struct secrets_problem {
    str path, what;
    bool limit; /* a limit was reached, nothing failed */
    bool served;
};

struct secrets_facts {
    bool tree, history, served; /* was looked at */
    str site;                   /* URL of the page */
    str failed;                 /* why tree and history could not be looked at; empty: they could */
    uint64_t files, blobs;      /* on disk */
    uint64_t answers, bytes;    /* of the site */
    size_t accepted;            /* by a comment, launch.yaml */
    const struct secret_finding *findings;
    size_t count, more;
    const struct secrets_problem *problems;
    size_t problem_count, problem_more;
};
