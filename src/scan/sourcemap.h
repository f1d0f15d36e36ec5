/* SPDX-License-Identifier: Apache-2.0 */
/* The sources that a source map carries (ECMA-426), read without building the whole document. */
#pragma once

#include "base/buf.h"

enum {
    SOURCEMAP_DEPTH_MAX = 64,        /* nested values */
    SOURCEMAP_SOURCES_MAX = 20000,   /* of one map */
    SOURCEMAP_SOURCE_MAX = 16 << 20, /* bytes of one source */
    SOURCEMAP_NAME_MAX = 1024,
};

/* One source; borrowed until the call returns. `name` is as the map has it ("../src/config.ts"),
 * "source 3" without one. False stops. */
typedef bool (*sourcemap_fn)(void *user, str name, str content);

/* Calls `fn` for each source that stands in the map, in those of its sections too. INVALID: it is
 * no source map, or broken (what came before was told); TOO_LARGE: a limit left something out;
 * NO_MEMORY. Time grows with the length. */
err sourcemap_each(str json, sourcemap_fn fn, void *user);
