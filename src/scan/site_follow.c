/* SPDX-License-Identifier: Apache-2.0 */
/* What leads on: elements of pages, names in scripts, source maps. */
#include "base/bytes.h"
#include "net/page.h"
#include "scan/site_private.h"

/* A text while its references are found. */
struct following {
    struct visitor *v;
    const struct url *at;
    str path; /* the text's URL */
    size_t inline_maps;
    bool mapped; /* a source map was named */
};

static bool has_end(str path, const char *const *ends)
{
    for (size_t i = 0; ends[i]; i++) {
        if (str_ends(path, str_c(ends[i]))) {
            return true;
        }
    }
    return false;
}

static const char *const code_ends[] = {".js", ".mjs", ".cjs", ".css", NULL};
static const char *const page_ends[] = {".html", ".htm", ".xhtml", ".php", ".asp",
                                        ".aspx", ".jsp", ".shtml", NULL};
static const char *const text_ends[] = {".js",   ".mjs", ".cjs",         ".css",
                                        ".json", ".jsx", ".webmanifest", NULL};

static enum site_kind kind_of(const struct url *url)
{
    return str_ends(url->path, STR(".map")) ? SITE_MAP : SITE_TEXT;
}

static void add_reference(struct visitor *v, const struct url *at, str reference, bool guessed)
{
    struct url to;
    if (err_ok(url_resolve(&v->a, at, reference, &to))) {
        site_add(v, &to, kind_of(&to), 0, guessed);
    }
}

static void add_map(struct visitor *v, const struct url *at, str reference)
{
    struct url to;
    if (err_ok(url_resolve(&v->a, at, reference, &to))) {
        site_add(v, &to, SITE_MAP, 0, false);
    }
}

/* "data:application/json;charset=utf-8;base64,…" (RFC 2397). */
static void search_inline_map(struct following *f, str text)
{
    size_t comma = str_find_byte(text, ',', 0);
    str data = comma == SIZE_MAX ? STR_EMPTY : str_slice(text, comma + 1, text.n), json = STR_EMPTY;
    bool base64 = comma != SIZE_MAX && str_ends(str_slice(text, 0, comma), STR(";base64"));
    err e =
        base64 ? bytes_unbase64(&f->v->a, data, &json) : url_decode(&f->v->a, data, false, &json);
    if (f->inline_maps++ == SITE_INLINE_MAX) {
        scan_problem(f->v->site->scan, f->path, "it has more source maps inside than are read",
                     true);
    }
    if (f->inline_maps > SITE_INLINE_MAX) {
        return;
    }
    if (!err_ok(e) || !site_search_map(f->v, f->path, json)) {
        scan_problem(f->v->site->scan, f->path, "the source map inside cannot be read", false);
    }
}

static bool on_ref(void *user, enum ref_kind kind, str text)
{
    struct following *f = user;
    str places[2];
    if (kind == REF_MAP) {
        f->mapped = true;
        if (str_istarts(text, STR("data:"))) {
            search_inline_map(f, text);
        } else {
            add_map(f->v, f->at, text);
        }
        return true;
    }
    size_t n = refs_places(&f->v->a, f->at->path, kind, text, places);
    for (size_t i = 0; i < n; i++) {
        add_reference(f->v, f->at, places[i], true);
    }
    return true;
}

static struct following follow(struct visitor *v, const struct url *at, str body)
{
    struct following f = {.v = v, .at = at, .path = url_text(&v->a, at, false)};
    if (f.path.p && !refs_find(body, on_ref, &f)) {
        scan_problem(v->site->scan, f.path, "it names more files than are followed", true);
    }
    return f;
}

void site_follow_text(struct visitor *v, const struct url *at, const struct scan_answer *answer)
{
    struct following f = follow(v, at, answer->body);
    if (answer->source_map.n) {
        add_map(v, at, answer->source_map);
    } else if (!f.mapped && has_end(at->path, code_ends)) {
        struct url map = *at;
        map.query = STR_EMPTY;
        map.path = arena_printf(&v->a, "%.*s.map", STR_ARG(at->path));
        if (map.path.p) {
            site_add(v, &map, SITE_MAP, 0, true);
        }
    }
}

/* Links that a person follows to read, not to act or to download. */
static bool is_page(const struct url *url)
{
    static const char *const acts[] = {"logout", "log-out", "signout",     "sign-out",
                                       "delete", "remove",  "unsubscribe", "add-to-cart"};
    str text = url->path;
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (str_find(text, str_c(acts[i]), 0) != SIZE_MAX ||
            str_find(url->query, str_c(acts[i]), 0) != SIZE_MAX) {
            return false;
        }
    }
    size_t slash = text.n;
    while (slash > 0 && text.p[slash - 1] != '/') {
        slash--;
    }
    str last = str_slice(text, slash, text.n);
    return str_find_byte(last, '.', 0) == SIZE_MAX || has_end(last, page_ends);
}

/* <link>: what is loaded as code or data. */
static bool is_loaded(const struct page_item *item, const struct url *url)
{
    return str_find(item->name, STR("modulepreload"), 0) != SIZE_MAX ||
           str_find(item->name, STR("manifest"), 0) != SIZE_MAX ||
           str_ieq(item->text, STR("script")) || str_ieq(item->text, STR("fetch")) ||
           str_ieq(item->text, STR("worker")) || has_end(url->path, text_ends);
}

static void add_item(struct visitor *v, const struct page_item *item)
{
    struct url url;
    if (item->url.n == 0 || !err_ok(url_parse(&v->a, item->url, &url))) {
        return;
    }
    switch (item->kind) {
    case PAGE_SCRIPT:
    case PAGE_STYLE:
        site_add(v, &url, SITE_TEXT, 0, false);
        break;
    case PAGE_SCRIPT_URL:
    case PAGE_OTHER:
        if (is_loaded(item, &url)) {
            site_add(v, &url, kind_of(&url), 0, item->kind == PAGE_SCRIPT_URL);
        }
        break;
    case PAGE_FRAME:
    case PAGE_LINK:
        if (is_page(&url)) {
            site_add(v, &url, SITE_PAGE, 0, item->kind == PAGE_LINK);
        }
        break;
    case PAGE_CSS_URL:
        if (str_eq(item->name, STR("import"))) {
            site_add(v, &url, SITE_TEXT, 0, true);
        }
        break;
    case PAGE_IMAGE:
    case PAGE_MEDIA:
    case PAGE_FORM:
    case PAGE_META:
    case PAGE_SOCKET:
        break;
    }
}

void site_follow_page(struct visitor *v, const struct url *at, const struct scan_answer *answer)
{
    str path = url_text(&v->a, at, false);
    struct page_source source = {.url = path,
                                 .type = answer->type.n ? &answer->type : NULL,
                                 .body = str_slice(answer->body, 0, PAGE_BYTES_MAX),
                                 .cut = answer->cut || answer->body.n > PAGE_BYTES_MAX};
    struct page_items items;
    if (!path.p) {
        return;
    }
    page_items_read(&v->a, &source, &items);
    for (size_t i = 0; i < items.count; i++) {
        add_item(v, &items.list[i]);
    }
    if (items.problem.n) { /* static words of the reader */
        scan_problem(v->site->scan, path, items.problem.p, source.cut);
    } else if (items.more) {
        scan_problem(v->site->scan, path, "it has more elements than are followed", true);
    }
    (void)follow(v, at, answer->body);
}
