/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "scan/git_history.h"

enum { HITS_FIRST = 64, PERSON_MAX = 300 };

err git_text_init(struct git_text *t, struct git_history *h)
{
    *t = (struct git_text){.history = h};
    buf_init(&t->path, GIT_PATH_BYTES);
    return scan_worker_new(h->scan, &t->worker);
}

void git_text_done(struct git_text *t)
{
    scan_worker_free(t->worker);
    buf_done(&t->path);
}

void git_tell(struct git_history *h, enum git_told what, const char *words)
{
    (void)pthread_mutex_lock(&h->lock);
    bool told = h->told & what;
    h->told |= what;
    (void)pthread_mutex_unlock(&h->lock);
    if (!told) {
        str path = str_c(git_repository_path(h->repo));
        scan_problem(h->scan, path, words, what != TOLD_PARTIAL && what != TOLD_MEMORY);
    }
}

void git_tell_object(struct git_history *h, const char *what, uint32_t number, err e)
{
    if (e.code == ERR_NOT_FOUND && h->store.partial) {
        git_tell(h, TOLD_PARTIAL, "a partial clone: what it has not fetched is not read");
        return;
    }
    git_problem(h->scan, what, git_store_id(&h->store, number), e);
}

/* A history of its own for each text with something in it; one that is not used is the next one's.
 */
static struct place_history *spare(struct git_text *t)
{
    struct git_history *h = t->history;
    if (!t->spare && h->scan->keep && pthread_mutex_lock(&h->lock) == 0) {
        if (h->hit_count < GIT_HITS_MAX) {
            t->spare = arena_alloc(h->scan->keep, sizeof *t->spare);
        }
        (void)pthread_mutex_unlock(&h->lock);
    }
    return t->spare;
}

struct place_history *git_text_scan(struct git_text *t, str bytes)
{
    unsigned added = 0;
    struct place_history *history = spare(t);
    const struct origin origin = {
        .kind = PLACE_GIT, .path = buf_str(&t->path), .history = history, .added = &added};
    scan_content(t->worker, bytes, &origin);
    if (added == 0) {
        return NULL;
    }
    if (!history) {
        git_tell(t->history, TOLD_HITS, "too much was found to tell of which commits all of it is");
    }
    t->spare = NULL;
    return history;
}

static str keep(struct git_history *h, str s)
{
    str kept = STR_EMPTY;
    if (pthread_mutex_lock(&h->lock) == 0) {
        kept = arena_str(h->scan->keep, s);
        (void)pthread_mutex_unlock(&h->lock);
    }
    return kept.p ? kept : STR_EMPTY;
}

bool git_commit_person(str commit, str field, str *ret_name, int64_t *ret_ms)
{
    str line;
    while (str_split(&commit, '\n', &line) && !str_empty(line)) {
        int64_t seconds;
        if (!str_starts(line, field) || line.n <= field.n || line.p[field.n] != ' ') {
            continue;
        }
        str name = str_slice(line, field.n + 1, line.n);
        size_t mail = name.n;
        while (mail && name.p[mail - 1] != '>') {
            mail--;
        }
        /* "+0100" is no number to str_i64: the date is what stands between. */
        str date = str_trim(str_slice(name, mail, name.n));
        size_t zone = str_find_byte(date, ' ', 0);
        date = str_slice(date, 0, zone);
        *ret_name = str_slice(name, 0, mail ? (mail < PERSON_MAX ? mail : PERSON_MAX) : 0);
        bool sane = str_i64(date, &seconds) && seconds > -INT64_C(100000000000) &&
                    seconds < INT64_C(100000000000);
        *ret_ms = sane ? seconds * 1000 : 0;
        return true;
    }
    return false;
}

static void fill(struct git_text *t, struct place_history *history, str commit, const uint8_t *id,
                 uint32_t label)
{
    struct git_history *h = t->history;
    str name;
    git_oid oid;
    int64_t ms;
    (void)git_oid_fromraw(&oid, id);
    (void)git_oid_tostr(history->first, sizeof history->first, &oid);
    memcpy(history->last, history->first, sizeof history->last);
    if (git_commit_person(commit, STR("author"), &name, &ms) ||
        git_commit_person(commit, STR("tagger"), &name, &ms)) {
        history->author = keep(h, name);
        history->date_ms = ms;
    }
    history->at_head = label == h->head_label;
    history->ref = keep(h, h->labels[label]);
}

void git_text_message(struct git_text *t, str message, const uint8_t *id, const char *what,
                      str commit, uint32_t label)
{
    char hex[GIT_OID_HEXSZ + 1];
    git_oid oid;
    if (str_empty(message)) {
        return;
    }
    (void)git_oid_fromraw(&oid, id);
    (void)git_oid_tostr(hex, sizeof hex, &oid);
    buf_clear(&t->path);
    buf_add(&t->path, t->history->prefix);
    buf_addf(&t->path, "%s %.*s message", what, GIT_SHORT, hex);
    struct place_history *history = git_text_scan(t, message);
    if (history) {
        fill(t, history, commit, id, label);
    }
}

void git_hit_add(struct git_history *h, struct place_history *history, uint32_t object,
                 uint32_t path)
{
    (void)pthread_mutex_lock(&h->lock);
    if (h->hit_count == h->hit_capacity) {
        size_t capacity = h->hit_capacity ? h->hit_capacity * 2 : HITS_FIRST;
        struct git_hit *hits = mem_resize(h->hits, capacity * sizeof *hits);
        if (hits) {
            h->hits = hits;
            h->hit_capacity = capacity;
        }
    }
    if (h->hit_count < h->hit_capacity) {
        h->hits[h->hit_count++] = (struct git_hit){history, object, path};
    }
    (void)pthread_mutex_unlock(&h->lock);
}
