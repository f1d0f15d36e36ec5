/* SPDX-License-Identifier: Apache-2.0 */
/* A run over a temporary folder, and keys that are put there. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "scan/content.h"
#include "scan/scan_private.h"
#include "scan/sources.h"

static struct arena memory;
static char folder[64];
static struct scan_options options;
static struct scan trial;
static struct scanner *scanner;
static struct scan_report told;

static inline int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

static inline void trial_end(void)
{
    findings_free(trial.findings);
    scan_problems_free(trial.problems);
    trial = (struct scan){0};
    told = (struct scan_report){0};
}

/* Forgets what was found; the folder stays. */
static inline void trial_begin(void)
{
    trial_end();
    trial.options = &options;
    trial.scanner = scanner;
    trial.keep = &memory;
    assert_true(err_ok(scan_problems_new(&trial.problems)));
    assert_true(err_ok(findings_new(&trial.findings)));
}

static inline int trial_set_up(void **state)
{
    (void)state;
    arena_init(&memory, 512 << 20);
    options = (struct scan_options){.jobs = 2, .input_fd = -1};
    (void)snprintf(folder, sizeof folder, "/tmp/dw-walk.XXXXXX");
    if (!mkdtemp(folder) || !err_ok(scanner_new(STR_EMPTY, &scanner))) {
        return -1;
    }
    trial_begin();
    return 0;
}

static inline int trial_tear_down(void **state)
{
    (void)state;
    trial_end();
    scanner_free(scanner);
    scanner = NULL;
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    arena_done(&memory);
    return 0;
}

/* An access key ID that nobody has, another for each seed; with so many digits that it reads like
 * no words. */
static inline str key_of(unsigned seed)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    char c[21] = {'A', 'K', 'I', 'A'};
    uint32_t x = seed * 2654435761u + 12345;
    do { /* not every account number can be */
        for (unsigned i = 4; i < 20; i++) {
            x = x * 1664525 + 1013904223;
            c[i] = letters[i % 3 ? x >> 27 : 26 + (x >> 27) % 6];
        }
    } while (proof_check(PROOF_AWS_KEY_ID, str_n(c, 20)) == PROOF_FAILS);
    return arena_str(&memory, str_n(c, 20));
}

/* A line of configuration with the key. */
static inline str line_of(unsigned seed)
{
    str key = key_of(seed);
    return arena_printf(&memory, "aws_access_key_id = %.*s\n", STR_ARG(key));
}

static inline const char *path_of(const char *name)
{
    return arena_printf(&memory, "%s/%s", folder, name).p;
}

static inline void write_file(const char *name, str bytes)
{
    const char *path = path_of(name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        assert_true(n > 0);
        bytes = str_slice(bytes, (size_t)n, bytes.n);
    }
    close(fd);
}

static inline void make_folder(const char *name)
{
    assert_int_equal(mkdir(path_of(name), 0755), 0);
}

/* Ends the run: findings in order, problems listed. */
static inline void settle(void)
{
    assert_true(err_ok(findings_finish(trial.findings, STR("a key for tests"))));
    told.scan = trial;
    scan_problems_take(&told);
}

static inline void scan_tree(void)
{
    assert_true(err_ok(source_tree(&trial, str_c(folder))));
    settle();
}

static inline void scan_bytes(const char *path, str bytes)
{
    struct scan_worker *w;
    assert_true(err_ok(scan_worker_new(&trial, &w)));
    scan_content(w, bytes, &(struct origin){.kind = PLACE_FILE, .path = str_c(path)});
    scan_worker_free(w);
    settle();
}

/* NULL when the key was not found. */
static inline const struct finding *found(unsigned seed)
{
    str key = key_of(seed);
    for (size_t i = 0; i < findings_count(trial.findings); i++) {
        const struct finding *f = findings_at(trial.findings, i);
        if (str_eq(secret_view(&f->secret), key) && !f->reported_not && f->place_count > 0) {
            return f;
        }
    }
    return NULL;
}

/* True when the key was found at a path that ends so. */
static inline bool found_at(unsigned seed, const char *end)
{
    const struct finding *f = found(seed);
    for (size_t i = 0; f && i < f->place_count; i++) {
        if (str_ends(f->places[i].path, str_c(end))) {
            return true;
        }
    }
    return false;
}

/* NULL when it was not told. */
static inline const struct scan_problem *problem(const char *words)
{
    for (size_t i = 0; i < told.problem_count; i++) {
        if (strstr(told.problem_list[i].what, words)) {
            return &told.problem_list[i];
        }
    }
    return NULL;
}
