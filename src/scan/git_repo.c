/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/git_repo.h"

#include <pthread.h>
#include <stdio.h>

#include "scan/sources.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_set_up;

/* Only the repository's own configuration is read, and nothing of it is executed: no hooks, no
 * filters, no helpers. So it does not matter who owns it (safe.directory guards against exactly
 * that execution), and a repository mounted into a container of CI can be read. Objects are not
 * hashed again: that costs more than all the rest, and says nothing about secrets. libgit2 stays
 * started: each start reads all certificates of the system. */
static void set_up(void)
{
    static const int levels[] = {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
                                 GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_PROGRAMDATA};
    bool fine = git_libgit2_init() > 0;
    for (size_t i = 0; fine && i < sizeof levels / sizeof *levels; i++) {
        fine = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "") == 0;
    }
    is_set_up = fine && git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) == 0 &&
                git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0) == 0 &&
                git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0) == 0 &&
                git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t)1 << 20) == 0 &&
                git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t)32 << 20) == 0;
}

static bool start(void) { return pthread_once(&once, set_up) == 0 && is_set_up; }

static err why_not(int result)
{
    const git_error *last = git_error_last();
    str message = str_c(last ? last->message : NULL);
    if (result == GIT_ENOTFOUND) {
        return err_new(ERR_INVALID, "there is no git repository");
    }
    if (str_find(message, STR("objectformat"), 0) != SIZE_MAX ||
        str_find(message, STR("object format"), 0) != SIZE_MAX ||
        str_find(message, STR("objectFormat"), 0) != SIZE_MAX) {
        return err_new(ERR_INVALID, "git repositories with SHA-256 names cannot be read yet");
    }
    if (str_find(message, STR("extension"), 0) != SIZE_MAX ||
        str_find(message, STR("repository version"), 0) != SIZE_MAX) {
        return err_new(ERR_INVALID, "the git repository uses an extension that cannot be read yet");
    }
    return err_new(ERR_INVALID, "the git repository cannot be opened: its configuration or its "
                                "folders are damaged");
}

/* As a bare one: work trees are not looked at, wherever the configuration says they are. */
static int open_found(const char *name, git_repository **ret)
{
    git_buf found = GIT_BUF_INIT;
    int result = git_repository_discover(&found, name, 1, NULL);
    if (result == 0) {
        result = git_repository_open_ext(
            ret, found.ptr, GIT_REPOSITORY_OPEN_BARE | GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
    }
    git_buf_dispose(&found);
    return result;
}

static int open_work(const char *path, git_repository **ret)
{
    return git_repository_open_ext(ret, path, GIT_REPOSITORY_OPEN_CROSS_FS, NULL);
}

static err open_with(int (*how)(const char *path, git_repository **ret), str path,
                     git_repository **ret)
{
    char name[GIT_PATH_MAX];
    if (path.n >= sizeof name || memchr(path.p, 0, path.n)) {
        return err_new(ERR_INVALID, "the path is too long");
    }
    memcpy(name, path.p, path.n);
    name[path.n] = 0;
    if (!start()) {
        return err_new(ERR_INTERNAL, "libgit2 does not start");
    }
    int result = how(path.n ? name : ".", ret);
    if (result != 0) {
        return why_not(result);
    }
    return ERR_NONE;
}

err git_repo_open(str path, git_repository **ret) { return open_with(open_found, path, ret); }

err git_repo_open_work(str path, git_repository **ret) { return open_with(open_work, path, ret); }

void git_repo_close(git_repository *repo) { git_repository_free(repo); }

bool git_repo_head(git_repository *repo, git_oid *ret)
{
    return git_reference_name_to_id(ret, repo, "HEAD") == 0;
}

void git_problem(struct scan *s, const char *what, const uint8_t id[GIT_OID_RAWSZ], err e)
{
    char hex[GIT_OID_HEXSZ + 1], path[64];
    git_oid oid;
    (void)git_oid_fromraw(&oid, id);
    (void)git_oid_tostr(hex, sizeof hex, &oid);
    int n = snprintf(path, sizeof path, "%s %.*s", what, GIT_SHORT, hex);
    scan_problem(s, str_n(path, n > 0 ? (size_t)n : 0), e.what, e.code == ERR_TOO_LARGE);
}

bool source_is_repository(str path)
{
    char name[GIT_PATH_MAX];
    git_buf found = GIT_BUF_INIT;
    if (path.n >= sizeof name || memchr(path.p, 0, path.n) || !start()) {
        return false;
    }
    memcpy(name, path.p, path.n);
    name[path.n] = 0;
    bool fine = git_repository_discover(&found, path.n ? name : ".", 1, NULL) == 0;
    git_buf_dispose(&found);
    return fine;
}
