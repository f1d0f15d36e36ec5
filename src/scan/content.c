/* SPDX-License-Identifier: Apache-2.0 */
/* Tells what bytes are and searches them accordingly. */
#include "scan/content.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "scan/content_private.h"

enum { TRAITS_HEAD = 8192 };

static void count(struct scan *s, size_t bytes)
{
    atomic_fetch_add_explicit(&s->bytes, bytes, memory_order_relaxed);
}

static void find_traits(enum sniff_kind kind, const struct content_name *name, str head,
                        struct text_traits *ret)
{
    bool binary = kind != SNIFF_TEXT && kind != SNIFF_UTF16_BE && kind != SNIFF_UTF16_LE;
    text_traits_find(name->traits_path, binary ? STR_EMPTY : str_slice(head, 0, TRAITS_HEAD), ret);
    if (binary) {
        ret->kind = TEXT_BINARY;
    }
}

/* What is too long to be held, or must be converted first. */
static void read_stream(struct scan_worker *w, struct content_room *room, struct reader *r,
                        enum sniff_kind kind, const struct content_name *name)
{
    struct scan *s = scan_worker_scan(w);
    struct scan_stream *stream;
    struct text_traits traits;
    struct utf16_feed utf16;
    bool converted = kind == SNIFF_UTF16_BE || kind == SNIFF_UTF16_LE;
    str piece;
    if (!reader_next(r, &piece)) {
        return;
    }
    if (!err_ok(scan_stream_begin(w, &name->origin, &stream))) {
        scan_problem(s, name->origin.path, "no memory", false);
        return;
    }
    find_traits(kind, name, converted ? STR_EMPTY : piece, &traits);
    scan_stream_traits(stream, &traits);
    utf16_feed_init(&utf16, stream, kind == SNIFF_UTF16_BE, &room->text);
    do {
        count(s, piece.n);
        if (converted) {
            utf16_feed_add(&utf16, piece);
        } else {
            scan_stream_add(stream, piece);
        }
    } while (piece.n > 0 && reader_next(r, &piece));
    scan_stream_end(stream);
}

static void search_whole(struct scan_worker *w, struct content_room *room, str bytes,
                         enum sniff_kind kind, const struct content_name *name)
{
    struct text_traits traits;
    if (kind == SNIFF_UTF16_BE || kind == SNIFF_UTF16_LE) {
        struct reader_memory memory;
        reader_memory_init(&memory, bytes);
        read_stream(w, room, &memory.reader, kind, name);
        return;
    }
    find_traits(kind, name, bytes, &traits);
    count(scan_worker_scan(w), bytes.n);
    if (kind == SNIFF_TEXT && markup_is_office(name->traits_path)) {
        struct text_traits prose = traits;
        prose.kind = TEXT_PROSE;
        buf_clear(&room->text);
        markup_text(bytes, &room->text);
        scan_text(w, buf_str(&room->text), &prose, &name->origin);
        content_room_trim(&room->text);
    }
    scan_text(w, bytes, &traits, &name->origin);
}

/* Takes bytes until there are `want` or no more; what is too much of a piece goes back. True when
 * the end was reached. */
static bool fill(struct reader *r, struct buf *b, size_t want)
{
    str piece;
    while (b->n < want) {
        if (!reader_next(r, &piece) || piece.n == 0) {
            return true;
        }
        str part = str_slice(piece, 0, b->max - b->n);
        buf_add(b, part);
        if (b->failed) {
            r->failed = true;
            r->problem = "no memory";
            return true;
        }
        r->head = str_slice(piece, part.n, piece.n);
    }
    return false;
}

/* What all bytes are, or all but the middle: a ZIP may stand behind a program. */
static enum sniff_kind sniff_both(str head, str tail, str path)
{
    enum sniff_kind kind = sniff(head);
    bool hides = (kind == SNIFF_TEXT || kind == SNIFF_BINARY) && content_may_hide_zip(path) &&
                 sniff_zip_end(tail);
    return hides ? SNIFF_ZIP : kind;
}

/* What is in these is told at their end. */
static bool seeks(enum sniff_kind kind) { return kind == SNIFF_ZIP || kind == SNIFF_7Z; }

static void open_entry(struct content_run *run, struct reader *r, enum sniff_kind kind,
                       struct buf *b, const struct content_name *name)
{
    struct reader_memory memory;
    struct reader_joined joined;
    struct reader *from = &joined.reader;
    bool whole = seeks(kind) && fill(r, b, b->max);
    size_t held = b->n < run->hold ? b->n : run->hold;
    if (whole) {
        reader_memory_init(&memory, str_slice(buf_str(b), sniff_offset(kind, buf_str(b)), b->n));
        from = &memory.reader;
    } else {
        reader_joined_init(&joined, buf_str(b), r);
    }
    run->hold -= held;
    archive_scan(run, from, kind, buf_str(b), name);
    run->hold += held;
}

/* Whether an archive is opened; otherwise its bytes are searched as they are. */
static bool may_open(struct scan *s, enum sniff_kind kind, unsigned depth,
                     const struct content_name *name)
{
    bool deeper = !sniff_is_packed(kind) || name->packed;
    if (!sniff_is_archive(kind) || s->options->no_archives) {
        return false;
    }
    if (kind == SNIFF_CLOSED) {
        scan_problem(s, name->origin.path, "archives of this kind are not opened", false);
        return false;
    }
    if (deeper && depth >= SCAN_DEPTH_MAX) {
        scan_problem(s, name->origin.path, "archives within archives, too deep", true);
        return false;
    }
    return true;
}

void content_read(struct content_run *run, struct reader *r, const struct content_name *name)
{
    struct buf *b = &run->room->layers[run->layers];
    buf_clear(b);
    b->max = run->hold < SCAN_WHOLE_MAX ? run->hold : SCAN_WHOLE_MAX;
    b->max = b->max > CONTENT_ENTRY_MIN ? b->max : CONTENT_ENTRY_MIN;
    bool hides = content_may_hide_zip(name->traits_path);
    bool ended = fill(r, b, hides ? b->max : SNIFF_HEAD);
    enum sniff_kind kind =
        sniff_both(buf_str(b), ended ? buf_str(b) : STR_EMPTY, name->traits_path);
    if (kind == SNIFF_MEDIA) {
        atomic_fetch_add(&run->s->skipped, 1);
    } else if (may_open(run->s, kind, run->depth, name)) {
        open_entry(run, r, kind, b, name);
    } else if (ended || fill(r, b, b->max)) {
        search_whole(run->w, run->room, buf_str(b), kind, name);
    } else {
        struct reader_joined joined;
        reader_joined_init(&joined, buf_str(b), r);
        read_stream(run->w, run->room, &joined.reader, kind, name);
    }
    if (r->failed && r->problem && !run->stopped) {
        scan_problem(run->s, name->origin.path, r->problem, false);
    }
    content_room_trim(b);
}

/* An outermost archive of `*packed` bytes that may be opened. */
static void run_archive(struct scan_worker *w, struct content_room *room, struct reader *r,
                        enum sniff_kind kind, str head, const struct content_name *name,
                        const uint64_t *packed, int64_t until_ms)
{
    struct content_run run = {.w = w, .s = scan_worker_scan(w), .room = room, .packed = packed};
    uint64_t hold = r->seek ? *packed * 4 : CONTENT_ROOM_MAX;
    run.outer = &name->origin;
    run.until_ms = until_ms;
    run.hold = hold < CONTENT_ROOM_MIN   ? CONTENT_ROOM_MIN
               : hold > CONTENT_ROOM_MAX ? CONTENT_ROOM_MAX
                                         : (size_t)hold;
    size_t held = run.hold;
    locale_t before = room->utf8 ? uselocale(room->utf8) : (locale_t)0;
    content_hold(held);
    archive_scan(&run, r, kind, head, name);
    content_release(held);
    if (before) {
        (void)uselocale(before);
    }
    if (run.heavy) {
        content_heavy_end();
    }
}

static int64_t deadline(void) { return clock_mono_ms() + SCAN_ARCHIVE_MS_MAX; }

static void search_memory(struct scan_worker *w, struct content_room *room, str bytes,
                          const struct content_name *name)
{
    enum sniff_kind kind = sniff_both(bytes, bytes, name->traits_path);
    struct reader_memory memory;
    uint64_t packed = bytes.n;
    if (kind == SNIFF_MEDIA) {
        atomic_fetch_add(&scan_worker_scan(w)->skipped, 1);
    } else if (may_open(scan_worker_scan(w), kind, 0, name)) {
        reader_memory_init(&memory, str_slice(bytes, sniff_offset(kind, bytes), bytes.n));
        run_archive(w, room, &memory.reader, kind, bytes, name, &packed, deadline());
    } else {
        search_whole(w, room, bytes, kind, name);
    }
}

static struct content_room *find_room(struct scan_worker *w, const struct origin *o)
{
    struct content_room *room = content_room(w);
    if (!room) {
        scan_problem(scan_worker_scan(w), o->path, "no memory", false);
    }
    return room;
}

void scan_content(struct scan_worker *w, str bytes, const struct origin *o)
{
    struct content_room *room = find_room(w, o);
    struct content_name name;
    if (room) {
        content_name_init(&name, o);
        search_memory(w, room, bytes, &name);
    }
}

/* Reads at most b->max bytes. */
static bool read_whole(int fd, uint64_t size, struct buf *b, const struct content_name *name,
                       struct scan *s)
{
    /* Files of /proc have no size; what grows is read as it was. */
    size_t want = size ? (size_t)size : b->max;
    char *to = buf_reserve(b, size ? want : CONTENT_SMALL);
    while (to && b->n < want) {
        size_t step = want - b->n < CONTENT_SMALL || size ? want - b->n : CONTENT_SMALL;
        to = buf_reserve(b, step);
        ssize_t got = to ? pread(fd, to, step, (off_t)b->n) : 0;
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            scan_problem(s, name->origin.path, reader_trouble(errno), false);
        }
        if (got <= 0) {
            break;
        }
        buf_commit(b, (size_t)got);
        if (size && (size_t)got < step) {
            break; /* it has shrunk */
        }
    }
    if (!to) {
        scan_problem(s, name->origin.path, "no memory", false);
    }
    return b->n > 0;
}

static void search_file(struct scan_worker *w, struct content_room *room, int fd, uint64_t size,
                        const struct content_name *name)
{
    size_t held = size > CONTENT_SMALL ? (size_t)size : 0;
    buf_clear(&room->whole);
    content_hold(held);
    if (read_whole(fd, size, &room->whole, name, scan_worker_scan(w))) {
        search_memory(w, room, buf_str(&room->whole), name);
    }
    content_room_trim(&room->whole);
    content_release(held);
}

/* An archive, a pipe, or a file that is too long to be held. `head` is how it begins. */
static void read_file(struct scan_worker *w, struct content_room *room, struct reader_file *f,
                      enum sniff_kind kind, str head, const struct content_name *name)
{
    struct scan *s = scan_worker_scan(w);
    if (kind == SNIFF_MEDIA) {
        atomic_fetch_add(&s->skipped, 1);
    } else if (may_open(s, kind, 0, name)) {
        run_archive(w, room, &f->reader, kind, head, name, f->pipe ? &f->got : &f->size,
                    f->pipe ? INT64_MAX : deadline());
    } else {
        read_stream(w, room, &f->reader, kind, name);
    }
    if (f->reader.failed && f->reader.problem) {
        scan_problem(s, name->origin.path, f->reader.problem, false);
    }
    content_room_trim(&room->whole);
}

/* `head` is how it begins. */
static void search_long(struct scan_worker *w, struct content_room *room, int fd, uint64_t size,
                        str head, const struct content_name *name)
{
    struct reader_file f;
    buf_clear(&room->whole);
    char *to = buf_reserve(&room->whole, SNIFF_TAIL);
    ssize_t n = to ? pread(fd, to, SNIFF_TAIL, (off_t)(size - SNIFF_TAIL)) : 0;
    enum sniff_kind kind = sniff_both(head, str_n(to, n > 0 ? (size_t)n : 0), name->traits_path);
    str piece;
    reader_file_init(&f, fd, size, &room->whole);
    if (sniff_is_archive(kind)) {
        f.base = sniff_offset(kind, head);
        f.size = f.base < size ? size - f.base : 0;
    } else {
        f.skip_holes = true;
        if (!reader_next(&f.reader, &piece)) {
            piece = STR_EMPTY;
        }
        /* A log that was emptied while somebody wrote to it begins with a hole. */
        kind = sniff(piece);
        kind = sniff_is_archive(kind) ? SNIFF_BINARY : kind;
        f.reader.head = piece;
    }
    read_file(w, room, &f, kind, head, name);
}

void scan_file(struct scan_worker *w, int fd, uint64_t size, const struct origin *o)
{
    struct content_room *room = find_room(w, o);
    struct content_name name;
    char bytes[SNIFF_HEAD];
    if (!room) {
        return;
    }
    atomic_fetch_add_explicit(&scan_worker_scan(w)->files, 1, memory_order_relaxed);
    content_name_init(&name, o);
    if (size <= CONTENT_SMALL) {
        search_file(w, room, fd, size, &name);
        return;
    }
    ssize_t got = pread(fd, bytes, sizeof bytes, 0);
    str head = str_n(bytes, got > 0 ? (size_t)got : 0);
    if (size <= SCAN_WHOLE_MAX && !sniff_is_archive(sniff(head))) {
        search_file(w, room, fd, size, &name);
    } else {
        search_long(w, room, fd, size, head, &name);
    }
}

void scan_input(struct scan_worker *w, int fd, const struct origin *o)
{
    struct content_room *room = find_room(w, o);
    struct content_name name;
    struct reader_file f;
    str piece;
    if (!room) {
        return;
    }
    atomic_fetch_add(&scan_worker_scan(w)->files, 1);
    content_name_init(&name, o);
    reader_pipe_init(&f, fd, &room->whole);
    if (!reader_next(&f.reader, &piece)) {
        piece = STR_EMPTY;
    }
    f.reader.head = piece;
    read_file(w, room, &f, sniff(piece), piece, &name);
}
