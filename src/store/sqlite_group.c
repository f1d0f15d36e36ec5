/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_group.h"

#include "store/limits.h"

static bool is_well_formed(str groups)
{
    str name, last = STR_EMPTY;
    if (str_empty(groups)) {
        return true;
    }
    if (!str_ends(groups, STR("\n"))) {
        return false;
    }
    while (str_split(&groups, '\n', &name)) {
        if (str_cmp(name, last) <= 0) { /* also refuses an empty name */
            return false;
        }
        last = name;
    }
    return true;
}

void sq_bind_groups(struct sq_query *q, str groups)
{
    if (err_ok(q->failed) && !is_well_formed(groups)) {
        q->failed = err_new(ERR_INVALID, "groups are not sorted names with a line feed each");
    }
    sq_bind_str(q, groups, STORE_GROUPS_MAX);
}

/* Walks two sorted lists. */
static bool share_a_name(str a, str b)
{
    str x, y;
    bool more = str_split(&a, '\n', &x) && str_split(&b, '\n', &y);
    while (more) {
        int order = str_cmp(x, y);
        if (order == 0) {
            return true;
        }
        more = order < 0 ? str_split(&a, '\n', &x) : str_split(&b, '\n', &y);
    }
    return false;
}

static str value_of(sqlite3_value *value)
{
    const void *p = sqlite3_value_blob(value);
    return p ? str_n(p, (size_t)sqlite3_value_bytes(value)) : STR_EMPTY;
}

static void meets(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    sqlite3_result_int(context, share_a_name(value_of(values[0]), value_of(values[1])));
}

err sq_group_register(sqlite3 *db)
{
    int rc = sqlite3_create_function_v2(db, "meets", 2,
                                        SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
                                        NULL, meets, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ERR_NONE
                           : err_new(ERR_INTERNAL, "a function could not be added to SQLite");
}
