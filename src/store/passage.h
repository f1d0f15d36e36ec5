/* SPDX-License-Identifier: Apache-2.0 */
/* Retrieval verbs: the store finds candidates, know/ ranks them. */
#pragma once

#include "store/source.h"

/* What of a project somebody may read. The zero value reads only what everybody may. */
struct reader {
    bool all;   /* staff and keys of the project */
    str groups; /* of a known visitor, as session_row.groups; else INVALID */
};

struct passage_query {
    const id *project;
    struct reader reader;  /* judged inside the query: what is not readable is not found */
    const str *terms;      /* index tokens (know/tokens.h); any of them may match */
    size_t term_count;     /* at most 64 */
    const double *weights; /* what each term is worth; NULL: all the same */
    str url_prefix;        /* only passages whose URL starts so; empty: all */
    size_t limit;          /* candidates, at most 500 */
    bool lean;             /* leaves url, title, heading and text out; see store_passage_fill */
};

/* Candidates by weight and number of the terms in title, heading and text, best first; rows have
 * number, document, ordinal, score, index_title, index_heading, index_text, and unless `lean` url,
 * title, heading, text. What is no index term matches nothing. */
err store_passage_find(struct store *store, struct arena *a, const struct passage_query *query,
                       struct passage_row **ret, size_t *ret_count);
/* Adds url, title, heading and text to rows of a lean search; a row that is gone, or that the
 * reader may no longer read, gets number 0. */
err store_passage_fill(struct store *store, struct arena *a, const id *project,
                       const struct reader *reader, struct passage_row *rows, size_t count);
/* Number of the project's passages that have each term, and of all; for weights and spelling. They
 * count what the reader may not read, so they must never leave the server as such. */
err store_term_counts(struct store *store, struct arena *a, const id *project, const str *terms,
                      size_t count, uint64_t *ret_counts, uint64_t *ret_total);
/* Index terms that start with `prefix` and have between min and max bytes, with their document
 * counts; at most `limit`, most frequent first: candidates for a misspelt word. */
err store_term_like(struct store *store, struct arena *a, const id *project, str prefix, size_t min,
                    size_t max, size_t limit, str **ret_terms, uint64_t **ret_counts,
                    size_t *ret_count);
/* Passages by place in a document, for context around a hit. */
err store_passage_around(struct store *store, struct arena *a, const id *project,
                         const id *document, uint32_t from_ordinal, uint32_t to_ordinal,
                         struct passage_row **ret, size_t *ret_count);
