/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the history's reader: from refs over commits and trees to blobs and their paths (walk),
 * the blobs in the order of the packs (blobs), then who brought what was found (places). */
#pragma once

#include "scan/content.h"
#include "scan/git_paths.h"
#include "scan/git_store.h"

enum {
    GIT_COMMITS_MAX = 1500000,
    GIT_PARENTS_MAX = 3000000, /* of all commits */
    GIT_TREES_MAX = 1000000,   /* waiting to be read */
    GIT_LABELS_MAX = 200000,   /* refs and the like */
    GIT_HITS_MAX = 200000,     /* blobs at a path with something found in them */
    GIT_JOBS_MAX = 16,
    GIT_CACHE_BYTES = 32 << 20, /* objects in memory, of all threads */
    GIT_WALK_CACHE = 8 << 20,   /* the same of the walk: trees are small, and near is fast */
    GIT_COPIES_MAX = 64,        /* paths that are told of a blob with something found in it */
    GIT_PATH_BYTES = 16 << 10,  /* prefix and path */
};

struct git_commit {
    int64_t time; /* committer's, seconds */
    uint32_t object, tree, parent_at, parent_count, label;
};

/* A blob at a path where something was found. */
struct git_hit {
    struct place_history *history;
    uint32_t object, path;
};

/* Each limit is told once. */
enum git_told {
    TOLD_COMMITS = 1,
    TOLD_PATHS = 2,
    TOLD_NUMBERS = 4,
    TOLD_HITS = 8,
    TOLD_PARTIAL = 16,
    TOLD_MEMORY = 32
};

struct git_history {
    struct scan *scan;
    git_repository *repo;
    str prefix; /* before each path, when several repositories are searched */
    struct git_store store;
    struct git_paths paths;
    struct unpacker unpacker; /* of the walk, which is one thread's */
    struct git_text *text;    /* likewise */
    /* By an object's number: its kind once it was seen; a blob's or tree's first path, a commit's
     * index. */
    uint8_t *kinds;
    uint32_t *firsts;
    size_t mark_capacity;
    uint32_t blob_count;
    struct git_commit *commits;
    uint32_t commit_count, commit_capacity;
    uint32_t *parents; /* numbers of objects */
    uint32_t parent_count, parent_capacity;
    uint32_t *todo; /* commits */
    size_t todo_count, todo_capacity;
    struct git_pair *trees; /* waiting */
    size_t tree_count, tree_capacity;
    str *labels;
    uint32_t label_count, label_capacity;
    uint32_t head_label; /* of what HEAD reaches; GIT_NO_NUMBER: no HEAD */
    struct arena names;  /* of the labels */
    struct git_hit *hits;
    size_t hit_count, hit_capacity;
    uint32_t *shallow; /* commits whose parents a shallow clone has left out, in order */
    size_t shallow_count;
    unsigned told;
    pthread_mutex_t lock; /* hits, told, scan->keep */
};

/* ── texts: git_text.c ── */

/* One thread's way to the scanner. */
struct git_text {
    struct git_history *history;
    struct scan_worker *worker;
    struct place_history *spare;
    struct buf path;
};

err git_text_init(struct git_text *t, struct git_history *h);
void git_text_done(struct git_text *t);
/* Searches a text at t->path; true when something was found: then t->spare has become its history
 * and is given. */
struct place_history *git_text_scan(struct git_text *t, str bytes);
/* The same of a message; all that is known of it is told at once. `commit` may be NULL. */
void git_text_message(struct git_text *t, str message, const uint8_t *id, const char *what,
                      str commit, uint32_t label);
/* Keeps a hit, for git_places. */
void git_hit_add(struct git_history *h, struct place_history *history, uint32_t object,
                 uint32_t path);
void git_tell(struct git_history *h, enum git_told what, const char *words);
/* scan_problem of one object; what a partial clone has not fetched is told once. */
void git_tell_object(struct git_history *h, const char *what, uint32_t number, err e);

/* "author Name <mail> 1234567890 +0100": name and milliseconds. False when there is none. */
bool git_commit_person(str commit, str field, str *ret_name, int64_t *ret_ms);

/* ── walk: git_walk.c, git_tree.c, git_refs.c ── */

/* Makes room for marks of all objects numbered so far. */
bool git_marks(struct git_history *h);
/* GIT_NO_NUMBER when it is no name of an object. */
uint32_t git_number_of_hex(struct git_history *h, str hex);
void git_shallow_sort(struct git_history *h);
uint32_t git_label(struct git_history *h, str name);
/* All that a commit, tag, tree or blob reaches. */
void git_walk(struct git_history *h, uint32_t number, uint32_t label);
void git_walk_tree(struct git_history *h, uint32_t tree, uint32_t path);
/* A blob at a path. */
void git_note_blob(struct git_history *h, uint32_t number, uint32_t path);
/* All refs, stashes, and what options->dangling adds. */
void git_refs_walk(struct git_history *h);
/* Tells of files below refs/ that are no references: libgit2 passes them over in silence. */
void git_refs_check(struct git_history *h);

struct git_entry {
    uint32_t mode;
    str name;
    const uint8_t *id;
};
/* Takes the next entry off a tree. False at its end or where it is damaged. */
bool git_tree_next(str *rest, struct git_entry *ret);

/* ── blobs: git_blobs.c ── */

err git_blobs_scan(struct git_history *h);

/* ── places: git_places.c ── */

/* Fills in the histories of what was found. */
err git_places_fill(struct git_history *h);
