/* SPDX-License-Identifier: Apache-2.0 */
/* Every blob once, in the order of the packs, so that the base of a delta was rebuilt just before;
 * on several threads, a run of neighbours each. */
#include <stdlib.h>

#include "base/mem.h"
#include "scan/git_history.h"
#include "scan/git_wait.h"

enum { RUN = 512 /* blobs */, PATH_TRIES = 64 };

struct blobs {
    struct git_history *history;
    uint32_t *order; /* numbers */
    uint32_t count;
    atomic_uint_fast32_t next, done;
    atomic_bool failed;
};

struct worker {
    struct blobs *blobs;
    struct git_text text;
    struct unpacker unpacker;
    pthread_t thread;
    bool running;
};

static int by_offset(const void *left, const void *right, void *user)
{
    const struct git_store *store = user;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right, pack_a = UINT32_MAX,
             pack_b = UINT32_MAX, at_a, at_b;
    const struct pack *pa = git_store_pack(store, a, &pack_a, &at_a);
    const struct pack *pb = git_store_pack(store, b, &pack_b, &at_b);
    if (!pa || pa != pb) {
        return pack_a != pack_b ? (pack_a < pack_b ? -1 : 1) : (a > b) - (a < b);
    }
    uint64_t x = pack_offset(pa, at_a), y = pack_offset(pa, at_b);
    return (x > y) - (x < y);
}

static void set_path(struct git_text *t, uint32_t path)
{
    buf_clear(&t->path);
    buf_add(&t->path, t->history->prefix);
    git_paths_write(&t->history->paths, path, &t->path);
}

/* The first of the blob's paths that is to be read. False when all are left out. */
static bool choose_path(struct git_text *t, uint32_t number, uint32_t *ret)
{
    struct git_history *h = t->history;
    const struct git_pair *more;
    uint32_t path = h->firsts[number];
    set_path(t, path);
    if (scan_excluded(h->scan, buf_str(&t->path))) {
        size_t i, count = git_pairs_of(&h->paths, number, &more);
        for (i = 0; i < count && i < PATH_TRIES; i++) {
            path = more[i].path;
            set_path(t, path);
            if (!scan_excluded(h->scan, buf_str(&t->path))) {
                break;
            }
        }
        if (i == count || i == PATH_TRIES) {
            return false;
        }
    }
    *ret = path;
    return true;
}

/* Where something was found the blob is searched again for each further path: rarely needed, and
 * what a path says counts. */
static void scan_copies(struct git_text *t, uint32_t number, uint32_t path, str bytes)
{
    struct git_history *h = t->history;
    const struct git_pair *more;
    size_t count = git_pairs_of(&h->paths, number, &more);
    for (size_t i = 0; i <= count && i < GIT_COPIES_MAX; i++) {
        uint32_t other = i ? more[i - 1].path : h->firsts[number];
        set_path(t, other);
        if (other == path || scan_excluded(h->scan, buf_str(&t->path))) {
            continue;
        }
        struct place_history *history = git_text_scan(t, bytes);
        if (history) {
            git_hit_add(h, history, number, other);
        }
    }
}

static void scan_bytes(struct git_text *t, uint32_t number, uint32_t path, str bytes)
{
    struct git_history *h = t->history;
    struct place_history *history = git_text_scan(t, bytes);
    if (history) {
        git_hit_add(h, history, number, path);
        scan_copies(t, number, path, bytes);
    }
}

/* ── a blob that does not fit into memory ── */

struct stream {
    struct scan *scan;
    struct scan_stream *text;
    str path;
    bool begun;
};

static void add_piece(void *user, str piece)
{
    static const struct {
        const char *magic;
        size_t n;
    } archives[] = {
        {"PK\3\4", 4}, {"\37\213", 2}, {"BZh", 3}, {"\3757zXZ", 5}, {"\x28\xb5\x2f\xfd", 4}};
    struct stream *stream = user;
    for (size_t i = 0; !stream->begun && i < sizeof archives / sizeof *archives; i++) {
        if (str_starts(piece, str_n(archives[i].magic, archives[i].n))) {
            scan_problem(stream->scan, stream->path,
                         "an archive of that size is not opened in history", true);
        }
    }
    stream->begun = true;
    scan_stream_add(stream->text, piece);
    atomic_fetch_add_explicit(&stream->scan->bytes, piece.n, memory_order_relaxed);
}

static err scan_large(struct worker *w, uint32_t number, uint32_t path)
{
    struct git_history *h = w->text.history;
    unsigned added = 0;
    struct place_history *kept = NULL;
    if (pthread_mutex_lock(&h->lock) == 0) {
        kept = h->scan->keep ? arena_alloc(h->scan->keep, sizeof *kept) : NULL;
        (void)pthread_mutex_unlock(&h->lock);
    }
    const struct origin origin = {
        .kind = PLACE_GIT, .path = buf_str(&w->text.path), .history = kept, .added = &added};
    struct stream stream = {.scan = h->scan, .path = origin.path};
    err e = scan_stream_begin(w->text.worker, &origin, &stream.text);
    if (!err_ok(e)) {
        return e;
    }
    e = git_store_pieces(&h->store, &w->unpacker, number, add_piece, &stream);
    scan_stream_end(stream.text);
    if (added && kept) {
        git_hit_add(h, kept, number, path);
    }
    return e;
}

static void scan_blob(struct worker *w, uint32_t number)
{
    struct git_history *h = w->text.history;
    struct object *o = NULL;
    uint32_t path;
    if (!choose_path(&w->text, number, &path)) {
        atomic_fetch_add_explicit(&h->scan->skipped, 1, memory_order_relaxed);
        return;
    }
    err e = git_store_read(&h->store, &w->unpacker, number, &o);
    if (err_ok(e) && o->kind == OBJECT_BLOB) {
        atomic_fetch_add_explicit(&h->scan->blobs, 1, memory_order_relaxed);
        scan_bytes(&w->text, number, path, object_view(o));
    } else if (err_ok(e)) {
        e = err_new(ERR_CORRUPT, "the git object is no blob");
    } else if (e.code == ERR_TOO_LARGE) {
        e = scan_large(w, number, path);
    }
    object_drop(o);
    unpack_end(&w->unpacker);
    if (!err_ok(e)) {
        git_tell_object(h, "blob", number, e);
    }
}

static void *run(void *user)
{
    struct worker *w = user;
    struct blobs *blobs = w->blobs;
    struct git_wait wait;
    uint32_t first;
    git_wait_begin(&wait);
    while ((first = (uint32_t)atomic_fetch_add(&blobs->next, RUN)) < blobs->count) {
        uint32_t end = blobs->count - first < RUN ? blobs->count : first + RUN;
        for (uint32_t i = first; i < end; i++) {
            scan_blob(w, blobs->order[i]);
        }
        uint64_t done = atomic_fetch_add(&blobs->done, end - first) + (end - first);
        scan_progress(w->text.history->scan, "blobs", done, blobs->count);
    }
    git_wait_end(&wait);
    return NULL;
}

static err order_blobs(struct git_history *h, struct blobs *blobs)
{
    uint32_t count = git_store_count(&h->store);
    blobs->order = mem_array((size_t)h->blob_count + 1, sizeof *blobs->order);
    if (!blobs->order) {
        return err_new(ERR_NO_MEMORY, "no memory to read the git repository");
    }
    for (uint32_t i = 0; i < count && blobs->count < h->blob_count; i++) {
        if (h->kinds[i] == OBJECT_BLOB) {
            blobs->order[blobs->count++] = i;
        }
    }
    qsort_r(blobs->order, blobs->count, sizeof *blobs->order, by_offset, &h->store);
    git_pairs_sort(&h->paths);
    return ERR_NONE;
}

/* The first worker is this thread; without another one it does everything. */
static err run_all(struct git_history *h, struct blobs *blobs, struct worker *workers,
                   unsigned jobs)
{
    err e = ERR_NONE;
    unsigned ready = 0;
    for (; ready < jobs; ready++) {
        struct worker *w = &workers[ready];
        w->blobs = blobs;
        e = git_text_init(&w->text, h);
        e = err_ok(e) ? unpacker_init(&w->unpacker, &h->store.limits, GIT_CACHE_BYTES / jobs) : e;
        if (!err_ok(e)) {
            git_text_done(&w->text);
            break;
        }
        w->running = ready > 0 && pthread_create(&w->thread, NULL, run, w) == 0;
    }
    if (ready) {
        (void)run(&workers[0]);
        e = ERR_NONE;
    }
    for (unsigned i = 0; i < ready; i++) {
        if (workers[i].running) {
            (void)pthread_join(workers[i].thread, NULL);
        }
        unpacker_done(&workers[i].unpacker);
        git_text_done(&workers[i].text);
    }
    return e;
}

err git_blobs_scan(struct git_history *h)
{
    struct blobs blobs = {.history = h};
    unsigned jobs = scan_jobs(h->scan);
    jobs = jobs > GIT_JOBS_MAX ? GIT_JOBS_MAX : jobs ? jobs : 1;
    if (jobs > h->blob_count / RUN + 1) {
        jobs = h->blob_count / RUN + 1;
    }
    struct worker *workers = mem_array(jobs, sizeof *workers);
    err e = workers ? order_blobs(h, &blobs)
                    : err_new(ERR_NO_MEMORY, "no memory to read the git repository");
    e = err_ok(e) ? run_all(h, &blobs, workers, jobs) : e;
    mem_free(blobs.order);
    mem_free(workers);
    return e;
}
