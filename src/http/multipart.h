/* SPDX-License-Identifier: Apache-2.0 */
/* multipart/form-data bodies (RFC 7578, boundaries by RFC 2046 section 5.1). */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { MULTIPART_PARTS_MAX = 32, MULTIPART_HEADER_BYTES_MAX = 4096 };

/* Everything is borrowed from the body. */
struct multipart_part {
    str name;         /* of the field */
    str filename;     /* last component only, empty when none; a hint, never a path to open */
    str content_type; /* empty when none */
    str content;
};

/* Takes the boundary out of a content type with parameters; false when it is no multipart/form-data
 * or the boundary is missing or not 1 to 70 of the allowed characters. */
bool multipart_boundary(str content_type, str *ret);

/* Splits the whole body. INVALID with a static reason when it is cut off, has no end, or a part has
 * no name; TOO_LARGE with more than MULTIPART_PARTS_MAX parts. */
err multipart_parse(struct arena *a, str body, str boundary, struct multipart_part **ret,
                    size_t *ret_count);
