/* SPDX-License-Identifier: Apache-2.0 */
#include "net/wheel.h"

static void list_init(struct wheel_node *head) { head->prev = head->next = head; }

static void list_add(struct wheel_node *head, struct wheel_node *node)
{
    node->prev = head->prev;
    node->next = head;
    head->prev->next = node;
    head->prev = node;
}

static void list_remove(struct wheel_node *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    node->prev = node->next = NULL;
}

void wheel_init(struct wheel *w, int64_t now_ms)
{
    for (size_t i = 0; i < WHEEL_SLOTS; i++) {
        list_init(&w->slots[i]);
    }
    w->tick = now_ms / WHEEL_TICK_MS;
    w->count = 0;
}

/* The tick at which a time has surely passed, within one turn of the wheel. */
static int64_t tick_of(const struct wheel *w, int64_t due_ms)
{
    int64_t tick = due_ms / WHEEL_TICK_MS + 1;
    tick = tick <= w->tick ? w->tick + 1 : tick;
    return tick - w->tick >= WHEEL_SLOTS ? w->tick + WHEEL_SLOTS - 1 : tick;
}

void wheel_set(struct wheel *w, struct wheel_node *node, int64_t due_ms)
{
    int64_t tick = tick_of(w, due_ms);
    node->due = due_ms;
    if (node->next) {
        if (node->tick <= tick && node->tick > w->tick) {
            return;
        }
        list_remove(node);
        w->count--;
    }
    node->tick = tick;
    list_add(&w->slots[(size_t)tick % WHEEL_SLOTS], node);
    w->count++;
}

void wheel_clear(struct wheel *w, struct wheel_node *node)
{
    if (node->next) {
        list_remove(node);
        w->count--;
    }
}

static void run_slot(struct wheel *w, struct wheel_node *slot, int64_t now_ms,
                     void (*expired)(struct wheel_node *node, void *user), void *user)
{
    struct wheel_node due;
    list_init(&due);
    while (slot->next != slot) {
        struct wheel_node *node = slot->next;
        list_remove(node);
        list_add(&due, node);
    }
    while (due.next != &due) {
        struct wheel_node *node = due.next;
        list_remove(node);
        w->count--;
        if (node->due > now_ms) {
            wheel_set(w, node, node->due);
        } else {
            expired(node, user);
        }
    }
}

void wheel_run(struct wheel *w, int64_t now_ms,
               void (*expired)(struct wheel_node *node, void *user), void *user)
{
    int64_t last = now_ms / WHEEL_TICK_MS;
    if (last - w->tick > WHEEL_SLOTS) {
        w->tick = last - WHEEL_SLOTS; /* one whole turn looks at every slot */
    }
    while (w->tick < last) {
        w->tick++;
        run_slot(w, &w->slots[(size_t)w->tick % WHEEL_SLOTS], now_ms, expired, user);
    }
}
