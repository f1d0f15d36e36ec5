/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/access/staff_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "ops/letter.h"
#include "store/outbox.h"

static const str email = STR_INIT("owner@example.com"), invited = STR_INIT("new@example.org");
static const int64_t hour = 3600000;

static err log_in(struct office *o, str address, str password, struct staff_login *ret)
{
    return staff_log_in(&o->desk, &o->arena, address, password, &o->from, ret);
}

static err look(struct office *o, const struct token *token)
{
    struct staff_principal who;
    return staff_authenticate(&o->desk, &o->arena, str_c(token->c), &o->from, &who);
}

static err invite(struct office *o, str address, enum role role, struct token *ret)
{
    struct invitation_row row = {.team = o->team,
                                 .email = address,
                                 .role = role,
                                 .all_projects = true,
                                 .created_ms = o->from.now_ms};
    struct audit_act act = {.team = o->team,
                            .actor_kind = STR("command"),
                            .act = STR("invitation.create"),
                            .outcome = STR("done"),
                            .address = o->from.network};
    return staff_invite(&o->desk, &o->arena, &o->mail, ORIGIN, &row, &act, ret);
}

static err accept(struct office *o, str token, str password)
{
    id person;
    return staff_accept(&o->desk, &o->arena, token, STR("Somebody New"), password, &o->from,
                        &person);
}

static err ask(struct office *o, str address)
{
    unsigned wait;
    return staff_reset_ask(&o->desk, &o->arena, &o->mail, ORIGIN, address, &o->from, &wait);
}

static err reset(struct office *o, str token, str password)
{
    return staff_reset_accept(&o->desk, &o->arena, token, password, &o->from);
}

static bool file_has(struct office *o, const char *name, str needle)
{
    struct buf bytes;
    char path[128];
    (void)snprintf(path, sizeof path, "%.63s/%s", o->folder, name);
    buf_init(&bytes, 64 << 20);
    err e = file_read(path, &bytes);
    bool found = err_ok(e) && str_find(buf_str(&bytes), needle, 0) != SIZE_MAX;
    buf_done(&bytes);
    return found;
}

static bool database_has(struct office *o, str needle)
{
    return file_has(o, "store.db", needle) || file_has(o, "store.db-wal", needle);
}

/* ── invitations ── */

static void an_invitation_makes_one_account_once(void **state)
{
    struct office *o = *state;
    struct token none;
    struct staff_login login;
    ok(invite(o, STR("New@Example.ORG"), ROLE_EDITOR, &none));
    assert_int_equal(none.c[0], '\0'); /* whoever invites does not get it when there is mail */
    str token = office_mailed(o, invited);
    assert_true(str_starts(token, STR("dw_iv_")));
    assert_false(database_has(o, token));
    fails(accept(o, token, STR("short")), ERR_UNPROCESSABLE); /* it is not used up by this */
    ok(accept(o, token, good));
    fails(accept(o, token, good), ERR_UNAUTHORIZED);
    ok(log_in(o, invited, good, &login));
    assert_int_equal(office_who(o, &login.token).member.role, ROLE_EDITOR);
    assert_int_equal(office_audited(o, &o->team, "invitation.create", "done"), 1);
    assert_int_equal(office_audited(o, &o->team, "invitation.accept", "done"), 1);
    assert_int_equal(office_audited(o, NULL, "invitation.accept", "refused"), 1);
}

static void an_invitation_ends_after_a_week_and_by_the_next_one(void **state)
{
    struct office *o = *state;
    struct token none;
    ok(invite(o, invited, ROLE_VIEWER, &none));
    str first = office_mailed(o, invited);
    o->from.now_ms += 1000;
    ok(invite(o, invited, ROLE_VIEWER, &none));
    str second = office_mailed(o, invited);
    assert_false(str_eq(first, second));
    fails(accept(o, first, good), ERR_UNAUTHORIZED);
    o->from.now_ms += STAFF_INVITATION_DAYS * 24 * hour;
    fails(accept(o, second, good), ERR_UNAUTHORIZED);
    o->from.now_ms -= 1;
    ok(accept(o, second, good));
}

static void without_mail_the_token_is_handed_on(void **state)
{
    struct office *o = *state;
    struct token token;
    o->mail.mail.url[0] = '\0';
    ok(invite(o, invited, ROLE_AGENT, &token));
    assert_int_equal(office_mails(o, "invitation"), 0);
    ok(accept(o, str_c(token.c), good));
}

static void an_existing_account_joins_by_its_own_password(void **state)
{
    struct office *o = *state;
    struct token none;
    struct member_row *teams;
    size_t count;
    id person = office_person(o, invited, ROLE_VIEWER), other;
    ok(store_team_create(o->store, STR("Another"), &other));
    id own = o->team;
    o->team = other;
    ok(invite(o, invited, ROLE_ADMIN, &none));
    str token = office_mailed(o, invited);
    fails(accept(o, token, better), ERR_UNAUTHORIZED);
    assert_int_equal(office_audited(o, &other, "invitation.accept", "refused"), 1);
    ok(accept(o, token, good));
    ok(store_member_teams(o->store, &o->arena, &person, &teams, &count));
    assert_int_equal(count, 2);
    o->team = own;
    ok(invite(o, invited, ROLE_OWNER, &none)); /* in the team already: no way to a higher role */
    fails(accept(o, office_mailed(o, invited), good), ERR_CONFLICT);
}

static void an_address_is_not_flooded_with_invitations(void **state)
{
    struct office *o = *state;
    struct token none;
    for (unsigned i = 0; i < 3; i++) {
        ok(invite(o, invited, ROLE_VIEWER, &none));
    }
    fails(invite(o, invited, ROLE_VIEWER, &none), ERR_RATE_LIMITED);
    ok(invite(o, STR("another@example.org"), ROLE_VIEWER, &none));
    fails(invite(o, STR("no address"), ROLE_VIEWER, &none), ERR_INVALID);
    fails(invite(o, STR("c@example.org"), ROLE_NONE, &none), ERR_UNPROCESSABLE);
}

struct guest {
    struct office *o;
    str token;
    bool reset;
    atomic_int *in;
};

static void *use_link(void *user)
{
    struct guest *guest = user;
    struct arena a;
    id person;
    arena_init(&a, 1 << 20);
    err e = guest->reset
                ? staff_reset_accept(&guest->o->desk, &a, guest->token, better, &guest->o->from)
                : staff_accept(&guest->o->desk, &a, guest->token, STR("New"), good, &guest->o->from,
                               &person);
    arena_done(&a);
    *guest->in += err_ok(e);
    return NULL;
}

static void of_two_who_follow_a_link_one_gets_in(void **state)
{
    struct office *o = *state;
    struct token none;
    (void)office_person(o, email, ROLE_OWNER);
    ok(invite(o, invited, ROLE_VIEWER, &none));
    ok(ask(o, email));
    for (unsigned kind = 0; kind < 2; kind++) {
        atomic_int in = 0;
        pthread_t threads[4];
        struct guest guest = {o, office_mailed(o, kind ? email : invited), kind == 1, &in};
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(pthread_create(&threads[i], NULL, use_link, &guest), 0);
        }
        for (size_t i = 0; i < 4; i++) {
            pthread_join(threads[i], NULL);
        }
        assert_int_equal(in, 1);
    }
}

/* ── resets ── */

static void a_reset_sets_the_password_once_and_ends_every_session(void **state)
{
    struct office *o = *state;
    struct staff_login login;
    (void)office_person(o, email, ROLE_OWNER);
    ok(log_in(o, email, good, &login));
    ok(ask(o, STR("OWNER@example.com")));
    str token = office_mailed(o, email);
    assert_true(str_starts(token, STR("dw_rs_")));
    assert_false(database_has(o, token));
    fails(reset(o, token, STR("short")), ERR_UNPROCESSABLE);
    ok(look(o, &login.token));
    ok(reset(o, token, better));
    fails(look(o, &login.token), ERR_UNAUTHORIZED);
    fails(reset(o, token, good), ERR_UNAUTHORIZED);
    ok(log_in(o, email, better, &login));
    fails(accept(o, token, good), ERR_UNAUTHORIZED); /* no invitation */
}

static void a_reset_ends_after_an_hour_by_the_next_one_and_by_a_new_password(void **state)
{
    struct office *o = *state;
    struct staff_login login;
    (void)office_person(o, email, ROLE_OWNER);
    ok(ask(o, email));
    str first = office_mailed(o, email);
    o->from.now_ms += STAFF_RESET_MS;
    fails(reset(o, first, better), ERR_UNAUTHORIZED);
    ok(ask(o, email));
    str second = office_mailed(o, email);
    o->from.now_ms += 1000;
    ok(ask(o, email));
    str third = office_mailed(o, email);
    fails(reset(o, second, better), ERR_UNAUTHORIZED);
    struct staff_principal who = office_enter(o, email, &login);
    ok(staff_change_password(&o->desk, &o->arena, &who, good, better, &o->from));
    fails(reset(o, third, good), ERR_UNAUTHORIZED);
}

static void a_reset_asks_for_the_second_factor_as_before(void **state)
{
    struct office *o = *state;
    struct staff_login login;
    char key[TOTP_KEY_BYTES];
    (void)office_person(o, email, ROLE_OWNER);
    struct staff_principal who = office_enter(o, email, &login);
    office_totp(o, &who, key, NULL);
    ok(ask(o, email));
    ok(reset(o, office_mailed(o, email), better));
    ok(log_in(o, email, better, &login));
    assert_int_equal(login.state, STAFF_NEEDS_FACTOR);
}

static void whoever_asks_cannot_tell_whether_there_is_an_account(void **state)
{
    struct office *o = *state;
    static const str addresses[] = {STR_INIT("owner@example.com"), STR_INIT("nobody@example.com"),
                                    STR_INIT("disabled@example.com"), STR_INIT("no address")};
    (void)office_person(o, email, ROLE_OWNER);
    id disabled = office_person(o, STR("disabled@example.com"), ROLE_VIEWER);
    ok(store_person_disable(o->store, &disabled, o->from.now_ms, NULL));
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        unsigned wait = 0;
        for (unsigned n = 0; n < 3; n++) {
            int64_t began = clock_mono_us();
            ok(ask(o, addresses[i]));
            assert_true(clock_mono_us() - began >= 49000); /* the end of a slice of time */
        }
        fails(staff_reset_ask(&o->desk, &o->arena, &o->mail, ORIGIN, addresses[i], &o->from, &wait),
              ERR_RATE_LIMITED);
        assert_int_equal(wait, 3600);
    }
    assert_int_equal(office_mails(o, "reset"), 3);
}

static void a_link_of_an_account_that_went_is_dead(void **state)
{
    struct office *o = *state;
    (void)office_person(o, email, ROLE_OWNER);
    id agent = office_person(o, STR("agent@example.com"), ROLE_AGENT);
    id leaver = office_person(o, STR("leaver@example.com"), ROLE_AGENT);
    ok(ask(o, STR("agent@example.com")));
    ok(ask(o, STR("leaver@example.com")));
    ok(store_person_disable(o->store, &agent, o->from.now_ms, NULL));
    ok(store_member_remove(o->store, &o->team, &leaver, NULL));
    fails(reset(o, office_mailed(o, STR("agent@example.com")), better), ERR_UNAUTHORIZED);
    fails(reset(o, office_mailed(o, STR("leaver@example.com")), better), ERR_UNAUTHORIZED);
}

static void a_sealed_link_opens_for_its_own_address_only(void **state)
{
    struct office *o = *state;
    struct outbox_row *rows;
    struct letter letter;
    str token;
    size_t count;
    (void)office_person(o, email, ROLE_OWNER);
    ok(ask(o, email));
    ok(store_outbox_list(o->store, &o->arena, STR_EMPTY, 10, &rows, &count));
    assert_int_equal(count, 1);
    assert_true(id_none(&rows[0].project));
    assert_true(str_eq(rows[0].target, email));
    assert_true(str_find(rows[0].payload, STR("dw_rs_"), 0) == SIZE_MAX);
    ok(letter_read(&o->arena, rows[0].payload, &letter));
    assert_true(str_eq(letter.button_link, STR("https://chat.example.com/admin/#/reset/")));
    assert_int_equal(letter.until_ms, o->from.now_ms + STAFF_RESET_MS);
    fails(staff_mail_reveal(&o->seal_key, &o->arena, STR("thief@example.com"), letter.button_sealed,
                            &token),
          ERR_CORRUPT);
    fails(staff_mail_reveal(&o->hash_key, &o->arena, email, letter.button_sealed, &token),
          ERR_CORRUPT);
    ok(staff_mail_reveal(&o->seal_key, &o->arena, email, letter.button_sealed, &token));
}

static void tokens_that_are_none_are_recorded_once_in_a_while(void **state)
{
    struct office *o = *state;
    for (unsigned i = 0; i < 50; i++) {
        struct token token = token_new(i % 2 ? TOKEN_RESET : TOKEN_INVITATION);
        fails(reset(o, str_c(token.c), good), ERR_UNAUTHORIZED);
        fails(accept(o, str_c(token.c), good), ERR_UNAUTHORIZED);
    }
    assert_int_equal(office_audited(o, NULL, "person.reset", "refused"), 1);
    assert_int_equal(office_audited(o, NULL, "invitation.accept", "refused"), 1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_invitation_makes_one_account_once),
        CASE(an_invitation_ends_after_a_week_and_by_the_next_one),
        CASE(without_mail_the_token_is_handed_on),
        CASE(an_existing_account_joins_by_its_own_password),
        CASE(an_address_is_not_flooded_with_invitations),
        CASE(of_two_who_follow_a_link_one_gets_in),
        CASE(a_reset_sets_the_password_once_and_ends_every_session),
        CASE(a_reset_ends_after_an_hour_by_the_next_one_and_by_a_new_password),
        CASE(a_reset_asks_for_the_second_factor_as_before),
        CASE(whoever_asks_cannot_tell_whether_there_is_an_account),
        CASE(a_link_of_an_account_that_went_is_dead),
        CASE(a_sealed_link_opens_for_its_own_address_only),
        CASE(tokens_that_are_none_are_recorded_once_in_a_while),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
