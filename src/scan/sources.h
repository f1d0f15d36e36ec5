/* SPDX-License-Identifier: Apache-2.0 */
/* Where texts come from. Each function reads one source to its end on scan_jobs() threads; troubles
 * go to scan_problem, findings to the scan. */
#pragma once

#include "scan/scan.h"

/* A file or a folder with all below. Links are not followed (but `path` itself may be one); FIFOs,
 * sockets and devices are left alone; of a .git folder only texts are read. INVALID when `path` is
 * not there. */
err source_tree(struct scan *s, str path);

/* A repository's history through libgit2: each blob once, all refs, the stash; with
 * options->dangling all objects. INVALID when there is none at `path`. */
err source_history(struct scan *s, str path);
/* True when there is a repository at, or above, `path`. */
bool source_is_repository(str path);
/* What is in the index and not at HEAD; a secret that HEAD's version of the file has already is not
 * new. */
err source_staged(struct scan *s, str path);

/* A site: the page, what it loads, chunks, source maps with their embedded sources, manifest and
 * service worker; same site, bounded. INVALID for what is no http(s) URL. */
err source_site(struct scan *s, str url);
