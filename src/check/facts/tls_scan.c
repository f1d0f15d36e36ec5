/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "base/clock.h"
#include "base/crowd.h"
#include "check/facts/tls_private.h"

enum {
    JOBS_MAX = 40,
    RENEGOTIATION_MS = 2000, /* some servers ignore the wish */
};

struct scan;

/* Enumeration goes by taking away what the server chose; each list of candidates is one job, and
 * jobs run side by side. */
struct job {
    void (*run)(struct scan *scan, struct job *job);
    enum tls_version version;
    enum tls_family family;
    uint16_t found[TLS_OFFER_MAX];
    size_t count;
    bool complete;
};

struct scan {
    struct tls_probe *probe;
    enum tls_support versions[TLS_VERSIONS];
    struct tls_answer first[TLS_VERSIONS];
    struct job jobs[JOBS_MAX];
    size_t job_count;
    enum tls_support order, renegotiation, resumption;
    unsigned dh_bits;
};

static const uint16_t modern_groups[] = {0x11EC, 0x11EB, 0x11ED, 0x6399, 29,  23,  24,
                                         25,     30,     256,    257,    258, 259, 260};
static const uint16_t classic_groups[] = {29, 23, 24, 25, 30, 22, 26, 27, 28, 21, 19, 16, 14};

static struct tls_hello hello_of(const struct scan *scan, enum tls_version version,
                                 const uint16_t *ciphers, size_t count)
{
    bool modern = version == TLS_13;
    return (struct tls_hello){
        .version = version,
        .host = scan->probe->host,
        .ciphers = ciphers,
        .cipher_count = count,
        .groups = modern ? modern_groups : classic_groups,
        .group_count = modern ? sizeof modern_groups / sizeof modern_groups[0]
                              : sizeof classic_groups / sizeof classic_groups[0],
    };
}

static bool chosen(const struct tls_answer *answer, enum tls_version version)
{
    return answer->kind == TLS_ANSWER_HELLO && answer->version == version;
}

/* Takes an item out of a list, keeping the order; false when it is not there. */
static bool take_out(uint16_t *items, size_t *count, unsigned item)
{
    size_t i = 0;
    while (i < *count && items[i] != item) {
        i++;
    }
    if (i == *count) {
        return false;
    }
    (*count)--;
    memmove(items + i, items + i + 1, (*count - i) * sizeof *items);
    return true;
}

/* Keeps the suites whose traits under `mask` are `wanted`; gives their number. */
static size_t keep(uint16_t *ciphers, size_t count, unsigned mask, unsigned wanted)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if ((tls_cipher_traits(tls_cipher_name(ciphers[i])) & mask) == wanted) {
            ciphers[kept++] = ciphers[i];
        }
    }
    return kept;
}

/* ── the jobs ── */

static void try_version(struct scan *scan, struct job *job)
{
    uint16_t ciphers[TLS_OFFER_MAX];
    size_t count = tls_ciphers_of(job->version, TLS_FAMILY_ALL, ciphers, TLS_OFFER_MAX);
    struct tls_hello hello = hello_of(scan, job->version, ciphers, count);
    hello.compression = job->version < TLS_13;
    struct tls_answer *answer = &scan->first[job->version];
    enum tls_support *support = &scan->versions[job->version];
    if (tls_ask(scan->probe, &hello, answer)) {
        *support = chosen(answer, job->version) ? TLS_OFFERED : TLS_REFUSED;
    } else {
        /* Who speaks SSL 2 answers its hello; who does not may wait for the rest of a record. */
        *support = job->version == TLS_SSL2 ? TLS_REFUSED : TLS_UNKNOWN;
    }
}

static void list_ciphers(struct scan *scan, struct job *job)
{
    uint16_t offer[TLS_OFFER_MAX];
    size_t count = tls_ciphers_of(job->version, 1U << job->family, offer, TLS_OFFER_MAX);
    unsigned first = scan->first[job->version].cipher; /* known already */
    if (take_out(offer, &count, first)) {
        job->found[job->count++] = (uint16_t)first;
    }
    while (count > 0) {
        struct tls_hello hello = hello_of(scan, job->version, offer, count);
        struct tls_answer answer;
        if (!tls_ask(scan->probe, &hello, &answer)) {
            return;
        }
        if (!chosen(&answer, job->version) || !take_out(offer, &count, answer.cipher)) {
            break;
        }
        job->found[job->count++] = (uint16_t)answer.cipher;
    }
    job->complete = true;
}

static void list_groups(struct scan *scan, struct job *job)
{
    uint16_t ciphers[TLS_OFFER_MAX], groups[TLS_OFFER_MAX];
    size_t count = tls_ciphers_of(job->version, TLS_FAMILY_ALL, ciphers, TLS_OFFER_MAX);
    if (job->version < TLS_13) {
        count = keep(ciphers, count, TLS_TRAIT_ECDHE, TLS_TRAIT_ECDHE);
    }
    struct tls_hello hello = hello_of(scan, job->version, ciphers, count);
    hello.key_exchange = true;
    memcpy(groups, hello.groups, hello.group_count * sizeof *groups);
    hello.groups = groups;
    while (hello.group_count > 0) {
        struct tls_answer answer;
        if (!tls_ask(scan->probe, &hello, &answer)) {
            return;
        }
        if (!chosen(&answer, job->version) || !take_out(groups, &hello.group_count, answer.group)) {
            break;
        }
        job->found[job->count++] = (uint16_t)answer.group;
    }
    job->complete = true;
}

/* All that was accepted for a version, in the order of discovery. */
static size_t accepted(const struct scan *scan, enum tls_version version, uint16_t *ret)
{
    size_t count = 0;
    for (size_t i = 0; i < scan->job_count; i++) {
        const struct job *job = &scan->jobs[i];
        for (size_t j = 0; job->run == list_ciphers && job->version == version && j < job->count;
             j++) {
            if (count < TLS_OFFER_MAX) {
                ret[count++] = job->found[j];
            }
        }
    }
    return count;
}

/* Offers the same list in both directions. */
static void find_order(struct scan *scan, struct job *job)
{
    uint16_t there[TLS_OFFER_MAX], back[TLS_OFFER_MAX];
    size_t count = accepted(scan, job->version, there);
    for (size_t i = 0; i < count; i++) {
        back[i] = there[count - 1 - i];
    }
    struct tls_hello first = hello_of(scan, job->version, there, count), second = first;
    struct tls_answer one, other;
    second.ciphers = back;
    if (count > 1 && tls_ask(scan->probe, &first, &one) && chosen(&one, job->version) &&
        tls_ask(scan->probe, &second, &other) && chosen(&other, job->version)) {
        scan->order = one.cipher == other.cipher ? TLS_OFFERED : TLS_REFUSED;
    }
}

static void find_dh(struct scan *scan, struct job *job)
{
    uint16_t ciphers[TLS_OFFER_MAX];
    size_t count = accepted(scan, job->version, ciphers);
    struct tls_answer answer;
    count = keep(ciphers, count, TLS_TRAIT_FORWARD | TLS_TRAIT_ECDHE, TLS_TRAIT_FORWARD);
    struct tls_hello hello = hello_of(scan, job->version, ciphers, count);
    hello.key_exchange = true;
    if (count > 0 && tls_ask(scan->probe, &hello, &answer) && chosen(&answer, job->version)) {
        scan->dh_bits = answer.dh_bits;
    }
}

static struct tls_link *open_session(struct tls_probe *probe, SSL_SESSION *session, int *ret_fd)
{
    struct tls_link *link = NULL;
    const char *reason;
    int64_t until = clock_mono_ms() + collect_left(probe->c, TLS_HANDSHAKE_MS);
    until = until < probe->until_ms ? until : probe->until_ms;
    if (atomic_fetch_add(&probe->connections, 1) >= (unsigned)TLS_CONNECTIONS_MAX ||
        !err_ok(collect_dial(probe->c, probe->host, &probe->address, COLLECT_CONNECT_MS, ret_fd))) {
        return NULL;
    }
    if (!err_ok(tls_link_open(probe->context, probe->host, *ret_fd, until, TLS1_2_VERSION, session,
                              &link, &reason))) {
        tls_link_close(link);
        close(*ret_fd);
        return NULL;
    }
    return link;
}

/* Whether a client may ask for a second handshake (once), and whether a session is taken up again.
 */
static void try_session(struct scan *scan, struct job *job)
{
    int fd;
    const char *reason;
    struct tls_link *link = open_session(scan->probe, NULL, &fd);
    (void)job;
    if (!link) {
        return;
    }
    /* A copy: one that failed later may not be resumed. */
    SSL_SESSION *session = SSL_SESSION_dup(SSL_get0_session(tls_link_ssl(link)));
    tls_link_hurry(link, clock_mono_ms() + RENEGOTIATION_MS);
    bool again = SSL_renegotiate(tls_link_ssl(link)) == 1 && err_ok(tls_link_shake(link, &reason));
    scan->renegotiation = again ? TLS_OFFERED : TLS_REFUSED;
    tls_link_close(link);
    close(fd);
    if (session && SSL_SESSION_is_resumable(session) == 1) {
        link = open_session(scan->probe, session, &fd);
        if (link) {
            scan->resumption = SSL_session_reused(tls_link_ssl(link)) ? TLS_OFFERED : TLS_REFUSED;
            tls_link_close(link);
            close(fd);
        }
    } else {
        scan->resumption = TLS_REFUSED;
    }
    SSL_SESSION_free(session);
}

/* ── the whole ── */

static void plan(struct scan *scan, void (*run)(struct scan *, struct job *),
                 enum tls_version version, enum tls_family family)
{
    if (scan->job_count < JOBS_MAX) {
        scan->jobs[scan->job_count++] =
            (struct job){.run = run, .version = version, .family = family};
    }
}

struct stage {
    struct scan *scan;
    size_t from;
};

static void run_job(void *user, size_t i)
{
    struct stage *stage = user;
    struct job *job = &stage->scan->jobs[stage->from + i];
    job->run(stage->scan, job);
}

/* Runs what was planned since job `from`. */
static void run_from(struct scan *scan, size_t from)
{
    struct stage stage = {.scan = scan, .from = from};
    crowd_each(scan->job_count - from, TLS_CONNECTIONS_AT_ONCE, run_job, &stage);
}

/* The highest version below `below` that is offered; TLS_VERSIONS when there is none. */
static enum tls_version highest(const struct scan *scan, enum tls_version below)
{
    for (unsigned v = below; v-- > TLS_SSL3;) {
        if (scan->versions[v] == TLS_OFFERED) {
            return (enum tls_version)v;
        }
    }
    return TLS_VERSIONS;
}

static void run_all(struct scan *scan)
{
    for (unsigned v = 0; v < TLS_VERSIONS; v++) {
        plan(scan, try_version, (enum tls_version)v, TLS_FAMILIES);
    }
    run_from(scan, 0);
    size_t from = scan->job_count;
    enum tls_version top = highest(scan, TLS_VERSIONS), classic = highest(scan, TLS_13);
    for (unsigned v = TLS_SSL3; v < TLS_13; v++) {
        for (unsigned f = 0; scan->versions[v] == TLS_OFFERED && f < TLS_FAMILIES; f++) {
            plan(scan, list_ciphers, (enum tls_version)v, (enum tls_family)f);
        }
    }
    if (top == TLS_13) {
        plan(scan, list_ciphers, TLS_13, TLS_FAMILY_AEAD);
    }
    if (top != TLS_VERSIONS) {
        plan(scan, list_groups, top, TLS_FAMILIES);
    }
    if (classic >= TLS_10 && classic <= TLS_12) {
        plan(scan, try_session, classic, TLS_FAMILIES);
    }
    run_from(scan, from);
    from = scan->job_count;
    if (top != TLS_VERSIONS) {
        plan(scan, find_order, classic != TLS_VERSIONS ? classic : top, TLS_FAMILIES);
    }
    if (classic != TLS_VERSIONS) {
        plan(scan, find_dh, classic, TLS_FAMILIES);
    }
    run_from(scan, from);
}

static void keep_ciphers(const struct scan *scan, struct tls_endpoint *x)
{
    struct tls_cipher *all = arena_array(scan->probe->a, TLS_CIPHERS_MAX, sizeof *all);
    const struct tls_answer *old = &scan->first[TLS_SSL2];
    size_t count = 0;
    if (!all) {
        return;
    }
    x->ciphers_complete = true;
    for (size_t i = 0; i < scan->job_count; i++) {
        const struct job *job = &scan->jobs[i];
        bool ciphers = job->run == list_ciphers;
        x->ciphers_complete &= !ciphers || job->complete;
        for (size_t j = 0; ciphers && j < job->count && count < TLS_CIPHERS_MAX; j++) {
            all[count++] =
                (struct tls_cipher){job->found[j], tls_cipher_name(job->found[j]), job->version};
        }
    }
    for (size_t i = 0; i < old->ssl2_count && count < TLS_CIPHERS_MAX; i++) {
        all[count++] = (struct tls_cipher){old->ssl2_ciphers[i],
                                           tls_cipher_name(old->ssl2_ciphers[i]), TLS_SSL2};
    }
    if (count > 0) {
        x->ciphers = all;
        x->cipher_count = count;
    }
}

static void keep_groups(const struct scan *scan, struct tls_endpoint *x)
{
    unsigned *groups = arena_array(scan->probe->a, TLS_GROUPS_MAX, sizeof *groups);
    for (size_t i = 0; groups && i < scan->job_count; i++) {
        const struct job *job = &scan->jobs[i];
        for (size_t j = 0;
             job->run == list_groups && j < job->count && x->group_count < TLS_GROUPS_MAX; j++) {
            groups[x->group_count++] = job->found[j];
        }
    }
    x->groups = groups;
}

void tls_scan(struct tls_probe *probe)
{
    struct tls_endpoint *x = probe->endpoint;
    struct scan *scan = arena_alloc(probe->a, sizeof *scan);
    if (!scan) {
        return;
    }
    scan->probe = probe;
    run_all(scan);
    for (unsigned v = 0; v < TLS_VERSIONS; v++) {
        /* What a whole handshake has shown holds. */
        x->versions[v] = x->versions[v] == TLS_OFFERED ? TLS_OFFERED : scan->versions[v];
    }
    enum tls_version classic = highest(scan, TLS_13);
    if (classic != TLS_VERSIONS) {
        x->compression = scan->first[classic].deflate ? TLS_OFFERED : TLS_REFUSED;
    }
    if (classic >= TLS_10 && classic <= TLS_12) { /* SSL 3 has no extensions to say it with */
        x->secure_renegotiation =
            scan->first[classic].secure_renegotiation ? TLS_OFFERED : TLS_REFUSED;
    }
    keep_ciphers(scan, x);
    keep_groups(scan, x);
    x->server_order = scan->order;
    x->client_renegotiation = scan->renegotiation;
    x->resumption = scan->resumption;
    x->dh_bits = scan->dh_bits;
}
