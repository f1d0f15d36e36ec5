/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/access/staff_fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ops/letter.h"
#include "store/outbox.h"

const str good = STR_INIT("seven lanterns over the quay");
const str better = STR_INIT("nineteen herons in the reeds");

static struct office office;
static char phc[PASSWORD_HASH_BYTES]; /* hashed once for all tests */

void office_ok(err e, const char *what, const char *file, int line)
{
    if (!err_ok(e)) {
        print_error("%s: error %d: %s\n", what, e.code, e.what);
        _fail(file, line);
    }
}

void office_code_is(err e, enum err_code code, const char *what, const char *file, int line)
{
    if (e.code != code) {
        print_error("%s: error %d, not %d: %s\n", what, e.code, code, e.what);
        _fail(file, line);
    }
}

int office_open(void **state)
{
    struct store_settings settings = store_settings_default();
    struct office *o = &office;
    str detail = STR_EMPTY;
    *o = (struct office){.mail = outbox_settings_default()};
    assert_true(err_ok(crypto_init()));
    arena_init(&o->arena, 256 << 20);
    (void)snprintf(o->folder, sizeof o->folder, "/tmp/doorward-office-XXXXXX");
    assert_non_null(mkdtemp(o->folder));
    (void)snprintf(settings.url, sizeof settings.url, "sqlite:%.63s/store.db", o->folder);
    ok(store_open(&settings, &o->arena, &o->store, &detail));
    ok(store_team_create(o->store, STR("Example Ltd"), &o->team));
    ok(secret_set(&o->hash_key, STR("a key of thirty-two bytes, hash.")));
    ok(secret_set(&o->seal_key, STR("a key of thirty-two bytes, seal.")));
    o->desk =
        (struct staff_desk){.store = o->store, .hash_key = &o->hash_key, .seal_key = &o->seal_key};
    ok(password_hasher_new(2, &o->desk.hasher));
    ok(throttle_new(&o->desk.throttle));
    (void)snprintf(o->mail.mail.url, sizeof o->mail.mail.url, "smtp://127.0.0.1:1");
    (void)snprintf(o->mail.mail.from, sizeof o->mail.mail.from, "Example <chat@example.com>");
    (void)snprintf(o->mail.mail.to[0], sizeof o->mail.mail.to[0], "sales@example.com");
    o->mail.mail.to_count = 1;
    o->from = (struct staff_from){.network = STR("198.51.100.0/24"),
                                  .agent = STR("Firefox on Linux"),
                                  .request = id_random(),
                                  .now_ms = clock_wall_ms(),
                                  .deadline_ms = clock_mono_ms() + 600000};
    if (!phc[0]) {
        str hashed;
        ok(password_hash(o->desk.hasher, &o->arena, good, o->from.deadline_ms, &hashed));
        memcpy(phc, hashed.p, hashed.n + 1);
    }
    o->phc = str_c(phc);
    *state = o;
    return 0;
}

int office_close(void **state)
{
    struct office *o = *state;
    char path[512];
    mem_fail_after(-1);
    store_close(o->store);
    throttle_free(o->desk.throttle);
    password_hasher_free(o->desk.hasher);
    secret_done(&o->hash_key);
    secret_done(&o->seal_key);
    arena_done(&o->arena);
    DIR *folder = opendir(o->folder);
    for (const struct dirent *entry; folder && (entry = readdir(folder));) {
        (void)snprintf(path, sizeof path, "%s/%s", o->folder, entry->d_name);
        (void)unlink(path);
    }
    if (folder) {
        (void)closedir(folder);
    }
    return rmdir(o->folder);
}

id office_person(struct office *o, str email, enum role role)
{
    struct person_row row = {.id = id_random(),
                             .email = email,
                             .name = STR("A colleague"),
                             .password = o->phc,
                             .password_ms = o->from.now_ms,
                             .created_ms = o->from.now_ms};
    struct member_row member = {.team = o->team,
                                .person = row.id,
                                .role = role,
                                .all_projects = true,
                                .created_ms = o->from.now_ms};
    ok(store_person_create(o->store, &row, &member, NULL));
    return row.id;
}

void office_rules(struct office *o, str settings)
{
    struct team_row team;
    ok(store_team_get(o->store, &o->arena, &o->team, &team));
    team.settings = settings;
    ok(store_team_update(o->store, &team, NULL));
}

struct staff_principal office_who(struct office *o, const struct token *token)
{
    struct staff_principal who;
    ok(staff_authenticate(&o->desk, &o->arena, str_c(token->c), &o->from, &who));
    return who;
}

struct staff_principal office_enter(struct office *o, str email, struct staff_login *ret)
{
    ok(staff_log_in(&o->desk, &o->arena, email, good, &o->from, ret));
    return office_who(o, &ret->token);
}

/* Takes the key out of its base32 form, as an app does. */
static void read_base32(str text, char ret_key[TOTP_KEY_BYTES])
{
    uint32_t bits = 0, have = 0;
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == ' ') {
            continue;
        }
        bits = bits << 5 | (uint32_t)(c >= 'A' && c <= 'Z' ? c - 'A' : c - '2' + 26);
        have += 5;
        if (have >= 8 && n < TOTP_KEY_BYTES) {
            have -= 8;
            ret_key[n++] = (char)(bits >> have & 0xff);
        }
    }
    assert_int_equal(n, TOTP_KEY_BYTES);
}

str office_code(struct office *o, const char key[TOTP_KEY_BYTES])
{
    uint64_t step = (uint64_t)(o->from.now_ms / TOTP_STEP_MS);
    return arena_printf(&o->arena, "%06u",
                        totp_code(str_n(key, TOTP_KEY_BYTES), step, TOTP_DIGITS));
}

void office_totp(struct office *o, const struct staff_principal *who, char ret_key[TOTP_KEY_BYTES],
                 struct recovery_code *ret_codes)
{
    struct staff_totp totp;
    struct recovery_code codes[RECOVERY_CODES];
    size_t count;
    ok(staff_totp_begin(&o->desk, &o->arena, who, STR("Doorward"), &o->from, &totp));
    read_base32(totp.key, ret_key);
    ok(staff_totp_confirm(&o->desk, &o->arena, who, &totp.factor, office_code(o, ret_key), &o->from,
                          ret_codes ? ret_codes : codes, &count));
    assert_int_equal(count, RECOVERY_CODES);
    o->from.now_ms += TOTP_STEP_MS;
}

size_t office_audited(struct office *o, const id *team, const char *act, const char *outcome)
{
    static const id none;
    struct audit_row *rows;
    size_t count, found = 0;
    ok(store_audit_recent(o->store, &o->arena, team ? team : &none, 0, 1000, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        found +=
            str_eq(rows[i].what.act, str_c(act)) && str_eq(rows[i].what.outcome, str_c(outcome));
    }
    return found;
}

str office_mailed(struct office *o, str to)
{
    struct outbox_row *rows;
    size_t count;
    ok(store_outbox_list(o->store, &o->arena, STR_EMPTY, 100, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        struct letter letter;
        str token;
        if (!str_eq(rows[i].kind, STR("mail")) ||
            !err_ok(letter_read(&o->arena, rows[i].payload, &letter)) || !str_eq(letter.to, to)) {
            continue;
        }
        ok(staff_mail_reveal(&o->seal_key, &o->arena, to, letter.button_sealed, &token));
        return token;
    }
    return STR_EMPTY;
}

size_t office_mails(struct office *o, const char *event)
{
    struct outbox_row *rows;
    size_t count, found = 0;
    ok(store_outbox_list(o->store, &o->arena, STR_EMPTY, 1000, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        found += str_eq(rows[i].kind, STR("mail")) && str_eq(rows[i].event, str_c(event));
    }
    return found;
}
