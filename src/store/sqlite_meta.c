/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "store/sqlite_files.h"

err sqlite_meta_get(struct store *store, struct arena *a, const char *name, str *ret)
{
    struct sq_conn *c;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    if (str_eq(str_c(name), STR("schema"))) {
        *ret = arena_printf(a, "%d", sq_user_version(c));
        e = ret->p ? ERR_NONE : err_new(ERR_NO_MEMORY, "no memory for a value of the store");
    } else {
        struct sq_query q = sq_query(c, "SELECT value FROM meta WHERE name = ?");
        sq_bind_str(&q, str_c(name), STORE_WORD_MAX);
        bool found = sq_step(&q);
        str value = found ? sq_str(&q, a) : STR_EMPTY;
        e = sq_end(&q);
        if (err_ok(e) && !found) {
            e = err_new(ERR_NOT_FOUND, "there is no such value");
        }
        *ret = err_ok(e) ? value : *ret;
    }
    sq_read_end(store, c);
    return e;
}

struct meta_set {
    str name, value;
};

static err meta_set(struct sq_conn *c, void *job)
{
    const struct meta_set *set = job;
    struct sq_query q = sq_query(c, "INSERT INTO meta(name, value) VALUES (?1, ?2)"
                                    " ON CONFLICT(name) DO UPDATE SET value = ?2");
    sq_bind_str(&q, set->name, STORE_WORD_MAX);
    sq_bind_str(&q, set->value, STORE_JSON_MAX);
    return sq_run(&q);
}

err sqlite_meta_set(struct store *store, const char *name, str value)
{
    struct meta_set set = {str_c(name), value};
    if (str_eq(set.name, STR("schema"))) {
        return err_new(ERR_INVALID, "the schema version is set by migrations only");
    }
    return sq_write(store, meta_set, &set);
}
