/* SPDX-License-Identifier: Apache-2.0 */
#include "know/html_meta.h"

struct meta {
    struct arena *arena;
    struct outline *outline;
    struct know_document *document;
    str title, og_title, site, h1;
    unsigned h1_count;
};

str html_inner_text(struct arena *a, xmlNode *root, size_t max)
{
    struct buf b;
    buf_init(&b, max * 4);
    for (xmlNode *node = root; node; node = html_next(root, node, true)) {
        if (node->type == XML_TEXT_NODE && node->content) {
            buf_add(&b, str_slice(html_xml(node->content), 0, b.max - b.n));
        }
    }
    str clean = outline_clean(a, buf_str(&b), max);
    buf_done(&b);
    return clean;
}

/* "en-US, de" and "en_US" are "en". */
static str language_of(struct arena *a, str value)
{
    value = str_trim(value);
    size_t n = 0;
    while (n < value.n && ((value.p[n] | 0x20) >= 'a' && (value.p[n] | 0x20) <= 'z')) {
        n++;
    }
    if (n < 2 || n > 3) {
        return STR_EMPTY;
    }
    char lower[3];
    for (size_t i = 0; i < n; i++) {
        lower[i] = str_lower(value.p[i]);
    }
    str kept = arena_str(a, str_n(lower, n));
    return kept.p ? kept : STR_EMPTY;
}

static bool has_word(str list, str word)
{
    for (size_t i = 0; i + word.n <= list.n; i++) {
        bool starts =
            i == 0 || list.p[i - 1] == ' ' || list.p[i - 1] == ',' || list.p[i - 1] == '\t';
        bool ends = i + word.n == list.n || list.p[i + word.n] == ' ' || list.p[i + word.n] == ',';
        if (starts && ends && str_ieq(str_slice(list, i, i + word.n), word)) {
            return true;
        }
    }
    return false;
}

static void read_meta(struct meta *m, const xmlNode *node)
{
    str name = html_attribute(node, "name"), property = html_attribute(node, "property");
    str content = html_attribute(node, "content");
    if (str_ieq(name, STR("robots")) || str_ieq(name, STR("doorward"))) {
        m->document->noindex |= has_word(content, STR("noindex")) || has_word(content, STR("none"));
        m->document->nofollow |=
            has_word(content, STR("nofollow")) || has_word(content, STR("none"));
    } else if (str_ieq(property, STR("og:title")) && str_empty(m->og_title)) {
        m->og_title = outline_clean(m->arena, content, OUTLINE_HEADING_MAX);
    } else if (str_ieq(property, STR("og:site_name")) && str_empty(m->site)) {
        m->site = outline_clean(m->arena, content, OUTLINE_HEADING_MAX);
    } else if (str_ieq(html_attribute(node, "http-equiv"), STR("content-language")) &&
               str_empty(m->document->language)) {
        m->document->language = language_of(m->arena, content);
    }
}

static str kept_url(struct arena *a, str href)
{
    href = str_trim(href);
    if (href.n > OUTLINE_URL_MAX || str_has_control(href)) {
        return STR_EMPTY;
    }
    str kept = arena_str(a, href);
    return kept.p ? kept : STR_EMPTY;
}

static void read_element(struct meta *m, xmlNode *node, enum html_tag tag)
{
    if (tag == HTML_html) {
        str lang = html_attribute(node, "lang");
        m->document->language =
            language_of(m->arena, lang.n ? lang : html_attribute(node, "xml:lang"));
    } else if (tag == HTML_title && str_empty(m->title)) {
        m->title = html_inner_text(m->arena, node, OUTLINE_HEADING_MAX);
    } else if (tag == HTML_meta) {
        read_meta(m, node);
    } else if (tag == HTML_base && str_empty(m->document->base)) {
        m->document->base = kept_url(m->arena, html_attribute(node, "href"));
    } else if (tag == HTML_link) {
        if (has_word(html_attribute(node, "rel"), STR("canonical"))) {
            m->document->canonical = kept_url(m->arena, html_attribute(node, "href"));
        }
    } else if ((tag == HTML_a || tag == HTML_area) &&
               !has_word(html_attribute(node, "rel"), STR("nofollow"))) {
        outline_link(m->outline, html_attribute(node, "href"));
    } else if (tag == HTML_frame || tag == HTML_iframe) {
        if (tag == HTML_frame) {
            outline_link(m->outline, html_attribute(node, "src"));
        }
    }
}

static void read_h1(struct meta *m, xmlNode *main)
{
    bool into = true;
    for (xmlNode *node = main; node; node = html_next(main, node, into)) {
        into = true;
        if (node->type != XML_ELEMENT_NODE) {
            continue;
        }
        const struct html_node *info = html_info(node);
        into = !info->drop;
        if (info->tag == HTML_h1 && !info->drop && info->text > 0) {
            m->h1_count++;
            m->h1 = str_empty(m->h1) ? html_inner_text(m->arena, node, OUTLINE_HEADING_MAX) : m->h1;
        }
    }
}

static size_t words(str s)
{
    size_t n = !str_empty(s);
    for (size_t i = 0; i < s.n; i++) {
        n += s.p[i] == ' ';
    }
    return n;
}

str html_title_clean(str title, str site)
{
    static const str separators[] = {STR_INIT(" | "),  STR_INIT(" – "), STR_INIT(" — "),
                                     STR_INIT(" :: "), STR_INIT(" · "), STR_INIT(" • "),
                                     STR_INIT(" » "),  STR_INIT(" « "), STR_INIT(" - ")};
    size_t best = SIZE_MAX, length = 0;
    for (size_t i = 0; i < sizeof(separators) / sizeof(separators[0]); i++) {
        for (size_t at = str_find(title, separators[i], 0); at != SIZE_MAX;
             at = str_find(title, separators[i], at + 1)) {
            if (best == SIZE_MAX || at > best) {
                best = at;
                length = separators[i].n;
            }
        }
    }
    if (best == SIZE_MAX || best < 3) {
        return title;
    }
    str last = str_slice(title, best + length, title.n),
        front = str_trim(str_slice(title, 0, best));
    if (site.n && str_ieq(last, site)) {
        return front;
    }
    return str_empty(site) && words(last) <= 4 ? front : title;
}

void html_meta(struct arena *a, xmlNode *root, xmlNode *main, struct outline *o,
               struct know_document *ret)
{
    struct meta m = {.arena = a, .outline = o, .document = ret};
    for (xmlNode *node = root; node; node = html_next(root, node, true)) {
        if (node->type == XML_ELEMENT_NODE) {
            read_element(&m, node, html_info(node)->tag);
        }
    }
    read_h1(&m, main);
    str titled = html_title_clean(m.og_title.n ? m.og_title : m.title, m.site);
    ret->title = m.h1_count == 1 || str_empty(titled) ? m.h1 : titled;
    if (ret->title.n > 4 && str_ends(ret->title, STR("¶"))) {
        ret->title = str_trim(str_slice(ret->title, 0, ret->title.n - 2));
    }
}
