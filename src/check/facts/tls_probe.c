/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "check/facts/tls_private.h"

void tls_probe_give_up(struct tls_probe *probe, enum tls_outcome outcome, const char *words)
{
    str copy = arena_str(probe->a, str_c(words)); /* OpenSSL's own go away with it */
    probe->endpoint->outcome = outcome;
    probe->endpoint->reason = copy.p ? copy : STR("no memory");
}

static enum tls_outcome outcome_of_dial(err e)
{
    return e.code == ERR_FORBIDDEN          ? TLS_NOT_ALLOWED
           : e.code == ERR_UPSTREAM_TIMEOUT ? TLS_TIMEOUT
                                            : TLS_UNREACHABLE;
}

/* The one whole handshake. False: there is no use in asking more. */
static bool shake_hands(struct tls_probe *probe, int fd)
{
    struct tls_endpoint *x = probe->endpoint;
    struct tls_link *link = NULL;
    const char *reason = "";
    int64_t start = clock_mono_ms(), until = start + collect_left(probe->c, TLS_HANDSHAKE_MS);
    err e = tls_link_open(probe->context, probe->host, fd, until, 0, NULL, &link, &reason);
    bool useful = true;
    if (err_ok(e)) {
        x->outcome = TLS_SPOKE;
        x->handshake_ms = (unsigned)(clock_mono_ms() - start);
        tls_session_look(link, probe->c->facts, probe->a, x);
    } else {
        bool silent = link && tls_link_is_silent(link);
        useful = e.code == ERR_UPSTREAM;
        tls_probe_give_up(probe, e.code == ERR_UPSTREAM_TIMEOUT ? TLS_TIMEOUT : TLS_NO_TLS,
                          silent && e.code == ERR_UPSTREAM_TIMEOUT ? "no answer to the hello"
                                                                   : reason);
    }
    tls_link_close(link);
    return useful;
}

static bool speaks(const struct tls_endpoint *x)
{
    bool any = false;
    for (unsigned v = 0; v < TLS_VERSIONS; v++) {
        any |= x->versions[v] == TLS_OFFERED;
    }
    return any;
}

void tls_probe_run(struct tls_probe *probe)
{
    struct tls_endpoint *x = probe->endpoint;
    int fd;
    err e = collect_dial(probe->c, probe->host, &probe->address, COLLECT_CONNECT_MS, &fd);
    if (!err_ok(e)) {
        tls_probe_give_up(probe, outcome_of_dial(e), e.what);
        return;
    }
    bool more = shake_hands(probe, fd);
    close(fd);
    if (!more) {
        return;
    }
    tls_scan(probe);
    /* What OpenSSL could not do, a hello may have shown; the reason stays for want of a chain. */
    x->outcome = speaks(x) ? TLS_SPOKE : TLS_NO_TLS;
}

void collect_tls_upgrade(struct collect *c, str host, int fd, struct arena *a,
                         struct tls_endpoint *ret)
{
    struct sockaddr_storage peer = {0};
    socklen_t length = sizeof peer;
    *ret = (struct tls_endpoint){
        .host = host, .protocol = "smtp", .reason = STR_EMPTY, .trust = TLS_TRUST_UNKNOWN};
    if (getpeername(fd, (struct sockaddr *)&peer, &length) == 0) {
        ret->address = addr_from_sockaddr((const struct sockaddr *)&peer);
    }
    struct tls_probe probe = {
        .c = c, .context = tls_context_new(c), .host = host, .a = a, .endpoint = ret};
    if (probe.context) {
        (void)shake_hands(&probe, fd);
    } else {
        tls_probe_give_up(&probe, TLS_UNREACHABLE, "the certificates of --ca-file cannot be read");
    }
    SSL_CTX_free(probe.context);
}
