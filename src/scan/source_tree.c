/* SPDX-License-Identifier: Apache-2.0 */
/* A path as it was given: a file, or a folder with all below. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scan/content_private.h"
#include "scan/shown.h"
#include "scan/walk_private.h"

/* How the path is shown: "./src/" is "src", "." is nothing. */
static str tidy(str path)
{
    while (path.n > 1 && str_ends(path, STR("/"))) {
        path.n--;
    }
    while (path.n > 2 && str_starts(path, STR("./"))) {
        path = str_slice(path, 2, path.n);
    }
    return path;
}

static err read_one(struct scan *s, int fd, uint64_t size, str shown)
{
    struct scan_worker *w;
    err e = scan_worker_new(s, &w);
    if (err_ok(e)) {
        scan_file(w, fd, size, &(struct origin){.kind = PLACE_FILE, .path = shown});
        scan_worker_free(w);
    }
    return e;
}

static err read_folder(struct scan *s, int fd, str path, str shown)
{
    char prefix[WALK_PATH_MAX];
    struct walk k = {.s = s, .root = fd, .path = path, .prefix = {prefix, 0}};
    if (!str_eq(shown, STR("."))) {
        memcpy(prefix, shown.p, shown.n);
        k.prefix.n = shown.n;
        if (!str_ends(shown, STR("/"))) {
            prefix[k.prefix.n++] = '/';
        }
    }
    return walk_run(&k);
}

err source_tree(struct scan *s, str path)
{
    char c[WALK_PATH_MAX], shown_bytes[WALK_PATH_MAX / 2];
    struct stat info;
    path = str_empty(path) ? STR(".") : path;
    if (path.n >= sizeof c) {
        return err_new(ERR_INVALID, "the path is too long");
    }
    memcpy(c, path.p, path.n);
    c[path.n] = '\0';
    str shown = tidy(path);
    shown = str_n(shown_bytes, shown_name(shown, shown_bytes, sizeof shown_bytes));
    if (scan_excluded(s, shown)) {
        return ERR_NONE;
    }
    int fd = open(c, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        return err_new(ERR_INVALID, "there is no such file or folder");
    }
    err e = ERR_NONE;
    if (fd < 0 || fstat(fd, &info) != 0) {
        scan_problem(s, shown, reader_trouble(errno), false);
    } else if (S_ISDIR(info.st_mode)) {
        e = read_folder(s, fd, path, shown);
    } else if (S_ISREG(info.st_mode)) {
        e = read_one(s, fd, (uint64_t)info.st_size, shown);
    } else {
        scan_problem(s, shown, "neither a file nor a folder", false);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return e;
}
