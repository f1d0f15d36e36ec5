/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of the database made while it is in use, and the newest one for the advice after damage.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite_files.h"
#include "store/sqlite_store.h"

err sq_sync_path(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return err_from_errno(errno, "a file of the store cannot be opened");
    }
    int rc = fsync(fd);
    int error = errno;
    (void)close(fd);
    return rc == 0 ? ERR_NONE : err_from_errno(error, "a file of the store cannot be synced");
}

err sq_sync_folder(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    (void)snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path + 1) : 1,
                   slash ? path : ".");
    return sq_sync_path(folder);
}

err sq_new_file(const char *path)
{
    (void)unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_from_errno(errno, "a file of the store cannot be created");
    }
    (void)close(fd);
    return ERR_NONE;
}

/* All pages in one step: the copy reads one snapshot, so that writers neither wait nor make it
 * start anew. */
static err copy_pages(struct sq_conn *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from->db, "main");
    if (!backup) {
        return sq_error(to, sqlite3_extended_errcode(to));
    }
    int rc = sqlite3_backup_step(backup, -1);
    int end = sqlite3_backup_finish(backup);
    if (rc == SQLITE_DONE) {
        rc = end;
    }
    return sq_error(to, rc);
}

err sq_copy(struct sq_conn *from, const char *to)
{
    char part[PATH_MAX];
    int n = snprintf(part, sizeof part, "%s.%d.part", to, (int)getpid());
    if (n < 0 || (size_t)n >= sizeof part) {
        return err_new(ERR_INVALID, "the path of the backup is too long");
    }
    if (access(to, F_OK) == 0) {
        return err_new(ERR_CONFLICT, "there is a file at the path of the backup already");
    }
    err e = sq_new_file(part);
    if (!err_ok(e)) {
        return e;
    }
    sqlite3 *db = NULL;
    int rc = sqlite3_open_v2(part, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    e = sq_error(db, rc);
    if (err_ok(e)) {
        e = copy_pages(from, db);
    }
    (void)sqlite3_close(db);
    if (err_ok(e)) {
        e = sq_sync_path(part);
    }
    if (err_ok(e) && link(part, to) != 0) {
        e = errno == EEXIST
                ? err_new(ERR_CONFLICT, "there is a file at the path of the backup already")
                : err_from_errno(errno, "the backup cannot be put in its place");
    }
    (void)unlink(part);
    return err_ok(e) ? sq_sync_folder(to) : e;
}

static bool is_backup(str name, str base)
{
    return name.n > base.n && str_starts(name, base) && str_ends(name, STR(".backup"));
}

bool sq_newest_backup(const struct sq_place *place, char *ret, size_t size)
{
    const char *slash = strrchr(place->path, '/');
    str base = str_c(slash ? slash + 1 : place->path);
    char folder[PATH_MAX];
    struct timespec newest = {0, 0};
    sq_backup_folder(place, folder, sizeof folder);
    DIR *dir = opendir(folder);
    if (!dir) {
        return false;
    }
    bool found = false;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        struct stat info;
        if (!is_backup(str_c(entry->d_name), base) ||
            fstatat(dirfd(dir), entry->d_name, &info, 0) != 0 || !S_ISREG(info.st_mode)) {
            continue;
        }
        if (!found || info.st_mtim.tv_sec > newest.tv_sec ||
            (info.st_mtim.tv_sec == newest.tv_sec && info.st_mtim.tv_nsec > newest.tv_nsec)) {
            newest = info.st_mtim;
            found = snprintf(ret, size, "%s/%s", folder, entry->d_name) < (int)size;
        }
    }
    (void)closedir(dir);
    return found;
}

void sq_backup_folder(const struct sq_place *place, char *ret, size_t size)
{
    const char *slash = strrchr(place->path, '/');
    if (place->backup_dir[0]) {
        (void)snprintf(ret, size, "%s", place->backup_dir);
    } else if (slash == place->path) {
        (void)snprintf(ret, size, "/");
    } else {
        (void)snprintf(ret, size, "%.*s", slash ? (int)(slash - place->path) : 1,
                       slash ? place->path : ".");
    }
}

err sqlite_backup(struct store *store, const char *path)
{
    struct sq_conn *c;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    e = sq_copy(c, path);
    sq_read_end(store, c);
    return e;
}
