/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/scan/trial.h"

#include <git2.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "base/buf.h"

static void links_lead_nowhere(void **state)
{
    (void)state;
    make_folder("a");
    write_file("a/app.env", line_of(1));
    assert_int_equal(symlink("..", path_of("a/up")), 0);
    assert_int_equal(symlink(".", path_of("a/self")), 0);
    assert_int_equal(symlink("app.env", path_of("a/again.env")), 0);
    assert_int_equal(symlink("/nowhere", path_of("a/broken")), 0);
    scan_tree();
    assert_non_null(found(1));
    assert_int_equal(found(1)->place_count, 1);
    assert_int_equal(trial.files, 1);
    assert_int_equal(told.problem_count, 0);
}

static void the_root_itself_may_be_a_link(void **state)
{
    const char *link = path_of("link");
    (void)state;
    make_folder("a");
    write_file("a/app.env", line_of(1));
    assert_int_equal(symlink("a", link), 0);
    assert_true(err_ok(source_tree(&trial, str_c(link))));
    settle();
    assert_true(found_at(1, "/link/app.env"));
}

static void paths_are_shown_as_they_were_given(void **state)
{
    static const struct {
        const char *given, *shown;
    } known[] = {{".", "a/app.env"},           {"./", "a/app.env"},         {"a", "a/app.env"},
                 {"./a/", "a/app.env"},        {"a/app.env", "a/app.env"},  {"", "a/app.env"},
                 {"./a/app.env", "a/app.env"}, {"../w/a", "../w/a/app.env"}};
    (void)state;
    make_folder("w");
    make_folder("w/a");
    write_file("w/a/app.env", line_of(1));
    assert_int_equal(chdir(path_of("w")), 0);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        trial_begin();
        assert_true(err_ok(source_tree(&trial, str_c(known[i].given))));
        settle();
        assert_non_null(found(1));
        assert_true(str_eq(found(1)->places[0].path, str_c(known[i].shown)));
    }
    trial_begin();
    assert_int_equal(source_tree(&trial, STR("not-there")).code, ERR_INVALID);
    assert_int_equal(chdir("/"), 0);
}

static void pipes_and_devices_are_left_alone(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(path_of("pipe"), 0644), 0);
    if (geteuid() == 0) {
        assert_int_equal(mknod(path_of("zero"), S_IFCHR | 0644, makedev(1, 5)), 0);
    }
    write_file("app.env", line_of(1));
    scan_tree();
    assert_non_null(found(1));
    assert_int_equal(trial.files, 1);
    trial_begin();
    assert_true(err_ok(source_tree(&trial, str_c(path_of("pipe")))));
    settle();
    assert_non_null(problem("neither a file nor a folder"));
}

static void a_file_with_two_names_is_read_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 600; i++) {
        const char *name = arena_printf(&memory, "%u.env", i).p;
        write_file(name, line_of(i));
        assert_int_equal(link(path_of(name), path_of(arena_printf(&memory, "%u.again", i).p)), 0);
    }
    scan_tree();
    assert_int_equal(trial.files, 600);
    assert_non_null(found(0));
    assert_non_null(found(599));
}

static void strange_names_are_read_and_masked(void **state)
{
    (void)state;
    make_folder("new\nline");
    write_file("new\nline/\x1b]0;x\x07.env", line_of(1));
    write_file("bad\xff.env", line_of(2));
    write_file(" .env", line_of(3));
    write_file("-rf", line_of(4));
    scan_tree();
    assert_true(found_at(1, "/new\\nline/\\x1b]0;x\\x07.env"));
    assert_true(found_at(2, "/bad\\xff.env"));
    assert_true(found_at(3, "/ .env"));
    assert_true(found_at(4, "/-rf"));
}

static void of_git_only_texts_are_read(void **state)
{
    static const char *const folders[] = {
        ".git",         ".git/objects",   ".git/objects/ab",        ".git/hooks", ".git/logs",
        ".git/modules", ".git/modules/x", ".git/modules/x/objects", "objects"};
    static const char *const read[] = {
        ".git/config",           ".git/hooks/pre-push", ".git/logs/HEAD", ".git/FETCH_HEAD",
        ".git/modules/x/config", "objects/a.env",       "index"};
    static const char *const unread[] = {".git/objects/ab/cdef", ".git/index",
                                         ".git/modules/x/objects/a"};
    (void)state;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        make_folder(folders[i]);
    }
    for (unsigned i = 0; i < 7; i++) {
        write_file(read[i], line_of(i));
    }
    for (unsigned i = 0; i < 3; i++) {
        write_file(unread[i], line_of(100 + i));
    }
    scan_tree();
    for (unsigned i = 0; i < 7; i++) {
        assert_true(found_at(i, read[i]));
    }
    for (unsigned i = 0; i < 3; i++) {
        assert_null(found(100 + i));
    }
}

static void what_git_ignores_is_left_out_when_asked(void **state)
{
    git_repository *repository = NULL;
    git_index *index = NULL;
    (void)state;
    assert_true(git_libgit2_init() > 0);
    assert_int_equal(git_repository_init(&repository, folder, 0), 0);
    make_folder("dist");
    make_folder("src");
    write_file(".gitignore", STR("*.env\ndist/\n"));
    write_file("src/.gitignore", STR("local.*\n"));
    write_file("src/local.ini", line_of(1));
    write_file("src/app.ini", line_of(2));
    write_file("dist/app.js", line_of(3));
    write_file("a.env", line_of(4));
    write_file("forced.env", line_of(5));
    assert_int_equal(git_repository_index(&index, repository), 0);
    assert_int_equal(git_index_add_bypath(index, "forced.env"), 0);
    assert_int_equal(git_index_write(index), 0);
    git_index_free(index);
    git_repository_free(repository);
    scan_tree();
    for (unsigned i = 1; i <= 5; i++) {
        assert_non_null(found(i));
    }
    options.gitignore = true;
    trial_begin();
    scan_tree();
    assert_null(found(1));
    assert_null(found(3));
    assert_null(found(4));
    assert_non_null(found(2));
    assert_non_null(found(5)); /* git has it */
    trial_begin();
    assert_true(err_ok(source_tree(&trial, str_c(path_of("src")))));
    settle();
    assert_null(found(1));
    assert_non_null(found(2));
    (void)git_libgit2_shutdown();
}

/* Each path would be asked for in vain. */
static void a_pipe_named_gitignore_is_given_up(void **state)
{
    git_repository *repository = NULL;
    (void)state;
    assert_true(git_libgit2_init() > 0);
    assert_int_equal(git_repository_init(&repository, folder, 0), 0);
    git_repository_free(repository);
    assert_int_equal(mkfifo(path_of(".gitignore"), 0600), 0);
    for (unsigned i = 0; i < 300; i++) {
        write_file(arena_printf(&memory, "f%u", i).p, STR("nothing here\n"));
    }
    write_file("a.env", line_of(1));
    options.gitignore = true;
    options.jobs = 1;
    trial_begin();
    scan_tree();
    assert_non_null(found(1));
    assert_non_null(problem("all is read"));
    (void)git_libgit2_shutdown();
}

static void what_is_excluded_is_not_read(void **state)
{
    static const str exclude[] = {STR_INIT("node_modules/"), STR_INIT("*.min.js")};
    (void)state;
    options.exclude = exclude;
    options.exclude_count = 2;
    make_folder("node_modules");
    make_folder("node_modules/x");
    write_file("node_modules/x/a.js", line_of(1));
    write_file("a.min.js", line_of(2));
    write_file("a.js", line_of(3));
    scan_tree();
    assert_null(found(1));
    assert_null(found(2));
    assert_non_null(found(3));
}

/* 300 folders deep: what is within the limit is read, the rest is told. */
static void very_deep_folders_are_told(void **state)
{
    int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        assert_int_equal(mkdirat(at, "d", 0755), 0);
        int below = openat(at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        close(at);
        at = below;
        if (i == 250 || i == 290) {
            int fd = openat(at, "app.env", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
            str line = line_of(i);
            assert_int_equal(write(fd, line.p, line.n), (ssize_t)line.n);
            close(fd);
        }
    }
    close(at);
    scan_tree();
    assert_non_null(found(250));
    assert_null(found(290));
    assert_non_null(problem("too deep"));
    assert_true(problem("too deep")->limit);
}

/* A chain of folders where few files may be open: those in the middle do not stay open. */
static void folders_are_read_where_few_files_may_be_open(void **state)
{
    (void)state;
    str path = STR("");
    for (unsigned i = 0; i < 60; i++) {
        path = arena_printf(&memory, "%sd/", path.p);
        make_folder(path.p);
        write_file(arena_printf(&memory, "%sa.env", path.p).p, line_of(i));
        make_folder(arena_printf(&memory, "%sbeside", path.p).p);
        write_file(arena_printf(&memory, "%sbeside/a.env", path.p).p, line_of(100 + i));
    }
    struct rlimit before, few = {24, 24};
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    scan_tree();
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(told.problem_count, 0);
    for (unsigned i = 0; i < 60; i++) {
        assert_non_null(found(i));
        assert_non_null(found(100 + i));
    }
}

/* More subfolders and files than are taken at once. */
static void wide_folders_are_read_whole(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1500; i++) {
        make_folder(arena_printf(&memory, "d%u", i).p);
        if (i % 100 == 0) {
            write_file(arena_printf(&memory, "d%u/a.env", i).p, line_of(i));
        }
        write_file(arena_printf(&memory, "f%u", i).p, STR("nothing here\n"));
    }
    scan_tree();
    assert_int_equal(trial.files, 1515);
    for (unsigned i = 0; i < 1500; i += 100) {
        assert_non_null(found(i));
    }
}

/* As somebody who may not: root may read everything. */
static void what_may_not_be_read_is_told(void **state)
{
    (void)state;
    make_folder("closed");
    write_file("closed/a.env", line_of(1));
    write_file("closed.env", line_of(2));
    write_file("open.env", line_of(3));
    assert_int_equal(chmod(path_of("closed"), 0), 0);
    assert_int_equal(chmod(path_of("closed.env"), 0), 0);
    assert_int_equal(chmod(folder, 0755), 0);
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) {
            _exit(1);
        }
        scan_tree();
        bool ok = found(3) && !found(1) && !found(2) && told.problem_count == 2 &&
                  problem("permission denied");
        _exit(ok ? 0 : 2);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(chmod(path_of("closed"), 0755), 0);
    assert_int_equal(status, 0);
}

/* Files and folders come and go while the tree is read: nothing but an end, and what stays is
 * found. */
static void a_tree_that_changes_is_read(void **state)
{
    (void)state;
    write_file("stays.env", line_of(1));
    pid_t child = fork();
    if (child == 0) {
        for (unsigned i = 0;; i++) {
            const char *name = path_of("comes"), *below = path_of("comes/a");
            (void)mkdir(name, 0755);
            int fd = open(below, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
            if (fd >= 0) {
                (void)!write(fd, name, 10);
                close(fd);
            }
            (void)unlink(below);
            (void)rmdir(name);
            (void)symlink("/etc", name);
            (void)unlink(name);
            arena_reset(&memory);
        }
    }
    for (unsigned i = 0; i < 200; i++) {
        trial_begin();
        scan_tree();
        assert_non_null(found(1));
        assert_int_equal(told.problem_count, 0);
    }
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void add_text(struct buf *b, const char *c, size_t n)
{
    buf_addf(b, "%zu:", n);
    buf_add(b, str_n(c, n));
}

/* Everything that was found, in order. */
static str summary(void)
{
    struct buf b;
    buf_init(&b, 16 << 20);
    for (size_t i = 0; i < findings_count(trial.findings); i++) {
        const struct finding *f = findings_at(trial.findings, i);
        str secret = secret_view(&f->secret);
        add_text(&b, secret.p, secret.n);
        for (size_t k = 0; k < f->place_count; k++) {
            add_text(&b, f->places[k].path.p, f->places[k].path.n);
            buf_addf(&b, "%u %u %d\n", f->places[k].line, f->places[k].column,
                     (int)f->places[k].kind);
        }
    }
    for (size_t i = 0; i < told.problem_count; i++) {
        add_text(&b, told.problem_list[i].path.p, told.problem_list[i].path.n);
        buf_add_c(&b, told.problem_list[i].what);
    }
    str copy = arena_str(&memory, buf_str(&b));
    buf_done(&b);
    return copy;
}

static void findings_do_not_depend_on_the_number_of_threads(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 40; i++) {
        make_folder(arena_printf(&memory, "m%u", i).p);
        for (unsigned k = 0; k < 30; k++) {
            str text = arena_printf(&memory, "# %u\n\n%s%s", k, line_of(i * 7 + k % 5).p,
                                    k % 3 ? "" : line_of(k).p);
            write_file(arena_printf(&memory, "m%u/%u.env", i, k).p, text);
        }
    }
    options.jobs = 1;
    trial_begin();
    scan_tree();
    str one = summary();
    assert_true(findings_count(trial.findings) > 100);
    static const unsigned jobs[] = {2, 3, 7, 16, 64};
    for (size_t i = 0; i < 5; i++) {
        options.jobs = jobs[i];
        trial_begin();
        scan_tree();
        assert_true(str_eq(one, summary()));
    }
}

int main(void)
{
#define TRIAL(test) cmocka_unit_test_setup_teardown(test, trial_set_up, trial_tear_down)
    const struct CMUnitTest tests[] = {
        TRIAL(links_lead_nowhere),
        TRIAL(the_root_itself_may_be_a_link),
        TRIAL(paths_are_shown_as_they_were_given),
        TRIAL(pipes_and_devices_are_left_alone),
        TRIAL(a_file_with_two_names_is_read_once),
        TRIAL(strange_names_are_read_and_masked),
        TRIAL(of_git_only_texts_are_read),
        TRIAL(what_git_ignores_is_left_out_when_asked),
        TRIAL(a_pipe_named_gitignore_is_given_up),
        TRIAL(what_is_excluded_is_not_read),
        TRIAL(very_deep_folders_are_told),
        TRIAL(folders_are_read_where_few_files_may_be_open),
        TRIAL(wide_folders_are_read_whole),
        TRIAL(what_may_not_be_read_is_told),
        TRIAL(a_tree_that_changes_is_read),
        TRIAL(findings_do_not_depend_on_the_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
