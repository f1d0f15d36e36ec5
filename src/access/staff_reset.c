/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "access/staff_private.h"
#include "base/clock.h"
#include "ops/account_mail.h"

/* A mail to somebody takes a little more than none to nobody: every answer waits for the end of a
 * slice of time, so that the difference is not seen. */
enum { EVEN_MS = 50 };

static void even_out(int64_t began_us)
{
    int64_t slice = EVEN_MS * (int64_t)1000, spent = clock_mono_us() - began_us;
    int64_t left = slice - spent % slice;
    struct timespec rest = {.tv_sec = 0, .tv_nsec = left * 1000};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, &rest) != 0) {
    }
}

static const char act_reset[] = "person.reset";

/* The mail is composed in any case and kept when there is somebody to write to. */
static err ask(const struct staff_desk *desk, struct arena *a, const struct outbox_settings *mail,
               str origin, str folded, const struct staff_from *from)
{
    struct staff_account account;
    struct staff_link link = {0};
    struct outbox_row entry;
    bool possible = account_mail_possible(mail);
    err e = staff_account_find(desk, a, folded, &account);
    e = err_ok(e) ? staff_link_draw(desk, a, TOKEN_RESET, folded, origin, "reset", &link) : e;
    crypto_wipe(&link.token, sizeof link.token);
    struct account_mail what = {
        .to = folded,
        .link = link.before,
        .sealed = link.sealed,
        .network = from->network,
        .now_ms = from->now_ms,
        .until_ms = from->now_ms + STAFF_RESET_MS,
    };
    if (err_ok(e) && possible) {
        e = account_mail_reset(a, mail, &what, &entry);
    }
    if (!err_ok(e)) {
        return e;
    }
    const id *team = account.team_count ? &account.teams[0].team : NULL;
    struct audit_act act = staff_act(from, team, NULL, act_reset, "done", "{\"step\":\"ask\"}");
    if (account.exists) {
        act.object_kind = STR("person");
        act.object = id_str(&account.person.id);
    }
    if (!account.usable || !possible) {
        act.outcome = account.usable ? STR("failed") : STR("refused");
        act.detail = account.usable ? STR("{\"step\":\"ask\",\"why\":\"no mail is configured\"}")
                                    : STR("{\"step\":\"ask\",\"why\":\"account\"}");
        return staff_audit(desk, &act);
    }
    struct reset_row row = {.id = id_random(),
                            .person = account.person.id,
                            .hash = link.hash,
                            .created_ms = from->now_ms,
                            .expires_ms = what.until_ms};
    return store_reset_create(desk->store, &row, &entry, &act);
}

err staff_reset_ask(const struct staff_desk *desk, struct arena *a,
                    const struct outbox_settings *mail, str origin, str email,
                    const struct staff_from *from, unsigned *ret_wait_s)
{
    int64_t began_us = clock_mono_us();
    str folded = staff_fold(a, email);
    struct audit_act act = staff_act(from, NULL, NULL, act_reset, "refused", "");
    err e = staff_take(desk, THROTTLE_MAIL, folded, from, &act, ret_wait_s);
    e = err_ok(e) ? ask(desk, a, mail, origin, folded, from) : e;
    even_out(began_us);
    return e;
}

err staff_reset_accept(const struct staff_desk *desk, struct arena *a, str token, str password,
                       const struct staff_from *from)
{
    enum token_kind kind;
    struct reset_row reset;
    struct staff_account account;
    str phc;
    if (!token_parse(token, &kind) || kind != TOKEN_RESET) {
        return staff_refuse_token(desk, act_reset, from);
    }
    struct crypto_digest hash = token_hash(desk->hash_key, token);
    struct person_row person;
    err e = store_reset_by_hash(desk->store, &hash, from->now_ms, &reset);
    e = err_ok(e) ? store_person_get(desk->store, a, &reset.person, &person) : e;
    e = err_ok(e) ? staff_account_find(desk, a, person.email, &account) : e;
    if (e.code == ERR_NOT_FOUND || (err_ok(e) && !account.usable)) {
        return staff_refuse_token(desk, act_reset, from);
    }
    e = err_ok(e) ? password_judge(desk->hasher, password, person.email, person.name) : e;
    e = err_ok(e) ? password_hash(desk->hasher, a, password, from->deadline_ms, &phc) : e;
    if (!err_ok(e)) {
        return e;
    }
    struct audit_act act = staff_act(from, &account.teams[0].team, &person.id, act_reset, "done",
                                     "{\"step\":\"accept\"}");
    e = store_reset_accept(desk->store, &reset.id, phc, from->now_ms, &act);
    return e.code == ERR_NOT_FOUND ? staff_refuse_token(desk, act_reset, from) : e;
}
