/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of any kind: a text in some encoding, a binary, an archive with more inside. */
#pragma once

#include "scan/engine.h"

/* Searches what is in memory: sniffs, converts UTF-16, opens archives (nested, within the limits
 * of scan.h), searches texts. What could not be read is told with scan_problem. */
void scan_content(struct scan_worker *w, str bytes, const struct origin *o);

/* The same for an open regular file of any size; `fd` is read from its start and stays open. */
void scan_file(struct scan_worker *w, int fd, uint64_t size, const struct origin *o);

/* Reads a stream (a pipe, a log) to its end in constant memory. */
void scan_input(struct scan_worker *w, int fd, const struct origin *o);
