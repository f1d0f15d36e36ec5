/* SPDX-License-Identifier: Apache-2.0 */
#include "net/page_private.h"

enum { REFERENCE_MAX = 2048, CONTEXT = 48 };

struct page_item *page_list_add(struct page_list *list, enum page_item_kind kind, str reference)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 32;
        capacity = capacity < PAGE_ITEMS_MAX ? capacity : PAGE_ITEMS_MAX;
        struct page_item *grown =
            list->count < capacity ? arena_array(list->a, capacity, sizeof *grown) : NULL;
        if (!grown) {
            list->more = true;
            return NULL;
        }
        if (list->count) {
            memcpy(grown, list->items, list->count * sizeof *grown);
        }
        list->items = grown;
        list->capacity = capacity;
    }
    struct page_item *item = &list->items[list->count];
    struct url to;
    reference = str_trim(reference);
    str text = STR_EMPTY;
    if (reference.n && list->has_base &&
        err_ok(url_resolve(list->a, &list->base, reference, &to))) {
        text = url_text(list->a, &to, false);
    } else if (reference.n) {
        text = arena_str(list->a, str_slice(reference, 0, 256));
    }
    if (!text.p) {
        list->more = true;
        return NULL;
    }
    *item = (struct page_item){.kind = kind,
                               .url = text,
                               .name = STR_EMPTY,
                               .text = STR_EMPTY,
                               .integrity = STR_EMPTY,
                               .crossorigin = STR_EMPTY,
                               .project = STR_EMPTY,
                               .line = list->line,
                               .found_in = list->found_in};
    list->count++;
    return item;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static size_t skip_space(str s, size_t at)
{
    while (at < s.n && is_space(s.p[at])) {
        at++;
    }
    return at;
}

static bool at_word(str s, size_t at, str word)
{
    return at + word.n <= s.n && str_ieq(str_slice(s, at, at + word.n), word);
}

/* The reference at `at`, quoted or up to `end` and white space; *ret_after is behind it. */
static str css_reference(str css, size_t at, char end, size_t *ret_after)
{
    at = skip_space(css, at);
    char quote = at < css.n && (css.p[at] == '"' || css.p[at] == '\'') ? css.p[at] : '\0';
    size_t from = quote ? at + 1 : at, to = from;
    while (to < css.n && to - from < REFERENCE_MAX &&
           (quote ? css.p[to] != quote : css.p[to] != end && !is_space(css.p[to]))) {
        to++;
    }
    *ret_after = to;
    return str_slice(css, from, to);
}

void page_scan_css(struct page_list *list, str css)
{
    bool font = false;
    for (size_t at = 0; at < css.n && !list->more;) {
        str reference = STR_EMPTY, name = font ? STR("font") : STR("url");
        size_t after = at + 1;
        if (css.p[at] == '/' && at + 1 < css.n && css.p[at + 1] == '*') {
            size_t end = str_find(css, STR("*/"), at + 2);
            after = end == SIZE_MAX ? css.n : end + 2;
        } else if (css.p[at] == '}') {
            font = false;
        } else if (at_word(css, at, STR("@font-face"))) {
            font = true;
            after = at + 10;
        } else if (at_word(css, at, STR("@import"))) {
            size_t from = skip_space(css, at + 7);
            from += at_word(css, from, STR("url(")) ? 4 : 0;
            reference = css_reference(css, from, ')', &after);
            name = STR("import");
        } else if (at_word(css, at, STR("url("))) {
            reference = css_reference(css, at + 4, ')', &after);
        }
        if (reference.n && !str_istarts(reference, STR("data:")) && reference.p[0] != '#') {
            struct page_item *item = page_list_add(list, PAGE_CSS_URL, reference);
            if (item) {
                item->name = name;
            }
        }
        at = after > at ? after : at + 1;
    }
}

/* Hosts of names that look like URLs and are not fetched, and of the developer's own machine. */
static bool is_namespace(str url)
{
    static const char *const hosts[] = {"www.w3.org",     "schema.org", "ogp.me",      "purl.org",
                                        "www.sitemaps.o", "localhost",  "127.0.0.1",   "[::1]",
                                        "reactjs.org",    "fb.me",      "ns.adobe.com"};
    str rest = str_slice(url, str_find(url, STR("//"), 0) + 2, url.n);
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        if (str_istarts(rest, str_c(hosts[i]))) {
            return true;
        }
    }
    return str_find_byte(rest, '.', 0) == SIZE_MAX;
}

static bool is_asset(str url)
{
    static const char *const ends[] = {".js",  ".mjs",  ".css",  ".png",  ".jpg",  ".jpeg",  ".gif",
                                       ".svg", ".webp", ".avif", ".ico",  ".woff", ".woff2", ".ttf",
                                       ".mp4", ".webm", ".mp3",  ".json", ".wasm", ".xml"};
    size_t query = str_find_byte(url, '?', 0);
    str path = str_slice(url, 0, query == SIZE_MAX ? url.n : query);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (str_ends(path, str_c(ends[i]))) {
            return true;
        }
    }
    return false;
}

/* What stands before a string says that it is loaded: fetch(, .src =, import(, … */
static bool is_loaded(str script, size_t quote)
{
    static const char *const words[] = {"fetch(",         ".src",        "import", "axios.",
                                        "new Worker(",    ".open(",      "ajax(",  "EventSource(",
                                        "importScripts(", "sendBeacon(", "$.get",  "$.post",
                                        "new Request("};
    str before = str_slice(script, quote > CONTEXT ? quote - CONTEXT : 0, quote);
    size_t line = before.n;
    while (line > 0 && before.p[line - 1] != ';' && before.p[line - 1] != '\n') {
        line--;
    }
    before = str_slice(before, line, before.n);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (str_find(before, str_c(words[i]), 0) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

/* A string that begins behind the quote at `quote`, up to its end or anything no URL has. */
static str script_string(str script, size_t quote)
{
    size_t from = quote + 1, to = from;
    while (to < script.n && to - from < REFERENCE_MAX && script.p[to] != script.p[quote] &&
           script.p[to] > ' ' && script.p[to] != '\\' && script.p[to] != '<' &&
           !(script.p[to] == '$' && to + 1 < script.n && script.p[to + 1] == '{')) {
        to++;
    }
    return str_slice(script, from, to);
}

void page_scan_script(struct page_list *list, str script)
{
    for (size_t at = 0; at + 1 < script.n && !list->more; at++) {
        char c = script.p[at], next = str_lower(script.p[at + 1]);
        if ((c != '"' && c != '\'' && c != '`') || (next != 'h' && next != 'w')) {
            continue;
        }
        str text = script_string(script, at);
        bool socket = str_istarts(text, STR("ws://"));
        if ((!socket && !str_istarts(text, STR("http://"))) || is_namespace(text)) {
            continue;
        }
        if (socket) {
            struct page_item *item = page_list_add(list, PAGE_SOCKET, STR_EMPTY);
            if (item) {
                item->url = arena_str(list->a, str_slice(text, 0, 256));
            }
        } else if (is_asset(text) || is_loaded(script, at)) {
            page_list_add(list, PAGE_SCRIPT_URL, text);
        }
    }
}

static bool type_is(const struct page_source *source, str a, str b)
{
    return source->type &&
           (str_istarts(*source->type, a) || (b.n && str_istarts(*source->type, b)));
}

static bool looks_like_script(const struct page_source *source)
{
    return source->type && (str_find(*source->type, STR("javascript"), 0) != SIZE_MAX ||
                            str_find(*source->type, STR("ecmascript"), 0) != SIZE_MAX);
}

bool page_source_is_html(const struct page_source *source)
{
    return source->type ? type_is(source, STR("text/html"), STR("application/xhtml+xml"))
                        : str_starts(str_trim(source->body), STR("<"));
}

void page_asset_items_read(struct arena *a, const struct page_source *source,
                           struct page_items *ret)
{
    struct page_list list = {.a = a, .found_in = source->url};
    list.has_base = err_ok(url_parse(a, source->url, &list.base));
    if (type_is(source, STR("text/css"), STR_EMPTY)) {
        page_scan_css(&list, source->body);
    } else if (looks_like_script(source)) {
        page_scan_script(&list, source->body);
    }
    *ret = (struct page_items){.list = list.items,
                               .count = list.count,
                               .more = list.more || source->cut,
                               .problem = STR_EMPTY};
}

str page_title(str html)
{
    size_t at = 0;
    while ((at = str_find_byte(html, '<', at)) != SIZE_MAX) {
        if (at_word(html, at, STR("<title"))) {
            size_t from = str_find_byte(html, '>', at);
            size_t to = from == SIZE_MAX ? SIZE_MAX : str_find_byte(html, '<', from);
            return to == SIZE_MAX ? STR_EMPTY
                                  : str_slice(str_trim(str_slice(html, from + 1, to)), 0, 200);
        }
        at++;
    }
    return STR_EMPTY;
}
