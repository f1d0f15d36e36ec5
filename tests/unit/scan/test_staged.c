/* SPDX-License-Identifier: Apache-2.0 */
/* What a commit would add, by the index that git itself has made. */
#include "unit/scan/git_fixture.h"

static void staged(struct fixture *f)
{
    err e = fixture_scan(f, "r", (struct scan_options){.staged = true});
    if (!err_ok(e)) {
        fail_msg("%s: %.*s", e.what, STR_ARG(f->reason));
    }
}

static void a_secret_is_stopped_before_it_is_committed(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f,
                 "echo a > a; git add .; c 0 start; printf 'x\\nkey: %s\\n' \"$S0\" > conf.yml; "
                 "git add conf.yml; echo \"$S1\" > untracked");
    staged(&f);
    const struct place *p = fixture_place(&f, 0, "conf.yml");
    assert_non_null(p);
    assert_int_equal(p->line, 2);
    assert_int_equal(p->kind, PLACE_GIT);
    assert_null(fixture_find(&f, 1));
    assert_int_equal(f.report->problem_count, 0);
    fixture_done(&f);
}

static void the_index_is_read_and_never_the_file(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, "echo a > a; echo b > b; git add .; c 0 start; echo \"$S0\" > a; git add a; "
                     "echo clean > a; echo \"$S1\" > b");
    staged(&f);
    assert_non_null(fixture_place(&f, 0, "a"));
    assert_null(fixture_find(&f, 1));
    fixture_run(&f, "git checkout -q .; git reset -q --hard; rm -f a b");
    staged(&f);
    assert_int_equal(findings_count(f.report->scan.findings), 0);
    fixture_done(&f);
}

static void what_head_has_already_is_not_new(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, "for i in 1 2 3 4 5 6 7 8 9; do echo \"line $i of the file\"; done > old; "
                     "echo \"$S0\" >> old; cp old moves; echo x >> moves; git add .; c 0 start; "
                     "sed -i 1d old; echo \"$S1\" >> old; git mv moves moved; "
                     "echo \"$S2\" > other; echo \"$S0\" >> other; git add .");
    staged(&f);
    assert_null(fixture_place(&f, 0, "old"));
    assert_null(fixture_place(&f, 0, "moved"));
    assert_non_null(fixture_place(&f, 0, "other")); /* one more copy is new */
    assert_non_null(fixture_place(&f, 1, "old"));
    assert_non_null(fixture_place(&f, 2, "other"));
    fixture_done(&f);
}

static void before_the_first_commit_all_is_new(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, "mkdir -p d/e; echo \"$S0\" > d/e/k; git add .");
    staged(&f);
    assert_non_null(fixture_place(&f, 0, "d/e/k"));
    fixture_run(&f, "git rm -rq --cached .");
    staged(&f);
    assert_int_equal(findings_count(f.report->scan.findings), 0);
    fixture_done(&f);
}

static void what_is_no_file_is_left_alone(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, "echo a > a; git add .; c 0 start; ln -s \"$S0\" link; git add link; "
                     "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub; "
                     "echo \"$S1\" > later; git add -N later; git rm -q --cached a");
    staged(&f);
    assert_int_equal(findings_count(f.report->scan.findings), 0);
    assert_int_equal(f.report->problem_count, 0);
    fixture_done(&f);
}

static void odd_names_and_excluded_ones(void **state)
{
    struct fixture f;
    static const str globs[] = {STR_INIT("vendor/")};
    (void)state;
    fixture_make(
        &f, "mkdir vendor; echo \"$S0\" > \"$(printf 'a\\nb \\377')\"; echo \"$S1\" > vendor/k; "
            "git add .");
    err e = fixture_scan(
        &f, "r", (struct scan_options){.staged = true, .exclude = globs, .exclude_count = 1});
    assert_true(err_ok(e));
    assert_non_null(fixture_place(&f, 0, "a\nb \377"));
    assert_null(fixture_find(&f, 1));
    fixture_done(&f);
}

static void a_conflict_is_read_on_every_side(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, "echo a > a; git add .; c 0 start; git checkout -q -b side; echo \"$S0\" > a; "
                     "git add .; c 1 side; git checkout -q main; echo b > a; git add .; c 2 main; "
                     "git merge -q side >/dev/null 2>&1 || true");
    err e = fixture_scan(&f, "r", (struct scan_options){.staged = true});
    assert_true(err_ok(e));
    fixture_run(&f, "git add a 2>/dev/null"); /* with the conflict's marks */
    staged(&f);
    assert_non_null(fixture_place(&f, 0, "a"));
    fixture_done(&f);
}

static void a_damaged_index_or_object_is_said(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, "echo \"$S0\" > k; echo \"$S1\" > l; git add .; "
                     "o=$(git rev-parse :k | sed 's,^..,&/,'); chmod u+w .git/objects/$o; "
                     "echo rubbish > .git/objects/$o");
    staged(&f);
    assert_non_null(fixture_place(&f, 1, "l"));
    assert_true(fixture_problem(&f, "damaged"));
    fixture_run(&f, "rm -r .git/objects/??");
    staged(&f);
    assert_true(fixture_problem(&f, "missing"));
    fixture_run(&f, "head -c 40 .git/index > x; cp x .git/index");
    err e = fixture_scan(&f, "r", (struct scan_options){.staged = true});
    assert_int_equal(e.code, ERR_INVALID);
    assert_true(str_find(f.reason, STR("index"), 0) != SIZE_MAX);
    fixture_done(&f);
}

static void nothing_of_the_repository_is_executed(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, "echo '* filter=evil diff=evil' > .gitattributes; "
                     "for w in filter.evil.clean filter.evil.smudge filter.evil.process "
                     "diff.evil.textconv diff.evil.command core.fsmonitor core.sshCommand "
                     "core.pager core.editor credential.helper gpg.program; do "
                     "git config $w \"touch $D/ran\"; done; "
                     "for h in post-index-change fsmonitor-watchman post-checkout; do "
                     "printf '#!/bin/sh\\ntouch %s/ran\\n' \"$D\" > .git/hooks/$h; "
                     "chmod +x .git/hooks/$h; done; "
                     "echo \"$S0\" > k; git -c core.fsmonitor= -c filter.evil.clean=cat "
                     "-c filter.evil.process= add .; rm -f \"$D/ran\"");
    staged(&f);
    assert_non_null(fixture_place(&f, 0, "k"));
    fixture_history(&f, "r");
    fixture_run(&f, "test ! -e ../ran");
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_is_stopped_before_it_is_committed),
        cmocka_unit_test(the_index_is_read_and_never_the_file),
        cmocka_unit_test(what_head_has_already_is_not_new),
        cmocka_unit_test(before_the_first_commit_all_is_new),
        cmocka_unit_test(what_is_no_file_is_left_alone),
        cmocka_unit_test(odd_names_and_excluded_ones),
        cmocka_unit_test(a_conflict_is_read_on_every_side),
        cmocka_unit_test(a_damaged_index_or_object_is_said),
        cmocka_unit_test(nothing_of_the_repository_is_executed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
