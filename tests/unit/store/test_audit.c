/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/backend.h"

#include <stdio.h>

static const id none;

static void record(struct fixture *f, const id *team, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct audit_act act = make_act(team, arena_printf(&f->arena, "act.%zu", i + 1).p);
        assert_ok(store_audit_add(f->store, &act, 1));
    }
}

static void same_act(const struct audit_act *a, const struct audit_act *b)
{
    assert_true(id_eq(&a->team, &b->team) && id_eq(&a->actor, &b->actor));
    assert_true(id_eq(&a->request, &b->request));
    assert_true(a->at_ms == b->at_ms);
    assert_str(a->actor_kind, b->actor_kind);
    assert_str(a->act, b->act);
    assert_str(a->object_kind, b->object_kind);
    assert_str(a->object, b->object);
    assert_str(a->outcome, b->outcome);
    assert_str(a->detail, b->detail);
    assert_str(a->address, b->address);
}

static void an_act_comes_back_as_it_was_recorded(void **state)
{
    struct fixture *f = *state;
    struct audit_act full = make_act(&f->team, "key.create");
    struct audit_act bare = {.actor_kind = STR("nobody"), .act = STR("person.login"), .at_ms = 3};
    struct audit_act both[] = {full, bare};
    struct audit_row *rows;
    size_t n;
    assert_ok(store_audit_add(f->store, both, 2));
    assert_ok(store_audit_list(f->store, &f->arena, &f->team, 0, 0, &rows, &n));
    assert_int_equal(n, 1);
    same_act(&rows[0].what, &full);
    assert_ok(store_audit_list(f->store, &f->arena, &none, 0, 0, &rows, &n));
    assert_int_equal(n, 1);
    same_act(&rows[0].what, &bare);
}

static void an_act_without_a_time_is_of_now(void **state)
{
    struct fixture *f = *state;
    struct audit_act act = make_act(&f->team, "act");
    struct audit_row *rows;
    int64_t before = clock_wall_ms();
    size_t n;
    act.at_ms = 0;
    assert_ok(store_audit_add(f->store, &act, 1));
    assert_ok(store_audit_list(f->store, &f->arena, &f->team, 0, 0, &rows, &n));
    assert_true(rows[0].what.at_ms >= before && rows[0].what.at_ms <= clock_wall_ms());
}

static void every_team_has_a_chain_of_its_own(void **state)
{
    struct fixture *f = *state;
    const id *teams[] = {&f->team, &f->team2, &none};
    struct audit_head *heads;
    size_t n;
    for (size_t round = 0; round < 3; round++) {
        for (size_t t = 0; t < 3; t++) {
            record(f, teams[t], t + 1);
        }
    }
    for (size_t t = 0; t < 3; t++) {
        struct crypto_digest before = {{0}};
        struct audit_row *rows;
        assert_ok(store_audit_list(f->store, &f->arena, teams[t], 0, 0, &rows, &n));
        assert_int_equal(n, 3 * (t + 1));
        for (size_t i = 0; i < n; i++) {
            struct crypto_digest hash = audit_hash(&before, i + 1, &rows[i].what);
            assert_int_equal(rows[i].seq, i + 1);
            assert_memory_equal(&rows[i].before, &before, sizeof before);
            assert_memory_equal(&rows[i].hash, &hash, sizeof hash);
            before = hash;
        }
        assert_ok(store_audit_heads(f->store, &f->arena, &heads, &n));
        assert_int_equal(n, 3);
        size_t found = 0;
        for (size_t i = 0; i < n; i++) {
            if (id_eq(&heads[i].team, teams[t])) {
                found++;
                assert_int_equal(heads[i].seq, 3 * (t + 1));
                assert_memory_equal(&heads[i].hash, &before, sizeof before);
            }
        }
        assert_int_equal(found, 1);
    }
}

static void pages_go_forward_and_back(void **state)
{
    struct fixture *f = *state;
    struct audit_row *rows;
    size_t n;
    record(f, &f->team, 7);
    for (uint64_t at = 0; at < 9; at++) {
        for (size_t limit = 1; limit < 9; limit++) {
            uint64_t left = at < 7 ? 7 - at : 0;
            assert_ok(store_audit_list(f->store, &f->arena, &f->team, at, limit, &rows, &n));
            assert_int_equal(n, left < limit ? left : limit);
            for (size_t i = 0; i < n; i++) {
                assert_int_equal(rows[i].seq, at + 1 + i);
            }
            uint64_t below = at == 0 || at > 7 ? 7 : at - 1;
            assert_ok(store_audit_recent(f->store, &f->arena, &f->team, at, limit, &rows, &n));
            assert_int_equal(n, below < limit ? below : limit);
            for (size_t i = 0; i < n; i++) {
                assert_int_equal(rows[i].seq, below - i);
            }
        }
    }
}

/* Moves bytes from one member to the next: without lengths in front both would hash alike. */
static void every_member_changes_the_hash(void **state)
{
    struct fixture *f = *state;
    struct crypto_digest zero = {{0}}, one = {{1}};
    struct audit_act act = make_act(&f->team, "act");
    struct crypto_digest plain = audit_hash(&zero, 1, &act);
    struct audit_act changed[11];
    for (size_t i = 0; i < 11; i++) {
        changed[i] = act;
    }
    changed[0].team = f->team2;
    changed[1].at_ms++;
    changed[2].actor_kind = STR("key");
    changed[3].actor = id_random();
    changed[4].act = STR("acts");
    changed[5].object_kind = STR("keyobject");
    changed[5].object = STR("");
    changed[6].object = STR("objectdone");
    changed[6].outcome = STR("");
    changed[7].outcome = STR("failed");
    changed[8].detail = STR("");
    changed[9].request = none;
    changed[10].address = STR("192.0.2.0/2");
    for (size_t i = 0; i < 11; i++) {
        struct crypto_digest hash = audit_hash(&zero, 1, &changed[i]);
        assert_memory_not_equal(&hash, &plain, sizeof hash);
    }
    struct crypto_digest other = audit_hash(&zero, 2, &act);
    assert_memory_not_equal(&other, &plain, sizeof other);
    other = audit_hash(&one, 1, &act);
    assert_memory_not_equal(&other, &plain, sizeof other);
    struct audit_act upper = act;
    for (char *c = upper.team.c; *c; c++) {
        *c = (char)(*c >= 'a' && *c <= 'f' ? *c - 'a' + 'A' : *c);
    }
    other = audit_hash(&zero, 1, &upper);
    assert_memory_equal(&other, &plain, sizeof other);
}

/* The form is fixed: whoever checks a chain years later computes the same. */
static void the_hash_is_the_one_that_is_documented(void **state)
{
    (void)state;
    struct crypto_digest zero = {{0}};
    struct audit_act act = {.team = {"01234567-89ab-4def-8123-456789abcdef"},
                            .at_ms = 1700000000000,
                            .actor_kind = STR("command"),
                            .act = STR("key.create"),
                            .object_kind = STR("key"),
                            .object = STR("k1"),
                            .outcome = STR("done")};
    struct crypto_digest hash = audit_hash(&zero, 1, &act);
    char hex[65];
    for (size_t i = 0; i < 32; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", hash.bytes[i]);
    }
    assert_string_equal(hex, "5c69c4991e0ae5057a19674e8f1743042a6f125965356b29f87ee9216c854256");
}

static void what_is_too_long_is_refused_whole(void **state)
{
    struct fixture *f = *state;
    struct audit_act acts[2] = {make_act(&f->team, "fine"), make_act(&f->team, "long")};
    struct audit_row *rows;
    size_t n;
    acts[1].object = str_n(arena_alloc(&f->arena, 401), 401);
    memset((char *)(uintptr_t)acts[1].object.p, 'x', 401);
    assert_code(store_audit_add(f->store, acts, 2), ERR_TOO_LARGE);
    acts[1].object = STR("\xff");
    assert_code(store_audit_add(f->store, acts, 2), ERR_INVALID);
    assert_ok(store_audit_list(f->store, &f->arena, &f->team, 0, 0, &rows, &n));
    assert_int_equal(n, 0);
}

static const struct store_test tests[] = {
    STORE_TEST(an_act_comes_back_as_it_was_recorded),
    STORE_TEST(an_act_without_a_time_is_of_now),
    STORE_TEST(every_team_has_a_chain_of_its_own),
    STORE_TEST(pages_go_forward_and_back),
    STORE_TEST(every_member_changes_the_hash),
    STORE_TEST(the_hash_is_the_one_that_is_documented),
    STORE_TEST(what_is_too_long_is_refused_whole),
};

int main(void) { return store_tests_run("audit", tests, sizeof tests / sizeof *tests); }
