/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of the public routes (checklist L7); what is not here is beside the code it bounds. */
#pragma once

#include <stdint.h>

enum { API_METRICS_FROM_MAX = 16 };

struct api_settings {
    unsigned sessions_per_hour;    /* one address */
    unsigned messages_per_minute;  /* one visitor's session */
    unsigned messages_per_hour;    /* one address */
    unsigned leads_per_hour;       /* one visitor's session; leads and handoffs together */
    unsigned searches_per_minute;  /* one key */
    unsigned requests_per_minute;  /* one key, all other routes */
    unsigned logins_per_minute;    /* one address; access/throttle.h counts failures besides */
    unsigned refusals_per_minute;  /* one address, see limits_admit */
    unsigned streams_per_address;  /* open event streams */
    uint64_t upload_bytes_max;     /* one document */
    uint64_t model_tokens_per_day; /* one project; 0: no limit */
    unsigned session_minutes;      /* life of a visitor's session */
    char metrics_from[API_METRICS_FROM_MAX][64]; /* networks that may read /metrics without a key */
    char contact[256];                           /* for security.txt: mailto: or https: */
};

struct api_settings api_settings_default(void);
