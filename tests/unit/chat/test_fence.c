/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chat/fence.h"

static void a_text_ends_in_the_block_that_its_last_fence_opened(void **state)
{
    (void)state;
    static const struct {
        const char *text, *close;
    } rows[] = {
        {"", ""},
        {"a ``` b", ""},
        {"```sh\nls", "\n```"},
        {"```sh\nls\n", "```"},
        {"```sh\nls\n```", ""},
        {"```sh\nls\n``", "\n```"},
        {"````\n```\n", "````"},
        {"~~~ a`b\n```\n", "~~~"},
        {"``` a`b\n", ""},
        {"```\n``` x\n", "```"},
        {"```\nls\n`````  \n", ""},
        {"  ```\nls\n", "  ```"},
        {"- a\n  ```\n  ls\n", "  ```"},
        {"- ```\n  ls\n", "  ```"},
        {"1. a\n   - ```\n     ls\n", "     ```"},
        {"- ```\n  ls\nb\n", ""},
        {"- ```\n  ls\n\n  cd\n", "  ```"},
        {"- ```\n  ls\nb\n```\n", "```"},
        {"- a\n\nb\n\n```\nls\n", "```"},
        {"> ```\n> ls\n", ""},
        {"12345678901. ```\n", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b;
        struct fence fence = fence_find(str_c(rows[i].text));
        buf_init(&b, 100);
        fence_close(&fence, &b);
        if (!str_eq(buf_str(&b), str_c(rows[i].close)) || fence.open != (b.n > 0)) {
            fail_msg("row %zu: %.*s", i, STR_ARG(buf_str(&b)));
        }
        buf_done(&b);
    }
}

static void whatever_is_cut_off_can_be_closed(void **state)
{
    (void)state;
    static const str text = STR_INIT(
        "A `b` ```c``` d:\n\n```sh\ncd a\n\n``` no\n```\n1. e\n   ```\n   f\n   ```\n   * ~~~~ g\n"
        "     ```\n     ~~~\n     ~~~~\n> ```\n> h\n\n- i\n\tj\n  ```k\n  l\nm ```\n````\n```\n````");
    for (size_t n = 0; n <= text.n; n++) {
        struct buf b;
        struct fence fence = fence_find(str_slice(text, 0, n));
        buf_init(&b, 1000);
        buf_add(&b, str_slice(text, 0, n));
        fence_close(&fence, &b);
        buf_add_c(&b, "\n\nThe rest.");
        fence = fence_find(buf_str(&b));
        assert_false(fence.open);
        assert_false(fence.line_open);
        buf_done(&b);
    }
    assert_true(fence_find(str_slice(text, 0, 30)).open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_ends_in_the_block_that_its_last_fence_opened),
        cmocka_unit_test(whatever_is_cut_off_can_be_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
