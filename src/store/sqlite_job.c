/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_store.h"

#include "base/clock.h"

enum { JOBS_EXPIRE_AT_ONCE = 1000 };

#define JOB_COLUMNS "id, project, source, state, progress, created_ms, updated_ms"

struct job_write {
    const struct job_row *row;
    const id *project, *job;
    str state, progress;
    struct arena *a;
    int64_t now_ms, lease_ms;
    size_t removed;
    struct job_row found;
};

static void job_read(struct sq_query *q, struct arena *a, struct job_row *row)
{
    row->id = sq_id(q);
    row->project = sq_id(q);
    row->source = sq_id(q);
    row->state = sq_str(q, a);
    row->progress = sq_str(q, a);
    row->created_ms = sq_int(q);
    row->updated_ms = sq_int(q);
}

static err job_one(struct sq_query *q, struct arena *a, struct job_row *ret)
{
    struct job_row row = {0};
    bool found = sq_step(q);
    if (found) {
        job_read(q, a, &row);
    }
    err e = sq_end(q);
    if (err_ok(e) && !found) {
        return err_new(ERR_NOT_FOUND, "there is no such job");
    }
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

/* The job that waits for the same source already. NOT_FOUND. */
static err job_same(struct sq_conn *c, struct job_write *what)
{
    struct sq_query q =
        sq_query(c, "SELECT " JOB_COLUMNS " FROM job WHERE project = ? AND source IS ?"
                    " AND state = 'queued' ORDER BY created_ms LIMIT 1");
    sq_bind_id(&q, &what->row->project);
    sq_bind_id(&q, &what->row->source);
    return job_one(&q, what->a, &what->found);
}

static err job_room(struct sq_conn *c, const struct job_write *what)
{
    struct sq_query q =
        sq_query(c, "SELECT count(*) FROM job WHERE project = ? AND state = 'queued'");
    sq_bind_id(&q, &what->row->project);
    int64_t queued = sq_step(&q) ? sq_int(&q) : 0;
    err e = sq_end(&q);
    if (err_ok(e) && queued >= STORE_JOBS_QUEUED_MAX) {
        return err_new(
            ERR_RATE_LIMITED,
            "too many sources of this project wait to be read already; go on when some are "
            "done, or add a folder or sitemap instead of single documents");
    }
    return e;
}

static err job_insert(struct sq_conn *c, const struct job_row *row)
{
    struct sq_query q =
        sq_query(c, "INSERT INTO job(" JOB_COLUMNS ", lease_ms, lease_until_ms)"
                    " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0 WHERE ?3 IS NULL OR"
                    " EXISTS (SELECT 1 FROM source WHERE id = ?3 AND project = ?2)");
    sq_bind_id(&q, &row->id);
    sq_bind_id(&q, &row->project);
    sq_bind_id(&q, &row->source);
    sq_bind_str(&q, str_empty(row->state) ? STR("queued") : row->state, STORE_WORD_MAX);
    sq_bind_str(&q, row->progress, STORE_JSON_MAX);
    sq_bind_int(&q, row->created_ms);
    sq_bind_int(&q, row->updated_ms);
    return sq_run_one(&q);
}

static err job_create(struct sq_conn *c, void *job)
{
    struct job_write *what = job;
    err e = job_same(c, what);
    if (e.code != ERR_NOT_FOUND) {
        return e;
    }
    e = job_room(c, what);
    e = err_ok(e) ? job_insert(c, what->row) : e;
    if (err_ok(e)) {
        what->found = *what->row;
    }
    return e;
}

err sqlite_job_create(struct store *store, struct arena *a, const struct job_row *row,
                      struct job_row *ret)
{
    struct job_write job = {.row = row, .a = a};
    err e = sq_write(store, job_create, &job);
    if (err_ok(e)) {
        *ret = job.found;
    }
    return e;
}

err sqlite_job_get(struct store *store, struct arena *a, const id *project, const id *job,
                   struct job_row *ret)
{
    struct sq_conn *c;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " JOB_COLUMNS " FROM job WHERE id = ? AND project = ?");
    sq_bind_id(&q, job);
    sq_bind_id(&q, project);
    e = job_one(&q, a, ret);
    sq_read_end(store, c);
    return e;
}

/* Every update is also a sign of life: it renews the lease. */
static err job_update(struct sq_conn *c, void *job)
{
    const struct job_write *what = job;
    struct sq_query q = sq_query(c, "UPDATE job SET state = ?, progress = ?, updated_ms = ?3,"
                                    " lease_until_ms = ?3 + lease_ms WHERE id = ? AND project = ?");
    sq_bind_str(&q, what->state, STORE_WORD_MAX);
    sq_bind_str(&q, what->progress, STORE_JSON_MAX);
    sq_bind_int(&q, clock_wall_ms());
    sq_bind_id(&q, what->job);
    sq_bind_id(&q, what->project);
    return sq_run_one(&q);
}

err sqlite_job_update(struct store *store, const id *project, const id *job, str state,
                      str progress)
{
    struct job_write what = {.project = project, .job = job, .state = state, .progress = progress};
    return sq_write(store, job_update, &what);
}

static err job_claim(struct sq_conn *c, void *job)
{
    struct job_write *what = job;
    struct sq_query q =
        sq_query(c, "UPDATE job SET state = 'running', updated_ms = ?1, lease_ms = ?2,"
                    " lease_until_ms = ?1 + ?2 WHERE id = (SELECT id FROM job WHERE"
                    " state IN ('queued', 'running') AND"
                    " (state = 'queued' OR lease_until_ms <= ?1)"
                    " ORDER BY created_ms, id LIMIT 1) RETURNING " JOB_COLUMNS);
    sq_bind_int(&q, what->now_ms);
    sq_bind_int(&q, what->lease_ms);
    return job_one(&q, what->a, &what->found);
}

err sqlite_job_claim(struct store *store, struct arena *a, int64_t now_ms, int64_t lease_ms,
                     struct job_row *ret)
{
    struct job_write what = {.a = a, .now_ms = now_ms, .lease_ms = lease_ms};
    err e = sq_write(store, job_claim, &what);
    if (err_ok(e)) {
        *ret = what.found;
    }
    return e;
}

static err job_expire(struct sq_conn *c, void *job)
{
    struct job_write *what = job;
    struct sq_query q =
        sq_query(c, "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE"
                    " state IN ('done', 'failed') AND updated_ms < ? ORDER BY updated_ms LIMIT ?)");
    sq_bind_int(&q, what->now_ms);
    sq_bind_int(&q, JOBS_EXPIRE_AT_ONCE);
    err e = sq_run(&q);
    what->removed = err_ok(e) ? sq_changes(c) : 0;
    return e;
}

err sqlite_job_expire(struct store *store, int64_t before_ms, size_t *ret_removed)
{
    struct job_write what = {.now_ms = before_ms};
    err e = sq_write(store, job_expire, &what);
    if (err_ok(e)) {
        *ret_removed = what.removed;
    }
    return e;
}
