/* SPDX-License-Identifier: Apache-2.0 */
/* Every verb that records an act, each with something to do it to. */
#pragma once

#include "unit/store/backend.h"

/* What the verbs are done to; fresh for each, since many are of single use. */
struct act_goods {
    id team, project, owner, agent, key, visitor_key, invitation, reset, session, factor, source;
};

/* Stores a team with all of it. */
struct act_goods act_goods(struct fixture *f);

/* Ids that nothing has. */
struct act_goods act_goods_of_nobody(void);

struct act_case {
    const char *verb;
    err (*run)(struct fixture *f, const struct act_goods *g, const struct audit_act *act);
};

extern const struct act_case act_cases[];
extern const size_t act_case_count;

/* How many acts a team's chain has. */
size_t act_count(struct fixture *f, const id *team);

/* A digest over every row of the database but those of the audit log; for SQLite. */
struct crypto_digest database_print(struct fixture *f);
bool same_print(const struct crypto_digest *a, const struct crypto_digest *b);
