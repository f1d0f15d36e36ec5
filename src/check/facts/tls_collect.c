/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/crowd.h"
#include "check/facts/resolver.h"
#include "check/facts/tls_private.h"

enum {
    HTTPS_PORT = 443,
    HOSTS_AT_ONCE = 12,
    ENDPOINTS_AT_ONCE = 8,
    ADDRESSES_MAX = 8,  /* of one host */
    ENDPOINTS_MAX = 96, /* of all */
};

/* One host at one address, or without any. */
struct target {
    str host;
    struct addr address;
    bool nowhere;
};

struct survey {
    struct collect *c;
    SSL_CTX *context;
    const struct facts_host *hosts;
    size_t host_count;
    const struct addr **addresses; /* by host */
    size_t *address_counts;
    struct target targets[ENDPOINTS_MAX];
    struct tls_endpoint seen[ENDPOINTS_MAX]; /* without protocol when there was no memory */
    size_t target_count;
};

static void run_target(void *user, size_t i)
{
    struct survey *survey = user;
    const struct target *target = &survey->targets[i];
    struct collect *c = survey->c;
    struct arena *a = facts_arena(c->facts);
    if (!a) {
        return; /* facts_truncated tells */
    }
    struct tls_endpoint *x = &survey->seen[i];
    *x = (struct tls_endpoint){.host = target->host,
                               .address = target->address,
                               .protocol = "https",
                               .reason = STR_EMPTY,
                               .trust = TLS_TRUST_UNKNOWN};
    struct tls_probe probe = {.c = c,
                              .context = survey->context,
                              .host = target->host,
                              .address = target->address,
                              .until_ms = clock_mono_ms() + collect_left(c, TLS_ENDPOINT_MS),
                              .a = a,
                              .endpoint = x};
    if (target->nowhere) {
        tls_probe_give_up(&probe, TLS_NO_ADDRESS, "the name has no address");
    } else if (!survey->context) {
        tls_probe_give_up(&probe, TLS_UNREACHABLE, "the certificates of --ca-file cannot be read");
    } else if (collect_left(c, 1) == 0) {
        tls_probe_give_up(&probe, TLS_TIMEOUT, "the budget of time was spent");
    } else {
        tls_probe_run(&probe);
    }
}

static void look_up(void *user, size_t i)
{
    struct survey *survey = user;
    const struct facts_host *host = &survey->hosts[i];
    if (!host->stale) {
        survey->address_counts[i] =
            resolver_addresses(survey->c, host->name, HTTPS_PORT, &survey->addresses[i]);
    }
}

static void add_target(struct survey *survey, str host, const struct addr *address)
{
    if (survey->target_count < ENDPOINTS_MAX) {
        struct target *target = &survey->targets[survey->target_count++];
        target->host = host;
        target->nowhere = address == NULL;
        if (address) {
            target->address = *address;
        }
    }
}

static bool is_switched_off(const struct collect *c, const struct addr *address)
{
    return addr_is_v4(address) ? c->options->no_ipv4 : c->options->no_ipv6;
}

static void add_host(struct survey *survey, size_t i)
{
    size_t added = 0;
    for (size_t j = 0; j < survey->address_counts[i] && added < ADDRESSES_MAX; j++) {
        if (!is_switched_off(survey->c, &survey->addresses[i][j])) {
            add_target(survey, survey->hosts[i].name, &survey->addresses[i][j]);
            added++;
        }
    }
    if (survey->address_counts[i] == 0 && !survey->hosts[i].stale) {
        add_target(survey, survey->hosts[i].name, NULL);
    }
}

void collect_tls(struct collect *c)
{
    struct arena *a = facts_arena(c->facts);
    struct survey *survey = a ? arena_alloc(a, sizeof *survey) : NULL;
    if (!survey) {
        return;
    }
    survey->c = c;
    survey->hosts = facts_hosts(c->facts, &survey->host_count);
    survey->addresses = arena_array(a, survey->host_count, sizeof *survey->addresses);
    survey->address_counts = arena_array(a, survey->host_count, sizeof *survey->address_counts);
    if (!survey->addresses || !survey->address_counts) {
        return;
    }
    survey->context = tls_context_new(c);
    crowd_each(survey->host_count, HOSTS_AT_ONCE, look_up, survey);
    for (size_t i = 0; i < survey->host_count; i++) {
        add_host(survey, i);
    }
    crowd_each(survey->target_count, ENDPOINTS_AT_ONCE, run_target, survey);
    for (size_t i = 0; i < survey->target_count; i++) {
        if (survey->seen[i].protocol) {
            facts_add_tls(c->facts, &survey->seen[i]); /* in the order of hosts, run after run */
        }
    }
    SSL_CTX_free(survey->context);
}
