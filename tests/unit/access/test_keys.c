/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/access/staff_fixture.h"

#include <pthread.h>
#include <stdio.h>

#include "base/mem.h"
#include "ops/letter.h"
#include "store/outbox.h"

static const int64_t day = 86400000;

static struct audit_act act_of(const struct office *o, const char *act)
{
    return (struct audit_act){.team = o->team,
                              .at_ms = o->from.now_ms,
                              .actor_kind = STR("command"),
                              .act = str_c(act),
                              .outcome = STR("done")};
}

static struct key_wish wish_of(const struct office *o)
{
    return (struct key_wish){.name = STR("CI"),
                             .kind = TOKEN_SECRET_KEY,
                             .may = PERMISSION_CHAT_CREATE | PERMISSION_CHATS_READ,
                             .team = o->team};
}

static struct key_row make(struct office *o, const struct key_wish *wish, struct token *ret_token)
{
    struct key_row row;
    struct token token;
    struct audit_act act = act_of(o, "key.create");
    ok(keys_create(o->store, &o->hash_key, wish, &act, &row, ret_token ? ret_token : &token));
    row.hint = arena_str(&o->arena, row.hint);
    return row;
}

static struct key_row stored(struct office *o, const id *key)
{
    struct key_row row;
    ok(store_key_get(o->store, &o->arena, &o->team, key, &row));
    return row;
}

static size_t keep_house(struct office *o)
{
    size_t changed = 0;
    ok(keys_housekeeping(o->store, &o->arena, &o->mail, o->from.now_ms, &changed));
    return changed;
}

static void a_wish_is_judged(void **state)
{
    struct office *o = *state;
    int64_t now = o->from.now_ms;
    id project = id_random();
    permissions all = PERMISSION_ALL, some = PERMISSION_CHAT_CREATE;
    const struct {
        str name;
        enum token_kind kind;
        permissions may, own;
        int64_t expires_ms;
        bool of_project, fine;
    } cases[] = {
        {STR("A"), TOKEN_SECRET_KEY, all, all, 0, false, true},
        {STR("A"), TOKEN_SECRET_KEY, some, some, now + 1, true, true},
        {STR("A"), TOKEN_PUBLIC_KEY, PERMISSION_BROWSER_SAFE, all, 0, true, true},
        {STR("A"), TOKEN_SECRET_KEY, some, all, now + 3653 * day, false, true},
        {STR(""), TOKEN_SECRET_KEY, some, all, 0, false, false},
        {STR("  "), TOKEN_SECRET_KEY, some, all, 0, false, false},
        {STR("A\nB"), TOKEN_SECRET_KEY, some, all, 0, false, false},
        {STR("\xff"), TOKEN_SECRET_KEY, some, all, 0, false, false},
        {STR("A"), TOKEN_STAFF_SESSION, some, all, 0, false, false},
        {STR("A"), TOKEN_VISITOR_SESSION, some, all, 0, true, false},
        {STR("A"), TOKEN_SECRET_KEY, 0, all, 0, false, false},
        {STR("A"), TOKEN_SECRET_KEY, some | (permissions)1 << 40, ~(permissions)0, 0, false, false},
        {STR("A"), TOKEN_PUBLIC_KEY, some | PERMISSION_LEADS_READ, all, 0, true, false},
        {STR("A"), TOKEN_PUBLIC_KEY, some, all, 0, false, false},
        {STR("A"), TOKEN_SECRET_KEY, some | PERMISSION_TEAM_MANAGE, some, 0, false, false},
        {STR("A"), TOKEN_SECRET_KEY, some, 0, 0, false, false},
        {STR("A"), TOKEN_SECRET_KEY, some, all, now, false, false},
        {STR("A"), TOKEN_SECRET_KEY, some, all, -1, false, false},
        {STR("A"), TOKEN_SECRET_KEY, some, all, now + 3654 * day, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct key_wish wish = {.name = cases[i].name,
                                .kind = cases[i].kind,
                                .may = cases[i].may,
                                .expires_ms = cases[i].expires_ms,
                                .team = o->team};
        const char *why = NULL;
        if (cases[i].of_project) {
            wish.project = project;
        }
        err e = keys_judge(&wish, cases[i].own, now, &why);
        if ((e.code == ERR_OK) != cases[i].fine || (!cases[i].fine && !why)) {
            fail_msg("row %zu: %s", i, e.what);
        }
        assert_true(err_ok(e) || e.code == ERR_UNPROCESSABLE);
    }
}

static void nobody_gives_more_than_they_have_whatever_they_wish(void **state)
{
    struct office *o = *state;
    const char *why;
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t bits[2];
        crypto_random(bits, sizeof bits);
        struct key_wish wish = wish_of(o);
        wish.may = bits[0] & bits[0] >> 16 & PERMISSION_ALL;
        permissions own = bits[1] & PERMISSION_ALL;
        bool fine = err_ok(keys_judge(&wish, own, o->from.now_ms, &why));
        assert_int_equal(fine, wish.may && (wish.may | own) == own);
    }
}

static void a_key_is_stored_as_a_hash(void **state)
{
    struct office *o = *state;
    struct token token;
    struct key_wish wish = wish_of(o);
    struct key_row row = make(o, &wish, &token), found;
    struct crypto_digest hash = token_hash(&o->hash_key, str_c(token.c));
    ok(store_key_by_hash(o->store, &o->arena, &hash, &found));
    assert_true(id_eq(&found.id, &row.id) && str_eq(found.name, STR("CI")));
    assert_int_equal(found.permissions, wish.may);
    assert_true(str_starts(str_c(token.c), found.hint));
    assert_int_equal(found.hint.n, 10);
    struct audit_row *acts;
    size_t count;
    ok(store_audit_recent(o->store, &o->arena, &o->team, 0, 1, &acts, &count));
    assert_true(str_eq(acts[0].what.object, id_str(&row.id)));
}

static void a_rotated_key_overlaps_with_its_successor(void **state)
{
    struct office *o = *state;
    struct key_wish wish = wish_of(o);
    wish.expires_ms = o->from.now_ms + 90 * day;
    struct key_row old = make(o, &wish, NULL), next, again;
    struct token token;
    struct audit_act act = act_of(o, "key.rotate");
    int64_t now = o->from.now_ms += 80 * day;
    fails(keys_rotate(o->store, &o->arena, &o->hash_key, &old, 31 * day, now, &act, &next, &token),
          ERR_UNPROCESSABLE);
    fails(keys_rotate(o->store, &o->arena, &o->hash_key, &old, -1, now, &act, &next, &token),
          ERR_UNPROCESSABLE);
    ok(keys_rotate(o->store, &o->arena, &o->hash_key, &old, 2 * day, now, &act, &next, &token));
    assert_int_equal(next.expires_ms, now + 90 * day); /* as long as the old one */
    assert_int_equal(next.permissions, old.permissions);
    struct key_row before = stored(o, &old.id);
    assert_int_equal(before.expires_ms, now + 2 * day);
    assert_true(id_eq(&before.successor, &next.id));
    fails(keys_rotate(o->store, &o->arena, &o->hash_key, &old, 0, now, &act, &again, &token),
          ERR_CONFLICT);
    /* with no overlap the old one ends now; an earlier end stays */
    ok(keys_rotate(o->store, &o->arena, &o->hash_key, &next, 0, now, &act, &again, &token));
    assert_true(stored(o, &next.id).expires_ms <= now);
    assert_int_equal(office_audited(o, &o->team, "key.rotate", "done"), 2);
}

static void the_gravest_state_is_shown(void **state)
{
    struct office *o = *state;
    struct team_rules rules = team_rules_default();
    int64_t now = o->from.now_ms;
    id next = id_random();
    const struct {
        struct key_row key;
        enum key_state state;
    } cases[] = {
        {{.created_ms = now}, KEY_LIVE},
        {{.created_ms = now - 59 * day}, KEY_LIVE},
        {{.created_ms = now - 60 * day}, KEY_IDLE},
        {{.created_ms = now - 300 * day, .used_ms = now - day}, KEY_LIVE},
        {{.created_ms = now - 365 * day, .used_ms = now}, KEY_OLD},
        {{.created_ms = now, .expires_ms = now + 14 * day}, KEY_EXPIRING},
        {{.created_ms = now, .expires_ms = now + 15 * day}, KEY_LIVE},
        {{.created_ms = now, .expires_ms = now + 20 * day, .successor = next}, KEY_EXPIRING},
        {{.created_ms = now, .expires_ms = now}, KEY_EXPIRED},
        {{.created_ms = now, .kind = STR("sk"), .exposed_ms = 1}, KEY_EXPOSED},
        {{.created_ms = now, .kind = STR("pk"), .exposed_ms = 1}, KEY_LIVE},
        {{.created_ms = now - 400 * day, .kind = STR("sk"), .exposed_ms = 1, .disabled_ms = 1},
         KEY_DISABLED},
        {{.created_ms = now - 400 * day, .kind = STR("sk"), .exposed_ms = 1, .expires_ms = 1},
         KEY_EXPIRED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *advice = NULL;
        enum key_state is = key_state_of(&cases[i].key, &rules, now, &advice);
        if (is != cases[i].state || !advice || !*advice) {
            fail_msg("row %zu is %s", i, key_state_name(is));
        }
    }
    rules.key_age_days = rules.key_idle_days = rules.key_remind_days = 0; /* no rule */
    struct key_row key = {.created_ms = 1, .expires_ms = now + 1};
    assert_int_equal(key_state_of(&key, &rules, now, NULL), KEY_LIVE);
}

/* ── housekeeping ── */

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
    key.expires_ms += 60 * day;
    ok(store_key_update(o->store, &key, &act));
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

/* ── uses ── */

static void uses_are_written_together_and_the_last_one_counts(void **state)
{
    struct office *o = *state;
    struct key_wish wish = wish_of(o);
    struct key_row a = make(o, &wish, NULL), b = make(o, &wish, NULL);
    struct key_uses *uses;
    ok(key_uses_new(o->store, &uses));
    for (int64_t i = 1; i <= 1000; i++) {
        key_uses_note(uses, &a.id, STR("192.0.2.0/24"), STR("curl/8.1"), i);
    }
    key_uses_note(uses, &a.id, STR("198.51.100.0/24"), STR("Wget/1.21"), 500); /* came late */
    assert_int_equal(stored(o, &a.id).used_ms, 0); /* nothing on the way of a request */
    ok(key_uses_write(uses));
    struct key_row row = stored(o, &a.id);
    assert_int_equal(row.used_ms, 1000);
    assert_true(str_eq(row.used_from, STR("192.0.2.0/24")) && str_eq(row.used_by, STR("curl")));
    assert_int_equal(stored(o, &b.id).used_ms, 0);
    ok(key_uses_write(uses));
    key_uses_note(uses, &b.id, STR_EMPTY, STR_EMPTY, 5);
    ok(key_uses_write(uses));
    assert_int_equal(stored(o, &b.id).used_ms, 5);
    key_uses_free(uses);
}

static void uses_that_cannot_be_written_stay(void **state)
{
    struct office *o = *state;
    struct key_wish wish = wish_of(o);
    struct key_row a = make(o, &wish, NULL);
    struct key_uses *uses;
    ok(key_uses_new(o->store, &uses));
    key_uses_note(uses, &a.id, STR("192.0.2.0/24"), STR("curl/8.1"), 7);
    mem_fail_after(0);
    fails(key_uses_write(uses), ERR_NO_MEMORY);
    mem_fail_after(-1);
    ok(key_uses_write(uses));
    assert_int_equal(stored(o, &a.id).used_ms, 7);
    key_uses_free(uses);
}

static void more_keys_than_there_is_room_for_wait_for_the_next_round(void **state)
{
    struct office *o = *state;
    struct key_wish wish = wish_of(o);
    struct key_row last = make(o, &wish, NULL);
    struct key_uses *uses;
    ok(key_uses_new(o->store, &uses));
    for (unsigned i = 0; i < KEY_USES_MAX; i++) {
        id other = id_random();
        key_uses_note(uses, &other, STR_EMPTY, STR_EMPTY, 1);
    }
    key_uses_note(uses, &last.id, STR_EMPTY, STR_EMPTY, 1);
    ok(key_uses_write(uses));
    assert_int_equal(stored(o, &last.id).used_ms, 0);
    key_uses_note(uses, &last.id, STR_EMPTY, STR_EMPTY, 2);
    ok(key_uses_write(uses));
    assert_int_equal(stored(o, &last.id).used_ms, 2);
    key_uses_free(uses);
}

struct user {
    struct key_uses *uses;
    const id *keys;
};

static void *use_keys(void *arg)
{
    const struct user *user = arg;
    for (int64_t i = 1; i <= 20000; i++) {
        key_uses_note(user->uses, &user->keys[i % 8], STR("192.0.2.0/24"), STR("curl/8"), i);
    }
    return NULL;
}

static void no_use_is_lost_between_threads_and_writes(void **state)
{
    struct office *o = *state;
    struct key_wish wish = wish_of(o);
    id keys[8];
    struct key_uses *uses;
    pthread_t threads[4];
    ok(key_uses_new(o->store, &uses));
    for (size_t i = 0; i < 8; i++) {
        keys[i] = make(o, &wish, NULL).id;
    }
    struct user user = {uses, keys};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, use_keys, &user), 0);
    }
    for (unsigned i = 0; i < 20; i++) {
        ok(key_uses_write(uses));
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    ok(key_uses_write(uses));
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(stored(o, &keys[i]).used_ms, i == 0 ? 20000 : 20000 - 8 + (int)i);
    }
    key_uses_free(uses);
}

/* ── user agents ── */

static void a_user_agent_is_known_by_its_family(void **state)
{
    struct office *o = *state;
    static const struct {
        str header, family;
    } cases[] = {
        {STR_INIT("curl/8.4.0"), STR_INIT("curl")},
        {STR_INIT("python-requests/2.31.0"), STR_INIT("python-requests")},
        {STR_INIT("Go-http-client/2.0"), STR_INIT("Go-http-client")},
        {STR_INIT("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"),
         STR_INIT("Firefox on Linux")},
        {STR_INIT("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
                  "Gecko) Chrome/120.0.0.0 Safari/537.36"),
         STR_INIT("Chrome on Windows")},
        {STR_INIT("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
                  "Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0"),
         STR_INIT("Edge on Windows")},
        {STR_INIT("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, "
                  "like Gecko) Version/17.0 Safari/605.1.15"),
         STR_INIT("Safari on macOS")},
        {STR_INIT("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 "
                  "(KHTML, like Gecko) CriOS/120.0 Mobile/15E148 Safari/604.1"),
         STR_INIT("Chrome on iPhone")},
        {STR_INIT("Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like "
                  "Gecko) SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36"),
         STR_INIT("Samsung Internet on Android")},
        {STR_INIT("OurBackend/1.4 (+https://example.com)"), STR_INIT("OurBackend")},
        {STR_INIT("  "), STR_INIT("")},
        {STR_INIT("<script>alert(1)</script>"), STR_INIT("")},
        {STR_INIT("a\x01\x02"), STR_INIT("a")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        str family = agent_family(&o->arena, cases[i].header);
        if (!str_eq(family, cases[i].family)) {
            fail_msg("%s: %.*s", cases[i].header.p, STR_ARG(family));
        }
        assert_true(str_eq(agent_family(&o->arena, family), family));
    }
}

static void a_family_is_short_plain_and_its_own_whatever_the_header(void **state)
{
    struct office *o = *state;
    static const char *const pieces[] = {
        "Firefox", "Chrome/1", "Edg",     " ",  "Windows",         "curl",
        "\xff",    "<",        "Linux",   "/",  "Mac OS X",        "-",
        "Safari",  "iPad",     "Android", "A1", "Samsung Internet"};
    for (unsigned n = 0; n < 20000; n++) {
        struct buf b;
        unsigned char random[12];
        buf_init(&b, 4096);
        crypto_random(random, sizeof random);
        for (size_t i = 0; i < random[0] % 12; i++) {
            buf_add_c(&b, pieces[random[i] % (sizeof pieces / sizeof *pieces)]);
        }
        str family = agent_family(&o->arena, buf_str(&b));
        assert_true(family.n <= 64);
        for (size_t i = 0; i < family.n; i++) {
            char c = family.p[i];
            assert_true((c >= '0' && c <= '9') || (str_lower(c) >= 'a' && str_lower(c) <= 'z') ||
                        c == ' ' || c == '-');
        }
        assert_true(str_eq(agent_family(&o->arena, family), family));
        buf_done(&b);
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_wish_is_judged),
        CASE(nobody_gives_more_than_they_have_whatever_they_wish),
        CASE(a_key_is_stored_as_a_hash),
        CASE(a_rotated_key_overlaps_with_its_successor),
        CASE(the_gravest_state_is_shown),
        CASE(an_unused_key_is_flagged_then_disabled_unless_it_is_used),
        CASE(a_key_is_reminded_of_once_for_each_expiry),
        CASE(a_key_of_nobody_goes_to_the_configured_recipients_and_webhooks),
        CASE(a_rotated_key_is_not_reminded_of),
        CASE(housekeeping_that_fails_anywhere_ends_with_one_mail_a_key),
        CASE(a_mail_that_is_there_already_is_not_kept_again),
        CASE(uses_are_written_together_and_the_last_one_counts),
        CASE(uses_that_cannot_be_written_stay),
        CASE(more_keys_than_there_is_room_for_wait_for_the_next_round),
        CASE(no_use_is_lost_between_threads_and_writes),
        CASE(a_user_agent_is_known_by_its_family),
        CASE(a_family_is_short_plain_and_its_own_whatever_the_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
