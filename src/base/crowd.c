/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crowd.h"

#include <pthread.h>
#include <stdatomic.h>

/* One crowd_each. */
struct crowd {
    size_t count;
    atomic_size_t next;
    void (*fn)(void *user, size_t i);
    void *user;
};

static void *work(void *arg)
{
    struct crowd *crowd = arg;
    for (size_t i; (i = atomic_fetch_add(&crowd->next, 1)) < crowd->count;) {
        crowd->fn(crowd->user, i);
    }
    return NULL;
}

void crowd_each(size_t count, unsigned width, void (*fn)(void *user, size_t i), void *user)
{
    struct crowd crowd = {.count = count, .fn = fn, .user = user};
    pthread_t threads[CROWD_WIDTH_MAX];
    size_t wanted = width < CROWD_WIDTH_MAX ? width : CROWD_WIDTH_MAX, started = 0;
    wanted = wanted < count ? wanted : count;
    while (started + 1 < wanted && pthread_create(&threads[started], NULL, work, &crowd) == 0) {
        started++;
    }
    work(&crowd);
    for (size_t i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
}
