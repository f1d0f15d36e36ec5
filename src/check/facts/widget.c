/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/widget.h"

static const char *const widgets[][2] = {
#include "check/check_widgets.inc"
};

static bool is_doorward(const struct page_item *item)
{
    return item->kind == PAGE_SCRIPT && item->project.n > 0 &&
           str_find(item->url, STR("/widget"), 0) != SIZE_MAX;
}

const char *widget_of_item(const struct page_item *item)
{
    if (is_doorward(item)) {
        return "Doorward";
    }
    if (item->kind != PAGE_SCRIPT && item->kind != PAGE_FRAME) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof widgets / sizeof widgets[0]; i++) {
        str mark = str_c(widgets[i][1]);
        if (str_find(item->url, mark, 0) != SIZE_MAX || str_find(item->text, mark, 0) != SIZE_MAX) {
            return widgets[i][0];
        }
    }
    return NULL;
}

const struct page_item *widget_doorward(const struct page *page)
{
    for (size_t i = 0; i < page->item_count; i++) {
        if (is_doorward(&page->items[i])) {
            return &page->items[i];
        }
    }
    return NULL;
}
