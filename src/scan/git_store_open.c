/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the packs of a repository and of its alternates. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "scan/git_store.h"

enum { ALTERNATES_BYTES_MAX = 64 << 10, NAMES_BYTES_MAX = 1 << 20 };

struct folders {
    struct arena a;
    str names[GIT_ALTERNATES_MAX];
    size_t count;
};

static void add_folder(struct folders *f, str name)
{
    for (size_t i = 0; i < f->count; i++) {
        if (str_eq(f->names[i], name)) {
            return;
        }
    }
    if (f->count < GIT_ALTERNATES_MAX && name.n < GIT_PATH_MAX) {
        f->names[f->count++] = arena_str(&f->a, name);
    }
}

/* Folders of objects that this one borrows from (gitrepository-layout(5)). */
static void add_alternates(struct folders *f, str folder)
{
    struct buf text;
    str rest, line;
    str name = arena_printf(&f->a, "%s/info/alternates", folder.p);
    buf_init(&text, ALTERNATES_BYTES_MAX);
    if (name.p && err_ok(file_read(name.p, &text))) {
        rest = buf_str(&text);
        while (str_split(&rest, '\n', &line)) {
            if (str_empty(line) || line.p[0] == '#' || line.p[0] == '"') {
                continue;
            }
            str full =
                line.p[0] == '/' ? line : arena_printf(&f->a, "%s/%.*s", folder.p, STR_ARG(line));
            if (full.p) {
                add_folder(f, full);
            }
        }
    }
    buf_done(&text);
}

static void add_pack(struct scan *s, struct git_store *store, const char *path)
{
    struct pack p;
    err e = pack_open(path, &p);
    if (!err_ok(e)) {
        /* What is of another version libgit2 may know. */
        if (e.code != ERR_NOT_IMPLEMENTED) {
            scan_problem(s, str_c(path), e.what, false);
        }
        return;
    }
    if (store->pack_count == GIT_PACKS_MAX || p.count > GIT_NUMBERS_MAX - store->packed) {
        scan_problem(s, str_c(path), "there are too many git packs or objects", true);
        pack_close(&p);
        return;
    }
    store->packed += p.count;
    store->packs[store->pack_count++] = p;
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

static void add_packs(struct scan *s, struct git_store *store, struct arena *a, str folder)
{
    str *names = arena_array(a, GIT_PACKS_MAX, sizeof *names);
    str base = arena_printf(a, "%s/pack", folder.p);
    size_t count = 0;
    DIR *dir = base.p && names ? opendir(base.p) : NULL;
    if (!dir) {
        return;
    }
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        str name = str_c(entry->d_name);
        store->partial |= str_ends(name, STR(".promisor"));
        if (!str_ends(name, STR(".idx"))) {
            continue;
        }
        str path = arena_printf(a, "%s/%s", base.p, entry->d_name);
        if (count == GIT_PACKS_MAX || !path.p) {
            scan_problem(s, base, "there are too many git packs or objects", true);
            break;
        }
        names[count++] = path;
    }
    (void)closedir(dir);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        add_pack(s, store, names[i].p);
    }
}

/* The largest first: there most look-ups end. */
static int by_count(const void *a, const void *b)
{
    const struct pack *x = a, *y = b;
    return (x->count < y->count) - (x->count > y->count);
}

static void number_packs(struct git_store *store)
{
    int64_t bytes = 0;
    uint32_t first = 0;
    qsort(store->packs, store->pack_count, sizeof *store->packs, by_count);
    for (uint32_t i = 0; i < store->pack_count; i++) {
        store->firsts[i] = first;
        first += store->packs[i].count;
        bytes += (int64_t)store->packs[i].data_size;
    }
    atomic_init(&store->limits.left, GIT_UNPACKED_MIN + bytes * GIT_UNPACKED_RATIO);
}

static void find_packs(struct scan *s, git_repository *repo, struct git_store *store)
{
    struct folders folders = {.count = 0};
    arena_init(&folders.a, NAMES_BYTES_MAX);
    str own = arena_printf(&folders.a, "%sobjects", git_repository_commondir(repo));
    if (own.p) {
        add_folder(&folders, own);
    }
    for (size_t i = 0; i < folders.count; i++) {
        if (folders.names[i].p) {
            add_alternates(&folders, folders.names[i]);
            add_packs(s, store, &folders.a, folders.names[i]);
        }
    }
    number_packs(store);
    arena_done(&folders.a);
}

err git_store_open(struct scan *s, git_repository *repo, struct git_store *ret)
{
    memset(ret, 0, sizeof *ret);
    if (git_repository_odb(&ret->odb, repo) != 0) {
        return err_new(ERR_INVALID, "the git repository has no objects");
    }
    ret->packs = mem_array(GIT_PACKS_MAX, sizeof *ret->packs);
    ret->firsts = mem_array(GIT_PACKS_MAX, sizeof *ret->firsts);
    if (!ret->packs || !ret->firsts || pthread_mutex_init(&ret->limits.large, NULL) != 0) {
        mem_free(ret->packs);
        mem_free(ret->firsts);
        git_odb_free(ret->odb);
        return err_new(ERR_NO_MEMORY, "no memory to read the git repository");
    }
    find_packs(s, repo, ret);
    return ERR_NONE;
}

void git_store_close(struct git_store *store)
{
    for (uint32_t i = 0; i < store->pack_count; i++) {
        pack_close(&store->packs[i]);
    }
    mem_free(store->packs);
    mem_free(store->firsts);
    mem_free(store->loose);
    mem_free(store->table);
    (void)pthread_mutex_destroy(&store->limits.large);
    git_odb_free(store->odb);
}
