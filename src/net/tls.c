/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/tls_tickets.h"

struct tls_server {
    pthread_mutex_t lock;
    SSL_CTX *ctx; /* the current one; each connection keeps its own alive */
    BIO_METHOD *bio;
    struct tls_tickets tickets;
    char *certificate, *key;
};

/* OpenSSL reads from `in` and writes to `out` of the call that is going on; a connection buffers
 * nothing. */
struct tls_conn {
    SSL *ssl;
    str in;
    struct buf *out;
    bool ready, h2;
};

/* ── a BIO over the bytes at hand ── */

static int bio_read(BIO *bio, char *p, int max)
{
    struct tls_conn *conn = BIO_get_data(bio);
    size_t n = conn->in.n < (size_t)max ? conn->in.n : (size_t)max;
    BIO_clear_retry_flags(bio);
    if (n == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    memcpy(p, conn->in.p, n);
    conn->in = str_slice(conn->in, n, conn->in.n);
    return (int)n;
}

static int bio_write(BIO *bio, const char *p, int n)
{
    struct tls_conn *conn = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (!conn->out || n < 0) {
        return -1;
    }
    buf_add(conn->out, str_n(p, (size_t)n));
    return conn->out->failed ? -1 : n;
}

static long bio_ctrl(BIO *bio, int command, long number, void *p)
{
    (void)bio;
    (void)number;
    (void)p;
    return command == BIO_CTRL_FLUSH;
}

/* ── the certificate ── */

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_n,
                           const unsigned char *in, unsigned in_n, void *user)
{
    static const unsigned char ours[] = "\x02h2\x08http/1.1";
    unsigned char *chosen = NULL;
    (void)ssl;
    (void)user;
    if (SSL_select_next_proto(&chosen, out_n, ours, sizeof ours - 1, in, in_n) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL; /* RFC 7301 section 3.2 */
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static err ssl_refused(const char *path, const char *what)
{
    char reason[200];
    ERR_error_string_n(ERR_peek_last_error(), reason, sizeof reason);
    ERR_clear_error();
    LOG(LOG_ERROR, "tls", what, log_c("file", path), log_c("why", reason));
    return err_new(ERR_INVALID, what);
}

static bool set_up(struct tls_server *server, SSL_CTX *ctx)
{
    char groups[] = "X25519:P-256:P-384";
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                 SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_session_cache_mode(ctx,
                                   SSL_SESS_CACHE_OFF); /* tickets only: no memory per visitor */
    SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
    SSL_CTX_set_num_tickets(ctx, 1);
    SSL_CTX_set_max_early_data(ctx, 0);
    tls_tickets_use(&server->tickets, ctx);
    return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set1_groups_list(ctx, groups) == 1 &&
           SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
           SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:"
                                         "TLS_AES_256_GCM_SHA384") == 1 &&
           SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"doorward", 8) == 1;
}

static err load(struct tls_server *server, SSL_CTX **ret)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    err e = ERR_NONE;
    if (!ctx || !set_up(server, ctx)) {
        e = ssl_refused(server->certificate, "TLS cannot be set up");
    } else if (SSL_CTX_use_certificate_chain_file(ctx, server->certificate) != 1) {
        e = ssl_refused(server->certificate, "the TLS certificate cannot be read");
    } else if (SSL_CTX_use_PrivateKey_file(ctx, server->key, SSL_FILETYPE_PEM) != 1) {
        e = ssl_refused(server->key, "the TLS key cannot be read, or is not the certificate's");
    } else if (SSL_CTX_check_private_key(ctx) != 1) {
        e = ssl_refused(server->key, "the TLS key does not belong to the certificate");
    }
    if (!err_ok(e)) {
        SSL_CTX_free(ctx);
        return e;
    }
    *ret = ctx;
    return ERR_NONE;
}

static BIO_METHOD *make_bio(void)
{
    BIO_METHOD *bio = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bytes");
    if (bio && (!BIO_meth_set_read(bio, bio_read) || !BIO_meth_set_write(bio, bio_write) ||
                !BIO_meth_set_ctrl(bio, bio_ctrl))) {
        BIO_meth_free(bio);
        bio = NULL;
    }
    return bio;
}

err tls_server_new(const char *certificate, const char *key, struct tls_server **ret)
{
    struct tls_server *server = mem_alloc(sizeof *server);
    if (!server) {
        return err_new(ERR_NO_MEMORY, "out of memory for TLS");
    }
    (void)pthread_mutex_init(&server->lock, NULL);
    server->certificate = mem_dup(certificate, strlen(certificate));
    server->key = mem_dup(key, strlen(key));
    server->bio = make_bio();
    err e = tls_tickets_init(&server->tickets);
    if (!server->certificate || !server->key || !server->bio) {
        e = err_new(ERR_NO_MEMORY, "out of memory for TLS");
    }
    e = err_ok(e) ? load(server, &server->ctx) : e;
    if (!err_ok(e)) {
        tls_server_free(server);
        return e;
    }
    *ret = server;
    return ERR_NONE;
}

err tls_server_reload(struct tls_server *server)
{
    SSL_CTX *fresh = NULL;
    err e = load(server, &fresh);
    if (err_ok(e)) {
        (void)pthread_mutex_lock(&server->lock);
        SSL_CTX *old = server->ctx;
        server->ctx = fresh;
        (void)pthread_mutex_unlock(&server->lock);
        SSL_CTX_free(old);
    }
    return e;
}

void tls_server_free(struct tls_server *server)
{
    if (!server) {
        return;
    }
    SSL_CTX_free(server->ctx);
    BIO_meth_free(server->bio);
    tls_tickets_done(&server->tickets);
    mem_free(server->certificate);
    mem_free(server->key);
    (void)pthread_mutex_destroy(&server->lock);
    mem_free(server);
}

/* ── a connection ── */

struct tls_conn *tls_conn_new(struct tls_server *server)
{
    struct tls_conn *conn = mem_alloc(sizeof *conn);
    if (!conn) {
        return NULL;
    }
    (void)pthread_mutex_lock(&server->lock);
    conn->ssl = SSL_new(server->ctx);
    (void)pthread_mutex_unlock(&server->lock);
    BIO *bio = conn->ssl ? BIO_new(server->bio) : NULL;
    if (!bio) {
        SSL_free(conn->ssl);
        mem_free(conn);
        return NULL;
    }
    BIO_set_data(bio, conn);
    BIO_set_init(bio, 1);
    SSL_set_bio(conn->ssl, bio, bio); /* one BIO for both ways; the SSL owns it */
    SSL_set_accept_state(conn->ssl);
    return conn;
}

void tls_conn_free(struct tls_conn *conn)
{
    if (conn) {
        SSL_free(conn->ssl);
        mem_free(conn);
    }
}

static void finish_handshake(struct tls_conn *conn)
{
    const unsigned char *name = NULL;
    unsigned n = 0;
    SSL_get0_alpn_selected(conn->ssl, &name, &n);
    conn->h2 = n == 2 && memcmp(name, "h2", 2) == 0;
    conn->ready = true;
}

err tls_conn_read(struct tls_conn *conn, str *in, char *plain, size_t plain_max, size_t *ret_n,
                  struct buf *out)
{
    size_t total = 0;
    err e = ERR_NONE;
    conn->in = *in;
    conn->out = out;
    ERR_clear_error();
    while (total < plain_max) {
        size_t n = 0;
        int ok = SSL_read_ex(conn->ssl, plain + total, plain_max - total, &n);
        total += n;
        if (!conn->ready && SSL_is_init_finished(conn->ssl)) {
            finish_handshake(conn);
        }
        if (ok != 1) {
            int why = SSL_get_error(conn->ssl, ok);
            if (why == SSL_ERROR_ZERO_RETURN) {
                e = err_new(ERR_CLOSED, "the peer ended TLS");
            } else if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
                e = err_new(ERR_INVALID, "the peer broke TLS");
            }
            break;
        }
    }
    ERR_clear_error();
    *in = conn->in;
    conn->in = STR_EMPTY;
    conn->out = NULL;
    *ret_n = total;
    return e;
}

err tls_conn_write(struct tls_conn *conn, str plain, struct buf *out)
{
    err e = ERR_NONE;
    conn->out = out;
    ERR_clear_error();
    while (plain.n && err_ok(e)) {
        size_t n = 0;
        if (SSL_write_ex(conn->ssl, plain.p, plain.n, &n) != 1) {
            e = err_new(ERR_CLOSED, "TLS cannot write");
        }
        plain = str_slice(plain, n, plain.n);
    }
    ERR_clear_error();
    conn->out = NULL;
    return e;
}

void tls_conn_end(struct tls_conn *conn, struct buf *out)
{
    if (conn->ready) {
        conn->out = out;
        (void)SSL_shutdown(conn->ssl);
        ERR_clear_error();
        conn->out = NULL;
    }
}

bool tls_conn_ready(const struct tls_conn *conn) { return conn->ready; }

bool tls_conn_is_h2(const struct tls_conn *conn) { return conn->h2; }
