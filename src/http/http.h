/* SPDX-License-Identifier: Apache-2.0 */
/* What a handler sees of HTTP: a request, an answer, a stream. The server behind it is
 * http/server.h. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_OTHER
};

/* Where a request is handled. */
enum http_lane {
    HTTP_LANE_LOOP, /* on the event loop: under a millisecond, never waits */
    HTTP_LANE_WORK, /* on a worker: store, retrieval, hashing */
    HTTP_LANE_SLOW  /* on a thread that may wait for a peer; few, 503 with Retry-After when all are
                       taken */
};

struct http_req;    /* a request; lives until its handler returns */
struct http_res;    /* its answer */
struct http_stream; /* a detached stream of events; reference counted */

/* ── the request: everything is borrowed and lives as long as the request ── */

enum http_method http_req_method(const struct http_req *req);
str http_req_method_text(const struct http_req *req);
/* The path as sent, before "?", not decoded; no trailing slash except for "/". */
str http_req_path(const struct http_req *req);
/* The part after "?", not decoded, empty when there is none. */
str http_req_query(const struct http_req *req);
/* First value of a header by lower-case name; false when it is missing. */
bool http_req_header(const struct http_req *req, str name, str *ret);
/* How often a header was sent. */
unsigned http_req_header_count(const struct http_req *req, str name);
/* A decoded query parameter (first of that name); false when missing or badly encoded. */
bool http_req_param(struct http_req *req, str name, str *ret);
/* The i-th {placeholder} of the matched route, decoded; empty beyond the last. */
str http_req_arg(const struct http_req *req, unsigned i);
/* The whole body, at most the route's limit. */
str http_req_body(const struct http_req *req);
/* Content type in lower case without parameters, empty when there is none. */
str http_req_content_type(const struct http_req *req);
/* The client's address as text: from the trusted proxy's header when there is one, else the peer's.
 */
str http_req_client(const struct http_req *req);
/* Scheme and host as the client used them ("https://chat.example.com"), through trusted proxies. */
str http_req_origin_self(const struct http_req *req);
bool http_req_is_tls(const struct http_req *req);
/* Random id that is in the answer's X-Request-Id, error body and access log. */
const id *http_req_id(const struct http_req *req);
/* Memory that lives as long as the request, capped by ARENA_REQUEST_MAX. */
struct arena *http_req_arena(struct http_req *req);
/* A pointer that the plan hook may leave for the handle hook. */
void http_req_set_user(struct http_req *req, void *user);
void *http_req_user(const struct http_req *req);

/* ── a whole answer ── */

/* Adds a header; both are copied. Values with control bytes are refused (the header is left out,
 * logged). */
void http_res_header(struct http_res *res, str name, str value);
/* Answers with a body; copies it. Exactly one answer is given per request; a handler that gives
 * none is a 500. */
void http_res_send(struct http_res *res, int status, str content_type, str body);
/* Answers with an error body as API.md has it: code, message, status, request_id. */
void http_res_error(struct http_res *res, err e, str message);
/* The same with a field or position: {"code",…,"details":<details_json>}; details_json is JSON or
 * empty. */
void http_res_error_details(struct http_res *res, err e, str message, str details_json);
/* True when an answer or a stream was begun. */
bool http_res_begun(const struct http_res *res);

/* ── a stream of events (text/event-stream), written by its worker ── */

/* Begins an SSE answer; comments (": ping") go out at most every 10 s of silence by the server
 * itself. */
err http_res_stream(struct http_res *res);
/* Writes one event; `id` and `event` may be empty; data may have line feeds. Waits while more than
 * 64 KB are unsent, at most the write deadline. CLOSED when the client has gone. */
err http_res_event(struct http_res *res, str id, str event, str data);

/* ── a detached stream: outlives the handler, holds no thread ── */

/* Begins an SSE answer that stays open after the handler returns. The caller holds one reference.
 * RATE_LIMITED when the client's address has as many open as the settings allow. */
err http_res_detach(struct http_res *res, struct http_stream **ret);
/* Queues one event from any thread, never waits. A client that leaves over 256 KB unread is closed
 * (it resumes with Last-Event-ID). CLOSED when the stream has ended. */
err http_stream_event(struct http_stream *stream, str id, str event, str data);
/* Runs once, on the loop, when the client has gone or the server drains; set before the handler
 * returns. */
void http_stream_on_close(struct http_stream *stream, void (*closed)(void *user), void *user);
/* Ends the stream cleanly at a time of the monotonic clock: no event is taken after it, and it
 * closes within a ping's time. Set before the handler returns. */
void http_stream_until(struct http_stream *stream, int64_t mono_ms);
/* True when the client has gone or has had the end. */
bool http_stream_is_closed(struct http_stream *stream);
/* Ends the stream cleanly after what is queued. */
void http_stream_end(struct http_stream *stream);
void http_stream_ref(struct http_stream *stream);
void http_stream_unref(struct http_stream *stream);
