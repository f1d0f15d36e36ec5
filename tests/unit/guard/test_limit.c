/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>

#include "base/crypto.h"
#include "guard/limit.h"

static int setup(void **state)
{
    (void)state;
    return err_ok(crypto_init()) ? 0 : -1;
}

/* The textbook: a bucket that holds `burst` and fills one every period / count, in exact fractions.
 */
struct bucket {
    double tokens, at_ms;
};

static bool bucket_take(struct bucket *b, const struct limit_rule *rule, double now_ms)
{
    double per_ms = (double)rule->count / rule->period_ms;
    b->tokens += (now_ms - b->at_ms) * per_ms;
    b->tokens = b->tokens > rule->burst ? rule->burst : b->tokens;
    b->at_ms = now_ms;
    if (b->tokens < 1 - 1e-6) {
        return false;
    }
    b->tokens -= 1;
    return true;
}

static void limit_agrees_with_a_leaky_bucket_at_random_times(void **state)
{
    (void)state;
    static const struct limit_rule rules[] = {
        {"a", 10, 1000, 1}, {"b", 5, 60000, 5}, {"c", 100, 1000, 20},
        {"d", 1, 2000, 3},  {"e", 7, 1000, 7},
    };
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++) {
        struct limits *limits;
        assert_true(err_ok(limits_new(1024, &limits)));
        struct bucket bucket = {rules[r].burst, 0};
        uint32_t random = 12345 + (uint32_t)r;
        int64_t now = 1000000;
        bucket.at_ms = (double)now;
        unsigned allowed = 0;
        for (int i = 0; i < 20000; i++) {
            random = random * 1664525u + 1013904223u;
            now += (random >> 16) % (rules[r].period_ms / rules[r].count * 2);
            bool expected = bucket_take(&bucket, &rules[r], (double)now);
            assert_int_equal(limits_look(limits, &rules[r], STR("who"), now).allowed, expected);
            struct limit_verdict v = limits_take(limits, &rules[r], STR("who"), now);
            assert_int_equal(v.allowed, expected);
            allowed += v.allowed;
            assert_true(v.allowed ? v.retry_ms == 0 : v.retry_ms > 0);
            assert_true(v.remaining <= rules[r].burst);
        }
        assert_true(allowed > 1000);
        limits_free(limits);
    }
}

static void limit_lets_in_again_after_retry_and_not_before(void **state)
{
    (void)state;
    struct limits *limits;
    const struct limit_rule rule = {"chat", 3, 60000, 3};
    assert_true(err_ok(limits_new(64, &limits)));
    int64_t now = 5000;
    for (int i = 0; i < 3; i++) {
        struct limit_verdict v = limits_take(limits, &rule, STR("1.2.3.4"), now);
        assert_true(v.allowed);
        assert_int_equal(v.remaining, 2 - i);
    }
    struct limit_verdict v = limits_take(limits, &rule, STR("1.2.3.4"), now);
    assert_false(v.allowed);
    assert_int_equal(v.retry_ms, 20000);
    assert_false(limits_take(limits, &rule, STR("1.2.3.4"), now + v.retry_ms - 1).allowed);
    assert_true(limits_take(limits, &rule, STR("1.2.3.4"), now + v.retry_ms).allowed);
    limits_free(limits);
}

static void limit_counts_each_who_and_each_rule_apart(void **state)
{
    (void)state;
    struct limits *limits;
    const struct limit_rule a = {"a", 1, 60000, 1}, b = {"b", 1, 60000, 1};
    assert_true(err_ok(limits_new(6400, &limits)));
    for (int i = 0; i < 1000; i++) {
        char who[32];
        str text = {who, (size_t)snprintf(who, sizeof who, "10.0.%d.%d", i / 256, i % 256)};
        assert_true(limits_take(limits, &a, text, 0).allowed);
        assert_true(limits_take(limits, &b, text, 0).allowed);
        assert_false(limits_take(limits, &a, text, 0).allowed);
    }
    limits_free(limits);
}

static void limit_refuses_everything_under_a_rule_of_none(void **state)
{
    (void)state;
    struct limits *limits;
    const struct limit_rule none = {"none", 0, 1000, 0};
    assert_true(err_ok(limits_new(64, &limits)));
    assert_false(limits_take(limits, &none, STR("x"), 0).allowed);
    limits_free(limits);
}

static void limit_keeps_the_recent_when_the_table_is_full(void **state)
{
    (void)state;
    struct limits *limits;
    const struct limit_rule rule = {"r", 1, 1000000, 1};
    assert_true(err_ok(limits_new(64 * 16, &limits)));
    assert_true(limits_take(limits, &rule, STR("kept"), 0).allowed);
    for (int i = 0; i < 50000; i++) {
        char who[32];
        str text = {who, (size_t)snprintf(who, sizeof who, "flood %d", i)};
        (void)limits_take(limits, &rule, text, 1);
        if (i % 100 == 0) { /* asks again and again: stays among the recent */
            assert_false(limits_take(limits, &rule, STR("kept"), 1).allowed);
        }
    }
    limits_free(limits);
}

static void limit_survives_a_clock_that_goes_back(void **state)
{
    (void)state;
    struct limits *limits;
    const struct limit_rule rule = {"r", 10, 1000, 2};
    assert_true(err_ok(limits_new(64, &limits)));
    assert_true(limits_take(limits, &rule, STR("x"), 10000000).allowed);
    assert_false(limits_take(limits, &rule, STR("x"), 5).allowed);
    assert_true(limits_take(limits, &rule, STR("x"), 5 + 200).allowed);
    limits_free(limits);
}

static void *hammer(void *user)
{
    static const struct limit_rule rule = {"threads", 1, 3600000, 1000};
    size_t allowed = 0;
    for (int i = 0; i < 2000; i++) {
        allowed += limits_take(user, &rule, STR("same"), 0).allowed;
    }
    return (void *)allowed;
}

static void limit_gives_exactly_the_burst_to_many_threads(void **state)
{
    (void)state;
    struct limits *limits;
    pthread_t threads[8];
    size_t allowed = 0;
    assert_true(err_ok(limits_new(64, &limits)));
    for (int i = 0; i < 8; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, hammer, limits), 0);
    }
    for (int i = 0; i < 8; i++) {
        void *one;
        assert_int_equal(pthread_join(threads[i], &one), 0);
        allowed += (size_t)one;
    }
    assert_int_equal(allowed, 1000);
    limits_free(limits);
}

static void address_class_is_the_host_for_v4_and_the_64_for_v6(void **state)
{
    (void)state;
    static const struct {
        const char *address, *class;
    } rows[] = {
        {"192.0.2.7", "192.0.2.7"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
        {"2001:db8:1:2::ffff", "2001:db8:1:2::/64"},
        {"::ffff:192.0.2.7", "192.0.2.7"},
        {"unknown", "unknown"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[64];
        str class = limit_address_class(str_c(rows[i].address), text);
        assert_int_equal(class.n, strlen(rows[i].class));
        assert_memory_equal(class.p, rows[i].class, class.n);
    }
    char text[64], lots[500];
    memset(lots, 'x', sizeof lots);
    assert_int_equal(limit_address_class((str){lots, sizeof lots}, text).n, 63);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limit_agrees_with_a_leaky_bucket_at_random_times),
        cmocka_unit_test(limit_lets_in_again_after_retry_and_not_before),
        cmocka_unit_test(limit_counts_each_who_and_each_rule_apart),
        cmocka_unit_test(limit_refuses_everything_under_a_rule_of_none),
        cmocka_unit_test(limit_keeps_the_recent_when_the_table_is_full),
        cmocka_unit_test(limit_survives_a_clock_that_goes_back),
        cmocka_unit_test(limit_gives_exactly_the_burst_to_many_threads),
        cmocka_unit_test(address_class_is_the_host_for_v4_and_the_64_for_v6),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
