/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_people.h"

struct recovery_write {
    const id *person;
    const struct crypto_digest *hashes;
    size_t count;
    int64_t at_ms;
    int64_t left;
    const struct audit_act *act;
};

static err recovery_replace(struct sq_conn *c, void *job)
{
    const struct recovery_write *what = job;
    struct sq_query clear = sq_query(c, "DELETE FROM recovery_code WHERE person = ?");
    sq_bind_id(&clear, what->person);
    err e = sq_run(&clear);
    for (size_t i = 0; err_ok(e) && i < what->count; i++) {
        struct sq_query q =
            sq_query(c, "INSERT INTO recovery_code(person, hash, created_ms) VALUES (?, ?, ?)");
        sq_bind_id(&q, what->person);
        sq_bind_digest(&q, &what->hashes[i]);
        sq_bind_int(&q, what->at_ms);
        e = sq_run(&q);
    }
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_recovery_replace(struct store *store, const id *person,
                            const struct crypto_digest *hashes, size_t count, int64_t at_ms,
                            const struct audit_act *act)
{
    struct recovery_write job = {
        .person = person, .hashes = hashes, .count = count, .at_ms = at_ms, .act = act};
    return count > STORE_CODES_MAX ? err_new(ERR_TOO_LARGE, "too many recovery codes")
                                   : sq_write(store, recovery_replace, &job);
}

static err codes_left(struct sq_conn *c, const id *person, int64_t *ret)
{
    struct sq_query q = sq_query(c, "SELECT count(*) FROM recovery_code WHERE person = ?");
    sq_bind_id(&q, person);
    return sq_number(&q, ret);
}

/* A used code is gone: it can be used once, whoever comes second. */
static err recovery_use(struct sq_conn *c, void *job)
{
    struct recovery_write *what = job;
    struct sq_query q = sq_query(c, "DELETE FROM recovery_code WHERE person = ? AND hash = ?");
    sq_bind_id(&q, what->person);
    sq_bind_digest(&q, what->hashes);
    err e = sq_run_one(&q);
    return err_ok(e) ? codes_left(c, what->person, &what->left) : e;
}

err sqlite_recovery_use(struct store *store, const id *person, const struct crypto_digest *hash,
                        int64_t at_ms, size_t *ret_left)
{
    struct recovery_write job = {.person = person, .hashes = hash, .at_ms = at_ms};
    err e = sq_write(store, recovery_use, &job);
    if (err_ok(e)) {
        *ret_left = (size_t)job.left;
    }
    return e;
}

err sqlite_recovery_count(struct store *store, const id *person, size_t *ret)
{
    struct sq_conn *c;
    int64_t left = 0;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    e = codes_left(c, person, &left);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = (size_t)left;
    }
    return e;
}
