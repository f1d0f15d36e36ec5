/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/sse.h"

struct seen {
    struct buf events; /* each in brackets */
    unsigned stop_after;
};

static bool note(void *user, str data)
{
    struct seen *seen = user;
    buf_add_byte(&seen->events, '{');
    buf_add(&seen->events, data);
    buf_add_byte(&seen->events, '}');
    return seen->stop_after == 0 || --seen->stop_after > 0;
}

static err feed(str text, size_t step, unsigned stop_after, struct seen *ret)
{
    struct sse sse;
    err e = ERR_NONE;
    *ret = (struct seen){.stop_after = stop_after};
    buf_init(&ret->events, 4 << 20);
    sse_init(&sse);
    for (size_t at = 0; at < text.n && err_ok(e); at += step) {
        e = sse_push(&sse, str_slice(text, at, at + step), note, ret);
    }
    if (err_ok(e)) {
        e = sse_end(&sse, note, ret);
    }
    sse_done(&sse);
    return e;
}

static void events_are_the_same_however_they_are_cut(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"data: a\n\ndata: b\n\n", "{a}{b}"},
        {"data: a\r\n\r\ndata: b\r\n\r\n", "{a}{b}"},
        {"data: a\r\rdata: b\r\r", "{a}{b}"},
        {"data:a\ndata: b\ndata:  c\n\n", "{a\nb\n c}"},
        {": ping\n\ndata: a\n: x\nevent: message\nid: 7\nretry: 5\n\n", "{a}"},
        {"data\n\n", "{}"},
        {"data:\n\n", "{}"},
        {"\xef\xbb\xbf"
         "data: a\n\n",
         "{a}"},
        {"\n\n\n", ""},
        {"nonsense\nmore: of it\n\n", ""},
        {"data: gr\xc3\xbc\xc3\x9f\xe2\x82\xac\n\n", "{gr\xc3\xbc\xc3\x9f\xe2\x82\xac}"},
        {"data: last\n", "{last}"},      /* no empty line at the end */
        {"data: a\n\ndata: cut", "{a}"}, /* a line without its end is not believed */
        {"datax: a\n\n", ""},
        {" data: a\n\n", ""},
        {"data: a\n\r\ndata: b\r\n\n", "{a}{b}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        str in = str_c(rows[i].in);
        for (size_t step = 1; step <= in.n; step++) {
            struct seen seen;
            assert_true(err_ok(feed(in, step, 0, &seen)));
            assert_string_equal(buf_c(&seen.events), rows[i].out);
            buf_done(&seen.events);
        }
    }
}

static void reading_stops_when_the_reader_says_so(void **state)
{
    (void)state;
    struct seen seen;
    assert_int_equal(feed(STR("data: a\n\ndata: b\n\ndata: c\n\n"), 100, 2, &seen).code,
                     ERR_CLOSED);
    assert_string_equal(buf_c(&seen.events), "{a}{b}");
    buf_done(&seen.events);
}

static void an_endless_line_or_event_is_refused_within_its_limit(void **state)
{
    (void)state;
    static const char *const units[] = {"x", "data: y\n", "data:x"};
    for (size_t i = 0; i < 3; i++) {
        struct sse sse;
        struct seen seen = {0};
        err e = ERR_NONE;
        size_t pushed = 0;
        buf_init(&seen.events, 1 << 20);
        sse_init(&sse);
        while (err_ok(e) && pushed < 16u * SSE_EVENT_MAX) {
            e = sse_push(&sse, str_c(units[i]), note, &seen);
            pushed += strlen(units[i]);
        }
        assert_int_equal(e.code, ERR_TOO_LARGE);
        assert_true(sse.line.capacity <= SSE_EVENT_MAX + 1 &&
                    sse.data.capacity <= SSE_EVENT_MAX + 1);
        sse_done(&sse);
        buf_done(&seen.events);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_are_the_same_however_they_are_cut),
        cmocka_unit_test(reading_stops_when_the_reader_says_so),
        cmocka_unit_test(an_endless_line_or_event_is_refused_within_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
