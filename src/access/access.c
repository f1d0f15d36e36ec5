/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access.h"

#include "access/cookie.h"
#include "access/keys.h"
#include "access/role.h"
#include "base/clock.h"

enum { WAIT_MS = 10000 }; /* for a turn at the hashing of passwords */

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
    *ret = (struct principal){.kind = PRINCIPAL_KEY,
                              .team = key.team,
                              .project = key.project,
                              .key = key.id,
                              .public_key = public_key,
                              .in_browser = browser && !public_key,
                              .permissions = key.permissions,
                              .key_expires_ms = key.expires_ms,
                              .key_exposed_ms = key.exposed_ms};
    return ERR_NONE;
}

static err authenticate_staff(const struct staff_desk *desk, struct http_req *req, str token,
                              struct principal *ret)
{
    struct principal who = {.kind = PRINCIPAL_STAFF};
    struct staff_from from = access_from(req);
    str reason;
    err e = staff_authenticate(desk, http_req_arena(req), token, &from, &who.staff);
    if (err_ok(e)) {
        struct team_rules rules;
        err read = team_rules_read(http_req_arena(req), who.staff.team_settings, &rules, &reason);
        who.rules = err_ok(read) ? rules : team_rules_default();
        who.team = who.staff.session.team;
        *ret = who;
    }
    return e;
}

static err authenticate_token(const struct staff_desk *desk, struct http_req *req, str token,
                              struct principal *ret)
{
    enum token_kind kind;
    if (!token_parse(token, &kind)) {
        return unknown_credential();
    }
    struct crypto_digest hash = token_hash(desk->hash_key, token);
    switch (kind) {
    case TOKEN_VISITOR_SESSION:
        return authenticate_session(desk->store, http_req_arena(req), &hash, ret);
    case TOKEN_PUBLIC_KEY:
    case TOKEN_SECRET_KEY:
        return authenticate_key(desk->store, http_req_arena(req), &hash, access_from_browser(req),
                                ret);
    case TOKEN_STAFF_SESSION: /* comes in a cookie only, where scripts cannot read it */
    case TOKEN_INVITATION:
    case TOKEN_RESET:
        break;
    }
    return unknown_credential();
}

err access_authenticate(const struct staff_desk *desk, struct http_req *req, bool cookie, str self,
                        struct principal *ret, const char **ret_why)
{
    str token, session = STR_EMPTY;
    *ret = (struct principal){.kind = PRINCIPAL_NOBODY};
    err e = find_token(req, &token);
    if (err_ok(e) && cookie) {
        e = cookie_find(header(req, "cookie"), STR(ACCESS_COOKIE), &session);
    }
    if (err_ok(e) && !str_empty(token) && !str_empty(session)) {
        e = err_new(ERR_UNAUTHORIZED, "a session and another credential were sent; send one");
    }
    if (err_ok(e) && !str_empty(session)) {
        e = access_own_page(req, self, true);
        e = err_ok(e) ? authenticate_staff(desk, req, session, ret) : e;
    } else if (err_ok(e) && !str_empty(token)) {
        e = authenticate_token(desk, req, token, ret);
    }
    *ret_why = e.what;
    return e;
}

bool access_from_browser(const struct http_req *req)
{
    return !str_empty(header(req, "origin")) || !str_empty(header(req, "sec-fetch-site")) ||
           !str_empty(header(req, "sec-fetch-dest"));
}

err access_own_page(struct http_req *req, str self, bool by_cookie)
{
    str site = header(req, "sec-fetch-site"), origin = header(req, "origin"), page;
    struct domain_request ours = {.self = self, .origin = origin};
    enum http_method method = http_req_method(req);
    bool changes = method != HTTP_GET && method != HTTP_HEAD;
    bool elsewhere =
        !str_empty(site) && !str_eq(site, STR("same-origin")) && !str_eq(site, STR("none"));
    if (elsewhere || (!str_empty(origin) &&
                      domain_judge(http_req_arena(req), NULL, 0, &ours, &page) != DOMAIN_SAME)) {
        return err_new(ERR_CSRF_REFUSED, "this call is for pages of this server only");
    }
    if (by_cookie && changes &&
        (str_empty(origin) || !str_eq(header(req, "x-doorward-csrf"), STR("1")))) {
        return err_new(ERR_CSRF_REFUSED,
                       "a change by a session needs the page's Origin and X-Doorward-CSRF: 1");
    }
    return ERR_NONE;
}

bool access_token_in_query(struct http_req *req, str *ret_token)
{
    str query = http_req_query(req), rest = query, field;
    size_t at = token_find(query);
    *ret_token = at == SIZE_MAX ? STR_EMPTY : str_slice(query, at, at + TOKEN_BYTES);
    if (at != SIZE_MAX) {
        return true;
    }
    while (str_split(&rest, '&', &field)) {
        str name = str_slice(field, 0, str_find_byte(field, '=', 0));
        if (str_ieq(name, STR("api_key")) || str_ieq(name, STR("apikey")) ||
            str_ieq(name, STR("access_token"))) {
            return true;
        }
    }
    return false;
}

struct staff_from access_from(struct http_req *req)
{
    struct arena *a = http_req_arena(req);
    return (struct staff_from){.network = throttle_network(a, http_req_client(req)),
                               .agent = agent_family(a, header(req, "user-agent")),
                               .request = *http_req_id(req),
                               .now_ms = clock_wall_ms(),
                               .deadline_ms = clock_mono_ms() + WAIT_MS};
}

struct audit_act access_act(const struct principal *principal, struct http_req *req)
{
    struct audit_act act = {.team = principal->team,
                            .at_ms = clock_wall_ms(),
                            .actor_kind = STR("nobody"),
                            .outcome = STR("done"),
                            .request = *http_req_id(req),
                            .address = throttle_network(http_req_arena(req), http_req_client(req))};
    if (principal->kind == PRINCIPAL_STAFF) {
        act.actor_kind = STR("person");
        act.actor = principal->staff.person.id;
    } else if (principal->kind == PRINCIPAL_KEY) {
        act.actor_kind = STR("key");
        act.actor = principal->key;
    }
    return act;
}

enum staff_state access_state(const struct principal *principal)
{
    const struct staff_principal *staff = &principal->staff;
    const struct team_rules *rules = &principal->rules;
    bool asked = rules->second_factor && rules->second_factor_from_ms <= clock_wall_ms();
    bool missing = staff->session.state == STAFF_FULL && asked && !staff->has_second_factor;
    return missing ? STAFF_NEEDS_ENROLL : staff->session.state;
}

bool access_reaches(const struct principal *principal, const struct project_row *project)
{
    switch (principal->kind) {
    case PRINCIPAL_VISITOR:
        return id_eq(&principal->project, &project->id);
    case PRINCIPAL_KEY:
        return id_eq(&principal->team, &project->team) &&
               (id_none(&principal->project) || id_eq(&principal->project, &project->id));
    case PRINCIPAL_STAFF:
        return id_eq(&principal->team, &project->team) &&
               role_on_project(&principal->staff.member, &project->id) != ROLE_NONE;
    case PRINCIPAL_NOBODY:
        return false;
    }
    return false;
}

permissions access_permissions(const struct principal *principal, const struct project_row *project)
{
    const struct member_row *member = &principal->staff.member;
    if (principal->kind == PRINCIPAL_KEY) {
        return principal->permissions;
    }
    if (principal->kind != PRINCIPAL_STAFF) {
        return PERMISSION_NONE;
    }
    if (project) {
        return role_permissions(role_on_project(member, &project->id));
    }
    /* Somebody with single projects only has no business with what is of all of the team. */
    return role_permissions(member->role) &
           (member->all_projects ? (permissions)PERMISSION_ALL : PERMISSION_PROJECT_READ);
}

struct reader access_reader(const struct principal *principal)
{
    switch (principal->kind) {
    case PRINCIPAL_VISITOR:
        return (struct reader){.groups = principal->session.groups};
    case PRINCIPAL_KEY:
        return (struct reader){.all = !principal->public_key};
    case PRINCIPAL_STAFF:
        return (struct reader){.all = true};
    case PRINCIPAL_NOBODY:
        break;
    }
    return (struct reader){.all = false};
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
