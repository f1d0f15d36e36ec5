/* SPDX-License-Identifier: Apache-2.0 */
/* What the names of cipher suites and groups mean. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    TLS_TRAIT_NULL = 1 << 0, /* no encryption */
    TLS_TRAIT_EXPORT = 1 << 1,
    TLS_TRAIT_ANON = 1 << 2, /* no certificate */
    TLS_TRAIT_RC4 = 1 << 3,
    TLS_TRAIT_3DES = 1 << 4,
    TLS_TRAIT_DES = 1 << 5, /* DES, RC2, IDEA */
    TLS_TRAIT_CBC = 1 << 6,
    TLS_TRAIT_FORWARD = 1 << 7, /* forward secrecy */
    TLS_TRAIT_AEAD = 1 << 8,
    TLS_TRAIT_ECDHE = 1 << 9,
    TLS_TRAITS_BROKEN = TLS_TRAIT_NULL | TLS_TRAIT_EXPORT | TLS_TRAIT_ANON | TLS_TRAIT_RC4 |
                        TLS_TRAIT_3DES | TLS_TRAIT_DES
};

/* IANA name of a cipher suite; never NULL. */
const char *tls_cipher_name(unsigned id);
/* Traits that the name tells, as a set. */
unsigned tls_cipher_traits(const char *name);

/* IANA name of a named group; never NULL. */
const char *tls_group_name(unsigned id);
/* Bits of a symmetric key that is as strong; 0: not known. */
unsigned tls_group_strength(unsigned id);
/* Resists quantum computers: ML-KEM beside a curve. */
bool tls_group_is_hybrid(unsigned id);
/* "TLS 1.2" */
const char *tls_version_name(unsigned version);
