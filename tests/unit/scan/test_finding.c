/* SPDX-License-Identifier: Apache-2.0 */
/* One secret, one finding: grouping, choice of the rule, what stands within another, order, limits,
 * fingerprints. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "scan/finding.h"

static const struct rule own = {.id = "own-key", .severity = RULE_MEDIUM, .expression = "x"};
static const struct rule own_high = {.id = "own-high", .severity = RULE_HIGH, .expression = "x"};
static const struct rule keyed = {
    .id = "keyed", .severity = RULE_HIGH, .keyed = true, .expression = "(?<key>k)=(?<secret>.+)"};
static const struct rule generic = {
    .id = "generic-password", .severity = RULE_HIGH, .generic = true, .expression = "x"};

struct spot {
    const struct rule *rule;
    const char *secret, *path;
    unsigned line, column;
    enum encoding encoding;
    enum place_kind kind;
    const struct place_history *history;
    const char *allow;
    bool none, served;
};

static void add(struct findings *f, const struct spot *s)
{
    const struct judgement j = {.report = !s->none,
                                .confidence = CONFIDENCE_HIGH,
                                .reasons = {s->rule->id},
                                .reason_count = 1};
    const struct candidate c = {
        .rule = s->rule, .secret = str_c(s->secret), .encoding = s->encoding};
    const struct origin o = {
        .kind = s->kind, .path = str_c(s->path), .history = s->history, .served = s->served};
    findings_add(f, &c, &j, &o, s->line, s->column, str_c(s->allow));
}

static struct findings *make(const struct spot *spots, size_t count)
{
    struct findings *f;
    assert_true(err_ok(findings_new(&f)));
    for (size_t i = 0; i < count; i++) {
        add(f, &spots[i]);
    }
    assert_true(err_ok(findings_finish(f, STR("a key"))));
    return f;
}

#define MAKE(spots) make(spots, sizeof(spots) / sizeof((spots)[0]))

static void tree_history_and_bundle_are_one_finding(void **state)
{
    (void)state;
    const struct place_history history = {.first = "aa", .at_head = true};
    const struct spot spots[] = {
        {&own, "secret-1", "src/app.js", 3, 7, .kind = PLACE_FILE},
        {&own, "secret-1", "src/app.js", 3, 7, .kind = PLACE_FILE}, /* two windows see it */
        {&own, "secret-1", "src/app.js", 3, 7, .kind = PLACE_GIT, .history = &history},
        {&own, "secret-1", "https://www.example.com/app.js", 1, 900, .kind = PLACE_URL,
         .served = true},
        {&own, "secret-2", "src/app.js", 4, 7, .kind = PLACE_FILE},
    };
    struct findings *f = MAKE(spots);
    assert_int_equal(findings_count(f), 2);
    const struct finding *first = findings_at(f, 0);
    assert_true(
        str_eq(secret_view(&first->secret), STR("secret-1"))); /* served: before the other */
    assert_int_equal(first->place_count, 3);
    assert_true(str_eq(first->places[0].path, STR("https://www.example.com/app.js")));
    assert_int_equal(first->places[2].kind, PLACE_GIT);
    findings_free(f);
}

static void a_secret_belongs_to_the_rule_that_says_most(void **state)
{
    (void)state;
    static const struct {
        const struct rule *a, *b, *winner;
    } rows[] = {{&own, &generic, &own},
                {&own, &keyed, &own},
                {&keyed, &generic, &keyed},
                {&own, &own_high, &own_high}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (unsigned order = 0; order < 2; order++) {
            const struct spot spots[] = {
                {order ? rows[i].b : rows[i].a, "s3cret", "a", 1, 1, .kind = PLACE_FILE},
                {order ? rows[i].a : rows[i].b, "s3cret", "a", 1, 1, .kind = PLACE_FILE}};
            struct findings *f = MAKE(spots);
            assert_int_equal(findings_count(f), 1);
            assert_ptr_equal(findings_at(f, 0)->rule, rows[i].winner);
            assert_int_equal(findings_at(f, 0)->place_count, 1);
            assert_string_equal(findings_at(f, 0)->reasons[0], rows[i].winner->id);
            findings_free(f);
        }
    }
}

static void what_stands_within_another_is_no_finding(void **state)
{
    (void)state;
    const struct spot spots[] = {
        /* a password in a connection string */
        {&own, "postgres://u:pa55word@db/x", "a.env", 1, 5, .kind = PLACE_FILE},
        {&generic, "pa55word", "a.env", 1, 18, .kind = PLACE_FILE},
        /* a line of a private key */
        {&own_high, "-----BEGIN\nAAAA\nBBBB\n-----END", "key.pem", 10, 1, .kind = PLACE_FILE},
        {&generic, "BBBB", "key.pem", 12, 1, .kind = PLACE_FILE},
        /* base64 that hides a token */
        {&generic, "c2VjcmV0LXRva2Vu", "b.yaml", 2, 9, .kind = PLACE_FILE},
        {&own, "secret-token", "b.yaml", 2, 9, .encoding = ENCODING_BASE64},
        /* judged to be none within what is one */
        {&generic, "db", "a.env", 1, 27, .none = true},
        /* the same bytes elsewhere are a finding */
        {&generic, "pa55word", "c.env", 1, 3, .kind = PLACE_FILE},
        /* beside, not within */
        {&generic, "neighbour", "a.env", 1, 40, .kind = PLACE_FILE},
        /* a range that meets but is of other bytes */
        {&keyed, "word@", "d.env", 1, 1, .kind = PLACE_FILE},
        {&generic, "unlike", "d.env", 1, 3, .kind = PLACE_FILE},
    };
    struct findings *f = MAKE(spots);
    assert_int_equal(findings_count(f), 7);
    for (size_t i = 0; i < findings_count(f); i++) {
        const struct finding *one = findings_at(f, i);
        str secret = secret_view(&one->secret);
        assert_false(str_eq(secret, STR("BBBB")) || str_eq(secret, STR("c2VjcmV0LXRva2Vu")) ||
                     str_eq(secret, STR("db")));
        if (str_eq(secret, STR("pa55word"))) {
            assert_int_equal(one->place_count, 1);
            assert_true(str_eq(one->places[0].path, STR("c.env")));
        }
    }
    findings_free(f);
}

static void versions_of_a_file_are_one_place(void **state)
{
    (void)state;
    const struct place_history versions[] = {
        {.first = "bb",
         .last = "cc",
         .date_ms = 2000,
         .author = STR_INIT("B"),
         .ref = STR_INIT("r2")},
        {.first = "aa",
         .last = "bb",
         .date_ms = 1000,
         .author = STR_INIT("A"),
         .ref = STR_INIT("r1")},
        {.first = "cc",
         .last = "dd",
         .date_ms = 3000,
         .author = STR_INIT("C"),
         .ref = STR_INIT("r3")},
        {.first = "ee", .last = "ee", .date_ms = 0, .author = STR_INIT("E")},
    };
    struct spot spots[4];
    for (unsigned i = 0; i < 4; i++) {
        spots[i] = (struct spot){&own,
                                 "secret-1",
                                 "a.env",
                                 10 + i,
                                 1,
                                 .kind = PLACE_GIT,
                                 .history = &versions[i],
                                 .allow = i == 1 ? "known" : NULL};
    }
    struct findings *f = MAKE(spots);
    assert_int_equal(findings_count(f), 1);
    assert_int_equal(findings_at(f, 0)->place_count, 1);
    const struct place *p = &findings_at(f, 0)->places[0];
    assert_string_equal(p->history->first, "aa");
    assert_string_equal(p->history->last, "dd");
    assert_true(str_eq(p->history->author, STR("A")));
    assert_true(str_eq(p->history->ref, STR("r3")));
    assert_false(p->history->at_head);
    assert_int_equal(p->line, 12);
    assert_true(p->allowed && str_eq(p->reason, STR("known")));
    findings_free(f);
}

static void findings_stand_in_the_order_of_what_to_do_first(void **state)
{
    (void)state;
    const struct place_history old = {.first = "aa"}, now = {.first = "bb", .at_head = true};
    const struct spot spots[] = {
        {&generic, "only-none", "a", 1, 1, .none = true},
        {&own, "medium", "a", 2, 1, .kind = PLACE_FILE},
        {&own_high, "in-history", "a", 1, 1, .kind = PLACE_GIT, .history = &old},
        {&own_high, "at-head", "b", 1, 1, .kind = PLACE_GIT, .history = &now},
        {&own_high, "in-tree", "a", 9, 1, .kind = PLACE_FILE},
        {&own_high, "served", "z", 1, 1, .kind = PLACE_URL, .served = true},
    };
    static const char *const order[] = {"served",     "in-tree", "at-head",
                                        "in-history", "medium",  "only-none"};
    struct findings *f = MAKE(spots);
    assert_int_equal(findings_count(f), 6);
    for (size_t i = 0; i < 6; i++) {
        assert_true(str_eq(secret_view(&findings_at(f, i)->secret), str_c(order[i])));
    }
    assert_true(findings_at(f, 5)->reported_not);
    findings_free(f);
}

static void real_and_none_are_told_apart(void **state)
{
    (void)state;
    const struct spot spots[] = {{&own, "secret-1", "a", 1, 1, .none = true},
                                 {&own, "secret-1", "b", 1, 1, .kind = PLACE_FILE}};
    struct findings *f = MAKE(spots);
    assert_int_equal(findings_count(f), 2);
    assert_false(findings_at(f, 0)->reported_not);
    assert_int_equal(findings_at(f, 0)->place_count, 1);
    findings_free(f);
}

static void limits_are_told(void **state)
{
    (void)state;
    struct findings *f;
    char secret[32];
    assert_true(err_ok(findings_new(&f)));
    for (unsigned i = 0; i < FINDING_PLACES_MAX + 12; i++) {
        add(f, &(struct spot){&own, "secret-1", "a", i + 1, 1, .kind = PLACE_FILE});
    }
    assert_false(findings_truncated(f));
    for (unsigned i = 1; i < FINDINGS_MAX; i++) {
        (void)snprintf(secret, sizeof secret, "other-%u", i);
        add(f, &(struct spot){&own, secret, "b", i, 1, .kind = PLACE_FILE});
    }
    assert_false(findings_truncated(f));
    add(f, &(struct spot){&own, "one-more", "c", 1, 1, .kind = PLACE_FILE});
    assert_true(findings_truncated(f));
    assert_true(err_ok(findings_finish(f, STR("a key"))));
    assert_int_equal(findings_count(f), FINDINGS_MAX);
    assert_int_equal(findings_at(f, 0)->place_count, FINDING_PLACES_MAX);
    assert_int_equal(findings_at(f, 0)->place_more, 12);
    findings_free(f);
}

static void a_long_secret_is_cut(void **state)
{
    (void)state;
    static char secret[FINDING_SECRET_MAX + 101];
    memset(secret, 'x', sizeof secret - 1);
    const struct spot spots[] = {{&own, secret, "a", 1, 1, .kind = PLACE_FILE}};
    struct findings *f = MAKE(spots);
    assert_int_equal(findings_at(f, 0)->secret.n, FINDING_SECRET_MAX);
    findings_free(f);
}

/* ── fingerprints ── */

static void fingerprint(const struct rule *rule, const char *secret, const char *path,
                        const char *key, char ret[65])
{
    struct findings *f;
    assert_true(err_ok(findings_new(&f)));
    add(f, &(struct spot){rule, secret, path, 1, 1, .kind = PLACE_FILE});
    assert_true(err_ok(findings_finish(f, str_c(key))));
    memcpy(ret, findings_at(f, 0)->fingerprint, 65);
    findings_free(f);
}

static void fingerprints_are_the_same_everywhere(void **state)
{
    (void)state;
    char a[65], b[65];
    /* hashlib.pbkdf2_hmac("sha256", b"hunter2", b"doorward scan 1 generic-password", 10000) */
    fingerprint(&generic, "hunter2", "a", "", a);
    assert_string_equal(a, "28df534afc275869207cabb9e39430c8");
    fingerprint(&generic, "hunter2", "elsewhere", "", b);
    assert_string_equal(a, b);
    fingerprint(&generic, "hunter2", "a", "a key", b);
    assert_string_equal(b, "edc0a5cd5bb2b6924502c58dc0527494");
    fingerprint(&keyed, "hunter2", "a", "a key", a);
    assert_string_not_equal(a, b);
    fingerprint(&keyed, "hunter2", "a", "another key", b);
    assert_string_not_equal(a, b);
}

static void finishing_again_changes_nothing(void **state)
{
    (void)state;
    const struct spot spots[] = {
        {&own, "secret-1", "a", 1, 1, .kind = PLACE_FILE},
        {&keyed, "secret-1", "a", 1, 1, .kind = PLACE_FILE},
        {&generic, "hunter2", "b", 2, 1, .kind = PLACE_FILE},
    };
    struct findings *f = MAKE(spots);
    char before[65];
    memcpy(before, findings_at(f, 0)->fingerprint, sizeof before);
    assert_true(err_ok(findings_finish(f, STR("another key"))));
    assert_int_equal(findings_count(f), 2);
    assert_string_equal(findings_at(f, 0)->fingerprint, before);
    findings_free(f);
}

static int64_t time_of(const struct rule *rule, const char *begin, unsigned count)
{
    struct findings *f;
    char secret[128];
    assert_true(err_ok(findings_new(&f)));
    for (unsigned i = 0; i < count; i++) {
        (void)snprintf(secret, sizeof secret, "%s%06u", begin, i);
        add(f, &(struct spot){rule, secret, "a", i + 1, 1, .kind = PLACE_FILE});
    }
    int64_t from_ms = clock_mono_ms();
    assert_true(err_ok(findings_finish(f, STR_EMPTY)));
    int64_t took_ms = clock_mono_ms() - from_ms;
    findings_free(f);
    return took_ms;
}

static void guessing_a_weak_secret_costs_and_a_strong_one_is_cheap(void **state)
{
    (void)state;
    int64_t weak_ms = time_of(&generic, "password-", 50);
    int64_t own_ms = time_of(&own, "postgres://user:password@host-", 50);
    /* a passphrase is none that a machine drew */
    int64_t words_ms = time_of(&own, "CorrectHorseBatteryStaple-", 50);
    assert_true(words_ms > weak_ms / 10);
    int64_t strong_ms = time_of(&own, "xy_A1b2C3d4E5f6G7h8I9j0K", 50);
    print_message("# 50 weak %lld ms, with a password within %lld ms, strong %lld ms\n",
                  (long long)weak_ms, (long long)own_ms, (long long)strong_ms);
    assert_true(weak_ms > 10 * (strong_ms + 1) && own_ms > 10 * (strong_ms + 1));
}

/* ── threads, memory ── */

static void *add_many(void *user)
{
    char secret[32], path[32];
    for (unsigned i = 0; i < 2000; i++) {
        (void)snprintf(secret, sizeof secret, "secret-%u", i % 100);
        (void)snprintf(path, sizeof path, "file-%u", i % 150);
        add(user, &(struct spot){i % 2 ? &own : &generic, secret, path, 1 + i % 3, 1,
                                 .kind = PLACE_FILE});
    }
    return NULL;
}

static void threads_find_the_same(void **state)
{
    (void)state;
    struct findings *one, *four;
    pthread_t threads[4];
    assert_true(err_ok(findings_new(&one)) && err_ok(findings_new(&four)));
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, four), 0);
    }
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    (void)add_many(one);
    assert_true(err_ok(findings_finish(one, STR("k"))) && err_ok(findings_finish(four, STR("k"))));
    assert_int_equal(findings_count(one), findings_count(four));
    for (size_t i = 0; i < findings_count(one); i++) {
        const struct finding *a = findings_at(one, i), *b = findings_at(four, i);
        assert_string_equal(a->fingerprint, b->fingerprint);
        assert_ptr_equal(a->rule, b->rule);
        assert_int_equal(a->place_count, b->place_count);
        for (size_t k = 0; k < a->place_count; k++) {
            assert_true(str_eq(a->places[k].path, b->places[k].path));
            assert_int_equal(a->places[k].line, b->places[k].line);
        }
    }
    findings_free(one);
    findings_free(four);
}

static void running_out_of_memory_is_told(void **state)
{
    (void)state;
    unsigned told = 0;
    for (long after = 0; after < 120; after++) {
        struct findings *f = NULL;
        char secret[32];
        mem_fail_after(after);
        err e = findings_new(&f);
        for (unsigned i = 0; err_ok(e) && i < 70; i++) {
            (void)snprintf(secret, sizeof secret, "secret-%u", i);
            add(f, &(struct spot){&own, secret, secret, i % 3, 1, .allow = "reason"});
        }
        e = err_ok(e) ? findings_finish(f, STR("k")) : e;
        mem_fail_after(-1);
        told += !err_ok(e) || findings_truncated(f);
        assert_true(!err_ok(e) || findings_truncated(f) || findings_count(f) == 70);
        findings_free(f);
    }
    assert_true(told > 80);
}

static void a_mask_never_shows_more_than_a_fifth(void **state)
{
    (void)state;
    struct arena a;
    char secret[64];
    arena_init(&a, 1 << 20);
    for (size_t n = 0; n < sizeof secret; n++) {
        for (size_t i = 0; i < n; i++) {
            secret[i] = (char)('A' + i % 26);
        }
        str mask = finding_mask(&a, str_n(secret, n));
        assert_true(str_ends(mask, STR("…(masked)")));
        size_t shown = mask.n - strlen("…(masked)");
        assert_true(shown <= 4 && shown * 5 <= n);
        assert_true(n < 20 || shown == 4);
    }
    assert_true(str_eq(finding_mask(&a, STR("a\nb-xxxxxxxxxxxxxxxxxxxx")), STR("a…(masked)")));
    assert_true(
        str_eq(finding_mask(&a, STR("\xc3\xa4\xc3\xb6xxxxxxxxxxxxxxxxxxxx")), STR("…(masked)")));
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree_history_and_bundle_are_one_finding),
        cmocka_unit_test(a_secret_belongs_to_the_rule_that_says_most),
        cmocka_unit_test(what_stands_within_another_is_no_finding),
        cmocka_unit_test(versions_of_a_file_are_one_place),
        cmocka_unit_test(findings_stand_in_the_order_of_what_to_do_first),
        cmocka_unit_test(real_and_none_are_told_apart),
        cmocka_unit_test(limits_are_told),
        cmocka_unit_test(a_long_secret_is_cut),
        cmocka_unit_test(fingerprints_are_the_same_everywhere),
        cmocka_unit_test(finishing_again_changes_nothing),
        cmocka_unit_test(guessing_a_weak_secret_costs_and_a_strong_one_is_cheap),
        cmocka_unit_test(threads_find_the_same),
        cmocka_unit_test(running_out_of_memory_is_told),
        cmocka_unit_test(a_mask_never_shows_more_than_a_fifth),
    };
    return err_ok(crypto_init()) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
