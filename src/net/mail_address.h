/* SPDX-License-Identifier: Apache-2.0 */
/* Mail addresses and mailboxes (RFC 5322 section 3.4, the part that mail in the open uses). */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* True for a plain addr-spec we are ready to send to (RFC 5321 section 4.1.2): ASCII dot-atom
 * before the @, a domain (internationalised ones too) with a dot or "localhost" behind it, at most
 * 254 bytes. */
bool mail_address_valid(str address);

/* Gives the address with its domain as lower-case A-labels (RFC 5890), in the arena. INVALID when
 * it is not valid. */
err mail_address_ascii(struct arena *a, str address, str *ret);

struct mail_mailbox {
    str name;    /* without quotes, empty when none; may have any UTF-8 but no control bytes */
    str address; /* ASCII form, in the arena */
};

/* Reads "Example Ltd <chat@example.com>", "\"Ltd, Example\" <…>" or a bare address. INVALID
 * otherwise. */
err mail_mailbox_parse(struct arena *a, str text, struct mail_mailbox *ret);
