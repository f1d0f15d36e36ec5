/* SPDX-License-Identifier: Apache-2.0 */
/* Mail of arbitrary values (fields between bytes 0xff): the headers stay the nine we write, and
 * lines stay lines. */
#include <stdint.h>
#include <stdlib.h>

#include "base/crypto.h"
#include "net/mime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

static str field(str *rest)
{
    str value = STR_EMPTY;
    return str_split(rest, '\xff', &value) ? value : STR_EMPTY;
}

/* Counts headers, and checks that each line ends with CRLF, is ASCII and not too long. */
static size_t count_headers(str message)
{
    size_t count = 0;
    bool in_head = true;
    str line;
    while (str_split(&message, '\n', &line)) {
        check(line.n > 0 && line.p[line.n - 1] == '\r' && line.n <= 998);
        for (size_t i = 0; i + 1 < line.n; i++) {
            check((unsigned char)line.p[i] < 0x7f && line.p[i] != '\r' && line.p[i] != '\0');
        }
        in_head = in_head && line.n > 1;
        count += in_head && line.p[0] != ' ' ? 1 : 0;
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    ready = ready || err_ok(crypto_init());
    str rest = str_n((const char *)data, size);
    struct mail_mailbox to[2] = {{field(&rest), STR("a@example.com")},
                                 {field(&rest), STR("b@example.com")}};
    struct mime_mail mail = {
        .message_id = field(&rest),
        .from = {field(&rest), STR("chat@example.com")},
        .to = to,
        .to_count = 2,
        .reply_to = {field(&rest), field(&rest)},
        .subject = field(&rest),
        .text = field(&rest),
        .html = field(&rest),
    };
    struct buf b;
    buf_init(&b, 8 << 20);
    if (ready && err_ok(mime_compose(&b, &mail))) {
        check(count_headers(buf_str(&b)) == (mail_address_valid(mail.reply_to.address) ? 9 : 8));
    }
    buf_done(&b);
    return 0;
}
