/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "net/wheel.h"

enum { NODES = 500 };

struct item {
    struct wheel_node node;
    int64_t due, fired; /* 0: not yet */
    bool cleared;
};

static struct wheel wheel;
static struct item items[NODES];
static int64_t now;

static void fire(struct wheel_node *node, void *user)
{
    struct item *item = (struct item *)(void *)node;
    (void)user;
    assert_false(item->cleared);
    assert_int_equal(item->fired, 0);
    item->fired = now;
}

static unsigned draw(unsigned below)
{
    unsigned number;
    crypto_random(&number, sizeof number);
    return number % below;
}

/* Random deadlines up to three turns of the wheel, moved and cleared at random. */
static void every_deadline_fires_once_and_in_time(void **state)
{
    (void)state;
    now = 1000000;
    wheel_init(&wheel, now);
    for (int i = 0; i < NODES; i++) {
        items[i] = (struct item){.due = now + draw(3 * WHEEL_SLOTS * WHEEL_TICK_MS)};
        wheel_set(&wheel, &items[i].node, items[i].due);
    }
    int64_t turn = (int64_t)WHEEL_SLOTS * WHEEL_TICK_MS, last = now + 5 * turn;
    while (now < last) {
        now += 1 + draw(5 * WHEEL_TICK_MS);
        wheel_run(&wheel, now, fire, NULL);
        struct item *item = &items[draw(NODES)];
        if (now + turn + 7 * WHEEL_TICK_MS >= last) {
            continue; /* what is moved now could come due after the end */
        }
        if (!item->fired && !item->cleared && draw(4) == 0) {
            item->cleared = true;
            wheel_clear(&wheel, &item->node);
        } else if (!item->fired && !item->cleared) {
            item->due = now + draw(WHEEL_SLOTS * WHEEL_TICK_MS);
            wheel_set(&wheel, &item->node, item->due);
        }
    }
    for (int i = 0; i < NODES; i++) {
        if (items[i].cleared) {
            assert_int_equal(items[i].fired, 0);
        } else {
            assert_in_range(items[i].fired, items[i].due, items[i].due + 7 * WHEEL_TICK_MS);
        }
    }
    assert_int_equal(wheel.count, 0);
}

static void a_long_sleep_misses_nothing(void **state)
{
    (void)state;
    now = 5000;
    wheel_init(&wheel, now);
    for (int i = 0; i < NODES; i++) {
        items[i] = (struct item){.due = now + i * 997};
        wheel_set(&wheel, &items[i].node, items[i].due);
    }
    now += 10 * (int64_t)WHEEL_SLOTS * WHEEL_TICK_MS;
    wheel_run(&wheel, now, fire, NULL);
    for (int i = 0; i < NODES; i++) {
        assert_int_equal(items[i].fired, now);
    }
}

/* The callback itself sets its node again and clears a neighbour of the same slot. */
static void again(struct wheel_node *node, void *user)
{
    int *count = user;
    if (++*count == 1) {
        wheel_clear(&wheel, &items[node == &items[0].node].node);
        wheel_set(&wheel, node, now + WHEEL_TICK_MS);
    }
}

static void a_callback_may_change_the_wheel(void **state)
{
    int count = 0;
    (void)state;
    now = 5000;
    wheel_init(&wheel, now);
    for (int i = 0; i < 2; i++) {
        items[i] = (struct item){.due = now + 50};
        wheel_set(&wheel, &items[i].node, items[i].due);
    }
    now += 1000;
    wheel_run(&wheel, now, again, &count);
    assert_int_equal(count, 1);
    now += 1000;
    wheel_run(&wheel, now, again, &count);
    assert_int_equal(count, 2);
    assert_int_equal(wheel.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_deadline_fires_once_and_in_time),
        cmocka_unit_test(a_long_sleep_misses_nothing),
        cmocka_unit_test(a_callback_may_change_the_wheel),
    };
    return err_ok(crypto_init()) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
