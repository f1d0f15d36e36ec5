/* SPDX-License-Identifier: Apache-2.0 */
/* The stretch of a passage that shows why it was found. */
#pragma once

#include "know/query.h"

enum { KNOW_SNIPPET_BYTES = 300 };

/* Gives one or two sentences around the matches, at most KNOW_SNIPPET_BYTES, whole characters,
 * white space collapsed, "…" where it was cut. */
err know_snippet(struct arena *a, const struct know_question *question, str text, str *ret);
