/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/cdn.h"

#include "check/facts/edge.h"

const char *const edge_names[] = {"direct", "origin", "origin-www", "ftp", "mail",
                                  "cpanel", "server", "backend",    NULL};

/* name, "header" "cname" or "net", what, text in the header's value */
static const char *const signs[][4] = {
#include "check/check_cdn.inc"
};

enum { SIGNS = sizeof signs / sizeof signs[0] };

static bool kind_is(size_t i, const char *kind) { return strcmp(signs[i][1], kind) == 0; }

/* The value has the text, without case; an empty text is in every value. */
static bool value_has(str value, str text)
{
    for (size_t at = 0; at + text.n <= value.n; at++) {
        if (str_istarts(str_slice(value, at, value.n), text)) {
            return true;
        }
    }
    return text.n == 0;
}

const char *cdn_of_exchange(const struct http_exchange *x, const struct http_field **ret_why)
{
    for (size_t i = 0; i < SIGNS; i++) {
        for (size_t k = 0; kind_is(i, "header") && k < x->field_count; k++) {
            if (str_eq(x->fields[k].name, str_c(signs[i][2])) &&
                value_has(x->fields[k].value, str_c(signs[i][3]))) {
                if (ret_why) {
                    *ret_why = &x->fields[k];
                }
                return signs[i][0];
            }
        }
    }
    return NULL;
}

const char *cdn_of_address(const struct addr *a)
{
    for (size_t i = 0; i < SIGNS; i++) {
        struct addr_net net;
        if (kind_is(i, "net") && addr_net_parse(str_c(signs[i][2]), &net) &&
            addr_net_has(&net, a)) {
            return signs[i][0];
        }
    }
    return NULL;
}

const char *cdn_of_name(str name)
{
    for (size_t i = 0; i < SIGNS; i++) {
        if (kind_is(i, "cname") && str_ends(name, str_c(signs[i][2]))) {
            return signs[i][0];
        }
    }
    return NULL;
}
