/* SPDX-License-Identifier: Apache-2.0 */
/* TLS 1.2 and 1.3 for servers (RFC 8446, RFC 9325) as a filter over bytes; it never touches a
 * socket. */
#pragma once

#include "base/buf.h"

struct tls_server; /* certificate, ticket keys, settings; shared by all loops */
struct tls_conn;   /* one connection */

/* Reads certificate chain and key (PEM). NOT_FOUND, INVALID (with the reason in the log). */
err tls_server_new(const char *certificate, const char *key, struct tls_server **ret);

/* Reads the files again; new connections use them. A bad pair is logged and the old one stays. */
err tls_server_reload(struct tls_server *server);

void tls_server_free(struct tls_server *server);

/* Starts a connection with the current certificate; NULL without memory. */
struct tls_conn *tls_conn_new(struct tls_server *server);
void tls_conn_free(struct tls_conn *conn);

/* Reads on. *in: bytes from the peer, consumed as they are used. Decrypted bytes go to `plain` (at
 * most `plain_max`, *ret_n of them), what the protocol wants to say to `out`. Call again while *in
 * is not empty or *ret_n is not 0. CLOSED after the peer's close_notify; INVALID when the peer
 * speaks no TLS, or broke it. */
err tls_conn_read(struct tls_conn *conn, str *in, char *plain, size_t plain_max, size_t *ret_n,
                  struct buf *out);

/* Encrypts into `out`. */
err tls_conn_write(struct tls_conn *conn, str plain, struct buf *out);

/* Says close_notify. */
void tls_conn_end(struct tls_conn *conn, struct buf *out);

/* True when the handshake is complete. */
bool tls_conn_ready(const struct tls_conn *conn);

/* True when ALPN chose h2 (RFC 7301); known once the handshake is complete. */
bool tls_conn_is_h2(const struct tls_conn *conn);
