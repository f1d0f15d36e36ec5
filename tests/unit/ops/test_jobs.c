/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "base/clock.h"
#include "ops/jobs.h"
#include "unit/store/backend.h"

enum { DAY_MS = 86400000 };

/* A job of a source of its own, last touched so long ago. */
static id stored_job(struct fixture *f, const char *state, int64_t age_ms)
{
    struct source_row source = make_source(&f->project);
    source.kind = STR("text");
    assert_ok(store_source_create(f->store, &source));
    struct job_row job = make_job(&f->project, &source.id), got;
    job.state = str_c(state);
    job.created_ms = job.updated_ms = clock_wall_ms() - age_ms;
    assert_ok(store_job_create(f->store, &f->arena, &job, &got));
    return got.id;
}

static bool is_there(struct fixture *f, const id *job)
{
    struct job_row row;
    return err_ok(store_job_get(f->store, &f->arena, &f->project, job, &row));
}

static void the_worker_removes_jobs_that_ended_a_week_ago(void **state)
{
    struct fixture *f = *state;
    struct know_settings settings = know_settings_default();
    struct jobs_worker *worker;
    id done = stored_job(f, "done", 8LL * DAY_MS), failed = stored_job(f, "failed", 8LL * DAY_MS),
       fresh = stored_job(f, "done", 6LL * DAY_MS);
    assert_ok(jobs_worker_start(f->store, &settings, &worker));
    for (int i = 0; i < 1000 && (is_there(f, &done) || is_there(f, &failed)); i++) {
        usleep(10000);
    }
    jobs_worker_close(worker);
    assert_false(is_there(f, &done));
    assert_false(is_there(f, &failed));
    assert_true(is_there(f, &fresh));
}

int main(void)
{
    static const struct store_test tests[] = {
        STORE_TEST(the_worker_removes_jobs_that_ended_a_week_ago),
    };
    return store_tests_run("ops.jobs", tests, sizeof(tests) / sizeof(tests[0]));
}
