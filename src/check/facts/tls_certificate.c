/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/crypto.h"
#include "check/facts/tls.h"

enum {
    NAME_TEXT_MAX = 1024,       /* of a distinguished name; the rest is left out */
    FEATURE_STATUS_REQUEST = 5, /* RFC 7633 */
};

/* ── pieces ── */

static str hex_of(struct arena *a, const void *p, size_t n)
{
    struct buf b;
    buf_init(&b, 2 * n + 1);
    bytes_hex(&b, p, n);
    str text = arena_str(a, buf_str(&b));
    buf_done(&b);
    return text.p ? text : STR_EMPTY;
}

static str name_text(struct arena *a, X509_NAME *name)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *text = NULL;
    str copy = STR_EMPTY;
    if (out && name && X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253) >= 0) {
        long n = BIO_get_mem_data(out, &text);
        size_t kept = n > NAME_TEXT_MAX ? NAME_TEXT_MAX : n > 0 ? (size_t)n : 0;
        copy = arena_str(a, str_n(text, kept));
    }
    BIO_free(out);
    return copy.p ? copy : STR_EMPTY;
}

static str organisation(struct arena *a, X509_NAME *name)
{
    int at = name ? X509_NAME_get_index_by_NID(name, NID_organizationName, -1) : -1;
    unsigned char *text = NULL;
    if (at < 0) {
        return STR_EMPTY;
    }
    int n = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    str copy =
        n > 0
            ? arena_str(a, str_n((const char *)text, n > NAME_TEXT_MAX ? NAME_TEXT_MAX : (size_t)n))
            : STR_EMPTY;
    OPENSSL_free(text);
    return copy.p ? copy : STR_EMPTY;
}

static bool time_ms(const ASN1_TIME *t, int64_t *ret)
{
    struct tm tm;
    if (!t || ASN1_TIME_to_tm(t, &tm) != 1) {
        return false;
    }
    *ret = (int64_t)timegm(&tm) * 1000;
    return true;
}

static str dns_name(struct arena *a, const ASN1_STRING *from)
{
    str raw = str_n((const char *)ASN1_STRING_get0_data(from), (size_t)ASN1_STRING_length(from));
    if (str_empty(raw) || raw.n > 253) {
        return STR_EMPTY;
    }
    char lower[253];
    for (size_t i = 0; i < raw.n; i++) {
        if (raw.p[i] <= ' ' || raw.p[i] > '~') {
            return STR_EMPTY;
        }
        lower[i] = str_lower(raw.p[i]);
    }
    return arena_str(a, str_n(lower, raw.n));
}

static str ip_name(struct arena *a, const ASN1_STRING *from)
{
    struct addr addr = {.bytes = {[10] = 0xFF, [11] = 0xFF}};
    const unsigned char *p = ASN1_STRING_get0_data(from);
    int n = ASN1_STRING_length(from);
    if (n != 4 && n != 16) {
        return STR_EMPTY;
    }
    memcpy(addr.bytes + (16 - n), p, (size_t)n);
    return arena_str(a, str_c(addr_text(&addr).c));
}

static void read_names(struct arena *a, X509 *x, struct tls_certificate *ret)
{
    GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    str *names = arena_array(a, TLS_NAMES_MAX, sizeof *names);
    size_t count = 0;
    for (int i = 0; names && i < sk_GENERAL_NAME_num(all) && count < TLS_NAMES_MAX; i++) {
        const GENERAL_NAME *one = sk_GENERAL_NAME_value(all, i);
        str name = one->type == GEN_DNS     ? dns_name(a, one->d.dNSName)
                   : one->type == GEN_IPADD ? ip_name(a, one->d.iPAddress)
                                            : STR_EMPTY;
        if (name.p && name.n > 0) {
            names[count++] = name;
        }
    }
    GENERAL_NAMES_free(all);
    ret->names = names;
    ret->name_count = count;
}

static const char *kind_name(int id)
{
    switch (id) {
    case EVP_PKEY_RSA:
        return "RSA";
    case EVP_PKEY_RSA_PSS:
        return "RSA-PSS";
    case EVP_PKEY_EC:
        return "EC";
    case EVP_PKEY_ED25519:
        return "Ed25519";
    case EVP_PKEY_ED448:
        return "Ed448";
    case EVP_PKEY_DSA:
        return "DSA";
    default:
        return "unknown";
    }
}

static void read_key(struct arena *a, X509 *x, struct tls_certificate *ret)
{
    EVP_PKEY *key = X509_get0_pubkey(x);
    ret->key_kind = key ? kind_name(EVP_PKEY_get_base_id(key)) : "unknown";
    int bits = key ? EVP_PKEY_get_bits(key) : 0;
    ret->key_bits = bits > 0 ? (unsigned)bits : 0;
    unsigned char *der = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
    if (n > 0) {
        struct crypto_digest digest = crypto_sha256(str_n((const char *)der, (size_t)n));
        ret->spki_sha256 = hex_of(a, digest.bytes, sizeof digest.bytes);
    }
    OPENSSL_free(der);
}

static bool wants_staple(X509 *x)
{
    TLS_FEATURE *features = X509_get_ext_d2i(x, NID_tlsfeature, NULL, NULL);
    bool found = false;
    for (int i = 0; i < sk_ASN1_INTEGER_num(features); i++) {
        found |= ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features, i)) == FEATURE_STATUS_REQUEST;
    }
    sk_ASN1_INTEGER_pop_free(features, ASN1_INTEGER_free);
    return found;
}

static const char *signature_name(const X509 *x)
{
    int nid = X509_get_signature_nid(x);
    return nid == NID_undef ? "unknown" : OBJ_nid2ln(nid);
}

/* ── the whole ── */

static err read_parts(struct arena *a, X509 *x, struct tls_certificate *ret)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
    if (!time_ms(X509_get0_notBefore(x), &ret->not_before_ms) ||
        !time_ms(X509_get0_notAfter(x), &ret->not_after_ms)) {
        return err_new(ERR_INVALID, "a certificate without a readable validity");
    }
    ret->subject = name_text(a, X509_get_subject_name(x));
    ret->issuer = name_text(a, X509_get_issuer_name(x));
    ret->issuer_organisation = organisation(a, X509_get_issuer_name(x));
    ret->serial =
        hex_of(a, ASN1_STRING_get0_data(serial), serial->length > 64 ? 64 : (size_t)serial->length);
    ret->signature = signature_name(x);
    ret->is_ca = X509_check_ca(x) > 0;
    ret->must_staple = wants_staple(x);
    read_names(a, x, ret);
    read_key(a, x, ret);
    struct crypto_digest digest = crypto_sha256(ret->der);
    ret->sha256 = hex_of(a, digest.bytes, sizeof digest.bytes);
    return ret->names && ret->sha256.n && ret->spki_sha256.n
               ? ERR_NONE
               : err_new(ERR_NO_MEMORY, "no memory for a certificate");
}

err tls_certificate_read(struct arena *a, str der, struct tls_certificate *ret)
{
    const unsigned char *p = (const unsigned char *)der.p;
    if (der.n == 0 || der.n > TLS_CERTIFICATE_BYTES_MAX) {
        return err_new(ERR_INVALID, "no certificate, or a far too large one");
    }
    X509 *x = d2i_X509(NULL, &p, (long)der.n);
    if (!x || p != (const unsigned char *)der.p + der.n) {
        X509_free(x);
        return err_new(ERR_INVALID, "no X.509 certificate");
    }
    struct tls_certificate found = {.der = arena_str(a, der)};
    err e = found.der.p ? read_parts(a, x, &found)
                        : err_new(ERR_NO_MEMORY, "no memory for a certificate");
    X509_free(x);
    if (err_ok(e)) {
        *ret = found;
    }
    return e;
}

bool tls_certificate_names(const struct tls_certificate *c, str host)
{
    struct addr ip, other;
    if (str_ends(host, STR("."))) {
        host = str_slice(host, 0, host.n - 1);
    }
    if (str_empty(host)) {
        return false;
    }
    bool is_address = addr_parse(host, &ip);
    size_t dot = str_find_byte(host, '.', 0);
    for (size_t i = 0; i < c->name_count; i++) {
        str name = c->names[i];
        if (is_address) {
            if (addr_parse(name, &other) && memcmp(ip.bytes, other.bytes, 16) == 0) {
                return true;
            }
        } else if (str_ieq(name, host)) {
            return true;
        } else if (str_starts(name, STR("*.")) && dot != SIZE_MAX && dot > 0 &&
                   str_find_byte(name, '.', 2) != SIZE_MAX && /* not *.com */
                   str_ieq(str_slice(name, 1, name.n), str_slice(host, dot, host.n))) {
            return true;
        }
    }
    return false;
}
