/* SPDX-License-Identifier: Apache-2.0 */
/* The portable formats of cpio (newc, crc, odc), which packages of RPM and initial file systems
 * are. libarchive's reader takes as much memory as a name says it is long. */
#include "base/bytes.h"
#include "scan/content_private.h"

enum {
    NEWC_HEADER = 110,
    ODC_HEADER = 76,
    NAME_BYTES_MAX = 4096,
    TYPE_MASK = 0170000,
    TYPE_FILE = 0100000,
};

struct entry {
    struct reader reader; /* of its bytes */
    struct reader *from;
    uint64_t left;  /* of its bytes */
    unsigned align; /* what names and bytes are padded to */
    uint64_t mode, name_n, size;
    char name[NAME_BYTES_MAX];
};

/* Takes exactly n bytes; `to` may be NULL. */
static bool take(struct reader *r, char *to, uint64_t n)
{
    str piece;
    while (n > 0) {
        if (!reader_next(r, &piece) || piece.n == 0) {
            return false;
        }
        str part = str_slice(piece, 0, n < piece.n ? (size_t)n : piece.n);
        if (to) {
            memcpy(to, part.p, part.n);
            to += part.n;
        }
        r->head = str_slice(piece, part.n, piece.n);
        n -= part.n;
    }
    return true;
}

static bool number(const char *p, unsigned digits, unsigned base, uint64_t *ret)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < digits; i++) {
        int digit = bytes_hex_digit(p[i]);
        if (digit < 0 || (unsigned)digit >= base) {
            return false;
        }
        n = n * base + (unsigned)digit;
    }
    *ret = n;
    return true;
}

/* How much follows `n` bytes up to the next full word. */
static uint64_t padding(const struct entry *e, uint64_t n)
{
    return (e->align - n % e->align) % e->align;
}

/* Reads a header and its name. */
static bool read_header(struct reader *r, struct entry *e)
{
    char h[NEWC_HEADER];
    if (!take(r, h, ODC_HEADER)) {
        return false;
    }
    bool odc = memcmp(h, "070707", 6) == 0;
    if (!odc && (memcmp(h, "07070", 5) != 0 || (h[5] != '1' && h[5] != '2') ||
                 !take(r, h + ODC_HEADER, NEWC_HEADER - ODC_HEADER))) {
        return false;
    }
    bool fine = odc ? number(h + 18, 6, 8, &e->mode) && number(h + 59, 6, 8, &e->name_n) &&
                          number(h + 65, 11, 8, &e->size)
                    : number(h + 14, 8, 16, &e->mode) && number(h + 94, 8, 16, &e->name_n) &&
                          number(h + 54, 8, 16, &e->size);
    e->align = odc ? 1 : 4;
    e->left = e->size;
    return fine && e->name_n > 0 && e->name_n <= sizeof e->name && take(r, e->name, e->name_n) &&
           take(r, NULL, padding(e, (odc ? ODC_HEADER : NEWC_HEADER) + e->name_n));
}

static bool entry_next(struct reader *r, str *ret)
{
    struct entry *e = (struct entry *)r;
    str piece;
    *ret = STR_EMPTY;
    if (e->left == 0) {
        return true;
    }
    if (!reader_next(e->from, &piece) || piece.n == 0) {
        r->problem = e->from->failed ? NULL : "the archive is damaged";
        return false;
    }
    *ret = str_slice(piece, 0, e->left < piece.n ? (size_t)e->left : piece.n);
    e->from->head = str_slice(piece, ret->n, piece.n);
    e->left -= ret->n;
    return true;
}

void cpio_scan(struct content_run *run, struct reader *r, const struct content_name *name)
{
    struct entry e;
    bool fine = true;
    while (fine && content_in_time(run)) {
        e.reader = (struct reader){.next = entry_next};
        e.from = r;
        fine = read_header(r, &e);
        if (!fine || !content_entry(run)) {
            break;
        }
        str raw = str_n(e.name, strnlen(e.name, (size_t)e.name_n));
        if (str_eq(raw, STR("TRAILER!!!"))) {
            return;
        }
        if ((e.mode & TYPE_MASK) == TYPE_FILE && e.size > 0) {
            archive_read_entry(run, name, raw, false, &e.reader);
        }
        fine = take(r, NULL, e.left) && take(r, NULL, padding(&e, e.size));
    }
    if (!fine && !r->failed && !run->stopped) {
        scan_problem(run->s, name->origin.path, "the archive is damaged", false);
    }
}
