/* SPDX-License-Identifier: Apache-2.0 */
/* What the SQLite backend does with files that are not as they should be, with older and newer
 * schemas, and with copies of a database in use. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "store/sqlite_schema.h"
#include "unit/store/backend.h"

static err open_at(struct fixture *f, const char *path, struct store **ret, str *ret_detail)
{
    struct store_settings settings = store_settings_default();
    (void)snprintf(settings.url, sizeof settings.url, "sqlite:%s", path);
    return store_open(&settings, &f->arena, ret, ret_detail);
}

/* ── damage ── */

static void fill(struct fixture *f)
{
    for (int i = 0; i < 50; i++) {
        char terms[3000];
        for (size_t k = 0; k + 8 < sizeof terms; k += 8) {
            (void)snprintf(terms + k, 9, "w%06zu ", k * (size_t)(i + 1));
        }
        (void)stored_source(f, &f->project, "https://a.example/1", terms, NULL);
    }
    store_close(f->store);
    f->store = NULL;
}

static void overwrite(const char *path, off_t at, const char *bytes, size_t n)
{
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0 && pwrite(fd, bytes, n, at) == (ssize_t)n);
    (void)close(fd);
}

static void sql(const char *path, const char *text)
{
    sqlite3 *db;
    char *said = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    int rc = sqlite3_exec(db, text, NULL, NULL, &said);
    if (rc != SQLITE_OK) {
        print_error("%s\n", said);
    }
    assert_int_equal(rc, SQLITE_OK);
    (void)sqlite3_close(db);
}

static void make_empty(const char *path) { assert_int_equal(truncate(path, 0), 0); }
static void make_short(const char *path) { assert_int_equal(truncate(path, 50), 0); }
static void make_cut(const char *path)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(truncate(path, info.st_size / 2), 0);
}
static void make_text(const char *path) { overwrite(path, 0, "# Not a database at all\n", 24); }
static void make_flipped_header(const char *path) { overwrite(path, 20, "\xff\xff\xff\xff", 4); }
static void make_flipped_page(const char *path)
{
    static char junk[4096];
    memset(junk, 0xa5, sizeof junk);
    for (off_t page = 1; page < 20; page++) {
        overwrite(path, page * 4096, junk, sizeof junk);
    }
}
static void make_foreign(const char *path)
{
    (void)unlink(path);
    sql(path, "CREATE TABLE theirs(a); PRAGMA application_id = 7;");
}
static void make_newer(const char *path) { sql(path, "PRAGMA user_version = 9999"); }
static void make_folder(const char *path)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
}
static void make_fifo(const char *path)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
}

static const struct damage {
    const char *name;
    void (*make)(const char *path);
    enum err_code code;
    const char *says;
} damages[] = {
    {"an empty file", make_empty, ERR_CORRUPT, "doorward restore"},
    {"less than a header", make_short, ERR_CORRUPT, "doorward restore"},
    {"half of the file", make_cut, ERR_CORRUPT, "is cut off"},
    {"a text file", make_text, ERR_CORRUPT, "not a database"},
    {"a header with impossible values", make_flipped_header, ERR_CORRUPT, "doorward restore"},
    {"pages of junk", make_flipped_page, ERR_CORRUPT, "doorward restore"},
    {"another program's database", make_foreign, ERR_CORRUPT, "another program"},
    {"a newer schema", make_newer, ERR_CONFLICT, "newer doorward"},
    {"a folder", make_folder, ERR_INVALID, "is a folder"},
    {"a pipe", make_fifo, ERR_INVALID, "not a regular file"},
};

static void every_damage_is_refused_with_what_to_do(void **state)
{
    struct fixture *f = *state;
    fill(f);
    char good[128];
    (void)snprintf(good, sizeof good, "%s/good", f->folder);
    assert_int_equal(rename(f->path, good), 0);
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        char command[300];
        struct store *store = NULL;
        str detail = STR_EMPTY;
        (void)snprintf(command, sizeof command, "cp %s %s", good, f->path);
        assert_int_equal(system(command), 0);
        damages[i].make(f->path);
        err e = open_at(f, f->path, &store, &detail);
        if (e.code != damages[i].code || str_find(detail, str_c(damages[i].says), 0) == SIZE_MAX ||
            str_find(detail, str_c(f->path), 0) == SIZE_MAX) {
            print_error("%s: error %d %s, \"%.*s\"\n", damages[i].name, e.code, e.what,
                        STR_ARG(detail));
            fail();
        }
        assert_null(store);
        (void)unlink(f->path);
        (void)rmdir(f->path);
    }
}

static void the_advice_names_the_newest_backup(void **state)
{
    struct fixture *f = *state;
    struct store *store;
    char old[128], new[128];
    str detail;
    (void)snprintf(old, sizeof old, "%s.old.backup", f->path);
    (void)snprintf(new, sizeof new, "%s.new.backup", f->path);
    assert_ok(store_backup(f->store, old));
    assert_ok(store_backup(f->store, new));
    struct timespec times[2] = {{1, 0}, {1, 0}};
    assert_int_equal(utimensat(AT_FDCWD, old, times, 0), 0);
    store_close(f->store);
    f->store = NULL;
    make_empty(f->path);
    assert_code(open_at(f, f->path, &store, &detail), ERR_CORRUPT);
    assert_true(str_find(detail, str_c(new), 0) != SIZE_MAX);
}

/* Runs as a user without rights, because root may write everywhere. */
static int open_as_nobody(struct fixture *f, const char *path)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct store *store;
        str detail = STR_EMPTY;
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) {
            _exit(99);
        }
        err e = open_at(f, path, &store, &detail);
        bool said = str_find(detail, str_c(path), 0) != SIZE_MAX;
        _exit(err_ok(e) ? 0 : said ? (int)e.code : 98);
    }
    int status;
    assert_true(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_file_or_folder_without_rights_is_named(void **state)
{
    struct fixture *f = *state;
    char fresh[128];
    store_close(f->store);
    f->store = NULL;
    (void)snprintf(fresh, sizeof fresh, "%s/new.db", f->folder);
    assert_int_equal(chmod(f->folder, 0755), 0);
    assert_int_equal(chmod(f->path, 0644), 0);
    if (geteuid() != 0) {
        assert_int_equal(chmod(f->path, 0444), 0);
        assert_int_equal(chmod(f->folder, 0555), 0);
    }
    assert_int_equal(open_as_nobody(f, f->path), ERR_IO);
    assert_int_equal(open_as_nobody(f, fresh), ERR_IO);
    if (geteuid() ==
        0) { /* the file may be written, its folder not: there is no place for the log */
        assert_int_equal(chmod(f->path, 0666), 0);
        assert_int_equal(open_as_nobody(f, f->path), ERR_IO);
    }
    assert_int_equal(chmod(f->folder, 0755), 0);
}

static void a_missing_folder_is_named(void **state)
{
    struct fixture *f = *state;
    struct store *store;
    str detail = STR_EMPTY;
    char path[160];
    (void)snprintf(path, sizeof path, "%s/nowhere/test.db", f->folder);
    assert_code(open_at(f, path, &store, &detail), ERR_IO);
    assert_true(str_find(detail, STR("folder"), 0) != SIZE_MAX);
}

static void the_file_is_for_its_owner_only(void **state)
{
    struct fixture *f = *state;
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        char path[128];
        struct stat info;
        (void)snprintf(path, sizeof path, "%s%s", f->path, ends[i]);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
    }
}

static void the_process_that_has_it_open_is_known(void **state)
{
    struct fixture *f = *state;
    struct store_settings settings = store_settings_default();
    int ready[2], stop[2], status, user = -1;
    char byte;
    (void)snprintf(settings.url, sizeof settings.url, "sqlite:%s", f->path);
    store_close(f->store);
    f->store = NULL;
    assert_ok(store_user(&settings, &user));
    assert_int_equal(user, 0);
    assert_true(pipe(ready) == 0 && pipe(stop) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct store *store;
        err e = store_open(&settings, &f->arena, &store, NULL);
        bool told = err_ok(e) && write(ready[1], "x", 1) == 1;
        (void)close(stop[1]);
        _exit(told && read(stop[0], &byte, 1) == 0 ? 0 : 1);
    }
    assert_true(pid > 0 && read(ready[0], &byte, 1) == 1);
    assert_ok(store_user(&settings, &user));
    assert_int_equal(user, pid);
    (void)close(stop[1]);
    assert_true(waitpid(pid, &status, 0) == pid && status == 0);
    assert_ok(store_user(&settings, &user));
    assert_int_equal(user, 0);
    (void)close(ready[0]);
    (void)close(ready[1]);
    (void)close(stop[0]);
}

static void an_index_that_misses_passages_is_found(void **state)
{
    struct fixture *f = *state;
    str detail;
    (void)stored_source(f, &f->project, "https://a.example/1", "alpha beta", NULL);
    assert_ok(store_check(f->store, &f->arena, &detail));
    sql(f->path, "DELETE FROM passage_index");
    assert_code(store_check(f->store, &f->arena, &detail), ERR_CORRUPT);
    assert_true(str_find(detail, STR("index"), 0) != SIZE_MAX);
}

/* ── versions ── */

static void every_older_schema_is_backed_up_and_migrated(void **state)
{
    struct fixture *f = *state;
    for (size_t version = 1; version < sq_schema_step_count; version++) {
        char path[128], text[256], pattern[300];
        struct store *store;
        str detail = STR_EMPTY, name;
        (void)snprintf(path, sizeof path, "%s/v%zu.db", f->folder, version);
        for (size_t step = 0; step < version; step++) {
            sql(path, sq_schema_steps[step].sql);
        }
        (void)snprintf(text, sizeof text,
                       "INSERT INTO meta VALUES('kept', 'value'); PRAGMA user_version = %zu;"
                       "PRAGMA application_id = 0x44777264;",
                       version);
        sql(path, text);
        err e = open_at(f, path, &store, &detail);
        if (!err_ok(e)) {
            print_error("version %zu: %s, %.*s\n", version, e.what, STR_ARG(detail));
        }
        assert_ok(e);
        assert_ok(store_meta_get(store, &f->arena, "kept", &name));
        assert_str(name, STR("value"));
        assert_ok(store_check(store, &f->arena, &detail));
        store_close(store);
        (void)snprintf(pattern, sizeof pattern, "test $(ls %s.v%zu-*.backup | wc -l) -eq 1", path,
                       version);
        assert_int_equal(system(pattern), 0);
    }
}

static void a_migration_that_fails_changes_nothing(void **state)
{
    struct fixture *f = *state;
    char path[128];
    struct store *store;
    str detail = STR_EMPTY;
    (void)snprintf(path, sizeof path, "%s/old.db", f->folder);
    sql(path, sq_schema_steps[0].sql);
    sql(path, "CREATE TABLE passage(in_the_way); PRAGMA user_version = 1;"
              "PRAGMA application_id = 0x44777264;");
    assert_false(err_ok(open_at(f, path, &store, &detail)));
    assert_true(str_find(detail, STR("changed nothing"), 0) != SIZE_MAX);
    sql(path, "SELECT in_the_way FROM passage; DROP TABLE passage;");
    assert_ok(open_at(f, path, &store, &detail));
    store_close(store);
}

/* ── copies ── */

struct load {
    struct fixture *f;
    atomic_bool stop;
    atomic_int leads;
    err e;
};

static void *write_leads(void *argument)
{
    struct load *load = argument;
    while (!load->stop && err_ok(load->e)) {
        struct lead_row lead = make_lead(&load->f->project, NULL);
        struct outbox_row entry = make_entry(&load->f->project, "lead.created", 1);
        enum replay replay;
        id made;
        load->e = store_lead_create(load->f->store, &lead, &entry, 1, NULL, &replay, &made);
        load->leads++;
    }
    return NULL;
}

static void backups_under_load_are_whole(void **state)
{
    struct fixture *f = *state;
    struct load load = {.f = f, .e = ERR_NONE};
    pthread_t threads[4];
    uint64_t before = 0;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, write_leads, &load), 0);
    }
    for (int i = 0; i < 5; i++) {
        char path[128];
        struct store *copy;
        struct lead_row *leads;
        struct outbox_counts counts;
        str detail;
        size_t n;
        int written = load.leads;
        for (int64_t until = clock_mono_ms() + 20000; load.leads < written + 50;) {
            assert_true(clock_mono_ms() < until && err_ok(load.e));
            (void)usleep(1000);
        }
        (void)snprintf(path, sizeof path, "%s/copy%d.db", f->folder, i);
        assert_ok(store_backup(f->store, path));
        assert_code(store_backup(f->store, path), ERR_CONFLICT);
        assert_ok(open_at(f, path, &copy, &detail));
        assert_ok(store_check(copy, &f->arena, &detail));
        assert_ok(store_lead_list(copy, &f->arena, &f->project, 0, 0, &leads, &n));
        assert_ok(store_outbox_counts(copy, &counts));
        assert_int_equal(counts.pending, n);
        assert_true(n > before);
        before = n;
        store_close(copy);
    }
    load.stop = true;
    for (int i = 0; i < 4; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    assert_ok(load.e);
}

static const struct store_test tests[] = {
    STORE_TEST(every_damage_is_refused_with_what_to_do),
    STORE_TEST(the_advice_names_the_newest_backup),
    STORE_TEST(a_file_or_folder_without_rights_is_named),
    STORE_TEST(a_missing_folder_is_named),
    STORE_TEST(the_file_is_for_its_owner_only),
    STORE_TEST(the_process_that_has_it_open_is_known),
    STORE_TEST(an_index_that_misses_passages_is_found),
    STORE_TEST(every_older_schema_is_backed_up_and_migrated),
    STORE_TEST(a_migration_that_fails_changes_nothing),
    STORE_TEST(backups_under_load_are_whole),
};

int main(void) { return store_tests_run("files", tests, sizeof tests / sizeof *tests); }
