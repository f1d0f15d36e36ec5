/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP = 65536 };

static err read_all(int fd, struct buf *b)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        return err_new(ERR_INVALID, "not a regular file");
    }
    for (;;) {
        /* When full to the ceiling, one more byte tells a file of just that size from a larger one.
         */
        char extra;
        size_t left = b->max - b->n;
        size_t want = left < READ_STEP ? left : READ_STEP;
        char *at = left ? buf_reserve(b, want) : &extra;
        if (!at) {
            return buf_err(b);
        }
        ssize_t got = read(fd, at, left ? want : 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return err_from_errno(errno, "reading a file failed");
        }
        if (got == 0) {
            return ERR_NONE;
        }
        if (!left) {
            return err_new(ERR_TOO_LARGE, "the file is larger than allowed");
        }
        buf_commit(b, (size_t)got);
    }
}

err file_read(const char *path, struct buf *b)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return errno == ENOENT || errno == ENOTDIR
                   ? err_new(ERR_NOT_FOUND, "no such file")
                   : err_from_errno(errno, "the file cannot be opened");
    }
    err e = read_all(fd, b);
    (void)close(fd);
    return e;
}

static err write_all(int fd, str data)
{
    while (data.n) {
        ssize_t done = write(fd, data.p, data.n);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done < 0) {
            return err_from_errno(errno, "writing a file failed");
        }
        data = str_slice(data, (size_t)done, data.n);
    }
    return ERR_NONE;
}

/* A terminal, a pipe, /dev/null: what is no file is written to and never replaced by one. */
static err write_through(const char *path, str data)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return err_from_errno(errno, "it is no file and cannot be written to");
    }
    err e = write_all(fd, data);
    if (close(fd) != 0 && err_ok(e)) {
        e = err_from_errno(errno, "closing it failed");
    }
    return e;
}

static void sync_folder_of(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    (void)snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path + 1) : 1,
                   slash ? path : ".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
}

err file_write(const char *path, str data, unsigned mode)
{
    char temporary[PATH_MAX];
    struct stat there;
    if (stat(path, &there) == 0 && !S_ISREG(there.st_mode)) {
        return write_through(path, data);
    }
    int n = snprintf(temporary, sizeof temporary, "%s.%d.new", path, (int)getpid());
    if (n < 0 || (size_t)n >= sizeof temporary) {
        return err_new(ERR_INVALID, "the path is too long");
    }
    (void)unlink(temporary);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        return err_from_errno(errno, "the file cannot be created");
    }
    err e = write_all(fd, data);
    if (err_ok(e) && fsync(fd) != 0) {
        e = err_from_errno(errno, "syncing a file failed");
    }
    if (close(fd) != 0 && err_ok(e)) {
        e = err_from_errno(errno, "closing a file failed");
    }
    if (err_ok(e) && rename(temporary, path) != 0) {
        e = err_from_errno(errno, "renaming a file failed");
    }
    if (!err_ok(e)) {
        (void)unlink(temporary);
        return e;
    }
    sync_folder_of(path);
    return ERR_NONE;
}
