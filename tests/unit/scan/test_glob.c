/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of paths: a table, and all short patterns against a slow reading of what they mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "scan/config.h"

static void patterns_mean_what_the_header_says(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *path;
        bool matches;
    } rows[] = {
        {"*.env", "prod.env", true},
        {"*.env", "deploy/prod.env", true},
        {"*.env", "prod.env/x", false},
        {"*.env", "prod.env.txt", false},
        {"?.c", "src/a.c", true},
        {"?.c", "src/ab.c", false},
        {"src/*.c", "src/a.c", true},
        {"src/*.c", "src/a/b.c", false},
        {"src/*.c", "lib/src/a.c", true},
        {"/src/*.c", "lib/src/a.c", false},
        {"/src/*.c", "src/a.c", true},
        {"/src/*.c", "./src/a.c", true},
        {"/srv/**", "/srv/x/y", true},
        {"/srv/**", "/x/srv/y", false},
        {"src/**/x.c", "src/x.c", true},
        {"src/**/x.c", "src/a/b/x.c", true},
        {"src/**/x.c", "src/a/bx.c", false},
        {"**/x.c", "x.c", true},
        {"src/**", "src/a/b", true},
        {"src/**", "src", false},
        {"node_modules/", "node_modules", true},
        {"node_modules/", "a/node_modules/b/c.js", true},
        {"node_modules/", "a/my_node_modules/b.js", false},
        {"node_modules/", "node_modules.txt", false},
        {"a/b/", "x/a/b/c", true},
        {"etc/*.env", "image.tar!layer.tar!etc/app.env", true},
        {"image.tar/", "image.tar!etc/app.env", true},
        {"https://staging.example.com/**", "https://staging.example.com/app.js", true},
        {"https://staging.example.com/**", "https://www.example.com/app.js", false},
        {"", "a", false},
        {"*", "", true},
        {"a", "", false},
        {"**", "a/b", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (glob_match(str_c(rows[i].pattern), str_c(rows[i].path)) != rows[i].matches) {
            fail_msg("%s and %s", rows[i].pattern, rows[i].path);
        }
    }
}

/* ── the slow reading ── */

static bool is_end(char c) { return c == '/' || c == '!'; }

/* `begins`: the position in the pattern is at the beginning of one of its parts. */
static bool slow(str pattern, str path, bool begins)
{
    if (str_empty(pattern)) {
        return str_empty(path);
    }
    if (str_eq(pattern, STR("/"))) { /* a folder: itself and all below */
        return str_empty(path) || is_end(path.p[0]);
    }
    str rest = str_slice(pattern, 1, pattern.n), next = str_slice(path, 1, path.n);
    if (begins && str_starts(pattern, STR("**/")) && pattern.n > 3) {
        str after = str_slice(pattern, 3, pattern.n);
        bool found = slow(after, path, true);
        for (size_t i = 0; i < path.n && !found; i++) {
            found = is_end(path.p[i]) && slow(after, str_slice(path, i + 1, path.n), true);
        }
        return found;
    }
    if (str_starts(pattern, STR("**"))) {
        return slow(str_slice(pattern, 2, pattern.n), path, false) ||
               (path.n && slow(pattern, next, false));
    }
    if (pattern.p[0] == '*') {
        return slow(rest, path, false) ||
               (path.n && !is_end(path.p[0]) && slow(pattern, next, false));
    }
    if (str_empty(path)) {
        return false;
    }
    bool same = pattern.p[0] == '?'   ? !is_end(path.p[0])
                : pattern.p[0] == '/' ? is_end(path.p[0])
                                      : pattern.p[0] == path.p[0];
    return same && slow(rest, next, pattern.p[0] == '/');
}

static bool slow_match(str pattern, str path)
{
    bool rooted = str_starts(pattern, STR("/"));
    if (rooted && !str_starts(path, STR("/"))) {
        pattern = str_slice(pattern, 1, pattern.n);
    }
    if (str_empty(pattern)) {
        return false;
    }
    bool found = slow(pattern, path, true);
    for (size_t i = 0; i < path.n && !found && !rooted; i++) {
        found = is_end(path.p[i]) && slow(pattern, str_slice(path, i + 1, path.n), true);
    }
    return found;
}

static void every_short_pattern_means_the_same_slowly(void **state)
{
    (void)state;
    static const char letters[] = "ab*/?!", path_letters[] = "ab/!";
    uint64_t seed = 1;
    size_t matches = 0;
    for (size_t round = 0; round < 200000; round++) {
        char pattern[8], path[8];
        size_t sizes[2];
        for (size_t k = 0; k < 2; k++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            uint64_t x = seed >> 20;
            sizes[k] = x % 8;
            x /= 8;
            for (size_t i = 0; i < sizes[k]; i++, x /= 6) {
                if (k == 0) {
                    pattern[i] = letters[x % 6];
                } else {
                    path[i] = path_letters[x % 4];
                }
            }
        }
        str g = str_n(pattern, sizes[0]), p = str_n(path, sizes[1]);
        if (str_starts(p, STR("./")) || str_find(g, STR("***"), 0) != SIZE_MAX) {
            continue; /* three stars have no meaning of their own */
        }
        bool expected = slow_match(g, p);
        matches += expected;
        if (glob_match(g, p) != expected) {
            fail_msg("`%.*s` and `%.*s`: expected %d", STR_ARG(g), STR_ARG(p), expected);
        }
    }
    assert_true(matches > 5000);
}

static void no_pattern_makes_it_slow(void **state)
{
    (void)state;
    char pattern[GLOB_PATTERN_MAX + 1], path[4096];
    for (size_t i = 0; i < sizeof pattern; i++) {
        pattern[i] = i % 2 ? 'a' : '*';
    }
    memset(path, 'a', sizeof path);
    path[sizeof path - 1] = 'b';
    int64_t from_ms = clock_mono_ms();
    for (unsigned i = 0; i < 20; i++) {
        assert_false(glob_match(str_n(pattern, GLOB_PATTERN_MAX), str_n(path, sizeof path)));
    }
    assert_true(clock_mono_ms() - from_ms < 20000);
    assert_false(glob_match(str_n(pattern, sizeof pattern), str_n(path, sizeof path)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_mean_what_the_header_says),
        cmocka_unit_test(every_short_pattern_means_the_same_slowly),
        cmocka_unit_test(no_pattern_makes_it_slow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
