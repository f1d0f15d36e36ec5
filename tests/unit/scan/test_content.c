/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/scan/packs.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include "scan/content_private.h"
#include "scan/shown.h"

static void beginnings_say_what_it_is(void **state)
{
    static const struct {
        str head;
        enum sniff_kind kind;
    } known[] = {
        {STR_INIT(""), SNIFF_TEXT},
        {STR_INIT("int main(void)\n"), SNIFF_TEXT},
        {STR_INIT("a\0b"), SNIFF_BINARY},
        {STR_INIT("\x7f"
                  "ELF\2\1\1\0\0\0"),
         SNIFF_BINARY},
        {STR_INIT("\xff\xfe"
                  "a\0b\0"),
         SNIFF_UTF16_LE},
        {STR_INIT("\xfe\xff\0a\0b"), SNIFF_UTF16_BE},
        {STR_INIT("k\0e\0y\0 \0=\0 \0x\0\n\0"), SNIFF_UTF16_LE},
        {STR_INIT("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), SNIFF_MEDIA},
        {STR_INIT("GIF89a"), SNIFF_MEDIA},
        {STR_INIT("RIFF\x10\0\0\0WEBPVP8 "), SNIFF_MEDIA},
        {STR_INIT("RIFF is a word"), SNIFF_TEXT},
        {STR_INIT("\0\0\0\x20"
                  "ftypisom"),
         SNIFF_MEDIA},
        {STR_INIT("\0\1\0\0\0\x12\1\0"), SNIFF_MEDIA},
        {STR_INIT("wOFF is a font"), SNIFF_TEXT},
        {STR_INIT("PK\3\4\x14\0"), SNIFF_ZIP},
        {STR_INIT("PKCS is not one"), SNIFF_TEXT},
        {STR_INIT("BZh91AY&SY"), SNIFF_BZIP2},
        {STR_INIT("BZh is not one"), SNIFF_TEXT},
        {STR_INIT(
             "070701 is a number, not an archive, whatever else follows here: more and more and "
             "more and more"),
         SNIFF_TEXT},
        {STR_INIT("!<arch>\ndebian-binary   "), SNIFF_AR},
        {STR_INIT("Rar!\x1a\x07\1\0"), SNIFF_CLOSED},
        {STR_INIT("\xed\xab\xee\xdb\3\0"), SNIFF_RPM},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_int_equal(sniff(known[i].head), known[i].kind);
    }
}

static void headers_say_how_much_memory_unpacking_takes(void **state)
{
    static const struct {
        const char *filter, *options;
        uint64_t least, most;
    } known[] = {{"xz", "compression-level=9", 64 << 20, 65 << 20},
                 {"xz", "compression-level=0", 256 << 10, 256 << 10},
                 {"zstd", "compression-level=3", 1, 8 << 20}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char bytes[4096];
        size_t used = 0;
        struct archive *a = archive_write_new();
        archive_write_set_format_raw(a);
        archive_write_add_filter_by_name(a, known[i].filter);
        archive_write_set_bytes_in_last_block(a, 1);
        archive_write_set_options(a, known[i].options);
        archive_write_open_memory(a, bytes, sizeof bytes, &used);
        pack_add(a, "x", STR("some text"));
        pack_end(a);
        uint64_t n = sniff_memory(sniff(str_n(bytes, used)), str_n(bytes, used));
        assert_in_range(n, known[i].least, known[i].most);
    }
    /* a window of 2 GB (RFC 8878): no content, only the header */
    assert_in_range(sniff_memory(SNIFF_ZSTD, STR("\x28\xb5\x2f\xfd\0\xa8")), UINT64_C(2) << 30,
                    UINT64_C(2) << 30);
}

static void names_are_shown_safely(void **state)
{
    static const struct {
        str name, shown;
    } known[] = {
        {STR_INIT("src/app.js"), STR_INIT("src/app.js")},
        {STR_INIT("a\nb"), STR_INIT("a\\nb")},
        {STR_INIT("\x1b[2J"), STR_INIT("\\x1b[2J")},
        {STR_INIT("\x7f"), STR_INIT("\\x7f")},
        {STR_INIT("\xc2\x85"), STR_INIT("\\u{85}")},
        {STR_INIT("\xe2\x80\xae"), STR_INIT("\\u{202e}")},
        {STR_INIT("\xe2\x81\xa6"), STR_INIT("\\u{2066}")},
        {STR_INIT("\xff\xc3"), STR_INIT("\\xff\\xc3")},
        {STR_INIT("\xef\xbf\xbd"), STR_INIT("\xef\xbf\xbd")},
        {STR_INIT("\xc3\xa9t\xc3\xa9"), STR_INIT("\xc3\xa9t\xc3\xa9")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char to[64];
        size_t n = shown_name(known[i].name, to, sizeof to);
        assert_true(str_eq(str_n(to, n), known[i].shown));
        for (size_t room = 0; room < n; room++) {
            assert_true(shown_name(known[i].name, to, room) <= room);
        }
    }
}

/* A line in UTF-16, ASCII only. */
static str wide(str s, bool big, bool mark)
{
    char *p = arena_alloc(&memory, 2 * s.n + 2);
    size_t n = 0;
    if (mark) {
        memcpy(p, big ? "\xfe\xff" : "\xff\xfe", 2);
        n = 2;
    }
    for (size_t i = 0; i < s.n; i++) {
        p[n + (big ? 1 : 0)] = s.p[i];
        n += 2;
    }
    return str_n(p, n);
}

static void utf16_is_read_in_both_orders(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        str text = arena_printf(&memory, "; settings\n\n%s", line_of(i).p);
        trial_begin();
        scan_bytes("settings.ini", wide(text, i & 1, i & 2));
        assert_true(found_at(i, "settings.ini"));
        assert_int_equal(found(i)->places[0].line, 3);
    }
}

/* Pieces of every length, also within units and pairs, give the text that the whole gives. */
static void utf16_may_be_cut_anywhere(void **state)
{
    (void)state;
    for (size_t step = 1; step < 40; step++) {
        str text = wide(line_of(1), false, true);
        char *p = arena_alloc(&memory, text.n + 8);
        struct scan_stream *stream;
        struct scan_worker *w;
        struct utf16_feed feed;
        struct buf b;
        size_t n = text.n;
        memcpy(p, text.p, 2);
        memcpy(p + 2, "\x3d\xd8\x00\xde", 4); /* a pair, U+1F600 */
        memcpy(p + 6, text.p + 2, n - 2);
        trial_begin();
        buf_init(&b, 1 << 20);
        struct origin o = {.kind = PLACE_FILE, .path = STR("w.ini")};
        assert_true(err_ok(scan_worker_new(&trial, &w)));
        assert_true(err_ok(scan_stream_begin(w, &o, &stream)));
        utf16_feed_init(&feed, stream, false, &b);
        for (size_t at = 0; at < n + 4; at += step) {
            utf16_feed_add(&feed, str_slice(str_n(p, n + 4), at, at + step));
        }
        scan_stream_end(stream);
        scan_worker_free(w);
        buf_done(&b);
        settle();
        assert_non_null(found(1));
        assert_int_equal(found(1)->places[0].column, 4 + strlen("aws_access_key_id = ") + 1);
    }
}

static void binaries_are_searched_and_media_are_not(void **state)
{
    str line = line_of(1);
    str elf = arena_printf(&memory, "%c%c%c%c----------%s------", 1, 2, 3, 4, line.p);
    char *p = arena_alloc(&memory, elf.n);
    (void)state;
    memcpy(p, elf.p, elf.n);
    p[6] = '\0';
    scan_bytes("app.bin", str_n(p, elf.n));
    assert_non_null(found(1));
    trial_begin();
    memcpy(p, "\x89PNG\r\n\x1a\n", 8);
    scan_bytes("app.png", str_n(p, elf.n));
    assert_null(found(1));
    assert_int_equal(trial.skipped, 1);
}

static void logs_are_told_as_logs(void **state)
{
    static const char *const logs[] = {"app.log", "app.log.1", "app.log-20260131",
                                       "var/log/messages", "logs/2026/a.txt"};
    static const char *const others[] = {"catalog.txt", "blog/a.md", "app.login", "log.c"};
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        trial_begin();
        scan_bytes(logs[i], line_of(1));
        assert_int_equal(found(1)->places[0].kind, PLACE_LOG);
    }
    for (size_t i = 0; i < 4; i++) {
        trial_begin();
        scan_bytes(others[i], line_of(1));
        assert_int_equal(found(1)->places[0].kind, PLACE_FILE);
    }
    trial_begin();
    scan_bytes("app.log.2.gz", squeeze("gzip", line_of(1)));
    assert_int_equal(found(1)->places[0].kind, PLACE_LOG);
    assert_true(found_at(1, "app.log.2.gz"));
}

static void scan_path(const char *name)
{
    struct scan_worker *w;
    struct stat info;
    int fd = open(path_of(name), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0 && fstat(fd, &info) == 0);
    assert_true(err_ok(scan_worker_new(&trial, &w)));
    scan_file(w, fd, (uint64_t)info.st_size,
              &(struct origin){.kind = PLACE_FILE, .path = str_c(name)});
    scan_worker_free(w);
    close(fd);
    settle();
}

static void write_at(const char *name, off_t at, str bytes)
{
    int fd = open(path_of(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes.p, bytes.n, at), (ssize_t)bytes.n);
    close(fd);
}

/* 4 GB of holes with a key in the middle: the holes are not read. */
static void holes_cost_nothing(void **state)
{
    int64_t from = clock_mono_ms();
    (void)state;
    write_at("sparse", (off_t)2 << 30, line_of(1));
    assert_int_equal(truncate(path_of("sparse"), (off_t)4 << 30), 0);
    write_at("hole", 0, STR(""));
    assert_int_equal(truncate(path_of("hole"), (off_t)4 << 30), 0);
    scan_path("sparse");
    assert_non_null(found(1));
    trial_begin();
    scan_path("hole");
    assert_true(clock_mono_ms() - from < 4000);
    assert_int_equal(told.problem_count, 0);
}

/* Emptied by copytruncate while a process goes on writing at its old place: NULs, then text. */
static void a_log_that_begins_with_a_hole_is_text(void **state)
{
    str text = arena_printf(&memory, "GET / 200\npassword=\"%.*s\"\n", 20, key_of(7).p + 3);
    (void)state;
    write_at("app.log", (off_t)64 << 20, text);
    write_at("app.log", ((off_t)64 << 20) + (off_t)text.n, line_of(1));
    scan_path("app.log");
    assert_non_null(found(1));
    assert_int_equal(found(1)->places[0].kind, PLACE_LOG);
}

/* One line of 200 MB, in a process of its own so that its memory can be looked at. */
static void a_very_long_line_takes_little_memory(void **state)
{
    enum { PIECE = 1 << 20, PIECES = 200 };
    char *piece = arena_alloc(&memory, PIECE);
    int fd = open(path_of("line.json"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    (void)state;
    memset(piece, 'x', PIECE);
    for (unsigned i = 0; i < PIECES; i++) {
        assert_int_equal(write(fd, piece, PIECE), PIECE);
    }
    str line = arena_printf(&memory, "\", %s", line_of(1).p);
    assert_int_equal(write(fd, line.p, line.n), (ssize_t)line.n);
    close(fd);
    pid_t child = fork();
    if (child == 0) {
        struct rusage before, after;
        getrusage(RUSAGE_SELF, &before);
        scan_path("line.json");
        getrusage(RUSAGE_SELF, &after);
        bool ok = found(1) && after.ru_maxrss - before.ru_maxrss < 100 << 10;
        _exit(ok ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void invalid_utf8_is_searched(void **state)
{
    str text = arena_printf(&memory, "\xff\xc3\x28 caf\xe9\n%s\xf0\x9f", line_of(1).p);
    (void)state;
    scan_bytes("latin.ini", text);
    assert_non_null(found(1));
    assert_int_equal(found(1)->places[0].line, 2);
}

static void a_file_that_has_shrunk_is_read_as_it_is(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct scan_worker *w;
        uint64_t said = i ? (uint64_t)SCAN_WHOLE_MAX * 2 : 100000;
        trial_begin();
        write_file("shrunk.env", line_of(1));
        int fd = open(path_of("shrunk.env"), O_RDONLY | O_CLOEXEC);
        assert_true(err_ok(scan_worker_new(&trial, &w)));
        scan_file(w, fd, said, &(struct origin){.kind = PLACE_FILE, .path = STR("shrunk.env")});
        scan_worker_free(w);
        close(fd);
        settle();
        assert_non_null(found(1));
        assert_int_equal(told.problem_count, 0);
    }
}

static void files_without_a_size_are_read(void **state)
{
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    struct scan_worker *w;
    (void)state;
    assert_true(err_ok(scan_worker_new(&trial, &w)));
    scan_file(w, fd, 0, &(struct origin){.kind = PLACE_FILE, .path = STR("status")});
    scan_worker_free(w);
    close(fd);
    assert_true(trial.bytes > 100);
}

static void scan_pipe(str bytes)
{
    int ends[2];
    struct scan_worker *w;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = fork();
    if (child == 0) {
        for (size_t at = 0; at < bytes.n; at += 1000) {
            str piece = str_slice(bytes, at, at + 1000);
            if (write(ends[1], piece.p, piece.n) != (ssize_t)piece.n) {
                _exit(1);
            }
        }
        _exit(0);
    }
    close(ends[1]);
    assert_true(err_ok(scan_worker_new(&trial, &w)));
    scan_input(w, ends[0], &(struct origin){.kind = PLACE_LOG, .path = STR("-")});
    scan_worker_free(w);
    close(ends[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    settle();
}

static void standard_input_may_be_anything(void **state)
{
    struct part parts[] = {{"a.env", line_of(1)}, {"b.env", line_of(2)}};
    (void)state;
    scan_pipe(line_of(1));
    assert_non_null(found(1));
    assert_int_equal(found(1)->places[0].kind, PLACE_LOG);
    trial_begin();
    scan_pipe(pack("ustar", "gzip", parts, 2));
    assert_true(found_at(2, "-!b.env"));
    trial_begin();
    scan_pipe(pack("zip", "none", parts, 2));
    assert_true(found_at(2, "-!b.env"));
    trial_begin();
    scan_pipe(wide(line_of(1), true, true));
    assert_non_null(found(1));
    trial_begin();
    scan_pipe(STR_EMPTY);
    assert_int_equal(told.problem_count, 0);
}

int main(void)
{
#define TRIAL(test) cmocka_unit_test_setup_teardown(test, trial_set_up, trial_tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(beginnings_say_what_it_is),
        TRIAL(headers_say_how_much_memory_unpacking_takes),
        cmocka_unit_test(names_are_shown_safely),
        TRIAL(utf16_is_read_in_both_orders),
        TRIAL(utf16_may_be_cut_anywhere),
        TRIAL(binaries_are_searched_and_media_are_not),
        TRIAL(logs_are_told_as_logs),
        TRIAL(holes_cost_nothing),
        TRIAL(a_log_that_begins_with_a_hole_is_text),
        TRIAL(a_very_long_line_takes_little_memory),
        TRIAL(invalid_utf8_is_searched),
        TRIAL(a_file_that_has_shrunk_is_read_as_it_is),
        TRIAL(files_without_a_size_are_read),
        TRIAL(standard_input_may_be_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
