/* SPDX-License-Identifier: Apache-2.0 */
#include "net/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "net/addr.h"

enum { BACKLOG = 1024 };

static err refuse(const char *address, enum err_code code, const char *what)
{
    LOG(LOG_ERROR, "net", "listen failed", log_c("address", address), log_c("why", what));
    return err_new(code, what);
}

static err refuse_errno(const char *address, int error)
{
    switch (error) {
    case EADDRINUSE:
        return refuse(address, ERR_CONFLICT, "the address is in use by another program");
    case EACCES:
    case EPERM:
        return refuse(address, ERR_FORBIDDEN,
                      "no permission for this port; ports below 1024 need CAP_NET_BIND_SERVICE");
    case EADDRNOTAVAIL:
        return refuse(address, ERR_INVALID, "the address does not belong to this machine");
    case EMFILE:
    case ENFILE:
        return refuse(address, ERR_UNAVAILABLE, "too many open files");
    default:
        return refuse(address, ERR_IO, "the system refused to listen there");
    }
}

/* Cuts "host:port" and "[v6]:port" apart; the port must be a number. */
static bool split_address(str text, char host[static 128], char port[static 8])
{
    size_t colon = text.n;
    while (colon > 0 && text.p[colon - 1] != ':') {
        colon--;
    }
    uint64_t number;
    str h = str_slice(text, 0, colon ? colon - 1 : 0), p = str_slice(text, colon, text.n);
    if (colon == 0 || !str_u64(p, &number) || number > 65535 || p.n > 5) {
        return false;
    }
    if (h.n >= 2 && h.p[0] == '[' && h.p[h.n - 1] == ']') {
        h = str_slice(h, 1, h.n - 1);
    } else if (str_find_byte(h, ':', 0) != SIZE_MAX) {
        return false;
    }
    if (h.n == 0 || h.n >= 128 || str_has_control(h)) {
        return false;
    }
    memcpy(host, h.p, h.n);
    host[h.n] = '\0';
    memcpy(port, p.p, p.n);
    port[p.n] = '\0';
    return true;
}

static err resolve(const char *address, struct sockaddr_storage *ret, socklen_t *ret_n)
{
    char host[128], port[8];
    struct addrinfo *found = NULL;
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    if (!split_address(str_c(address), host, port)) {
        return refuse(address, ERR_INVALID, "a listen address is written as host:port");
    }
    if (getaddrinfo(host, port, &hints, &found) != 0 || !found) {
        return refuse(address, ERR_INVALID, "the host of the listen address is not known");
    }
    memcpy(ret, found->ai_addr, found->ai_addrlen);
    *ret_n = found->ai_addrlen;
    freeaddrinfo(found);
    return ERR_NONE;
}

static void set_port(struct sockaddr_storage *sa, unsigned port)
{
    if (sa->ss_family == AF_INET6) {
        ((struct sockaddr_in6 *)(void *)sa)->sin6_port = htons((uint16_t)port);
    } else {
        ((struct sockaddr_in *)(void *)sa)->sin_port = htons((uint16_t)port);
    }
}

static unsigned get_port(int fd)
{
    struct sockaddr_storage sa = {0};
    socklen_t n = sizeof sa;
    return getsockname(fd, (struct sockaddr *)&sa, &n) == 0
               ? addr_from_sockaddr((const struct sockaddr *)&sa).port
               : 0;
}

/* A bound socket, or -1 with errno. */
static int bind_socket(const struct sockaddr_storage *sa, socklen_t n, bool shared)
{
    const int on = 1, off = 0;
    int fd = socket(sa->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (shared) {
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on,
                         sizeof on); /* accepted ones inherit it */
    }
    if (sa->ss_family == AF_INET6) {
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off); /* [::] is both */
    }
    if (bind(fd, (const struct sockaddr *)sa, n) != 0 || (shared && listen(fd, BACKLOG) != 0)) {
        int error = errno;
        (void)close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

err listener_probe(const char *address)
{
    struct sockaddr_storage sa = {0};
    socklen_t n;
    err e = resolve(address, &sa, &n);
    if (!err_ok(e)) {
        return e;
    }
    int fd = bind_socket(&sa, n, false);
    if (fd < 0) {
        return refuse_errno(address, errno);
    }
    (void)close(fd);
    return ERR_NONE;
}

err listener_open(const char *address, unsigned port, struct listener *ret)
{
    struct sockaddr_storage sa = {0};
    socklen_t n;
    err e = resolve(address, &sa, &n);
    if (!err_ok(e)) {
        return e;
    }
    if (port) {
        set_port(&sa, port);
    }
    int fd = bind_socket(&sa, n, true);
    if (fd < 0) {
        return refuse_errno(address, errno);
    }
    *ret = (struct listener){.fd = fd, .port = get_port(fd)};
    return ERR_NONE;
}

void listener_close(struct listener *l)
{
    if (l->fd >= 0) {
        (void)close(l->fd);
        l->fd = -1;
    }
}
