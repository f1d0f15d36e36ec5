/* SPDX-License-Identifier: Apache-2.0 */
/* HTML through libxml2's forgiving parser: main text with headings and anchors, tables and lists as
 * readable text. */
#include <libxml/HTMLparser.h>
#include <stdio.h>

#include "know/charset.h"
#include "know/format.h"
#include "know/html_meta.h"
#include "know/html_tree.h"
#include "know/outline.h"

enum { LIST_DEPTH = 12, ENOUGH_BYTES = 80 };

struct page {
    struct arena *arena;
    struct outline outline;
    struct buf heading;
    unsigned level; /* of the heading being read, 0: none */
    str heading_anchor;
    str pending;       /* the last id before the place we are at … */
    size_t pending_at; /* … if no text came since: bytes of text then */
    bool glue; /* the next text goes on from a term or a note's name, in the same paragraph */
    unsigned pre, cells_depth, lists, cells, notes;
    unsigned numbers[LIST_DEPTH];
};

static void add_text(struct page *p, str s)
{
    p->glue = p->glue && str_empty(str_trim(s));
    if (p->level) {
        buf_add(&p->heading, s);
    } else if (p->pre) {
        outline_raw(&p->outline, s);
    } else {
        outline_text(&p->outline, s);
    }
}

static void line_end(struct page *p)
{
    if (p->level || p->cells_depth) {
        add_text(p, STR(" "));
    } else {
        outline_line(&p->outline);
    }
}

static void paragraph_end(struct page *p)
{
    if (p->level || p->cells_depth || p->lists || p->glue) {
        line_end(p);
    } else {
        outline_paragraph(&p->outline);
    }
}

/* Wrappers that carry an id for style sheets: a link to them is a link to the page. */
static bool is_wrapper(str name)
{
    static const char *const names[] = {
        "content", "main",    "page", "wrapper",      "container",  "root",         "app",
        "body",    "primary", "top",  "main-content", "doccontent", "site-content", "post"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_ieq(name, str_c(names[i]))) {
            return true;
        }
    }
    return false;
}

static void note_anchor(struct page *p, const xmlNode *node, enum html_tag tag)
{
    str name = html_attribute(node, "id");
    if (str_empty(name) && tag == HTML_a) {
        name = html_attribute(node, "name");
    }
    if (str_empty(name) || tag == HTML_body || tag == HTML_html || tag == HTML_main ||
        is_wrapper(name)) {
        return;
    }
    if (p->level) {
        p->heading_anchor = p->heading_anchor.n ? p->heading_anchor : name;
    } else {
        p->pending = name;
        p->pending_at = p->outline.text.n;
    }
}

static bool has_class(const xmlNode *node, str word)
{
    str rest = html_attribute(node, "class"), one;
    while (str_split(&rest, ' ', &one)) {
        if (str_ieq(one, word)) {
            return true;
        }
    }
    return false;
}

/* A boxed note's heading ("Tip") does not head the text that follows the box. */
static bool is_note(const xmlNode *node)
{
    static const str names[] = {STR_INIT("note"),    STR_INIT("tip"),       STR_INIT("warning"),
                                STR_INIT("caution"), STR_INIT("important"), STR_INIT("admonition"),
                                STR_INIT("sidebar"), STR_INIT("alert"),     STR_INIT("callout")};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (has_class(node, names[i])) {
            return true;
        }
    }
    return false;
}

/* A term of a definition list with an address of its own heads its definition. */
static bool is_headed_term(const xmlNode *node)
{
    if (html_info(node)->text == 0 || html_info(node)->text > 120) {
        return false;
    }
    return html_attribute(node, "id").n > 0 ||
           (node->children && node->children->type == XML_ELEMENT_NODE &&
            html_info(node->children)->tag == HTML_a &&
            (html_attribute(node->children, "id").n || html_attribute(node->children, "name").n));
}

static unsigned heading_level(const struct page *p, const xmlNode *node, enum html_tag tag)
{
    if (p->cells_depth || p->notes || p->level) {
        return 0;
    }
    if (tag >= HTML_h1 && tag <= HTML_h6) {
        return (unsigned)(tag - HTML_h1) + 1;
    }
    return tag == HTML_dt && is_headed_term(node) ? 7 : 0;
}

static void heading_begin(struct page *p, unsigned level)
{
    bool fresh = p->pending.n && p->pending_at == p->outline.text.n;
    p->heading_anchor = fresh ? p->pending : STR_EMPTY;
    p->pending = STR_EMPTY;
    p->level = level;
    buf_clear(&p->heading);
}

static void heading_end(struct page *p)
{
    unsigned level = p->level;
    p->level = 0;
    outline_heading(&p->outline, level, buf_str(&p->heading), p->heading_anchor);
}

static void list_begin(struct page *p, enum html_tag tag)
{
    if (p->lists == 0) {
        paragraph_end(p);
    }
    if (p->lists < LIST_DEPTH) {
        p->numbers[p->lists] = tag == HTML_ol;
    }
    p->lists++;
}

static void list_item(struct page *p)
{
    static const char spaces[] = "                        ";
    line_end(p);
    if (p->level || p->cells_depth) {
        return;
    }
    unsigned depth = p->lists ? p->lists - 1 : 0;
    depth = depth < LIST_DEPTH ? depth : LIST_DEPTH - 1;
    unsigned *number = &p->numbers[depth];
    char mark[48];
    int n = p->lists && *number
                ? snprintf(mark, sizeof(mark), "%.*s%u. ", (int)depth * 2, spaces, (*number)++)
                : snprintf(mark, sizeof(mark), "%.*s- ", (int)depth * 2, spaces);
    outline_prefix(&p->outline, str_n(mark, (size_t)n));
}

static bool is_block(enum html_tag tag)
{
    switch ((int)tag) {
    case HTML_p:
    case HTML_div:
    case HTML_section:
    case HTML_article:
    case HTML_main:
    case HTML_header:
    case HTML_footer:
    case HTML_aside:
    case HTML_blockquote:
    case HTML_figure:
    case HTML_figcaption:
    case HTML_address:
    case HTML_details:
    case HTML_summary:
    case HTML_dl:
    case HTML_form:
    case HTML_fieldset:
    case HTML_legend:
    case HTML_center:
    case HTML_hr:
    case HTML_caption:
    case HTML_body:
    case HTML_h1:
    case HTML_h2:
    case HTML_h3:
    case HTML_h4:
    case HTML_h5:
    case HTML_h6:
        return true;
    default:
        return false;
    }
}

static bool in_layout(const xmlNode *cell)
{
    const xmlNode *up = cell->parent;
    for (unsigned i = 0; i < 3 && up && up->type == XML_ELEMENT_NODE; i++, up = up->parent) {
        if (html_info(up)->tag == HTML_table) {
            return html_info(up)->layout;
        }
    }
    return false;
}

static void enter_table_part(struct page *p, const xmlNode *node, const struct html_node *info)
{
    if (info->tag == HTML_table || (info->layout | in_layout(node))) {
        paragraph_end(p);
    } else if (info->tag == HTML_tr) {
        line_end(p);
        p->cells = 0;
    } else if (info->tag == HTML_td || info->tag == HTML_th) {
        if (p->cells++) {
            add_text(p, STR(" | "));
        }
        p->cells_depth++;
    }
}

static bool is_table_part(enum html_tag tag)
{
    return tag == HTML_table || tag == HTML_tr || tag == HTML_td || tag == HTML_th;
}

/* A term and a note's name stand in a line with what they head: "-W: asks for a password." */
static void term_end(struct page *p)
{
    str before = str_trim(buf_str(&p->outline.text));
    char last = before.n ? before.p[before.n - 1] : ' ';
    bool word = (last >= 'a' && last <= 'z') || (last >= 'A' && last <= 'Z') ||
                (last >= '0' && last <= '9') || last == ')' || last == ']' || (last & 0x80);
    if (word && !p->level && !p->cells_depth) {
        add_text(p, STR(":"));
    }
    line_end(p);
    p->glue = true;
}

static void enter(struct page *p, xmlNode *node)
{
    const struct html_node *info = html_info(node);
    enum html_tag tag = info->tag;
    note_anchor(p, node, tag);
    unsigned level = heading_level(p, node, tag);
    p->notes += is_note(node);
    if (level) {
        heading_begin(p, level);
        note_anchor(p, node, tag);
        str own = html_attribute(node, "id");
        p->heading_anchor = own.n && !is_wrapper(own) ? own : p->heading_anchor;
    } else if (tag == HTML_br) {
        line_end(p);
    } else if (tag == HTML_ul || tag == HTML_ol) {
        list_begin(p, tag);
    } else if (tag == HTML_li) {
        list_item(p);
    } else if (tag == HTML_dt || tag == HTML_dd) {
        if (tag == HTML_dt) {
            paragraph_end(p);
        } else {
            line_end(p);
        }
    } else if (tag == HTML_pre) {
        paragraph_end(p);
        p->pre++;
    } else if (is_table_part(tag)) {
        enter_table_part(p, node, info);
    } else if (is_block(tag)) {
        paragraph_end(p);
    }
}

static void leave(struct page *p, xmlNode *node)
{
    const struct html_node *info = html_info(node);
    enum html_tag tag = info->tag;
    p->notes -= is_note(node) && p->notes;
    if (p->level && ((tag >= HTML_h1 && tag <= HTML_h6) || tag == HTML_dt)) {
        heading_end(p);
    } else if (tag == HTML_dt || (p->notes && tag >= HTML_h1 && tag <= HTML_h6)) {
        term_end(p);
    } else if (tag == HTML_ul || tag == HTML_ol) {
        p->lists -= p->lists > 0;
        paragraph_end(p);
    } else if (tag == HTML_li || tag == HTML_dd) {
        line_end(p);
    } else if (tag == HTML_pre) {
        p->pre -= p->pre > 0;
        paragraph_end(p);
    } else if ((tag == HTML_td || tag == HTML_th) && !in_layout(node)) {
        p->cells_depth -= p->cells_depth > 0;
    } else if (is_block(tag) || tag == HTML_table) {
        paragraph_end(p);
    }
}

static void write_text(struct page *p, xmlNode *root)
{
    xmlNode *node = root;
    for (;;) {
        bool element = node->type == XML_ELEMENT_NODE;
        if (element && !html_info(node)->drop) {
            enter(p, node);
            if (node->children) {
                node = node->children;
                continue;
            }
            leave(p, node);
        } else if (node->type == XML_TEXT_NODE && node->content) {
            add_text(p, html_xml(node->content));
        }
        while (node != root && !node->next) {
            node = node->parent;
            leave(p, node);
        }
        if (node == root) {
            return;
        }
        node = node->next;
    }
}

static void page_reset(struct page *p, size_t text_max)
{
    outline_done(&p->outline);
    buf_done(&p->heading);
    *p = (struct page){.arena = p->arena};
    outline_init(&p->outline, p->arena, text_max);
    buf_init(&p->heading, text_max);
}

static enum format_fault read_tree(struct arena *a, xmlNode *root, size_t text_max,
                                   struct know_document *ret)
{
    err e = html_measure(a, root);
    if (!err_ok(e)) {
        return FORMAT_NO_MEMORY;
    }
    struct page p = {.arena = a};
    page_reset(&p, text_max);
    xmlNode *main = html_choose(root, HTML_STRICT);
    write_text(&p, main);
    size_t size = p.outline.text.n;
    if (size < ENOUGH_BYTES && html_info(root)->text > size * 8) {
        page_reset(&p, text_max); /* a page whose text sits in what looks like a menu */
        main = html_choose(root, HTML_LENIENT);
        write_text(&p, main);
    }
    html_meta(a, root, main, &p.outline, ret);
    e = outline_take(&p.outline, ret);
    page_reset(&p, 0);
    return format_fault_of(e);
}

static void ignore_message(void *user, xmlErrorPtr message)
{
    (void)user;
    (void)message;
}

enum format_fault format_html(struct arena *a, const struct format_input *in,
                              struct know_document *ret)
{
    str text;
    err e = charset_decode(a, in->bytes, charset_of_type(in->content_type), true, &text);
    if (!err_ok(e)) {
        return format_fault_of(e);
    }
    xmlSetStructuredErrorFunc(NULL, ignore_message);
    if (text.n > INT32_MAX) {
        return FORMAT_TOO_LARGE;
    }
    htmlDocPtr doc = htmlReadMemory(text.p, (int)text.n, NULL, "UTF-8",
                                    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                        HTML_PARSE_NONET | HTML_PARSE_COMPACT);
    if (!doc) {
        return FORMAT_DAMAGED;
    }
    xmlNode *root = xmlDocGetRootElement(doc);
    enum format_fault fault = root ? read_tree(a, root, in->text_max, ret) : FORMAT_NO_TEXT;
    xmlFreeDoc(doc);
    return fault;
}
