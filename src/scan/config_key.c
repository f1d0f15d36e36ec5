/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/file.h"
#include "scan/config.h"

enum { KEY_BYTES_MAX = 4096 };

static err read_file(struct arena *a, str path, str file, struct secret *ret)
{
    struct buf bytes;
    size_t slash = file.n;
    while (slash > 0 && file.p[slash - 1] != '/') {
        slash--;
    }
    path = str_starts(path, STR("/"))
               ? arena_str(a, path)
               : arena_printf(a, "%.*s%.*s", (int)slash, slash ? file.p : "", STR_ARG(path));
    buf_init(&bytes, KEY_BYTES_MAX);
    err e = path.p ? file_read(path.p, &bytes) : err_new(ERR_NO_MEMORY, "out of memory");
    e = err_ok(e) ? secret_set(ret, str_trim(buf_str(&bytes))) : e;
    buf_wipe(&bytes);
    return err_ok(e) && secret_empty(ret) ? err_new(ERR_INVALID, "the file is empty") : e;
}

err scan_config_key(struct arena *a, const struct scan_config *c, str file, struct secret *ret)
{
    str from = c->key_from;
    if (str_empty(from)) {
        return ERR_NONE;
    }
    if (str_starts(from, STR("env:"))) {
        str name = arena_str(a, str_slice(from, 4, from.n));
        const char *found = name.p ? getenv(name.p) : NULL;
        return found && *found ? secret_set(ret, str_c(found))
                               : err_new(ERR_INVALID, "the environment variable is not set");
    }
    return read_file(a, str_slice(from, 5, from.n), file, ret);
}
