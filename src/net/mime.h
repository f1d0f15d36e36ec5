/* SPDX-License-Identifier: Apache-2.0 */
/* Composing a mail message (RFC 5322, 2045, 2046, 2047, 3834). Whatever the values hold, they stay
 * values: no header, line or part can be added through one. */
#pragma once

#include "base/buf.h"
#include "net/mail_address.h"

enum {
    MIME_SUBJECT_MAX = 200, /* bytes of UTF-8; longer ones are cut */
    MIME_NAME_MAX = 120,
};

struct mime_mail {
    str message_id; /* without "<>"; other bytes than of a message id are dropped */
    int64_t date_ms;
    struct mail_mailbox from;
    const struct mail_mailbox *to; /* at least one */
    size_t to_count;
    struct mail_mailbox reply_to; /* empty address: none */
    str subject, text, html;      /* UTF-8, lines end with LF or CRLF */
};

/* Appends the whole message with CRLF line ends, none longer than 78 bytes where the
 * addresses allow it. An address that is not
 * valid (mail_address_valid) is INVALID, but an invalid Reply-To is left out. TOO_LARGE, NO_MEMORY.
 */
err mime_compose(struct buf *b, const struct mime_mail *mail);
