/* SPDX-License-Identifier: Apache-2.0 */
/* The work that the threads of a walk share. */
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "scan/walk_private.h"

void walk_push(struct walk *k, struct task *first, struct task *last)
{
    pthread_mutex_lock(&k->lock);
    last->next = k->tasks;
    k->tasks = first;
    if (first == last) {
        pthread_cond_signal(&k->more);
    } else {
        pthread_cond_broadcast(&k->more);
    }
    pthread_mutex_unlock(&k->lock);
}

void walk_push_rest(struct walk *k, struct task *t)
{
    pthread_mutex_lock(&k->lock);
    t->next = k->rests;
    k->rests = t;
    atomic_fetch_add(&k->rest_count, 1);
    pthread_cond_signal(&k->more);
    pthread_mutex_unlock(&k->lock);
}

struct task *walk_take(struct walk *k)
{
    pthread_mutex_lock(&k->lock);
    while (!k->tasks && !k->rests && k->active > 0) {
        atomic_fetch_add(&k->hungry, 1);
        pthread_cond_wait(&k->more, &k->lock);
        atomic_fetch_sub(&k->hungry, 1);
    }
    struct task **list = k->tasks ? &k->tasks : &k->rests, *t = *list;
    if (t) {
        *list = t->next;
        atomic_fetch_sub(&k->rest_count, t->rest != NULL);
        k->active++;
    }
    pthread_mutex_unlock(&k->lock);
    return t;
}

void walk_task_done(struct walk *k, struct task *t)
{
    mem_free(t->rest);
    mem_free(t->names);
    if (t->fd >= 0) {
        (void)close(t->fd);
    }
    folder_leave(k, t->folder);
    mem_free(t);
    pthread_mutex_lock(&k->lock);
    if (--k->active == 0) {
        pthread_cond_broadcast(&k->more);
    }
    pthread_mutex_unlock(&k->lock);
}

static void move_half(struct names *from, struct names *to)
{
    unsigned left = from->count - from->next, stay = left - left / 2;
    unsigned at = from->next + stay;
    for (unsigned i = at; i < from->count; i++) {
        size_t start = from->starts[i];
        size_t end = i + 1 < from->count ? from->starts[i + 1] : from->n;
        to->starts[to->count++] = (unsigned)to->n;
        memcpy(to->bytes + to->n, from->bytes + start, end - start);
        to->n += end - start;
    }
    from->n = from->starts[at];
    from->count = at;
}

void walk_share(struct walk *k, struct folder *f, int fd, struct names *names)
{
    if (names->count - names->next < 2 ||
        atomic_load_explicit(&k->hungry, memory_order_relaxed) == 0) {
        return;
    }
    struct task *t = mem_alloc(sizeof *t);
    struct names *half = mem_alloc(sizeof *half);
    int copy = t && half ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    if (copy < 0) {
        mem_free(t);
        mem_free(half);
        return; /* then this thread reads them all */
    }
    move_half(names, half);
    folder_use(f);
    *t = (struct task){.folder = f, .names = half, .fd = copy};
    walk_push(k, t, t);
}

static size_t find(const struct links *l, uint64_t device, uint64_t inode)
{
    size_t at = (size_t)((inode * UINT64_C(0x9e3779b97f4a7c15) ^ device) % l->capacity);
    while (l->slots[at].used && (l->slots[at].inode != inode || l->slots[at].device != device)) {
        at = (at + 1) % l->capacity;
    }
    return at;
}

static bool grow(struct links *l)
{
    struct links bigger = {.capacity = l->capacity ? l->capacity * 2 : 256};
    if (l->count >= WALK_LINKS_MAX) {
        return false;
    }
    bigger.slots = mem_array(bigger.capacity, sizeof *bigger.slots);
    if (!bigger.slots) {
        return false;
    }
    for (size_t i = 0; i < l->capacity; i++) {
        if (l->slots[i].used) {
            bigger.slots[find(&bigger, l->slots[i].device, l->slots[i].inode)] = l->slots[i];
        }
    }
    mem_free(l->slots);
    l->slots = bigger.slots;
    l->capacity = bigger.capacity;
    return true;
}

bool links_seen(struct links *l, dev_t device, ino_t inode)
{
    bool seen = false;
    pthread_mutex_lock(&l->lock);
    /* When no more can be remembered, a file is read once for each name. */
    bool room = l->count * 2 < l->capacity || grow(l);
    if (l->capacity > 0) {
        size_t at = find(l, (uint64_t)device, (uint64_t)inode);
        seen = l->slots[at].used;
        if (!seen && room) {
            l->slots[at] = (struct link){(uint64_t)device, (uint64_t)inode, true};
            l->count++;
        }
    }
    pthread_mutex_unlock(&l->lock);
    return seen;
}
