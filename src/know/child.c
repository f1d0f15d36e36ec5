/* SPDX-License-Identifier: Apache-2.0 */
#include "know/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
        *fd = -1;
    }
}

/* Descriptors below 3 would be overwritten while they are moved to their places. */
static bool lift(int *fd)
{
    if (*fd > 2) {
        return true;
    }
    int high = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
    close_fd(fd);
    *fd = high;
    return high >= 0;
}

static bool spawn(char *const argv[], int input, int talk, int complaint, pid_t *ret)
{
    char *const nothing[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    if (posix_spawn_file_actions_init(&actions) != 0) {
        return false;
    }
    if (posix_spawnattr_init(&attributes) != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return false;
    }
    bool ok =
        posix_spawn_file_actions_adddup2(&actions, input >= 0 ? input : talk, 0) == 0 &&
        posix_spawn_file_actions_adddup2(&actions, talk, 1) == 0 &&
        (complaint >= 0
             ? posix_spawn_file_actions_adddup2(&actions, complaint, 2)
             : posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)) == 0 &&
        posix_spawnattr_setsigmask(&attributes, &none) == 0 &&
        posix_spawnattr_setsigdefault(&attributes, &all) == 0 &&
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) ==
            0 &&
        posix_spawn(ret, "/proc/self/exe", &actions, &attributes, argv, nothing) == 0;
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return ok;
}

err child_start(char *const argv[], int input, bool listen_to_complaints, struct child *ret)
{
    int talk[2] = {-1, -1}, complaint[2] = {-1, -1};
    struct child c = CHILD_NONE;
    bool ok = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, talk) == 0 &&
              (!listen_to_complaints || pipe2(complaint, O_CLOEXEC) == 0) && lift(&talk[1]) &&
              (complaint[1] < 0 || lift(&complaint[1])) &&
              spawn(argv, input, talk[1], complaint[1], &c.pid);
    ok = ok && fcntl(talk[0], F_SETFL, O_NONBLOCK) == 0 &&
         (complaint[0] < 0 || fcntl(complaint[0], F_SETFL, O_NONBLOCK) == 0);
    close_fd(&talk[1]);
    close_fd(&complaint[1]);
    c.talk = talk[0];
    c.complaint = complaint[0];
    if (!ok) {
        (void)child_end(&c);
        return err_new(ERR_UNAVAILABLE, "a parser process could not be started");
    }
    *ret = c;
    return ERR_NONE;
}

int child_end(struct child *c)
{
    int status = 0;
    close_fd(&c->talk);
    close_fd(&c->complaint);
    if (c->pid > 0) {
        (void)kill(c->pid, SIGKILL);
        while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR) {
        }
    }
    *c = CHILD_NONE;
    return status;
}

int child_wait(struct child *c, int64_t deadline_ms)
{
    int status = 0;
    while (c->pid > 0 && clock_mono_ms() < deadline_ms) {
        pid_t got = waitpid(c->pid, &status, WNOHANG);
        if (got == c->pid) {
            c->pid = 0;
        } else if (got == 0) {
            (void)poll(NULL, 0, 1);
        } else if (errno != EINTR) {
            break;
        }
    }
    bool reaped = c->pid == 0;
    int killed = child_end(c);
    return reaped ? status : killed;
}

/* Waits until one of the descriptors is ready. FINE, TIMEOUT. */
static enum child_end wait_ready(struct pollfd *fds, nfds_t count, int64_t deadline_ms)
{
    for (;;) {
        int64_t left = deadline_ms - clock_mono_ms();
        if (left <= 0) {
            return CHILD_TIMEOUT;
        }
        int got = poll(fds, count, left > 60000 ? 60000 : (int)left);
        if (got > 0) {
            return CHILD_FINE;
        }
        if (got < 0 && errno != EINTR) {
            return CHILD_CLOSED;
        }
    }
}

enum child_end child_send(struct child *c, str bytes, int64_t deadline_ms)
{
    while (bytes.n) {
        ssize_t sent = send(c->talk, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (sent > 0) {
            bytes = str_slice(bytes, (size_t)sent, bytes.n);
        } else if (sent < 0 && errno == EAGAIN) {
            struct pollfd fd = {c->talk, POLLOUT, 0};
            enum child_end end = wait_ready(&fd, 1, deadline_ms);
            if (end != CHILD_FINE) {
                return end;
            }
        } else if (errno != EINTR) {
            return CHILD_CLOSED;
        }
    }
    return CHILD_FINE;
}

enum child_end child_receive(struct child *c, char *to, size_t n, int64_t deadline_ms)
{
    while (n) {
        ssize_t got = recv(c->talk, to, n, 0);
        if (got > 0) {
            to += got;
            n -= (size_t)got;
        } else if (got < 0 && errno == EAGAIN) {
            struct pollfd fd = {c->talk, POLLIN, 0};
            enum child_end end = wait_ready(&fd, 1, deadline_ms);
            if (end != CHILD_FINE) {
                return end;
            }
        } else if (got == 0 || errno != EINTR) {
            return CHILD_CLOSED;
        }
    }
    return CHILD_FINE;
}

/* Reads what is there. FINE: more may come; CLOSED: the end; TOO_MUCH, NO_MEMORY. */
static enum child_end take_some(int fd, struct buf *b)
{
    char chunk[16 * 1024];
    ssize_t got = read(fd, chunk, sizeof(chunk));
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
        return CHILD_CLOSED;
    }
    buf_add(b, str_n(chunk, got > 0 ? (size_t)got : 0));
    if (b->failed) {
        return b->failed == ERR_TOO_LARGE ? CHILD_TOO_MUCH : CHILD_NO_MEMORY;
    }
    return CHILD_FINE;
}

enum child_end child_drain(struct child *c, struct buf *said, struct buf *complaint,
                           int64_t deadline_ms)
{
    bool talking = true;
    while (talking) {
        struct pollfd fds[2] = {{c->talk, POLLIN, 0}, {c->complaint, POLLIN, 0}};
        enum child_end end = wait_ready(fds, 2, deadline_ms);
        if (end == CHILD_FINE && fds[0].revents) {
            end = take_some(c->talk, said);
            talking = end != CHILD_CLOSED;
            end = end == CHILD_CLOSED ? CHILD_FINE : end;
        }
        if (end == CHILD_FINE && fds[1].revents &&
            take_some(c->complaint, complaint) == CHILD_CLOSED) {
            close_fd(&c->complaint);
        }
        if (end != CHILD_FINE) {
            return end;
        }
    }
    while (c->complaint >= 0 && take_some(c->complaint, complaint) == CHILD_FINE &&
           complaint->n < complaint->max) {
        struct pollfd fd = {c->complaint, POLLIN, 0};
        if (poll(&fd, 1, 0) <= 0) {
            break;
        }
    }
    return CHILD_FINE;
}
