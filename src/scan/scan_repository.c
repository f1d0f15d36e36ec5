/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "scan/scan_private.h"

/* The folder at or above `path` that has ".git"; false when there is none. */
static bool root_of(str path, char ret[PATH_MAX])
{
    char whole[PATH_MAX], git[PATH_MAX + 8];
    if (path.n >= sizeof whole) {
        return false;
    }
    memcpy(whole, path.p, path.n);
    whole[path.n] = '\0';
    if (!realpath(whole, ret)) {
        return false;
    }
    for (size_t n = strlen(ret); n > 0;) {
        memcpy(git, ret, n);
        memcpy(git + n, "/.git", 6);
        if (access(git, F_OK) == 0) {
            return true;
        }
        while (n > 0 && ret[n - 1] != '/') {
            n--;
        }
        n -= n > 0;
        ret[n] = '\0';
    }
    return false;
}

bool scan_repository_is_new(const struct scan_report *r, size_t i)
{
    char root[PATH_MAX], other[PATH_MAX];
    const str *paths = r->scan.options->paths;
    if (!root_of(paths[i], root)) {
        return true; /* not told by its name: a bare one, or none */
    }
    for (size_t k = 0; k < i; k++) {
        if (root_of(paths[k], other) && strcmp(root, other) == 0) {
            return false;
        }
    }
    return true;
}
