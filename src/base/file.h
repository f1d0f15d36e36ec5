/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: read with a limit, written so that a crash leaves the old or the new one. */
#pragma once

#include "base/buf.h"

/* Reads a regular file of at most b->max bytes. NOT_FOUND, TOO_LARGE, IO. */
err file_read(const char *path, struct buf *b);

/* Writes a temporary file beside, syncs it, renames it over `path`, syncs the folder. A `path` that
 * is no regular file (a pipe, a device) is written to as it is. */
err file_write(const char *path, str data, unsigned mode);
