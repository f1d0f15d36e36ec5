/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "check/facts/dns_private.h"
#include "spf_zone.h"

enum { HEAD_BYTES = 12, UDP_BYTES_MAX = 512, TRUNCATED = 2, PORT_TRIES = 50, TCP_WAIT_MS = 2000 };

static void add_u16(struct buf *b, unsigned number)
{
    buf_add_byte(b, (char)(number >> 8));
    buf_add_byte(b, (char)number);
}

static void add_record(struct buf *b, const struct dns_record *r)
{
    struct dns_wire_name owner;
    assert_true(err_ok(dns_name_to_wire(r->owner, &owner)));
    buf_add(b, str_n((const char *)owner.bytes, owner.n));
    add_u16(b, r->type);
    add_u16(b, 1);
    add_u16(b, r->ttl >> 16);
    add_u16(b, r->ttl & 0xffff);
    add_u16(b, (unsigned)r->rdata.n);
    buf_add(b, r->rdata);
}

/* The answer to a query; empty when nobody answers. Too long for UDP: the head alone, truncated. */
static void answer(const struct spf_zone *zone, str query, bool tcp, struct buf *b)
{
    struct dns_cursor c = dns_cursor(query);
    struct dns_wire_name name;
    struct dns_answer x;
    struct arena a;
    dns_take(&c, HEAD_BYTES);
    dns_take_name(&c, false, &name);
    unsigned type = dns_take_u16(&c);
    dns_take_u16(&c);
    arena_init(&a, 8 << 20);
    if (!c.bad && spf_zone_answer(zone, &a, dns_name_of_wire(&a, &name), type, &x)) {
        buf_add(b, str_slice(query, 0, 2));
        add_u16(b, 0x8180 | x.rcode); /* response, recursion desired and available */
        add_u16(b, 1);
        add_u16(b, (unsigned)x.count);
        add_u16(b, 0);
        add_u16(b, 0);
        buf_add(b, str_slice(query, HEAD_BYTES, c.at));
        for (size_t i = 0; i < x.count; i++) {
            add_record(b, &x.records[i]);
        }
    }
    if (!tcp && b->n > UDP_BYTES_MAX) {
        b->p[2] |= TRUNCATED;
        b->p[7] = 0;
        b->n = c.at;
    }
    arena_done(&a);
}

static void serve_udp(struct spf_server *s)
{
    char query[4096];
    struct sockaddr_storage from;
    socklen_t length = sizeof from;
    ssize_t n = recvfrom(s->udp, query, sizeof query, 0, (struct sockaddr *)&from, &length);
    struct buf b;
    buf_init(&b, 1 << 20);
    answer(s->zone, str_n(query, n > 0 ? (size_t)n : 0), false, &b);
    if (b.n > 0) {
        s->by_udp++;
        (void)sendto(s->udp, b.p, b.n, 0, (struct sockaddr *)&from, length);
    }
    buf_done(&b);
}

static void serve_tcp(struct spf_server *s)
{
    unsigned char query[4096];
    int fd = accept(s->tcp, NULL, NULL);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    ssize_t n = poll(&p, 1, TCP_WAIT_MS) > 0 ? recv(fd, query, sizeof query, 0) : 0;
    struct buf b;
    buf_init(&b, 1 << 20);
    add_u16(&b, 0);
    if (n > 2) {
        struct buf message;
        buf_init(&message, 1 << 20);
        answer(s->zone, str_n((const char *)query + 2, (size_t)n - 2), true, &message);
        b.p[0] = (char)(message.n >> 8);
        b.p[1] = (char)message.n;
        buf_add(&b, buf_str(&message));
        buf_done(&message);
        s->by_tcp++;
        (void)send(fd, b.p, b.n, MSG_NOSIGNAL);
    }
    buf_done(&b);
    close(fd);
}

static void *serve(void *arg)
{
    struct spf_server *s = arg;
    while (!s->stop) {
        struct pollfd fds[2] = {{.fd = s->udp, .events = POLLIN}, {.fd = s->tcp, .events = POLLIN}};
        if (poll(fds, 2, 10) > 0) {
            if (fds[0].revents) {
                serve_udp(s);
            }
            if (fds[1].revents) {
                serve_tcp(s);
            }
        }
    }
    return NULL;
}

void spf_server_start(struct spf_server *s, const struct spf_zone *zone)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof sa;
    *s = (struct spf_server){.zone = zone};
    for (unsigned i = 0; i < PORT_TRIES; i++) {
        s->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        s->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sa.sin_port = 0;
        if (bind(s->udp, (struct sockaddr *)&sa, sizeof sa) == 0 &&
            getsockname(s->udp, (struct sockaddr *)&sa, &length) == 0 &&
            bind(s->tcp, (struct sockaddr *)&sa, sizeof sa) == 0 && listen(s->tcp, 16) == 0) {
            s->address = addr_from_sockaddr((struct sockaddr *)&sa);
            assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
            return;
        }
        close(s->udp);
        close(s->tcp);
    }
    fail_msg("no free port");
}

void spf_server_stop(struct spf_server *s)
{
    s->stop = true;
    pthread_join(s->thread, NULL);
    close(s->udp);
    close(s->tcp);
}
