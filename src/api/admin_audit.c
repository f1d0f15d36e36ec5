/* SPDX-License-Identifier: Apache-2.0 */
/* The team's audit log: read and verified. */
#include "api/admin.h"

enum { PAGE = 50, PAGE_MAX = 200, VERIFY_PAGE = 500, VERIFY_BYTES_MAX = 16 << 20 };

static void text_or_null(struct buf *b, const char *key, const id *value)
{
    answer_member_name(b, key);
    if (id_none(value)) {
        buf_add_c(b, "null");
    } else {
        json_write_str(b, id_str(value));
    }
}

/* The name of somebody of the team; of others only the id is known here. */
static str name_of(const struct member_row *members, size_t count, const id *person)
{
    for (size_t i = 0; i < count; i++) {
        if (id_eq(&members[i].person, person)) {
            return members[i].account.name;
        }
    }
    return STR_EMPTY;
}

static void row_json(struct buf *b, const struct audit_row *row, str actor_name)
{
    const struct audit_act *what = &row->what;
    buf_add_byte(b, '{');
    answer_member_number(b, "seq", row->seq);
    answer_member_time(b, "at", what->at_ms);
    answer_member(b, "actor_kind", what->actor_kind);
    text_or_null(b, "actor", &what->actor);
    answer_member(b, "actor_name", actor_name);
    answer_member(b, "act", what->act);
    answer_member(b, "object_kind", what->object_kind);
    answer_member(b, "object", what->object);
    answer_member(b, "outcome", what->outcome);
    answer_member_name(b, "detail");
    buf_add(b, str_empty(what->detail) ? STR("null") : what->detail);
    text_or_null(b, "request", &what->request);
    answer_member(b, "address", what->address);
    buf_add_byte(b, '}');
}

static err read_number(struct call *call, const char *name, uint64_t max, uint64_t *ret)
{
    str text;
    if (http_req_param(call->req, str_c(name), &text) && (!str_u64(text, ret) || *ret > max)) {
        str why = arena_printf(call->a, "the parameter %s must be a number of at most %llu", name,
                               (unsigned long long)max);
        call->why = why.p ? why.p : NULL;
        return err_new(ERR_INVALID, "a parameter is not a number");
    }
    return ERR_NONE;
}

err audit_list(struct call *call)
{
    struct audit_row *rows;
    struct member_row *members;
    size_t count, member_count;
    uint64_t before = 0, limit = PAGE;
    err e = read_number(call, "before", INT64_MAX, &before);
    if (err_ok(e)) {
        e = read_number(call, "limit", PAGE_MAX, &limit);
    }
    if (err_ok(e)) {
        e = store_audit_recent(call->app->store, call->a, &call->who.team, before,
                               limit ? limit : 1, &rows, &count);
    }
    if (err_ok(e)) {
        e = store_member_list(call->app->store, call->a, &call->who.team, &members, &member_count);
    }
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    buf_addf(&b, "{\"count\":%zu,\"results\":[", count);
    for (size_t i = 0; i < count; i++) {
        buf_add_c(&b, i ? "," : "");
        row_json(&b, &rows[i], name_of(members, member_count, &rows[i].what.actor));
    }
    buf_add_c(&b, "]}");
    return answer_json(call, 200, &b);
}

/* Walks the chain; *ret_broken is the first row that does not follow from the one before, 0 none.
 */
static err walk(struct call *call, uint64_t *ret_count, uint64_t *ret_broken)
{
    struct arena a;
    struct crypto_digest before = {{0}};
    size_t count = VERIFY_PAGE;
    err e = ERR_NONE;
    arena_init(&a, VERIFY_BYTES_MAX);
    *ret_count = *ret_broken = 0;
    while (err_ok(e) && count == VERIFY_PAGE && !*ret_broken) {
        struct audit_row *rows;
        arena_reset(&a);
        e = store_audit_list(call->app->store, &a, &call->who.team, *ret_count, VERIFY_PAGE, &rows,
                             &count);
        for (size_t i = 0; err_ok(e) && i < count && !*ret_broken; i++) {
            uint64_t seq = *ret_count + 1;
            struct crypto_digest hash = audit_hash(&before, rows[i].seq, &rows[i].what);
            bool follows = rows[i].seq == seq &&
                           memcmp(rows[i].before.bytes, before.bytes, sizeof before) == 0 &&
                           memcmp(rows[i].hash.bytes, hash.bytes, sizeof hash) == 0;
            *ret_broken = follows ? 0 : seq;
            *ret_count += follows;
            before = hash;
        }
    }
    arena_done(&a);
    return e;
}

err audit_verify(struct call *call)
{
    uint64_t count, broken;
    struct buf b;
    err e = walk(call, &count, &broken);
    if (!err_ok(e)) {
        return e;
    }
    buf_init(&b, 1024);
    buf_add_byte(&b, '{');
    answer_member_bool(&b, "valid", broken == 0);
    answer_member_number(&b, "count", count);
    answer_member_name(&b, "broken_at");
    if (broken) {
        buf_addf(&b, "%llu}", (unsigned long long)broken);
    } else {
        buf_add_c(&b, "null}");
    }
    return answer_json(call, 200, &b);
}
