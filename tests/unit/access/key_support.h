/* SPDX-License-Identifier: Apache-2.0 */
/* Making keys in the tests of keys. */
#pragma once

#include "unit/access/staff_fixture.h"

static inline struct audit_act act_of(const struct office *o, const char *act)
{
    return (struct audit_act){.team = o->team,
                              .at_ms = o->from.now_ms,
                              .actor_kind = STR("command"),
                              .act = str_c(act),
                              .outcome = STR("done")};
}

static inline struct key_wish wish_of(const struct office *o)
{
    return (struct key_wish){.name = STR("CI"),
                             .kind = TOKEN_SECRET_KEY,
                             .may = PERMISSION_CHAT_CREATE | PERMISSION_CHATS_READ,
                             .team = o->team};
}

static inline struct key_row make(struct office *o, const struct key_wish *wish,
                                  struct token *ret_token)
{
    struct key_row row;
    struct token token;
    struct audit_act act = act_of(o, "key.create");
    ok(keys_create(o->store, &o->hash_key, wish, &act, &row, ret_token ? ret_token : &token));
    row.hint = arena_str(&o->arena, row.hint);
    return row;
}

static inline struct key_row stored(struct office *o, const id *key)
{
    struct key_row row;
    ok(store_key_get(o->store, &o->arena, &o->team, key, &row));
    return row;
}
