/* SPDX-License-Identifier: Apache-2.0 */
/* Says hello to the mail servers of the domain: greeting, EHLO, STARTTLS, certificate, goodbye. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crowd.h"
#include "check/facts/collect.h"
#include "check/facts/mail_servers.h"
#include "check/mail/smtp_reply.h"

enum {
    SMTP_PORT_MX = 25,
    SMTP_WIDTH = 12,
    SMTP_TALK_MS = 15000, /* one server, from the connection on */
};

/* Reserved (RFC 2606), so that it is nobody's. */
#define SMTP_HELLO "doorward-check.invalid"

/* One conversation. */
struct talk {
    int fd;
    int64_t until_ms;
    struct arena *a;
    struct smtp_server *server;
    char bytes[SMTP_BYTES_MAX];
    size_t n; /* received and not taken yet */
};

static bool say(struct talk *t, str line)
{
    size_t sent = 0;
    while (sent < line.n && collect_wait(t->fd, POLLOUT, t->until_ms)) {
        ssize_t n = send(t->fd, line.p + sent, line.n - sent, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR && errno != EAGAIN) {
            return false;
        }
        sent += n > 0 ? (size_t)n : 0;
    }
    return sent == line.n;
}

static void give_up(struct talk *t, enum smtp_outcome outcome, const char *reason)
{
    t->server->outcome = outcome;
    t->server->reason = str_c(reason);
}

/* Reads one reply; false with outcome and reason. */
static bool hear(struct talk *t, struct smtp_answer *ret)
{
    for (;;) {
        enum smtp_read state = smtp_answer_read(str_n(t->bytes, t->n), ret);
        if (state == SMTP_READ_DONE) {
            return true;
        }
        if (state == SMTP_READ_BROKEN || t->n == sizeof t->bytes) {
            give_up(t, SMTP_NO_SMTP, "what it says is no SMTP");
            return false;
        }
        if (!collect_wait(t->fd, POLLIN, t->until_ms)) {
            give_up(t, SMTP_TIMEOUT, "it took the connection and then said nothing in time");
            return false;
        }
        ssize_t n = recv(t->fd, t->bytes + t->n, sizeof t->bytes - t->n, 0);
        if (n > 0) {
            t->n += (size_t)n;
        } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
            give_up(t, t->n > 0 ? SMTP_NO_SMTP : SMTP_UNREACHABLE, "it closed the connection");
            return false;
        }
    }
}

/* The text of the whole reply, lines separated by \n. */
static str text_of(struct talk *t, const struct smtp_answer *answer)
{
    str line;
    char *p = arena_alloc(t->a, answer->bytes + 1);
    size_t n = 0;
    for (size_t i = 0; p && i < answer->lines; i++) {
        if (smtp_answer_line(str_n(t->bytes, answer->bytes), i, &line)) {
            memcpy(p + n, line.p, line.n);
            n += line.n;
            p[n++] = '\n';
        }
    }
    return p ? str_n(p, n > 0 ? n - 1 : 0) : STR_EMPTY;
}

static void drop(struct talk *t, const struct smtp_answer *answer)
{
    t->n -= answer->bytes;
    memmove(t->bytes, t->bytes + answer->bytes, t->n);
}

/* A server that turns us away spoke SMTP, and says why. */
static void turned_away(struct talk *t, const struct smtp_answer *answer, const char *what)
{
    str said = text_of(t, answer);
    str line = str_slice(said, 0, str_find_byte(said, '\n', 0));
    str reason =
        arena_printf(t->a, "it answers %s with %u %.*s", what, answer->code, STR_ARG(line));
    t->server->outcome = SMTP_SPOKE;
    t->server->reason = reason.p ? reason : STR_EMPTY;
}

static void start_tls(struct collect *c, struct talk *t)
{
    struct smtp_answer answer;
    if (!say(t, STR("STARTTLS\r\n"))) {
        return;
    }
    if (!hear(t, &answer)) {
        t->server->outcome = SMTP_SPOKE;
        return;
    }
    if (answer.code != 220) {
        turned_away(t, &answer, "STARTTLS");
        return;
    }
    struct tls_endpoint *tls = arena_alloc(t->a, sizeof *tls);
    if (tls) {
        collect_tls_upgrade(c, t->server->host, t->fd, t->a, tls);
        t->server->tls = tls;
    }
}

static void converse(struct collect *c, struct talk *t)
{
    struct smtp_answer answer;
    if (!hear(t, &answer)) {
        return;
    }
    t->server->greeting = text_of(t, &answer);
    if (answer.code != 220) {
        turned_away(t, &answer, "the connection");
        return;
    }
    drop(t, &answer);
    if (!say(t, STR("EHLO " SMTP_HELLO "\r\n"))) {
        give_up(t, SMTP_UNREACHABLE, "it closed the connection");
        return;
    }
    if (!hear(t, &answer)) {
        return;
    }
    if (answer.code != 250) {
        turned_away(t, &answer, "EHLO");
        return;
    }
    t->server->outcome = SMTP_SPOKE;
    t->server->ehlo = text_of(t, &answer);
    t->server->starttls = smtp_ehlo_has(t->server->ehlo, STR("STARTTLS"));
    drop(t, &answer);
    if (t->server->starttls) {
        start_tls(c, t);
    } else {
        (void)say(t, STR("QUIT\r\n"));
    }
}

/* Everything about one MX host at one address. */
static void probe(struct collect *c, str host, const struct addr *address)
{
    struct smtp_server server = {.host = host,
                                 .address = *address,
                                 .reason = STR_EMPTY,
                                 .greeting = STR_EMPTY,
                                 .ehlo = STR_EMPTY};
    struct arena *a = facts_arena(c->facts);
    struct talk *t = a ? arena_alloc(a, sizeof *t) : NULL;
    if (!t) {
        return;
    }
    *t = (struct talk){.fd = -1, .a = a, .server = &server};
    err e = collect_dial(c, host, address, COLLECT_CONNECT_MS, &t->fd);
    if (!err_ok(e)) {
        give_up(t,
                e.code == ERR_FORBIDDEN          ? SMTP_NOT_ALLOWED
                : e.code == ERR_UPSTREAM_TIMEOUT ? SMTP_TIMEOUT
                                                 : SMTP_UNREACHABLE,
                e.what);
    } else {
        t->until_ms = clock_mono_ms() + collect_left(c, SMTP_TALK_MS);
        converse(c, t);
        close(t->fd);
    }
    facts_add_smtp(c->facts, &server);
}

/* The work: each MX host at each address. */
struct visit {
    str host;
    struct addr address;
};

struct visits {
    struct collect *c;
    struct visit list[SMTP_SERVERS_MAX];
    size_t count;
};

static void visit_one(void *user, size_t i)
{
    struct visits *v = user;
    probe(v->c, v->list[i].host, &v->list[i].address);
}

static void add_host(struct visits *v, str host)
{
    const struct addr *addresses = NULL;
    size_t count = resolver_addresses(v->c, host, SMTP_PORT_MX, &addresses);
    if (count == 0) {
        struct smtp_server none = {.host = host,
                                   .outcome = SMTP_NO_ADDRESS,
                                   .reason = STR("the name has no address"),
                                   .greeting = STR_EMPTY,
                                   .ehlo = STR_EMPTY};
        facts_add_smtp(v->c->facts, &none);
    }
    for (size_t i = 0; i < count && i < SMTP_ADDRESSES_MAX && v->count < SMTP_SERVERS_MAX; i++) {
        v->list[v->count++] = (struct visit){host, addresses[i]};
    }
}

void collect_smtp(struct collect *c)
{
    struct arena *a = facts_arena(c->facts);
    struct visits *v = a ? arena_alloc(a, sizeof *v) : NULL;
    str hosts[MAIL_HOSTS_MAX];
    if (!v) {
        return;
    }
    v->c = c;
    (void)resolver_ask(c, facts_domain(c->facts), DNS_MX);
    size_t count = mail_hosts(c->facts, a, hosts);
    for (size_t i = 0; i < count; i++) {
        add_host(v, hosts[i]);
    }
    crowd_each(v->count, SMTP_WIDTH, visit_one, v);
    mail_policy_ask(c);
}
