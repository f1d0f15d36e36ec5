/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_store.h"

#include "base/clock.h"

#define JOB_COLUMNS "id, project, source, state, progress, created_ms, updated_ms"

struct job_write {
    const struct job_row *row;
    const id *project, *job;
    str state, progress;
    struct arena *a;
    int64_t now_ms, lease_ms;
    struct job_row claimed;
};

static err job_create(struct sq_conn *c, void *job)
{
    const struct job_row *row = ((const struct job_write *)job)->row;
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

err sqlite_job_create(struct store *store, const struct job_row *row)
{
    struct job_write job = {.row = row};
    return sq_write(store, job_create, &job);
}

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
    return job_one(&q, what->a, &what->claimed);
}

err sqlite_job_claim(struct store *store, struct arena *a, int64_t now_ms, int64_t lease_ms,
                     struct job_row *ret)
{
    struct job_write what = {.a = a, .now_ms = now_ms, .lease_ms = lease_ms};
    err e = sq_write(store, job_claim, &what);
    if (err_ok(e)) {
        *ret = what.claimed;
    }
    return e;
}
