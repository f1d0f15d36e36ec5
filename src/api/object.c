/* SPDX-License-Identifier: Apache-2.0 */
/* What a call is about: its body, and the project, chat or message that it names. */
#include "api/authorize.h"
#include "base/json.h"
#include "base/utf8.h"

err route_not_found(void)
{
    return err_new(ERR_NOT_FOUND, "there is nothing here by that name that you may see");
}

err route_parse_body(struct call *call)
{
    enum route_body kind = call->route->body;
    str body = http_req_body(call->req);
    bool json = kind == ROUTE_JSON || kind == ROUTE_JSON_OPTIONAL ||
                (kind == ROUTE_JSON_OR_FORM &&
                 str_eq(http_req_content_type(call->req), STR("application/json")));
    if (!json || (kind == ROUTE_JSON_OPTIONAL && str_empty(body))) {
        return ERR_NONE;
    }
    str type = http_req_content_type(call->req);
    if (!str_empty(type) && !str_eq(type, STR("application/json"))) {
        call->why = "send JSON with Content-Type: application/json";
        return err_new(ERR_MEDIA_TYPE, "not JSON");
    }
    struct json_fault fault;
    err e = json_read_object(body, &call->body, &fault);
    if (!err_ok(e)) {
        str why = arena_printf(call->a, "the body is not valid JSON: line %d, column %d: %s",
                               fault.line, fault.column, fault.text);
        call->why = why.p ? why.p : e.what;
        return e;
    }
    const char *unknown =
        call->route->fields ? json_unknown_member(call->body, call->route->fields) : NULL;
    if (unknown) {
        str why =
            arena_printf(call->a, "unknown field \"%.*s\"", STR_ARG(utf8_cut(str_c(unknown), 64)));
        call->why = why.p ? why.p : "unknown field";
        return err_new(ERR_INVALID, "the body has an unknown field");
    }
    return ERR_NONE;
}

static err load_project(struct call *call, err found, const struct project_row *row)
{
    if (!err_ok(found)) {
        return found.code == ERR_NOT_FOUND ? route_not_found() : found;
    }
    str reason;
    err e = chat_project_load(call->a, row, &call->project, &reason);
    call->has_project = err_ok(e);
    return e;
}

static err find_project(struct call *call, str slug)
{
    struct project_row row = {0};
    err e = store_project_by_slug(call->app->store, call->a, slug, &row);
    if (e.code == ERR_TOO_LARGE) {
        return route_not_found(); /* longer than any slug */
    }
    return load_project(call, e, &row);
}

/* Finds the chat (and message) first, then its project. */
static err find_chat(struct call *call)
{
    id wanted;
    struct project_row row = {0};
    if (!id_parse(http_req_arg(call->req, 0), &wanted)) {
        return route_not_found();
    }
    err e =
        call->route->object == ROUTE_MESSAGE
            ? store_message_find(call->app->store, call->a, &wanted, &call->chat, &call->message)
            : store_chat_find(call->app->store, call->a, &wanted, &call->chat);
    if (err_ok(e)) {
        e = store_project_by_id(call->app->store, call->a, &call->chat.project, &row);
    }
    return load_project(call, e, &row);
}

err route_find_object(struct call *call)
{
    str slug;
    switch (call->route->object) {
    case ROUTE_NOTHING:
        return ERR_NONE;
    case ROUTE_PROJECT:
        return find_project(call, http_req_arg(call->req, 0));
    case ROUTE_BODY_PROJECT:
        if (!call->body || !json_get_str(call->body, "project", &slug)) {
            return err_new(ERR_INVALID, "the field \"project\" is missing: the project's slug");
        }
        return find_project(call, slug);
    case ROUTE_CHAT:
    case ROUTE_MESSAGE:
        return find_chat(call);
    }
    return route_not_found();
}
