/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/confine.h"

#include <limits.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/landlock.h"
#include "base/sanitized.h"
#include "scan/git_repo.h"
#include "scan/git_wait.h"

enum {
    READ = LANDLOCK_READ_FILE | LANDLOCK_READ_DIR,
    WRITE = LANDLOCK_WRITE_FILE | LANDLOCK_READ_DIR | LANDLOCK_MAKE_FILE | LANDLOCK_REMOVE_FILE,
};

/* Bytes of data, stacks of threads among them (RLIMIT_DATA of getrlimit(2)). */
#define DATA_MAX (UINT64_C(384) << 20)
#define DATA_PER_JOB (UINT64_C(32) << 20)
#define DATA_OF_HISTORY (UINT64_C(2) << 30) /* tables of all objects */

static void limit_memory(const struct scan_options *o)
{
    struct scan s = {.options = o};
    uint64_t most = DATA_MAX + scan_jobs(&s) * DATA_PER_JOB;
    most += o->history || o->staged ? DATA_OF_HISTORY : 0;
    struct rlimit limit;
    if (getrlimit(RLIMIT_DATA, &limit) == 0 && limit.rlim_cur > most) {
        limit.rlim_cur = most;
#ifndef SANITIZED
        (void)setrlimit(RLIMIT_DATA, &limit); /* without it the scan runs as well */
#endif
    }
}

/* Libraries and their data (characters, time zones), the number of cores, random bytes. */
static const char *const always[] = {
    "/usr/lib",
    "/usr/lib64",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/usr/share/locale",
    "/usr/share/zoneinfo",
    "/etc/localtime",
#ifdef SANITIZED
    "/proc", /* its leak checker looks at the threads */
#endif
    "/sys/devices/system/cpu",
    "/proc/stat",
    "/proc/meminfo",
    "/dev/null",
    "/dev/urandom",
};

/* Names of hosts and certificates. */
static const char *const network[] = {
    "/etc/ssl",
    "/etc/pki",
    "/etc/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/usr/share/ca-certificates",
    "/etc/crypto-policies",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/resolv.conf",
    "/etc/gai.conf",
    "/etc/nsswitch.conf",
    "/etc/services",
    "/run/systemd/resolve",
    "/run/resolvconf",
};

static bool allow_str(int rules, str path, uint64_t rights)
{
    char c[PATH_MAX];
    if (path.n >= sizeof c || memchr(path.p, 0, path.n)) {
        return false;
    }
    memcpy(c, path.n ? path.p : ".", path.n ? path.n : 1);
    c[path.n ? path.n : 1] = '\0';
    return landlock_allow(rules, c, rights);
}

static bool allow_all(int rules, const char *const *paths, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        /* What cannot even be looked at needs no rule. */
        if (access(paths[i], R_OK) == 0 && !landlock_allow(rules, paths[i], READ)) {
            return false;
        }
    }
    return true;
}

/* A repository that borrows objects from others reads where they are: not sure. */
static bool borrows(git_repository *repo)
{
    char path[PATH_MAX];
    int n =
        snprintf(path, sizeof path, "%sobjects/info/alternates", git_repository_commondir(repo));
    return n < 0 || (size_t)n >= sizeof path || access(path, F_OK) == 0;
}

/* A .git, and the one it shares with other work trees, wherever they are. */
static bool allow_repository(int rules, str path)
{
    git_repository *repo;
    if (!err_ok(git_repo_open(path, &repo))) {
        return true; /* the run says why */
    }
    bool ok = !borrows(repo) && landlock_allow(rules, git_repository_path(repo), READ) &&
              landlock_allow(rules, git_repository_commondir(repo), READ);
    git_repo_close(repo);
    return ok;
}

/* Files named .gitignore stand above the path, too. */
static bool allow_work_tree(int rules, str path)
{
    git_repository *repo;
    if (!err_ok(git_repo_open_work(path, &repo))) {
        return true;
    }
    const char *work = git_repository_workdir(repo);
    bool ok = !work || landlock_allow(rules, work, READ);
    git_repo_close(repo);
    return ok;
}

static bool allow_paths(int rules, const struct scan_options *o)
{
    bool repository = o->history || o->staged || o->gitignore, ok = true;
    struct git_wait wait;
    git_wait_begin(&wait);
    for (size_t i = 0; i < o->path_count && ok; i++) {
        ok = allow_str(rules, o->paths[i], READ) &&
             (!repository || allow_repository(rules, o->paths[i])) &&
             (!o->gitignore || allow_work_tree(rules, o->paths[i]));
    }
    git_wait_end(&wait);
    return ok;
}

/* file_write makes a new file in the same folder; what is no file is written to as it is. */
static bool allow_output(int rules, str path)
{
    char c[PATH_MAX];
    struct stat info;
    if (path.n >= sizeof c) {
        return false;
    }
    memcpy(c, path.p, path.n);
    c[path.n] = '\0';
    if (stat(c, &info) == 0 && !S_ISREG(info.st_mode)) {
        return landlock_allow(rules, c, LANDLOCK_WRITE_FILE);
    }
    while (path.n > 0 && path.p[path.n - 1] != '/') {
        path.n--;
    }
    return allow_str(rules, path, WRITE);
}

bool scan_confine(const struct scan_options *o, const str *outputs, size_t output_count)
{
    limit_memory(o);
    bool online = o->url_count > 0 || o->verify;
    int rules = landlock_new(!online);
    if (rules < 0) {
        return false;
    }
    bool ok = allow_all(rules, always, sizeof always / sizeof *always) && allow_paths(rules, o) &&
              (!online || allow_all(rules, network, sizeof network / sizeof *network)) &&
              (str_empty(o->ca_file) || allow_str(rules, o->ca_file, LANDLOCK_READ_FILE));
    for (size_t i = 0; i < output_count && ok; i++) {
        ok = allow_output(rules, outputs[i]);
    }
    if (!ok || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        (void)close(rules);
        return false;
    }
    return landlock_enforce(rules);
}
