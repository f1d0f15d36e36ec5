/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/http_private.h"
#include "check/facts/resolver.h"

static const struct http_exchange no_memory = {
    .outcome = HTTP_TIMEOUT,
    .reason = STR_INIT("no memory for an exchange"),
    .url = STR_INIT(""),
    .label = STR_INIT(""),
    .body = STR_INIT(""),
};

/* The addresses of the host, or the one that the caller named. */
static size_t addresses(struct collect *c, const struct http_ask *ask, const struct url *url,
                        struct addr *own, const struct addr **ret)
{
    if (ask->address) {
        *own = *ask->address;
        own->port = own->port ? own->port : url->port;
        *ret = own;
        return 1;
    }
    if (url->host_is_ip && addr_parse(url->host, own)) {
        own->port = url->port;
        *ret = own;
        return 1;
    }
    return resolver_addresses(c, url->host, url->port, ret);
}

/* Decides where the request may go; false with the outcome set. */
static bool find_way(struct collect *c, const struct http_ask *ask, const struct url *url,
                     struct http_way *way, struct http_exchange *x)
{
    struct addr own;
    const struct addr *list = NULL;
    const char *reason = "no address is allowed";
    size_t count = addresses(c, ask, url, &own, &list);
    for (size_t i = 0; i < count && way->count < HTTP_ASK_ADDRESSES_MAX; i++) {
        struct addr to;
        if (collect_reach(c, url->host, &list[i], &to, &reason)) {
            way->asked[way->count] = list[i];
            way->to[way->count++] = to;
        }
    }
    if (way->count > 0) {
        return true;
    }
    x->outcome = count == 0 ? HTTP_NO_ADDRESS : HTTP_NOT_ALLOWED;
    x->reason = count == 0 ? STR("the name does not resolve") : str_c(reason);
    if (count > 0) {
        x->address = list[0];
    }
    return false;
}

static bool field_fine(const struct http_field *f)
{
    return f->name.n > 0 && !str_has_control(f->name) && !str_has_control(f->value);
}

static void exchange_fill(struct collect *c, struct arena *a, const struct http_ask *ask,
                          struct http_exchange *x)
{
    struct http_way way = {.count = 0};
    struct url url;
    err e = url_parse(a, ask->url, &url);
    if (!err_ok(e)) {
        x->outcome = HTTP_NOT_ALLOWED;
        x->reason = str_c(e.what);
        return;
    }
    for (size_t i = 0; i < ask->extra_count; i++) {
        if (!field_fine(&ask->extra[i])) {
            x->outcome = HTTP_NOT_ALLOWED;
            x->reason = STR("a header that cannot be sent");
            return;
        }
    }
    if (!find_way(c, ask, &url, &way, x)) {
        return;
    }
    unsigned wait = collect_left(c, ask->wait_ms ? ask->wait_ms : COLLECT_EXCHANGE_MS);
    if (wait == 0) {
        x->outcome = HTTP_TIMEOUT;
        x->reason = STR("the time of this run was spent");
        return;
    }
    http_transfer(a, ask, &url, &way, wait, x);
}

const struct http_exchange *http_ask_apart(struct collect *c, struct arena *a,
                                           const struct http_ask *ask)
{
    struct http_exchange *x = a ? arena_alloc(a, sizeof *x) : NULL;
    str url = x ? arena_str(a, ask->url) : STR_EMPTY;
    str label = x ? arena_str(a, ask->label.n ? ask->label : ask->url) : STR_EMPTY;
    if (!x || !url.p || !label.p) {
        return &no_memory;
    }
    *x = (struct http_exchange){.url = url,
                                .label = label,
                                .purpose = ask->purpose,
                                .hop = ask->hop,
                                .reason = STR_EMPTY,
                                .body = STR_EMPTY};
    exchange_fill(c, a, ask, x);
    return x;
}

const struct http_exchange *http_ask(struct collect *c, struct arena *a, const struct http_ask *ask)
{
    const struct http_exchange *x = http_ask_apart(c, a, ask);
    if (x != &no_memory) {
        facts_add_http(c->facts, x);
    }
    return x;
}
