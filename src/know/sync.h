/* SPDX-License-Identifier: Apache-2.0 */
/* What the kinds of sources share while one is read anew: what the store knows, batches of writes,
 * duplicates, progress, and at the end what is gone. Everything here belongs to the syncing thread.
 */
#pragma once

#include "know/hashes.h"
#include "know/options.h"
#include "know/readers.h"

enum {
    SYNC_BATCH_MAX = 64,                /* documents of one transaction */
    SYNC_BATCH_BYTES = 4 << 20,         /* text of one transaction, about */
    SYNC_ARENA_MAX = 512 * 1024 * 1024, /* URLs and paths of the largest source */
    SYNC_REASON_MAX = 500,
    SYNC_READ_VERSION = 1, /* counts up when reading the same bytes gives other passages */
};

struct sync {
    struct store *store;
    const struct know_settings *settings;
    const struct source_row *source;
    struct know_options options;
    know_progress_fn tell;
    void *tell_user;
    struct know_progress progress;
    struct arena arena;

    struct document_row *known; /* by URL */
    size_t known_count;
    bool *seen, *written; /* of known[i], in this sync */
    uint64_t generation;
    size_t
        *waiting; /* known[…] that were seen as they are and whose texts are not in `texts` yet */
    size_t waiting_count;
    struct hashes texts; /* of the passages of documents seen in this sync */

    struct reading *batch[SYNC_BATCH_MAX];
    size_t batch_count, batch_bytes;

    bool cancelled;                /* the progress function said so */
    bool incomplete;               /* not everything could be looked at: nothing may be removed */
    char trouble[SYNC_REASON_MAX]; /* what stopped the source as a whole, else empty */
};

/* What the store knows of a URL, or NULL. */
const struct document_row *sync_known(const struct sync *s, str url);

/* Counts one more document that was found. */
void sync_found(struct sync *s, size_t count);

/* Takes an answer of the readers: writes, keeps or drops the document and tells of it. */
err sync_take(struct sync *s, struct reading *reading);

/* Marks a known document as unchanged without reading it, and tells. */
err sync_unchanged(struct sync *s, const struct document_row *known);

/* Tells that something cannot be read; with `whole` it is what stopped the source. */
void sync_failed(struct sync *s, str name, str reason, bool whole);

/* The kinds. Each asks, takes and returns when all is done or s->cancelled. */
err sync_files(struct sync *s); /* "file", "text": one document */
err sync_folder(struct sync *s);
err sync_crawl(struct sync *s);
err sync_sitemap(struct sync *s);

/* Hash of what was read, changed with SYNC_READ_VERSION. */
struct crypto_digest sync_hash(str bytes);
