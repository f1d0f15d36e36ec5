/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/probe.h"

const struct probe_path probe_paths[] = {
    {PROBE_NOWHERE, PROBE_CONTROL, HTTP_PROBE},
    {PROBE_NOWHERE ".zip", PROBE_CONTROL, HTTP_PROBE},
    {"/.git/HEAD", PROBE_GIT, HTTP_PROBE},
    {"/.git/config", PROBE_GIT, HTTP_PROBE},
    {"/.env", PROBE_ENV, HTTP_PROBE},
    {"/.env.production", PROBE_ENV, HTTP_PROBE},
    {"/.env.local", PROBE_ENV, HTTP_PROBE},
    {"/backup.zip", PROBE_BACKUP, HTTP_PROBE},
    {"/backup.tar.gz", PROBE_BACKUP, HTTP_PROBE},
    {"/backup.sql", PROBE_BACKUP, HTTP_PROBE},
    {"/dump.sql", PROBE_BACKUP, HTTP_PROBE},
    {"/database.sql", PROBE_BACKUP, HTTP_PROBE},
    {"/site.zip", PROBE_BACKUP, HTTP_PROBE},
    {"/index.php~", PROBE_BACKUP, HTTP_PROBE},
    {"/index.php.bak", PROBE_BACKUP, HTTP_PROBE},
    {"/wp-config.php.bak", PROBE_BACKUP, HTTP_PROBE},
    {"/config.php.bak", PROBE_BACKUP, HTTP_PROBE},
    {"/.DS_Store", PROBE_BACKUP, HTTP_PROBE},
    {"/?doorward-check%5B%5D=%25ZZ&id=%27", PROBE_ERROR, HTTP_PROBE},
    {"/doorward-check-nothing-is-here/%ff%fe", PROBE_ERROR, HTTP_PROBE},
    {PROBE_SECURITY, PROBE_DOCUMENT, HTTP_POLICY},
    {"/metrics", PROBE_METRICS, HTTP_PROBE},
    {NULL, PROBE_DOCUMENT, HTTP_PROBE},
};

str probe_project_url(struct arena *a, str server, str project)
{
    for (size_t i = 0; i < project.n; i++) {
        char c = str_lower(project.p[i]);
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_') {
            return STR_EMPTY;
        }
    }
    str url = project.n && project.n <= 128 && server.p
                  ? arena_printf(a, "%.*s/api/v1/projects/%.*s", STR_ARG(server), STR_ARG(project))
                  : STR_EMPTY;
    return url.p ? url : STR_EMPTY;
}
