/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/git_paths.h"

#include <stdlib.h>

#include "base/crypto.h"
#include "base/mem.h"

enum { PATHS_FIRST = 1024, NAMES_FIRST = 16 << 10, PAIRS_FIRST = 256 };

/* Keyed: names and numbers are another's choice. */
static uint64_t hash_name(uint32_t parent, str name)
{
    return crypto_siphash(name) ^ parent * UINT64_C(0x9e3779b97f4a7c15);
}

static uint64_t hash_pair(struct git_pair pair)
{
    return crypto_siphash(str_n((const char *)&pair, sizeof pair));
}

static str name_of(const struct git_paths *p, uint32_t path)
{
    return str_n(p->names + p->paths[path].name_at, p->paths[path].name_n);
}

static uint32_t *look_up(const struct git_paths *p, uint32_t parent, str name)
{
    size_t at = hash_name(parent, name) & (p->table_size - 1);
    for (; p->table[at]; at = (at + 1) & (p->table_size - 1)) {
        uint32_t path = p->table[at];
        if (p->paths[path].parent == parent && str_eq(name_of(p, path), name)) {
            break;
        }
    }
    return &p->table[at];
}

static bool grow_table(struct git_paths *p)
{
    size_t size = p->table_size ? p->table_size * 2 : PATHS_FIRST * 2;
    uint32_t *table = mem_array(size, sizeof *table);
    if (!table) {
        return false;
    }
    mem_free(p->table);
    p->table = table;
    p->table_size = size;
    for (uint32_t i = 1; i < p->count; i++) {
        *look_up(p, p->paths[i].parent, name_of(p, i)) = i;
    }
    return true;
}

static bool grow(struct git_paths *p, size_t name_n)
{
    if (p->count == p->capacity) {
        uint32_t capacity = p->capacity ? p->capacity * 2 : PATHS_FIRST;
        struct git_path *paths = mem_resize(p->paths, capacity * sizeof *paths);
        if (!paths) {
            return false;
        }
        p->paths = paths;
        p->capacity = capacity;
    }
    if (p->names_capacity - p->names_n < name_n || !p->names) {
        size_t capacity = p->names_capacity * 2 + name_n + NAMES_FIRST;
        char *names = mem_resize(p->names, capacity);
        if (!names) {
            return false;
        }
        p->names = names;
        p->names_capacity = capacity;
    }
    return ((size_t)p->count + 1) * 2 <= p->table_size || grow_table(p);
}

err git_paths_init(struct git_paths *p)
{
    memset(p, 0, sizeof *p);
    if (!grow(p, 0)) {
        git_paths_done(p);
        return err_new(ERR_NO_MEMORY, "no memory to read the git repository");
    }
    p->paths[0] = p->paths[GIT_ROOT] = (struct git_path){0};
    p->count = GIT_ROOT + 1;
    return ERR_NONE;
}

void git_paths_done(struct git_paths *p)
{
    mem_free(p->paths);
    mem_free(p->names);
    mem_free(p->table);
    mem_free(p->pairs);
    mem_free(p->pair_table);
    memset(p, 0, sizeof *p);
}

uint32_t git_paths_find(const struct git_paths *p, uint32_t parent, str name)
{
    return *look_up(p, parent, name);
}

uint32_t git_paths_add(struct git_paths *p, uint32_t parent, str name)
{
    uint32_t *at = look_up(p, parent, name);
    if (*at != 0) {
        return *at;
    }
    if (p->count == GIT_PATHS_MAX || p->paths[parent].depth == GIT_DEPTH_MAX ||
        name.n > GIT_PATH_MAX || p->names_n + name.n > GIT_NAME_BYTES_MAX || !grow(p, name.n)) {
        return GIT_NO_PATH;
    }
    if (name.n) {
        memcpy(p->names + p->names_n, name.p, name.n);
    }
    p->paths[p->count] = (struct git_path){.parent = parent,
                                           .name_at = (uint32_t)p->names_n,
                                           .name_n = (uint16_t)name.n,
                                           .depth = (uint16_t)(p->paths[parent].depth + 1)};
    p->names_n += name.n;
    *look_up(p, parent, name) = p->count;
    return p->count++;
}

void git_paths_write(const struct git_paths *p, uint32_t path, struct buf *into)
{
    uint32_t parts[GIT_DEPTH_MAX + 1];
    size_t count = 0, bytes = 0;
    for (; path > GIT_ROOT && count <= GIT_DEPTH_MAX; path = p->paths[path].parent) {
        bytes += p->paths[path].name_n + 1u;
        if (count && into->n + bytes > into->max) {
            break;
        }
        parts[count++] = path;
    }
    while (count) {
        buf_add(into, name_of(p, parts[--count]));
        if (count) {
            buf_add_byte(into, '/');
        }
    }
}

/* ── further paths of objects ── */

static uint32_t *look_up_pair(const struct git_paths *p, uint32_t object, uint32_t path)
{
    size_t at = hash_pair((struct git_pair){object, path}) & (p->pair_table_size - 1);
    for (; p->pair_table[at]; at = (at + 1) & (p->pair_table_size - 1)) {
        const struct git_pair *pair = &p->pairs[p->pair_table[at] - 1];
        if (pair->object == object && pair->path == path) {
            break;
        }
    }
    return &p->pair_table[at];
}

static bool grow_pairs(struct git_paths *p)
{
    if (p->pair_count < p->pair_capacity) {
        return true;
    }
    uint32_t capacity = p->pair_capacity ? p->pair_capacity * 2 : PAIRS_FIRST;
    struct git_pair *pairs = mem_resize(p->pairs, capacity * sizeof *pairs);
    if (!pairs) {
        return false;
    }
    p->pairs = pairs;
    uint32_t *table = mem_array((size_t)capacity * 2, sizeof *table);
    if (!table) {
        return false;
    }
    p->pair_capacity = capacity;
    mem_free(p->pair_table);
    p->pair_table = table;
    p->pair_table_size = (size_t)capacity * 2;
    for (uint32_t i = 0; i < p->pair_count; i++) {
        *look_up_pair(p, p->pairs[i].object, p->pairs[i].path) = i + 1;
    }
    return true;
}

bool git_pairs_add(struct git_paths *p, uint32_t object, uint32_t path, bool *ret_full)
{
    if (p->pair_table_size && *look_up_pair(p, object, path)) {
        return false;
    }
    if (p->pair_count == GIT_PAIRS_MAX || !grow_pairs(p)) {
        *ret_full = true;
        return false;
    }
    p->pairs[p->pair_count] = (struct git_pair){object, path};
    *look_up_pair(p, object, path) = ++p->pair_count;
    return true;
}

static int by_object(const void *left, const void *right)
{
    const struct git_pair *a = left, *b = right;
    int order = (a->object > b->object) - (a->object < b->object);
    return order ? order : (a->path > b->path) - (a->path < b->path);
}

void git_pairs_sort(struct git_paths *p)
{
    mem_free(p->pair_table);
    p->pair_table = NULL;
    p->pair_table_size = 0;
    p->pair_capacity = p->pair_count;
    if (p->pair_count) {
        qsort(p->pairs, p->pair_count, sizeof *p->pairs, by_object);
    }
}

size_t git_pairs_of(const struct git_paths *p, uint32_t object, const struct git_pair **ret)
{
    size_t low = 0, high = p->pair_count, end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->pairs[middle].object < object) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (end = low; end < p->pair_count && p->pairs[end].object == object; end++) {
    }
    *ret = p->pairs + low;
    return end - low;
}
