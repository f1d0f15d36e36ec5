/* SPDX-License-Identifier: Apache-2.0 */
#include "know/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/landlock.h"
#include "base/sanitized.h"

void sandbox_close_from(int first)
{
    if (syscall(SYS_close_range, (unsigned)first, ~0U, 0U) != 0) {
        for (int fd = first; fd < 4096; fd++) {
            (void)close(fd);
        }
    }
}

static bool set_limit(int resource, uint64_t value)
{
    struct rlimit limit = {(rlim_t)value, (rlim_t)value};
    return setrlimit((__rlimit_resource_t)resource, &limit) == 0;
}

err sandbox_limit(const struct sandbox_limits *limits)
{
    bool ok =
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
    ok = ok && set_limit(RLIMIT_CORE, 0) && set_limit(RLIMIT_FSIZE, 0) &&
         set_limit(RLIMIT_NPROC, 0) && set_limit(RLIMIT_MEMLOCK, 0) &&
         set_limit(RLIMIT_MSGQUEUE, 0);
    ok = ok && (limits->cpu_seconds == 0 || set_limit(RLIMIT_CPU, limits->cpu_seconds));
#ifndef SANITIZED
    ok = ok && (limits->memory == 0 || set_limit(RLIMIT_AS, limits->memory));
#endif
    (void)prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0);
    return ok ? ERR_NONE : err_new(ERR_UNAVAILABLE, "the parser could not limit itself");
}

static bool allow(scmp_filter_ctx filter, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0) != 0) {
            return false;
        }
    }
    return true;
}

/* Memory may be mapped, but never as code. */
static bool allow_memory(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
}

static err load(scmp_filter_ctx filter, bool built)
{
    bool ok = built && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return ok ? ERR_NONE : err_new(ERR_UNAVAILABLE, "this kernel cannot filter system calls");
}

err sandbox_enter(void)
{
    static const int calls[] = {
        SCMP_SYS(read),
        SCMP_SYS(write),
        SCMP_SYS(close),
        SCMP_SYS(munmap),
        SCMP_SYS(mremap),
        SCMP_SYS(brk),
        SCMP_SYS(madvise),
        SCMP_SYS(exit),
        SCMP_SYS(exit_group),
        SCMP_SYS(rt_sigreturn),
        SCMP_SYS(futex),
        SCMP_SYS(clock_gettime),
        SCMP_SYS(getrandom),
        SCMP_SYS(gettimeofday),
        SCMP_SYS(getpid),
        SCMP_SYS(gettid),
        SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(sched_yield),
        SCMP_SYS(restart_syscall),
#ifdef SANITIZED
        SCMP_SYS(sigaltstack),
        SCMP_SYS(rt_sigaction),
        SCMP_SYS(getrusage),
        SCMP_SYS(readlink),
#endif
    };
    int rules = landlock_new(true);
    if (rules >= 0 && !landlock_enforce(rules)) {
        return err_new(ERR_UNAVAILABLE, "the parser could not close its view of the files");
    }
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter) {
        return err_new(ERR_NO_MEMORY, "no memory for the parser's filter");
    }
    return load(filter,
                allow(filter, calls, sizeof(calls) / sizeof(calls[0])) && allow_memory(filter));
}

/* What a program that reads files and computes needs, from its loader on. */
static const int reading_calls[] = {
    SCMP_SYS(read),
    SCMP_SYS(pread64),
    SCMP_SYS(readv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(close),
    SCMP_SYS(lseek),
    SCMP_SYS(mmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(brk),
    SCMP_SYS(madvise),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(futex),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(execve),
    SCMP_SYS(arch_prctl),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(times),
    SCMP_SYS(getrlimit),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(statx),
    SCMP_SYS(statfs),
    SCMP_SYS(fstatfs),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getdents64),
    SCMP_SYS(getcwd),
    SCMP_SYS(uname),
    SCMP_SYS(sysinfo),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_yield),
    SCMP_SYS(fcntl),
    SCMP_SYS(dup),
    SCMP_SYS(fadvise64),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(getrusage),
};

static bool allow_reading(int rules, const char *program)
{
    static const char *const trees[] = {"/usr/lib", "/usr/share", "/lib",
                                        "/lib64",   "/etc/fonts", "/var/cache/fontconfig"};
    static const char *const loaders[] = {"/lib64/ld-linux-x86-64.so.2",
                                          "/lib/ld-linux-aarch64.so.1"};
    bool ok = landlock_allow(rules, program, LANDLOCK_READ_FILE | LANDLOCK_EXECUTE) &&
              landlock_allow(rules, "/etc/ld.so.cache", LANDLOCK_READ_FILE);
    for (size_t i = 0; ok && i < sizeof(trees) / sizeof(trees[0]); i++) {
        ok = landlock_allow(rules, trees[i], LANDLOCK_READ_FILE | LANDLOCK_READ_DIR);
    }
    for (size_t i = 0; ok && i < sizeof(loaders) / sizeof(loaders[0]); i++) {
        ok = landlock_allow(rules, loaders[i], LANDLOCK_READ_FILE | LANDLOCK_EXECUTE);
    }
    return ok;
}

/* Opening is for reading only, whatever Landlock knows; limits can be read, terminals be asked for.
 */
static bool allow_some(scmp_filter_ctx filter)
{
    const uint64_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, writing, 0)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
                            SCMP_A1(SCMP_CMP_MASKED_EQ, writing, 0)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2,
                            SCMP_A0(SCMP_CMP_EQ, 0, 0), SCMP_A2(SCMP_CMP_EQ, 0, 0)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                            SCMP_A1(SCMP_CMP_EQ, TCGETS, 0)) == 0;
}

err sandbox_enter_exec(const char *program)
{
    int rules = landlock_new(true);
    if (rules >= 0 && (!allow_reading(rules, program) || !landlock_enforce(rules))) {
        return err_new(ERR_UNAVAILABLE, "the parser could not close its view of the files");
    }
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter) {
        return err_new(ERR_NO_MEMORY, "no memory for the parser's filter");
    }
    return load(filter,
                allow(filter, reading_calls, sizeof(reading_calls) / sizeof(reading_calls[0])) &&
                    allow_some(filter));
}
