/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crowd.h"
#include "base/crypto.h"
#include "base/str.h"
#include "check/facts/resolver.h"

/* How the name server of the test behaves. */
enum mode {
    GOOD,
    WRONG_ID,       /* always */
    STRAYS_FIRST,   /* wrong ids, then the answer */
    WRONG_SOURCE,   /* from another port */
    TRUNCATED,      /* over UDP; whole over TCP */
    TRUNCATED_SLOW, /* TCP drips and never ends */
    GARBAGE,
    LOOP, /* compression pointers to themselves */
    SILENT,
    NO_EDNS, /* FORMERR for a query with OPT */
    NXDOMAIN,
    TCP_CLOSES,
    TCP_SHORT, /* says 64 KiB, sends 10 bytes */
};

static struct {
    int udp, tcp, other;
    struct addr address;
    atomic_int mode, asked, asked_tcp;
    atomic_bool stop;
    pthread_t thread;
} server;

static struct facts *facts;
static struct intent intent;
static struct collect_options options;
static struct collect collect;

static size_t question_end(const unsigned char *q, size_t n)
{
    size_t at = 12;
    while (at < n && q[at] != 0) {
        at += q[at] + 1U;
    }
    return at + 5;
}

/* An answer with one A record; returns its size. */
static size_t make_answer(enum mode mode, bool tcp, const unsigned char *q, size_t n,
                          unsigned char *out)
{
    size_t end = question_end(q, n);
    bool a = end >= 4 && q[end - 3] == DNS_A, edns = q[11] == 1;
    memcpy(out, q, end);
    out[2] = 0x84 | (q[2] & 1);
    out[3] = 0x80;
    memset(out + 6, 0, 6);
    if (mode == WRONG_ID) {
        out[1] ^= 1;
    }
    if (mode == NXDOMAIN) {
        out[3] |= DNS_NXDOMAIN;
        return end;
    }
    if ((mode == TRUNCATED || mode == TRUNCATED_SLOW) && !tcp) {
        out[2] |= 2;
        return end;
    }
    if (mode == NO_EDNS && edns) {
        out[3] |= DNS_FORMERR;
        return end;
    }
    if (mode == LOOP) {
        out[7] = 1;
        memcpy(out + end, "\300\0\0\1\0\1\0\0\0\74\0\4\313\0\161\12", 16);
        out[end] = (unsigned char)(0xc0 | end >> 8);
        out[end + 1] = (unsigned char)end;
        return end + 16;
    }
    if (a) {
        out[7] = 1;
        memcpy(out + end, "\300\14\0\1\0\1\0\0\0\74\0\4\313\0\161\12", 16);
        end += 16;
    }
    return end;
}

static void serve_udp(enum mode mode)
{
    static unsigned char q[4096], out[UINT16_MAX];
    struct sockaddr_storage from;
    socklen_t length = sizeof from;
    ssize_t n = recvfrom(server.udp, q, sizeof q, 0, (struct sockaddr *)&from, &length);
    if (n < 17) {
        return;
    }
    server.asked++;
    size_t size = make_answer(mode, false, q, (size_t)n, out);
    if (mode == SILENT) {
        return;
    }
    if (mode == GARBAGE) {
        memset(out + 2, 0xff, 60000);
        size = 60000;
    }
    for (unsigned i = 0; mode == STRAYS_FIRST && i < 3; i++) {
        out[0] ^= 0x55;
        sendto(server.udp, out, size, 0, (struct sockaddr *)&from, length);
        out[0] ^= 0x55;
    }
    sendto(mode == WRONG_SOURCE ? server.other : server.udp, out, size, 0, (struct sockaddr *)&from,
           length);
}

static void serve_tcp(enum mode mode)
{
    static unsigned char q[4096], out[UINT16_MAX];
    int fd = accept(server.tcp, NULL, NULL);
    server.asked_tcp++;
    if (mode == TCP_CLOSES) {
        close(fd);
        return;
    }
    ssize_t n = recv(fd, q, sizeof q, 0);
    if (n > 19) {
        size_t size = make_answer(mode, true, q + 2, (size_t)n - 2, out + 2);
        out[0] = (unsigned char)(size >> 8);
        out[1] = (unsigned char)size;
        if (mode == TCP_SHORT) {
            out[0] = out[1] = 0xff;
        }
        if (mode == TRUNCATED_SLOW) { /* two bytes, then nothing until the client goes */
            send(fd, out, 2, MSG_NOSIGNAL);
            struct pollfd p = {.fd = fd, .events = POLLIN};
            poll(&p, 1, 20000);
        } else {
            send(fd, out, size + 2, MSG_NOSIGNAL);
        }
    }
    close(fd);
}

static void *serve(void *arg)
{
    while (!server.stop) {
        struct pollfd fds[2] = {{.fd = server.udp, .events = POLLIN},
                                {.fd = server.tcp, .events = POLLIN}};
        if (poll(fds, 2, 20) > 0) {
            if (fds[0].revents) {
                serve_udp((enum mode)server.mode);
            }
            if (fds[1].revents) {
                serve_tcp((enum mode)server.mode);
            }
        }
    }
    return arg;
}

/* UDP and TCP sockets on one free port of 127.0.0.1. */
static int start_server(void **state)
{
    (void)state;
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof sa;
    assert_true(err_ok(crypto_init()));
    for (unsigned try = 0; try < 50; try++) {
        server.udp = socket(AF_INET, SOCK_DGRAM, 0);
        server.tcp = socket(AF_INET, SOCK_STREAM, 0);
        sa.sin_port = 0;
        if (bind(server.udp, (struct sockaddr *)&sa, sizeof sa) == 0 &&
            getsockname(server.udp, (struct sockaddr *)&sa, &length) == 0 &&
            bind(server.tcp, (struct sockaddr *)&sa, sizeof sa) == 0 &&
            listen(server.tcp, 8) == 0) {
            server.address = addr_from_sockaddr((struct sockaddr *)&sa);
            server.other = socket(AF_INET, SOCK_DGRAM, 0);
            return pthread_create(&server.thread, NULL, serve, NULL);
        }
        close(server.udp);
        close(server.tcp);
    }
    return -1;
}

static int stop_server(void **state)
{
    (void)state;
    server.stop = true;
    pthread_join(server.thread, NULL);
    close(server.udp);
    close(server.tcp);
    close(server.other);
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    intent = intent_default();
    options = (struct collect_options){.allow_private = true, .resolver = server.address};
    server.mode = GOOD;
    server.asked = server.asked_tcp = 0;
    assert_true(err_ok(facts_new(STR("example.com"), &intent, clock_wall_ms(), &facts)));
    collect = (struct collect){
        .facts = facts, .options = &options, .deadline_ms = clock_mono_ms() + 10000};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    resolver_free(collect.resolver);
    facts_free(facts);
    return 0;
}

static const struct dns_answer *ask_server(enum mode mode, bool tcp)
{
    server.mode = mode;
    return resolver_ask_server(&collect, STR("ns1.example.com"), &server.address,
                               STR("WWW.example.com."), DNS_A, tcp);
}

static void a_server_answers_over_udp_and_tcp(void **state)
{
    (void)state;
    for (unsigned tcp = 0; tcp < 2; tcp++) {
        const struct dns_answer *x = ask_server(GOOD, tcp);
        assert_int_equal(x->outcome, DNS_ANSWERED);
        assert_true(dns_answer_has(x) && x->authoritative);
        assert_int_equal(x->tcp, tcp);
        assert_true(str_eq(x->name, STR("www.example.com")));
        assert_true(str_eq(x->server, STR("ns1.example.com")));
    }
    size_t count;
    facts_dns_all(facts, &count);
    assert_int_equal(count, 2);
    assert_null(facts_dns(facts, STR("www.example.com"), DNS_A)); /* not the resolver's */
}

static void hostile_servers_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        enum mode mode;
        bool tcp;
        enum dns_outcome outcome;
        bool truncated;
        size_t count;
    } table[] = {
        {STRAYS_FIRST, false, DNS_ANSWERED, false, 1},
        {TRUNCATED, false, DNS_ANSWERED, true, 1},
        {NO_EDNS, false, DNS_ANSWERED, false, 1},
        {NO_EDNS, true, DNS_ANSWERED, false, 1},
        {NXDOMAIN, false, DNS_ANSWERED, false, 0},
        {LOOP, true, DNS_MALFORMED, false, 0},
        {WRONG_ID, true, DNS_MALFORMED, false, 0},
        {TCP_CLOSES, true, DNS_UNREACHABLE, false, 0},
        {TCP_SHORT, true, DNS_MALFORMED, false, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct dns_answer *x = ask_server(table[i].mode, table[i].tcp);
        assert_int_equal(x->outcome, table[i].outcome);
        assert_int_equal(x->truncated, table[i].truncated);
        assert_int_equal(x->count, table[i].count);
    }
}

static void waits_for_hostile_servers_have_a_deadline(void **state)
{
    (void)state;
    static const struct {
        enum mode mode;
        enum dns_outcome outcome;
    } table[] = {
        {SILENT, DNS_TIMEOUT},    {WRONG_SOURCE, DNS_TIMEOUT}, {WRONG_ID, DNS_MALFORMED},
        {GARBAGE, DNS_MALFORMED}, {LOOP, DNS_MALFORMED},       {TRUNCATED_SLOW, DNS_ANSWERED},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        int64_t start = clock_mono_ms();
        collect.deadline_ms = start + 400;
        assert_int_equal(ask_server(table[i].mode, false)->outcome, table[i].outcome);
        assert_in_range(clock_mono_ms() - start, 0, 2000);
    }
}

static void a_refused_port_is_unreachable(void **state)
{
    (void)state;
    struct addr nobody = server.address;
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof sa;
    int fd = socket(AF_INET, SOCK_DGRAM, 0); /* takes a port and gives it back */
    assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof sa), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &length), 0);
    close(fd);
    nobody.port = ntohs(sa.sin_port);
    for (unsigned tcp = 0; tcp < 2; tcp++) {
        assert_int_equal(
            resolver_ask_server(&collect, STR("ns"), &nobody, STR("a.example"), DNS_A, tcp)
                ->outcome,
            DNS_UNREACHABLE);
    }
    options.allow_private = false;
    for (unsigned tcp = 0; tcp < 2; tcp++) {
        assert_int_equal(
            resolver_ask_server(&collect, STR("ns"), &nobody, STR("a.example"), DNS_A, tcp)
                ->outcome,
            DNS_NOT_ALLOWED);
    }
}

static void ask_same(void *user, size_t i)
{
    const struct dns_answer **answers = user;
    answers[i] = resolver_ask(&collect, STR("Www.Example.com"), DNS_A);
}

static void a_question_is_asked_once_by_many_threads(void **state)
{
    (void)state;
    const struct dns_answer *answers[16];
    assert_true(err_ok(resolver_new(&collect, &collect.resolver)));
    server.asked = 0; /* the probe for DNSSEC */
    crowd_each(16, 16, ask_same, answers);
    assert_int_equal(server.asked, 1);
    for (size_t i = 0; i < 16; i++) {
        assert_ptr_equal(answers[i], answers[0]);
    }
    assert_true(dns_answer_has(answers[0]));
    assert_int_equal(answers[0]->security, DNS_UNCHECKED); /* the server has no DNSSEC */
    assert_ptr_equal(
        facts_lookup(facts).ask(facts_lookup(facts).user, STR("www.example.com."), DNS_A),
        answers[0]);
    assert_int_equal(
        facts_lookup(facts).ask(facts_lookup(facts).user, STR("x.example.com"), DNS_A)->outcome,
        DNS_TIMEOUT); /* never asked */
}

static void addresses_of_a_host_have_the_port(void **state)
{
    (void)state;
    const struct addr *list = NULL;
    assert_true(err_ok(resolver_new(&collect, &collect.resolver)));
    assert_int_equal(resolver_addresses(&collect, STR("www.example.com"), 443, &list), 1);
    assert_int_equal(list[0].port, 443);
    assert_string_equal(addr_text(&list[0]).c, "203.0.113.10");
    options.no_ipv4 = true;
    assert_int_equal(resolver_addresses(&collect, STR("www.example.com"), 443, &list), 0);
    server.mode = NXDOMAIN;
    options.no_ipv4 = false;
    assert_int_equal(resolver_addresses(&collect, STR("nope.example.com"), 443, &list), 0);
    assert_int_equal(facts_dns(facts, STR("nope.example.com"), DNS_A)->rcode, DNS_NXDOMAIN);
}

static void a_silent_resolver_times_out_once(void **state)
{
    (void)state;
    assert_true(err_ok(resolver_new(&collect, &collect.resolver)));
    server.mode = SILENT;
    int64_t start = clock_mono_ms();
    collect.deadline_ms = start + 300;
    const struct dns_answer *x = resolver_ask(&collect, STR("www.example.com"), DNS_A);
    assert_int_equal(x->outcome, DNS_TIMEOUT);
    assert_in_range(clock_mono_ms() - start, 250, 1500);
    assert_ptr_equal(facts_dns(facts, STR("www.example.com"), DNS_A), x);
}

static void names_that_cannot_be_are_not_asked(void **state)
{
    (void)state;
    assert_true(err_ok(resolver_new(&collect, &collect.resolver)));
    server.asked = 0;
    assert_int_equal(resolver_ask(&collect, STR("a..example.com"), DNS_A)->outcome, DNS_MALFORMED);
    assert_int_equal(server.asked, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_server_answers_over_udp_and_tcp),         TEST(hostile_servers_are_told_apart),
        TEST(waits_for_hostile_servers_have_a_deadline), TEST(a_refused_port_is_unreachable),
        TEST(a_question_is_asked_once_by_many_threads),  TEST(addresses_of_a_host_have_the_port),
        TEST(a_silent_resolver_times_out_once),          TEST(names_that_cannot_be_are_not_asked),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
