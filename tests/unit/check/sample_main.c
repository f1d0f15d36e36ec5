/* SPDX-License-Identifier: Apache-2.0 */
/* usage: check_sample FORMAT|plan [hostile]: prints the sample report, for schemas and browsers. */
#include <stdio.h>

#include "unit/check/sample.h"

int main(int argc, char **argv)
{
    struct buf b;
    enum report_format format = REPORT_TEXT;
    struct report_style style = sample_style();
    str name = str_c(argc > 1 ? argv[1] : "text");
    bool plan = str_eq(name, STR("plan"));
    if (!plan && !report_format_parse(name, &format)) {
        return 2;
    }
    struct report *r = argc > 2 ? sample_hostile_report() : sample_report();
    buf_init(&b, REPORT_BYTES_MAX);
    if (plan) {
        report_plan(r, &style, &b);
    } else {
        report_write(r, format, &style, &b);
    }
    bool fine = err_ok(buf_err(&b)) && fwrite(b.p, 1, b.n, stdout) == b.n;
    buf_done(&b);
    report_free(r);
    return fine ? 0 : 1;
}
