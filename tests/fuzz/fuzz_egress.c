/* SPDX-License-Identifier: Apache-2.0 */
/* The filter gives the same for any split, and no live HTML, image or foreign target leaves it. */
#include "guard/egress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const str allowed[] = {STR_INIT("https://a.example/b")};
static const struct egress_settings settings = {
    .citations = 2,
    .allow_urls = allowed,
    .allow_url_count = 1,
    .canary = STR_INIT("abc123"),
    .prompt = STR_INIT("a b c d e f g h i j k l m n o p"),
};

static err filter(str text, size_t step, struct buf *out)
{
    struct egress e;
    err error = ERR_NONE;
    egress_init(&e, &settings);
    for (size_t at = 0; at < text.n && err_ok(error); at += step) {
        error = egress_push(&e, str_slice(text, at, at + step), out);
    }
    error = err_ok(error) ? egress_finish(&e, out) : error;
    egress_done(&e);
    return error;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf whole, split;
    str text = {(const char *)data, size};
    buf_init(&whole, 4 << 20);
    buf_init(&split, 4 << 20);
    err a = filter(text, size + 1, &whole), b = filter(text, size ? data[0] % 7 + 1u : 1, &split);
    if (a.code != b.code || (err_ok(a) && !str_eq(buf_str(&whole), buf_str(&split)))) {
        __builtin_trap();
    }
    str out = buf_str(&split);
    for (size_t at = 0; (at = str_find(out, STR("]("), at)) != SIZE_MAX; at += 2) {
        if (!str_starts(str_slice(out, at, out.n), STR("](https://a.example/b")) &&
            str_find_byte(str_slice(out, 0, at), '`', 0) == SIZE_MAX &&
            str_find_byte(str_slice(out, 0, at), '~', 0) == SIZE_MAX) {
            __builtin_trap();
        }
    }
    buf_done(&whole);
    buf_done(&split);
    return 0;
}
