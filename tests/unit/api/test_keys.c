/* SPDX-License-Identifier: Apache-2.0 */
/* What a key sees, and when it sees nothing more (checklist B7, B10, B11). */
#include "unit/api/fixture.h"

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
    err e = store_key_disable(house.app->store, &house.project.team, &gone.id, clock_wall_ms());
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_of_one_project_does_not_see_the_servers_metrics),
        cmocka_unit_test(a_visitors_session_does_not_see_the_servers_metrics),
        cmocka_unit_test(the_streams_of_a_disabled_key_end_and_others_go_on),
        cmocka_unit_test(the_stream_of_an_expired_key_ends_though_events_flow),
        cmocka_unit_test(a_quiet_stream_of_an_expired_key_ends_too),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
