/* SPDX-License-Identifier: Apache-2.0 */
/* What finding a key costs: access_keys [KEYS]. Authenticates requests as they come off the wire
 * against a store with so many keys, and prints the microseconds of a look-up (median and p99 of
 * batches) and what was written to the database meanwhile. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/access.h"
#include "base/clock.h"
#include "base/mem.h"
#include "http/exchange.h"

enum { KEYS_MAX = 100000, ROUNDS = 5, BATCH = 100, HEAD_MAX = 1024 };

struct bench {
    char folder[64], path[128];
    struct arena a;
    struct secret hash_key;
    struct staff_desk desk;
    struct token *tokens;
    size_t count;
};

static void check(err e, const char *what)
{
    if (!err_ok(e)) {
        (void)fprintf(stderr, "%s: %s\n", what, e.what);
        exit(1);
    }
}

static void set_up(struct bench *b)
{
    struct store_settings settings = store_settings_default();
    str detail = STR_EMPTY;
    id team;
    arena_init(&b->a, 64 << 20);
    (void)snprintf(b->path, sizeof b->path, "%s/store.db", b->folder);
    (void)snprintf(settings.url, sizeof settings.url, "sqlite:%s", b->path);
    check(store_open(&settings, &b->a, &b->desk.store, &detail), "store");
    check(secret_set(&b->hash_key, STR("a key of thirty-two bytes, hash.")), "key");
    b->desk.hash_key = &b->hash_key;
    check(store_team_create(b->desk.store, STR("Bench"), &team), "team");
    for (size_t i = 0; i < b->count; i++) {
        struct key_row row = {.id = id_random(),
                              .team = team,
                              .name = STR("bench"),
                              .kind = STR("sk"),
                              .permissions = PERMISSION_ALL,
                              .created_ms = clock_wall_ms()};
        b->tokens[i] = token_new(TOKEN_SECRET_KEY);
        row.hash = token_hash(&b->hash_key, str_c(b->tokens[i].c));
        row.hint = token_hint(str_c(b->tokens[i].c));
        check(store_key_create(b->desk.store, &row, NULL), "key");
    }
}

/* A request with a key, parsed as from the wire. */
static struct http_req *request(struct http_req *req, char head[static HEAD_MAX],
                                const struct token *token)
{
    static const struct h1_limits limits = {
        .head_max = HEAD_MAX, .fields_max = 20, .target_max = 256};
    (void)snprintf(head, HEAD_MAX,
                   "GET /api/v1/projects/main/search?q=price HTTP/1.1\r\nHost: chat.example.com\r\n"
                   "User-Agent: curl/7.88.1\r\nAccept: */*\r\nAuthorization: Api-Key %s\r\n\r\n",
                   token->c);
    memset(req, 0, sizeof *req);
    arena_init(&req->arena, ARENA_REQUEST_MAX);
    h1_head_init(&req->parser, &req->head);
    if (h1_head_feed(&req->parser, &req->head, &limits, str_c(head)) != H1_DONE) {
        check(err_new(ERR_INTERNAL, "not parsed"), "request");
    }
    req->self = req;
    req->base = head;
    return req;
}

/* Each of BATCH keys once; gives the microseconds of one. */
static double look_up(struct bench *b, size_t round)
{
    static struct http_req reqs[BATCH];
    static char heads[BATCH][HEAD_MAX];
    struct principal who;
    const char *why;
    for (size_t i = 0; i < BATCH; i++) {
        size_t nth = (round * BATCH + i) * 7919 % b->count; /* neither in their order nor twice */
        (void)request(&reqs[i], heads[i], &b->tokens[nth]);
    }
    int64_t began = clock_mono_us();
    for (size_t i = 0; i < BATCH; i++) {
        check(access_authenticate(&b->desk, &reqs[i], false, STR_EMPTY, &who, &why), "look-up");
    }
    double each = (double)(clock_mono_us() - began) / BATCH;
    for (size_t i = 0; i < BATCH; i++) {
        arena_done(&reqs[i].arena);
    }
    return each;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What another connection sees change when there were commits. */
static int version_of(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    int version = -1;
    if (sqlite3_prepare_v2(db, "PRAGMA data_version", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        version = sqlite3_column_int(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    return version;
}

static long long log_bytes(const struct bench *b)
{
    char path[160];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s-wal", b->path);
    return stat(path, &info) == 0 ? (long long)info.st_size : 0;
}

static void measure(struct bench *b)
{
    static double each[ROUNDS * KEYS_MAX / BATCH];
    size_t batches = ROUNDS * b->count / BATCH;
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(b->path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
        check(err_new(ERR_IO, "not opened"), "database");
    }
    int version = version_of(db);
    long long bytes = log_bytes(b);
    for (size_t i = 0; i < batches; i++) {
        each[i] = look_up(b, i);
    }
    qsort(each, batches, sizeof *each, by_value);
    (void)printf("key look-up, %zu keys: median %.2f us, p99 %.2f us (%zu look-ups)\n", b->count,
                 each[batches / 2], each[batches * 99 / 100], batches * BATCH);
    (void)printf("database changed: %d, %lld bytes of log\n", version_of(db) != version,
                 log_bytes(b) - bytes);
    (void)sqlite3_close(db);
}

int main(int argc, char **argv)
{
    static struct bench b = {.folder = "/tmp/doorward-bench-XXXXXX", .count = 10000};
    uint64_t count = b.count;
    if (!err_ok(crypto_init()) || !mkdtemp(b.folder) ||
        (argc > 1 && (!str_u64(str_c(argv[1]), &count) || count < BATCH || count > KEYS_MAX))) {
        (void)fprintf(stderr, "usage: access_keys [KEYS]\n");
        return 2;
    }
    b.count = (size_t)count;
    b.tokens = mem_array(b.count, sizeof *b.tokens);
    if (!b.tokens) {
        return 1;
    }
    set_up(&b);
    measure(&b);
    store_close(b.desk.store);
    mem_free(b.tokens);
    secret_done(&b.hash_key);
    arena_done(&b.a);
    (void)unlink(b.path);
    (void)rmdir(b.folder);
    return 0;
}
