/* SPDX-License-Identifier: Apache-2.0 */
/* Who a request comes from: a person of a team, a key, a visitor's session or nobody. What they may
 * do is in the route's row. */
#pragma once

#include "access/domain.h"
#include "access/permission.h"
#include "access/staff.h"
#include "http/http.h"
#include "store/key.h"
#include "store/passage.h"
#include "store/project.h"

enum principal_kind { PRINCIPAL_NOBODY, PRINCIPAL_VISITOR, PRINCIPAL_KEY, PRINCIPAL_STAFF };

struct principal {
    enum principal_kind kind;
    id team;    /* of a key; that a person works in */
    id project; /* of a session; of a key that is bound to one project */
    id key;
    struct session_row session;
    bool public_key;
    permissions permissions; /* of a key */
    int64_t key_expires_ms;  /* 0: never */
    int64_t key_exposed_ms;  /* last seen in a browser or a URL, 0: never */
    bool in_browser;         /* a secret key came with the marks of a browser */
    struct staff_principal staff;
    struct team_rules rules; /* of a person's team */
};

/* The cookie of a staff session; its value is a token of the kind ss. */
#define ACCESS_COOKIE "__Host-doorward_session"

/* Finds the credential of a request (Authorization: Api-Key or Bearer, X-API-Key; with `cookie`
 * also the cookie of a staff session) and looks it up. No credential gives PRINCIPAL_NOBODY.
 * UNAUTHORIZED for a malformed, unknown, expired or disabled one – one answer for all – and for
 * two; CSRF_REFUSED as access_own_page. A secret key from a browser is found and marked
 * `in_browser`: the caller refuses it. `why` is a text for the answer. */
err access_authenticate(const struct staff_desk *desk, struct http_req *req, bool cookie, str self,
                        struct principal *ret, const char **ret_why);

/* Lets pass what comes from no browser or from a page of our own origin `self` (fetch metadata and
 * Origin; https://www.w3.org/TR/fetch-metadata/). What changes something by a cookie must come from
 * such a page and have the header X-Doorward-CSRF: 1. CSRF_REFUSED. */
err access_own_page(struct http_req *req, str self, bool by_cookie);

/* True when a request has what only browsers send: Origin, Sec-Fetch-Site or Sec-Fetch-Dest (some
 * libraries of servers send Sec-Fetch-Mode). */
bool access_from_browser(const struct http_req *req);

/* True when the query string carries a token of ours in any parameter: such a request is refused
 * unread. *ret_token is the token, empty when only a parameter's name says so. */
bool access_token_in_query(struct http_req *req, str *ret_token);

/* Where a request comes from, for throttling and the audit log. */
struct staff_from access_from(struct http_req *req);

/* Who the audit log names as the one who acted; the caller fills in what was done. */
struct audit_act access_act(const struct principal *principal, struct http_req *req);

/* How far the log-in of a person has come: a team may ask for a second factor after somebody has
 * logged in without one. */
enum staff_state access_state(const struct principal *principal);

/* True when the principal may act on the project at all: its own key's team and binding, its
 * session's project, its place in the team. */
bool access_reaches(const struct principal *principal, const struct project_row *project);

/* What a principal that reaches a project may do there; with no project, in all of the team. */
permissions access_permissions(const struct principal *principal,
                               const struct project_row *project);

/* What they may read of a project that they reach. A public key stands in a page for everybody to
 * take: it reads what everybody may. */
struct reader access_reader(const struct principal *principal);

/* Gathers what domain_judge needs from the headers. */
struct domain_request access_domain_request(struct http_req *req, bool has_credential);

/* Draws a session for a visitor and stores its hash; *ret_token is shown to the browser once. */
err access_session_open(struct store *store, const struct secret *hash_key,
                        struct session_row *session, struct token *ret_token);

/* Reads the installation's hashing key; draws one only for a store that has no key yet. NOT_FOUND
 * when the file is gone though there are keys: a new one would make every one of them worthless
 * without a word. */
err access_hash_key_load(struct store *store, const char *path, struct secret *ret);
