/* SPDX-License-Identifier: Apache-2.0 */
/* Delivers outbox entries: mail by SMTP, webhooks by Standard Webhooks; at least once, retried with
 * growing gaps for three days, then a dead letter and a notice through the other channel. */
#pragma once

#include "net/smtp.h"
#include "net/webhook.h"
#include "store/lead.h"
#include "store/outbox.h"
#include "store/project.h"

enum { OUTBOX_WEBHOOKS_MAX = 8 };

struct outbox_settings {
    struct mail_settings mail;
    struct webhook_settings webhooks[OUTBOX_WEBHOOKS_MAX];
    unsigned webhook_count;
    bool allow_private;  /* webhooks to loopback and private addresses: tests only */
    char origin[256];    /* the server's public origin, for links and Message-ID; may be empty */
    unsigned give_up_ms; /* 3 days */
    /* Opens the sealed rest of a link in a mail to `to` (access/staff.h); NULL: such mails wait. */
    err (*reveal)(const void *user, struct arena *a, str to, str sealed, str *ret);
    const void *reveal_user;
};
struct outbox_settings outbox_settings_default(void);

/* ── composing: what goes into the outbox with a lead or handoff ── */

struct outbox_transcript_line {
    str who; /* "Visitor", "Assistant", a person's name */
    str text;
    int64_t at_ms;
};

/* Builds the entries (one mail per configured mailbox list, one per webhook) for a lead; in the
 * arena. None are built for channels that are not configured. */
err outbox_for_lead(struct arena *a, const struct outbox_settings *settings,
                    const struct project_row *project, const struct lead_row *lead,
                    const struct outbox_transcript_line *transcript, size_t lines,
                    struct outbox_row **ret, size_t *ret_count);
err outbox_for_handoff(struct arena *a, const struct outbox_settings *settings,
                       const struct project_row *project, const struct handoff_row *handoff,
                       const struct outbox_transcript_line *transcript, size_t lines,
                       struct outbox_row **ret, size_t *ret_count);
/* One webhook-only event ("conversation.created", "feedback.created", …) with a JSON object as
 * data. */
err outbox_for_event(struct arena *a, const struct outbox_settings *settings, const id *project,
                     const char *event, str data_json, struct outbox_row **ret, size_t *ret_count);

/* ── delivering ── */

struct outbox_worker;

/* Starts a few threads that deliver until it is closed, some for mail and some for webhooks; an
 * entry is with one of them only. The settings must outlive it. */
err outbox_worker_start(struct store *store, const struct outbox_settings *settings,
                        struct outbox_worker **ret);
/* Tells it that there is something new; from any thread, cheap. NULL is fine. */
void outbox_worker_wake(struct outbox_worker *worker);
/* Finishes the deliveries under way (at most seconds for a mail, WEBHOOK_TOTAL_MS for a webhook),
 * then stops. NULL is fine. */
void outbox_worker_close(struct outbox_worker *worker);

/* Delivers what is due now and returns; for the command line and tests. */
err outbox_deliver_due(struct store *store, const struct outbox_settings *settings,
                       size_t *ret_sent, size_t *ret_failed);

/* Sends one test mail now and says what the server answered and what to do about it. */
err outbox_mail_test(struct arena *a, const struct outbox_settings *settings, str to,
                     str *ret_reply);

/* Milliseconds until the next try after `attempts` failures, with up to 20 % of jitter: 30 s, 1, 2,
 * 5, 10, 30 min, 1, 2, 4, 8 h … */
int64_t outbox_backoff_ms(uint32_t attempts);
