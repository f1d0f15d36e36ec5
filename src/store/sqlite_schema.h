/* SPDX-License-Identifier: Apache-2.0 */
/* The steps from an empty database to this program's schema; step n makes version n + 1. A step
 * that was released never changes: add another one. */
#pragma once

#include <stddef.h>

struct sq_schema_step {
    const char *what; /* for the log */
    const char *sql;
};

extern const struct sq_schema_step sq_schema_steps[];
extern const size_t sq_schema_step_count;

/* Kept beside the queries on them (sqlite_passage.c). */
extern const char sq_schema_passages[];

/* Kept together, because they refer to each other (sqlite_schema_people.c). */
extern const char sq_schema_audit[];
extern const char sq_schema_people[];
extern const char sq_schema_keys[];
