/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a folder, file, URL or sitemap into a store that is thrown away, then once more unchanged,
 * and prints how long each took: know_read PATH|URL [sitemap]. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "know/know.h"
#include "store/project.h"

static bool tell(void *user, const struct know_progress *progress, str failure)
{
    (void)user;
    (void)progress;
    if (failure.n) {
        (void)fprintf(stderr, "%.*s\n", STR_ARG(failure));
    }
    return true;
}

static int read_once(struct store *store, const struct source_row *source, const char *what)
{
    struct know_settings settings = know_settings_default();
    struct know_progress p;
    settings.allow_private = true;
    int64_t started = clock_mono_us();
    err e = know_sync(store, &settings, source, tell, NULL, &p);
    double seconds = (double)(clock_mono_us() - started) / 1e6;
    if (!err_ok(e)) {
        (void)fprintf(stderr, "%s: %s\n", what, e.what);
        return 1;
    }
    (void)printf(
        "%s: found %llu, read %llu, unchanged %llu, failed %llu, removed %llu, passages %llu, %.2f s\n",
        what, (unsigned long long)p.found, (unsigned long long)p.read,
        (unsigned long long)p.unchanged, (unsigned long long)p.failed,
        (unsigned long long)p.removed, (unsigned long long)p.passages, seconds);
    return 0;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int run(struct arena *a, const char *folder, const char *place, bool sitemap)
{
    struct store_settings settings = store_settings_default();
    struct store *store = NULL;
    str detail = STR_EMPTY;
    (void)snprintf(settings.url, sizeof(settings.url), "sqlite:%s/store.db", folder);
    err e = store_open(&settings, a, &store, &detail);
    struct project_row project = {
        .id = id_random(), .slug = STR("bench"), .name = STR("Bench"), .settings = STR("{}")};
    struct source_row source = {.id = id_random(),
                                .project = project.id,
                                .location = str_c(place),
                                .title = str_c(place),
                                .state = STR("new")};
    bool web = str_starts(source.location, STR("http"));
    char real[4096];
    source.kind = sitemap            ? STR("sitemap")
                  : web              ? STR("url")
                  : is_folder(place) ? STR("folder")
                                     : STR("file");
    if (!web && realpath(place, real)) {
        source.location = str_c(real);
    }
    e = err_ok(e) ? store_team_create(store, STR("bench"), &project.team) : e;
    e = err_ok(e) ? store_project_create(store, &project) : e;
    e = err_ok(e) ? store_source_create(store, &source) : e;
    int code = err_ok(e) ? read_once(store, &source, "first") : 1;
    code = code == 0 ? read_once(store, &source, "again") : code;
    if (!err_ok(e)) {
        (void)fprintf(stderr, "%s %.*s\n", e.what, STR_ARG(detail));
    }
    store_close(store);
    return code;
}

int main(int argc, char **argv)
{
    know_parser_main(argc, argv);
    char folder[] = "/tmp/know_read.XXXXXX", path[64];
    if (argc < 2 || !err_ok(crypto_init()) || !mkdtemp(folder)) {
        (void)fprintf(stderr, "usage: know_read FOLDER|URL [sitemap]\n");
        return 2;
    }
    struct arena a;
    arena_init(&a, 64 << 20);
    int code = run(&a, folder, argv[1], argc > 2);
    static const char *const names[] = {"store.db", "store.db-wal", "store.db-shm", ""};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        (void)remove(path);
    }
    arena_done(&a);
    return code;
}
