/* SPDX-License-Identifier: Apache-2.0 */
/* Where the history begins: HEAD, branches, tags, notes, stashes, work trees; and on request what
 * none of them reaches. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "scan/git_history.h"

enum { SHALLOW_BYTES_MAX = 4 << 20 };

static void walk_oid(struct git_history *h, const git_oid *oid, uint32_t label)
{
    git_walk(h, git_store_number(&h->store, oid->id), label);
}

static void walk_head(struct git_history *h)
{
    git_reference *head = NULL;
    git_oid oid;
    h->head_label = GIT_NO_NUMBER;
    if (!git_repo_head(h->repo, &oid)) {
        if (git_repository_head_unborn(h->repo) != 1) {
            scan_problem(h->scan, str_c(git_repository_path(h->repo)), "HEAD cannot be read",
                         false);
        }
        return;
    }
    str name = STR("HEAD");
    if (git_repository_head_detached(h->repo) == 0 && git_repository_head(&head, h->repo) == 0) {
        name = str_c(git_reference_name(head));
    }
    h->head_label = git_label(h, name);
    git_reference_free(head);
    walk_oid(h, &oid, h->head_label);
}

static void walk_worktrees(struct git_history *h)
{
    git_strarray names = {NULL, 0};
    if (git_worktree_list(&names, h->repo) != 0) {
        return;
    }
    for (size_t i = 0; i < names.count; i++) {
        git_reference *head = NULL;
        if (git_repository_head_for_worktree(&head, h->repo, names.strings[i]) == 0 &&
            git_reference_target(head)) {
            walk_oid(h, git_reference_target(head), git_label(h, str_c("HEAD of a work tree")));
        }
        git_reference_free(head);
    }
    git_strarray_dispose(&names);
}

static unsigned rank(const char *name)
{
    static const char *const orders[] = {"refs/heads/", "refs/remotes/", "refs/tags/"};
    unsigned i;
    for (i = 0; i < 3 && !str_starts(str_c(name), str_c(orders[i])); i++) {
    }
    return i;
}

static int by_rank(const void *left, const void *right)
{
    const char *a = *(char *const *)left, *b = *(char *const *)right;
    unsigned x = rank(a), y = rank(b);
    return x != y ? (x < y ? -1 : 1) : strcmp(a, b);
}

static void walk_ref(struct git_history *h, const char *name)
{
    git_reference *ref = NULL;
    git_oid oid;
    int result = git_reference_name_to_id(&oid, h->repo, name);
    if (result == 0) {
        bool stash = str_eq(str_c(name), STR("refs/stash"));
        walk_oid(h, &oid, git_label(h, stash ? STR("stash") : str_c(name)));
        return;
    }
    /* "origin/HEAD" of a branch that is gone says nothing. */
    bool symbolic = git_reference_lookup(&ref, h->repo, name) == 0 &&
                    git_reference_type(ref) == GIT_REFERENCE_SYMBOLIC;
    git_reference_free(ref);
    if (!symbolic) {
        scan_problem(h->scan, str_c(name), "the git reference is damaged", false);
    }
}

static void walk_reflog(struct git_history *h, const char *name, const char *label)
{
    git_reflog *log = NULL;
    uint32_t number = GIT_NO_NUMBER;
    if (git_reflog_read(&log, h->repo, name) != 0) {
        return;
    }
    for (size_t i = 0; i < git_reflog_entrycount(log); i++) {
        const git_oid *oid = git_reflog_entry_id_new(git_reflog_entry_byindex(log, i));
        if (oid && !git_oid_is_zero(oid) &&
            git_odb_exists_ext(h->store.odb, oid, GIT_ODB_LOOKUP_NO_REFRESH)) {
            number = number == GIT_NO_NUMBER ? git_label(h, str_c(label)) : number;
            walk_oid(h, oid, number);
        }
    }
    git_reflog_free(log);
}

/* ── what no ref reaches ── */

static int number_object(const git_oid *oid, void *user)
{
    struct git_history *h = user;
    return git_store_number(&h->store, oid->id) == GIT_NO_NUMBER ? -1 : 0;
}

static enum object_kind kind_of(struct git_history *h, uint32_t number)
{
    struct object *o = NULL;
    err e = git_store_read(&h->store, &h->unpacker, number, &o);
    enum object_kind kind = OBJECT_NONE;
    if (err_ok(e)) {
        kind = o->kind;
    } else if (e.code == ERR_TOO_LARGE) {
        kind = OBJECT_BLOB; /* what is too large to be anything else; the blobs' reader will see */
    } else {
        git_tell_object(h, "object", number, e);
        h->kinds[number] = OBJECT_TAG;
    }
    object_drop(o);
    unpack_end(&h->unpacker);
    return kind;
}

/* Commits first, since they know the paths of the others; then trees. */
static void walk_unreached(struct git_history *h)
{
    int result = git_odb_foreach(h->store.odb, number_object, h);
    if (result != 0 || !git_marks(h)) {
        scan_problem(h->scan, str_c(git_repository_path(h->repo)),
                     "not all git objects could be listed", false);
    }
    uint32_t label = git_label(h, STR("dangling"));
    for (enum object_kind pass = OBJECT_COMMIT; pass <= OBJECT_BLOB && git_marks(h); pass++) {
        uint32_t count = git_store_count(&h->store);
        for (uint32_t number = 0; number < count; number++) {
            if (h->kinds[number] != OBJECT_NONE) {
                continue;
            }
            enum object_kind kind = kind_of(h, number);
            if (kind == pass || (kind == OBJECT_TAG && pass == OBJECT_COMMIT)) {
                git_walk(h, number, label);
            }
        }
    }
}

/* ── all together ── */

static void read_shallow(struct git_history *h)
{
    char name[GIT_PATH_MAX + 16];
    struct buf text;
    int n = snprintf(name, sizeof name, "%sshallow", git_repository_commondir(h->repo));
    if (n < 0 || (size_t)n >= sizeof name) {
        return;
    }
    buf_init(&text, SHALLOW_BYTES_MAX);
    if (err_ok(file_read(name, &text)) && text.n) {
        str rest = buf_str(&text), line;
        scan_problem(h->scan, str_c(name), "a shallow clone: its older commits are not there",
                     false);
        h->shallow = mem_array(text.n / (2 * GIT_ID) + 1, sizeof *h->shallow);
        while (h->shallow && h->shallow_count <= text.n / (2 * GIT_ID) &&
               str_split(&rest, '\n', &line)) {
            uint32_t number = git_number_of_hex(h, str_trim(line));
            if (number != GIT_NO_NUMBER) {
                h->shallow[h->shallow_count++] = number;
            }
        }
        git_shallow_sort(h);
    }
    buf_done(&text);
}

static bool walk_refs(struct git_history *h)
{
    git_strarray names = {NULL, 0};
    bool dangling = h->scan->options && h->scan->options->dangling;
    if (git_reference_list(&names, h->repo) != 0) {
        scan_problem(h->scan, str_c(git_repository_path(h->repo)),
                     "the git references are damaged: all objects are read", false);
        return false;
    }
    if (names.count) {
        qsort(names.strings, names.count, sizeof *names.strings, by_rank);
    }
    for (size_t i = 0; i < names.count; i++) {
        walk_ref(h, names.strings[i]);
    }
    git_refs_check(h);
    walk_reflog(h, "refs/stash", "stash");
    if (dangling) {
        walk_reflog(h, "HEAD", "reflog");
        for (size_t i = 0; i < names.count; i++) {
            walk_reflog(h, names.strings[i], "reflog");
        }
    }
    git_strarray_dispose(&names);
    return true;
}

void git_refs_walk(struct git_history *h)
{
    bool dangling = h->scan->options && h->scan->options->dangling;
    read_shallow(h);
    walk_head(h);
    bool fine = walk_refs(h);
    walk_worktrees(h);
    if (dangling || !fine) {
        walk_unreached(h);
    }
}
