/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access.h"

#include "base/clock.h"

static str header(const struct http_req *req, const char *name)
{
    str value;
    return http_req_header(req, str_c(name), &value) ? str_trim(value) : STR_EMPTY;
}

/* Takes the token out of "Api-Key <token>" or "Bearer <token>"; the scheme in any case (RFC 9110
 * section 11.1). */
static bool authorization_token(str value, str *ret)
{
    static const str schemes[] = {STR_INIT("Api-Key "), STR_INIT("Bearer ")};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (str_istarts(value, schemes[i])) {
            *ret = str_trim(str_slice(value, schemes[i].n, value.n));
            return true;
        }
    }
    return false;
}

static err find_token(const struct http_req *req, str *ret)
{
    str authorization = header(req, "authorization"), api_key = header(req, "x-api-key");
    str token = STR_EMPTY;
    if (!str_empty(authorization) && !authorization_token(authorization, &token)) {
        return err_new(ERR_UNAUTHORIZED,
                       "Authorization must be `Api-Key <token>` or `Bearer <token>`");
    }
    if (!str_empty(api_key)) {
        if (!str_empty(token) && !crypto_equal(token, api_key)) {
            return err_new(ERR_UNAUTHORIZED, "two different credentials were sent; send one");
        }
        token = api_key;
    }
    *ret = token;
    return ERR_NONE;
}

static err unknown_credential(void)
{
    return err_new(ERR_UNAUTHORIZED, "the credential is not known, has expired or was revoked");
}

static err authenticate_session(struct store *store, struct arena *a,
                                const struct crypto_digest *hash, struct principal *ret)
{
    struct session_row session;
    err e = store_session_by_hash(store, a, hash, &session);
    if (e.code == ERR_NOT_FOUND || (err_ok(e) && session.expires_ms <= clock_wall_ms())) {
        return unknown_credential();
    }
    if (err_ok(e)) {
        *ret = (struct principal){
            .kind = PRINCIPAL_VISITOR, .project = session.project, .session = session};
    }
    return e;
}

static err authenticate_key(struct store *store, struct arena *a, const struct crypto_digest *hash,
                            bool browser, struct principal *ret)
{
    struct key_row key;
    err e = store_key_by_hash(store, a, hash, &key);
    if (e.code == ERR_NOT_FOUND ||
        (err_ok(e) && (key.disabled_ms || (key.expires_ms && key.expires_ms <= clock_wall_ms())))) {
        return unknown_credential();
    }
    if (!err_ok(e)) {
        return e;
    }
    bool public_key = str_eq(key.kind, STR("pk"));
    if (browser && !public_key) {
        return err_new(ERR_FORBIDDEN,
                       "a secret key must not be used in a browser; it should be rotated now");
    }
    *ret = (struct principal){.kind = PRINCIPAL_KEY,
                              .team = key.team,
                              .project = key.project,
                              .key = key.id,
                              .public_key = public_key,
                              .permissions = key.permissions,
                              .key_expires_ms = key.expires_ms};
    return ERR_NONE;
}

err access_authenticate(struct store *store, const struct secret *hash_key, struct http_req *req,
                        struct principal *ret, const char **ret_why)
{
    str token;
    enum token_kind kind;
    err e = find_token(req, &token);
    if (err_ok(e) && str_empty(token)) {
        *ret = (struct principal){.kind = PRINCIPAL_NOBODY};
        return ERR_NONE;
    }
    if (err_ok(e) && !token_parse(token, &kind)) {
        e = unknown_credential();
    }
    if (err_ok(e)) {
        struct crypto_digest hash = token_hash(hash_key, token);
        bool browser = !str_empty(header(req, "origin"));
        e = kind == TOKEN_VISITOR_SESSION
                ? authenticate_session(store, http_req_arena(req), &hash, ret)
                : authenticate_key(store, http_req_arena(req), &hash, browser, ret);
    }
    *ret_why = e.what;
    return e;
}

bool access_token_in_query(struct http_req *req)
{
    str rest = http_req_query(req), field;
    while (str_split(&rest, '&', &field)) {
        size_t equals = str_find_byte(field, '=', 0);
        str name = str_slice(field, 0, equals);
        str value = equals == SIZE_MAX ? STR_EMPTY : str_slice(field, equals + 1, field.n);
        if (str_ieq(name, STR("api_key")) || str_ieq(name, STR("apikey")) ||
            str_ieq(name, STR("access_token")) || str_starts(value, STR("dw_sk_")) ||
            str_starts(value, STR("dw_pk_")) || str_starts(value, STR("dw_vs_"))) {
            return true;
        }
    }
    return false;
}

bool access_reaches(const struct principal *principal, const struct project_row *project)
{
    switch (principal->kind) {
    case PRINCIPAL_VISITOR:
        return id_eq(&principal->project, &project->id);
    case PRINCIPAL_KEY:
        return id_eq(&principal->team, &project->team) &&
               (id_none(&principal->project) || id_eq(&principal->project, &project->id));
    case PRINCIPAL_NOBODY:
        return false;
    }
    return false;
}

struct domain_request access_domain_request(struct http_req *req, bool has_credential)
{
    return (struct domain_request){.self = http_req_origin_self(req),
                                   .origin = header(req, "origin"),
                                   .referer = header(req, "referer"),
                                   .fetch_site = header(req, "sec-fetch-site"),
                                   .has_credential = has_credential};
}

err access_session_open(struct store *store, const struct secret *hash_key,
                        struct session_row *session, struct token *ret_token)
{
    *ret_token = token_new(TOKEN_VISITOR_SESSION);
    session->hash = token_hash(hash_key, str_c(ret_token->c));
    return store_session_create(store, session);
}

err access_key_create(struct store *store, const struct secret *hash_key, struct key_row *key,
                      enum token_kind kind, struct token *ret_token)
{
    *ret_token = token_new(kind);
    key->kind = kind == TOKEN_PUBLIC_KEY ? STR("pk") : STR("sk");
    key->hash = token_hash(hash_key, str_c(ret_token->c));
    key->hint = token_hint(str_c(ret_token->c));
    return store_key_create(store, key, NULL);
}

err access_hash_key_load(struct store *store, const char *path, struct secret *ret)
{
    size_t keys;
    err e = store_key_count(store, &keys);
    if (err_ok(e)) {
        e = token_key_load(path, keys == 0, ret);
    }
    return e.code == ERR_NOT_FOUND
               ? err_new(
                     ERR_NOT_FOUND,
                     "the file is missing, and without it no existing key is recognised; put it back from a backup")
               : e;
}
