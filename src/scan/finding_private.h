/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the findings: what is kept while the sources are read. */
#pragma once

#include <pthread.h>

#include "base/crypto.h"
#include "scan/finding.h"

enum {
    FINDINGS_NOT_MAX = 5000,              /* of them: judged to be none, for --explain */
    FINDINGS_PLACES_MAX = 100000,         /* of all findings together */
    FINDINGS_VERSIONS_MAX = 200000,       /* of files in history, likewise */
    FINDINGS_SECRET_BYTES_MAX = 32 << 20, /* of all secrets together */
    FINDINGS_TEXT_BYTES_MAX = 48 << 20,   /* paths, names, reasons */
    FINDING_OVERLAPS_MAX = 64,            /* places compared with one place */
    FINDING_FINGERPRINT_HEX = 32,         /* 128 bits of the digest */
};

/* One more version of a file that had the secret at the same path. */
struct history_link {
    const struct place_history *history;
    unsigned line, column;
    struct history_link *next;
};

struct slot {
    struct place place;
    struct history_link *links; /* PLACE_GIT: older and newer versions beside place.history */
    bool lost;                  /* another finding has it: see overlaps */
};

struct entry {
    struct finding f;
    struct slot *slots;
    size_t slot_count, slot_capacity;
    str reason_path; /* where f.reasons are from: the first by path and line */
    unsigned reason_line;
};

struct findings {
    pthread_mutex_t lock;
    struct entry *entries;
    size_t count, capacity, not_count;
    uint32_t *table; /* open addressing: index + 1 */
    size_t table_size;
    size_t places, versions, secret_bytes;
    struct arena text;
    str paths[256]; /* those seen last, to share their text */
    bool truncated, finished;
    err outcome; /* of findings_finish */
};

/* Takes each place away from the finding that says less when another has the same bytes there. */
err findings_overlaps(struct findings *f);

/* Merges versions of a file into one place, orders, drops what has no place left. */
err findings_order(struct findings *f);

void findings_sort(struct findings *f);

/* Fills in the fingerprints on a few threads. */
err findings_fingerprint(struct findings *f, str key);

void finding_set_fingerprint(struct finding *f, const struct crypto_digest *digest);
