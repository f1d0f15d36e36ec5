/* SPDX-License-Identifier: Apache-2.0 */
#include "api/authorize.h"

#include <string.h>

#include "api/limits.h"
#include "base/clock.h"
#include "net/addr.h"

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

/* Whether key or role has what the row asks for. */
static err judge_permission(struct call *call, permissions has)
{
    permissions needed = call->route->permission;
    bool key = call->who.kind == PRINCIPAL_KEY;
    if (needed != PERMISSION_NONE && (has & needed) == needed) {
        return ERR_NONE;
    }
    str why = arena_printf(call->a, "%s does not have the permission %s",
                           key ? "the key" : "your role", permission_name(needed));
    call->why = needed != PERMISSION_NONE && why.p ? why.p
                : key                              ? "keys cannot be used here"
                                                   : "this is for visitors and keys";
    return err_new(ERR_FORBIDDEN, "the permission is missing");
}

static err judge_fresh(const struct call *call)
{
    if (!call->route->fresh || call->who.kind != PRINCIPAL_STAFF ||
        staff_is_fresh(&call->who.staff, clock_wall_ms())) {
        return ERR_NONE;
    }
    return err_new(
        ERR_FRESH_REQUIRED,
        "show your password or second factor again first: POST /api/v1/admin/me/confirm");
}

/* A key or a person, on the row's project, which they reach (judge_visible), or, without one, in
 * all of the team. */
static err judge_rights(struct call *call)
{
    const struct project_row *project = call->has_project ? &call->project.row : NULL;
    err e = judge_permission(call, access_permissions(&call->who, project));
    return err_ok(e) ? judge_fresh(call) : e;
}

/* A private project knows keys, its team and visitors that its site has named. */
static bool is_closed(const struct call *call)
{
    const struct principal *who = &call->who;
    if (!call->project.row.is_private) {
        return false;
    }
    if (call->route->access == ROUTE_SESSION) {
        return !call->identified;
    }
    switch (who->kind) {
    case PRINCIPAL_KEY:
    case PRINCIPAL_STAFF:
        return false;
    case PRINCIPAL_VISITOR:
        return str_empty(who->session.subject);
    case PRINCIPAL_NOBODY:
        break;
    }
    return true;
}

static err judge_visitor(struct call *call)
{
    if (!access_reaches(&call->who, &call->project.row) || is_closed(call)) {
        return route_not_found();
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
        return judge_rights(call);
    }
    bool own =
        call->who.kind == PRINCIPAL_VISITOR && access_reaches(&call->who, &call->project.row);
    return is_closed(call) || (call->who.kind == PRINCIPAL_VISITOR && !own) ? route_not_found()
                                                                            : ERR_NONE;
}

/* Two ids, of which neither is none. */
static bool is_same(const id *a, const id *b) { return !id_none(a) && id_eq(a, b); }

bool route_made_chat(const struct call *call)
{
    return call->who.kind == PRINCIPAL_KEY && is_same(&call->chat.key, &call->who.key) &&
           (call->who.permissions & PERMISSION_CHAT_CREATE);
}

/* The visitor who began the chat; the key that did; a key or person of the team with the route's
 * permission. */
static err judge_owner(struct call *call)
{
    if (call->who.kind == PRINCIPAL_VISITOR) {
        err e = judge_visitor(call);
        return err_ok(e) && !is_same(&call->chat.visitor, &call->who.session.visitor)
                   ? route_not_found()
                   : e;
    }
    return route_made_chat(call) ? ERR_NONE : judge_rights(call);
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
    return judge_rights(call);
}

static err need_credential(const struct call *call)
{
    if (call->who.kind != PRINCIPAL_NOBODY) {
        return ERR_NONE;
    }
    if (route_is_private(call->route)) {
        return err_new(ERR_UNAUTHORIZED, "log in first");
    }
    http_res_header(call->res, STR("www-authenticate"), STR("Api-Key, Bearer"));
    return err_new(
        ERR_UNAUTHORIZED,
        "this call needs a credential: Authorization: Api-Key <token>, or a visitor's session");
}

/* Rows of people's own sessions. */
static err judge_person(struct call *call)
{
    err e = need_credential(call);
    if (err_ok(e) && call->who.kind != PRINCIPAL_STAFF) {
        e = err_new(ERR_FORBIDDEN, "this call is for people who are logged in");
    }
    return err_ok(e) ? judge_fresh(call) : e;
}

/* Rows for keys and people; a visitor has no business here, nor has a key that stands in a page. */
static err judge_worker(struct call *call)
{
    bool team = call->route->access == ROUTE_TEAM;
    err e = need_credential(call);
    if (err_ok(e) && call->who.kind == PRINCIPAL_VISITOR) {
        return err_new(ERR_FORBIDDEN,
                       "this call needs an API key; a visitor's session is not enough");
    }
    if (err_ok(e) && team && call->who.public_key) {
        return err_new(ERR_FORBIDDEN, "this call needs a secret key");
    }
    if (!err_ok(e) || !team || call->route->object != ROUTE_NOTHING) {
        return e; /* judged with the project */
    }
    if (!id_none(&call->who.project)) {
        return err_new(ERR_FORBIDDEN, "the key is bound to one project; this is of all the team");
    }
    return judge_rights(call);
}

/* The owner's key, while there is nobody who could log in: may come from our own page. */
static err judge_setup(struct call *call)
{
    err e = need_credential(call);
    if (err_ok(e) &&
        (call->who.kind != PRINCIPAL_KEY || call->who.public_key || !id_none(&call->who.project))) {
        e = err_new(ERR_FORBIDDEN, "this call needs the owner's secret key");
    }
    return err_ok(e) ? judge_rights(call) : e;
}

/* What can be refused before anything is looked up. */
static err judge_credential(struct call *call)
{
    switch (call->route->access) {
    case ROUTE_OPEN:
    case ROUTE_PAGE:
    case ROUTE_SESSION:
    case ROUTE_LOGIN:
        return ERR_NONE;
    case ROUTE_VISITOR:
    case ROUTE_CHAT_OWNER:
        return need_credential(call);
    case ROUTE_KEY:
    case ROUTE_TEAM:
        return judge_worker(call);
    case ROUTE_METRICS:
        if (call->who.kind == PRINCIPAL_KEY) {
            return judge_metrics_key(call);
        }
        return metrics_allowed(call) ? ERR_NONE : need_credential(call);
    case ROUTE_SETUP:
        return judge_setup(call);
    case ROUTE_HALF:
    case ROUTE_ENROL:
    case ROUTE_ACCOUNT:
        return judge_person(call);
    }
    return err_new(ERR_FORBIDDEN, "the route has no access");
}

/* A person's page was judged with their cookie, a secret key has none: it is pages of other sites
 * that the project's domains are about. */
static err judge_visible(struct call *call)
{
    bool worker = call->who.kind == PRINCIPAL_KEY || call->who.kind == PRINCIPAL_STAFF;
    /* Who cannot reach the project must not learn from the page's verdict that it exists. */
    if (worker && !access_reaches(&call->who, &call->project.row)) {
        return route_not_found();
    }
    err e = route_identify(call);
    if (is_closed(call)) {
        return route_not_found();
    }
    if (!err_ok(e)) {
        return e;
    }
    return call->who.kind == PRINCIPAL_STAFF ? ERR_NONE : judge_page(call);
}

static err judge_object(struct call *call)
{
    err e = judge_visible(call);
    if (!err_ok(e)) {
        return e;
    }
    switch (call->route->access) {
    case ROUTE_OPEN:
    case ROUTE_METRICS:
        return ERR_NONE;
    case ROUTE_PAGE:
    case ROUTE_SESSION:
        return judge_page_access(call);
    case ROUTE_VISITOR:
        return call->who.kind == PRINCIPAL_KEY ? judge_rights(call) : judge_visitor(call);
    case ROUTE_CHAT_OWNER:
        return judge_owner(call);
    case ROUTE_KEY:
    case ROUTE_TEAM:
        return judge_rights(call);
    case ROUTE_LOGIN:
    case ROUTE_SETUP:
    case ROUTE_HALF:
    case ROUTE_ENROL:
    case ROUTE_ACCOUNT:
        break;
    }
    return err_new(ERR_FORBIDDEN, "the route has no access");
}

/* Everything but the limits. */
static err judge(struct call *call)
{
    err e = route_authenticate(call);
    if (err_ok(e)) {
        e = judge_credential(call);
    }
    if (err_ok(e)) {
        e = route_parse_body(call);
    }
    if (err_ok(e)) {
        e = route_find_object(call);
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
