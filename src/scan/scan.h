/* SPDX-License-Identifier: Apache-2.0 */
/* The secret scanner as one call: read the sources, find, judge, group. The command line uses it,
 * and row L5 of the auditor. */
#pragma once

#include <stdatomic.h>

#include "scan/config.h"
#include "scan/finding.h"

enum {
    SCAN_JOBS_MAX = 64,
    SCAN_PROBLEMS_MAX = 200,   /* kept; the rest is counted */
    SCAN_WHOLE_MAX = 16 << 20, /* a text up to this size is read at once, a longer one in pieces */
    SCAN_OVERLAP = 64 << 10,   /* what two pieces share: the longest secret that is never cut */
    SCAN_DEPTH_MAX = 5,        /* archives within archives */
    SCAN_ENTRIES_MAX = 200000, /* of one outermost archive with all within */
    SCAN_PROJECTS_MAX = 8,
    SCAN_PROJECT_MAX = 64, /* bytes of a slug, with its end */
    SITE_PAGES_MAX = 20,   /* linked pages of one site, with the first */
    SITE_MS_MAX = 120000,  /* for one site */
};
#define SCAN_ARCHIVE_BYTES_MAX (UINT64_C(8) << 30) /* unpacked, of one outermost archive */
#define SCAN_ARCHIVE_RATIO_MAX 200                 /* unpacked to packed, above 64 MB */
#define SCAN_ARCHIVE_MS_MAX 120000

/* One answer of a site. */
struct scan_answer {
    unsigned status;
    str type, location, source_map; /* headers; empty: none */
    str body;                       /* at most what was asked for */
    bool cut;                       /* there was more */
};

/* Asks one URL, follows no redirect, within `body_max` bytes and `wait_ms`; the answer lives in the
 * arena. The error's `what` is for people. From every thread. */
typedef err (*scan_ask_fn)(void *user, struct arena *a, str url, size_t body_max, unsigned wait_ms,
                           struct scan_answer *ret);

struct scan_options {
    const str *paths;
    size_t path_count;
    bool no_tree;   /* history only */
    bool history;   /* of the repositories at `paths`: every ref */
    bool dangling;  /* objects that no ref reaches, and the reflog's */
    bool staged;    /* only what the index has and HEAD has not */
    bool gitignore; /* leave out what .gitignore names */
    bool no_archives;
    int input_fd;   /* standard input as one log; -1: not read */
    str input_name; /* what its places are called; "-" */
    const str *urls;
    size_t url_count;
    scan_ask_fn ask; /* how URLs are asked; NULL: net/fetch, with allow_private and ca_file */
    void *ask_user;
    unsigned site_pages; /* of one site; 0: SITE_PAGES_MAX */
    unsigned site_ms;    /* for one site; 0: SITE_MS_MAX */
    bool verify;         /* ask the configured origin what a Doorward key may do */
    bool allow_private;
    str ca_file;
    const str *exclude; /* globs, beside the configuration's */
    size_t exclude_count;
    str only;                         /* rules: "aws-*,stripe-secret-key"; empty: all */
    str baseline;                     /* a file's content */
    str key;                          /* keys the fingerprints */
    bool explain;                     /* keep what was judged to be none */
    unsigned jobs;                    /* 0: one a core */
    const struct scan_config *config; /* launch.yaml; NULL: none */
    /* From any thread, one call at a time; may be NULL. */
    void (*progress)(void *user, const char *stage, uint64_t done, uint64_t total);
    void *user;
};

struct scan_problem {
    str path;
    const char *what; /* static: "permission denied", "the archive is damaged" */
    bool limit;       /* a limit of ours was reached */
    bool note;        /* left out by design: no exit code 3 */
};

struct scanner;

/* One run; shared by all threads. Sources use the functions below, not the fields. */
struct scan {
    const struct scan_options *options;
    const struct scanner *scanner;
    struct findings *findings;
    atomic_uint_fast64_t bytes, files, commits, blobs, skipped;
    atomic_uint_fast64_t answers; /* of sites; among the files */
    struct scan_problems *problems;
    char projects[SCAN_PROJECTS_MAX][SCAN_PROJECT_MAX]; /* that pages name: what --verify asks of */
    unsigned project_count;
    struct arena *keep; /* what findings point to (place_history); lives as long as they do */
};

/* Says that something could not be read, or only in part: exit code 3. From every thread. */
void scan_problem(struct scan *s, str path, const char *what, bool limit);
/* Says what was left out by design ("scripts of this other site are not read"): in the report, but
 * nothing that could not be read. From every thread. */
void scan_note(struct scan *s, str path, const char *what);
/* True when the path is not to be read: launch.yaml or --exclude name it. */
bool scan_excluded(const struct scan *s, str path);
/* Tells progress, now and then. From every thread. */
void scan_progress(struct scan *s, const char *stage, uint64_t done, uint64_t total);
unsigned scan_jobs(const struct scan *s);

/* The rule of findings about secrets that environments share (L14); not one of scan_rules. */
extern const struct rule scan_shared_rule;

struct scan_report {
    struct arena a;
    struct scan scan;
    int64_t started_ms; /* wall */
    unsigned duration_ms;
    struct scan_problem *problem_list;
    size_t problem_count, problem_more;
    size_t note_count; /* behind the problems in the list */
    size_t open, allowed, baselined, publishable, not_reported;
    size_t shared; /* open ones of scan_shared_rule, beside `open` */
    bool truncated;
    bool keyed; /* the fingerprints are */
};

/* Runs the scan. INVALID with words for people in *ret_reason: a path that is not there, no
 * repository, an --only that names nothing, a broken baseline. Free with scan_report_free. */
err scan_run(const struct scan_options *options, struct scan_report **ret, str *ret_reason,
             struct arena *a);
void scan_report_free(struct scan_report *r);

/* The worst severity of open findings; false when there are none. */
bool scan_worst(const struct scan_report *r, enum rule_severity *ret);
