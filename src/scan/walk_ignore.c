/* SPDX-License-Identifier: Apache-2.0 */
/* What .gitignore leaves out, as libgit2 reads it. What git tracks is in the repository all the
 * same and is read. */
#include <limits.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "scan/git_repo.h"
#include "scan/git_wait.h"
#include "scan/walk_private.h"

/* A FIFO named .gitignore is tried again for each path below it. Of a file system that is far away
 * most paths are in a folder that is known already. */
enum { ROUND = 256, SLOW_MAX = 200, SLOW_US = 500 };

struct ignore {
    struct git_wait wait;
    git_repository *repository;
    git_index *index;     /* NULL: nothing is tracked */
    unsigned asked, slow; /* of a round */
    bool gave_up;
    size_t prefix_n;
    char path[WALK_PATH_MAX * 2]; /* of the root below the work tree, then below the root */
};

/* Where the root is below the work tree. */
static bool find_prefix(struct ignore *g, const char *root)
{
    const char *work = git_repository_workdir(g->repository);
    char real[PATH_MAX], top[PATH_MAX];
    if (!work || !realpath(root, real) || !realpath(work, top)) {
        return false;
    }
    size_t n = strlen(top);
    if (strncmp(real, top, n) != 0 || (real[n] != '/' && real[n] != '\0')) {
        return false;
    }
    str rest = real[n] == '/' ? str_c(real + n + 1) : STR_EMPTY;
    if (rest.n + 1 >= WALK_PATH_MAX) {
        return false;
    }
    if (rest.n > 0) {
        memcpy(g->path, rest.p, rest.n);
        g->path[rest.n] = '/';
        g->prefix_n = rest.n + 1;
    }
    return true;
}

struct ignore *ignore_open(str root)
{
    char path[WALK_PATH_MAX];
    struct ignore *g = mem_alloc(sizeof *g);
    if (!g || root.n >= sizeof path) {
        mem_free(g);
        return NULL;
    }
    memcpy(path, root.p, root.n);
    path[root.n] = '\0';
    git_wait_begin(&g->wait);
    if (!err_ok(git_repo_open_work(root, &g->repository)) || !find_prefix(g, path)) {
        ignore_close(g);
        return NULL;
    }
    if (git_repository_index(&g->index, g->repository) != 0) {
        g->index = NULL;
    }
    return g;
}

void ignore_close(struct ignore *g)
{
    if (g) {
        git_index_free(g->index);
        if (g->repository) {
            git_repo_close(g->repository);
        }
        git_wait_end(&g->wait);
        mem_free(g);
    }
}

static bool is_tracked(const struct ignore *g, const char *path, bool folder)
{
    if (!g->index) {
        return false;
    }
    return folder ? git_index_find_prefix(NULL, g->index, path) == 0
                  : git_index_get_bypath(g->index, path, 0) != NULL;
}

static void time_it(struct ignore *g, int64_t us)
{
    g->slow += us > SLOW_US;
    if (++g->asked == ROUND) {
        g->gave_up = g->slow > SLOW_MAX;
        g->asked = g->slow = 0;
    }
}

bool ignore_gave_up(const struct ignore *g) { return g->gave_up; }

bool ignore_has(struct ignore *g, str path)
{
    int ignored = 0;
    if (path.n >= sizeof g->path - g->prefix_n) {
        return false;
    }
    memcpy(g->path + g->prefix_n, path.p, path.n);
    g->path[g->prefix_n + path.n] = '\0';
    int64_t begun = clock_mono_us();
    int result = git_ignore_path_is_ignored(&ignored, g->repository, g->path);
    time_it(g, clock_mono_us() - begun);
    return result == 0 && ignored && !is_tracked(g, g->path, str_ends(path, STR("/")));
}
