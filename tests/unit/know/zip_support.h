/* SPDX-License-Identifier: Apache-2.0 */
/* Zips made in memory for the tests of DOCX. */
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include "unit/know/read_support.h"

struct zip_part {
    const char *name;
    str bytes;
};

static inline str zip_of(struct arena *a, const struct zip_part *parts, size_t count,
                         const char *password)
{
    size_t room = 1 << 20, used = 0;
    for (size_t i = 0; i < count; i++) {
        room += parts[i].bytes.n;
    }
    char *bytes = arena_alloc(a, room);
    struct archive *zip = archive_write_new();
    archive_write_set_format_zip(zip);
    if (password) {
        archive_write_set_options(zip, "zip:encryption=traditional");
        archive_write_set_passphrase(zip, password);
    }
    archive_write_set_bytes_in_last_block(zip, 1);
    archive_write_open_memory(zip, bytes, room, &used);
    for (size_t i = 0; i < count; i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, parts[i].name);
        archive_entry_set_size(entry, (la_int64_t)parts[i].bytes.n);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_write_header(zip, entry);
        archive_write_data(zip, parts[i].bytes.p, parts[i].bytes.n);
        archive_entry_free(entry);
    }
    archive_write_close(zip);
    archive_write_free(zip);
    return str_n(bytes, used);
}
