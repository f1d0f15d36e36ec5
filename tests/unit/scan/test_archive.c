/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/scan/packs.h"

/* An archive, or one packed stream, of nothing but zeros. */
static str pack_zeros(const char *format, const char *filter, size_t n)
{
    size_t room = 8 << 20, used = 0;
    char *bytes = arena_alloc(&memory, room), *piece = arena_alloc(&memory, 1 << 20);
    struct archive *a = pack_begin(format, filter, bytes, room, &used);
    struct archive_entry *entry = pack_entry("zeros", n);
    assert_true(archive_write_header(a, entry) >= ARCHIVE_WARN);
    for (size_t i = 0; i < n; i += 1 << 20) {
        assert_true(archive_write_data(a, piece, 1 << 20) == 1 << 20);
    }
    archive_entry_free(entry);
    pack_end(a);
    return str_n(bytes, used);
}

static void every_format_gives_up_a_key(void **state)
{
    static const struct {
        const char *format, *filter, *name;
        bool named;
    } kinds[] = {
        {"zip", "none", "a.zip", true},        {"ustar", "none", "a.tar", true},
        {"pax", "gzip", "a.tar.gz", true},     {"gnutar", "xz", "a.txz", true},
        {"ustar", "bzip2", "a.tbz", true},     {"ustar", "zstd", "a.tar.zst", true},
        {"ustar", "lz4", "a.tar.lz4", true},   {"7zip", "none", "a.7z", true},
        {"newc", "none", "a.cpio", true},      {"odc", "gzip", "a.cpio.gz", true},
        {"ar", "none", "a.a", true},           {"raw", "gzip", "app.env.gz", false},
        {"raw", "xz", "app.env.xz", false},    {"raw", "bzip2", "app.env.bz2", false},
        {"raw", "zstd", "app.env.zst", false}, {"raw", "lz4", "app.env.lz4", false},
    };
    (void)state;
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        str bytes = pack_one(kinds[i].format, kinds[i].filter, "app.env", line_of(i));
        str end = kinds[i].named ? arena_printf(&memory, "%s!app.env", kinds[i].name)
                                 : str_c(kinds[i].name);
        trial_begin();
        scan_bytes(kinds[i].name, bytes);
        assert_true(found_at(i, end.p));
        assert_int_equal(found(i)->places[0].kind, kinds[i].named ? PLACE_ARCHIVE : PLACE_FILE);
        assert_int_equal(told.problem_count, 0);
    }
}

static str nested(unsigned depth, unsigned seed)
{
    str bytes = line_of(seed);
    const char *name = "app.env";
    for (unsigned i = 0; i < depth; i++) {
        bytes = pack_one(i % 2 ? "ustar" : "zip", "none", name, bytes);
        name = i % 2 ? "in.tar" : "in.zip";
    }
    return bytes;
}

static void archives_within_archives_are_opened_to_a_depth(void **state)
{
    (void)state;
    scan_bytes("out", nested(SCAN_DEPTH_MAX, 1));
    assert_true(found_at(1, "out!in.tar!in.zip!in.tar!in.zip!app.env"));
    assert_int_equal(told.problem_count, 0);

    struct part parts[] = {{"a.txt", line_of(3)}, {"in", nested(10, 2)}, {"b.txt", line_of(4)}};
    trial_begin();
    scan_bytes("out", pack("zip", "none", parts, 3));
    assert_non_null(found(3));
    assert_non_null(found(4));
    assert_non_null(problem("too deep"));
    assert_true(problem("too deep")->limit);
}

/* The layers of a container image, as `docker save` writes them: tars, packed or not. */
static void a_container_image_is_searched_to_its_jars(void **state)
{
    str jar = pack_one("zip", "none", "BOOT-INF/classes/application.yml", line_of(1));
    struct part inner[] = {{"srv/app.jar", jar}, {"etc/app.env", line_of(2)}};
    str layer = pack("ustar", "gzip", inner, 2);
    struct part outer[] = {{"manifest.json", STR("[{\"Config\":\"c.json\"}]\n")},
                           {"blobs/sha256/0123", layer}};
    (void)state;
    scan_bytes("image.tar", pack("ustar", "none", outer, 2));
    assert_true(
        found_at(1, "image.tar!blobs/sha256/0123!srv/app.jar!BOOT-INF/classes/application.yml"));
    assert_true(found_at(2, "image.tar!blobs/sha256/0123!etc/app.env"));
}

static void a_bomb_is_defused_and_the_rest_goes_on(void **state)
{
    (void)state;
    write_file("bomb.bz2", pack_zeros("raw", "bzip2", 300 << 20));
    write_file("bomb.zip", pack_zeros("zip", "none", 200 << 20));
    write_file("ok.zip", pack_one("zip", "none", "a.env", line_of(1)));
    int64_t from = clock_mono_ms();
    scan_tree();
    assert_true(clock_mono_ms() - from < 60000);
    assert_non_null(found(1));
    assert_non_null(problem("a bomb"));
    assert_true(problem("a bomb")->limit);
    assert_int_equal(told.problem_count, 2);
}

/* A gzip member that holds itself cannot be made small here; many layers can. */
static void packing_again_and_again_ends(void **state)
{
    str bytes = line_of(1);
    (void)state;
    for (unsigned i = 0; i < 40; i++) {
        bytes = squeeze("gzip", bytes);
    }
    scan_bytes("a.gz", bytes);
    assert_non_null(problem("too deep"));
}

static void too_many_entries_are_told(void **state)
{
    size_t room = (size_t)(SCAN_ENTRIES_MAX + 10) * 1024 + (1 << 20), used = 0;
    char *bytes = arena_alloc(&memory, room);
    struct archive *a = pack_begin("ustar", "none", bytes, room, &used);
    struct archive_entry *entry = pack_entry("x", 0);
    (void)state;
    for (unsigned i = 0; i < SCAN_ENTRIES_MAX + 5; i++) {
        archive_write_header(a, entry);
    }
    archive_entry_free(entry);
    pack_end(a);
    scan_bytes("many.tar", str_n(bytes, used));
    assert_non_null(problem("too many entries"));
    assert_true(problem("too many entries")->limit);
}

static void names_lead_nowhere_and_are_masked(void **state)
{
    struct part parts[] = {
        {"../../etc/passwd", line_of(1)},
        {"/etc/shadow", line_of(2)},
        {"a\nb\x1b[31m.env", line_of(3)},
        {"x\xe2\x80\xaegnp.env", line_of(4)},
        {"gr\xc3\xbc\xc3\x9f"
         "e.env",
         line_of(5)},
        {"bad\xff.env", line_of(6)},
    };
    (void)state;
    scan_bytes("t.tar", pack("ustar", "none", parts, 6));
    assert_true(found_at(1, "t.tar!../../etc/passwd"));
    assert_true(found_at(2, "t.tar!/etc/shadow"));
    assert_true(found_at(3, "t.tar!a\\nb\\x1b[31m.env"));
    assert_true(found_at(4, "t.tar!x\\u{202e}gnp.env"));
    assert_true(found_at(5, "gr\xc3\xbc\xc3\x9f"
                            "e.env"));
    assert_non_null(found(6));
    trial_begin();
    scan_bytes("t.zip", pack("zip", "none", parts, 5));
    assert_true(found_at(1, "t.zip!../../etc/passwd"));
    assert_true(found_at(4, "t.zip!x\\u{202e}gnp.env"));
    assert_true(found_at(5, "gr\xc3\xbc\xc3\x9f"
                            "e.env"));
}

static void a_locked_entry_is_told(void **state)
{
    char *bytes = arena_alloc(&memory, 1 << 20);
    size_t used = 0;
    struct archive *a = archive_write_new();
    (void)state;
    archive_write_set_format_zip(a);
    archive_write_set_options(a, "zip:encryption=traditional");
    archive_write_set_passphrase(a, "open");
    archive_write_open_memory(a, bytes, 1 << 20, &used);
    pack_add(a, "a.env", line_of(1));
    pack_end(a);
    scan_bytes("locked.zip", str_n(bytes, used));
    assert_null(found(1));
    assert_non_null(problem("protected by a password"));
    assert_string_equal(problem("protected by a password")->path.p, "locked.zip!a.env");
}

static str noise(size_t n)
{
    char *p = arena_alloc(&memory, n);
    uint32_t x = 1;
    for (size_t i = 0; i < n; i++) {
        x = x * 1664525 + 1013904223;
        p[i] = i % 64 == 63 ? '\n' : (char)('a' + (x >> 24) % 26);
    }
    return str_n(p, n);
}

static void what_a_damaged_archive_still_gives_counts(void **state)
{
    static const struct {
        const char *format, *filter;
    } kinds[] = {
        {"zip", "none"}, {"ustar", "none"}, {"ustar", "gzip"}, {"ustar", "xz"}, {"newc", "zstd"}};
    struct part parts[] = {{"a.env", line_of(1)}, {"noise", noise(2 << 20)}, {"b.env", line_of(2)}};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        str bytes = pack(kinds[i].format, kinds[i].filter, parts, 3);
        trial_begin();
        scan_bytes("cut", str_slice(bytes, 0, bytes.n / 2));
        assert_non_null(found(1));
        assert_null(found(2));
        assert_non_null(problem("damaged"));
        assert_in_range(told.problem_count, 1, 2); /* of the entry, of the archive */
    }
}

static void a_long_entry_is_searched_in_pieces(void **state)
{
    size_t n = 40 << 20;
    str text = noise(n), line = line_of(1);
    char *middle = arena_alloc(&memory, n);
    (void)state;
    memcpy(middle, text.p, n);
    memcpy(middle + (30 << 20), line.p, line.n);
    middle[(30 << 20) - 1] = '\n';
    struct part parts[] = {{"long.txt", str_n(middle, n)}, {"b.env", line_of(2)}};
    scan_bytes("long.tar.gz", pack("ustar", "gzip", parts, 2));
    assert_true(found_at(1, "long.tar.gz!long.txt"));
    assert_non_null(found(2));
    assert_int_equal(told.problem_count, 0);
}

static void documents_are_read_as_people_see_them(void **state)
{
    str key = key_of(1);
    str word = arena_printf(&memory,
                            "<?xml version=\"1.0\"?><w:document><w:body><w:p><w:r><w:t>Key "
                            "id:</w:t></w:r></w:p><w:p><w:r><w:t>aws_access_key_id = %.*s</w:t>"
                            "</w:r><w:proofErr w:type=\"spellStart\"/><w:r><w:t>%.*s</w:t></w:r>"
                            "</w:p><w:p><w:r><w:t>end</w:t></w:r></w:p></w:body></w:document>",
                            9, key.p, 11, key.p + 9);
    str office = arena_printf(&memory,
                              "<office:text><text:p>aws_access_key_id = %.*s<text:span>%.*s"
                              "</text:span></text:p></office:text>",
                              7, key.p, 13, key.p + 7);
    (void)state;
    scan_bytes("a.docx", pack_one("zip", "none", "word/document.xml", word));
    assert_true(found_at(1, "a.docx!word/document.xml"));
    trial_begin();
    scan_bytes("a.odt", pack_one("zip", "none", "content.xml", office));
    assert_true(found_at(1, "a.odt!content.xml"));
}

/* Jars that start by themselves, installers: a program, then a ZIP. */
static void a_zip_behind_a_program_is_opened(void **state)
{
    str zip = pack_one("zip", "none", "BOOT-INF/application.yml", line_of(1));
    str script = STR("#!/bin/sh\nexec java -jar \"$0\" \"$@\"\nexit 1\n");
    char *p = arena_alloc(&memory, 20 << 20);
    (void)state;
    memcpy(p, script.p, script.n);
    memcpy(p + script.n, zip.p, zip.n);
    scan_bytes("app.jar", str_n(p, script.n + zip.n));
    assert_true(found_at(1, "app.jar!BOOT-INF/application.yml"));
    trial_begin();
    scan_bytes("out.tar", pack_one("ustar", "none", "app.jar", str_n(p, script.n + zip.n)));
    assert_true(found_at(1, "out.tar!app.jar!BOOT-INF/application.yml"));
    trial_begin();
    memset(p, 'x', 20 << 20);
    memcpy(p + (20 << 20) - zip.n, zip.p, zip.n);
    write_file("setup.exe", str_n(p, 20 << 20));
    scan_tree();
    assert_true(found_at(1, "/setup.exe!BOOT-INF/application.yml"));
    trial_begin();
    scan_bytes("app.zip", arena_printf(&memory, "no zip: PK\5\6\n%s", line_of(2).p));
    assert_true(found_at(2, "app.zip"));
}

static void archives_can_be_left_closed(void **state)
{
    (void)state;
    options.no_archives = true;
    scan_bytes("a.tar.gz", pack_one("ustar", "gzip", "a.env", line_of(1)));
    assert_null(found(1));
    assert_int_equal(told.problem_count, 0);
}

static void what_is_excluded_in_an_archive_is_not_read(void **state)
{
    static const str exclude[] = {STR_INIT("node_modules/")};
    struct part parts[] = {{"node_modules/x/a.js", line_of(1)}, {"a.js", line_of(2)}};
    (void)state;
    options.exclude = exclude;
    options.exclude_count = 1;
    scan_bytes("a.zip", pack("zip", "none", parts, 2));
    assert_null(found(1));
    assert_non_null(found(2));
}

/* Every cut and every flipped byte of a small archive: nothing but an end is asked for. */
static void any_damage_ends(void **state)
{
    static const char *const formats[] = {"zip", "ustar", "7zip", "newc", "ar"};
    (void)state;
    for (size_t f = 0; f < 5; f++) {
        str good = pack_one(formats[f], "none", "a.env", line_of(1));
        for (size_t i = 0; i < good.n && i < 400; i++) {
            char *bad = arena_alloc(&memory, good.n);
            memcpy(bad, good.p, good.n);
            bad[i] = (char)(bad[i] ^ 0xff);
            trial_begin();
            scan_bytes("bad", str_n(bad, good.n));
        }
    }
}

static void quines_end(void **state)
{
    /* The gzip quine's idea with a zip: an entry that is stored and names itself is at most as
     * deep as the limit. */
    str inner = pack_one("zip", "none", "r.zip", line_of(1));
    (void)state;
    for (unsigned i = 0; i < 30; i++) {
        inner = pack_one("zip", "none", "r.zip", inner);
    }
    scan_bytes("r.zip", inner);
    assert_non_null(problem("too deep"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_format_gives_up_a_key, trial_set_up, trial_tear_down),
        cmocka_unit_test_setup_teardown(archives_within_archives_are_opened_to_a_depth,
                                        trial_set_up, trial_tear_down),
        cmocka_unit_test_setup_teardown(a_container_image_is_searched_to_its_jars, trial_set_up,
                                        trial_tear_down),
        cmocka_unit_test_setup_teardown(a_bomb_is_defused_and_the_rest_goes_on, trial_set_up,
                                        trial_tear_down),
        cmocka_unit_test_setup_teardown(packing_again_and_again_ends, trial_set_up,
                                        trial_tear_down),
        cmocka_unit_test_setup_teardown(too_many_entries_are_told, trial_set_up, trial_tear_down),
        cmocka_unit_test_setup_teardown(names_lead_nowhere_and_are_masked, trial_set_up,
                                        trial_tear_down),
        cmocka_unit_test_setup_teardown(a_locked_entry_is_told, trial_set_up, trial_tear_down),
        cmocka_unit_test_setup_teardown(what_a_damaged_archive_still_gives_counts, trial_set_up,
                                        trial_tear_down),
        cmocka_unit_test_setup_teardown(a_long_entry_is_searched_in_pieces, trial_set_up,
                                        trial_tear_down),
        cmocka_unit_test_setup_teardown(documents_are_read_as_people_see_them, trial_set_up,
                                        trial_tear_down),
        cmocka_unit_test_setup_teardown(a_zip_behind_a_program_is_opened, trial_set_up,
                                        trial_tear_down),
        cmocka_unit_test_setup_teardown(archives_can_be_left_closed, trial_set_up, trial_tear_down),
        cmocka_unit_test_setup_teardown(what_is_excluded_in_an_archive_is_not_read, trial_set_up,
                                        trial_tear_down),
        cmocka_unit_test_setup_teardown(any_damage_ends, trial_set_up, trial_tear_down),
        cmocka_unit_test_setup_teardown(quines_end, trial_set_up, trial_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
