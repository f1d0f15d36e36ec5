/* SPDX-License-Identifier: Apache-2.0 */
/* Lists the documents below a folder. */
#pragma once

#include "know/options.h"

enum { FOLDER_DEPTH_MAX = 32, FOLDER_PATH_MAX = 4000 };

struct folder_file {
    str path;     /* absolute */
    str relative; /* below the folder, "/" between parts */
    uint64_t size;
    int64_t modified_ns;
};

/* Lists regular files with known extensions that the options want, sorted by relative path: hidden
 * ones and what lies outside (through symbolic links) are left out; linked folders are not entered.
 * At most `max` files, *ret_more says that there are others. NOT_FOUND when the folder itself
 * cannot be opened, NO_MEMORY. */
err folder_list(struct arena *a, const char *root, const struct know_options *options, size_t max,
                struct folder_file **ret, size_t *ret_count, bool *ret_more);
