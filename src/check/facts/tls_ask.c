/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "check/facts/tls_private.h"

/* Some servers turn away a connection or two when several come at once. */
enum { DIALS_MAX = 2, CHUNK = 8192 };

static bool dial(struct tls_probe *probe, int64_t until_ms, int *ret_fd)
{
    for (int i = 0; i < DIALS_MAX; i++) {
        int64_t left = until_ms - clock_mono_ms();
        if (left <= 0 ||
            atomic_fetch_add(&probe->connections, 1) >= (unsigned)TLS_CONNECTIONS_MAX) {
            return false;
        }
        unsigned wait = left < COLLECT_CONNECT_MS ? (unsigned)left : COLLECT_CONNECT_MS;
        if (err_ok(collect_dial(probe->c, probe->host, &probe->address, wait, ret_fd))) {
            return true;
        }
    }
    return false;
}

static bool send_all(int fd, str bytes, int64_t until_ms)
{
    while (bytes.n > 0) {
        ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n > 0) {
            bytes = str_slice(bytes, (size_t)n, bytes.n);
        } else if ((errno != EAGAIN && errno != EINTR) || !collect_wait(fd, POLLOUT, until_ms)) {
            return false;
        }
    }
    return true;
}

/* Reads until the answer is known. False: no end in time. */
static bool read_answer(int fd, int64_t until_ms, const struct tls_hello *hello, struct buf *in,
                        struct buf *scratch, struct tls_answer *ret)
{
    struct tls_answer x = {.kind = TLS_ANSWER_MORE, .need = 1};
    while (x.kind == TLS_ANSWER_MORE) {
        char *p = buf_reserve(in, CHUNK);
        if (!p) {
            x.kind = TLS_ANSWER_NONSENSE; /* without end */
            break;
        }
        if (!collect_wait(fd, POLLIN, until_ms)) {
            return false;
        }
        ssize_t n = recv(fd, p, CHUNK, 0);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            continue;
        }
        if (n <= 0) {
            x.kind = in->n == 0 ? TLS_ANSWER_ALERT : TLS_ANSWER_NONSENSE;
            break;
        }
        buf_commit(in, (size_t)n);
        if (in->n >= x.need) {
            tls_answer_read(scratch, hello, buf_str(in), &x);
        }
    }
    *ret = x;
    return true;
}

bool tls_ask(struct tls_probe *probe, const struct tls_hello *hello, struct tls_answer *ret)
{
    int64_t until = clock_mono_ms() + collect_left(probe->c, TLS_HELLO_MS);
    until = until < probe->until_ms ? until : probe->until_ms;
    int fd;
    if (!dial(probe, until, &fd)) {
        return false;
    }
    struct buf out, in, scratch;
    buf_init(&out, TLS_HELLO_BYTES_MAX);
    buf_init(&in, TLS_ANSWER_BYTES_MAX);
    buf_init(&scratch, TLS_ANSWER_BYTES_MAX);
    tls_hello_write(&out, hello);
    bool known = !out.failed && send_all(fd, buf_str(&out), until) &&
                 read_answer(fd, until, hello, &in, &scratch, ret);
    close(fd);
    buf_done(&out);
    buf_done(&in);
    buf_done(&scratch);
    return known;
}
