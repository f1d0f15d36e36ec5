/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_store.h"

#define DOCUMENT_COLUMNS                                                                           \
    "id, project, source, url, title, language, hash, etag, last_modified, error, generation, "    \
    "read_ms"

static void document_read(struct sq_query *q, struct arena *a, struct document_row *row)
{
    row->id = sq_id(q);
    row->project = sq_id(q);
    row->source = sq_id(q);
    row->url = sq_str(q, a);
    row->title = sq_str(q, a);
    row->language = sq_str(q, a);
    row->hash = sq_digest(q);
    row->etag = sq_str(q, a);
    row->last_modified = sq_str(q, a);
    row->error = sq_str(q, a);
    row->generation = (uint64_t)sq_int(q);
    row->read_ms = sq_int(q);
}

err sqlite_document_by_url(struct store *store, struct arena *a, const id *project,
                           const id *source, str url, struct document_row *ret)
{
    struct sq_conn *c;
    struct document_row row = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " DOCUMENT_COLUMNS
                                    " FROM document WHERE source = ? AND url = ? AND project = ?");
    sq_bind_id(&q, source);
    sq_bind_str(&q, url, 2 * STORE_ADDRESS_MAX);
    sq_bind_id(&q, project);
    bool found = sq_step(&q);
    if (found) {
        document_read(&q, a, &row);
    }
    e = sq_end(&q);
    sq_read_end(store, c);
    if (err_ok(e) && !found) {
        return err_new(ERR_NOT_FOUND, "the source has no document of this URL");
    }
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

err sqlite_document_list(struct store *store, struct arena *a, const id *project, const id *source,
                         struct document_row **ret, size_t *ret_count)
{
    struct sq_conn *c;
    struct sq_list list = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "SELECT " DOCUMENT_COLUMNS " FROM document WHERE source = ? AND project = ?"
                    " ORDER BY url LIMIT ?");
    sq_bind_id(&q, source);
    sq_bind_id(&q, project);
    sq_bind_int(&q, STORE_DOCUMENTS_MAX);
    while (err_ok(e) && sq_step(&q)) {
        struct document_row *row = sq_list_add(&list, a, sizeof *row, STORE_DOCUMENTS_MAX);
        if (row) {
            document_read(&q, a, row);
        } else {
            e = err_new(ERR_NO_MEMORY, "no memory for the list of documents");
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

/* ── writing ── */

struct document_write {
    const struct document_put *batch;
    size_t count;
    const id *project, *source;
    str url;
    uint64_t generation;
    size_t removed;
};

static err document_remove(struct sq_conn *c, const struct document_row *row)
{
    struct sq_documents which = {&row->project, &row->source, INT64_MAX, row->url};
    err e = sq_passages_forget(c, &which);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "DELETE FROM document WHERE source = ? AND url = ? AND project = ?");
    sq_bind_id(&q, &row->source);
    sq_bind_str(&q, row->url, 2 * STORE_ADDRESS_MAX);
    sq_bind_id(&q, &row->project);
    return sq_run(&q);
}

static err document_insert(struct sq_conn *c, const struct document_row *row, size_t passages)
{
    struct sq_query q =
        sq_query(c, "INSERT INTO document(" DOCUMENT_COLUMNS ", passages)"
                    " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13"
                    " WHERE EXISTS (SELECT 1 FROM source WHERE id = ?3 AND project = ?2)");
    sq_bind_id(&q, &row->id);
    sq_bind_id(&q, &row->project);
    sq_bind_id(&q, &row->source);
    sq_bind_str(&q, row->url, 2 * STORE_ADDRESS_MAX);
    sq_bind_str(&q, row->title, STORE_TITLE_MAX);
    sq_bind_str(&q, row->language, STORE_WORD_MAX);
    sq_bind_digest(&q, &row->hash);
    sq_bind_str(&q, row->etag, STORE_NAME_MAX);
    sq_bind_str(&q, row->last_modified, STORE_NAME_MAX);
    sq_bind_str(&q, row->error, STORE_COMMENT_MAX);
    sq_bind_int(&q, (int64_t)row->generation);
    sq_bind_int(&q, row->read_ms);
    sq_bind_int(&q, (int64_t)passages);
    return sq_run_one(&q);
}

static err document_put(struct sq_conn *c, void *job)
{
    const struct document_write *what = job;
    for (size_t i = 0; i < what->count; i++) {
        const struct document_put *put = &what->batch[i];
        err e = document_remove(c, &put->document);
        e = err_ok(e) ? document_insert(c, &put->document, put->passage_count) : e;
        e = err_ok(e) ? sq_passages_insert(c, &put->document, put->passages, put->passage_count)
                      : e;
        if (!err_ok(e)) {
            return e;
        }
    }
    return ERR_NONE;
}

err sqlite_document_put(struct store *store, const struct document_put *batch, size_t count)
{
    struct document_write job = {.batch = batch, .count = count};
    if (count > STORE_BATCH_MAX) {
        return err_new(ERR_TOO_LARGE, "too many documents in one write");
    }
    return sq_write(store, document_put, &job);
}

static err document_seen(struct sq_conn *c, void *job)
{
    const struct document_write *what = job;
    struct sq_query q =
        sq_query(c, "UPDATE document SET generation = ? WHERE source = ? AND url = ? AND"
                    " project = ?");
    sq_bind_int(&q, (int64_t)what->generation);
    sq_bind_id(&q, what->source);
    sq_bind_str(&q, what->url, 2 * STORE_ADDRESS_MAX);
    sq_bind_id(&q, what->project);
    return sq_run_one(&q);
}

err sqlite_document_seen(struct store *store, const id *project, const id *source, str url,
                         uint64_t generation)
{
    struct document_write job = {
        .project = project, .source = source, .url = url, .generation = generation};
    return sq_write(store, document_seen, &job);
}

static err document_prune(struct sq_conn *c, void *job)
{
    struct document_write *what = job;
    struct sq_documents which = {what->project, what->source, (int64_t)what->generation, STR_EMPTY};
    err e = sq_passages_forget(c, &which);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "DELETE FROM document WHERE source = ? AND project = ? AND generation < ?");
    sq_bind_id(&q, what->source);
    sq_bind_id(&q, what->project);
    sq_bind_int(&q, (int64_t)what->generation);
    e = sq_run(&q);
    what->removed = err_ok(e) ? sq_changes(c) : 0;
    return e;
}

err sqlite_document_prune(struct store *store, const id *project, const id *source,
                          uint64_t generation, size_t *ret_removed)
{
    struct document_write job = {.project = project, .source = source, .generation = generation};
    err e = sq_write(store, document_prune, &job);
    if (err_ok(e)) {
        *ret_removed = job.removed;
    }
    return e;
}
