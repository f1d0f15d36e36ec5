/* SPDX-License-Identifier: Apache-2.0 */
/* Every secret a deployment has: where it lives, how old it is, how to rotate it (checklist L18).
 */
#pragma once

#include "cli/act.h"
#include "store/key.h"
#include "store/staff.h"

struct secret_item {
    const char *what; /* "API key", "password of the mail server" */
    str name;         /* which of them, or empty */
    str where;        /* "the database, as a keyed hash"; a reference; a path */
    int64_t since_ms; /* when it was made or its file written; 0: not known */
    size_t count;     /* how many there are; SIZE_MAX: not known */
    bool automatic;   /* `rotate --everything --yes` does it */
    str how;          /* a command or a sentence */
};

/* What is in the database, read once for listing and rotating. */
struct secret_stock {
    struct team_row *teams;
    size_t team_count;
    struct project_row *projects;
    size_t project_count;
    struct key_row *keys;
    size_t key_count;
    struct person_row *people; /* of all teams, each once */
    size_t people_count;
    struct secret_item *items;
    size_t item_count;
};

/* True for a secret key that opens anything now. */
bool secret_key_lives(const struct key_row *key, int64_t now_ms);

/* Reads everything; fills ret->items. */
err secrets_take_stock(struct cli *cli, struct secret_stock *ret);
