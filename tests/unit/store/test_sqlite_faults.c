/* SPDX-License-Identifier: Apache-2.0 */
/* The disk under SQLite fails: a layer between SQLite and the system lets the n-th write or sync
 * and all later ones fail until it is healed, for every n until the work gets through. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "unit/store/acts.h"

/* ── the failing layer ── */

enum fault { FAULT_FULL, FAULT_ENOSPC, FAULT_WRITE, FAULT_SYNC };

static sqlite3_vfs *below;
static sqlite3_vfs layer;
static sqlite3_io_methods methods;
static atomic_long calls_left = -1; /* negative: healthy */
static enum fault fault;
static atomic_int struck;
static atomic_int synced;

struct file {
    sqlite3_file base;
    sqlite3_file *real;
};

static sqlite3_file *real_of(sqlite3_file *file) { return ((struct file *)file)->real; }

static bool strikes(bool sync)
{
    if (calls_left < 0 || (fault == FAULT_SYNC) != sync) {
        return false;
    }
    if (calls_left > 0) {
        calls_left--;
        return false;
    }
    struck++;
    return true;
}

static int on_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 at)
{
    if (strikes(false)) {
        return fault == FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }
    return real_of(file)->pMethods->xWrite(real_of(file), p, n, at);
}

static int on_sync(sqlite3_file *file, int flags)
{
    if (strikes(true)) {
        return SQLITE_IOERR_FSYNC;
    }
    synced++;
    return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int on_error(sqlite3_vfs *vfs, int n, char *text)
{
    (void)vfs, (void)n, (void)text;
    return fault == FAULT_ENOSPC ? ENOSPC : EIO;
}

static int on_close(sqlite3_file *file)
{
    int rc = real_of(file)->pMethods->xClose(real_of(file));
    free(real_of(file));
    return rc;
}
static int on_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
    return real_of(f)->pMethods->xRead(real_of(f), p, n, at);
}
static int on_truncate(sqlite3_file *f, sqlite3_int64 n)
{
    return real_of(f)->pMethods->xTruncate(real_of(f), n);
}
static int on_size(sqlite3_file *f, sqlite3_int64 *n)
{
    return real_of(f)->pMethods->xFileSize(real_of(f), n);
}
static int on_lock(sqlite3_file *f, int how)
{
    return real_of(f)->pMethods->xLock(real_of(f), how);
}
static int on_unlock(sqlite3_file *f, int how)
{
    return real_of(f)->pMethods->xUnlock(real_of(f), how);
}
static int on_reserved(sqlite3_file *f, int *ret)
{
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), ret);
}
static int on_control(sqlite3_file *f, int what, void *p)
{
    return real_of(f)->pMethods->xFileControl(real_of(f), what, p);
}
static int on_sector(sqlite3_file *f) { return real_of(f)->pMethods->xSectorSize(real_of(f)); }
static int on_traits(sqlite3_file *f)
{
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}
static int on_shm_map(sqlite3_file *f, int page, int n, int extend, void volatile **ret)
{
    return real_of(f)->pMethods->xShmMap(real_of(f), page, n, extend, ret);
}
static int on_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
    return real_of(f)->pMethods->xShmLock(real_of(f), at, n, flags);
}
static void on_shm_barrier(sqlite3_file *f) { real_of(f)->pMethods->xShmBarrier(real_of(f)); }
static int on_shm_unmap(sqlite3_file *f, int remove)
{
    return real_of(f)->pMethods->xShmUnmap(real_of(f), remove);
}

static int on_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *ret)
{
    struct file *own = (struct file *)file;
    (void)vfs;
    own->base.pMethods = NULL;
    own->real = calloc(1, (size_t)below->szOsFile);
    int rc = own->real ? below->xOpen(below, name, own->real, flags, ret) : SQLITE_NOMEM;
    if (rc == SQLITE_OK) {
        own->base.pMethods = &methods;
    } else {
        free(own->real);
    }
    return rc;
}

static void install(void)
{
    below = sqlite3_vfs_find(NULL);
    methods = (sqlite3_io_methods){.iVersion = 2,
                                   .xClose = on_close,
                                   .xRead = on_read,
                                   .xWrite = on_write,
                                   .xTruncate = on_truncate,
                                   .xSync = on_sync,
                                   .xFileSize = on_size,
                                   .xLock = on_lock,
                                   .xUnlock = on_unlock,
                                   .xCheckReservedLock = on_reserved,
                                   .xFileControl = on_control,
                                   .xSectorSize = on_sector,
                                   .xDeviceCharacteristics = on_traits,
                                   .xShmMap = on_shm_map,
                                   .xShmLock = on_shm_lock,
                                   .xShmBarrier = on_shm_barrier,
                                   .xShmUnmap = on_shm_unmap};
    layer = *below;
    layer.pNext = NULL;
    layer.zName = "failing";
    layer.szOsFile = (int)sizeof(struct file);
    layer.xOpen = on_open;
    layer.xGetLastError = on_error;
    (void)sqlite3_vfs_register(&layer, 1);
}

static void break_disk(enum fault how, long after)
{
    fault = how;
    struck = 0;
    calls_left = after;
}

static void heal_disk(void) { calls_left = -1; }

/* ── the tests ── */

static bool has_lead(struct fixture *f, const id *lead)
{
    struct lead_row row;
    err e = store_lead_get(f->store, &f->arena, &f->project, lead, &row);
    if (e.code != ERR_NOT_FOUND) {
        assert_ok(e);
    }
    return err_ok(e);
}

static bool has_entry(struct fixture *f, const id *entry)
{
    struct outbox_row row;
    err e = store_outbox_get(f->store, &f->arena, entry, &row);
    if (e.code != ERR_NOT_FOUND) {
        assert_ok(e);
    }
    return err_ok(e);
}

/* One lead with the disk failing at the n-th call; true when the failure came into play. */
static bool one_try(struct fixture *f, enum fault how, long after)
{
    static const enum err_code codes[] = {ERR_NO_SPACE, ERR_NO_SPACE, ERR_IO, ERR_IO};
    struct lead_row lead = make_lead(&f->project, NULL);
    struct outbox_row entry = make_entry(&f->project, "lead.created", 1);
    struct idempotency once = {STR("key"), id_random(), crypto_sha256(STR("body"))};
    enum replay replay;
    id made;
    break_disk(how, after);
    err e = store_lead_create(f->store, &lead, &entry, 1, &once, &replay, &made);
    bool hit = struck != 0;
    heal_disk();
    if (!err_ok(e)) {
        assert_true(hit);
        assert_code(e, codes[how]);
        assert_false(has_lead(f, &lead.id));
        assert_false(has_entry(f, &entry.id));
        assert_ok(store_lead_create(f->store, &lead, &entry, 1, &once, &replay, &made));
        assert_int_equal(replay, REPLAY_NEW);
    }
    assert_true(has_lead(f, &lead.id));
    assert_true(has_entry(f, &entry.id));
    assert_ok(store_outbox_sent(f->store, &entry.id, 5));
    return hit;
}

static void a_lead_is_whole_or_refused_at_every_failing_call(void **state)
{
    struct fixture *f = *state;
    str detail;
    for (int how = FAULT_FULL; how <= FAULT_SYNC; how++) {
        long n = 0;
        while (one_try(f, (enum fault)how, n)) {
            n++;
            assert_true(n < 1000);
        }
        assert_true(n > 0); /* the failure was really met */
    }
    assert_ok(store_check(f->store, &f->arena, &detail));
    fixture_reopen(f);
    assert_ok(store_check(f->store, &f->arena, &detail));
}

/* One deed with the disk failing at the n-th call: both it and its record stay, or neither, so that
 * the same can be tried again. */
static bool one_deed(struct fixture *f, const struct act_case *deed, const struct act_goods *g,
                     enum fault how, long after)
{
    struct audit_act act = make_act(&g->team, deed->verb);
    struct crypto_digest before = database_print(f);
    break_disk(how, after);
    err e = deed->run(f, g, &act);
    bool hit = struck != 0;
    heal_disk();
    struct crypto_digest now = database_print(f);
    assert_true(hit || err_ok(e));
    if (same_print(&before, &now) == err_ok(e) || act_count(f, &g->team) != (size_t)err_ok(e)) {
        print_error("%s, failure %d after %ld calls: %s\n", deed->verb, how, after, e.what);
        fail();
    }
    return !err_ok(e);
}

static void a_deed_and_its_record_are_one_at_every_failing_call(void **state)
{
    struct fixture *f = *state;
    str detail;
    for (size_t i = 0; i < act_case_count; i++) {
        for (int how = FAULT_FULL; how <= FAULT_SYNC; how += FAULT_SYNC - FAULT_FULL) {
            struct act_goods g = act_goods(f);
            long n = 0;
            while (one_deed(f, &act_cases[i], &g, (enum fault)how, n)) {
                n++;
                assert_true(n < 1000);
            }
            assert_true(n > 0);
        }
    }
    fixture_reopen(f);
    assert_ok(store_check(f->store, &f->arena, &detail));
}

/* Without power only what was synced stays. */
static void every_lead_is_synced_before_it_is_acknowledged(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 20; i++) {
        struct lead_row lead = make_lead(&f->project, NULL);
        enum replay replay;
        id made;
        int before = synced;
        assert_ok(store_lead_create(f->store, &lead, NULL, 0, NULL, &replay, &made));
        assert_true(synced > before);
    }
}

/* A large write fails in its middle: nothing of it stays, the index and its passages agree. */
static void a_full_disk_in_a_large_write_leaves_nothing_behind(void **state)
{
    struct fixture *f = *state;
    struct source_row source = make_source(&f->project);
    struct passage_row *passages = arena_array(&f->arena, 500, sizeof *passages), *found;
    str detail, term = STR("w7");
    size_t n;
    for (unsigned i = 0; i < 500; i++) {
        passages[i] =
            make_passage(i, arena_printf(&f->arena, "w%u common x%u y%u", i, i * 7, i * 13).p);
    }
    struct document_put put = {make_document(&f->project, &source.id, "https://a.example/"),
                               passages, 500};
    struct passage_query query = {
        .project = &f->project, .terms = &term, .term_count = 1, .limit = 5};
    assert_ok(store_source_create(f->store, &source));
    for (long after = 0; after < 60; after += 7) {
        break_disk(FAULT_ENOSPC, after);
        err e = store_document_put(f->store, &put, 1);
        bool hit = struck != 0;
        heal_disk();
        assert_true(hit);
        assert_code(e, ERR_NO_SPACE);
        assert_ok(store_passage_find(f->store, &f->arena, &query, &found, &n));
        assert_int_equal(n, 0);
    }
    assert_ok(store_document_put(f->store, &put, 1));
    assert_ok(store_passage_find(f->store, &f->arena, &query, &found, &n));
    assert_int_equal(n, 1);
    assert_ok(store_check(f->store, &f->arena, &detail));
}

/* ── neighbours: a write that is too large for the disk shares its transaction with others ── */

enum { NEIGHBOURS = 6, NEIGHBOUR_LEADS = 30, LARGE_BYTES = 6 << 20 };

struct neighbour {
    struct fixture *f;
    struct lead_row leads[NEIGHBOUR_LEADS];
    err results[NEIGHBOUR_LEADS];
};

static void *write_small(void *argument)
{
    struct neighbour *n = argument;
    for (size_t i = 0; i < NEIGHBOUR_LEADS; i++) {
        enum replay replay;
        id made;
        n->leads[i] = make_lead(&n->f->project, NULL);
        n->results[i] = store_lead_create(n->f->store, &n->leads[i], NULL, 0, NULL, &replay, &made);
    }
    return NULL;
}

static void *write_large(void *argument)
{
    struct fixture *f = argument;
    struct source_row source = make_source(&f->project);
    char *bytes = calloc(1, LARGE_BYTES);
    assert_ok(store_source_create(f->store, &source));
    for (int i = 0; i < 10; i++) {
        /* In the middle of it, long before the commit. SQLite undoes the statement alone when the
         * disk is full, but the whole transaction when it cannot write. */
        break_disk(i % 2 ? FAULT_FULL : FAULT_WRITE, 200);
        err e = store_source_set_content(f->store, &f->project, &source.id,
                                         str_n(bytes, LARGE_BYTES), STR("text/plain"));
        heal_disk();
        if (e.code != (i % 2 ? ERR_NO_SPACE : ERR_IO)) {
            print_error("a write on a failing disk: %d\n", e.code);
        }
    }
    free(bytes);
    return NULL;
}

static void a_write_that_breaks_the_transaction_fails_alone(void **state)
{
    struct fixture *f = *state;
    static struct neighbour neighbours[NEIGHBOURS];
    pthread_t threads[NEIGHBOURS], large;
    size_t refused = 0;
    str detail;
    assert_int_equal(pthread_create(&large, NULL, write_large, f), 0);
    for (size_t i = 0; i < NEIGHBOURS; i++) {
        neighbours[i].f = f;
        assert_int_equal(pthread_create(&threads[i], NULL, write_small, &neighbours[i]), 0);
    }
    (void)pthread_join(large, NULL);
    for (size_t i = 0; i < NEIGHBOURS; i++) {
        (void)pthread_join(threads[i], NULL);
        for (size_t k = 0; k < NEIGHBOUR_LEADS; k++) {
            err e = neighbours[i].results[k];
            refused += !err_ok(e);
            assert_int_equal(has_lead(f, &neighbours[i].leads[k].id), err_ok(e));
        }
    }
    assert_true(refused < NEIGHBOURS * NEIGHBOUR_LEADS);
    assert_ok(store_check(f->store, &f->arena, &detail));
}

static void reading_goes_on_while_the_disk_is_full(void **state)
{
    struct fixture *f = *state;
    id chat = stored_chat(f, &f->project);
    struct chat_row got;
    struct project_row project;
    struct message_row row = make_message(&chat, MESSAGE_VISITOR, "Hello");
    break_disk(FAULT_ENOSPC, 0);
    assert_code(store_message_append(f->store, &f->project, &row, 1), ERR_NO_SPACE);
    assert_ok(store_chat_get(f->store, &f->arena, &f->project, &chat, &got));
    assert_ok(store_project_by_slug(f->store, &f->arena, STR("first"), &project));
    assert_int_equal(got.last_seq, 0);
    heal_disk();
    assert_ok(store_message_append(f->store, &f->project, &row, 1));
    assert_int_equal(row.seq, 1);
}

static void a_backup_on_a_full_disk_leaves_no_file(void **state)
{
    struct fixture *f = *state;
    char path[160];
    (void)snprintf(path, sizeof path, "%s.full.backup", f->path);
    break_disk(FAULT_ENOSPC, 2);
    assert_code(store_backup(f->store, path), ERR_NO_SPACE);
    heal_disk();
    assert_ok(store_backup(f->store, path));
}

static const struct store_test tests[] = {
    STORE_TEST(a_lead_is_whole_or_refused_at_every_failing_call),
    STORE_TEST(a_deed_and_its_record_are_one_at_every_failing_call),
    STORE_TEST(every_lead_is_synced_before_it_is_acknowledged),
    STORE_TEST(a_full_disk_in_a_large_write_leaves_nothing_behind),
    STORE_TEST(a_write_that_breaks_the_transaction_fails_alone),
    STORE_TEST(reading_goes_on_while_the_disk_is_full),
    STORE_TEST(a_backup_on_a_full_disk_leaves_no_file),
};

int main(void)
{
    install();
    return store_tests_run("faults", tests, sizeof tests / sizeof *tests);
}
