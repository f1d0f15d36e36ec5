/* SPDX-License-Identifier: Apache-2.0 */
/* What log-ins and keys cost: access_staff [TRIES]. Prints how long log-ins and resets of known and
 * unknown accounts take and how likely it is that the difference is chance, what finding a session
 * costs, and what noting the use of a key costs. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "access/keys.h"
#include "access/staff.h"
#include "base/clock.h"
#include "ops/outbox.h"
#include "store/project.h"

enum { TRIES_MAX = 10000, KINDS = 3, NOTES = 2000000 };

static const str good = STR_INIT("seven lanterns over the quay");
static const char *const kinds[KINDS] = {"known", "unknown", "disabled"};
static const str addresses[KINDS] = {STR_INIT("owner@example.com"), STR_INIT("other@example.com"),
                                     STR_INIT("leave@example.com")};

struct bench {
    struct arena a;
    struct secret hash_key, seal_key;
    struct staff_desk desk;
    struct outbox_settings mail;
    struct staff_from from;
    id team;
};

static void check(err e, const char *what)
{
    if (!err_ok(e)) {
        (void)fprintf(stderr, "%s: %s\n", what, e.what);
        exit(1);
    }
}

static void person(struct bench *b, str email, str phc, bool disabled)
{
    struct person_row row = {.id = id_random(),
                             .email = email,
                             .name = STR("A"),
                             .password = phc,
                             .created_ms = b->from.now_ms};
    struct member_row member = {.team = b->team,
                                .person = row.id,
                                .role = ROLE_OWNER,
                                .all_projects = true,
                                .created_ms = b->from.now_ms};
    check(store_person_create(b->desk.store, &row, &member, NULL), "person");
    if (disabled) {
        check(store_person_disable(b->desk.store, &row.id, b->from.now_ms, NULL), "disable");
    }
}

static void set_up(struct bench *b, const char *folder)
{
    struct store_settings settings = store_settings_default();
    str detail = STR_EMPTY, phc;
    *b = (struct bench){.mail = outbox_settings_default()};
    arena_init(&b->a, 512 << 20);
    (void)snprintf(settings.url, sizeof settings.url, "sqlite:%s/store.db", folder);
    check(store_open(&settings, &b->a, &b->desk.store, &detail), "store");
    check(store_team_create(b->desk.store, STR("Bench"), &b->team), "team");
    check(secret_set(&b->hash_key, STR("a key of thirty-two bytes, hash.")), "key");
    check(secret_set(&b->seal_key, STR("a key of thirty-two bytes, seal.")), "key");
    b->desk.hash_key = &b->hash_key;
    b->desk.seal_key = &b->seal_key;
    check(password_hasher_new(1, &b->desk.hasher), "hasher");
    (void)snprintf(b->mail.mail.url, sizeof b->mail.mail.url, "smtp://127.0.0.1:1");
    (void)snprintf(b->mail.mail.from, sizeof b->mail.mail.from, "a@example.com");
    b->from = (struct staff_from){.network = STR("198.51.100.0/24"),
                                  .agent = STR("Firefox on Linux"),
                                  .now_ms = clock_wall_ms(),
                                  .deadline_ms = clock_mono_ms() + 3600000};
    check(password_hash(b->desk.hasher, &b->a, good, b->from.deadline_ms, &phc), "hash");
    person(b, addresses[0], phc, false);
    person(b, STR("second@example.com"), phc, false); /* so that an owner is left */
    person(b, addresses[2], phc, true);
}

/* ── timing of answers ── */

typedef err (*try_fn)(struct bench *b, struct arena *a, str address);

static err try_log_in(struct bench *b, struct arena *a, str address)
{
    struct staff_login login;
    err e = staff_log_in(&b->desk, a, address, STR("not the right one at all"), &b->from, &login);
    return e.code == ERR_UNAUTHORIZED ? ERR_NONE : e;
}

static err try_reset(struct bench *b, struct arena *a, str address)
{
    unsigned wait;
    return staff_reset_ask(&b->desk, a, &b->mail, STR("https://chat.example.com"), address,
                           &b->from, &wait);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Mann and Whitney's test: the chance of a difference as great as this between equals. */
static double chance(const double *a, const double *b, size_t n)
{
    double u = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            u += a[i] > b[j] ? 1 : a[i] < b[j] ? 0 : 0.5;
        }
    }
    double size = (double)n, mean = size * size / 2;
    double deviation = sqrt(size * size * (2 * size + 1) / 12);
    return erfc(fabs(u - mean) / deviation / sqrt(2));
}

static void compare(struct bench *b, const char *what, try_fn run, size_t tries)
{
    static double taken[KINDS][TRIES_MAX];
    for (size_t i = 0; i < tries; i++) {
        /* in an order that changes, each with an empty throttle */
        unsigned first;
        crypto_random(&first, sizeof first);
        check(throttle_new(&b->desk.throttle), "throttle");
        for (unsigned k = 0; k < KINDS; k++) {
            unsigned kind = (first + k) % KINDS;
            struct arena a;
            arena_init(&a, 8 << 20);
            int64_t began = clock_mono_us();
            check(run(b, &a, addresses[kind]), what);
            taken[kind][i] = (double)(clock_mono_us() - began) / 1000;
            arena_done(&a);
        }
        throttle_free(b->desk.throttle);
    }
    for (unsigned kind = 1; kind < KINDS; kind++) {
        (void)printf("%s, %s against %s: p = %.3f\n", what, kinds[0], kinds[kind],
                     chance(taken[0], taken[kind], tries));
    }
    for (unsigned kind = 0; kind < KINDS; kind++) {
        double sum = 0;
        for (size_t i = 0; i < tries; i++) {
            sum += taken[kind][i];
        }
        qsort(taken[kind], tries, sizeof taken[kind][0], by_value);
        (void)printf("%s, %-8s: median %.3f ms, mean %.3f ms, p95 %.3f ms (%zu tries)\n", what,
                     kinds[kind], taken[kind][tries / 2], sum / (double)tries,
                     taken[kind][tries * 95 / 100], tries);
    }
}

/* ── sessions ── */

static void find_sessions(struct bench *b)
{
    enum { LOOKS = 20000 };
    struct staff_login login;
    check(throttle_new(&b->desk.throttle), "throttle");
    check(staff_log_in(&b->desk, &b->a, addresses[0], good, &b->from, &login), "log in");
    int64_t began = clock_mono_us();
    for (unsigned i = 0; i < LOOKS; i++) {
        struct staff_principal who;
        struct arena a;
        arena_init(&a, 1 << 20);
        check(staff_authenticate(&b->desk, &a, str_c(login.token.c), &b->from, &who), "session");
        arena_done(&a);
    }
    (void)printf("finding a session: %.2f us\n", (double)(clock_mono_us() - began) / LOOKS);
    throttle_free(b->desk.throttle);
}

/* ── uses of keys ── */

struct noting {
    struct key_uses *uses;
    const id *keys;
    size_t count;
};

static void *note_often(void *user)
{
    static const str agent = STR_INIT("Mozilla/5.0 (Windows NT 10.0; Win64; x64) "
                                      "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
                                      "Safari/537.36");
    const struct noting *noting = user;
    for (unsigned i = 0; i < NOTES; i++) {
        key_uses_note(noting->uses, &noting->keys[i % noting->count], STR("198.51.100.0/24"), agent,
                      i);
    }
    return NULL;
}

static void note_uses(struct bench *b, size_t count, unsigned threads)
{
    static id keys[KEY_USES_MAX];
    pthread_t running[16];
    struct noting noting = {.keys = keys, .count = count};
    check(key_uses_new(b->desk.store, &noting.uses), "uses");
    for (size_t i = 0; i < count; i++) {
        keys[i] = id_random();
    }
    int64_t began = clock_mono_us();
    for (unsigned i = 0; i < threads; i++) {
        (void)pthread_create(&running[i], NULL, note_often, &noting);
    }
    for (unsigned i = 0; i < threads; i++) {
        (void)pthread_join(running[i], NULL);
    }
    double each = (double)(clock_mono_us() - began) * 1000 / NOTES;
    began = clock_mono_us();
    check(key_uses_write(noting.uses), "write");
    (void)printf("noting the use of one of %zu keys, %u threads: %.0f ns; writing them: %.1f ms\n",
                 count, threads, each, (double)(clock_mono_us() - began) / 1000);
    key_uses_free(noting.uses);
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/doorward-bench-XXXXXX";
    uint64_t tries = 200;
    static struct bench b;
    if (!err_ok(crypto_init()) || !mkdtemp(folder) ||
        (argc > 1 && (!str_u64(str_c(argv[1]), &tries) || !tries || tries > TRIES_MAX))) {
        (void)fprintf(stderr, "usage: access_staff [TRIES]\n");
        return 2;
    }
    set_up(&b, folder);
    compare(&b, "log-in", try_log_in, tries);
    compare(&b, "reset", try_reset, tries);
    find_sessions(&b);
    note_uses(&b, 1, 1);
    note_uses(&b, KEY_USES_MAX, 1);
    note_uses(&b, KEY_USES_MAX, 2);
    store_close(b.desk.store);
    password_hasher_free(b.desk.hasher);
    arena_done(&b.a);
    char path[64];
    (void)snprintf(path, sizeof path, "%s/store.db", folder);
    (void)unlink(path);
    (void)rmdir(folder);
    return 0;
}
