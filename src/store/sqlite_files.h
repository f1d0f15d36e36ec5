/* SPDX-License-Identifier: Apache-2.0 */
/* The database's files as the file system sees them: copies, their folder, syncing. */
#pragma once

#include "store/sqlite_store.h"

/* Syncs a file; syncs the folder that a file is in. */
err sq_sync_path(const char *path);
err sq_sync_folder(const char *path);

/* Makes an empty file that only its owner may read, in place of what was there. */
err sq_new_file(const char *path);

/* Writes the folder where backups go. */
void sq_backup_folder(const struct sq_place *place, char *ret, size_t size);

/* Finds the newest backup of this database (its name, anything, ".backup"); false when there is
 * none. */
bool sq_newest_backup(const struct sq_place *place, char *ret, size_t size);

/* Looks at the header of an existing file: ours, whole, not empty. */
err sq_look(const struct sq_place *place, struct arena *a, str *ret_detail);

/* Words for the operator: what is wrong with the database and how to restore it. */
str sq_damage_text(const struct sq_place *place, struct arena *a, const char *reason);

/* "Dwrd": says in the file's header whose it is. */
enum { SQ_APPLICATION_ID = 0x44777264 };

/* The schema version this program writes. */
int sq_schema_version(void);

/* A database's schema version; -1 when it cannot be read. */
int sq_user_version(struct sq_conn *c);
