/* SPDX-License-Identifier: Apache-2.0 */
/* Bits of HTML inside Markdown: character references and attributes of a single tag. */
#pragma once

#include "base/arena.h"

/* Decodes one reference such as "&amp;" or "&#8211;" into `room`; an unknown one is given back as
 * it is. */
str entity_decode(str reference, char room[8]);

/* Gives the quoted value of an attribute of a tag "<a name="x">", or empty. Borrows from the tag.
 */
str entity_attribute(str tag, str name);

/* Decodes every reference of a text; empty when memory ran out. */
str entity_text(struct arena *a, str text);
