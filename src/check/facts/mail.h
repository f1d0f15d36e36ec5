/* SPDX-License-Identifier: Apache-2.0 */
/* What mail servers of the domain say, and when the registration ends. */
#pragma once

#include "check/facts/tls.h"

enum smtp_outcome {
    SMTP_SPOKE,
    SMTP_NO_ADDRESS,
    SMTP_NOT_ALLOWED,
    SMTP_UNREACHABLE,
    SMTP_TIMEOUT,
    SMTP_NO_SMTP
};

/* One MX host at one address. */
struct smtp_server {
    str host;
    struct addr address;
    enum smtp_outcome outcome;
    str reason;   /* in words, unless it spoke */
    str greeting; /* first line */
    str ehlo;     /* the answer, lines separated by \n */
    bool starttls;
    const struct tls_endpoint *tls; /* after STARTTLS; NULL when it was not offered */
};

/* Of the registrable domain, from WHOIS (RFC 3912). */
struct registration {
    str domain, server;
    bool found;
    int64_t expires_ms; /* 0: not told */
    str line;           /* the very line it was read from */
    str reason;         /* why there is nothing */
};
