/* SPDX-License-Identifier: Apache-2.0 */
#include "access/keys.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "store/limits.h"

enum { KEYS_NAME_CHARS_MAX = 100 };
static const int64_t day_ms = 24 * (int64_t)3600 * 1000;

err keys_judge(const struct key_wish *wish, permissions own, int64_t now_ms, const char **ret_why)
{
    bool is_public = wish->kind == TOKEN_PUBLIC_KEY;
    str name = str_trim(wish->name);
    const struct {
        bool wrong;
        const char *why;
    } rules[] = {
        {!is_public && wish->kind != TOKEN_SECRET_KEY, "a key is public or secret"},
        {!name.n, "a key needs a name that says what uses it"},
        {name.n > STORE_NAME_MAX || utf8_count(name) > KEYS_NAME_CHARS_MAX || !utf8_valid(name) ||
             str_has_control(name),
         "the name is too long or has control characters"},
        {wish->may == PERMISSION_NONE, "a key needs a permission"},
        {(wish->may & ~(permissions)PERMISSION_ALL) != 0, "there is no such permission"},
        {is_public && (wish->may & ~(permissions)PERMISSION_BROWSER_SAFE) != 0,
         "a public key may only have project_read, project_search and chat_create"},
        {is_public && id_none(&wish->project), "a public key belongs to one project"},
        {(wish->may & ~own) != 0, "nobody gives a key more than they may do themselves"},
        {wish->expires_ms < 0 || (wish->expires_ms && wish->expires_ms <= now_ms),
         "the expiry is in the past"},
        {wish->expires_ms > now_ms + KEYS_LIFE_DAYS * day_ms, "the expiry is beyond ten years"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (rules[i].wrong) {
            *ret_why = rules[i].why;
            return err_new(ERR_UNPROCESSABLE, rules[i].why);
        }
    }
    return ERR_NONE;
}

/* Draws the token; the rest of the row is the caller's. */
static struct token draw(const struct secret *hash_key, enum token_kind kind, struct key_row *row)
{
    struct token token = token_new(kind);
    row->id = id_random();
    row->kind = kind == TOKEN_PUBLIC_KEY ? STR("pk") : STR("sk");
    row->hash = token_hash(hash_key, str_c(token.c));
    return token;
}

/* The act on the key, when the caller left its object open. */
static struct audit_act act_on(const struct audit_act *act, const id *key)
{
    struct audit_act full = *act;
    if (!full.object.n) {
        full.object_kind = STR("key");
        full.object = id_str(key);
    }
    return full;
}

/* Hands both out. The hint points into the caller's token. */
static void hand_out(struct key_row *row, struct token *token, struct key_row *ret,
                     struct token *ret_token)
{
    *ret_token = *token;
    row->hint = token_hint(str_c(ret_token->c));
    *ret = *row;
}

err keys_create(struct store *store, const struct secret *hash_key, const struct key_wish *wish,
                const struct audit_act *act, struct key_row *ret, struct token *ret_token)
{
    struct key_row row = {.team = wish->team,
                          .project = wish->project,
                          .owner = wish->owner,
                          .name = str_trim(wish->name),
                          .permissions = wish->may,
                          .created_ms = act->at_ms ? act->at_ms : clock_wall_ms(),
                          .expires_ms = wish->expires_ms};
    struct token token = draw(hash_key, wish->kind, &row);
    row.hint = token_hint(str_c(token.c));
    struct audit_act full = act_on(act, &row.id);
    err e = store_key_create(store, &row, &full);
    if (err_ok(e)) {
        hand_out(&row, &token, ret, ret_token);
    }
    crypto_wipe(&token, sizeof token);
    return e;
}

err keys_rotate(struct store *store, struct arena *a, const struct secret *hash_key,
                const struct key_row *old, int64_t overlap_ms, int64_t now_ms,
                const struct audit_act *act, struct key_row *ret, struct token *ret_token)
{
    if (overlap_ms < 0 || overlap_ms > KEYS_OVERLAP_DAYS * day_ms) {
        return err_new(ERR_UNPROCESSABLE, "the old key can go on for 0 to 30 days");
    }
    enum token_kind kind = str_eq(old->kind, STR("pk")) ? TOKEN_PUBLIC_KEY : TOKEN_SECRET_KEY;
    struct key_row row = {.team = old->team,
                          .project = old->project,
                          .owner = old->owner,
                          .name = arena_str(a, old->name),
                          .permissions = old->permissions,
                          .created_ms = now_ms};
    if (!row.name.p) {
        return err_new(ERR_NO_MEMORY, "no memory for a key");
    }
    if (old->expires_ms) {
        int64_t life = old->expires_ms - old->created_ms;
        row.expires_ms = now_ms + (life > day_ms ? life : day_ms);
    }
    struct token token = draw(hash_key, kind, &row);
    row.hint = token_hint(str_c(token.c));
    struct audit_act full = act_on(act, &old->id);
    err e = store_key_rotate(store, &old->team, &old->id, now_ms + overlap_ms, &row, &full);
    if (err_ok(e)) {
        hand_out(&row, &token, ret, ret_token);
    }
    crypto_wipe(&token, sizeof token);
    return e;
}

/* ── what a key looks like ── */

static const struct {
    const char *name, *advice;
} states[] = {
    [KEY_LIVE] = {"live", "Nothing to do."},
    [KEY_EXPIRING] = {"expiring", "It expires soon: rotate it and give the new one to what uses "
                                  "it."},
    [KEY_IDLE] = {"idle", "It is not used: revoke it, or it is disabled after the team's time."},
    [KEY_OLD] = {"old", "It is older than the team's rule: rotate it."},
    [KEY_EXPOSED] = {"exposed", "It was seen in a browser or an address: rotate it now, with no "
                                "overlap."},
    [KEY_EXPIRED] = {"expired", "It has expired and is refused: remove it from what still sends "
                                "it."},
    [KEY_DISABLED] = {"disabled", "It is refused: make a new one where it is still needed."},
};

static bool is_idle(const struct key_row *key, const struct team_rules *rules, int64_t now_ms)
{
    int64_t last = key->used_ms > key->created_ms ? key->used_ms : key->created_ms;
    return rules->key_idle_days && now_ms - last >= rules->key_idle_days * day_ms;
}

enum key_state key_state_of(const struct key_row *key, const struct team_rules *rules,
                            int64_t now_ms, const char **ret_advice)
{
    enum key_state state = KEY_LIVE;
    if (key->disabled_ms) {
        state = KEY_DISABLED;
    } else if (key->expires_ms && key->expires_ms <= now_ms) {
        state = KEY_EXPIRED;
    } else if (key->exposed_ms && str_eq(key->kind, STR("sk"))) {
        state = KEY_EXPOSED;
    } else if (rules->key_age_days && now_ms - key->created_ms >= rules->key_age_days * day_ms) {
        state = KEY_OLD;
    } else if (is_idle(key, rules, now_ms)) {
        state = KEY_IDLE;
    } else if (key->expires_ms && (!id_none(&key->successor) ||
                                   key->expires_ms - now_ms <= rules->key_remind_days * day_ms)) {
        state = KEY_EXPIRING;
    }
    if (ret_advice) {
        *ret_advice = state == KEY_EXPIRING && !id_none(&key->successor)
                          ? "It was rotated: give its successor to what still uses it."
                          : states[state].advice;
    }
    return state;
}

const char *key_state_name(enum key_state state) { return states[state].name; }
