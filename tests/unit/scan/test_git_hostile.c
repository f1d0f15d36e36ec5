/* SPDX-License-Identifier: Apache-2.0 */
/* Repositories that mean harm, or have come to some: bounded time, said, and the rest is read. */
#include "unit/scan/git_fixture.h"

#include "base/clock.h"

enum { LONG_MS = 60000 }; /* generous: the sanitizers are slow, and so are shared machines */

static void what_is_damaged_is_said_and_the_rest_read(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f,
                 "for i in 1 2 3 4 5 6 7 8; do seq $i 3000 | md5sum > n$i; "
                 "seq $((i * 7)) 900 | sort -R --random-source=n$i > f$i; done; echo \"$S0\" > k; "
                 "git add .; c 0 all; git repack -adfq; p=$(ls .git/objects/pack/*.pack); "
                 "chmod u+w $p; o=$(git rev-parse HEAD:f5); "
                 "at=$(git verify-pack -v $p | grep ^$o | awk '{print $5}'); "
                 "printf 'rubbish' | dd of=$p bs=1 seek=$((at + 40)) conv=notrunc 2>/dev/null");
    fixture_history(&f, "r");
    assert_non_null(fixture_place(&f, 0, "k"));
    assert_true(fixture_problem(&f, "damaged"));
    fixture_run(&f,
                "echo no > $(ls .git/objects/pack/*.idx | sed s/idx/pack/) 2>/dev/null || true; "
                "p=$(ls .git/objects/pack/*.idx); chmod u+w $p; echo rubbish > $p");
    fixture_history(&f, "r");
    assert_true(f.report->problem_count > 0);
    fixture_done(&f);
}

static void missing_objects_are_said(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(
        &f, "mkdir d; echo 1 > d/a; echo 2 > b; git add .; c 0 one; echo \"$S0\" > k; git add .; "
            "c 1 two; for o in HEAD~:b HEAD:d; do "
            "rm -f .git/objects/$(git rev-parse $o | sed 's,^..,&/,'); done");
    fixture_history(&f, "r");
    assert_non_null(fixture_place(&f, 0, "k"));
    assert_true(fixture_problem(&f, "missing"));
    assert_int_equal(f.report->problem_count, 2);
    fixture_run(&f, "rm -f .git/objects/$(git rev-parse HEAD~ | sed 's,^..,&/,')");
    fixture_history(&f, "r");
    assert_non_null(fixture_place(&f, 0, "k"));
    assert_int_equal(f.report->problem_count, 3);
    fixture_done(&f);
}

static void broken_references_are_said(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(
        &f,
        "echo a > a; git add .; c 0 one; git checkout -q -b side; echo \"$S0\" > k; git add .; "
        "c 1 two; git checkout -q main; echo rubbish > .git/refs/heads/bad; "
        "echo 'ref: refs/heads/y' > .git/refs/heads/x; "
        "echo 'ref: refs/heads/x' > .git/refs/heads/y; "
        "echo 1111111111111111111111111111111111111111 > .git/refs/heads/gone; "
        "mkdir -p .git/refs/remotes/o; echo 'ref: refs/remotes/o/no' > .git/refs/remotes/o/HEAD");
    fixture_history(&f, "r");
    assert_non_null(fixture_place(&f, 0, "k"));
    assert_true(fixture_problem(&f, "reference"));
    assert_true(fixture_problem(&f, "missing"));
    fixture_run(&f, "echo 'rubbish rubbish' > .git/packed-refs");
    fixture_history(&f, "r");
    assert_non_null(fixture_find(&f, 0));
    assert_true(fixture_problem(&f, "references are damaged"));
    fixture_run(&f, "rm .git/packed-refs; echo 'ref: refs/heads/x' > .git/HEAD");
    err e = fixture_scan(&f, "r", (struct scan_options){.history = true});
    assert_true(e.code == ERR_OK || e.code == ERR_INVALID);
    fixture_done(&f);
}

/* Ten folders of ten folders of … of one file: 10^12 paths. */
static void a_bomb_of_folders_ends(void **state)
{
    struct fixture f;
    (void)state;
    int64_t from_ms = clock_mono_ms();
    fixture_make(
        &f, "o=$(echo \"$S0\" | git hash-object -w --stdin); kind=blob; mode=100644; i=0; "
            "while [ $i -lt 12 ]; do i=$((i + 1)); "
            "o=$(for n in 0 1 2 3 4 5 6 7 8 9; do printf '%s %s %s\\tf%s\\n' $mode $kind $o $n; "
            "done | git mktree); mode=040000; kind=tree; done; "
            "git update-ref refs/heads/main $(git commit-tree -m bomb $o)");
    fixture_history(&f, "r");
    assert_non_null(fixture_find(&f, 0));
    assert_true(fixture_problem(&f, "too many paths"));
    assert_true(clock_mono_ms() - from_ms < LONG_MS);
    fixture_done(&f);
}

static void folders_in_folders_end(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(
        &f, "o=$(echo \"$S0\" | git hash-object -w --stdin); kind=blob; mode=100644; i=0; "
            "while [ $i -lt 300 ]; do i=$((i + 1)); "
            "o=$(printf '%s %s %s\\td\\n' $mode $kind $o | git mktree); mode=040000; kind=tree; "
            "[ $i != 100 ] || git update-ref refs/heads/a $(git commit-tree -m a $o); done; "
            "git update-ref refs/heads/main $(git commit-tree -m deep $o)");
    fixture_history(&f, "r");
    assert_non_null(fixture_find(&f, 0));
    assert_true(fixture_problem(&f, "too many paths"));
    fixture_done(&f);
}

static void a_commit_of_100000_parents_and_absurd_dates(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(
        &f,
        "t=$(printf '100644 blob %s\\tk\\n' $(echo \"$S0\" | git hash-object -w --stdin) | git mktree); "
        "a=$(git commit-tree -m a $t); "
        "{ echo tree $t; yes parent $a | head -n 100000; "
        "echo 'author X <x@example.com> 99999999999999999999999 +9999'; "
        "echo 'committer X <x@example.com> -99999999999 -0000'; echo; echo many; } > ../c; "
        "b=$(git hash-object -t commit --literally -w ../c); "
        "{ echo tree $t; echo parent $b; echo 'author'; echo 'committer 1'; echo; "
        "echo \"$S1\"; } > ../c; c=$(git hash-object -t commit --literally -w ../c); "
        "{ echo tree $t; echo parent 12; echo; } > ../c; "
        "d=$(git hash-object -t commit --literally -w ../c); "
        "{ echo rubbish; } > ../c; e=$(git hash-object -t commit --literally -w ../c); "
        "for n in a b c d e; do eval echo \\$$n > .git/refs/heads/$n; done");
    int64_t from_ms = clock_mono_ms();
    fixture_history(&f, "r");
    assert_non_null(fixture_place(&f, 0, "k"));
    assert_non_null(fixture_find(&f, 1));
    assert_true(fixture_problem(&f, "damaged"));
    assert_true(clock_mono_ms() - from_ms < LONG_MS);
    fixture_done(&f);
}

static void objects_of_the_wrong_kind_and_odd_names(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(
        &f,
        "b=$(echo \"$S0\" | git hash-object -w --stdin); "
        "t=$(printf '100644 blob %s\\t\"a\\\\nb\\\\377/\"\\n' $b | git mktree --missing 2>/dev/null "
        "|| printf '100644 blob %s\\todd\\n' $b | git mktree); "
        "h() { printf \"$(echo $1 | sed 's/../\\\\x&/g')\"; }; "
        "oct() { echo $1 | sed 's/../& /g' | tr ' ' '\\n' | while read x; do "
        "[ -z \"$x\" ] || printf \"\\\\$(printf %03o 0x$x)\"; done; }; "
        "{ printf '40000 blob\\0'; oct $b; printf '100644 tree\\0'; oct $t; "
        "printf '100644 ..\\0'; oct $b; printf '100644 a\\nb\\0'; oct $b; "
        "printf '7777777777777 x\\0'; oct $b; } > ../t; "
        "o=$(git hash-object -t tree --literally -w ../t); "
        "{ echo tree $o; echo; echo x; } > ../c; "
        "git hash-object -t commit --literally -w ../c > .git/refs/heads/main; "
        "{ echo tree $b; echo; echo x; } > ../c; "
        "git hash-object -t commit --literally -w ../c > .git/refs/heads/second; "
        "echo $b > .git/refs/tags/blob; echo $t > .git/refs/tags/tree");
    fixture_history(&f, "r");
    assert_non_null(fixture_find(&f, 0));
    assert_non_null(fixture_place(&f, 0, "a\nb"));
    assert_true(fixture_problem(&f, "no tree"));
    fixture_done(&f);
}

static void large_blobs_are_read_in_pieces(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(&f, "{ yes 0123456789abcdef | head -c 40000000; echo; echo \"$S0\"; } > loose; "
                     "{ yes 0123456789abcdef | head -c 41000000; echo; echo \"$S1\"; } > packed; "
                     "git add packed; c 0 one; git -c pack.window=0 repack -adq; "
                     "git -c core.compression=1 add .; c 1 two; out two HEAD");
    fixture_history(&f, "r");
    const struct place *p = fixture_place(&f, 1, "packed");
    assert_non_null(p);
    assert_true(p->history->at_head);
    assert_non_null(fixture_place(&f, 0, "loose"));
    assert_int_equal(f.report->problem_count, 0);
    fixture_done(&f);
}

static void a_hostile_configuration_stops_nothing_it_should_not(void **state)
{
    struct fixture f;
    (void)state;
    fixture_make(
        &f,
        "echo \"$S0\" > k; git add .; c 0 one; printf '[include]\n path = /dev/zero\n[core]\n worktree = /nonexistent\n bigFileThreshold = -1\n' >> .git/config; "
        "echo /dev/zero > .git/objects/info/alternates; "
        "echo ../objects >> .git/objects/info/alternates");
    fixture_history(&f, "r");
    assert_non_null(fixture_place(&f, 0, "k"));
    fixture_run(&f, "echo '[rubbish' > .git/config");
    err e = fixture_scan(&f, "r", (struct scan_options){.history = true});
    assert_true(e.code == ERR_OK || e.code == ERR_INVALID);
    fixture_done(&f);
}

/* A FIFO wherever libgit2 expects a file, and where the configuration says that one is: it ends,
 * and what the tree holds is found. */
static void no_fifo_makes_it_wait(void **state)
{
    static const char *const scripts[] = {
        "put config",
        "put HEAD",
        "put packed-refs",
        "put refs/heads/main",
        "put refs/stash",
        "put objects/info/alternates",
        "put shallow",
        "put index",
        "put commondir",
        "put gitdir",
        "put info/exclude",
        "put info/attributes",
        "put objects/info/commit-graph",
        "put objects/$(git rev-parse HEAD | sed 's|^..|&/|')",
        "put .gitignore; mv .git/.gitignore .",
        "put .gitattributes; mv .git/.gitattributes .",
        "put include; printf '[include]\n path = include\n' >> .git/config",
        "put ../excludes; printf \"[core]\n excludesFile = $PWD/excludes\n\" >> .git/config",
    };
    const struct scan_options all[] = {
        {.history = true, .jobs = 2},
        {.staged = true},
        {.gitignore = true, .jobs = 2},
        {.history = true, .gitignore = true, .jobs = 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        struct fixture f;
        fixture_make(&f, "echo \"$S0\" > k; git add .; c 0 one; echo \"$S1\" > s");
        str script = arena_printf(&f.a, "put() { rm -f .git/$1; mkfifo .git/$1; }; %s", scripts[i]);
        fixture_run(&f, script.p);
        for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
            (void)alarm(60); /* its death is the test's failure */
            fixture_forgive();
            err e = fixture_scan_tree(&f, "r", all[k]);
            fixture_forgive_no_more();
            (void)alarm(0);
            assert_true(e.code == ERR_OK || e.code == ERR_INVALID);
            if (err_ok(e) && all[k].gitignore) {
                assert_non_null(fixture_find(&f, 1));
            }
        }
        fixture_done(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_damaged_is_said_and_the_rest_read),
        cmocka_unit_test(missing_objects_are_said),
        cmocka_unit_test(broken_references_are_said),
        cmocka_unit_test(a_bomb_of_folders_ends),
        cmocka_unit_test(folders_in_folders_end),
        cmocka_unit_test(a_commit_of_100000_parents_and_absurd_dates),
        cmocka_unit_test(objects_of_the_wrong_kind_and_odd_names),
        cmocka_unit_test(large_blobs_are_read_in_pieces),
        cmocka_unit_test(a_hostile_configuration_stops_nothing_it_should_not),
        cmocka_unit_test(no_fifo_makes_it_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
