/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/api/fixture.h"

#include <dirent.h>

#define assert_ok(e) assert_int_equal((e).code, ERR_OK)

void house_init(struct house *house)
{
    assert_ok(crypto_init());
    log_setup(LOG_ERROR + 1, 2);
    arena_init(&house->arena, 64 << 20);
    (void)snprintf(house->folder, sizeof house->folder, "/tmp/doorward-api-XXXXXX");
    assert_non_null(mkdtemp(house->folder));
    (void)snprintf(house->key_file, sizeof house->key_file, "%s/hash.key", house->folder);
    house->http = web_settings();
    (void)snprintf(house->http.trusted_proxies[0], sizeof house->http.trusted_proxies[0],
                   "127.0.0.1/32");
    house->store = store_settings_default();
    (void)snprintf(house->store.url, sizeof house->store.url, "sqlite:%s/test.db", house->folder);
    house->model = model_settings_default();
    house->outbox = outbox_settings_default();
    house->know = know_settings_default();
    house->api = api_settings_default();
}

static void *run(void *user)
{
    err e = app_run(user);
    return (void *)(uintptr_t)e.code;
}

void house_open(struct house *house)
{
    str reason;
    struct app_settings settings = {.http = &house->http,
                                    .store = &house->store,
                                    .model = &house->model,
                                    .outbox = &house->outbox,
                                    .know = &house->know,
                                    .api = &house->api,
                                    .key_file = house->key_file};
    err e = app_open(&settings, &house->arena, &house->app, &reason);
    if (!err_ok(e)) {
        print_error("%.*s\n", STR_ARG(reason));
    }
    assert_ok(e);
    house->project = (struct project_row){.id = id_random(),
                                          .slug = STR("main"),
                                          .name = STR("Example Ltd"),
                                          .settings = STR("{}"),
                                          .created_ms = clock_wall_ms()};
    assert_ok(store_team_create(house->app->store, STR("Team"), &house->project.team));
    assert_ok(store_project_create(house->app->store, &house->project));
    house->port = http_server_port(house->app->server);
    assert_int_equal(pthread_create(&house->thread, NULL, run, house->app), 0);
}

void house_close(struct house *house)
{
    http_server_stop(house->app->server);
    (void)pthread_join(house->thread, NULL);
    app_close(house->app);
    DIR *dir = opendir(house->folder);
    for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
        if (entry->d_name[0] != '.') {
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
        }
    }
    if (dir) {
        (void)closedir(dir);
    }
    (void)rmdir(house->folder);
    arena_done(&house->arena);
}

struct house_key house_key(struct house *house, enum token_kind kind, bool bound, permissions may,
                           int64_t life_ms)
{
    struct house_key made = {.id = id_random()};
    int64_t now = clock_wall_ms();
    struct key_row row = {.id = made.id,
                          .team = house->project.team,
                          .name = STR("test"),
                          .permissions = may,
                          .created_ms = now,
                          .expires_ms = life_ms ? now + life_ms : 0};
    if (bound) {
        row.project = house->project.id;
    }
    made.token = token_new(kind);
    row.kind = kind == TOKEN_PUBLIC_KEY ? STR("pk") : STR("sk");
    row.hash = token_hash(&house->app->hash_key, str_c(made.token.c));
    row.hint = token_hint(str_c(made.token.c));
    assert_ok(store_key_create(house->app->store, &row, NULL));
    return made;
}

id house_person(struct house *house, const id *team, const char *email, enum role role)
{
    static const char password[] = HOUSE_PASSWORD;
    str phc;
    struct person_row person = {.id = id_random(),
                                .email = str_c(email),
                                .name = STR("Ada"),
                                .created_ms = clock_wall_ms(),
                                .password_ms = clock_wall_ms()};
    struct member_row member = {.team = *team,
                                .person = person.id,
                                .role = role,
                                .all_projects = true,
                                .created_ms = clock_wall_ms()};
    assert_ok(password_hash(house->app->hasher, &house->arena, str_c(password),
                            clock_mono_ms() + 30000, &phc));
    person.password = phc;
    assert_ok(store_person_create(house->app->store, &person, &member, NULL));
    return person.id;
}

struct project_row house_project(struct house *house, const id *team, const char *slug,
                                 const char *domain, bool is_private)
{
    str *domains = arena_array(&house->arena, 1, sizeof *domains);
    struct project_row row = {.id = id_random(),
                              .team = *team,
                              .slug = str_c(slug),
                              .name = STR("Example"),
                              .is_private = is_private,
                              .settings = STR("{}"),
                              .domains = domains,
                              .domain_count = domain ? 1 : 0,
                              .created_ms = clock_wall_ms()};
    domains[0] = str_c(domain);
    assert_ok(store_project_create(house->app->store, &row));
    return row;
}

const char *house_call(struct house *house, const char *from, const char *method, const char *path,
                       const char *fields, const char *body)
{
    static char text[65536], rest[60000];
    (void)snprintf(rest, sizeof rest, "\r\n");
    if (body) {
        (void)snprintf(rest, sizeof rest,
                       "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                       strlen(body), body);
    }
    (void)snprintf(text, sizeof text,
                   "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nX-Forwarded-For: %s\r\n"
                   "Connection: close\r\n%s%s",
                   method, path, house->port, from, fields ? fields : "", rest);
    return web_ask(house->port, text);
}

int house_status_of(const char *answer)
{
    assert_true(strlen(answer) > 12);
    return atoi(answer + 9);
}

const char *house_member(const char *answer, const char *name, char text[static 4096])
{
    char key[64];
    (void)snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *at = strstr(answer, key);
    size_t n = at ? strcspn(at + strlen(key), "\"") : 0;
    assert_true(n < 4096);
    memcpy(text, at ? at + strlen(key) : "", n);
    text[n] = '\0';
    return text;
}

struct house_session house_session_of(struct house *house, const char *answer)
{
    struct house_session session = {.token = ""};
    const char *at = strcasestr(answer, "\r\nset-cookie: " ACCESS_COOKIE "=");
    assert_non_null(at);
    (void)snprintf(session.token, sizeof session.token, "%s", strchr(at, '=') + 1);
    (void)snprintf(session.fields, sizeof session.fields,
                   "Cookie: " ACCESS_COOKIE "=%s\r\nOrigin: http://127.0.0.1:%u\r\n"
                   "Sec-Fetch-Site: same-origin\r\nX-Doorward-CSRF: 1\r\n",
                   session.token, house->port);
    return session;
}

struct house_session house_log_in(struct house *house, const char *from, const char *email)
{
    char body[512];
    (void)snprintf(body, sizeof body, "{\"email\":\"%s\",\"password\":\"" HOUSE_PASSWORD "\"}",
                   email);
    const char *answer = house_call(house, from, "POST", "/api/v1/admin/login", NULL, body);
    assert_int_equal(house_status_of(answer), 200);
    return house_session_of(house, answer);
}

id house_chat(struct house *house, const struct house_key *key, size_t messages)
{
    struct chat_row chat = {.id = id_random(),
                            .project = house->project.id,
                            .key = key->id,
                            .created_ms = clock_wall_ms()};
    assert_ok(store_chat_create(house->app->store, &chat));
    for (size_t i = 0; i < messages; i++) {
        struct message_row row = {.id = id_random(),
                                  .chat = chat.id,
                                  .author = MESSAGE_VISITOR,
                                  .content = STR("hello"),
                                  .feedback = -1,
                                  .created_ms = clock_wall_ms()};
        assert_ok(store_message_append(house->app->store, &house->project.id, &row, 1));
    }
    return chat.id;
}

static const char *head(char text[static 4096], const char *from, const char *method,
                        const char *path, const char *token, const char *fields)
{
    (void)snprintf(text, 4096,
                   "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: %s\r\n%s%s%s%s\r\n",
                   method, path, from, token ? "Authorization: Api-Key " : "", token ? token : "",
                   token ? "\r\n" : "", fields ? fields : "");
    return text;
}

const char *house_ask(struct house *house, const char *from, const char *method, const char *path,
                      const char *token, const char *fields)
{
    char text[4096];
    return web_ask(house->port, head(text, from, method, path, token, fields));
}

int house_status(struct house *house, const char *from, const char *method, const char *path,
                 const char *token, const char *fields)
{
    const char *answer = house_ask(house, from, method, path, token, fields);
    assert_true(strlen(answer) > 12);
    return atoi(answer + 9);
}

int house_events(struct house *house, const id *chat, const char *token, const char *fields)
{
    char text[4096], path[128];
    (void)snprintf(path, sizeof path, "/api/v1/chats/%s/events", id_str(chat).p);
    int fd = web_connect(house->port);
    assert_true(fd >= 0);
    web_send(fd, head(text, "192.0.2.1", "GET", path, token, fields));
    return fd;
}
