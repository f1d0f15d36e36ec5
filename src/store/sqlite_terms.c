/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_terms.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "store/sqlite_store.h"

enum { TERMS_LIKE_MAX = 4000, KEPT_MAX = 8192, KEPT_BYTES = 47, WAYS = 4 };

err sq_mark_of(struct sq_conn *c, const id *project, struct sq_mark *ret)
{
    struct sq_query q = sq_query(c, "SELECT ordinal FROM project WHERE id = ?");
    sq_bind_id(&q, project);
    bool found = sq_step(&q);
    int64_t ordinal = found ? sq_int(&q) : 0;
    err e = sq_end(&q);
    if (err_ok(e) && !found) {
        return err_new(ERR_NOT_FOUND, "there is no such project");
    }
    ret->n = (size_t)snprintf(ret->c, sizeof ret->c, "%lld~", (long long)ordinal);
    return e;
}

bool sq_is_term_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

bool sq_is_term(str term)
{
    for (size_t i = 0; i < term.n; i++) {
        if (!sq_is_term_byte(term.p[i])) {
            return false;
        }
    }
    return term.n > 0 && utf8_valid(term);
}

/* ── counting ── */

err sq_index_changed(struct sq_conn *c)
{
    struct sq_query q = sq_query(c, "INSERT INTO meta(name, value) VALUES ('index_generation', '1')"
                                    " ON CONFLICT(name) DO UPDATE SET"
                                    " value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)");
    return sq_run(&q);
}

/* Of the snapshot that a connection reads; counts of another one are not taken. */
static err index_generation(struct sq_conn *c, int64_t *ret)
{
    struct sq_query q =
        sq_query(c, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'index_generation'");
    int64_t found = sq_step(&q) ? sq_int(&q) : 0;
    err e = sq_end(&q);
    *ret = err_ok(e) ? found : *ret;
    return e;
}

struct kept {
    uint64_t count;
    int64_t generation;
    uint8_t n; /* of the term with its mark; 0: empty */
    char term[KEPT_BYTES];
};

struct sq_counts {
    pthread_mutex_t lock;
    struct kept kept[KEPT_MAX]; /* a term may lie in WAYS places from that of its hash on */
};

struct sq_counts *sq_counts_new(void)
{
    struct sq_counts *counts = mem_alloc(sizeof *counts);
    if (counts) {
        (void)pthread_mutex_init(&counts->lock, NULL);
    }
    return counts;
}

void sq_counts_free(struct sq_counts *counts)
{
    if (counts) {
        (void)pthread_mutex_destroy(&counts->lock);
        mem_free(counts);
    }
}

static size_t place_of(str term)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < term.n; i++) {
        h = (h ^ (unsigned char)term.p[i]) * 1099511628211u;
    }
    return (size_t)(h ^ h >> 32) % (KEPT_MAX / WAYS) * WAYS;
}

static bool recall(struct sq_counts *counts, str term, int64_t generation, uint64_t *ret)
{
    bool found = false;
    struct kept *kept = &counts->kept[place_of(term)];
    (void)pthread_mutex_lock(&counts->lock);
    for (size_t i = 0; i < WAYS && !found; i++) {
        found = kept[i].generation == generation && str_eq(str_n(kept[i].term, kept[i].n), term);
        *ret = found ? kept[i].count : *ret;
    }
    (void)pthread_mutex_unlock(&counts->lock);
    return found;
}

/* Puts a count where an old one lies, else in the place of one whose term cost least to count. */
static void keep(struct sq_counts *counts, str term, int64_t generation, uint64_t count)
{
    struct kept *kept = &counts->kept[place_of(term)], *to = kept;
    if (term.n > KEPT_BYTES) {
        return;
    }
    (void)pthread_mutex_lock(&counts->lock);
    for (size_t i = 1; i < WAYS && to->n && to->generation == generation; i++) {
        to = kept[i].generation != generation || kept[i].count < to->count ? &kept[i] : to;
    }
    to->count = count;
    to->generation = generation;
    to->n = (uint8_t)term.n;
    memcpy(to->term, term.p, term.n);
    (void)pthread_mutex_unlock(&counts->lock);
}

/* Passages that have a term, from the index's own vocabulary; 0 for what can be no term. */
static err count_term(struct sq_conn *c, struct sq_counts *counts, int64_t generation,
                      const struct sq_mark *mark, str term, uint64_t *ret)
{
    char bytes[sizeof mark->c + STORE_WORD_MAX];
    if (term.n > STORE_WORD_MAX || (term.n && !sq_is_term(term))) {
        *ret = 0;
        return ERR_NONE;
    }
    memcpy(bytes, mark->c, mark->n);
    if (term.n) {
        memcpy(bytes + mark->n, term.p, term.n);
    }
    str marked = str_n(bytes, mark->n + term.n);
    if (recall(counts, marked, generation, ret)) {
        return ERR_NONE;
    }
    struct sq_query q = sq_query(c, "SELECT doc FROM passage_vocab WHERE term = ?");
    sq_bind_str(&q, marked, sizeof bytes);
    uint64_t found = sq_step(&q) ? (uint64_t)sq_int(&q) : 0;
    err e = sq_end(&q);
    if (err_ok(e)) {
        keep(counts, marked, generation, found);
        *ret = found;
    }
    return e;
}

err sqlite_term_counts(struct store *store, struct arena *a, const id *project, const str *terms,
                       size_t count, uint64_t *ret_counts, uint64_t *ret_total)
{
    struct sq_conn *c;
    struct sq_mark mark;
    struct sq_counts *counts = sq_counts(store);
    int64_t generation = 0;
    (void)a;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    e = sq_mark_of(c, project, &mark);
    e = err_ok(e) ? index_generation(c, &generation) : e;
    e = err_ok(e) ? count_term(c, counts, generation, &mark, STR_EMPTY, ret_total) : e;
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        e = count_term(c, counts, generation, &mark, terms[i].n ? terms[i] : STR("~"),
                       &ret_counts[i]);
    }
    sq_read_end(store, c);
    return e;
}

/* ── terms that are like a word ── */

struct term_count {
    str term;
    uint64_t count;
};

static err terms_like(struct sq_conn *c, struct arena *a, const struct sq_mark *mark, str prefix,
                      size_t min, size_t max, struct sq_list *ret)
{
    str from = arena_printf(a, "%.*s%.*s", (int)mark->n, mark->c, STR_ARG(prefix));
    str to = arena_printf(a, "%.*s\xf4\x8f\xbf\xbf", STR_ARG(from));
    err e = from.p && to.p ? ERR_NONE : err_new(ERR_NO_MEMORY, "no memory for index terms");
    struct sq_query q =
        sq_query(c, "SELECT term, doc FROM passage_vocab WHERE term >= ?1 AND term < ?2"
                    " AND length(CAST(term AS BLOB)) BETWEEN ?3 AND ?4");
    sq_bind_str(&q, from, STORE_NAME_MAX);
    sq_bind_str(&q, to, STORE_NAME_MAX);
    sq_bind_int(&q, (int64_t)(mark->n + (min ? min : 1)));
    sq_bind_int(&q, (int64_t)(mark->n + max));
    while (err_ok(e) && sq_step(&q)) {
        struct term_count *row = sq_list_add(ret, a, sizeof *row, SIZE_MAX);
        str term = sq_str(&q, a);
        if (row) {
            *row = (struct term_count){str_slice(term, mark->n, term.n), (uint64_t)sq_int(&q)};
        } else {
            e = err_new(ERR_NO_MEMORY, "no memory for index terms");
        }
    }
    err end = sq_end(&q);
    return err_ok(e) ? end : e;
}

static int by_count(const void *a, const void *b)
{
    const struct term_count *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : str_cmp(x->term, y->term);
}

err sqlite_term_like(struct store *store, struct arena *a, const id *project, str prefix,
                     size_t min, size_t max, size_t limit, str **ret_terms, uint64_t **ret_counts,
                     size_t *ret_count)
{
    struct sq_conn *c;
    struct sq_list list = {0};
    struct sq_mark mark;
    limit = limit < TERMS_LIKE_MAX ? limit : TERMS_LIKE_MAX;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    e = sq_mark_of(c, project, &mark);
    e = err_ok(e) ? terms_like(c, a, &mark, prefix, min, max, &list) : e;
    sq_read_end(store, c);
    if (!err_ok(e)) {
        return e;
    }
    struct term_count *rows = list.rows;
    size_t n = list.count < limit ? list.count : limit;
    str *terms = arena_array(a, n, sizeof *terms);
    uint64_t *counts = arena_array(a, n, sizeof *counts);
    if (!terms || !counts) {
        return err_new(ERR_NO_MEMORY, "no memory for index terms");
    }
    if (list.count) {
        qsort(rows, list.count, sizeof *rows, by_count);
    }
    for (size_t i = 0; i < n; i++) {
        terms[i] = rows[i].term;
        counts[i] = rows[i].count;
    }
    *ret_terms = terms;
    *ret_counts = counts;
    *ret_count = n;
    return ERR_NONE;
}
