/* SPDX-License-Identifier: Apache-2.0 */
/* What a locked-down process can still do, tried in children of this test. */
#include "unit/know/read_support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "know/sandbox.h"

enum { FINE = 0, REFUSED = 40, LOOSE = 41, NOT_LOCKED = 42 };

typedef int (*attempt_fn)(void);

/* Each gives LOOSE when the kernel let it through, REFUSED when it gave an error. */
static int told(long result) { return result >= 0 ? LOOSE : REFUSED; }

static int try_open(void) { return told(open("/etc/passwd", O_RDONLY)); }
static int try_create(void)
{
    return told(open("/tmp/know_sandbox_test", O_WRONLY | O_CREAT, 0600));
}
static int try_socket(void) { return told(socket(AF_INET, SOCK_STREAM, 0)); }
static int try_unix(void) { return told(socket(AF_UNIX, SOCK_DGRAM, 0)); }
static int try_fork(void) { return told(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }
static int try_kill(void) { return told(kill(getppid(), 0)); }
static int try_ptrace(void) { return told(ptrace(PTRACE_TRACEME, 0, NULL, NULL)); }
static int try_unlink(void) { return told(unlink("/tmp/know_sandbox_test")); }
static int try_stat(void) { return told(access("/etc/passwd", R_OK)); }
static int try_memfd(void) { return told(memfd_create("x", 0)); }
static int try_connect(void) { return told(syscall(SYS_io_uring_setup, 1, NULL)); }
static int try_lib(void) { return told(open("/usr/lib/os-release", O_RDONLY)); }

static int try_exec(void)
{
    char *const argv[] = {(char[]){"true"}, NULL}, *const nothing[] = {NULL};
    return told(execve("/usr/bin/true", argv, nothing));
}

static int try_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) == MAP_FAILED
               ? REFUSED
               : LOOSE;
}

static int try_memory(void)
{
    void *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p != MAP_FAILED && munmap(p, 1 << 20) == 0 ? FINE : REFUSED;
}

static int try_spin(void)
{
    volatile bool on = true;
    while (on) {
    }
    return LOOSE;
}

static int try_too_much(void)
{
    void *p = mmap(NULL, 1UL << 40, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? REFUSED : LOOSE;
}

/* Runs an attempt in a locked-down child; gives its exit code, or minus the signal that ended it.
 */
static int attempt(attempt_fn fn, const char *program)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct sandbox_limits limits = {512 << 20, 1};
        sandbox_close_from(3);
        err e = sandbox_limit(&limits);
        e = err_ok(e) ? (program ? sandbox_enter_exec(program) : sandbox_enter()) : e;
        _exit(err_ok(e) ? fn() : NOT_LOCKED);
    }
    int status = 0;
    assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void a_parser_can_only_compute(void **state)
{
    (void)state;
    static const attempt_fn forbidden[] = {try_open,    try_create, try_socket, try_unix, try_fork,
                                           try_kill,    try_ptrace, try_unlink, try_stat, try_memfd,
                                           try_connect, try_exec,   try_code};
    for (size_t i = 0; i < COUNT(forbidden); i++) {
        int got = attempt(forbidden[i], NULL);
        if (got != -SIGSYS) {
            fail_msg("attempt %zu ended with %d instead of SIGSYS", i, got);
        }
    }
    assert_int_equal(attempt(try_memory, NULL), FINE);
}

static bool landlock_here(void) { return syscall(SYS_landlock_create_ruleset, NULL, 0, 1U) >= 1; }

static void pdftotext_can_only_read_its_libraries(void **state)
{
    (void)state;
    static const char program[] = "/usr/bin/pdftotext";
    static const attempt_fn forbidden[] = {try_create, try_socket, try_unix,  try_fork,   try_kill,
                                           try_ptrace, try_unlink, try_memfd, try_connect};
    for (size_t i = 0; i < COUNT(forbidden); i++) {
        assert_int_equal(attempt(forbidden[i], program), -SIGSYS);
    }
    assert_int_equal(attempt(try_lib, program), LOOSE);
    if (landlock_here()) {
        assert_int_equal(attempt(try_open, program), REFUSED);
        assert_int_equal(attempt(try_exec, program), REFUSED);
    } else {
        print_message("this kernel has no Landlock: reading other files was not tried\n");
    }
}

static void time_and_memory_are_limited(void **state)
{
    (void)state;
    int got = attempt(try_spin, NULL);
    assert_true(got == -SIGXCPU || got == -SIGKILL);
#if !defined(__SANITIZE_ADDRESS__)
    assert_int_equal(attempt(try_too_much, NULL), REFUSED);
#else
    (void)try_too_much; /* AddressSanitizer reserves terabytes: there is no limit then */
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        READ_TEST(a_parser_can_only_compute),
        READ_TEST(pdftotext_can_only_read_its_libraries),
        READ_TEST(time_and_memory_are_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
