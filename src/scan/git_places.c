/* SPDX-License-Identifier: Apache-2.0 */
/* Which commits had what was found: a second walk that looks only at the paths in question. A place
 * was brought by a commit that has it while none of its parents has; one that has it while a child
 * has not, or that nothing follows, may be the last. */
#include <stdlib.h>

#include "base/mem.h"
#include "scan/git_history.h"

struct spot {
    struct place_history *history;
    uint32_t object, path;
    uint32_t next;         /* spot of the same path + 1 */
    uint32_t first, last;  /* commits; GIT_NO_NUMBER: not known */
    uint32_t asked, lacks; /* of the commit last looked at: parents that do not have it */
    bool at_head;
};

enum look { LOOK_PARENT, LOOK_TIP, LOOK_HEAD };

struct places {
    struct git_history *h;
    struct spot *spots;
    size_t count;
    uint32_t *of_path; /* first spot + 1 */
    uint8_t *wanted;   /* paths with a spot at or below them */
    uint32_t *orders;  /* of commits, from 1: by date; of one second parents before children */
    enum look look;
    uint32_t child, parent; /* of the edge that is looked at */
};

/* ── events ── */

static void maybe_first(struct places *p, struct spot *spot, uint32_t commit)
{
    if (spot->first == GIT_NO_NUMBER || p->orders[commit] < p->orders[spot->first]) {
        spot->first = commit;
    }
}

static void maybe_last(struct places *p, struct spot *spot, uint32_t commit)
{
    if (spot->last == GIT_NO_NUMBER || p->orders[spot->last] < p->orders[commit]) {
        spot->last = commit;
    }
}

/* What stands at a path in the child and in its parent: objects, or GIT_NO_NUMBER. */
static void on_blob(struct places *p, uint32_t path, uint32_t now, uint32_t before)
{
    for (uint32_t at = p->of_path[path]; at; at = p->spots[at - 1].next) {
        struct spot *spot = &p->spots[at - 1];
        bool has = spot->object == now, had = spot->object == before;
        if (p->look == LOOK_HEAD) {
            spot->at_head |= has;
        } else if (p->look == LOOK_TIP && has) {
            maybe_last(p, spot, p->child);
        } else if (has && !had) {
            uint32_t parents = p->h->commits[p->child].parent_count;
            spot->lacks = spot->asked == p->child ? spot->lacks + 1 : 1;
            spot->asked = p->child;
            if (spot->lacks >= parents) {
                maybe_first(p, spot, p->child);
            }
        } else if (had && !has && p->parent != GIT_NO_NUMBER) {
            maybe_last(p, spot, p->parent);
        }
    }
}

/* ── differences at the wanted paths ── */

enum { MODE_TYPE = 0170000, MODE_TREE = 0040000, MODE_FILE = 0100000 };

static void compare(struct places *p, uint32_t now, uint32_t before, uint32_t path);

static uint32_t object_of(struct places *p, const struct git_entry *entry, uint32_t type)
{
    return entry && (entry->mode & MODE_TYPE) == type ? git_store_find(&p->h->store, entry->id)
                                                      : GIT_NO_NUMBER;
}

static void on_entry(struct places *p, const struct git_entry *now, const struct git_entry *before,
                     uint32_t path)
{
    if (!now && !before) {
        return;
    }
    if (now && before && now->mode == before->mode && memcmp(now->id, before->id, GIT_ID) == 0) {
        return;
    }
    uint32_t child = git_paths_find(&p->h->paths, path, now ? now->name : before->name);
    if (child == GIT_NO_PATH || !p->wanted[child]) {
        return;
    }
    if (p->of_path[child]) {
        on_blob(p, child, object_of(p, now, MODE_FILE), object_of(p, before, MODE_FILE));
    }
    uint32_t a = object_of(p, now, MODE_TREE), b = object_of(p, before, MODE_TREE);
    if (a != GIT_NO_NUMBER || b != GIT_NO_NUMBER) {
        compare(p, a, b, child);
    }
}

/* A pair of trees, entry by entry, in git's order of names: a folder's ends with "/". */
static int compare_names(const struct git_entry *a, const struct git_entry *b)
{
    size_t n = a->name.n < b->name.n ? a->name.n : b->name.n;
    int order = memcmp(a->name.p, b->name.p, n);
    if (order || a->name.n == b->name.n) {
        return order;
    }
    int x = n < a->name.n ? (uint8_t)a->name.p[n] : (a->mode & MODE_TYPE) == MODE_TREE ? '/' : 0;
    int y = n < b->name.n ? (uint8_t)b->name.p[n] : (b->mode & MODE_TYPE) == MODE_TREE ? '/' : 0;
    return x - y;
}

static void compare_trees(struct places *p, str now, str before, uint32_t path)
{
    struct git_entry a, b;
    bool have_a = git_tree_next(&now, &a), have_b = git_tree_next(&before, &b);
    while (have_a || have_b) {
        int order = !have_a ? 1 : !have_b ? -1 : compare_names(&a, &b);
        on_entry(p, order <= 0 ? &a : NULL, order >= 0 ? &b : NULL, path);
        if (order <= 0) {
            have_a = git_tree_next(&now, &a);
        }
        if (order >= 0) {
            have_b = git_tree_next(&before, &b);
        }
    }
}

static struct object *read_tree(struct places *p, uint32_t number)
{
    struct object *o = NULL;
    if (number == GIT_NO_NUMBER ||
        !err_ok(git_store_read(&p->h->store, &p->h->unpacker, number, &o))) {
        return NULL; /* that it is missing was told by the first walk */
    }
    if (o->kind != OBJECT_TREE) {
        object_drop(o);
        return NULL;
    }
    return o;
}

static void compare(struct places *p, uint32_t now, uint32_t before, uint32_t path)
{
    if (now == before) {
        return;
    }
    struct object *a = read_tree(p, now), *b = read_tree(p, before);
    compare_trees(p, a ? object_view(a) : STR_EMPTY, b ? object_view(b) : STR_EMPTY, path);
    object_drop(a);
    object_drop(b);
}

/* ── commits ── */

/* The index of a commit by its object's number; GIT_NO_NUMBER when it was not read. */
static uint32_t commit_of(const struct git_history *h, uint32_t object)
{
    return h->kinds[object] == OBJECT_COMMIT ? h->firsts[object] : GIT_NO_NUMBER;
}

struct frame {
    uint32_t commit, parent;
};

/* Depth first from each commit: one gets its rank after all its parents. */
static bool order_parents(struct places *p, uint8_t *is_tip)
{
    struct git_history *h = p->h;
    struct frame *stack = mem_array((size_t)h->commit_count + 1, sizeof *stack);
    uint32_t next_rank = 1;
    for (uint32_t i = 0; stack && i < h->commit_count; i++) {
        size_t depth = 0;
        if (p->orders[i] == 0) {
            p->orders[i] = GIT_NO_NUMBER; /* on the way */
            stack[depth++] = (struct frame){i, 0};
        }
        while (depth) {
            struct frame *top = &stack[depth - 1];
            const struct git_commit *commit = &h->commits[top->commit];
            if (top->parent == commit->parent_count) {
                p->orders[top->commit] = next_rank++;
                depth--;
                continue;
            }
            uint32_t parent = commit_of(h, h->parents[commit->parent_at + top->parent++]);
            if (parent != GIT_NO_NUMBER) {
                is_tip[parent] = 0;
            }
            if (parent != GIT_NO_NUMBER && p->orders[parent] == 0) {
                p->orders[parent] = GIT_NO_NUMBER;
                stack[depth++] = (struct frame){parent, 0};
            }
        }
    }
    mem_free(stack);
    return stack != NULL;
}

static int by_date(const void *left, const void *right, void *user)
{
    const struct places *p = user;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    const struct git_commit *x = &p->h->commits[a], *y = &p->h->commits[b];
    if (x->time != y->time) {
        return x->time < y->time ? -1 : 1;
    }
    return (p->orders[a] > p->orders[b]) - (p->orders[a] < p->orders[b]);
}

static bool order_commits(struct places *p, uint8_t *is_tip)
{
    uint32_t count = p->h->commit_count;
    uint32_t *sorted = mem_array((size_t)count + 1, sizeof *sorted);
    if (!sorted || !order_parents(p, is_tip)) {
        mem_free(sorted);
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        sorted[i] = i;
    }
    qsort_r(sorted, count, sizeof *sorted, by_date, p);
    for (uint32_t i = 0; i < count; i++) {
        p->orders[sorted[i]] = i + 1;
    }
    mem_free(sorted);
    return true;
}

static void look_at_commit(struct places *p, uint32_t index, bool tip)
{
    struct git_history *h = p->h;
    const struct git_commit *commit = &h->commits[index];
    p->child = index;
    p->look = LOOK_PARENT;
    for (uint32_t i = 0; i < commit->parent_count; i++) {
        uint32_t parent = commit_of(h, h->parents[commit->parent_at + i]);
        p->parent = parent;
        compare(p, commit->tree, parent == GIT_NO_NUMBER ? parent : h->commits[parent].tree,
                GIT_ROOT);
    }
    p->parent = GIT_NO_NUMBER;
    if (commit->parent_count == 0) {
        compare(p, commit->tree, GIT_NO_NUMBER, GIT_ROOT);
    }
    if (tip) {
        p->look = LOOK_TIP;
        compare(p, commit->tree, GIT_NO_NUMBER, GIT_ROOT);
    }
    unpack_end(&h->unpacker);
}

static void look_at_all(struct places *p, const uint8_t *is_tip)
{
    struct git_history *h = p->h;
    git_oid head;
    for (uint32_t i = 0; i < h->commit_count; i++) {
        look_at_commit(p, i, is_tip[i]);
    }
    if (!git_repo_head(h->repo, &head)) {
        return;
    }
    uint32_t number = git_store_find(&h->store, head.id);
    uint32_t commit = number == GIT_NO_NUMBER ? number : commit_of(h, number);
    if (commit != GIT_NO_NUMBER) {
        p->look = LOOK_HEAD;
        compare(p, h->commits[commit].tree, GIT_NO_NUMBER, GIT_ROOT);
        unpack_end(&h->unpacker);
    }
}

/* ── what is told ── */

static void write_commit(const struct git_history *h, uint32_t commit, char into[GIT_OID_HEXSZ + 1])
{
    git_oid oid;
    (void)git_oid_fromraw(&oid, git_store_id(&h->store, h->commits[commit].object));
    (void)git_oid_tostr(into, GIT_OID_HEXSZ + 1, &oid);
}

static str kept(const struct git_history *h, str s)
{
    str copy = arena_str(h->scan->keep, s);
    return copy.p ? copy : STR_EMPTY;
}

static void tell_author(struct git_history *h, struct spot *spot)
{
    struct object *o = NULL;
    str name;
    int64_t ms;
    if (err_ok(git_store_read(&h->store, &h->unpacker, h->commits[spot->first].object, &o)) &&
        git_commit_person(object_view(o), STR("author"), &name, &ms)) {
        spot->history->author = kept(h, name);
        spot->history->date_ms = ms;
    }
    object_drop(o);
    unpack_end(&h->unpacker);
}

static void tell(struct places *p)
{
    struct git_history *h = p->h;
    for (size_t i = 0; i < p->count; i++) {
        struct spot *spot = &p->spots[i];
        struct place_history *history = spot->history;
        history->at_head = spot->at_head;
        history->ref = STR("dangling");
        if (spot->first != GIT_NO_NUMBER) {
            write_commit(h, spot->first, history->first);
            history->first_order = p->orders[spot->first];
            tell_author(h, spot);
        }
        if (spot->last != GIT_NO_NUMBER) {
            write_commit(h, spot->last, history->last);
            history->last_order = p->orders[spot->last];
            history->ref = kept(h, h->labels[h->commits[spot->last].label]);
        }
    }
}

/* ── all together ── */

static void add_spots(struct places *p)
{
    struct git_history *h = p->h;
    for (size_t i = 0; i < h->hit_count; i++) {
        const struct git_hit *hit = &h->hits[i];
        p->spots[p->count] = (struct spot){.history = hit->history,
                                           .object = hit->object,
                                           .path = hit->path,
                                           .next = p->of_path[hit->path],
                                           .first = GIT_NO_NUMBER,
                                           .last = GIT_NO_NUMBER,
                                           .asked = GIT_NO_NUMBER};
        p->of_path[hit->path] = (uint32_t)++p->count;
        for (uint32_t path = hit->path; path && !p->wanted[path];
             path = path == GIT_ROOT ? GIT_NO_PATH : h->paths.paths[path].parent) {
            p->wanted[path] = 1;
        }
    }
}

err git_places_fill(struct git_history *h)
{
    struct places p = {.h = h};
    if (h->hit_count == 0) {
        return ERR_NONE;
    }
    p.spots = mem_array(h->hit_count, sizeof *p.spots);
    p.of_path = mem_array(h->paths.count, sizeof *p.of_path);
    p.wanted = mem_array(h->paths.count, 1);
    p.orders = mem_array((size_t)h->commit_count + 1, sizeof *p.orders);
    uint8_t *is_tip = mem_array((size_t)h->commit_count + 1, 1);
    bool fine = p.spots && p.of_path && p.wanted && p.orders && is_tip;
    if (fine) {
        memset(is_tip, 1, h->commit_count);
        add_spots(&p);
        fine = order_commits(&p, is_tip);
    }
    if (fine) {
        look_at_all(&p, is_tip);
        tell(&p);
    }
    mem_free(p.spots);
    mem_free(p.of_path);
    mem_free(p.wanted);
    mem_free(p.orders);
    mem_free(is_tip);
    return fine ? ERR_NONE : err_new(ERR_NO_MEMORY, "no memory to tell who brought what was found");
}
