/* SPDX-License-Identifier: Apache-2.0 */
#include "api/route.h"

enum { SMALL_BODY = 16384, CHAT_BODY = 65536, BULKY_BODY = 524288 };

#define P PERMISSION_NONE
#define USUAL false
#define FRESH true
#define FIELDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Each row in the order of struct route; the compiler refuses a row that leaves one out. */
#define ROW(method, path, access, permission, fresh, object, body, body_max, rate, lane, fields,   \
            handle, summary)                                                                       \
    {method,   path, access, permission, fresh,  object, body,                                     \
     body_max, rate, lane,   fields,     handle, summary},
#define ROUTE(method, path, access, permission, object, body, body_max, rate, lane, fields,        \
              handle, summary)                                                                     \
    ROW(method, path, access, permission, USUAL, object, body, body_max, rate, lane, fields,       \
        handle, summary)
#define ADMIN(method, path, access, permission, fresh, object, body, rate, lane, fields, handle,   \
              summary)                                                                             \
    ROW(method, path, access, permission, fresh, object, body,                                     \
        (body) == ROUTE_NO_BODY ? 0 : SMALL_BODY, rate, lane, fields, handle, summary)
#define BULKY(method, path, access, permission, fresh, object, body, rate, lane, fields, handle,   \
              summary)                                                                             \
    ROW(method, path, access, permission, fresh, object, body, BULKY_BODY, rate, lane, fields,     \
        handle, summary)

const struct route api_routes[] = {
/* clang-format off */
#include "api/routes_public.inc"
#include "api/routes_admin.inc"
    /* clang-format on */
};

const size_t api_route_count = sizeof api_routes / sizeof *api_routes;
