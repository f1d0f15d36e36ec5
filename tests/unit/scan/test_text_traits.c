/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of texts by their paths and heads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scan/judge.h"

static void paths_say_what_a_text_is(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum text_kind kind;
        bool test, example;
    } rows[] = {
        {"src/app.js", TEXT_CODE, false, false},
        {"src/Main.java", TEXT_CODE, false, false},
        {".env", TEXT_CONFIG, false, false},
        {"deploy/.env.production", TEXT_CONFIG, false, false},
        {".env.example", TEXT_CONFIG, false, true},
        {"config/settings.yml.dist", TEXT_CONFIG, false, true},
        {"config.php.sample", TEXT_CODE, false, true},
        {".env.bak", TEXT_CONFIG, false, false},
        {"package-lock.json", TEXT_LOCK, false, false},
        {"go.sum", TEXT_LOCK, false, false},
        {"Cargo.lock", TEXT_LOCK, false, false},
        {"README.md", TEXT_PROSE, false, false},
        {"README", TEXT_PROSE, false, false},
        {"notes.txt", TEXT_CONFIG, false, false},
        {"README.txt", TEXT_PROSE, false, false},
        {"docs/notes.txt", TEXT_PROSE, false, true},
        {"server.log", TEXT_LOG, false, false},
        {".bash_history", TEXT_LOG, false, false},
        {"dump.sql", TEXT_DATA, false, false},
        {"dist/app.min.js", TEXT_MINIFIED, false, false},
        {".npmrc", TEXT_CONFIG, false, false},
        {".netrc", TEXT_CONFIG, false, false},
        {"Dockerfile", TEXT_CONFIG, false, false},
        {"Dockerfile.prod", TEXT_CONFIG, false, false},
        {"deploy.sh", TEXT_CONFIG, false, false},
        {"no-extension-at-all", TEXT_CONFIG, false, false},
        {"src/libsrc", TEXT_CONFIG, false, false},
        {"tests/app.py", TEXT_CODE, true, false},
        {"src/app_test.go", TEXT_CODE, true, false},
        {"src/AppTest.java", TEXT_CODE, true, false},
        {"spec/models/user_spec.rb", TEXT_CODE, true, false},
        {"src/contest.py", TEXT_CODE, false, false},
        {"src/attestation.py", TEXT_CODE, false, false},
        {"examples/client.py", TEXT_CODE, false, true},
        {"image.tar!layer.tar!etc/app.env", TEXT_CONFIG, false, false},
        {"/tmp/test/run/src/app.py", TEXT_CODE, false, false},
        {"/srv/x/y/test/app.py", TEXT_CODE, true, false},
        {"", TEXT_CONFIG, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text_traits t;
        text_traits_find(str_c(rows[i].path), STR("x\ny\n"), &t);
        if (t.kind != rows[i].kind || t.test != rows[i].test || t.example != rows[i].example) {
            fail_msg("%s: kind %d, test %d, example %d", rows[i].path, t.kind, t.test, t.example);
        }
    }
}

static void heads_say_the_rest(void **state)
{
    (void)state;
    struct text_traits t;
    text_traits_find(STR("bin/run"), STR("#!/usr/bin/env python3\nx = 1\n"), &t);
    assert_int_equal(t.kind, TEXT_CODE);
    text_traits_find(STR("bin/run"), STR("#!/bin/sh\nX=1\n"), &t);
    assert_int_equal(t.kind, TEXT_CONFIG);
    assert_true(str_eq(t.name, STR("run")));
    char *line = malloc(8192);
    memset(line, 'x', 8192);
    text_traits_find(STR("app.js"), str_n(line, 8192), &t);
    assert_int_equal(t.kind, TEXT_MINIFIED);
    free(line);
}

static void a_long_path_is_bounded(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    char *path = malloc(MANY);
    memset(path, '/', MANY);
    memcpy(path + MANY - 5, "/a.js", 5);
    struct text_traits t;
    text_traits_find(str_n(path, MANY), STR_EMPTY, &t);
    assert_int_equal(t.kind, TEXT_CODE);
    assert_true(str_eq(t.name, STR("a.js")));
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_say_what_a_text_is),
        cmocka_unit_test(heads_say_the_rest),
        cmocka_unit_test(a_long_path_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
