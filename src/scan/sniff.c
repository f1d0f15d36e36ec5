/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/sniff.h"

#include "base/bytes.h"
#include "scan/decode.h"

enum {
    TAR_MAGIC_AT = 257,
    CPIO_HEADER = 110, /* of the portable format: letters only */
    CPIO_ODC_HEADER = 76,
    CRX_HEADER = 16,
};

struct magic {
    str at_start;
    size_t and_at;
    str and;
    enum sniff_kind kind;
};

#define MAGIC(start, kind)                                                                         \
    {                                                                                              \
        STR_INIT(start), 0, STR_INIT(""), SNIFF_##kind                                             \
    }
#define MAGIC_AND(start, at, more, kind)                                                           \
    {                                                                                              \
        STR_INIT(start), at, STR_INIT(more), SNIFF_##kind                                          \
    }

static const struct magic magics[] = {
    MAGIC("PK\3\4", ZIP),
    MAGIC("PK\5\6", ZIP),
    MAGIC("Cr24", ZIP),
    MAGIC("7z\xbc\xaf\x27\x1c", 7Z),
    MAGIC("!<arch>\n", AR),
    MAGIC("Rar!\x1a\x07", CLOSED),
    MAGIC("MSCF\0\0\0\0", CLOSED),
    MAGIC("\x1f\x8b\x08", GZIP),
    MAGIC_AND("BZh", 4, "1AY&SY", BZIP2),
    MAGIC("\xfd\x37zXZ\0", XZ),
    MAGIC("\x28\xb5\x2f\xfd", ZSTD),
    MAGIC("\x04\x22\x4d\x18", LZ4),
    MAGIC("\xed\xab\xee\xdb", RPM),
    MAGIC("\x89PNG\r\n\x1a\n", MEDIA),
    MAGIC("\xff\xd8\xff", MEDIA),
    MAGIC("GIF87a", MEDIA),
    MAGIC("GIF89a", MEDIA),
    MAGIC_AND("RIFF", 8, "WEBP", MEDIA),
    MAGIC_AND("RIFF", 8, "WAVE", MEDIA),
    MAGIC_AND("RIFF", 8, "AVI ", MEDIA),
    MAGIC("OggS\0", MEDIA),
    MAGIC("fLaC\0", MEDIA),
    MAGIC("ID3\2", MEDIA),
    MAGIC("ID3\3", MEDIA),
    MAGIC("ID3\4", MEDIA),
    MAGIC_AND("\0\0\0", 4, "ftyp", MEDIA),
    MAGIC("\x1a\x45\xdf\xa3", MEDIA),
    MAGIC_AND("wOFF", 8, "\0", MEDIA),
    MAGIC_AND("wOF2", 8, "\0", MEDIA),
    MAGIC("OTTO\0", MEDIA),
    MAGIC_AND("\0\1\0\0\0", 6, "", MEDIA), /* TrueType */
    MAGIC("II*\0", MEDIA),
    MAGIC("MM\0*", MEDIA),
    MAGIC("8BPS\0", MEDIA),
    MAGIC_AND("\0\0\1\0", 5, "\0", MEDIA), /* icons */
};

static bool has(str head, size_t at, str wanted)
{
    return head.n >= at + wanted.n && memcmp(head.p + at, wanted.p, wanted.n) == 0;
}

/* The portable formats of cpio are letters, so all of the header is looked at. */
static bool is_cpio(str head)
{
    bool newc = has(head, 0, STR("070701")) || has(head, 0, STR("070702"));
    size_t header = newc ? CPIO_HEADER : CPIO_ODC_HEADER;
    if ((!newc && !has(head, 0, STR("070707"))) || head.n < header) {
        return false;
    }
    for (size_t i = 0; i < header; i++) {
        if (bytes_hex_digit(head.p[i]) < 0) {
            return false;
        }
    }
    return true;
}

enum sniff_kind sniff(str head)
{
    bool big_endian = false;
    head = str_slice(head, 0, SNIFF_HEAD);
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        const struct magic *m = &magics[i];
        if (has(head, 0, m->at_start) && has(head, m->and_at, m->and)) {
            return m->kind;
        }
    }
    if (has(head, TAR_MAGIC_AT, STR("ustar"))) {
        return SNIFF_TAR;
    }
    if (is_cpio(head)) {
        return SNIFF_CPIO;
    }
    bool zero = head.n && memchr(head.p, 0, head.n);
    if ((zero || has(head, 0, STR("\xff\xfe")) || has(head, 0, STR("\xfe\xff"))) &&
        decode_is_utf16(head, &big_endian)) {
        return big_endian ? SNIFF_UTF16_BE : SNIFF_UTF16_LE;
    }
    return zero ? SNIFF_BINARY : SNIFF_TEXT;
}

static unsigned byte_at(str s, size_t at) { return at < s.n ? (unsigned char)s.p[at] : 0; }

/* Frame_Header (RFC 8878 section 3.1.1.1): the window, or the size of a single segment. */
static uint64_t zstd_memory(str head)
{
    unsigned descriptor = byte_at(head, 4);
    if (descriptor & 0x20) {
        static const unsigned sizes[] = {1, 2, 4, 8}, dictionaries[] = {0, 1, 2, 4};
        size_t at = 5 + dictionaries[descriptor & 3];
        uint64_t size = 0;
        for (unsigned i = 0; i < sizes[descriptor >> 6]; i++) {
            size |= (uint64_t)byte_at(head, at + i) << 8 * i;
        }
        return size;
    }
    unsigned window = byte_at(head, 5);
    uint64_t base = UINT64_C(1) << (10 + (window >> 3));
    return base + base / 8 * (window & 7);
}

/* The first block's header: flags, sizes, then filters; LZMA2's property is the dictionary's size
 * (the .xz file format 1.1.0, sections 3.1 and 5.3.1). */
static uint64_t xz_memory(str head)
{
    enum { BLOCK_AT = 12, LZMA2 = 0x21 };
    size_t end = BLOCK_AT + (byte_at(head, BLOCK_AT) + 1) * 4;
    uint64_t most = 0;
    for (size_t at = BLOCK_AT + 2; at + 2 < end && at + 2 < head.n; at++) {
        unsigned bits = byte_at(head, at + 2);
        if (byte_at(head, at) == LZMA2 && byte_at(head, at + 1) == 1 && bits <= 40) {
            uint64_t size = bits == 40 ? UINT32_MAX : (uint64_t)(2 | (bits & 1)) << (bits / 2 + 11);
            most = size > most ? size : most;
        }
    }
    return most;
}

uint64_t sniff_memory(enum sniff_kind kind, str head)
{
    switch ((int)kind) {
    case SNIFF_ZSTD:
        return zstd_memory(head);
    case SNIFF_XZ:
        return xz_memory(head);
    case SNIFF_7Z:
        return UINT64_C(32) << 20; /* its header is at the end, and packed: the usual */
    case SNIFF_BZIP2:
        return UINT64_C(4) << 20;
    default:
        return UINT64_C(256) << 10;
    }
}

static uint32_t le32(str s, size_t at)
{
    return byte_at(s, at) | byte_at(s, at + 1) << 8 | byte_at(s, at + 2) << 16 |
           (uint32_t)byte_at(s, at + 3) << 24;
}

bool sniff_zip_end(str tail)
{
    enum { RECORD = 22, COMMENT_AT = 20 };
    for (size_t n = RECORD; n <= tail.n && n <= SNIFF_TAIL; n++) {
        size_t at = tail.n - n;
        if (has(tail, at, STR("PK\5\6")) &&
            (byte_at(tail, at + COMMENT_AT) | byte_at(tail, at + COMMENT_AT + 1) << 8) ==
                n - RECORD) {
            return true;
        }
    }
    return false;
}

size_t sniff_offset(enum sniff_kind kind, str head)
{
    if (kind != SNIFF_ZIP || !has(head, 0, STR("Cr24")) || head.n < CRX_HEADER) {
        return 0;
    }
    if (le32(head, 4) == 2) {
        return (size_t)CRX_HEADER + le32(head, 8) + le32(head, 12);
    }
    return (size_t)12 + le32(head, 8);
}
