/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "access/password.h"
#include "access/password_private.h"
#include "base/clock.h"
#include "base/crypto.h"

enum { PATIENCE_MS = 60000 };

static struct password_hasher *hasher; /* one at a time */
static struct arena memory;

static int set_up(void **state)
{
    (void)state;
    arena_init(&memory, 4 << 20);
    return err_ok(crypto_init()) && err_ok(password_hasher_new(1, &hasher)) ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    password_hasher_free(hasher);
    password_hasher_free(NULL);
    arena_done(&memory);
    return 0;
}

static int64_t soon(void) { return clock_mono_ms() + PATIENCE_MS; }

static str hashed(str password)
{
    str phc = STR_EMPTY;
    assert_true(err_ok(password_hash(hasher, &memory, password, soon(), &phc)));
    return phc;
}

static bool fits(str phc, str password)
{
    bool fine = false;
    assert_true(err_ok(password_verify(hasher, phc, password, soon(), &fine)));
    return fine;
}

static void a_password_fits_its_hash_and_no_other(void **state)
{
    (void)state;
    str phc = hashed(STR("correct horse battery staple"));
    assert_true(str_starts(phc, STR("$argon2id$v=19$m=65536,t=2,p=1$")));
    assert_true(fits(phc, STR("correct horse battery staple")));
    assert_false(fits(phc, STR("correct horse battery stapl")));
    assert_false(fits(phc, STR("correct horse battery staple ")));
    assert_false(fits(phc, STR("correct horse battery staple\0")));
    assert_false(fits(phc, STR("Correct horse battery staple")));
    assert_false(fits(phc, STR_EMPTY));
    assert_false(str_eq(phc, hashed(STR("correct horse battery staple"))));
    assert_false(password_is_dated(phc));
}

static void a_letter_is_the_same_however_it_is_composed(void **state)
{
    (void)state;
    str phc = hashed(STR("sch\xc3\xb6ne gr\xc3\xbc\xc3\x9f"
                         "e"));
    assert_true(fits(phc, STR("scho\xcc\x88ne gru\xcc\x88\xc3\x9f"
                              "e")));
    assert_false(fits(phc, STR("schone gru\xc3\x9f"
                               "e")));
    assert_false(fits(phc, STR("sch\xc3\xb6ne gr\xc3\xbcsse")));
}

static void every_byte_of_a_long_password_counts(void **state)
{
    (void)state;
    char text[PASSWORD_BYTES_MAX + 1];
    memset(text, 'x', sizeof text);
    str phc = hashed(str_n(text, PASSWORD_BYTES_MAX)), none = STR_EMPTY;
    assert_true(fits(phc, str_n(text, PASSWORD_BYTES_MAX)));
    assert_false(fits(phc, str_n(text, PASSWORD_BYTES_MAX - 1)));
    assert_false(fits(phc, str_n(text, sizeof text)));
    text[PASSWORD_BYTES_MAX - 1] = 'y';
    assert_false(fits(phc, str_n(text, PASSWORD_BYTES_MAX)));
    assert_int_equal(password_hash(hasher, &memory, str_n(text, sizeof text), soon(), &none).code,
                     ERR_UNPROCESSABLE);
}

/* Bytes that are no text are taken as they are, and a wide letter cannot overrun. */
static void odd_bytes_are_hashed_too(void **state)
{
    (void)state;
    char wide[1023];
    for (size_t i = 0; i < sizeof wide; i += 3) {
        memcpy(wide + i, "\xef\xb7\xba", 3); /* 18 letters in one, when it is taken apart */
    }
    str phc = hashed(STR("\xff\xfe bytes"));
    assert_true(fits(phc, STR("\xff\xfe bytes")));
    assert_false(fits(phc, STR("\xff\xfd bytes")));
    phc = hashed(str_n(wide, sizeof wide));
    assert_true(fits(phc, str_n(wide, sizeof wide)));
    assert_true(err_ok(password_judge(hasher, str_n("\xff\xfe bytes of no text", 20), STR_EMPTY,
                                      STR_EMPTY)) == false);
}

static void what_is_no_phc_string_fits_nothing(void **state)
{
    (void)state;
    static const char *const table[] = {
        "x",
        "$argon2id$",
        "$argon2id$v=19$m=65536,t=2,p=1$",
        "$argon2id$v=19$m=65536,t=2,p=1$bm9ib2R5IGlzIGhlcmUhIQ$",
        "$2b$12$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyzabcdef",
        "correct horse battery staple",
    };
    char longer[200];
    memset(longer, 'a', sizeof longer);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_false(fits(str_c(table[i]), STR("correct horse battery staple")));
        assert_true(password_is_dated(str_c(table[i])));
    }
    assert_false(fits(str_n(longer, sizeof longer), STR("x")));
    assert_true(password_is_dated(STR("$argon2id$v=19$m=4096,t=3,p=1$bm9ib2R5IGlzIGhlcmUhIQ$"
                                      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")));
    assert_false(password_is_dated(STR_EMPTY));
}

static int64_t cpu_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Measured in processor time, which the rest of the machine does not change. */
static void an_unknown_account_costs_the_same_as_a_known_one(void **state)
{
    (void)state;
    str phc = hashed(STR("correct horse battery staple"));
    const str stored[] = {phc, STR_EMPTY, STR("damaged")};
    int64_t best[] = {INT64_MAX, INT64_MAX, INT64_MAX};
    for (int round = 0; round < 5; round++) {
        for (size_t i = 0; i < 3; i++) {
            int64_t start = cpu_us();
            assert_false(fits(stored[i], STR("wrong horse battery staple")));
            int64_t took = cpu_us() - start;
            best[i] = took < best[i] ? took : best[i];
        }
    }
    assert_true(best[0] > 5000);
    for (size_t i = 1; i < 3; i++) {
        assert_true(best[i] * 10 > best[0] * 8 && best[i] * 8 < best[0] * 10);
    }
}

/* ── the queue ── */

static atomic_int counts[3]; /* hashed, turned away for time, turned away for the queue */

static void *hash_once(void *user)
{
    struct arena a;
    str phc = STR_EMPTY;
    arena_init(&a, 64 << 10);
    err e = password_hash(hasher, &a, STR("correct horse battery staple"), *(int64_t *)user, &phc);
    bool full = str_find(str_c(e.what), STR("too many"), 0) != SIZE_MAX;
    assert_true(err_ok(e) || e.code == ERR_UNAVAILABLE);
    atomic_fetch_add(&counts[err_ok(e) ? 0 : full ? 2 : 1], 1);
    arena_done(&a);
    return NULL;
}

static void hash_at_once(size_t threads, int64_t deadline_ms)
{
    pthread_t list[128];
    for (size_t i = 0; i < 3; i++) {
        atomic_store(&counts[i], 0);
    }
    for (size_t i = 0; i < threads; i++) {
        assert_int_equal(pthread_create(&list[i], NULL, hash_once, &deadline_ms), 0);
    }
    for (size_t i = 0; i < threads; i++) {
        (void)pthread_join(list[i], NULL);
    }
}

static void no_more_than_allowed_hash_at_once(void **state)
{
    (void)state;
    int64_t cpu = cpu_us(), start = clock_mono_us();
    hash_at_once(8, soon());
    cpu = cpu_us() - cpu;
    assert_int_equal(atomic_load(&counts[0]), 8);
    /* One after another: they cannot have had more processor than there was time. */
    assert_true(cpu < (clock_mono_us() - start) * 12 / 10);
}

static void whoever_waits_too_long_is_turned_away(void **state)
{
    (void)state;
    int64_t start = clock_mono_ms();
    hash_at_once(40, start + 150);
    assert_int_equal(atomic_load(&counts[0]) + atomic_load(&counts[1]), 40);
    assert_true(atomic_load(&counts[0]) >= 1 && atomic_load(&counts[1]) >= 20);
    hash_at_once(2, clock_mono_ms() - 1);
    assert_int_equal(atomic_load(&counts[1]), 2);
    assert_true(fits(hashed(STR("the queue is as it was")), STR("the queue is as it was")));
}

static void a_full_queue_turns_away_at_once(void **state)
{
    (void)state;
    hash_at_once(PASSWORD_QUEUE_MAX + 1 + 30, clock_mono_ms() + 400);
    assert_true(atomic_load(&counts[2]) >= 1);
    assert_true(atomic_load(&counts[0]) >= 1);
    assert_true(fits(hashed(STR("the queue is as it was")), STR("the queue is as it was")));
}

/* ── what is a good password ── */

struct sample {
    const char *password, *email, *name;
};

static const struct sample weak_rows[] = {
    {"short", "", ""},
    {"elevenchars", "", ""},
    {"", "", ""},
    {"sch\xc3\xb6n\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc", "", ""}, /* 10 characters, 15 bytes */
    {"aaaaaaaaaaaa", "", ""},
    {"ababababababab", "", ""},
    {"aabbaabbaabb", "", ""},
    {"xkkxkkkxkxxkxk", "", ""}, /* two letters */
    {"welcomewelcome12", "", ""},
    {"xk9?mxk9?mxk9?m", "", ""},
    {"abcd-1234.9876", "", ""},
    {"abcdabcdabcd", "", ""},
    {"xk9?xk9?xk9?xk9", "", ""},
    {"123456789012", "", ""},
    {"1234567890123456789012345", "", ""},
    {"987654321098", "", ""},
    {"1234-1234-1234", "", ""},
    {"abcdefghijkl", "", ""},
    {"zyxwvutsrqpo", "", ""},
    {"qwertyuiopas", "", ""},
    {"QWERTYUIOPAS", "", ""},
    {"qwertzuiopasdf", "", ""},
    {"azertyuiopqsd", "", ""},
    {"asdfghjklasdfghjkl", "", ""},
    {"1qaz2wsx3edc", "", ""},
    {"zaq12wsxcde34rfv", "", ""},
    {"1q2w3e4r5t6y", "", ""},
    {"qwerty123456", "", ""},
    {"aaaabbbbcccc", "", ""},
    {"!@#$%^&*()_+", "", ""},
    {"password1234", "", ""},
    {"Password1234!", "", ""},
    {"2024-Password-2024", "", ""},
    {"P@$$w0rd2024", "", ""},
    {"p4ssw0rd!!!!", "", ""},
    {"PASSWORDPASSWORD", "", ""},
    {"passwordpassword1", "", ""},
    {"pass-word-2024", "", ""},
    {"$unshine12345", "", ""},
    {"123456adm1n654321", "", ""},
    {"we1come2024!!", "", ""},
    {"Passwort!2024", "", ""},
    {"changeme2024!", "", ""},
    {"iloveyou20242024", "", ""},
    {"correcthorsebatterystaple", "", ""},
    {"Correct Horse Battery Staple!", "", ""}, /* too famous */
    {"p\xc3\xa1ssw\xc3\xb6rd1234", "", ""},
    {"\xef\xbd\x90\xef\xbd\x81\xef\xbd\x93\xef\xbd\x93\xef\xbd\x97\xef\xbd\x8f\xef\xbd\x92"
     "\xef\xbd\x84\x31\x32\x33\x34",
     "", ""}, /* in full width */
    {"anna.schmidt@example.com", "anna.schmidt@example.com", "Anna Schmidt"},
    {"annaschmidt24", "anna.schmidt@example.com", ""},
    {"Anna.Schmidt!7", "anna.schmidt@example.com", ""},
    {"schmidt-anna-1", "a@example.org", "Anna Schmidt"},
    {"4nn4schm1dt99x", "anna.schmidt@example.com", ""},
    {"bigcompany2024", "a@bigcompany.example", ""},
    {"J\xc3\xb6rgM\xc3\xbcller77", "", "J\xc3\xb6rg M\xc3\xbcller"},
    {"jorgmuller7785", "", "J\xc3\xb6rg M\xc3\xbcller"},
};

static void weak_passwords_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof weak_rows / sizeof *weak_rows; i++) {
        err e = password_judge(hasher, str_c(weak_rows[i].password), str_c(weak_rows[i].email),
                               str_c(weak_rows[i].name));
        if (e.code != ERR_UNPROCESSABLE) {
            fail_msg("\"%s\" was not refused", weak_rows[i].password);
        }
    }
}

static void good_passwords_pass_whatever_they_are_made_of(void **state)
{
    (void)state;
    static const struct sample table[] = {
        {"wombat fridge tango", "", ""},
        {"tr0ub4dor&3-lamp", "", ""},
        {"83719204817364518273", "", ""},
        {"xkqzjwvbnmhtrpl", "", ""},
        {"a8f5f167f44f", "", ""},
        {"V7#kd92!mQz$", "", ""},
        {"AGHDJWQKSLCBEI", "", ""},
        {"sch\xc3\xb6ne gr\xc3\xbc\xc3\x9f"
         "e aus k\xc3\xb6ln",
         "", ""},
        {"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x81\xae\xe5\x90\x88\xe8\xa8\x80\xe8\x91\x89\xe3\x82\x92\xe4\xbd\xbf\xe3\x81\xa3\xe3\x81\xa6\xe5\x85\xa5\xe3\x82\x8b",
         "", ""}, /* 13 characters */
        {"anna likes green tea and rain", "anna@example.com", "Anna Schmidt"},
        {"my dog eats example cakes", "anna@example.com", "Li Wu"},
        {"password of the gate of moria", "", ""},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        err e = password_judge(hasher, str_c(table[i].password), str_c(table[i].email),
                               str_c(table[i].name));
        if (!err_ok(e)) {
            fail_msg("\"%s\": %s", table[i].password, e.what);
        }
    }
}

static void random_passwords_pass(void **state)
{
    (void)state;
    static const char letters[] = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    for (int round = 0; round < 20000; round++) {
        unsigned char bytes[14];
        char text[sizeof bytes];
        crypto_random(bytes, sizeof bytes);
        for (size_t i = 0; i < sizeof bytes; i++) {
            text[i] = letters[bytes[i] % (sizeof letters - 1)];
        }
        err e = password_judge(hasher, str_n(text, sizeof text), STR("anna.schmidt@example.com"),
                               STR("Anna Schmidt"));
        if (!err_ok(e)) {
            fail_msg("\"%.*s\": %s", (int)sizeof text, text, e.what);
        }
    }
}

static void length_has_limits_in_characters_and_bytes(void **state)
{
    (void)state;
    char text[PASSWORD_BYTES_MAX + 2];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (char)('a' + (i * i + i / 7) % 26);
    }
    assert_true(
        err_ok(password_judge(hasher, str_n(text, PASSWORD_BYTES_MAX), STR_EMPTY, STR_EMPTY)));
    assert_int_equal(
        password_judge(hasher, str_n(text, PASSWORD_BYTES_MAX + 1), STR_EMPTY, STR_EMPTY).code,
        ERR_UNPROCESSABLE);
    assert_true(err_ok(password_judge(hasher, STR("wombat-fridg"), STR_EMPTY, STR_EMPTY)));
    assert_false(err_ok(password_judge(hasher, STR("wombat-frid"), STR_EMPTY, STR_EMPTY)));
    assert_false(err_ok(password_judge(hasher, STR("wombat\xff-fridge"), STR_EMPTY, STR_EMPTY)));
}

/* ── the list ── */

static void list_of(const char *text, size_t n, struct password_list *ret, enum err_code wanted)
{
    char path[] = "/tmp/doorward-words-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, n), (ssize_t)n);
    (void)close(fd);
    assert_int_equal(password_list_open(ret, path).code, wanted);
    assert_int_equal(unlink(path), 0);
}

static void the_list_is_read_in_any_order_and_case(void **state)
{
    (void)state;
    static const char text[] = "zebra\nApple\nmango\n\nbanana\n";
    struct password_list list;
    list_of(text, sizeof text - 1, &list, ERR_OK);
    assert_int_equal(list.count, 5);
    assert_true(password_list_has(&list, STR("zebra")) && password_list_has(&list, STR("apple")) &&
                password_list_has(&list, STR("mango")) && password_list_has(&list, STR("banana")));
    assert_false(password_list_has(&list, STR("zebr")) || password_list_has(&list, STR("zebras")) ||
                 password_list_has(&list, STR("ban")));
    assert_true(password_list_has(&list, STR("passwort"))); /* ours */
    password_list_close(&list);
}

static void a_missing_list_leaves_ours_and_a_broken_one_is_told(void **state)
{
    (void)state;
    struct password_list list;
    assert_true(err_ok(password_list_open(&list, "/nowhere/words")));
    assert_true(password_list_has(&list, STR("aaaa")) && password_list_has(&list, STR("zxcvbnm")));
    assert_false(password_list_has(&list, STR("wombat")) || password_list_has(&list, STR_EMPTY));
    password_list_close(&list);
    list_of("no line end", 11, &list, ERR_CORRUPT);
    list_of("a\0b\n", 4, &list, ERR_CORRUPT);
    list_of("", 0, &list, ERR_CORRUPT);
    assert_int_equal(password_list_open(&list, "/proc").code == ERR_OK, false);
}

static void debians_list_is_used_where_it_is(void **state)
{
    (void)state;
    if (access("/usr/share/dict/cracklib-small", R_OK) == 0) {
        assert_int_equal(password_judge(hasher, STR("wombat201983!"), STR_EMPTY, STR_EMPTY).code,
                         ERR_UNPROCESSABLE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_password_fits_its_hash_and_no_other),
        cmocka_unit_test(a_letter_is_the_same_however_it_is_composed),
        cmocka_unit_test(every_byte_of_a_long_password_counts),
        cmocka_unit_test(odd_bytes_are_hashed_too),
        cmocka_unit_test(what_is_no_phc_string_fits_nothing),
        cmocka_unit_test(an_unknown_account_costs_the_same_as_a_known_one),
        cmocka_unit_test(no_more_than_allowed_hash_at_once),
        cmocka_unit_test(whoever_waits_too_long_is_turned_away),
        cmocka_unit_test(a_full_queue_turns_away_at_once),
        cmocka_unit_test(weak_passwords_are_refused),
        cmocka_unit_test(good_passwords_pass_whatever_they_are_made_of),
        cmocka_unit_test(random_passwords_pass),
        cmocka_unit_test(length_has_limits_in_characters_and_bytes),
        cmocka_unit_test(the_list_is_read_in_any_order_and_case),
        cmocka_unit_test(a_missing_list_leaves_ours_and_a_broken_one_is_told),
        cmocka_unit_test(debians_list_is_used_where_it_is),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
