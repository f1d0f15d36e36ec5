/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/facts.h"

#include <libpsl.h>
#include <pthread.h>

#include "base/mem.h"

enum { FACTS_SLOTS = 16384, FACTS_HOSTS_MAX = 128 }; /* slots: over three times FACTS_LIST_MAX */

/* Pointers to copies of what was added. Neither moves, so that what a reader was given stays good
 * while others add. */
struct list {
    const void *items[FACTS_LIST_MAX];
    size_t count;
};

struct facts {
    pthread_mutex_t lock;
    str target, domain;
    int64_t now_ms;
    const struct intent *intent;
    struct arena own; /* the copies; under the lock */
    struct arena *arenas[FACTS_ARENAS_MAX];
    size_t arena_count;
    struct list dns, http, tls, smtp, pages;
    const struct dns_answer *slots[FACTS_SLOTS]; /* the resolver's answers by question */
    struct facts_host hosts[FACTS_HOSTS_MAX];
    size_t host_count;
    const struct registration *registration;
    const struct lighthouse_result *lighthouse;
    const struct secrets_facts *secrets;
    str message;
    bool truncated, private_allowed;
};

static str registrable(struct arena *a, str target)
{
    const psl_ctx_t *list = psl_builtin();
    str name = arena_str(a, target);
    const char *domain = list && name.p ? psl_registrable_domain(list, name.p) : NULL;
    return domain ? str_c(domain) : target;
}

err facts_new(str target, const struct intent *intent, int64_t now_ms, struct facts **ret)
{
    struct facts *f = mem_alloc(sizeof *f);
    if (!f) {
        return err_new(ERR_NO_MEMORY, "no memory for the facts");
    }
    arena_init(&f->own, FACTS_BYTES_MAX);
    f->target = arena_str(&f->own, target);
    f->now_ms = now_ms;
    f->intent = intent;
    if (!f->target.p) {
        arena_done(&f->own);
        mem_free(f);
        return err_new(ERR_NO_MEMORY, "no memory for the facts");
    }
    f->domain = registrable(&f->own, f->target);
    pthread_mutex_init(&f->lock, NULL);
    *ret = f;
    return ERR_NONE;
}

void facts_free(struct facts *f)
{
    if (!f) {
        return;
    }
    for (size_t i = 0; i < f->arena_count; i++) {
        arena_done(f->arenas[i]);
        mem_free(f->arenas[i]);
    }
    arena_done(&f->own);
    pthread_mutex_destroy(&f->lock);
    mem_free(f);
}

str facts_target(const struct facts *f) { return f->target; }
str facts_domain(const struct facts *f) { return f->domain; }
int64_t facts_now_ms(const struct facts *f) { return f->now_ms; }
const struct intent *facts_intent(const struct facts *f) { return f->intent; }

/* Const facts are locked too: readers run while collectors write. */
static void hold(const struct facts *f)
{
    pthread_mutex_t *lock;
    memcpy(&lock, &(const void *){&f->lock}, sizeof lock);
    pthread_mutex_lock(lock);
}

static void release(const struct facts *f)
{
    pthread_mutex_t *lock;
    memcpy(&lock, &(const void *){&f->lock}, sizeof lock);
    pthread_mutex_unlock(lock);
}

struct arena *facts_arena(struct facts *f)
{
    struct arena *a = NULL;
    size_t used = 0;
    hold(f);
    for (size_t i = 0; i < f->arena_count; i++) {
        used += arena_used(f->arenas[i]);
    }
    if (f->arena_count < FACTS_ARENAS_MAX && used < FACTS_BYTES_MAX) {
        a = mem_alloc(sizeof *a);
    }
    if (a) {
        arena_init(a, FACTS_ARENA_MAX);
        f->arenas[f->arena_count++] = a;
    } else {
        f->truncated = true;
    }
    release(f);
    return a;
}

/* Copies `size` bytes and keeps the copy in the list; NULL when the list is full. Under the lock.
 */
static void *list_add(struct facts *f, struct list *list, const void *x, size_t size)
{
    void *copy = list->count < FACTS_LIST_MAX ? arena_alloc(&f->own, size) : NULL;
    if (!copy) {
        f->truncated = true;
        return NULL;
    }
    memcpy(copy, x, size);
    list->items[list->count++] = copy;
    return copy;
}

static size_t slot_of(str name, unsigned type)
{
    uint64_t hash = 1469598103934665603U ^ type; /* FNV-1a */
    for (size_t i = 0; i < name.n; i++) {
        hash = (hash ^ (unsigned char)str_lower(name.p[i])) * 1099511628211U;
    }
    return (size_t)(hash % FACTS_SLOTS);
}

/* Where the question's answer is, or would be. Under the lock; the table is never full. */
static size_t find_slot(const struct facts *f, str name, unsigned type)
{
    size_t slot = slot_of(name, type);
    while (f->slots[slot] &&
           !(f->slots[slot]->type == type && str_ieq(f->slots[slot]->name, name))) {
        slot = (slot + 1) % FACTS_SLOTS;
    }
    return slot;
}

void facts_add_dns(struct facts *f, const struct dns_answer *x)
{
    hold(f);
    const struct dns_answer *copy = list_add(f, &f->dns, x, sizeof *x);
    if (copy && str_empty(copy->server)) {
        f->slots[find_slot(f, copy->name, copy->type)] = copy;
    }
    release(f);
}

static void add(struct facts *f, struct list *list, const void *x, size_t size)
{
    hold(f);
    list_add(f, list, x, size);
    release(f);
}

void facts_add_http(struct facts *f, const struct http_exchange *x)
{
    add(f, &f->http, x, sizeof *x);
}
void facts_add_tls(struct facts *f, const struct tls_endpoint *x) { add(f, &f->tls, x, sizeof *x); }
void facts_add_smtp(struct facts *f, const struct smtp_server *x)
{
    add(f, &f->smtp, x, sizeof *x);
}
void facts_add_page(struct facts *f, const struct page *x) { add(f, &f->pages, x, sizeof *x); }

void facts_add_registration(struct facts *f, const struct registration *x)
{
    hold(f);
    struct registration *copy = arena_alloc(&f->own, sizeof *copy);
    if (copy) {
        *copy = *x;
        f->registration = copy;
    }
    release(f);
}

void facts_set_private(struct facts *f, bool allowed) { f->private_allowed = allowed; }
bool facts_private(const struct facts *f) { return f->private_allowed; }

void facts_set_message(struct facts *f, str message) { f->message = message; }
str facts_message(const struct facts *f) { return f->message; }

void facts_set_lighthouse(struct facts *f, const struct lighthouse_result *x)
{
    hold(f);
    struct lighthouse_result *copy = arena_alloc(&f->own, sizeof *copy);
    if (copy) {
        *copy = *x;
        f->lighthouse = copy;
    }
    release(f);
}

void facts_set_secrets(struct facts *f, const struct secrets_facts *x)
{
    hold(f);
    struct secrets_facts *copy = arena_alloc(&f->own, sizeof *copy);
    if (copy) {
        *copy = *x;
        f->secrets = copy;
    }
    release(f);
}

const struct secrets_facts *facts_secrets(const struct facts *f) { return f->secrets; }
const struct lighthouse_result *facts_lighthouse(const struct facts *f) { return f->lighthouse; }
const struct registration *facts_registration(const struct facts *f) { return f->registration; }
bool facts_truncated(const struct facts *f) { return f->truncated; }

/* The count alone changes while collectors work; what is below it does not. */
static const void *list_items(const struct facts *f, const struct list *list, size_t *ret_count)
{
    hold(f);
    *ret_count = list->count;
    release(f);
    return list->items;
}

const struct dns_answer *const *facts_dns_all(const struct facts *f, size_t *ret_count)
{
    return list_items(f, &f->dns, ret_count);
}

const struct http_exchange *const *facts_http_all(const struct facts *f, size_t *ret_count)
{
    return list_items(f, &f->http, ret_count);
}

const struct tls_endpoint *const *facts_tls_all(const struct facts *f, size_t *ret_count)
{
    return list_items(f, &f->tls, ret_count);
}

const struct smtp_server *const *facts_smtp_all(const struct facts *f, size_t *ret_count)
{
    return list_items(f, &f->smtp, ret_count);
}

const struct page *const *facts_page_all(const struct facts *f, size_t *ret_count)
{
    return list_items(f, &f->pages, ret_count);
}

const struct dns_answer *facts_dns(const struct facts *f, str name, unsigned type)
{
    hold(f);
    const struct dns_answer *answer = f->slots[find_slot(f, name, type)];
    release(f);
    return answer;
}

void facts_add_host(struct facts *f, const struct facts_host *x)
{
    hold(f);
    size_t i = 0;
    while (i < f->host_count && !str_ieq(f->hosts[i].name, x->name)) {
        i++;
    }
    if (i < f->host_count) {
        f->hosts[i].declared |= x->declared;
    } else if (f->host_count < FACTS_HOSTS_MAX) {
        f->hosts[f->host_count++] = *x;
    } else {
        f->truncated = true;
    }
    release(f);
}

const struct facts_host *facts_hosts(const struct facts *f, size_t *ret_count)
{
    hold(f);
    *ret_count = f->host_count;
    release(f);
    return f->hosts;
}
