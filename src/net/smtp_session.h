/* SPDX-License-Identifier: Apache-2.0 */
/* Follows an SMTP dialogue as libcurl reports it: which command got which reply. Used by smtp.c
 * only. */
#pragma once

#include "net/smtp.h"

enum smtp_stage {
    SMTP_CONNECT,
    SMTP_EHLO,
    SMTP_STARTTLS,
    SMTP_AUTH,
    SMTP_MAIL,
    SMTP_RCPT,
    SMTP_DATA,
    SMTP_MESSAGE,
    SMTP_QUIT,
};

struct smtp_session {
    enum smtp_stage stage;          /* what was said last */
    enum smtp_stage reached;        /* the same without the QUIT after a failure */
    enum smtp_stage judged;         /* what the kept reply belongs to */
    unsigned code;                  /* of the kept reply; 0 when none */
    char reply[SMTP_REPLY_MAX + 1]; /* its lines joined by spaces, printable UTF-8 */
    size_t reply_n;
    bool in_reply;
    size_t recipients;                 /* RCPT commands sent */
    bool refused[MAIL_RECIPIENTS_MAX]; /* by the order of the commands */
    size_t refused_count;
};

/* Takes what the client said. */
void smtp_session_said(struct smtp_session *session, str line);

/* Takes what the server answered, one or more lines. */
void smtp_session_heard(struct smtp_session *session, str lines);

/* Names a stage as people know it from mail logs. */
const char *smtp_stage_name(enum smtp_stage stage);
