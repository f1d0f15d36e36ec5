/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock (landlock(7)): a process closes its own view of the files, for good. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Rights by number, so that the build does not depend on how new the kernel's headers are. */
enum landlock_right {
    LANDLOCK_EXECUTE = 1 << 0,
    LANDLOCK_WRITE_FILE = 1 << 1,
    LANDLOCK_READ_FILE = 1 << 2,
    LANDLOCK_READ_DIR = 1 << 3,
    LANDLOCK_REMOVE_FILE = 1 << 5,
    LANDLOCK_MAKE_FILE = 1 << 8,
};

/* Starts a set of rules that allows nothing: no file, no folder and, where `no_tcp` and the kernel
 * knows it, no TCP. A negative number when the kernel has no Landlock. Ends with landlock_enforce
 * or close. */
int landlock_new(bool no_tcp);

/* Allows rights on one file, or on a folder with all below. A path that does not exist needs no
 * rule: true. Rights that fit folders only are left out for a file. */
bool landlock_allow(int rules, const char *path, uint64_t rights);

/* The same for an open file or folder (O_PATH is enough). */
bool landlock_allow_fd(int rules, int fd, uint64_t rights);

/* Puts the rules in force for the calling thread and all it starts, needs PR_SET_NO_NEW_PRIVS;
 * closes `rules`. */
bool landlock_enforce(int rules);
