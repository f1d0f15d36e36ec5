/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include "access/keys.h"
#include "base/mem.h"
#include "store/limits.h"

/* Open addressing over twice as many places as keys; a place is the number of a note, 0: free. */
enum { PLACES = 2 * KEY_USES_MAX, NETWORK_MAX = 64, AGENT_MAX = 256, ARENA_MAX = 8 << 20 };

struct note {
    id key;
    int64_t at_ms;
    unsigned network_n, agent_n;
    char network[NETWORK_MAX], agent[AGENT_MAX];
};

struct notes {
    struct note list[KEY_USES_MAX];
    uint16_t places[PLACES];
    size_t count;
};

struct key_uses {
    struct store *store;
    pthread_mutex_t lock;    /* of `now` */
    pthread_mutex_t writing; /* of `away` */
    struct notes *now, *away;
};

err key_uses_new(struct store *store, struct key_uses **ret)
{
    struct key_uses *uses = mem_alloc(sizeof *uses);
    if (!uses) {
        return err_new(ERR_NO_MEMORY, "no memory for the uses of keys");
    }
    uses->store = store;
    pthread_mutex_init(&uses->lock, NULL);
    pthread_mutex_init(&uses->writing, NULL);
    uses->now = mem_alloc(sizeof *uses->now);
    uses->away = mem_alloc(sizeof *uses->away);
    if (!uses->now || !uses->away) {
        key_uses_free(uses);
        return err_new(ERR_NO_MEMORY, "no memory for the uses of keys");
    }
    *ret = uses;
    return ERR_NONE;
}

void key_uses_free(struct key_uses *uses)
{
    if (uses) {
        pthread_mutex_destroy(&uses->lock);
        pthread_mutex_destroy(&uses->writing);
        mem_free(uses->now);
        mem_free(uses->away);
        mem_free(uses);
    }
}

/* The key's note, or a new one; NULL when there is no room. */
static struct note *find(struct notes *notes, const id *key)
{
    size_t at = crypto_siphash(id_str(key)) % PLACES;
    while (notes->places[at]) {
        struct note *note = &notes->list[notes->places[at] - 1];
        if (memcmp(note->key.c, key->c, sizeof key->c) == 0) {
            return note;
        }
        at = (at + 1) % PLACES;
    }
    if (notes->count == KEY_USES_MAX) {
        return NULL;
    }
    struct note *note = &notes->list[notes->count++];
    notes->places[at] = (uint16_t)notes->count;
    note->key = *key;
    note->at_ms = 0;
    return note;
}

static void put(struct notes *notes, const id *key, str network, str agent, int64_t at_ms)
{
    struct note *note = find(notes, key);
    if (!note || note->at_ms > at_ms) {
        return;
    }
    note->at_ms = at_ms;
    note->network_n = (unsigned)(network.n < NETWORK_MAX ? network.n : NETWORK_MAX);
    note->agent_n = (unsigned)(agent.n < AGENT_MAX ? agent.n : AGENT_MAX);
    memcpy(note->network, network.n ? network.p : "", note->network_n);
    memcpy(note->agent, agent.n ? agent.p : "", note->agent_n);
}

void key_uses_note(struct key_uses *uses, const id *key, str network, str agent, int64_t now_ms)
{
    pthread_mutex_lock(&uses->lock);
    put(uses->now, key, network, agent, now_ms);
    pthread_mutex_unlock(&uses->lock);
}

static void forget(struct notes *notes)
{
    memset(notes->places, 0, sizeof notes->places);
    notes->count = 0;
}

/* Puts back what was not written, unless the key was used again meanwhile. */
static void put_back(struct key_uses *uses, const struct notes *notes, size_t from)
{
    pthread_mutex_lock(&uses->lock);
    for (size_t i = from; i < notes->count; i++) {
        const struct note *note = &notes->list[i];
        put(uses->now, &note->key, str_n(note->network, note->network_n),
            str_n(note->agent, note->agent_n), note->at_ms);
    }
    pthread_mutex_unlock(&uses->lock);
}

/* Writes some of them in one transaction. */
static err write_batch(struct key_uses *uses, const struct note *notes, size_t count)
{
    struct arena a;
    arena_init(&a, ARENA_MAX);
    struct key_use *rows = arena_array(&a, count, sizeof *rows);
    for (size_t i = 0; rows && i < count; i++) {
        rows[i] = (struct key_use){
            .key = notes[i].key,
            .at_ms = notes[i].at_ms,
            .from = str_n(notes[i].network, notes[i].network_n),
            .by = agent_family(&a, str_n(notes[i].agent, notes[i].agent_n)),
        };
    }
    err e = rows ? store_key_used(uses->store, rows, count)
                 : err_new(ERR_NO_MEMORY, "no memory for the uses of keys");
    arena_done(&a);
    return e;
}

err key_uses_write(struct key_uses *uses)
{
    err e = ERR_NONE;
    pthread_mutex_lock(&uses->writing);
    pthread_mutex_lock(&uses->lock);
    struct notes *notes = uses->now;
    uses->now = uses->away;
    uses->away = notes;
    pthread_mutex_unlock(&uses->lock);
    for (size_t at = 0; err_ok(e) && at < notes->count; at += STORE_BATCH_MAX) {
        size_t left = notes->count - at;
        e = write_batch(uses, notes->list + at, left < STORE_BATCH_MAX ? left : STORE_BATCH_MAX);
        if (!err_ok(e)) {
            put_back(uses, notes, at);
        }
    }
    forget(notes);
    pthread_mutex_unlock(&uses->writing);
    return e;
}
