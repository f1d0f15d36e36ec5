/* SPDX-License-Identifier: Apache-2.0 */
/* One engine with all rules, texts made at run time, and what was found in them. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/crypto.h"
#include "scan/engine_private.h"
#include "scan/scan_private.h"

static struct arena memory;
static struct scan_options options;
static struct scan scan = {.options = &options};
static struct scanner *scanner;
static struct scan_worker *worker;

static const struct text_traits config = {.kind = TEXT_CONFIG};
static const struct origin here = {.kind = PLACE_FILE, .path = STR_INIT("app.env")};

static inline int set_up(void **state)
{
    (void)state;
    arena_init(&memory, 512 << 20);
    assert_true(err_ok(crypto_init()));
    assert_true(err_ok(scanner_new(STR_EMPTY, &scanner)));
    scan.scanner = scanner;
    assert_true(err_ok(scan_worker_new(&scan, &worker)));
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    scan_worker_free(worker);
    scanner_free(scanner);
    arena_done(&memory);
    return 0;
}

static inline int start(void **state)
{
    (void)state;
    options = (struct scan_options){.input_fd = -1};
    return err_ok(findings_new(&scan.findings)) && err_ok(scan_problems_new(&scan.problems)) ? 0
                                                                                             : 1;
}

static inline int stop(void **state)
{
    (void)state;
    findings_free(scan.findings);
    scan_problems_free(scan.problems);
    arena_reset(&memory);
    return 0;
}

/* ── texts ── */

static uint64_t seed = 1;

static inline uint32_t next(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % below;
}

static inline str letters(size_t n)
{
    char *p = arena_alloc(&memory, n + 1);
    assert_non_null(p);
    for (size_t i = 0; i < n; i++) {
        p[i] = bytes_base62_letters[next(62)];
    }
    return str_n(p, n);
}

/* A secret with a form of its own and no checksum. */
static inline str token(void)
{
    str a = letters(22), b = letters(59);
    return arena_printf(&memory, "github_%s_%.*s_%.*s", "pat", STR_ARG(a), STR_ARG(b));
}

static inline str join(str a, str b)
{
    return arena_printf(&memory, "%.*s%.*s", STR_ARG(a), STR_ARG(b));
}

/* ── what was found ── */

struct seen {
    str secret;
    unsigned line, column;
    enum encoding encoding;
    bool allowed;
    str reason;
};

/* The n-th place of all that were reported. */
static inline size_t places(struct seen *ret, size_t max)
{
    size_t n = 0;
    assert_true(err_ok(findings_finish(scan.findings, STR("k"))));
    for (size_t i = 0; i < findings_count(scan.findings); i++) {
        const struct finding *f = findings_at(scan.findings, i);
        for (size_t k = 0; k < f->place_count; k++) {
            const struct place *p = &f->places[k];
            if (n < max) {
                ret[n] = (struct seen){secret_view(&f->secret),
                                       p->line,
                                       p->column,
                                       p->encoding,
                                       p->allowed,
                                       p->reason};
            }
            n++;
        }
    }
    return n;
}

static inline struct scan_report problems(void)
{
    struct scan_report report = {.scan = scan};
    scan_problems_take(&report);
    return report;
}

static inline void finds_at(str text, str secret, unsigned line, unsigned column,
                            enum encoding encoding)
{
    struct seen seen[4];
    scan_text(worker, text, &config, &here);
    assert_int_equal(places(seen, 4), 1);
    assert_true(str_eq(seen[0].secret, secret));
    assert_int_equal(seen[0].encoding, encoding);
    assert_int_equal(seen[0].line, line);
    if (column) {
        assert_int_equal(seen[0].column, column);
    }
}

/* Searches again from nothing. */
static inline void again(void)
{
    (void)stop(NULL);
    assert_int_equal(start(NULL), 0);
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, start, stop)
