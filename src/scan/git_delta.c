/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/git_unpack.h"

static bool read_size(str *s, size_t *ret)
{
    size_t size = 0;
    for (unsigned shift = 0; s->n && shift < 63; shift += 7) {
        uint8_t byte = (uint8_t)*s->p;
        *s = str_n(s->p + 1, s->n - 1);
        size |= (size_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *ret = size;
            return true;
        }
    }
    return false;
}

bool delta_sizes(str *delta, size_t *ret_base, size_t *ret_size)
{
    return read_size(delta, ret_base) && read_size(delta, ret_size);
}

/* Offset and size of a copy: bytes that are there by the bits of the command. */
static bool read_copy(const uint8_t **at, const uint8_t *end, uint8_t command, size_t *ret_offset,
                      size_t *ret_size)
{
    size_t parts[2] = {0, 0};
    const uint8_t *p = *at;
    if (end - p < __builtin_popcount(command & 0x7fu)) {
        return false;
    }
    for (unsigned bit = 0; bit < 7; bit++) {
        if (command >> bit & 1) {
            parts[bit >= 4] |= (size_t)*p++ << (bit >= 4 ? bit - 4 : bit) * 8;
        }
    }
    *at = p;
    *ret_offset = parts[0];
    *ret_size = parts[1] ? parts[1] : 0x10000;
    return true;
}

bool delta_apply(str base, str delta, char *to, size_t size)
{
    const uint8_t *at = (const uint8_t *)delta.p, *end = at + delta.n;
    size_t done = 0;
    while (at < end) {
        uint8_t command = *at++;
        size_t offset, n = command;
        if (command & 0x80) {
            if (!read_copy(&at, end, command, &offset, &n) || offset > base.n ||
                n > base.n - offset || n > size - done) {
                return false;
            }
            memcpy(to + done, base.p + offset, n);
        } else {
            if (n == 0 || n > (size_t)(end - at) || n > size - done) {
                return false;
            }
            memcpy(to + done, at, n);
            at += n;
        }
        done += n;
    }
    return done == size;
}
