/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/resolver_setup.h"

#include <stdio.h>
#include <unbound.h>
#include <unistd.h>

#include "base/file.h"
#include "check/facts/dns_exchange.h"

enum { SYSTEM_SERVERS_MAX = 3, CONF_BYTES_MAX = 64 << 10, DNS_PORT = 53 };

/* Of Debian's package dns-root-data; without it the keys below (IANA, 2017 and 2024). */
#define ROOT_KEY "/usr/share/dns/root.key"
#define ROOT_SERVER "198.41.0.4" /* a.root-servers.net */
static const char *const root_keys[] = {
    ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
    ". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
};

static const struct {
    const char *name, *value;
} settings[] = {
    {"do-not-query-localhost:", "no"}, /* resolvers and laboratories on loopback */
    {"edns-buffer-size:", "1232"},
    {"unblock-lan-zones:", "yes"},
    {"use-caps-for-id:", "no"},
    {"minimal-responses:", "no"},
    {"qname-minimisation:", "yes"},
    {"module-config:", "validator iterator"},
    /* Names that are answered without asking anybody, else. */
    {"local-zone:", "test. transparent"},
    {"local-zone:", "invalid. transparent"},
    {"local-zone:", "home.arpa. transparent"},
    {"local-zone:", "127.in-addr.arpa. transparent"},
};

static size_t system_servers(struct addr servers[SYSTEM_SERVERS_MAX])
{
    struct buf b;
    size_t n = 0;
    buf_init(&b, CONF_BYTES_MAX);
    err e = file_read("/etc/resolv.conf", &b);
    str rest = err_ok(e) ? buf_str(&b) : STR_EMPTY, line;
    while (n < SYSTEM_SERVERS_MAX && str_split(&rest, '\n', &line)) {
        line = str_trim(line);
        if (str_starts(line, STR("nameserver")) &&
            addr_parse(str_trim(str_slice(line, 10, line.n)), &servers[n])) {
            servers[n++].port = DNS_PORT;
        }
    }
    buf_done(&b);
    return n;
}

/* Whether the server gives signatures: without them nothing can be validated. */
static bool carries_dnssec(const struct collect *c, const struct addr *server)
{
    /* The resolver is asked wherever it is; rules for connections are for what is audited. */
    struct collect_options anywhere = {.allow_private = true};
    struct collect direct = {.deadline_ms = c->deadline_ms, .options = &anywhere};
    struct dns_answer x = {.type = DNS_DNSKEY, .name = {"", 0}};
    struct arena a;
    arena_init(&a, 4 << 20);
    dns_exchange(&direct, &a, (struct dns_ask){.recurse = true, .once = true}, STR_EMPTY, server,
                 &x);
    bool carries = dns_answer_has(&x) && dns_answer_count(&x, DNS_RRSIG) > 0;
    arena_done(&a);
    return carries;
}

static int add_anchor(struct ub_ctx *ub, str file)
{
    char path[1024];
    int failure = 0;
    if (!str_empty(file)) {
        snprintf(path, sizeof path, "%.*s", STR_ARG(file));
        return ub_ctx_add_ta_file(ub, path);
    }
    if (access(ROOT_KEY, R_OK) == 0) {
        return ub_ctx_add_ta_file(ub, ROOT_KEY);
    }
    for (size_t i = 0; i < sizeof root_keys / sizeof root_keys[0]; i++) {
        failure |= ub_ctx_add_ta(ub, root_keys[i]);
    }
    return failure;
}

static int forward_to(struct ub_ctx *ub, const struct addr *server)
{
    struct addr bare = *server;
    char text[96];
    bare.port = 0;
    snprintf(text, sizeof text, "%s@%u", addr_text(&bare).c, server->port);
    return ub_ctx_set_fwd(ub, text);
}

/* The system's resolvers, the root's servers when those cannot carry DNSSEC, and when these cannot
 * be reached the system's again, without validation. */
static int choose_servers(const struct collect *c, struct ub_ctx *ub, bool *ret_validates)
{
    struct addr servers[SYSTEM_SERVERS_MAX], root;
    size_t n = system_servers(servers);
    int failure = 0;
    for (size_t i = 0; i < n; i++) {
        if (carries_dnssec(c, &servers[i])) {
            return forward_to(ub, &servers[i]);
        }
    }
    if (addr_parse(STR(ROOT_SERVER), &root)) {
        root.port = DNS_PORT;
    }
    if (n == 0 || carries_dnssec(c, &root)) {
        return 0; /* libunbound knows the root's servers */
    }
    *ret_validates = false;
    for (size_t i = 0; i < n; i++) {
        failure |= forward_to(ub, &servers[i]);
    }
    return failure;
}

err resolver_set_up(const struct collect *c, struct ub_ctx **ret, bool *ret_validates)
{
    const struct collect_options *o = c->options;
    struct ub_ctx *ub = ub_ctx_create();
    bool validates = true;
    int failure = 0;
    if (!ub) {
        return err_new(ERR_UNAVAILABLE, "no resolver: libunbound does not start");
    }
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        failure |= ub_ctx_set_option(ub, settings[i].name, settings[i].value);
    }
    if (o->resolver.port != 0) {
        failure |= forward_to(ub, &o->resolver);
        validates = !str_empty(o->trust_anchor) || carries_dnssec(c, &o->resolver);
    } else {
        failure |= choose_servers(c, ub, &validates);
    }
    if (validates) {
        failure |= add_anchor(ub, o->trust_anchor);
    }
    failure |= ub_ctx_async(ub, 1);
    if (failure != 0) {
        ub_ctx_delete(ub);
        return err_new(ERR_UNAVAILABLE, "no resolver: libunbound refuses its settings");
    }
    *ret = ub;
    *ret_validates = validates;
    return ERR_NONE;
}
