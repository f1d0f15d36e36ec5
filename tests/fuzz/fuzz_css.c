/* SPDX-License-Identifier: Apache-2.0 */
/* Style sheets and scripts that a page loads; the first byte says which. */
#include <stdlib.h>

#include "check/facts/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct http_field type = {STR("content-type"),
                              data[0] & 1 ? STR("text/javascript") : STR("text/css")};
    struct http_exchange x = {.url = STR("https://www.example.com/a/b"),
                              .status = 200,
                              .fields = &type,
                              .field_count = 1,
                              .body = str_n((const char *)data + 1, size - 1)};
    struct arena a;
    struct page page;
    arena_init(&a, 32 << 20);
    page_asset_read(&a, &x, &page);
    for (size_t i = 0; i < page.item_count; i++) {
        if (!page.items[i].url.p || !str_eq(page.items[i].found_in, x.url)) {
            abort();
        }
    }
    arena_done(&a);
    return 0;
}
