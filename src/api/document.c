/* SPDX-License-Identifier: Apache-2.0 */
#include "api/answer.h"
#include "base/clock.h"
#include "http/asset.h"

enum { YEAR_DAYS_LEFT = 180 };

/* openapi.yaml becomes JSON when the program is built; it is a file of the program like the widget.
 */
err document_openapi(struct call *call)
{
    const struct http_asset *asset = http_asset_find(STR("/openapi.json"));
    if (!asset) {
        return err_new(ERR_NOT_FOUND, "the program was built without its interface description");
    }
    http_res_header(call->res, STR("access-control-allow-origin"), STR("*"));
    http_asset_send(asset, call->req, call->res);
    return ERR_NONE;
}

err document_llms(struct call *call)
{
    str text = arena_printf(
        call->a,
        "# Doorward\n\n"
        "> A chat assistant for this business's website. It answers from the business's own "
        "documents and says so when it does not know.\n\n"
        "- [Interface](%.*s/openapi.json): the HTTP interface as OpenAPI 3.1\n"
        "- [Health](%.*s/healthz): whether the server is up\n",
        STR_ARG(http_req_origin_self(call->req)), STR_ARG(http_req_origin_self(call->req)));
    if (!text.p) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    http_res_send(call->res, 200, STR("text/plain; charset=utf-8"), text);
    return ERR_NONE;
}

err document_security(struct call *call)
{
    const char *contact = call->app->settings.api->contact;
    if (!contact[0]) {
        return err_new(ERR_NOT_FOUND, "no security contact is configured (security.contact)");
    }
    int64_t expires = clock_wall_ms() + (int64_t)YEAR_DAYS_LEFT * 86400000;
    str text = arena_printf(
        call->a, "Contact: %s\nExpires: %s\nCanonical: %.*s/.well-known/security.txt\n", contact,
        clock_rfc3339(expires).c, STR_ARG(http_req_origin_self(call->req)));
    if (!text.p) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    http_res_send(call->res, 200, STR("text/plain; charset=utf-8"), text);
    return ERR_NONE;
}

const struct http_asset *route_asset(str path)
{
    static const str admin = STR_INIT("/admin/");
    const struct http_asset *asset = http_asset_find(path);
    size_t last = path.n;
    while (last > 0 && path.p[last - 1] != '/') {
        last--;
    }
    bool page = str_find_byte(path, '.', last) == SIZE_MAX;
    /* The dashboard finds its way from the address by itself. */
    return !asset && page && str_starts(path, admin) ? http_asset_find(admin) : asset;
}

err asset_get(struct call *call)
{
    const struct http_asset *asset = route_asset(http_req_path(call->req));
    if (!asset) {
        return err_new(
            ERR_NOT_FOUND,
            "there is nothing here; /demo/ shows the widget, /openapi.json the interface");
    }
    http_asset_send(asset, call->req, call->res);
    return ERR_NONE;
}
