/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the database: what the file is, whether it is whole, a new one as a whole or not at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite_files.h"

enum {
    HEADER_BYTES = 100,
    QUICK_CHECK_MAX =
        8 << 20 /* larger files get the shallow check at start; it takes under 50 ms */
};

str sq_damage_text(const struct sq_place *place, struct arena *a, const char *reason)
{
    char backup[PATH_MAX];
    bool found = sq_newest_backup(place, backup, sizeof backup);
    str text = arena_printf(
        a, "%s: %s. Keep a copy of the file, then restore a backup: doorward restore %s%s",
        place->path, reason, found ? backup : "BACKUP",
        found ? "" : " (none was found beside the database)");
    return text.p ? text : STR_EMPTY;
}

static err damaged(const struct sq_place *place, struct arena *a, const char *reason,
                   str *ret_detail)
{
    *ret_detail = sq_damage_text(place, a, reason);
    return err_new(ERR_CORRUPT, "the database is damaged or not Doorward's");
}

static uint32_t big_endian(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool log_is_empty(const char *path)
{
    char name[PATH_MAX + 8];
    struct stat info;
    (void)snprintf(name, sizeof name, "%s-wal", path);
    return stat(name, &info) != 0 || info.st_size == 0;
}

/* The file format's own fields (sqlite.org/fileformat2.html, section 1.3). */
static err look_at_header(const struct sq_place *place, const unsigned char *header, size_t n,
                          off_t size, struct arena *a, str *ret_detail)
{
    if (n == 0) {
        return damaged(place, a, "the file is empty", ret_detail);
    }
    if (n < HEADER_BYTES || memcmp(header, "SQLite format 3", 16) != 0) {
        return damaged(place, a, "the file is not a database", ret_detail);
    }
    if (big_endian(header + 68) != SQ_APPLICATION_ID) {
        return damaged(place, a, "the database belongs to another program", ret_detail);
    }
    uint32_t page = (uint32_t)header[16] << 8 | header[17];
    page = page == 1 ? 65536 : page;
    uint64_t whole = (uint64_t)page * big_endian(header + 28);
    if (log_is_empty(place->path) && (uint64_t)size < whole) {
        return damaged(place, a, "the file is cut off", ret_detail);
    }
    return ERR_NONE;
}

static err explain(struct arena *a, err e, const char *path, const char *text, str *ret_detail)
{
    str detail = arena_printf(a, "%s: %s", path, text);
    *ret_detail = detail.p ? detail : STR_EMPTY;
    return e;
}

err sq_look(const struct sq_place *place, struct arena *a, str *ret_detail)
{
    unsigned char header[HEADER_BYTES];
    struct stat info;
    int fd = open(place->path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        return err_new(ERR_NOT_FOUND, "there is no database yet");
    }
    if (fd < 0 && errno == EISDIR) {
        return explain(a, err_new(ERR_INVALID, "the database's path is a folder"), place->path,
                       "is a folder; store.url must name a file", ret_detail);
    }
    if (fd < 0) {
        const char *text = errno == EACCES || errno == EROFS || errno == EPERM
                               ? "cannot be opened for writing; its file and folder must belong to "
                                 "the user that runs doorward"
                               : "cannot be opened";
        return explain(a, err_from_errno(errno, "the database file cannot be opened for writing"),
                       place->path, text, ret_detail);
    }
    err e = ERR_NONE;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        e = explain(a, err_new(ERR_INVALID, "the database's path is not a regular file"),
                    place->path, "is not a regular file", ret_detail);
    }
    ssize_t n = err_ok(e) ? pread(fd, header, sizeof header, 0) : 0;
    int error = errno;
    (void)close(fd); /* before SQLite locks the file: closing later would drop its locks */
    if (!err_ok(e)) {
        return e;
    }
    if (n < 0) {
        return explain(a, err_from_errno(error, "the database file cannot be read"), place->path,
                       "cannot be read", ret_detail);
    }
    return look_at_header(place, header, (size_t)n, info.st_size, a, ret_detail);
}

static void remove_database(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    char name[PATH_MAX + 8];
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
}

/* Makes the database under another name and links it into place, so that a crash in between leaves
 * none. */
static err create(const struct sq_place *place, struct arena *a, str *ret_detail)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s.%d.new", place->path, (int)getpid());
    if (n < 0 || (size_t)n >= sizeof path) {
        return err_new(ERR_INVALID, "the path of the database is too long");
    }
    struct sq_place fresh = *place;
    struct sq_options options = {
        .path = path, .busy_ms = place->busy_ms, .cache_kb = place->cache_kb};
    struct sq_conn *c = NULL;
    fresh.path = path;
    remove_database(path);
    err e = sq_new_file(path); /* 0600: it will hold what visitors wrote */
    if (err_ok(e)) {
        e = sq_conn_open(&options, a, &c, NULL);
    }
    if (err_ok(e)) {
        e = sq_exec(c, "PRAGMA journal_mode = WAL; PRAGMA application_id = 0x44777264;");
    }
    if (err_ok(e)) {
        e = sq_migrate(&fresh, c, a, ret_detail);
    }
    sq_conn_close(c);
    e = err_ok(e) ? sq_sync_path(path) : e;
    if (err_ok(e) && link(path, place->path) != 0 && errno != EEXIST) {
        e = err_from_errno(errno, "the new database cannot be put in its place");
    }
    remove_database(path);
    if (err_ok(e)) {
        return sq_sync_folder(place->path);
    }
    return str_empty(*ret_detail) ? explain(a, e, place->path,
                                            "cannot be created; does its folder exist, and may "
                                            "doorward write there?",
                                            ret_detail)
                                  : e;
}

err sq_check(struct sq_conn *c, struct arena *a, bool quick, str *ret_detail)
{
    struct sq_query q =
        quick ? sq_query(c, "PRAGMA quick_check(1)") : sq_query(c, "PRAGMA integrity_check(5)");
    str said = STR_EMPTY;
    while (sq_step(&q)) {
        str line = sq_str(&q, a);
        said = str_empty(said) ? line : arena_printf(a, "%.*s; %.*s", STR_ARG(said), STR_ARG(line));
    }
    err e = sq_end(&q);
    if (err_ok(e) && !str_eq(said, STR("ok"))) {
        e = err_new(ERR_CORRUPT, "the database is damaged");
    }
    if (!err_ok(e) || quick) {
        *ret_detail = err_ok(e) ? STR_EMPTY : said;
        return e;
    }
    struct sq_query keys =
        sq_query(c, "SELECT \"table\", parent FROM pragma_foreign_key_check LIMIT 1");
    if (sq_step(&keys)) {
        str table = sq_str(&keys, a);
        *ret_detail = arena_printf(a, "a row of %.*s belongs to nothing", STR_ARG(table));
        e = err_new(ERR_CORRUPT, "the database has rows that belong to nothing");
    }
    err end = sq_end(&keys);
    return err_ok(e) ? end : e;
}

/* Small files are checked whole; of large ones the schema is read, which finds what makes every
 * verb fail. */
static err check_at_start(const struct sq_place *place, struct sq_conn *c, struct arena *a,
                          str *ret_detail)
{
    struct stat info;
    str said = STR_EMPTY;
    err e = stat(place->path, &info) == 0 ? ERR_NONE
                                          : err_from_errno(errno, "the database file is gone");
    if (err_ok(e) && info.st_size <= QUICK_CHECK_MAX) {
        e = sq_check(c, a, true, &said);
    } else if (err_ok(e)) {
        struct sq_query q = sq_query(c, "SELECT count(*) FROM sqlite_schema");
        (void)sq_step(&q);
        e = sq_end(&q);
    }
    if (e.code == ERR_CORRUPT) {
        str reason = arena_printf(a, "the database is damaged%s%.*s", said.n ? " - " : "",
                                  STR_ARG(str_slice(said, 0, 300)));
        return damaged(place, a, reason.p ? reason.p : "the database is damaged", ret_detail);
    }
    return e;
}

/* Opens, checks and migrates an existing file; *ret_said gets the words of what failed, if there
 * are any. */
static err open_whole(const struct sq_place *place, struct arena *a, struct sq_conn **ret,
                      str *ret_said, str *ret_detail)
{
    struct sq_options options = {
        .path = place->path, .busy_ms = place->busy_ms, .cache_kb = place->cache_kb};
    struct sq_conn *c = NULL;
    err e = sq_conn_open(&options, a, &c, ret_said);
    if (err_ok(e)) {
        e = check_at_start(place, c, a, ret_detail);
    }
    if (err_ok(e)) {
        e = sq_migrate(place, c, a, ret_detail);
    }
    if (err_ok(e)) {
        e = sq_exec(c, "PRAGMA journal_mode = WAL");
    }
    if (err_ok(e)) {
        *ret = c;
    } else {
        sq_conn_close(c);
    }
    return e;
}

err sq_prepare_file(const struct sq_place *place, struct arena *a, struct sq_conn **ret,
                    str *ret_detail)
{
    str said = STR_EMPTY;
    err e = sq_look(place, a, ret_detail);
    if (e.code == ERR_NOT_FOUND) {
        e = create(place, a, ret_detail);
    }
    if (err_ok(e)) {
        e = open_whole(place, a, ret, &said, ret_detail);
    }
    if (err_ok(e) || !str_empty(*ret_detail)) {
        return e;
    }
    if (e.code == ERR_CORRUPT) {
        *ret_detail = sq_damage_text(place, a, str_empty(said) ? e.what : said.p);
        return e;
    }
    str reason = str_empty(said) ? str_c(e.what) : arena_printf(a, "%s (%s)", e.what, said.p);
    return explain(a, e, place->path, reason.p ? reason.p : e.what, ret_detail);
}

static err index_check(struct sq_conn *c, void *job)
{
    (void)job;
    return sq_index_check(c);
}

err sqlite_check(struct store *store, struct arena *a, str *ret_detail)
{
    struct sq_conn *c;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    e = sq_check(c, a, false, ret_detail);
    sq_read_end(store, c);
    if (!err_ok(e)) {
        return e;
    }
    e = sq_write(store, index_check, NULL);
    if (e.code == ERR_CORRUPT) {
        *ret_detail = STR("the full-text index does not agree with the passages");
    }
    return e;
}

/* Every connection holds a shared lock on these bytes of the file while it is open in WAL mode
 * (sqlite.org/fileformat2.html, section 1.3 and os.h: SHARED_FIRST, SHARED_SIZE). */
enum { SHARED_FIRST = 0x40000002, SHARED_SIZE = 510 };

err sqlite_user(const char *path, int *ret_pid)
{
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = SHARED_FIRST, .l_len = SHARED_SIZE};
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return errno == ENOENT ? err_new(ERR_NOT_FOUND, "there is no database")
                               : err_from_errno(errno, "the database file cannot be opened");
    }
    int rc = fcntl(fd, F_GETLK, &lock);
    int error = errno;
    (void)close(fd);
    if (rc != 0) {
        return err_from_errno(error, "the locks of the database cannot be read");
    }
    *ret_pid = lock.l_type == F_UNLCK ? 0 : (int)lock.l_pid;
    return ERR_NONE;
}
