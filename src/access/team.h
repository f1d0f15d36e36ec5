/* SPDX-License-Identifier: Apache-2.0 */
/* A team's rules, from the JSON of its row, whose members are called as those of the struct. */
#pragma once

#include "base/json.h"
#include "store/person.h"

struct team_rules {
    bool second_factor;            /* every member needs one */
    int64_t second_factor_from_ms; /* grace: enforced from then on */
    unsigned session_hours;        /* a staff session lives at most, 12 */
    unsigned session_idle_minutes; /* without a request, 60 */
    unsigned key_age_days;         /* older keys fail the report, 365; 0: no rule */
    unsigned key_idle_days;        /* unused keys are flagged, 60; 0: no rule */
    unsigned key_idle_grace_days;  /* … and disabled so long after, 14 */
    unsigned key_remind_days;      /* before expiry, 14 */
    bool key_revoke_exposed; /* a secret key that comes from a browser or in a URL is revoked */
};

struct team_rules team_rules_default(void);

/* Reads the settings with defaults; UNPROCESSABLE naming the member that is wrong. Unknown members
 * are refused. */
err team_rules_read(struct arena *a, str settings, struct team_rules *ret, str *ret_reason);

/* Appends them as a JSON object. */
void team_rules_json(struct buf *b, const struct team_rules *rules);
