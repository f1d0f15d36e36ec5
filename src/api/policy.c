/* SPDX-License-Identifier: Apache-2.0 */
#include "api/policy.h"

#include "api/answer.h"
#include "api/limits.h"

const char *policy_method(enum http_method method)
{
    static const char *const names[] = {
        [HTTP_GET] = "GET",         [HTTP_HEAD] = "HEAD",   [HTTP_POST] = "POST",
        [HTTP_PUT] = "PUT",         [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
        [HTTP_OPTIONS] = "OPTIONS", [HTTP_OTHER] = "OTHER"};
    return names[method];
}

const char *policy_access(enum route_access access)
{
    static const char *const names[] = {
        [ROUTE_OPEN] = "open",
        [ROUTE_PAGE] = "page of an allowed domain",
        [ROUTE_SESSION] = "page of an allowed domain, signed identity",
        [ROUTE_VISITOR] = "visitor",
        [ROUTE_CHAT_OWNER] = "owner of the chat",
        [ROUTE_KEY] = "key or person",
        [ROUTE_METRICS] = "key or listed address",
        [ROUTE_LOGIN] = "log-in",
        [ROUTE_SETUP] = "owner's key",
        [ROUTE_HALF] = "session, factor to come",
        [ROUTE_ENROL] = "session, enrolment to come",
        [ROUTE_ACCOUNT] = "own account",
        [ROUTE_TEAM] = "person or secret key",
    };
    return access < sizeof names / sizeof *names && names[access] ? names[access] : "";
}

bool policy_role_passes(const struct route *route, enum role role)
{
    switch (route->access) {
    case ROUTE_HALF:
    case ROUTE_ENROL:
    case ROUTE_ACCOUNT:
        return role != ROLE_NONE;
    case ROUTE_KEY:
    case ROUTE_CHAT_OWNER:
    case ROUTE_TEAM:
        return route->permission != PERMISSION_NONE &&
               (role_permissions(role) & route->permission) == route->permission;
    case ROUTE_OPEN:
    case ROUTE_PAGE:
    case ROUTE_SESSION:
    case ROUTE_VISITOR:
    case ROUTE_METRICS:
    case ROUTE_LOGIN:
    case ROUTE_SETUP:
        break;
    }
    return false;
}

void policy_roles(struct buf *b, const struct route *route)
{
    bool first = true;
    for (unsigned role = ROLE_OWNER; role > ROLE_NONE; role--) {
        if (policy_role_passes(route, (enum role)role)) {
            buf_addf(b, "%s%s", first ? "" : ", ", role_name((enum role)role));
            first = false;
        }
    }
}

static void roles_json(struct buf *b, const struct route *route)
{
    bool first = true;
    buf_add_c(b, ",\"roles\":[");
    for (unsigned role = ROLE_OWNER; role > ROLE_NONE; role--) {
        if (policy_role_passes(route, (enum role)role)) {
            buf_addf(b, "%s\"%s\"", first ? "" : ",", role_name((enum role)role));
            first = false;
        }
    }
    buf_add_byte(b, ']');
}

void policy_json(struct buf *b, struct arena *a, const struct route *route,
                 const struct api_settings *settings)
{
    uint64_t body = route->body_max == SIZE_MAX ? settings->upload_bytes_max : route->body_max;
    buf_add_byte(b, '{');
    answer_member(b, "method", str_c(policy_method(route->method)));
    answer_member(b, "path", str_c(route->path));
    answer_member(b, "access", str_c(policy_access(route->access)));
    answer_member(b, "permission", str_c(permission_name(route->permission)));
    roles_json(b, route);
    answer_member_bool(b, "fresh", route->fresh);
    answer_member_number(b, "body_max", body);
    answer_member(b, "rate", limits_describe(a, settings, route->rate));
    answer_member(b, "summary", str_c(route->summary));
    buf_add_byte(b, '}');
}
