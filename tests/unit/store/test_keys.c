/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/backend.h"

static void a_key_is_found_by_its_hash_alone(void **state)
{
    struct fixture *f = *state;
    struct key_row row = make_key(&f->team, &f->project, "token one"), got;
    row.expires_ms = 77;
    row.permissions = 1ULL << 63 | 5;
    assert_ok(store_key_create(f->store, &row, NULL));
    assert_ok(store_key_by_hash(f->store, &f->arena, &row.hash, &got));
    assert_true(id_eq(&got.id, &row.id) && id_eq(&got.team, &f->team));
    assert_true(id_eq(&got.project, &f->project));
    assert_true(got.permissions == row.permissions);
    assert_int_equal(got.expires_ms, 77);
    assert_str(got.kind, STR("sk"));
    struct crypto_digest other = crypto_sha256(STR("token on"));
    assert_code(store_key_by_hash(f->store, &f->arena, &other, &got), ERR_NOT_FOUND);
    assert_code(store_key_create(f->store, &row, NULL), ERR_CONFLICT);
}

static void a_key_cannot_be_of_another_teams_project(void **state)
{
    struct fixture *f = *state;
    struct key_row row = make_key(&f->team, &f->project2, "token");
    assert_code(store_key_create(f->store, &row, NULL), ERR_NOT_FOUND);
}

static void a_disabled_key_stays_visible_and_stops_counting(void **state)
{
    struct fixture *f = *state;
    struct key_row one = make_key(&f->team, NULL, "one"), two = make_key(&f->team, NULL, "two"),
                   got;
    size_t n;
    assert_ok(store_key_count(f->store, &n));
    assert_int_equal(n, 0);
    assert_ok(store_key_create(f->store, &one, NULL));
    two.expires_ms = 5; /* long ago */
    assert_ok(store_key_create(f->store, &two, NULL));
    assert_ok(store_key_count(f->store, &n));
    assert_int_equal(n, 1);
    assert_code(store_key_disable(f->store, &f->team2, &one.id, "revoked", 9, NULL), ERR_NOT_FOUND);
    assert_ok(store_key_disable(f->store, &f->team, &one.id, "revoked", 9, NULL));
    assert_ok(store_key_disable(f->store, &f->team, &one.id, "revoked", 99, NULL));
    assert_ok(store_key_by_hash(f->store, &f->arena, &one.hash, &got));
    assert_int_equal(got.disabled_ms, 9);
    assert_ok(store_key_count(f->store, &n));
    assert_int_equal(n, 0);
    struct key_row *rows;
    assert_ok(store_key_list(f->store, &f->arena, &f->team, &rows, &n));
    assert_int_equal(n, 2);
    assert_ok(store_key_list(f->store, &f->arena, &f->team2, &rows, &n));
    assert_int_equal(n, 0);
}

static void a_session_is_found_by_its_hash_and_expires(void **state)
{
    struct fixture *f = *state;
    struct session_row one = make_session(&f->project, "one"),
                       two = make_session(&f->project, "two");
    struct session_row got;
    size_t removed;
    one.expires_ms = 1000;
    two.expires_ms = 2000;
    two.terms_version = STR("v3");
    assert_ok(store_session_create(f->store, &one));
    assert_ok(store_session_create(f->store, &two));
    assert_ok(store_session_expire(f->store, 1001, &removed));
    assert_int_equal(removed, 1);
    assert_code(store_session_by_hash(f->store, &f->arena, &one.hash, &got), ERR_NOT_FOUND);
    assert_ok(store_session_by_hash(f->store, &f->arena, &two.hash, &got));
    assert_true(id_eq(&got.visitor, &two.visitor) && id_eq(&got.project, &f->project));
    assert_str(got.terms_version, STR("v3"));
    assert_str(got.origin, two.origin);
}

static void a_session_needs_a_project_that_exists(void **state)
{
    struct fixture *f = *state;
    id nobody = id_random();
    struct session_row row = make_session(&nobody, "one");
    assert_code(store_session_create(f->store, &row), ERR_NOT_FOUND);
}

static struct key_row stored_key(struct fixture *f, const char *token, int64_t expires_ms)
{
    struct key_row row = make_key(&f->team, NULL, token);
    row.expires_ms = expires_ms;
    assert_ok(store_key_create(f->store, &row, NULL));
    return row;
}

static struct key_row read_key(struct fixture *f, const id *key)
{
    struct key_row row;
    assert_ok(store_key_get(f->store, &f->arena, &f->team, key, &row));
    return row;
}

static void a_key_keeps_everything_about_it(void **state)
{
    struct fixture *f = *state;
    struct key_row row = make_key(&f->team, &f->project, "token"), got, *rows;
    id none = {{0}};
    size_t n;
    row.owner = stored_person(f, &f->team, "owner@example.com", ROLE_OWNER);
    row.used_from = STR("192.0.2.0/24");
    row.used_by = STR("curl");
    row.used_ms = 2;
    row.idle_ms = 3;
    row.reminded_ms = 4;
    row.exposed_ms = 5;
    row.successor = id_random();
    assert_ok(store_key_create(f->store, &row, NULL));
    got = read_key(f, &row.id);
    assert_true(id_eq(&got.owner, &row.owner) && id_eq(&got.successor, &row.successor));
    assert_str(got.used_from, row.used_from);
    assert_str(got.used_by, row.used_by);
    assert_true(got.used_ms == 2 && got.idle_ms == 3);
    assert_true(got.reminded_ms == 4 && got.exposed_ms == 5);
    struct key_row other = make_key(&f->team2, NULL, "other");
    assert_ok(store_key_create(f->store, &other, NULL));
    assert_ok(store_key_list(f->store, &f->arena, &none, &rows, &n));
    assert_int_equal(n, 2);
    assert_ok(store_key_list(f->store, &f->arena, &f->team2, &rows, &n));
    assert_int_equal(n, 1);
    row = make_key(&f->team, NULL, "of nobody");
    row.owner = id_random();
    assert_code(store_key_create(f->store, &row, NULL), ERR_NOT_FOUND);
}

static void a_live_key_can_be_changed(void **state)
{
    struct fixture *f = *state;
    struct key_row row = stored_key(f, "token", 0), change = row, got;
    change.name = STR("Renamed");
    change.note = STR("The vault, shelf 3");
    change.permissions = 6;
    change.expires_ms = 99;
    change.kind = STR("pk"); /* stays */
    assert_ok(store_key_update(f->store, &change, &row, NULL));
    got = read_key(f, &row.id);
    assert_str(got.name, STR("Renamed"));
    assert_str(got.note, STR("The vault, shelf 3"));
    assert_str(got.kind, STR("sk"));
    assert_true(got.permissions == 6 && got.expires_ms == 99);
    assert_ok(store_key_disable(f->store, &f->team, &row.id, "idle", 5, NULL));
    assert_ok(store_key_disable(f->store, &f->team, &row.id, "revoked", 6, NULL));
    assert_code(store_key_update(f->store, &row, &got, NULL), ERR_CONFLICT);
    got = read_key(f, &row.id);
    assert_str(got.name, STR("Renamed"));
    assert_str(got.disabled_why, STR("idle"));
    assert_int_equal(got.disabled_ms, 5);
    row.id = id_random();
    assert_code(store_key_update(f->store, &row, &row, NULL), ERR_NOT_FOUND);
}

/* Of two who read the same key, the second must not undo what the first has taken. */
static void a_change_of_what_was_changed_meanwhile_is_a_conflict(void **state)
{
    struct fixture *f = *state;
    struct key_row was = stored_key(f, "token", 0), narrow = was, rename = was, successor;
    narrow.permissions = 2;
    rename.name = STR("Renamed");
    assert_ok(store_key_update(f->store, &narrow, &was, NULL));
    assert_code(store_key_update(f->store, &rename, &was, NULL), ERR_CONFLICT);
    assert_true(read_key(f, &was.id).permissions == 2);
    was = read_key(f, &was.id);
    successor = make_key(&f->team, NULL, "next");
    assert_ok(store_key_rotate(f->store, &f->team, &was.id, 7, &successor, NULL));
    assert_code(store_key_update(f->store, &was, &was, NULL), ERR_CONFLICT);
    assert_int_equal(read_key(f, &was.id).expires_ms, 7);
}

static void a_rotated_key_lives_until_the_overlap_ends(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int64_t expires_ms, until_ms, then_ms;
    } cases[] = {{0, 50, 50}, {90, 50, 50}, {40, 50, 40}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *tokens = arena_printf(&f->arena, "%zu", i).p;
        struct key_row old = stored_key(f, tokens, cases[i].expires_ms), got;
        struct key_row next = make_key(&f->team, NULL, arena_printf(&f->arena, "n%zu", i).p);
        struct key_row third = make_key(&f->team, NULL, arena_printf(&f->arena, "t%zu", i).p);
        assert_ok(store_key_rotate(f->store, &f->team, &old.id, cases[i].until_ms, &next, NULL));
        got = read_key(f, &old.id);
        assert_int_equal(got.expires_ms, cases[i].then_ms);
        assert_true(id_eq(&got.successor, &next.id));
        (void)read_key(f, &next.id);
        assert_code(store_key_rotate(f->store, &f->team, &old.id, 60, &third, NULL), ERR_CONFLICT);
        assert_ok(store_key_disable(f->store, &f->team, &next.id, "revoked", 1, NULL));
        assert_code(store_key_rotate(f->store, &f->team, &next.id, 60, &third, NULL), ERR_CONFLICT);
        assert_code(store_key_by_hash(f->store, &f->arena, &third.hash, &got), ERR_NOT_FOUND);
        third.team = f->team2;
        assert_code(store_key_rotate(f->store, &f->team, &old.id, 60, &third, NULL), ERR_NOT_FOUND);
    }
}

static void a_rotation_without_a_successor_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct key_row old = stored_key(f, "old", 0), taken = stored_key(f, "taken", 0), got;
    struct key_row next = make_key(&f->team, NULL, "taken");
    assert_code(store_key_rotate(f->store, &f->team, &old.id, 50, &next, NULL), ERR_CONFLICT);
    got = read_key(f, &old.id);
    assert_true(id_none(&got.successor) && got.expires_ms == 0);
    next = make_key(&f->team, &f->project2, "next");
    assert_code(store_key_rotate(f->store, &f->team, &old.id, 50, &next, NULL), ERR_NOT_FOUND);
    got = read_key(f, &old.id);
    assert_true(id_none(&got.successor) && got.expires_ms == 0);
    (void)taken;
}

static void uses_are_written_together(void **state)
{
    struct fixture *f = *state;
    struct key_row one = stored_key(f, "one", 0), two = stored_key(f, "two", 0), got;
    struct key_use uses[] = {{one.id, 10, STR("192.0.2.0/24"), STR("curl")},
                             {id_random(), 11, STR(""), STR("")}, /* gone meanwhile */
                             {two.id, 12, STR("2001:db8::/48"), STR("Firefox")},
                             {one.id, 9, STR("older"), STR("older")}};
    assert_ok(store_key_mark(f->store, &one.id, 5, 0, 0, NULL));
    assert_ok(store_key_used(f->store, uses, 4));
    got = read_key(f, &one.id);
    assert_int_equal(got.used_ms, 10);
    assert_int_equal(got.idle_ms, 0);
    assert_str(got.used_from, STR("192.0.2.0/24"));
    assert_str(got.used_by, STR("curl"));
    assert_int_equal(read_key(f, &two.id).used_ms, 12);
    assert_ok(store_key_used(f->store, NULL, 0));
}

static void a_mark_of_nothing_leaves_a_mark(void **state)
{
    struct fixture *f = *state;
    struct key_row row = stored_key(f, "token", 0), got;
    static const int64_t marks[][3] = {{1, 2, 3}, {0, 0, 0}, {4, 0, 0}, {0, 5, 0}, {0, 0, 6}};
    int64_t idle = 0, reminded = 0, exposed = 0;
    id nobody = id_random();
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        assert_ok(store_key_mark(f->store, &row.id, marks[i][0], marks[i][1], marks[i][2], NULL));
        idle = marks[i][0] ? marks[i][0] : idle;
        reminded = marks[i][1] ? marks[i][1] : reminded;
        exposed = marks[i][2] ? marks[i][2] : exposed;
        got = read_key(f, &row.id);
        assert_true(got.idle_ms == idle && got.reminded_ms == reminded);
        assert_true(got.exposed_ms == exposed);
    }
    assert_code(store_key_mark(f->store, &nobody, 1, 1, 1, NULL), ERR_NOT_FOUND);
}

static void visitor_keys_are_found_by_their_name(void **state)
{
    struct fixture *f = *state;
    struct visitor_key_row row = make_visitor_key(&f->project, "one"), got, *rows;
    struct visitor_key_row same = make_visitor_key(&f->project, "one");
    struct visitor_key_row theirs = make_visitor_key(&f->project2, "one");
    struct visitor_key_row odd = make_visitor_key(&f->project, "two");
    size_t n;
    row.key = STR("\x01\x00\xff");
    assert_ok(store_visitor_key_add(f->store, &row, NULL));
    assert_ok(store_visitor_key_add(f->store, &theirs, NULL));
    assert_code(store_visitor_key_add(f->store, &same, NULL), ERR_CONFLICT);
    odd.alg = STR("none");
    assert_code(store_visitor_key_add(f->store, &odd, NULL), ERR_INVALID);
    assert_ok(store_visitor_key_by_kid(f->store, &f->arena, &f->project, STR("one"), &got));
    assert_true(id_eq(&got.id, &row.id));
    assert_str(got.key, row.key);
    assert_str(got.alg, STR("HS256"));
    assert_ok(store_visitor_key_remove(f->store, &f->project, &row.id, NULL));
    assert_code(store_visitor_key_remove(f->store, &f->project, &row.id, NULL), ERR_NOT_FOUND);
    assert_code(store_visitor_key_by_kid(f->store, &f->arena, &f->project, STR("one"), &got),
                ERR_NOT_FOUND);
    assert_ok(store_project_delete(f->store, &f->project2));
    assert_ok(store_visitor_key_list(f->store, &f->arena, &f->project2, &rows, &n));
    assert_int_equal(n, 0);
}

static const struct store_test tests[] = {
    STORE_TEST(a_key_is_found_by_its_hash_alone),
    STORE_TEST(a_key_cannot_be_of_another_teams_project),
    STORE_TEST(a_disabled_key_stays_visible_and_stops_counting),
    STORE_TEST(a_key_keeps_everything_about_it),
    STORE_TEST(a_live_key_can_be_changed),
    STORE_TEST(a_change_of_what_was_changed_meanwhile_is_a_conflict),
    STORE_TEST(a_rotated_key_lives_until_the_overlap_ends),
    STORE_TEST(a_rotation_without_a_successor_changes_nothing),
    STORE_TEST(uses_are_written_together),
    STORE_TEST(a_mark_of_nothing_leaves_a_mark),
    STORE_TEST(visitor_keys_are_found_by_their_name),
    STORE_TEST(a_session_is_found_by_its_hash_and_expires),
    STORE_TEST(a_session_needs_a_project_that_exists),
};

int main(void) { return store_tests_run("keys", tests, sizeof tests / sizeof *tests); }
