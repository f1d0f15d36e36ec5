/* SPDX-License-Identifier: Apache-2.0 */
/* What an installation of an earlier schema has is still there, with the meaning it had. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "store/sqlite_schema.h"
#include "unit/store/backend.h"

enum { BEFORE_PEOPLE = 3 };

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

#define ROW_ID(last) "x'0000000000004000800000000000000" last "'"
#define HASH(last) "x'000000000000000000000000000000000000000000000000000000000000000" last "'"

/* A team, two projects, a live and a disabled key, a session, a source with a passage. */
static const char data[] = "INSERT INTO team VALUES (" ROW_ID(
    "1") ", 'Owners', 5);"
         "INSERT INTO project(id, team, slug, name, is_private, settings, created_ms) VALUES"
         " (" ROW_ID("2") ", " ROW_ID(
             "1") ", 'shop', 'Shop', 0, '{}', 6);"
                  "INSERT INTO api_key VALUES (" ROW_ID("3") ", " ROW_ID("1") ", NULL, 'owner', 'sk', 'abc', " HASH(
                      "1") ", 7, 8, 0, 0, 9);"
                           "INSERT INTO api_key VALUES (" ROW_ID("4") ", " ROW_ID("1") ", " ROW_ID("2") ", 'old', 'pk', 'def', " HASH(
                               "2") ", 1, 8, 0, 77, 0);"
                                    "INSERT INTO visitor_session VALUES (" ROW_ID("5") ", " ROW_ID("2") ", " ROW_ID("6") ", " HASH(
                                        "3") ", 'https://a.example', 'en', 'v1', 1, 9000);"
                                             "INSERT INTO source VALUES (" ROW_ID("7") ", " ROW_ID(
                                                 "2") ", 'text', '', 'Source', '', 'ready', '', 1, 2);"
                                                      "INSERT INTO document VALUES (" ROW_ID("8") ", " ROW_ID("2") ", " ROW_ID("7") ", 'https://a.example/', 'Page', 'en', " HASH(
                                                          "4") ", '', '', '', 1, 2, 1);"
                                                               "INSERT INTO passage VALUES (1, " ROW_ID(
                                                                   "8") ", 0, 'https://a.example/', '', 'Alpha');"
                                                                        "INSERT INTO passage_index(rowid, title, heading, text) VALUES (1, '1~', '', '1~alpha');"
                                                                        "PRAGMA user_version = 3; PRAGMA application_id = 0x44777264;";

static id row_id(char last)
{
    id made = {"00000000-0000-4000-8000-000000000000"};
    made.c[35] = last;
    return made;
}

static struct crypto_digest row_hash(unsigned char last)
{
    struct crypto_digest hash = {{0}};
    hash.bytes[31] = last;
    return hash;
}

static struct store *upgraded(struct fixture *f)
{
    char path[128];
    struct store_settings settings = store_settings_default();
    struct store *store;
    str detail = STR_EMPTY;
    (void)snprintf(path, sizeof path, "%s/old.db", f->folder);
    (void)snprintf(settings.url, sizeof settings.url, "sqlite:%s", path);
    for (size_t step = 0; step < BEFORE_PEOPLE; step++) {
        sql(path, sq_schema_steps[step].sql);
    }
    sql(path, data);
    assert_ok(store_open(&settings, &f->arena, &store, &detail));
    assert_ok(store_check(store, &f->arena, &detail));
    return store;
}

static void keys_and_sessions_are_still_good(void **state)
{
    struct fixture *f = *state;
    struct store *store = upgraded(f);
    struct crypto_digest hashes[] = {row_hash(1), row_hash(2), row_hash(3)};
    struct key_row key;
    struct session_row session;
    size_t n;
    assert_ok(store_key_by_hash(store, &f->arena, &hashes[0], &key));
    assert_str(key.name, STR("owner"));
    assert_true(key.permissions == 7 && key.used_ms == 9 && key.disabled_ms == 0);
    assert_true(id_none(&key.owner) && id_none(&key.successor) && key.idle_ms == 0);
    assert_str(key.disabled_why, STR(""));
    assert_ok(store_key_by_hash(store, &f->arena, &hashes[1], &key));
    assert_int_equal(key.disabled_ms, 77);
    assert_str(key.disabled_why, STR("revoked"));
    assert_ok(store_key_count(store, &n));
    assert_int_equal(n, 1);
    assert_ok(store_session_by_hash(store, &f->arena, &hashes[2], &session));
    assert_str(session.terms_version, STR("v1"));
    assert_int_equal(session.expires_ms, 9000);
    assert_str(session.groups, STR(""));
    assert_str(session.subject, STR(""));
    store_close(store);
}

static void sources_are_open_to_everybody(void **state)
{
    struct fixture *f = *state;
    struct store *store = upgraded(f);
    struct source_row source;
    struct passage_row *rows;
    str term = STR("alpha");
    id project = row_id('2'), number = row_id('7');
    struct passage_query query = {.project = &project, .terms = &term, .term_count = 1, .limit = 5};
    size_t n;
    assert_ok(store_source_get(store, &f->arena, &project, &number, &source));
    assert_str(source.state, STR("ready"));
    assert_str(source.groups, STR(""));
    assert_int_equal(source.synced_ms, 2);
    assert_ok(store_passage_find(store, &f->arena, &query, &rows, &n));
    assert_int_equal(n, 1);
    assert_str(rows[0].text, STR("Alpha"));
    store_close(store);
}

static void the_team_can_have_people(void **state)
{
    struct fixture *f = *state;
    struct store *store = upgraded(f);
    struct team_row team;
    id number = row_id('1');
    struct person_row person = make_person("owner@example.com");
    struct member_row member = make_member(&number, &person.id, ROLE_OWNER);
    struct audit_act act = make_act(&number, "person.create");
    struct audit_head *heads;
    size_t n;
    assert_ok(store_team_get(store, &f->arena, &number, &team));
    assert_str(team.name, STR("Owners"));
    assert_str(team.settings, STR("{}"));
    assert_int_equal(team.created_ms, 5);
    assert_ok(store_person_count(store, &n));
    assert_int_equal(n, 0);
    assert_ok(store_person_create(store, &person, &member, &act));
    assert_ok(store_audit_heads(store, &f->arena, &heads, &n));
    assert_int_equal(n, 1);
    store_close(store);
}

static const struct store_test tests[] = {
    STORE_TEST(keys_and_sessions_are_still_good),
    STORE_TEST(sources_are_open_to_everybody),
    STORE_TEST(the_team_can_have_people),
};

int main(void) { return store_tests_run("upgrade", tests, sizeof tests / sizeof *tests); }
