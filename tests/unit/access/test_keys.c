/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/access/key_support.h"

static const int64_t day = 86400000;

static void a_wish_is_judged(void **state)
{
    struct office *o = *state;
    int64_t now = o->from.now_ms;
    id project = id_random();
    permissions all = PERMISSION_ALL, some = PERMISSION_CHAT_CREATE;
    const struct {
        str name;
        enum token_kind kind;
        permissions may, own;
        int64_t expires_ms;
        bool of_project, fine;
    } cases[] = {
        {STR("A"), TOKEN_SECRET_KEY, all, all, 0, false, true},
        {STR("A"), TOKEN_SECRET_KEY, some, some, now + 1, true, true},
        {STR("A"), TOKEN_PUBLIC_KEY, PERMISSION_BROWSER_SAFE, all, 0, true, true},
        {STR("A"), TOKEN_SECRET_KEY, some, all, now + 3653 * day, false, true},
        {STR(""), TOKEN_SECRET_KEY, some, all, 0, false, false},
        {STR("  "), TOKEN_SECRET_KEY, some, all, 0, false, false},
        {STR("A\nB"), TOKEN_SECRET_KEY, some, all, 0, false, false},
        {STR("\xff"), TOKEN_SECRET_KEY, some, all, 0, false, false},
        {STR("A"), TOKEN_STAFF_SESSION, some, all, 0, false, false},
        {STR("A"), TOKEN_VISITOR_SESSION, some, all, 0, true, false},
        {STR("A"), TOKEN_SECRET_KEY, 0, all, 0, false, false},
        {STR("A"), TOKEN_SECRET_KEY, some | (permissions)1 << 40, ~(permissions)0, 0, false, false},
        {STR("A"), TOKEN_PUBLIC_KEY, some | PERMISSION_LEADS_READ, all, 0, true, false},
        {STR("A"), TOKEN_PUBLIC_KEY, some, all, 0, false, false},
        {STR("A"), TOKEN_SECRET_KEY, some | PERMISSION_TEAM_MANAGE, some, 0, false, false},
        {STR("A"), TOKEN_SECRET_KEY, some, 0, 0, false, false},
        {STR("A"), TOKEN_SECRET_KEY, some, all, now, false, false},
        {STR("A"), TOKEN_SECRET_KEY, some, all, -1, false, false},
        {STR("A"), TOKEN_SECRET_KEY, some, all, now + 3654 * day, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct key_wish wish = {.name = cases[i].name,
                                .kind = cases[i].kind,
                                .may = cases[i].may,
                                .expires_ms = cases[i].expires_ms,
                                .team = o->team};
        const char *why = NULL;
        if (cases[i].of_project) {
            wish.project = project;
        }
        err e = keys_judge(&wish, cases[i].own, now, &why);
        if ((e.code == ERR_OK) != cases[i].fine || (!cases[i].fine && !why)) {
            fail_msg("row %zu: %s", i, e.what);
        }
        assert_true(err_ok(e) || e.code == ERR_UNPROCESSABLE);
    }
}

static void nobody_gives_more_than_they_have_whatever_they_wish(void **state)
{
    struct office *o = *state;
    const char *why;
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t bits[2];
        crypto_random(bits, sizeof bits);
        struct key_wish wish = wish_of(o);
        wish.may = bits[0] & bits[0] >> 16 & PERMISSION_ALL;
        permissions own = bits[1] & PERMISSION_ALL;
        bool fine = err_ok(keys_judge(&wish, own, o->from.now_ms, &why));
        assert_int_equal(fine, wish.may && (wish.may | own) == own);
    }
}

static void a_key_is_stored_as_a_hash(void **state)
{
    struct office *o = *state;
    struct token token;
    struct key_wish wish = wish_of(o);
    struct key_row row = make(o, &wish, &token), found;
    struct crypto_digest hash = token_hash(&o->hash_key, str_c(token.c));
    ok(store_key_by_hash(o->store, &o->arena, &hash, &found));
    assert_true(id_eq(&found.id, &row.id) && str_eq(found.name, STR("CI")));
    assert_int_equal(found.permissions, wish.may);
    assert_true(str_starts(str_c(token.c), found.hint));
    assert_int_equal(found.hint.n, 10);
    struct audit_row *acts;
    size_t count;
    ok(store_audit_recent(o->store, &o->arena, &o->team, 0, 1, &acts, &count));
    assert_true(str_eq(acts[0].what.object, id_str(&row.id)));
}

static void a_rotated_key_overlaps_with_its_successor(void **state)
{
    struct office *o = *state;
    struct key_wish wish = wish_of(o);
    wish.expires_ms = o->from.now_ms + 90 * day;
    struct key_row old = make(o, &wish, NULL), next, again;
    struct token token;
    struct audit_act act = act_of(o, "key.rotate");
    int64_t now = o->from.now_ms += 80 * day;
    fails(keys_rotate(o->store, &o->arena, &o->hash_key, &old, 31 * day, now, &act, &next, &token),
          ERR_UNPROCESSABLE);
    fails(keys_rotate(o->store, &o->arena, &o->hash_key, &old, -1, now, &act, &next, &token),
          ERR_UNPROCESSABLE);
    ok(keys_rotate(o->store, &o->arena, &o->hash_key, &old, 2 * day, now, &act, &next, &token));
    assert_int_equal(next.expires_ms, now + 90 * day); /* as long as the old one */
    assert_int_equal(next.permissions, old.permissions);
    struct key_row before = stored(o, &old.id);
    assert_int_equal(before.expires_ms, now + 2 * day);
    assert_true(id_eq(&before.successor, &next.id));
    fails(keys_rotate(o->store, &o->arena, &o->hash_key, &old, 0, now, &act, &again, &token),
          ERR_CONFLICT);
    /* with no overlap the old one ends now; an earlier end stays */
    ok(keys_rotate(o->store, &o->arena, &o->hash_key, &next, 0, now, &act, &again, &token));
    assert_true(stored(o, &next.id).expires_ms <= now);
    assert_int_equal(office_audited(o, &o->team, "key.rotate", "done"), 2);
}

static void the_gravest_state_is_shown(void **state)
{
    struct office *o = *state;
    struct team_rules rules = team_rules_default();
    int64_t now = o->from.now_ms;
    id next = id_random();
    const struct {
        struct key_row key;
        enum key_state state;
    } cases[] = {
        {{.created_ms = now}, KEY_LIVE},
        {{.created_ms = now - 59 * day}, KEY_LIVE},
        {{.created_ms = now - 60 * day}, KEY_IDLE},
        {{.created_ms = now - 300 * day, .used_ms = now - day}, KEY_LIVE},
        {{.created_ms = now - 365 * day, .used_ms = now}, KEY_OLD},
        {{.created_ms = now, .expires_ms = now + 14 * day}, KEY_EXPIRING},
        {{.created_ms = now, .expires_ms = now + 15 * day}, KEY_LIVE},
        {{.created_ms = now, .expires_ms = now + 20 * day, .successor = next}, KEY_EXPIRING},
        {{.created_ms = now, .expires_ms = now}, KEY_EXPIRED},
        {{.created_ms = now, .kind = STR("sk"), .exposed_ms = 1}, KEY_EXPOSED},
        {{.created_ms = now, .kind = STR("pk"), .exposed_ms = 1}, KEY_LIVE},
        {{.created_ms = now - 400 * day, .kind = STR("sk"), .exposed_ms = 1, .disabled_ms = 1},
         KEY_DISABLED},
        {{.created_ms = now - 400 * day, .kind = STR("sk"), .exposed_ms = 1, .expires_ms = 1},
         KEY_EXPIRED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *advice = NULL;
        enum key_state is = key_state_of(&cases[i].key, &rules, now, &advice);
        if (is != cases[i].state || !advice || !*advice) {
            fail_msg("row %zu is %s", i, key_state_name(is));
        }
    }
    rules.key_age_days = rules.key_idle_days = rules.key_remind_days = 0; /* no rule */
    struct key_row key = {.created_ms = 1, .expires_ms = now + 1};
    assert_int_equal(key_state_of(&key, &rules, now, NULL), KEY_LIVE);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_wish_is_judged),           CASE(nobody_gives_more_than_they_have_whatever_they_wish),
        CASE(a_key_is_stored_as_a_hash),  CASE(a_rotated_key_overlaps_with_its_successor),
        CASE(the_gravest_state_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
