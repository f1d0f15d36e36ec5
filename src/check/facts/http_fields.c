/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/http_collect.h"

const str *http_header(const struct http_exchange *x, const char *name, size_t n)
{
    str wanted = str_c(name);
    for (size_t i = 0; i < x->field_count; i++) {
        if (str_eq(x->fields[i].name, wanted) && n-- == 0) {
            return &x->fields[i].value;
        }
    }
    return NULL;
}

bool http_is_redirect(const struct http_exchange *x)
{
    unsigned s = x->status;
    return x->outcome == HTTP_ANSWERED &&
           (s == 301 || s == 302 || s == 303 || s == 307 || s == 308) &&
           http_header(x, "location", 0) != NULL;
}

err http_redirect(struct arena *a, const struct http_exchange *x, struct url *ret_to, str *ret_raw)
{
    struct url base, to;
    const str *location = http_header(x, "location", 0);
    if (!http_is_redirect(x)) {
        return err_new(ERR_INVALID, "the answer is no redirect");
    }
    if (ret_raw) {
        *ret_raw = *location;
    }
    err e = url_parse(a, x->url, &base);
    if (err_ok(e)) {
        e = url_resolve(a, &base, *location, &to);
    }
    if (err_ok(e)) {
        *ret_to = to;
    }
    return e;
}
