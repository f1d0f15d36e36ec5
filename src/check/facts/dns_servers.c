/* SPDX-License-Identifier: Apache-2.0 */
/* The delegation as the parent has it, and every authoritative server at every address. */
#include "base/crowd.h"
#include "check/facts/dns_collect.h"
#include "check/facts/dns_zone.h"
#include "check/facts/resolver.h"

enum {
    DNS_PORT = 53,
    PARENT_SERVERS_MAX = 4,
    ADDRESSES_MAX = 4, /* of one server */
    SEATS_MAX = 24,    /* each costs some arenas of the facts */
    HOSTS_MAX = 8,     /* whose answers are compared between the servers */
    WIDTH = 12,
};

/* One server at one address. */
struct seat {
    str name;
    struct addr address;
};

struct tour {
    struct collect *c;
    str zone;
    struct seat seats[SEATS_MAX];
    size_t count;
};

/* The nearest zone above that has name servers. */
static const struct dns_answer *parent_servers(struct collect *c, str zone)
{
    str name = dns_name_parent(zone);
    for (unsigned i = 0; i < 8; i++) {
        const struct dns_answer *x = resolver_ask(c, name, DNS_NS);
        if (dns_answer_has(x) || str_empty(name)) {
            return x;
        }
        name = dns_name_parent(name);
    }
    return NULL;
}

static void ask_parent(void *user, size_t i)
{
    struct tour *tour = user;
    const struct seat *seat = &tour->seats[i];
    resolver_ask_server(tour->c, seat->name, &seat->address, tour->zone, DNS_NS, false);
}

static void collect_delegation(struct collect *c, struct arena *a, str zone)
{
    struct tour tour = {.c = c, .zone = zone};
    const struct dns_answer *x = parent_servers(c, zone);
    const struct dns_record *r;
    for (size_t at = 0;
         x && tour.count < PARENT_SERVERS_MAX && (r = dns_answer_next(x, DNS_NS, &at));) {
        struct seat *seat = &tour.seats[tour.count];
        const struct addr *list = NULL;
        if (dns_record_name(a, r, &seat->name) &&
            resolver_addresses(c, seat->name, DNS_PORT, &list) > 0) {
            seat->address = list[0]; /* IPv4 first */
            tour.count++;
        }
    }
    crowd_each(tour.count, PARENT_SERVERS_MAX, ask_parent, &tour);
}

static size_t add_glue(const struct facts *f, str server, struct addr *to, size_t n)
{
    const struct dns_answer *x;
    for (size_t at = 0; (x = zone_referral(f, &at)) != NULL;) {
        for (size_t i = 0; i < x->additional_count && n < ADDRESSES_MAX; i++) {
            size_t j = 0;
            if (!str_eq(x->additional[i].owner, server) ||
                !dns_record_addr(&x->additional[i], &to[n])) {
                continue;
            }
            to[n].port = DNS_PORT;
            while (memcmp(&to[j], &to[n], sizeof *to) != 0) {
                j++;
            }
            n += j == n;
        }
    }
    return n;
}

/* The addresses of a server: as its name resolves, else as the parent's glue has them. */
static void add_seats(struct tour *tour, struct arena *a, str server)
{
    const struct addr *list = NULL;
    struct addr glue[ADDRESSES_MAX + 1];
    collect_target(tour->c, a, server);
    size_t n = resolver_addresses(tour->c, server, DNS_PORT, &list);
    if (n == 0) {
        n = add_glue(tour->c->facts, server, glue, 0);
        list = glue;
    }
    for (size_t i = 0; i < n && i < ADDRESSES_MAX && tour->count < SEATS_MAX; i++) {
        tour->seats[tour->count++] = (struct seat){server, list[i]};
    }
}

static void ask_hosts(struct tour *tour, const struct seat *seat)
{
    size_t count, asked = 0;
    const struct facts_host *hosts = facts_hosts(tour->c->facts, &count);
    for (size_t i = 0; i < count && asked < HOSTS_MAX; i++) {
        if (hosts[i].stale || !dns_name_under(hosts[i].name, tour->zone)) {
            continue;
        }
        asked++;
        resolver_ask_server(tour->c, seat->name, &seat->address, hosts[i].name, DNS_A, false);
        resolver_ask_server(tour->c, seat->name, &seat->address, hosts[i].name, DNS_AAAA, false);
    }
}

static void ask_seat(void *user, size_t i)
{
    struct tour *tour = user;
    const struct seat *seat = &tour->seats[i];
    const struct dns_answer *soa =
        resolver_ask_server(tour->c, seat->name, &seat->address, tour->zone, DNS_SOA, false);
    if (soa->outcome == DNS_NOT_ALLOWED) {
        return;
    }
    resolver_ask_server(tour->c, seat->name, &seat->address, tour->zone, DNS_SOA, true);
    if (soa->outcome != DNS_ANSWERED || !soa->authoritative) {
        return; /* nothing more is to be had here */
    }
    resolver_ask_server(tour->c, seat->name, &seat->address, tour->zone, DNS_NS, false);
    resolver_ask_server(tour->c, seat->name, &seat->address, tour->zone, DNS_MX, false);
    resolver_ask_server(tour->c, seat->name, &seat->address, tour->zone, DNS_AXFR, true);
    ask_hosts(tour, seat);
}

void collect_servers(struct collect *c, struct arena *a)
{
    struct zone_server servers[ZONE_SERVERS_MAX];
    struct tour *tour = arena_alloc(a, sizeof *tour);
    if (!tour) {
        return;
    }
    *tour = (struct tour){.c = c, .zone = zone_apex(c->facts)};
    resolver_ask(c, tour->zone, DNS_NS);
    collect_delegation(c, a, tour->zone);
    size_t n = zone_servers(c->facts, a, servers);
    for (size_t i = 0; i < n; i++) {
        add_seats(tour, a, servers[i].name);
    }
    crowd_each(tour->count, WIDTH, ask_seat, tour);
}
