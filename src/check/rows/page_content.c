/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/widget.h"
#include "check/rows/page.h"

/* host */
static const char *const pinned[][1] = {
#include "check/check_scripts.inc"
};

static bool is_plain(str url) { return str_istarts(url, STR("http://")); }

/* The page comes over HTTPS, else nothing on it is mixed; NULL after a skip. */
static const struct page *secure_page(const struct facts *f, struct verdict *v)
{
    const struct page *page = web_page(f, v);
    if (page && is_plain(page->url)) {
        verdict_skip(v, page->url, "the page itself comes over plain HTTP: see redirect.https");
        page = NULL;
    }
    return page;
}

/* Browsers turn http:// into https:// before they load. */
static bool upgrades(const struct page *page)
{
    const str *csp;
    for (size_t n = 0; (csp = http_header(page->exchange, "content-security-policy", n)); n++) {
        if (web_has(*csp, "upgrade-insecure-requests")) {
            return true;
        }
    }
    for (size_t i = 0; i < page->item_count; i++) {
        const struct page_item *item = &page->items[i];
        if (item->kind == PAGE_META && str_eq(item->name, STR("content-security-policy")) &&
            web_has(item->text, "upgrade-insecure-requests")) {
            return true;
        }
    }
    return false;
}

static bool is_active(const struct page_item *item)
{
    bool icon = web_has(item->name, "icon");
    return item->kind == PAGE_SCRIPT || item->kind == PAGE_STYLE || item->kind == PAGE_FRAME ||
           (item->kind == PAGE_OTHER && !icon);
}

static bool is_passive(const struct page_item *item)
{
    return item->kind == PAGE_IMAGE || item->kind == PAGE_MEDIA ||
           (item->kind == PAGE_OTHER && !is_active(item));
}

static void say_item(struct verdict *v, enum check_state state, const struct page_item *item,
                     const char *what)
{
    static const char *const kinds[] = {
        [PAGE_SCRIPT] = "script", [PAGE_STYLE] = "style sheet", [PAGE_IMAGE] = "image",
        [PAGE_MEDIA] = "media",   [PAGE_FRAME] = "frame",       [PAGE_FORM] = "form",
        [PAGE_LINK] = "link",     [PAGE_OTHER] = "object",      [PAGE_META] = "meta",
        [PAGE_SOCKET] = "socket", [PAGE_CSS_URL] = "style",     [PAGE_SCRIPT_URL] = "script",
    };
    str in = item->found_in;
    void (*say)(struct verdict *, str, const char *, ...) = state == CHECK_FAIL   ? verdict_fail
                                                            : state == CHECK_WARN ? verdict_warn
                                                                                  : verdict_pass;
    if (in.n) {
        say(v, item->url, "%s in %.*s: %s", kinds[item->kind], STR_ARG(in), what);
    } else {
        say(v, item->url, "%s in line %u of the page: %s", kinds[item->kind], item->line, what);
    }
}

static void mixed(const struct facts *f, struct verdict *v,
                  bool (*wanted)(const struct page_item *), enum check_state state,
                  const char *what)
{
    const struct page *page = secure_page(f, v);
    size_t looked = 0, found = 0;
    if (!page) {
        return;
    }
    bool upgraded = upgrades(page);
    for (size_t i = 0; i < page->item_count; i++) {
        const struct page_item *item = &page->items[i];
        if (!wanted(item) || !item->url.n) {
            continue;
        }
        looked++;
        if (is_plain(item->url)) {
            found++;
            say_item(v, upgraded ? CHECK_PASS : state, item,
                     upgraded ? "upgraded to HTTPS by the page's policy" : what);
        }
    }
    if (!web_incomplete(page, v) && found == 0) {
        verdict_pass(v, page->url, "%zu looked at, none over plain HTTP", looked);
    }
    verdict_fix(v, "Write https:// into each address shown (or leave the scheme out: //host/…). "
                   "Until then, this header makes browsers do it.");
    web_fix_policy(v, f, "upgrade-insecure-requests");
}

void page_mixed_active(const struct facts *f, struct verdict *v)
{
    mixed(f, v, is_active, CHECK_FAIL, "browsers block it");
}

void page_mixed_passive(const struct facts *f, struct verdict *v)
{
    mixed(f, v, is_passive, CHECK_WARN, "shown without protection, or not at all");
}

void page_form(const struct facts *f, struct verdict *v)
{
    const struct page *page = web_page(f, v);
    size_t forms = 0;
    for (size_t i = 0; page && i < page->item_count; i++) {
        const struct page_item *item = &page->items[i];
        forms += item->kind == PAGE_FORM;
        if (item->kind == PAGE_FORM && is_plain(item->url)) {
            say_item(v, CHECK_FAIL, item, "what visitors type is sent in the clear");
        }
    }
    if (page && !web_incomplete(page, v) && v->state == CHECK_SKIP) {
        verdict_pass(v, page->url, "%zu forms, none sends to plain HTTP", forms);
    }
    verdict_fix(v, "Write https:// into the form's action, or only the path.");
}

/* Items of one kind on the page and in the scripts and style sheets it loads; the number of
 * resources looked at. */
static size_t each_item(const struct facts *f, struct verdict *v, const struct page *page,
                        void (*judge)(struct verdict *v, const struct page_item *item))
{
    size_t count, looked = 1;
    const struct http_exchange *const *list = facts_http_all(f, &count);
    for (size_t i = 0; i < page->item_count; i++) {
        judge(v, &page->items[i]);
    }
    for (size_t i = 0; i < count; i++) {
        struct page asset;
        struct url url;
        if (list[i]->purpose != HTTP_ASSET || !str_eq(list[i]->label, page->url) ||
            !err_ok(url_parse(v->a, list[i]->url, &url)) || !site_own(v->a, f, url.host)) {
            continue;
        }
        looked++;
        page_asset_read(v->a, list[i], &asset);
        for (size_t k = 0; k < asset.item_count; k++) {
            judge(v, &asset.items[k]);
        }
    }
    return looked;
}

static void judge_socket(struct verdict *v, const struct page_item *item)
{
    if (item->kind == PAGE_SOCKET) {
        say_item(v, CHECK_FAIL, item, "browsers refuse it on an HTTPS page");
    }
}

void page_socket(const struct facts *f, struct verdict *v)
{
    const struct page *page = secure_page(f, v);
    if (!page) {
        return;
    }
    size_t looked = each_item(f, v, page, judge_socket);
    if (!web_incomplete(page, v) && v->state == CHECK_SKIP) {
        verdict_pass(v, page->url, "no ws:// in the page and %zu scripts and styles", looked - 1);
    }
    verdict_fix(v, "Write wss:// for ws:// in each address shown.");
}

static void judge_asset(struct verdict *v, const struct page_item *item)
{
    bool hard = str_eq(item->name, STR("import")) || str_eq(item->name, STR("font"));
    if (item->kind == PAGE_CSS_URL && is_plain(item->url)) {
        say_item(v, hard ? CHECK_FAIL : CHECK_WARN, item,
                 hard ? "browsers block it" : "shown without protection, or not at all");
    } else if (item->kind == PAGE_SCRIPT_URL && is_plain(item->url)) {
        say_item(v, CHECK_WARN, item, "browsers block it when the script loads it");
    }
}

void page_asset_http(const struct facts *f, struct verdict *v)
{
    const struct page *page = secure_page(f, v);
    if (!page) {
        return;
    }
    if (upgrades(page)) {
        verdict_pass(v, page->url, "upgrade-insecure-requests: everything is loaded over HTTPS");
        return;
    }
    size_t looked = each_item(f, v, page, judge_asset);
    if (!web_incomplete(page, v) && v->state == CHECK_SKIP) {
        verdict_pass(v, page->url, "no http:// asset in the page and %zu scripts and styles",
                     looked - 1);
    }
    verdict_fix(v, "Write https:// for http:// in each address shown.");
}

static bool is_pinned(str host)
{
    for (size_t i = 0; i < sizeof pinned / sizeof pinned[0]; i++) {
        if (str_ieq(host, str_c(pinned[i][0]))) {
            return true;
        }
    }
    return false;
}

static bool good_integrity(str value)
{
    str word;
    bool good = false;
    while (str_split(&value, ' ', &word)) {
        word = str_trim(word);
        size_t length = str_starts(word, STR("sha256-"))   ? 44
                        : str_starts(word, STR("sha384-")) ? 64
                        : str_starts(word, STR("sha512-")) ? 88
                                                           : 0;
        size_t end = str_find_byte(word, '?', 0);
        good = good || (length && (end == SIZE_MAX ? word.n : end) == length + 7);
    }
    return good;
}

static void sri_one(struct verdict *v, const struct page_item *item, str host)
{
    if (item->integrity.n && !good_integrity(item->integrity)) {
        verdict_warn(v, item->url, "integrity=\"%.*s\" is no hash: browsers ignore it",
                     STR_ARG(str_slice(item->integrity, 0, 120)));
    } else if (item->integrity.n && !item->crossorigin.n) {
        verdict_fail(v, item->url, "integrity without crossorigin: browsers block the file");
    } else if (item->integrity.n) {
        verdict_pass(v, item->url, "integrity=\"%.*s\"",
                     STR_ARG(str_slice(item->integrity, 0, 120)));
    } else if (is_pinned(host)) {
        verdict_warn(v, item->url, "line %u: no integrity, though this file never changes",
                     item->line);
    } else {
        verdict_pass(v, item->url, "its maker changes it without notice: it cannot be pinned%s",
                     widget_of_item(item) ? " (a chat widget)" : "");
    }
}

void page_sri(const struct facts *f, struct verdict *v)
{
    const struct page *page = web_page(f, v);
    struct url own;
    if (!page || !err_ok(url_parse(v->a, page->url, &own))) {
        return;
    }
    for (size_t i = 0; i < page->item_count; i++) {
        const struct page_item *item = &page->items[i];
        struct url url;
        if ((item->kind == PAGE_SCRIPT || item->kind == PAGE_STYLE) && item->url.n &&
            err_ok(url_parse(v->a, item->url, &url)) && !site_same(v->a, url.host, own.host)) {
            sri_one(v, item, url.host);
        }
    }
    if (!web_incomplete(page, v) && v->state == CHECK_SKIP) {
        verdict_pass(v, page->url, "no script or style sheet of somebody else's");
    }
    verdict_fix(v, "Serve the file yourself, or add integrity and crossorigin to its element: "
                   "<script src=\"…\" integrity=\"sha384-…\" crossorigin=\"anonymous\">. "
                   "The hash: curl -s URL | openssl dgst -sha384 -binary | base64");
}
