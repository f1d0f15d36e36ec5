/* SPDX-License-Identifier: Apache-2.0 */
/* A route is one row: what it is, who may call it, what it may cost, who handles it. The same rows
 * make the router, the authorization, `doorward policy` and the check of openapi.yaml (DESIGN.md,
 * idea 3). */
#pragma once

#include "access/access.h"
#include "access/jwt.h"
#include "api/app.h"
#include "http/http.h"

/* Who may call. There is no value 0: a row without access does not pass the table's static check.
 */
enum route_access {
    ROUTE_OPEN = 1, /* anyone: health, documents, files of the program */
    ROUTE_PAGE, /* pages of the project's allowed domains; a key with the permission; when private
                   only known visitors and keys */
    ROUTE_SESSION, /* pages of the project's allowed domains; when private with a signed identity */
    ROUTE_VISITOR, /* a visitor's session from its page; a key with the permission */
    ROUTE_CHAT_OWNER, /* the visitor who began the chat, or the key that did, or a key or person
                         with the permission */
    ROUTE_KEY,        /* a key or person with the permission */
    ROUTE_METRICS,    /* a key with the permission, or an address of metrics.allow */
    ROUTE_LOGIN,      /* nobody yet: no page but our own, slowed down per account and network */
    ROUTE_SETUP,      /* the owner's secret key, also from our own page */
    ROUTE_HALF,       /* a person's session, also one that waits for its second factor */
    ROUTE_ENROL,      /* a person's session, also one that must get a second factor first */
    ROUTE_ACCOUNT,    /* a person's session: their own account */
    ROUTE_TEAM /* a person or secret key with the permission, in all of the team or, where the
                  row names a project, in that */
};

/* What the first placeholder (or the body) names; it is looked up and judged before the handler
 * runs. */
enum route_object {
    ROUTE_NOTHING,
    ROUTE_PROJECT,      /* {p}: slug */
    ROUTE_BODY_PROJECT, /* "project" in the JSON body: slug */
    ROUTE_CHAT,         /* {c} */
    ROUTE_MESSAGE       /* {m}: its chat is judged */
};

enum route_body { ROUTE_NO_BODY, ROUTE_JSON, ROUTE_JSON_OPTIONAL, ROUTE_JSON_OR_FORM };

/* Which budget of requests a call is taken from. */
enum route_rate {
    ROUTE_RATE_NONE = 1,
    ROUTE_RATE_SESSIONS, /* per address */
    ROUTE_RATE_MESSAGES, /* per session or key, and per address */
    ROUTE_RATE_LEADS,    /* per session or key */
    ROUTE_RATE_SEARCH,   /* per key */
    ROUTE_RATE_READS,    /* per session, key or address */
    ROUTE_RATE_LOGINS    /* per address; access/throttle.h counts failures besides */
};

struct call;

struct route {
    enum http_method method;
    const char *path;
    enum route_access access;
    permissions permission; /* of a key or a person's role; PERMISSION_NONE where none is asked */
    bool fresh;             /* a person must have shown password or factor lately; keys need not */
    enum route_object object;
    enum route_body body;
    size_t body_max; /* bytes; 0: no body; SIZE_MAX: limits.upload_size */
    enum route_rate rate;
    enum http_lane lane;
    const char *const
        *fields; /* members that a JSON body may have, NULL-terminated; NULL: none or unchecked */
    err (*handle)(struct call *call);
    const char *summary; /* one line for people */
};

/* Everything a handler needs: the request was parsed, its caller authorised. */
struct call {
    struct app *app;
    struct http_req *req;
    struct http_res *res;
    struct arena *a;
    const struct route *route;
    struct principal who;
    bool barred; /* refused unseen: its address was refused too often before */
    bool page_judged;
    enum domain_verdict page;    /* once judged */
    str page_origin;             /* normalised; empty when the caller is no page */
    struct chat_project project; /* of ROUTE_PROJECT and the like */
    struct chat_row chat;        /* of ROUTE_CHAT, ROUTE_MESSAGE */
    struct message_row message;  /* of ROUTE_MESSAGE */
    struct jwt_visitor identity; /* of ROUTE_SESSION, when the body has one */
    bool identified;
    json_t *body; /* the JSON object, or NULL */
    bool has_project;
    const char *why; /* text for the answer of a failing handler; else the error's own */
    str details;     /* JSON for the answer of a failing handler */
};

extern const struct route api_routes[];
extern const size_t api_route_count;

/* Parses the body, finds the object, judges caller, page and limits. The error is the answer. */
err route_authorize(struct call *call);

/* Answers a preflight (Fetch standard, CORS protocol) for a known path; `pages`: other sites' pages
 * have something to do there. */
void route_preflight(struct call *call, unsigned allowed_methods, bool pages);

/* Adds the CORS headers of an allowed page to the answer. */
void route_cors(struct call *call);

/* True for what staff and their browsers use: never for other sites' pages. */
bool route_is_private(const struct route *route);

/* Our own origin: as configured, else as the client used it. */
str route_own_origin(const struct call *call);

/* True when the caller is the key that made the chat, and may still make some. */
bool route_made_chat(const struct call *call);

/* Verifies the identity that a site signed, when the body of a ROUTE_SESSION has one. UNAUTHORIZED
 * with what is to be mended in call->why. */
err route_identify(struct call *call);

/* The file of a path: of the program, or the dashboard's one page for its paths; NULL: none. */
const struct http_asset *route_asset(str path);

/* ── handlers by resource, one file each ── */
err project_get(struct call *call);
err search_get(struct call *call);
err search_click(struct call *call);
err source_list(struct call *call);
err source_create(struct call *call);
err source_get(struct call *call);
err source_delete(struct call *call);
err sync_start(struct call *call);
err job_get(struct call *call);
err session_create(struct call *call);
err chat_create(struct call *call);
err chat_get(struct call *call);
err chat_message(struct call *call);
err chat_events(struct call *call);
err feedback_create(struct call *call);
err lead_create(struct call *call);
err handoff_create(struct call *call);
err health_live(struct call *call);
err health_ready(struct call *call);
err health_metrics(struct call *call);
err document_openapi(struct call *call);
err document_llms(struct call *call);
err document_security(struct call *call);
err asset_get(struct call *call);

err login_password(struct call *call);
err login_totp(struct call *call);
err login_recovery(struct call *call);
err login_passkey_options(struct call *call);
err login_passkey(struct call *call);
err login_out(struct call *call);
err setup_state(struct call *call);
err setup_owner(struct call *call);
err reset_ask(struct call *call);
err reset_accept(struct call *call);
err invitation_look(struct call *call);
err invitation_accept(struct call *call);
err me_get(struct call *call);
err me_rename(struct call *call);
err me_password(struct call *call);
err me_team(struct call *call);
err me_confirm(struct call *call);
err me_confirm_options(struct call *call);
err me_sessions(struct call *call);
err me_session_end(struct call *call);
err me_sessions_end(struct call *call);
err factor_list(struct call *call);
err factor_remove(struct call *call);
err totp_begin(struct call *call);
err totp_confirm(struct call *call);
err codes_new(struct call *call);
err passkey_options(struct call *call);
err passkey_add(struct call *call);
err team_get(struct call *call);
err team_update(struct call *call);
err people_list(struct call *call);
err person_update(struct call *call);
err person_remove(struct call *call);
err person_reset_factor(struct call *call);
err invitation_list(struct call *call);
err invitation_create(struct call *call);
err invitation_revoke(struct call *call);
err key_list(struct call *call);
err key_create(struct call *call);
err key_update(struct call *call);
err key_rotate(struct call *call);
err key_revoke(struct call *call);
err key_report(struct call *call);
err projects_list(struct call *call);
err projects_create(struct call *call);
err projects_get(struct call *call);
err projects_update(struct call *call);
err projects_delete(struct call *call);
err visitor_key_list(struct call *call);
err visitor_key_add(struct call *call);
err visitor_key_remove(struct call *call);
err source_groups(struct call *call);
err audit_list(struct call *call);
err audit_verify(struct call *call);
err policy_get(struct call *call);
err secrets_list(struct call *call);
