/* SPDX-License-Identifier: Apache-2.0 */
/* What threads tell a run: troubles and progress. */
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "scan/scan_private.h"

enum { PROBLEM_TEXT_MAX = 2 << 20, PROGRESS_MS = 100 };

struct scan_problems {
    pthread_mutex_t lock, progress_lock;
    struct scan_problem list[SCAN_PROBLEMS_MAX];
    size_t count, more;
    struct arena text;
    atomic_int_fast64_t told_ms;
};

err scan_problems_new(struct scan_problems **ret)
{
    struct scan_problems *p = mem_alloc(sizeof *p);
    if (!p) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    if (pthread_mutex_init(&p->lock, NULL) != 0) {
        mem_free(p);
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    if (pthread_mutex_init(&p->progress_lock, NULL) != 0) {
        (void)pthread_mutex_destroy(&p->lock);
        mem_free(p);
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    arena_init(&p->text, PROBLEM_TEXT_MAX);
    *ret = p;
    return ERR_NONE;
}

void scan_problems_free(struct scan_problems *p)
{
    if (p) {
        (void)pthread_mutex_destroy(&p->lock);
        (void)pthread_mutex_destroy(&p->progress_lock);
        arena_done(&p->text);
        mem_free(p);
    }
}

/* The same trouble of the same thing is told once. */
static bool is_told(const struct scan_problems *p, str path, const char *what)
{
    for (size_t i = 0; i < p->count; i++) {
        if (str_eq(p->list[i].path, path) && strcmp(p->list[i].what, what) == 0) {
            return true;
        }
    }
    return false;
}

static void tell(struct scan *s, str path, const char *what, bool limit, bool note)
{
    struct scan_problems *p = s->problems;
    path = str_slice(path, 0, FINDING_PATH_MAX);
    if (pthread_mutex_lock(&p->lock) != 0) {
        return;
    }
    if (!is_told(p, path, what)) {
        size_t max = note ? SCAN_PROBLEMS_MAX / 2 : SCAN_PROBLEMS_MAX; /* room for what is wrong */
        str copy = p->count < max ? arena_str(&p->text, path) : (str){NULL, 0};
        if (copy.p) {
            p->list[p->count++] = (struct scan_problem){copy, what, limit, note};
        } else if (!note) {
            p->more++;
        }
    }
    (void)pthread_mutex_unlock(&p->lock);
}

void scan_problem(struct scan *s, str path, const char *what, bool limit)
{
    tell(s, path, what, limit, false);
}

void scan_note(struct scan *s, str path, const char *what) { tell(s, path, what, false, true); }

static int compare(const void *left, const void *right)
{
    const struct scan_problem *a = left, *b = right;
    if (a->note != b->note) {
        return a->note ? 1 : -1;
    }
    int order = str_cmp(a->path, b->path);
    return order ? order : strcmp(a->what, b->what);
}

void scan_problems_take(struct scan_report *r)
{
    struct scan_problems *p = r->scan.problems;
    qsort(p->list, p->count, sizeof p->list[0], compare);
    r->problem_list = p->list;
    for (size_t i = 0; i < p->count; i++) {
        r->note_count += p->list[i].note;
    }
    r->problem_count = p->count - r->note_count;
    r->problem_more = p->more;
}

void scan_progress(struct scan *s, const char *stage, uint64_t done, uint64_t total)
{
    struct scan_problems *p = s->problems;
    int64_t now_ms;
    if (!s->options->progress) {
        return;
    }
    now_ms = clock_mono_ms();
    if (now_ms - atomic_load(&p->told_ms) < PROGRESS_MS) {
        return;
    }
    if (pthread_mutex_trylock(&p->progress_lock) != 0) {
        return; /* another thread is telling */
    }
    atomic_store(&p->told_ms, now_ms);
    s->options->progress(s->options->user, stage, done, total);
    (void)pthread_mutex_unlock(&p->progress_lock);
}
