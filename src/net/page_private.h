/* SPDX-License-Identifier: Apache-2.0 */
/* Items of a page while they are found, for the files of page only. */
#pragma once

#include "net/page.h"

struct page_list {
    struct arena *a;
    struct page_item *items;
    size_t count, capacity;
    bool more;       /* a limit was reached */
    struct url base; /* references are resolved against it */
    bool has_base;
    str found_in;
    unsigned line;
};

/* The next item, of a reference that is resolved (raw when it has another scheme); NULL when the
 * list is full. */
struct page_item *page_list_add(struct page_list *list, enum page_item_kind kind, str reference);

/* url(), @import and fonts of CSS; a style attribute too. */
void page_scan_css(struct page_list *list, str css);
/* Insecure WebSockets and assets over plain HTTP that stand as strings in a script. */
void page_scan_script(struct page_list *list, str script);
