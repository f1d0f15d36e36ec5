/* SPDX-License-Identifier: Apache-2.0 */
#include "net/url.h"

#include <idn2.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/utf8.h"
#include "net/addr.h"

enum { HOST_BYTES_MAX = 253, LABEL_BYTES_MAX = 63, TEXT_BUF_MAX = 4 * URL_BYTES_MAX };

static const char digits[] = "0123456789ABCDEF";

static bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_unreserved(char c)
{
    return is_alpha(c) || is_digit(c) || (c != '\0' && strchr("-._~", c));
}

static err out_of_memory(void) { return err_new(ERR_NO_MEMORY, "no memory for a URL"); }

/* Gives the value of "%XX" at s[i], or -1. */
static int escaped_byte(str s, size_t i)
{
    if (i + 2 >= s.n) {
        return -1;
    }
    int high = bytes_hex_digit(s.p[i + 1]), low = bytes_hex_digit(s.p[i + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static void add_escape(struct buf *b, unsigned char byte)
{
    buf_add_byte(b, '%');
    buf_add_byte(b, digits[byte >> 4]);
    buf_add_byte(b, digits[byte & 15]);
}

/* Appends a component with escapes in upper case, unreserved bytes plain (RFC 3986 section 6.2.2.2)
 * and what may not stand there (`also`, space, quotes, other than ASCII) escaped as browsers do. */
static err add_component(struct buf *b, str s, const char *also)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            int byte = escaped_byte(s, i);
            if (byte < 0) {
                return err_new(ERR_INVALID,
                               "the URL has a % that is not followed by two hex digits");
            }
            if (is_unreserved((char)byte)) {
                buf_add_byte(b, (char)byte);
            } else {
                add_escape(b, (unsigned char)byte);
            }
            i += 2;
        } else if ((unsigned char)c <= ' ' || (unsigned char)c >= 0x7f || strchr("\"<>", c) ||
                   strchr(also, c)) {
            add_escape(b, (unsigned char)c);
        } else {
            buf_add_byte(b, c);
        }
    }
    return buf_err(b);
}

/* Appends an absolute path without its dot segments (RFC 3986 section 5.2.4). */
static void add_without_dots(struct buf *b, str path)
{
    size_t start = b->n;
    str rest = str_slice(path, path.n && path.p[0] == '/' ? 1 : 0, path.n);
    for (;;) {
        size_t slash = str_find_byte(rest, '/', 0);
        bool last = slash == SIZE_MAX;
        str segment = str_slice(rest, 0, last ? rest.n : slash);
        bool up = str_eq(segment, STR("..")), dots = up || str_eq(segment, STR("."));
        if (up) {
            while (b->n > start && b->p[b->n - 1] != '/') {
                b->n--;
            }
            b->n -= b->n > start ? 1 : 0;
        } else if (!dots) {
            buf_add_byte(b, '/');
            buf_add(b, segment);
        }
        if (last) {
            if (dots) {
                buf_add_byte(b, '/');
            }
            return;
        }
        rest = str_slice(rest, slash + 1, rest.n);
    }
}

static err keep(struct arena *a, struct buf *b, str *ret)
{
    err e = buf_err(b);
    if (err_ok(e)) {
        *ret = arena_str(a, buf_str(b));
        e = ret->p ? ERR_NONE : out_of_memory();
    }
    return e;
}

static err set_component(struct arena *a, str s, const char *also, bool is_path, str *ret)
{
    struct buf b, plain;
    buf_init(&b, TEXT_BUF_MAX);
    buf_init(&plain, TEXT_BUF_MAX);
    err e = add_component(&b, s, also);
    if (err_ok(e) && is_path) {
        add_without_dots(&plain, buf_str(&b));
        e = keep(a, &plain, ret);
    } else if (err_ok(e)) {
        e = keep(a, &b, ret);
    }
    buf_done(&plain);
    buf_done(&b);
    return e;
}

/* Reads path, query and fragment; a missing path is "/". */
static err set_tail(struct arena *a, str tail, struct url *url)
{
    size_t hash = str_find_byte(tail, '#', 0);
    str fragment = hash == SIZE_MAX ? STR_EMPTY : str_slice(tail, hash + 1, tail.n);
    tail = hash == SIZE_MAX ? tail : str_slice(tail, 0, hash);
    size_t mark = str_find_byte(tail, '?', 0);
    str query = mark == SIZE_MAX ? STR_EMPTY : str_slice(tail, mark + 1, tail.n);
    str path = mark == SIZE_MAX ? tail : str_slice(tail, 0, mark);
    err e = set_component(a, path, "^`{}|", true, &url->path);
    if (err_ok(e)) {
        e = set_component(a, query, "'", false, &url->query);
    }
    if (err_ok(e)) {
        e = set_component(a, fragment, "`", false, &url->fragment);
    }
    size_t n = url->host.n + url->path.n + url->query.n + url->fragment.n + url->user.n;
    return err_ok(e) && n > URL_BYTES_MAX
               ? err_new(ERR_INVALID, "the URL is longer than 2,048 bytes")
               : e;
}

/* Refuses what no part of a URL may have, so that later steps need not look again. */
static err check_bytes(str text)
{
    if (text.n > URL_BYTES_MAX) {
        return err_new(ERR_INVALID, "the URL is longer than 2,048 bytes");
    }
    if (str_has_control(text) || str_find_byte(text, '\t', 0) != SIZE_MAX) {
        return err_new(ERR_INVALID, "the URL has a control character");
    }
    if (str_find_byte(text, '\\', 0) != SIZE_MAX) {
        return err_new(ERR_INVALID, "the URL has a backslash");
    }
    return utf8_valid(text) ? ERR_NONE : err_new(ERR_INVALID, "the URL is not valid UTF-8");
}

static err check_user(str user)
{
    for (size_t i = 0; i < user.n; i++) {
        char c = user.p[i];
        if (!is_unreserved(c) && !strchr("!$&'()*+,;=:", c) &&
            !(c == '%' && escaped_byte(user, i) >= 0)) {
            return err_new(ERR_INVALID,
                           "the part of the URL before @ has a character that must be escaped");
        }
    }
    return ERR_NONE;
}

static bool label_valid(str label)
{
    if (label.n == 0 || label.n > LABEL_BYTES_MAX || label.p[0] == '-' ||
        label.p[label.n - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < label.n; i++) {
        char c = label.p[i];
        if (!is_digit(c) && !(c >= 'a' && c <= 'z') && c != '-' && c != '_') {
            return false;
        }
    }
    return true;
}

/* True when a browser would read the last label as a number and so the host as an IPv4 address. */
static bool ends_in_number(str host)
{
    size_t dot = host.n;
    while (dot > 0 && host.p[dot - 1] != '.') {
        dot--;
    }
    str label = str_slice(host, dot, host.n);
    bool hex = str_starts(label, STR("0x")), decimal = label.n > 0;
    for (size_t i = 0; i < label.n; i++) {
        decimal = decimal && is_digit(label.p[i]);
        hex = hex && (i < 2 || bytes_hex_digit(label.p[i]) >= 0);
    }
    return hex || decimal;
}

/* Checks a host of A-labels in lower case. */
static err check_name(str host)
{
    if (host.n == 0 || host.n > HOST_BYTES_MAX) {
        return err_new(ERR_INVALID, "the URL's host name is missing or too long");
    }
    for (str rest = host;;) {
        size_t dot = str_find_byte(rest, '.', 0);
        if (!label_valid(str_slice(rest, 0, dot == SIZE_MAX ? rest.n : dot))) {
            return err_new(ERR_INVALID, "the URL's host name is malformed");
        }
        if (dot == SIZE_MAX) {
            return ERR_NONE;
        }
        rest = str_slice(rest, dot + 1, rest.n);
    }
}

/* Maps a name to lower-case A-labels (UTS 46, non-transitional); names in ASCII need only lower
 * case unless they have A-labels, which must be real ones. */
static err map_name(struct arena *a, str name, str *ret)
{
    bool ascii = true;
    char *lower = arena_alloc(a, name.n + 1);
    if (!lower) {
        return out_of_memory();
    }
    for (size_t i = 0; i < name.n; i++) {
        ascii = ascii && (unsigned char)name.p[i] < 0x80;
        lower[i] = str_lower(name.p[i]);
    }
    str mapped = str_n(lower, name.n);
    if (ascii && !str_starts(mapped, STR("xn--")) &&
        str_find(mapped, STR(".xn--"), 0) == SIZE_MAX) {
        *ret = mapped;
        return ERR_NONE;
    }
    uint8_t *out = NULL;
    int rc = idn2_lookup_u8((const uint8_t *)lower, &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    if (rc != IDN2_OK) {
        return err_new(rc == IDN2_MALLOC ? ERR_NO_MEMORY : ERR_INVALID,
                       "the URL's host is not a valid internationalised name");
    }
    *ret = arena_str(a, str_c((const char *)out));
    idn2_free(out);
    return ret->p ? ERR_NONE : out_of_memory();
}

static err set_ipv6(struct arena *a, str host, struct url *url)
{
    struct addr address;
    if (!addr_parse(host, &address)) {
        return err_new(ERR_INVALID, "the URL's IPv6 address is malformed");
    }
    const unsigned char *b = address.bytes;
    struct addr_text text = addr_text(&address);
    url->host = addr_is_v4(&address) ? arena_printf(a, "::ffff:%x:%x", (unsigned)b[12] << 8 | b[13],
                                                    (unsigned)b[14] << 8 | b[15])
                                     : arena_str(a, str_c(text.c));
    url->host_is_ip = url->host_is_ipv6 = true;
    return url->host.p ? ERR_NONE : out_of_memory();
}

static err set_host(struct arena *a, str host, struct url *url)
{
    if (host.n && host.p[0] == '[') {
        return set_ipv6(a, host, url);
    }
    str name;
    err e = map_name(a, host, &name);
    if (!err_ok(e)) {
        return e;
    }
    if (str_ends(name, STR("."))) {
        name = str_slice(name, 0, name.n - 1);
    }
    e = check_name(name);
    if (!err_ok(e)) {
        return e;
    }
    struct addr address;
    url->host_is_ip = ends_in_number(name);
    if (url->host_is_ip && !addr_parse(name, &address)) {
        return err_new(ERR_INVALID,
                       "the URL's host looks like an IPv4 address but is not four decimal numbers");
    }
    url->host = name;
    return ERR_NONE;
}

static err set_authority(struct arena *a, str authority, struct url *url)
{
    size_t at = str_find_byte(authority, '@', 0);
    if (at != SIZE_MAX) {
        url->user = arena_str(a, str_slice(authority, 0, at));
        authority = str_slice(authority, at + 1, authority.n);
        err e = url->user.p ? check_user(url->user) : out_of_memory();
        if (!err_ok(e)) {
            return e;
        }
    }
    size_t bracket = authority.n && authority.p[0] == '[' ? str_find_byte(authority, ']', 0) : 0;
    size_t colon = bracket == SIZE_MAX ? SIZE_MAX : str_find_byte(authority, ':', bracket);
    str port = colon == SIZE_MAX ? STR_EMPTY : str_slice(authority, colon + 1, authority.n);
    url->port = str_eq(url->scheme, STR("https")) ? 443 : 80;
    if (port.n) {
        uint64_t n;
        if (port.n > 5 || !str_u64(port, &n) || n == 0 || n > 65535) {
            return err_new(ERR_INVALID, "the URL's port is not a number from 1 to 65535");
        }
        url->port = (unsigned)n;
    }
    return set_host(a, str_slice(authority, 0, colon == SIZE_MAX ? authority.n : colon), url);
}

err url_parse(struct arena *a, str text, struct url *ret)
{
    struct url url = {.user = STR_EMPTY};
    text = str_trim(text);
    err e = check_bytes(text);
    if (!err_ok(e)) {
        return e;
    }
    size_t start = str_istarts(text, STR("https://"))  ? 8
                   : str_istarts(text, STR("http://")) ? 7
                                                       : 0;
    if (start == 0) {
        return err_new(ERR_INVALID, "the URL does not start with http:// or https://");
    }
    url.scheme = start == 8 ? STR("https") : STR("http");
    size_t end = start;
    while (end < text.n && !strchr("/?#", text.p[end])) {
        end++;
    }
    e = set_authority(a, str_slice(text, start, end), &url);
    if (err_ok(e)) {
        e = set_tail(a, str_slice(text, end, text.n), &url);
    }
    if (err_ok(e)) {
        *ret = url;
    }
    return e;
}

/* True when the reference starts with a scheme (RFC 3986 section 3.1). */
static bool has_scheme(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == ':') {
            return i > 0;
        }
        if (!is_alpha(c) && (i == 0 || (!is_digit(c) && !strchr("+-.", c)))) {
            return false;
        }
    }
    return false;
}

/* Joins the base's folder and a relative path (RFC 3986 section 5.2.3). */
static str merge(struct arena *a, const struct url *base, str reference)
{
    size_t slash = base->path.n;
    while (slash > 0 && base->path.p[slash - 1] != '/') {
        slash--;
    }
    return arena_printf(a, "%.*s%.*s", (int)slash, base->path.p, STR_ARG(reference));
}

err url_resolve(struct arena *a, const struct url *base, str reference, struct url *ret)
{
    reference = str_trim(reference);
    err e = check_bytes(reference);
    if (!err_ok(e)) {
        return e;
    }
    if (has_scheme(reference)) {
        return url_parse(a, reference, ret);
    }
    if (str_starts(reference, STR("//"))) {
        str whole = arena_printf(a, "%.*s:%.*s", STR_ARG(base->scheme), STR_ARG(reference));
        return whole.p ? url_parse(a, whole, ret) : out_of_memory();
    }
    struct url url = *base;
    str tail = reference;
    char first = reference.n ? reference.p[0] : '#';
    if (first == '#') {
        e = set_component(a, str_slice(reference, 1, reference.n), "`", false, &url.fragment);
        if (err_ok(e)) {
            *ret = url;
        }
        return e;
    }
    if (first == '?') {
        tail = arena_printf(a, "%.*s%.*s", STR_ARG(base->path), STR_ARG(reference));
    } else if (first != '/') {
        tail = merge(a, base, reference);
    }
    e = tail.p ? set_tail(a, tail, &url) : out_of_memory();
    if (err_ok(e)) {
        *ret = url;
    }
    return e;
}

static bool default_port(const struct url *url)
{
    return url->port == (str_eq(url->scheme, STR("https")) ? 443U : 80U);
}

str url_origin(struct arena *a, const struct url *url)
{
    const char *open = url->host_is_ipv6 ? "[" : "", *close = url->host_is_ipv6 ? "]" : "";
    if (default_port(url)) {
        return arena_printf(a, "%.*s://%s%.*s%s", STR_ARG(url->scheme), open, STR_ARG(url->host),
                            close);
    }
    return arena_printf(a, "%.*s://%s%.*s%s:%u", STR_ARG(url->scheme), open, STR_ARG(url->host),
                        close, url->port);
}

str url_text(struct arena *a, const struct url *url, bool with_fragment)
{
    str origin = url_origin(a, url);
    if (!origin.p) {
        return origin;
    }
    bool fragment = with_fragment && url->fragment.n;
    return arena_printf(a, "%.*s%.*s%s%.*s%s%.*s", STR_ARG(origin), STR_ARG(url->path),
                        url->query.n ? "?" : "", STR_ARG(url->query), fragment ? "#" : "",
                        STR_ARG(fragment ? url->fragment : STR_EMPTY));
}

bool url_same_origin(const struct url *a, const struct url *b)
{
    return str_eq(a->scheme, b->scheme) && str_eq(a->host, b->host) && a->port == b->port;
}

err url_decode(struct arena *a, str s, bool plus, str *ret)
{
    char *out = arena_alloc(a, s.n + 1);
    if (!out) {
        return out_of_memory();
    }
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            int byte = escaped_byte(s, i);
            if (byte < 0) {
                return err_new(ERR_INVALID, "a % is not followed by two hex digits");
            }
            out[n++] = (char)byte;
            i += 2;
        } else {
            out[n++] = plus && c == '+' ? ' ' : c;
        }
    }
    *ret = str_n(out, n);
    return ERR_NONE;
}
