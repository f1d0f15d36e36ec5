/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/git_history.h"

#include "base/mem.h"
#include "scan/sources.h"

enum { LABEL_BYTES_MAX = 16 << 20 };

/* Several repositories have the same paths: then each path begins with its repository's. */
static str prefix_of(struct git_history *h, str path)
{
    const struct scan_options *options = h->scan->options;
    if (!options || options->path_count < 2 || str_eq(path, STR("."))) {
        return STR_EMPTY;
    }
    bool slash = str_ends(path, STR("/"));
    str prefix = arena_printf(&h->names, "%.*s%s", STR_ARG(path), slash ? "" : "/");
    return prefix.p && prefix.n < GIT_PATH_BYTES / 2 ? prefix : STR_EMPTY;
}

static void done(struct git_history *h)
{
    unpacker_done(&h->unpacker);
    git_paths_done(&h->paths);
    mem_free(h->kinds);
    mem_free(h->firsts);
    mem_free(h->commits);
    mem_free(h->parents);
    mem_free(h->todo);
    mem_free(h->trees);
    mem_free(h->labels);
    mem_free(h->hits);
    mem_free(h->shallow);
    arena_done(&h->names);
    (void)pthread_mutex_destroy(&h->lock);
}

static err read_all(struct git_history *h)
{
    struct git_text text;
    err e = git_text_init(&text, h);
    h->text = &text;
    if (err_ok(e)) {
        git_refs_walk(h);
    }
    git_text_done(&text);
    h->text = NULL;
    e = err_ok(e) ? git_blobs_scan(h) : e;
    return err_ok(e) ? git_places_fill(h) : e;
}

static err read_repository(struct scan *s, git_repository *repo, str path)
{
    struct git_history *h = mem_alloc(sizeof *h);
    if (!h || pthread_mutex_init(&h->lock, NULL) != 0) {
        mem_free(h);
        return err_new(ERR_NO_MEMORY, "no memory to read the git repository");
    }
    h->scan = s;
    h->repo = repo;
    arena_init(&h->names, LABEL_BYTES_MAX);
    h->prefix = prefix_of(h, path);
    err e = git_store_open(s, repo, &h->store);
    if (err_ok(e)) {
        e = unpacker_init(&h->unpacker, &h->store.limits, GIT_WALK_CACHE);
        e = err_ok(e) ? git_paths_init(&h->paths) : e;
        e = err_ok(e) ? read_all(h) : e;
        atomic_fetch_add(&s->commits, h->commit_count);
        done(h);
        git_store_close(&h->store);
    }
    mem_free(h);
    return e;
}

err source_history(struct scan *s, str path)
{
    git_repository *repo = NULL;
    err e = git_repo_open(path, &repo);
    if (!err_ok(e)) {
        return e;
    }
    e = read_repository(s, repo, path);
    git_repo_close(repo);
    if (e.code == ERR_NO_MEMORY) {
        scan_problem(s, path, e.what, false);
        return ERR_NONE;
    }
    return e;
}
