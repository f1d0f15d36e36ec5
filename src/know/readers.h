/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that read documents side by side, each with a parser child of its own; results come back
 * in the order in which they were asked for. */
#pragma once

#include "base/crypto.h"
#include "know/options.h"
#include "know/parser.h"
#include "store/source.h"

enum {
    READERS_MAX = 16,
    READERS_WINDOW = 32,                   /* documents under way at once */
    READING_ARENA_MAX = 160 * 1024 * 1024, /* memory of one document */
};

enum reading_outcome {
    READING_FRESH,   /* new text */
    READING_SAME,    /* as when it was read last */
    READING_GONE,    /* no longer there */
    READING_SKIPPED, /* not to be indexed: noindex, another format, another page's copy */
    READING_FAILED,  /* cannot be read as it is */
    READING_LATER,   /* could not be reached now: what is known of it stays */
};

/* One document on its way: the first part is the question, the second the answer. */
struct reading {
    size_t number;                    /* readers_put counts */
    str url;                          /* what a citation links to, also the key in the store */
    str path;                         /* of a file, or the URL to fetch */
    unsigned depth;                   /* links away from the start */
    const struct document_row *known; /* what the store has, NULL: nothing */
    bool is_start;

    enum reading_outcome outcome;
    str reason; /* of FAILED, LATER; may be of SKIPPED, GONE */
    struct know_document document;
    struct passage_row *passages;
    size_t passage_count;
    struct crypto_digest hash;
    str etag, last_modified;
    struct arena arena; /* owns the answer's texts */
};

/* Fills the answer; runs on a reader's thread. */
typedef void (*readers_fn)(void *user, struct parser *parser, struct reading *reading);

struct readers;

err readers_start(const struct know_settings *settings, unsigned threads, readers_fn read,
                  void *user, struct readers **ret);
/* Hands over a question of the heap (reading_new); never more than READERS_WINDOW may be under way.
 */
void readers_put(struct readers *readers, struct reading *reading);
/* Waits for the oldest question's answer, which is the caller's again; NULL when nothing is under
 * way. */
struct reading *readers_take(struct readers *readers);
size_t readers_count(const struct readers *readers);
/* Waits for what is being read, throws away the rest. NULL is fine. */
void readers_stop(struct readers *readers);

struct reading *reading_new(void);
void reading_free(struct reading *reading);

/* Detects, parses and cuts bytes: sets outcome, reason, document and passages. */
void reading_parse(struct reading *r, struct parser *parser, str bytes, str name, str content_type);
