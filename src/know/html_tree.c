/* SPDX-License-Identifier: Apache-2.0 */
#include "know/html_tree.h"

/* Words in id and class that mark boilerplate: whole words, or word starts where a "*" ends them.
 */
static const char *const boilerplate[] = {
    "nav",        "navbar*",      "navigation",  "navheader",     "navfooter",
    "navbox",     "navlinks",     "navmenu",     "menu",          "menubar",
    "menus",      "submenu",      "breadcrumb*", "footer",        "footernav",
    "cookie",     "cookies",      "cookiebar*",  "cookiebanner*", "cookieconsent*",
    "consent",    "gdpr",         "banner*",     "sidebar*",      "toc",
    "tocwrapper", "newsletter",   "subscribe",   "share",         "sharing",
    "sharebar",   "sharebuttons", "social",      "socials",       "pagination",
    "pager",      "skip",         "skiplink*",   "related",       "popup",
    "modal",      "overlay",      "advert*",     "ads",           "adsbygoogle",
    "sponsored",  "disqus*",      "search",      "searchbox",     "searchform",
    "searchbar",  "login",        "noprint",     "offscreen",     "screenreader*",
    "masthead",   "topbar",       "toolbar",     "prevnext",      "headerlink",
    "copyright",  "catlinks",     "editsection", "jumplink",
};

static const char *const boilerplate_roles[] = {
    "navigation", "banner",  "contentinfo", "search", "complementary", "dialog", "alertdialog",
    "menu",       "menubar", "toolbar",     "alert",  "status",        "doc-toc"};

static enum html_tag tag_of(const xmlNode *node)
{
    static const char *const names[] = {
#define HTML_TAG_NAME(name) #name,
        HTML_TAGS(HTML_TAG_NAME)
#undef HTML_TAG_NAME
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i][0] == (char)node->name[0] && strcmp(names[i], (const char *)node->name) == 0) {
            return (enum html_tag)(i + 1);
        }
    }
    return HTML_OTHER;
}

struct html_node *html_info(const xmlNode *node) { return node->_private; }

str html_attribute(const xmlNode *node, const char *name)
{
    for (const xmlAttr *attr = node->properties; attr; attr = attr->next) {
        if (strcmp((const char *)attr->name, name) == 0) {
            return attr->children && attr->children->content ? html_xml(attr->children->content)
                                                             : STR_EMPTY;
        }
    }
    return STR_EMPTY;
}

static bool attribute_present(const xmlNode *node, const char *name)
{
    for (const xmlAttr *attr = node->properties; attr; attr = attr->next) {
        if (strcmp((const char *)attr->name, name) == 0) {
            return true;
        }
    }
    return false;
}

xmlNode *html_next(const xmlNode *root, xmlNode *node, bool into)
{
    if (into && node->type == XML_ELEMENT_NODE && node->children) {
        return node->children;
    }
    while (node && node != root) {
        if (node->next) {
            return node->next;
        }
        node = node->parent;
    }
    return NULL;
}

static bool never_text(enum html_tag tag)
{
    return tag == HTML_script || tag == HTML_style || tag == HTML_template || tag == HTML_svg ||
           tag == HTML_math || tag == HTML_iframe || tag == HTML_object || tag == HTML_embed ||
           tag == HTML_canvas || tag == HTML_video || tag == HTML_audio || tag == HTML_select ||
           tag == HTML_textarea || tag == HTML_head || tag == HTML_noscript || tag == HTML_map;
}

static uint32_t dense_length(const xmlChar *text)
{
    uint32_t n = 0;
    for (; *text && n < UINT32_MAX; text++) {
        n += *text > ' ';
    }
    return n;
}

static bool is_heading(enum html_tag tag) { return tag >= HTML_h1 && tag <= HTML_h6; }

/* Adds a finished element's figures to its parent's. */
static void close_node(const xmlNode *root, xmlNode *node)
{
    struct html_node *own = html_info(node);
    if (node == root || never_text(own->tag)) {
        return;
    }
    struct html_node *above = html_info(node->parent);
    above->text += own->text;
    above->linked += own->tag == HTML_a ? own->text : own->linked;
    above->links += own->links + (own->tag == HTML_a);
    above->has_heading |= own->has_heading || is_heading(own->tag);
    above->has_h1 |= own->has_h1 || (own->tag == HTML_h1 && own->text > 0);
}

err html_measure(struct arena *a, xmlNode *root)
{
    xmlNode *node = root;
    for (;;) {
        if (node->type == XML_ELEMENT_NODE) {
            struct html_node *info = arena_alloc(a, sizeof(*info));
            if (!info) {
                return err_new(ERR_NO_MEMORY, "no memory for a page");
            }
            info->tag = tag_of(node);
            node->_private = info;
            if (node->children) {
                node = node->children;
                continue;
            }
            close_node(root, node);
        } else if (node->type == XML_TEXT_NODE && node->content && node->parent && node != root) {
            html_info(node->parent)->text += dense_length(node->content);
        }
        while (node != root && !node->next && node->parent) {
            node = node->parent;
            close_node(root, node);
        }
        if (node == root || !node->next) {
            return ERR_NONE;
        }
        node = node->next;
    }
}

static bool word_matches(str word, const char *pattern)
{
    str p = str_c(pattern);
    bool start = p.p[p.n - 1] == '*';
    p.n -= start;
    return start ? str_istarts(word, p) : str_ieq(word, p);
}

/* Looks at each word of "site-nav__list  cookieBanner": words end at other bytes and at a capital
 * after a small letter. */
static bool names_boilerplate(str names)
{
    size_t i = 0;
    while (i < names.n) {
        while (i < names.n && !((names.p[i] | 0x20) >= 'a' && (names.p[i] | 0x20) <= 'z')) {
            i++;
        }
        size_t from = i;
        while (i < names.n && (names.p[i] | 0x20) >= 'a' && (names.p[i] | 0x20) <= 'z' &&
               (i == from || names.p[i] >= 'a' || names.p[i - 1] < 'a')) {
            i++;
        }
        str word = str_slice(names, from, i);
        for (size_t k = 0; word.n && k < sizeof(boilerplate) / sizeof(boilerplate[0]); k++) {
            if (word_matches(word, boilerplate[k])) {
                return true;
            }
        }
    }
    return false;
}

static bool role_is_boilerplate(str role)
{
    for (size_t i = 0; i < sizeof(boilerplate_roles) / sizeof(boilerplate_roles[0]); i++) {
        if (str_ieq(role, str_c(boilerplate_roles[i]))) {
            return true;
        }
    }
    return false;
}

static bool hidden(const xmlNode *node)
{
    str style = html_attribute(node, "style");
    return attribute_present(node, "hidden") ||
           str_ieq(html_attribute(node, "aria-hidden"), STR("true")) ||
           str_find(style, STR("display:none"), 0) != SIZE_MAX ||
           str_find(style, STR("display: none"), 0) != SIZE_MAX;
}

static bool inside(const xmlNode *node, enum html_tag tag, enum html_tag other)
{
    for (const xmlNode *up = node->parent; up && up->type == XML_ELEMENT_NODE; up = up->parent) {
        const struct html_node *info = html_info(up);
        if (info && (info->tag == tag || info->tag == other)) {
            return true;
        }
    }
    return false;
}

static bool is_container(enum html_tag tag)
{
    return tag == HTML_div || tag == HTML_ul || tag == HTML_ol || tag == HTML_section ||
           tag == HTML_table || tag == HTML_form || tag == HTML_header;
}

/* A container that is mostly links and has no heading: a menu whatever its name. */
static bool is_link_list(const xmlNode *node, const struct html_node *info)
{
    bool container = info->tag == HTML_div || info->tag == HTML_ul || info->tag == HTML_ol ||
                     info->tag == HTML_section || info->tag == HTML_table || info->tag == HTML_dl;
    return container && info->links >= 4 && !info->has_heading &&
           info->linked > info->text / 5 * 4 && !inside(node, HTML_main, HTML_article);
}

static bool drops(const xmlNode *node, const struct html_node *info, uint32_t total,
                  enum html_strictness strictness)
{
    enum html_tag tag = info->tag;
    if (never_text(tag) || tag == HTML_nav || tag == HTML_dialog || tag == HTML_button ||
        hidden(node)) {
        return true;
    }
    if (strictness == HTML_LENIENT || tag == HTML_html || tag == HTML_body || tag == HTML_main ||
        tag == HTML_article || is_heading(tag)) {
        return false;
    }
    if (tag == HTML_aside || (tag == HTML_footer && !inside(node, HTML_blockquote, HTML_figure)) ||
        (tag == HTML_header && !inside(node, HTML_main, HTML_article))) {
        return true;
    }
    if (role_is_boilerplate(html_attribute(node, "role"))) {
        return true;
    }
    if (info->text > total / 2 || info->has_h1) {
        return false; /* whatever it is called, it holds most of the page or its title */
    }
    return names_boilerplate(html_attribute(node, "class")) ||
           (!info->has_heading && is_container(tag) &&
            names_boilerplate(html_attribute(node, "id"))) ||
           is_link_list(node, info);
}

/* Tables inside tables, or with headings or paragraphs of another table's size in their cells,
 * arrange the page. */
static bool is_layout(const xmlNode *table)
{
    str role = html_attribute(table, "role");
    if (str_ieq(role, STR("presentation")) || str_ieq(role, STR("none"))) {
        return true;
    }
    size_t seen = 0;
    for (xmlNode *node = html_next(table, table->children ? table->children : NULL, true);
         node && seen < 2000; node = html_next(table, node, true), seen++) {
        if (node->type == XML_ELEMENT_NODE &&
            (html_info(node)->tag == HTML_table || is_heading(html_info(node)->tag))) {
            return true;
        }
    }
    return false;
}

xmlNode *html_choose(xmlNode *root, enum html_strictness strictness)
{
    uint32_t total = html_info(root)->text, best = 0;
    xmlNode *chosen = root;
    for (xmlNode *node = root; node;) {
        bool into = true;
        if (node->type == XML_ELEMENT_NODE) {
            struct html_node *info = html_info(node);
            info->drop = node != root && drops(node, info, total, strictness);
            info->layout = info->tag == HTML_table && node->children && is_layout(node);
            into = !info->drop;
            bool main =
                info->tag == HTML_main || str_ieq(html_attribute(node, "role"), STR("main"));
            bool enough = info->text >= (main ? total / 5 : total / 5 * 3);
            if (!info->drop && enough && (main || info->tag == HTML_article) && info->text > best &&
                strictness == HTML_STRICT) {
                best = info->text;
                chosen = node;
            }
        }
        node = html_next(root, node, into);
    }
    return chosen;
}
