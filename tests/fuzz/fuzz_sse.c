/* SPDX-License-Identifier: Apache-2.0 */
/* A model's answer, cut anywhere: events are the same, and reading it never fails in another way
 * than by its errors. */
#include "model/provider.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool collect(void *user, str text)
{
    buf_add(user, text);
    return true;
}

static err run(str text, size_t step, struct buf *out)
{
    struct model_settings settings = model_settings_default();
    struct model_call call = {.settings = &settings, .delta = collect, .user = out};
    struct answer answer;
    bool more = true;
    answer_init(&answer, &call);
    answer.status = 200;
    for (size_t at = 0; at < text.n && more; at += step) {
        more = answer_push(&answer, str_slice(text, at, at + step));
    }
    err e = answer_end(&answer);
    answer_done(&answer);
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf whole, split;
    str text = {(const char *)data, size};
    buf_init(&whole, 1 << 20);
    buf_init(&split, 1 << 20);
    err a = run(text, size + 1, &whole), b = run(text, 3, &split);
    if (a.code != b.code || !str_eq(buf_str(&whole), buf_str(&split))) {
        __builtin_trap();
    }
    buf_done(&whole);
    buf_done(&split);
    return 0;
}
