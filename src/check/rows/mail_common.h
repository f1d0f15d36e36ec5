/* SPDX-License-Identifier: Apache-2.0 */
/* What the rows about DKIM, mail servers and messages share. */
#pragma once

#include "check/rows/rows.h"

enum { MAIL_TXT_PIECE = 255, MAIL_KEYS_MAX = 64 };

/* The resolver's answer; NULL after saying why there is none: skip when nobody asked, error when
 * the look-up failed. */
const struct dns_answer *mail_answer(const struct facts *f, struct verdict *v, str name,
                                     unsigned type);
/* The look-up failed: neither records nor the word that there are none. */
bool mail_answer_failed(const struct dns_answer *x);

/* TXT records at `name` whose text `is`; gives their number, and the first. */
size_t mail_txt(const struct facts *f, struct arena *a, str name, bool (*is)(str text),
                const struct dns_record **ret, str *ret_text);

/* "label.domain" of the facts' domain. p is NULL without memory. */
str mail_name(const struct facts *f, struct arena *a, const char *label);

/* Adds a complete TXT line to the fix, split into strings of 255 bytes. */
void mail_fix_txt(struct verdict *v, str name, str text);

/* The domain sends no mail: declared so, or its SPF record forbids everybody. */
bool mail_sends_nothing(const struct facts *f, struct arena *a);
/* The domain takes no mail: it has the null MX (RFC 7505). */
bool mail_takes_nothing(const struct facts *f, struct arena *a);
