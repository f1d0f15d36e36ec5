/* SPDX-License-Identifier: Apache-2.0 */
/* A value in a place, judged: what the tests of the judge share. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scan/judge_private.h"

#define MAYBE_UNUSED __attribute__((unused))

MAYBE_UNUSED static const struct rule generic = {.id = "generic-password", .generic = true};
MAYBE_UNUSED static const struct rule form = {.id = "service-key"};

struct place {
    const char *path;
    const char *before, *after; /* of the value on its line */
};

MAYBE_UNUSED static const struct place env = {".env", "DB=1\nX=", "\n"};
MAYBE_UNUSED static const struct place quoted = {"src/app.js", "const x = \"", "\";\n"};
MAYBE_UNUSED static const struct place bare = {"src/app.py", "x = ", "\n"};
MAYBE_UNUSED static const struct place tested = {"test/app_test.py", "x = \"", "\"\n"};
MAYBE_UNUSED static const struct place prose = {"README.md", "x: `", "`\n"};
MAYBE_UNUSED static const struct place locked = {"yarn.lock", "  x \"", "\"\n"};
MAYBE_UNUSED static const struct place sample = {".env.example", "X=", "\n"};

MAYBE_UNUSED static struct judgement judged(const struct rule *rule, const struct place *at,
                                            const char *key, str value)
{
    static char text[8192];
    size_t before = strlen(at->before), after = strlen(at->after);
    assert_true(before + value.n + after < sizeof text);
    memcpy(text, at->before, before);
    memcpy(text + before, value.p, value.n);
    memcpy(text + before + value.n, at->after, after);
    struct text_traits traits;
    struct judgement j;
    str all = str_n(text, before + value.n + after);
    text_traits_find(str_c(at->path), all, &traits);
    struct candidate c = {.rule = rule,
                          .secret = str_n(text + before, value.n),
                          .text = all,
                          .offset = before,
                          .key = str_c(key),
                          .traits = &traits};
    judge(&c, &j);
    assert_true(j.reason_count > 0 && j.reason_count <= JUDGE_REASONS_MAX);
    for (size_t i = 0; i < j.reason_count; i++) {
        assert_non_null(j.reasons[i]);
    }
    return j;
}

MAYBE_UNUSED static void check(const struct place *at, const char *key, const char *value,
                               bool report)
{
    struct judgement j = judged(&generic, at, key, str_c(value));
    if (j.report != report) {
        fail_msg("%s: %s = %s: %s", at->path, key, value, j.reasons[0]);
    }
}
