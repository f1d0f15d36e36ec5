/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody with a tool for SQLite can do to the audit log, and what is seen of it. */
#include <sqlite3.h>

#include "unit/store/backend.h"

enum { ROWS = 9 };

static void record(struct fixture *f)
{
    for (size_t i = 0; i < ROWS; i++) {
        struct audit_act act = make_act(&f->team, arena_printf(&f->arena, "act.%zu", i + 1).p);
        assert_ok(store_audit_add(f->store, &act, 1));
    }
}

/* The first row that does not hold, 0 when all do. */
static uint64_t first_broken(struct fixture *f)
{
    struct audit_row *rows;
    struct crypto_digest before = {{0}};
    size_t n;
    assert_ok(store_audit_list(f->store, &f->arena, &f->team, 0, 0, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        struct crypto_digest hash = audit_hash(&before, i + 1, &rows[i].what);
        if (rows[i].seq != i + 1 || memcmp(&rows[i].hash, &hash, sizeof hash) != 0 ||
            memcmp(&rows[i].before, &before, sizeof before) != 0) {
            return i + 1;
        }
        before = hash;
    }
    return 0;
}

static int run(struct fixture *f, const char *text)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    int rc = sqlite3_exec(db, text, NULL, NULL, NULL);
    (void)sqlite3_close(db);
    return rc;
}

static void rows_can_only_be_added(void **state)
{
    struct fixture *f = *state;
    static const char *const statements[] = {
        "DELETE FROM audit",
        "DELETE FROM audit WHERE seq = 9",
        "UPDATE audit SET outcome = 'refused' WHERE seq = 3",
        "UPDATE audit SET seq = seq + 100",
        "UPDATE OR REPLACE audit SET seq = 4 WHERE seq = 3",
        "UPDATE OR IGNORE audit SET outcome = 'refused' WHERE seq = 3",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 3",
        "INSERT INTO audit SELECT team, 11, at_ms, actor_kind, actor, act, object_kind, object,"
        " outcome, detail, request, address, previous, hash FROM audit WHERE seq = 9",
        "INSERT INTO audit SELECT team, 0, at_ms, actor_kind, actor, act, object_kind, object,"
        " outcome, detail, request, address, previous, hash FROM audit WHERE seq = 9",
    };
    record(f);
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        if (run(f, statements[i]) == SQLITE_OK) {
            print_error("went through: %s\n", statements[i]);
            fail();
        }
    }
    assert_int_equal(first_broken(f), 0);
}

#define UNGUARDED "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_removed;"

static const struct {
    const char *what, *sql;
    uint64_t broken;
} tampers[] = {
    {"nothing", "", 0},
    {"time", "UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 5", 5},
    {"kind of actor", "UPDATE audit SET actor_kind = 'key' WHERE seq = 5", 5},
    {"actor", "UPDATE audit SET actor = NULL WHERE seq = 5", 5},
    {"act", "UPDATE audit SET act = 'act.6' WHERE seq = 5", 5},
    {"kind of object", "UPDATE audit SET object_kind = '' WHERE seq = 5", 5},
    {"object", "UPDATE audit SET object = 'another' WHERE seq = 5", 5},
    {"outcome", "UPDATE audit SET outcome = 'refused' WHERE seq = 5", 5},
    {"detail", "UPDATE audit SET detail = '{}' WHERE seq = 1", 1},
    {"request", "UPDATE audit SET request = NULL WHERE seq = 9", 9},
    {"address", "UPDATE audit SET address = '' WHERE seq = 5", 5},
    {"hash", "UPDATE audit SET hash = zeroblob(32) WHERE seq = 5", 5},
    {"hash before", "UPDATE audit SET previous = zeroblob(32) WHERE seq = 5", 5},
    {"the first is gone", "DELETE FROM audit WHERE seq = 1", 1},
    {"one is gone", "DELETE FROM audit WHERE seq = 5", 5},
    {"one is gone, the others moved up",
     "DELETE FROM audit WHERE seq = 5; UPDATE audit SET seq = seq - 1 WHERE seq > 5", 5},
    {"two have changed places",
     "UPDATE audit SET seq = 99 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 6;"
     "UPDATE audit SET seq = 6 WHERE seq = 99",
     5},
    {"one is from another place",
     "UPDATE audit SET (act, object) = (SELECT act, object FROM audit WHERE seq = 2) WHERE seq = 7",
     7},
};

static void every_change_is_seen(void **state)
{
    struct fixture *f = *state;
    record(f);
    for (size_t i = 0; i < sizeof tampers / sizeof *tampers; i++) {
        assert_int_equal(run(f, "CREATE TABLE kept AS SELECT * FROM audit;" UNGUARDED), SQLITE_OK);
        assert_int_equal(run(f, tampers[i].sql), SQLITE_OK);
        uint64_t broken = first_broken(f);
        if (broken != tampers[i].broken) {
            print_error("%s: row %llu, not %llu\n", tampers[i].what, (unsigned long long)broken,
                        (unsigned long long)tampers[i].broken);
            fail();
        }
        assert_int_equal(run(f, "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept"
                                " ORDER BY seq; DROP TABLE kept;"
                                "CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN"
                                " SELECT RAISE(ABORT, ''); END;"
                                "CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit BEGIN"
                                " SELECT RAISE(ABORT, ''); END;"),
                         SQLITE_OK);
    }
}

/* The chain itself cannot tell; who keeps the heads elsewhere can. */
static void a_cut_tail_is_seen_in_the_heads(void **state)
{
    struct fixture *f = *state;
    struct audit_head *before, *after;
    size_t n;
    record(f);
    assert_ok(store_audit_heads(f->store, &f->arena, &before, &n));
    assert_int_equal(run(f, UNGUARDED "DELETE FROM audit WHERE seq > 7"), SQLITE_OK);
    assert_int_equal(first_broken(f), 0);
    assert_ok(store_audit_heads(f->store, &f->arena, &after, &n));
    assert_true(n == 1 && after->seq < before->seq);
    assert_memory_not_equal(&after->hash, &before->hash, sizeof after->hash);
}

static void what_goes_leaves_its_record(void **state)
{
    struct fixture *f = *state;
    struct audit_row *rows;
    size_t n;
    id person = stored_person(f, &f->team, "agent@example.com", ROLE_AGENT);
    record(f);
    assert_ok(store_project_delete(f->store, &f->project));
    assert_int_equal(run(f,
                         "PRAGMA foreign_keys = ON; DELETE FROM person; DELETE FROM team WHERE id"
                         " NOT IN (SELECT team FROM project)"),
                     SQLITE_OK);
    struct person_row row;
    struct team_row team;
    assert_code(store_person_get(f->store, &f->arena, &person, &row), ERR_NOT_FOUND);
    assert_code(store_team_get(f->store, &f->arena, &f->team, &team), ERR_NOT_FOUND);
    assert_ok(store_audit_list(f->store, &f->arena, &f->team, 0, 0, &rows, &n));
    assert_int_equal(n, ROWS);
    assert_int_equal(first_broken(f), 0);
    record(f); /* and the chain goes on */
    assert_int_equal(first_broken(f), 0);
}

static const struct store_test tests[] = {
    STORE_TEST(rows_can_only_be_added),
    STORE_TEST(every_change_is_seen),
    STORE_TEST(a_cut_tail_is_seen_in_the_heads),
    STORE_TEST(what_goes_leaves_its_record),
};

int main(void) { return store_tests_run("audit", tests, sizeof tests / sizeof *tests); }
