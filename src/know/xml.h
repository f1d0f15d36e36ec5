/* SPDX-License-Identifier: Apache-2.0 */
/* XML as a stream of events over libxml2's reader: no document types, no entities of their own, no
 * network, limits of the library kept (256 levels, 10 MB of one text). */
#pragma once

#include "know/format.h"

struct xml_reader;

enum xml_event { XML_EVENT_OPEN, XML_EVENT_TEXT, XML_EVENT_CLOSE };

/* Borrows the text. *ret is NULL on a fault; xml_close takes NULL. */
enum format_fault xml_open(str text, struct xml_reader **ret);
void xml_close(struct xml_reader *x);

/* Goes to the next event; an empty element gives OPEN and CLOSE. False at the end or on a fault. */
bool xml_next(struct xml_reader *x);
enum xml_event xml_event(const struct xml_reader *x);
/* Local name of the element, without prefix; valid until the next event. */
str xml_name(const struct xml_reader *x);
str xml_text(const struct xml_reader *x);
/* Value of an attribute by local name into the arena; empty when it is missing. */
str xml_attribute(struct xml_reader *x, struct arena *a, const char *local_name);
/* NONE, or why the reader stopped early. */
enum format_fault xml_fault(const struct xml_reader *x);
