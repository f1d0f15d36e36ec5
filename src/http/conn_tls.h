/* SPDX-License-Identifier: Apache-2.0 */
/* Private to http/: TLS between a connection's protocol and its socket. */
#pragma once

#include "http/conn.h"
#include "net/tls.h"

/* Decrypts input and gives it to the protocol. */
void http_tls_input(struct http_conn *c, str bytes);
/* Encrypts and sends parts; what the socket does not take soon waits as plain bytes. */
void http_tls_send(struct http_conn *c, uv_buf_t *parts, unsigned count);
/* Encrypts what waits, as long as the socket takes it. */
void http_tls_pump(struct http_conn *c);
/* Says close_notify. */
void http_tls_end(struct http_conn *c);
