/* SPDX-License-Identifier: Apache-2.0 */
/* Reading YAML files that people write: what libfyaml 0.7 handles badly is refused before, tables
 * of keys, and the line and column of what is wrong. */
#pragma once

#include <libfyaml.h>

#include "base/arena.h"
#include "base/err.h"

struct yaml {
    struct arena *a;
    const char *name; /* of the file, for reasons */
    str *reason;
};

/* One key of a mapping; `node` is never NULL. */
struct yaml_key {
    const char *name;
    err (*read)(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into);
};

/* Parses the text and hands its root to `read` (not called for a text that says nothing). INVALID
 * with the reason, NO_MEMORY. */
err yaml_read(struct yaml *y, str text,
              err (*read)(struct yaml *y, struct fy_node *root, void *into), void *into);

/* Says what is wrong at a scalar; at the top of the file for NULL and what is no scalar. INVALID.
 */
err yaml_refuse(struct yaml *y, struct fy_node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Line of a scalar, from 1. */
unsigned yaml_line(struct fy_node *node);
str yaml_text(struct fy_node *node);

/* Reads a mapping by its table (ended by a NULL name); an unknown key is refused with the nearest
 * one. `key` is where a wrong kind is told; NULL at the top. */
err yaml_mapping(struct yaml *y, struct fy_node *key, struct fy_node *node,
                 const struct yaml_key *keys, void *into);

/* A scalar that is not empty, copied into the arena. */
err yaml_scalar(struct yaml *y, struct fy_node *key, struct fy_node *node, str *ret);
/* A whole number within limits; `unit` may follow it. */
err yaml_number(struct yaml *y, struct fy_node *key, struct fy_node *node, const char *unit,
                unsigned min, unsigned max, unsigned *ret);
/* A sequence of scalars, each checked and made canonical by `item` (NULL: as it is); at most `max`.
 */
err yaml_list(struct yaml *y, struct fy_node *key, struct fy_node *node, size_t max,
              err (*item)(struct yaml *y, struct fy_node *node, str text, str *ret),
              const str **ret, size_t *ret_count);
