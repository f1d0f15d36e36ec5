/* SPDX-License-Identifier: Apache-2.0 */
/* Histories that git itself has made: what was found, and which commits had it. */
#include "unit/scan/git_fixture.h"

#define START "echo a > a; git add .; c 0 start; out start HEAD; "

static void a_secret_that_head_has_no_more_is_found_with_its_commits(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f,
                 START "echo \"x\ntoken: $S0\" > conf.yml; git add .; c 1 bring; out first HEAD; "
                       "echo b > b; git add .; c 2 other; out last HEAD; "
                       "echo none > conf.yml; git add .; c 3 gone; c 4 after");
    fixture_history(&f, "r");
    const struct place *p = fixture_place(&f, 0, "conf.yml");
    fixture_lived(&f, p, "first", "last");
    assert_int_equal(p->line, 2);
    assert_false(p->history->at_head);
    assert_int_equal(p->history->date_ms, INT64_C(1700000001000));
    assert_true(str_eq(p->history->author, STR("Ada <ada@example.com>")));
    assert_true(str_eq(p->history->ref, STR("refs/heads/main")));
    assert_int_equal(fixture_find(&f, 0)->place_count, 1);
    assert_int_equal(f.report->problem_count, 0);
    fixture_run(&f, "git repack -adfq");
    fixture_history(&f, "r");
    fixture_lived(&f, fixture_place(&f, 0, "conf.yml"), "first", "last");
    fixture_done(&f);
}

static void many_versions_of_a_file_are_one_place(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, START "i=0; while [ $i -lt 260 ]; do i=$((i + 1)); "
                           "{ seq $i; echo \"token: $S0\"; } > log.txt; git add .; c $i v; "
                           "[ $i -gt 1 ] || out first HEAD; done; out last HEAD");
    fixture_history(&f, "r");
    const struct place *p = fixture_place(&f, 0, "log.txt");
    fixture_lived(&f, p, "first", "last");
    assert_true(p->history->at_head);
    assert_int_equal(p->line, 261); /* where it stands now */
    assert_int_equal(fixture_find(&f, 0)->place_count, 1);
    assert_int_equal(fixture_find(&f, 0)->place_more, 0);
    fixture_run(&f,
                "git gc -q --aggressive; test $(git count-objects -v | grep -c 'packs: 1') = 1");
    fixture_history(&f, "r");
    p = fixture_place(&f, 0, "log.txt");
    fixture_lived(&f, p, "first", "last");
    assert_int_equal(p->line, 261);
    fixture_done(&f);
}

static void a_secret_that_came_back_spans_both_times(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f,
                 START "echo \"$S0\" > k; git add .; c 1 one; out first HEAD; git rm -q k; c 2 no; "
                       "echo \"$S0\" > k; git add .; c 3 two; out last HEAD; git rm -q k; c 4 no");
    fixture_history(&f, "r");
    fixture_lived(&f, fixture_place(&f, 0, "k"), "first", "last");
    fixture_done(&f);
}

static void a_renamed_file_has_two_places(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, "mkdir d; echo \"$S0\" > d/old; git add .; c 1 root; out first HEAD; "
                     "git mv d new; c 2 moved; out moved HEAD");
    fixture_history(&f, "r");
    const struct place *old = fixture_place(&f, 0, "d/old"), *new = fixture_place(&f, 0, "new/old");
    fixture_lived(&f, old, "first", "first");
    fixture_lived(&f, new, "moved", "moved");
    assert_false(old->history->at_head);
    assert_true(new->history->at_head);
    fixture_done(&f);
}

static void merges_bring_only_what_no_parent_has(void **state)
{
    struct fixture f;
    (void)state;
    /* The clock of the side runs wrong: by its date the merge is older. */
    fixture_make(&f, START
                 "git checkout -q -b side; echo \"$S0\" > s; git add .; c 100 side; out side HEAD; "
                 "git checkout -q main; echo m > m; git add .; c 2 main; "
                 "git merge -q --no-commit --no-ff side; echo \"$S1\" > evil; git add .; "
                 "c 3 merge; out merge HEAD; git branch -q -D side");
    fixture_history(&f, "r");
    fixture_lived(&f, fixture_place(&f, 0, "s"), "side", "merge");
    fixture_lived(&f, fixture_place(&f, 1, "evil"), "merge", "merge");
    fixture_done(&f);
}

static void an_octopus_is_walked_along_every_arm(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f,
                 START "for i in 0 1 2; do git checkout -q -b b$i start 2>/dev/null || "
                       "git checkout -q -b b$i $(cat ../start); eval echo \\$S$i > f$i; git add .; "
                       "c 1$i arm; out arm$i HEAD; done; git checkout -q main; "
                       "git merge -q b0 b1 b2 2>/dev/null; out merge HEAD; "
                       "git branch -q -D b0 b1 b2; git rm -q f0 f1 f2; c 90 gone");
    fixture_history(&f, "r");
    fixture_lived(&f, fixture_place(&f, 0, "f0"), "arm0", "merge");
    fixture_lived(&f, fixture_place(&f, 1, "f1"), "arm1", "merge");
    fixture_lived(&f, fixture_place(&f, 2, "f2"), "arm2", "merge");
    fixture_done(&f);
}

static void every_ref_is_a_beginning(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, START
                 "git checkout -q --orphan other; echo \"$S0\" > o; git add .; c 1 orphan; "
                 "out o HEAD; git checkout -q main; git rm -qf --cached o 2>/dev/null || true; "
                 "git tag -a -m \"see $S1\" v1; git notes add -m \"note $S2\" HEAD; "
                 "git pack-refs --all; c 2 \"words $S3\"; out words HEAD");
    fixture_history(&f, "r");
    const struct place *p = fixture_place(&f, 0, "o");
    fixture_lived(&f, p, "o", "o");
    assert_true(str_eq(p->history->ref, STR("refs/heads/other")));
    assert_non_null(fixture_find(&f, 1));
    assert_true(str_starts(fixture_find(&f, 1)->places[0].path, STR("tag ")));
    assert_non_null(fixture_find(&f, 2));
    assert_true(str_eq(fixture_find(&f, 2)->places[0].history->ref, STR("refs/notes/commits")));
    str path = arena_printf(&f.a, "commit %.7s message", fixture_text(&f, "words").p);
    p = fixture_place(&f, 3, path.p);
    fixture_lived(&f, p, "words", "words");
    assert_true(p->history->at_head);
    fixture_done(&f);
}

static void stashes_are_read_with_those_below(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f,
                 START "echo \"$S0\" > a; git stash -q; echo \"$S1\" > a; git add a; git stash -q; "
                       "echo \"$S2\" > new; git stash -q -u; test -z \"$(git status -s)\"");
    fixture_history(&f, "r");
    assert_non_null(fixture_find(&f, 0));
    assert_non_null(fixture_find(&f, 1));
    assert_non_null(fixture_find(&f, 2));
    assert_true(str_eq(fixture_place(&f, 0, "a")->history->ref, STR("stash")));
    assert_int_equal(f.report->problem_count, 0);
    fixture_done(&f);
}

static void what_no_ref_reaches_is_read_on_request(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, START
                 "echo \"$S0\" > k; git add .; c 1 oops; out oops HEAD; echo x > k; git add .; "
                 "git commit -q --amend -m fixed; echo \"$S1\" > staged; git add staged; "
                 "git rm -qf staged; rm -rf .git/logs");
    fixture_history(&f, "r");
    assert_null(fixture_find(&f, 0));
    assert_null(fixture_find(&f, 1));
    err e = fixture_scan(&f, "r", (struct scan_options){.history = true, .dangling = true});
    assert_true(err_ok(e));
    const struct place *p = fixture_place(&f, 0, "k");
    fixture_lived(&f, p, "oops", "oops");
    assert_true(str_eq(p->history->ref, STR("dangling")));
    assert_non_null(fixture_find(&f, 1));
    assert_true(str_starts(fixture_find(&f, 1)->places[0].path, STR("blob ")));
    fixture_done(&f);
}

static void reflogs_are_read_on_request(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, START
                 "echo \"$S0\" > k; git add .; c 1 oops; out oops HEAD; git reset -q --hard HEAD~");
    fixture_history(&f, "r");
    assert_null(fixture_find(&f, 0));
    assert_true(
        err_ok(fixture_scan(&f, "r", (struct scan_options){.history = true, .dangling = true})));
    assert_true(str_eq(fixture_place(&f, 0, "k")->history->ref, STR("reflog")));
    fixture_done(&f);
}

static void any_kind_of_repository_is_opened(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, START
                 "mkdir -p sub/deep; echo \"$S0\" > sub/k; git add .; c 1 k; out k HEAD; cd ..; "
                 "git clone -q --bare r bare; git clone -q --shared r shared; "
                 "git clone -q --mirror r mirror; "
                 "git -C r worktree add -q -b wt ../wt; mkdir empty; git init -q new; "
                 "cd r; git checkout -q --detach");
    static const char *const names[] = {"r",      "r/.git", "r/sub/deep", "bare",
                                        "shared", "mirror", "wt"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        fixture_history(&f, names[i]);
        fixture_lived(&f, fixture_place(&f, 0, "sub/k"), "k", "k");
        assert_true(fixture_place(&f, 0, "sub/k")->history->at_head);
        assert_int_equal(f.report->problem_count, 0);
    }
    fixture_history(&f, "new"); /* no commit yet */
    assert_int_equal(findings_count(f.report->scan.findings), 0);
    assert_int_equal(f.report->problem_count, 0);
    assert_int_equal(fixture_scan(&f, "empty", (struct scan_options){.history = true}).code,
                     ERR_INVALID);
    fixture_done(&f);
}

static void a_history_that_is_not_whole_is_said(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, START
                 "echo \"$S0\" > k; git add .; c 1 k; git rm -q k; echo \"$S1\" > l; git add .; "
                 "c 2 l; out l HEAD; git config uploadpack.allowFilter true; cd ..; "
                 "git clone -q --depth 1 \"file://$D/r\" shallow; "
                 "git clone -q --no-checkout --filter=blob:none \"file://$D/r\" partial");
    fixture_history(&f, "shallow");
    assert_null(fixture_find(&f, 0));
    fixture_lived(&f, fixture_place(&f, 1, "l"), "l", "l");
    assert_true(fixture_problem(&f, "shallow"));
    assert_int_equal(f.report->problem_count, 1);
    fixture_forgive();
    fixture_history(&f, "partial");
    fixture_forgive_no_more();
    assert_true(fixture_problem(&f, "partial"));
    assert_int_equal(f.report->problem_count, 1);
    fixture_done(&f);
}

static void sha256_is_refused_in_words(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, "cd ..; git init -q --object-format=sha256 s");
    fixture_forgive();
    err e = fixture_scan(&f, "s", (struct scan_options){.history = true});
    fixture_forgive_no_more();
    assert_int_equal(e.code, ERR_INVALID);
    assert_true(str_find(f.reason, STR("SHA-256"), 0) != SIZE_MAX);
    fixture_done(&f);
}

static void submodules_and_links_are_not_files(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, START "git update-index --add --cacheinfo 160000,$(cat ../start),sub; "
                           "ln -s \"$S0\" link; git add link; c 1 both");
    fixture_history(&f, "r");
    assert_null(fixture_find(&f, 0));
    assert_int_equal(f.report->problem_count, 0);
    fixture_done(&f);
}

static void one_commit_of_many_files_is_read(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f,
                 "{ echo 'commit refs/heads/main'; echo 'committer A <a> 1700000000 +0000'; "
                 "echo 'data 0'; i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); "
                 "printf 'M 100644 inline d%d/f%d\\ndata <<.\\nfile %d\\n.\\n' $((i % 70)) $i $i; "
                 "done; printf 'M 100644 inline z/k\\ndata <<.\\n%s\\n.\\n' \"$S0\"; } | "
                 "git fast-import --quiet");
    fixture_history(&f, "r");
    assert_int_equal(f.report->scan.blobs, 20001);
    assert_non_null(fixture_place(&f, 0, "z/k"));
    fixture_done(&f);
}

static void a_blob_at_many_paths_is_read_once_and_named_at_each(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, "for i in 1 2 3; do mkdir d$i; echo \"$S0\" > d$i/k; done; git add .; c 1 x; "
                     "out x HEAD; git rm -q d2/k; c 2 y; out y HEAD");
    fixture_history(&f, "r");
    assert_int_equal(f.report->scan.blobs, 1);
    fixture_lived(&f, fixture_place(&f, 0, "d1/k"), "x", "y");
    fixture_lived(&f, fixture_place(&f, 0, "d2/k"), "x", "x");
    fixture_lived(&f, fixture_place(&f, 0, "d3/k"), "x", "y");
    fixture_done(&f);
}

static void excluded_paths_are_left_out_and_their_copies_read(void **state)
{
    struct fixture f;
    static const str globs[] = {STR_INIT("vendor/"), STR_INIT("*.lock")};
    (void)state;
    fixture_make(&f, "mkdir vendor src; echo \"$S0\" > vendor/k; cp vendor/k src/k; "
                     "echo \"$S1\" > a.lock; git add .; c 1 x");
    assert_true(err_ok(fixture_scan(
        &f, "r", (struct scan_options){.history = true, .exclude = globs, .exclude_count = 2})));
    assert_null(fixture_place(&f, 0, "vendor/k"));
    assert_non_null(fixture_place(&f, 0, "src/k"));
    assert_null(fixture_find(&f, 1));
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_that_head_has_no_more_is_found_with_its_commits),
        cmocka_unit_test(many_versions_of_a_file_are_one_place),
        cmocka_unit_test(a_secret_that_came_back_spans_both_times),
        cmocka_unit_test(a_renamed_file_has_two_places),
        cmocka_unit_test(merges_bring_only_what_no_parent_has),
        cmocka_unit_test(an_octopus_is_walked_along_every_arm),
        cmocka_unit_test(every_ref_is_a_beginning),
        cmocka_unit_test(stashes_are_read_with_those_below),
        cmocka_unit_test(what_no_ref_reaches_is_read_on_request),
        cmocka_unit_test(reflogs_are_read_on_request),
        cmocka_unit_test(any_kind_of_repository_is_opened),
        cmocka_unit_test(a_history_that_is_not_whole_is_said),
        cmocka_unit_test(sha256_is_refused_in_words),
        cmocka_unit_test(submodules_and_links_are_not_files),
        cmocka_unit_test(one_commit_of_many_files_is_read),
        cmocka_unit_test(a_blob_at_many_paths_is_read_once_and_named_at_each),
        cmocka_unit_test(excluded_paths_are_left_out_and_their_copies_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
