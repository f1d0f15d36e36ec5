/* SPDX-License-Identifier: Apache-2.0 */
/* A deed and its record are one: for every verb that takes an act. */
#include "unit/store/acts.h"

static void every_verb_that_records_is_tried(void **state)
{
    (void)state;
    static const struct {
        const char *verb, *params;
    } verbs[] = {
#define VERB(verb, params, args) {#verb, #params},
        STORE_VERBS(VERB)
#undef VERB
    };
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        bool found = strstr(verbs[i].params, "audit_act *act,") == NULL &&
                     strstr(verbs[i].params, "audit_act *act)") == NULL;
        /* needs a store without people: test_people.c */
        found |= strcmp(verbs[i].verb, "person_create_first") == 0;
        for (size_t k = 0; k < act_case_count; k++) {
            found |= strcmp(act_cases[k].verb, verbs[i].verb) == 0;
        }
        if (!found) {
            print_error("%s is not tried\n", verbs[i].verb);
            fail();
        }
    }
}

static void what_is_done_is_recorded_once(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < act_case_count; i++) {
        struct act_goods g = act_goods(f);
        struct audit_act act = make_act(&g.team, act_cases[i].verb);
        struct audit_row *rows;
        struct crypto_digest before = database_print(f);
        size_t n;
        assert_ok_at(act_cases[i].run(f, &g, &act), act_cases[i].verb, __FILE__, __LINE__);
        struct crypto_digest after = database_print(f);
        assert_false(same_print(&before, &after));
        assert_ok(store_audit_list(f->store, &f->arena, &g.team, 0, 0, &rows, &n));
        assert_int_equal(n, 1);
        assert_str(rows[0].what.act, str_c(act_cases[i].verb));
        assert_true(id_eq(&rows[0].what.request, &act.request));
    }
}

static void what_cannot_be_recorded_is_not_done(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < act_case_count; i++) {
        struct act_goods g = act_goods(f);
        struct audit_act act = make_act(&g.team, act_cases[i].verb);
        struct crypto_digest before = database_print(f);
        act.address = STR("an address that is longer than the sixty-four bytes of every such word");
        assert_code_at(act_cases[i].run(f, &g, &act), ERR_TOO_LARGE, act_cases[i].verb, __FILE__,
                       __LINE__);
        struct crypto_digest after = database_print(f);
        assert_true(same_print(&before, &after));
        assert_int_equal(act_count(f, &g.team), 0);
    }
}

static void what_is_not_done_is_not_recorded(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < act_case_count; i++) {
        struct act_goods nobody = act_goods_of_nobody();
        struct audit_act act = make_act(&f->team, act_cases[i].verb);
        struct crypto_digest before = database_print(f);
        size_t recorded = act_count(f, &f->team);
        err e = act_cases[i].run(f, &nobody, &act);
        struct crypto_digest after = database_print(f);
        assert_true(same_print(&before, &after));
        if (err_ok(e)) { /* nobody's sessions are ended when there are none */
            assert_string_equal(act_cases[i].verb, "staff_session_end_all");
            recorded++;
        } else {
            assert_code_at(e, ERR_NOT_FOUND, act_cases[i].verb, __FILE__, __LINE__);
        }
        assert_int_equal(act_count(f, &f->team), recorded);
    }
}

static void without_an_act_nothing_is_recorded(void **state)
{
    struct fixture *f = *state;
    struct audit_head *heads;
    size_t n;
    for (size_t i = 0; i < act_case_count; i++) {
        struct act_goods g = act_goods(f);
        assert_ok_at(act_cases[i].run(f, &g, NULL), act_cases[i].verb, __FILE__, __LINE__);
    }
    assert_ok(store_audit_heads(f->store, &f->arena, &heads, &n));
    assert_int_equal(n, 0);
}

static const struct store_test tests[] = {
    STORE_TEST(every_verb_that_records_is_tried),    STORE_TEST(what_is_done_is_recorded_once),
    STORE_TEST(what_cannot_be_recorded_is_not_done), STORE_TEST(what_is_not_done_is_not_recorded),
    STORE_TEST(without_an_act_nothing_is_recorded),
};

int main(void) { return store_tests_run("acts", tests, sizeof tests / sizeof *tests); }
