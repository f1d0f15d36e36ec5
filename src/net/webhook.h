/* SPDX-License-Identifier: Apache-2.0 */
/* Webhooks as Standard Webhooks 1.0 has them: signed, never redirected, never to private addresses.
 * Blocking. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"

enum {
    WEBHOOK_TOTAL_MS = 15000,
    WEBHOOK_KEY_MIN = 24, /* bytes of the key inside whsec_… */
    WEBHOOK_KEY_MAX = 64,
};

struct webhook_settings {
    char url[512];            /* https; http only where private addresses are allowed */
    struct secret secret;     /* whsec_… */
    struct secret secret_old; /* second signature during rotation, may be empty */
};

/* Checks what can be checked without a connection. INVALID with what is wrong, for people. */
err webhook_settings_check(struct arena *a, const struct webhook_settings *settings,
                           bool allow_private, str *ret_reason);

/* Gives "v1,<base64 HMAC-SHA-256 of id.timestamp.body>"; in the arena. INVALID when the secret is
 * no whsec_… of 24 to 64 bytes. */
err webhook_sign(struct arena *a, str secret, str message_id, int64_t timestamp_s, str body,
                 str *ret);

struct webhook_result {
    int status;             /* 0 when there was no answer */
    int64_t retry_after_ms; /* what the receiver asked for, at most a day; 0 when nothing */
    str reason;             /* for people; in the arena */
};

/* Posts a JSON body; any 2xx is success. GONE for 410, UPSTREAM for other statuses and failures,
 * UPSTREAM_TIMEOUT, FORBIDDEN for an address that is not allowed, INVALID for the settings. The
 * result is set also on failure. */
err webhook_send(struct arena *a, const struct webhook_settings *settings, bool allow_private,
                 str message_id, int64_t now_ms, str body, struct webhook_result *ret);
