/* SPDX-License-Identifier: Apache-2.0 */
/* The request limits of the routes, taken from the settings (checklist L7). */
#pragma once

#include "api/route.h"

/* Lets a call pass to its judges unless its address was refused too often: RATE_LIMITED before a
 * credential is looked at, so that neither guessing nor a flood of bad calls costs much. */
err limits_admit(struct call *call);
/* Counts a call that its judges have refused. */
void limits_count_refusal(const struct call *call);

/* Counts a preflight for its address. */
err limits_preflight(struct call *call);

/* Counts the call against its route's limits; RATE_LIMITED with Retry-After and RateLimit headers
 * (draft-ietf-httpapi-ratelimit-headers) when one is used up. */
err limits_judge(struct call *call);

/* Name of a rate and its value in words, "12 a minute per visitor", for the policy. */
str limits_describe(struct arena *a, const struct api_settings *settings, enum route_rate rate);
