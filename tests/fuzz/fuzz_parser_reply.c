/* SPDX-License-Identifier: Apache-2.0 */
/* What a parser child that was taken over could send to its parent. */
#include "know/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct know_document document;
    struct wire_head head;
    str bytes = str_n((const char *)data, size);
    arena_init(&a, 16 << 20);
    if (size >= WIRE_HEAD_BYTES) {
        (void)wire_reply_head(str_slice(bytes, 0, WIRE_HEAD_BYTES), 1 << 20, &head);
    }
    (void)!err_ok(wire_document_read(&a, bytes, 4096, &document));
    arena_done(&a);
    return 0;
}
