/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <openssl/x509_vfy.h>

#include "net/fetch_private.h"

/* What is wrong with a certificate, by OpenSSL's verification result. */
static str explain_certificate(struct arena *a, const struct fetch_failure *f)
{
    switch (f->verify_result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return arena_printf(a, "the certificate of %.*s has expired", STR_ARG(f->host));
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return arena_printf(a, "the certificate of %.*s is not valid yet; is a clock wrong?",
                            STR_ARG(f->host));
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return arena_printf(a, "the certificate of %.*s is self-signed", STR_ARG(f->host));
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return arena_printf(
            a,
            "the certificate of %.*s is not signed by an authority this machine trusts, or the "
            "server does not send its intermediate certificates",
            STR_ARG(f->host));
    case X509_V_ERR_CERT_REVOKED:
        return arena_printf(a, "the certificate of %.*s has been revoked", STR_ARG(f->host));
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_UNSPECIFIED: /* libcurl compares names itself and leaves this */
    case X509_V_OK:
        return arena_printf(a, "the certificate of %.*s is for another name", STR_ARG(f->host));
    default:
        return arena_printf(a, "the certificate of %.*s is not valid: %s", STR_ARG(f->host),
                            X509_verify_cert_error_string(f->verify_result));
    }
}

static str explain_connect(struct arena *a, const struct fetch_failure *f)
{
    switch (f->os_error) {
    case ECONNREFUSED:
        return arena_printf(a, "no server listens on %.*s port %u", STR_ARG(f->host), f->port);
    case ENETUNREACH:
    case EHOSTUNREACH:
        return arena_printf(a, "there is no network route to %.*s", STR_ARG(f->host));
    case ETIMEDOUT:
        return arena_printf(a, "%.*s did not accept the connection on port %u in time",
                            STR_ARG(f->host), f->port);
    default:
        return arena_printf(a, "cannot connect to %.*s port %u", STR_ARG(f->host), f->port);
    }
}

static str explain_other(struct arena *a, const struct fetch_failure *f)
{
    switch ((int)f->code) {
    case CURLE_SSL_CONNECT_ERROR:
        return arena_printf(a, "no TLS connection could be made with %.*s port %u: %s",
                            STR_ARG(f->host), f->port,
                            f->detail && f->detail[0] ? f->detail : "the handshake failed");
    case CURLE_SSL_CACERT_BADFILE:
        return arena_printf(a, "the file of trusted certificates cannot be read");
    case CURLE_USE_SSL_FAILED:
        return arena_printf(a, "%.*s does not offer TLS (STARTTLS), which is required",
                            STR_ARG(f->host));
    case CURLE_GOT_NOTHING:
        return arena_printf(a, "%.*s closed the connection without an answer", STR_ARG(f->host));
    case CURLE_PARTIAL_FILE:
        return arena_printf(a, "%.*s broke off in the middle of its answer", STR_ARG(f->host));
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return arena_printf(a, "the connection to %.*s broke", STR_ARG(f->host));
    case CURLE_BAD_CONTENT_ENCODING:
        return arena_printf(a, "%.*s sent an answer whose compression is damaged",
                            STR_ARG(f->host));
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        return arena_printf(a, "what answers on %.*s port %u does not speak the expected protocol",
                            STR_ARG(f->host), f->port);
    default:
        return arena_printf(a, "the exchange with %.*s failed: %s", STR_ARG(f->host),
                            curl_easy_strerror(f->code));
    }
}

err fetch_explain(struct arena *a, const struct fetch_failure *f, str *ret_reason)
{
    str reason;
    err e = err_new(ERR_UPSTREAM, "the other side could not be reached or failed");
    switch ((int)f->code) {
    case CURLE_OUT_OF_MEMORY:
        reason = STR("there is not enough memory");
        e = err_new(ERR_NO_MEMORY, "no memory for a transfer");
        break;
    case CURLE_OPERATION_TIMEDOUT:
        reason = arena_printf(a, "%.*s did not answer in time", STR_ARG(f->host));
        e = err_new(ERR_UPSTREAM_TIMEOUT, "the other side did not answer in time");
        break;
    case CURLE_FILESIZE_EXCEEDED:
        reason = arena_printf(a, "the answer of %.*s is larger than allowed", STR_ARG(f->host));
        e = err_new(ERR_TOO_LARGE, "the answer is larger than allowed");
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
        reason = explain_certificate(a, f);
        break;
    case CURLE_COULDNT_CONNECT:
        reason = explain_connect(a, f);
        break;
    default:
        reason = explain_other(a, f);
        break;
    }
    *ret_reason = reason.p ? reason : STR("the other side could not be reached");
    return e;
}
