/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "know/query.h"

static void must(err e) { assert_string_equal(err_ok(e) ? "" : e.what, ""); }

/* Whether some concept of the question is met by a term, and how much it is worth. */
static double looks_for(struct arena *a, const char *question, const char *term)
{
    struct know_question *q = arena_alloc(a, sizeof(*q));
    assert_non_null(q);
    must(know_question_guess(a, str_c(question), q));
    double best = 0;
    for (size_t i = 0; i < q->count; i++) {
        double meets = know_meets(&q->concepts[i], str_c(term)) * q->concepts[i].weight;
        best = meets > best ? meets : best;
    }
    return best;
}

static void words_mean_others_by_the_rules(void **state)
{
    (void)state;
    static const struct {
        const char *question, *term;
        bool looked_for;
    } rows[] = {
        {"delete a customer", "remov", true},     /* one word for another */
        {"get rid of a customer", "delet", true}, /* words one after another */
        {"get rows rid", "delet", false},         /* … and not apart */
        {"two sessions wait forever", "deadlock", true} /* words anywhere … */,
        {"wait, says one of the two big sessions", "deadlock", true},
        {"two of us wait", "deadlock", false}, /* … and all of them */
        {"two sessions of a course", "deadlock", false},
    };
    struct arena a;
    arena_init(&a, 8 << 20);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((looks_for(&a, rows[i].question, rows[i].term) > 0) != rows[i].looked_for) {
            print_error("%s: %s\n", rows[i].question, rows[i].term);
            fail();
        }
    }
    arena_done(&a);
}

static void a_hint_that_is_not_found_costs_nothing(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 8 << 20);
    struct know_question *with = arena_alloc(&a, sizeof(*with));
    struct know_question *without = arena_alloc(&a, sizeof(*without));
    must(know_question_guess(&a, STR("two sessions wait"), with));
    must(know_question_guess(&a, STR("two sessions wave"), without));
    assert_true(with->count > without->count);
    assert_true(with->mass > 0 && with->mass <= without->mass);
    for (size_t i = 0; i < with->count; i++) {
        assert_true(!with->concepts[i].hint || with->concepts[i].optional);
    }
    arena_done(&a);
}

static void a_question_that_hints_at_everything_stays_bounded(void **state)
{
    (void)state;
    struct arena a;
    struct buf b;
    static const char *const words[] = {"table", "row", "two", "wait", "session", "column", "slow"};
    arena_init(&a, 32 << 20);
    buf_init(&b, 4096);
    for (size_t i = 0; b.n < KNOW_QUERY_BYTES; i++) {
        buf_addf(&b, "%s ", words[i % 7]);
    }
    struct know_question *q = arena_alloc(&a, sizeof(*q));
    must(know_question_guess(&a, buf_str(&b), q));
    size_t hints = 0;
    for (size_t i = 0; i < q->count; i++) {
        hints += q->concepts[i].hint;
    }
    assert_true(q->count <= KNOW_CONCEPTS_MAX && hints > 0 && hints <= 6);
    buf_done(&b);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_mean_others_by_the_rules),
        cmocka_unit_test(a_hint_that_is_not_found_costs_nothing),
        cmocka_unit_test(a_question_that_hints_at_everything_stays_bounded),
    };
    return cmocka_run_group_tests_name("know.synonyms", tests, NULL, NULL);
}
