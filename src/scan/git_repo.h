/* SPDX-License-Identifier: Apache-2.0 */
/* Opens repositories through libgit2 so that nothing of theirs is executed. */
#pragma once

#include <git2.h>

#include "base/buf.h"
#include "scan/scan.h"

enum { GIT_SHORT = 7 /* letters of a name that is told */ };

/* Opens the repository at, or above, `path`. INVALID with words for people. Close with
 * git_repo_close. */
err git_repo_open(str path, git_repository **ret);
/* The same with its work tree, for what .gitignore says. */
err git_repo_open_work(str path, git_repository **ret);
void git_repo_close(git_repository *repo);

/* Gives the name of the commit at HEAD. False when there is none yet, or HEAD is damaged. */
bool git_repo_head(git_repository *repo, git_oid *ret);

/* scan_problem with the name of an object: "commit 1a2b3c4". */
void git_problem(struct scan *s, const char *what, const uint8_t id[GIT_OID_RAWSZ], err e);
