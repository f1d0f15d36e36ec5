/* SPDX-License-Identifier: Apache-2.0 */
/* Trees: each is compared with the one seen last at the same path, so that what did not change
 * between two commits costs next to nothing. */
#include "base/mem.h"
#include "scan/git_history.h"

enum { TREES_FIRST = 256, MODE_TYPE = 0170000, MODE_TREE = 0040000, MODE_FILE = 0100000 };

bool git_tree_next(str *rest, struct git_entry *ret)
{
    const char *p = rest->p, *end = p + rest->n;
    uint32_t mode = 0;
    for (; p < end && *p >= '0' && *p <= '7' && mode < 1u << 24; p++) {
        mode = mode << 3 | (uint32_t)(*p - '0');
    }
    if (p == rest->p || p == end || *p != ' ') {
        return false;
    }
    p++;
    const char *zero = memchr(p, 0, (size_t)(end - p));
    if (!zero || zero == p || end - zero <= GIT_ID) {
        return false;
    }
    *ret = (struct git_entry){mode, str_n(p, (size_t)(zero - p)), (const uint8_t *)zero + 1};
    *rest = str_n(zero + 1 + GIT_ID, (size_t)(end - zero - 1 - GIT_ID));
    return true;
}

void git_note_blob(struct git_history *h, uint32_t number, uint32_t path)
{
    bool full = false;
    if (h->kinds[number] == OBJECT_NONE) {
        h->kinds[number] = OBJECT_BLOB;
        h->firsts[number] = path;
        h->blob_count++;
    } else if ((h->kinds[number] == OBJECT_BLOB || h->kinds[number] == OBJECT_TREE) &&
               h->firsts[number] != path) {
        (void)git_pairs_add(&h->paths, number, path, &full);
    }
    if (full) {
        git_tell(h, TOLD_PATHS, "there are too many paths in the history to name all of them");
    }
}

static void push(struct git_history *h, uint32_t tree, uint32_t path)
{
    if (h->tree_count == h->tree_capacity) {
        size_t capacity = h->tree_capacity ? h->tree_capacity * 2 : TREES_FIRST;
        struct git_pair *trees =
            capacity <= GIT_TREES_MAX * 2 ? mem_resize(h->trees, capacity * sizeof *trees) : NULL;
        if (!trees) {
            git_tell(h, TOLD_PATHS, "there are too many paths in the history to read all of them");
            return;
        }
        h->trees = trees;
        h->tree_capacity = capacity;
    }
    h->trees[h->tree_count++] = (struct git_pair){tree, path};
}

/* False when the tree at this path was read before. */
static bool note_tree(struct git_history *h, uint32_t tree, uint32_t path)
{
    bool full = false;
    if (h->kinds[tree] == OBJECT_NONE) {
        h->kinds[tree] = OBJECT_TREE;
        h->firsts[tree] = path;
        return true;
    }
    bool known = h->kinds[tree] == OBJECT_TREE || h->kinds[tree] == OBJECT_BLOB;
    if (!known || (h->kinds[tree] == OBJECT_TREE && h->firsts[tree] == path)) {
        return false;
    }
    bool fresh = git_pairs_add(&h->paths, tree, path, &full);
    if (full) {
        git_tell(h, TOLD_PATHS, "there are too many paths in the history to name all of them");
    }
    return fresh;
}

static void note_entry(struct git_history *h, const struct git_entry *entry, uint32_t path)
{
    uint32_t type = entry->mode & MODE_TYPE;
    if (type != MODE_TREE && type != MODE_FILE) {
        return; /* a link, whose content is a path; a submodule's commit */
    }
    uint32_t number = git_store_number(&h->store, entry->id);
    if (number == GIT_NO_NUMBER || !git_marks(h)) {
        git_tell(h, TOLD_NUMBERS, "there are too many git objects");
        return;
    }
    uint32_t child = git_paths_add(&h->paths, path, entry->name);
    if (child == GIT_NO_PATH) {
        git_tell(h, TOLD_PATHS, "there are too many paths in the history to read all of them");
        /* Its content is read all the same, as long as it is new. */
        child = type == MODE_FILE ? path : GIT_NO_PATH;
    }
    if (type == MODE_FILE) {
        git_note_blob(h, number, child);
    } else if (child != GIT_NO_PATH && note_tree(h, number, child)) {
        push(h, number, child);
    }
}

/* Whether the other tree has the entry; goes on to where names come after it. */
static bool has_entry(str *before, const struct git_entry *entry)
{
    struct git_entry old;
    str next = *before;
    while (git_tree_next(&next, &old)) {
        int order = str_cmp(old.name, entry->name);
        if (order > 0) {
            return false;
        }
        *before = next;
        if (order == 0) {
            return old.mode == entry->mode && memcmp(old.id, entry->id, GIT_ID) == 0;
        }
    }
    return false;
}

/* Entries of a tree that are not, exactly so, in the other one. Where the order of names is not
 * git's some that are in both come along, which does no harm. */
static bool compare(struct git_history *h, str tree, str before, uint32_t path)
{
    struct git_entry entry;
    while (tree.n) {
        const char *start = tree.p;
        if (!git_tree_next(&tree, &entry)) {
            return false;
        }
        str bytes = str_n(start, (size_t)(tree.p - start));
        if (str_starts(before, bytes)) { /* as nearly everywhere */
            before = str_slice(before, bytes.n, before.n);
        } else if (!has_entry(&before, &entry)) {
            note_entry(h, &entry, path);
        }
    }
    return true;
}

static void read_tree(struct git_history *h, uint32_t number, uint32_t path)
{
    struct object *tree = NULL, *before = NULL;
    err e = git_store_read(&h->store, &h->unpacker, number, &tree);
    if (!err_ok(e) || tree->kind != OBJECT_TREE) {
        if (err_ok(e)) {
            e = err_new(ERR_CORRUPT, "the git object is no tree");
            if (tree->kind == OBJECT_BLOB && h->kinds[number] == OBJECT_TREE) {
                h->kinds[number] = OBJECT_NONE;
                git_note_blob(h, number, path);
            }
        }
        git_tell_object(h, "tree", number, e);
        object_drop(tree);
        return;
    }
    uint32_t last = h->paths.paths[path].tree;
    if (last && !err_ok(git_store_read(&h->store, &h->unpacker, last - 1, &before))) {
        before = NULL;
    }
    h->paths.paths[path].tree = number + 1;
    if (!compare(h, object_view(tree), before ? object_view(before) : STR_EMPTY, path)) {
        git_tell_object(h, "tree", number, err_new(ERR_CORRUPT, "the git tree is damaged"));
    }
    object_drop(tree);
    object_drop(before);
    unpack_end(&h->unpacker);
}

void git_walk_tree(struct git_history *h, uint32_t tree, uint32_t path)
{
    if (!note_tree(h, tree, path)) {
        return;
    }
    push(h, tree, path);
    while (h->tree_count) {
        struct git_pair next = h->trees[--h->tree_count];
        read_tree(h, next.object, next.path);
    }
}
