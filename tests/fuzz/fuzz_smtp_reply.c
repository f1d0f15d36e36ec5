/* SPDX-License-Identifier: Apache-2.0 */
/* What a mail server may answer: kept as printable UTF-8 within its limit, with a code that can be
 * one. */
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "net/smtp_session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct smtp_session session = {.code = 0};
    str rest = str_n((const char *)data, size), piece;
    while (str_split(&rest, '\xff', &piece)) {
        if (piece.n && piece.p[0] == '>') {
            smtp_session_said(&session, str_slice(piece, 1, piece.n));
        } else {
            smtp_session_heard(&session, piece);
        }
        str reply = str_n(session.reply, session.reply_n);
        check(session.reply_n <= SMTP_REPLY_MAX && session.code < 1000);
        check(utf8_valid(reply) && !str_has_control(reply) &&
              session.reply[session.reply_n] == '\0');
        check(session.refused_count <= MAIL_RECIPIENTS_MAX && smtp_stage_name(session.reached));
    }
    return 0;
}
