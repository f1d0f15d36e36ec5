/* SPDX-License-Identifier: Apache-2.0 */
#include "know/docx_styles.h"

#include "know/xml.h"

static unsigned level_of_name(str name)
{
    if (str_ieq(name, STR("title"))) {
        return DOCX_LEVEL_TITLE;
    }
    if (name.n == 5 && str_istarts(name, STR("toc "))) {
        return DOCX_LEVEL_CONTENTS;
    }
    if (str_istarts(name, STR("heading")) && name.n > 7) {
        str digits = str_trim(str_slice(name, 7, name.n));
        uint64_t level = 0;
        return str_u64(digits, &level) && level >= 1 && level <= 9 ? (unsigned)level : 0;
    }
    return 0;
}

static void read_property(struct docx_style *style, struct xml_reader *x, struct arena *a)
{
    str name = xml_name(x);
    if (str_eq(name, STR("name"))) {
        unsigned level = level_of_name(xml_attribute(x, a, "val"));
        style->level = level ? level : style->level;
    } else if (str_eq(name, STR("basedOn"))) {
        style->based_on = xml_attribute(x, a, "val");
    } else if (str_eq(name, STR("outlineLvl"))) {
        uint64_t level = 0;
        if (str_u64(xml_attribute(x, a, "val"), &level) && level < 9 && style->level == 0) {
            style->level = (unsigned)level + 1;
        }
    }
}

enum format_fault docx_styles_read(struct arena *a, str xml, struct docx_styles *ret)
{
    struct docx_styles styles = {.items =
                                     arena_array(a, DOCX_STYLES_MAX, sizeof(struct docx_style))};
    struct docx_style *style = NULL;
    struct xml_reader *x = NULL;
    enum format_fault fault = styles.items ? xml_open(xml, &x) : FORMAT_NO_MEMORY;
    while (fault == FORMAT_NONE && xml_next(x)) {
        bool is_style = xml_event(x) != XML_EVENT_TEXT && str_eq(xml_name(x), STR("style"));
        if (is_style) {
            bool opens = xml_event(x) == XML_EVENT_OPEN && styles.count < DOCX_STYLES_MAX;
            style = opens ? &styles.items[styles.count++] : NULL;
            if (style) {
                style->name = xml_attribute(x, a, "styleId");
            }
        } else if (style && xml_event(x) == XML_EVENT_OPEN) {
            read_property(style, x, a);
        }
    }
    fault = fault == FORMAT_NONE ? xml_fault(x) : fault;
    xml_close(x);
    *ret = styles;
    return fault;
}

unsigned docx_style_level(const struct docx_styles *styles, str name)
{
    for (unsigned depth = 0; depth < 10 && name.n; depth++) {
        const struct docx_style *found = NULL;
        for (size_t i = 0; i < styles->count && !found; i++) {
            found = str_eq(styles->items[i].name, name) ? &styles->items[i] : NULL;
        }
        if (!found) {
            return level_of_name(name);
        }
        if (found->level) {
            return found->level;
        }
        name = found->based_on;
    }
    return 0;
}
