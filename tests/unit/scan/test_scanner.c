/* SPDX-License-Identifier: Apache-2.0 */
/* Loading the rules and their words. */
#include "base/mem.h"
#include "unit/scan/engine_fixture.h"

static void rules_are_found_by_their_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < scan_rule_count; i++) {
        assert_ptr_equal(rule_find(str_c(scan_rules[i].id)), &scan_rules[i]);
    }
    assert_null(rule_find(STR("no-such-rule")));
    assert_null(rule_find(STR_EMPTY));
    assert_string_equal(rule_severity_name(RULE_LOW), "low");
    assert_string_equal(rule_severity_name(RULE_MEDIUM), "medium");
    assert_string_equal(rule_severity_name(RULE_HIGH), "high");
}

static void only_selects(void **state)
{
    (void)state;
    static const struct {
        const char *only;
        bool valid, finds;
    } rows[] = {
        {"github-fine-grained-token", true, true},
        {"stripe-*, github-*", true, true},
        {"stripe-*", true, false},
        {"github-", false, false},
        {"github-fine-grained-token,x", false, false},
        {"*", true, true},
    };
    struct scan_worker *full = worker;
    str t = token();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scanner *s = NULL;
        err e = scanner_new(str_c(rows[i].only), &s);
        assert_int_equal(e.code, rows[i].valid ? ERR_OK : ERR_INVALID);
        if (!rows[i].valid) {
            continue;
        }
        scan.scanner = s;
        assert_true(err_ok(scan_worker_new(&scan, &worker)));
        scan_text(worker, t, &config, &here);
        assert_int_equal(places(NULL, 0), rows[i].finds);
        scan_worker_free(worker);
        scanner_free(s);
        again();
        t = token();
    }
    scan.scanner = scanner;
    worker = full;
}

struct hits_sum {
    uint64_t sum;
    unsigned long long last;
    size_t count;
};

static int count_hit(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                     void *user)
{
    struct hits_sum *h = user;
    (void)from;
    (void)flags;
    /* take_hits relies on it. */
    assert_true(to >= h->last);
    h->last = to;
    h->sum += (id + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ to;
    h->count++;
    return 0;
}

static struct hits_sum hits_of(const hs_database_t *words, str text)
{
    struct hits_sum h = {0};
    hs_scratch_t *scratch = NULL;
    assert_int_equal(hs_alloc_scratch(words, &scratch), HS_SUCCESS);
    assert_int_equal(hs_scan(words, text.p, (unsigned)text.n, 0, scratch, count_hit, &h),
                     HS_SUCCESS);
    (void)hs_free_scratch(scratch);
    return h;
}

/* Every word once, where it is one and not an expression, between random letters. */
static str all_words(void)
{
    struct buf b;
    buf_init(&b, 64 << 20);
    for (size_t i = 0; i < prefilter_count; i++) {
        str noise = letters(20), word = str_c(prefilters[i].expression);
        buf_addf(&b, "%.*s %.*s\n", STR_ARG(noise), STR_ARG(word));
    }
    str text = arena_str(&memory, buf_str(&b));
    buf_done(&b);
    return text;
}

/* The embedded ones, and the one for machines that can read neither. */
static void every_form_of_the_words_hits_the_same(void **state)
{
    (void)state;
    str text = all_words();
    for (unsigned set = 0; set < PREFILTER_SETS; set++) {
        hs_database_t *words;
        assert_true(err_ok(scanner_words((enum prefilter_set)set, SCANNER_WORDS_NOW, &words)));
        struct hits_sum now = hits_of(words, text);
        assert_true(now.count > 100);
        (void)hs_free_database(words);
        for (unsigned form = 0; form < SCANNER_WORDS_NOW; form++) {
            /* A processor without AVX2 cannot read that form. */
            if (err_ok(scanner_words((enum prefilter_set)set, (enum scanner_words)form, &words))) {
                struct hits_sum h = hits_of(words, text);
                assert_int_equal(h.count, now.count);
                assert_true(h.sum == now.sum);
                (void)hs_free_database(words);
            }
        }
    }
}

static void running_out_of_memory_is_an_error(void **state)
{
    (void)state;
    for (long i = 0; i < 4; i++) {
        struct scanner *s = NULL;
        mem_fail_after(i);
        err e = scanner_new(STR_EMPTY, &s);
        mem_fail_after(-1);
        assert_true(err_ok(e) || e.code == ERR_NO_MEMORY);
        scanner_free(err_ok(e) ? s : NULL);
    }
    for (long i = 0; i < 6; i++) {
        struct scan_worker *w = NULL;
        struct scan_stream *s = NULL;
        mem_fail_after(i);
        err e = scan_worker_new(&scan, &w);
        if (err_ok(e)) {
            e = scan_stream_begin(w, &here, &s);
        }
        mem_fail_after(-1);
        assert_true(err_ok(e) || e.code == ERR_NO_MEMORY);
        scan_stream_end(s);
        scan_worker_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(rules_are_found_by_their_names),
        ROW(only_selects),
        ROW(every_form_of_the_words_hits_the_same),
        ROW(running_out_of_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
