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

static const struct store_test tests[] = {
    STORE_TEST(a_key_is_found_by_its_hash_alone),
    STORE_TEST(a_key_cannot_be_of_another_teams_project),
    STORE_TEST(a_disabled_key_stays_visible_and_stops_counting),
    STORE_TEST(a_session_is_found_by_its_hash_and_expires),
    STORE_TEST(a_session_needs_a_project_that_exists),
};

int main(void) { return store_tests_run("keys", tests, sizeof tests / sizeof *tests); }
