/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that accounts go by. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Checks an address (net/mail_address.h) and folds it: domain as A-labels in lower case, the local
 * part in lower case and NFC. INVALID with a text for people. */
err email_fold(struct arena *a, str text, str *ret);
