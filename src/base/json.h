/* SPDX-License-Identifier: Apache-2.0 */
/* Strict JSON in, compact JSON out, over jansson: duplicates, trailing bytes and deep nesting are
 * refused. */
#pragma once

#include <jansson.h>

#include "base/buf.h"

/* Where and why a text is not JSON; `text` is safe to show, line and column count from 1. */
struct json_fault {
    int line, column;
    char text[96];
};

/* Parses one value (RFC 8259). INVALID fills *ret_fault (may be NULL). Free with json_decref. */
err json_read(str text, json_t **ret, struct json_fault *ret_fault);

/* The same, and the value must be an object. */
err json_read_object(str text, json_t **ret, struct json_fault *ret_fault);

/* Borrows a string member; false when it is missing, null or another type. */
bool json_get_str(const json_t *object, const char *key, str *ret);

/* Appends a value in compact form. */
void json_write(struct buf *b, const json_t *value);

/* Appends a quoted JSON string; malformed UTF-8 becomes U+FFFD; "<", ">", "&", controls and
 * what is hidden (utf8_is_hidden) are escaped, so that it can stand in HTML, JavaScript and on a
 * terminal. */
void json_write_str(struct buf *b, str s);

/* Gives the first member whose name is not in `names` (NULL-terminated), or NULL. */
const char *json_unknown_member(const json_t *object, const char *const *names);
