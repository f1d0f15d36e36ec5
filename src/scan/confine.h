/* SPDX-License-Identifier: Apache-2.0 */
/* What a scan may touch, held by the kernel before foreign bytes are read. */
#pragma once

#include "scan/scan.h"

/* Closes this process's view of the files with Landlock (landlock(7)), for good: it, and the
 * threads that it starts, may read only below the options' paths, the repositories they are in and
 * what the network needs; may write only what is open and `outputs`, files that file_write makes
 * afterwards; and without URLs makes no TCP connection. Call it with one thread, before scan_run.
 * Best effort: false, and nothing is closed, where the kernel has no Landlock or it is not sure
 * what will be needed. In any case memory gets a ceiling far above what a scan takes, because
 * libraries that unpack believe what a header says they need. */
bool scan_confine(const struct scan_options *o, const str *outputs, size_t output_count);
