/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/api/race.h"

enum { ANSWER_MS = 30000, TOLD_MAX = 10, THREADS_MAX = 64, NO_LIMIT = 100000000 };

static atomic_uint wrong;

unsigned race_seconds(void)
{
    const char *text = getenv("RACE_SECONDS");
    uint64_t seconds = 3;
    if (text && !str_u64(str_c(text), &seconds)) {
        fail_msg("RACE_SECONDS is a number");
    }
    return (unsigned)seconds;
}

void race_house_open(struct house *house)
{
    house_init(house);
    house->api.requests_per_minute = NO_LIMIT;
    house->api.refusals_per_minute = NO_LIMIT;
    house->api.logins_per_minute = NO_LIMIT;
    house_open(house);
}

void racer_init(struct racer *racer, const struct house *house, unsigned number)
{
    racer->house = house;
    racer->fd = web_connect(house->port);
    racer->answer[0] = '\0';
    (void)snprintf(racer->from, sizeof racer->from, "198.51.%u.1", number);
}

void racer_done(struct racer *racer) { (void)close(racer->fd); }

/* Reads until there is a whole head, and then what Content-Length says (none: nothing). */
static bool hear(struct racer *racer)
{
    size_t n = 0, whole = 0;
    int64_t until = clock_mono_ms() + ANSWER_MS;
    while (!whole || n < whole) {
        struct pollfd p = {racer->fd, POLLIN, 0};
        int64_t left = until - clock_mono_ms();
        if (n + 1 >= sizeof racer->answer || left <= 0 || poll(&p, 1, (int)left) <= 0) {
            return false;
        }
        ssize_t got = recv(racer->fd, racer->answer + n, sizeof racer->answer - 1 - n, 0);
        if (got <= 0) {
            return false;
        }
        n += (size_t)got;
        racer->answer[n] = '\0';
        const char *end = strstr(racer->answer, "\r\n\r\n");
        if (end && !whole) {
            const char *length = strcasestr(racer->answer, "\r\ncontent-length: ");
            whole = (size_t)(end - racer->answer) + 4;
            whole += length && length < end ? strtoul(length + 18, NULL, 10) : 0;
        }
    }
    return true;
}

int racer_ask(struct racer *racer, const char *method, const char *path, const char *fields,
              const char *body)
{
    char text[4096], length[128] = "";
    if (body) {
        (void)snprintf(length, sizeof length,
                       "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
    }
    (void)snprintf(text, sizeof text,
                   "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nX-Forwarded-For: %s\r\n%s%s\r\n%s",
                   method, path, racer->house->port, racer->from, fields, length, body ? body : "");
    web_send(racer->fd, text);
    return hear(racer) ? atoi(racer->answer + 9) : -1;
}

void race(unsigned threads, void *(*run)(void *number))
{
    pthread_t running[THREADS_MAX];
    assert_true(threads <= THREADS_MAX);
    atomic_store(&wrong, 0);
    for (unsigned i = 0; i < threads; i++) {
        assert_int_equal(pthread_create(&running[i], NULL, run, (void *)(uintptr_t)i), 0);
    }
    for (unsigned i = 0; i < threads; i++) {
        (void)pthread_join(running[i], NULL);
    }
}

void race_wrong(const char *what, int status)
{
    if (atomic_fetch_add(&wrong, 1) < TOLD_MAX) {
        (void)printf("# %s: %d\n", what, status);
    }
}

unsigned race_wrong_count(void) { return atomic_load(&wrong); }
