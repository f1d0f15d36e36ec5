/* SPDX-License-Identifier: Apache-2.0 */
/* Sources, the documents read from them, their passages, and the jobs that read them. */
#pragma once

#include "base/crypto.h"
#include "store/audit.h"

struct source_row {
    id id, project;
    str kind;     /* "file", "folder", "url", "sitemap", "text" */
    str location; /* absolute path, URL, or empty for text */
    str title;
    str options; /* JSON: limits, include rules */
    str groups;  /* only known visitors of one of them read it: names with a line feed after each,
                    sorted; empty: everybody who may read the project */
    str state;   /* "new", "syncing", "ready", "failed" */
    str last_error;
    uint64_t documents, passages, failures;
    int64_t created_ms, synced_ms;
};

struct document_row {
    id id, project, source;
    str url; /* what a citation links to; unique within the source */
    str title;
    str language;              /* BCP 47 primary subtag or empty */
    struct crypto_digest hash; /* of the bytes that were read */
    str etag, last_modified;   /* for conditional requests */
    str error;                 /* why it could not be read, empty when it could */
    uint64_t generation;       /* of the sync that saw it last */
    int64_t read_ms;
};

struct passage_row {
    uint64_t number; /* store-wide row number, never shown to clients */
    id document;
    str url;          /* with #anchor */
    str title;        /* of the document */
    str heading;      /* headings above, outermost first, joined by " › " */
    str text;         /* plain text, paragraphs parted by "\n\n" */
    uint32_t ordinal; /* place within the document */
    str index_title, index_heading,
        index_text; /* what the index sees (know/tokens.h); only for writing */
    double score;   /* of a search: higher is better */
};

err store_source_create(struct store *store, const struct source_row *row);
err store_source_get(struct store *store, struct arena *a, const id *project, const id *source,
                     struct source_row *ret);
err store_source_list(struct store *store, struct arena *a, const id *project,
                      struct source_row **ret, size_t *ret_count);
err store_source_state(struct store *store, const id *project, const id *source, str state,
                       str error, int64_t synced_ms);
/* Sets who may read it; holds from the next search on. NOT_FOUND. */
err store_source_set_groups(struct store *store, const id *project, const id *source, str groups,
                            const struct audit_act *act);
/* Removes the source, its documents and passages at once. NOT_FOUND. */
err store_source_delete(struct store *store, const id *project, const id *source);
/* Gives the upload's or text's bytes of a "file" or "text" source that was sent by a client. */
err store_source_content(struct store *store, struct arena *a, const id *project, const id *source,
                         str *ret, str *ret_content_type);
err store_source_set_content(struct store *store, const id *project, const id *source, str content,
                             str content_type);

/* NOT_FOUND. */
err store_document_by_url(struct store *store, struct arena *a, const id *project, const id *source,
                          str url, struct document_row *ret);
err store_document_list(struct store *store, struct arena *a, const id *project, const id *source,
                        struct document_row **ret, size_t *ret_count);
/* Replaces the document of that URL and its passages; a batch is one transaction. */
struct document_put {
    struct document_row document;
    const struct passage_row *passages;
    size_t passage_count;
};
err store_document_put(struct store *store, const struct document_put *batch, size_t count);
/* Marks as seen by this sync without reading again. */
err store_document_seen(struct store *store, const id *project, const id *source, str url,
                        uint64_t generation);
/* Removes what an older sync saw last; *ret_removed documents. */
err store_document_prune(struct store *store, const id *project, const id *source,
                         uint64_t generation, size_t *ret_removed);

struct job_row {
    id id, project, source; /* source none: all of the project */
    str state;              /* "queued", "running", "done", "failed" */
    str progress;           /* JSON: counts and failures */
    int64_t created_ms, updated_ms;
};
/* Queues a job. One for the same source (or for all of the project) that waits already does its
 * work: *ret is then that one, else the new one. RATE_LIMITED when STORE_JOBS_QUEUED_MAX of the
 * project wait. */
err store_job_create(struct store *store, struct arena *a, const struct job_row *row,
                     struct job_row *ret);
err store_job_get(struct store *store, struct arena *a, const id *project, const id *job,
                  struct job_row *ret);
err store_job_update(struct store *store, const id *project, const id *job, str state,
                     str progress);
/* Leases the oldest queued job (or a running one whose lease ran out). NOT_FOUND when there is
 * none. */
err store_job_claim(struct store *store, struct arena *a, int64_t now_ms, int64_t lease_ms,
                    struct job_row *ret);
/* Removes jobs that ended before a time, a thousand at once; *ret_removed how many. */
err store_job_expire(struct store *store, int64_t before_ms, size_t *ret_removed);
