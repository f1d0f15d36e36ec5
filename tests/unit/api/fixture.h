/* SPDX-License-Identifier: Apache-2.0 */
/* The server with all its routes over a fresh store, in a thread of the test; keys that the test
 * draws, and calls on connections of their own. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/access.h"
#include "access/role.h"
#include "api/app.h"
#include "unit/support/web.h"

struct house {
    char folder[64], key_file[128];
    struct arena arena;
    struct http_settings http;
    struct store_settings store;
    struct model_settings model;
    struct outbox_settings outbox;
    struct know_settings know;
    struct api_settings api;
    struct app *app;
    pthread_t thread;
    unsigned port;
    struct project_row project; /* "main" */
};

struct house_key {
    id id;
    struct token token;
};

/* Settings of a house before it is opened; the client of a call is what X-Forwarded-For says. */
void house_init(struct house *house);
void house_open(struct house *house);
/* Drains, ends, removes the folder. */
void house_close(struct house *house);

/* Draws a key; `bound` to the project or for all of the team; `life_ms` 0: for ever. */
struct house_key house_key(struct house *house, enum token_kind kind, bool bound, permissions may,
                           int64_t life_ms);

/* Somebody of a team with a role in all of it; the password is HOUSE_PASSWORD. */
#define HOUSE_PASSWORD "eleven purple kettles sing"
id house_person(struct house *house, const id *team, const char *email, enum role role);

/* A project of a team, with one allowed domain or, NULL, none. */
struct project_row house_project(struct house *house, const id *team, const char *slug,
                                 const char *domain, bool is_private);

/* A call with whatever header lines and body; gives the whole answer. */
const char *house_call(struct house *house, const char *from, const char *method, const char *path,
                       const char *fields, const char *body);

/* What a page of our own sends with a session: cookie, Origin and the CSRF header. */
struct house_session {
    char fields[512];
    char token[TOKEN_BYTES + 1];
};
/* Logs in over HTTP. */
struct house_session house_log_in(struct house *house, const char *from, const char *email);
/* The session of the cookie that an answer sets. */
struct house_session house_session_of(struct house *house, const char *answer);

/* The status of an answer; its text member, "" when it is missing. */
int house_status_of(const char *answer);
const char *house_member(const char *answer, const char *name, char text[static 4096]);

/* A chat of that many messages, made by the key. */
id house_chat(struct house *house, const struct house_key *key, size_t messages);

/* Asks as a client at `from`; gives the whole answer (see web_hear). `token` may be NULL, `fields`
 * are further header lines. */
const char *house_ask(struct house *house, const char *from, const char *method, const char *path,
                      const char *token, const char *fields);
/* The status of such an answer. */
int house_status(struct house *house, const char *from, const char *method, const char *path,
                 const char *token, const char *fields);
/* Opens the events of a chat; gives the socket. */
int house_events(struct house *house, const id *chat, const char *token, const char *fields);
