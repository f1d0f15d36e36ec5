/* SPDX-License-Identifier: Apache-2.0 */
/* Who the client is when trusted proxies stand between: RFC 7239 and the older X-Forwarded headers.
 */
#include "http/conn.h"
#include "http/syntax.h"

enum { HOPS_MAX = 32 };

static bool is_trusted(const struct http_server *server, const struct addr *a)
{
    for (unsigned i = 0; i < server->proxy_count; i++) {
        if (addr_net_has(&server->proxies[i], a)) {
            return true;
        }
    }
    return false;
}

static bool parse_hop(str s, struct addr *ret)
{
    s = syntax_trim(s);
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"') {
        s = str_slice(s, 1, s.n - 1);
    }
    return addr_parse(s, ret) || addr_parse_port(s, ret);
}

/* Takes the last item of a comma-separated list off its end. */
static bool last_item(str *list, str *ret)
{
    if (list->n == 0) {
        return false;
    }
    size_t comma = list->n;
    while (comma > 0 && list->p[comma - 1] != ',') {
        comma--;
    }
    *ret = str_slice(*list, comma, list->n);
    *list = str_slice(*list, 0, comma ? comma - 1 : 0);
    return true;
}

/* The value of a parameter of one Forwarded element; empty when there is none. */
static str forwarded_param(str element, str name)
{
    str item;
    while (str_split(&element, ';', &item)) {
        size_t equals = str_find_byte(item, '=', 0);
        if (equals != SIZE_MAX && str_ieq(syntax_trim(str_slice(item, 0, equals)), name)) {
            return syntax_trim(str_slice(item, equals + 1, item.n));
        }
    }
    return STR_EMPTY;
}

/* From the right: each hop was written by a proxy that is trusted; the first one that is not a
 * proxy is the client. */
static void walk(struct http_req *req, str list, bool forwarded)
{
    str item;
    for (unsigned hops = 0; hops < HOPS_MAX && last_item(&list, &item); hops++) {
        struct addr hop;
        if (forwarded) {
            str proto = forwarded_param(item, STR("proto"));
            if (proto.n) {
                req->https = str_ieq(proto, STR("https"));
            }
            item = forwarded_param(item, STR("for"));
        }
        if (!parse_hop(item, &hop)) {
            return; /* "unknown" or an obfuscated name: the last known one stays */
        }
        req->client = hop;
        if (!is_trusted(req->loop->server, &hop)) {
            return;
        }
    }
}

void http_client_resolve(struct http_req *req, const struct http_conn *c)
{
    str value;
    req->client = c->peer;
    req->https = c->tls != NULL;
    if (req->loop->server->proxy_count == 0 || !is_trusted(req->loop->server, &c->peer)) {
        return;
    }
    if (http_req_header(req, STR("forwarded"), &value)) {
        walk(req, value, true);
        return;
    }
    if (http_req_header(req, STR("x-forwarded-for"), &value)) {
        walk(req, value, false);
    }
    if (http_req_header(req, STR("x-forwarded-proto"), &value)) {
        str last;
        req->https = last_item(&value, &last) && str_ieq(syntax_trim(last), STR("https"));
    }
}
