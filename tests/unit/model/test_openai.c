/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/utf8.h"
#include "model/model.h"
#include "unit/support/upstream.h"

static struct upstream up;

static int setup(void **state)
{
    (void)state;
    log_setup(LOG_ERROR, 2);
    return err_ok(crypto_init()) ? 0 : -1;
}

struct call {
    struct buf text;
    unsigned pieces, stop_after;
    bool whole; /* every piece was whole UTF-8 */
    err e;
    bool begun;
    struct model_usage usage;
    int64_t took_ms;
};

static bool on_delta(void *user, str text)
{
    struct call *call = user;
    call->whole = call->whole && utf8_valid(text);
    buf_add(&call->text, text);
    call->pieces++;
    return call->stop_after == 0 || call->pieces < call->stop_after;
}

static struct model_settings settings_of(const char *path)
{
    struct model_settings s = model_settings_default();
    (void)snprintf(s.kind, sizeof s.kind, "openai");
    (void)snprintf(s.name, sizeof s.name, "some-model");
    (void)snprintf(s.url, sizeof s.url, "http://127.0.0.1:%u%s", up.peer.port, path);
    s.first_ms = 400;
    s.stall_ms = 400;
    s.total_ms = 3000;
    return s;
}

static void ask(const struct model_settings *s, struct call *call)
{
    static const struct model_message messages[] = {
        {MODEL_SYSTEM, STR_INIT("Answer from the passages.")},
        {MODEL_USER, STR_INIT("What is \"work_mem\"? <b>ü</b>")},
    };
    struct arena a;
    unsigned stop_after = call->stop_after;
    *call = (struct call){.whole = true, .stop_after = stop_after};
    buf_init(&call->text, 1 << 20);
    arena_init(&a, 4 << 20);
    int64_t start = clock_mono_ms();
    call->e = model_chat(s, &a, messages, 2, on_delta, call, &call->usage, &call->begun);
    call->took_ms = clock_mono_ms() - start;
    arena_done(&a);
}

#define OK_STREAM UPSTREAM_HEAD UPSTREAM_DELTA("Hello ") UPSTREAM_DELTA("there [1].") UPSTREAM_STOP

static void an_answer_streams_in_pieces_with_its_usage(void **state)
{
    (void)state;
    static const struct upstream_step steps[] = {
        {UPSTREAM_SAY, OK_STREAM UPSTREAM_USAGE UPSTREAM_DONE}};
    struct call call = {0};
    assert_true(upstream_start(&up, steps, 1));
    struct model_settings s = settings_of("/v1");
    char key[32];
    (void)snprintf(key, sizeof key, "test%s", "-key-1");
    assert_true(err_ok(secret_set(&s.key, str_c(key))));
    ask(&s, &call);
    upstream_stop(&up);
    assert_true(err_ok(call.e));
    assert_string_equal(buf_c(&call.text), "Hello there [1].");
    assert_int_equal(call.pieces, 2);
    assert_true(call.begun);
    assert_int_equal(call.usage.prompt_tokens, 12);
    assert_int_equal(call.usage.completion_tokens, 5);
    assert_non_null(strstr(up.request, "POST /v1/chat/completions HTTP/1.1\r\n"));
    assert_non_null(strstr(up.request, "Authorization: Bearer test-key-1\r\n"));
    assert_non_null(strstr(up.request, "\"model\":\"some-model\""));
    assert_non_null(
        strstr(up.request, "\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
    assert_non_null(strstr(up.request, "\"temperature\":0.20"));
    assert_non_null(strstr(up.request, "What is \\\"work_mem\\\"?"));
    secret_done(&s.key);
    buf_done(&call.text);
}

static void the_url_is_joined_with_or_without_version_and_slash(void **state)
{
    (void)state;
    static const struct {
        const char *base, *path;
    } rows[] = {
        {"", "/v1/chat/completions"},
        {"/", "/v1/chat/completions"},
        {"/v1", "/v1/chat/completions"},
        {"/v1/", "/v1/chat/completions"},
        {"/v1beta/openai", "/v1beta/openai/chat/completions"},
        {"/v1/chat/completions", "/v1/chat/completions"},
        {"/deploy/x?api-version=2", "/deploy/x/chat/completions?api-version=2"},
    };
    static const struct upstream_step steps[] = {{UPSTREAM_SAY, OK_STREAM UPSTREAM_DONE}};
    assert_true(upstream_start(&up, steps, 1));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct call call = {0};
        char line[128];
        struct model_settings s = settings_of(rows[i].base);
        ask(&s, &call);
        assert_true(err_ok(call.e));
        (void)snprintf(line, sizeof line, "POST %s HTTP/1.1\r\n", rows[i].path);
        assert_non_null(strstr(up.request, line));
        assert_null(strstr(up.request, "Authorization"));
        buf_done(&call.text);
    }
    upstream_stop(&up);
}

#define JSON_HEAD(status)                                                                          \
    "HTTP/1.1 " status "\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"

struct case_row {
    const char *name;
    enum err_code code;
    const char *text; /* what was delivered */
    unsigned asked;   /* requests the server saw */
    unsigned step_count;
    struct upstream_step steps[3];
};

static void check_cases(const struct case_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct call call = {0};
        assert_true(upstream_start(&up, rows[i].steps, rows[i].step_count));
        struct model_settings s = settings_of("/v1");
        (void)snprintf(s.name, sizeof s.name, "model-%zu", i); /* nothing learnt before counts */
        ask(&s, &call);
        unsigned asked = atomic_load(&up.asked);
        upstream_stop(&up);
        if (call.e.code != rows[i].code || strcmp(buf_c(&call.text), rows[i].text) != 0 ||
            (rows[i].asked && asked != rows[i].asked)) {
            print_message("%s: %d (%s), \"%s\", %u requests\n", rows[i].name, call.e.code,
                          call.e.what, buf_c(&call.text), asked);
        }
        assert_int_equal(call.e.code, rows[i].code);
        assert_string_equal(buf_c(&call.text), rows[i].text);
        assert_true(rows[i].asked == 0 || asked == rows[i].asked);
        assert_int_equal(call.begun, call.text.n > 0);
        assert_true(call.whole);
        assert_true(call.took_ms < 3600);
        buf_done(&call.text);
    }
}

static const struct case_row sound_rows[] = {
    {"no [DONE]", ERR_OK, "Hello there [1].", 1, 1, {{UPSTREAM_SAY, OK_STREAM}}},
    {"silent after its end", ERR_OK, "Hello there [1].", 1, 1, {{UPSTREAM_STALL, OK_STREAM}}},
    {"no finish_reason",
     ERR_OK,
     "Hi",
     1,
     1,
     {{UPSTREAM_SAY, UPSTREAM_HEAD UPSTREAM_DELTA("Hi") UPSTREAM_DONE}}},
    {"not streaming",
     ERR_OK,
     "Whole.",
     1,
     1,
     {{UPSTREAM_SAY,
       JSON_HEAD(
           "200 OK") "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"Whole.\"},"
                     "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}"}}},
    {"escapes and surrogates",
     ERR_OK,
     "\xf0\x9f\x91\x8d\n\xc3\xa9",
     1,
     1,
     {{UPSTREAM_SAY, UPSTREAM_HEAD UPSTREAM_DELTA("\\ud83d\\udc4d\\n\\u00e9") UPSTREAM_DONE}}},
    {"thinking aloud",
     ERR_OK,
     "Yes.",
     1,
     1,
     {{UPSTREAM_SAY, UPSTREAM_HEAD UPSTREAM_DELTA("<thi") UPSTREAM_DELTA("nk>secret</th")
                         UPSTREAM_DELTA("ink>\\n\\nYes.") UPSTREAM_DONE}}},
    {"a bracket that is no thought",
     ERR_OK,
     "<th",
     1,
     1,
     {{UPSTREAM_SAY, UPSTREAM_HEAD UPSTREAM_DELTA("<th") UPSTREAM_DONE}}},
    {"comments, tool calls and unknown events between",
     ERR_OK,
     "Hi",
     1,
     1,
     {{UPSTREAM_SAY, UPSTREAM_HEAD
       ": ping\n\ndata: {\"type\":\"ping\"}\n\n"
       "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":\"x\"}]}}]}\n\n" UPSTREAM_DELTA(
           "Hi") UPSTREAM_DONE}}},
    {"refuses stream_options",
     ERR_OK,
     "Hello there [1].",
     2,
     2,
     {{UPSTREAM_SAY,
       JSON_HEAD("400 Bad Request") "{\"error\":{\"message\":\"unknown field stream_options\"}}"},
      {UPSTREAM_SAY, OK_STREAM}}},
    {"wants max_completion_tokens, then another temperature",
     ERR_OK,
     "Hello there [1].",
     3,
     3,
     {{UPSTREAM_SAY,
       JSON_HEAD("400 Bad Request") "{\"error\":{\"message\":\"use max_completion_tokens\"}}"},
      {UPSTREAM_SAY,
       JSON_HEAD("400 Bad Request") "{\"error\":{\"message\":\"temperature must be 1\"}}"},
      {UPSTREAM_SAY, OK_STREAM}}},
};

static void every_answer_of_a_sound_server_is_understood(void **state)
{
    (void)state;
    check_cases(sound_rows, sizeof sound_rows / sizeof *sound_rows);
}

static const struct case_row fault_rows[] = {
    {"silent before the head", ERR_UPSTREAM_TIMEOUT, "", 1, 1, {{UPSTREAM_SILENT, ""}}},
    {"silent after the head", ERR_UPSTREAM_TIMEOUT, "", 1, 1, {{UPSTREAM_STALL, UPSTREAM_HEAD}}},
    {"silent in mid-answer",
     ERR_UPSTREAM_TIMEOUT,
     "Half ",
     1,
     1,
     {{UPSTREAM_STALL, UPSTREAM_HEAD UPSTREAM_DELTA("Half ")}}},
    {"drips without an answer", ERR_UPSTREAM_TIMEOUT, "", 1, 1, {{UPSTREAM_DRIP, UPSTREAM_HEAD}}},
    {"drips in mid-answer",
     ERR_UPSTREAM_TIMEOUT,
     "Half ",
     1,
     1,
     {{UPSTREAM_DRIP, UPSTREAM_HEAD UPSTREAM_DELTA("Half ")}}},
    {"429 twice", ERR_BUDGET, "", 2, 1, {{UPSTREAM_SAY, JSON_HEAD("429 Too Many Requests") "{}"}}},
    {"429 with a long Retry-After",
     ERR_BUDGET,
     "",
     1,
     1,
     {{UPSTREAM_SAY, "HTTP/1.1 429 No\r\nRetry-After: 60\r\nConnection: close\r\n\r\n"}}},
    {"500", ERR_UPSTREAM, "", 1, 1, {{UPSTREAM_SAY, JSON_HEAD("500 Internal Server Error") "{}"}}},
    {"401",
     ERR_UPSTREAM,
     "",
     1,
     1,
     {{UPSTREAM_SAY, JSON_HEAD("401 Unauthorized") "{\"error\":\"key\"}"}}},
    {"503 twice", ERR_UPSTREAM, "", 2, 1, {{UPSTREAM_SAY, JSON_HEAD("503 Unavailable") "{}"}}},
    {"closes at once, twice", ERR_UPSTREAM, "", 2, 1, {{UPSTREAM_CLOSE, ""}}},
    {"cut inside a character",
     ERR_UPSTREAM,
     "Half ",
     1,
     1,
     {{UPSTREAM_SAY, UPSTREAM_HEAD UPSTREAM_DELTA(
                         "Half ") "data: {\"choices\":[{\"delta\":{\"content\":\"gr\xc3"}}},
    {"half a character in a whole event",
     ERR_UPSTREAM,
     "Half ",
     1,
     1,
     {{UPSTREAM_SAY,
       UPSTREAM_HEAD UPSTREAM_DELTA("Half ") UPSTREAM_DELTA("gr\xc3") UPSTREAM_DONE}}},
    {"cut between events",
     ERR_UPSTREAM,
     "Half ",
     1,
     1,
     {{UPSTREAM_SAY, UPSTREAM_HEAD UPSTREAM_DELTA("Half ")}}},
    {"a line without end",
     ERR_UPSTREAM,
     "Half ",
     1,
     1,
     {{UPSTREAM_HUGE, UPSTREAM_HEAD UPSTREAM_DELTA("Half ") "data: "}}},
    {"a JSON body without end",
     ERR_UPSTREAM,
     "",
     1,
     1,
     {{UPSTREAM_HUGE, JSON_HEAD("200 OK") "{\"a\":\""}}},
    {"an error without end", ERR_UPSTREAM, "", 1, 1, {{UPSTREAM_HUGE, JSON_HEAD("500 No")}}},
    {"garbage", ERR_UPSTREAM, "", 1, 1, {{UPSTREAM_SAY, UPSTREAM_HEAD "data: ]]{{\n\n"}}},
    {"a web page",
     ERR_UPSTREAM,
     "",
     1,
     1,
     {{UPSTREAM_SAY,
       "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>Hello</html>\n\n"}}},
    {"no HTTP", ERR_UPSTREAM, "", 2, 1, {{UPSTREAM_SAY, "SSH-2.0-OpenSSH_9.2\r\n"}}},
    {"a redirect",
     ERR_UPSTREAM,
     "",
     1,
     1,
     {{UPSTREAM_SAY,
       "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nConnection: close\r\n\r\n"}}},
    {"nothing at all", ERR_UPSTREAM, "", 1, 1, {{UPSTREAM_SAY, UPSTREAM_HEAD}}},
    {"an end without text",
     ERR_UPSTREAM,
     "",
     1,
     1,
     {{UPSTREAM_SAY, UPSTREAM_HEAD UPSTREAM_STOP UPSTREAM_DONE}}},
    {"an error in the stream",
     ERR_UPSTREAM,
     "Half ",
     1,
     1,
     {{UPSTREAM_SAY, UPSTREAM_HEAD UPSTREAM_DELTA(
                         "Half ") "data: {\"error\":{\"message\":\"overloaded\"}}\n\n"}}},
    {"its own filter",
     ERR_UPSTREAM,
     "",
     1,
     1,
     {{UPSTREAM_SAY, UPSTREAM_HEAD
       "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\n"}}},
    {"a bad request that stays",
     ERR_UPSTREAM,
     "",
     2,
     1,
     {{UPSTREAM_SAY, JSON_HEAD("400 No") "{\"error\":\"stream_options\"}"}}},
};

static void every_fault_ends_in_its_error_within_the_deadline(void **state)
{
    (void)state;
    check_cases(fault_rows, sizeof fault_rows / sizeof *fault_rows);
}

static void one_retry_comes_before_the_first_piece_only(void **state)
{
    (void)state;
    static const struct case_row rows[] = {
        {"429, then fine",
         ERR_OK,
         "Hello there [1].",
         2,
         2,
         {{UPSTREAM_SAY, "HTTP/1.1 429 No\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"},
          {UPSTREAM_SAY, OK_STREAM}}},
        {"502, then fine",
         ERR_OK,
         "Hello there [1].",
         2,
         2,
         {{UPSTREAM_SAY, JSON_HEAD("502 Bad Gateway")}, {UPSTREAM_SAY, OK_STREAM}}},
        {"closed, then fine",
         ERR_OK,
         "Hello there [1].",
         2,
         2,
         {{UPSTREAM_CLOSE, ""}, {UPSTREAM_SAY, OK_STREAM}}},
        {"closed, then 503",
         ERR_UPSTREAM,
         "",
         2,
         2,
         {{UPSTREAM_CLOSE, ""}, {UPSTREAM_SAY, JSON_HEAD("503 No")}}},
        {"begun, then cut",
         ERR_UPSTREAM,
         "Half ",
         1,
         2,
         {{UPSTREAM_SAY, UPSTREAM_HEAD UPSTREAM_DELTA("Half ")}, {UPSTREAM_SAY, OK_STREAM}}},
    };
    check_cases(rows, sizeof rows / sizeof *rows);
}

static void a_server_that_is_not_there_is_an_upstream_error(void **state)
{
    (void)state;
    static const struct upstream_step steps[] = {{UPSTREAM_CLOSE, ""}};
    struct call call = {0};
    assert_true(upstream_start(&up, steps, 1));
    struct model_settings s = settings_of("/v1");
    upstream_stop(&up); /* the port is free again */
    ask(&s, &call);
    assert_int_equal(call.e.code, ERR_UPSTREAM);
    assert_true(call.took_ms < 2000);
    (void)snprintf(s.url, sizeof s.url, "not a url");
    buf_done(&call.text);
    ask(&s, &call);
    assert_int_equal(call.e.code, ERR_UPSTREAM);
    (void)snprintf(s.kind, sizeof s.kind, "unknown");
    ask(&s, &call);
    assert_int_equal(call.e.code, ERR_NOT_IMPLEMENTED);
}

static void a_private_address_is_refused_when_that_is_not_allowed(void **state)
{
    (void)state;
    static const struct upstream_step steps[] = {{UPSTREAM_SAY, OK_STREAM}};
    struct call call = {0};
    assert_true(upstream_start(&up, steps, 1));
    struct model_settings s = settings_of("/v1");
    s.allow_private = false;
    ask(&s, &call);
    upstream_stop(&up);
    assert_int_equal(call.e.code, ERR_UPSTREAM);
    assert_int_equal(atomic_load(&up.asked), 0);
}

static void output_stops_at_its_limit_and_at_the_readers_word(void **state)
{
    (void)state;
    static const struct upstream_step steps[] = {{UPSTREAM_STALL,
                                                  UPSTREAM_HEAD UPSTREAM_DELTA("gr\xc3\xbc\xc3\x9f")
                                                      UPSTREAM_DELTA("dich") UPSTREAM_DELTA("x")}};
    struct call call = {0};
    assert_true(upstream_start(&up, steps, 1));
    struct model_settings s = settings_of("/v1");
    s.output_bytes_max = 5; /* cuts the second umlaut */
    ask(&s, &call);
    assert_true(err_ok(call.e));
    assert_string_equal(buf_c(&call.text), "gr\xc3\xbc");
    assert_true(call.whole);
    buf_done(&call.text);
    s.output_bytes_max = 1000;
    call.stop_after = 2;
    ask(&s, &call);
    upstream_stop(&up);
    assert_int_equal(call.e.code, ERR_CLOSED);
    assert_string_equal(buf_c(&call.text), "gr\xc3\xbc\xc3\x9f"
                                           "dich");
    buf_done(&call.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_streams_in_pieces_with_its_usage),
        cmocka_unit_test(the_url_is_joined_with_or_without_version_and_slash),
        cmocka_unit_test(every_answer_of_a_sound_server_is_understood),
        cmocka_unit_test(every_fault_ends_in_its_error_within_the_deadline),
        cmocka_unit_test(one_retry_comes_before_the_first_piece_only),
        cmocka_unit_test(a_server_that_is_not_there_is_an_upstream_error),
        cmocka_unit_test(a_private_address_is_refused_when_that_is_not_allowed),
        cmocka_unit_test(output_stops_at_its_limit_and_at_the_readers_word),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
