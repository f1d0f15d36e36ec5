/* SPDX-License-Identifier: Apache-2.0 */
/* Known visitors: the keys that sites sign identities with, and which groups read which source. */
#include "access/seal.h"
#include "api/admin.h"
#include "api/authorize.h"
#include "base/bytes.h"
#include "base/clock.h"

enum { SECRET_BYTES = 32, NAME_BYTES_MAX = 64, GROUPS_MAX = 64, KEY_TEXT_MAX = 8192 };

static void visitor_key_json(struct buf *b, const struct visitor_key_row *row)
{
    answer_member(b, "uuid", id_str(&row->id));
    answer_member(b, "kid", row->kid);
    answer_member(b, "alg", row->alg);
    answer_member_time(b, "created_at", row->created_ms);
    answer_member_time(b, "used_at", row->used_ms);
}

err visitor_key_list(struct call *call)
{
    struct visitor_key_row *rows;
    size_t count;
    err e = store_visitor_key_list(call->app->store, call->a, &call->project.row.id, &rows, &count);
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    buf_addf(&b, "{\"count\":%zu,\"results\":[", count);
    for (size_t i = 0; i < count; i++) {
        buf_add_c(&b, i ? ",{" : "{");
        visitor_key_json(&b, &rows[i]);
        buf_add_byte(&b, '}');
    }
    buf_add_c(&b, "]}");
    return answer_json(call, 200, &b);
}

/* Names of keys and groups: [A-Za-z0-9._:-]{1,64}. */
static bool is_name(str name)
{
    bool good = name.n >= 1 && name.n <= NAME_BYTES_MAX;
    for (size_t i = 0; good && i < name.n; i++) {
        char c = name.p[i], low = str_lower(c);
        good = (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == ':' || c == '-';
    }
    return good;
}

/* Takes the site's key, or draws a secret that is shown this once. */
static err read_key(struct call *call, enum jwt_alg alg, str *ret_key, str *ret_shown)
{
    str text;
    err e = body_secret(call, "key", &text);
    *ret_shown = STR_EMPTY;
    if (!err_ok(e)) {
        return e;
    }
    if (str_empty(text) && alg == JWT_HS256) {
        char drawn[SECRET_BYTES];
        struct buf b;
        crypto_random(drawn, sizeof drawn);
        buf_init(&b, 128);
        bytes_base64url(&b, drawn, sizeof drawn);
        text = arena_str(call->a, buf_str(&b));
        buf_wipe(&b);
        crypto_wipe(drawn, sizeof drawn);
        *ret_shown = text;
        if (!text.p) {
            return err_new(ERR_NO_MEMORY, "out of memory");
        }
    }
    e = jwt_key_read(call->a, alg, text, ret_key);
    return e.code == ERR_INVALID ? unprocessable(call, str_c(e.what)) : e;
}

static err read_visitor_key(struct call *call, struct visitor_key_row *row, str *ret_shown)
{
    enum jwt_alg alg;
    err e = body_needed(call, "kid", NAME_BYTES_MAX, &row->kid);
    if (err_ok(e) && !is_name(row->kid)) {
        return unprocessable(call, STR("a kid is 1 to 64 letters, digits and . _ : -"));
    }
    if (err_ok(e)) {
        e = body_needed(call, "alg", 16, &row->alg);
    }
    if (err_ok(e) && !jwt_alg_parse(row->alg, &alg)) {
        return unprocessable(call, STR("\"alg\" is HS256, ES256 or EdDSA"));
    }
    if (err_ok(e)) {
        e = read_key(call, alg, &row->key, ret_shown);
    }
    return err_ok(e) && alg == JWT_HS256 ? seal_close(call->a, call->app->desk.seal_key,
                                                      id_str(&row->id), row->key, &row->key)
                                         : e;
}

err visitor_key_add(struct call *call)
{
    struct visitor_key_row row = {
        .id = id_random(), .project = call->project.row.id, .created_ms = clock_wall_ms()};
    str shown = STR_EMPTY;
    err e = read_visitor_key(call, &row, &shown);
    if (err_ok(e)) {
        struct audit_act act = record_act(call, "visitor_key.add", "visitor_key", id_str(&row.id));
        e = store_visitor_key_add(call->app->store, &row, &act);
    }
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, 8192);
    buf_add_byte(&b, '{');
    visitor_key_json(&b, &row);
    answer_member_name(&b, "secret");
    if (str_empty(shown)) {
        buf_add_c(&b, "null}");
    } else {
        json_write_str(&b, shown);
        buf_add_byte(&b, '}');
    }
    return answer_json(call, 201, &b);
}

err visitor_key_remove(struct call *call)
{
    id wanted;
    err e = admin_arg(call, 1, &wanted);
    if (err_ok(e)) {
        struct audit_act act =
            record_act(call, "visitor_key.remove", "visitor_key", id_str(&wanted));
        e = store_visitor_key_remove(call->app->store, &call->project.row.id, &wanted, &act);
    }
    return err_ok(e) ? answer_nothing(call) : e;
}

/* ── groups of a source ── */

static int by_text(const void *x, const void *y)
{
    return str_cmp(*(const str *)x, *(const str *)y);
}

/* Sorted, each once, a line feed after each: as the store compares them. */
static err join_groups(struct call *call, str *names, size_t count, str *ret)
{
    struct buf b;
    buf_init(&b, GROUPS_MAX * (NAME_BYTES_MAX + 1));
    qsort(names, count, sizeof *names, by_text);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !str_eq(names[i], names[i - 1])) {
            buf_add(&b, names[i]);
            buf_add_byte(&b, '\n');
        }
    }
    err e = buf_err(&b);
    *ret = arena_str(call->a, buf_str(&b));
    buf_done(&b);
    return err_ok(e) && !ret->p ? err_new(ERR_NO_MEMORY, "out of memory") : e;
}

static err read_groups(struct call *call, str *ret)
{
    const json_t *list = json_object_get(call->body, "groups");
    str names[GROUPS_MAX];
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count > GROUPS_MAX) {
        return unprocessable(call, STR("\"groups\" is a list of at most 64 names"));
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = str_c(json_string_value(json_array_get(list, i)));
        if (!is_name(names[i])) {
            return unprocessable(call, STR("a group is 1 to 64 letters, digits and . _ : -"));
        }
    }
    return join_groups(call, names, count, ret);
}

err source_groups(struct call *call)
{
    id source;
    str groups = STR_EMPTY;
    err e = admin_arg(call, 1, &source);
    if (err_ok(e)) {
        e = read_groups(call, &groups);
    }
    if (err_ok(e)) {
        struct audit_act act = record_act(call, "source.groups", "source", id_str(&source));
        e = store_source_set_groups(call->app->store, &call->project.row.id, &source, groups, &act);
    }
    return err_ok(e) ? answer_nothing(call) : e;
}
