/* SPDX-License-Identifier: Apache-2.0 */
/* Listening TCP sockets that several loops share (SO_REUSEPORT). */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct listener {
    int fd;
    unsigned port; /* the one that was bound */
};

/* Checks that nobody listens on the address ("127.0.0.1:8080", "[::]:443", "localhost:0"): with
 * SO_REUSEPORT a second program of the same user would otherwise share it silently. CONFLICT when
 * it is in use, FORBIDDEN when the port needs a privilege, INVALID when it is not an address of
 * this machine; the log names address and reason. */
err listener_probe(const char *address);

/* Opens a non-blocking, listening socket; `port` replaces the address's port when not 0. Errors as
 * above. */
err listener_open(const char *address, unsigned port, struct listener *ret);

/* Closes the socket; fine when it was never opened (fd below 0). */
void listener_close(struct listener *l);
