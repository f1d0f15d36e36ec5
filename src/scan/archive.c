/* SPDX-License-Identifier: Apache-2.0 */
/* Archives through libarchive: read from what has them, entry by entry, never to the disk. Each
 * format and each packing is named to libarchive, which otherwise tries all it knows. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "scan/content_private.h"
#include "scan/shown.h"

static const char too_much_memory[] = "it needs too much memory to be unpacked";

/* One reader of libarchive. */
struct layer {
    struct content_run *run;
    struct reader *from;
    struct archive *a;
    enum sniff_kind kind;
    const struct content_name *name;
    bool below_failed; /* what is told below needs not be told here */
};

struct entry_reader {
    struct reader reader;
    struct layer *layer;
};

void content_stop(struct content_run *run, const char *what)
{
    if (!run->stopped) {
        run->stopped = true;
        scan_problem(run->s, run->outer->path, what, true);
    }
}

bool content_in_time(struct content_run *run)
{
    if (!run->stopped && clock_mono_ms() > run->until_ms) {
        content_stop(run, "the archive takes too long");
    }
    return !run->stopped;
}

bool content_unpacked(struct content_run *run, size_t n)
{
    run->unpacked += n;
    if (run->unpacked > SCAN_ARCHIVE_BYTES_MAX) {
        content_stop(run, "the archive has too much in it");
    }
    if (run->unpacked > CONTENT_RATIO_FREE &&
        run->unpacked / SCAN_ARCHIVE_RATIO_MAX > *run->packed) {
        content_stop(run, "the archive unpacks to far more than its size: a bomb");
    }
    return content_in_time(run);
}

bool content_entry(struct content_run *run)
{
    if (++run->entries > SCAN_ENTRIES_MAX) {
        content_stop(run, "the archive has too many entries");
    }
    return !run->stopped;
}

static la_ssize_t on_read(struct archive *a, void *user, const void **ret)
{
    struct layer *l = user;
    str piece;
    if (!content_in_time(l->run) || !reader_next(l->from, &piece)) {
        l->below_failed = true;
        archive_set_error(a, EIO, "stopped");
        return ARCHIVE_FATAL;
    }
    *ret = piece.p;
    return (la_ssize_t)piece.n;
}

static la_int64_t on_seek(struct archive *a, void *user, la_int64_t offset, int whence)
{
    struct layer *l = user;
    int64_t at = l->from->seek(l->from, offset, whence);
    (void)a;
    l->from->head = STR_EMPTY;
    return at < 0 ? ARCHIVE_FATAL : at;
}

/* These hand on bytes as they are. */
static bool is_plain(enum sniff_kind kind) { return kind == SNIFF_TAR || kind == SNIFF_AR; }

static const char *trouble(const struct layer *l)
{
    return archive_errno(l->a) == ENOMEM ? too_much_memory : "the archive is damaged";
}

static bool entry_next(struct reader *r, str *ret)
{
    struct layer *l = ((struct entry_reader *)r)->layer;
    const void *p = NULL;
    size_t n = 0;
    la_int64_t offset = 0;
    int got = ARCHIVE_RETRY;
    for (int i = 0;
         i < 3 && (got == ARCHIVE_RETRY || (got >= ARCHIVE_WARN && n == 0)) && got != ARCHIVE_EOF;
         i++) {
        got = archive_read_data_block(l->a, &p, &n, &offset);
    }
    if (got == ARCHIVE_EOF || (got >= ARCHIVE_WARN && n == 0)) {
        *ret = STR_EMPTY;
        return true;
    }
    if (got < ARCHIVE_WARN || (!is_plain(l->kind) && !content_unpacked(l->run, n))) {
        r->problem = l->below_failed ? NULL : trouble(l);
        return false;
    }
    *ret = str_n(p, n);
    return true;
}

static str raw_name(struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);
    if (!name) {
        name = archive_entry_pathname_utf8(entry);
    }
    return str_c(name ? name : "?");
}

/* Adds "!" and the entry's name to the path of the run. */
static void push_path(struct content_run *run, str name)
{
    if (run->path_n < sizeof run->path) {
        run->path[run->path_n++] = '!';
    }
    run->path_n += shown_name(name, run->path + run->path_n, sizeof run->path - run->path_n);
}

void archive_read_entry(struct content_run *run, const struct content_name *outer, str raw,
                        bool locked, struct reader *r)
{
    struct content_name name = *outer;
    size_t before = run->path_n;
    push_path(run, raw);
    name.origin.path = str_n(run->path, run->path_n);
    name.origin.kind = name.origin.kind == PLACE_FILE || name.origin.kind == PLACE_LOG
                           ? PLACE_ARCHIVE
                           : name.origin.kind;
    name.traits_path = name.origin.path;
    name.packed = false;
    if (locked) {
        scan_problem(run->s, name.origin.path, "protected by a password", false);
    } else if (!scan_excluded(run->s, name.origin.path)) {
        atomic_fetch_add_explicit(&run->s->files, 1, memory_order_relaxed);
        content_read(run, r, &name);
    }
    run->path_n = before;
}

static void read_entry(struct layer *l, struct archive_entry *entry)
{
    struct entry_reader r = {.reader = {.next = entry_next}, .layer = l};
    if (sniff_is_packed(l->kind)) {
        struct content_name name = *l->name;
        name.traits_path = content_unpacked_path(name.traits_path);
        name.packed = true;
        content_read(l->run, &r.reader, &name);
        return;
    }
    bool locked =
        archive_entry_is_data_encrypted(entry) || archive_entry_is_metadata_encrypted(entry);
    archive_read_entry(l->run, l->name, raw_name(entry), locked, &r.reader);
}

/* An entry with bytes of its own. Raw streams have no type. */
static bool has_bytes(struct layer *l, struct archive_entry *entry)
{
    return sniff_is_packed(l->kind) ||
           ((archive_entry_filetype(entry) == AE_IFREG || archive_entry_filetype(entry) == 0) &&
            !archive_entry_hardlink(entry) &&
            (!archive_entry_size_is_set(entry) || archive_entry_size(entry) > 0));
}

static void read_entries(struct layer *l)
{
    struct content_run *run = l->run;
    const char *problem = NULL;
    while (content_in_time(run)) {
        struct archive_entry *entry = NULL;
        int got = archive_read_next_header(l->a, &entry);
        if (got == ARCHIVE_EOF) {
            break;
        }
        if (!content_entry(run)) {
            break;
        }
        if (got < ARCHIVE_WARN) {
            problem = archive_read_has_encrypted_entries(l->a) > 0 ? "protected by a password"
                                                                   : trouble(l);
            if (got <= ARCHIVE_FATAL) {
                break;
            }
        } else if (has_bytes(l, entry)) {
            read_entry(l, entry);
        }
    }
    if (problem && !run->stopped && !l->below_failed) {
        scan_problem(run->s, l->name->origin.path, problem, false);
    }
}

static int set_up(struct archive *a, enum sniff_kind kind)
{
    static const int packings[SNIFF_KINDS] = {
        [SNIFF_GZIP] = ARCHIVE_FILTER_GZIP, [SNIFF_BZIP2] = ARCHIVE_FILTER_BZIP2,
        [SNIFF_XZ] = ARCHIVE_FILTER_XZ,     [SNIFF_ZSTD] = ARCHIVE_FILTER_ZSTD,
        [SNIFF_LZ4] = ARCHIVE_FILTER_LZ4,   [SNIFF_RPM] = ARCHIVE_FILTER_RPM};
    switch ((int)kind) {
    case SNIFF_ZIP:
        return archive_read_support_format_zip(a);
    case SNIFF_TAR:
        return archive_read_support_format_tar(a);
    case SNIFF_7Z:
        return archive_read_support_format_7zip(a);
    case SNIFF_AR:
        return archive_read_support_format_ar(a);
    default:
        break;
    }
    int got = archive_read_support_format_raw(a);
    return got < ARCHIVE_WARN ? got : archive_read_append_filter(a, packings[kind]);
}

static bool open_layer(struct layer *l)
{
    struct archive *a = l->a;
    if (set_up(a, l->kind) < ARCHIVE_WARN || archive_read_set_callback_data(a, l) != ARCHIVE_OK ||
        archive_read_set_read_callback(a, on_read) != ARCHIVE_OK ||
        (l->from->seek && archive_read_set_seek_callback(a, on_seek) != ARCHIVE_OK)) {
        return false;
    }
    return archive_read_open1(a) >= ARCHIVE_WARN;
}

/* Takes the memory that unpacking needs. False when it is too much, which is told. */
static bool take_memory(struct content_run *run, uint64_t need, const struct content_name *name)
{
    if (need > UNPACKER_MAX || run->memory + need > UNPACKER_MAX) {
        scan_problem(run->s, name->origin.path, too_much_memory, true);
        return false;
    }
    if (run->memory + need > UNPACKER_SMALL && !run->heavy) {
        content_heavy_begin();
        run->heavy = true;
    }
    run->memory += need;
    return true;
}

void archive_scan(struct content_run *run, struct reader *r, enum sniff_kind kind, str head,
                  const struct content_name *name)
{
    struct layer l = {.run = run, .from = r, .kind = kind, .name = name};
    bool deeper = !sniff_is_packed(kind) || name->packed;
    uint64_t memory = sniff_memory(kind, head);
    size_t path_n = run->path_n;
    if (run->layers + 1 >= PACKED_LAYERS_MAX || !take_memory(run, memory, name)) {
        return;
    }
    if (path_n == 0) {
        run->path_n =
            name->origin.path.n < sizeof run->path ? name->origin.path.n : sizeof run->path;
        memcpy(run->path, name->origin.path.p, run->path_n);
    }
    run->layers++;
    run->depth += deeper;
    l.a = kind == SNIFF_CPIO ? NULL : archive_read_new();
    if (kind == SNIFF_CPIO) {
        cpio_scan(run, r, name);
    } else if (!l.a) {
        scan_problem(run->s, name->origin.path, "no memory", false);
    } else if (open_layer(&l)) {
        read_entries(&l);
    } else if (!l.below_failed && !run->stopped) {
        scan_problem(run->s, name->origin.path, trouble(&l), false);
    }
    (void)archive_read_free(l.a);
    run->depth -= deeper;
    run->layers--;
    run->memory -= memory;
    run->path_n = path_n;
}
