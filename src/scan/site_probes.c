/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/site_private.h"

/* Paths that servers give away by mistake (SITE_PROBE), and where build tools and frameworks put
 * scripts, lists of chunks and run-time configuration that no page may name (SITE_TEXT). */
static const struct {
    const char *path;
    enum site_kind kind;
} probes[] = {
    {"/.env", SITE_PROBE},
    {"/.env.local", SITE_PROBE},
    {"/.env.production", SITE_PROBE},
    {"/.env.production.local", SITE_PROBE},
    {"/.env.development", SITE_PROBE},
    {"/.env.staging", SITE_PROBE},
    {"/.env.test", SITE_PROBE},
    {"/.env.prod", SITE_PROBE},
    {"/.env.dev", SITE_PROBE},
    {"/.env.bak", SITE_PROBE},
    {"/.env.backup", SITE_PROBE},
    {"/.env.old", SITE_PROBE},
    {"/.env.save", SITE_PROBE},
    {"/.env~", SITE_PROBE},
    {"/api/.env", SITE_PROBE},
    {"/app/.env", SITE_PROBE},
    {"/backend/.env", SITE_PROBE},
    {"/.git/config", SITE_PROBE},
    {"/.git-credentials", SITE_PROBE},
    {"/.npmrc", SITE_PROBE},
    {"/.pypirc", SITE_PROBE},
    {"/.netrc", SITE_PROBE},
    {"/.htpasswd", SITE_PROBE},
    {"/.aws/credentials", SITE_PROBE},
    {"/.docker/config.json", SITE_PROBE},
    {"/.bash_history", SITE_PROBE},
    {"/.vscode/sftp.json", SITE_PROBE},
    {"/sftp-config.json", SITE_PROBE},
    {"/wp-config.php.bak", SITE_PROBE},
    {"/wp-config.php.old", SITE_PROBE},
    {"/wp-config.php.save", SITE_PROBE},
    {"/wp-config.php~", SITE_PROBE},
    {"/wp-config.txt", SITE_PROBE},
    {"/config.php.bak", SITE_PROBE},
    {"/configuration.php.bak", SITE_PROBE},
    {"/docker-compose.yml", SITE_PROBE},
    {"/docker-compose.yaml", SITE_PROBE},
    {"/config.yml", SITE_PROBE},
    {"/config.yaml", SITE_PROBE},
    {"/config/database.yml", SITE_PROBE},
    {"/application.yml", SITE_PROBE},
    {"/application.properties", SITE_PROBE},
    {"/appsettings.json", SITE_PROBE},
    {"/appsettings.Production.json", SITE_PROBE},
    {"/settings.py", SITE_PROBE},
    {"/local_settings.py", SITE_PROBE},
    {"/secrets.json", SITE_PROBE},
    {"/credentials.json", SITE_PROBE},
    {"/serviceAccountKey.json", SITE_PROBE},
    {"/service-account.json", SITE_PROBE},
    {"/backup.sql", SITE_PROBE},
    {"/dump.sql", SITE_PROBE},
    {"/debug.log", SITE_PROBE},
    {"/storage/logs/laravel.log", SITE_PROBE},
    {"/config.json", SITE_TEXT},
    {"/config.js", SITE_TEXT},
    {"/settings.json", SITE_TEXT},
    {"/env.js", SITE_TEXT},
    {"/env.json", SITE_TEXT},
    {"/__env.js", SITE_TEXT},
    {"/env-config.js", SITE_TEXT},
    {"/runtime-config.js", SITE_TEXT},
    {"/assets/config.json", SITE_TEXT},
    {"/assets/env.js", SITE_TEXT},
    {"/manifest.json", SITE_TEXT},
    {"/asset-manifest.json", SITE_TEXT},
    {"/.vite/manifest.json", SITE_TEXT},
    {"/ngsw.json", SITE_TEXT},
    {"/sw.js", SITE_TEXT},
    {"/service-worker.js", SITE_TEXT},
};

void site_add_probes(struct visitor *v, const struct url *at)
{
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        struct url url;
        if (err_ok(url_resolve(&v->a, at, str_c(probes[i].path), &url))) {
            site_add(v, &url, probes[i].kind, 0, true);
        }
    }
}
