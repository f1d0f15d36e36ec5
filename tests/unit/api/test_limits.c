/* SPDX-License-Identifier: Apache-2.0 */
/* Who is counted for what (checklist L7). */
#include "unit/api/fixture.h"

enum { REFUSALS = 12, PREFLIGHTS = 40, SEARCHES = 20 };

#define ADA "192.0.2.10"
#define EVE "192.0.2.66"
#define PROJECT "/api/v1/projects/main"
#define SEARCH PROJECT "/search?q=price"

static struct house house;

static int set_up(void **state)
{
    (void)state;
    house_init(&house);
    house.api.refusals_per_minute = REFUSALS;
    house.api.requests_per_minute = PREFLIGHTS;
    house.api.searches_per_minute = SEARCHES;
    house_open(&house);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    house_close(&house);
    return 0;
}

/* Asks until something else is answered; gives how often `first` was. */
static unsigned until_other(const char *from, const char *method, const char *path,
                            const char *token, const char *fields, int first, int *ret_other)
{
    unsigned count = 0;
    do {
        *ret_other = house_status(&house, from, method, path, token, fields);
        count += *ret_other == first;
    } while (*ret_other == first && count < 1000);
    return count;
}

static void guessing_keys_is_cut_for_the_address_that_does_it(void **state)
{
    (void)state;
    struct house_key key = house_key(&house, TOKEN_SECRET_KEY, false, PERMISSION_SOURCES_READ, 0);
    struct house_key unknown = {.token = token_new(TOKEN_SECRET_KEY)};
    int other;
    unsigned guesses =
        until_other(EVE, "GET", PROJECT "/sources", unknown.token.c, NULL, 401, &other);
    assert_int_equal(other, 429);
    assert_in_range(guesses, REFUSALS / 2, REFUSALS);
    /* Nothing is looked up for it any more: what would be right cannot be told from what is wrong.
     */
    const char *answer = house_ask(&house, EVE, "GET", PROJECT "/sources", key.token.c, NULL);
    assert_non_null(strstr(answer, " 429 "));
    assert_non_null(strcasestr(answer, "\r\nRetry-After: "));
    assert_non_null(strcasestr(answer, "\r\nRateLimit: \"refusals\";r=0"));
    assert_non_null(strstr(answer, "{\"code\":\"rate_limited\",\"message\":"));
    assert_non_null(strstr(answer, "\"status\":429,\"request_id\":\""));
    assert_int_equal(house_status(&house, EVE, "GET", "/healthz", NULL, NULL), 200);
    assert_int_equal(house_status(&house, ADA, "GET", PROJECT "/sources", key.token.c, NULL), 200);
}

static void every_kind_of_refusal_counts_alike(void **state)
{
    static const struct {
        const char *from, *method, *path, *fields;
        int status;
    } table[] = {
        {"192.0.2.20", "GET", PROJECT "/sources", NULL, 401},
        {"192.0.2.21", "GET", PROJECT, "Origin: https://www.example.org\r\n", 403},
        {"192.0.2.22", "GET", "/api/v1/projects/none", NULL, 404},
        {"192.0.2.23", "GET", PROJECT "/sources?api_key=x", NULL, 401},
        {"192.0.2.24", "GET", PROJECT, "Origin: a\r\nOrigin: b\r\n", 400},
        {"192.0.2.25", "GET", "/metrics", NULL, 401},
        {"2001:db8::1", "GET", "/api/v1/projects/none", NULL, 404},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int other;
        unsigned count = until_other(table[i].from, table[i].method, table[i].path, NULL,
                                     table[i].fields, table[i].status, &other);
        assert_int_equal(other, 429);
        assert_in_range(count, REFUSALS / 2, REFUSALS);
    }
    /* One customer has a whole /64. */
    assert_int_equal(house_status(&house, "2001:db8::2", "GET", PROJECT "/sources", NULL, NULL),
                     429);
    assert_int_equal(house_status(&house, "2001:db8:0:1::1", "GET", PROJECT "/sources", NULL, NULL),
                     401);
}

static void preflights_are_counted_by_address(void **state)
{
    static const char fields[] =
        "Origin: https://www.example.org\r\nAccess-Control-Request-Method: POST\r\n";
    (void)state;
    int other;
    unsigned count =
        until_other("192.0.2.30", "OPTIONS", PROJECT "/sessions", NULL, fields, 204, &other);
    assert_int_equal(other, 429);
    assert_in_range(count, PREFLIGHTS / 2, PREFLIGHTS);
    const char *answer = house_ask(&house, "192.0.2.30", "OPTIONS", "/api/v1/chats", NULL, fields);
    assert_non_null(strstr(answer, " 429 "));
    assert_non_null(strstr(answer, "{\"code\":\"rate_limited\""));
    assert_int_equal(house_status(&house, "192.0.2.31", "OPTIONS", "/api/v1/chats", NULL, fields),
                     204);
}

/* A public key stands in a page that many read; a secret one is one customer's server. */
static void a_public_key_is_counted_by_address_and_a_secret_one_by_key(void **state)
{
    (void)state;
    for (int secret = 0; secret < 2; secret++) {
        enum token_kind kind = secret ? TOKEN_SECRET_KEY : TOKEN_PUBLIC_KEY;
        struct house_key key = house_key(&house, kind, true, PERMISSION_PROJECT_SEARCH, 0);
        struct house_key twin = house_key(&house, kind, true, PERMISSION_PROJECT_SEARCH, 0);
        int other;
        unsigned count = until_other("192.0.2.40", "GET", SEARCH, key.token.c, NULL, 200, &other);
        assert_int_equal(other, 429);
        assert_in_range(count, SEARCHES / 2, SEARCHES);
        assert_int_equal(house_status(&house, "192.0.2.41", "GET", SEARCH, key.token.c, NULL),
                         secret ? 429 : 200);
        assert_int_equal(house_status(&house, "192.0.2.40", "GET", SEARCH, twin.token.c, NULL),
                         secret ? 200 : 429);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guessing_keys_is_cut_for_the_address_that_does_it),
        cmocka_unit_test(every_kind_of_refusal_counts_alike),
        cmocka_unit_test(preflights_are_counted_by_address),
        cmocka_unit_test(a_public_key_is_counted_by_address_and_a_secret_one_by_key),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
