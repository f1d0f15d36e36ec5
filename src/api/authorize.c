/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "api/limits.h"
#include "api/route.h"
#include "base/json.h"
#include "base/utf8.h"
#include "net/addr.h"

/* The answer for what does not exist and for what is not the caller's: never tell one from the
 * other. */
static err not_found(void)
{
    return err_new(ERR_NOT_FOUND, "there is nothing here by that name that you may see");
}

static err parse_body(struct call *call)
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
        return found.code == ERR_NOT_FOUND ? not_found() : found;
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
        return not_found(); /* longer than any slug */
    }
    return load_project(call, e, &row);
}

/* Finds the chat (and message) first, then its project. */
static err find_chat(struct call *call)
{
    id wanted;
    struct project_row row = {0};
    if (!id_parse(http_req_arg(call->req, 0), &wanted)) {
        return not_found();
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

static err find_object(struct call *call)
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
    return not_found();
}

static err judge_page(struct call *call)
{
    struct domain_request request =
        access_domain_request(call->req, call->who.kind != PRINCIPAL_NOBODY);
    call->page = domain_judge(call->a, call->project.row.domains, call->project.row.domain_count,
                              &request, &call->page_origin);
    call->page_judged = true;
    if (call->page == DOMAIN_REFUSED) {
        return err_new(
            ERR_ORIGIN_REFUSED,
            "this page may not use the project: its origin is not one of the project's allowed domains");
    }
    return ERR_NONE;
}

/* A session works only on pages of the origin it was opened on. */
static err judge_session_origin(struct call *call)
{
    if (call->page == DOMAIN_ABSENT || str_eq(call->page_origin, call->who.session.origin)) {
        return ERR_NONE;
    }
    return err_new(ERR_ORIGIN_REFUSED, "the session belongs to another page");
}

static bool key_may(const struct call *call)
{
    return call->route->permission != PERMISSION_NONE &&
           (call->who.permissions & call->route->permission) == call->route->permission;
}

static err judge_key(struct call *call)
{
    if (call->has_project && !access_reaches(&call->who, &call->project.row)) {
        return not_found();
    }
    if (!key_may(call)) {
        str why = arena_printf(call->a, "the key does not have the permission %s",
                               permission_name(call->route->permission));
        call->why = call->route->permission != PERMISSION_NONE && why.p
                        ? why.p
                        : "keys cannot be used here";
        return err_new(ERR_FORBIDDEN, "the key does not have the permission");
    }
    return ERR_NONE;
}

static err judge_visitor(struct call *call)
{
    if (!access_reaches(&call->who, &call->project.row) || call->project.row.is_private) {
        return not_found();
    }
    err e = judge_session_origin(call);
    if (!err_ok(e)) {
        return e;
    }
    if (!str_eq(call->who.session.terms_version, call->project.terms_version)) {
        return err_new(ERR_TERMS_REQUIRED,
                       "the terms must be accepted first: open a session with terms_accepted");
    }
    return ERR_NONE;
}

static err judge_page_access(struct call *call)
{
    if (call->who.kind == PRINCIPAL_KEY) {
        return judge_key(call);
    }
    bool own =
        call->who.kind == PRINCIPAL_VISITOR && access_reaches(&call->who, &call->project.row);
    if (call->project.row.is_private || (call->who.kind == PRINCIPAL_VISITOR && !own)) {
        return not_found();
    }
    return ERR_NONE;
}

/* The visitor who began the chat; the key that did; a key of the team with the route's permission.
 */
static err judge_owner(struct call *call)
{
    if (call->who.kind == PRINCIPAL_VISITOR) {
        err e = judge_visitor(call);
        bool own =
            !id_none(&call->chat.visitor) && id_eq(&call->chat.visitor, &call->who.session.visitor);
        return err_ok(e) && !own ? not_found() : e;
    }
    if (!access_reaches(&call->who, &call->project.row)) {
        return not_found();
    }
    bool made_it = !id_none(&call->chat.key) && id_eq(&call->chat.key, &call->who.key);
    return made_it && (call->who.permissions & PERMISSION_CHAT_CREATE) ? ERR_NONE : judge_key(call);
}

static bool metrics_allowed(const struct call *call)
{
    struct addr client;
    struct addr_net net;
    const struct api_settings *settings = call->app->settings.api;
    if (!addr_parse(http_req_client(call->req), &client)) {
        return false;
    }
    for (size_t i = 0; i < API_METRICS_FROM_MAX && settings->metrics_from[i][0]; i++) {
        if (addr_net_parse(str_c(settings->metrics_from[i]), &net) && addr_net_has(&net, &client)) {
            return true;
        }
    }
    return false;
}

/* The counters are of the whole server: of all projects together. */
static err judge_metrics_key(struct call *call)
{
    if (!id_none(&call->who.project)) {
        return err_new(ERR_FORBIDDEN,
                       "the key is bound to one project; metrics are of the whole server");
    }
    return judge_key(call);
}

static err need_credential(const struct call *call)
{
    if (call->who.kind != PRINCIPAL_NOBODY) {
        return ERR_NONE;
    }
    http_res_header(call->res, STR("www-authenticate"), STR("Api-Key, Bearer"));
    return err_new(
        ERR_UNAUTHORIZED,
        "this call needs a credential: Authorization: Api-Key <token>, or a visitor's session");
}

/* Who is neither a key nor at a listed address. */
static err judge_metrics_other(const struct call *call)
{
    err e = need_credential(call);
    return err_ok(e) ? err_new(ERR_FORBIDDEN, "metrics are for keys and listed addresses") : e;
}

/* What can be refused before anything is looked up. */
static err judge_credential(struct call *call)
{
    switch (call->route->access) {
    case ROUTE_OPEN:
    case ROUTE_PAGE:
        return ERR_NONE;
    case ROUTE_VISITOR:
    case ROUTE_CHAT_OWNER:
        return need_credential(call);
    case ROUTE_KEY: {
        err e = need_credential(call);
        if (err_ok(e) && call->who.kind != PRINCIPAL_KEY) {
            return err_new(ERR_FORBIDDEN,
                           "this call needs an API key; a visitor's session is not enough");
        }
        return e;
    }
    case ROUTE_METRICS:
        if (call->who.kind == PRINCIPAL_KEY) {
            return judge_metrics_key(call);
        }
        return metrics_allowed(call) ? ERR_NONE : judge_metrics_other(call);
    }
    return err_new(ERR_FORBIDDEN, "the route has no access");
}

static err judge_object(struct call *call)
{
    /* A key that cannot reach the project must not learn from the page's verdict that it exists. */
    if (call->who.kind == PRINCIPAL_KEY && !access_reaches(&call->who, &call->project.row)) {
        return not_found();
    }
    if (call->project.row.is_private && call->who.kind != PRINCIPAL_KEY) {
        return not_found();
    }
    err e = judge_page(call);
    if (!err_ok(e)) {
        return e;
    }
    switch (call->route->access) {
    case ROUTE_OPEN:
    case ROUTE_METRICS:
        return ERR_NONE;
    case ROUTE_PAGE:
        return judge_page_access(call);
    case ROUTE_VISITOR:
        return call->who.kind == PRINCIPAL_KEY ? judge_key(call) : judge_visitor(call);
    case ROUTE_CHAT_OWNER:
        return judge_owner(call);
    case ROUTE_KEY:
        return judge_key(call);
    }
    return err_new(ERR_FORBIDDEN, "the route has no access");
}

/* What decides must not be said twice: somebody before us may have judged the other one. */
static err judge_headers(const struct call *call)
{
    static const str once[] = {STR_INIT("origin"), STR_INIT("authorization"), STR_INIT("x-api-key"),
                               STR_INIT("idempotency-key")};
    for (size_t i = 0; i < sizeof once / sizeof *once; i++) {
        if (http_req_header_count(call->req, once[i]) > 1) {
            return err_new(ERR_INVALID, "Origin, Authorization, X-API-Key and Idempotency-Key are "
                                        "sent at most once");
        }
    }
    return ERR_NONE;
}

/* Everything but the limits. */
static err judge(struct call *call)
{
    if (access_token_in_query(call->req)) {
        return err_new(ERR_UNAUTHORIZED,
                       "a key must never be in a URL, where logs and histories keep it; send it as "
                       "Authorization: Api-Key <token> and rotate this one");
    }
    err e = judge_headers(call);
    if (err_ok(e) && call->route->access != ROUTE_OPEN) {
        e = access_authenticate(call->app->store, &call->app->hash_key, call->req, &call->who,
                                &call->why);
    }
    if (err_ok(e)) {
        call->why = NULL;
        e = judge_credential(call);
    }
    if (err_ok(e)) {
        e = parse_body(call);
    }
    if (err_ok(e)) {
        e = find_object(call);
    }
    return err_ok(e) && call->has_project ? judge_object(call) : e;
}

err route_authorize(struct call *call)
{
    if (call->route->access == ROUTE_OPEN) { /* asks for no credential: nothing can be guessed */
        err open = judge(call);
        return err_ok(open) ? limits_judge(call) : open;
    }
    err e = limits_admit(call);
    if (!err_ok(e)) {
        call->barred = true;
        return e;
    }
    e = judge(call);
    if (err_ok(e)) {
        return limits_judge(call);
    }
    if (err_http_status(e.code) < 500) {
        limits_count_refusal(call);
    }
    return e;
}

const char *route_access_name(enum route_access access)
{
    switch (access) {
    case ROUTE_OPEN:
        return "open";
    case ROUTE_PAGE:
        return "page of an allowed domain";
    case ROUTE_VISITOR:
        return "visitor";
    case ROUTE_CHAT_OWNER:
        return "owner of the chat";
    case ROUTE_KEY:
        return "key";
    case ROUTE_METRICS:
        return "key or listed address";
    }
    return "";
}
