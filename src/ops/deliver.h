/* SPDX-License-Identifier: Apache-2.0 */
/* One try to deliver one outbox entry, and what follows from it; used by outbox.c only. */
#pragma once

#include "ops/outbox.h"

enum deliver_fate { DELIVER_SENT, DELIVER_LATER, DELIVER_DEAD };

struct deliver_outcome {
    enum deliver_fate fate;
    bool permanent;         /* will not change by itself: somebody should know at once */
    unsigned code;          /* of SMTP or HTTP, 0 when there was no answer */
    const char *stage;      /* where it went wrong, for the log; static text */
    str reason;             /* what the other side said; in the arena */
    int64_t retry_after_ms; /* what the other side asked for; 0: nothing */
    struct outbox_row rest; /* a mail to the recipients that were refused, when has_rest */
    bool has_rest;
};

/* Tries once; never fails itself: what goes wrong is part of the outcome. */
void deliver_entry(struct arena *a, struct store *store, const struct outbox_settings *settings,
                   const struct outbox_row *row, const struct smtp_watch *watch,
                   struct deliver_outcome *ret);

/* Builds the notice that goes through the other channel about an entry that fails (`dead`: was
 * given up). None for a notice itself or when the other channel is not configured. */
err deliver_notice(struct arena *a, const struct outbox_settings *settings,
                   const struct outbox_row *row, const struct deliver_outcome *outcome,
                   struct outbox_row **ret, size_t *ret_count);

/* Composes a letter and hands it to the mail server; `to` of no recipients means the configured
 * ones. */
struct letter;
err deliver_letter(struct arena *a, const struct mail_settings *settings,
                   const struct letter *letter, str to, const struct smtp_watch *watch,
                   struct smtp_result *ret);
