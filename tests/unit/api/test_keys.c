/* SPDX-License-Identifier: Apache-2.0 */
/* What a key sees, and when it sees nothing more (checklist B7, B10, B11). */
#include "unit/api/fixture.h"

#include "access/keys.h"
#include "chat/hub.h"

enum { PATIENCE_MS = 6000 };

static struct house house;

static int set_up(void **state)
{
    (void)state;
    house_init(&house);
    house_open(&house);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    house_close(&house);
    return 0;
}

static void a_key_of_one_project_does_not_see_the_servers_metrics(void **state)
{
    (void)state;
    struct house_key bound = house_key(&house, TOKEN_SECRET_KEY, true, PERMISSION_ALL, 0);
    struct house_key team = house_key(&house, TOKEN_SECRET_KEY, false, PERMISSION_METRICS_READ, 0);
    const char *answer = house_ask(&house, "192.0.2.1", "GET", "/metrics", bound.token.c, NULL);
    assert_non_null(strstr(answer, " 403 "));
    assert_null(strstr(answer, "doorward_"));
    answer = house_ask(&house, "192.0.2.1", "GET", "/metrics", team.token.c, NULL);
    assert_non_null(strstr(answer, " 200 "));
    assert_non_null(strstr(answer, "doorward_http_requests_total"));
}

static void a_visitors_session_does_not_see_the_servers_metrics(void **state)
{
    (void)state;
    struct session_row session = {.id = id_random(),
                                  .project = house.project.id,
                                  .visitor = id_random(),
                                  .created_ms = clock_wall_ms(),
                                  .expires_ms = clock_wall_ms() + 60000};
    struct token token;
    err e = access_session_open(house.app->store, &house.app->hash_key, &session, &token);
    assert_int_equal(e.code, ERR_OK);
    const char *answer = house_ask(&house, "192.0.2.1", "GET", "/metrics", token.c, NULL);
    assert_non_null(strstr(answer, " 403 "));
    assert_null(strstr(answer, "doorward_"));
}

static void publish(const id *chat, const char *text)
{
    chat_hub_publish(house.app->chat.hub, chat, STR("9"), STR("message"), str_c(text));
}

static void the_streams_of_a_disabled_key_end_and_others_go_on(void **state)
{
    (void)state;
    struct house_key gone = house_key(&house, TOKEN_SECRET_KEY, true, PERMISSION_CHATS_READ, 0);
    struct house_key kept = house_key(&house, TOKEN_SECRET_KEY, false, PERMISSION_CHATS_READ, 0);
    id chat = house_chat(&house, &gone, 1);
    int first = house_events(&house, &chat, gone.token.c, NULL);
    int other = house_events(&house, &chat, kept.token.c, NULL);
    assert_non_null(strstr(web_hear(first, "\r\n\r\n", PATIENCE_MS), "200 OK"));
    assert_non_null(strstr(web_hear(other, "\r\n\r\n", PATIENCE_MS), "200 OK"));
    err e = store_key_disable(house.app->store, &house.project.team, &gone.id, "revoked",
                              clock_wall_ms(), NULL);
    assert_int_equal(e.code, ERR_OK);
    int64_t began = clock_mono_ms();
    assert_non_null(strstr(web_hear(first, "0\r\n\r\n", PATIENCE_MS), "0\r\n\r\n"));
    assert_true(clock_mono_ms() - began < PATIENCE_MS);
    publish(&chat, "{\"still\":1}");
    assert_non_null(strstr(web_hear(other, "still", PATIENCE_MS), "still"));
    (void)close(first);
    (void)close(other);
}

/* Also while events come more often than pings, which are what a quiet stream is looked at for. */
static void the_stream_of_an_expired_key_ends_though_events_flow(void **state)
{
    (void)state;
    struct house_key key = house_key(&house, TOKEN_SECRET_KEY, true, PERMISSION_CHATS_READ, 1200);
    id chat = house_chat(&house, &key, 1);
    int fd = house_events(&house, &chat, key.token.c, NULL);
    assert_non_null(strstr(web_hear(fd, "\r\n\r\n", PATIENCE_MS), "200 OK"));
    int64_t began = clock_mono_ms(), last = began;
    bool ended = false;
    while (!ended && clock_mono_ms() - began < PATIENCE_MS) {
        publish(&chat, "{}");
        const char *came = web_hear(fd, "0\r\n\r\n", 50);
        ended = strstr(came, "0\r\n\r\n") != NULL;
        last = strstr(came, "event: message") ? clock_mono_ms() : last;
    }
    assert_true(ended);
    assert_in_range(last - began, 0, 1700);
    (void)close(fd);
}

static void a_quiet_stream_of_an_expired_key_ends_too(void **state)
{
    (void)state;
    struct house_key key = house_key(&house, TOKEN_SECRET_KEY, true, PERMISSION_CHATS_READ, 700);
    id chat = house_chat(&house, &key, 1);
    int fd = house_events(&house, &chat, key.token.c, NULL);
    assert_non_null(strstr(web_hear(fd, "0\r\n\r\n", PATIENCE_MS), "0\r\n\r\n"));
    (void)close(fd);
}

static void the_stream_of_a_key_that_lost_its_permission_ends(void **state)
{
    struct key_row row;
    (void)state;
    struct house_key key = house_key(&house, TOKEN_SECRET_KEY, true,
                                     PERMISSION_CHATS_READ | PERMISSION_PROJECT_READ, 0);
    struct house_key other = house_key(&house, TOKEN_SECRET_KEY, true, PERMISSION_CHAT_CREATE, 0);
    id chat = house_chat(&house, &other, 1);
    int fd = house_events(&house, &chat, key.token.c, NULL);
    assert_non_null(strstr(web_hear(fd, "\r\n\r\n", PATIENCE_MS), "200 OK"));
    err e = store_key_get(house.app->store, &house.arena, &house.project.team, &key.id, &row);
    assert_int_equal(e.code, ERR_OK);
    struct key_row was = row;
    row.permissions = PERMISSION_PROJECT_READ;
    assert_int_equal(store_key_update(house.app->store, &row, &was, NULL).code, ERR_OK);
    assert_non_null(strstr(web_hear(fd, "0\r\n\r\n", PATIENCE_MS), "0\r\n\r\n"));
    (void)close(fd);
}

/* The head of a request for a chat's events by somebody who is logged in. */
static int follow(const id *chat, const struct house_session *session)
{
    char text[2048];
    (void)snprintf(text, sizeof text,
                   "GET /api/v1/chats/%s/events HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                   "X-Forwarded-For: 192.0.2.1\r\n%s\r\n",
                   chat->c, house.port, session->fields);
    int fd = web_connect(house.port);
    assert_true(fd >= 0);
    web_send(fd, text);
    assert_non_null(strstr(web_hear(fd, "\r\n\r\n", PATIENCE_MS), "200 OK"));
    return fd;
}

static void the_streams_of_a_person_end_with_session_or_role(void **state)
{
    (void)state;
    struct house_key key = house_key(&house, TOKEN_SECRET_KEY, true, PERMISSION_CHAT_CREATE, 0);
    id chat = house_chat(&house, &key, 1);
    id person = house_person(&house, &house.project.team, "agent@example.com", ROLE_AGENT);
    struct house_session session = house_log_in(&house, "192.0.2.1", "agent@example.com");
    struct member_row member = {
        .team = house.project.team, .person = person, .role = ROLE_VIEWER, .all_projects = true};
    int first = follow(&chat, &session);
    assert_int_equal(store_member_put(house.app->store, &member, NULL, NULL).code, ERR_OK);
    assert_non_null(strstr(web_hear(first, "0\r\n\r\n", PATIENCE_MS), "0\r\n\r\n"));
    member.role = ROLE_AGENT;
    assert_int_equal(store_member_put(house.app->store, &member, NULL, NULL).code, ERR_OK);
    int second = follow(&chat, &session);
    assert_int_equal(house_status_of(house_call(&house, "192.0.2.1", "POST", "/api/v1/admin/logout",
                                                session.fields, "{}")),
                     204);
    assert_non_null(strstr(web_hear(second, "0\r\n\r\n", PATIENCE_MS), "0\r\n\r\n"));
    (void)close(first);
    (void)close(second);
}

/* ── secret keys where everybody sees them ── */

static struct key_row key_row(const struct house_key *key)
{
    struct key_row row;
    assert_int_equal(
        store_key_get(house.app->store, &house.arena, &house.project.team, &key->id, &row).code,
        ERR_OK);
    return row;
}

static void a_secret_key_in_a_browser_or_url_is_refused_and_marked(void **state)
{
    static const char *const marks[] = {"Origin: https://www.example.com\r\n",
                                        "Sec-Fetch-Site: cross-site\r\n",
                                        "Sec-Fetch-Dest: empty\r\n"};
    char path[256];
    (void)state;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        struct house_key key =
            house_key(&house, TOKEN_SECRET_KEY, false, PERMISSION_SOURCES_READ, 0);
        assert_int_equal(house_status(&house, "192.0.2.1", "GET", "/api/v1/projects/main/sources",
                                      key.token.c, marks[i]),
                         403);
        assert_true(key_row(&key).exposed_ms > 0);
        assert_int_equal(key_row(&key).disabled_ms, 0);
    }
    /* A library of servers sends this one. */
    struct house_key server =
        house_key(&house, TOKEN_SECRET_KEY, false, PERMISSION_SOURCES_READ, 0);
    assert_int_equal(house_status(&house, "192.0.2.1", "GET", "/api/v1/projects/main/sources",
                                  server.token.c, "Sec-Fetch-Mode: cors\r\n"),
                     200);
    assert_int_equal(key_row(&server).exposed_ms, 0);
    (void)snprintf(path, sizeof path, "/api/v1/projects/main/sources?key=%s", server.token.c);
    assert_int_equal(house_status(&house, "192.0.2.1", "GET", path, NULL, NULL), 401);
    assert_true(key_row(&server).exposed_ms > 0);
}

static void the_last_use_of_a_key_is_written_later_and_together(void **state)
{
    (void)state;
    struct house_key key = house_key(&house, TOKEN_SECRET_KEY, false, PERMISSION_SOURCES_READ, 0);
    assert_int_equal(house_status(&house, "198.51.100.7", "GET", "/api/v1/projects/main/sources",
                                  key.token.c, "User-Agent: curl/8.1\r\n"),
                     200);
    assert_int_equal(key_row(&key).used_ms, 0);
    assert_int_equal(key_uses_write(house.app->key_uses).code, ERR_OK);
    struct key_row row = key_row(&key);
    assert_true(row.used_ms > 0);
    assert_true(str_eq(row.used_from, STR("198.51.100.0/24")));
    assert_true(str_eq(row.used_by, STR("curl")));
}

static void an_exposed_key_is_revoked_when_the_team_says_so(void **state)
{
    (void)state;
    struct team_row team;
    struct audit_row *rows;
    size_t count;
    assert_int_equal(
        store_team_get(house.app->store, &house.arena, &house.project.team, &team).code, ERR_OK);
    team.settings = STR("{\"key_revoke_exposed\":true}");
    assert_int_equal(store_team_update(house.app->store, &team, NULL).code, ERR_OK);
    struct house_key key = house_key(&house, TOKEN_SECRET_KEY, false, PERMISSION_SOURCES_READ, 0);
    assert_int_equal(house_status(&house, "192.0.2.1", "GET", "/api/v1/projects/main/sources",
                                  key.token.c, "Origin: https://www.example.com\r\n"),
                     403);
    struct key_row row = key_row(&key);
    assert_true(row.disabled_ms > 0 && str_eq(row.disabled_why, STR("exposed")));
    assert_int_equal(house_status(&house, "192.0.2.1", "GET", "/api/v1/projects/main/sources",
                                  key.token.c, NULL),
                     401);
    assert_int_equal(
        store_audit_recent(house.app->store, &house.arena, &house.project.team, 0, 3, &rows, &count)
            .code,
        ERR_OK);
    bool exposed = false, revoked = false;
    for (size_t i = 0; i < count; i++) {
        exposed = exposed || str_eq(rows[i].what.act, STR("key.exposed"));
        revoked = revoked || str_eq(rows[i].what.act, STR("key.revoke"));
        assert_true(str_find(rows[i].what.detail, str_c(key.token.c), 0) == SIZE_MAX);
    }
    assert_true(exposed && revoked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_of_one_project_does_not_see_the_servers_metrics),
        cmocka_unit_test(a_visitors_session_does_not_see_the_servers_metrics),
        cmocka_unit_test(the_streams_of_a_disabled_key_end_and_others_go_on),
        cmocka_unit_test(the_stream_of_an_expired_key_ends_though_events_flow),
        cmocka_unit_test(a_quiet_stream_of_an_expired_key_ends_too),
        cmocka_unit_test(the_stream_of_a_key_that_lost_its_permission_ends),
        cmocka_unit_test(the_streams_of_a_person_end_with_session_or_role),
        cmocka_unit_test(a_secret_key_in_a_browser_or_url_is_refused_and_marked),
        cmocka_unit_test(the_last_use_of_a_key_is_written_later_and_together),
        cmocka_unit_test(an_exposed_key_is_revoked_when_the_team_says_so),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
