/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of contents: buffers of workers, and how much all may hold at once. */
#include <pthread.h>

#include "base/mem.h"
#include "scan/content_private.h"

/* The process has one memory, so there is one count. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t released = PTHREAD_COND_INITIALIZER;
static size_t held;
static pthread_mutex_t heavy = PTHREAD_MUTEX_INITIALIZER;

static size_t share(size_t n) { return n < CONTENT_HELD_MAX ? n : CONTENT_HELD_MAX; }

void content_hold(size_t n)
{
    pthread_mutex_lock(&lock);
    while (held + share(n) > CONTENT_HELD_MAX) {
        pthread_cond_wait(&released, &lock);
    }
    held += share(n);
    pthread_mutex_unlock(&lock);
}

void content_release(size_t n)
{
    pthread_mutex_lock(&lock);
    held -= share(n);
    pthread_cond_broadcast(&released);
    pthread_mutex_unlock(&lock);
}

void content_heavy_begin(void) { pthread_mutex_lock(&heavy); }
void content_heavy_end(void) { pthread_mutex_unlock(&heavy); }

struct content_room *content_room(struct scan_worker *w)
{
    struct content_room **room = scan_worker_room(w);
    if (!*room) {
        *room = mem_alloc(sizeof **room);
        if (*room) {
            (*room)->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
            buf_init(&(*room)->whole, SCAN_WHOLE_MAX);
            buf_init(&(*room)->text, CONTENT_TEXT_MAX);
            for (unsigned i = 0; i < PACKED_LAYERS_MAX; i++) {
                buf_init(&(*room)->layers[i], SCAN_WHOLE_MAX);
            }
        }
    }
    return *room;
}

void content_room_trim(struct buf *b)
{
    buf_clear(b);
    if (b->capacity > CONTENT_SMALL + 1) {
        buf_done(b);
    }
}

void content_room_free(struct content_room *room)
{
    if (room) {
        if (room->utf8) {
            freelocale(room->utf8);
        }
        buf_done(&room->whole);
        buf_done(&room->text);
        for (unsigned i = 0; i < PACKED_LAYERS_MAX; i++) {
            buf_done(&room->layers[i]);
        }
        mem_free(room);
    }
}
