/* SPDX-License-Identifier: Apache-2.0 */
/* A store, keys and a desk for the tests of people and keys, with one team. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/keys.h"
#include "access/recovery.h"
#include "access/staff.h"
#include "access/totp.h"
#include "ops/outbox.h"
#include "store/project.h"

struct office {
    struct store *store;
    struct arena arena;
    char folder[64];
    struct secret hash_key, seal_key;
    struct staff_desk desk;
    struct outbox_settings mail;
    struct staff_from from; /* 198.51.100.0/24, a fixed time */
    id team;
    str phc; /* of `good` */
};

/* A password that passes, and one that does too. */
extern const str good, better;
#define ORIGIN STR("https://chat.example.com")

/* For cmocka: *state is a struct office. */
int office_open(void **state);
int office_close(void **state);

/* An account in the team whose password is `good`. */
id office_person(struct office *o, str email, enum role role);
void office_rules(struct office *o, str settings);
/* Logs in and finds the session of the token. */
struct staff_principal office_enter(struct office *o, str email, struct staff_login *ret);
struct staff_principal office_who(struct office *o, const struct token *token);
/* Enrols a TOTP for the person of a full session; *ret_key is its key. Moves the time on. */
void office_totp(struct office *o, const struct staff_principal *who, char ret_key[TOTP_KEY_BYTES],
                 struct recovery_code *ret_codes);
/* The code of now. */
str office_code(struct office *o, const char key[TOTP_KEY_BYTES]);
/* How many audit rows of the team (or, with none, of the installation) say this. */
size_t office_audited(struct office *o, const id *team, const char *act, const char *outcome);
/* The token in the link of the newest mail to an address; empty when there is none. */
str office_mailed(struct office *o, str to);
size_t office_mails(struct office *o, const char *event);

#define ok(call) office_ok((call), #call, __FILE__, __LINE__)
#define fails(call, code) office_code_is((call), (code), #call, __FILE__, __LINE__)
void office_ok(err e, const char *what, const char *file, int line);
void office_code_is(err e, enum err_code code, const char *what, const char *file, int line);
