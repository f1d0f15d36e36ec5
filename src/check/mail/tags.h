/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of `name=value` separated by semicolons (RFC 6376 section 3.2), as DKIM, MTA-STS, TLS-RPT
 * and BIMI have them. */
#pragma once

#include "base/str.h"

enum { TAGS_MAX = 64 };

struct tag {
    str name, value; /* space around the value removed */
    size_t name_at, value_at;
};

struct tags {
    struct tag items[TAGS_MAX];
    size_t count;
};

/* What is wrong with a text, and where. */
struct text_problem {
    size_t at; /* offset of the byte, 0 first */
    const char *what;
};

/* Reads a list; the pieces are borrowed. False with *ret_problem: a tag without name or `=`, a
 * byte that may not be there, a name that is there twice, more than TAGS_MAX. */
bool tags_read(str text, struct tags *ret, struct text_problem *ret_problem);

/* The tag of a name (names have case), NULL when there is none. */
const struct tag *tags_find(const struct tags *tags, str name);
/* Its value, "" when there is none. */
str tags_value(const struct tags *tags, str name);

/* The same list names `entry` among values separated by `separator`, space around them ignored,
 * without case. */
bool tags_lists(str values, char separator, str entry);
