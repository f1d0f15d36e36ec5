/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/chat/fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "know/tokens.h"

static const char *const types[] = {"message_start", "message_delta", "citation", "lead_form",
                                    "handoff",       "message_end",   "error"};

static err on_event(void *user, const char *type, str data)
{
    struct desk *desk = user;
    struct heard *heard = &desk->heard;
    json_t *json;
    assert_ok(json_read_object(data, &json, NULL));
    assert_string_equal(text_of(json, "type"), type);
    if (strcmp(type, "message_delta") == 0) {
        buf_add_c(&heard->shown, text_of(json, "text"));
    }
    json_decref(json);
    buf_addf(&heard->types, "%s ", type);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(type, types[i]) == 0) {
            buf_clear(&heard->last[i]);
            buf_add(&heard->last[i], data);
        }
    }
    heard->count++;
    return heard->gone_after && heard->count >= heard->gone_after ? err_new(ERR_CLOSED, "gone")
                                                                  : ERR_NONE;
}

static void heard_clear(struct heard *heard)
{
    buf_done(&heard->types);
    buf_done(&heard->shown);
    buf_init(&heard->types, 1 << 20);
    buf_init(&heard->shown, 1 << 20);
    for (size_t i = 0; i < 8; i++) {
        buf_done(&heard->last[i]);
        buf_init(&heard->last[i], 1 << 20);
    }
    heard->count = 0;
}

static void handbook(struct desk *desk)
{
    desk_page(
        desk, "https://docs.example.com/password#reset", "Passwords",
        "To reset your password, open the account page and choose Forgot password. A link to reset the password "
        "arrives by mail and stays valid for 30 minutes. After that you have to ask for a new link.");
    desk_page(
        desk, "https://docs.example.com/invoices", "Invoices",
        "Invoices are sent on the first working day of each month. You can download every invoice as a PDF file "
        "from the billing page. Invoices are payable within 14 days without deduction.");
    desk_page(
        desk, "https://docs.example.com/export", "Data export",
        "You can export all customer records as a CSV file from the settings page. The export of customer records "
        "takes about five minutes for 10,000 records.");
    desk_page(
        desk, "https://docs.example.com/limits", "Upload limits",
        "An uploaded file may have at most 32 megabytes. Larger uploads are refused with a clear message that "
        "names the limit.");
}

int desk_open(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);
    struct store_settings settings = store_settings_default();
    str detail;
    assert_ok(crypto_init());
    log_setup(LOG_ERROR, 2);
    arena_init(&desk->arena, 64 << 20);
    (void)snprintf(desk->folder, sizeof desk->folder, "/tmp/doorward-chat-XXXXXX");
    assert_non_null(mkdtemp(desk->folder));
    (void)snprintf(settings.url, sizeof settings.url, "sqlite:%s/test.db", desk->folder);
    assert_ok(store_open(&settings, &desk->arena, &desk->store, &detail));
    struct project_row row = {.id = id_random(),
                              .slug = STR("main"),
                              .name = STR("Example Ltd"),
                              .settings = STR("{}"),
                              .created_ms = clock_wall_ms()};
    assert_ok(store_team_create(desk->store, STR("Team"), &row.team));
    assert_ok(store_project_create(desk->store, &row));
    assert_ok(chat_project_load(&desk->arena, &row, &desk->project, &detail));
    desk->model = model_settings_default();
    desk->outbox = outbox_settings_default();
    desk->context = (struct chat_context){
        .store = desk->store, .model = &desk->model, .outbox = &desk->outbox, .turn_ms = 10000};
    assert_ok(chat_hub_new(100, &desk->context.hub));
    desk->sink = (struct turn_sink){on_event, desk};
    heard_clear(&desk->heard);
    handbook(desk);
    *state = desk;
    return 0;
}

static void folder_remove(const char *path)
{
    DIR *dir = opendir(path);
    for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
        if (entry->d_name[0] != '.') {
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
        }
    }
    if (dir) {
        (void)closedir(dir);
    }
    (void)rmdir(path);
}

int desk_close(void **state)
{
    struct desk *desk = *state;
    chat_hub_free(desk->context.hub);
    budget_free(desk->context.budget);
    chat_project_done(&desk->project);
    store_close(desk->store);
    folder_remove(desk->folder);
    buf_done(&desk->heard.types);
    buf_done(&desk->heard.shown);
    for (size_t i = 0; i < 8; i++) {
        buf_done(&desk->heard.last[i]);
    }
    arena_done(&desk->arena);
    free(desk);
    return 0;
}

void desk_settings(struct desk *desk, const char *json)
{
    struct project_row row = desk->project.row;
    str reason = STR_EMPTY;
    row.settings = str_c(json);
    chat_project_done(&desk->project);
    err e = chat_project_load(&desk->arena, &row, &desk->project, &reason);
    if (!err_ok(e)) {
        print_error("%.*s\n", STR_ARG(reason));
    }
    assert_ok(e);
}

void desk_page(struct desk *desk, const char *url, const char *title, const char *text)
{
    struct source_row source = {.id = id_random(),
                                .project = desk->project.row.id,
                                .kind = STR("text"),
                                .title = STR("Handbook"),
                                .created_ms = clock_wall_ms()};
    struct passage_row passage = {.url = str_c(url), .heading = str_c(title), .text = str_c(text)};
    assert_ok(know_index_text(&desk->arena, str_c(title), &passage.index_title));
    assert_ok(know_index_text(&desk->arena, str_c(title), &passage.index_heading));
    assert_ok(know_index_text(&desk->arena, str_c(text), &passage.index_text));
    struct document_put put = {
        .document = {.id = id_random(),
                     .project = source.project,
                     .source = source.id,
                     .url = str_c(url),
                     .title = str_c(title),
                     .language = STR("en"),
                     .generation = 1,
                     .read_ms = clock_wall_ms()},
        .passages = &passage,
        .passage_count = 1,
    };
    assert_ok(store_source_create(desk->store, &source));
    assert_ok(store_document_put(desk->store, &put, 1));
}

err desk_ask(struct desk *desk, const id *chat, const char *message)
{
    struct turn_request request = {
        .caller = {.project = desk->project.row.id, .session = id_random(), .visitor = id_random()},
        .message = str_c(message),
        .url = STR("https://user:pw@www.example.com/prices?mail=a@example.com#top"),
        .locale = STR("en-GB"),
        .email = desk->email,
        .metadata = desk->metadata,
    };
    if (chat) {
        request.chat = *chat;
    }
    heard_clear(&desk->heard);
    return turn_run(&desk->context, &desk->arena, &desk->project, &request, &desk->sink,
                    &desk->result);
}

json_t *heard_data(struct desk *desk, const char *type)
{
    json_t *json = NULL;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(type, types[i]) == 0 && desk->heard.last[i].n > 0) {
            assert_ok(json_read_object(buf_str(&desk->heard.last[i]), &json, NULL));
        }
    }
    return json;
}

bool heard_type(struct desk *desk, const char *type)
{
    return str_find(buf_str(&desk->heard.types), str_c(type), 0) != SIZE_MAX;
}

const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text) {
        print_error("no text %s\n", key);
    }
    assert_non_null(text);
    return text;
}

size_t desk_messages(struct desk *desk, const id *chat, struct message_row **ret)
{
    size_t count;
    assert_ok(store_message_list(desk->store, &desk->arena, &desk->project.row.id, chat, 0, 0, ret,
                                 &count));
    return count;
}

const char *desk_c(struct desk *desk, str s) { return arena_str(&desk->arena, s).p; }
