/* SPDX-License-Identifier: Apache-2.0 */
/* Parts with something random, against a look at one byte after another, by every width of register
 * that this machine has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scan/random_runs.h"

enum { SHORT = 12, TEXT_MAX = 4096, ROUNDS = 6000 };

static uint64_t seed = 7;

/* Knuth's MMIX generator. */
static unsigned below(unsigned n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % n;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
static bool is_letter(char c) { return is_upper(c) || is_lower(c); }

/* Bytes before the text are none of these. */
static char at(str text, size_t i, size_t back) { return i >= back ? text.p[i - back] : ' '; }

static bool ends_short(str text, size_t i)
{
    bool odd = false;
    for (size_t k = 0; k < SHORT; k++) {
        char c = at(text, i, k);
        if (!is_digit(c) && !is_letter(c)) {
            return false;
        }
        odd |= is_digit(c) ||
               (is_upper(c) && is_lower(at(text, i, k + 1)) && is_upper(at(text, i, k + 2)));
    }
    return odd;
}

static bool ends_changing(str text, size_t i)
{
    bool to_digit = false, to_letter = false, hump = false;
    for (size_t k = 0; k < RANDOM_RUN; k++) {
        char c = at(text, i, k), before = at(text, i, k + 1);
        if (!is_digit(c) && !is_letter(c) && c != '_' && c != '-') {
            return false;
        }
        to_digit |= is_digit(c) && is_letter(before);
        to_letter |= is_letter(c) && is_digit(before);
        hump |= is_upper(c) && is_lower(before);
    }
    return to_digit && to_letter && hump;
}

/* Marks every byte that belongs to a part. */
static void mark_parts(str text, enum random_width width, char marks[TEXT_MAX])
{
    struct random_runs r;
    size_t from, to, last = 0;
    memset(marks, 0, TEXT_MAX);
    assert_true(random_runs_init_as(&r, text, width));
    while (random_runs_next(&r, &from, &to)) {
        assert_true(from >= last && from < to && to <= text.n);
        last = to;
        memset(marks + from, 1, to - from);
    }
}

static void check(str text, enum random_width width)
{
    static char marks[TEXT_MAX], wanted[TEXT_MAX];
    mark_parts(text, width, marks);
    memset(wanted, 0, sizeof wanted);
    for (size_t i = 0; i < text.n; i++) {
        if (ends_short(text, i) || ends_changing(text, i)) {
            size_t from = i > RANDOM_BEFORE ? i - RANDOM_BEFORE : 0;
            size_t to = text.n - i > RANDOM_AFTER ? i + 1 + RANDOM_AFTER : text.n;
            to = to < text.n ? to : text.n;
            memset(wanted + from, 1, to - from);
        }
    }
    for (size_t i = 0; i < text.n; i++) {
        /* Two parts that nearly meet are one; nothing else is searched that need not be. */
        assert_true(marks[i] >= wanted[i]);
    }
    if (!memchr(wanted, 1, text.n)) {
        assert_null(memchr(marks, 1, text.n));
    }
}

/* Words of code with tokens here and there, mostly of letters that a run has. */
static str text_of(char *into)
{
    static const char *const alphabets[] = {
        "abcdefghijklmnopqrstuvwxyz",
        "abcABC",
        "aB_",
        "aA0",
        "a-_Z9",
        "ABCDEF0123456789",
        "etaoin shrdlu(){};=\n_\"./,:",
        "aZ ",
        "xY3-_\xc3\xa9",
        "0 ",
        "_",
        "@[`{/:\x7f\x80",
    };
    size_t n = below(below(4) ? 300 : TEXT_MAX), at = 0;
    while (at < n) {
        const char *letters = alphabets[below(sizeof alphabets / sizeof *alphabets)];
        for (size_t k = 1 + below(24); k > 0 && at < n; k--) {
            into[at++] = letters[below((unsigned)strlen(letters))];
        }
    }
    return str_n(into, n);
}

static void parts_are_those_of_a_plain_look(enum random_width width)
{
    struct random_runs none;
    if (!random_runs_init_as(&none, STR_EMPTY, width)) {
        print_message("this processor has no registers of that width\n");
        skip();
    }
    for (unsigned i = 0; i < ROUNDS; i++) {
        char *bytes = malloc(TEXT_MAX);
        assert_non_null(bytes);
        str text = text_of(bytes);
        char *exact = malloc(text.n ? text.n : 1); /* so that a look behind the end is seen */
        assert_non_null(exact);
        memcpy(exact, bytes, text.n);
        check(str_n(exact, text.n), width);
        free(exact);
        free(bytes);
    }
}

static void by_128_bits(void **state)
{
    (void)state;
    parts_are_those_of_a_plain_look(RANDOM_128);
}

static void by_256_bits(void **state)
{
    (void)state;
    parts_are_those_of_a_plain_look(RANDOM_256);
}

static void by_512_bits(void **state)
{
    (void)state;
    parts_are_those_of_a_plain_look(RANDOM_512);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_128_bits),
        cmocka_unit_test(by_256_bits),
        cmocka_unit_test(by_512_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
