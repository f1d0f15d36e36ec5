/* SPDX-License-Identifier: Apache-2.0 */
/* A store in a temporary folder with one project, filled from texts, and questions to it. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/crypto.h"
#include "know/know.h"
#include "know/tokens.h"
#include "store/project.h"

struct library {
    struct store *store;
    struct arena arena;
    struct project_row project;
    struct source_row source;
    char folder[64];
};

static inline void must(err e)
{
    if (!err_ok(e)) {
        print_error("%s\n", e.what);
        fail();
    }
}

static inline int library_open(void **state)
{
    static struct library l;
    str detail = STR_EMPTY;
    struct store_settings settings = store_settings_default();
    l = (struct library){.folder = "/tmp/know_search.XXXXXX"};
    arena_init(&l.arena, 256 << 20);
    assert_true(err_ok(crypto_init()) && mkdtemp(l.folder) != NULL);
    (void)snprintf(settings.url, sizeof(settings.url), "sqlite:%s/store.db", l.folder);
    must(store_open(&settings, &l.arena, &l.store, &detail));
    l.project = (struct project_row){
        .id = id_random(), .slug = STR("library"), .name = STR("Library"), .settings = STR("{}")};
    l.source = (struct source_row){.id = id_random(),
                                   .project = l.project.id,
                                   .kind = STR("text"),
                                   .title = STR("Texts"),
                                   .state = STR("new")};
    must(store_team_create(l.store, STR("library"), &l.project.team));
    must(store_project_create(l.store, &l.project));
    must(store_source_create(l.store, &l.source));
    *state = &l;
    return 0;
}

static inline int library_close(void **state)
{
    static const char *const names[] = {"store.db", "store.db-wal", "store.db-shm"};
    struct library *l = *state;
    char path[128];
    store_close(l->store);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", l->folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(l->folder);
    arena_done(&l->arena);
    return 0;
}

/* Puts a page with its texts as passages. */
static inline void library_page(struct library *l, const char *page, const char *title,
                                const char *const *texts, size_t count)
{
    struct passage_row rows[16] = {0};
    assert_true(count <= 16);
    for (size_t i = 0; i < count; i++) {
        struct passage_row *row = &rows[i];
        row->url = arena_printf(&l->arena, "https://example.test/%s#%zu", page, i);
        row->heading = STR_EMPTY;
        row->text = str_c(texts[i]);
        row->ordinal = (uint32_t)i;
        must(know_index_text(&l->arena, str_c(title), &row->index_title));
        row->index_heading = STR_EMPTY;
        must(know_index_text(&l->arena, row->text, &row->index_text));
    }
    struct document_put put = {
        .document = {.id = id_random(),
                     .project = l->project.id,
                     .source = l->source.id,
                     .url = arena_printf(&l->arena, "https://example.test/%s", page),
                     .title = str_c(title)},
        .passages = rows,
        .passage_count = count};
    must(store_document_put(l->store, &put, 1));
}

static inline void library_text(struct library *l, const char *page, const char *title,
                                const char *text)
{
    library_page(l, page, title, &text, 1);
}

static inline size_t library_ask(struct library *l, str question, size_t limit, bool one_per_page,
                                 struct know_hit **ret)
{
    size_t n = 0;
    struct know_query query = {
        .project = &l->project.id, .text = question, .limit = limit, .per_page = one_per_page ? 1 : 0};
    must(know_search(l->store, &l->arena, &query, ret, &n));
    return n;
}

static inline bool at_page(const struct know_hit *hit, const char *page)
{
    char url[128];
    int n = snprintf(url, sizeof(url), "https://example.test/%s#", page);
    return str_starts(hit->passage.url, str_n(url, (size_t)n));
}
