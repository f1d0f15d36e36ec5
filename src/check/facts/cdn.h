/* SPDX-License-Identifier: Apache-2.0 */
/* CDNs by headers, addresses and names (rules/check/cdn.txt). */
#pragma once

#include "check/facts/http.h"

/* The name of the CDN that an answer shows ("Cloudflare"); NULL. *ret_why (may be NULL) is the
 * header. */
const char *cdn_of_exchange(const struct http_exchange *x, const struct http_field **ret_why);
/* By the address; NULL. */
const char *cdn_of_address(const struct addr *a);
/* By a name that a CNAME leads to, lower case; NULL. */
const char *cdn_of_name(str name);
