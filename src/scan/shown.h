/* SPDX-License-Identifier: Apache-2.0 */
/* Names that strangers chose, as they may be shown. */
#pragma once

#include "base/str.h"

/* Writes a name as valid UTF-8 without control characters and without what hides or reorders text:
 * those become \n, \x1b, \u{202e}; bytes that are no UTF-8 become \xff. At most `room` bytes; what
 * does not fit is left out, whole characters at a time. Gives the number of bytes written. */
size_t shown_name(str name, char *to, size_t room);

/* True when the name may be shown as it is. Cheap for ASCII. */
bool shown_is_plain(str name);
