/* SPDX-License-Identifier: Apache-2.0 */
#include "chat/hub.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/crypto.h"
#include "base/mem.h"

enum { SHARDS = 64, BUCKETS = 256, LISTENERS_MAX = 64 /* of one chat */ };

/* One stream that listens. It is freed when the stream has closed; the shard's lock guards its
 * place. */
struct listener {
    struct listener *next;
    struct chat_hub *hub;
    struct http_stream *stream; /* a reference of ours */
    id chat;
};

struct shard {
    pthread_mutex_t lock;
    struct listener *buckets[BUCKETS];
};

struct chat_hub {
    struct shard shards[SHARDS];
    size_t streams_max;
    atomic_size_t streams;
};

err chat_hub_new(size_t streams_max, struct chat_hub **ret)
{
    struct chat_hub *hub = mem_alloc(sizeof *hub);
    if (!hub) {
        return err_new(ERR_NO_MEMORY, "no memory for live events");
    }
    hub->streams_max = streams_max;
    for (size_t i = 0; i < SHARDS; i++) {
        pthread_mutex_init(&hub->shards[i].lock, NULL);
    }
    *ret = hub;
    return ERR_NONE;
}

void chat_hub_free(struct chat_hub *hub)
{
    if (!hub) {
        return;
    }
    for (size_t i = 0; i < SHARDS; i++) {
        for (size_t k = 0; k < BUCKETS; k++) {
            struct listener *l = hub->shards[i].buckets[k];
            while (l) {
                struct listener *next = l->next;
                http_stream_unref(l->stream);
                mem_free(l);
                l = next;
            }
        }
        pthread_mutex_destroy(&hub->shards[i].lock);
    }
    mem_free(hub);
}

static struct listener **hub_bucket(struct chat_hub *hub, const id *chat, struct shard **ret_shard)
{
    uint64_t hash = crypto_siphash(id_str(chat));
    *ret_shard = &hub->shards[hash % SHARDS];
    return &(*ret_shard)->buckets[hash / SHARDS % BUCKETS];
}

/* The stream has closed: its listener leaves the table. Runs on the loop. */
static void listener_closed(void *user)
{
    struct listener *self = user;
    struct shard *shard;
    struct listener **at = hub_bucket(self->hub, &self->chat, &shard);
    pthread_mutex_lock(&shard->lock);
    while (*at && *at != self) {
        at = &(*at)->next;
    }
    if (*at) {
        *at = self->next;
    }
    pthread_mutex_unlock(&shard->lock);
    atomic_fetch_sub(&self->hub->streams, 1);
    http_stream_unref(self->stream);
    mem_free(self);
}

/* Places a listener unless the chat has too many. */
static bool place(struct chat_hub *hub, struct listener *self)
{
    struct shard *shard;
    struct listener **bucket = hub_bucket(hub, &self->chat, &shard);
    unsigned same = 0;
    pthread_mutex_lock(&shard->lock);
    for (struct listener *l = *bucket; l; l = l->next) {
        same += id_eq(&l->chat, &self->chat);
    }
    bool room = same < LISTENERS_MAX;
    if (room) {
        self->next = *bucket;
        *bucket = self;
    }
    pthread_mutex_unlock(&shard->lock);
    return room;
}

err chat_hub_join(struct chat_hub *hub, const id *chat, struct http_stream *stream)
{
    if (atomic_fetch_add(&hub->streams, 1) >= hub->streams_max) {
        atomic_fetch_sub(&hub->streams, 1);
        return err_new(ERR_UNAVAILABLE, "too many streams of live events are open");
    }
    struct listener *self = mem_alloc(sizeof *self);
    err e = self ? ERR_NONE : err_new(ERR_NO_MEMORY, "no memory for live events");
    if (self) {
        *self = (struct listener){.hub = hub, .stream = stream, .chat = *chat};
        http_stream_ref(stream);
        if (!place(hub, self)) {
            http_stream_unref(stream);
            mem_free(self);
            e = err_new(ERR_UNAVAILABLE, "too many streams listen to this chat");
        }
    }
    if (!err_ok(e)) {
        atomic_fetch_sub(&hub->streams, 1);
        return e;
    }
    http_stream_on_close(stream, listener_closed, self);
    return ERR_NONE;
}

bool chat_hub_listened(struct chat_hub *hub, const id *chat)
{
    struct shard *shard;
    bool found = false;
    struct listener **bucket = hub_bucket(hub, chat, &shard);
    pthread_mutex_lock(&shard->lock);
    for (struct listener *l = *bucket; l && !found; l = l->next) {
        found = id_eq(&l->chat, chat);
    }
    pthread_mutex_unlock(&shard->lock);
    return found;
}

/* Takes references of the chat's streams, so that they are used without the lock. */
static size_t collect(struct chat_hub *hub, const id *chat, struct http_stream *ret[LISTENERS_MAX])
{
    struct shard *shard;
    size_t count = 0;
    struct listener **bucket = hub_bucket(hub, chat, &shard);
    pthread_mutex_lock(&shard->lock);
    for (struct listener *l = *bucket; l && count < LISTENERS_MAX; l = l->next) {
        if (id_eq(&l->chat, chat)) {
            http_stream_ref(l->stream);
            ret[count++] = l->stream;
        }
    }
    pthread_mutex_unlock(&shard->lock);
    return count;
}

void chat_hub_publish(struct chat_hub *hub, const id *chat, str event_id, str event, str data_json)
{
    struct http_stream *streams[LISTENERS_MAX];
    size_t count = collect(hub, chat, streams);
    for (size_t i = 0; i < count; i++) {
        err e = http_stream_event(streams[i], event_id, event, data_json);
        (void)e; /* one that has closed leaves by itself; what it missed it asks for when it resumes
                  */
        http_stream_unref(streams[i]);
    }
}

void chat_hub_end(struct chat_hub *hub, const id *chat)
{
    struct http_stream *streams[LISTENERS_MAX];
    size_t count = collect(hub, chat, streams);
    for (size_t i = 0; i < count; i++) {
        http_stream_end(streams[i]);
        http_stream_unref(streams[i]);
    }
}
