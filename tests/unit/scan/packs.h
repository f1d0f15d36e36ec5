/* SPDX-License-Identifier: Apache-2.0 */
/* Archives made in memory. */
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include "unit/scan/trial.h"

struct part {
    const char *name;
    str bytes;
};

/* `format` and `filter` as libarchive names them: "zip", "ustar", "raw"; "gzip", "none". */
static inline struct archive *pack_begin(const char *format, const char *filter, char *bytes,
                                         size_t room, size_t *used)
{
    struct archive *a = archive_write_new();
    assert_int_equal(archive_write_set_format_by_name(a, format), ARCHIVE_OK);
    if (strcmp(filter, "none") != 0) {
        assert_int_equal(archive_write_add_filter_by_name(a, filter), ARCHIVE_OK);
    }
    archive_write_set_bytes_in_last_block(a, 1);
    assert_int_equal(archive_write_open_memory(a, bytes, room, used), ARCHIVE_OK);
    return a;
}

static inline struct archive_entry *pack_entry(const char *name, size_t size)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    return entry;
}

static inline void pack_add(struct archive *a, const char *name, str bytes)
{
    struct archive_entry *entry = pack_entry(name, bytes.n);
    assert_true(archive_write_header(a, entry) >= ARCHIVE_WARN);
    assert_true(archive_write_data(a, bytes.p, bytes.n) >= 0);
    archive_entry_free(entry);
}

static inline void pack_end(struct archive *a)
{
    assert_true(archive_write_close(a) >= ARCHIVE_WARN);
    archive_write_free(a);
}

static inline str pack(const char *format, const char *filter, const struct part *parts,
                       size_t count)
{
    size_t room = 1 << 20, used = 0;
    for (size_t i = 0; i < count; i++) {
        room += parts[i].bytes.n + 4096;
    }
    char *bytes = arena_alloc(&memory, room);
    assert_non_null(bytes);
    struct archive *a = pack_begin(format, filter, bytes, room, &used);
    for (size_t i = 0; i < count; i++) {
        pack_add(a, parts[i].name, parts[i].bytes);
    }
    pack_end(a);
    return str_n(bytes, used);
}

static inline str pack_one(const char *format, const char *filter, const char *name, str bytes)
{
    struct part part = {name, bytes};
    return pack(format, filter, &part, 1);
}

/* Bytes in one packed stream. */
static inline str squeeze(const char *filter, str bytes)
{
    return pack_one("raw", filter, "data", bytes);
}
