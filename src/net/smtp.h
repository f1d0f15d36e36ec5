/* SPDX-License-Identifier: Apache-2.0 */
/* Sending one message by SMTP submission (RFC 5321, 6409, 3207, 4954) through libcurl. Blocking. */
#pragma once

#include <stdatomic.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"
#include "net/mail_address.h"

enum { MAIL_RECIPIENTS_MAX = 16 };

struct mail_settings {
    char url[512]; /* smtp://host:port, smtps://host, user by userinfo; empty: no mail configured.
                    * Ports: 465 for smtps, 587 with a user, 25 otherwise. */
    char
        starttls[12]; /* "auto" (used when offered; required for non-loopback), "always", "never" */
    struct secret password;
    char from[256]; /* "Example Ltd <chat@example.com>" */
    char to[MAIL_RECIPIENTS_MAX][256];
    unsigned to_count;
    char ca_file[512];
    unsigned total_ms; /* until the message is handed over, 30 s; its acceptance may take
                          SMTP_FINAL_MS more */
};
struct mail_settings mail_settings_default(void);

/* Checks what can be checked without a connection. INVALID with what is wrong and how to write it,
 * for people. */
err mail_settings_check(struct arena *a, const struct mail_settings *settings, str *ret_reason);

enum {
    SMTP_FINAL_MS =
        120000, /* wait for the answer to a whole message; giving up early sends it twice */
    SMTP_HURRY_MS = 5000, /* what is left of any wait when the program is stopping */
    SMTP_REPLY_MAX = 500,
};

/* Looks at a delivery from outside while it runs; about once a second. */
struct smtp_watch {
    const atomic_bool *hurry; /* may be NULL; true: the program is stopping */
    void (*tick)(void *user); /* may be NULL */
    void *user;
};

struct smtp_message {
    str from;      /* address only */
    const str *to; /* addresses only */
    size_t to_count;
    str data;                       /* whole message with CRLF line ends; dots are stuffed here */
    const struct smtp_watch *watch; /* may be NULL */
};

struct smtp_result {
    str reply;     /* the server's last answer, or the reason in words, for people; in the arena */
    str stage;     /* which command it answered: "connect", "EHLO", "STARTTLS", "AUTH", "MAIL FROM",
                    * "RCPT TO", "DATA",     "message" */
    unsigned code; /* of that answer, 0 when there was none */
    bool refused[MAIL_RECIPIENTS_MAX]; /* recipients the server would not take while it took another
                                        */
    size_t refused_count;
};

/* Hands the message to the server. Taken when at least one recipient was; see `refused` for the
 * others. UPSTREAM_TIMEOUT, UPSTREAM (try again later), UNPROCESSABLE (a 5xx that will not change
 * by itself), UNAUTHORIZED (the server wants another user or password), INVALID (settings or
 * message). The result is set also on failure. */
err smtp_send(struct arena *a, const struct mail_settings *settings,
              const struct smtp_message *message, struct smtp_result *ret);
