/* SPDX-License-Identifier: Apache-2.0 */
/* What a page, a style sheet or a script refers to (HTML by libxml2's parser, CSS and JavaScript by
 * looking for the few forms that load something). Bounded in size, depth and number of items. */
#pragma once

#include "check/facts/http.h"
#include "net/url.h"

enum {
    PAGE_DEPTH_MAX = 512,      /* nested elements */
    PAGE_ATTRIBUTES_MAX = 512, /* of one element */
    PAGE_TEXT_MAX = 64 << 10,  /* of one item */
};

/* Reads a page. What cannot be read leaves items that were found and words in ret->problem. The
 * exchange and the arena must outlive the page. */
void page_read(struct arena *a, const struct http_exchange *x, struct page *ret);

/* Reads a fetched style sheet (text/css) or script into items with found_in set; another content
 * type gives none. */
void page_asset_read(struct arena *a, const struct http_exchange *x, struct page *ret);

/* True for text/html and application/xhtml+xml, and when the type is missing and "<" comes first.
 */
bool page_is_html(const struct http_exchange *x);

/* The text between <title> and </title>, cut at 200 bytes, borrowed; empty: none. */
str page_title(str html);
