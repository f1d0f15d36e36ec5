/* SPDX-License-Identifier: Apache-2.0 */
#include "http/router.h"

#include "base/bytes.h"
#include "base/mem.h"
#include "base/utf8.h"

enum { METHODS = HTTP_OTHER + 1, SEGMENTS_MAX = 32 };

/* One segment of the templates that share what precedes it. */
struct node {
    str segment;           /* empty for the root and for placeholders */
    struct node *children; /* first child with literal text; they are a list */
    struct node *next;
    struct node *placeholder;
    int routes[METHODS]; /* route index + 1, 0: none */
    int rest[METHODS];   /* the same for templates that end in a star */
};

struct http_router {
    struct node root;
};

struct match {
    str segments[SEGMENTS_MAX];
    unsigned count;
    const char *end; /* of the path */
    enum http_method method;
    unsigned allow;
    int route;
    str args[HTTP_ROUTER_ARGS_MAX]; /* raw */
    unsigned arg_count;
};

static bool next_segment(str *rest, str *ret)
{
    while (rest->n && rest->p[0] == '/') {
        *rest = str_slice(*rest, 1, rest->n);
    }
    return str_split(rest, '/', ret);
}

static struct node *child_of(struct node *node, str segment)
{
    bool placeholder = segment.n >= 2 && segment.p[0] == '{';
    if (placeholder) {
        if (!node->placeholder) {
            node->placeholder = mem_alloc(sizeof *node);
        }
        return node->placeholder;
    }
    for (struct node *child = node->children; child; child = child->next) {
        if (str_eq(child->segment, segment)) {
            return child;
        }
    }
    struct node *child = mem_alloc(sizeof *child);
    if (child) {
        child->segment = segment;
        child->next = node->children;
        node->children = child;
    }
    return child;
}

static err add_route(struct http_router *router, enum http_method method, str template, int index)
{
    struct node *node = &router->root;
    unsigned args = 0, segments = 0;
    int *place = NULL;
    str segment;
    while (!place && next_segment(&template, &segment)) {
        if (str_eq(segment, STR("*"))) {
            place = &node->rest[method];
            args++;
            break;
        }
        args += segment.n >= 2 && segment.p[0] == '{';
        node = child_of(node, segment);
        if (!node) {
            return err_new(ERR_NO_MEMORY, "out of memory for the router");
        }
        segments++;
    }
    place = place ? place : &node->routes[method];
    if (*place || args > HTTP_ROUTER_ARGS_MAX || segments >= SEGMENTS_MAX) {
        return err_new(ERR_INVALID,
                       *place ? "two routes are the same" : "a route has too many parts");
    }
    *place = index + 1;
    return ERR_NONE;
}

err http_router_new(const enum http_method *methods, const char *const *templates, size_t count,
                    struct http_router **ret)
{
    struct http_router *router = mem_alloc(sizeof *router);
    err e = router ? ERR_NONE : err_new(ERR_NO_MEMORY, "out of memory for the router");
    for (size_t i = 0; i < count && err_ok(e); i++) {
        e = add_route(router, methods[i], str_c(templates[i]), (int)i);
    }
    if (!err_ok(e)) {
        http_router_free(router);
        return e;
    }
    *ret = router;
    return ERR_NONE;
}

static void node_free(struct node *node, bool root)
{
    while (node->children) {
        struct node *child = node->children;
        node->children = child->next;
        node_free(child, false);
    }
    if (node->placeholder) {
        node_free(node->placeholder, false);
    }
    if (!root) {
        mem_free(node);
    }
}

void http_router_free(struct http_router *router)
{
    if (router) {
        node_free(&router->root, true);
        mem_free(router);
    }
}

/* Takes the route of a method, or notes which methods there are. */
static bool take(struct match *m, const int routes[METHODS])
{
    int route = routes[m->method];
    if (!route && m->method == HTTP_HEAD) {
        route = routes[HTTP_GET];
    }
    if (route) {
        m->route = route - 1;
        return true;
    }
    for (unsigned i = 0; i < METHODS; i++) {
        m->allow |= routes[i] ? 1u << i : 0;
    }
    return false;
}

/* Literal text wins over a placeholder, a placeholder over a star; depth is bounded by the
 * templates. */
static bool descend(struct match *m, const struct node *node, unsigned depth)
{
    if (depth == m->count) {
        return take(m, node->routes);
    }
    str segment = m->segments[depth];
    for (const struct node *child = node->children; child; child = child->next) {
        if (str_eq(child->segment, segment)) {
            if (descend(m, child, depth + 1)) {
                return true;
            }
            break;
        }
    }
    unsigned args = m->arg_count;
    if (node->placeholder && args < HTTP_ROUTER_ARGS_MAX) {
        m->args[m->arg_count++] = segment;
        if (descend(m, node->placeholder, depth + 1)) {
            return true;
        }
        m->arg_count = args;
    }
    if (args < HTTP_ROUTER_ARGS_MAX && take(m, node->rest)) {
        m->args[m->arg_count++] = str_n(segment.p, (size_t)(m->end - segment.p));
        return true;
    }
    return false;
}

/* Decodes %xx; false for what may not be in an argument. */
static bool decode_arg(struct arena *a, str raw, str *ret)
{
    if (str_find_byte(raw, '%', 0) == SIZE_MAX) {
        *ret = raw;
        return true;
    }
    char *out = arena_alloc(a, raw.n + 1);
    size_t n = 0;
    for (size_t i = 0; out && i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '%') {
            int high = i + 2 < raw.n ? bytes_hex_digit(raw.p[i + 1]) : -1;
            int low = i + 2 < raw.n ? bytes_hex_digit(raw.p[i + 2]) : -1;
            if (high < 0 || low < 0 || high * 16 + low == '/') {
                return false;
            }
            c = (char)(high * 16 + low);
            i += 2;
        }
        out[n++] = c;
    }
    *ret = (str){out, n};
    return out != NULL;
}

static bool split_path(struct match *m, str path)
{
    str rest = path, segment;
    m->end = path.p + path.n;
    while (m->end > path.p && m->end[-1] == '/') {
        m->end--;
    }
    while (next_segment(&rest, &segment)) {
        if (m->count == SEGMENTS_MAX) {
            return false;
        }
        m->segments[m->count++] = segment;
    }
    return true;
}

int http_router_find(const struct http_router *router, enum http_method method, str path,
                     struct arena *a, str ret_args[HTTP_ROUTER_ARGS_MAX], unsigned *ret_allow)
{
    struct match m;
    m.count = m.arg_count = m.allow = 0;
    m.method = method;
    /* Two slashes in a row are another resource, not a sloppy spelling of one. */
    if (path.n == 0 || path.p[0] != '/' || str_find(path, STR("//"), 0) != SIZE_MAX ||
        !split_path(&m, path)) {
        return HTTP_ROUTER_NONE;
    }
    if (!descend(&m, &router->root, 0)) {
        if (m.allow == 0) {
            return HTTP_ROUTER_NONE;
        }
        *ret_allow = m.allow | (m.allow & 1u << HTTP_GET ? 1u << HTTP_HEAD : 0);
        return HTTP_ROUTER_METHOD;
    }
    for (unsigned i = 0; i < m.arg_count; i++) {
        str decoded;
        if (!decode_arg(a, m.args[i], &decoded) || str_has_control(decoded) ||
            str_find_byte(decoded, '\t', 0) != SIZE_MAX || !utf8_valid(decoded)) {
            return HTTP_ROUTER_NONE;
        }
        ret_args[i] = decoded;
    }
    return m.route;
}
