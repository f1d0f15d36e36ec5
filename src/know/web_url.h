/* SPDX-License-Identifier: Apache-2.0 */
/* URLs as the crawler keys them: one spelling for one page. */
#pragma once

#include "net/url.h"

/* Normalises: fragment, user and tracking parameters (utm_*, fbclid, gclid, …) dropped, the rest as
 * net/url.h has it. INVALID, NO_MEMORY. */
err web_url(struct arena *a, str text, struct url *ret);

/* The same for a reference on a page. */
err web_url_resolve(struct arena *a, const struct url *base, str reference, struct url *ret);

/* Path with query, as robots.txt and patterns see it. */
str web_url_path(struct arena *a, const struct url *url);

/* False for pictures, archives, scripts and the like, judged by the path's extension. */
bool web_url_may_be_text(const struct url *url);
