/* SPDX-License-Identifier: Apache-2.0 */
/* Pages among the facts: net/page over an exchange. */
#pragma once

#include "check/facts/http.h"

/* Reads a page. What cannot be read leaves items that were found and words in ret->problem. The
 * exchange and the arena must outlive the page. */
void page_read(struct arena *a, const struct http_exchange *x, struct page *ret);

/* Reads a fetched style sheet (text/css) or script into items with found_in set; another content
 * type or status gives none. */
void page_asset_read(struct arena *a, const struct http_exchange *x, struct page *ret);

/* True for text/html and application/xhtml+xml, and when the type is missing and "<" comes first.
 */
bool page_is_html(const struct http_exchange *x);
