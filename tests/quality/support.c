/* SPDX-License-Identifier: Apache-2.0 */
#include "quality/support.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "know/tokens.h"

static int tests, failures;

void tap_ok(bool ok, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    failures += !ok;
    (void)printf("%s %d - ", ok ? "ok" : "not ok", ++tests);
    (void)vprintf(format, args);
    (void)printf("\n");
    va_end(args);
}

void tap_reach(double got, double floor, double target, const char *what)
{
    const char *more = got >= target && floor < target ? ", target reached: raise the floor"
                       : got < target                  ? ", target not reached yet"
                                                       : "";
    tap_ok(got >= floor, "%s: %.6g (floor %.6g, target %.6g%s)", what, got, floor, target, more);
}

void tap_skip(const char *why) { (void)printf("ok %d - # SKIP %s\n", ++tests, why); }

int tap_done(void)
{
    (void)printf("1..%d\n", tests);
    return failures > 0;
}

json_t *json_file(const char *path)
{
    struct buf text;
    json_t *value = NULL;
    buf_init(&text, 64 << 20);
    if (!err_ok(file_read(path, &text)) || !err_ok(json_read(buf_str(&text), &value, NULL))) {
        value = NULL;
    }
    buf_done(&text);
    return value;
}

static err make_rows(struct house *h)
{
    h->project = (struct project_row){
        .id = id_random(), .slug = STR("quality"), .name = STR("Quality"), .settings = STR("{}")};
    h->source = (struct source_row){.id = id_random(),
                                    .project = h->project.id,
                                    .kind = STR("folder"),
                                    .title = STR("Quality"),
                                    .state = STR("new")};
    return store_team_create(h->store, STR("quality"), &h->project.team);
}

bool house_open(struct house *h, const char *db, bool *ret_filled)
{
    struct store_settings settings = store_settings_default();
    str detail = STR_EMPTY;
    *h = (struct house){.folder = "/tmp/quality.XXXXXX"};
    arena_init(&h->arena, 1 << 30);
    *ret_filled = db != NULL && access(db, R_OK) == 0;
    if (mkdtemp(h->folder) == NULL) {
        return false;
    }
    if (db != NULL) {
        (void)snprintf(settings.url, sizeof(settings.url), "sqlite:%s", db);
    } else {
        (void)snprintf(settings.url, sizeof(settings.url), "sqlite:%s/store.db", h->folder);
    }
    err e = store_open(&settings, &h->arena, &h->store, &detail);
    if (err_ok(e) && *ret_filled) {
        e = store_project_by_slug(h->store, &h->arena, STR("quality"), &h->project);
    } else if (err_ok(e)) {
        e = make_rows(h);
        e = err_ok(e) ? store_project_create(h->store, &h->project) : e;
    }
    if (!err_ok(e)) {
        (void)fprintf(stderr, "%s %.*s\n", e.what, STR_ARG(detail));
    }
    return err_ok(e);
}

void house_close(struct house *h)
{
    static const char *const names[] = {"store.db", "store.db-wal", "store.db-shm"};
    char path[128];
    if (h->store != NULL) {
        store_close(h->store);
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", h->folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(h->folder);
    arena_done(&h->arena);
}

bool plain_open(struct plain *p)
{
    *p = (struct plain){0};
    return sqlite3_open(":memory:", &p->db) == SQLITE_OK &&
           sqlite3_exec(
               p->db,
               "CREATE VIRTUAL TABLE f USING fts5(title, body, tokenize='porter unicode61');"
               "BEGIN",
               NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(p->db, "INSERT INTO f(rowid, title, body) VALUES (?, ?, ?)", -1,
                              &p->insert, NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(
               p->db, "SELECT rowid FROM f WHERE f MATCH ? ORDER BY bm25(f, 0.5, 1.0) LIMIT ?", -1,
               &p->find, NULL) == SQLITE_OK;
}

void plain_add(struct plain *p, int64_t number, str title, str body)
{
    (void)sqlite3_reset(p->insert);
    (void)sqlite3_bind_int64(p->insert, 1, number);
    (void)sqlite3_bind_text(p->insert, 2, title.p, (int)title.n, SQLITE_TRANSIENT);
    (void)sqlite3_bind_text(p->insert, 3, body.p, (int)body.n, SQLITE_TRANSIENT);
    (void)sqlite3_step(p->insert);
}

size_t plain_find(struct plain *p, str question, int64_t *ret, size_t max)
{
    struct arena a;
    struct buf match;
    struct know_term *terms = NULL;
    size_t count = 0, n = 0;
    arena_init(&a, 1 << 20);
    buf_init(&match, 64 << 10);
    (void)err_ok(know_terms(&a, question, 64, &terms, &count));
    for (size_t i = 0; i < count; i++) {
        if (!terms[i].stop && terms[i].kind == KNOW_TERM_WORD) {
            buf_addf(&match, "%s\"%.*s\"", match.n ? " OR " : "", STR_ARG(terms[i].surface));
        }
    }
    (void)sqlite3_reset(p->find);
    (void)sqlite3_bind_text(p->find, 1, buf_c(&match), (int)match.n, SQLITE_TRANSIENT);
    (void)sqlite3_bind_int(p->find, 2, (int)max);
    while (n < max && sqlite3_step(p->find) == SQLITE_ROW) {
        ret[n++] = sqlite3_column_int64(p->find, 0);
    }
    buf_done(&match);
    arena_done(&a);
    return n;
}

void plain_close(struct plain *p)
{
    (void)sqlite3_finalize(p->insert);
    (void)sqlite3_finalize(p->find);
    (void)sqlite3_close(p->db);
}
