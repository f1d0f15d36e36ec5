/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <unistd.h>

#include "base/json.h"
#include "base/log.h"

static char line[8192];

/* Writes one record through a pipe and reads it back as JSON. */
static json_t *logged(const char *event, str text)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    log_setup(LOG_INFO, ends[1]);
    LOG(LOG_INFO, "test", event, log_str("text", text), log_int("number", -7));
    ssize_t n = read(ends[0], line, sizeof line);
    (void)close(ends[0]);
    (void)close(ends[1]);
    log_setup(LOG_INFO, 2);
    assert_true(n > 0);
    assert_int_equal(line[n - 1], '\n');
    assert_ptr_equal(memchr(line, '\n', (size_t)n), line + n - 1);
    json_t *value = NULL;
    assert_true(err_ok(json_read_object(str_n(line, (size_t)n - 1), &value, NULL)));
    return value;
}

static void a_record_is_one_line_of_json(void **state)
{
    (void)state;
    json_t *value = logged("some event", STR("a \"quoted\"\nline \\ \x01"));
    assert_string_equal(json_string_value(json_object_get(value, "level")), "info");
    assert_string_equal(json_string_value(json_object_get(value, "event")), "some event");
    assert_string_equal(json_string_value(json_object_get(value, "text")),
                        "a \"quoted\"\nline \\ \x01");
    assert_int_equal(json_integer_value(json_object_get(value, "number")), -7);
    json_decref(value);
}

static void a_long_text_is_cut_and_the_record_stays_json(void **state)
{
    (void)state;
    static char text[100000];
    memset(text, '"', sizeof text);
    json_decref(logged("long", str_n(text, sizeof text)));
    memset(text, 1, sizeof text);
    json_decref(logged("long", str_n(text, sizeof text)));
}

static void lower_levels_are_left_out(void **state)
{
    (void)state;
    log_setup(LOG_WARN, 2);
    assert_false(log_enabled(LOG_INFO));
    assert_true(log_enabled(LOG_ERROR));
    log_setup(LOG_INFO, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_one_line_of_json),
        cmocka_unit_test(a_long_text_is_cut_and_the_record_stays_json),
        cmocka_unit_test(lower_levels_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
