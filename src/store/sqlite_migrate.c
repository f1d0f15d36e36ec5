/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/sqlite_files.h"
#include "store/sqlite_schema.h"

int sq_schema_version(void) { return (int)sq_schema_step_count; }

int sq_user_version(struct sq_conn *c)
{
    struct sq_query q = sq_query(c, "PRAGMA user_version");
    int version = sq_step(&q) ? (int)sq_int(&q) : -1;
    return err_ok(sq_end(&q)) ? version : -1;
}

static err backup_before(const struct sq_place *place, struct sq_conn *c, int version,
                         struct arena *a, str *ret_detail)
{
    char folder[PATH_MAX], path[2 * PATH_MAX], time[40];
    const char *slash = strrchr(place->path, '/');
    struct clock_text now = clock_rfc3339(clock_wall_ms());
    size_t n = 0;
    for (const char *at = now.c; *at && n < sizeof time - 1; at++) {
        if (*at != ':' && *at != '-' && *at != '.') {
            time[n++] = *at;
        }
    }
    time[n] = '\0';
    sq_backup_folder(place, folder, sizeof folder);
    (void)snprintf(path, sizeof path, "%s/%s.v%d-%s.backup", folder,
                   slash ? slash + 1 : place->path, version, time);
    err e = sq_copy(c, path);
    if (!err_ok(e)) {
        str text = arena_printf(a, "%s: the backup before the migration cannot be written (%s)",
                                path, e.what);
        *ret_detail = text.p ? text : STR_EMPTY;
        return e;
    }
    LOG(LOG_INFO, "store", "backup_before_migration", log_c("path", path));
    return e;
}

static err run_step(struct sq_conn *c, int version)
{
    char pragma[64];
    (void)snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d", version + 1);
    err e = sq_exec(c, "BEGIN IMMEDIATE");
    if (!err_ok(e)) {
        return e;
    }
    /* Another process may have migrated while this one waited for the lock. */
    if (sq_user_version(c) == version) {
        e = sq_exec(c, sq_schema_steps[version].sql);
        e = err_ok(e) ? sq_exec(c, pragma) : e;
    }
    e = err_ok(e) ? sq_exec(c, "COMMIT") : e;
    if (!err_ok(e) && !sqlite3_get_autocommit(c->db)) {
        (void)sq_exec(c, "ROLLBACK");
    }
    return e;
}

err sq_migrate(const struct sq_place *place, struct sq_conn *c, struct arena *a, str *ret_detail)
{
    int version = sq_user_version(c);
    if (version < 0) {
        return err_new(ERR_CORRUPT, "the database's schema version cannot be read");
    }
    if (version > sq_schema_version()) {
        str text = arena_printf(
            a,
            "%s: its schema is version %d, this program knows up to %d: start the newer "
            "doorward again, or restore the backup that was made before the upgrade",
            place->path, version, sq_schema_version());
        *ret_detail = text.p ? text : STR_EMPTY;
        return err_new(ERR_CONFLICT, "the database was written by a newer program");
    }
    if (version == sq_schema_version()) {
        return ERR_NONE;
    }
    if (version > 0) {
        err e = backup_before(place, c, version, a, ret_detail);
        if (!err_ok(e)) {
            return e;
        }
    }
    for (; version < sq_schema_version(); version++) {
        err e = run_step(c, version);
        if (!err_ok(e)) {
            str text =
                arena_printf(a, "%s: migration to schema %d (%s) failed and changed nothing: %s",
                             place->path, version + 1, sq_schema_steps[version].what, e.what);
            *ret_detail = text.p ? text : STR_EMPTY;
            return e;
        }
    }
    return ERR_NONE;
}
