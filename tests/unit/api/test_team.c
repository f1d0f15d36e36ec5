/* SPDX-License-Identifier: Apache-2.0 */
/* Who in a team may do what, and what is never theirs (checklist B11). */
#include "unit/api/fixture.h"

#define ADA "192.0.2.10"
#define ADMIN "/api/v1/admin"

static struct house house;
static struct project_row foreign; /* of another team */

static int set_up(void **state)
{
    id team;
    (void)state;
    house_init(&house);
    house_open(&house);
    assert_int_equal(store_team_create(house.app->store, STR("Others"), &team).code, ERR_OK);
    foreign = house_project(&house, &team, "foreign", NULL, false);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    house_close(&house);
    return 0;
}

static const char *call(const char *method, const char *path, const char *fields, const char *body)
{
    return house_call(&house, ADA, method, path, fields, body);
}

static int status(const char *method, const char *path, const char *fields, const char *body)
{
    return house_status_of(call(method, path, fields, body));
}

static void each_role_passes_what_the_table_says(void **state)
{
    /* viewer, agent, editor, admin, owner */
    static const struct {
        const char *method, *path, *body;
        int status[5];
    } table[] = {
        {"GET", ADMIN "/me", NULL, {200, 200, 200, 200, 200}},
        {"GET", ADMIN "/me/sessions", NULL, {200, 200, 200, 200, 200}},
        {"GET", ADMIN "/projects", NULL, {200, 200, 200, 200, 200}},
        {"GET", ADMIN "/projects/main", NULL, {200, 200, 200, 200, 200}},
        {"PATCH", ADMIN "/projects/main", "{\"name\":\"Example\"}", {403, 403, 403, 200, 200}},
        {"GET", ADMIN "/projects/main/visitor-keys", NULL, {403, 403, 403, 200, 200}},
        {"GET", ADMIN "/team", NULL, {403, 403, 403, 200, 200}},
        {"GET", ADMIN "/people", NULL, {403, 403, 403, 200, 200}},
        {"GET", ADMIN "/people/invitations", NULL, {403, 403, 403, 200, 200}},
        {"GET", ADMIN "/keys", NULL, {403, 403, 403, 200, 200}},
        {"GET", ADMIN "/keys/report", NULL, {403, 403, 403, 200, 200}},
        {"GET", ADMIN "/audit", NULL, {403, 403, 403, 200, 200}},
        {"GET", ADMIN "/audit/verify", NULL, {403, 403, 403, 200, 200}},
        {"GET", ADMIN "/policy", NULL, {403, 403, 403, 200, 200}},
        {"GET", ADMIN "/secrets", NULL, {403, 403, 403, 200, 200}},
        {"GET", "/api/v1/projects/main/search?q=price", NULL, {200, 200, 200, 200, 200}},
        {"GET", "/api/v1/projects/main/sources", NULL, {200, 200, 200, 200, 200}},
        {"POST", "/api/v1/projects/main/sync", "{}", {403, 403, 202, 202, 202}},
        {"GET", "CHAT", NULL, {403, 200, 200, 200, 200}},
        {"GET", ADMIN "/projects/foreign", NULL, {404, 404, 404, 404, 404}},
        {"GET", "/api/v1/projects/foreign/sources", NULL, {404, 404, 404, 404, 404}},
    };
    static const char *const emails[] = {"viewer@example.com", "agent@example.com",
                                         "editor@example.com", "admin@example.com",
                                         "owner@example.com"};
    (void)state;
    char path[128];
    struct house_key key = house_key(&house, TOKEN_SECRET_KEY, true, PERMISSION_CHATS_READ, 0);
    id chat = house_chat(&house, &key, 1);
    (void)snprintf(path, sizeof path, "/api/v1/chats/%s", chat.c);
    for (unsigned role = ROLE_VIEWER; role <= ROLE_OWNER; role++) {
        const char *email = emails[role - ROLE_VIEWER];
        (void)house_person(&house, &house.project.team, email, (enum role)role);
        struct house_session session = house_log_in(&house, ADA, email);
        for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
            const char *at = strcmp(table[i].path, "CHAT") == 0 ? path : table[i].path;
            int got = status(table[i].method, at, session.fields, table[i].body);
            if (got != table[i].status[role - ROLE_VIEWER]) {
                print_error("%s %s as %s: %d\n", table[i].method, at, email, got);
            }
            assert_int_equal(got, table[i].status[role - ROLE_VIEWER]);
        }
    }
}

static void a_key_passes_the_teams_rows_when_it_is_secret_and_unbound(void **state)
{
    static const struct {
        enum token_kind kind;
        bool bound;
        permissions may;
        int keys, project, projects;
    } table[] = {
        {TOKEN_SECRET_KEY, false, PERMISSION_ALL, 200, 200, 200},
        {TOKEN_SECRET_KEY, false, PERMISSION_KEYS_MANAGE, 200, 403, 403},
        {TOKEN_SECRET_KEY, false, PERMISSION_ALL & ~PERMISSION_KEYS_MANAGE, 403, 200, 200},
        {TOKEN_SECRET_KEY, true, PERMISSION_ALL, 403, 200, 403},
        {TOKEN_PUBLIC_KEY, false, PERMISSION_BROWSER_SAFE, 403, 403, 403},
        {TOKEN_PUBLIC_KEY, true, PERMISSION_BROWSER_SAFE, 403, 403, 403},
    };
    char text[256];
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct house_key key = house_key(&house, table[i].kind, table[i].bound, table[i].may, 0);
        (void)snprintf(text, sizeof text, "Authorization: Api-Key %s\r\n", key.token.c);
        assert_int_equal(status("GET", ADMIN "/keys", text, NULL), table[i].keys);
        assert_int_equal(status("GET", ADMIN "/projects/main", text, NULL), table[i].project);
        assert_int_equal(status("GET", ADMIN "/projects", text, NULL), table[i].projects);
        assert_int_equal(status("GET", ADMIN "/me", text, NULL), 403);
    }
}

/* An answer without what differs from call to call: request id and date. */
static const char *bare(const char *answer, char text[static 8192])
{
    char id_text[4096];
    (void)snprintf(text, 8192, "%s", answer);
    (void)house_member(answer, "request_id", id_text);
    for (char *at; id_text[0] && (at = strstr(text, id_text));) {
        memset(at, 'x', strlen(id_text));
    }
    char *date = strcasestr(text, "\r\ndate: ");
    if (date) {
        memset(date + 8, 'x', 29);
    }
    return text;
}

static void a_foreign_object_answers_as_one_that_does_not_exist(void **state)
{
    (void)state;
    id stranger = house_person(&house, &foreign.team, "stranger@example.com", ROLE_VIEWER);
    (void)house_person(&house, &house.project.team, "boss@example.com", ROLE_OWNER);
    struct house_session session = house_log_in(&house, ADA, "boss@example.com");
    id none = id_random();
    struct key_row key = {.id = id_random(),
                          .team = foreign.team,
                          .name = STR("theirs"),
                          .kind = STR("sk"),
                          .hint = STR("dw_sk_"),
                          .permissions = PERMISSION_ALL,
                          .created_ms = clock_wall_ms()};
    crypto_random(key.hash.bytes, sizeof key.hash.bytes);
    assert_int_equal(store_key_create(house.app->store, &key, NULL).code, ERR_OK);
    const struct {
        const char *method, *path, *foreign, *missing, *body;
    } table[] = {
        {"GET", ADMIN "/projects/%s", "foreign", "missing", NULL},
        {"PATCH", ADMIN "/projects/%s", "foreign", "missing", "{\"name\":\"Mine\"}"},
        {"DELETE", ADMIN "/projects/%s", "foreign", "missing", NULL},
        {"GET", ADMIN "/projects/%s/visitor-keys", "foreign", "missing", NULL},
        {"GET", "/api/v1/projects/%s/sources", "foreign", "missing", NULL},
        {"PATCH", ADMIN "/people/%s", stranger.c, none.c, "{\"role\":\"admin\"}"},
        {"DELETE", ADMIN "/people/%s", stranger.c, none.c, NULL},
        {"POST", ADMIN "/people/%s/reset-factor", stranger.c, none.c, "{}"},
        {"PATCH", ADMIN "/keys/%s", key.id.c, none.c, "{\"name\":\"mine\"}"},
        {"POST", ADMIN "/keys/%s/rotate", key.id.c, none.c, "{}"},
        {"DELETE", ADMIN "/keys/%s", key.id.c, none.c, NULL},
        {"DELETE", ADMIN "/keys/%s", key.id.c, "no-id", NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char paths[2][256], texts[2][8192];
        /* NOLINTNEXTLINE(clang-diagnostic-format-nonliteral) */
        str pattern = str_c(table[i].path);
        size_t mark = str_find(pattern, STR("%s"), 0);
        for (size_t k = 0; k < 2; k++) {
            (void)snprintf(paths[k], sizeof paths[k], "%.*s%s%s", (int)mark, pattern.p,
                           k ? table[i].missing : table[i].foreign, pattern.p + mark + 2);
            (void)bare(call(table[i].method, paths[k], session.fields, table[i].body), texts[k]);
        }
        assert_int_equal(house_status_of(texts[0]), 404);
        assert_string_equal(texts[0], texts[1]);
    }
}

static void somebody_with_single_projects_sees_only_those(void **state)
{
    struct member_row member;
    (void)state;
    struct project_row other = house_project(&house, &house.project.team, "other", NULL, false);
    id person = house_person(&house, &house.project.team, "narrow@example.com", ROLE_ADMIN);
    assert_int_equal(
        store_member_get(house.app->store, &house.arena, &house.project.team, &person, &member)
            .code,
        ERR_OK);
    struct member_project only = {.project = house.project.id, .role = ROLE_VIEWER};
    struct house_session session = house_log_in(&house, ADA, "narrow@example.com");
    assert_int_equal(status("GET", ADMIN "/keys", session.fields, NULL), 200);
    assert_int_equal(status("GET", ADMIN "/projects/other", session.fields, NULL), 200);
    member.all_projects = false;
    member.projects = &only;
    member.project_count = 1;
    assert_int_equal(store_member_put(house.app->store, &member, NULL, NULL).code, ERR_OK);
    /* With the next request. */
    assert_int_equal(status("GET", ADMIN "/keys", session.fields, NULL), 403);
    assert_int_equal(status("GET", ADMIN "/projects/other", session.fields, NULL), 404);
    assert_int_equal(status("GET", ADMIN "/projects/main", session.fields, NULL), 200);
    assert_int_equal(status("PATCH", ADMIN "/projects/main", session.fields, "{\"name\":\"Mine\"}"),
                     403);
    const char *answer = call("GET", ADMIN "/projects", session.fields, NULL);
    assert_non_null(strstr(answer, "\"slug\":\"main\""));
    assert_null(strstr(answer, other.slug.p));
}

static void nobody_gives_more_than_they_have(void **state)
{
    char text[256], name[4096], path[4200];
    (void)state;
    (void)house_person(&house, &house.project.team, "only-admin@example.com", ROLE_ADMIN);
    id owner = house_person(&house, &house.project.team, "the-owner@example.com", ROLE_OWNER);
    struct house_session session = house_log_in(&house, ADA, "only-admin@example.com");
    assert_int_equal(status("POST", ADMIN "/people/invitations", session.fields,
                            "{\"email\":\"new@example.com\",\"role\":\"owner\"}"),
                     403);
    (void)snprintf(path, sizeof path, ADMIN "/people/%s", owner.c);
    assert_int_equal(status("PATCH", path, session.fields, "{\"role\":\"viewer\"}"), 403);
    assert_int_equal(status("DELETE", path, session.fields, NULL), 403);
    /* A key makes no key that may more than itself, nor does it get the successor of one. */
    struct house_key small = house_key(&house, TOKEN_SECRET_KEY, false,
                                       PERMISSION_KEYS_MANAGE | PERMISSION_PROJECT_READ, 0);
    struct house_key big = house_key(&house, TOKEN_SECRET_KEY, false, PERMISSION_ALL, 0);
    (void)snprintf(text, sizeof text, "Authorization: Api-Key %s\r\n", small.token.c);
    assert_int_equal(
        status("POST", ADMIN "/keys", text,
               "{\"name\":\"k\",\"kind\":\"secret\",\"permissions\":[\"team_manage\"]}"),
        422);
    (void)snprintf(path, sizeof path, ADMIN "/keys/%s/rotate", big.id.c);
    assert_int_equal(status("POST", path, text, "{}"), 403);
    const char *answer =
        call("POST", ADMIN "/keys", text,
             "{\"name\":\"k\",\"kind\":\"secret\",\"permissions\":[\"project_read\"]}");
    assert_int_equal(house_status_of(answer), 201);
    assert_true(str_starts(str_c(house_member(answer, "token", name)), STR("dw_sk_")));
}

static void a_key_is_made_used_changed_and_revoked_over_http(void **state)
{
    char text[256], made[4096], token[4096], path[4200];
    (void)state;
    (void)house_person(&house, &house.project.team, "keys@example.com", ROLE_ADMIN);
    struct house_session session = house_log_in(&house, ADA, "keys@example.com");
    const char *answer = call("POST", ADMIN "/keys", session.fields,
                              "{\"name\":\"site\",\"kind\":\"secret\",\"project\":\"main\","
                              "\"permissions\":[\"project_sources_read\"]}");
    assert_int_equal(house_status_of(answer), 201);
    (void)house_member(answer, "token", token);
    (void)house_member(answer, "uuid", made);
    (void)snprintf(text, sizeof text, "X-API-Key: %.64s\r\n", token);
    (void)snprintf(path, sizeof path, ADMIN "/keys/%s", made);
    assert_int_equal(status("GET", "/api/v1/projects/main/sources", text, NULL), 200);
    answer = call("GET", ADMIN "/keys", session.fields, NULL);
    assert_non_null(strstr(answer, made));
    assert_null(strstr(answer, token));
    assert_int_equal(status("PATCH", path, session.fields, "{\"permissions\":[\"project_read\"]}"),
                     200);
    assert_int_equal(status("GET", "/api/v1/projects/main/sources", text, NULL), 403);
    assert_int_equal(status("DELETE", path, session.fields, NULL), 204);
    assert_int_equal(status("GET", "/api/v1/projects/main/sources", text, NULL), 401);
}

static void a_note_says_where_a_key_is_and_never_what_it_is(void **state)
{
    char made[4096], token[4096], path[4200], note[4400];
    (void)state;
    (void)house_person(&house, &house.project.team, "notes@example.com", ROLE_ADMIN);
    struct house_session session = house_log_in(&house, ADA, "notes@example.com");
    const char *answer =
        call("POST", ADMIN "/keys", session.fields,
             "{\"name\":\"n\",\"kind\":\"secret\",\"permissions\":[\"project_read\"]}");
    (void)house_member(answer, "token", token);
    (void)house_member(answer, "uuid", made);
    (void)snprintf(path, sizeof path, ADMIN "/keys/%s", made);
    assert_int_equal(status("PATCH", path, session.fields, "{\"note\":\"The vault, shelf 3\"}"),
                     200);
    (void)snprintf(note, sizeof note, "{\"note\":\"it is %s\"}", token);
    assert_int_equal(status("PATCH", path, session.fields, note), 422);
    assert_int_equal(status("PATCH", path, session.fields, "{\"name\":\"other\"}"), 200);
    answer = call("GET", ADMIN "/keys", session.fields, NULL);
    assert_non_null(strstr(answer, "\"note\":\"The vault, shelf 3\""));
    assert_int_equal(status("PATCH", path, session.fields, "{\"note\":\"\"}"), 200);
    assert_null(strstr(call("GET", ADMIN "/keys", session.fields, NULL), "shelf 3"));
}

static void a_refused_call_is_in_the_audit_log(void **state)
{
    (void)state;
    struct audit_row *rows;
    size_t count;
    id person = house_person(&house, &house.project.team, "curious@example.com", ROLE_VIEWER);
    struct house_session session = house_log_in(&house, ADA, "curious@example.com");
    assert_int_equal(status("GET", ADMIN "/secrets", session.fields, NULL), 403);
    assert_int_equal(
        store_audit_recent(house.app->store, &house.arena, &house.project.team, 0, 1, &rows, &count)
            .code,
        ERR_OK);
    assert_int_equal(count, 1);
    assert_true(str_eq(rows[0].what.act, STR("call.refused")));
    assert_true(str_eq(rows[0].what.object, STR("GET /api/v1/admin/secrets")));
    assert_true(str_eq(rows[0].what.outcome, STR("refused")));
    assert_true(id_eq(&rows[0].what.actor, &person));
    assert_true(str_eq(rows[0].what.address, STR("192.0.2.0/24")));
}

static void the_admin_routes_are_for_no_other_sites_page(void **state)
{
    (void)state;
    (void)house_project(&house, &house.project.team, "cors", "https://www.example.com", false);
    static const char page[] = "Origin: https://www.example.com\r\n"
                               "Access-Control-Request-Method: POST\r\n";
    const char *answer = call("OPTIONS", "/api/v1/projects/cors/sessions", page, NULL);
    assert_non_null(strcasestr(answer, "access-control-allow-origin: https://www.example.com\r\n"));
    answer = call("OPTIONS", ADMIN "/login", page, NULL);
    assert_null(strcasestr(answer, "access-control-"));
    answer = call("GET", ADMIN "/team", page, NULL);
    assert_int_equal(house_status_of(answer), 401);
    assert_null(strcasestr(answer, "access-control-"));
}

static void the_owners_key_makes_the_first_account_once(void **state)
{
    char text[512];
    (void)state;
    const char *open = call("GET", ADMIN "/setup", NULL, NULL);
    assert_non_null(strstr(open, "{\"open\":true}"));
    struct house_key key = house_key(&house, TOKEN_SECRET_KEY, false, PERMISSION_ALL, 0);
    struct house_key bound = house_key(&house, TOKEN_SECRET_KEY, true, PERMISSION_ALL, 0);
    static const char body[] = "{\"email\":\"first@example.com\",\"name\":\"First\","
                               "\"password\":\"" HOUSE_PASSWORD "\"}";
    (void)snprintf(text, sizeof text, "Authorization: Bearer %s\r\n", bound.token.c);
    assert_int_equal(status("POST", ADMIN "/setup", text, body), 403);
    (void)snprintf(text, sizeof text,
                   "Authorization: Bearer %s\r\nOrigin: https://www.example.org\r\n", key.token.c);
    assert_int_equal(status("POST", ADMIN "/setup", text, body), 403);
    (void)snprintf(text, sizeof text,
                   "Authorization: Bearer %s\r\nOrigin: http://127.0.0.1:%u\r\n"
                   "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Dest: empty\r\n",
                   key.token.c, house.port);
    const char *answer = call("POST", ADMIN "/setup", text, body);
    assert_int_equal(house_status_of(answer), 200);
    struct house_session session = house_session_of(&house, answer);
    assert_int_equal(status("GET", ADMIN "/team", session.fields, NULL), 200);
    assert_int_equal(status("POST", ADMIN "/setup", text, body), 409);
    assert_non_null(strstr(call("GET", ADMIN "/setup", NULL, NULL), "{\"open\":false}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_owners_key_makes_the_first_account_once),
        cmocka_unit_test(each_role_passes_what_the_table_says),
        cmocka_unit_test(a_key_passes_the_teams_rows_when_it_is_secret_and_unbound),
        cmocka_unit_test(a_foreign_object_answers_as_one_that_does_not_exist),
        cmocka_unit_test(somebody_with_single_projects_sees_only_those),
        cmocka_unit_test(nobody_gives_more_than_they_have),
        cmocka_unit_test(a_key_is_made_used_changed_and_revoked_over_http),
        cmocka_unit_test(a_note_says_where_a_key_is_and_never_what_it_is),
        cmocka_unit_test(a_refused_call_is_in_the_audit_log),
        cmocka_unit_test(the_admin_routes_are_for_no_other_sites_page),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
