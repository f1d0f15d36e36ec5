/* SPDX-License-Identifier: Apache-2.0 */
/* The hub with streams of its own making: this file stands in for the HTTP server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/crypto.h"
#include "chat/hub.h"

struct http_stream {
    atomic_int refs;
    atomic_int events;
    atomic_bool ended;
    pthread_mutex_t lock;
    void (*closed)(void *user);
    void *user;
    str last;
};

static atomic_int alive;

static struct http_stream *stream_new(void)
{
    struct http_stream *s = calloc(1, sizeof *s);
    atomic_store(&s->refs, 1);
    pthread_mutex_init(&s->lock, NULL);
    atomic_fetch_add(&alive, 1);
    return s;
}

void http_stream_ref(struct http_stream *s) { atomic_fetch_add(&s->refs, 1); }

void http_stream_unref(struct http_stream *s)
{
    if (atomic_fetch_sub(&s->refs, 1) == 1) {
        pthread_mutex_destroy(&s->lock);
        free(s);
        atomic_fetch_sub(&alive, 1);
    }
}

err http_stream_event(struct http_stream *s, str event_id, str event, str data)
{
    (void)event_id;
    (void)event;
    (void)data;
    atomic_fetch_add(&s->events, 1);
    return atomic_load(&s->ended) ? err_new(ERR_CLOSED, "closed") : ERR_NONE;
}

void http_stream_end(struct http_stream *s) { atomic_store(&s->ended, true); }

void http_stream_on_close(struct http_stream *s, void (*closed)(void *user), void *user)
{
    pthread_mutex_lock(&s->lock);
    s->closed = closed;
    s->user = user;
    pthread_mutex_unlock(&s->lock);
}

/* What the loop does when the client has gone. */
static void stream_close(struct http_stream *s)
{
    pthread_mutex_lock(&s->lock);
    void (*closed)(void *user) = s->closed;
    void *user = s->user;
    s->closed = NULL;
    pthread_mutex_unlock(&s->lock);
    if (closed) {
        closed(user);
    }
}

static struct chat_hub *hub;

static int setup(void **state)
{
    (void)state;
    return err_ok(crypto_init()) && err_ok(chat_hub_new(2000, &hub)) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    chat_hub_free(hub);
    return atomic_load(&alive);
}

static void an_event_reaches_those_who_follow_the_chat_and_nobody_else(void **state)
{
    (void)state;
    id a = id_random(), b = id_random();
    struct http_stream *one = stream_new(), *two = stream_new(), *other = stream_new();
    assert_false(chat_hub_listened(hub, &a));
    assert_true(err_ok(chat_hub_join(hub, &a, one)));
    assert_true(err_ok(chat_hub_join(hub, &a, two)));
    assert_true(chat_hub_listened(hub, &a));
    assert_false(chat_hub_listened(hub, &b));
    assert_true(err_ok(chat_hub_join(hub, &b, other)));
    chat_hub_publish(hub, &a, STR("1"), STR("message"), STR("{}"));
    assert_int_equal(atomic_load(&one->events), 1);
    assert_int_equal(atomic_load(&two->events), 1);
    assert_int_equal(atomic_load(&other->events), 0);
    stream_close(one);
    chat_hub_publish(hub, &a, STR("2"), STR("message"), STR("{}"));
    assert_int_equal(atomic_load(&one->events), 1);
    assert_int_equal(atomic_load(&two->events), 2);
    chat_hub_end(hub, &a);
    assert_true(atomic_load(&two->ended));
    assert_false(atomic_load(&other->ended));
    stream_close(two);
    assert_false(chat_hub_listened(hub, &a));
    http_stream_unref(one);
    http_stream_unref(two);
    http_stream_unref(other); /* still joined: the hub has the last reference */
    assert_int_equal(atomic_load(&alive), 1);
}

static void streams_have_a_limit_and_leaving_makes_room(void **state)
{
    (void)state;
    enum { MAX = 100, ONE_CHAT = 64 };
    struct chat_hub *small;
    struct http_stream *streams[MAX];
    assert_true(err_ok(chat_hub_new(MAX, &small)));
    id same = id_random();
    unsigned joined = 0;
    for (unsigned i = 0; i < MAX; i++) {
        id other = id_random();
        streams[i] = stream_new();
        joined += err_ok(chat_hub_join(small, i < 80 ? &same : &other, streams[i]));
    }
    assert_int_equal(joined, MAX - (80 - ONE_CHAT));
    for (unsigned i = 0; i < MAX; i++) {
        stream_close(streams[i]);
    }
    for (unsigned i = 0; i < MAX; i++) {
        id other = id_random();
        assert_true(err_ok(chat_hub_join(small, &other, streams[i])));
    }
    struct http_stream *last = stream_new();
    id other = id_random();
    assert_int_equal(chat_hub_join(small, &other, last).code, ERR_UNAVAILABLE);
    http_stream_unref(last);
    for (unsigned i = 0; i < MAX; i++) {
        stream_close(streams[i]);
        http_stream_unref(streams[i]);
    }
    chat_hub_free(small);
}

enum { CHATS = 8, ROUNDS = 2000 };
static id chats[CHATS];

static void *come_and_go(void *user)
{
    unsigned seed = *(unsigned *)user;
    for (int i = 0; i < ROUNDS; i++) {
        struct http_stream *s = stream_new();
        seed = seed * 1664525u + 1013904223u;
        bool in = err_ok(chat_hub_join(hub, &chats[(seed >> 16) % CHATS], s));
        chat_hub_publish(hub, &chats[(seed >> 20) % CHATS], STR("1"), STR("message"), STR("{}"));
        if (in) {
            stream_close(s);
        }
        http_stream_unref(s);
    }
    return NULL;
}

static void many_threads_come_go_and_publish_at_once(void **state)
{
    (void)state;
    pthread_t threads[6];
    unsigned seeds[6] = {1, 2, 3, 4, 5, 6};
    int before = atomic_load(&alive);
    for (int i = 0; i < CHATS; i++) {
        chats[i] = id_random();
    }
    for (int i = 0; i < 6; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &seeds[i]), 0);
    }
    for (int i = 0; i < 6; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(atomic_load(&alive), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_reaches_those_who_follow_the_chat_and_nobody_else),
        cmocka_unit_test(streams_have_a_limit_and_leaving_makes_room),
        cmocka_unit_test(many_threads_come_go_and_publish_at_once),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
