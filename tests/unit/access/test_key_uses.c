/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/access/key_support.h"

#include <pthread.h>

#include "base/mem.h"

/* ── uses ── */

static void uses_are_written_together_and_the_last_one_counts(void **state)
{
    struct office *o = *state;
    struct key_wish wish = wish_of(o);
    struct key_row a = make(o, &wish, NULL), b = make(o, &wish, NULL);
    struct key_uses *uses;
    ok(key_uses_new(o->store, &uses));
    for (int64_t i = 1; i <= 1000; i++) {
        key_uses_note(uses, &a.id, STR("192.0.2.0/24"), STR("curl/8.1"), i);
    }
    key_uses_note(uses, &a.id, STR("198.51.100.0/24"), STR("Wget/1.21"), 500); /* came late */
    assert_int_equal(stored(o, &a.id).used_ms, 0); /* nothing on the way of a request */
    ok(key_uses_write(uses));
    struct key_row row = stored(o, &a.id);
    assert_int_equal(row.used_ms, 1000);
    assert_true(str_eq(row.used_from, STR("192.0.2.0/24")) && str_eq(row.used_by, STR("curl")));
    assert_int_equal(stored(o, &b.id).used_ms, 0);
    ok(key_uses_write(uses));
    key_uses_note(uses, &b.id, STR_EMPTY, STR_EMPTY, 5);
    ok(key_uses_write(uses));
    assert_int_equal(stored(o, &b.id).used_ms, 5);
    key_uses_free(uses);
}

static void uses_that_cannot_be_written_stay(void **state)
{
    struct office *o = *state;
    struct key_wish wish = wish_of(o);
    struct key_row a = make(o, &wish, NULL);
    struct key_uses *uses;
    ok(key_uses_new(o->store, &uses));
    key_uses_note(uses, &a.id, STR("192.0.2.0/24"), STR("curl/8.1"), 7);
    mem_fail_after(0);
    fails(key_uses_write(uses), ERR_NO_MEMORY);
    mem_fail_after(-1);
    ok(key_uses_write(uses));
    assert_int_equal(stored(o, &a.id).used_ms, 7);
    key_uses_free(uses);
}

static void more_keys_than_there_is_room_for_wait_for_the_next_round(void **state)
{
    struct office *o = *state;
    struct key_wish wish = wish_of(o);
    struct key_row last = make(o, &wish, NULL);
    struct key_uses *uses;
    ok(key_uses_new(o->store, &uses));
    for (unsigned i = 0; i < KEY_USES_MAX; i++) {
        id other = id_random();
        key_uses_note(uses, &other, STR_EMPTY, STR_EMPTY, 1);
    }
    key_uses_note(uses, &last.id, STR_EMPTY, STR_EMPTY, 1);
    ok(key_uses_write(uses));
    assert_int_equal(stored(o, &last.id).used_ms, 0);
    key_uses_note(uses, &last.id, STR_EMPTY, STR_EMPTY, 2);
    ok(key_uses_write(uses));
    assert_int_equal(stored(o, &last.id).used_ms, 2);
    key_uses_free(uses);
}

struct user {
    struct key_uses *uses;
    const id *keys;
};

static void *use_keys(void *arg)
{
    const struct user *user = arg;
    for (int64_t i = 1; i <= 20000; i++) {
        key_uses_note(user->uses, &user->keys[i % 8], STR("192.0.2.0/24"), STR("curl/8"), i);
    }
    return NULL;
}

static void no_use_is_lost_between_threads_and_writes(void **state)
{
    struct office *o = *state;
    struct key_wish wish = wish_of(o);
    id keys[8];
    struct key_uses *uses;
    pthread_t threads[4];
    ok(key_uses_new(o->store, &uses));
    for (size_t i = 0; i < 8; i++) {
        keys[i] = make(o, &wish, NULL).id;
    }
    struct user user = {uses, keys};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, use_keys, &user), 0);
    }
    for (unsigned i = 0; i < 20; i++) {
        ok(key_uses_write(uses));
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    ok(key_uses_write(uses));
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(stored(o, &keys[i]).used_ms, i == 0 ? 20000 : 20000 - 8 + (int)i);
    }
    key_uses_free(uses);
}

/* ── user agents ── */

static void a_user_agent_is_known_by_its_family(void **state)
{
    struct office *o = *state;
    static const struct {
        str header, family;
    } cases[] = {
        {STR_INIT("curl/8.4.0"), STR_INIT("curl")},
        {STR_INIT("python-requests/2.31.0"), STR_INIT("python-requests")},
        {STR_INIT("Go-http-client/2.0"), STR_INIT("Go-http-client")},
        {STR_INIT("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"),
         STR_INIT("Firefox on Linux")},
        {STR_INIT("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
                  "Gecko) Chrome/120.0.0.0 Safari/537.36"),
         STR_INIT("Chrome on Windows")},
        {STR_INIT("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
                  "Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0"),
         STR_INIT("Edge on Windows")},
        {STR_INIT("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, "
                  "like Gecko) Version/17.0 Safari/605.1.15"),
         STR_INIT("Safari on macOS")},
        {STR_INIT("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 "
                  "(KHTML, like Gecko) CriOS/120.0 Mobile/15E148 Safari/604.1"),
         STR_INIT("Chrome on iPhone")},
        {STR_INIT("Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like "
                  "Gecko) SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36"),
         STR_INIT("Samsung Internet on Android")},
        {STR_INIT("OurBackend/1.4 (+https://example.com)"), STR_INIT("OurBackend")},
        {STR_INIT("  "), STR_INIT("")},
        {STR_INIT("<script>alert(1)</script>"), STR_INIT("")},
        {STR_INIT("a\x01\x02"), STR_INIT("a")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        str family = agent_family(&o->arena, cases[i].header);
        if (!str_eq(family, cases[i].family)) {
            fail_msg("%s: %.*s", cases[i].header.p, STR_ARG(family));
        }
        assert_true(str_eq(agent_family(&o->arena, family), family));
    }
}

static void a_family_is_short_plain_and_its_own_whatever_the_header(void **state)
{
    struct office *o = *state;
    static const char *const pieces[] = {
        "Firefox", "Chrome/1", "Edg",     " ",  "Windows",         "curl",
        "\xff",    "<",        "Linux",   "/",  "Mac OS X",        "-",
        "Safari",  "iPad",     "Android", "A1", "Samsung Internet"};
    for (unsigned n = 0; n < 20000; n++) {
        struct buf b;
        unsigned char random[12];
        buf_init(&b, 4096);
        crypto_random(random, sizeof random);
        for (size_t i = 0; i < random[0] % 12; i++) {
            buf_add_c(&b, pieces[random[i] % (sizeof pieces / sizeof *pieces)]);
        }
        str family = agent_family(&o->arena, buf_str(&b));
        assert_true(family.n <= 64);
        for (size_t i = 0; i < family.n; i++) {
            char c = family.p[i];
            assert_true((c >= '0' && c <= '9') || (str_lower(c) >= 'a' && str_lower(c) <= 'z') ||
                        c == ' ' || c == '-');
        }
        assert_true(str_eq(agent_family(&o->arena, family), family));
        buf_done(&b);
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(uses_are_written_together_and_the_last_one_counts),
        CASE(uses_that_cannot_be_written_stay),
        CASE(more_keys_than_there_is_room_for_wait_for_the_next_round),
        CASE(no_use_is_lost_between_threads_and_writes),
        CASE(a_user_agent_is_known_by_its_family),
        CASE(a_family_is_short_plain_and_its_own_whatever_the_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
