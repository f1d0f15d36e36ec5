/* SPDX-License-Identifier: Apache-2.0 */
/* Errors as small values: a code from one list and a static text for people who operate the server.
 */
#pragma once

#include <stdbool.h>

/* X(name, HTTP status, stable code on the wire) */
#define ERR_CODES(X)                                                                               \
    X(OK, 200, "ok")                                                                               \
    X(INVALID, 400, "invalid_request")                                                             \
    X(UNAUTHORIZED, 401, "unauthorized")                                                           \
    X(FORBIDDEN, 403, "forbidden")                                                                 \
    X(ORIGIN_REFUSED, 403, "origin_refused")                                                       \
    X(TERMS_REQUIRED, 403, "terms_required")                                                       \
    X(FACTOR_REQUIRED, 401, "second_factor_required")                                              \
    X(ENROLMENT_REQUIRED, 403, "second_factor_enrolment_required")                                 \
    X(FRESH_REQUIRED, 403, "fresh_login_required")                                                 \
    X(CSRF_REFUSED, 403, "csrf_refused")                                                           \
    X(NOT_FOUND, 404, "not_found")                                                                 \
    X(METHOD, 405, "method_not_allowed")                                                           \
    X(NOT_ACCEPTABLE, 406, "not_acceptable")                                                       \
    X(TIMEOUT, 408, "timeout")                                                                     \
    X(CONFLICT, 409, "conflict")                                                                   \
    X(GONE, 410, "gone")                                                                           \
    X(PRECONDITION, 412, "precondition_failed")                                                    \
    X(TOO_LARGE, 413, "too_large")                                                                 \
    X(URI_TOO_LONG, 414, "uri_too_long")                                                           \
    X(MEDIA_TYPE, 415, "unsupported_media_type")                                                   \
    X(MISDIRECTED, 421, "misdirected_request")                                                     \
    X(UNPROCESSABLE, 422, "validation_failed")                                                     \
    X(RATE_LIMITED, 429, "rate_limited")                                                           \
    X(HEADERS_TOO_LARGE, 431, "headers_too_large")                                                 \
    X(INTERNAL, 500, "internal")                                                                   \
    X(NO_MEMORY, 500, "internal")                                                                  \
    X(CORRUPT, 500, "internal")                                                                    \
    X(NOT_IMPLEMENTED, 501, "not_implemented")                                                     \
    X(UPSTREAM, 502, "upstream_failed")                                                            \
    X(UNAVAILABLE, 503, "unavailable")                                                             \
    X(UPSTREAM_TIMEOUT, 504, "upstream_timeout")                                                   \
    X(NO_SPACE, 507, "insufficient_storage")                                                       \
    X(BUDGET, 429, "budget_exhausted")                                                             \
    X(CLOSED, 499, "closed")                                                                       \
    X(IO, 500, "internal")

enum err_code {
#define ERR_ENUM(name, status, wire) ERR_##name,
    ERR_CODES(ERR_ENUM)
#undef ERR_ENUM
        ERR_COUNT
};

/* gcc 12 knows must-use types only for C++; clang (lints, fuzzers) checks it for every function of
 * type err. */
#ifdef __clang__
#define ERR_MUST_USE __attribute__((warn_unused_result))
#else
#define ERR_MUST_USE
#endif

/* `what` is static text for the log or, where it helps the caller, for the answer; never user data.
 */
typedef struct ERR_MUST_USE err {
    enum err_code code;
    const char *what;
} err;

#define ERR_NONE ((err){ERR_OK, "ok"})

/* Makes an error value; `what` must be a string literal. */
static inline err err_new(enum err_code code, const char *what) { return (err){code, what}; }

/* True for the success value. */
static inline bool err_ok(err e) { return e.code == ERR_OK; }

/* Gives the HTTP status that an error answers with (RFC 9110 section 15). */
int err_http_status(enum err_code code);

/* Gives the stable code on the wire ("rate_limited"), never NULL. */
const char *err_wire_code(enum err_code code);

/* Gives the error of a system call's errno: ENOSPC and EDQUOT are NO_SPACE, ENOMEM NO_MEMORY, the
 * rest IO. */
err err_from_errno(int error, const char *what);
