/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that sites sign their visitors' identity with, as commands make them. */
#pragma once

#include "access/jwt.h"
#include "cli/act.h"
#include "store/key.h"

/* Draws a shared secret for HS256: 43 letters of base64url (256 bits), used as they stand. Free
 * with secret_done. */
err visitor_key_draw(struct secret *ret);

/* Checks, seals where it is secret, and stores a key under the row's kid and alg; the row gets its
 * id. */
err visitor_key_store(struct cli *cli, str text, struct visitor_key_row *row,
                      const struct project_row *project);
