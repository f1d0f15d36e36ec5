/* SPDX-License-Identifier: Apache-2.0 */
/* People log in, show a second factor, and are asked again before dangerous acts (checklist B2). */
#include "unit/api/fixture.h"

#include "access/seal.h"
#include "access/totp.h"
#include "base/json.h"

#define ADA "192.0.2.10"
#define LOGIN "/api/v1/admin/login"
#define ME "/api/v1/admin/me"

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

static int status(const char *method, const char *path, const char *fields, const char *body)
{
    return house_status_of(house_call(&house, ADA, method, path, fields, body));
}

static const char *code_of(const char *answer)
{
    static char text[4096];
    return house_member(answer, "code", text);
}

static void a_log_in_gives_a_session_that_ends_with_log_out(void **state)
{
    (void)state;
    (void)house_person(&house, &house.project.team, "in@example.com", ROLE_OWNER);
    struct house_session session = house_log_in(&house, ADA, "in@example.com");
    const char *answer = house_call(&house, ADA, "GET", ME, session.fields, NULL);
    assert_int_equal(house_status_of(answer), 200);
    assert_non_null(strstr(answer, "\"email\":\"in@example.com\""));
    assert_non_null(strstr(answer, "\"state\":\"full\""));
    assert_non_null(strstr(answer, "\"role\":\"owner\",\"projects\":\"all\""));
    assert_non_null(strcasestr(answer, "\r\ncache-control: no-store\r\n"));
    assert_int_equal(status("POST", "/api/v1/admin/logout", session.fields, "{}"), 204);
    assert_int_equal(status("GET", ME, session.fields, NULL), 401);
}

static void the_cookie_is_for_this_host_and_no_script(void **state)
{
    (void)state;
    (void)house_person(&house, &house.project.team, "cookie@example.com", ROLE_VIEWER);
    const char *answer =
        house_call(&house, ADA, "POST", LOGIN, NULL,
                   "{\"email\":\"cookie@example.com\",\"password\":\"" HOUSE_PASSWORD "\"}");
    const char *cookie = strcasestr(answer, "set-cookie: __Host-doorward_session=dw_ss_");
    assert_non_null(cookie);
    assert_non_null(strstr(cookie, "; Path=/; Secure; HttpOnly; SameSite=Strict\r\n"));
    assert_null(strcasestr(cookie, "domain="));
    assert_null(strstr(strstr(answer, "\r\n\r\n"), "dw_ss_"));
    assert_null(strcasestr(answer, "access-control-allow"));
}

static void known_and_unknown_addresses_get_the_same_answer(void **state)
{
    static const char *const bodies[] = {
        "{\"email\":\"same@example.com\",\"password\":\"wrong horse battery staple\"}",
        "{\"email\":\"nobody@example.com\",\"password\":\"wrong horse battery staple\"}",
    };
    char texts[2][4096];
    (void)state;
    (void)house_person(&house, &house.project.team, "same@example.com", ROLE_VIEWER);
    for (size_t i = 0; i < 2; i++) {
        const char *answer = house_call(&house, "198.51.100.1", "POST", LOGIN, NULL, bodies[i]);
        assert_int_equal(house_status_of(answer), 401);
        assert_null(strcasestr(answer, "set-cookie"));
        (void)house_member(answer, "message", texts[i]);
    }
    assert_string_equal(texts[0], texts[1]);
}

/* The fields of a request that changes something with a session. */
static const char *fields(char text[static 1024], const char *token, const char *rest)
{
    (void)snprintf(text, 1024, "Cookie: " ACCESS_COOKIE "=%s\r\n%s", token, rest);
    return text;
}

static void a_change_by_cookie_comes_from_our_own_page_only(void **state)
{
    static const struct {
        const char *rest; /* %u: our port */
        int get, patch;
    } table[] = {
        {"Origin: http://127.0.0.1:%u\r\nX-Doorward-CSRF: 1\r\n", 200, 200},
        {"Origin: http://127.0.0.1:%u\r\nSec-Fetch-Site: same-origin\r\nX-Doorward-CSRF: 1\r\n",
         200, 200},
        {"Origin: http://127.0.0.1:%u\r\n", 200, 403},
        {"Origin: http://127.0.0.1:%u\r\nX-Doorward-CSRF: 0\r\n", 200, 403},
        {"X-Doorward-CSRF: 1\r\n", 200, 403},
        {"Sec-Fetch-Site: same-origin\r\nX-Doorward-CSRF: 1\r\n", 200, 403},
        {"Sec-Fetch-Site: none\r\n", 200, 403},
        {"Origin: http://127.0.0.1\r\nX-Doorward-CSRF: 1\r\n", 403, 403},
        {"Origin: https://127.0.0.1:%u\r\nX-Doorward-CSRF: 1\r\n", 403, 403},
        {"Origin: https://www.example.org\r\nX-Doorward-CSRF: 1\r\n", 403, 403},
        {"Origin: null\r\nX-Doorward-CSRF: 1\r\n", 403, 403},
        {"Origin: http://127.0.0.1:%u\r\nSec-Fetch-Site: same-site\r\nX-Doorward-CSRF: 1\r\n", 403,
         403},
        {"Origin: http://127.0.0.1:%u\r\nSec-Fetch-Site: cross-site\r\nX-Doorward-CSRF: 1\r\n", 403,
         403},
    };
    (void)state;
    (void)house_person(&house, &house.project.team, "csrf@example.com", ROLE_VIEWER);
    struct house_session session = house_log_in(&house, ADA, "csrf@example.com");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[1024], rest[512], *mark;
        (void)snprintf(rest, sizeof rest, "%s", table[i].rest);
        if ((mark = strstr(rest, "%u"))) {
            char tail[512];
            (void)snprintf(tail, sizeof tail, "%s", mark + 2);
            (void)snprintf(mark, sizeof rest - (size_t)(mark - rest), "%u%s", house.port, tail);
        }
        (void)fields(text, session.token, rest);
        assert_int_equal(status("GET", ME, text, NULL), table[i].get);
        const char *answer = house_call(&house, ADA, "PATCH", ME, text, "{\"name\":\"Eve\"}");
        assert_int_equal(house_status_of(answer), table[i].patch);
        if (table[i].patch == 403) {
            assert_string_equal(code_of(answer), "csrf_refused");
        }
    }
}

static void a_log_in_from_another_sites_page_is_refused(void **state)
{
    static const char body[] =
        "{\"email\":\"cross@example.com\",\"password\":\"" HOUSE_PASSWORD "\"}";
    (void)state;
    (void)house_person(&house, &house.project.team, "cross@example.com", ROLE_VIEWER);
    const char *answer =
        house_call(&house, ADA, "POST", LOGIN, "Origin: https://www.example.org\r\n", body);
    assert_int_equal(house_status_of(answer), 403);
    assert_string_equal(code_of(answer), "csrf_refused");
    assert_null(strcasestr(answer, "set-cookie"));
}

static void a_cookie_that_is_unclear_is_refused(void **state)
{
    char text[1024];
    (void)state;
    (void)house_person(&house, &house.project.team, "two@example.com", ROLE_OWNER);
    struct house_key key = house_key(&house, TOKEN_SECRET_KEY, false, PERMISSION_ALL, 0);
    struct house_session one = house_log_in(&house, ADA, "two@example.com");
    (void)snprintf(text, sizeof text, "Cookie: a=b; " ACCESS_COOKIE "=%s; c=\"d\"\r\n", one.token);
    assert_int_equal(status("GET", ME, text, NULL), 200);
    (void)snprintf(text, sizeof text, "Cookie: " ACCESS_COOKIE "=%s; " ACCESS_COOKIE "=%s\r\n",
                   one.token, one.token);
    assert_int_equal(status("GET", ME, text, NULL), 400);
    (void)snprintf(text, sizeof text, "Cookie: x=y\r\nCookie: " ACCESS_COOKIE "=%s\r\n", one.token);
    assert_int_equal(status("GET", ME, text, NULL), 400);
    (void)snprintf(text, sizeof text,
                   "Cookie: " ACCESS_COOKIE "=%s\r\nAuthorization: Bearer %s\r\n", one.token,
                   key.token.c);
    assert_int_equal(status("GET", "/api/v1/admin/team", text, NULL), 401);
    /* A session is no bearer token, nor is a key a cookie. */
    (void)snprintf(text, sizeof text, "Authorization: Bearer %s\r\n", one.token);
    assert_int_equal(status("GET", ME, text, NULL), 401);
    (void)snprintf(text, sizeof text, "Cookie: " ACCESS_COOKIE "=%s\r\n", key.token.c);
    assert_int_equal(status("GET", "/api/v1/admin/team", text, NULL), 401);
}

/* ── the second factor ── */

static uint32_t code_now(const id *person, int64_t at_ms)
{
    struct factor_row *rows;
    struct secret key = {0};
    size_t count;
    uint32_t code = 0;
    assert_int_equal(store_factor_list(house.app->store, &house.arena, person, &rows, &count).code,
                     ERR_OK);
    for (size_t i = 0; i < count; i++) {
        if (str_eq(rows[i].kind, STR("totp"))) {
            assert_int_equal(
                seal_open(&house.app->hash_key, id_str(&rows[i].id), rows[i].secret, &key).code,
                ERR_OK);
            code = totp_code(secret_view(&key), (uint64_t)(at_ms / TOTP_STEP_MS), TOTP_DIGITS);
        }
    }
    secret_done(&key);
    return code;
}

static void enrol(const struct house_session *session, const id *person, int64_t at_ms)
{
    char factor[4096], path[4200], body[64];
    const char *answer = house_call(&house, ADA, "POST", ME "/totp", session->fields, "{}");
    assert_int_equal(house_status_of(answer), 201);
    assert_non_null(strstr(answer, "otpauth://totp/"));
    (void)house_member(answer, "factor", factor);
    (void)snprintf(path, sizeof path, ME "/totp/%s", factor);
    (void)snprintf(body, sizeof body, "{\"code\":\"%06u\"}", code_now(person, at_ms));
    answer = house_call(&house, ADA, "POST", path, session->fields, body);
    assert_int_equal(house_status_of(answer), 200);
    assert_non_null(strstr(answer, "\"recovery_codes\":[\""));
}

static void a_waiting_session_may_do_nothing_but_show_its_factor(void **state)
{
    static const struct {
        const char *method, *path;
    } closed[] = {{"PATCH", ME},
                  {"GET", ME "/sessions"},
                  {"GET", ME "/factors"},
                  {"POST", ME "/totp"},
                  {"GET", "/api/v1/admin/team"},
                  {"GET", "/api/v1/admin/keys"},
                  {"GET", "/api/v1/projects/main/sources"},
                  {"POST", ME "/confirm"}};
    char body[64];
    (void)state;
    int64_t now = clock_wall_ms();
    id person = house_person(&house, &house.project.team, "factor@example.com", ROLE_OWNER);
    struct house_session first = house_log_in(&house, ADA, "factor@example.com");
    enrol(&first, &person, now);
    struct house_session half = house_log_in(&house, ADA, "factor@example.com");
    const char *answer = house_call(&house, ADA, "GET", ME, half.fields, NULL);
    assert_non_null(strstr(answer, "\"state\":\"needs_factor\""));
    assert_null(strstr(answer, "\"permissions\""));
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
        bool get = strcmp(closed[i].method, "GET") == 0;
        answer = house_call(&house, ADA, closed[i].method, closed[i].path, half.fields,
                            get ? NULL : "{}");
        assert_int_equal(house_status_of(answer), 401);
        assert_string_equal(code_of(answer), "second_factor_required");
    }
    answer = house_call(&house, ADA, "POST", LOGIN "/totp", half.fields, "{\"code\":\"000000\"}");
    assert_int_equal(house_status_of(answer), 401);
    (void)snprintf(body, sizeof body, "{\"code\":\"%06u\"}", code_now(&person, now + TOTP_STEP_MS));
    answer = house_call(&house, ADA, "POST", LOGIN "/totp", half.fields, body);
    assert_int_equal(house_status_of(answer), 200);
    struct house_session whole = house_session_of(&house, answer);
    assert_string_not_equal(whole.token, half.token);
    assert_int_equal(status("GET", "/api/v1/admin/team", whole.fields, NULL), 200);
    assert_int_equal(status("GET", ME, half.fields, NULL), 401);
}

static void a_team_that_asks_for_a_second_factor_lets_only_enrol(void **state)
{
    (void)state;
    id team;
    assert_int_equal(store_team_create(house.app->store, STR("Strict"), &team).code, ERR_OK);
    id person = house_person(&house, &team, "strict@example.com", ROLE_OWNER);
    struct house_session session = house_log_in(&house, ADA, "strict@example.com");
    assert_int_equal(status("GET", "/api/v1/admin/team", session.fields, NULL), 200);
    assert_int_equal(status("PATCH", "/api/v1/admin/team", session.fields,
                            "{\"rules\":{\"second_factor\":true}}"),
                     200);
    const char *answer = house_call(&house, ADA, "GET", "/api/v1/admin/team", session.fields, NULL);
    assert_int_equal(house_status_of(answer), 403);
    assert_string_equal(code_of(answer), "second_factor_enrolment_required");
    assert_int_equal(status("GET", ME "/factors", session.fields, NULL), 200);
    enrol(&session, &person, clock_wall_ms());
}

static void a_dangerous_act_asks_for_the_password_again(void **state)
{
    struct staff_session_row *rows;
    size_t count;
    (void)state;
    id person = house_person(&house, &house.project.team, "fresh@example.com", ROLE_OWNER);
    struct house_session session = house_log_in(&house, ADA, "fresh@example.com");
    assert_int_equal(
        status("PATCH", "/api/v1/admin/team", session.fields, "{\"name\":\"New name\"}"), 200);
    assert_int_equal(store_staff_session_list(house.app->store, &house.arena, &person,
                                              clock_wall_ms(), &rows, &count)
                         .code,
                     ERR_OK);
    int64_t long_ago = clock_wall_ms() - STAFF_FRESH_MS - 1;
    assert_int_equal(store_staff_session_fresh(house.app->store, &rows[0].id, long_ago).code,
                     ERR_OK);
    const char *answer = house_call(&house, ADA, "PATCH", "/api/v1/admin/team", session.fields,
                                    "{\"name\":\"Newer name\"}");
    assert_int_equal(house_status_of(answer), 403);
    assert_string_equal(code_of(answer), "fresh_login_required");
    assert_int_equal(status("GET", "/api/v1/admin/team", session.fields, NULL), 200);
    assert_int_equal(
        status("POST", ME "/confirm", session.fields, "{\"password\":\"wrong horse battery\"}"),
        401);
    assert_int_equal(
        status("POST", ME "/confirm", session.fields, "{\"password\":\"" HOUSE_PASSWORD "\"}"),
        200);
    assert_int_equal(
        status("PATCH", "/api/v1/admin/team", session.fields, "{\"name\":\"Newer name\"}"), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_in_gives_a_session_that_ends_with_log_out),
        cmocka_unit_test(the_cookie_is_for_this_host_and_no_script),
        cmocka_unit_test(known_and_unknown_addresses_get_the_same_answer),
        cmocka_unit_test(a_change_by_cookie_comes_from_our_own_page_only),
        cmocka_unit_test(a_log_in_from_another_sites_page_is_refused),
        cmocka_unit_test(a_cookie_that_is_unclear_is_refused),
        cmocka_unit_test(a_waiting_session_may_do_nothing_but_show_its_factor),
        cmocka_unit_test(a_team_that_asks_for_a_second_factor_lets_only_enrol),
        cmocka_unit_test(a_dangerous_act_asks_for_the_password_again),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
