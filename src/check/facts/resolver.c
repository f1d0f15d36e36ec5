/* SPDX-License-Identifier: Apache-2.0 */
/* libunbound on a thread of its own: questions are started by whoever asks first, everybody waits
 * with a deadline, answers are kept in the facts. */
#include "check/facts/resolver.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unbound.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "check/facts/dns_exchange.h"
#include "check/facts/resolver_setup.h"

enum {
    WAIT_MS = 12000, /* one question */
    SCRATCH_BYTES = 64 << 10,
};

/* A question on its way. Lives until the resolver ends: libunbound may answer late. */
struct pending {
    struct pending *next;
    struct resolver *resolver;
    unsigned type;
    bool done; /* an answer is in the facts */
    int id;    /* of libunbound */
    size_t n;
    char name[DNS_NAME_TEXT_MAX]; /* normalised, NUL-terminated */
};

struct resolver {
    struct ub_ctx *ub;
    struct facts *facts;
    bool validates;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct pending *pending;
    struct arena *arena; /* for answers; under the lock */
    pthread_t thread;
    int stop; /* eventfd */
    bool runs;
};

static const struct dns_answer no_answer = {.outcome = DNS_TIMEOUT, .name = {"", 0}};
static const struct dns_answer no_name = {.outcome = DNS_MALFORMED, .name = {"", 0}};

/* The arena, or a new one when it is nearly full. Under the lock. */
static struct arena *arena_of(struct resolver *r)
{
    if (!r->arena || r->arena->used + (4U << 20) > r->arena->max) {
        r->arena = facts_arena(r->facts);
    }
    return r->arena;
}

static void *serve(void *arg)
{
    struct resolver *r = arg;
    struct pollfd fds[2] = {{.fd = ub_fd(r->ub), .events = POLLIN},
                            {.fd = r->stop, .events = POLLIN}};
    while (poll(fds, 2, -1) >= 0 || fds[1].revents == 0) {
        if (fds[1].revents) {
            break;
        }
        if (fds[0].revents) {
            ub_process(r->ub);
        }
    }
    return NULL;
}

err resolver_new(struct collect *c, struct resolver **ret)
{
    struct resolver *r = mem_alloc(sizeof *r);
    pthread_condattr_t monotonic;
    if (!r) {
        return err_new(ERR_NO_MEMORY, "no memory for the resolver");
    }
    r->facts = c->facts;
    r->stop = eventfd(0, EFD_CLOEXEC);
    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&r->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    err e = resolver_set_up(c, &r->ub, &r->validates);
    if (err_ok(e)) {
        r->runs = r->stop >= 0 && pthread_create(&r->thread, NULL, serve, r) == 0;
        e = r->runs ? e : err_new(ERR_UNAVAILABLE, "no thread for the resolver");
    }
    if (!err_ok(e)) {
        resolver_free(r);
        return e;
    }
    *ret = r;
    return e;
}

void resolver_free(struct resolver *r)
{
    if (!r) {
        return;
    }
    if (r->runs) {
        eventfd_write(r->stop, 1);
        pthread_join(r->thread, NULL);
    }
    if (r->ub) {
        ub_ctx_delete(r->ub); /* no answer comes after this */
    }
    while (r->pending) {
        struct pending *p = r->pending;
        r->pending = p->next;
        mem_free(p);
    }
    if (r->stop >= 0) {
        close(r->stop);
    }
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    mem_free(r);
}

/* Puts an answer into the facts. Under the lock. */
static void settle(struct resolver *r, struct pending *p, struct dns_answer *x)
{
    facts_add_dns(r->facts, x);
    p->done = true;
    pthread_cond_broadcast(&r->changed);
}

/* What libunbound gave, as an answer. */
static void take_result(struct resolver *r, struct arena *a, const struct ub_result *result,
                        struct dns_answer *x)
{
    str packet =
        str_n(result->answer_packet, result->answer_len > 0 ? (size_t)result->answer_len : 0);
    if (!result->answer_packet || !err_ok(dns_message_read(a, packet, x))) {
        x->outcome = DNS_ANSWERED;
        x->rcode = result->rcode ? (unsigned)result->rcode : DNS_SERVFAIL;
    }
    if (result->bogus) {
        x->security = DNS_BOGUS;
        x->rcode = DNS_SERVFAIL; /* what visitors behind a validating resolver get */
        x->why_bogus = arena_str(a, str_c(result->why_bogus));
    } else if (r->validates) {
        x->security = result->secure ? DNS_SECURE : DNS_INSECURE;
    }
}

static void answered(void *user, int failure, struct ub_result *result)
{
    struct pending *p = user;
    struct resolver *r = p->resolver;
    pthread_mutex_lock(&r->lock);
    struct arena *a = p->done ? NULL : arena_of(r);
    if (a) { /* else somebody gave up on it, or no memory: those who wait will */
        struct dns_answer x = {.name = arena_str(a, str_n(p->name, p->n)), .type = p->type};
        if (!x.name.p) {
            x.name = STR_EMPTY;
        }
        if (failure == 0 && result) {
            take_result(r, a, result, &x);
        } else {
            x.outcome = DNS_ANSWERED;
            x.rcode = DNS_SERVFAIL;
        }
        settle(r, p, &x);
    }
    pthread_mutex_unlock(&r->lock);
    ub_resolve_free(result);
}

/* The question on its way, started when it was not. NULL: the answer is there, or no memory. */
static struct pending *begin(struct resolver *r, str name, unsigned type)
{
    pthread_mutex_lock(&r->lock);
    struct pending *p = r->pending;
    while (p && !(p->type == type && str_eq(str_n(p->name, p->n), name))) {
        p = p->next;
    }
    if (p || facts_dns(r->facts, name, type) || !(p = mem_alloc(sizeof *p))) {
        pthread_mutex_unlock(&r->lock);
        return p;
    }
    p->resolver = r;
    p->type = type;
    p->n = name.n;
    memcpy(p->name, name.p, name.n);
    p->next = r->pending;
    r->pending = p;
    pthread_mutex_unlock(&r->lock);
    const char *asked = p->n > 0 ? p->name : ".";
    if (ub_resolve_async(r->ub, asked, (int)type, 1, p, answered, &p->id) != 0) {
        answered(p, -1, NULL);
    }
    return p;
}

/* Waits for the answer; gives up for everybody at the deadline. */
static void await(struct collect *c, struct pending *p, str name)
{
    struct resolver *r = c->resolver;
    int64_t until = clock_mono_ms() + collect_left(c, WAIT_MS);
    struct timespec at = {.tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000};
    pthread_mutex_lock(&r->lock);
    while (!p->done && clock_mono_ms() < until) {
        pthread_cond_timedwait(&r->changed, &r->lock, &at);
    }
    if (!p->done) {
        struct arena *a = arena_of(r);
        struct dns_answer x = {.type = p->type, .outcome = DNS_TIMEOUT};
        x.name = a ? arena_str(a, name) : STR_EMPTY;
        x.name = x.name.p ? x.name : STR_EMPTY;
        settle(r, p, &x);
    }
    pthread_mutex_unlock(&r->lock);
}

/* The question in normal form, in a scratch arena. */
static bool normal(struct arena *scratch, str name, str *ret)
{
    arena_init(scratch, SCRATCH_BYTES);
    return err_ok(dns_name_normalise(scratch, name, ret));
}

const struct dns_answer *resolver_ask(struct collect *c, str name, unsigned type)
{
    struct arena scratch;
    const struct dns_answer *x = &no_name;
    if (normal(&scratch, name, &name)) {
        x = facts_dns(c->facts, name, type);
        struct pending *p = x || !c->resolver ? NULL : begin(c->resolver, name, type);
        if (p) {
            await(c, p, name);
        }
        x = x ? x : facts_dns(c->facts, name, type);
        x = x ? x : &no_answer;
    }
    arena_done(&scratch);
    return x;
}

void resolver_start(struct collect *c, str name, unsigned type)
{
    struct arena scratch;
    if (normal(&scratch, name, &name) && c->resolver) {
        begin(c->resolver, name, type);
    }
    arena_done(&scratch);
}

static const struct dns_answer *ask_live(void *user, str name, unsigned type)
{
    return resolver_ask(user, name, type);
}

struct dns_lookup resolver_lookup(struct collect *c)
{
    return (struct dns_lookup){.ask = ask_live, .user = c};
}

static const struct dns_answer *ask_facts(void *user, str name, unsigned type)
{
    struct arena scratch;
    const struct dns_answer *x = &no_name;
    if (normal(&scratch, name, &name)) {
        x = facts_dns(user, name, type);
        x = x ? x : &no_answer;
    }
    arena_done(&scratch);
    return x;
}

struct dns_lookup facts_lookup(const struct facts *f)
{
    struct dns_lookup lookup = {.ask = ask_facts};
    memcpy(&lookup.user, &f, sizeof lookup.user); /* only read */
    return lookup;
}

const struct dns_answer *resolver_ask_server(struct collect *c, str server,
                                             const struct addr *address, str name, unsigned type,
                                             bool tcp)
{
    struct arena *a = facts_arena(c->facts);
    struct dns_answer *x = a ? arena_alloc(a, sizeof *x) : NULL;
    if (!x) {
        return &no_answer;
    }
    str host = arena_str(a, server);
    x->type = type;
    if (!host.p || !err_ok(dns_name_normalise(a, name, &x->name))) {
        return &no_name;
    }
    dns_exchange(c, a, (struct dns_ask){.tcp = tcp}, host, address, x);
    facts_add_dns(c->facts, x);
    return x;
}

static size_t add_addresses(const struct collect *c, const struct dns_answer *x, unsigned port,
                            struct addr *to)
{
    size_t n = 0;
    const struct dns_record *record;
    if (c->options && (x->type == DNS_A ? c->options->no_ipv4 : c->options->no_ipv6)) {
        return 0;
    }
    if (x->outcome != DNS_ANSWERED || x->rcode != DNS_NOERROR) {
        return 0;
    }
    for (size_t at = 0; (record = dns_answer_next(x, x->type, &at));) {
        if (dns_record_addr(record, &to[n])) {
            to[n++].port = port;
        }
    }
    return n;
}

size_t resolver_addresses(struct collect *c, str host, unsigned port, const struct addr **ret)
{
    struct arena scratch;
    struct resolver *r = c->resolver;
    size_t n = 0;
    if (r && normal(&scratch, host, &host)) {
        begin(r, host, DNS_A); /* both on their way before the first is waited for */
        begin(r, host, DNS_AAAA);
        const struct dns_answer *x4 = resolver_ask(c, host, DNS_A),
                                *x6 = resolver_ask(c, host, DNS_AAAA);
        pthread_mutex_lock(&r->lock);
        struct arena *a = arena_of(r);
        struct addr *list = a ? arena_array(a, x4->count + x6->count + 1, sizeof *list) : NULL;
        pthread_mutex_unlock(&r->lock);
        if (list) {
            n = add_addresses(c, x4, port, list);
            n += add_addresses(c, x6, port, list + n);
            *ret = list;
        }
    }
    if (r) {
        arena_done(&scratch);
    }
    return n;
}
