/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_conn.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/statvfs.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "store/sqlite_group.h"
#include "store/sqlite_rank.h"

/* trusted_schema and defensive: a database that somebody else wrote must not run code of its
 * choice. Temporary data stays in memory, so that a full disk shows itself in one place only. */
static const char hardening[] = "PRAGMA trusted_schema = OFF;"
                                "PRAGMA cell_size_check = ON;"
                                "PRAGMA mmap_size = 0;"
                                "PRAGMA foreign_keys = ON;"
                                "PRAGMA recursive_triggers = ON;"
                                "PRAGMA secure_delete = ON;"
                                "PRAGMA temp_store = MEMORY;"
                                "PRAGMA synchronous = FULL;"
                                "PRAGMA journal_size_limit = 67108864;";

/* True when the last system call failed for want of space. SQLite keeps its errno for some
 * statements only (not for COMMIT), so the layer below is asked too, and at last the file system.
 */
static bool disk_is_full(sqlite3 *db)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    int last = vfs && vfs->xGetLastError ? vfs->xGetLastError(vfs, 0, NULL) : 0;
    int kept = db ? sqlite3_system_errno(db) : 0;
    if (last == ENOSPC || last == EDQUOT || kept == ENOSPC || kept == EDQUOT) {
        return true;
    }
    const char *path = db ? sqlite3_db_filename(db, "main") : NULL;
    struct statvfs disk;
    return path && *path && statvfs(path, &disk) == 0 && disk.f_bavail == 0;
}

static err io_error(sqlite3 *db, int rc)
{
    if (rc == SQLITE_IOERR_NOMEM) {
        return err_new(ERR_NO_MEMORY, "the database ran out of memory");
    }
    if (rc == SQLITE_IOERR_CORRUPTFS) {
        return err_new(ERR_CORRUPT, "the file system says that it is damaged");
    }
    if (disk_is_full(db)) {
        return err_new(ERR_NO_SPACE, "no space is left for the database");
    }
    return err_new(ERR_IO, "the database's files could not be read or written");
}

static err constraint_error(int rc)
{
    switch (rc) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
        return err_new(ERR_CONFLICT, "it exists already");
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return err_new(ERR_NOT_FOUND, "what it belongs to does not exist");
    default:
        return err_new(ERR_INVALID, "the value is not allowed");
    }
}

err sq_error(sqlite3 *db, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return ERR_NONE;
    case SQLITE_FULL:
        return err_new(ERR_NO_SPACE, "no space is left for the database");
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return io_error(db, rc);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        return err_new(ERR_CORRUPT, "the database file is damaged");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
        return err_new(ERR_UNAVAILABLE, "the database is busy");
    case SQLITE_NOMEM:
        return err_new(ERR_NO_MEMORY, "the database ran out of memory");
    case SQLITE_TOOBIG:
        return err_new(ERR_TOO_LARGE, "the value is too large for the database");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return err_new(ERR_IO, "the database file or its folder is read-only");
    case SQLITE_CONSTRAINT:
        return constraint_error(rc);
    default:
        LOG(LOG_ERROR, "store", "statement_refused", log_int("sqlite_code", rc));
        return err_new(ERR_INTERNAL, "the database refused a statement");
    }
}

err sq_exec(struct sq_conn *c, const char *sql)
{
    int rc = sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ERR_NONE : sq_error(c->db, sqlite3_extended_errcode(c->db));
}

static err harden(struct sq_conn *c, const struct sq_options *options)
{
    char pragma[96];
    (void)sqlite3_extended_result_codes(c->db, 1);
    (void)sqlite3_busy_timeout(c->db, options->busy_ms);
    (void)sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(c->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    (void)sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    (void)sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    (void)sqlite3_limit(c->db, SQLITE_LIMIT_ATTACHED, 0);
    (void)snprintf(pragma, sizeof pragma, "PRAGMA cache_size = -%d;%s", options->cache_kb,
                   options->read_only ? "PRAGMA query_only = ON;" : "");
    err e = sq_exec(c, hardening);
    return err_ok(e) ? sq_exec(c, pragma) : e;
}

err sq_conn_open(const struct sq_options *options, struct arena *a, struct sq_conn **ret,
                 str *ret_detail)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    struct sq_conn *c = mem_alloc(sizeof *c);
    if (!c) {
        return err_new(ERR_NO_MEMORY, "no memory for a database connection");
    }
    int rc = sqlite3_open_v2(options->path, &c->db, flags, NULL);
    err e = rc == SQLITE_OK ? harden(c, options) : sq_error(c->db, sqlite3_extended_errcode(c->db));
    e = err_ok(e) ? sq_rank_register(c->db) : e;
    e = err_ok(e) ? sq_group_register(c->db) : e;
    if (err_ok(e)) {
        *ret = c;
        return e;
    }
    if (ret_detail && c->db) {
        str detail = arena_str(a, str_c(sqlite3_errmsg(c->db)));
        *ret_detail = detail.p ? detail : STR_EMPTY;
    }
    sq_conn_close(c);
    return e;
}

void sq_conn_close(struct sq_conn *c)
{
    if (!c) {
        return;
    }
    for (size_t i = 0; i < SQ_STATEMENTS_MAX; i++) {
        (void)sqlite3_finalize(c->statements[i].handle);
    }
    (void)sqlite3_close(c->db);
    mem_free(c);
}

/* ── the cursor ── */

static void fail(struct sq_query *q, err e)
{
    if (err_ok(q->failed)) {
        q->failed = e;
    }
}

struct sq_query sq_query(struct sq_conn *c, const char *sql)
{
    struct sq_query q = {.conn = c, .parameter = 1, .failed = ERR_NONE};
    size_t slot = ((uintptr_t)sql >> 3) % SQ_STATEMENTS_MAX;
    while (c->statements[slot].sql && c->statements[slot].sql != sql) {
        slot = (slot + 1) % SQ_STATEMENTS_MAX;
    }
    if (!c->statements[slot].sql) {
        if (c->statement_count == SQ_STATEMENTS_MAX - 1) {
            fail(&q, err_new(ERR_INTERNAL, "too many prepared statements"));
            return q;
        }
        int rc = sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                    &c->statements[slot].handle, NULL);
        if (rc != SQLITE_OK) {
            fail(&q, sq_error(c->db, rc));
            return q;
        }
        c->statements[slot].sql = sql;
        c->statement_count++;
    }
    q.handle = c->statements[slot].handle;
    return q;
}

static void bound(struct sq_query *q, int rc)
{
    if (rc != SQLITE_OK) {
        fail(q, sq_error(q->conn->db, rc));
    }
}

void sq_bind_str(struct sq_query *q, str s, size_t max)
{
    if (s.n > max || s.n > INT_MAX) {
        fail(q, err_new(ERR_TOO_LARGE, "a text is longer than the store takes"));
    } else if (s.n && (memchr(s.p, 0, s.n) || !utf8_valid(s))) {
        fail(q, err_new(ERR_INVALID, "a text is not UTF-8 or has a NUL byte"));
    }
    if (err_ok(q->failed)) {
        bound(q, sqlite3_bind_text(q->handle, q->parameter++, s.n ? s.p : "", (int)s.n,
                                   SQLITE_STATIC));
    }
}

void sq_bind_bytes(struct sq_query *q, str s, size_t max)
{
    if (s.n > max || s.n > INT_MAX) {
        fail(q, err_new(ERR_TOO_LARGE, "a content is longer than the store takes"));
    }
    if (err_ok(q->failed)) {
        bound(q, sqlite3_bind_blob(q->handle, q->parameter++, s.n ? s.p : "", (int)s.n,
                                   SQLITE_STATIC));
    }
}

void sq_bind_int(struct sq_query *q, int64_t number)
{
    if (err_ok(q->failed)) {
        bound(q, sqlite3_bind_int64(q->handle, q->parameter++, number));
    }
}

/* An id is stored as its 16 bytes. */
void sq_bind_id(struct sq_query *q, const id *value)
{
    unsigned char bytes[16];
    size_t n = 0;
    id checked;
    if (!err_ok(q->failed)) {
        return;
    }
    if (id_none(value)) {
        bound(q, sqlite3_bind_null(q->handle, q->parameter++));
        return;
    }
    if (!id_parse(str_n(value->c, strnlen(value->c, sizeof value->c)), &checked)) {
        fail(q, err_new(ERR_INVALID, "an id is malformed"));
        return;
    }
    for (const char *at = checked.c; n < sizeof bytes; at += 2) {
        at += *at == '-';
        bytes[n++] = (unsigned char)(bytes_hex_digit(at[0]) << 4 | bytes_hex_digit(at[1]));
    }
    bound(q, sqlite3_bind_blob(q->handle, q->parameter++, bytes, (int)n, SQLITE_TRANSIENT));
}

void sq_bind_digest(struct sq_query *q, const struct crypto_digest *digest)
{
    sq_bind_bytes(q, str_n((const char *)digest->bytes, sizeof digest->bytes),
                  sizeof digest->bytes);
}

void sq_bind_pointer(struct sq_query *q, void *p, const char *type)
{
    if (err_ok(q->failed)) {
        bound(q, sqlite3_bind_pointer(q->handle, q->parameter++, p, type, NULL));
    }
}

bool sq_step(struct sq_query *q)
{
    if (!err_ok(q->failed)) {
        return false;
    }
    q->column = 0;
    int rc = sqlite3_step(q->handle);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        fail(q, sq_error(q->conn->db, rc));
    }
    return rc == SQLITE_ROW;
}

int64_t sq_int(struct sq_query *q)
{
    return err_ok(q->failed) ? sqlite3_column_int64(q->handle, q->column++) : 0;
}

double sq_double(struct sq_query *q)
{
    return err_ok(q->failed) ? sqlite3_column_double(q->handle, q->column++) : 0;
}

bool sq_bool(struct sq_query *q) { return sq_int(q) != 0; }

str sq_str(struct sq_query *q, struct arena *a)
{
    if (!err_ok(q->failed)) {
        return STR_EMPTY;
    }
    const void *p = sqlite3_column_blob(q->handle, q->column);
    size_t n = (size_t)sqlite3_column_bytes(q->handle, q->column++);
    if (!p || !n) {
        return STR_EMPTY;
    }
    str copy = arena_str(a, str_n(p, n));
    if (!copy.p) {
        fail(q, err_new(ERR_NO_MEMORY, "no memory for a row of the store"));
        return STR_EMPTY;
    }
    return copy;
}

id sq_id(struct sq_query *q)
{
    static const char digits[] = "0123456789abcdef";
    id result = {{0}};
    char *at = result.c;
    if (!err_ok(q->failed)) {
        return result;
    }
    const unsigned char *p = sqlite3_column_blob(q->handle, q->column);
    int n = sqlite3_column_bytes(q->handle, q->column++);
    for (int i = 0; p && n == 16 && i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *at++ = '-';
        }
        *at++ = digits[p[i] >> 4];
        *at++ = digits[p[i] & 15u];
    }
    return result;
}

struct crypto_digest sq_digest(struct sq_query *q)
{
    struct crypto_digest result = {{0}};
    if (!err_ok(q->failed)) {
        return result;
    }
    const void *p = sqlite3_column_blob(q->handle, q->column);
    if (p && (size_t)sqlite3_column_bytes(q->handle, q->column) == sizeof result.bytes) {
        memcpy(result.bytes, p, sizeof result.bytes);
    }
    q->column++;
    return result;
}

err sq_end(struct sq_query *q)
{
    if (q->handle) {
        (void)sqlite3_reset(q->handle);
        (void)sqlite3_clear_bindings(q->handle);
    }
    return q->failed;
}

err sq_run(struct sq_query *q)
{
    (void)sq_step(q);
    return sq_end(q);
}

err sq_run_one(struct sq_query *q)
{
    err e = sq_run(q);
    if (err_ok(e) && sq_changes(q->conn) == 0) {
        return err_new(ERR_NOT_FOUND, "there is no such row");
    }
    return e;
}

void *sq_list_add(struct sq_list *list, struct arena *a, size_t row_size, size_t max)
{
    if (list->count >= max) {
        return NULL;
    }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 16;
        void *rows = arena_array(a, capacity, row_size);
        if (!rows) {
            return NULL;
        }
        if (list->count) {
            memcpy(rows, list->rows, list->count * row_size);
        }
        list->rows = rows;
        list->capacity = capacity;
    }
    return (char *)list->rows + list->count++ * row_size;
}

err sq_row(struct sq_query *q, struct arena *a, sq_row_fn read, void *row)
{
    bool found = sq_step(q);
    if (found) {
        read(q, a, row);
    }
    err e = sq_end(q);
    return err_ok(e) && !found ? err_new(ERR_NOT_FOUND, "there is no such row") : e;
}

err sq_rows(struct sq_query *q, struct arena *a, sq_row_fn read, size_t row_size, size_t max,
            struct sq_list *list)
{
    err e = ERR_NONE;
    while (err_ok(e) && sq_step(q)) {
        void *row = sq_list_add(list, a, row_size, max);
        if (row) {
            read(q, a, row);
        } else {
            e = err_new(ERR_NO_MEMORY, "no memory for rows of the store");
        }
    }
    err end = sq_end(q);
    return err_ok(e) ? end : e;
}

err sq_number(struct sq_query *q, int64_t *ret)
{
    int64_t number = sq_step(q) ? sq_int(q) : 0;
    err e = sq_end(q);
    if (err_ok(e)) {
        *ret = number;
    }
    return e;
}
