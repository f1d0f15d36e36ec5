/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "ops/outbox.h"
#include "unit/store/backend.h"
#include "unit/support/smtp_peer.h"

/* ── a mail server and a webhook receiver beside a real store ── */

static struct peer mail, hook;
static struct smtp_script script;
static struct outbox_settings settings;

struct receiver {
    const char *answer;
    atomic_uint got;
    char last[65536];
};
static struct receiver receiver;

static void serve_hook(struct peer *p, int fd)
{
    struct receiver *r = p->user;
    if (peer_read_until(p, fd, "}}")) {
        atomic_fetch_add(&r->got, 1);
        memcpy(r->last, p->seen, sizeof(r->last));
        peer_say(fd, r->answer);
    }
}

static void begin(void)
{
    memset(&script, 0, sizeof(script));
    memset(&receiver, 0, sizeof(receiver));
    receiver.answer = "HTTP/1.1 204 Fine\r\nConnection: close\r\n\r\n";
    assert_true(peer_start(&mail, smtp_serve, &script));
    assert_true(peer_start(&hook, serve_hook, &receiver));
    settings = outbox_settings_default();
    (void)snprintf(settings.mail.url, sizeof(settings.mail.url), "smtp://127.0.0.1:%u", mail.port);
    (void)snprintf(settings.mail.from, sizeof(settings.mail.from),
                   "Example Ltd <chat@example.com>");
    (void)snprintf(settings.mail.to[0], sizeof(settings.mail.to[0]), "sales@example.com");
    settings.mail.to_count = 1;
    settings.mail.total_ms = 3000;
    (void)snprintf(settings.webhooks[0].url, sizeof(settings.webhooks[0].url),
                   "http://127.0.0.1:%u/hook", hook.port);
    assert_ok(secret_set(&settings.webhooks[0].secret, STR("whsec_"
                                                           "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")));
    settings.webhook_count = 1;
    settings.allow_private = true;
}

static void end(void)
{
    peer_stop(&mail);
    peer_stop(&hook);
    secret_done(&settings.webhooks[0].secret);
}

/* Makes the mail server well again. */
static void script_clear(void)
{
    peer_quiet(&mail);
    memset(&script, 0, sizeof(script));
}

/* Stores a lead with its entries; they are due at once. */
static id create_lead(struct fixture *f)
{
    struct lead_row lead = make_lead(&f->project, NULL);
    struct project_row project;
    struct outbox_row *rows;
    size_t count;
    enum replay replay;
    id stored;
    assert_ok(store_project_by_id(f->store, &f->arena, &f->project, &project));
    assert_ok(outbox_for_lead(&f->arena, &settings, &project, &lead, NULL, 0, &rows, &count));
    assert_ok(store_lead_create(f->store, &lead, rows, count, NULL, &replay, &stored));
    return count ? rows[0].id : stored;
}

static struct outbox_row entry_of(struct fixture *f, const id *entry)
{
    struct outbox_row row;
    assert_ok(store_outbox_get(f->store, &f->arena, entry, &row));
    return row;
}

static struct outbox_counts counts_of(struct fixture *f)
{
    struct outbox_counts counts;
    assert_ok(store_outbox_counts(f->store, &counts));
    return counts;
}

static void deliver(struct fixture *f, size_t sent, size_t failed)
{
    size_t got_sent = 99, got_failed = 99;
    assert_ok(outbox_deliver_due(f->store, &settings, &got_sent, &got_failed));
    assert_int_equal(got_sent, sent);
    assert_int_equal(got_failed, failed);
}

static void make_due(struct fixture *f, const id *entry)
{
    size_t count;
    assert_ok(store_outbox_retry(f->store, entry, clock_wall_ms(), &count));
    assert_int_equal(count, 1);
}

/* The first pending or dead entry of this event. */
static bool find_event(struct fixture *f, const char *event, struct outbox_row *ret)
{
    struct outbox_row *rows;
    size_t count;
    assert_ok(store_outbox_list(f->store, &f->arena, STR_EMPTY, 100, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        if (str_eq(rows[i].event, str_c(event))) {
            *ret = rows[i];
            return true;
        }
    }
    return false;
}

/* ── tests ── */

static void a_lead_reaches_the_mailbox_and_the_webhook(void **state)
{
    begin();
    id entry = create_lead(*state);
    deliver(*state, 2, 0);
    end();
    assert_int_equal(script.accepted, 1);
    assert_int_equal(receiver.got, 1);
    assert_str(entry_of(*state, &entry).state, STR("sent"));
    assert_non_null(strstr(script.body, "Reply-To: A visitor\r\n <visitor@example.org>\r\n"));
    assert_non_null(strstr(script.body, entry.c)); /* the Message-ID */
    assert_non_null(strstr(receiver.last, "\"type\":\"lead.created\""));
    deliver(*state, 0, 0);
}

static void what_cannot_be_delivered_waits_and_arrives_later(void **state)
{
    static const struct smtp_script troubles[] = {
        {.banner = "421 busy"},
        {.mail = "451 later"},
        {.refuse_rcpt = "sales", .rcpt = "450 greylisted"},
        {.done = "452 disk full"},
        {.drop_in_data = true},
        {.data = "554 policy"},
        {.auth = "454 x", .banner = "554 no"},
    };
    begin();
    settings.webhook_count = 0;
    for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
        peer_quiet(&mail);
        memcpy(&script, &troubles[i], sizeof(script));
        id entry = create_lead(*state);
        int64_t before = clock_wall_ms();
        deliver(*state, 0, 1);
        struct outbox_row row = entry_of(*state, &entry);
        assert_str(row.state, STR("pending"));
        assert_int_equal(row.attempts, 1);
        assert_true(row.last_error.n > 0);
        assert_in_range(row.next_ms - before, 30000, 60000);
        script_clear();
        make_due(*state, &entry);
        deliver(*state, 1, 0);
        assert_str(entry_of(*state, &entry).state, STR("sent"));
        assert_int_equal(script.accepted, 1);
    }
    end();
}

static void a_refused_login_is_told_through_the_webhook_at_once(void **state)
{
    begin();
    script.mail = "530 5.7.0 Authentication required";
    id entry = create_lead(*state);
    deliver(*state, 2, 1); /* the lead's webhook and the notice */
    end();
    assert_str(entry_of(*state, &entry).state, STR("pending"));
    assert_int_equal(receiver.got, 2);
    assert_non_null(strstr(receiver.last, "\"type\":\"mail.failed\""));
    assert_non_null(strstr(receiver.last, "\"given_up\":false"));
    assert_non_null(strstr(receiver.last, entry.c));
}

static void what_is_given_up_is_dead_and_told_through_the_other_channel(void **state)
{
    begin();
    settings.give_up_ms = 0;
    script.banner = "421 busy";
    receiver.answer = "HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    id entry = create_lead(*state);
    size_t sent, failed;
    assert_ok(outbox_deliver_due(((struct fixture *)*state)->store, &settings, &sent, &failed));
    struct outbox_row row;
    assert_str(entry_of(*state, &entry).state, STR("dead"));
    assert_true(find_event(*state, "mail.failed", &row) && str_eq(row.kind, STR("webhook")));
    assert_true(find_event(*state, "webhook.failed", &row) && str_eq(row.kind, STR("mail")));
    /* notices that fail raise no further notices */
    assert_int_equal(counts_of(*state).dead, 4);
    assert_int_equal(counts_of(*state).pending, 0);
    /* and an operator can have it tried again */
    script_clear();
    make_due(*state, &entry);
    deliver(*state, 1, 0);
    end();
    assert_str(entry_of(*state, &entry).state, STR("sent"));
}

static void a_receiver_that_answers_410_is_left_alone(void **state)
{
    begin();
    settings.mail.url[0] = '\0';
    receiver.answer = "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    id first = create_lead(*state), second;
    deliver(*state, 0, 1);
    assert_str(entry_of(*state, &first).state, STR("dead"));
    second = create_lead(*state);
    deliver(*state, 0, 1);
    assert_str(entry_of(*state, &second).state, STR("dead"));
    assert_int_equal(receiver.got, 1);
    receiver.answer = "HTTP/1.1 200 Fine\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    make_due(*state, &second); /* asked for by an operator */
    deliver(*state, 1, 0);
    create_lead(*state);
    deliver(*state, 1, 0);
    end();
    assert_int_equal(receiver.got, 3);
}

static void a_refused_recipient_is_tried_again_alone(void **state)
{
    begin();
    settings.webhook_count = 0;
    (void)snprintf(settings.mail.to[1], sizeof(settings.mail.to[1]), "Office <office@example.com>");
    settings.mail.to_count = 2;
    script.refuse_rcpt = "office";
    script.rcpt = "450 try later";
    id entry = create_lead(*state);
    deliver(*state, 1, 0);
    assert_str(entry_of(*state, &entry).state, STR("sent"));
    struct outbox_row *rows;
    size_t count;
    struct fixture *f = *state;
    assert_ok(store_outbox_list(f->store, &f->arena, STR("pending"), 10, &rows, &count));
    assert_int_equal(count, 1);
    assert_str(rows[0].target, STR("office@example.com"));
    script_clear();
    make_due(*state, &rows[0].id);
    deliver(*state, 1, 0);
    end();
    assert_non_null(strstr(script.dialogue, "RCPT TO:<office@example.com>"));
    assert_null(strstr(script.dialogue, "sales"));
    assert_non_null(strstr(script.body, entry.c)); /* the same Message-ID as the others got */
}

static void settings_of_today_apply_to_entries_of_yesterday(void **state)
{
    begin();
    settings.webhook_count = 0;
    create_lead(*state);
    (void)snprintf(settings.mail.from, sizeof(settings.mail.from), "new@example.net");
    (void)snprintf(settings.mail.to[0], sizeof(settings.mail.to[0]), "right@example.net");
    deliver(*state, 1, 0);
    end();
    assert_non_null(strstr(script.dialogue, "MAIL FROM:<new@example.net>"));
    assert_non_null(strstr(script.dialogue, "RCPT TO:<right@example.net>"));
}

/* Polls until the outbox holds so many sent entries; false after 20 s. */
static bool wait_sent(struct fixture *f, uint64_t sent)
{
    for (int i = 0; i < 2000; i++) {
        if (counts_of(f).sent == sent) {
            return true;
        }
        usleep(10000);
    }
    return false;
}

static void two_workers_deliver_each_entry_once(void **state)
{
    enum { LEADS = 40 };
    struct outbox_worker *one, *two;
    struct fixture *f = *state;
    begin();
    assert_ok(outbox_worker_start(f->store, &settings, &one));
    assert_ok(outbox_worker_start(f->store, &settings, &two));
    for (int i = 0; i < LEADS; i++) {
        create_lead(f);
        outbox_worker_wake(i % 2 ? one : two);
    }
    assert_true(wait_sent(f, 2 * LEADS));
    outbox_worker_close(one);
    outbox_worker_close(two);
    end();
    assert_int_equal(script.accepted, LEADS);
    assert_int_equal(receiver.got, LEADS);
}

/* Another program holds the database while the mail server has the message already. */
static sqlite3 *holder;

static void serve_then_hold(struct peer *p, int fd)
{
    assert_int_equal(sqlite3_exec(holder, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    smtp_serve(p, fd);
}

static void an_entry_whose_delivery_cannot_be_noted_is_not_delivered_again(void **state)
{
    struct fixture *f = *state;
    struct outbox_worker *worker;
    begin();
    settings.webhook_count = 0;
    assert_int_equal(sqlite3_open(f->path, &holder), SQLITE_OK);
    mail.serve = serve_then_hold;
    id entry = create_lead(f);
    assert_ok(outbox_worker_start(f->store, &settings, &worker));
    for (int i = 0; i < 2000 && atomic_load(&script.accepted) == 0; i++) {
        usleep(10000);
    }
    assert_int_equal(script.accepted, 1);
    usleep(6 * 1000000); /* longer than the store waits for the lock: this is the fault itself */
    assert_str(entry_of(f, &entry).state, STR("pending"));
    assert_int_equal(sqlite3_exec(holder, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(holder);
    make_due(f, &entry);
    outbox_worker_wake(worker);
    assert_true(wait_sent(f, 1));
    outbox_worker_close(worker);
    end();
    assert_int_equal(script.accepted, 1);
}

static void stopping_does_not_wait_for_a_server_that_hangs(void **state)
{
    struct fixture *f = *state;
    struct outbox_worker *worker;
    begin();
    settings.webhook_count = 0;
    script.stall_at_end = true;
    id entry = create_lead(f);
    assert_ok(outbox_worker_start(f->store, &settings, &worker));
    for (int i = 0; i < 1000 && atomic_load(&script.stalled) == 0; i++) {
        usleep(10000);
    }
    int64_t start = clock_mono_ms();
    outbox_worker_close(worker);
    assert_true(clock_mono_ms() - start < SMTP_HURRY_MS + 3000);
    end();
    assert_str(entry_of(f, &entry).state, STR("pending"));
}

/* Accepts and never says a word; ends when the other side gives up or `released`. */
static atomic_bool released;

static void serve_nothing(struct peer *p, int fd)
{
    struct timeval moment = {.tv_usec = 50000};
    char c;
    (void)p;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof(moment));
    while (!atomic_load(&released) && (recv(fd, &c, 1, 0) > 0 || errno == EAGAIN)) {
    }
}

/* Sent entries of a kind. */
static size_t sent_of(struct fixture *f, str kind)
{
    struct outbox_row *rows;
    size_t count, found = 0;
    assert_ok(store_outbox_list(f->store, &f->arena, STR("sent"), 100, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        found += str_eq(rows[i].kind, kind);
    }
    return found;
}

/* Leads by the dozen while one side never answers: the other gets its share before any deadline of
 * the silent one. */
static void one_side_hangs(struct fixture *f, struct peer *silent, str other)
{
    enum { LEADS = 12, SOON_MS = 5000 };
    struct outbox_worker *worker;
    atomic_store(&released, false);
    silent->serve = serve_nothing;
    settings.mail.total_ms = 60000;
    for (int i = 0; i < LEADS; i++) {
        create_lead(f);
    }
    int64_t start = clock_mono_ms();
    assert_ok(outbox_worker_start(f->store, &settings, &worker));
    while (sent_of(f, other) < LEADS && clock_mono_ms() - start < SOON_MS) {
        usleep(10000);
    }
    size_t sent = sent_of(f, other), all = counts_of(f).sent;
    atomic_store(&released, true);
    outbox_worker_close(worker);
    end();
    assert_int_equal(sent, LEADS);
    assert_int_equal(all, LEADS);
}

static void a_silent_mail_server_does_not_hold_up_webhooks(void **state)
{
    begin();
    one_side_hangs(*state, &mail, STR("webhook"));
}

static void a_silent_webhook_receiver_does_not_hold_up_mail(void **state)
{
    begin();
    one_side_hangs(*state, &hook, STR("mail"));
}

static void gaps_grow_to_eight_hours_with_a_fifth_of_jitter(void **state)
{
    (void)state;
    static const int64_t gaps_s[] = {30,   30,   60,   120,   300,   600,
                                     1800, 3600, 7200, 14400, 28800, 28800};
    bool differ = false;
    for (uint32_t attempts = 0; attempts < 12; attempts++) {
        int64_t first = outbox_backoff_ms(attempts);
        for (int i = 0; i < 50; i++) {
            int64_t gap = outbox_backoff_ms(attempts);
            assert_in_range(gap, gaps_s[attempts] * 1000, gaps_s[attempts] * 1200);
            differ = differ || gap != first;
        }
    }
    assert_true(differ);
    assert_in_range(outbox_backoff_ms(UINT32_MAX), 28800000, 34560000);
}

static void a_test_mail_explains_the_answer(void **state)
{
    struct fixture *f = *state;
    str reply;
    begin();
    assert_ok(outbox_mail_test(&f->arena, &settings, STR("me@example.com"), &reply));
    assert_non_null(strstr(reply.p, "queued as 42"));
    assert_non_null(strstr(script.dialogue, "RCPT TO:<me@example.com>"));
    script.mail = "550 5.7.60 not allowed to send as this sender";
    assert_code(outbox_mail_test(&f->arena, &settings, STR_EMPTY, &reply), ERR_UNPROCESSABLE);
    assert_non_null(strstr(reply.p, "550 5.7.60"));
    assert_non_null(strstr(reply.p, "mail.from"));
    assert_code(outbox_mail_test(&f->arena, &settings, STR("x\r\n@y"), &reply), ERR_INVALID);
    end();
}

int main(void)
{
    static const struct store_test tests[] = {
        STORE_TEST(a_lead_reaches_the_mailbox_and_the_webhook),
        STORE_TEST(what_cannot_be_delivered_waits_and_arrives_later),
        STORE_TEST(a_refused_login_is_told_through_the_webhook_at_once),
        STORE_TEST(what_is_given_up_is_dead_and_told_through_the_other_channel),
        STORE_TEST(a_receiver_that_answers_410_is_left_alone),
        STORE_TEST(a_refused_recipient_is_tried_again_alone),
        STORE_TEST(settings_of_today_apply_to_entries_of_yesterday),
        STORE_TEST(two_workers_deliver_each_entry_once),
        STORE_TEST(an_entry_whose_delivery_cannot_be_noted_is_not_delivered_again),
        STORE_TEST(stopping_does_not_wait_for_a_server_that_hangs),
        STORE_TEST(a_silent_mail_server_does_not_hold_up_webhooks),
        STORE_TEST(a_silent_webhook_receiver_does_not_hold_up_mail),
        STORE_TEST(gaps_grow_to_eight_hours_with_a_fifth_of_jitter),
        STORE_TEST(a_test_mail_explains_the_answer),
    };
    return store_tests_run("ops.outbox", tests, sizeof(tests) / sizeof(tests[0]));
}
