/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/budget.h"

#include <pthread.h>

#include "base/crypto.h"
#include "base/mem.h"

enum { PROJECTS_FIRST = 64, PROJECTS_MAX = 1 << 16, DAY_MS = 86400000 };

struct account {
    id project;        /* none: a free place */
    int64_t day;       /* since 1970, of `used` */
    uint64_t used;     /* tokens of that day */
    uint64_t reserved; /* by turns under way */
};

struct budget {
    pthread_mutex_t lock;
    uint64_t per_day;
    struct account *accounts; /* open addressing, at most three quarters full */
    size_t size, count;
};

err budget_new(uint64_t tokens_per_day, struct budget **ret)
{
    struct budget *budget = mem_alloc(sizeof *budget);
    if (!budget) {
        return err_new(ERR_NO_MEMORY, "no memory for the budgets");
    }
    budget->accounts = mem_array(PROJECTS_FIRST, sizeof *budget->accounts);
    if (!budget->accounts) {
        mem_free(budget);
        return err_new(ERR_NO_MEMORY, "no memory for the budgets");
    }
    budget->size = PROJECTS_FIRST;
    budget->per_day = tokens_per_day;
    pthread_mutex_init(&budget->lock, NULL);
    *ret = budget;
    return ERR_NONE;
}

void budget_free(struct budget *budget)
{
    if (budget) {
        pthread_mutex_destroy(&budget->lock);
        mem_free(budget->accounts);
        mem_free(budget);
    }
}

bool budget_bounds(const struct budget *budget) { return budget->per_day > 0; }

int64_t budget_day_ms(int64_t now_ms) { return now_ms - now_ms % DAY_MS; }

/* The project's place, or the free one where it would stand. */
static struct account *accounts_place(struct account *accounts, size_t size, const id *project)
{
    size_t at = crypto_siphash(id_str(project)) & (size - 1);
    while (!id_none(&accounts[at].project) && !id_eq(&accounts[at].project, project)) {
        at = (at + 1) & (size - 1);
    }
    return &accounts[at];
}

/* Moves the accounts that still matter to a table that has room. */
static bool accounts_rebuild(struct budget *budget, int64_t day)
{
    size_t live = 0;
    for (size_t i = 0; i < budget->size; i++) {
        const struct account *a = &budget->accounts[i];
        live += !id_none(&a->project) && (a->day == day || a->reserved);
    }
    size_t size = PROJECTS_FIRST;
    while (size < live * 2) {
        size *= 2;
    }
    struct account *fresh = size > PROJECTS_MAX ? NULL : mem_array(size, sizeof *fresh);
    if (!fresh) {
        return false;
    }
    for (size_t i = 0; i < budget->size; i++) {
        const struct account *a = &budget->accounts[i];
        if (!id_none(&a->project) && (a->day == day || a->reserved)) {
            *accounts_place(fresh, size, &a->project) = *a;
        }
    }
    mem_free(budget->accounts);
    budget->accounts = fresh;
    budget->size = size;
    budget->count = live;
    return true;
}

/* Gives the project's account of today, or NULL when there are too many projects. */
static struct account *account_today(struct budget *budget, const id *project, int64_t now_ms)
{
    int64_t day = now_ms / DAY_MS;
    struct account *account = accounts_place(budget->accounts, budget->size, project);
    if (id_none(&account->project)) {
        if ((budget->count + 1) * 4 > budget->size * 3) {
            if (!accounts_rebuild(budget, day)) {
                return NULL;
            }
            account = accounts_place(budget->accounts, budget->size, project);
        }
        *account = (struct account){.project = *project, .day = day};
        budget->count++;
    }
    if (account->day != day) {
        account->day = day;
        account->used = 0;
    }
    return account;
}

err budget_reserve(struct budget *budget, const id *project, uint64_t tokens, int64_t now_ms)
{
    if (budget->per_day == 0) {
        return ERR_NONE;
    }
    err e = ERR_NONE;
    pthread_mutex_lock(&budget->lock);
    struct account *account = account_today(budget, project, now_ms);
    uint64_t taken = 0;
    if (!account || __builtin_add_overflow(account->used, account->reserved, &taken) ||
        taken > budget->per_day || tokens > budget->per_day - taken) {
        e = err_new(ERR_BUDGET, "the project's token budget of the day is used up");
    } else {
        account->reserved += tokens;
    }
    pthread_mutex_unlock(&budget->lock);
    return e;
}

void budget_settle(struct budget *budget, const id *project, uint64_t reserved, uint64_t used,
                   int64_t now_ms)
{
    if (budget->per_day == 0) {
        return;
    }
    pthread_mutex_lock(&budget->lock);
    struct account *account = account_today(budget, project, now_ms);
    if (account) {
        account->reserved -= reserved < account->reserved ? reserved : account->reserved;
        if (__builtin_add_overflow(account->used, used, &account->used)) {
            account->used = UINT64_MAX;
        }
    }
    pthread_mutex_unlock(&budget->lock);
}
