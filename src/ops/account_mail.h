/* SPDX-License-Identifier: Apache-2.0 */
/* Mails about accounts and keys: to the person concerned, not to the addresses that leads go to. */
#pragma once

#include "ops/outbox.h"
#include "store/key.h"

/* An invitation or a reset. */
struct account_mail {
    str to;      /* folded address */
    str link;    /* up to where the token begins */
    str sealed;  /* the token, sealed for `to` */
    str team;    /* name, or empty */
    str by;      /* who invites, or empty */
    str role;    /* what the invited will be, or empty */
    str network; /* where a reset was asked for, or empty */
    bool known;  /* the address has an account already */
    int64_t now_ms, until_ms;
};

/* True when mails to people can be sent at all. */
bool account_mail_possible(const struct outbox_settings *settings);

/* One entry each, in the arena. */
err account_mail_invitation(struct arena *a, const struct outbox_settings *settings,
                            const struct account_mail *what, struct outbox_row *ret);
err account_mail_reset(struct arena *a, const struct outbox_settings *settings,
                       const struct account_mail *what, struct outbox_row *ret);

/* A key that expires soon: `key.expiring` by mail and webhook. The entries' ids follow from the key
 * and its expiry, so that a second copy is CONFLICT in the store. */
struct account_mail_key {
    const struct key_row *key;
    id team;
    str team_name;
    str to; /* of the key's owner; empty: the configured recipients */
    int64_t now_ms;
};
err account_mail_key(struct arena *a, const struct outbox_settings *settings,
                     const struct account_mail_key *what, struct outbox_row **ret,
                     size_t *ret_count);
