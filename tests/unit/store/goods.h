/* SPDX-License-Identifier: Apache-2.0 */
/* One of everything that a tenant can own. */
#pragma once

#include "unit/store/backend.h"

/* What the first project, its team and a person in it own. */
struct goods {
    id chat, message, lead, source, document, job, key;
    id person, stranger, invitation, session, factor, visitor_key;
    struct crypto_digest code;
};

/* Stores it for the fixture's first team and project; the stranger owns the second team. */
struct goods stock(struct fixture *f);
