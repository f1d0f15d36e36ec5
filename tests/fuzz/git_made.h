/* SPDX-License-Identifier: Apache-2.0 */
/* Packs rightly made of wrong objects, for the fuzzers of git. */
#pragma once

#include <stdlib.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "scan/git_history.h"

enum { OBJECTS_MAX = 64, PACK_MAX = 1 << 20 };

static inline void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

struct made {
    struct buf pack, index;
    uint32_t offsets[OBJECTS_MAX];
    unsigned count;
};

static inline void add_u32(struct buf *b, uint32_t n)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        buf_add_byte(b, (char)(n >> shift & 0xff));
    }
}

/* kind (3 bits) and, of a delta, which object before is its base (5 bits); two bytes of length;
 * bytes. */
static inline bool add_object(struct made *m, str *rest)
{
    static uint8_t packed[PACK_MAX];
    if (rest->n < 3 || m->count == OBJECTS_MAX) {
        return false;
    }
    unsigned kind = (uint8_t)rest->p[0] & 7, base = (uint8_t)rest->p[0] >> 3;
    size_t n = (size_t)(uint8_t)rest->p[1] << 8 | (uint8_t)rest->p[2];
    str bytes = str_slice(*rest, 3, 3 + n);
    *rest = str_slice(*rest, 3 + n, rest->n);
    uint32_t at = m->offsets[m->count] = (uint32_t)m->pack.n;
    size_t size = bytes.n;
    uint8_t head = (uint8_t)(kind << 4 | (size & 15));
    for (size >>= 4; size; size >>= 7) {
        buf_add_byte(&m->pack, (char)(head | 0x80));
        head = size & 0x7f;
    }
    buf_add_byte(&m->pack, (char)head);
    if (kind == OBJECT_OFFSET_DELTA) {
        uint32_t distance = m->count ? at - m->offsets[base % m->count] : 1;
        if (distance >= 128) {
            buf_add_byte(&m->pack, (char)(((distance >> 7) - 1) | 0x80));
        }
        buf_add_byte(&m->pack, (char)(distance & 0x7f));
    } else if (kind == OBJECT_NAME_DELTA) {
        for (unsigned i = 0; i < GIT_ID; i++) {
            buf_add_byte(&m->pack, (char)(base + 1));
        }
    }
    uLongf out = sizeof packed;
    check(compress2(packed, &out, (const Bytef *)bytes.p, bytes.n, 1) == Z_OK);
    buf_add(&m->pack, str_n((const char *)packed, out));
    m->count++;
    return true;
}

/* The object numbered i is named by twenty bytes i + 1, so that inputs can name each other. */
static inline void make(struct made *m, str input)
{
    m->count = 0;
    buf_init(&m->pack, 8 << 20);
    buf_init(&m->index, 1 << 20);
    buf_add(&m->pack, str_n("PACK\0\0\0\2\0\0\0\0", 12));
    while (add_object(m, &input)) {
    }
    buf_add(&m->pack, str_n("00000000000000000000", GIT_ID));
    buf_add(&m->index, str_n("\377tOc\0\0\0\2", 8));
    for (unsigned byte = 0; byte < 256; byte++) {
        add_u32(&m->index, byte < m->count ? byte : m->count);
    }
    for (unsigned i = 0; i < m->count * GIT_ID; i++) {
        buf_add_byte(&m->index, (char)(i / GIT_ID + 1));
    }
    for (unsigned i = 0; i < m->count; i++) {
        add_u32(&m->index, 0);
    }
    for (unsigned i = 0; i < m->count; i++) {
        add_u32(&m->index, m->offsets[i]);
    }
    buf_add(&m->index, str_n("0000000000000000000000000000000000000000", 2 * GIT_ID));
}

static inline void made_done(struct made *m)
{
    buf_done(&m->pack);
    buf_done(&m->index);
}
