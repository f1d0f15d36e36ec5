/* SPDX-License-Identifier: Apache-2.0 */
#include "know/docx_zip.h"

#include <archive.h>
#include <archive_entry.h>

void docx_parts_init(struct docx_parts *parts)
{
    buf_init(&parts->document, DOCX_PART_MAX);
    buf_init(&parts->styles, DOCX_PART_MAX / 4);
    buf_init(&parts->core, DOCX_PART_MAX / 64);
    buf_init(&parts->footnotes, DOCX_PART_MAX / 4);
    buf_init(&parts->endnotes, DOCX_PART_MAX / 4);
}

void docx_parts_done(struct docx_parts *parts)
{
    buf_done(&parts->document);
    buf_done(&parts->styles);
    buf_done(&parts->core);
    buf_done(&parts->footnotes);
    buf_done(&parts->endnotes);
}

static struct buf *part_named(struct docx_parts *parts, str name)
{
    const struct {
        str name;
        struct buf *part;
    } known[] = {{STR("word/document.xml"), &parts->document},
                 {STR("word/styles.xml"), &parts->styles},
                 {STR("docProps/core.xml"), &parts->core},
                 {STR("word/footnotes.xml"), &parts->footnotes},
                 {STR("word/endnotes.xml"), &parts->endnotes}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (str_eq(name, known[i].name)) {
            return known[i].part;
        }
    }
    return NULL;
}

static bool is_other_office(str name)
{
    return str_starts(name, STR("xl/")) || str_starts(name, STR("ppt/")) ||
           str_eq(name, STR("content.xml")) || str_eq(name, STR("META-INF/manifest.xml"));
}

static enum format_fault unpack_part(struct archive *zip, size_t packed, struct buf *part)
{
    buf_clear(part); /* of two parts with one name the last counts */
    for (;;) {
        char *room = buf_reserve(part, 64 * 1024);
        if (!room) {
            return part->failed == ERR_TOO_LARGE ? FORMAT_BOMB : FORMAT_NO_MEMORY;
        }
        la_ssize_t got = archive_read_data(zip, room, 64 * 1024);
        if (got == 0) {
            return FORMAT_NONE;
        }
        if (got < 0) {
            return FORMAT_DAMAGED;
        }
        buf_commit(part, (size_t)got);
        if (part->n > (1 << 20) && part->n / DOCX_RATIO_MAX > packed) {
            return FORMAT_BOMB;
        }
    }
}

static enum format_fault unpack_entries(struct archive *zip, size_t packed, struct docx_parts *ret)
{
    enum format_fault fault = FORMAT_NONE;
    bool other = false;
    for (size_t i = 0; i < DOCX_ENTRIES_MAX && fault == FORMAT_NONE; i++) {
        struct archive_entry *entry = NULL;
        int got = archive_read_next_header(zip, &entry);
        if (got == ARCHIVE_EOF) {
            break;
        }
        if (got != ARCHIVE_OK && got != ARCHIVE_WARN) {
            fault = FORMAT_DAMAGED;
            break;
        }
        str name = str_c(archive_entry_pathname(entry));
        struct buf *part = part_named(ret, name);
        other |= is_other_office(name);
        if (part && archive_entry_is_encrypted(entry)) {
            fault = FORMAT_ENCRYPTED;
        } else if (part) {
            fault = unpack_part(zip, packed, part);
        }
    }
    if (fault == FORMAT_NONE && ret->document.n == 0) {
        fault = other ? FORMAT_OTHER_OFFICE : FORMAT_UNKNOWN;
    }
    return fault;
}

enum format_fault docx_unpack(str bytes, struct docx_parts *ret)
{
    struct archive *zip = archive_read_new();
    if (!zip) {
        return FORMAT_NO_MEMORY;
    }
    enum format_fault fault = FORMAT_DAMAGED;
    if (archive_read_support_format_zip(zip) == ARCHIVE_OK &&
        archive_read_open_memory(zip, bytes.p, bytes.n) == ARCHIVE_OK) {
        fault = unpack_entries(zip, bytes.n, ret);
    }
    (void)archive_read_free(zip);
    return fault;
}
