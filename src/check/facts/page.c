/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/page.h"

_Static_assert((int)HTTP_BODY_KEPT_MAX <= (int)PAGE_BYTES_MAX, "a kept page is parsed whole");

static struct page_source source_of(const struct http_exchange *x)
{
    return (struct page_source){
        .url = x->url, .type = http_header(x, "content-type", 0), .body = x->body, .cut = x->cut};
}

static struct page page_of(const struct http_exchange *x, const struct page_items *items)
{
    return (struct page){.url = x->url,
                         .exchange = x,
                         .items = items->list,
                         .item_count = items->count,
                         .more = items->more,
                         .problem = items->problem};
}

void page_read(struct arena *a, const struct http_exchange *x, struct page *ret)
{
    struct page_source source = source_of(x);
    struct page_items items;
    page_items_read(a, &source, &items);
    *ret = page_of(x, &items);
}

void page_asset_read(struct arena *a, const struct http_exchange *x, struct page *ret)
{
    struct page_source source = source_of(x);
    struct page_items items = {.more = x->cut, .problem = STR_EMPTY};
    if (x->outcome == HTTP_ANSWERED && x->status == 200) {
        page_asset_items_read(a, &source, &items);
    }
    *ret = page_of(x, &items);
}

bool page_is_html(const struct http_exchange *x)
{
    struct page_source source = source_of(x);
    return page_source_is_html(&source);
}
