/* SPDX-License-Identifier: Apache-2.0 */
/* A page, whatever a server sends. */
#include <stdlib.h>

#include "check/facts/page.h"
#include "check/facts/widget.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct http_field type = {STR("content-type"), STR("text/html")};
    struct http_exchange x = {.url = STR("https://www.example.com/a/b?c"),
                              .status = 200,
                              .fields = &type,
                              .field_count = 1,
                              .body = str_n((const char *)data, size)};
    struct arena a;
    struct page page;
    arena_init(&a, 32 << 20);
    page_read(&a, &x, &page);
    for (size_t i = 0; i < page.item_count; i++) {
        const struct page_item *item = &page.items[i];
        if (!item->url.p || item->text.n > PAGE_TEXT_MAX || page.item_count > PAGE_ITEMS_MAX) {
            abort();
        }
        (void)widget_of_item(item);
    }
    (void)page_title(x.body);
    arena_done(&a);
    return 0;
}
