/* SPDX-License-Identifier: Apache-2.0 */
/* Markdown (CommonMark with GitHub's tables) through md4c, with front matter and GitHub's heading
 * anchors. */
#include <md4c.h>
#include <stdio.h>

#include "base/utf8.h"
#include "know/charset.h"
#include "know/entity.h"
#include "know/format.h"
#include "know/outline.h"

enum { LIST_DEPTH = 12, SLUGS_MAX = 2000 };

struct markdown {
    struct arena *arena;
    struct outline outline;
    struct buf heading;
    str title, anchor; /* of an <a name> or id in raw HTML just before or in the heading */
    unsigned level;    /* of the heading being read, 0: none */
    bool code, html_hidden;
    unsigned cells;
    unsigned lists;
    unsigned numbers[LIST_DEPTH]; /* next number of an ordered list, 0: bullets */
    str *slugs;
    size_t slug_count;
};

/* GitHub's anchor: lower case, letters, digits, "-" and "_" stay, spaces become "-"; a repetition
 * gets "-1". */
static str slug(struct markdown *m, str heading)
{
    if (m->slug_count >= SLUGS_MAX) {
        return STR_EMPTY;
    }
    struct buf b;
    buf_init(&b, OUTLINE_ANCHOR_MAX);
    str rest = outline_clean(m->arena, heading, OUTLINE_HEADING_MAX);
    uint32_t code;
    while (utf8_next(&rest, &code)) {
        if (code == ' ') {
            buf_add_byte(&b, '-');
        } else if (code < 0x80) {
            char c = str_lower((char)code);
            if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_') {
                buf_add_byte(&b, c);
            }
        } else if (code < 0x2000 || (code > 0x206F && code < 0x1F000)) {
            /* Letters above ASCII; the two Latin and Cyrillic ranges whose lower case is 32 further
             * on. */
            bool upper =
                (code >= 0xC0 && code <= 0xDE && code != 0xD7) || (code >= 0x410 && code <= 0x42F);
            utf8_add(&b, upper ? code + 32 : code);
        }
    }
    str name = buf_err(&b).code ? STR_EMPTY : arena_str(m->arena, buf_str(&b));
    buf_done(&b);
    if (str_empty(name)) {
        return STR_EMPTY;
    }
    unsigned same = 0;
    for (size_t i = 0; i < m->slug_count; i++) {
        same += str_eq(m->slugs[i], name);
    }
    m->slugs[m->slug_count++] = name;
    return same ? arena_printf(m->arena, "%.*s-%u", STR_ARG(name), same) : name;
}

static void list_item(struct markdown *m)
{
    static const char spaces[] = "                        ";
    unsigned depth = m->lists ? m->lists - 1 : 0;
    unsigned *number = &m->numbers[depth < LIST_DEPTH ? depth : LIST_DEPTH - 1];
    char mark[48];
    int indent = (int)(depth < LIST_DEPTH ? depth * 2 : LIST_DEPTH * 2);
    int n = *number ? snprintf(mark, sizeof(mark), "%.*s%u. ", indent, spaces, (*number)++)
                    : snprintf(mark, sizeof(mark), "%.*s- ", indent, spaces);
    outline_line(&m->outline);
    outline_prefix(&m->outline, str_n(mark, (size_t)n));
}

/* Zero means bullets here; a list that starts with 0 counts from 1. */
static unsigned ordered_start(const MD_BLOCK_OL_DETAIL *list)
{
    return list->start ? list->start : 1;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *user)
{
    struct markdown *m = user;
    switch (type) {
    case MD_BLOCK_H:
        m->level = ((MD_BLOCK_H_DETAIL *)detail)->level;
        buf_clear(&m->heading);
        break;
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
        if (m->lists < LIST_DEPTH) {
            m->numbers[m->lists] = type == MD_BLOCK_OL ? ordered_start(detail) : 0;
        }
        if (m->lists++ == 0) {
            outline_paragraph(&m->outline);
        }
        break;
    case MD_BLOCK_LI:
        list_item(m);
        break;
    case MD_BLOCK_CODE:
        m->code = true;
        outline_paragraph(&m->outline);
        break;
    case MD_BLOCK_TR:
        m->cells = 0;
        outline_line(&m->outline);
        break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        if (m->cells++) {
            outline_text(&m->outline, STR(" | "));
        }
        break;
    case MD_BLOCK_P:
        if (!m->lists) {
            outline_paragraph(&m->outline);
        } else {
            outline_line(&m->outline);
        }
        break;
    case MD_BLOCK_TABLE:
    case MD_BLOCK_QUOTE:
    case MD_BLOCK_HTML:
    case MD_BLOCK_HR:
        outline_paragraph(&m->outline);
        break;
    case MD_BLOCK_DOC:
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
    default:
        break;
    }
    return 0;
}

static void heading_end(struct markdown *m)
{
    str text = buf_str(&m->heading);
    if (str_empty(m->title) && m->level == 1) {
        m->title = outline_clean(m->arena, text, OUTLINE_HEADING_MAX);
    }
    str own = slug(m, text);
    outline_heading(&m->outline, m->level, text, m->anchor.n ? m->anchor : own);
    m->anchor = STR_EMPTY;
    m->level = 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *user)
{
    struct markdown *m = user;
    (void)detail;
    switch (type) {
    case MD_BLOCK_H:
        heading_end(m);
        break;
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
        if (--m->lists == 0) {
            outline_paragraph(&m->outline);
        }
        break;
    case MD_BLOCK_CODE:
        m->code = false;
        outline_paragraph(&m->outline);
        break;
    case MD_BLOCK_P:
    case MD_BLOCK_TABLE:
    case MD_BLOCK_QUOTE:
    case MD_BLOCK_HTML:
        if (!m->lists) {
            outline_paragraph(&m->outline);
        } else {
            outline_line(&m->outline);
        }
        break;
    case MD_BLOCK_DOC:
    case MD_BLOCK_LI:
    case MD_BLOCK_HR:
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
    case MD_BLOCK_TR:
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
    default:
        break;
    }
    return 0;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *user)
{
    struct markdown *m = user;
    if (type == MD_SPAN_A) {
        const MD_SPAN_A_DETAIL *a = detail;
        outline_link(&m->outline, str_n(a->href.text, a->href.size));
    }
    return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *user)
{
    (void)type;
    (void)detail;
    (void)user;
    return 0;
}

static void add(struct markdown *m, str s)
{
    if (m->level) {
        buf_add(&m->heading, s);
    } else if (m->code) {
        outline_raw(&m->outline, s);
    } else {
        outline_text(&m->outline, s);
    }
}

/* The name or id of an <a …>; the text between tags is what stays of raw HTML. */
static void raw_html(struct markdown *m, str html)
{
    size_t at = 0;
    while (at < html.n) {
        size_t open = str_find_byte(html, '<', at);
        if (!m->html_hidden) {
            add(m, entity_text(m->arena, str_slice(html, at, open == SIZE_MAX ? html.n : open)));
        }
        if (open == SIZE_MAX) {
            return;
        }
        bool comment = str_starts(str_slice(html, open, html.n), STR("<!--"));
        size_t close = comment ? str_find(html, STR("-->"), open) : str_find_byte(html, '>', open);
        str tag = str_slice(html, open, close == SIZE_MAX ? html.n : close + 1);
        str anchor = entity_attribute(tag, STR("id"));
        anchor = anchor.n ? anchor : entity_attribute(tag, STR("name"));
        if (anchor.n && (str_istarts(tag, STR("<a ")) || str_istarts(tag, STR("<h")))) {
            m->anchor = arena_str(m->arena, anchor);
        }
        if (str_istarts(tag, STR("<script")) || str_istarts(tag, STR("<style"))) {
            m->html_hidden = true;
        } else if (str_istarts(tag, STR("</script")) || str_istarts(tag, STR("</style"))) {
            m->html_hidden = false;
        }
        if (close == SIZE_MAX) {
            return;
        }
        at = close + (comment ? 3 : 1);
    }
}

static int text(MD_TEXTTYPE type, const MD_CHAR *p, MD_SIZE n, void *user)
{
    struct markdown *m = user;
    str s = {p, n};
    char decoded[8];
    switch (type) {
    case MD_TEXT_BR:
        if (m->level) {
            add(m, STR(" "));
        } else {
            outline_line(&m->outline);
        }
        break;
    case MD_TEXT_SOFTBR:
        add(m, STR(" "));
        break;
    case MD_TEXT_ENTITY:
        add(m, entity_decode(s, decoded));
        break;
    case MD_TEXT_HTML:
        raw_html(m, s);
        break;
    case MD_TEXT_NULLCHAR:
        break;
    case MD_TEXT_NORMAL:
    case MD_TEXT_CODE:
    case MD_TEXT_LATEXMATH:
    default:
        add(m, s);
        break;
    }
    return 0;
}

/* Takes YAML front matter off; of it only the one-line title counts. */
static str front_matter(struct markdown *m, str s)
{
    if (!str_starts(s, STR("---\n"))) {
        return s;
    }
    size_t end = str_find(s, STR("\n---\n"), 3);
    if (end == SIZE_MAX || end > 64 * 1024) {
        return s;
    }
    str rest = str_slice(s, 4, end), line;
    while (str_split(&rest, '\n', &line)) {
        if (str_istarts(line, STR("title:"))) {
            str value = str_trim(str_slice(line, 6, line.n));
            bool quoted = value.n > 1 && (value.p[0] == '"' || value.p[0] == '\'') &&
                          value.p[value.n - 1] == value.p[0];
            m->title = outline_clean(m->arena, quoted ? str_slice(value, 1, value.n - 1) : value,
                                     OUTLINE_HEADING_MAX);
        }
    }
    return str_slice(s, end + 5, s.n);
}

enum format_fault format_markdown(struct arena *a, const struct format_input *in,
                                  struct know_document *ret)
{
    static const MD_PARSER parser = {
        .flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = text,
    };
    str source;
    err e = charset_decode(a, in->bytes, charset_of_type(in->content_type), false, &source);
    struct markdown m = {.arena = a, .slugs = arena_array(a, SLUGS_MAX, sizeof(str))};
    if (!err_ok(e) || !m.slugs) {
        return FORMAT_NO_MEMORY;
    }
    outline_init(&m.outline, a, in->text_max);
    buf_init(&m.heading, in->text_max);
    source = front_matter(&m, source);
    if (md_parse(source.p, (MD_SIZE)source.n, &parser, &m) != 0 && !m.outline.failed) {
        m.outline.failed = ERR_NO_MEMORY;
    }
    e = outline_take(&m.outline, ret);
    outline_done(&m.outline);
    buf_done(&m.heading);
    ret->title = m.title;
    return format_fault_of(e);
}
