/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of TLS session tickets (RFC 5077, RFC 8446 section 4.6.1): random, in memory only, rotated.
 */
#pragma once

#include <openssl/ssl.h>
#include <pthread.h>
#include <stdint.h>

#include "base/err.h"

enum { TLS_TICKET_ROTATE_MS = 12 * 3600 * 1000 }; /* a ticket is good for one to two turns */

struct tls_ticket_key {
    unsigned char name[16], cipher[32], mac[32];
};

struct tls_tickets {
    pthread_mutex_t lock;
    struct tls_ticket_key keys[2]; /* the current one, and the one before */
    int64_t rotate_at_ms;
};

err tls_tickets_init(struct tls_tickets *t);
void tls_tickets_done(struct tls_tickets *t);

/* Makes a context encrypt its tickets with these keys, so that they survive a certificate reload.
 */
void tls_tickets_use(struct tls_tickets *t, SSL_CTX *ctx);
