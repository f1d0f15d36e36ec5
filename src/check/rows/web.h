/* SPDX-License-Identifier: Apache-2.0 */
/* What the rows of redirects, pages and the edge share. */
#pragma once

#include "check/facts/page.h"
#include "check/facts/site.h"
#include "check/rows/rows.h"

/* The page that visitors see. NULL after a skip was added: nothing to judge here. */
const struct page *web_page(const struct facts *f, struct verdict *v);
/* The page without a word about what is missing; NULL. */
const struct page *web_page_any(const struct facts *f);
/* The last exchange on the way to the page, answered or not; NULL. */
const struct http_exchange *web_page_exchange(const struct facts *f);

/* The origin that visitors should end at: intent's, or the page's; false when neither is there. */
bool web_canonical(const struct facts *f, struct arena *a, struct url *ret);

/* An exchange by purpose and URL, and label unless that is empty; NULL. */
const struct http_exchange *web_find(const struct facts *f, enum http_purpose purpose, str url,
                                     str label);

/* Says that a limit kept part of the page from being looked at. True when it did. */
bool web_incomplete(const struct page *page, struct verdict *v);

/* The host, without case, has the text in it. */
bool web_has(str s, const char *text);

/* The fix that adds one response header, for nginx, Caddy and Cloudflare. */
void web_fix_header(struct verdict *v, const struct facts *f, const char *name, str value);
/* The fix that adds a Content-Security-Policy with one directive beside the one that is there. */
void web_fix_policy(struct verdict *v, const struct facts *f, const char *directive);
/* Name of the canonical host, for blocks of configuration. */
str web_site_host(const struct facts *f, struct arena *a);
