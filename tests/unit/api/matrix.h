/* SPDX-License-Identifier: Apache-2.0 */
/* Everybody who may come, everything they may ask for, and what the policy (policy.txt) says of
 * it. */
#pragma once

#include "unit/api/fixture.h"

/* ── the policy ── */

enum matrix_access {
    MATRIX_OPEN,
    MATRIX_PAGE,
    MATRIX_VISITOR,
    MATRIX_CHAT,
    MATRIX_KEY,
    MATRIX_METRICS,
    MATRIX_LOGIN,
    MATRIX_SETUP,
    MATRIX_FACTOR,
    MATRIX_HALF,
    MATRIX_ENROL,
    MATRIX_ACCOUNT,
    MATRIX_TEAM,
    MATRIX_LIST
};

struct matrix_row {
    char method[8], path[96], object[16];
    enum matrix_access access;
    permissions permission;
    bool fresh;
};

enum { MATRIX_ROWS_MAX = 200, MATRIX_PEOPLE_MAX = 80 };

/* Reads the policy; gives the number of rows. Fails the test for a line that it does not know. */
size_t matrix_policy(struct matrix_row *ret, size_t max);

/* ── the principals ── */

enum matrix_kind { MATRIX_NOBODY, MATRIX_GUEST, MATRIX_TOKEN, MATRIX_PERSON };

struct matrix_person {
    char name[48];
    enum matrix_kind kind;
    struct token token; /* of a guest, a key */
    const char *origin; /* page it comes from, or NULL */
    bool refused_page;  /* … which is no allowed one */
    bool dead;          /* its credential is no longer good */
    bool reaches;       /* the project "main" */
    bool all;           /* all of the team "main" is in: neither bound nor narrowed */
    bool public_key, own_chat;
    permissions may; /* on "main" */
    permissions may_team;
    permissions may_home;     /* in all of their own team */
    permissions drawn;        /* of a key, wherever it reaches */
    bool whole_server;        /* a key that is bound to no project */
    id person, session, team; /* of staff */
    enum staff_state state;
    bool stale;
};

struct matrix {
    struct house house;
    struct project_row other; /* another team's project, "other" */
    id team2, team3;
    struct matrix_row rows[MATRIX_ROWS_MAX];
    size_t row_count;
    struct matrix_person people[MATRIX_PEOPLE_MAX];
    size_t people_count;
    id visitor_chat, visitor_message; /* of the guest with own_chat */
    id key_chat, key_message;         /* of the key with own_chat */
    id other_chat, other_message;
    id other_person; /* in team2 */
    id stranger;     /* another person's account, whose sessions and factors are foreign */
};

/* Opens the house with two teams, everybody who may come, and chats. */
void matrix_open(struct matrix *m);
void matrix_close(struct matrix *m);

/* Makes a fresh session for a person of staff; its token. */
struct token matrix_session(struct matrix *m, struct matrix_person *who);

/* ── the objects ── */

enum matrix_object { MATRIX_OWN, MATRIX_FOREIGN, MATRIX_MISSING };

/* Fills a path's placeholders with objects that are the principal's to see (their project's, their
 * own), another team's or nobody's; what a call may remove is made for it. */
void matrix_path(struct matrix *m, const struct matrix_row *row, const struct matrix_person *who,
                 enum matrix_object object, char ret[static 512], const char **ret_slug);
