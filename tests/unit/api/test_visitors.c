/* SPDX-License-Identifier: Apache-2.0 */
/* Known visitors, private projects and the passages of groups (checklist B6). */
#include "unit/api/fixture.h"

#include "base/bytes.h"
#include "know/tokens.h"

#define ADA "192.0.2.10"
#define PAGE "https://www.example.com"
#define SECRET "0123456789abcdef0123456789abcdef"

static struct house house;
static struct project_row shop; /* private */

static void must(err e) { assert_int_equal(e.code, ERR_OK); }

/* A source with one passage, for some groups or, "", for everybody. */
static void put_source(const char *title, const char *text, const char *groups)
{
    struct source_row source = {.id = id_random(),
                                .project = shop.id,
                                .kind = STR("text"),
                                .title = str_c(title),
                                .state = STR("ready"),
                                .created_ms = clock_wall_ms()};
    struct passage_row row = {.url =
                                  arena_printf(&house.arena, "https://www.example.com/%s#a", title),
                              .title = str_c(title),
                              .text = str_c(text)};
    must(store_source_create(house.app->store, &source));
    must(know_index_text(&house.arena, row.title, &row.index_title));
    must(know_index_text(&house.arena, row.text, &row.index_text));
    struct document_put put = {
        .document = {.id = id_random(),
                     .project = shop.id,
                     .source = source.id,
                     .url = arena_printf(&house.arena, "https://www.example.com/%s", title),
                     .title = str_c(title)},
        .passages = &row,
        .passage_count = 1};
    must(store_document_put(house.app->store, &put, 1));
    must(store_source_set_groups(house.app->store, &shop.id, &source.id, str_c(groups), NULL));
}

static const char *call(const char *method, const char *path, const char *fields, const char *body)
{
    return house_call(&house, ADA, method, path, fields, body);
}

static int set_up(void **state)
{
    char text[512];
    (void)state;
    house_init(&house);
    house_open(&house);
    shop = house_project(&house, &house.project.team, "shop", PAGE, true);
    struct house_key key = house_key(&house, TOKEN_SECRET_KEY, false, PERMISSION_ALL, 0);
    (void)snprintf(text, sizeof text, "Authorization: Api-Key %s\r\n", key.token.c);
    const char *answer = call("POST", "/api/v1/admin/projects/shop/visitor-keys", text,
                              "{\"kid\":\"k1\",\"alg\":\"HS256\",\"key\":\"" SECRET "\"}");
    assert_int_equal(house_status_of(answer), 201);
    put_source("opening", "The warehouse opens at nine in the morning on working days.", "");
    put_source("margin", "The warehouse margin for gold partners is thirty percent.", "gold\n");
    put_source("recipe", "The warehouse recipe for staff is kept in the blue zirconium folder.",
               "crew\n");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    house_close(&house);
    return 0;
}

/* A signed identity of the site; `claims` besides aud and exp. */
static str sign(const char *secret, const char *audience, const char *claims, int64_t life_s)
{
    struct buf b;
    char payload[512];
    static const char header[] = "{\"alg\":\"HS256\",\"kid\":\"k1\"}";
    (void)snprintf(payload, sizeof payload, "{\"aud\":\"%s\",\"exp\":%lld,%s}", audience,
                   (long long)(clock_wall_ms() / 1000 + life_s), claims);
    buf_init(&b, 4096);
    bytes_base64url(&b, header, strlen(header));
    buf_add_byte(&b, '.');
    bytes_base64url(&b, payload, strlen(payload));
    struct crypto_digest mac = crypto_hmac(str_c(secret), buf_str(&b));
    buf_add_byte(&b, '.');
    bytes_base64url(&b, mac.bytes, sizeof mac.bytes);
    str token = arena_str(&house.arena, buf_str(&b));
    buf_done(&b);
    return token;
}

static const char *open_session(const char *slug, const char *origin, str identity)
{
    char path[128], fields[128], body[4096];
    (void)snprintf(path, sizeof path, "/api/v1/projects/%s/sessions", slug);
    (void)snprintf(fields, sizeof fields, "Origin: %s\r\n", origin);
    (void)snprintf(body, sizeof body, "{\"identity\":\"%.*s\"}", STR_ARG(identity));
    return call("POST", path, fields, identity.n ? body : "{}");
}

/* Header lines of a visitor's session. */
static const char *visitor(const char *claims, char text[static 512], char who[static 4096])
{
    char token[4096];
    const char *answer = open_session("shop", PAGE, sign(SECRET, "shop", claims, 3600));
    assert_int_equal(house_status_of(answer), 201);
    (void)house_member(answer, "token", token);
    (void)house_member(answer, "visitor", who);
    (void)snprintf(text, 512, "Origin: " PAGE "\r\nAuthorization: Bearer %.64s\r\n", token);
    return text;
}

static void a_private_project_is_open_to_known_visitors_of_its_pages_only(void **state)
{
    char text[512], who[4096];
    (void)state;
    str good = sign(SECRET, "shop", "\"sub\":\"u1\"", 3600);
    const struct {
        const char *slug, *origin;
        str identity;
        int status;
    } table[] = {
        {"shop", PAGE, STR_EMPTY, 404},
        {"shop", PAGE, STR("no.jwt.token"), 404},
        {"shop", PAGE, sign("another secret of thirty-two byte", "shop", "\"sub\":\"u1\"", 60),
         404},
        {"shop", PAGE, sign(SECRET, "main", "\"sub\":\"u1\"", 60), 404},
        {"shop", PAGE, sign(SECRET, "shop", "\"sub\":\"u1\"", -120), 404},
        {"shop", PAGE, sign(SECRET, "shop", "\"sub\":\"u1\"", 30 * 86400), 404},
        {"shop", "https://www.example.org", good, 403},
        {"none", PAGE, good, 404},
        {"shop", PAGE, good, 201},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(
            house_status_of(open_session(table[i].slug, table[i].origin, table[i].identity)),
            table[i].status);
    }
    assert_int_equal(
        house_status_of(call("GET", "/api/v1/projects/shop", "Origin: " PAGE "\r\n", NULL)), 404);
    (void)visitor("\"sub\":\"u1\"", text, who);
    assert_int_equal(house_status_of(call("GET", "/api/v1/projects/shop", text, NULL)), 200);
}

static void a_session_ends_with_the_identity(void **state)
{
    struct crypto_digest hash;
    struct session_row session;
    char token[4096];
    (void)state;
    const char *answer = open_session("shop", PAGE, sign(SECRET, "shop", "\"sub\":\"u3\"", 120));
    (void)house_member(answer, "token", token);
    hash = token_hash(&house.app->hash_key, str_c(token));
    must(store_session_by_hash(house.app->store, &house.arena, &hash, &session));
    assert_in_range(session.expires_ms - clock_wall_ms(), 100000, 120000);
    assert_true(str_eq(session.subject, STR("u3")));
}

static void the_chats_of_a_known_visitor_are_theirs_on_every_device(void **state)
{
    char first[512], second[512], other[512], who[3][4096], chat[4096], path[4200];
    (void)state;
    (void)visitor("\"sub\":\"u1\"", first, who[0]);
    (void)visitor("\"sub\":\"u1\"", second, who[1]);
    (void)visitor("\"sub\":\"u2\"", other, who[2]);
    assert_string_equal(who[0], who[1]);
    assert_string_not_equal(who[0], who[2]);
    const char *answer =
        call("POST", "/api/v1/chats", first,
             "{\"project\":\"shop\",\"message\":\"When does the warehouse open?\"}");
    assert_int_equal(house_status_of(answer), 201);
    (void)house_member(answer, "uuid", chat);
    (void)snprintf(path, sizeof path, "/api/v1/chats/%s", chat);
    assert_int_equal(house_status_of(call("GET", path, second, NULL)), 200);
    assert_int_equal(house_status_of(call("GET", path, other, NULL)), 404);
}

/* What somebody's chat says about the warehouse. */
static const char *ask(const char *fields, const char *question)
{
    char body[512];
    (void)snprintf(body, sizeof body, "{\"project\":\"shop\",\"message\":\"%s\"}", question);
    const char *answer = call("POST", "/api/v1/chats", fields, body);
    assert_int_equal(house_status_of(answer), 201);
    return answer;
}

static void a_passage_of_another_group_is_in_no_answer_citation_or_result(void **state)
{
    static const char recipe[] = "Where is the warehouse recipe for staff kept?";
    static const char margin[] = "What is the warehouse margin for gold partners?";
    char plain[512], gold[512], both[512], who[4096], key_text[256];
    (void)state;
    (void)visitor("\"sub\":\"plain\"", plain, who);
    (void)visitor("\"sub\":\"gold\",\"groups\":[\"gold\"]", gold, who);
    (void)visitor("\"sub\":\"both\",\"groups\":[\"crew\",\"gold\"]", both, who);
    assert_null(strstr(ask(plain, recipe), "zirconium"));
    assert_null(strstr(ask(plain, margin), "thirty percent"));
    assert_null(strstr(ask(gold, recipe), "zirconium"));
    assert_null(strstr(ask(gold, recipe), "example.com/recipe"));
    assert_non_null(strstr(ask(gold, margin), "thirty percent"));
    assert_non_null(strstr(ask(both, recipe), "zirconium"));
    assert_non_null(strstr(ask(both, recipe), "example.com/recipe"));
    /* A public key stands in a page; a secret one is the business itself. */
    struct house_key public_key =
        house_key(&house, TOKEN_PUBLIC_KEY, false, PERMISSION_PROJECT_SEARCH, 0);
    struct house_key secret =
        house_key(&house, TOKEN_SECRET_KEY, false, PERMISSION_PROJECT_SEARCH, 0);
    (void)snprintf(key_text, sizeof key_text, "Authorization: Api-Key %s\r\n", public_key.token.c);
    const char *found =
        call("GET", "/api/v1/projects/shop/search?q=warehouse+recipe+staff", key_text, NULL);
    assert_int_equal(house_status_of(found), 200);
    assert_non_null(strstr(found, "\"count\":1,"));
    assert_null(strstr(found, "zirconium"));
    (void)snprintf(key_text, sizeof key_text, "Authorization: Api-Key %s\r\n", secret.token.c);
    found = call("GET", "/api/v1/projects/shop/search?q=warehouse+recipe+staff", key_text, NULL);
    assert_non_null(strstr(found, "zirconium"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_private_project_is_open_to_known_visitors_of_its_pages_only),
        cmocka_unit_test(a_session_ends_with_the_identity),
        cmocka_unit_test(the_chats_of_a_known_visitor_are_theirs_on_every_device),
        cmocka_unit_test(a_passage_of_another_group_is_in_no_answer_citation_or_result),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
