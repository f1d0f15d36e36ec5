/* SPDX-License-Identifier: Apache-2.0 */
#include "http/exchange.h"

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/syntax.h"

enum { ERROR_BODY_MAX = 64 << 10 };

const struct http_pair http_defaults[HTTP_DEFAULT_COUNT] = {
    [HTTP_DEFAULT_SNIFF] = {STR_INIT("x-content-type-options"), STR_INIT("nosniff")},
    [HTTP_DEFAULT_REFERRER] = {STR_INIT("referrer-policy"), STR_INIT("same-origin")},
    [HTTP_DEFAULT_FRAME] = {STR_INIT("x-frame-options"), STR_INIT("DENY")},
    [HTTP_DEFAULT_CSP] = {STR_INIT("content-security-policy"),
                          STR_INIT("default-src 'none'; frame-ancestors 'none'")},
    [HTTP_DEFAULT_CORP] = {STR_INIT("cross-origin-resource-policy"), STR_INIT("same-origin")},
    [HTTP_DEFAULT_CACHE] = {STR_INIT("cache-control"), STR_INIT("no-store")},
    [HTTP_DEFAULT_HSTS] = {STR_INIT("strict-transport-security"), STR_INIT("max-age=63072000")},
};

/* The server writes these itself; a handler's would contradict the framing. */
static bool is_reserved(str name)
{
    static const str reserved[] = {STR_INIT("content-length"), STR_INIT("transfer-encoding"),
                                   STR_INIT("connection"),     STR_INIT("date"),
                                   STR_INIT("content-type"),   STR_INIT("x-request-id"),
                                   STR_INIT("keep-alive"),     STR_INIT("upgrade")};
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        if (str_ieq(name, reserved[i])) {
            return true;
        }
    }
    return false;
}

static str copy_lower(struct arena *a, str s)
{
    char *p = arena_alloc(a, s.n + 1);
    for (size_t i = 0; p && i < s.n; i++) {
        p[i] = str_lower(s.p[i]);
    }
    return (str){p, p ? s.n : 0};
}

static void add_field(struct http_res *res, struct http_pair pair)
{
    for (unsigned i = 0; i < HTTP_DEFAULT_COUNT; i++) {
        if (str_eq(pair.name, http_defaults[i].name)) {
            res->overridden |= 1u << i;
        }
    }
    res->fields[res->field_count++] = pair;
}

void http_res_header(struct http_res *res, str name, str value)
{
    struct http_req *req = http_res_req(res);
    value = syntax_trim(value);
    if (res->state != HTTP_RES_NONE || !http_is_token(name) || !http_is_value(value) ||
        is_reserved(name) || res->field_count == HTTP_RES_FIELDS_MAX) {
        LOG(LOG_WARN, "http", "header left out", log_str("request_id", id_str(http_req_id(req))));
        return;
    }
    struct http_pair pair = {copy_lower(&req->arena, name), arena_str(&req->arena, value)};
    if (!pair.name.p || !pair.value.p) {
        LOG(LOG_WARN, "http", "header left out: out of memory",
            log_str("request_id", id_str(http_req_id(req))));
        return;
    }
    add_field(res, pair);
}

void http_res_header_static(struct http_res *res, str name, str value)
{
    if (res->state == HTTP_RES_NONE && res->field_count < HTTP_RES_FIELDS_MAX) {
        add_field(res, (struct http_pair){name, value});
    }
}

static bool begin(struct http_res *res, int status, str content_type)
{
    struct http_req *req = http_res_req(res);
    if (res->state != HTTP_RES_NONE) {
        LOG(LOG_ERROR, "http", "a second answer was given",
            log_str("request_id", id_str(http_req_id(req))));
        return false;
    }
    res->content_type = arena_str(&req->arena, content_type);
    if (!res->content_type.p || !http_is_value(content_type)) {
        res->content_type = STR("application/octet-stream");
    }
    res->status = status;
    res->state = HTTP_RES_WHOLE;
    return true;
}

static void send_failed(struct http_res *res)
{
    res->status = 500;
    res->body = STR("{\"code\":\"internal\",\"message\":\"out of memory\",\"status\":500}");
    res->content_type = STR("application/json");
    res->body_static = true;
}

void http_res_send(struct http_res *res, int status, str content_type, str body)
{
    struct http_req *req = http_res_req(res);
    if (!begin(res, status, content_type)) {
        return;
    }
    if (body.n <= HTTP_BODY_COPY_MAX) {
        res->body = arena_str(&req->arena, body);
    } else if (body.n <= HTTP_BODY_OUT_MAX) {
        res->owned = mem_dup(body.p, body.n);
        res->body = (str){res->owned, body.n};
    }
    if (!res->body.p) {
        send_failed(res);
    }
}

void http_res_send_static(struct http_res *res, int status, str content_type, str body)
{
    if (begin(res, status, STR_EMPTY)) {
        res->content_type = content_type;
        res->body = body;
        res->body_static = true;
    }
}

void http_res_error_status(struct http_res *res, int status, const char *code, str message,
                           str details_json)
{
    struct http_req *req = http_res_req(res);
    struct buf b;
    buf_init(&b, ERROR_BODY_MAX);
    buf_addf(&b, "{\"code\":\"%s\",\"message\":", code);
    json_write_str(&b, message);
    buf_addf(&b, ",\"status\":%d,\"request_id\":\"%s\"", status, http_req_id(req)->c);
    if (details_json.n) {
        buf_add_c(&b, ",\"details\":");
        buf_add(&b, details_json);
    }
    buf_add_byte(&b, '}');
    if (b.failed && begin(res, 500, STR_EMPTY)) {
        send_failed(res);
    } else if (!b.failed) {
        http_res_send(res, status, STR("application/json"), buf_str(&b));
    }
    buf_done(&b);
}

void http_res_error_details(struct http_res *res, err e, str message, str details_json)
{
    http_res_error_status(res, err_http_status(e.code), err_wire_code(e.code),
                          message.n ? message : str_c(e.what), details_json);
}

void http_res_error(struct http_res *res, err e, str message)
{
    http_res_error_details(res, e, message, STR_EMPTY);
}

bool http_res_begun(const struct http_res *res) { return res->state != HTTP_RES_NONE; }

const char *http_status_code(int status)
{
    static const enum err_code known[] = {
        ERR_INVALID,         ERR_NOT_FOUND,    ERR_METHOD,      ERR_TIMEOUT,
        ERR_TOO_LARGE,       ERR_URI_TOO_LONG, ERR_MISDIRECTED, ERR_HEADERS_TOO_LARGE,
        ERR_NOT_IMPLEMENTED, ERR_UNAVAILABLE};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (err_http_status(known[i]) == status) {
            return err_wire_code(known[i]);
        }
    }
    return status == 417   ? "expectation_failed"
           : status == 505 ? "http_version_not_supported"
           : status < 500  ? err_wire_code(ERR_INVALID)
                           : err_wire_code(ERR_INTERNAL);
}

const char *http_status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } known[] = {{200, "OK"},
                 {201, "Created"},
                 {202, "Accepted"},
                 {204, "No Content"},
                 {206, "Partial Content"},
                 {301, "Moved Permanently"},
                 {302, "Found"},
                 {303, "See Other"},
                 {304, "Not Modified"},
                 {307, "Temporary Redirect"},
                 {308, "Permanent Redirect"},
                 {400, "Bad Request"},
                 {401, "Unauthorized"},
                 {403, "Forbidden"},
                 {404, "Not Found"},
                 {405, "Method Not Allowed"},
                 {406, "Not Acceptable"},
                 {408, "Request Timeout"},
                 {409, "Conflict"},
                 {410, "Gone"},
                 {412, "Precondition Failed"},
                 {413, "Content Too Large"},
                 {414, "URI Too Long"},
                 {415, "Unsupported Media Type"},
                 {417, "Expectation Failed"},
                 {421, "Misdirected Request"},
                 {422, "Unprocessable Content"},
                 {429, "Too Many Requests"},
                 {431, "Request Header Fields Too Large"},
                 {500, "Internal Server Error"},
                 {501, "Not Implemented"},
                 {502, "Bad Gateway"},
                 {503, "Service Unavailable"},
                 {504, "Gateway Timeout"},
                 {505, "HTTP Version Not Supported"},
                 {507, "Insufficient Storage"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].status == status) {
            return known[i].text;
        }
    }
    return "Status";
}
