/* SPDX-License-Identifier: Apache-2.0 */
/* All paths of a repository's history, each once, and which object stands at which of them. */
#pragma once

#include "base/buf.h"
#include "scan/git_repo.h"

enum {
    GIT_PATHS_MAX = 1000000,
    GIT_NAME_BYTES_MAX = 40 << 20,
    GIT_PAIRS_MAX = 1000000, /* further paths of objects that stand at more than one */
    GIT_DEPTH_MAX = 256,     /* folders in folders */
    GIT_NO_PATH = 0,
    GIT_ROOT = 1, /* the path of root trees */
};

struct git_path {
    uint32_t parent;  /* GIT_NO_PATH: none */
    uint32_t name_at; /* in the names */
    uint32_t tree;    /* the tree that was seen last at it + 1; 0: none */
    uint16_t name_n, depth;
};

struct git_pair {
    uint32_t object, path;
};

struct git_paths {
    struct git_path *paths;
    uint32_t count, capacity;
    char *names;
    size_t names_n, names_capacity;
    uint32_t *table; /* open addressing: index */
    size_t table_size;
    struct git_pair *pairs;
    uint32_t pair_count, pair_capacity;
    uint32_t *pair_table; /* open addressing: index + 1 */
    size_t pair_table_size;
};

/* NO_MEMORY. */
err git_paths_init(struct git_paths *p);
void git_paths_done(struct git_paths *p);

/* Gives the number of `name` within `parent`, made when it is new; GIT_NO_PATH when there are too
 * many, or it is too deep. */
uint32_t git_paths_add(struct git_paths *p, uint32_t parent, str name);
/* The same, but GIT_NO_PATH when it is new. */
uint32_t git_paths_find(const struct git_paths *p, uint32_t parent, str name);
/* Writes the whole path; one longer than the buffer's ceiling loses its beginning. */
void git_paths_write(const struct git_paths *p, uint32_t path, struct buf *into);

/* Notes a further path of an object. False when it is known or there are too many: *ret_full. */
bool git_pairs_add(struct git_paths *p, uint32_t object, uint32_t path, bool *ret_full);
/* After the last git_pairs_add: sorts, so that git_pairs_of works. */
void git_pairs_sort(struct git_paths *p);
/* The further paths of an object; their count. */
size_t git_pairs_of(const struct git_paths *p, uint32_t object, const struct git_pair **ret);
