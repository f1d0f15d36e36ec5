/* SPDX-License-Identifier: Apache-2.0 */
/* Who calls, and whether their credential came the way it should. */
#include "access/keys.h"
#include "api/authorize.h"
#include "api/exposure.h"

/* What decides must not be said twice: somebody before us may have judged the other one. */
static err judge_headers(const struct call *call)
{
    static const str once[] = {STR_INIT("origin"),          STR_INIT("authorization"),
                               STR_INIT("x-api-key"),       STR_INIT("cookie"),
                               STR_INIT("idempotency-key"), STR_INIT("sec-fetch-site"),
                               STR_INIT("x-doorward-csrf")};
    for (size_t i = 0; i < sizeof once / sizeof *once; i++) {
        if (http_req_header_count(call->req, once[i]) > 1) {
            return err_new(ERR_INVALID,
                           "a header that decides (Origin, Authorization, X-API-Key, Cookie, "
                           "Idempotency-Key …) is sent at most once");
        }
    }
    return ERR_NONE;
}

str route_own_origin(const struct call *call)
{
    const char *origin = call->app->settings.http->origin;
    return origin[0] ? str_c(origin) : http_req_origin_self(call->req);
}

/* Rows that a person's session may pass. */
static bool takes_cookie(enum route_access access)
{
    return access == ROUTE_CHAT_OWNER || access == ROUTE_KEY || access == ROUTE_HALF ||
           access == ROUTE_ENROL || access == ROUTE_ACCOUNT || access == ROUTE_TEAM;
}

/* A secret key in a browser is refused and reported, but for the page where the owner types it. */
static err judge_exposure(struct call *call)
{
    if (!call->who.in_browser) {
        return ERR_NONE;
    }
    if (call->route->access == ROUTE_SETUP &&
        err_ok(access_own_page(call->req, route_own_origin(call), false))) {
        return ERR_NONE;
    }
    exposure_of_caller(call, "browser");
    return err_new(ERR_FORBIDDEN,
                   "a secret key must not be used in a browser; it should be rotated now");
}

/* How far the log-in of a person has come. */
static err judge_state(const struct call *call)
{
    enum route_access access = call->route->access;
    enum staff_state state = access_state(&call->who);
    if (call->who.kind != PRINCIPAL_STAFF || access == ROUTE_HALF) {
        return ERR_NONE;
    }
    if (state == STAFF_NEEDS_FACTOR) {
        return err_new(ERR_FACTOR_REQUIRED, "the second factor is still to come");
    }
    if (access != ROUTE_ENROL && state == STAFF_NEEDS_ENROLL) {
        return err_new(ERR_ENROLMENT_REQUIRED, "the team asks for a second factor: add one first");
    }
    return ERR_NONE;
}

static err authenticate(struct call *call)
{
    enum route_access access = call->route->access;
    if (access == ROUTE_OPEN) {
        return ERR_NONE;
    }
    if (access == ROUTE_LOGIN) { /* credentials are in the body */
        return access_own_page(call->req, route_own_origin(call), false);
    }
    err e = access_authenticate(&call->app->desk, call->req, takes_cookie(access),
                                route_own_origin(call), &call->who, &call->why);
    if (err_ok(e)) {
        call->why = NULL;
        e = judge_exposure(call);
    }
    if (err_ok(e) && call->who.kind == PRINCIPAL_KEY) {
        struct staff_from from = access_from(call->req);
        key_uses_note(call->app->key_uses, &call->who.key, from.network, from.agent, from.now_ms);
    }
    return err_ok(e) ? judge_state(call) : e;
}

static err judge_url(struct call *call)
{
    str token;
    if (!access_token_in_query(call->req, &token)) {
        return ERR_NONE;
    }
    exposure_in_url(call, token);
    return err_new(ERR_UNAUTHORIZED,
                   "a key must never be in a URL, where logs and histories keep it; send it as "
                   "Authorization: Api-Key <token> and rotate this one");
}

err route_authenticate(struct call *call)
{
    err e = judge_url(call);
    if (err_ok(e)) {
        e = judge_headers(call);
    }
    return err_ok(e) ? authenticate(call) : e;
}

bool route_is_private(const struct route *route)
{
    switch (route->access) {
    case ROUTE_LOGIN:
    case ROUTE_SETUP:
    case ROUTE_HALF:
    case ROUTE_ENROL:
    case ROUTE_ACCOUNT:
    case ROUTE_TEAM:
        return true;
    case ROUTE_OPEN:
    case ROUTE_PAGE:
    case ROUTE_SESSION:
    case ROUTE_VISITOR:
    case ROUTE_CHAT_OWNER:
    case ROUTE_KEY:
    case ROUTE_METRICS:
        break;
    }
    return false;
}
