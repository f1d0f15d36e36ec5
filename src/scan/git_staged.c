/* SPDX-License-Identifier: Apache-2.0 */
/* What the index has and HEAD has not. The files of the work tree are never read: what is committed
 * is the index. */
#include "base/mem.h"
#include "scan/content.h"
#include "scan/git_repo.h"
#include "scan/sources.h"

enum {
    STAGED_WHOLE_MAX = 24 << 20, /* bytes of a blob in memory */
    STAGED_PIECE = 256 << 10,
    STAGED_RENAMES_MAX = 400, /* files that went, compared with those that came */
};

struct staged {
    struct scan *scan;
    git_odb *odb;
    struct scan_worker *worker;
    /* A run aside, whose findings are only looked at; made when first needed. */
    struct scan aside;
    struct scan_worker *aside_worker;
};

/* ── a run aside ── */

static void clear_aside(struct staged *s)
{
    scan_worker_free(s->aside_worker);
    findings_free(s->aside.findings);
    s->aside_worker = NULL;
    s->aside.findings = NULL;
}

static err renew_aside(struct staged *s)
{
    clear_aside(s);
    s->aside.options = s->scan->options;
    s->aside.scanner = s->scan->scanner;
    s->aside.problems = s->scan->problems;
    err e = findings_new(&s->aside.findings);
    return err_ok(e) ? scan_worker_new(&s->aside, &s->aside_worker) : e;
}

/* ── blobs ── */

static void read_pieces(struct staged *s, const git_oid *id, const struct origin *o)
{
    git_odb_stream *from = NULL;
    struct scan_stream *into;
    size_t size;
    git_object_t kind;
    int n = -1;
    if (git_odb_open_rstream(&from, &size, &kind, s->odb, id) != 0) {
        scan_problem(s->scan, o->path, "the staged file is too large to be read", true);
        return;
    }
    char *piece = mem_alloc(STAGED_PIECE);
    if (piece && err_ok(scan_stream_begin(s->worker, o, &into))) {
        while ((n = git_odb_stream_read(from, piece, STAGED_PIECE)) > 0) {
            scan_stream_add(into, str_n(piece, (size_t)n));
        }
        scan_stream_end(into);
    }
    if (n != 0) {
        scan_problem(s->scan, o->path, "the staged file is damaged", false);
    }
    mem_free(piece);
    git_odb_stream_free(from);
}

/* NULL with a problem told; or without one when `quiet`. */
static git_odb_object *read_whole(struct staged *s, const git_oid *id, str path, bool quiet,
                                  bool *ret_large)
{
    size_t size;
    git_object_t kind;
    git_odb_object *o = NULL;
    *ret_large = false;
    if (git_odb_read_header(&size, &kind, s->odb, id) == 0 && kind == GIT_OBJECT_BLOB) {
        *ret_large = size > STAGED_WHOLE_MAX;
        if (*ret_large || git_odb_read(&o, s->odb, id) == 0) {
            return o;
        }
    }
    if (!quiet) {
        scan_problem(s->scan, path, "the staged file is missing or damaged", false);
    }
    return NULL;
}

static str view(git_odb_object *o) { return str_n(git_odb_object_data(o), git_odb_object_size(o)); }

/* Fills the run aside with what HEAD's version has. */
static void look_at_head(struct staged *s, const git_diff_file *old)
{
    bool large;
    str path = str_c(old->path);
    git_odb_object *o =
        git_oid_is_zero(&old->id) ? NULL : read_whole(s, &old->id, path, true, &large);
    if (o) {
        scan_content(s->aside_worker, view(o), &(struct origin){.kind = PLACE_GIT, .path = path});
        git_odb_object_free(o);
    }
}

/* Most files have nothing in them, and then HEAD's version does not matter. */
static err search(struct staged *s, const git_diff_delta *delta)
{
    bool large;
    unsigned added = 0;
    struct origin origin = {
        .kind = PLACE_GIT, .path = str_c(delta->new_file.path), .added = &added};
    git_odb_object *now = read_whole(s, &delta->new_file.id, origin.path, false, &large);
    if (large) {
        origin.added = NULL;
        read_pieces(s, &delta->new_file.id, &origin);
        return ERR_NONE;
    }
    if (!now) {
        return ERR_NONE;
    }
    scan_content(s->aside_worker, view(now), &origin);
    err e = ERR_NONE;
    if (added) {
        e = renew_aside(s);
        if (err_ok(e)) {
            look_at_head(s, &delta->old_file);
            origin.added = NULL;
            origin.except = s->aside.findings;
            scan_content(s->worker, view(now), &origin);
            e = renew_aside(s);
        }
    } else {
        atomic_fetch_add_explicit(&s->scan->bytes, git_odb_object_size(now), memory_order_relaxed);
    }
    atomic_fetch_add_explicit(&s->scan->blobs, 1, memory_order_relaxed);
    git_odb_object_free(now);
    return e;
}

/* ── the difference ── */

/* Links hold a path, submodules a commit; what is only meant to be added has no content yet. */
static bool has_content(const git_diff_delta *delta)
{
    unsigned type = delta->new_file.mode & 0170000;
    return type == 0100000 && !git_oid_is_zero(&delta->new_file.id);
}

static err search_all(struct staged *s, git_diff *diff)
{
    err e = renew_aside(s);
    size_t count = git_diff_num_deltas(diff);
    for (size_t i = 0; i < count && err_ok(e); i++) {
        const git_diff_delta *delta = git_diff_get_delta(diff, i);
        bool gone = delta->status == GIT_DELTA_DELETED || delta->status == GIT_DELTA_UNMODIFIED;
        if (gone || !has_content(delta) || !delta->new_file.path) {
            continue;
        }
        if (scan_excluded(s->scan, str_c(delta->new_file.path))) {
            atomic_fetch_add_explicit(&s->scan->skipped, 1, memory_order_relaxed);
            continue;
        }
        e = search(s, delta);
        scan_progress(s->scan, "staged", i + 1, count);
    }
    clear_aside(s);
    return e;
}

static err difference(git_repository *repo, git_diff **ret)
{
    git_index *index = NULL;
    git_commit *head = NULL;
    git_tree *tree = NULL;
    git_oid id;
    git_diff_options options;
    git_diff_find_options renames;
    (void)git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    (void)git_diff_find_options_init(&renames, GIT_DIFF_FIND_OPTIONS_VERSION);
    options.flags |=
        GIT_DIFF_IGNORE_SUBMODULES | GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_SKIP_BINARY_CHECK;
    renames.flags = GIT_DIFF_FIND_RENAMES | GIT_DIFF_FIND_RENAMES_FROM_REWRITES;
    renames.rename_limit = STAGED_RENAMES_MAX;
    if (git_repository_index(&index, repo) != 0) {
        return err_new(ERR_INVALID, "the git index is damaged");
    }
    /* A repository without a commit: all is new. */
    int result = 0;
    if (git_repo_head(repo, &id)) {
        result = git_commit_lookup(&head, repo, &id);
        result = result == 0 ? git_commit_tree(&tree, head) : result;
    }
    result = result == 0 ? git_diff_tree_to_index(ret, repo, tree, index, &options) : result;
    git_tree_free(tree);
    git_commit_free(head);
    git_index_free(index);
    if (result != 0) {
        return err_new(ERR_INVALID, "the git index and HEAD cannot be compared");
    }
    (void)git_diff_find_similar(*ret, &renames); /* without it a file that moved is new */
    return ERR_NONE;
}

err source_staged(struct scan *scan, str path)
{
    git_repository *repo = NULL;
    git_diff *diff = NULL;
    struct staged s = {.scan = scan};
    err e = git_repo_open(path, &repo);
    if (!err_ok(e)) {
        return e;
    }
    e = git_repository_odb(&s.odb, repo) == 0 ? difference(repo, &diff)
                                              : err_new(ERR_INVALID, "the git repository has no "
                                                                     "objects");
    if (err_ok(e)) {
        e = scan_worker_new(scan, &s.worker);
        e = err_ok(e) ? search_all(&s, diff) : e;
        scan_worker_free(s.worker);
    }
    git_diff_free(diff);
    git_odb_free(s.odb);
    git_repo_close(repo);
    return e;
}
