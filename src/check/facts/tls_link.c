/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/mem.h"
#include "check/facts/tls_private.h"

/* OpenSSL reads and writes through a BIO that knows the deadline and counts bytes: a peer that
 * feeds it for ever cannot hold it inside one call. */
struct tls_link {
    SSL *ssl;
    BIO_METHOD *method;
    int fd;
    int64_t until_ms;
    size_t bytes;
    const char *stopped; /* why the link gave up; NULL: it did not */
};

static bool may_go_on(struct tls_link *link)
{
    if (clock_mono_ms() >= link->until_ms) {
        link->stopped = "no end of the handshake in time";
    } else if (link->bytes > TLS_SESSION_BYTES_MAX) {
        link->stopped = "a handshake without end";
    }
    return link->stopped == NULL;
}

static int bio_read(BIO *bio, char *p, int max)
{
    struct tls_link *link = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (!may_go_on(link) || max <= 0) {
        return -1;
    }
    ssize_t n = recv(link->fd, p, (size_t)max, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        BIO_set_retry_read(bio);
    } else if (n > 0) {
        link->bytes += (size_t)n;
    }
    return (int)n;
}

static int bio_write(BIO *bio, const char *p, int n)
{
    struct tls_link *link = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (!may_go_on(link) || n < 0) {
        return -1;
    }
    ssize_t sent = send(link->fd, p, (size_t)n, MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
        BIO_set_retry_write(bio);
    }
    return (int)sent;
}

static long bio_ctrl(BIO *bio, int command, long number, void *p)
{
    (void)bio;
    (void)number;
    (void)p;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO *bio_new(struct tls_link *link)
{
    link->method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "bounded socket");
    if (!link->method || BIO_meth_set_read(link->method, bio_read) != 1 ||
        BIO_meth_set_write(link->method, bio_write) != 1 ||
        BIO_meth_set_ctrl(link->method, bio_ctrl) != 1) {
        return NULL;
    }
    BIO *bio = BIO_new(link->method);
    if (bio) {
        BIO_set_data(bio, link);
        BIO_set_init(bio, 1);
    }
    return bio;
}

static const unsigned char alpn[] = "\2h2\10http/1.1";

SSL_CTX *tls_context_new(const struct collect *c)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    str file = c->options->ca_file;
    char path[4096];
    if (!context || file.n >= sizeof path) {
        SSL_CTX_free(context);
        return NULL;
    }
    memcpy(path, file.n ? file.p : "", file.n);
    path[file.n] = '\0';
    int anchored = file.n > 0 ? SSL_CTX_load_verify_file(context, path)
                              : SSL_CTX_set_default_verify_paths(context);
    if (anchored != 1 || SSL_CTX_set_min_proto_version(context, TLS1_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(context, "ALL:!aNULL:@SECLEVEL=0") != 1 ||
        SSL_CTX_set_alpn_protos(context, alpn, sizeof alpn - 1) != 0) {
        SSL_CTX_free(context);
        return NULL;
    }
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_max_cert_list(context, 4 * TLS_CERTIFICATE_BYTES_MAX);
    SSL_CTX_set_tlsext_status_type(context, TLSEXT_STATUSTYPE_ocsp);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL); /* judged afterwards, never stopping */
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    ERR_clear_error();
    return context;
}

static bool name_host(SSL *ssl, str host)
{
    struct addr ignored;
    char name[256];
    if (host.n == 0 || host.n >= sizeof name || addr_parse(host, &ignored)) {
        return true; /* RFC 6066 section 3: no addresses */
    }
    memcpy(name, host.p, host.n);
    name[host.n] = '\0';
    return SSL_set_tlsext_host_name(ssl, name) == 1;
}

static struct tls_link *link_new(SSL_CTX *context, str host, int fd, int64_t until_ms,
                                 int version_max)
{
    struct tls_link *link = mem_alloc(sizeof *link);
    BIO *bio = NULL;
    if (link) {
        link->fd = fd;
        link->until_ms = until_ms;
        link->ssl = SSL_new(context);
        bio = link->ssl ? bio_new(link) : NULL;
    }
    if (!bio || !name_host(link->ssl, host) ||
        SSL_set_max_proto_version(link->ssl, version_max) != 1) {
        BIO_free(bio);
        tls_link_close(link);
        return NULL;
    }
    SSL_set_bio(link->ssl, bio, bio);
    SSL_set_connect_state(link->ssl);
    return link;
}

err tls_link_shake(struct tls_link *link, const char **ret_reason)
{
    for (;;) {
        ERR_clear_error();
        int done = SSL_do_handshake(link->ssl);
        if (done == 1) {
            return ERR_NONE;
        }
        int problem = SSL_get_error(link->ssl, done);
        short events = problem == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
        if ((problem == SSL_ERROR_WANT_READ || problem == SSL_ERROR_WANT_WRITE) &&
            collect_wait(link->fd, events, link->until_ms)) {
            continue;
        }
        unsigned long code = ERR_peek_error();
        const char *words = code ? ERR_reason_error_string(code) : NULL;
        ERR_clear_error();
        may_go_on(link);
        *ret_reason = link->stopped ? link->stopped : words ? words : "the connection was closed";
        return err_new(link->stopped ? ERR_UPSTREAM_TIMEOUT : ERR_UPSTREAM, *ret_reason);
    }
}

err tls_link_open(SSL_CTX *context, str host, int fd, int64_t until_ms, int version_max,
                  SSL_SESSION *session, struct tls_link **ret, const char **ret_reason)
{
    struct tls_link *link = link_new(context, host, fd, until_ms, version_max);
    if (!link) {
        *ret_reason = "no memory for a TLS session";
        return err_new(ERR_NO_MEMORY, *ret_reason);
    }
    *ret = link;
    if (session && SSL_set_session(link->ssl, session) != 1) {
        *ret_reason = "a session that cannot be resumed";
        return err_new(ERR_INTERNAL, *ret_reason);
    }
    return tls_link_shake(link, ret_reason);
}

void tls_link_hurry(struct tls_link *link, int64_t until_ms) { link->until_ms = until_ms; }

SSL *tls_link_ssl(struct tls_link *link) { return link->ssl; }

bool tls_link_is_silent(const struct tls_link *link) { return link->bytes == 0; }

void tls_link_close(struct tls_link *link)
{
    if (!link) {
        return;
    }
    if (link->ssl && SSL_is_init_finished(link->ssl) && !link->stopped) {
        SSL_shutdown(link->ssl); /* says good-bye, waits for nothing */
    }
    SSL_free(link->ssl);
    BIO_meth_free(link->method);
    ERR_clear_error();
    mem_free(link);
}
