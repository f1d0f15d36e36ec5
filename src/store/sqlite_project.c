/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_store.h"

struct project_write {
    const struct project_row *row;
};

static err domains_insert(struct sq_conn *c, const struct project_row *row)
{
    if (row->domain_count > STORE_DOMAINS_MAX) {
        return err_new(ERR_TOO_LARGE, "a project has at most 200 domains");
    }
    for (size_t i = 0; i < row->domain_count; i++) {
        struct sq_query q =
            sq_query(c, "INSERT INTO project_domain(project, place, origin) VALUES (?, ?, ?)");
        sq_bind_id(&q, &row->id);
        sq_bind_int(&q, (int64_t)i);
        sq_bind_str(&q, row->domains[i], STORE_ADDRESS_MAX);
        err e = sq_run(&q);
        if (!err_ok(e)) {
            return e;
        }
    }
    return ERR_NONE;
}

static err project_create(struct sq_conn *c, void *job)
{
    const struct project_row *row = ((const struct project_write *)job)->row;
    struct sq_query q =
        sq_query(c, "INSERT INTO project(id, team, slug, name, is_private, settings, created_ms)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)");
    sq_bind_id(&q, &row->id);
    sq_bind_id(&q, &row->team);
    sq_bind_str(&q, row->slug, STORE_WORD_MAX);
    sq_bind_str(&q, row->name, STORE_NAME_MAX);
    sq_bind_int(&q, row->is_private);
    sq_bind_str(&q, row->settings, STORE_JSON_MAX);
    sq_bind_int(&q, row->created_ms);
    err e = sq_run(&q);
    return err_ok(e) ? domains_insert(c, row) : e;
}

err sqlite_project_create(struct store *store, const struct project_row *row)
{
    struct project_write job = {row};
    return sq_write(store, project_create, &job);
}

#define PROJECT_COLUMNS "id, team, slug, name, is_private, settings, created_ms"

static void project_read(struct sq_query *q, struct arena *a, struct project_row *row)
{
    row->id = sq_id(q);
    row->team = sq_id(q);
    row->slug = sq_str(q, a);
    row->name = sq_str(q, a);
    row->is_private = sq_bool(q);
    row->settings = sq_str(q, a);
    row->created_ms = sq_int(q);
}

static err domains_read(struct sq_conn *c, struct arena *a, struct project_row *row)
{
    struct sq_list list = {0};
    struct sq_query q =
        sq_query(c, "SELECT origin FROM project_domain WHERE project = ? ORDER BY place");
    sq_bind_id(&q, &row->id);
    while (sq_step(&q)) {
        str *domain = sq_list_add(&list, a, sizeof *domain, STORE_DOMAINS_MAX);
        if (!domain) {
            (void)sq_end(&q);
            return err_new(ERR_NO_MEMORY, "no memory for a project's domains");
        }
        *domain = sq_str(&q, a);
    }
    row->domains = list.rows;
    row->domain_count = list.count;
    return sq_end(&q);
}

/* Steps, reads one project with its domains and ends the reading. */
static err project_one(struct store *store, struct sq_conn *c, struct sq_query *q, struct arena *a,
                       struct project_row *ret)
{
    struct project_row row = {0};
    bool found = sq_step(q);
    if (found) {
        project_read(q, a, &row);
    }
    err e = sq_end(q);
    if (err_ok(e)) {
        e = found ? domains_read(c, a, &row) : err_new(ERR_NOT_FOUND, "there is no such project");
    }
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

err sqlite_project_by_slug(struct store *store, struct arena *a, str slug, struct project_row *ret)
{
    struct sq_conn *c;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " PROJECT_COLUMNS " FROM project WHERE slug = ?");
    sq_bind_str(&q, slug, STORE_ADDRESS_MAX);
    return project_one(store, c, &q, a, ret);
}

err sqlite_project_by_id(struct store *store, struct arena *a, const id *project,
                         struct project_row *ret)
{
    struct sq_conn *c;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " PROJECT_COLUMNS " FROM project WHERE id = ?");
    sq_bind_id(&q, project);
    return project_one(store, c, &q, a, ret);
}

err sqlite_project_list(struct store *store, struct arena *a, const id *team,
                        struct project_row **ret, size_t *ret_count)
{
    struct sq_conn *c;
    struct sq_list list = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " PROJECT_COLUMNS
                                    " FROM project WHERE ?1 IS NULL OR team = ?1 ORDER BY slug");
    sq_bind_id(&q, team);
    while (err_ok(e) && sq_step(&q)) {
        struct project_row *row = sq_list_add(&list, a, sizeof *row, STORE_LIST_MAX);
        if (row) {
            project_read(&q, a, row);
        } else {
            e = err_new(ERR_NO_MEMORY, "no memory for the list of projects");
        }
    }
    err end = sq_end(&q);
    e = err_ok(e) ? end : e;
    for (size_t i = 0; err_ok(e) && i < list.count; i++) {
        e = domains_read(c, a, (struct project_row *)list.rows + i);
    }
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}

static err project_update(struct sq_conn *c, void *job)
{
    const struct project_row *row = ((const struct project_write *)job)->row;
    struct sq_query q =
        sq_query(c, "UPDATE project SET name = ?, is_private = ?, settings = ? WHERE id = ?");
    sq_bind_str(&q, row->name, STORE_NAME_MAX);
    sq_bind_int(&q, row->is_private);
    sq_bind_str(&q, row->settings, STORE_JSON_MAX);
    sq_bind_id(&q, &row->id);
    err e = sq_run_one(&q);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query clear = sq_query(c, "DELETE FROM project_domain WHERE project = ?");
    sq_bind_id(&clear, &row->id);
    e = sq_run(&clear);
    return err_ok(e) ? domains_insert(c, row) : e;
}

err sqlite_project_update(struct store *store, const struct project_row *row)
{
    struct project_write job = {row};
    return sq_write(store, project_update, &job);
}

struct project_delete {
    const id *project;
};

static err project_delete(struct sq_conn *c, void *job)
{
    const struct project_delete *what = job;
    struct sq_documents which = {.project = what->project};
    err e = sq_passages_forget(c, &which);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "DELETE FROM project WHERE id = ?");
    sq_bind_id(&q, what->project);
    return sq_run_one(&q);
}

err sqlite_project_delete(struct store *store, const id *project)
{
    struct project_delete job = {project};
    return sq_write(store, project_delete, &job);
}
