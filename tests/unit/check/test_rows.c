/* SPDX-License-Identifier: Apache-2.0 */
/* Every check against its fixtures: one line of output each, named after the file. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "check/check.h"
#include "fixture.h"

enum { FIXTURES_MAX = 2000 };

static const char *folder;
static char names[FIXTURES_MAX][128];
static struct CMUnitTest tests[FIXTURES_MAX + 8];

static bool verdict_has(const struct verdict *v, str text)
{
    const str parts[] = {v->fix_text,  v->fix_record,     v->fix_nginx,
                         v->fix_caddy, v->fix_cloudflare, v->fix_other};
    for (size_t i = 0; i < v->count; i++) {
        if (str_find(v->evidence[i].text, text, 0) != SIZE_MAX ||
            str_find(v->evidence[i].subject, text, 0) != SIZE_MAX) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (str_find(parts[i], text, 0) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

static void print_verdict(const struct verdict *v)
{
    for (size_t i = 0; i < v->count; i++) {
        fprintf(stderr, "  %s %.*s: %.*s\n", check_state_name(v->evidence[i].state),
                STR_ARG(v->evidence[i].subject), STR_ARG(v->evidence[i].text));
    }
    fprintf(stderr, "  fix: %.*s\n  record: %.*s\n", STR_ARG(v->fix_text), STR_ARG(v->fix_record));
}

static void check_texts(const struct verdict *v, const json_t *list, bool wanted, const char *name)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        str text = str_c(json_string_value(json_array_get(list, i)));
        if (verdict_has(v, text) != wanted) {
            print_verdict(v);
            fixture_fail("%s: %.*s %s", name, STR_ARG(text), wanted ? "is not said" : "is said");
        }
    }
}

/* The file <id>.<pass|fail>[-n].yaml: its check has the state that it says. */
static void fixture_has_its_state(void **state)
{
    const char *name = *state;
    size_t end = strlen(name) - strlen(".yaml");
    while (end > 0 && name[--end] != '.') {
    }
    const struct check *check = check_find(str_n(name, end));
    struct fixture x;
    struct verdict v;
    if (!check) {
        fixture_fail("%s: there is no such check", name);
    }
    fixture_open(&x, folder, name);
    verdict_init(&v, &x.a);
    check->run(x.facts, &v);
    if (strcmp(check_state_name(v.state), x.expect) != 0) {
        print_verdict(&v);
        fixture_fail("%s: is %s", name, check_state_name(v.state));
    }
    assert_true(v.count > 0); /* nothing without evidence, not even a skip */
    assert_false(v.out_of_memory);
    if (v.state == CHECK_FAIL || v.state == CHECK_WARN) {
        assert_true(v.fix_text.n > 0);
    }
    check_texts(&v, x.contains, true, name);
    check_texts(&v, x.lacks, false, name);
    fixture_done(&x);
}

/* The perfect site: nothing red, nothing yellow. */
static void clean_site_has_no_fail_and_no_warn(void **state)
{
    (void)state;
    struct fixture x;
    fixture_open(&x, folder, "clean.yaml");
    for (size_t t = 0; t < check_table_count; t++) {
        for (const struct check *check = check_tables[t]; check->id; check++) {
            struct verdict v;
            verdict_init(&v, &x.a);
            check->run(x.facts, &v);
            if (v.state == CHECK_FAIL || v.state == CHECK_WARN) {
                print_verdict(&v);
                fixture_fail("%s is %s on the clean site", check->id, check_state_name(v.state));
            }
            assert_true(v.count > 0);
        }
    }
    fixture_done(&x);
}

/* No evidence, no green, and no red either: one check says that the domain cannot be looked up. */
static void nothing_is_said_of_a_site_that_nobody_answers_for(void **state)
{
    static const char *const files[] = {"silence-timeout.yaml", "silence-servfail.yaml"};
    size_t wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct fixture x;
        fixture_open(&x, folder, files[i]);
        for (size_t t = 0; t < check_table_count; t++) {
            for (const struct check *check = check_tables[t]; check->id; check++) {
                struct verdict v;
                verdict_init(&v, &x.a);
                check->run(x.facts, &v);
                /* Addresses of servers are known from somewhere else than their answers. */
                bool knows = strcmp(check->id, "dns.ns.same-network") == 0;
                if (v.state != CHECK_SKIP && v.state != CHECK_ERROR && !knows) {
                    fprintf(stderr, "%s: %s is %s\n", files[i], check->id,
                            check_state_name(v.state));
                    print_verdict(&v);
                    wrong++;
                }
            }
        }
        fixture_done(&x);
    }
    assert_int_equal(wrong, 0);
}

static enum check_state state_in(const struct report *r, const char *id)
{
    for (size_t i = 0; i < r->count; i++) {
        if (strcmp(r->results[i].check->id, id) == 0) {
            return r->results[i].verdict.state;
        }
    }
    fixture_fail("%s is not in the report", id);
}

/* A key on the disk is one whatever the domain does; what the site serves cannot be known. */
static void files_are_judged_without_a_domain(void **state)
{
    struct fixture x;
    struct report *r;
    (void)state;
    fixture_open(&x, folder, "secrets-without-domain.yaml");
    assert_true(err_ok(check_judge(x.facts, STR("L1,L5,L14,B4"), &r)));
    assert_int_equal(state_in(r, "dns.resolve.apex"), CHECK_FAIL);
    assert_int_equal(state_in(r, "secrets.tree"), CHECK_FAIL);
    assert_int_equal(state_in(r, "secrets.served"), CHECK_SKIP);
    assert_int_equal(state_in(r, "page.env"), CHECK_SKIP);
    report_free(r);
    fixture_done(&x);
}

/* Each row says everything that the report prints. */
static void every_check_is_described(void **state)
{
    (void)state;
    for (size_t t = 0; t < check_table_count; t++) {
        for (const struct check *check = check_tables[t]; check->id; check++) {
            assert_non_null(check->title);
            assert_non_null(check->why);
            assert_non_null(check->refs);
            assert_non_null(check->run);
            assert_non_null(check_row_title(check->row));
            assert_true(check->needs != 0);
            assert_true(strlen(check->title) < 80 && strlen(check->why) < 240);
            assert_ptr_equal(check_find(str_c(check->id)), check);
        }
    }
}

static int by_name(const void *a, const void *b) { return strcmp(a, b); }

static size_t list_fixtures(void)
{
    size_t count = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        if ((strstr(entry->d_name, ".pass") || strstr(entry->d_name, ".fail")) &&
            count < FIXTURES_MAX) {
            snprintf(names[count++], sizeof names[0], "%.120s", entry->d_name);
        }
    }
    if (dir) {
        closedir(dir);
    }
    qsort(names, count, sizeof names[0], by_name);
    return count;
}

int main(void)
{
    folder = getenv("CHECK_FIXTURES") ? getenv("CHECK_FIXTURES") : TEST_FIXTURES;
    size_t count = list_fixtures();
    for (size_t i = 0; i < count; i++) {
        tests[i] = (struct CMUnitTest){names[i], fixture_has_its_state, NULL, NULL, names[i]};
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(clean_site_has_no_fail_and_no_warn);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(every_check_is_described);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(files_are_judged_without_a_domain);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(nothing_is_said_of_a_site_that_nobody_answers_for);
    return _cmocka_run_group_tests("check_rows", tests, count, NULL, NULL);
}
