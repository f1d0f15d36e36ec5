/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/dns_exchange.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "check/facts/dns_private.h"

enum {
    QUERY_MAX = 12 + DNS_NAME_WIRE_MAX + 4 + 11,
    EDNS_BYTES = 1232, /* that fit in every path (DNS flag day 2020) */
    EDNS_DO = 0x8000,
};

struct query {
    unsigned char bytes[2 + QUERY_MAX]; /* the length first, as TCP wants it */
    size_t n;                           /* without the length */
    unsigned id;
};

static void put_u16(struct query *q, unsigned x)
{
    q->bytes[2 + q->n++] = (unsigned char)(x >> 8 & 0xff);
    q->bytes[2 + q->n++] = (unsigned char)(x & 0xff);
}

static bool make_query(struct query *q, const struct dns_answer *x, bool recurse, bool edns)
{
    struct dns_wire_name name;
    unsigned char id[2];
    if (!err_ok(dns_name_to_wire(x->name, &name))) {
        return false;
    }
    crypto_random(id, sizeof id);
    q->n = 0;
    q->id = (unsigned)(id[0] << 8 | id[1]);
    const unsigned head[] = {q->id, recurse ? 0x0100 : 0, 1, 0, 0, edns};
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++) {
        put_u16(q, head[i]);
    }
    memcpy(q->bytes + 2 + q->n, name.bytes, name.n);
    q->n += name.n;
    put_u16(q, x->type);
    put_u16(q, 1); /* IN */
    if (edns) {
        q->bytes[2 + q->n++] = 0; /* OPT of the root */
        const unsigned opt[] = {41, EDNS_BYTES, 0, EDNS_DO, 0};
        for (size_t i = 0; i < sizeof opt / sizeof opt[0]; i++) {
            put_u16(q, opt[i]);
        }
    }
    q->bytes[0] = (unsigned char)(q->n >> 8);
    q->bytes[1] = (unsigned char)(q->n & 0xff);
    return true;
}

static bool has_id(str message, unsigned id)
{
    return message.n >= 2 &&
           ((unsigned char)message.p[0] << 8 | (unsigned char)message.p[1]) == (int)id;
}

/* Waits for the answer to the datagram that was sent. Others are passed over: the socket is
 * connected, so they come from the server's own address. */
static void take_datagram(const struct query *q, struct arena *a, int fd, int64_t until,
                          struct dns_answer *x)
{
    static _Thread_local char bytes[DNS_ANSWER_BYTES_MAX];
    for (unsigned strays = 0; strays < DNS_STRAY_MAX; strays++) {
        ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            strays--;
            if (!collect_wait(fd, POLLIN, until)) {
                return;
            }
            continue;
        }
        if (n < 0) {
            x->outcome = DNS_UNREACHABLE;
            return;
        }
        str message = str_n(bytes, (size_t)n);
        if (has_id(message, q->id) && err_ok(dns_message_read(a, message, x))) {
            return;
        }
        x->outcome = DNS_MALFORMED;
    }
}

static bool worth_a_plain_try(const struct dns_answer *x)
{
    return x->outcome == DNS_ANSWERED && (x->rcode == DNS_FORMERR || x->rcode == DNS_NOTIMP);
}

static void ask_udp(const struct collect *c, struct arena *a, struct dns_ask how,
                    const struct addr *to, struct dns_answer *x)
{
    struct sockaddr_storage sa;
    socklen_t length = addr_to_sockaddr(to, &sa);
    bool edns = true;
    int64_t end = clock_mono_ms() + COLLECT_EXCHANGE_MS;
    for (unsigned try = 0; try < (how.once ? 1 : DNS_TRIES); try++) {
        struct query q;
        unsigned wait = collect_left(c, COLLECT_DNS_TRY_MS);
        if (wait == 0 || clock_mono_ms() >= end || !make_query(&q, x, how.recurse, edns)) {
            return;
        }
        int fd = socket(sa.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&sa, length) != 0 ||
            send(fd, q.bytes + 2, q.n, MSG_NOSIGNAL) != (ssize_t)q.n) {
            x->outcome = DNS_UNREACHABLE;
        } else {
            take_datagram(&q, a, fd, clock_mono_ms() + wait, x);
        }
        if (fd >= 0) {
            close(fd);
        }
        if (edns && worth_a_plain_try(x)) {
            edns = false; /* an old server that knows no EDNS (RFC 6891 section 7) */
        } else if (x->outcome == DNS_ANSWERED || x->outcome == DNS_UNREACHABLE) {
            return;
        }
    }
}

/* Sends or receives all n bytes; false at the deadline or the end, *ret_reset when the peer closed.
 */
static bool move_all(int fd, bool out, unsigned char *p, size_t n, int64_t until, bool *ret_reset)
{
    for (size_t at = 0; at < n;) {
        ssize_t moved = out ? send(fd, p + at, n - at, MSG_NOSIGNAL) : recv(fd, p + at, n - at, 0);
        if (moved > 0) {
            at += (size_t)moved;
        } else if (moved < 0 && (errno == EAGAIN || errno == EINTR)) {
            if (!collect_wait(fd, out ? POLLOUT : POLLIN, until)) {
                return false;
            }
        } else {
            *ret_reset = true;
            return false;
        }
        if (clock_mono_ms() >= until) {
            return false; /* a peer that drips */
        }
    }
    return true;
}

static void talk_tcp(struct arena *a, int fd, const struct query *q, int64_t until,
                     struct dns_answer *x)
{
    static _Thread_local unsigned char bytes[DNS_ANSWER_BYTES_MAX];
    struct query sent = *q;
    unsigned char length[2];
    bool reset = false;
    if (!move_all(fd, true, sent.bytes, sent.n + 2, until, &reset) ||
        !move_all(fd, false, length, sizeof length, until, &reset)) {
        x->outcome = reset ? DNS_UNREACHABLE : DNS_TIMEOUT;
        return;
    }
    size_t n = (size_t)(length[0] << 8 | length[1]);
    if (!move_all(fd, false, bytes, n, until, &reset)) {
        x->outcome = reset ? DNS_MALFORMED : DNS_TIMEOUT;
        return;
    }
    str message = str_n((const char *)bytes, n);
    if (!has_id(message, q->id) || !err_ok(dns_message_read(a, message, x))) {
        x->outcome = DNS_MALFORMED;
    }
}

static void ask_tcp(const struct collect *c, struct arena *a, struct dns_ask how, str server,
                    const struct addr *address, struct dns_answer *x)
{
    bool edns = true;
    int64_t until = clock_mono_ms() + collect_left(c, COLLECT_EXCHANGE_MS);
    for (unsigned try = 0; try < 2; try++) {
        struct query q;
        int fd;
        err e = collect_dial(c, server, address, COLLECT_CONNECT_MS, &fd);
        if (!err_ok(e) || !make_query(&q, x, how.recurse, edns)) {
            x->outcome = e.code == ERR_FORBIDDEN          ? DNS_NOT_ALLOWED
                         : e.code == ERR_UPSTREAM_TIMEOUT ? DNS_TIMEOUT
                                                          : DNS_UNREACHABLE;
            return;
        }
        talk_tcp(a, fd, &q, until, x);
        close(fd);
        if (!edns || !worth_a_plain_try(x)) {
            return;
        }
        edns = false;
    }
}

void dns_exchange(const struct collect *c, struct arena *a, struct dns_ask how, str server,
                  const struct addr *address, struct dns_answer *x)
{
    int64_t start = clock_mono_ms();
    struct addr to;
    const char *reason = NULL;
    x->server = server;
    x->address = *address;
    x->tcp = how.tcp;
    x->outcome = DNS_TIMEOUT;
    if (!collect_reach(c, server, address, &to, &reason)) {
        x->outcome = DNS_NOT_ALLOWED;
    } else if (how.tcp || x->type == DNS_AXFR) {
        x->tcp = true;
        ask_tcp(c, a, how, server, address, x);
    } else {
        ask_udp(c, a, how, &to, x);
        if (x->outcome == DNS_ANSWERED && x->truncated) {
            struct dns_answer whole = *x;
            ask_tcp(c, a, how, server, address, &whole);
            if (whole.outcome == DNS_ANSWERED) {
                whole.truncated = true; /* over UDP */
                *x = whole;
            }
        }
    }
    x->ms = (unsigned)(clock_mono_ms() - start);
}
