/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_group.h"
#include "store/sqlite_store.h"

#define SOURCE_COLUMNS                                                                             \
    "id, project, kind, location, title, options, readers, state, last_error, created_ms, "        \
    "synced_ms"
#define SOURCE_COUNTS                                                                              \
    ", (SELECT count(*) FROM document WHERE source = s.id AND error = '')"                         \
    ", (SELECT ifnull(sum(passages), 0) FROM document WHERE source = s.id)"                        \
    ", (SELECT count(*) FROM document WHERE source = s.id AND error <> '')"

struct source_write {
    const struct source_row *row;
    const id *project, *source;
    str state, error;
    int64_t synced_ms;
    str content, content_type, groups;
    const struct audit_act *act;
};

static err source_create(struct sq_conn *c, void *job)
{
    const struct source_row *row = ((const struct source_write *)job)->row;
    struct sq_query q = sq_query(c, "INSERT INTO source(" SOURCE_COLUMNS
                                    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    sq_bind_id(&q, &row->id);
    sq_bind_id(&q, &row->project);
    sq_bind_str(&q, row->kind, STORE_WORD_MAX);
    sq_bind_str(&q, row->location, 2 * STORE_ADDRESS_MAX);
    sq_bind_str(&q, row->title, STORE_TITLE_MAX);
    sq_bind_str(&q, row->options, STORE_JSON_MAX);
    sq_bind_groups(&q, row->groups);
    sq_bind_str(&q, str_empty(row->state) ? STR("new") : row->state, STORE_WORD_MAX);
    sq_bind_str(&q, row->last_error, STORE_COMMENT_MAX);
    sq_bind_int(&q, row->created_ms);
    sq_bind_int(&q, row->synced_ms);
    return sq_run(&q);
}

err sqlite_source_create(struct store *store, const struct source_row *row)
{
    struct source_write job = {.row = row};
    return sq_write(store, source_create, &job);
}

static void source_read(struct sq_query *q, struct arena *a, struct source_row *row)
{
    row->id = sq_id(q);
    row->project = sq_id(q);
    row->kind = sq_str(q, a);
    row->location = sq_str(q, a);
    row->title = sq_str(q, a);
    row->options = sq_str(q, a);
    row->groups = sq_str(q, a);
    row->state = sq_str(q, a);
    row->last_error = sq_str(q, a);
    row->created_ms = sq_int(q);
    row->synced_ms = sq_int(q);
    row->documents = (uint64_t)sq_int(q);
    row->passages = (uint64_t)sq_int(q);
    row->failures = (uint64_t)sq_int(q);
}

err sqlite_source_get(struct store *store, struct arena *a, const id *project, const id *source,
                      struct source_row *ret)
{
    struct sq_conn *c;
    struct source_row row = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " SOURCE_COLUMNS SOURCE_COUNTS
                                    " FROM source s WHERE id = ? AND project = ?");
    sq_bind_id(&q, source);
    sq_bind_id(&q, project);
    bool found = sq_step(&q);
    if (found) {
        source_read(&q, a, &row);
    }
    e = sq_end(&q);
    sq_read_end(store, c);
    if (err_ok(e) && !found) {
        return err_new(ERR_NOT_FOUND, "there is no such source");
    }
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

err sqlite_source_list(struct store *store, struct arena *a, const id *project,
                       struct source_row **ret, size_t *ret_count)
{
    struct sq_conn *c;
    struct sq_list list = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "SELECT " SOURCE_COLUMNS SOURCE_COUNTS
                    " FROM source s WHERE project = ? ORDER BY created_ms, id LIMIT ?");
    sq_bind_id(&q, project);
    sq_bind_int(&q, STORE_LIST_MAX);
    while (err_ok(e) && sq_step(&q)) {
        struct source_row *row = sq_list_add(&list, a, sizeof *row, STORE_LIST_MAX);
        if (row) {
            source_read(&q, a, row);
        } else {
            e = err_new(ERR_NO_MEMORY, "no memory for the list of sources");
        }
    }
    err end = sq_end(&q);
    sq_read_end(store, c);
    e = err_ok(e) ? end : e;
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}

static err source_state(struct sq_conn *c, void *job)
{
    const struct source_write *what = job;
    struct sq_query q = sq_query(c, "UPDATE source SET state = ?, last_error = ?, synced_ms = ?"
                                    " WHERE id = ? AND project = ?");
    sq_bind_str(&q, what->state, STORE_WORD_MAX);
    sq_bind_str(&q, what->error, STORE_COMMENT_MAX);
    sq_bind_int(&q, what->synced_ms);
    sq_bind_id(&q, what->source);
    sq_bind_id(&q, what->project);
    return sq_run_one(&q);
}

err sqlite_source_state(struct store *store, const id *project, const id *source, str state,
                        str error, int64_t synced_ms)
{
    struct source_write job = {.project = project,
                               .source = source,
                               .state = state,
                               .error = error,
                               .synced_ms = synced_ms};
    return sq_write(store, source_state, &job);
}

static err source_set_groups(struct sq_conn *c, void *job)
{
    const struct source_write *what = job;
    struct sq_query q = sq_query(c, "UPDATE source SET readers = ? WHERE id = ? AND project = ?");
    sq_bind_groups(&q, what->groups);
    sq_bind_id(&q, what->source);
    sq_bind_id(&q, what->project);
    err e = sq_run_one(&q);
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_source_set_groups(struct store *store, const id *project, const id *source, str groups,
                             const struct audit_act *act)
{
    struct source_write job = {.project = project, .source = source, .groups = groups, .act = act};
    return sq_write(store, source_set_groups, &job);
}

static err source_delete(struct sq_conn *c, void *job)
{
    const struct source_write *what = job;
    struct sq_documents which = {what->project, what->source, INT64_MAX, STR_EMPTY};
    err e = sq_passages_forget(c, &which);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "DELETE FROM source WHERE id = ? AND project = ?");
    sq_bind_id(&q, what->source);
    sq_bind_id(&q, what->project);
    return sq_run_one(&q);
}

err sqlite_source_delete(struct store *store, const id *project, const id *source)
{
    struct source_write job = {.project = project, .source = source};
    return sq_write(store, source_delete, &job);
}

err sqlite_source_content(struct store *store, struct arena *a, const id *project, const id *source,
                          str *ret, str *ret_content_type)
{
    struct sq_conn *c;
    str content = STR_EMPTY, content_type = STR_EMPTY;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "SELECT t.content, t.content_type FROM source_content t"
                    " JOIN source s ON s.id = t.source WHERE s.id = ? AND s.project = ?");
    sq_bind_id(&q, source);
    sq_bind_id(&q, project);
    bool found = sq_step(&q);
    if (found) {
        content = sq_str(&q, a);
        content_type = sq_str(&q, a);
    }
    e = sq_end(&q);
    sq_read_end(store, c);
    if (err_ok(e) && !found) {
        return err_new(ERR_NOT_FOUND, "the source has no content of its own");
    }
    if (err_ok(e)) {
        *ret = content;
        *ret_content_type = content_type;
    }
    return e;
}

static err source_set_content(struct sq_conn *c, void *job)
{
    const struct source_write *what = job;
    struct sq_query q = sq_query(
        c, "INSERT OR REPLACE INTO source_content(source, content, content_type)"
           " SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM source WHERE id = ?1 AND project = ?4)");
    sq_bind_id(&q, what->source);
    sq_bind_bytes(&q, what->content, STORE_CONTENT_MAX);
    sq_bind_str(&q, what->content_type, STORE_NAME_MAX);
    sq_bind_id(&q, what->project);
    return sq_run_one(&q);
}

err sqlite_source_set_content(struct store *store, const id *project, const id *source, str content,
                              str content_type)
{
    struct source_write job = {
        .project = project, .source = source, .content = content, .content_type = content_type};
    return sq_write(store, source_set_content, &job);
}
