/* SPDX-License-Identifier: Apache-2.0 */
#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
#include <libxml/parserInternals.h>
#include <pthread.h>

#include "base/buf.h"
#include "net/page_private.h"

/* A page while it is read. */
struct reading {
    struct page_list list;
    htmlParserCtxtPtr parser;
    size_t script; /* index of the inline one whose text comes */
    bool inline_script, in_script, in_style;
    struct buf text;
    bool too_deep, too_wide;
};

static str attribute(const xmlChar **attributes, const char *name)
{
    for (size_t i = 0; attributes && attributes[i]; i += 2) {
        if (strcmp((const char *)attributes[i], name) == 0) {
            return attributes[i + 1] ? str_c((const char *)attributes[i + 1]) : STR_EMPTY;
        }
    }
    return STR_EMPTY;
}

static bool has_attribute(const xmlChar **attributes, const char *name)
{
    for (size_t i = 0; attributes && attributes[i]; i += 2) {
        if (strcmp((const char *)attributes[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* A copy in the arena; empty without memory. */
static str keep(struct reading *r, str s)
{
    str copy = s.n ? arena_str(r->list.a, str_slice(s, 0, PAGE_TEXT_MAX)) : STR_EMPTY;
    return copy.p ? copy : STR_EMPTY;
}

static struct page_item *add(struct reading *r, enum page_item_kind kind, str reference,
                             const char *element)
{
    struct page_item *item =
        str_empty(str_trim(reference)) ? NULL : page_list_add(&r->list, kind, reference);
    if (item) {
        item->name = keep(r, str_c(element));
    }
    return item;
}

static void add_srcset(struct reading *r, str set, const char *element)
{
    str candidate;
    while (str_split(&set, ',', &candidate)) {
        candidate = str_trim(candidate);
        size_t space = str_find_byte(candidate, ' ', 0);
        add(r, PAGE_IMAGE, str_slice(candidate, 0, space == SIZE_MAX ? candidate.n : space),
            element);
    }
}

static void on_script(struct reading *r, const xmlChar **at)
{
    str type = attribute(at, "type"), src = attribute(at, "src");
    struct page_item *item = page_list_add(&r->list, PAGE_SCRIPT, src);
    r->in_script = true;
    r->inline_script = item && str_empty(item->url);
    r->script = item ? (size_t)(item - r->list.items) : 0;
    if (!item) {
        return;
    }
    item->name = keep(r, type);
    item->integrity = keep(r, attribute(at, "integrity"));
    item->crossorigin = has_attribute(at, "crossorigin") && !attribute(at, "crossorigin").n
                            ? STR("anonymous")
                            : keep(r, attribute(at, "crossorigin"));
    item->project = keep(r, attribute(at, "data-project"));
    item->deferred =
        has_attribute(at, "async") || has_attribute(at, "defer") || str_ieq(type, STR("module"));
}

static bool has_word(str list, str word)
{
    str part;
    while (str_split(&list, ' ', &part)) {
        if (str_ieq(str_trim(part), word)) {
            return true;
        }
    }
    return false;
}

static void on_link(struct reading *r, const xmlChar **at)
{
    static const char *const loads[] = {"icon",     "manifest",      "preload",  "apple-touch-icon",
                                        "prefetch", "modulepreload", "mask-icon"};
    str rel = attribute(at, "rel");
    enum page_item_kind kind = PAGE_LINK;
    for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++) {
        kind = has_word(rel, str_c(loads[i])) ? PAGE_OTHER : kind;
    }
    kind = has_word(rel, STR("stylesheet")) ? PAGE_STYLE : kind;
    struct page_item *item = add(r, kind, attribute(at, "href"), "link");
    if (item) {
        item->name = keep(r, rel);
        item->text = keep(r, attribute(at, "as"));
        item->integrity = keep(r, attribute(at, "integrity"));
        item->crossorigin = keep(r, attribute(at, "crossorigin"));
    }
}

static void on_meta(struct reading *r, const xmlChar **at)
{
    str name = attribute(at, "http-equiv").n ? attribute(at, "http-equiv") : attribute(at, "name");
    struct page_item *item = page_list_add(&r->list, PAGE_META, STR_EMPTY);
    if (item) {
        char *folded = arena_alloc(r->list.a, name.n + 1);
        for (size_t i = 0; folded && i < name.n; i++) {
            folded[i] = str_lower(name.p[i]);
        }
        item->name = folded ? str_n(folded, name.n) : STR_EMPTY;
        item->text = keep(r, attribute(at, "content"));
    }
}

static void on_base(struct reading *r, const xmlChar **at)
{
    struct url base;
    str href = attribute(at, "href");
    if (href.n && r->list.has_base && err_ok(url_resolve(r->list.a, &r->list.base, href, &base))) {
        r->list.base = base;
    }
}

/* Elements that load one thing from one attribute. */
static const struct {
    const char *element, *attribute;
    enum page_item_kind kind;
} loaders[] = {
    {"img", "src", PAGE_IMAGE},
    {"input", "src", PAGE_IMAGE},
    {"video", "src", PAGE_MEDIA},
    {"video", "poster", PAGE_IMAGE},
    {"audio", "src", PAGE_MEDIA},
    {"source", "src", PAGE_MEDIA},
    {"track", "src", PAGE_MEDIA},
    {"iframe", "src", PAGE_FRAME},
    {"frame", "src", PAGE_FRAME},
    {"object", "data", PAGE_OTHER},
    {"embed", "src", PAGE_OTHER},
    {"form", "action", PAGE_FORM},
    {"button", "formaction", PAGE_FORM},
    {"input", "formaction", PAGE_FORM},
    {"a", "href", PAGE_LINK},
    {"area", "href", PAGE_LINK},
};

static void on_start(void *user, const xmlChar *tag, const xmlChar **at)
{
    struct reading *r = user;
    const char *name = (const char *)tag;
    r->list.line = r->parser->input ? (unsigned)r->parser->input->line : 0;
    if (r->parser->nameNr > PAGE_DEPTH_MAX) {
        r->too_deep = true;
        xmlStopParser(r->parser);
        return;
    }
    if (strcmp(name, "script") == 0) {
        on_script(r, at);
    } else if (strcmp(name, "style") == 0) {
        r->in_style = true;
    } else if (strcmp(name, "link") == 0) {
        on_link(r, at);
    } else if (strcmp(name, "meta") == 0) {
        on_meta(r, at);
    } else if (strcmp(name, "base") == 0) {
        on_base(r, at);
    }
    for (size_t i = 0; i < sizeof loaders / sizeof loaders[0]; i++) {
        if (strcmp(name, loaders[i].element) == 0) {
            add(r, loaders[i].kind, attribute(at, loaders[i].attribute), name);
        }
    }
    if (has_attribute(at, "srcset")) {
        add_srcset(r, attribute(at, "srcset"), name);
    }
    if (has_attribute(at, "style")) {
        page_scan_css(&r->list, attribute(at, "style"));
    }
}

static void on_text(void *user, const xmlChar *text, int n)
{
    struct reading *r = user;
    if ((r->in_script || r->in_style) && n > 0) {
        buf_add(&r->text, str_n((const char *)text, (size_t)n));
    }
}

static void on_end(void *user, const xmlChar *tag)
{
    struct reading *r = user;
    const char *name = (const char *)tag;
    str text = buf_str(&r->text);
    if (r->in_script && strcmp(name, "script") == 0) {
        if (r->inline_script) {
            struct page_item *item = &r->list.items[r->script];
            item->text = keep(r, text);
            if (str_find(item->name, STR("json"), 0) == SIZE_MAX) {
                page_scan_script(&r->list, text);
            }
        }
        r->in_script = r->inline_script = false;
        buf_clear(&r->text);
    } else if (r->in_style && strcmp(name, "style") == 0) {
        struct page_item *item = page_list_add(&r->list, PAGE_STYLE, STR_EMPTY);
        if (item) {
            item->text = keep(r, text);
        }
        page_scan_css(&r->list, text);
        r->in_style = false;
        buf_clear(&r->text);
    }
}

/* The parser compares each attribute with those before it, so their number is looked at first: at
 * most as many as there are blanks and equals signs outside of quotes. */
static bool attributes_bounded(str html)
{
    size_t count = 0;
    bool in_tag = false, value = false;
    char quote = '\0';
    for (size_t i = 0; i < html.n; i++) {
        char c = html.p[i];
        if (quote) {
            quote = c == quote ? '\0' : quote;
        } else if (!in_tag) {
            in_tag = c == '<' && i + 1 < html.n && str_lower(html.p[i + 1]) >= 'a' &&
                     str_lower(html.p[i + 1]) <= 'z';
            count = 0;
            value = false;
        } else if (c == '>') {
            in_tag = false;
        } else if (value && (c == '"' || c == '\'')) {
            quote = c;
            value = false;
        } else if (c == '=') {
            value = true;
            count++;
        } else if ((unsigned char)c <= ' ') {
            count += i > 0 && (unsigned char)html.p[i - 1] > ' ';
        } else {
            value = false;
        }
        if (count > 2 * PAGE_ATTRIBUTES_MAX) {
            return false;
        }
    }
    return true;
}

static void parse(struct reading *r, str html)
{
    xmlSAXHandler sax = {.startElement = on_start,
                         .endElement = on_end,
                         .characters = on_text,
                         .cdataBlock = on_text};
    r->parser = htmlCreateMemoryParserCtxt(html.p, (int)html.n);
    if (!r->parser) {
        return;
    }
    htmlCtxtUseOptions(r->parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                      HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
    xmlSAXHandler *own = r->parser->sax;
    r->parser->sax = &sax;
    r->parser->userData = r;
    htmlParseDocument(r->parser);
    r->parser->sax = own;
    htmlFreeParserCtxt(r->parser);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

void page_items_read(struct arena *a, const struct page_source *source, struct page_items *ret)
{
    pthread_once(&once, xmlInitParser); /* pages are read side by side; this is not for that */
    struct reading r = {.list = {.a = a, .found_in = STR_EMPTY}};
    bool html = page_source_is_html(source);
    r.list.has_base = err_ok(url_parse(a, source->url, &r.list.base));
    r.too_wide = html && !attributes_bounded(source->body);
    buf_init(&r.text, PAGE_BYTES_MAX);
    if (html && !r.too_wide && source->body.n > 0 && source->body.n <= PAGE_BYTES_MAX) {
        parse(&r, source->body);
    }
    buf_done(&r.text);
    str problem = STR_EMPTY;
    if (!html) {
        problem = STR("it is no HTML");
    } else if (r.too_wide) {
        problem = STR("an element has more attributes than any page needs");
    } else if (r.too_deep) {
        problem = STR("its elements are nested deeper than any page needs");
    } else if (source->cut) {
        problem = STR("it is larger than 2 MiB; only the beginning was read");
    }
    *ret = (struct page_items){.list = r.list.items,
                               .count = r.list.count,
                               .more = r.list.more || source->cut,
                               .problem = problem};
}
