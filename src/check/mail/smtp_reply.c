/* SPDX-License-Identifier: Apache-2.0 */
#include "check/mail/smtp_reply.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* "250-text", "250 text", "250": the code, 0 when it is none. */
static unsigned code_of(str line, bool *ret_last)
{
    if (line.n < 3 || line.p[0] < '2' || line.p[0] > '5' || !is_digit(line.p[1]) ||
        !is_digit(line.p[2]) || (line.n > 3 && line.p[3] != ' ' && line.p[3] != '-')) {
        return 0;
    }
    *ret_last = line.n == 3 || line.p[3] == ' ';
    return (unsigned)(line.p[0] - '0') * 100 + (unsigned)(line.p[1] - '0') * 10 +
           (unsigned)(line.p[2] - '0');
}

/* The line that starts at *at, without its end; false when it is not whole yet. */
static bool take_line(str bytes, size_t *at, str *ret)
{
    size_t end = str_find_byte(bytes, '\n', *at);
    if (end == SIZE_MAX) {
        return false;
    }
    *ret = str_slice(bytes, *at, end > *at && bytes.p[end - 1] == '\r' ? end - 1 : end);
    *at = end + 1;
    return true;
}

enum smtp_read smtp_answer_read(str bytes, struct smtp_answer *ret)
{
    size_t at = 0;
    unsigned code = 0;
    str line;
    for (size_t lines = 1; take_line(bytes, &at, &line); lines++) {
        bool last = false;
        unsigned own = code_of(line, &last);
        if (own == 0 || (code != 0 && own != code) || lines > SMTP_LINES_MAX ||
            at > SMTP_BYTES_MAX) {
            return SMTP_READ_BROKEN;
        }
        code = own;
        if (last) {
            *ret = (struct smtp_answer){.code = code, .bytes = at, .lines = lines};
            return SMTP_READ_DONE;
        }
    }
    return bytes.n >= SMTP_BYTES_MAX ? SMTP_READ_BROKEN : SMTP_READ_MORE;
}

bool smtp_answer_line(str bytes, size_t n, str *ret)
{
    size_t at = 0;
    str line;
    do {
        if (!take_line(bytes, &at, &line)) {
            return false;
        }
    } while (n-- > 0);
    *ret = str_slice(line, 4, line.n);
    return true;
}

bool smtp_ehlo_has(str ehlo, str keyword)
{
    str line;
    for (size_t n = 0; str_split(&ehlo, '\n', &line); n++) {
        str word = str_slice(line, 0, str_find_byte(line, ' ', 0));
        if (n > 0 && str_ieq(str_trim(word), keyword)) { /* the first line is a greeting */
            return true;
        }
    }
    return false;
}
