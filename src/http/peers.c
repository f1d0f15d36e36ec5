/* SPDX-License-Identifier: Apache-2.0 */
#include "http/peers.h"

#include <pthread.h>

#include "base/crypto.h"
#include "base/mem.h"

struct peer {
    struct peer *next;
    unsigned char key[16];
    unsigned count;
};

struct peer_table {
    pthread_mutex_t lock;
    size_t mask;
    struct peer *buckets[];
};

err peer_table_new(unsigned expected, struct peer_table **ret)
{
    size_t buckets = 64;
    while (buckets < expected && buckets < (1u << 20)) {
        buckets *= 2;
    }
    struct peer_table *table = mem_alloc(sizeof *table + buckets * sizeof table->buckets[0]);
    if (!table) {
        return err_new(ERR_NO_MEMORY, "out of memory for the table of addresses");
    }
    (void)pthread_mutex_init(&table->lock, NULL);
    table->mask = buckets - 1;
    *ret = table;
    return ERR_NONE;
}

void peer_table_free(struct peer_table *table)
{
    if (!table) {
        return;
    }
    for (size_t i = 0; i <= table->mask; i++) {
        while (table->buckets[i]) {
            struct peer *peer = table->buckets[i];
            table->buckets[i] = peer->next;
            mem_free(peer);
        }
    }
    (void)pthread_mutex_destroy(&table->lock);
    mem_free(table);
}

/* The place where the address's entry hangs, or would. */
static struct peer **find(struct peer_table *table, const struct addr *addr, unsigned char key[16])
{
    memset(key, 0, 16);
    memcpy(key, addr->bytes, addr_is_v4(addr) ? 16 : 8);
    struct peer **at = &table->buckets[crypto_siphash(str_n((const char *)key, 16)) & table->mask];
    while (*at && memcmp((*at)->key, key, 16) != 0) {
        at = &(*at)->next;
    }
    return at;
}

bool peer_table_enter(struct peer_table *table, const struct addr *addr, unsigned max)
{
    unsigned char key[16];
    bool entered = false;
    (void)pthread_mutex_lock(&table->lock);
    struct peer **at = find(table, addr, key);
    if (!*at && (*at = mem_alloc(sizeof **at))) {
        memcpy((*at)->key, key, sizeof key);
    }
    if (*at && (*at)->count < max) {
        (*at)->count++;
        entered = true;
    }
    (void)pthread_mutex_unlock(&table->lock);
    return entered;
}

void peer_table_leave(struct peer_table *table, const struct addr *addr)
{
    unsigned char key[16];
    (void)pthread_mutex_lock(&table->lock);
    struct peer **at = find(table, addr, key);
    struct peer *peer = *at;
    if (peer && --peer->count == 0) {
        *at = peer->next;
        mem_free(peer);
    }
    (void)pthread_mutex_unlock(&table->lock);
}
