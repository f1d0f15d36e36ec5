/* SPDX-License-Identifier: Apache-2.0 */
/* Repositories made by the real git in a temporary folder, and scans of them. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/bytes.h"
#include "base/crypto.h"
#include "base/file.h"
#include "scan/scan.h"
#include "scan/sources.h"

/* libgit2 1.5 leaks a few kilobytes each time it opens a repository with extensions.* in its
 * configuration (regexes in git_config_foreach_match): forgiven between these two. */
#ifdef __SANITIZE_ADDRESS__
void __lsan_disable(void);
void __lsan_enable(void);
#define fixture_forgive() __lsan_disable()
#define fixture_forgive_no_more() __lsan_enable()
#else
#define fixture_forgive() ((void)0)
#define fixture_forgive_no_more() ((void)0)
#endif

enum { FIXTURE_SECRETS = 4, FIXTURE_FILE_MAX = 1 << 20 };

struct fixture {
    char folder[64];                   /* "$D"; the repository is $D/r */
    char secrets[FIXTURE_SECRETS][41]; /* "$S0" … */
    struct arena a;
    struct scan_report *report;
    str reason;
};

/* Shell that every script begins with: `c 5 words` commits what is staged, at second 5. */
static const char fixture_prelude[] =
    "set -e; cd \"$D\"; "
    "c() { at=\"$((1700000000 + $1)) +0000\"; shift; GIT_AUTHOR_DATE=\"$at\" "
    "GIT_COMMITTER_DATE=\"$at\" git commit -q --allow-empty -m \"$*\"; }; "
    "out() { git rev-parse \"$2\" > \"$D/$1\"; }; "
    "[ ! -d r ] || cd r; ";

/* A token of GitHub's form that nobody has: prefix, 30 letters by the seed, base62 of their CRC. */
static inline void fixture_secret(unsigned seed, char ret[41])
{
    uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + 7;
    char *at = ret;
    memcpy(at, "gh", 2);
    memcpy(at + 2, "p_", 2);
    at += 4;
    for (unsigned i = 0; i < 30; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        *at++ = bytes_base62_letters[(state >> 33) % 62];
    }
    unsigned long crc = crc32(0, (const Bytef *)ret + 4, 30);
    for (unsigned i = 6; i--; crc /= 62) {
        at[i] = bytes_base62_letters[crc % 62];
    }
    at[6] = 0;
}

/* The exit code of the script. */
static inline int fixture_try(struct fixture *f, const char *script)
{
    str whole = arena_printf(&f->a, "%s%s", fixture_prelude, script);
    char *env[16];
    size_t n = 0;
    assert_non_null(whole.p);
    static const char *const fixed[] = {"PATH=/usr/bin:/bin",
                                        "GIT_CONFIG_NOSYSTEM=1",
                                        "LC_ALL=C",
                                        "GIT_AUTHOR_NAME=Ada",
                                        "GIT_AUTHOR_EMAIL=ada@example.com",
                                        "GIT_COMMITTER_NAME=Ada",
                                        "GIT_COMMITTER_EMAIL=ada@example.com"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        env[n++] = (char *)(uintptr_t)fixed[i];
    }
    env[n++] = (char *)(uintptr_t)arena_printf(&f->a, "D=%s", f->folder).p;
    env[n++] = (char *)(uintptr_t)arena_printf(&f->a, "HOME=%s", f->folder).p;
    for (unsigned i = 0; i < FIXTURE_SECRETS; i++) {
        env[n++] = (char *)(uintptr_t)arena_printf(&f->a, "S%u=%s", i, f->secrets[i]).p;
    }
    env[n] = NULL;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char *const words[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
                               (char *)(uintptr_t)whole.p, NULL};
        (void)execve("/bin/sh", words, env);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline void fixture_run(struct fixture *f, const char *script)
{
    if (fixture_try(f, script) != 0) {
        fail_msg("this script failed: %s", script);
    }
}

/* A folder with an empty repository r, unless the script says otherwise. */
static inline void fixture_make(struct fixture *f, const char *script)
{
    memset(f, 0, sizeof *f);
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/doorward-git-XXXXXX");
    assert_true(err_ok(crypto_init()));
    assert_non_null(mkdtemp(f->folder));
    arena_init(&f->a, 64 << 20);
    for (unsigned i = 0; i < FIXTURE_SECRETS; i++) {
        fixture_secret(i + 1, f->secrets[i]);
    }
    fixture_run(f, "git init -q -b main r");
    fixture_run(f, script);
}

static inline void fixture_done(struct fixture *f)
{
    fixture_run(f, "chmod -R u+w \"$D\"; rm -rf \"$D\"");
    scan_report_free(f->report);
    arena_done(&f->a);
}

/* Scans $D/<name>; the reason stands in f->reason when it cannot. */
static inline err fixture_scan_tree(struct fixture *f, const char *name, struct scan_options options)
{
    str path = arena_printf(&f->a, "%s/%s", f->folder, name);
    scan_report_free(f->report);
    f->report = NULL;
    options.input_fd = -1;
    options.paths = &path;
    options.path_count = 1;
    return scan_run(&options, &f->report, &f->reason, &f->a);
}

/* The same, but the work tree. */
static inline err fixture_scan(struct fixture *f, const char *name, struct scan_options options)
{
    options.no_tree = true;
    return fixture_scan_tree(f, name, options);
}

static inline void fixture_history(struct fixture *f, const char *name)
{
    err e = fixture_scan(f, name, (struct scan_options){.history = true, .jobs = 2});
    if (!err_ok(e)) {
        fail_msg("%s: %.*s", e.what, STR_ARG(f->reason));
    }
}

/* NULL when the secret was not found. */
static inline const struct finding *fixture_find(const struct fixture *f, unsigned secret)
{
    str wanted = str_c(f->secrets[secret]);
    for (size_t i = 0; i < findings_count(f->report->scan.findings); i++) {
        const struct finding *one = findings_at(f->report->scan.findings, i);
        if (str_eq(secret_view(&one->secret), wanted) && !one->reported_not) {
            return one;
        }
    }
    return NULL;
}

/* The only place of the secret at a path; NULL when it is not there. */
static inline const struct place *fixture_place(const struct fixture *f, unsigned secret,
                                                const char *path)
{
    const struct finding *one = fixture_find(f, secret);
    const struct place *found = NULL;
    for (size_t i = 0; one && i < one->place_count; i++) {
        if (str_eq(one->places[i].path, str_c(path))) {
            assert_null(found);
            found = &one->places[i];
        }
    }
    return found;
}

static inline void fixture_show(const struct fixture *f)
{
    for (size_t i = 0; i < f->report->problem_count; i++) {
        print_message("%.*s: %s\n", STR_ARG(f->report->problem_list[i].path),
                      f->report->problem_list[i].what);
    }
}

static inline bool fixture_problem(const struct fixture *f, const char *words)
{
    for (size_t i = 0; i < f->report->problem_count; i++) {
        if (str_find(str_c(f->report->problem_list[i].what), str_c(words), 0) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

/* What `out name rev` has written. */
static inline str fixture_text(struct fixture *f, const char *name)
{
    struct buf b;
    buf_init(&b, FIXTURE_FILE_MAX);
    str path = arena_printf(&f->a, "%s/%s", f->folder, name);
    assert_true(err_ok(file_read(path.p, &b)));
    str text = arena_str(&f->a, str_trim(buf_str(&b)));
    buf_done(&b);
    return text;
}

static inline void fixture_lived(struct fixture *f, const struct place *p, const char *first,
                                 const char *last)
{
    assert_non_null(p);
    assert_int_equal(p->kind, PLACE_GIT);
    assert_non_null(p->history);
    assert_string_equal(p->history->first, fixture_text(f, first).p);
    assert_string_equal(p->history->last, fixture_text(f, last).p);
}
