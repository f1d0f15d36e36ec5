/* SPDX-License-Identifier: Apache-2.0 */
/* What bytes are, by how they begin. */
#pragma once

#include "base/str.h"

enum {
    SNIFF_HEAD = 8192,                /* bytes that are enough */
    SNIFF_TAIL = 22 + (64 << 10) - 1, /* the same at the end */
};

enum sniff_kind {
    SNIFF_TEXT,
    SNIFF_UTF16_LE,
    SNIFF_UTF16_BE,
    SNIFF_BINARY, /* has a NUL */
    SNIFF_MEDIA,  /* pictures, sound, films, fonts: packed, and nobody keeps keys there */
    /* archives: files with names */
    SNIFF_ZIP,
    SNIFF_TAR,
    SNIFF_7Z,
    SNIFF_AR, /* also deb */
    SNIFF_CPIO,
    SNIFF_CLOSED, /* an archive of a kind that is not opened: RAR, cabinets */
    /* one packed stream */
    SNIFF_GZIP,
    SNIFF_BZIP2,
    SNIFF_XZ,
    SNIFF_ZSTD,
    SNIFF_LZ4,
    SNIFF_RPM, /* packed cpio behind a header */
    SNIFF_KINDS
};

static inline bool sniff_is_archive(enum sniff_kind k) { return k >= SNIFF_ZIP; }
static inline bool sniff_is_packed(enum sniff_kind k) { return k >= SNIFF_GZIP; }

/* Tells by the first SNIFF_HEAD bytes, or all when there are fewer. */
enum sniff_kind sniff(str head);

/* True when the last bytes are the end of a ZIP file (APPNOTE.TXT 4.3.16). */
bool sniff_zip_end(str tail);

/* Gives how many bytes an unpacker of these bytes may take at once, as their header has it: a
 * dictionary, a window. */
uint64_t sniff_memory(enum sniff_kind kind, str head);

/* Gives how many bytes stand before the archive: the signature of a Chrome extension. */
size_t sniff_offset(enum sniff_kind kind, str head);
