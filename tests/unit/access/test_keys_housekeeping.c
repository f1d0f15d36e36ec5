/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/access/key_support.h"

#include <stdio.h>

#include "base/mem.h"
#include "ops/letter.h"
#include "store/outbox.h"

static const int64_t day = 86400000;

static size_t keep_house(struct office *o)
{
    size_t changed = 0;
    ok(keys_housekeeping(o->store, &o->arena, &o->mail, o->from.now_ms, &changed));
    return changed;
}

static void an_unused_key_is_flagged_then_disabled_unless_it_is_used(void **state)
{
    struct office *o = *state;
    struct key_wish wish = wish_of(o);
    struct key_row idle = make(o, &wish, NULL), used = make(o, &wish, NULL);
    o->from.now_ms += 60 * day - 1;
    assert_int_equal(keep_house(o), 0);
    o->from.now_ms += 1;
    int64_t flagged = o->from.now_ms;
    assert_int_equal(keep_house(o), 2);
    assert_int_equal(keep_house(o), 0);
    assert_int_equal(stored(o, &idle.id).idle_ms, flagged);
    o->from.now_ms += 10 * day;
    struct key_use use = {.key = used.id, .at_ms = o->from.now_ms};
    ok(store_key_used(o->store, &use, 1));
    o->from.now_ms += 4 * day - 1;
    assert_int_equal(keep_house(o), 0);
    o->from.now_ms += 1;
    assert_int_equal(keep_house(o), 1);
    assert_true(str_eq(stored(o, &idle.id).disabled_why, STR("idle")));
    assert_int_equal(stored(o, &used.id).disabled_ms, 0);
    assert_int_equal(keep_house(o), 0);
    assert_int_equal(office_audited(o, &o->team, "key.idle", "done"), 2);
    assert_int_equal(office_audited(o, &o->team, "key.disable", "done"), 1);
    /* flagged again from the last use on, with the whole grace */
    o->from.now_ms = use.at_ms + 60 * day;
    assert_int_equal(keep_house(o), 1);
    o->from.now_ms += 14 * day - 1;
    assert_int_equal(keep_house(o), 0);
    o->from.now_ms += 1;
    assert_int_equal(keep_house(o), 1);
}

static struct letter reminder(struct office *o)
{
    struct outbox_row *rows;
    struct letter letter = {.cut = false};
    size_t count;
    ok(store_outbox_list(o->store, &o->arena, STR_EMPTY, 100, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        if (str_eq(rows[i].kind, STR("mail"))) {
            ok(letter_read(&o->arena, rows[i].payload, &letter));
        }
    }
    return letter;
}

static void a_key_is_reminded_of_once_for_each_expiry(void **state)
{
    struct office *o = *state;
    struct key_wish wish = wish_of(o);
    wish.owner = office_person(o, STR("owner@example.com"), ROLE_OWNER);
    wish.expires_ms = o->from.now_ms + 30 * day;
    struct key_row key = make(o, &wish, NULL);
    assert_int_equal(keep_house(o), 0);
    o->from.now_ms += 16 * day;
    assert_int_equal(keep_house(o), 1);
    for (unsigned i = 0; i < 5; i++, o->from.now_ms += day) {
        assert_int_equal(keep_house(o), 0);
    }
    assert_int_equal(office_mails(o, "key.expiring"), 1);
    assert_true(str_eq(reminder(o).to, STR("owner@example.com")));
    struct audit_act act = act_of(o, "key.update");
    key = stored(o, &key.id);
    struct key_row was = key;
    key.expires_ms += 60 * day;
    ok(store_key_update(o->store, &key, &was, &act));
    assert_int_equal(keep_house(o), 0);
    o->from.now_ms = key.expires_ms - 14 * day;
    struct key_use use = {.key = key.id, .at_ms = o->from.now_ms};
    ok(store_key_used(o->store, &use, 1));
    assert_int_equal(keep_house(o), 1);
    assert_int_equal(office_mails(o, "key.expiring"), 2);
}

static void a_key_of_nobody_goes_to_the_configured_recipients_and_webhooks(void **state)
{
    struct office *o = *state;
    struct key_wish wish = wish_of(o);
    wish.expires_ms = o->from.now_ms + 7 * day;
    (void)snprintf(o->mail.webhooks[0].url, sizeof o->mail.webhooks[0].url,
                   "https://hooks.example.com/a");
    o->mail.webhook_count = 1;
    struct key_row key = make(o, &wish, NULL);
    assert_int_equal(keep_house(o), 1);
    struct outbox_row *rows;
    size_t count;
    ok(store_outbox_list(o->store, &o->arena, STR_EMPTY, 100, &rows, &count));
    assert_int_equal(count, 2);
    assert_int_equal(reminder(o).to.n, 0);
    for (size_t i = 0; i < count; i++) {
        assert_true(str_eq(rows[i].event, STR("key.expiring")));
        assert_true(str_find(rows[i].payload, STR("7 days"), 0) != SIZE_MAX ||
                    str_find(rows[i].payload, id_str(&key.id), 0) != SIZE_MAX);
    }
    /* nothing configured: still marked, and nothing is sent */
    o->mail = outbox_settings_default();
    (void)make(o, &wish, NULL);
    assert_int_equal(keep_house(o), 1);
    assert_int_equal(keep_house(o), 0);
}

static void a_rotated_key_is_not_reminded_of(void **state)
{
    struct office *o = *state;
    struct key_wish wish = wish_of(o);
    struct key_row old = make(o, &wish, NULL), next;
    struct token token;
    struct audit_act act = act_of(o, "key.rotate");
    ok(keys_rotate(o->store, &o->arena, &o->hash_key, &old, day, o->from.now_ms, &act, &next,
                   &token));
    assert_int_equal(keep_house(o), 0);
}

/* Whatever fails on the way, later rounds bring it to one mail for each key. */
static void housekeeping_that_fails_anywhere_ends_with_one_mail_a_key(void **state)
{
    struct office *o = *state;
    struct key_wish wish = wish_of(o);
    wish.expires_ms = o->from.now_ms + 7 * day;
    for (unsigned i = 0; i < 3; i++) {
        (void)make(o, &wish, NULL);
    }
    bool done = false;
    for (long n = 0; !done && n < 5000; n++) {
        struct arena a;
        size_t changed;
        arena_init(&a, 1 << 20);
        mem_fail_after(n);
        err e = keys_housekeeping(o->store, &a, &o->mail, o->from.now_ms, &changed);
        mem_fail_after(-1);
        done = err_ok(e) && changed == 0;
        arena_done(&a);
    }
    assert_true(done);
    assert_int_equal(office_mails(o, "key.expiring"), 3);
}

/* As if the process ended after the mail was kept and before the key was marked. */
static void a_mail_that_is_there_already_is_not_kept_again(void **state)
{
    struct office *o = *state;
    struct key_wish wish = wish_of(o);
    wish.expires_ms = o->from.now_ms + 7 * day;
    struct key_row key = make(o, &wish, NULL);
    assert_int_equal(keep_house(o), 1);
    ok(store_key_mark(o->store, &key.id, 0, 1, 0, NULL)); /* "never since" */
    assert_int_equal(keep_house(o), 1);
    assert_int_equal(office_mails(o, "key.expiring"), 1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_unused_key_is_flagged_then_disabled_unless_it_is_used),
        CASE(a_key_is_reminded_of_once_for_each_expiry),
        CASE(a_key_of_nobody_goes_to_the_configured_recipients_and_webhooks),
        CASE(a_rotated_key_is_not_reminded_of),
        CASE(housekeeping_that_fails_anywhere_ends_with_one_mail_a_key),
        CASE(a_mail_that_is_there_already_is_not_kept_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
