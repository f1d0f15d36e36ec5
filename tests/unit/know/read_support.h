/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of reading share: a document written out as text, so that one comparison shows
 * everything. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "know/format.h"

enum { READ_TEXT_MAX = 4 << 20 };

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* "[2 #anchor] Heading › Sub: text", one block a paragraph; empty blocks are left out. */
static inline str read_shown(struct arena *a, const struct know_document *d)
{
    struct buf b;
    buf_init(&b, 16 << 20);
    for (size_t i = 0; i < d->block_count; i++) {
        const struct know_block *block = &d->blocks[i];
        if (block->text.n) {
            buf_addf(&b, "%s[%u%s%.*s] %.*s: %.*s", b.n ? "\n" : "", block->level,
                     block->anchor.n ? " #" : "", STR_ARG(block->anchor), STR_ARG(block->heading),
                     STR_ARG(block->text));
        }
    }
    str shown = arena_str(a, buf_str(&b));
    buf_done(&b);
    return shown;
}

static inline enum format_fault read_kind(struct arena *a, enum format_kind kind, str bytes,
                                          const char *name, struct know_document *ret)
{
    struct format_input in = {bytes, str_c(name), STR_EMPTY, READ_TEXT_MAX};
    *ret = (struct know_document){0};
    return format_read(a, kind, &in, ret);
}

static inline void assert_str_is(struct arena *a, str got, const char *want)
{
    str text = arena_str(a, got);
    assert_non_null(text.p);
    assert_string_equal(text.p, want);
}

static inline void assert_str_has(struct arena *a, str got, const char *part)
{
    str text = arena_str(a, got);
    if (!strstr(text.p, part)) {
        print_error("got: %s\nwanted in it: %s\n", text.p, part);
    }
    assert_non_null(strstr(text.p, part));
}

static struct arena arena;

static inline int read_set_up(void **state)
{
    (void)state;
    arena_init(&arena, 512 << 20);
    return 0;
}

static inline int read_tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

#define READ_TEST(name) cmocka_unit_test_setup_teardown(name, read_set_up, read_tear_down)
