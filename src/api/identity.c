/* SPDX-License-Identifier: Apache-2.0 */
/* Who a known visitor is: what the site signed (checklist B6). */
#include "access/seal.h"
#include "api/answer.h"
#include "base/clock.h"
#include "base/log.h"

static err no_key(void)
{
    return err_new(ERR_UNAUTHORIZED, "the identity's kid is none of the project's keys");
}

static err open_key(struct call *call, const struct visitor_key_row *row, struct secret *secret,
                    struct jwt_key *ret)
{
    if (!jwt_alg_parse(row->alg, &ret->alg)) {
        return err_new(ERR_CORRUPT, "a visitor key has an unknown algorithm");
    }
    ret->key = row->key;
    if (ret->alg != JWT_HS256) {
        return ERR_NONE;
    }
    err e = seal_open(call->app->desk.seal_key, id_str(&row->id), row->key, secret);
    ret->key = secret_view(secret);
    return e;
}

static err verify(struct call *call, str token)
{
    str kid;
    struct visitor_key_row row;
    struct jwt_key key;
    struct secret secret = {0};
    err e = jwt_kid(call->a, token, &kid);
    if (!err_ok(e)) {
        return e.code == ERR_INVALID ? err_new(ERR_UNAUTHORIZED, e.what) : e;
    }
    e = store_visitor_key_by_kid(call->app->store, call->a, &call->project.row.id, kid, &row);
    if (e.code == ERR_NOT_FOUND || e.code == ERR_TOO_LARGE) {
        return no_key();
    }
    if (err_ok(e)) {
        e = open_key(call, &row, &secret, &key);
    }
    if (err_ok(e)) {
        e = jwt_verify(call->a, token, &key, call->project.row.slug, clock_wall_ms(),
                       &call->identity);
    }
    secret_done(&secret);
    return e;
}

err route_identify(struct call *call)
{
    const json_t *value = call->body ? json_object_get(call->body, "identity") : NULL;
    str token;
    if (call->route->access != ROUTE_SESSION || !value || json_is_null(value)) {
        return ERR_NONE;
    }
    if (!json_get_str(call->body, "identity", &token) || token.n > JWT_BYTES_MAX) {
        return err_new(ERR_INVALID, "the field \"identity\" must be a signed token (JWT)");
    }
    err e = verify(call, token);
    call->identified = err_ok(e);
    if (!err_ok(e)) {
        /* A private project answers as if it were not there: the site's owner finds why here. */
        LOG(LOG_WARN, "access", "a visitor's identity was refused", log_c("why", e.what),
            log_str("project", call->project.row.slug));
    }
    return e;
}
