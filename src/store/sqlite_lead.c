/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_store.h"

#include "base/clock.h"

enum { IDEMPOTENCY_KEPT_DAYS = 7 };

#define LEAD_COLUMNS                                                                               \
    "id, project, chat, name, email, phone, company, message, fields, consent, consent_text, "     \
    "url, locale, created_ms"

/* ── once ── */

/* Looks for an earlier request with this key. REPLAY_SAME sets *ret_id; CONFLICT when it was
 * another request. */
static err once_find(struct sq_conn *c, const id *project, const struct idempotency *once,
                     enum replay *ret, id *ret_id)
{
    *ret = REPLAY_NEW;
    if (!once || str_empty(once->key)) {
        return ERR_NONE;
    }
    struct sq_query q = sq_query(
        c, "SELECT request, result FROM idempotency WHERE project = ? AND scope = ? AND name = ?");
    sq_bind_id(&q, project);
    sq_bind_id(&q, &once->scope);
    sq_bind_str(&q, once->key, STORE_KEY_MAX);
    bool found = sq_step(&q);
    struct crypto_digest request = sq_digest(&q);
    id result = sq_id(&q);
    err e = sq_end(&q);
    if (!err_ok(e) || !found) {
        return e;
    }
    if (memcmp(request.bytes, once->request.bytes, sizeof request.bytes) != 0) {
        return err_new(ERR_CONFLICT, "this Idempotency-Key was used for another request");
    }
    *ret = REPLAY_SAME;
    *ret_id = result;
    return ERR_NONE;
}

static err once_keep(struct sq_conn *c, const id *project, const struct idempotency *once,
                     const id *result)
{
    int64_t now_ms = clock_wall_ms();
    if (!once || str_empty(once->key)) {
        return ERR_NONE;
    }
    struct sq_query old = sq_query(c, "DELETE FROM idempotency WHERE created_ms < ?");
    sq_bind_int(&old, now_ms - (int64_t)IDEMPOTENCY_KEPT_DAYS * 24 * 3600 * 1000);
    err e = sq_run(&old);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "INSERT INTO idempotency(project, scope, name, request, result, created_ms)"
                    " VALUES (?, ?, ?, ?, ?, ?)");
    sq_bind_id(&q, project);
    sq_bind_id(&q, &once->scope);
    sq_bind_str(&q, once->key, STORE_KEY_MAX);
    sq_bind_digest(&q, &once->request);
    sq_bind_id(&q, result);
    sq_bind_int(&q, now_ms);
    return sq_run(&q);
}

static err chat_is_of(struct sq_conn *c, const id *project, const id *chat)
{
    struct sq_query q = sq_query(c, "SELECT 1 FROM chat WHERE id = ? AND project = ?");
    sq_bind_id(&q, chat);
    sq_bind_id(&q, project);
    bool found = sq_step(&q);
    err e = sq_end(&q);
    return err_ok(e) && !found ? err_new(ERR_NOT_FOUND, "there is no such chat") : e;
}

/* ── leads ── */

struct lead_create {
    const struct lead_row *lead;
    const struct handoff_row *handoff;
    const struct outbox_row *entries;
    size_t entry_count;
    const struct idempotency *once;
    enum replay replay;
    id id;
};

static err lead_insert(struct sq_conn *c, const struct lead_row *row)
{
    struct sq_query q = sq_query(c, "INSERT INTO lead(" LEAD_COLUMNS
                                    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    sq_bind_id(&q, &row->id);
    sq_bind_id(&q, &row->project);
    sq_bind_id(&q, &row->chat);
    sq_bind_str(&q, row->name, STORE_NAME_MAX);
    sq_bind_str(&q, row->email, STORE_ADDRESS_MAX);
    sq_bind_str(&q, row->phone, STORE_NAME_MAX);
    sq_bind_str(&q, row->company, STORE_NAME_MAX);
    sq_bind_str(&q, row->message, STORE_COMMENT_MAX);
    sq_bind_str(&q, row->fields, STORE_JSON_MAX);
    sq_bind_int(&q, row->consent);
    sq_bind_str(&q, row->consent_text, STORE_COMMENT_MAX);
    sq_bind_str(&q, row->url, STORE_ADDRESS_MAX);
    sq_bind_str(&q, row->locale, STORE_WORD_MAX);
    sq_bind_int(&q, row->created_ms);
    return sq_run(&q);
}

static err lead_create(struct sq_conn *c, void *job)
{
    struct lead_create *what = job;
    const struct lead_row *lead = what->lead;
    what->id = lead->id;
    err e = once_find(c, &lead->project, what->once, &what->replay, &what->id);
    if (!err_ok(e) || what->replay == REPLAY_SAME) {
        return e;
    }
    if (!id_none(&lead->chat)) {
        e = chat_is_of(c, &lead->project, &lead->chat);
    }
    e = err_ok(e) ? lead_insert(c, lead) : e;
    e = err_ok(e) ? sq_outbox_insert(c, what->entries, what->entry_count) : e;
    return err_ok(e) ? once_keep(c, &lead->project, what->once, &lead->id) : e;
}

err sqlite_lead_create(struct store *store, const struct lead_row *lead,
                       const struct outbox_row *entries, size_t entry_count,
                       const struct idempotency *once, enum replay *ret_replay, id *ret_id)
{
    struct lead_create job = {
        .lead = lead, .entries = entries, .entry_count = entry_count, .once = once};
    err e = sq_write(store, lead_create, &job);
    if (err_ok(e)) {
        *ret_replay = job.replay;
        *ret_id = job.id;
    }
    return e;
}

static void lead_read(struct sq_query *q, struct arena *a, struct lead_row *row)
{
    row->id = sq_id(q);
    row->project = sq_id(q);
    row->chat = sq_id(q);
    row->name = sq_str(q, a);
    row->email = sq_str(q, a);
    row->phone = sq_str(q, a);
    row->company = sq_str(q, a);
    row->message = sq_str(q, a);
    row->fields = sq_str(q, a);
    row->consent = sq_bool(q);
    row->consent_text = sq_str(q, a);
    row->url = sq_str(q, a);
    row->locale = sq_str(q, a);
    row->created_ms = sq_int(q);
}

err sqlite_lead_list(struct store *store, struct arena *a, const id *project, int64_t since_ms,
                     size_t limit, struct lead_row **ret, size_t *ret_count)
{
    static const char one[] = "SELECT " LEAD_COLUMNS " FROM lead WHERE project = ?1 AND"
                              " created_ms >= ?2 ORDER BY created_ms DESC, id DESC LIMIT ?3";
    static const char all[] = "SELECT " LEAD_COLUMNS " FROM lead WHERE ?1 IS NULL AND"
                              " created_ms >= ?2 ORDER BY created_ms DESC, id DESC LIMIT ?3";
    struct sq_conn *c;
    struct sq_list list = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, id_none(project) ? all : one);
    sq_bind_id(&q, project);
    sq_bind_int(&q, since_ms);
    sq_bind_int(&q, (int64_t)(limit && limit < STORE_LIST_MAX ? limit : STORE_LIST_MAX));
    while (err_ok(e) && sq_step(&q)) {
        struct lead_row *row = sq_list_add(&list, a, sizeof *row, STORE_LIST_MAX);
        if (row) {
            lead_read(&q, a, row);
        } else {
            e = err_new(ERR_NO_MEMORY, "no memory for the list of leads");
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

err sqlite_lead_get(struct store *store, struct arena *a, const id *project, const id *lead,
                    struct lead_row *ret)
{
    struct sq_conn *c;
    struct lead_row row = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "SELECT " LEAD_COLUMNS " FROM lead WHERE id = ? AND project = ?");
    sq_bind_id(&q, lead);
    sq_bind_id(&q, project);
    bool found = sq_step(&q);
    if (found) {
        lead_read(&q, a, &row);
    }
    e = sq_end(&q);
    sq_read_end(store, c);
    if (err_ok(e) && !found) {
        return err_new(ERR_NOT_FOUND, "there is no such lead");
    }
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

/* ── handoffs ── */

static err handoff_insert(struct sq_conn *c, const struct handoff_row *row)
{
    struct sq_query q =
        sq_query(c, "INSERT INTO handoff(id, project, chat, email, message, state, created_ms)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)");
    sq_bind_id(&q, &row->id);
    sq_bind_id(&q, &row->project);
    sq_bind_id(&q, &row->chat);
    sq_bind_str(&q, row->email, STORE_ADDRESS_MAX);
    sq_bind_str(&q, row->message, STORE_COMMENT_MAX);
    sq_bind_str(&q, row->state, STORE_WORD_MAX);
    sq_bind_int(&q, row->created_ms);
    return sq_run(&q);
}

static err chat_hand_off(struct sq_conn *c, const struct handoff_row *row)
{
    struct sq_query q = sq_query(c, "UPDATE chat SET handoff = ?, updated_ms = max(updated_ms, ?)"
                                    " WHERE id = ? AND project = ?");
    sq_bind_str(&q, row->state, STORE_WORD_MAX);
    sq_bind_int(&q, row->created_ms);
    sq_bind_id(&q, &row->chat);
    sq_bind_id(&q, &row->project);
    return sq_run_one(&q);
}

static err handoff_create(struct sq_conn *c, void *job)
{
    struct lead_create *what = job;
    const struct handoff_row *handoff = what->handoff;
    what->id = handoff->id;
    err e = once_find(c, &handoff->project, what->once, &what->replay, &what->id);
    if (!err_ok(e) || what->replay == REPLAY_SAME) {
        return e;
    }
    e = chat_hand_off(c, handoff);
    e = err_ok(e) ? handoff_insert(c, handoff) : e;
    e = err_ok(e) ? sq_outbox_insert(c, what->entries, what->entry_count) : e;
    return err_ok(e) ? once_keep(c, &handoff->project, what->once, &handoff->id) : e;
}

err sqlite_handoff_create(struct store *store, const struct handoff_row *handoff,
                          const struct outbox_row *entries, size_t entry_count,
                          const struct idempotency *once, enum replay *ret_replay, id *ret_id)
{
    struct lead_create job = {
        .handoff = handoff, .entries = entries, .entry_count = entry_count, .once = once};
    err e = sq_write(store, handoff_create, &job);
    if (err_ok(e)) {
        *ret_replay = job.replay;
        *ret_id = job.id;
    }
    return e;
}

err sqlite_handoff_get(struct store *store, struct arena *a, const id *project, const id *chat,
                       struct handoff_row *ret)
{
    struct sq_conn *c;
    struct handoff_row row = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "SELECT id, project, chat, email, message, state, created_ms FROM handoff"
                    " WHERE chat = ? AND project = ? ORDER BY created_ms DESC, id DESC LIMIT 1");
    sq_bind_id(&q, chat);
    sq_bind_id(&q, project);
    bool found = sq_step(&q);
    if (found) {
        row.id = sq_id(&q);
        row.project = sq_id(&q);
        row.chat = sq_id(&q);
        row.email = sq_str(&q, a);
        row.message = sq_str(&q, a);
        row.state = sq_str(&q, a);
        row.created_ms = sq_int(&q);
    }
    e = sq_end(&q);
    sq_read_end(store, c);
    if (err_ok(e) && !found) {
        return err_new(ERR_NOT_FOUND, "the chat has no handoff");
    }
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}
