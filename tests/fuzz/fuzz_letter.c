/* SPDX-License-Identifier: Apache-2.0 */
/* Outbox payloads: what reads as a letter can be shown, its HTML loads nothing, and it is written
 * the same again. */
#include <stdint.h>
#include <stdlib.h>

#include "ops/letter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct letter letter, again;
    struct buf one, two, html;
    arena_init(&a, 8 << 20);
    buf_init(&one, LETTER_BYTES_MAX);
    buf_init(&two, LETTER_BYTES_MAX);
    buf_init(&html, 2 * LETTER_BYTES_MAX);
    if (err_ok(letter_read(&a, str_n((const char *)data, size), &letter)) &&
        err_ok(letter_write(&one, &letter))) {
        check(err_ok(letter_read(&a, buf_str(&one), &again)));
        check(err_ok(letter_write(&two, &again)) && str_eq(buf_str(&one), buf_str(&two)));
        check(err_ok(letter_html(&html, &again)));
        check(str_find(buf_str(&html), STR("<script"), 0) == SIZE_MAX);
        check(str_find(buf_str(&html), STR("<img"), 0) == SIZE_MAX);
        buf_clear(&two);
        check(err_ok(letter_text(&two, &again)));
    }
    buf_done(&html);
    buf_done(&two);
    buf_done(&one);
    arena_done(&a);
    return 0;
}
