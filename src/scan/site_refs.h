/* SPDX-License-Identifier: Apache-2.0 */
/* What a script, a style sheet or a manifest loads, as it is written there: string literals that
 * name files (Vite, Next, Nuxt, Angular, import maps, workers), webpack's tables of chunks, and
 * source maps. Pure; time grows with the text's length alone. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

enum {
    REF_BYTES_MAX = 512,  /* of one name */
    REFS_MAX = 4000,      /* of one text */
    REF_TABLE_MAX = 2000, /* chunks of one table */
    REF_TABLE_BYTES_MAX = 256 << 10,
};

enum ref_kind {
    REF_FILE,  /* "./chunk-a.js", "static/js/1.a.js", "/x.css" */
    REF_CHUNK, /* put together from a table: below the public path that nobody wrote down */
    REF_MAP,   /* sourceMappingURL=, also a data: URL of any length */
    REF_KINDS
};

/* `text` is borrowed until the call returns; false stops. */
typedef bool (*ref_fn)(void *user, enum ref_kind kind, str text);

/* Calls `fn` for everything that `text` refers to, in its order within each kind; the same name may
 * come again. Returns false when a limit left something out. */
bool refs_find(str text, ref_fn fn, void *user);

/* The same for chunk tables alone. */
bool refs_find_tables(str text, ref_fn fn, void *user);

/* Where a reference that was written in the script at `script` (path of a URL) may lead, seen from
 * the folders of that path: for "assets/a.js" in "/app/assets/index.js" it is "/app/assets/a.js".
 * Writes at most two paths; what is absolute or begins with "." is one. */
size_t refs_places(struct arena *a, str script, enum ref_kind kind, str text, str ret[2]);
