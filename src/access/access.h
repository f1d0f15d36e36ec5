/* SPDX-License-Identifier: Apache-2.0 */
/* Who a request comes from: a key, a visitor's session or nobody. What they may do is in the
 * route's row. */
#pragma once

#include "access/domain.h"
#include "access/permission.h"
#include "access/token.h"
#include "http/http.h"
#include "store/key.h"
#include "store/project.h"

enum principal_kind { PRINCIPAL_NOBODY, PRINCIPAL_VISITOR, PRINCIPAL_KEY };

struct principal {
    enum principal_kind kind;
    id team;    /* of a key */
    id project; /* of a session; of a key that is bound to one project */
    id key;
    struct session_row session;
    bool public_key;
    permissions permissions; /* of a key */
    int64_t key_expires_ms;  /* 0: never */
};

/* Finds the credential of a request (Authorization: Api-Key or Bearer, X-API-Key) and looks it up.
 * No credential gives PRINCIPAL_NOBODY. UNAUTHORIZED for a malformed, unknown, expired or disabled
 * one – one answer for all – and for two that differ; FORBIDDEN for a secret key that comes from a
 * browser. `why` is a text for the answer. */
err access_authenticate(struct store *store, const struct secret *hash_key, struct http_req *req,
                        struct principal *ret, const char **ret_why);

/* True when the query string carries a token of ours in any parameter: such a request is refused
 * unread. */
bool access_token_in_query(struct http_req *req);

/* True when the principal may act on the project at all: its own key's team and binding, or its
 * session's project. */
bool access_reaches(const struct principal *principal, const struct project_row *project);

/* Gathers what domain_judge needs from the headers. */
struct domain_request access_domain_request(struct http_req *req, bool has_credential);

/* Draws a session for a visitor and stores its hash; *ret_token is shown to the browser once. */
err access_session_open(struct store *store, const struct secret *hash_key,
                        struct session_row *session, struct token *ret_token);

/* Reads the installation's hashing key; draws one only for a store that has no key yet. NOT_FOUND
 * when the file is gone though there are keys: a new one would make every one of them worthless
 * without a word. */
err access_hash_key_load(struct store *store, const char *path, struct secret *ret);

/* Draws a key and stores its hash. */
err access_key_create(struct store *store, const struct secret *hash_key, struct key_row *key,
                      enum token_kind kind, struct token *ret_token);
