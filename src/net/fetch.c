/* SPDX-License-Identifier: Apache-2.0 */
#include "net/fetch.h"

#include "base/clock.h"
#include "net/fetch_private.h"

/* Ports of other protocols that an HTTP request could be made to speak to (WHATWG Fetch, "bad
 * port"). */
static const unsigned bad_ports[] = {
    1,    7,    9,    11,   13,   15,   17,   19,   20,   21,   22,   23,   25,    37,
    42,   43,   53,   69,   77,   79,   87,   95,   101,  102,  103,  104,  109,   110,
    111,  113,  115,  117,  119,  123,  135,  137,  139,  143,  161,  179,  389,   427,
    465,  512,  513,  514,  515,  526,  530,  531,  532,  540,  548,  554,  556,   563,
    587,  601,  636,  989,  990,  993,  995,  1719, 1720, 1723, 2049, 3659, 4045,  4190,
    5060, 5061, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211};

static err refuse(str text, enum err_code code, const char *what, str *ret_reason)
{
    *ret_reason = text.n ? text : str_c(what);
    return err_new(code, what);
}

bool fetch_is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static bool host_allowed(const struct fetch_request *request, str host)
{
    for (size_t i = 0; i < request->allow_host_count; i++) {
        str entry = request->allow_hosts[i];
        if (str_starts(entry, STR("*."))) {
            str suffix = str_slice(entry, 1, entry.n);
            if (host.n > suffix.n && str_ieq(str_slice(host, host.n - suffix.n, host.n), suffix)) {
                return true;
            }
        } else if (str_ieq(entry, host)) {
            return true;
        }
    }
    return request->allow_host_count == 0;
}

static bool port_allowed(unsigned port)
{
    for (size_t i = 0; i < sizeof(bad_ports) / sizeof(bad_ports[0]); i++) {
        if (bad_ports[i] == port) {
            return false;
        }
    }
    return true;
}

static err explain_lookup(struct arena *a, str host, err e, str *ret_reason)
{
    switch ((int)e.code) {
    case ERR_NOT_FOUND:
        return refuse(arena_printf(a, "the host name %.*s does not exist", STR_ARG(host)),
                      ERR_UPSTREAM, "the host name does not exist", ret_reason);
    case ERR_UPSTREAM_TIMEOUT:
        return refuse(
            arena_printf(a, "the name servers did not answer in time for %.*s", STR_ARG(host)),
            e.code, e.what, ret_reason);
    case ERR_UPSTREAM:
        return refuse(arena_printf(a, "the name servers could not answer for %.*s", STR_ARG(host)),
                      e.code, e.what, ret_reason);
    default:
        return refuse(STR_EMPTY, e.code, e.what, ret_reason);
    }
}

/* Judges host, port and every address the name has; one that is not public refuses the whole name.
 */
static err judge(struct arena *a, struct fetch_hop *hop, str *ret_reason)
{
    const struct fetch_request *request = hop->request;
    str host = hop->url.host;
    if (!host_allowed(request, host)) {
        return refuse(
            arena_printf(a, "%.*s is not one of the hosts that may be called", STR_ARG(host)),
            ERR_FORBIDDEN, "the host is not on the list of allowed ones", ret_reason);
    }
    if (!request->allow_private && !port_allowed(hop->url.port)) {
        return refuse(
            arena_printf(a, "port %u belongs to another protocol than HTTP", hop->url.port),
            ERR_FORBIDDEN, "the port is not allowed", ret_reason);
    }
    int64_t wait = hop->deadline_ms - clock_mono_ms();
    int64_t connect = request->connect_ms ? request->connect_ms : FETCH_CONNECT_MS;
    err e = resolve(host, hop->url.port, wait < connect ? wait : connect, &hop->where);
    if (!err_ok(e)) {
        return explain_lookup(a, host, e, ret_reason);
    }
    for (size_t i = 0; !request->allow_private && i < hop->where.count; i++) {
        if (!addr_is_public(&hop->where.addresses[i])) {
            const char *verb = hop->url.host_is_ip ? "is" : "resolves to";
            return refuse(arena_printf(a, "%.*s %s a private address, which is not allowed",
                                       STR_ARG(host), verb),
                          ERR_FORBIDDEN, "an address is private", ret_reason);
        }
    }
    return ERR_NONE;
}

static bool token_valid(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (c == '\0' || (!alnum && !strchr("!#$%&'*+-.^_`|~", c))) {
            return false;
        }
    }
    return s.n > 0;
}

static err check_request(const struct fetch_request *request, str *ret_reason)
{
    bool fine = (!request->method || token_valid(str_c(request->method))) &&
                !str_has_control(request->user_agent);
    for (size_t i = 0; fine && i < request->header_count; i++) {
        fine = token_valid(request->headers[i].name) && !str_has_control(request->headers[i].value);
    }
    return fine ? ERR_NONE
                : refuse(STR_EMPTY, ERR_INVALID,
                         "a request header has a character that is not allowed", ret_reason);
}

/* Turns the hop into the next one (RFC 9110 section 15.4). False: the redirect is the answer. */
static err next_hop(struct arena *a, struct fetch_hop *hop, const struct fetch_answer *answer,
                    bool *ret_more, str *ret_reason)
{
    const struct fetch_request *request = hop->request;
    struct url next;
    err e = url_resolve(a, &hop->url, answer->location, &next);
    if (!err_ok(e)) {
        return refuse(arena_printf(a, "%.*s redirects to an address that cannot be used: %s",
                                   STR_ARG(hop->url.host), e.what),
                      e.code == ERR_NO_MEMORY ? ERR_NO_MEMORY : ERR_UPSTREAM,
                      "a redirect cannot be followed", ret_reason);
    }
    bool same = url_same_origin(&hop->url, &next);
    bool get = answer->status == 303 || (answer->status <= 302 && strcmp(hop->method, "POST") == 0);
    bool carries = hop->body.n && !get;
    if ((request->same_host_redirects && !str_eq(hop->url.host, next.host)) || (carries && !same)) {
        *ret_more = false;
        return ERR_NONE;
    }
    if (get && strcmp(hop->method, "HEAD") != 0) {
        hop->method = "GET";
        hop->body = STR_EMPTY;
    }
    next.user = STR_EMPTY;
    hop->url = next;
    hop->foreign = hop->foreign || !same;
    *ret_more = true;
    return ERR_NONE;
}

static err run_hops(struct arena *a, struct fetch_hop *hop, struct fetch_answer *ret,
                    str *ret_reason)
{
    unsigned left = hop->request->redirects_max;
    for (;;) {
        struct fetch_answer answer;
        hop->follows = hop->request->redirects_max > 0;
        err e = judge(a, hop, ret_reason);
        if (err_ok(e)) {
            e = fetch_hop_run(a, hop, &answer, ret_reason);
        }
        bool more =
            err_ok(e) && hop->follows && fetch_is_redirect(answer.status) && answer.location.n > 0;
        str here = err_ok(e) ? url_text(a, &hop->url, false) : STR_EMPTY;
        if (err_ok(e) && !here.p) {
            return refuse(STR_EMPTY, ERR_NO_MEMORY, "no memory for an answer", ret_reason);
        }
        if (more && left == 0) {
            return refuse(arena_printf(a, "%.*s redirects too often", STR_ARG(hop->url.host)),
                          ERR_UPSTREAM, "too many redirects", ret_reason);
        }
        left -= more ? 1 : 0;
        e = more ? next_hop(a, hop, &answer, &more, ret_reason) : e;
        if (!err_ok(e)) {
            return e;
        }
        if (!more) {
            answer.url = here;
            *ret = answer;
            return ERR_NONE;
        }
    }
}

err fetch(struct arena *a, const struct fetch_request *given, struct fetch_answer *ret,
          str *ret_reason)
{
    str reason = STR_EMPTY;
    struct fetch_request request = *given;
    request.body_max = request.body_max ? request.body_max : FETCH_BODY_DEFAULT;
    struct fetch_hop hop = {
        .request = &request,
        .method = request.method ? request.method : "GET",
        .body = request.body,
        .deadline_ms = clock_mono_ms() + (request.total_ms ? request.total_ms : FETCH_TOTAL_MS),
    };
    err e = check_request(&request, &reason);
    if (err_ok(e)) {
        e = url_parse(a, request.url, &hop.url);
        reason = err_ok(e) ? reason : str_c(e.what);
    }
    if (err_ok(e) && hop.url.user.n) {
        e = refuse(STR_EMPTY, ERR_INVALID,
                   "the URL carries a user name or password, which is not allowed", &reason);
    }
    struct fetch_answer answer;
    if (err_ok(e)) {
        e = run_hops(a, &hop, &answer, &reason);
    }
    if (err_ok(e)) {
        if (answer.status >= 400) {
            reason = arena_printf(a, "%.*s answered %d", STR_ARG(hop.url.host), answer.status);
        }
        *ret = answer;
    }
    if (ret_reason) {
        *ret_reason = reason.p ? reason : STR_EMPTY;
    }
    return e;
}
