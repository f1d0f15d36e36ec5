/* SPDX-License-Identifier: Apache-2.0 */
/* Passage text to units that can be quoted alone: sentences, whole lists and tables, whole blocks
 * of code. */
#pragma once

#include "base/str.h"

enum know_unit_kind { KNOW_UNIT_SENTENCE, KNOW_UNIT_LIST, KNOW_UNIT_CODE };

struct know_unit {
    str text; /* trimmed; part of the passage */
    enum know_unit_kind kind;
    size_t paragraph; /* counted from 0 */
    bool opens;       /* first of its paragraph */
};

struct know_units {
    str rest, paragraph;
    size_t count;
    bool opens;
};

/* Starts at the first unit of a passage's text. */
static inline struct know_units know_units_of(str text)
{
    return (struct know_units){.rest = text, .paragraph = {"", 0}};
}

/* Takes the next unit; false at the end. */
bool know_unit_next(struct know_units *units, struct know_unit *ret);

/* Gives the first sentence of a text, trailing white space not included: a stop, question or
 * exclamation mark (also those of CJK, Arabic, Devanagari) that ends no abbreviation, number or
 * initial. */
str know_sentence(str text);
