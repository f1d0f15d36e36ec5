/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/limit.h"

#include <pthread.h>
#include <stdio.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "net/addr.h"

/* GCRA (ITU-T I.371): one number per key, the theoretical arrival time of the next request. */

enum { SHARDS = 64, NONE = 0 /* slot 0 of a shard is the head of its list by age */ };

struct slot {
    uint64_t key;
    int64_t due_ns; /* theoretical arrival time */
    uint32_t chain; /* next of the same bucket */
    uint32_t newer, older;
};

struct shard {
    pthread_mutex_t lock;
    struct slot *slots; /* 1 … capacity */
    uint32_t *buckets;
    uint32_t used, capacity, mask;
};

struct limits {
    struct shard shards[SHARDS];
};

static const int64_t NS_PER_MS = 1000000;

static err shard_init(struct shard *shard, uint32_t capacity)
{
    uint32_t buckets = 1;
    while (buckets < capacity) {
        buckets *= 2;
    }
    shard->slots = mem_array((size_t)capacity + 1, sizeof *shard->slots);
    shard->buckets = mem_array(buckets, sizeof *shard->buckets);
    shard->capacity = capacity;
    shard->mask = buckets - 1;
    if (!shard->slots || !shard->buckets) {
        return err_new(ERR_NO_MEMORY, "no memory for the rate limits");
    }
    return ERR_NONE;
}

err limits_new(size_t entries_max, struct limits **ret)
{
    if (entries_max < SHARDS || entries_max > UINT32_MAX / 2) {
        return err_new(ERR_INVALID, "rate limits need 64 to 2^31 entries");
    }
    struct limits *limits = mem_alloc(sizeof *limits);
    if (!limits) {
        return err_new(ERR_NO_MEMORY, "no memory for the rate limits");
    }
    err e = ERR_NONE;
    for (size_t i = 0; i < SHARDS; i++) {
        pthread_mutex_init(&limits->shards[i].lock, NULL);
        err one = shard_init(&limits->shards[i], (uint32_t)(entries_max / SHARDS));
        e = err_ok(one) ? e : one;
    }
    if (!err_ok(e)) {
        limits_free(limits);
        return e;
    }
    *ret = limits;
    return ERR_NONE;
}

void limits_free(struct limits *limits)
{
    if (!limits) {
        return;
    }
    for (size_t i = 0; i < SHARDS; i++) {
        pthread_mutex_destroy(&limits->shards[i].lock);
        mem_free(limits->shards[i].slots);
        mem_free(limits->shards[i].buckets);
    }
    mem_free(limits);
}

static void age_unlink(struct shard *shard, uint32_t at)
{
    struct slot *slot = &shard->slots[at];
    shard->slots[slot->newer].older = slot->older;
    shard->slots[slot->older].newer = slot->newer;
}

static void age_newest(struct shard *shard, uint32_t at)
{
    struct slot *slots = shard->slots;
    slots[at].newer = NONE;
    slots[at].older = slots[NONE].older;
    slots[slots[NONE].older].newer = at;
    slots[NONE].older = at;
}

static void bucket_remove(struct shard *shard, uint32_t at)
{
    uint32_t *link = &shard->buckets[shard->slots[at].key & shard->mask];
    while (*link != at) {
        link = &shard->slots[*link].chain;
    }
    *link = shard->slots[at].chain;
}

/* Finds the key's slot and makes it the newest; takes a free one, or the oldest, when it has none.
 */
static struct slot *shard_slot(struct shard *shard, uint64_t key)
{
    uint32_t *bucket = &shard->buckets[key & shard->mask];
    uint32_t at = *bucket;
    while (at != NONE && shard->slots[at].key != key) {
        at = shard->slots[at].chain;
    }
    if (at != NONE) {
        age_unlink(shard, at);
        age_newest(shard, at);
        return &shard->slots[at];
    }
    if (shard->used < shard->capacity) {
        at = ++shard->used;
    } else {
        at = shard->slots[NONE].newer; /* behind the head comes the oldest */
        age_unlink(shard, at);
        bucket_remove(shard, at);
    }
    shard->slots[at].key = key;
    shard->slots[at].due_ns = INT64_MIN;
    shard->slots[at].chain = *bucket;
    *bucket = at;
    age_newest(shard, at);
    return &shard->slots[at];
}

static uint32_t ms_up(int64_t ns)
{
    int64_t ms = (ns + NS_PER_MS - 1) / NS_PER_MS;
    return ms < 0 ? 0 : ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

static struct limit_verdict gcra(int64_t *due_ns, const struct limit_rule *rule, int64_t now_ns)
{
    int64_t step = (int64_t)rule->period_ms * NS_PER_MS / (rule->count ? rule->count : 1);
    step = step ? step : 1;
    int64_t burst = (int64_t)(rule->burst ? rule->burst : 1) * step;
    int64_t due = *due_ns > now_ns ? *due_ns : now_ns;
    /* A clock that went back, or a rule that became stricter, must not lock anybody out for long.
     */
    due = due > now_ns + burst ? now_ns + burst : due;
    bool allowed = rule->count > 0 && due + step <= now_ns + burst;
    uint32_t retry = allowed ? 0 : ms_up(due + step - burst - now_ns);
    due = allowed ? due + step : due;
    *due_ns = due;
    return (struct limit_verdict){
        .allowed = allowed,
        .retry_ms = rule->count ? retry : rule->period_ms,
        .remaining = rule->count ? (uint32_t)((now_ns + burst - due) / step) : 0,
        .reset_ms = ms_up(due - now_ns),
    };
}

static uint64_t key_of(const struct limit_rule *rule, str who)
{
    uint64_t parts[2] = {crypto_siphash(str_c(rule->name)), crypto_siphash(who)};
    return crypto_siphash((str){(const char *)parts, sizeof parts});
}

struct limit_verdict limits_look(struct limits *limits, const struct limit_rule *rule, str who,
                                 int64_t now_ms)
{
    uint64_t key = key_of(rule, who);
    struct shard *shard = &limits->shards[key >> 58];
    int64_t due_ns = INT64_MIN;
    pthread_mutex_lock(&shard->lock);
    uint32_t at = shard->buckets[key & shard->mask];
    while (at != NONE && shard->slots[at].key != key) {
        at = shard->slots[at].chain;
    }
    if (at != NONE) {
        due_ns = shard->slots[at].due_ns;
    }
    pthread_mutex_unlock(&shard->lock);
    return gcra(&due_ns, rule, now_ms * NS_PER_MS);
}

struct limit_verdict limits_take(struct limits *limits, const struct limit_rule *rule, str who,
                                 int64_t now_ms)
{
    uint64_t key = key_of(rule, who);
    struct shard *shard = &limits->shards[key >> 58];
    pthread_mutex_lock(&shard->lock);
    struct limit_verdict verdict = gcra(&shard_slot(shard, key)->due_ns, rule, now_ms * NS_PER_MS);
    pthread_mutex_unlock(&shard->lock);
    return verdict;
}

str limit_address_class(str address, char ret_text[64])
{
    struct addr a;
    if (!addr_parse(address, &a)) {
        int n = snprintf(ret_text, 64, "%.*s", STR_ARG(address));
        return (str){ret_text, n < 64 ? (size_t)n : 63};
    }
    bool v4 = addr_is_v4(&a);
    a.port = 0;
    if (!v4) {
        memset(a.bytes + 8, 0, 8);
    }
    struct addr_text text = addr_text(&a);
    int n = snprintf(ret_text, 64, "%.58s%s", text.c, v4 ? "" : "/64");
    return (str){ret_text, (size_t)n};
}
