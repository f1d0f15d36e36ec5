/* SPDX-License-Identifier: Apache-2.0 */
/* What must stand around a word for a generic expression to match at all: a look of some
 * nanoseconds before one of microseconds. Never says no where the expression would match. */
#pragma once

#include "base/str.h"

/* X(name); rules/secrets name them in lower case: shape: assignment */
#define SHAPES(X)                                                                                  \
    X(NONE)                                                                                        \
    X(ASSIGNMENT) /* the name ends before an operator or a quoted value */                         \
    X(ARGUMENT)   /* "name", "value" or name("value") */                                           \
    X(ELEMENT)    /* <name>value</…, <name value="…", "name" … value="…", <key>name</key>, \
                     value="…" … key="name" */                                                 \
    X(PAIR)       /* name: the name, value: … */                                                 \
    X(OPTION)     /* --name value */

enum shape {
#define SHAPE_ENUM(name) SHAPE_##name,
    SHAPES(SHAPE_ENUM)
#undef SHAPE_ENUM
};

/* Looks around the word [from, to) of the text. */
bool shape_fits(enum shape shape, str text, size_t from, size_t to);
