/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are part of the program, compressed when it was built. */
#pragma once

#include "http/http.h"

struct http_asset {
    str path; /* "/widget.js", "/demo/" */
    str content_type;
    str etag; /* quoted, strong, of the raw bytes */
    str etag_gzip, etag_brotli;
    str sri;               /* "sha384-…" for an integrity attribute */
    str hashed_path;       /* the same file where it is immutable: "/widget.0123456789abcdef.js" */
    str raw, gzip, brotli; /* the compressed ones may be empty */
    bool immutable;        /* the path has the content's hash */
};

/* Gives the asset of a path, or NULL. A trailing slash makes no difference. */
const struct http_asset *http_asset_find(str path);

/* The i-th asset, NULL after the last. */
const struct http_asset *http_asset_at(size_t i);

/* Answers GET and HEAD with the best encoding, ETag, 304 and caching headers. */
void http_asset_send(const struct http_asset *asset, struct http_req *req, struct http_res *res);
