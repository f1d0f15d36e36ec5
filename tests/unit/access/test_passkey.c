/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/passkey_private.h"
#include "unit/access/webauthn.h"

enum { ALGS = 3, PRESENT = 0x01, ABLE = 0x08, BACKED_UP = 0x10, ATTESTED = 0x40, EXTENDED = 0x80 };

static const int algorithms[ALGS] = {WEBAUTHN_ES256, WEBAUTHN_EDDSA, WEBAUTHN_RS256};
static const char *const prefixes[ALGS] = {"es256:", "eddsa:", "rs256:"};

static struct arena memory;
static struct webauthn makers[ALGS]; /* as they register */
static struct webauthn owners[ALGS]; /* as they log in */
static str stored[ALGS];
static struct passkey_site site;
static str challenge;

static int set_up(void **state)
{
    (void)state;
    static const unsigned char id[32] = "a credential id of 32 bytes, ok";
    arena_init(&memory, 512 << 20);
    struct passkey_made made;
    str json;
    bool fine =
        err_ok(passkey_site(&memory, STR("https://chat.example.com"), STR("Example"), &site)) &&
        err_ok(passkey_get_options(&memory, &site, NULL, 0, &json, &challenge));
    for (unsigned i = 0; fine && i < ALGS; i++) {
        makers[i] = (struct webauthn){.key = webauthn_key(algorithms[i]),
                                      .algorithm = algorithms[i],
                                      .credential = str_n((const char *)id, sizeof id - i),
                                      .type = "webauthn.create",
                                      .origin = "https://chat.example.com",
                                      .challenge = challenge,
                                      .rp_id = "chat.example.com",
                                      .flags = PRESENT | ATTESTED,
                                      .extensions = STR_EMPTY};
        owners[i] = makers[i];
        owners[i].type = "webauthn.get";
        owners[i].flags = PRESENT;
        owners[i].counter = 8;
        fine = err_ok(passkey_verify_create(&memory, &site, challenge,
                                            webauthn_create(&memory, &makers[i]), &made));
        stored[i] = fine ? made.public_key : STR_EMPTY;
    }
    return fine ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ALGS; i++) {
        EVP_PKEY_free(makers[i].key);
    }
    arena_done(&memory);
    return 0;
}

static err create(str json)
{
    struct passkey_made made;
    return passkey_verify_create(&memory, &site, challenge, json, &made);
}

static err get(unsigned i, str json)
{
    uint64_t counter;
    return passkey_verify_get(&memory, &site, challenge, json, stored[i], 7, &counter);
}

static void a_new_passkey_is_taken(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ALGS * 2; i++) {
        struct webauthn w = makers[i % ALGS];
        struct passkey_made made;
        w.self = i >= ALGS;
        w.counter = 5;
        assert_true(err_ok(
            passkey_verify_create(&memory, &site, challenge, webauthn_create(&memory, &w), &made)));
        assert_true(str_eq(made.credential, w.credential));
        assert_true(str_starts(made.public_key, str_c(prefixes[i % ALGS])));
        assert_true(str_eq(made.public_key, stored[i % ALGS]));
        assert_int_equal(made.counter, 5);
    }
}

static void a_passkey_opens_the_door(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ALGS; i++) {
        str json = webauthn_get(&memory, &owners[i]), id;
        uint64_t counter = 0;
        assert_true(err_ok(passkey_response_credential(&memory, json, &id)));
        assert_true(str_eq(id, owners[i].credential));
        assert_true(
            err_ok(passkey_verify_get(&memory, &site, challenge, json, stored[i], 7, &counter)));
        assert_int_equal(counter, 8);
        for (unsigned other = 0; other < ALGS; other++) {
            assert_int_equal(err_ok(get(other, json)), other == i);
        }
    }
}

static void the_counter_grows_or_is_not_kept(void **state)
{
    (void)state;
    static const struct {
        uint64_t stored;
        uint32_t shown;
        bool fine;
    } table[] = {{0, 0, true},          {0, 1, true},          {1, 2, true},
                 {1, 1, false},         {1, 0, false},         {5, 4, false},
                 {5, 5, false},         {5, UINT32_MAX, true}, {UINT32_MAX, UINT32_MAX, false},
                 {1ull << 32, 7, false}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct webauthn w = owners[0];
        uint64_t counter = 99;
        w.counter = table[i].shown;
        bool fine = err_ok(passkey_verify_get(&memory, &site, challenge, webauthn_get(&memory, &w),
                                              stored[0], table[i].stored, &counter));
        assert_int_equal(fine, table[i].fine);
        assert_int_equal(counter, fine ? table[i].shown : 99);
    }
}

static const struct {
    const char *type, *origin, *more, *rp_id, *challenge;
    unsigned flags_off, flags_on;
    bool fine;
} wrong_rows[] = {
    {.fine = true},
    {.more = ",\"crossOrigin\":false", .fine = true},
    {.more = ",\"other_keys_can_be_added_here\":\"do not compare\"", .fine = true},
    {.flags_on = ABLE, .fine = true},
    {.flags_on = ABLE | BACKED_UP, .fine = true},
    {.flags_on = 0x04, .fine = true}, /* user verified */
    {.type = "webauthn.get2"},
    {.type = "payment.get"},
    {.type = ""},
    {.origin = "http://chat.example.com"},
    {.origin = "https://chat.example.com:443"},
    {.origin = "https://chat.example.com:8443"},
    {.origin = "https://chat.example.com/"},
    {.origin = "https://chat.example.com."},
    {.origin = "https://chat.example.com.evil.test"},
    {.origin = "https://evil.chat.example.com"},
    {.origin = "https://example.com"},
    {.origin = "https://CHAT.example.com"},
    {.origin = "null"},
    {.origin = ""},
    {.origin = "https://chat.example.com\\u0000"},
    {.more = ",\"crossOrigin\":true"},
    {.more = ",\"crossOrigin\":\"false\""},
    {.more = ",\"crossOrigin\":null"},
    {.more = ",\"crossOrigin\":0"},
    {.more = ",\"topOrigin\":\"https://evil.test\""},
    {.more = ",\"origin\":\"https://chat.example.com\""}, /* twice */
    {.more = "}"},
    {.more = ",\"x\":\xff"},
    {.rp_id = "example.com"},
    {.rp_id = "evil.test"},
    {.rp_id = ""},
    {.challenge = ""},
    {.challenge = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
    {.flags_off = PRESENT},
    {.flags_off = PRESENT, .flags_on = 0x04},
    {.flags_on = BACKED_UP},
    {.flags_on = EXTENDED}, /* and none there */
};

/* Every row is signed by the right key, only one thing in it is wrong. */
static void one_wrong_thing_is_enough(void **state)
{
    (void)state;
    for (unsigned k = 0; k < ALGS * 3; k++) { /* log in, register, register with "packed" */
        for (size_t i = 0; i < sizeof wrong_rows / sizeof *wrong_rows; i++) {
            bool making = k >= ALGS;
            struct webauthn w = making ? makers[k % ALGS] : owners[k % ALGS];
            w.self = k >= 2 * ALGS;
            w.type = wrong_rows[i].type ? wrong_rows[i].type : w.type;
            w.origin = wrong_rows[i].origin ? wrong_rows[i].origin : w.origin;
            w.more = wrong_rows[i].more;
            w.rp_id = wrong_rows[i].rp_id ? wrong_rows[i].rp_id : w.rp_id;
            w.challenge = wrong_rows[i].challenge ? str_c(wrong_rows[i].challenge) : w.challenge;
            w.flags = (w.flags & ~wrong_rows[i].flags_off) | wrong_rows[i].flags_on;
            err e =
                making ? create(webauthn_create(&memory, &w)) : get(k, webauthn_get(&memory, &w));
            if (err_ok(e) != wrong_rows[i].fine ||
                (!wrong_rows[i].fine && e.code != ERR_UNPROCESSABLE)) {
                fail_msg("row %zu as %u: %s", i, k, e.what);
            }
        }
    }
}

static void a_ceremony_is_not_taken_for_the_other(void **state)
{
    (void)state;
    struct webauthn w = makers[0];
    w.type = "webauthn.get";
    assert_false(err_ok(create(webauthn_create(&memory, &w))));
    w = owners[0];
    w.type = "webauthn.create";
    assert_false(err_ok(get(0, webauthn_get(&memory, &w))));
    w = owners[0];
    w.flags |= ATTESTED; /* credential data has no place in a log-in */
    assert_false(err_ok(get(0, webauthn_get(&memory, &w))));
    w = makers[0];
    w.flags = PRESENT;
    assert_false(err_ok(create(webauthn_create(&memory, &w))));
    assert_false(err_ok(create(webauthn_get(&memory, &owners[0]))));
    assert_false(err_ok(get(0, webauthn_create(&memory, &makers[0]))));
}

static void no_challenge_answers_nothing(void **state)
{
    (void)state;
    struct webauthn w = owners[0];
    uint64_t counter;
    w.challenge = STR_EMPTY;
    assert_false(err_ok(passkey_verify_get(&memory, &site, STR_EMPTY, webauthn_get(&memory, &w),
                                           stored[0], 7, &counter)));
}

static void extensions_are_read_over(void **state)
{
    (void)state;
    static const struct {
        str bytes;
        bool fine;
    } table[] = {
        {STR_INIT("\xa0"), true},
        {STR_INIT("\xa1\x6b"
                  "credProtect"
                  "\x02"),
         true},
        {STR_INIT("\xa1\x65"
                  "other"
                  "\xf5"),
         true},
        {STR_INIT("\xa1\x6b"
                  "credProtect"),
         false},
        {STR_INIT("\xa1\x6b"
                  "credProtect"
                  "\x02\x00"),
         false},
        {STR_INIT("\x80"), false},
        {STR_INIT("\xbf\xff"), false},
        {STR_INIT("\x01"), false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct webauthn w = makers[0];
        w.flags |= EXTENDED;
        w.extensions = table[i].bytes;
        assert_int_equal(err_ok(create(webauthn_create(&memory, &w))), table[i].fine);
        w.flags &= ~(unsigned)EXTENDED; /* bytes that nothing announces */
        assert_false(err_ok(create(webauthn_create(&memory, &w))));
    }
}

/* Calls `judge` with every bit of the bytes flipped and every shorter piece of them. */
static void each_damage(str bytes, void (*judge)(unsigned i, str damaged, size_t at), unsigned i)
{
    char *copy = arena_alloc(&memory, bytes.n);
    for (size_t at = 0; at < bytes.n; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            memcpy(copy, bytes.p, bytes.n);
            copy[at] = (char)(copy[at] ^ (1 << bit));
            judge(i, str_n(copy, bytes.n), at);
        }
        judge(i, str_slice(bytes, 0, at), SIZE_MAX);
    }
}

static str real_client, real_auth, real_signature;

static void refuse_client(unsigned i, str damaged, size_t at)
{
    (void)at;
    assert_false(err_ok(
        get(i, webauthn_shown(&memory, owners[i].credential, damaged, real_auth, real_signature))));
}

static void refuse_auth(unsigned i, str damaged, size_t at)
{
    (void)at;
    assert_false(err_ok(get(
        i, webauthn_shown(&memory, owners[i].credential, real_client, damaged, real_signature))));
}

static void refuse_signature(unsigned i, str damaged, size_t at)
{
    (void)at;
    assert_false(err_ok(
        get(i, webauthn_shown(&memory, owners[i].credential, real_client, real_auth, damaged))));
}

static void nothing_damaged_opens_the_door(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ALGS; i++) {
        real_client = webauthn_client_data(&memory, &owners[i]);
        real_auth = webauthn_auth(&memory, &owners[i]);
        real_signature = webauthn_sign(&memory, &owners[i], real_auth, real_client);
        assert_true(err_ok(get(i, webauthn_shown(&memory, owners[i].credential, real_client,
                                                 real_auth, real_signature))));
        each_damage(real_client, refuse_client, i);
        each_damage(real_auth, refuse_auth, i);
        each_damage(real_signature, refuse_signature, i);
        str longer = arena_printf(&memory, "%.*s%c", STR_ARG(real_signature), 'x');
        refuse_signature(i, longer, 0);
    }
}

/* Without attestation nobody vouches for the new key; but what is damaged may at most be another
 * key, never one that answers for this. */
static void open_damaged_object(unsigned i, str damaged, size_t at)
{
    struct passkey_made made;
    uint64_t counter;
    (void)at;
    str json = webauthn_created(&memory, makers[i].credential, real_client, damaged);
    if (err_ok(passkey_verify_create(&memory, &site, challenge, json, &made))) {
        assert_true(str_eq(made.credential, makers[i].credential));
        assert_int_equal(
            err_ok(passkey_verify_get(&memory, &site, challenge, webauthn_get(&memory, &owners[i]),
                                      made.public_key, 7, &counter)),
            str_eq(made.public_key, stored[i]));
    }
}

static void refuse_object(unsigned i, str damaged, size_t at)
{
    assert_false(
        err_ok(create(webauthn_created(&memory, makers[i].credential, real_client, damaged))));
    (void)at;
}

static void a_damaged_attestation_makes_no_key(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct webauthn w = makers[i];
        real_client = webauthn_client_data(&memory, &w);
        real_auth = webauthn_auth(&memory, &w);
        each_damage(webauthn_attestation(&memory, &w, real_auth, STR_EMPTY), open_damaged_object,
                    i);
        w.self = true;
        real_signature = webauthn_sign(&memory, &w, real_auth, real_client);
        each_damage(webauthn_attestation(&memory, &w, real_auth, real_signature), refuse_object, i);
    }
}

static const struct {
    str before, after;
    bool fine;
} attestation_rows[] = {
    {STR_INIT("\xa3\x63"
              "fmt\x64none\x67"
              "attStmt\xa0\x68"
              "authData\x58"),
     STR_INIT(""), true},
    {STR_INIT("\xa3\x67"
              "attStmt\xa0\x63"
              "fmt\x64none\x68"
              "authData\x58"),
     STR_INIT(""), true},
    {STR_INIT("\xa3\x63"
              "fmt\x64none\x67"
              "attStmt\xa0\x68"
              "authData\x59\x00"),
     STR_INIT(""), false},
    {STR_INIT("\xa3\x63"
              "fmt\x64none\x67"
              "attStmt\xa0\x68"
              "authData\x58"),
     STR_INIT("\x00"), false},
    {STR_INIT("\xbf\x63"
              "fmt\x64none\x67"
              "attStmt\xa0\x68"
              "authData\x58"),
     STR_INIT("\xff"), false},
    {STR_INIT("\xa2\x63"
              "fmt\x64none\x68"
              "authData\x58"),
     STR_INIT(""), false},
    {STR_INIT("\xa4\x63"
              "fmt\x64none\x67"
              "attStmt\xa0\x68"
              "authData\x58"),
     STR_INIT("\x61x\x00"), false},
    {STR_INIT("\xa4\x63"
              "fmt\x64none\x63"
              "fmt\x64none\x67"
              "attStmt\xa0\x68"
              "authData\x58"),
     STR_INIT(""), false},
    {STR_INIT("\xa3\x63"
              "fmt\x64none\x67"
              "attStmt\xa1\x63"
              "alg\x26\x68"
              "authData\x58"),
     STR_INIT(""), false},
    {STR_INIT("\xa3\x63"
              "fmt\x66packed\x67"
              "attStmt\xa0\x68"
              "authData\x58"),
     STR_INIT(""), false},
    {STR_INIT("\xa3\x63"
              "fmt\x68"
              "fido-u2f\x67"
              "attStmt\xa0\x68"
              "authData\x58"),
     STR_INIT(""), false},
    {STR_INIT("\xa3\x63"
              "fmt\x65"
              "apple\x67"
              "attStmt\xa1\x63x5c\x80\x68"
              "authData\x58"),
     STR_INIT(""), false},
    {STR_INIT("\xa3\x63"
              "fmt\x66packed\x67"
              "attStmt\xa3\x63"
              "alg\x26\x63sig\x40\x63x5c\x80\x68"
              "authData\x58"),
     STR_INIT(""), false},
    {STR_INIT("\xd9\xd9\xf7\xa3\x63"
              "fmt\x64none\x67"
              "attStmt\xa0\x68"
              "authData\x58"),
     STR_INIT(""), false},
};

static void attestations_that_nobody_asked_for_are_refused(void **state)
{
    (void)state;
    str auth = webauthn_auth(&memory, &makers[0]),
        client = webauthn_client_data(&memory, &makers[0]);
    for (size_t i = 0; i < sizeof attestation_rows / sizeof *attestation_rows; i++) {
        struct buf b;
        buf_init(&b, 4096);
        buf_add(&b, attestation_rows[i].before);
        buf_add_byte(&b, (char)auth.n);
        buf_add(&b, auth);
        buf_add(&b, attestation_rows[i].after);
        err e = create(webauthn_created(&memory, makers[0].credential, client, buf_str(&b)));
        if (err_ok(e) != attestation_rows[i].fine) {
            fail_msg("row %zu: %s", i, e.what);
        }
        buf_done(&b);
    }
}

static void other_algorithms_are_refused(void **state)
{
    (void)state;
    static const int others[] = {-35, -36, -37, -47, -65535, 0, 7, 1};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct webauthn w = makers[1];
        w.algorithm = others[i];
        w.key = makers[2].key; /* written as an RSA key */
        assert_false(err_ok(create(webauthn_create(&memory, &w))));
    }
}

static void weak_keys_are_refused(void **state)
{
    (void)state;
    struct webauthn w = makers[2];
    w.key = EVP_RSA_gen(1024); /* in the room of 2048 */
    assert_false(err_ok(create(webauthn_create(&memory, &w))));
    EVP_PKEY_free(w.key);
    str auth = webauthn_auth(&memory, &makers[2]), client = webauthn_client_data(&memory, &w);
    char *copy = arena_alloc(&memory, auth.n);
    memcpy(copy, auth.p, auth.n);
    memcpy(copy + auth.n - 3, "\x00\x00\x01", 3); /* the exponent: every text is its signature */
    str object = webauthn_attestation(&memory, &w, str_n(copy, auth.n), STR_EMPTY);
    assert_false(err_ok(create(webauthn_created(&memory, w.credential, client, object))));
    w = makers[1];
    auth = webauthn_auth(&memory, &w);
    for (char order = 0; order < 2; order++) {
        memcpy(copy, auth.p, auth.n);
        memset(copy + auth.n - 32, 0, 32);
        copy[auth.n - 32] = order; /* the zero point, the neutral element */
        object = webauthn_attestation(&memory, &w, str_n(copy, auth.n), STR_EMPTY);
        assert_false(err_ok(create(webauthn_created(&memory, w.credential, client, object))));
    }
}

static void answers_of_another_form_are_refused(void **state)
{
    (void)state;
    static const char *const table[] = {
        "",
        "null",
        "[]",
        "{}",
        "{\"id\":\"AAAA\",\"type\":\"public-key\"}",
        "{\"id\":\"AAAA\",\"type\":\"public-key\",\"response\":[]}",
        "{\"id\":\"AAAA\",\"type\":\"public-key\",\"response\":{}}",
        "{\"id\":\"AA==\",\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"e30\"}}",
        "{\"id\":\"A+/A\",\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"e30\"}}",
        "{\"id\":\"AB\",\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"e30\"}}",
        "{\"id\":\"\",\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"e30\"}}",
        "{\"id\":7,\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"e30\"}}",
        "{\"id\":\"AAAA\",\"id\":\"AAAA\",\"type\":\"public-key\",\"response\":{}}",
        "{\"id\":\"AAAA\",\"type\":\"password\",\"response\":{\"clientDataJSON\":\"e30\"}}",
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(create(str_c(table[i])).code, ERR_UNPROCESSABLE);
        assert_int_equal(get(0, str_c(table[i])).code, ERR_UNPROCESSABLE);
    }
    str id;
    assert_int_equal(passkey_response_credential(&memory, STR("{}"), &id).code, ERR_UNPROCESSABLE);
    str other = STR("another credential"), client = webauthn_client_data(&memory, &makers[0]),
        auth = webauthn_auth(&memory, &makers[0]);
    str object = webauthn_attestation(&memory, &makers[0], auth, STR_EMPTY);
    assert_false(err_ok(create(webauthn_created(&memory, other, client, object))));
    str two_ids = STR("{\"id\":\"AAAA\",\"rawId\":\"AAAB\",\"type\":\"public-key\"}");
    assert_int_equal(passkey_response_credential(&memory, two_ids, &id).code, ERR_UNPROCESSABLE);
}

static void a_damaged_store_is_told(void **state)
{
    (void)state;
    str json = webauthn_get(&memory, &owners[0]);
    uint64_t counter;
    const str table[] = {STR_EMPTY, STR("es256:"), STR("es256:short"), STR("rsa:key"),
                         str_slice(stored[0], 0, stored[0].n - 1)};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(
            passkey_verify_get(&memory, &site, challenge, json, table[i], 7, &counter).code,
            ERR_CORRUPT);
    }
    char *zeros = arena_alloc(&memory, stored[0].n);
    memcpy(zeros, "es256:", 6); /* no point of the curve */
    assert_false(err_ok(passkey_verify_get(&memory, &site, challenge, json,
                                           str_n(zeros, stored[0].n), 7, &counter)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_passkey_is_taken),
        cmocka_unit_test(a_passkey_opens_the_door),
        cmocka_unit_test(the_counter_grows_or_is_not_kept),
        cmocka_unit_test(one_wrong_thing_is_enough),
        cmocka_unit_test(a_ceremony_is_not_taken_for_the_other),
        cmocka_unit_test(no_challenge_answers_nothing),
        cmocka_unit_test(extensions_are_read_over),
        cmocka_unit_test(nothing_damaged_opens_the_door),
        cmocka_unit_test(a_damaged_attestation_makes_no_key),
        cmocka_unit_test(attestations_that_nobody_asked_for_are_refused),
        cmocka_unit_test(other_algorithms_are_refused),
        cmocka_unit_test(weak_keys_are_refused),
        cmocka_unit_test(answers_of_another_form_are_refused),
        cmocka_unit_test(a_damaged_store_is_told),
    };
    if (!err_ok(crypto_init())) {
        return 1;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
