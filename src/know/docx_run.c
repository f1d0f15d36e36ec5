/* SPDX-License-Identifier: Apache-2.0 */
#include "know/docx_run.h"

/* What Word keeps for older readers, and codes of fields. */
static bool is_skipped(str name)
{
    return str_eq(name, STR("Fallback")) || str_eq(name, STR("instrText")) ||
           str_eq(name, STR("delText")) || str_eq(name, STR("del")) ||
           str_eq(name, STR("moveFrom"));
}

static bool open_element(struct docx_run *run, str name)
{
    if (run->skip || is_skipped(name)) {
        run->skip++;
    } else if (str_eq(name, STR("t"))) {
        run->open = true;
    } else if (str_eq(name, STR("tab"))) {
        buf_add_byte(run->text, ' ');
    } else if (str_eq(name, STR("br")) || str_eq(name, STR("cr"))) {
        buf_add_byte(run->text, run->line);
    } else if (str_eq(name, STR("noBreakHyphen"))) {
        buf_add_byte(run->text, '-');
    } else {
        return false;
    }
    return true;
}

static bool close_element(struct docx_run *run, str name)
{
    if (run->skip) {
        run->skip--;
        return true;
    }
    if (str_eq(name, STR("t"))) {
        run->open = false;
        return true;
    }
    return false;
}

bool docx_run_event(struct docx_run *run, const struct xml_reader *x)
{
    switch (xml_event(x)) {
    case XML_EVENT_OPEN:
        return open_element(run, xml_name(x));
    case XML_EVENT_CLOSE:
        return close_element(run, xml_name(x));
    case XML_EVENT_TEXT:
    default:
        if (run->open && !run->skip) {
            buf_add(run->text, xml_text(x));
        }
        return true;
    }
}
