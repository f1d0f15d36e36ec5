/* SPDX-License-Identifier: Apache-2.0 */
/* What a mail server says to the auditor: whole replies, within their limits, whatever comes. */
#include <stdlib.h>

#include "check/mail/smtp_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = str_n((const char *)data, size), line;
    struct smtp_answer answer;
    while (smtp_answer_read(rest, &answer) == SMTP_READ_DONE) {
        check(answer.code >= 200 && answer.code < 600 && answer.lines > 0);
        check(answer.lines <= SMTP_LINES_MAX && answer.bytes <= SMTP_BYTES_MAX);
        check(answer.bytes >= 4 && answer.bytes <= rest.n);
        for (size_t i = 0; i < answer.lines; i++) {
            check(smtp_answer_line(rest, i, &line) && str_find_byte(line, '\n', 0) == SIZE_MAX);
        }
        (void)smtp_ehlo_has(rest, STR("STARTTLS"));
        rest = str_slice(rest, answer.bytes, rest.n);
    }
    return 0;
}
