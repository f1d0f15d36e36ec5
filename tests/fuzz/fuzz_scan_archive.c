/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of any kind, archives above all: what is told and found has paths that may be shown. */
#include <stdlib.h>

#include "base/utf8.h"
#include "scan/content.h"
#include "scan/scan_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_path(str path)
{
    check(utf8_valid(path) && !str_has_control(path) && path.n <= FINDING_PATH_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct scan_options options = {.jobs = 1, .input_fd = -1};
    static struct scanner *scanner;
    struct scan s = {.options = &options};
    struct scan_worker *w;
    struct scan_report r = {.started_ms = 0};
    if (!scanner) {
        check(err_ok(scanner_new(STR_EMPTY, &scanner)));
    }
    s.scanner = scanner;
    check(err_ok(scan_problems_new(&s.problems)) && err_ok(findings_new(&s.findings)));
    check(err_ok(scan_worker_new(&s, &w)));
    scan_content(w, str_n((const char *)data, size),
                 &(struct origin){.kind = PLACE_FILE, .path = STR("a.bin")});
    scan_worker_free(w);
    check(err_ok(findings_finish(s.findings, STR("k"))));
    for (size_t i = 0; i < findings_count(s.findings); i++) {
        const struct finding *f = findings_at(s.findings, i);
        for (size_t k = 0; k < f->place_count; k++) {
            check_path(f->places[k].path);
        }
    }
    r.scan = s;
    scan_problems_take(&r);
    for (size_t i = 0; i < r.problem_count; i++) {
        check_path(r.problem_list[i].path);
    }
    findings_free(s.findings);
    scan_problems_free(s.problems);
    return 0;
}
