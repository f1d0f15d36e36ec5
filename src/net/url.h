/* SPDX-License-Identifier: Apache-2.0 */
/* http and https URLs (WHATWG URL, the parts both agree on with RFC 3986). */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { URL_BYTES_MAX = 2048 };

struct url {
    str scheme;    /* "http" or "https" */
    str user;      /* userinfo, empty when none */
    str host;      /* lower case, IDN as A-labels, IPv6 without brackets, no trailing dot */
    unsigned port; /* always set: default of the scheme when absent */
    bool host_is_ip, host_is_ipv6;
    str path;  /* starts with "/", percent-encoding normalised, dot segments removed */
    str query; /* without "?", empty when none */
    str fragment;
};

/* Parses and normalises; the parts live in the arena. INVALID with a static reason; other schemes
 * are refused. */
err url_parse(struct arena *a, str text, struct url *ret);

/* Resolves a reference against a base (RFC 3986 section 5). */
err url_resolve(struct arena *a, const struct url *base, str reference, struct url *ret);

/* Writes scheme://host[:port]path[?query], without userinfo; with the fragment when asked. */
str url_text(struct arena *a, const struct url *url, bool with_fragment);

/* Writes scheme://host[:port] as browsers write an Origin (RFC 6454 section 6). */
str url_origin(struct arena *a, const struct url *url);

/* Same scheme, host and port. */
bool url_same_origin(const struct url *a, const struct url *b);

/* Percent-decodes; with `plus`, "+" is a space. INVALID on a bad escape. */
err url_decode(struct arena *a, str s, bool plus, str *ret);
