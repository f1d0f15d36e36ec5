/* SPDX-License-Identifier: Apache-2.0 */
/* Cookies as a browser sends them back. */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* Takes the value of one cookie out of a Cookie header (RFC 6265 section 5.4: pairs parted by
 * "; "); other cookies of the host may say what they like. Empty when it is not there. INVALID when
 * it is there twice: somebody may have put one beside ours. */
err cookie_find(str header, str name, str *ret);
