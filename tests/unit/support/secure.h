/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates as files, and a TLS client, for tests of the server. */
#pragma once

#include <sys/stat.h>

#include "unit/support/cert.h"
#include "unit/support/web.h"

struct secure_files {
    char folder[64], cert[96], key[96];
};

/* Writes a fresh certificate for `name` and its key. */
static inline void secure_write(const struct secure_files *files, const char *name)
{
    EVP_PKEY *key = NULL;
    X509 *cert = cert_make(name, 0, 3600, &key);
    FILE *file = fopen(files->key, "w");
    if (file) {
        (void)PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
        (void)fclose(file);
    }
    (void)cert_write(cert, files->cert);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static inline struct secure_files secure_make(const char *name)
{
    struct secure_files files;
    (void)snprintf(files.folder, sizeof files.folder, "/tmp/doorward-tls-XXXXXX");
    if (!mkdtemp(files.folder)) {
        abort();
    }
    (void)snprintf(files.cert, sizeof files.cert, "%s/cert.pem", files.folder);
    (void)snprintf(files.key, sizeof files.key, "%s/key.pem", files.folder);
    secure_write(&files, name);
    return files;
}

static inline void secure_remove(const struct secure_files *files)
{
    (void)unlink(files->cert);
    (void)unlink(files->key);
    (void)rmdir(files->folder);
}

struct secure_client {
    int fd;
    SSL_CTX *ctx;
    SSL *ssl;
    bool ready;
};

/* Connects; `alpn` in wire form, `max_version` 0 for any, `session` may be NULL. */
static inline struct secure_client secure_connect(unsigned port, const char *alpn, int max_version,
                                                  SSL_SESSION *session)
{
    struct secure_client c = {.fd = web_connect(port), .ctx = SSL_CTX_new(TLS_client_method())};
    if (max_version) {
        SSL_CTX_set_min_proto_version(c.ctx, 0);
        SSL_CTX_set_security_level(c.ctx, 0);
        SSL_CTX_set_max_proto_version(c.ctx, max_version);
    }
    c.ssl = SSL_new(c.ctx);
    if (alpn) {
        SSL_set_alpn_protos(c.ssl, (const unsigned char *)alpn, (unsigned)strlen(alpn));
    }
    if (session) {
        SSL_set_session(c.ssl, session);
    }
    struct timeval patience = {.tv_sec = 5};
    (void)setsockopt(c.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    SSL_set_fd(c.ssl, c.fd);
    c.ready = SSL_connect(c.ssl) == 1;
    return c;
}

static inline void secure_close(struct secure_client *c)
{
    SSL_free(c->ssl);
    SSL_CTX_free(c->ctx);
    (void)close(c->fd);
}

/* Sends a request and reads until `end` was seen or the peer ended; static memory. */
static inline const char *secure_ask(struct secure_client *c, const char *text, const char *end)
{
    static char answer[1 << 20];
    size_t n = 0;
    answer[0] = '\0';
    if (SSL_write(c->ssl, text, (int)strlen(text)) <= 0) {
        return answer;
    }
    while (n + 1 < sizeof answer && !(*end && strstr(answer, end))) {
        int got = SSL_read(c->ssl, answer + n, (int)(sizeof answer - 1 - n));
        if (got <= 0) {
            break;
        }
        n += (size_t)got;
        answer[n] = '\0';
    }
    return answer;
}
