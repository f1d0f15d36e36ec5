/* SPDX-License-Identifier: Apache-2.0 */
/* The request limits of the routes, taken from the settings (checklist L7). */
#pragma once

#include "api/route.h"

/* Counts the call against its route's limits; RATE_LIMITED with Retry-After and RateLimit headers
 * (draft-ietf-httpapi-ratelimit-headers) when one is used up. */
err limits_judge(struct call *call);

/* Name of a rate and its value in words, "12 a minute per visitor", for the policy. */
str limits_describe(struct arena *a, const struct api_settings *settings, enum route_rate rate);
