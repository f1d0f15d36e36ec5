/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_store.h"

#include "base/utf8.h"

enum { ERROR_TEXT_MAX = 500, CLAIM_MAX = 256 };

#define OUTBOX_COLUMNS                                                                             \
    "id, project, kind, event, payload, target, state, attempts, last_error, created_ms, "         \
    "next_ms, done_ms"

err sq_outbox_insert(struct sq_conn *c, const struct outbox_row *rows, size_t count)
{
    if (count > STORE_ENTRIES_MAX) {
        return err_new(ERR_TOO_LARGE, "too many outbox entries in one write");
    }
    for (size_t i = 0; i < count; i++) {
        const struct outbox_row *row = &rows[i];
        struct sq_query q = sq_query(c, "INSERT INTO outbox(" OUTBOX_COLUMNS
                                        ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        sq_bind_id(&q, &row->id);
        sq_bind_id(&q, &row->project);
        sq_bind_str(&q, row->kind, STORE_WORD_MAX);
        sq_bind_str(&q, row->event, STORE_WORD_MAX);
        sq_bind_str(&q, row->payload, STORE_PAYLOAD_MAX);
        sq_bind_str(&q, row->target, STORE_ADDRESS_MAX);
        sq_bind_str(&q, str_empty(row->state) ? STR("pending") : row->state, STORE_WORD_MAX);
        sq_bind_int(&q, row->attempts);
        sq_bind_str(&q, utf8_cut(row->last_error, ERROR_TEXT_MAX), ERROR_TEXT_MAX);
        sq_bind_int(&q, row->created_ms);
        sq_bind_int(&q, row->next_ms);
        sq_bind_int(&q, row->done_ms);
        err e = sq_run(&q);
        if (!err_ok(e)) {
            return e;
        }
    }
    return ERR_NONE;
}

struct outbox_add {
    const struct outbox_row *rows;
    size_t count;
};

static err outbox_add(struct sq_conn *c, void *job)
{
    const struct outbox_add *add = job;
    return sq_outbox_insert(c, add->rows, add->count);
}

err sqlite_outbox_add(struct store *store, const struct outbox_row *rows, size_t count)
{
    struct outbox_add job = {rows, count};
    return sq_write(store, outbox_add, &job);
}

static void outbox_read(struct sq_query *q, struct arena *a, struct outbox_row *row)
{
    row->id = sq_id(q);
    row->project = sq_id(q);
    row->kind = sq_str(q, a);
    row->event = sq_str(q, a);
    row->payload = sq_str(q, a);
    row->target = sq_str(q, a);
    row->state = sq_str(q, a);
    row->attempts = (uint32_t)sq_int(q);
    row->last_error = sq_str(q, a);
    row->created_ms = sq_int(q);
    row->next_ms = sq_int(q);
    row->done_ms = sq_int(q);
}

static err outbox_read_all(struct sq_query *q, struct arena *a, struct sq_list *list)
{
    err e = ERR_NONE;
    while (err_ok(e) && sq_step(q)) {
        struct outbox_row *row = sq_list_add(list, a, sizeof *row, STORE_LIST_MAX);
        if (row) {
            outbox_read(q, a, row);
        } else {
            e = err_new(ERR_NO_MEMORY, "no memory for outbox entries");
        }
    }
    err end = sq_end(q);
    return err_ok(e) ? end : e;
}

/* ── leases: an entry's next_ms is the end of its lease, so that one that is not answered for is
 * due again ── */

#define OF_CHANNEL " AND (?1 = 0 OR (?1 = 1) = (kind = 'mail'))"

struct outbox_claim {
    struct arena *a;
    enum outbox_channel channel;
    int64_t now_ms, lease_ms;
    size_t limit;
    struct sq_list list;
    int64_t next_ms;
};

static err outbox_next(struct sq_conn *c, struct outbox_claim *claim)
{
    /* 0 means that there is none, so an entry that was due since ever is due since 1. */
    struct sq_query q =
        sq_query(c, "SELECT max(1, min(next_ms)) FROM outbox WHERE state = 'pending'" OF_CHANNEL);
    sq_bind_int(&q, claim->channel);
    claim->next_ms = sq_step(&q) ? sq_int(&q) : 0;
    return sq_end(&q);
}

static err outbox_claim(struct sq_conn *c, void *job)
{
    struct outbox_claim *claim = job;
    claim->list = (struct sq_list){0};
    struct sq_query q =
        sq_query(c, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE state = 'pending'" OF_CHANNEL
                    " AND next_ms <= ?2 ORDER BY next_ms, created_ms, id LIMIT ?3");
    sq_bind_int(&q, claim->channel);
    sq_bind_int(&q, claim->now_ms);
    sq_bind_int(&q, (int64_t)claim->limit);
    err e = outbox_read_all(&q, claim->a, &claim->list);
    struct outbox_row *rows = claim->list.rows;
    for (size_t i = 0; err_ok(e) && i < claim->list.count; i++) {
        struct sq_query lease = sq_query(c, "UPDATE outbox SET next_ms = ? WHERE id = ?");
        rows[i].next_ms = claim->now_ms + claim->lease_ms;
        sq_bind_int(&lease, rows[i].next_ms);
        sq_bind_id(&lease, &rows[i].id);
        e = sq_run_one(&lease);
    }
    return err_ok(e) ? outbox_next(c, claim) : e;
}

err sqlite_outbox_claim(struct store *store, struct arena *a, enum outbox_channel channel,
                        int64_t now_ms, int64_t lease_ms, size_t limit, struct outbox_row **ret,
                        size_t *ret_count, int64_t *ret_next_ms)
{
    struct outbox_claim job = {.a = a,
                               .channel = channel,
                               .now_ms = now_ms,
                               .lease_ms = lease_ms,
                               .limit = limit < CLAIM_MAX ? limit : CLAIM_MAX};
    /* Looks first: an idle worker must not cost a sync each time it asks. */
    struct sq_conn *c;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    e = outbox_next(c, &job);
    sq_read_end(store, c);
    if (err_ok(e) && job.next_ms != 0 && job.next_ms <= now_ms) {
        e = sq_write(store, outbox_claim, &job);
    }
    if (err_ok(e)) {
        *ret = job.list.rows;
        *ret_count = job.list.count;
        *ret_next_ms = job.next_ms;
    }
    return e;
}

/* ── outcomes ── */

struct outbox_outcome {
    const id *entry;
    int64_t time_ms;
    str error;
    const struct outbox_row *notices;
    size_t notice_count;
    size_t changed;
};

static err outbox_renew(struct sq_conn *c, void *job)
{
    const struct outbox_outcome *what = job;
    struct sq_query q =
        sq_query(c, "UPDATE outbox SET next_ms = ? WHERE id = ? AND state = 'pending'");
    sq_bind_int(&q, what->time_ms);
    sq_bind_id(&q, what->entry);
    return sq_run_one(&q);
}

err sqlite_outbox_renew(struct store *store, const id *entry, int64_t until_ms)
{
    struct outbox_outcome job = {.entry = entry, .time_ms = until_ms};
    return sq_write(store, outbox_renew, &job);
}

static err outbox_sent(struct sq_conn *c, void *job)
{
    const struct outbox_outcome *what = job;
    struct sq_query q =
        sq_query(c, "UPDATE outbox SET state = 'sent', attempts = attempts + 1, last_error = '',"
                    " done_ms = ?, next_ms = 0 WHERE id = ?");
    sq_bind_int(&q, what->time_ms);
    sq_bind_id(&q, what->entry);
    return sq_run_one(&q);
}

err sqlite_outbox_sent(struct store *store, const id *entry, int64_t now_ms)
{
    struct outbox_outcome job = {.entry = entry, .time_ms = now_ms};
    return sq_write(store, outbox_sent, &job);
}

static err outbox_later(struct sq_conn *c, void *job)
{
    const struct outbox_outcome *what = job;
    struct sq_query q =
        sq_query(c, "UPDATE outbox SET attempts = attempts + 1, last_error = ?, next_ms = ?"
                    " WHERE id = ? AND state = 'pending'");
    sq_bind_str(&q, what->error, ERROR_TEXT_MAX);
    sq_bind_int(&q, what->time_ms);
    sq_bind_id(&q, what->entry);
    return sq_run_one(&q);
}

err sqlite_outbox_later(struct store *store, const id *entry, int64_t next_ms, str error)
{
    struct outbox_outcome job = {
        .entry = entry, .time_ms = next_ms, .error = utf8_cut(error, ERROR_TEXT_MAX)};
    return sq_write(store, outbox_later, &job);
}

static err outbox_dead(struct sq_conn *c, void *job)
{
    const struct outbox_outcome *what = job;
    struct sq_query q =
        sq_query(c, "UPDATE outbox SET state = 'dead', attempts = attempts + 1, last_error = ?,"
                    " done_ms = ?, next_ms = 0 WHERE id = ? AND state = 'pending'");
    sq_bind_str(&q, what->error, ERROR_TEXT_MAX);
    sq_bind_int(&q, what->time_ms);
    sq_bind_id(&q, what->entry);
    err e = sq_run_one(&q);
    return err_ok(e) ? sq_outbox_insert(c, what->notices, what->notice_count) : e;
}

err sqlite_outbox_dead(struct store *store, const id *entry, int64_t now_ms, str error,
                       const struct outbox_row *notices, size_t notice_count)
{
    struct outbox_outcome job = {.entry = entry,
                                 .time_ms = now_ms,
                                 .error = utf8_cut(error, ERROR_TEXT_MAX),
                                 .notices = notices,
                                 .notice_count = notice_count};
    return sq_write(store, outbox_dead, &job);
}

static err outbox_retry(struct sq_conn *c, void *job)
{
    struct outbox_outcome *what = job;
    struct sq_query q = sq_query(
        c, "UPDATE outbox SET state = 'pending', next_ms = ?1, done_ms = 0"
           " WHERE (?2 IS NULL AND state = 'dead') OR (id = ?2 AND state IN ('dead', 'pending'))");
    sq_bind_int(&q, what->time_ms);
    sq_bind_id(&q, what->entry);
    err e = sq_run(&q);
    what->changed = err_ok(e) ? sq_changes(c) : 0;
    return e;
}

err sqlite_outbox_retry(struct store *store, const id *entry, int64_t now_ms, size_t *ret_count)
{
    static const id none = {{0}};
    struct outbox_outcome job = {.entry = entry ? entry : &none, .time_ms = now_ms};
    err e = sq_write(store, outbox_retry, &job);
    if (err_ok(e)) {
        *ret_count = job.changed;
    }
    return e;
}

/* ── looking ── */

err sqlite_outbox_get(struct store *store, struct arena *a, const id *entry, struct outbox_row *ret)
{
    struct sq_conn *c;
    struct sq_list list = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE id = ?");
    sq_bind_id(&q, entry);
    e = outbox_read_all(&q, a, &list);
    sq_read_end(store, c);
    if (err_ok(e) && list.count == 0) {
        return err_new(ERR_NOT_FOUND, "there is no such outbox entry");
    }
    if (err_ok(e)) {
        *ret = *(struct outbox_row *)list.rows;
    }
    return e;
}

err sqlite_outbox_list(struct store *store, struct arena *a, str state, size_t limit,
                       struct outbox_row **ret, size_t *ret_count)
{
    struct sq_conn *c;
    struct sq_list list = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE ?1 = '' OR"
                                    " state = ?1 ORDER BY created_ms DESC, id DESC LIMIT ?2");
    sq_bind_str(&q, state, STORE_WORD_MAX);
    sq_bind_int(&q, (int64_t)(limit && limit < STORE_LIST_MAX ? limit : STORE_LIST_MAX));
    e = outbox_read_all(&q, a, &list);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}

err sqlite_outbox_counts(struct store *store, struct outbox_counts *ret)
{
    struct sq_conn *c;
    struct outbox_counts counts = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT (SELECT count(*) FROM outbox WHERE state = 'pending'),"
                                    " (SELECT count(*) FROM outbox WHERE state = 'dead'),"
                                    " (SELECT count(*) FROM outbox WHERE state = 'sent')");
    if (sq_step(&q)) {
        counts.pending = (uint64_t)sq_int(&q);
        counts.dead = (uint64_t)sq_int(&q);
        counts.sent = (uint64_t)sq_int(&q);
    }
    e = sq_end(&q);
    struct sq_query oldest =
        sq_query(c, "SELECT min(created_ms) FROM outbox WHERE state = 'pending'");
    counts.oldest_pending_ms = sq_step(&oldest) ? sq_int(&oldest) : 0;
    err end = sq_end(&oldest);
    sq_read_end(store, c);
    e = err_ok(e) ? end : e;
    if (err_ok(e)) {
        *ret = counts;
    }
    return e;
}
