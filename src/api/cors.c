/* SPDX-License-Identifier: Apache-2.0 */
#include "api/route.h"
#include "base/buf.h"

/* Looks whether any project lists the page: enough to let it read an error that came before its
 * project was known. The answers themselves are judged against their own project. */
static bool some_project_allows(struct call *call)
{
    struct project_row *rows;
    size_t count;
    id every_team = {{0}};
    struct domain_request request = access_domain_request(call->req, true);
    if (!err_ok(store_project_list(call->app->store, call->a, &every_team, &rows, &count))) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        str page;
        if (domain_judge(call->a, rows[i].domains, rows[i].domain_count, &request, &page) ==
            DOMAIN_ALLOWED) {
            return true;
        }
    }
    return false;
}

/* What was refused before the page was judged looks the same whether its project exists or not. */
static bool page_may_read(struct call *call)
{
    if (call->barred) {
        return false; /* nothing is looked up for it any more */
    }
    return call->page_judged ? call->page == DOMAIN_ALLOWED : some_project_allows(call);
}

void route_cors(struct call *call)
{
    str origin;
    if (call->route->access == ROUTE_OPEN || route_is_private(call->route) ||
        !http_req_header(call->req, STR("origin"), &origin)) {
        return;
    }
    http_res_header(call->res, STR("vary"), STR("Origin"));
    if (page_may_read(call)) {
        http_res_header(call->res, STR("access-control-allow-origin"), origin);
        http_res_header(call->res, STR("access-control-expose-headers"),
                        STR("Retry-After, RateLimit, RateLimit-Policy, X-Request-Id"));
        http_res_header(call->res, STR("cross-origin-resource-policy"), STR("cross-origin"));
    }
}

static void add_method(struct buf *b, unsigned methods, enum http_method method, const char *name)
{
    if (methods & 1u << method) {
        buf_addf(b, "%s%s", b->n ? ", " : "", name);
    }
}

void route_preflight(struct call *call, unsigned allowed_methods, bool pages)
{
    struct buf methods;
    buf_init(&methods, 128);
    add_method(&methods, allowed_methods, HTTP_GET, "GET");
    add_method(&methods, allowed_methods, HTTP_POST, "POST");
    add_method(&methods, allowed_methods, HTTP_PUT, "PUT");
    add_method(&methods, allowed_methods, HTTP_PATCH, "PATCH");
    add_method(&methods, allowed_methods, HTTP_DELETE, "DELETE");
    add_method(&methods, allowed_methods, HTTP_OPTIONS, "OPTIONS");
    http_res_header(call->res, STR("allow"), buf_str(&methods));
    str origin, wanted;
    if (pages && http_req_header(call->req, STR("origin"), &origin) &&
        http_req_header(call->req, STR("access-control-request-method"), &wanted)) {
        http_res_header(call->res, STR("vary"), STR("Origin"));
        if (page_may_read(call)) {
            http_res_header(call->res, STR("access-control-allow-origin"), origin);
            http_res_header(call->res, STR("access-control-allow-methods"), buf_str(&methods));
            http_res_header(
                call->res, STR("access-control-allow-headers"),
                STR("Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-API-Key"));
            http_res_header(call->res, STR("access-control-max-age"), STR("600"));
        }
    }
    http_res_send(call->res, 204, STR_EMPTY, STR_EMPTY);
    buf_done(&methods);
}
