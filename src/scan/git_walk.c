/* SPDX-License-Identifier: Apache-2.0 */
/* Commits and tags, each once, in no order but that parents come soon after their children. */
#include <stdlib.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "scan/git_history.h"

enum { MARKS_FIRST = 4096, COMMITS_FIRST = 1024, TODO_FIRST = 1024, LABELS_FIRST = 64 };

bool git_marks(struct git_history *h)
{
    size_t count = git_store_count(&h->store);
    if (count <= h->mark_capacity) {
        return true;
    }
    size_t capacity = h->mark_capacity ? count + count / 2 : count + MARKS_FIRST;
    uint8_t *kinds = mem_resize(h->kinds, capacity);
    h->kinds = kinds ? kinds : h->kinds;
    uint32_t *firsts = kinds ? mem_resize(h->firsts, capacity * sizeof *firsts) : NULL;
    if (!firsts) {
        return false;
    }
    h->firsts = firsts;
    memset(kinds + h->mark_capacity, 0, capacity - h->mark_capacity);
    h->mark_capacity = capacity;
    return true;
}

uint32_t git_label(struct git_history *h, str name)
{
    if (h->label_count == h->label_capacity) {
        uint32_t capacity = h->label_capacity ? h->label_capacity * 2 : LABELS_FIRST;
        str *labels = h->label_count < GIT_LABELS_MAX
                          ? mem_resize(h->labels, capacity * sizeof *labels)
                          : NULL;
        if (!labels) {
            return h->label_count ? h->label_count - 1 : GIT_NO_NUMBER;
        }
        h->labels = labels;
        h->label_capacity = capacity;
    }
    str kept = arena_str(&h->names, name);
    h->labels[h->label_count] = kept.p ? kept : STR("another ref");
    return h->label_count++;
}

uint32_t git_number_of_hex(struct git_history *h, str hex)
{
    uint8_t id[GIT_ID];
    if (hex.n != sizeof id * 2) {
        return GIT_NO_NUMBER;
    }
    for (size_t i = 0; i < sizeof id; i++) {
        int high = bytes_hex_digit(hex.p[2 * i]), low = bytes_hex_digit(hex.p[2 * i + 1]);
        if (high < 0 || low < 0) {
            return GIT_NO_NUMBER;
        }
        id[i] = (uint8_t)(high << 4 | low);
    }
    uint32_t number = git_store_number(&h->store, id);
    return number != GIT_NO_NUMBER && git_marks(h) ? number : GIT_NO_NUMBER;
}

/* What a tree says of an object is not believed: one that it calls a file may be a commit. */
static bool is_fresh(const struct git_history *h, uint32_t number)
{
    return h->kinds[number] != OBJECT_COMMIT && h->kinds[number] != OBJECT_TAG;
}

static void push(struct git_history *h, uint32_t number)
{
    if (h->todo_count == h->todo_capacity) {
        size_t capacity = h->todo_capacity ? h->todo_capacity * 2 : TODO_FIRST;
        uint32_t *todo = mem_resize(h->todo, capacity * sizeof *todo);
        if (!todo) {
            git_tell(h, TOLD_MEMORY, "no memory to read the git repository");
            return;
        }
        h->todo = todo;
        h->todo_capacity = capacity;
    }
    h->todo[h->todo_count++] = number;
}

/* "tree 1a2b…" at the front; GIT_NO_NUMBER when it is not there. */
static uint32_t take_id(struct git_history *h, str *commit, str field)
{
    if (!str_starts(*commit, field) || commit->n < field.n + 2 * GIT_ID + 1 ||
        commit->p[field.n + 2 * GIT_ID] != '\n') {
        return GIT_NO_NUMBER;
    }
    uint32_t number = git_number_of_hex(h, str_slice(*commit, field.n, field.n + 2 * GIT_ID));
    if (number != GIT_NO_NUMBER) {
        *commit = str_slice(*commit, field.n + 2 * GIT_ID + 1, commit->n);
    }
    return number;
}

static struct git_commit *add_commit(struct git_history *h)
{
    if (h->commit_count == h->commit_capacity) {
        uint32_t capacity = h->commit_capacity ? h->commit_capacity * 2 : COMMITS_FIRST;
        struct git_commit *commits = h->commit_count < GIT_COMMITS_MAX
                                         ? mem_resize(h->commits, capacity * sizeof *commits)
                                         : NULL;
        if (!commits) {
            return NULL;
        }
        h->commits = commits;
        h->commit_capacity = capacity;
    }
    return &h->commits[h->commit_count];
}

static bool add_parent(struct git_history *h, uint32_t number)
{
    if (h->parent_count == h->parent_capacity) {
        uint32_t capacity = h->parent_capacity ? h->parent_capacity * 2 : COMMITS_FIRST;
        uint32_t *parents = h->parent_count < GIT_PARENTS_MAX
                                ? mem_resize(h->parents, capacity * sizeof *parents)
                                : NULL;
        if (!parents) {
            return false;
        }
        h->parents = parents;
        h->parent_capacity = capacity;
    }
    h->parents[h->parent_count++] = number;
    return true;
}

static str message_of(str object)
{
    size_t at = str_find(object, STR("\n\n"), 0);
    return at == SIZE_MAX ? STR_EMPTY : str_slice(object, at + 2, object.n);
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* A commit whose parents a shallow clone has left out. */
static bool is_shallow(const struct git_history *h, uint32_t number)
{
    return h->shallow_count &&
           bsearch(&number, h->shallow, h->shallow_count, sizeof number, by_number);
}

void git_shallow_sort(struct git_history *h)
{
    if (h->shallow_count) {
        qsort(h->shallow, h->shallow_count, sizeof *h->shallow, by_number);
    }
}

static void take_parents(struct git_history *h, struct git_commit *commit, str *rest)
{
    uint32_t number;
    commit->parent_at = h->parent_count;
    while ((number = take_id(h, rest, STR("parent "))) != GIT_NO_NUMBER) {
        if (!add_parent(h, number)) {
            git_tell(h, TOLD_COMMITS, "there are too many commits to read all of them");
            break;
        }
    }
    commit->parent_count = h->parent_count - commit->parent_at;
    if (is_shallow(h, commit->object)) {
        return;
    }
    /* The last one pushed is the next one: the first parent, whose trees are much like these. */
    for (uint32_t i = commit->parent_count; i--;) {
        number = h->parents[commit->parent_at + i];
        if (is_fresh(h, number)) {
            push(h, number);
        }
    }
}

static bool read_commit(struct git_history *h, uint32_t number, uint32_t label, str text)
{
    str rest = text, name;
    int64_t ms;
    uint32_t tree = take_id(h, &rest, STR("tree "));
    struct git_commit *commit = add_commit(h);
    if (!commit) {
        git_tell(h, TOLD_COMMITS, "there are too many commits to read all of them");
        return true;
    }
    if (tree == GIT_NO_NUMBER) {
        return false;
    }
    *commit = (struct git_commit){.object = number, .tree = tree, .label = label};
    take_parents(h, commit, &rest);
    if (git_commit_person(rest, STR("committer"), &name, &ms)) {
        commit->time = ms / 1000;
    }
    h->firsts[number] = h->commit_count++;
    git_text_message(h->text, message_of(rest), git_store_id(&h->store, number), "commit", rest,
                     label);
    return true;
}

/* A tag's target, whatever it is. */
static bool read_tag(struct git_history *h, uint32_t number, uint32_t label, str text)
{
    str rest = text;
    git_text_message(h->text, message_of(text), git_store_id(&h->store, number), "tag", text,
                     label);
    uint32_t target = take_id(h, &rest, STR("object "));
    if (target == GIT_NO_NUMBER) {
        return false;
    }
    if (is_fresh(h, target)) {
        push(h, target);
    }
    return true;
}

/* A tree or a blob without a commit stands under its name. */
static uint32_t loose_path(struct git_history *h, const char *what, uint32_t number)
{
    char hex[GIT_OID_HEXSZ + 1], name[16 + GIT_OID_HEXSZ];
    git_oid oid;
    struct buf b;
    (void)git_oid_fromraw(&oid, git_store_id(&h->store, number));
    (void)git_oid_tostr(hex, sizeof hex, &oid);
    buf_init(&b, sizeof name);
    buf_addf(&b, "%s %s", what, hex);
    uint32_t path = git_paths_add(&h->paths, GIT_NO_PATH, buf_str(&b));
    buf_done(&b);
    return path == GIT_NO_PATH ? GIT_ROOT : path;
}

static void visit(struct git_history *h, uint32_t number, uint32_t label)
{
    struct object *o = NULL;
    err e = git_store_read(&h->store, &h->unpacker, number, &o);
    if (!err_ok(e)) {
        h->kinds[number] = OBJECT_TAG; /* seen; nothing is to be had of it */
        git_tell_object(h, "object", number, e);
        return;
    }
    bool fine = true;
    uint32_t before = h->commit_count;
    switch ((int)o->kind) {
    case OBJECT_COMMIT:
        h->kinds[number] = OBJECT_COMMIT;
        fine = read_commit(h, number, label, object_view(o));
        break;
    case OBJECT_TAG:
        h->kinds[number] = OBJECT_TAG;
        fine = read_tag(h, number, label, object_view(o));
        break;
    case OBJECT_TREE:
        git_walk_tree(h, number, loose_path(h, "tree", number));
        break;
    default:
        git_note_blob(h, number, loose_path(h, "blob", number));
    }
    object_drop(o);
    unpack_end(&h->unpacker);
    if (h->kinds[number] == OBJECT_COMMIT && h->commit_count == before) {
        h->kinds[number] = OBJECT_TAG; /* it has no index */
    }
    if (!fine) {
        git_tell_object(h, "object", number, err_new(ERR_CORRUPT, "the git object is damaged"));
    }
    if (h->commit_count > before) {
        git_walk_tree(h, h->commits[before].tree, GIT_ROOT);
        scan_progress(h->scan, "commits", h->commit_count, 0);
    }
}

void git_walk(struct git_history *h, uint32_t number, uint32_t label)
{
    if (number == GIT_NO_NUMBER || label == GIT_NO_NUMBER || !git_marks(h)) {
        git_tell(h, TOLD_NUMBERS, "there are too many git objects");
        return;
    }
    push(h, number);
    while (h->todo_count) {
        uint32_t next = h->todo[--h->todo_count];
        if (is_fresh(h, next)) {
            visit(h, next, label);
        }
    }
}
