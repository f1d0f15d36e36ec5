/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of any encoding to UTF-8 (WHATWG Encoding names; byte order mark, then declared, then
 * guessed). */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* Loads the converters that need files; call once before the sandbox closes the filesystem. */
void charset_preload(void);

/* True when the bytes are text in some encoding rather than binary data. */
bool charset_is_text(str bytes);

/* Converts to valid UTF-8 without byte order mark, NUL and carriage returns (CRLF and CR become
 * LF). `declared` is the charset of the Content-Type header, or empty; with `html` a <meta charset>
 * in the first 2,048 bytes counts too. Bytes that are wrong in their encoding become U+FFFD.
 * NO_MEMORY. */
err charset_decode(struct arena *a, str bytes, str declared, bool html, str *ret);

/* Gives the value of charset= in a Content-Type, or empty. */
str charset_of_type(str content_type);
