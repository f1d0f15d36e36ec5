/* SPDX-License-Identifier: Apache-2.0 */
/* From what happened to outbox entries; the public functions are in ops/outbox.h. */
#pragma once

#include "ops/letter.h"
#include "ops/outbox.h"

/* Entries of one event: a mail when the letter is given and mail is configured, and one for each
 * webhook. */
struct compose_event {
    id project;
    const char *event;           /* static text */
    const struct letter *letter; /* NULL: no mail; message_id and date_ms are filled here */
    str data;                    /* JSON object; empty: no webhooks */
};
err compose_entries(struct arena *a, const struct outbox_settings *settings,
                    const struct compose_event *event, struct outbox_row **ret, size_t *ret_count);

/* Makes one mail entry of a letter whose message_id may be empty. */
err compose_mail(struct arena *a, const struct outbox_settings *settings, const id *project,
                 const char *event, const struct letter *letter, struct outbox_row *ret);

/* Appends "name":"value" with a comma before it unless it is the first in its object. */
void compose_member(struct buf *b, const char *name, str value);
