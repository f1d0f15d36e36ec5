/* SPDX-License-Identifier: Apache-2.0 */
#include "know/readers.h"

#include <pthread.h>

#include "base/mem.h"

enum slot_state { SLOT_FREE, SLOT_WAITING, SLOT_READING, SLOT_DONE };

struct slot {
    enum slot_state state;
    struct reading *reading;
};

/* A ring: `taken` ≤ `begun` ≤ `asked`, all counted from the start of the sync. */
struct readers {
    const struct know_settings *settings;
    readers_fn read;
    void *user;
    pthread_mutex_t mutex;
    pthread_cond_t work, done;
    pthread_t threads[READERS_MAX];
    unsigned thread_count;
    struct slot slots[READERS_WINDOW];
    size_t asked, begun, taken;
    bool stopping;
};

static void *reader_main(void *user)
{
    struct readers *all = user;
    struct parser parser;
    parser_init(&parser, all->settings);
    (void)pthread_mutex_lock(&all->mutex);
    for (;;) {
        while (!all->stopping && all->begun == all->asked) {
            (void)pthread_cond_wait(&all->work, &all->mutex);
        }
        if (all->stopping) {
            break;
        }
        struct slot *slot = &all->slots[all->begun++ % READERS_WINDOW];
        slot->state = SLOT_READING;
        (void)pthread_mutex_unlock(&all->mutex);
        all->read(all->user, &parser, slot->reading);
        (void)pthread_mutex_lock(&all->mutex);
        slot->state = SLOT_DONE;
        (void)pthread_cond_broadcast(&all->done);
    }
    (void)pthread_mutex_unlock(&all->mutex);
    parser_done(&parser);
    return NULL;
}

err readers_start(const struct know_settings *settings, unsigned threads, readers_fn read,
                  void *user, struct readers **ret)
{
    struct readers *all = mem_alloc(sizeof(*all));
    if (!all) {
        return err_new(ERR_NO_MEMORY, "no memory for reading documents");
    }
    all->settings = settings;
    all->read = read;
    all->user = user;
    (void)pthread_mutex_init(&all->mutex, NULL);
    (void)pthread_cond_init(&all->work, NULL);
    (void)pthread_cond_init(&all->done, NULL);
    threads = threads < 1 ? 1 : threads > READERS_MAX ? READERS_MAX : threads;
    while (all->thread_count < threads &&
           pthread_create(&all->threads[all->thread_count], NULL, reader_main, all) == 0) {
        all->thread_count++;
    }
    if (all->thread_count == 0) {
        readers_stop(all);
        return err_new(ERR_UNAVAILABLE, "no thread for reading documents could be started");
    }
    *ret = all;
    return ERR_NONE;
}

size_t readers_count(const struct readers *all) { return all->asked - all->taken; }

void readers_put(struct readers *all, struct reading *reading)
{
    (void)pthread_mutex_lock(&all->mutex);
    reading->number = all->asked;
    all->slots[all->asked++ % READERS_WINDOW] = (struct slot){SLOT_WAITING, reading};
    (void)pthread_cond_signal(&all->work);
    (void)pthread_mutex_unlock(&all->mutex);
}

struct reading *readers_take(struct readers *all)
{
    struct reading *reading = NULL;
    (void)pthread_mutex_lock(&all->mutex);
    if (all->taken < all->asked) {
        struct slot *slot = &all->slots[all->taken % READERS_WINDOW];
        while (slot->state != SLOT_DONE) {
            (void)pthread_cond_wait(&all->done, &all->mutex);
        }
        reading = slot->reading;
        *slot = (struct slot){SLOT_FREE, NULL};
        all->taken++;
    }
    (void)pthread_mutex_unlock(&all->mutex);
    return reading;
}

void readers_stop(struct readers *all)
{
    if (!all) {
        return;
    }
    (void)pthread_mutex_lock(&all->mutex);
    all->stopping = true;
    (void)pthread_cond_broadcast(&all->work);
    (void)pthread_mutex_unlock(&all->mutex);
    for (unsigned i = 0; i < all->thread_count; i++) {
        (void)pthread_join(all->threads[i], NULL);
    }
    for (size_t i = 0; i < READERS_WINDOW; i++) {
        reading_free(all->slots[i].reading);
    }
    (void)pthread_mutex_destroy(&all->mutex);
    (void)pthread_cond_destroy(&all->work);
    (void)pthread_cond_destroy(&all->done);
    mem_free(all);
}

struct reading *reading_new(void)
{
    struct reading *r = mem_alloc(sizeof(*r));
    if (r) {
        arena_init(&r->arena, READING_ARENA_MAX);
    }
    return r;
}

void reading_free(struct reading *r)
{
    if (r) {
        arena_done(&r->arena);
        mem_free(r);
    }
}

/* A fault of this moment or this machine; the same bytes may be read another time. */
static bool is_passing(enum format_fault fault)
{
    return fault == FORMAT_NO_PDFTOTEXT || fault == FORMAT_NO_MEMORY;
}

void reading_parse(struct reading *r, struct parser *parser, str bytes, str name, str content_type)
{
    struct format_input in = {bytes, name, content_type, (size_t)parser->settings->text_bytes_max};
    enum format_fault fault = FORMAT_NONE;
    err e = parser_read(parser, &r->arena, FORMAT_KIND_UNKNOWN, &in, &r->document, &fault);
    if (err_ok(e) && fault == FORMAT_NONE) {
        e = know_cut(&r->arena, &r->document, r->url, &r->passages, &r->passage_count);
    }
    if (!err_ok(e)) {
        r->outcome = READING_LATER;
        r->reason = str_c(e.what);
    } else if (fault != FORMAT_NONE) {
        r->outcome = is_passing(fault) ? READING_LATER : READING_FAILED;
        r->reason = str_c(format_fault_text(fault));
    } else {
        r->outcome = READING_FRESH;
    }
}
