/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts and style sheets of a page: those of the same site, and of chat widgets wherever they
 * are. */
#include "check/facts/http_pages.h"

#include "base/crowd.h"
#include "check/facts/site.h"
#include "check/facts/widget.h"

struct assets {
    struct visit *v;
    str urls[HTTP_ASSETS_MAX];
    size_t count;
    size_t from; /* of the round under way */
};

static void add_asset(struct assets *s, const struct page_item *item)
{
    struct visit *v = s->v;
    struct url url;
    if (!item->url.n || s->count == HTTP_ASSETS_MAX || !err_ok(url_parse(v->a, item->url, &url))) {
        return;
    }
    bool widget = item->kind == PAGE_SCRIPT && widget_of_item(item) != NULL;
    if (!widget && !site_same(v->a, url.host, v->url.host)) {
        return;
    }
    for (size_t i = 0; i < s->count; i++) {
        if (str_eq(s->urls[i], item->url)) {
            return;
        }
    }
    s->urls[s->count++] = item->url;
}

static void fetch(void *user, size_t i)
{
    struct assets *s = user;
    struct collect *c = s->v->c;
    struct arena *a = facts_arena(c->facts);
    if (a) {
        const struct http_ask ask = {
            .url = s->urls[s->from + i], .label = s->v->page.url, .purpose = HTTP_ASSET};
        const struct http_exchange *x = http_ask(c, a, &ask);
        str map = visit_source_map(x->body);
        struct url base, to;
        if (map.n && !str_istarts(map, STR("data:")) && err_ok(url_parse(a, x->url, &base)) &&
            err_ok(url_resolve(a, &base, map, &to)) && site_same(a, to.host, base.host)) {
            const struct http_ask probe = {.url = url_text(a, &to, false),
                                           .label = x->url,
                                           .purpose = HTTP_PROBE,
                                           .body_max = HTTP_PROBE_BODY_MAX};
            (void)http_ask(c, a, &probe);
        }
    }
}

void visit_assets(struct visit *v)
{
    struct assets s = {.v = v};
    for (size_t i = 0; i < v->page.item_count; i++) {
        const struct page_item *item = &v->page.items[i];
        bool import = item->kind == PAGE_CSS_URL && str_eq(item->name, STR("import"));
        if (item->kind == PAGE_SCRIPT || item->kind == PAGE_STYLE || import) {
            add_asset(&s, item);
        }
    }
    crowd_each(s.count, HTTP_WIDTH / 2, fetch, &s);
}

str visit_source_map(str script)
{
    static const str mark = STR_INIT("sourceMappingURL=");
    size_t at = SIZE_MAX;
    for (size_t next = 0; (next = str_find(script, mark, next)) != SIZE_MAX; next += mark.n) {
        at = next + mark.n;
    }
    if (at == SIZE_MAX) {
        return STR_EMPTY;
    }
    size_t to = at;
    while (to < script.n && script.p[to] > ' ' && script.p[to] != '*' && script.p[to] != '"' &&
           script.p[to] != '\'') {
        to++;
    }
    return str_slice(script, at, to);
}
