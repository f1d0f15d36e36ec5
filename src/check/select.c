/* SPDX-License-Identifier: Apache-2.0 */
#include "check/select.h"

#include "base/near.h"

void select_each(void (*fn)(void *user, const struct check *check), void *user)
{
    for (size_t t = 0; t < check_table_count; t++) {
        for (const struct check *check = check_tables[t]; check->id; check++) {
            fn(user, check);
        }
    }
}

bool select_matches(str pattern, const struct check *check)
{
    str id = str_c(check->id);
    if (str_ends(pattern, STR(".*"))) {
        return str_starts(id, str_slice(pattern, 0, pattern.n - 1));
    }
    return str_eq(pattern, id) || str_eq(pattern, STR("*"));
}

struct search {
    str word;
    bool rows; /* names of rows count too */
    bool found;
    const char *nearest;
    size_t distance;
};

static bool item_fits(str item, const struct check *check, bool rows)
{
    return select_matches(item, check) || (rows && str_ieq(item, str_c(check->row)));
}

static void look_at(void *user, const struct check *check)
{
    struct search *s = user;
    if (item_fits(s->word, check, s->rows)) {
        s->found = true;
    }
    near_consider(s->word, check->id, &s->nearest, &s->distance);
}

static struct search look_for(str word, bool rows)
{
    struct search s = {.word = word, .rows = rows, .distance = SIZE_MAX};
    select_each(look_at, &s);
    return s;
}

bool select_known(str pattern, const char **ret_nearest)
{
    struct search s = look_for(pattern, false);
    *ret_nearest = s.nearest;
    return s.found;
}

err selection_read(struct arena *a, str only, struct selection *ret, str *ret_reason)
{
    str rest = only, item;
    ret->count = 0;
    if (only.n > SELECTION_BYTES_MAX) {
        *ret_reason = STR("--only is too long");
        return err_new(ERR_INVALID, "too many checks are named");
    }
    while (str_split(&rest, ',', &item)) {
        item = str_trim(item);
        if (str_empty(item)) {
            continue;
        }
        struct search s = look_for(item, true);
        if (!s.found) {
            *ret_reason = s.nearest
                              ? arena_printf(a,
                                             "--only: no check or row is called `%.*s`; did you "
                                             "mean `%s`?",
                                             STR_ARG(item), s.nearest)
                              : arena_printf(a,
                                             "--only: no check or row is called `%.*s`; "
                                             "`doorward check --list` lists them",
                                             STR_ARG(item));
            return err_new(ERR_INVALID, "a check is misspelt");
        }
        if (ret->count == SELECTION_MAX) {
            *ret_reason = arena_printf(a, "--only takes at most %d names", SELECTION_MAX);
            return err_new(ERR_INVALID, "too many checks are named");
        }
        ret->items[ret->count++] = item;
    }
    return ERR_NONE;
}

bool selection_has(const struct selection *s, const struct check *check)
{
    for (size_t i = 0; i < s->count; i++) {
        if (item_fits(s->items[i], check, true)) {
            return true;
        }
    }
    return s->count == 0;
}

bool selection_names(const struct selection *s, const struct check *check)
{
    for (size_t i = 0; i < s->count; i++) {
        if (item_fits(s->items[i], check, false)) {
            return true;
        }
    }
    return false;
}
