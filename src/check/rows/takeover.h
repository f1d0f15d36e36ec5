/* SPDX-License-Identifier: Apache-2.0 */
/* Services whose host names somebody else can take when the owner let them go. The table is made of
 * rules/check/takeover.txt by scripts/takeover.py. */
#pragma once

#include "base/str.h"

struct takeover {
    const char *service;
    const char *suffix; /* of the CNAME's target; "" when any address shows it */
    bool nxdomain;      /* a target that does not exist can be taken */
    const char *text;   /* in the page that the service shows for a free name; "" for none */
};

/* Ended by a NULL service. */
extern const struct takeover takeovers[];

/* The service that a name belongs to; NULL. */
const struct takeover *takeover_of(str name);
/* The service whose text for free names the body has: of `name` when it is one's, else of those
 * that are found by address. NULL. */
const struct takeover *takeover_shown(str name, str body);
