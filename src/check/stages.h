/* SPDX-License-Identifier: Apache-2.0 */
/* The order of collecting: what can go side by side does. */
#pragma once

#include "check/facts/collect.h"

/* Runs the collectors that c->options->needs asks for, and those they build on. */
void stages_run(struct collect *c);
