/* SPDX-License-Identifier: Apache-2.0 */
#include "check/report/report.h"

#include "check/report/parts.h"

enum { SCRATCH_MAX = 64 << 20 };

static const struct {
    const char *name;
    void (*write)(struct writing *w);
} formats[REPORT_FORMATS] = {
    [REPORT_TEXT] = {"text", parts_text},
    [REPORT_JSON] = {"json", parts_json},
    [REPORT_SARIF] = {"sarif", parts_sarif},
    [REPORT_JUNIT] = {"junit", parts_junit},
    [REPORT_HTML] = {"html", parts_html_page},
    [REPORT_MARKDOWN] = {"markdown", parts_markdown_page},
};

const char *report_format_name(enum report_format format)
{
    return format < REPORT_FORMATS ? formats[format].name : "text";
}

bool report_format_parse(str name, enum report_format *ret)
{
    for (unsigned i = 0; i < REPORT_FORMATS; i++) {
        if (str_eq(name, str_c(formats[i].name))) {
            *ret = (enum report_format)i;
            return true;
        }
    }
    return false;
}

void report_write(const struct report *r, enum report_format format,
                  const struct report_style *style, struct buf *b)
{
    struct writing w = {.r = r, .style = style, .b = b};
    arena_init(&w.a, SCRATCH_MAX);
    formats[format].write(&w);
    arena_done(&w.a);
}
