/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/mem.h"
#include "ops/account_mail.h"
#include "ops/letter.h"
#include "unit/store/backend.h"
#include "unit/support/smtp_peer.h"

static const int64_t day = 86400000;
static struct peer mail;
static struct smtp_script script;
static struct outbox_settings settings;
static str revealed; /* what the key opens a link to; empty: it does not fit */

static err reveal(const void *user, struct arena *a, str to, str sealed, str *ret)
{
    (void)a;
    assert_ptr_equal(user, &revealed);
    assert_str(to, STR("new@example.org"));
    assert_str(sealed, STR("\x01\x00\xff sealed"));
    *ret = revealed;
    return revealed.n ? ERR_NONE : err_new(ERR_CORRUPT, "the key does not fit");
}

static void begin(void)
{
    memset(&script, 0, sizeof(script));
    assert_true(peer_start(&mail, smtp_serve, &script));
    settings = outbox_settings_default();
    (void)snprintf(settings.mail.url, sizeof(settings.mail.url), "smtp://127.0.0.1:%u", mail.port);
    (void)snprintf(settings.mail.from, sizeof(settings.mail.from), "Example <chat@example.com>");
    (void)snprintf(settings.mail.to[0], sizeof(settings.mail.to[0]), "sales@example.com");
    settings.mail.to_count = 1;
    settings.mail.total_ms = 3000;
    settings.reveal = reveal;
    settings.reveal_user = &revealed;
    revealed = STR("dw_iv_token");
}

static struct account_mail invitation(void)
{
    int64_t now = clock_wall_ms();
    return (struct account_mail){
        .to = STR("new@example.org"),
        .link = STR("https://chat.example.com/admin/#/invitation/"),
        .sealed = STR("\x01\x00\xff sealed"),
        .team = STR("Example <Ltd>"),
        .by = STR("The Owner"),
        .role = STR("editor"),
        .network = STR("198.51.100.0/24"),
        .now_ms = now,
        .until_ms = now + 7 * day,
    };
}

static struct outbox_row stored(struct fixture *f, const struct account_mail *what)
{
    struct outbox_row row;
    assert_ok(account_mail_invitation(&f->arena, &settings, what, &row));
    assert_ok(store_outbox_add(f->store, &row, 1));
    return row;
}

static struct outbox_row delivered(struct fixture *f, const struct outbox_row *entry)
{
    struct outbox_row row;
    size_t sent, failed;
    assert_ok(outbox_deliver_due(f->store, &settings, &sent, &failed));
    assert_ok(store_outbox_get(f->store, &f->arena, &entry->id, &row));
    return row;
}

static void an_invitation_reaches_the_invited_and_nobody_else(void **state)
{
    begin();
    struct account_mail what = invitation();
    struct outbox_row row = stored(*state, &what);
    assert_true(id_none(&row.project));
    assert_str(row.target, STR("new@example.org"));
    assert_str(delivered(*state, &row).state, STR("sent"));
    peer_stop(&mail);
    assert_int_equal(script.accepted, 1);
    assert_non_null(strstr(script.dialogue, "RCPT TO:<new@example.org>"));
    assert_null(strstr(script.dialogue, "sales@example.com"));
    assert_non_null(strstr(script.body, "Subject: Invitation to Example <Ltd>"));
    assert_non_null(strstr(script.body, "/admin/#/invitation/dw_iv_token"));
}

static void a_link_without_its_key_waits_and_with_a_wrong_one_is_told(void **state)
{
    begin();
    struct account_mail what = invitation();
    struct outbox_row row = stored(*state, &what);
    settings.reveal = NULL;
    struct outbox_row after = delivered(*state, &row);
    assert_str(after.state, STR("pending"));
    assert_str(after.last_error, STR("this process does not have the key to the mail's link"));
    size_t count;
    settings.reveal = reveal;
    revealed = STR_EMPTY;
    struct fixture *f = *state;
    assert_ok(store_outbox_retry(f->store, &row.id, clock_wall_ms(), &count));
    after = delivered(*state, &row);
    assert_str(after.last_error, STR("the key does not fit"));
    peer_stop(&mail);
    assert_int_equal(script.accepted, 0);
}

static void a_link_that_is_over_is_not_sent_any_more(void **state)
{
    begin();
    struct account_mail what = invitation();
    what.until_ms = what.now_ms - 1;
    struct outbox_row row = stored(*state, &what), after = delivered(*state, &row);
    peer_stop(&mail);
    assert_str(after.state, STR("dead"));
    assert_str(after.last_error, STR("its link is no longer valid"));
    assert_int_equal(script.accepted, 0);
}

static struct letter letter_of(struct fixture *f, const struct outbox_row *row)
{
    struct letter letter;
    assert_ok(letter_read(&f->arena, row->payload, &letter));
    return letter;
}

static void a_letter_to_one_person_comes_back_as_it_was_written(void **state)
{
    begin();
    peer_stop(&mail);
    struct account_mail what = invitation();
    struct outbox_row row;
    assert_ok(account_mail_reset(&((struct fixture *)*state)->arena, &settings, &what, &row));
    struct letter letter = letter_of(*state, &row);
    assert_str(letter.to, what.to);
    assert_str(letter.button_link, what.link);
    assert_str(letter.button_sealed, what.sealed);
    assert_int_equal(letter.until_ms, what.until_ms);
    struct buf text, html;
    buf_init(&text, LETTER_BYTES_MAX);
    buf_init(&html, LETTER_BYTES_MAX);
    letter.button_link = STR("https://chat.example.com/?a=1&b=<2>");
    assert_ok(letter_text(&text, &letter));
    assert_ok(letter_html(&html, &letter));
    assert_non_null(
        strstr(buf_c(&text), "Choose a new password:\nhttps://chat.example.com/?a=1&b=<2>"));
    assert_non_null(strstr(buf_c(&text), "From the network: 198.51.100.0/24\n"));
    assert_non_null(strstr(buf_c(&html), "href=\"https://chat.example.com/?a=1&amp;b=&lt;2&gt;\""));
    assert_null(strstr(buf_c(&html), "<2>"));
    buf_clear(&html);
    letter.button_link = STR("javascript:alert(1)");
    assert_ok(letter_html(&html, &letter));
    assert_null(strstr(buf_c(&html), "javascript"));
    buf_done(&text);
    buf_done(&html);
}

static void letters_from_before_are_read_as_they_were(void **state)
{
    struct fixture *f = *state;
    struct letter letter;
    assert_ok(letter_read(
        &f->arena,
        STR("{\"subject\":\"x\",\"heading\":\"\",\"intro\":\"\",\"message\":\"\",\"consent\":\"\","
            "\"closing\":\"\",\"reply_name\":\"\",\"reply_address\":\"\",\"message_id\":\"1@a\","
            "\"fields\":[],\"cut\":false,\"transcript\":[],\"only\":[],\"date_ms\":1}"),
        &letter));
    assert_int_equal(letter.to.n + letter.button_link.n + letter.button_sealed.n, 0);
    assert_code(letter_read(&f->arena, STR("{\"subject\":\"x\",\"to\":1}"), &letter), ERR_INVALID);
}

static void a_key_s_entries_have_the_same_ids_each_time(void **state)
{
    struct fixture *f = *state;
    begin();
    peer_stop(&mail);
    (void)snprintf(settings.webhooks[0].url, sizeof(settings.webhooks[0].url),
                   "https://hooks.example.com/a");
    (void)snprintf(settings.webhooks[1].url, sizeof(settings.webhooks[1].url),
                   "https://hooks.example.com/b");
    settings.webhook_count = 2;
    struct key_row key = make_key(&f->team, &f->project, "dw_sk_1");
    key.name = STR("CI \"build\"");
    key.expires_ms = clock_wall_ms() + 3 * day;
    struct account_mail_key what = {
        .key = &key, .team = f->team, .team_name = STR("Example"), .now_ms = clock_wall_ms()};
    struct outbox_row *first, *again, *later;
    size_t count;
    assert_ok(account_mail_key(&f->arena, &settings, &what, &first, &count));
    assert_int_equal(count, 3);
    assert_ok(account_mail_key(&f->arena, &settings, &what, &again, &count));
    key.expires_ms += 1;
    assert_ok(account_mail_key(&f->arena, &settings, &what, &later, &count));
    for (size_t i = 0; i < count; i++) {
        assert_true(id_eq(&first[i].id, &again[i].id));
        assert_false(id_eq(&first[i].id, &later[i].id));
        for (size_t j = 0; j < i; j++) {
            assert_false(id_eq(&first[i].id, &first[j].id));
        }
    }
    assert_ok(store_outbox_add(f->store, first, count));
    assert_code(store_outbox_add(f->store, again, count), ERR_CONFLICT);
    json_t *body;
    assert_ok(json_read_object(first[0].payload, &body, NULL));
    const json_t *data = json_object_get(body, "data");
    assert_string_equal(json_string_value(json_object_get(body, "type")), "key.expiring");
    assert_string_equal(json_string_value(json_object_get(json_object_get(data, "key"), "name")),
                        "CI \"build\"");
    assert_string_equal(json_string_value(json_object_get(data, "project")), f->project.c);
    json_decref(body);
    assert_str(letter_of(f, &first[2]).subject, STR("The key CI \"build\" expires in 3 days"));
}

static void every_failed_allocation_is_an_error(void **state)
{
    struct fixture *f = *state;
    begin();
    peer_stop(&mail);
    struct account_mail what = invitation();
    struct key_row key = make_key(&f->team, &f->project, "dw_sk_1");
    key.expires_ms = what.now_ms + day;
    struct account_mail_key about = {.key = &key, .team = f->team, .now_ms = what.now_ms};
    for (unsigned kind = 0; kind < 3; kind++) {
        bool done = false;
        for (long n = 0; !done && n < 1000; n++) {
            struct arena a;
            struct outbox_row row, *rows;
            size_t count;
            arena_init(&a, 1 << 20);
            mem_fail_after(n);
            err e = kind == 0   ? account_mail_invitation(&a, &settings, &what, &row)
                    : kind == 1 ? account_mail_reset(&a, &settings, &what, &row)
                                : account_mail_key(&a, &settings, &about, &rows, &count);
            mem_fail_after(-1);
            done = err_ok(e);
            assert_true(done || e.code == ERR_NO_MEMORY);
            arena_done(&a);
        }
        assert_true(done);
    }
}

int main(void)
{
    static const struct store_test tests[] = {
        STORE_TEST(an_invitation_reaches_the_invited_and_nobody_else),
        STORE_TEST(a_link_without_its_key_waits_and_with_a_wrong_one_is_told),
        STORE_TEST(a_link_that_is_over_is_not_sent_any_more),
        STORE_TEST(a_letter_to_one_person_comes_back_as_it_was_written),
        STORE_TEST(letters_from_before_are_read_as_they_were),
        STORE_TEST(a_key_s_entries_have_the_same_ids_each_time),
        STORE_TEST(every_failed_allocation_is_an_error),
    };
    return store_tests_run("account_mail", tests, sizeof(tests) / sizeof(tests[0]));
}
