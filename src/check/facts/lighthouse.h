/* SPDX-License-Identifier: Apache-2.0 */
/* Lighthouse as a child process: its command in words, its report read. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "check/facts/http.h"

enum { LIGHTHOUSE_WORDS_MAX = 64, LIGHTHOUSE_OUTPUT_MAX = 32 << 20 };

/* Splits a command as a shell would for plain words and quotes ('…', "…", \x; nothing else is
 * special, no shell runs), replacing {url} in each word. `ret` is ended by NULL. INVALID: a quote
 * that does not end, no words, too many. */
err lighthouse_words(struct arena *a, str command, str url, char *ret[LIGHTHOUSE_WORDS_MAX + 1]);

/* The performance score, 0 … 100, out of Lighthouse's JSON; text before the first "{" is skipped.
 * INVALID. */
err lighthouse_score(str output, double *ret);

/* Runs the command for at most `wait_ms`; what went wrong is in ret->problem. */
void lighthouse_run(struct arena *a, str command, str url, unsigned wait_ms,
                    struct lighthouse_result *ret);
