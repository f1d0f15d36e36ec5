/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <dirent.h>

enum { TESTS_MAX = 100, FIXTURE_BYTES = 256 << 20 };

struct backend {
    const char *name;
    const char *scheme;
};

static const struct backend backends[] = {{"sqlite", "sqlite:"}};

static const struct backend *current;

void assert_ok_at(err e, const char *what, const char *file, int line)
{
    if (!err_ok(e)) {
        print_error("%s: error %d: %s\n", what, e.code, e.what);
        _fail(file, line);
    }
}

void assert_code_at(err e, enum err_code expected, const char *what, const char *file, int line)
{
    if (e.code != expected) {
        print_error("%s: error %d, not %d: %s\n", what, e.code, expected, e.what);
        _fail(file, line);
    }
}

void assert_str_at(str got, str expected, const char *file, int line)
{
    if (!str_eq(got, expected)) {
        print_error("\"%.*s\", not \"%.*s\"\n", STR_ARG(got), STR_ARG(expected));
        _fail(file, line);
    }
}

void fixture_reopen(struct fixture *f)
{
    struct store_settings settings = store_settings_default();
    str detail = STR_EMPTY;
    store_close(f->store);
    f->store = NULL;
    (void)snprintf(settings.url, sizeof settings.url, "%s%s", current->scheme, f->path);
    err e = store_open(&settings, &f->arena, &f->store, &detail);
    if (!err_ok(e)) {
        print_error("%.*s\n", STR_ARG(detail));
    }
    assert_ok(e);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    arena_init(&f->arena, FIXTURE_BYTES);
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/doorward-store-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(f->path, sizeof f->path, "%s/test.db", f->folder);
    fixture_reopen(f);
    assert_ok(store_team_create(f->store, STR("First team"), &f->team));
    assert_ok(store_team_create(f->store, STR("Second team"), &f->team2));
    struct project_row one = make_project(&f->team, "first");
    struct project_row two = make_project(&f->team2, "second");
    assert_ok(store_project_create(f->store, &one));
    assert_ok(store_project_create(f->store, &two));
    f->project = one.id;
    f->project2 = two.id;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    store_close(f->store);
    DIR *dir = opendir(f->folder);
    for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
        if (entry->d_name[0] != '.') {
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
        }
    }
    if (dir) {
        (void)closedir(dir);
    }
    (void)rmdir(f->folder);
    arena_done(&f->arena);
    free(f);
    return 0;
}

int store_tests_run(const char *group, const struct store_test *tests, size_t count)
{
    int failed = !err_ok(crypto_init());
    for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
        struct CMUnitTest rows[TESTS_MAX] = {{0}};
        char title[64];
        current = &backends[b];
        (void)snprintf(title, sizeof title, "%s %s", current->name, group);
        for (size_t i = 0; i < count && i < TESTS_MAX; i++) {
            rows[i] = (struct CMUnitTest){tests[i].name, tests[i].run, setup, teardown, NULL};
        }
        failed += _cmocka_run_group_tests(title, rows, count, NULL, NULL);
    }
    return failed ? 1 : 0;
}

/* ── rows ── */

struct project_row make_project(const id *team, const char *slug)
{
    return (struct project_row){.id = id_random(),
                                .team = *team,
                                .slug = str_c(slug),
                                .name = STR("Example Ltd"),
                                .settings = STR("{}"),
                                .created_ms = clock_wall_ms()};
}

struct chat_row make_chat(const id *project)
{
    return (struct chat_row){.id = id_ordered(),
                             .project = *project,
                             .url = STR("https://www.example.com/"),
                             .locale = STR("en"),
                             .created_ms = clock_wall_ms(),
                             .updated_ms = clock_wall_ms()};
}

struct message_row make_message(const id *chat, enum message_author author, const char *content)
{
    return (struct message_row){.id = id_ordered(),
                                .chat = *chat,
                                .author = author,
                                .content = str_c(content),
                                .created_ms = clock_wall_ms()};
}

struct lead_row make_lead(const id *project, const id *chat)
{
    struct lead_row row = {.id = id_ordered(),
                           .project = *project,
                           .name = STR("A visitor"),
                           .email = STR("visitor@example.org"),
                           .fields = STR("{}"),
                           .consent = true,
                           .consent_text = STR("I agree."),
                           .created_ms = clock_wall_ms()};
    if (chat) {
        row.chat = *chat;
    }
    return row;
}

struct handoff_row make_handoff(const id *project, const id *chat)
{
    return (struct handoff_row){.id = id_ordered(),
                                .project = *project,
                                .chat = *chat,
                                .email = STR("visitor@example.org"),
                                .state = STR("requested"),
                                .created_ms = clock_wall_ms()};
}

struct outbox_row make_entry(const id *project, const char *event, int64_t due_ms)
{
    return (struct outbox_row){.id = id_random(),
                               .project = *project,
                               .kind = STR("mail"),
                               .event = str_c(event),
                               .payload = STR("{}"),
                               .target = STR("sales@example.com"),
                               .created_ms = clock_wall_ms(),
                               .next_ms = due_ms};
}

struct source_row make_source(const id *project)
{
    return (struct source_row){.id = id_random(),
                               .project = *project,
                               .kind = STR("text"),
                               .title = STR("Source"),
                               .created_ms = clock_wall_ms()};
}

struct document_row make_document(const id *project, const id *source, const char *url)
{
    return (struct document_row){.id = id_random(),
                                 .project = *project,
                                 .source = *source,
                                 .url = str_c(url),
                                 .title = STR("Document"),
                                 .language = STR("en"),
                                 .generation = 1,
                                 .read_ms = clock_wall_ms()};
}

struct passage_row make_passage(unsigned ordinal, const char *terms)
{
    return (struct passage_row){.url = STR("https://docs.example.com/page#part"),
                                .heading = STR("Part"),
                                .text = str_c(terms),
                                .ordinal = ordinal,
                                .index_title = STR("document"),
                                .index_heading = STR("part"),
                                .index_text = str_c(terms)};
}

struct session_row make_session(const id *project, const char *token)
{
    return (struct session_row){.id = id_random(),
                                .project = *project,
                                .visitor = id_random(),
                                .hash = crypto_sha256(str_c(token)),
                                .origin = STR("https://www.example.com"),
                                .created_ms = 1,
                                .expires_ms = INT64_MAX};
}

struct key_row make_key(const id *team, const id *project, const char *token)
{
    struct key_row row = {.id = id_random(),
                          .team = *team,
                          .name = STR("Key"),
                          .kind = STR("sk"),
                          .hint = STR("abc"),
                          .hash = crypto_sha256(str_c(token)),
                          .permissions = UINT64_MAX,
                          .created_ms = 1};
    if (project) {
        row.project = *project;
    }
    return row;
}

struct job_row make_job(const id *project, const id *source)
{
    struct job_row row = {.id = id_random(), .project = *project, .created_ms = 1, .updated_ms = 1};
    if (source) {
        row.source = *source;
    }
    return row;
}

/* ── people ── */

struct audit_act make_act(const id *team, const char *act)
{
    return (struct audit_act){.team = *team,
                              .at_ms = 1700000000000,
                              .actor_kind = STR("person"),
                              .actor = id_random(),
                              .act = str_c(act),
                              .object_kind = STR("key"),
                              .object = STR("object"),
                              .outcome = STR("done"),
                              .detail = STR("{\"name\":\"é\"}"),
                              .request = id_random(),
                              .address = STR("192.0.2.0/24")};
}

struct person_row make_person(const char *email)
{
    return (struct person_row){.id = id_random(),
                               .email = str_c(email),
                               .name = STR("A person"),
                               .password = STR("$argon2id$v=19$one"),
                               .password_ms = 1,
                               .created_ms = 1};
}

struct member_row make_member(const id *team, const id *person, enum role role)
{
    return (struct member_row){
        .team = *team, .person = *person, .role = role, .all_projects = true, .created_ms = 1};
}

struct invitation_row make_invitation(const id *team, const char *email, const char *token)
{
    return (struct invitation_row){.id = id_random(),
                                   .team = *team,
                                   .email = str_c(email),
                                   .role = ROLE_EDITOR,
                                   .hash = crypto_sha256(str_c(token)),
                                   .created_ms = 1,
                                   .expires_ms = INT64_MAX};
}

struct reset_row make_reset(const id *person, const char *token)
{
    return (struct reset_row){.id = id_random(),
                              .person = *person,
                              .hash = crypto_sha256(str_c(token)),
                              .created_ms = 1,
                              .expires_ms = INT64_MAX};
}

struct staff_session_row make_staff_session(const id *team, const id *person, const char *token)
{
    return (struct staff_session_row){.id = id_random(),
                                      .person = *person,
                                      .team = *team,
                                      .hash = crypto_sha256(str_c(token)),
                                      .state = STAFF_FULL,
                                      .created_ms = 1,
                                      .expires_ms = INT64_MAX,
                                      .address = STR("192.0.2.0/24"),
                                      .agent = STR("Firefox on Windows")};
}

struct factor_row make_totp(const id *person)
{
    return (struct factor_row){.id = id_random(),
                               .person = *person,
                               .kind = STR("totp"),
                               .name = STR("Phone"),
                               .secret = STR("sealed"),
                               .created_ms = 1};
}

struct factor_row make_passkey(const id *person, const char *credential)
{
    return (struct factor_row){.id = id_random(),
                               .person = *person,
                               .kind = STR("passkey"),
                               .name = STR("Key"),
                               .secret = STR("public"),
                               .credential = str_c(credential),
                               .created_ms = 1};
}

struct visitor_key_row make_visitor_key(const id *project, const char *kid)
{
    return (struct visitor_key_row){.id = id_random(),
                                    .project = *project,
                                    .kid = str_c(kid),
                                    .alg = STR("HS256"),
                                    .key = STR("sealed"),
                                    .created_ms = 1};
}

id stored_person(struct fixture *f, const id *team, const char *email, enum role role)
{
    struct person_row row = make_person(email);
    struct member_row member = make_member(team, &row.id, role);
    assert_ok(store_person_create(f->store, &row, &member, NULL));
    return row.id;
}

id stored_chat(struct fixture *f, const id *project)
{
    struct chat_row chat = make_chat(project);
    assert_ok(store_chat_create(f->store, &chat));
    return chat.id;
}

id stored_source(struct fixture *f, const id *project, const char *url, const char *terms,
                 id *ret_document)
{
    struct source_row source = make_source(project);
    struct passage_row passage = make_passage(0, terms);
    struct document_put put = {.document = make_document(project, &source.id, url),
                               .passages = &passage,
                               .passage_count = 1};
    assert_ok(store_source_create(f->store, &source));
    assert_ok(store_document_put(f->store, &put, 1));
    if (ret_document) {
        *ret_document = put.document.id;
    }
    return source.id;
}
