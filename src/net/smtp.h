/* SPDX-License-Identifier: Apache-2.0 */
/* Sending one message by SMTP submission (RFC 5321, 6409, 3207, 4954) through libcurl. Blocking. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"

enum { MAIL_RECIPIENTS_MAX = 16 };

struct mail_settings {
    char url[512];        /* smtp://host:port, smtps://host, user by userinfo; empty: no mail configured */
    char starttls[12];    /* "auto" (used when offered; required for non-loopback), "always", "never" */
    struct secret password;
    char from[256];       /* "Example Ltd <chat@example.com>" */
    char to[MAIL_RECIPIENTS_MAX][256];
    unsigned to_count;
    char ca_file[512];
    unsigned total_ms;    /* 30 s */
};
struct mail_settings mail_settings_default(void);

struct smtp_message {
    str from;             /* address only */
    const str *to;        /* addresses only */
    size_t to_count;
    str data;             /* whole message with CRLF line ends; dots are stuffed here */
};

/* Hands the message to the server. `ret_reply` is the server's last answer or the reason in words, for people.
 * UPSTREAM_TIMEOUT, UPSTREAM (try again later), UNPROCESSABLE (a 5xx that will not change), UNAUTHORIZED (535). */
err smtp_send(struct arena *a, const struct mail_settings *settings, const struct smtp_message *message,
              str *ret_reply);

/* True for a plain addr-spec we are ready to send to (RFC 5321 section 4.1.2, no quoted local part, at most 254 bytes). */
bool mail_address_valid(str address);
