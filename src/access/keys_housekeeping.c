/* SPDX-License-Identifier: Apache-2.0 */
#include "access/keys.h"
#include "ops/account_mail.h"

static const int64_t day_ms = 24 * (int64_t)3600 * 1000;

/* One round for one team. */
struct round {
    struct store *store;
    struct arena *a;
    const struct outbox_settings *outbox;
    const struct team_row *team;
    struct team_rules rules;
    int64_t now_ms;
    size_t changed;
};

static struct audit_act act_of(const struct round *round, const struct key_row *key,
                               const char *act)
{
    return (struct audit_act){
        .team = round->team->id,
        .at_ms = round->now_ms,
        .actor_kind = STR("command"),
        .act = str_c(act),
        .object_kind = STR("key"),
        .object = id_str(&key->id),
        .outcome = STR("done"),
        .detail = STR_EMPTY,
        .address = STR_EMPTY,
    };
}

/* ── unused keys: flagged, and after a grace disabled; a use takes the flag away ── */

static int64_t last_ms(const struct key_row *key)
{
    return key->used_ms > key->created_ms ? key->used_ms : key->created_ms;
}

static bool is_flagged(const struct key_row *key) { return key->idle_ms > last_ms(key); }

static err judge_idle(struct round *round, const struct key_row *key)
{
    int64_t now = round->now_ms;
    if (!round->rules.key_idle_days || now - last_ms(key) < round->rules.key_idle_days * day_ms) {
        return ERR_NONE;
    }
    if (!is_flagged(key)) {
        struct audit_act act = act_of(round, key, "key.idle");
        round->changed++;
        return store_key_mark(round->store, &key->id, now, 0, 0, &act);
    }
    if (now - key->idle_ms < round->rules.key_idle_grace_days * day_ms) {
        return ERR_NONE;
    }
    struct audit_act act = act_of(round, key, "key.disable");
    act.detail = STR("{\"why\":\"idle\"}");
    round->changed++;
    return store_key_disable(round->store, &round->team->id, &key->id, "idle", now, &act);
}

/* ── expiry ── */

static bool is_due(const struct round *round, const struct key_row *key)
{
    int64_t from = key->expires_ms - round->rules.key_remind_days * day_ms;
    return round->rules.key_remind_days && key->expires_ms && id_none(&key->successor) &&
           round->now_ms >= from && key->reminded_ms < from;
}

/* The address of who made the key; empty when they are gone. */
static err owner_address(const struct round *round, const struct key_row *key, str *ret)
{
    struct person_row owner;
    *ret = STR_EMPTY;
    if (id_none(&key->owner)) {
        return ERR_NONE;
    }
    err e = store_person_get(round->store, round->a, &key->owner, &owner);
    if (err_ok(e) && !owner.disabled_ms) {
        *ret = owner.email;
    }
    return e.code == ERR_NOT_FOUND ? ERR_NONE : e;
}

/* First the entries, whose ids follow from the key, then the mark: whatever stops in between, there
 * is one mail. */
static err remind(struct round *round, const struct key_row *key)
{
    struct outbox_row *rows;
    size_t count = 0;
    struct account_mail_key what = {
        .key = key,
        .team = round->team->id,
        .team_name = round->team->name,
        .now_ms = round->now_ms,
    };
    err e = owner_address(round, key, &what.to);
    e = err_ok(e) ? account_mail_key(round->a, round->outbox, &what, &rows, &count) : e;
    e = err_ok(e) && count ? store_outbox_add(round->store, rows, count) : e;
    if (!err_ok(e) && e.code != ERR_CONFLICT) {
        return e;
    }
    struct audit_act act = act_of(round, key, "key.remind");
    round->changed++;
    return store_key_mark(round->store, &key->id, 0, round->now_ms, 0, &act);
}

/* ── all of them ── */

static err judge_key(struct round *round, const struct key_row *key)
{
    if (key->disabled_ms || (key->expires_ms && key->expires_ms <= round->now_ms)) {
        return ERR_NONE;
    }
    err e = judge_idle(round, key);
    e = err_ok(e) && is_due(round, key) ? remind(round, key) : e;
    return e.code == ERR_NOT_FOUND ? ERR_NONE : e; /* it went meanwhile */
}

err keys_housekeeping(struct store *store, struct arena *a, const struct outbox_settings *outbox,
                      int64_t now_ms, size_t *ret_changed)
{
    struct team_row *teams;
    size_t count, changed = 0;
    err e = store_team_list(store, a, &teams, &count);
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        struct round round = {.store = store,
                              .a = a,
                              .outbox = outbox,
                              .team = &teams[i],
                              .rules = team_rules_default(),
                              .now_ms = now_ms};
        struct key_row *keys;
        size_t key_count;
        str reason;
        if (!err_ok(team_rules_read(a, teams[i].settings, &round.rules, &reason))) {
            round.rules = team_rules_default();
        }
        e = store_key_list(store, a, &teams[i].id, &keys, &key_count);
        for (size_t k = 0; err_ok(e) && k < key_count; k++) {
            e = judge_key(&round, &keys[k]);
        }
        changed += round.changed;
    }
    if (err_ok(e)) {
        *ret_changed = changed;
    }
    return e;
}
