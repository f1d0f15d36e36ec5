/* SPDX-License-Identifier: Apache-2.0 */
#include "api/limits.h"
#include "api/record.h"
#include "base/buf.h"
#include "base/log.h"
#include "http/asset.h"

/* What the plan hook leaves for the handle hook. */
struct planned {
    const struct route *route; /* NULL: a preflight */
    unsigned allowed;          /* methods of the path, for a preflight */
    unsigned pages;            /* those of them that pages of other sites may use */
};

static void answer_no_route(struct http_res *res)
{
    http_res_error(
        res, err_new(ERR_NOT_FOUND, "no such path"),
        STR("there is nothing here; /demo/ shows the widget, /openapi.json the interface"));
}

static void answer_method(struct http_res *res, unsigned allowed)
{
    static const char *const names[] = {
        [HTTP_GET] = "GET, HEAD", [HTTP_POST] = "POST",     [HTTP_PUT] = "PUT",
        [HTTP_PATCH] = "PATCH",   [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS"};
    struct buf b;
    buf_init(&b, 128);
    for (unsigned m = 0; m < sizeof names / sizeof *names; m++) {
        if (names[m] && (allowed & 1u << m)) {
            buf_addf(&b, "%s%s", b.n ? ", " : "", names[m]);
        }
    }
    http_res_header(res, STR("allow"), buf_str(&b));
    buf_done(&b);
    http_res_error(res, err_new(ERR_METHOD, "method not allowed"),
                   STR("this path does not take that method; see Allow"));
}

/* Gives the methods of a path, 0 when there is nothing. The row for files takes every path: it
 * counts only when the file is there. */
static unsigned path_methods(const struct app *app, struct http_req *req)
{
    str args[HTTP_ROUTER_ARGS_MAX];
    unsigned allowed = 0;
    struct arena *a = http_req_arena(req);
    if (http_router_find(app->router, HTTP_OTHER, http_req_path(req), a, args, &allowed) !=
        HTTP_ROUTER_METHOD) {
        return 0;
    }
    unsigned ignored;
    int get = http_router_find(app->router, HTTP_GET, http_req_path(req), a, args, &ignored);
    bool only_file = get >= 0 && api_routes[get].handle == asset_get;
    if (only_file && !route_asset(http_req_path(req))) {
        allowed &= ~(1u << HTTP_GET | 1u << HTTP_HEAD);
    }
    return allowed;
}

/* The methods of a path that pages of other sites may use. */
static unsigned page_methods(const struct app *app, struct http_req *req, unsigned allowed)
{
    str args[HTTP_ROUTER_ARGS_MAX];
    unsigned pages = 0, ignored;
    for (unsigned m = 0; m < HTTP_OTHER; m++) {
        int found = allowed & 1u << m
                        ? http_router_find(app->router, (enum http_method)m, http_req_path(req),
                                           http_req_arena(req), args, &ignored)
                        : HTTP_ROUTER_NONE;
        pages |= found >= 0 && !route_is_private(&api_routes[found]) ? 1u << m : 0;
    }
    return pages;
}

static void plan_preflight(struct app *app, struct http_req *req, struct http_res *res,
                           struct http_plan *plan)
{
    struct planned *planned = arena_alloc(http_req_arena(req), sizeof *planned);
    unsigned allowed = path_methods(app, req);
    if (!planned || !allowed) {
        answer_no_route(res);
        plan->answered = true;
        return;
    }
    planned->allowed = allowed | 1u << HTTP_OPTIONS;
    planned->pages = page_methods(app, req, allowed);
    http_req_set_user(req, planned);
    plan->lane = HTTP_LANE_WORK;
    plan->route = "preflight";
}

/* Gives the row of a request, or NULL after the answer was given. */
static const struct route *find_route(struct app *app, struct http_req *req, struct http_res *res,
                                      struct http_plan *plan)
{
    unsigned allowed = 0;
    int found = http_router_find(app->router, http_req_method(req), http_req_path(req),
                                 http_req_arena(req), plan->args, &allowed);
    bool file = found >= 0 && api_routes[found].handle == asset_get;
    if (found >= 0 && (!file || route_asset(http_req_path(req)))) {
        return &api_routes[found];
    }
    allowed = path_methods(app, req);
    bool unreadable = allowed & 1u << http_req_method(req); /* a placeholder is badly encoded */
    if (allowed && !unreadable) {
        answer_method(res, allowed);
    } else {
        answer_no_route(res);
    }
    plan->answered = true;
    plan->route = "none";
    return NULL;
}

void app_plan(void *user, struct http_req *req, struct http_res *res, struct http_plan *plan)
{
    struct app *app = user;
    if (http_req_method(req) == HTTP_OPTIONS) {
        plan_preflight(app, req, res, plan);
        return;
    }
    const struct route *route = find_route(app, req, res, plan);
    struct planned *planned = route ? arena_alloc(http_req_arena(req), sizeof *planned) : NULL;
    if (!planned) {
        return; /* answered, or out of memory: the handler finds no plan and says so */
    }
    planned->route = route;
    http_req_set_user(req, planned);
    plan->lane = route->lane;
    plan->route = route->path;
    plan->body_max =
        route->body_max == SIZE_MAX ? app->settings.api->upload_bytes_max : route->body_max;
}

static void answer_error(struct call *call, err e)
{
    str why = str_c(call->why ? call->why : e.what);
    if (e.code == ERR_INTERNAL || e.code == ERR_IO || e.code == ERR_CORRUPT ||
        e.code == ERR_NO_MEMORY) {
        /* What went wrong inside is for the log; the request id connects both. */
        LOG(LOG_ERROR, "api", "request failed", log_c("route", call->route->path),
            log_c("what", e.what), log_str("request_id", id_str(http_req_id(call->req))));
        why = STR("something went wrong here; the request id helps to find it in the log");
    } else if (e.code == ERR_NO_SPACE) {
        LOG(LOG_ERROR, "api", "disk full", log_c("route", call->route->path),
            log_c("what", e.what));
        why = STR("the server's disk is full; nothing was stored, please try again later");
    }
    http_res_error_details(call->res, e, why, call->details);
}

void app_handle(void *user, struct http_req *req, struct http_res *res)
{
    const struct planned *planned = http_req_user(req);
    if (!planned) {
        http_res_error(res, err_new(ERR_NO_MEMORY, "out of memory"),
                       STR("the server is short of memory"));
        return;
    }
    static const struct route preflight = {.path = "preflight"};
    struct call call = {.app = user,
                        .req = req,
                        .res = res,
                        .a = http_req_arena(req),
                        .route = planned->route ? planned->route : &preflight};
    err e;
    if (planned->route) {
        e = route_authorize(&call);
        bool judged = err_ok(e);
        route_cors(&call);
        e = judged ? planned->route->handle(&call) : e;
        if (!err_ok(e)) {
            record_refusal(&call, e, judged);
        }
    } else {
        e = limits_preflight(&call);
        if (err_ok(e)) {
            route_preflight(&call, planned->allowed, planned->pages != 0);
        }
    }
    if (!err_ok(e) && !http_res_begun(res)) {
        answer_error(&call, e);
    }
    if (call.has_project) {
        chat_project_done(&call.project);
    }
    json_decref(call.body);
}
