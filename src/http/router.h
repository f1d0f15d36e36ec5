/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the route of a method and a path among templates such as "/api/v1/chats/{c}/messages". */
#pragma once

#include "http/http.h"

struct http_router;

enum { HTTP_ROUTER_NONE = -1, HTTP_ROUTER_METHOD = -2, HTTP_ROUTER_ARGS_MAX = 8 };

/* Builds a router of `count` routes; the templates must outlive it. INVALID when two are the same.
 * HEAD finds GET routes. Trailing slashes are accepted. A template whose last part is a star takes
 * the rest as its last argument. */
err http_router_new(const enum http_method *methods, const char *const *templates, size_t count,
                    struct http_router **ret);
void http_router_free(struct http_router *router);

/* Gives the index of the route, HTTP_ROUTER_NONE, or HTTP_ROUTER_METHOD with *ret_allow a bit set
 * of methods. Arguments are decoded into the arena; one that decodes to a control byte or "/"
 * matches nothing. */
int http_router_find(const struct http_router *router, enum http_method method, str path,
                     struct arena *a, str ret_args[HTTP_ROUTER_ARGS_MAX], unsigned *ret_allow);
