/* SPDX-License-Identifier: Apache-2.0 */
/* The engine with all rules on any bytes. The first byte chooses the kind of text, the second how
 * long the blocks are that must give the same candidates as the whole. */
#include <stdlib.h>

#include "base/crypto.h"
#include "scan/engine_private.h"
#include "scan/scan_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS_MAX = 512, TEXT_MAX = 8192 };

struct trace {
    struct {
        const struct rule *rule;
        uint64_t secret;
        const char *at; /* NULL: in a decoded piece */
        bool report;
    } rows[ROWS_MAX];
    size_t count;
};

static struct scan_options options;
static struct scan scan = {.options = &options};
static struct scan_worker *worker;
static const struct origin here = {.kind = PLACE_FILE, .path = STR_INIT("a")};

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void set_up(void)
{
    struct scanner *scanner = NULL;
    check(err_ok(crypto_init()) && err_ok(scanner_new(STR_EMPTY, &scanner)) &&
          err_ok(scan_problems_new(&scan.problems)));
    scan.scanner = scanner;
    check(err_ok(scan_worker_new(&scan, &worker)));
}

static void record(void *user, const struct candidate *c, const struct judgement *j)
{
    struct trace *t = user;
    check(c->secret.n > 0 && c->secret.p == c->text.p + c->offset &&
          c->offset + c->secret.n <= c->text.n);
    check(j->reason_count > 0 && j->reason_count <= JUDGE_REASONS_MAX);
    if (t->count < ROWS_MAX) {
        t->rows[t->count].rule = c->rule;
        t->rows[t->count].secret = crypto_siphash(c->secret);
        t->rows[t->count].at = c->encoding == ENCODING_NONE ? c->secret.p : NULL;
        t->rows[t->count++].report = j->report;
    }
}

static void run(struct trace *t, str text, const struct text_traits *traits, size_t step)
{
    struct pass p;
    t->count = 0;
    pass_init(&p, worker, traits, &here);
    worker->fn = record;
    worker->user = t;
    pass_text(&p, text, step);
    worker->fn = NULL;
}

static void stream(str text, size_t step)
{
    struct scan_stream *s;
    check(err_ok(findings_new(&scan.findings)) && err_ok(scan_stream_begin(worker, &here, &s)));
    while (text.n > 0) {
        scan_stream_add(s, str_slice(text, 0, step));
        text = str_slice(text, step, text.n);
    }
    scan_stream_end(s);
    findings_free(scan.findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct trace whole, cut;
    if (size < 2 || size > TEXT_MAX) {
        return 0;
    }
    if (!worker) {
        set_up();
    }
    str text = str_n((const char *)data + 2, size - 2);
    const struct text_traits traits = {.kind = data[0] % TEXT_KINDS};
    size_t step = data[1] ? data[1] * (size_t)8 : text.n + 1;
    run(&whole, text, &traits, TEXT_MAX);
    run(&cut, text, &traits, step);
    check(whole.count == cut.count);
    for (size_t i = 0; i < whole.count; i++) {
        check(whole.rows[i].rule == cut.rows[i].rule && whole.rows[i].at == cut.rows[i].at &&
              whole.rows[i].secret == cut.rows[i].secret &&
              whole.rows[i].report == cut.rows[i].report);
    }
    stream(text, step);
    return 0;
}
