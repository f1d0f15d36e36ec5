/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/access/staff_fixture.h"

#include "base/json.h"
#include "unit/access/webauthn.h"

static const str email = STR_INIT("owner@example.com");

/* A person with one passkey. */
struct holder {
    struct passkey_site site;
    struct webauthn device;
    struct staff_login login;
    struct staff_principal who;
    id factor;
};

static str challenge_of(struct office *o, str options)
{
    json_t *json;
    str challenge;
    ok(json_read_object(options, &json, NULL));
    assert_true(json_get_str(json, "challenge", &challenge));
    challenge = arena_str(&o->arena, challenge);
    json_decref(json);
    return challenge;
}

static err make(struct office *o, struct holder *h, const char *credential, size_t *ret_codes)
{
    struct recovery_code codes[RECOVERY_CODES];
    str options;
    ok(staff_passkey_begin(&o->desk, &o->arena, &h->who, &h->site, &o->from, &options));
    h->device = (struct webauthn){.key = webauthn_key(WEBAUTHN_ES256),
                                  .algorithm = WEBAUTHN_ES256,
                                  .credential = str_c(credential),
                                  .type = "webauthn.create",
                                  .origin = "https://chat.example.com",
                                  .challenge = challenge_of(o, options),
                                  .rp_id = "chat.example.com",
                                  .flags = 0x41,
                                  .extensions = STR_EMPTY};
    str answer = webauthn_create(&o->arena, &h->device);
    err e = staff_passkey_add(&o->desk, &o->arena, &h->who, &h->site, STR("Laptop"), answer,
                              &o->from, &h->factor, codes, ret_codes);
    h->device.type = "webauthn.get";
    h->device.flags = 0x01;
    h->device.counter = 1;
    return e;
}

static struct holder holder_of(struct office *o, str address, const char *credential)
{
    struct holder h;
    size_t codes;
    (void)office_person(o, address, ROLE_OWNER);
    h.who = office_enter(o, address, &h.login);
    ok(passkey_site(&o->arena, ORIGIN, STR("Doorward"), &h.site));
    ok(make(o, &h, credential, &codes));
    assert_int_equal(codes, RECOVERY_CODES);
    h.who = office_enter(o, address, &h.login);
    assert_int_equal(h.login.state, STAFF_NEEDS_FACTOR);
    assert_true(h.login.has_passkey && !h.login.has_totp && h.login.has_codes);
    return h;
}

static void asked(struct office *o, struct holder *h)
{
    str options;
    ok(staff_passkey_options(&o->desk, &o->arena, &h->who, &h->site, &options));
    h->device.challenge = challenge_of(o, options);
}

static err show(struct office *o, struct holder *h, str answer, struct staff_login *ret)
{
    return staff_give_passkey(&o->desk, &o->arena, &h->who, &h->site, answer, &o->from, ret);
}

static void a_passkey_makes_the_session_full_under_a_new_token(void **state)
{
    struct office *o = *state;
    struct holder h = holder_of(o, email, "credential-of-the-owner");
    struct staff_login full, again;
    struct staff_principal who;
    asked(o, &h);
    str answer = webauthn_get(&o->arena, &h.device);
    ok(show(o, &h, answer, &full));
    assert_int_equal(full.state, STAFF_FULL);
    fails(staff_authenticate(&o->desk, &o->arena, str_c(h.login.token.c), &o->from, &who),
          ERR_UNAUTHORIZED);
    h.who = office_who(o, &full.token);
    fails(show(o, &h, answer, &again), ERR_UNAUTHORIZED); /* the challenge is used up */
    asked(o, &h);
    fails(show(o, &h, answer, &again), ERR_UNAUTHORIZED); /* of another challenge */
    asked(o, &h);
    fails(show(o, &h, webauthn_get(&o->arena, &h.device), &again),
          ERR_UNAUTHORIZED); /* the counter did not grow: a copy of the key */
    asked(o, &h);
    h.device.counter = 2;
    ok(show(o, &h, webauthn_get(&o->arena, &h.device), &again));
    assert_int_equal(office_audited(o, &o->team, "person.factor", "done"), 2);
    assert_int_equal(office_audited(o, &o->team, "person.factor", "refused"), 3);
    EVP_PKEY_free(h.device.key);
}

static void somebody_else_s_passkey_does_not_count(void **state)
{
    struct office *o = *state;
    struct holder owner = holder_of(o, email, "credential-of-the-owner");
    struct holder other = holder_of(o, STR("other@example.com"), "credential-of-the-other");
    struct staff_login full;
    asked(o, &owner);
    other.device.challenge = owner.device.challenge;
    fails(show(o, &owner, webauthn_get(&o->arena, &other.device), &full), ERR_UNAUTHORIZED);
    EVP_PKEY_free(owner.device.key);
    EVP_PKEY_free(other.device.key);
}

static void a_challenge_to_make_one_is_none_to_log_in_by(void **state)
{
    struct office *o = *state;
    struct holder h = holder_of(o, email, "credential-of-the-owner");
    struct staff_login full;
    str options;
    asked(o, &h);
    ok(show(o, &h, webauthn_get(&o->arena, &h.device), &full));
    h.who = office_who(o, &full.token);
    ok(staff_passkey_begin(&o->desk, &o->arena, &h.who, &h.site, &o->from, &options));
    h.device.challenge = challenge_of(o, options);
    h.device.counter = 2;
    fails(show(o, &h, webauthn_get(&o->arena, &h.device), &full), ERR_UNAUTHORIZED);
    EVP_PKEY_free(h.device.key);
}

static void a_credential_is_enrolled_once(void **state)
{
    struct office *o = *state;
    struct holder h = holder_of(o, email, "credential-of-the-owner");
    struct staff_login full;
    size_t codes;
    asked(o, &h);
    ok(show(o, &h, webauthn_get(&o->arena, &h.device), &full));
    h.who = office_who(o, &full.token);
    EVP_PKEY_free(h.device.key);
    fails(make(o, &h, "credential-of-the-owner", &codes), ERR_CONFLICT);
    EVP_PKEY_free(h.device.key);
    ok(make(o, &h, "another-credential", &codes));
    assert_int_equal(codes, 0); /* there are some already */
    EVP_PKEY_free(h.device.key);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_passkey_makes_the_session_full_under_a_new_token),
        CASE(somebody_else_s_passkey_does_not_count),
        CASE(a_challenge_to_make_one_is_none_to_log_in_by),
        CASE(a_credential_is_enrolled_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
