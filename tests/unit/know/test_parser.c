/* SPDX-License-Identifier: Apache-2.0 */
/* The parser child and its parent: documents through the sandbox, and children that misbehave. This
 * program is its own child, as the product is. */
#include "unit/know/zip_support.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "know/parser.h"
#include "know/wire.h"

/* Memory limits that stand for a child which misbehaves (see main). */
enum {
    HOSTILE_GARBAGE = 666001,
    HOSTILE_HUGE,
    HOSTILE_SILENT,
    HOSTILE_DIES,
    HOSTILE_FLOODS,
    HOSTILE_LIES,
    HOSTILE_UNLOCKED
};

static struct know_settings settings;

static err read_doc(struct parser *p, str bytes, const char *name, struct know_document *d,
                    enum format_fault *fault)
{
    struct format_input in = {bytes, str_c(name), STR_EMPTY, READ_TEXT_MAX};
    *d = (struct know_document){0};
    return parser_read(p, &arena, FORMAT_KIND_UNKNOWN, &in, d, fault);
}

/* A PDF with one page of text, or none; `extra` goes into the trailer. */
static str pdf(const char *text, const char *extra)
{
    str stream = arena_printf(&arena, "BT /F1 12 Tf 72 700 Td (%s) Tj ET", text);
    return arena_printf(
        &arena,
        "%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n"
        "4 0 obj<</Length %zu>>stream\n%s\nendstream endobj\n"
        "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
        "6 0 obj<</Filter/Standard/V 1/R 2/O<%064d>/U<%064d>/P -4>>endobj\n"
        "trailer<</Root 1 0 R/Size 7%s>>\n",
        stream.n, stream.p, 0, 0, extra);
}

static void documents_come_back_through_the_sandbox(void **state)
{
    (void)state;
    struct zip_part part = {
        "word/document.xml",
        STR("<w:document xmlns:w=\"w\"><w:p><w:r><w:t>Word text</w:t></w:r></w:p></w:document>")};
    const struct {
        str bytes;
        const char *name, *shown;
    } rows[] = {
        {STR("<h1 id=a>T</h1><p>Caf\xe9"), "a.html", "[1 #a] T: Café"},
        {STR("<meta charset=shift_jis><p>\x93\xfa\x96\x7b"), "a.html", "[0] : 日本"},
        {STR("# T\nx"), "a.md", "[1 #t] T: x"},
        {STR("plain"), "a.txt", "[0] : plain"},
        {zip_of(&arena, &part, 1, NULL), "a.docx", "[0] : Word text"},
        {pdf("Hello from a PDF", ""), "a.pdf", "[3 #page=1] Hello from a PDF: Hello from a PDF"},
    };
    struct parser p;
    parser_init(&p, &settings);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct know_document d;
        enum format_fault fault = FORMAT_CRASHED;
        assert_int_equal(read_doc(&p, rows[i].bytes, rows[i].name, &d, &fault).code, ERR_OK);
        if (fault != FORMAT_NONE) {
            fail_msg("row %zu: %s", i, format_fault_text(fault));
        }
        assert_str_is(&arena, read_shown(&arena, &d), rows[i].shown);
    }
    parser_done(&p);
}

static void unreadable_documents_are_told_why(void **state)
{
    (void)state;
    const struct {
        str bytes;
        const char *name;
        enum format_fault fault;
    } rows[] = {
        {pdf("x", "/Encrypt 6 0 R/ID[<00><00>]"), "a.pdf", FORMAT_ENCRYPTED},
        {pdf("", ""), "a.pdf", FORMAT_NO_TEXT},
        {STR("%PDF-1.4 nothing else"), "a.pdf", FORMAT_DAMAGED},
        {STR(""), "a.txt", FORMAT_EMPTY},
        {STR("  \n "), "a.txt", FORMAT_EMPTY},
        {STR("\0\1\2\3\4"), "a.bin", FORMAT_UNKNOWN},
        {STR("PK\x03\x04 broken"), "a.docx", FORMAT_DAMAGED},
    };
    struct parser p;
    parser_init(&p, &settings);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct know_document d;
        enum format_fault fault = FORMAT_CRASHED;
        assert_int_equal(read_doc(&p, rows[i].bytes, rows[i].name, &d, &fault).code, ERR_OK);
        if (fault != rows[i].fault) {
            fail_msg("row %zu: %s", i, format_fault_text(fault));
        }
    }
    parser_done(&p);
    str reason = STR_EMPTY;
    struct know_document d;
    assert_int_equal(
        know_parse(&settings, &arena, rows[0].bytes, STR("a.pdf"), STR_EMPTY, &d, &reason).code,
        ERR_INVALID);
    assert_str_is(&arena, reason, "is encrypted – remove the password and add it again");
}

static void hostile_pdfs_cost_one_document(void **state)
{
    (void)state;
    struct parser p;
    struct know_document d;
    enum format_fault fault;
    parser_init(&p, &settings);
    str whole = pdf("Text", ""),
        loop = STR("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                   "2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 99999999>>endobj\n"
                   "trailer<</Root 1 0 R/Prev 0>>\n");
    assert_int_equal(read_doc(&p, loop, "a.pdf", &d, &fault).code, ERR_OK);
    assert_int_not_equal(fault, FORMAT_NONE);
    char noise[4096] = "%PDF-1.7\n";
    for (unsigned round = 0; round < 8; round++) {
        crypto_random(noise + 9, sizeof(noise) - 9);
        assert_int_equal(read_doc(&p, str_n(noise, sizeof(noise)), "a.pdf", &d, &fault).code,
                         ERR_OK);
        assert_int_equal(
            read_doc(&p, str_slice(whole, 0, whole.n * round / 8 + 12), "a.pdf", &d, &fault).code,
            ERR_OK);
    }
    assert_int_equal(read_doc(&p, whole, "a.pdf", &d, &fault).code, ERR_OK);
    assert_int_equal(fault, FORMAT_NONE);
    parser_done(&p);
}

static void a_child_that_misbehaves_costs_one_document(void **state)
{
    (void)state;
    static const struct {
        uint64_t memory;
        enum format_fault fault;
    } rows[] = {{HOSTILE_GARBAGE, FORMAT_CRASHED}, {HOSTILE_HUGE, FORMAT_CRASHED},
                {HOSTILE_SILENT, FORMAT_TIMEOUT},  {HOSTILE_DIES, FORMAT_CRASHED},
                {HOSTILE_FLOODS, FORMAT_CRASHED},  {HOSTILE_LIES, FORMAT_CRASHED}};
    struct know_settings mine = settings;
    struct parser p;
    parser_init(&p, &mine);
    mine.parse_ms = 700;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct know_document d;
        enum format_fault fault = FORMAT_NONE;
        int64_t started = clock_mono_ms();
        mine.parse_memory = rows[i].memory;
        assert_int_equal(read_doc(&p, STR("text"), "a.txt", &d, &fault).code, ERR_OK);
        if (fault != rows[i].fault) {
            fail_msg("row %zu: %s", i, format_fault_text(fault));
        }
        assert_true(clock_mono_ms() - started < 5000);
        assert_int_equal(d.block_count, 0);
    }
    mine = settings;
    struct know_document d;
    enum format_fault fault = FORMAT_CRASHED;
    assert_int_equal(read_doc(&p, STR("text"), "a.txt", &d, &fault).code, ERR_OK);
    assert_int_equal(fault, FORMAT_NONE);
    parser_done(&p);
    assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

static void a_system_without_a_sandbox_is_an_error_of_its_own(void **state)
{
    (void)state;
    struct know_settings mine = settings;
    struct parser p;
    struct know_document d;
    enum format_fault fault;
    mine.parse_memory = HOSTILE_UNLOCKED;
    parser_init(&p, &mine);
    assert_int_equal(read_doc(&p, STR("text"), "a.txt", &d, &fault).code, ERR_UNAVAILABLE);
    parser_done(&p);
}

static void a_document_above_the_limits_is_refused(void **state)
{
    (void)state;
    struct know_settings mine = settings;
    struct parser p;
    struct know_document d;
    enum format_fault fault;
    mine.document_bytes_max = 100;
    parser_init(&p, &mine);
    char *text = arena_alloc(&arena, 200);
    memset(text, 'x', 200);
    assert_int_equal(read_doc(&p, str_n(text, 200), "a.txt", &d, &fault).code, ERR_OK);
    assert_int_equal(fault, FORMAT_TOO_LARGE);
    mine = settings;
    mine.parse_ms = 0;
    assert_int_equal(read_doc(&p, str_n(text, 200), "a.txt", &d, &fault).code, ERR_OK);
    assert_int_equal(fault, FORMAT_TIMEOUT);
    parser_done(&p);
}

static void replies_are_taken_apart_strictly(void **state)
{
    (void)state;
    struct know_block block = {STR("H"), STR("a"), STR("text\n\tmore"), 2};
    str link = STR("https://a/");
    struct know_document good = {.title = STR("T"),
                                 .language = STR("en"),
                                 .blocks = &block,
                                 .block_count = 1,
                                 .links = &link,
                                 .link_count = 1,
                                 .nofollow = true,
                                 .canonical = STR(""),
                                 .base = STR("")};
    struct know_document d;
    struct buf b;
    buf_init(&b, 65536);
    wire_document_write(&b, &good);
    assert_int_equal(wire_document_read(&arena, buf_str(&b), 100, &d).code, ERR_OK);
    assert_str_is(&arena, read_shown(&arena, &d), "[2 #a] H: text\n\tmore");
    assert_true(d.nofollow && !d.noindex && d.link_count == 1);
    assert_int_equal(wire_document_read(&arena, buf_str(&b), 5, &d).code, ERR_CORRUPT);
    for (size_t n = 0; n < b.n; n++) {
        assert_int_equal(wire_document_read(&arena, str_slice(buf_str(&b), 0, n), 100, &d).code,
                         ERR_CORRUPT);
    }
    static const struct know_block wrong[] = {{STR_INIT("H\n"), STR_INIT("a"), STR_INIT("x"), 1},
                                              {STR_INIT("H"), STR_INIT("a b"), STR_INIT("x"), 1},
                                              {STR_INIT("H"), STR_INIT("a"), STR_INIT("x\033"), 1},
                                              {STR_INIT("H"), STR_INIT("a"), STR_INIT("\xff"), 1},
                                              {STR_INIT("H"), STR_INIT("a"), STR_INIT("x"), 9}};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        block = wrong[i];
        buf_clear(&b);
        wire_document_write(&b, &good);
        assert_int_equal(wire_document_read(&arena, buf_str(&b), 100, &d).code, ERR_CORRUPT);
    }
    buf_done(&b);
}

/* ── the children that misbehave ── */

static void say_head(uint32_t code, uint64_t bytes)
{
    char head[WIRE_HEAD_BYTES];
    wire_head_write(head, code, bytes);
    (void)!write(1, head, sizeof(head));
}

static void be_hostile(uint64_t how)
{
    static const char noise[4096] = "garbage that is no reply";
    switch (how) {
    case HOSTILE_GARBAGE:
        (void)!write(1, noise, 100);
        break;
    case HOSTILE_HUGE:
        say_head(0, UINT64_MAX);
        break;
    case HOSTILE_SILENT:
        for (;;) {
            (void)pause();
        }
    case HOSTILE_FLOODS:
        while (write(1, noise, sizeof(noise)) > 0) {
        }
        break;
    case HOSTILE_LIES:
        say_head(0, 1000);
        (void)!write(1, noise, 1000);
        break;
    case HOSTILE_UNLOCKED:
        _exit(PARSER_EXIT_SANDBOX);
    default:
        abort();
    }
    _exit(0);
}

int main(int argc, char **argv)
{
    uint64_t memory = 0;
    if (argc > 3 && str_u64(str_c(argv[3]), &memory) && memory >= HOSTILE_GARBAGE &&
        memory <= HOSTILE_UNLOCKED) {
        be_hostile(memory);
    }
    know_parser_main(argc, argv);
    settings = know_settings_default();
    const struct CMUnitTest tests[] = {
        READ_TEST(documents_come_back_through_the_sandbox),
        READ_TEST(unreadable_documents_are_told_why),
        READ_TEST(hostile_pdfs_cost_one_document),
        READ_TEST(a_child_that_misbehaves_costs_one_document),
        READ_TEST(a_system_without_a_sandbox_is_an_error_of_its_own),
        READ_TEST(a_document_above_the_limits_is_refused),
        READ_TEST(replies_are_taken_apart_strictly),
    };
    return err_ok(crypto_init()) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
