/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of TLS servers to a hand-made hello. The first byte says what was asked. */
#include <stdlib.h>

#include "check/facts/tls_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* As bytes come in, the reader asks for more than there is, or is done for good. */
static void try_prefix(struct buf *scratch, const struct tls_hello *hello, str all, size_t n)
{
    struct tls_answer x, whole;
    tls_answer_read(scratch, hello, str_slice(all, 0, n), &x);
    if (x.kind == TLS_ANSWER_MORE) {
        check(x.need > n);
        return;
    }
    tls_answer_read(scratch, hello, all, &whole);
    check(whole.kind == x.kind && whole.cipher == x.cipher && whole.group == x.group);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf scratch;
    struct tls_answer x;
    if (size == 0) {
        return 0;
    }
    str all = str_n((const char *)data + 1, size - 1);
    struct tls_hello hello = {.version = data[0] % TLS_VERSIONS, .key_exchange = data[0] >= 128};
    buf_init(&scratch, TLS_ANSWER_BYTES_MAX);
    tls_answer_read(&scratch, &hello, all, &x);
    if (x.kind == TLS_ANSWER_HELLO) {
        check(x.version < TLS_VERSIONS && x.ssl2_count <= 16);
        check(tls_cipher_name(x.cipher) != NULL && tls_group_name(x.group) != NULL);
    }
    check(x.kind != TLS_ANSWER_MORE || x.need > all.n);
    try_prefix(&scratch, &hello, all, all.n / 2);
    try_prefix(&scratch, &hello, all, all.n > 0 ? all.n - 1 : 0);
    buf_done(&scratch);
    return 0;
}
