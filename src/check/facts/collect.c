/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/collect.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { DNS_PORT = 53 };

unsigned collect_left(const struct collect *c, unsigned wanted)
{
    int64_t left = c->deadline_ms - clock_mono_ms();
    if (left <= 0) {
        return 0;
    }
    return left < wanted ? (unsigned)left : wanted;
}

static bool rule_fits(const struct reach_rule *rule, str host, const struct addr *address)
{
    struct addr bare = *address;
    bare.port = 0;
    struct addr_text text = addr_text(&bare);
    return rule->port == address->port &&
           (str_eq(rule->host, STR("*")) || str_ieq(rule->host, host) ||
            str_eq(rule->host, str_c(text.c)));
}

/* Where --resolve and --resolver lead; true when they name the very address, which is then judged
 * by nobody else. */
static bool redirect(const struct collect_options *o, str host, const struct addr *address,
                     struct addr *to)
{
    struct addr resolver = o->resolver;
    resolver.port = address->port;
    for (size_t i = 0; i < o->reach_count; i++) {
        const struct reach_rule *rule = &o->reach[i];
        if (rule_fits(rule, host, address)) {
            *to = rule->has_address ? rule->address : *address;
            to->port = rule->to_port ? rule->to_port : address->port;
            return rule->has_address;
        }
    }
    if (o->resolver.port != 0 && address->port == DNS_PORT &&
        memcmp(&resolver, address, sizeof resolver) == 0) {
        *to = o->resolver; /* a name server that is the resolver too listens where that was said */
        return true;
    }
    *to = *address;
    return false;
}

bool collect_reach(const struct collect *c, str host, const struct addr *address, struct addr *ret,
                   const char **ret_reason)
{
    const struct collect_options *o = c->options;
    struct addr to;
    bool named = redirect(o, host, address, &to);
    if (!named && (addr_is_v4(&to) ? o->no_ipv4 : o->no_ipv6)) {
        *ret_reason = addr_is_v4(&to) ? "IPv4 is switched off" : "IPv6 is switched off";
        return false;
    }
    if (!named && !o->allow_private && !addr_is_public(&to)) {
        *ret_reason = "a private address; --allow-private goes there";
        return false;
    }
    *ret = to;
    return true;
}

bool collect_wait(int fd, short events, int64_t until_ms)
{
    for (;;) {
        int64_t left = until_ms - clock_mono_ms();
        struct pollfd p = {.fd = fd, .events = events};
        int n = left > 0 ? poll(&p, 1, left > 60000 ? 60000 : (int)left) : 0;
        if (n > 0) {
            return true;
        }
        if (left <= 0 || (n < 0 && errno != EINTR)) {
            return false;
        }
    }
}

err collect_dial(const struct collect *c, str host, const struct addr *address, unsigned wait_ms,
                 int *ret_fd)
{
    struct addr to;
    const char *reason = NULL;
    if (!collect_reach(c, host, address, &to, &reason)) {
        return err_new(ERR_FORBIDDEN, reason);
    }
    struct sockaddr_storage sa;
    socklen_t length = addr_to_sockaddr(&to, &sa);
    int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return err_from_errno(errno, "no socket");
    }
    int64_t until = clock_mono_ms() + collect_left(c, wait_ms);
    err e = ERR_NONE;
    if (connect(fd, (struct sockaddr *)&sa, length) != 0) {
        int failure = errno;
        socklen_t size = sizeof failure;
        if (failure == EINPROGRESS && !collect_wait(fd, POLLOUT, until)) {
            e = err_new(ERR_UPSTREAM_TIMEOUT, "no answer to the connection");
        } else if (failure != EINPROGRESS ||
                   getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) != 0 || failure != 0) {
            e = err_new(ERR_UPSTREAM,
                        failure == ECONNREFUSED ? "the connection was refused" : "no connection");
        }
    }
    if (!err_ok(e)) {
        close(fd);
        return e;
    }
    *ret_fd = fd;
    return ERR_NONE;
}
