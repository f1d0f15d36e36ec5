/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/know/read_support.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "know/pieces.h"

enum { BLOCKS_MAX = 64 };

static struct know_block blocks[BLOCKS_MAX];
static struct know_document document;

/* `count` sentences of ten words that differ from all others. */
static str words(size_t count, const char *name)
{
    struct buf b;
    buf_init(&b, 1 << 22);
    for (size_t i = 0; i < count; i++) {
        buf_addf(&b, "%sThe %s sentence number %zu has ten words in it.", i ? " " : "", name, i);
    }
    str text = arena_str(&arena, buf_str(&b));
    buf_done(&b);
    return text;
}

static void begin(void)
{
    document = (struct know_document){.title = STR("Guide"), .blocks = blocks};
}

static void add(unsigned level, const char *heading, const char *anchor, str text)
{
    blocks[document.block_count++] =
        (struct know_block){str_c(heading), str_c(anchor), text, level};
}

static size_t cut(struct passage_row **ret)
{
    size_t count = 0;
    err e = know_cut(&arena, &document, STR("https://a/b?c"), ret, &count);
    assert_int_equal(e.code, ERR_OK);
    return count;
}

static void small_sections_are_joined_and_large_ones_parted(void **state)
{
    (void)state;
    struct passage_row *p;
    begin();
    add(2, "Guide › Part", "part", words(2, "first"));
    add(3, "Guide › Part › One", "one", words(2, "second"));
    add(3, "Guide › Part › Two", "two", words(2, "third"));
    add(2, "Guide › Other", "other", words(50, "fourth"));
    size_t n = cut(&p);
    assert_int_equal(n, 4);
    assert_str_is(&arena, p[0].url, "https://a/b?c#part");
    assert_str_is(&arena, p[0].heading, "Part");
    assert_str_has(&arena, p[0].text, "\n\nOne\n\nThe second");
    assert_str_has(&arena, p[0].text, "\n\nTwo\n\nThe third");
    for (size_t i = 1; i < n; i++) {
        assert_str_is(&arena, p[i].heading, "Other");
        assert_str_is(&arena, p[i].url, "https://a/b?c#other");
        assert_in_range(pieces_size(p[i].text), 2 * 80, 2 * 220);
        assert_true(str_ends(p[i].text, STR(".")));
    }
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(p[i].ordinal, i);
        assert_true(p[i].index_text.n > 0 && p[i].index_title.n > 0 && p[i].index_heading.n > 0);
    }
}

static void passages_never_cross_a_heading_of_level_one_or_two(void **state)
{
    (void)state;
    struct passage_row *p;
    for (unsigned level = 1; level <= 2; level++) {
        begin();
        add(level, "A", "a", words(1, "first"));
        add(level, "B", "b", words(1, "second"));
        assert_int_equal(cut(&p), 2);
    }
}

static void no_word_is_lost_or_cut(void **state)
{
    (void)state;
    struct passage_row *p;
    begin();
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 3000; i++) {
        buf_addf(&b, "word%d%s", i,
                 i % 97 == 0   ? "\n\n"
                 : i % 31 == 0 ? ".\n"
                 : i % 13 == 0 ? ". "
                               : " ");
    }
    add(0, "", "", arena_str(&arena, buf_str(&b)));
    buf_done(&b);
    size_t n = cut(&p), next = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t at = str_find(p[i].text, STR("word"), 0); at != SIZE_MAX;
             at = str_find(p[i].text, STR("word"), at + 1)) {
            size_t end = at + 4;
            while (end < p[i].text.n && p[i].text.p[end] >= '0' && p[i].text.p[end] <= '9') {
                end++;
            }
            uint64_t number = 0;
            assert_true(str_u64(str_slice(p[i].text, at + 4, end), &number));
            assert_int_equal(number, next++);
        }
    }
    assert_int_equal(next, 3000);
}

static void texts_without_spaces_are_cut_at_characters(void **state)
{
    (void)state;
    struct passage_row *p;
    struct buf b;
    buf_init(&b, 1 << 22);
    for (int i = 0; i < 4000; i++) {
        utf8_add(&b, i % 40 == 39 ? 0x3002 : 0x4E00 + (uint32_t)i);
    }
    begin();
    add(0, "", "", arena_str(&arena, buf_str(&b)));
    buf_clear(&b);
    for (int i = 0; i < 100000; i++) {
        buf_add_c(&b, "é");
    }
    add(1, "Long", "", arena_str(&arena, buf_str(&b)));
    buf_done(&b);
    size_t n = cut(&p);
    assert_true(n > 10);
    for (size_t i = 0; i < n; i++) {
        assert_true(utf8_valid(p[i].text));
        assert_true(p[i].text.n < 16384);
    }
}

static void repeated_passages_of_a_document_are_dropped(void **state)
{
    (void)state;
    struct passage_row *p;
    begin();
    add(2, "A", "a", words(9, "same"));
    add(2, "B", "b", words(9, "same"));
    add(2, "C", "c", words(9, "other"));
    assert_int_equal(cut(&p), 2);
    assert_str_is(&arena, p[1].heading, "C");
}

static void anchors_are_escaped_in_urls(void **state)
{
    (void)state;
    struct passage_row *p;
    size_t count;
    begin();
    add(2, "A", "über <1>\"", words(1, "x"));
    assert_int_equal(know_cut(&arena, &document, STR("https://a/#old"), &p, &count).code, ERR_OK);
    assert_str_is(&arena, p[0].url, "https://a/#%C3%BCber%20%3C1%3E%22");
}

static void every_failing_allocation_is_an_error(void **state)
{
    (void)state;
    begin();
    add(2, "A", "a", words(60, "x"));
    add(3, "A › B", "b", words(1, "y"));
    bool done = false;
    for (long n = 0; n < 400 && !done; n++) {
        struct arena small;
        struct passage_row *p = NULL;
        size_t count = 0;
        arena_init(&small, 8 << 20);
        mem_fail_after(n);
        err e = know_cut(&small, &document, STR("https://a/"), &p, &count);
        mem_fail_after(-1);
        assert_true(err_ok(e) ? count > 0 : e.code == ERR_NO_MEMORY);
        done = err_ok(e);
        arena_done(&small);
    }
    assert_true(done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        READ_TEST(small_sections_are_joined_and_large_ones_parted),
        READ_TEST(passages_never_cross_a_heading_of_level_one_or_two),
        READ_TEST(no_word_is_lost_or_cut),
        READ_TEST(texts_without_spaces_are_cut_at_characters),
        READ_TEST(repeated_passages_of_a_document_are_dropped),
        READ_TEST(anchors_are_escaped_in_urls),
        READ_TEST(every_failing_allocation_is_an_error),
    };
    return err_ok(crypto_init()) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
