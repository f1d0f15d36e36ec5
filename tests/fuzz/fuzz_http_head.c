/* SPDX-License-Identifier: Apache-2.0 */
/* A request head in one piece and in two must mean the same, and every span must lie inside. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "http/h1_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct h1_limits limits = {.head_max = 4096, .fields_max = 20, .target_max = 1024};

static void inside(struct http_span span, size_t size)
{
    if ((size_t)span.at + span.n > size) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct h1_parser once, twice;
    struct http_head head, again;
    str in = {(const char *)data, size};
    h1_head_init(&once, &head);
    h1_head_init(&twice, &again);
    enum h1_result result = h1_head_feed(&once, &head, &limits, in);
    enum h1_result parts = h1_head_feed(&twice, &again, &limits, str_slice(in, 0, size / 2));
    if (parts == H1_MORE) {
        parts = h1_head_feed(&twice, &again, &limits, in);
    }
    if (result != parts) {
        abort();
    }
    if (result == H1_DONE) {
        inside(head.path, once.size);
        inside(head.query, once.size);
        inside(head.authority, once.size);
        for (unsigned i = 0; i < head.field_count; i++) {
            inside(head.fields[i].name, once.size);
            inside(head.fields[i].value, once.size);
        }
    }
    return 0;
}
