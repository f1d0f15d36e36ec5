/* SPDX-License-Identifier: Apache-2.0 */
/* Every configuration key as a row: where its value goes and what it may be. */
#pragma once

#include "cli/config.h"

enum config_kind {
    CONFIG_TEXT,     /* char[size] */
    CONFIG_PATH,     /* char[size]; "file:" in front is fine; relative to the file's folder */
    CONFIG_CHOICE,   /* char[size], one of `choices` */
    CONFIG_COUNT,    /* unsigned */
    CONFIG_NUMBER,   /* uint64_t */
    CONFIG_SIZE,     /* uint64_t bytes: 500, 64KB, 32MB, 1GB */
    CONFIG_DURATION, /* unsigned ms: 500ms, 10s, 5min, 3h, 2d */
    CONFIG_BOOL,     /* bool: true, false */
    CONFIG_REAL,     /* double */
    CONFIG_SECRET,   /* struct secret, by reference */
    CONFIG_LIST      /* char[count][size] with an unsigned beside it, or ended by an empty one */
};

struct config_row {
    const char *key; /* "server.listen"; "webhooks[].url" for members of a list of objects */
    enum config_kind kind;
    size_t offset, size;  /* in struct config; of the text or one element */
    size_t count;         /* elements of a list */
    size_t used;          /* offset of the unsigned that counts them, SIZE_MAX for none */
    double min, max;      /* of numbers, in the stored unit */
    const char *choices;  /* "a|b|c" */
    const char *fallback; /* the default in words, for the reference */
    const char *help;
};

extern const struct config_row config_rows[];
extern const size_t config_row_count;

/* Gives the row of a key, or NULL with the nearest key in *ret_nearest (NULL when none is near). */
const struct config_row *config_row_find(str key, const char **ret_nearest);

/* True when some row's key begins with this section ("server", "server.tls"). */
bool config_section_known(str section);

/* Stores a text under a row; `at` is added to the row's offset (elements of webhooks[]). INVALID
 * with a reason. */
err config_row_set(struct arena *a, const struct config_row *row, size_t at, str value,
                   struct config *config, str *ret_reason);

/* Stores element `i` of a list row. */
err config_row_set_item(struct arena *a, const struct config_row *row, size_t i, str value,
                        struct config *config, str *ret_reason);
