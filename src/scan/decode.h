/* SPDX-License-Identifier: Apache-2.0 */
/* One level of decoding: what hides a secret from a plain look. Every result goes into a buffer
 * with its own ceiling; false when there is nothing to decode or it does not fit. */
#pragma once

#include "base/buf.h"

enum { DECODE_RUN_MAX = 1 << 20, DECODE_GZIP_MAX = 4 << 20 };

/* Where in the source the decoded run stands. */
struct decoded {
    size_t from, to;
};

/* The run of base64 letters of either alphabet around offset `at` (line breaks of wrapped base64
 * within it are fine), decoded (RFC 4648; unpadded and cut ends are fine). */
bool decode_base64(str text, size_t at, struct buf *into, struct decoded *ret);
/* The run of hex digits around `at`: "414b…", also "\x41\x4b", "0x41, 0x4b". */
bool decode_hex(str text, size_t at, struct buf *into, struct decoded *ret);
/* Percent-encoding, \uXXXX, \xXX, \/, \", \n, &#x41; and named entities of a window. False when
 * nothing changed. */
bool decode_escapes(str window, struct buf *into);
/* String literals set together: "a" + "b", 'a' . 'b', "a" "b", `a` + `b`, over line ends and with
 * a trailing backslash. False when there are none. */
bool decode_join(str window, struct buf *into);
/* UTF-16 of either order, with or without byte order mark, into UTF-8. */
bool decode_utf16(str bytes, bool big_endian, struct buf *into);
/* True when the bytes look like UTF-16 text. */
bool decode_is_utf16(str head, bool *ret_big_endian);
/* gzip (RFC 1952) or zlib, at most DECODE_GZIP_MAX bytes out; what came before an error counts. */
bool decode_gunzip(str bytes, struct buf *into);
