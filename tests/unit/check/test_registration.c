/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/day.h"
#include "check/facts/registration_private.h"
#include "check/rows/takeover.h"

static void ends_are_read_as_registries_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *day; /* NULL: told by nobody */
    } table[] = {
        {"   Registry Expiry Date: 2027-08-13T04:00:00Z\r\n", "2027-08-13"},
        {"Domain: x\nRegistrar Registration Expiration Date: 2027-08-13T04:00:00Z", "2027-08-13"},
        {"Expiry date:  13-Aug-2027", "2027-08-13"},
        {"expires:      2027-08-13", "2027-08-13"},
        {"expires............: 13.8.2027 00:00:00", "2027-08-13"},
        {"paid-till: 2027.08.13", "2027-08-13"},
        {"Expiration Time: 2027-08-13 12:00:00", "2027-08-13"},
        {"expire: 20270813", "2027-08-13"},
        {"Record expires on: August 13 2027", "2027-08-13"},
        {"validity: 13/08/2027", "2027-08-13"},
        {"Creation Date: 2020-01-01T00:00:00Z\n", NULL},
        {"Registry Expiry Date:", NULL},
        {"Registry Expiry Date: soon", NULL},
        {"Registry Expiry Date: 2027-13-45", NULL},
        {"expires: 99999999999999999999-01-01", NULL},
        {"expires: 2027", NULL},
        {":::\n: 2027-08-13\n\xff\xff: x", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        int64_t ms = 0;
        str line = STR_EMPTY;
        bool found = registration_expiry(str_c(table[i].answer), &ms, &line);
        assert_int_equal(found, table[i].day != NULL);
        if (found) {
            assert_string_equal(day_text(ms).c, table[i].day);
            assert_true(line.n > 0 && str_find(line, STR("2027"), 0) != SIZE_MAX);
        }
    }
}

static void fields_are_found_by_name(void **state)
{
    (void)state;
    str value;
    str answer = STR("% comment\nwhois:\nrefer:   whois.example\r\nWHOIS: whois.nic.test\n");
    assert_true(registration_field(answer, STR("whois"), &value));
    assert_true(str_eq(value, STR("whois.nic.test")));
    assert_true(registration_field(answer, STR("refer"), &value));
    assert_true(str_eq(value, STR("whois.example")));
    assert_false(registration_field(answer, STR("nothing"), &value));
}

static void services_are_known_by_name_and_text(void **state)
{
    (void)state;
    assert_string_equal(takeover_of(STR("x.azurewebsites.net"))->service, "Microsoft Azure");
    assert_null(takeover_of(STR("notazurewebsites.net")));
    assert_null(takeover_of(STR("azurewebsites.net.example.com")));
    assert_string_equal(takeover_shown(STR("x.herokuapp.com"), STR("<p>No such app</p>"))->service,
                        "Heroku");
    assert_null(takeover_shown(STR("x.example.com"), STR("<p>No such app</p>")));
    assert_null(takeover_shown(STR("x.herokuapp.com"), STR("<p>Welcome</p>")));
    for (const struct takeover *t = takeovers; t->service; t++) { /* a text alone must be long */
        assert_true(t->suffix[0] != '\0' || strlen(t->text) > 20);
        assert_true(t->nxdomain || t->text[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_are_read_as_registries_write_them),
        cmocka_unit_test(fields_are_found_by_name),
        cmocka_unit_test(services_are_known_by_name_and_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
