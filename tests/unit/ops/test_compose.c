/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/crypto.h"
#include "base/json.h"
#include "ops/letter.h"
#include "ops/outbox.h"

static struct arena arena;
static struct outbox_settings settings;
static struct project_row project;
static struct lead_row lead;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    settings = outbox_settings_default();
    (void)snprintf(settings.mail.url, sizeof(settings.mail.url), "smtp://127.0.0.1:2525");
    (void)snprintf(settings.mail.from, sizeof(settings.mail.from),
                   "Example Ltd <chat@example.com>");
    (void)snprintf(settings.mail.to[0], sizeof(settings.mail.to[0]), "sales@example.com");
    (void)snprintf(settings.mail.to[1], sizeof(settings.mail.to[1]), "office@example.com");
    settings.mail.to_count = 2;
    (void)snprintf(settings.webhooks[0].url, sizeof(settings.webhooks[0].url),
                   "https://hooks.example.com/a");
    settings.webhook_count = 1;
    (void)snprintf(settings.origin, sizeof(settings.origin), "https://chat.example.com");
    project =
        (struct project_row){.id = id_random(), .slug = STR("site"), .name = STR("Example Ltd")};
    lead = (struct lead_row){
        .id = id_ordered(),
        .project = project.id,
        .chat = id_ordered(),
        .name = STR("A visitor"),
        .email = STR("visitor@example.org"),
        .phone = STR("+49 (30) 12 34-56"),
        .company = STR("Buyer GmbH"),
        .message = STR("Please call \"me\".\n<b>now</b>"),
        .fields = STR("{\"budget\":\"10k\",\"newsletter\":true}"),
        .consent = true,
        .consent_text = STR("I agree to be contacted."),
        .url = STR("https://www.example.com/pumps?x=1"),
        .locale = STR("de"),
        .created_ms = 1795292701000,
    };
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static const struct outbox_transcript_line said[] = {
    {STR_INIT("Visitor"), STR_INIT("Do you repair pumps?"), 1795292600000},
    {STR_INIT("Assistant"), STR_INIT("Yes, we do."), 1795292601000},
};

static struct letter letter_of(const struct outbox_row *row)
{
    struct letter letter;
    assert_true(err_ok(letter_read(&arena, row->payload, &letter)));
    return letter;
}

static json_t *body_of(const struct outbox_row *row)
{
    json_t *body;
    assert_true(err_ok(json_read_object(row->payload, &body, NULL)));
    return body;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void a_lead_becomes_a_mail_and_a_webhook(void **state)
{
    (void)state;
    struct outbox_row *rows;
    size_t count;
    assert_true(
        err_ok(outbox_for_lead(&arena, &settings, &project, &lead, said, 2, &rows, &count)));
    assert_int_equal(count, 2);
    assert_string_equal(rows[0].kind.p, "mail");
    assert_string_equal(rows[0].event.p, "lead.created");
    assert_string_equal(rows[0].state.p, "pending");
    assert_string_equal(rows[0].target.p, "sales@example.com and 1 more");
    struct letter letter = letter_of(&rows[0]);
    assert_string_equal(letter.subject.p, "New enquiry from A visitor \xe2\x80\x93 Example Ltd");
    assert_string_equal(letter.reply_address.p, "visitor@example.org");
    assert_string_equal(letter.message_id.p,
                        arena_printf(&arena, "%s@chat.example.com", rows[0].id.c).p);
    assert_int_equal(letter.line_count, 2);
    assert_string_equal(letter.consent.p, "I agree to be contacted.");
    struct buf text;
    buf_init(&text, LETTER_BYTES_MAX);
    assert_true(err_ok(letter_text(&text, &letter)));
    static const char *const parts[] = {
        "www.example.com",     "Phone: +49 (30) 12 34-56",
        "Company: Buyer GmbH", "budget: 10k",
        "newsletter: true",    "Page: https://www.example.com/pumps?x=1",
        "Language: de",        "Time: 21 Nov 2026, ",
        "> <b>now</b>",        "just reply to this mail"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        assert_non_null(strstr(buf_c(&text), parts[i]));
    }
    buf_done(&text);

    assert_string_equal(rows[1].kind.p, "webhook");
    assert_string_equal(rows[1].target.p, "https://hooks.example.com/a");
    json_t *body = body_of(&rows[1]), *data = json_object_get(body, "data");
    assert_string_equal(text_of(body, "type"), "lead.created");
    assert_string_equal(text_of(data, "lead"), lead.id.c);
    assert_string_equal(text_of(data, "message"), "Please call \"me\".\n<b>now</b>");
    assert_string_equal(text_of(json_object_get(data, "fields"), "budget"), "10k");
    assert_int_equal(json_array_size(json_object_get(data, "transcript")), 2);
    json_decref(body);
}

static void channels_that_are_not_configured_get_nothing(void **state)
{
    (void)state;
    struct outbox_row *rows;
    size_t count = 7;
    settings.mail.url[0] = '\0';
    settings.webhook_count = 0;
    assert_true(
        err_ok(outbox_for_lead(&arena, &settings, &project, &lead, NULL, 0, &rows, &count)));
    assert_int_equal(count, 0);
}

static void a_lead_of_almost_nothing_still_makes_sense(void **state)
{
    (void)state;
    struct outbox_row *rows;
    size_t count;
    struct lead_row bare = {
        .id = id_ordered(), .project = project.id, .message = STR("hi"), .created_ms = 1};
    bare.email = STR("not an address\r\nBcc: x@y.z");
    bare.fields = STR("not json");
    bare.url = STR("javascript:alert(1)");
    assert_true(
        err_ok(outbox_for_lead(&arena, &settings, &project, &bare, NULL, 0, &rows, &count)));
    struct letter letter = letter_of(&rows[0]);
    assert_non_null(strstr(letter.closing.p, "No way to answer"));
    assert_string_equal(letter.consent.p, "Not given.");
    for (size_t i = 0; i < letter.field_count; i++) {
        assert_int_equal(letter.fields[i].link.n, 0);
    }
    json_t *body = body_of(&rows[1]);
    assert_true(json_is_null(json_object_get(json_object_get(body, "data"), "chat")));
    json_decref(body);
}

static void a_handoff_says_who_waits(void **state)
{
    (void)state;
    struct handoff_row handoff = {.id = id_ordered(),
                                  .project = project.id,
                                  .chat = id_ordered(),
                                  .email = STR("visitor@example.org"),
                                  .message = STR("A person please"),
                                  .state = STR("requested"),
                                  .created_ms = 1795292701000};
    struct outbox_row *rows;
    size_t count;
    assert_true(
        err_ok(outbox_for_handoff(&arena, &settings, &project, &handoff, said, 2, &rows, &count)));
    assert_int_equal(count, 2);
    assert_string_equal(letter_of(&rows[0]).subject.p,
                        "visitor@example.org asks for a person \xe2\x80\x93 Example Ltd");
    json_t *body = body_of(&rows[1]);
    assert_string_equal(text_of(body, "type"), "handoff.requested");
    assert_string_equal(text_of(json_object_get(body, "data"), "state"), "requested");
    json_decref(body);
}

static void an_event_goes_to_webhooks_only_and_must_be_an_object(void **state)
{
    (void)state;
    struct outbox_row *rows;
    size_t count;
    assert_true(err_ok(outbox_for_event(&arena, &settings, &project.id, "feedback.created",
                                        STR("{\"a\":1}"), &rows, &count)));
    assert_int_equal(count, 1);
    assert_string_equal(rows[0].kind.p, "webhook");
    static const char *const bad[] = {"", "[]", "1", "{\"a\":1}}", "{\"a\":1,\"a\":2}"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(
            outbox_for_event(&arena, &settings, &project.id, "x", str_c(bad[i]), &rows, &count)
                .code,
            ERR_INVALID);
    }
}

int main(void)
{
    if (!err_ok(crypto_init())) {
        return 1;
    }
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_lead_becomes_a_mail_and_a_webhook),
        CASE(channels_that_are_not_configured_get_nothing),
        CASE(a_lead_of_almost_nothing_still_makes_sense),
        CASE(a_handoff_says_who_waits),
        CASE(an_event_goes_to_webhooks_only_and_must_be_an_object),
    };
    return cmocka_run_group_tests_name("ops.compose", tests, NULL, NULL);
}
