/* SPDX-License-Identifier: Apache-2.0 */
/* Locks this process down before it touches foreign bytes: no new privileges, resource limits,
 * Landlock, seccomp. */
#pragma once

#include "base/err.h"

#include <stdint.h>

struct sandbox_limits {
    uint64_t
        memory; /* bytes of address space; not under AddressSanitizer, which reserves terabytes */
    unsigned cpu_seconds;
};

/* Closes every file descriptor from `first` up. */
void sandbox_close_from(int first);

/* May run before sandbox_enter: what every profile has. */
err sandbox_limit(const struct sandbox_limits *limits);

/* From here on: memory, reading and writing open descriptors, the clock. No file can be opened
 * (Landlock where the kernel has it, and seccomp), no socket made, no process started; anything
 * else kills the process. UNAVAILABLE when the kernel has no seccomp: the caller must not go on. */
err sandbox_enter(void);

/* The looser profile for running one program: it may read its libraries, fonts and character maps,
 * and exec `program` only. No writing to files, no network, no further processes. */
err sandbox_enter_exec(const char *program);
