/* SPDX-License-Identifier: Apache-2.0 */
/* Each test closes a process of its own. */
#include "unit/scan/trial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <git2.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/landlock.h"
#include "scan/confine.h"

static bool has_landlock(void)
{
    int rules = landlock_new(false);
    if (rules >= 0) {
        close(rules);
    }
    return rules >= 0;
}

/* Without Landlock the tests look at nothing but that the scan works. */
static bool refused(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0644);
    if (fd >= 0) {
        close(fd);
    }
    return fd < 0 && errno == EACCES;
}

static void in_a_child(bool (*fn)(void))
{
    pid_t child = fork();
    if (child == 0) {
        _exit(fn() ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static str root;

static void set_paths(const char *name)
{
    root = str_c(path_of(name));
    options.paths = &root;
    options.path_count = 1;
}

static bool confined(void)
{
    str out = str_c(path_of("out/report.json"));
    if (scan_confine(&options, &out, 1) != has_landlock()) {
        return false;
    }
    trial_begin();
    bool ok = err_ok(source_tree(&trial, root));
    settle();
    ok = ok && found(1) && told.problem_count == 0 &&
         err_ok(file_write(out.p, STR("{}\n"), 0600)) &&
         err_ok(file_write(out.p, STR("{}\n\n"), 0600));
    if (!has_landlock()) {
        return ok;
    }
    return ok && refused("/etc/passwd", O_RDONLY) && refused(path_of("other.env"), O_RDONLY) &&
           refused(path_of("tree/new"), O_WRONLY | O_CREAT) &&
           refused(path_of("tree/app.env"), O_WRONLY) && unlink(path_of("tree/app.env")) != 0 &&
           mkdir(path_of("out/folder"), 0755) != 0;
}

static void a_scan_sees_its_paths_and_writes_its_report_only(void **state)
{
    (void)state;
    make_folder("tree");
    make_folder("out");
    write_file("tree/app.env", line_of(1));
    write_file("other.env", line_of(2));
    set_paths("tree");
    in_a_child(confined);
}

static bool offline(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool closed = scan_confine(&options, NULL, 0);
    int rc = connect(fd, (struct sockaddr *)&to, sizeof to);
    return !closed || (rc != 0 && (errno == EACCES || errno == ECONNREFUSED));
}

static bool online(void)
{
    static const str url = STR_INIT("https://www.example.com/");
    options.urls = &url;
    options.url_count = 1;
    bool closed = scan_confine(&options, NULL, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool reached = connect(fd, (struct sockaddr *)&to, sizeof to) == 0 || errno != EACCES;
    return closed == has_landlock() && reached && !refused("/etc/hosts", O_RDONLY) &&
           !refused("/etc/ssl/certs", O_RDONLY) && !refused("/etc/resolv.conf", O_RDONLY) &&
           (!closed || refused("/etc/passwd", O_RDONLY));
}

static void only_a_scan_of_sites_reaches_the_network(void **state)
{
    (void)state;
    make_folder("tree");
    set_paths("tree");
    in_a_child(offline);
    in_a_child(online);
}

/* A work tree of its own: its objects are in the folder of the main one. */
static void make_worktree(void)
{
    git_repository *repo = NULL;
    git_signature *who = NULL;
    git_index *index = NULL;
    git_tree *tree = NULL;
    git_worktree *worktree = NULL;
    git_oid tree_id, commit;
    assert_true(git_libgit2_init() > 0);
    make_folder("main");
    assert_int_equal(git_repository_init(&repo, path_of("main"), 0), 0);
    write_file("main/app.env", line_of(1));
    assert_int_equal(git_repository_index(&index, repo), 0);
    assert_int_equal(git_index_add_bypath(index, "app.env"), 0);
    assert_int_equal(git_index_write(index), 0);
    assert_int_equal(git_index_write_tree(&tree_id, index), 0);
    assert_int_equal(git_tree_lookup(&tree, repo, &tree_id), 0);
    assert_int_equal(git_signature_new(&who, "A", "a@example.com", 1790000000, 0), 0);
    assert_int_equal(git_commit_create_v(&commit, repo, "HEAD", who, who, NULL, "first", tree, 0),
                     0);
    assert_int_equal(git_worktree_add(&worktree, repo, "side", path_of("side"), NULL), 0);
    git_worktree_free(worktree);
    git_signature_free(who);
    git_tree_free(tree);
    git_index_free(index);
    git_repository_free(repo);
    (void)git_libgit2_shutdown();
}

static bool history_of_worktree(void)
{
    options.history = true;
    if (scan_confine(&options, NULL, 0) != has_landlock()) {
        return false;
    }
    trial_begin();
    bool ok = err_ok(source_history(&trial, root));
    settle();
    return ok && found(1) && told.problem_count == 0;
}

static void the_history_of_a_linked_work_tree_is_read(void **state)
{
    (void)state;
    make_worktree();
    set_paths("side");
    in_a_child(history_of_worktree);
}

int main(void)
{
#define TRIAL(test) cmocka_unit_test_setup_teardown(test, trial_set_up, trial_tear_down)
    const struct CMUnitTest tests[] = {
        TRIAL(a_scan_sees_its_paths_and_writes_its_report_only),
        TRIAL(only_a_scan_of_sites_reaches_the_network),
        TRIAL(the_history_of_a_linked_work_tree_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
