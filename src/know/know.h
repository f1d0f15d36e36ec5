/* SPDX-License-Identifier: Apache-2.0 */
/* Knowledge: sources → documents → passages → index (read/ side), and query → passages → extract
 * (search side). */
#pragma once

#include "store/passage.h"

/* Limits of reading; durations in ms, sizes in bytes. */
struct know_settings {
    uint64_t document_bytes_max; /* 32 MB */
    uint64_t text_bytes_max;     /* 4 MB of text out of one document */
    unsigned documents_max;      /* per source, 20,000 */
    unsigned depth_max;          /* links from the start page, 8 */
    unsigned crawl_ms;           /* 30 min for one sync of a URL */
    unsigned fetch_ms;           /* 20 s a page */
    unsigned parse_ms;           /* 20 s of CPU in the sandbox */
    uint64_t parse_memory;       /* 512 MB in the sandbox */
    unsigned parallel;           /* parser children and fetches at once, 0: cores (fetches: 4) */
    bool allow_private; /* crawl loopback and private addresses: tests and intranets only */
    char user_agent[128];
};
struct know_settings know_settings_default(void);

/* ── sync ── */

struct know_progress {
    uint64_t found, read, unchanged, failed, removed, passages;
    str current; /* URL or path being read; borrowed for the call */
};

/* Called from the syncing thread after each document; `failure` names why `progress->current`
 * failed (static or borrowed text a person can act on), empty otherwise. Returning false cancels.
 */
typedef bool (*know_progress_fn)(void *user, const struct know_progress *progress, str failure);

/* Reads a source anew: only what changed is parsed and indexed, what is gone is removed. `content`
 * is the client's upload for "file"/"text" sources without a path, empty otherwise. A failed
 * document never fails the sync; the source's state and counts are written at the end. */
err know_sync(struct store *store, const struct know_settings *settings,
              const struct source_row *source, know_progress_fn progress, void *user,
              struct know_progress *ret);

/* Must run first thing in main(): when this process was started as the parser child, does its work
 * and exits. */
void know_parser_main(int argc, char **argv);

/* ── search ── */

struct know_question; /* know/query.h */

struct know_hit {
    struct passage_row passage;
    double score; /* 0 … 1: how sure we are that it answers the query; comparable between queries */
    str snippet; /* one or two sentences around the matches, at most 300 bytes, whole characters */
    const struct know_question *question; /* how it was searched, for know_extract; may be NULL */
};

struct know_query {
    const id *project;
    struct reader reader; /* what is not theirs to read is not found */
    str text;             /* as typed; at most 1,000 bytes are used */
    str url_prefix;
    size_t limit;    /* hits, at most 50 */
    size_t per_page; /* only so many passages of one document, the best; 0: all */
    bool bare;       /* leaves the snippets empty; see know_hit_snippet */
};

err know_search(struct store *store, struct arena *a, const struct know_query *query,
                struct know_hit **ret, size_t *ret_count);

/* The snippet of a hit, made now when the search left it out. */
err know_hit_snippet(struct arena *a, const struct know_hit *hit, str *ret);

/* ── extractive answer ── */

struct know_citation {
    unsigned index; /* as in "[1]" */
    str title, url, snippet;
};

struct know_answer {
    bool answered;     /* false: below the threshold, content is empty */
    double confidence; /* 0 … 1 */
    str content; /* one to four sentences of the documents, each followed by its " [n]"; a block
                    of code has that of the sentence before it */
    struct know_citation *citations; /* those in the content first, then further pages: three at
                                        least when there are so many good ones */
    size_t citation_count;
};

/* Takes one to four sentences from the hits (of know_search). Never says what no document says. */
err know_extract(struct arena *a, str question, const struct know_hit *hits, size_t count,
                 struct know_answer *ret);

/* Confidence below which a question counts as not in the documents (also for models). */
double know_threshold(void);
