/* SPDX-License-Identifier: Apache-2.0 */
/* A server on a free loopback port for tests: one thread that hands each connection to a function.
 */
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct peer;
typedef void (*peer_fn)(struct peer *peer, int fd);

struct peer {
    int listener;
    atomic_int current; /* the connection being served, or -1 */
    unsigned port;
    peer_fn serve;
    void *user;
    pthread_t thread;
    atomic_uint served; /* connections so far */
    char seen[65536];   /* what peer_read_until read last, NUL-terminated */
};

static inline void *peer_run(void *user)
{
    struct peer *peer = user;
    sigset_t pipe; /* of this thread only: the code under test has to cope with its own */
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, NULL);
    for (;;) {
        int fd = accept(peer->listener, NULL, NULL);
        if (fd < 0) {
            return NULL;
        }
        struct timeval limit = {.tv_sec = 10};
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
        atomic_fetch_add(&peer->served, 1);
        atomic_store(&peer->current, fd);
        peer->serve(peer, fd);
        atomic_store(&peer->current, -1);
        close(fd);
    }
}

/* False when no port could be had. */
static inline int peer_start(struct peer *peer, peer_fn serve, const void *user)
{
    union { /* some functions only read it, others keep what they saw there */
        const void *given;
        void *kept;
    } either = {.given = user};
    *peer = (struct peer){.serve = serve, .user = either.kept, .current = -1};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(in);
    peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(peer->listener, (struct sockaddr *)&in, sizeof(in)) != 0 ||
        listen(peer->listener, 64) != 0 ||
        getsockname(peer->listener, (struct sockaddr *)&in, &n) != 0) {
        return 0;
    }
    peer->port = ntohs(in.sin_port);
    return pthread_create(&peer->thread, NULL, peer_run, peer) == 0;
}

static inline void peer_stop(struct peer *peer)
{
    shutdown(peer->listener, SHUT_RDWR);
    shutdown(atomic_load(&peer->current), SHUT_RDWR);
    pthread_join(peer->thread, NULL);
    close(peer->listener);
}

static inline int peer_write(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t wrote = send(fd, p, n, MSG_NOSIGNAL);
        if (wrote <= 0) {
            return 0;
        }
        p += wrote;
        n -= (size_t)wrote;
    }
    return 1;
}

static inline int peer_say(int fd, const char *text) { return peer_write(fd, text, strlen(text)); }

static inline __attribute__((format(printf, 2, 3))) int peer_sayf(int fd, const char *format, ...)
{
    char text[4096];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return n > 0 && (size_t)n < sizeof(text) && peer_write(fd, text, (size_t)n);
}

/* Reads into seen until it ends with or (anywhere) contains `end`; false at the end of the
 * connection. */
static inline int peer_read_until(struct peer *peer, int fd, const char *end)
{
    size_t n = 0;
    peer->seen[0] = '\0';
    while (n + 1 < sizeof(peer->seen)) {
        ssize_t got = recv(fd, peer->seen + n, sizeof(peer->seen) - 1 - n, 0);
        if (got <= 0) {
            return 0;
        }
        n += (size_t)got;
        peer->seen[n] = '\0';
        if (strstr(peer->seen, end)) {
            return 1;
        }
    }
    return 0;
}

/* Reads one line that ends with LF, byte by byte so that nothing behind it is taken; false at the
 * end. */
static inline int peer_read_line(struct peer *peer, int fd)
{
    size_t n = 0;
    char c = '\0';
    while (n + 1 < sizeof(peer->seen) && c != '\n') {
        if (recv(fd, &c, 1, 0) != 1) {
            return 0;
        }
        peer->seen[n++] = c;
        peer->seen[n] = '\0';
    }
    return c == '\n';
}

/* Waits until no connection is served, so that what the server looks at may be changed. */
static inline void peer_quiet(struct peer *peer)
{
    for (int i = 0; i < 5000 && atomic_load(&peer->current) != -1; i++) {
        usleep(1000);
    }
}

/* Waits until the other side closes. */
static inline void peer_wait_close(int fd)
{
    char c;
    while (recv(fd, &c, 1, 0) > 0) {
    }
}
