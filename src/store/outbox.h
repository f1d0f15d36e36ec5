/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox: what must reach somebody outside, kept until it has. */
#pragma once

#include "store/store.h"

struct outbox_row {
    id id; /* also the stable part of the Message-ID and the webhook-id */
    id project;
    str kind;    /* "mail" or "webhook" */
    str event;   /* "lead.created", "handoff.requested", "mail.failed", … */
    str payload; /* JSON that ops/ turns into the message; complete, so that delivery needs nothing
                    else */
    str target;  /* address or URL, for lists */
    str state;   /* "pending", "sent", "dead" */
    uint32_t attempts;
    str last_error; /* what the other side said, cut to 500 bytes */
    int64_t created_ms, next_ms, done_ms;
};

/* Whose turn it is: mail and everything else wait apart, so that one never holds up the other. */
enum outbox_channel { OUTBOX_ANY, OUTBOX_MAIL, OUTBOX_NOT_MAIL };

/* Adds entries that do not belong to another write (a notice). */
err store_outbox_add(struct store *store, const struct outbox_row *rows, size_t count);
/* Leases up to `limit` due entries of a channel until now + lease_ms, oldest first; a lease that
 * runs out is due again. *ret_next_ms is when the channel's next entry is due, 0 when there is
 * none.
 */
err store_outbox_claim(struct store *store, struct arena *a, enum outbox_channel channel,
                       int64_t now_ms, int64_t lease_ms, size_t limit, struct outbox_row **ret,
                       size_t *ret_count, int64_t *ret_next_ms);
/* Moves the end of a lease that is still held to until_ms, without counting an attempt. NOT_FOUND
 * when the entry is no longer pending. */
err store_outbox_renew(struct store *store, const id *entry, int64_t until_ms);
err store_outbox_sent(struct store *store, const id *entry, int64_t now_ms);
/* Puts back for another try; counts the attempt. */
err store_outbox_later(struct store *store, const id *entry, int64_t next_ms, str error);
/* Gives up; `notices` (may be 0) are added in the same transaction. */
err store_outbox_dead(struct store *store, const id *entry, int64_t now_ms, str error,
                      const struct outbox_row *notices, size_t notice_count);
/* Makes an entry (or, with none, every dead one) due now. *ret_count how many. */
err store_outbox_retry(struct store *store, const id *entry, int64_t now_ms, size_t *ret_count);
err store_outbox_get(struct store *store, struct arena *a, const id *entry, struct outbox_row *ret);
/* Newest first; state empty: all. */
err store_outbox_list(struct store *store, struct arena *a, str state, size_t limit,
                      struct outbox_row **ret, size_t *ret_count);
struct outbox_counts {
    uint64_t pending, dead, sent;
    int64_t oldest_pending_ms; /* 0: none */
};
err store_outbox_counts(struct store *store, struct outbox_counts *ret);
