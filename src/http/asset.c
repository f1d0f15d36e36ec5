/* SPDX-License-Identifier: Apache-2.0 */
#include "http/asset.h"

#include "http/exchange.h"
#include "http/syntax.h"

/* Made by scripts/embed, sorted by path. */
extern const struct http_asset http_asset_table[];
extern const size_t http_asset_count;

static str without_slash(str path)
{
    return path.n > 1 && path.p[path.n - 1] == '/' ? str_slice(path, 0, path.n - 1) : path;
}

const struct http_asset *http_asset_find(str path)
{
    size_t low = 0, high = http_asset_count;
    path = without_slash(path);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        str at = http_asset_table[middle].path;
        int order = str_cmp(without_slash(at), path);
        if (order == 0) {
            return &http_asset_table[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

const struct http_asset *http_asset_at(size_t i)
{
    return i < http_asset_count ? &http_asset_table[i] : NULL;
}

/* True when a list item's parameters say q=0 (RFC 9110 section 12.4.2). */
static bool is_refused(str params)
{
    str item;
    while (str_split(&params, ';', &item)) {
        item = syntax_trim(item);
        if (str_istarts(item, STR("q="))) {
            str value = str_slice(item, 2, item.n);
            for (size_t i = 0; i < value.n; i++) {
                if (value.p[i] >= '1' && value.p[i] <= '9') {
                    return false;
                }
            }
            return true;
        }
    }
    return false;
}

enum { ENCODING_GZIP = 1, ENCODING_BROTLI = 2 };

static unsigned accepted(const struct http_req *req)
{
    str list, item;
    unsigned found = 0;
    if (!http_req_header(req, STR("accept-encoding"), &list)) {
        return 0;
    }
    while (str_split(&list, ',', &item)) {
        size_t semicolon = str_find_byte(item, ';', 0);
        str name = syntax_trim(str_slice(item, 0, semicolon));
        unsigned bit = str_ieq(name, STR("br"))     ? ENCODING_BROTLI
                       : str_ieq(name, STR("gzip")) ? ENCODING_GZIP
                                                    : 0;
        if (bit && (semicolon == SIZE_MAX || !is_refused(str_slice(item, semicolon + 1, item.n)))) {
            found |= bit;
        }
    }
    return found;
}

/* Weak comparison with each listed tag (RFC 9110 section 13.1.2). */
static bool is_known(const struct http_req *req, str etag)
{
    str list, item;
    if (!http_req_header(req, STR("if-none-match"), &list)) {
        return false;
    }
    while (str_split(&list, ',', &item)) {
        item = syntax_trim(item);
        if (str_starts(item, STR("W/"))) {
            item = str_slice(item, 2, item.n);
        }
        if (str_eq(item, etag) || str_eq(item, STR("*"))) {
            return true;
        }
    }
    return false;
}

static void send_headers(const struct http_asset *asset, struct http_res *res, str etag)
{
    bool page = str_starts(asset->content_type, STR("text/html"));
    http_res_header_static(res, STR("etag"), etag);
    http_res_header_static(res, STR("vary"), STR("accept-encoding"));
    if (page) {
        http_res_header_static(res, STR("cache-control"), STR("no-cache"));
        http_res_header_static(res, STR("content-security-policy"),
                               STR("default-src 'none'; script-src 'self'; style-src 'self'; "
                                   "img-src 'self' data:; font-src 'self'; connect-src 'self'; "
                                   "manifest-src 'self'; base-uri 'none'; form-action 'self'; "
                                   "frame-ancestors 'none'"));
        return;
    }
    http_res_header_static(res, STR("cache-control"),
                           asset->immutable ? STR("public, max-age=31536000, immutable")
                                            : STR("public, max-age=300"));
    /* Other sites load the widget, also with an integrity attribute, which needs CORS. */
    http_res_header_static(res, STR("cross-origin-resource-policy"), STR("cross-origin"));
    http_res_header_static(res, STR("access-control-allow-origin"), STR("*"));
}

void http_asset_send(const struct http_asset *asset, struct http_req *req, struct http_res *res)
{
    enum http_method method = http_req_method(req);
    if (method != HTTP_GET && method != HTTP_HEAD) {
        http_res_header_static(res, STR("allow"), STR("GET, HEAD"));
        http_res_error(res, err_new(ERR_METHOD, "this is a file; it can only be read"), STR_EMPTY);
        return;
    }
    unsigned encodings = accepted(req);
    str body = asset->raw, etag = asset->etag, encoding = STR_EMPTY;
    if ((encodings & ENCODING_BROTLI) && asset->brotli.n) {
        body = asset->brotli;
        etag = asset->etag_brotli;
        encoding = STR("br");
    } else if ((encodings & ENCODING_GZIP) && asset->gzip.n) {
        body = asset->gzip;
        etag = asset->etag_gzip;
        encoding = STR("gzip");
    }
    send_headers(asset, res, etag);
    if (is_known(req, etag)) {
        http_res_send_static(res, 304, STR_EMPTY, STR_EMPTY);
        return;
    }
    if (encoding.n) {
        http_res_header_static(res, STR("content-encoding"), encoding);
    }
    http_res_send_static(res, 200, asset->content_type, body);
}
