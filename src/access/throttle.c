/* SPDX-License-Identifier: Apache-2.0 */
#include "access/throttle.h"

#include <pthread.h>

#include "access/throttle_shelf.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "net/addr.h"

/* Who is known, and who gave wrong codes after the right password, is kept apart from what anybody
 * can fill, so that a flood of tries does not make it forgotten. */
enum {
    TRIES_ENTRIES = 1 << 15,
    FACTOR_ENTRIES = 1 << 12,
    KNOWN_ENTRIES = 1 << 12,
    MINUTE = 60,
    HOUR = 3600,
    DAY = 86400,
};

static const struct throttle_rule rules[THROTTLE_COUNT] = {
    [THROTTLE_PASSWORD] = {.account = {{10, 15 * MINUTE}}, .network = {{30, 15 * MINUTE}}},
    [THROTTLE_FACTOR] = {.account = {{3, 15 * MINUTE}, {10, DAY}, {20, 30 * DAY}}},
    [THROTTLE_MAIL] = {.account = {{3, HOUR}}, .network = {{20, HOUR}}},
    [THROTTLE_INVITE] = {.account = {{3, HOUR}}},
    [THROTTLE_TELL] = {.account = {{1, 15 * MINUTE}}},
};

const struct throttle_rule *throttle_rule(enum throttle_what what) { return &rules[what]; }

struct throttle {
    pthread_mutex_t lock;
    struct throttle_shelf tries, factor_tries, known;
};

static struct throttle_shelf *tries_of(struct throttle *throttle, enum throttle_what what)
{
    return what == THROTTLE_FACTOR ? &throttle->factor_tries : &throttle->tries;
}

err throttle_new(struct throttle **ret)
{
    struct throttle *throttle = mem_alloc(sizeof *throttle);
    if (!throttle) {
        return err_new(ERR_NO_MEMORY, "no memory to throttle log-ins");
    }
    pthread_mutex_init(&throttle->lock, NULL);
    err e = throttle_shelf_init(&throttle->tries, TRIES_ENTRIES);
    e = err_ok(e) ? throttle_shelf_init(&throttle->factor_tries, FACTOR_ENTRIES) : e;
    e = err_ok(e) ? throttle_shelf_init(&throttle->known, KNOWN_ENTRIES) : e;
    if (!err_ok(e)) {
        throttle_free(throttle);
        return e;
    }
    *ret = throttle;
    return ERR_NONE;
}

void throttle_free(struct throttle *throttle)
{
    if (!throttle) {
        return;
    }
    throttle_shelf_done(&throttle->tries);
    throttle_shelf_done(&throttle->factor_tries);
    throttle_shelf_done(&throttle->known);
    pthread_mutex_destroy(&throttle->lock);
    mem_free(throttle);
}

/* Whose tries are counted: strangers of an account together, a network that the account knows, or
 * a network by itself. */
enum { OF_STRANGERS, OF_PAIR, OF_NETWORK };

static uint64_t key_of(enum throttle_what what, unsigned of, str account, str network)
{
    uint64_t parts[3] = {(uint64_t)what << 8 | of, of == OF_NETWORK ? 0 : crypto_siphash(account),
                         of == OF_STRANGERS ? 0 : crypto_siphash(network)};
    return crypto_siphash((str){(const char *)parts, sizeof parts});
}

/* The entry that counts the account's tries from there. */
static uint64_t account_key(struct throttle *throttle, enum throttle_what what, str account,
                            str network)
{
    uint64_t pair = key_of(what, OF_PAIR, account, network);
    return throttle_shelf_find(&throttle->known, pair)
               ? pair
               : key_of(what, OF_STRANGERS, account, network);
}

err throttle_take(struct throttle *throttle, enum throttle_what what, str account, str network,
                  int64_t now_ms, unsigned *ret_wait_s)
{
    uint32_t now_s = (uint32_t)(now_ms / 1000);
    uint64_t by_network = key_of(what, OF_NETWORK, account, network);
    struct throttle_shelf *tries = tries_of(throttle, what);
    pthread_mutex_lock(&throttle->lock);
    uint64_t by_account = account_key(throttle, what, account, network);
    uint32_t wait =
        throttle_entry_wait(throttle_shelf_find(tries, by_account), rules[what].account, now_s);
    uint32_t other =
        throttle_entry_wait(throttle_shelf_find(tries, by_network), rules[what].network, now_s);
    wait = other > wait ? other : wait;
    if (wait == 0) {
        throttle_entry_add(throttle_shelf_touch(tries, by_account), now_s);
        if (rules[what].network[0].count > 0) {
            throttle_entry_add(throttle_shelf_touch(tries, by_network), now_s);
        }
    }
    pthread_mutex_unlock(&throttle->lock);
    if (wait > 0) {
        *ret_wait_s = wait;
        return err_new(ERR_RATE_LIMITED, "too many tries; wait and try again");
    }
    return ERR_NONE;
}

static void take_back(struct throttle_shelf *tries, uint64_t key)
{
    struct throttle_entry *entry = throttle_shelf_find(tries, key);
    if (entry) {
        throttle_entry_take_back(entry);
    }
}

void throttle_give_back(struct throttle *throttle, enum throttle_what what, str account,
                        str network)
{
    struct throttle_shelf *tries = tries_of(throttle, what);
    pthread_mutex_lock(&throttle->lock);
    take_back(tries, account_key(throttle, what, account, network));
    take_back(tries, key_of(what, OF_NETWORK, account, network));
    pthread_mutex_unlock(&throttle->lock);
}

void throttle_know(struct throttle *throttle, enum throttle_what what, str account, str network)
{
    pthread_mutex_lock(&throttle->lock);
    (void)throttle_shelf_touch(&throttle->known, key_of(what, OF_PAIR, account, network));
    pthread_mutex_unlock(&throttle->lock);
}

void throttle_succeeded(struct throttle *throttle, enum throttle_what what, str account,
                        str network, int64_t now_ms)
{
    (void)now_ms;
    throttle_give_back(throttle, what, account, network);
    throttle_know(throttle, what, account, network);
}

str throttle_network(struct arena *a, str address)
{
    struct addr parsed;
    if (!addr_parse(address, &parsed)) {
        return STR_EMPTY;
    }
    bool v4 = addr_is_v4(&parsed);
    size_t kept = v4 ? 15 : 6;
    memset(parsed.bytes + kept, 0, sizeof parsed.bytes - kept);
    parsed.port = 0;
    struct addr_text text = addr_text(&parsed);
    str network = arena_printf(a, "%s/%s", text.c, v4 ? "24" : "48");
    return network.p ? network : STR_EMPTY;
}
