/* SPDX-License-Identifier: Apache-2.0 */
#include "http/h1_head.h"

#include "http/syntax.h"

enum { BLANK_LINES_MAX = 2, LENGTH_DIGITS_MAX = 18 };

void h1_head_init(struct h1_parser *parser, struct http_head *head)
{
    *parser = (struct h1_parser){.line = 0};
    memset(head, 0, offsetof(struct http_head, fields));
}

static bool bad(struct h1_parser *parser, int status, const char *what)
{
    parser->status = status;
    parser->what = what;
    return false;
}

static struct http_span span_of(str whole, str part)
{
    return (struct http_span){(uint16_t)(part.p - whole.p), (uint16_t)part.n};
}

/* Cuts the target into authority, path and query (RFC 9112 section 3.2). */
static bool read_target(struct h1_parser *parser, struct http_head *head, str in, str target)
{
    str rest = target;
    if (head->method == HTTP_OPTIONS && str_eq(target, STR("*"))) {
        head->path = span_of(in, target);
        return true;
    }
    if (rest.p[0] != '/') {
        size_t scheme = str_istarts(rest, STR("http://"))    ? 7
                        : str_istarts(rest, STR("https://")) ? 8
                                                             : 0;
        if (scheme == 0) {
            return bad(parser, 400, "the request target is neither a path nor an http URL");
        }
        rest = str_slice(rest, scheme, rest.n);
        size_t end = 0;
        while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?') {
            end++;
        }
        str authority = str_slice(rest, 0, end);
        if (!http_is_authority(authority)) {
            return bad(parser, 400, "the authority of the request target is malformed");
        }
        head->authority = span_of(in, authority);
        parser->absolute = true;
        rest = str_slice(rest, end, rest.n);
        if (rest.n == 0 || rest.p[0] != '/') {
            return bad(parser, 400, "the request target has no path");
        }
    }
    size_t mark = str_find_byte(rest, '?', 0);
    str path = str_slice(rest, 0, mark),
        query = str_slice(rest, mark == SIZE_MAX ? rest.n : mark + 1, rest.n);
    if (!http_is_path(path, query)) {
        return bad(parser, 400, "the request target has bytes that a URL may not have");
    }
    head->path = span_of(in, path);
    head->query = span_of(in, query);
    return true;
}

static bool read_request_line(struct h1_parser *parser, struct http_head *head,
                              const struct h1_limits *limits, str in, str line)
{
    size_t first = str_find_byte(line, ' ', 0);
    str method = str_slice(line, 0, first);
    if (first == SIZE_MAX || method.n > HTTP_METHOD_MAX || !http_is_token(method)) {
        return bad(parser, 400, "the request line is malformed");
    }
    size_t second = str_find_byte(line, ' ', first + 1);
    str target = str_slice(line, first + 1, second);
    str version = second == SIZE_MAX ? STR_EMPTY : str_slice(line, second + 1, line.n);
    if (target.n == 0 || version.n != 8 || !str_starts(version, STR("HTTP/")) ||
        !syntax_is_digit(version.p[5]) || version.p[6] != '.' || !syntax_is_digit(version.p[7])) {
        return bad(parser, 400, "the request line is malformed");
    }
    if (version.p[5] != '1' || version.p[7] > '1') {
        return bad(parser, 505, "this server speaks HTTP/1.0, HTTP/1.1 and HTTP/2");
    }
    if (target.n > limits->target_max) {
        return bad(parser, 414, "the request target is too long");
    }
    head->minor = (unsigned char)(version.p[7] - '0');
    head->keep_alive = head->minor == 1;
    head->method = http_method_of(method);
    head->method_text = span_of(in, method);
    parser->target = span_of(in, target);
    parser->has_request_line = true;
    if (str_eq(method, STR("CONNECT")) || str_eq(method, STR("TRACE"))) {
        return bad(parser, 501, "this method is not implemented");
    }
    return read_target(parser, head, in, target);
}

static bool read_length(struct h1_parser *parser, struct http_head *head, str value)
{
    if (head->has_length) {
        return bad(parser, 400, "Content-Length is given more than once");
    }
    if (value.n > LENGTH_DIGITS_MAX || !str_u64(value, &head->content_length)) {
        return bad(parser, 400, "Content-Length is not a number");
    }
    head->has_length = true;
    return true;
}

static bool read_coding(struct h1_parser *parser, struct http_head *head, str value)
{
    if (parser->has_coding) {
        return bad(parser, 400, "Transfer-Encoding is given more than once");
    }
    parser->has_coding = true;
    if (head->minor == 0) {
        return bad(parser, 400, "HTTP/1.0 has no Transfer-Encoding");
    }
    if (!str_ieq(value, STR("chunked"))) {
        return bad(parser, 501, "only the transfer coding chunked is implemented");
    }
    head->chunked = true;
    return true;
}

static void read_connection(struct http_head *head, str value)
{
    str item;
    while (str_split(&value, ',', &item)) {
        item = str_trim(item);
        if (str_ieq(item, STR("close"))) {
            head->keep_alive = false;
            return;
        }
        if (str_ieq(item, STR("keep-alive"))) {
            head->keep_alive = true;
        }
    }
}

static bool read_host(struct h1_parser *parser, struct http_head *head, str in, str value)
{
    if (parser->has_host) {
        return bad(parser, 400, "Host is given more than once");
    }
    parser->has_host = true;
    if (!http_is_authority(value)) {
        return bad(parser, 400, "Host is malformed");
    }
    if (parser->absolute && !str_ieq(http_span_str(in.p, head->authority), value)) {
        return bad(parser, 400, "Host and the request target name different hosts");
    }
    head->authority = span_of(in, value);
    return true;
}

/* The fields that framing depends on; the rest is for the handlers. */
static bool read_known(struct h1_parser *parser, struct http_head *head, str in, str name,
                       str value)
{
    switch (name.n) {
    case 4:
        return !str_ieq(name, STR("host")) || read_host(parser, head, in, value);
    case 6:
        if (str_ieq(name, STR("expect"))) {
            bool wants = str_ieq(value, STR("100-continue"));
            head->expect_continue = wants && head->minor == 1;
            return wants || bad(parser, 417, "only the expectation 100-continue is known");
        }
        return true;
    case 10:
        if (str_ieq(name, STR("connection"))) {
            read_connection(head, value);
        }
        return true;
    case 14:
        return !str_ieq(name, STR("content-length")) || read_length(parser, head, value);
    case 17:
        return !str_ieq(name, STR("transfer-encoding")) || read_coding(parser, head, value);
    default:
        return true;
    }
}

static bool read_field(struct h1_parser *parser, struct http_head *head,
                       const struct h1_limits *limits, str in, str line)
{
    size_t colon = syntax_token_length(line);
    if (colon == 0 || colon == line.n || line.p[colon] != ':') {
        return bad(parser, 400, "a header line is malformed");
    }
    if (head->field_count >= limits->fields_max || head->field_count >= HTTP_FIELDS_MAX) {
        return bad(parser, 431, "the request has too many headers");
    }
    str name = str_slice(line, 0, colon), value = syntax_trim(str_slice(line, colon + 1, line.n));
    if (!http_is_value(value)) {
        return bad(parser, 400, "a header value has control bytes");
    }
    head->fields[head->field_count++] = (struct http_field){span_of(in, name), span_of(in, value)};
    return read_known(parser, head, in, name, value);
}

static bool check_whole(struct h1_parser *parser, struct http_head *head)
{
    if (head->minor == 1 && !parser->has_host) {
        return bad(parser, 400, "the Host header is missing");
    }
    if (head->has_length && head->chunked) {
        return bad(parser, 400, "Content-Length and Transfer-Encoding are both given");
    }
    return true;
}

static enum h1_result too_large(struct h1_parser *parser)
{
    if (parser->has_request_line) {
        (void)bad(parser, 431, "the headers are too large");
    } else {
        (void)bad(parser, 414, "the request line is too long");
    }
    return H1_BAD;
}

/* No line end yet: says early that this will never be a request, or that it is too long. */
static enum h1_result want_more(struct h1_parser *parser, const struct h1_limits *limits, str in)
{
    parser->seen = in.n;
    if (in.n >= limits->head_max ||
        (!parser->has_request_line &&
         in.n - parser->line > limits->target_max + HTTP_METHOD_MAX + 10)) {
        return too_large(parser);
    }
    if (!parser->has_request_line && in.n > parser->line && in.p[parser->line] != '\r' &&
        syntax_token_length(str_slice(in, parser->line, parser->line + 1)) == 0) {
        (void)bad(parser, 400, "this is not HTTP");
        return H1_BAD;
    }
    return H1_MORE;
}

enum h1_result h1_head_feed(struct h1_parser *parser, struct http_head *head,
                            const struct h1_limits *limits, str in)
{
    for (;;) {
        size_t lf = str_find_byte(in, '\n', parser->seen);
        if (lf == SIZE_MAX) {
            return want_more(parser, limits, in);
        }
        if (lf >= limits->head_max) {
            return too_large(parser);
        }
        if (lf == parser->line || in.p[lf - 1] != '\r') {
            (void)bad(parser, 400, "a line does not end in CR LF");
            return H1_BAD;
        }
        str line = str_slice(in, parser->line, lf - 1);
        parser->line = parser->seen = lf + 1;
        if (line.n == 0 && parser->has_request_line) {
            parser->size = lf + 1;
            return check_whole(parser, head) ? H1_DONE : H1_BAD;
        }
        if (line.n == 0) {
            if (++parser->blank_lines > BLANK_LINES_MAX) {
                (void)bad(parser, 400, "empty lines before the request");
                return H1_BAD;
            }
        } else if (parser->has_request_line ? !read_field(parser, head, limits, in, line)
                                            : !read_request_line(parser, head, limits, in, line)) {
            return H1_BAD;
        }
    }
}
