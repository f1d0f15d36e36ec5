/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/tls_private.h"

/* IANA "TLS Supported Groups", those that servers are met with. */
static const struct {
    unsigned id, strength;
    const char *name;
    bool hybrid;
} table[] = {
    {14, 80, "sect163r2", false},
    {16, 80, "secp160r1", false},
    {19, 96, "secp192r1", false},
    {21, 112, "secp224r1", false},
    {22, 128, "secp256k1", false},
    {23, 128, "secp256r1 (P-256)", false},
    {24, 192, "secp384r1 (P-384)", false},
    {25, 256, "secp521r1 (P-521)", false},
    {26, 128, "brainpoolP256r1", false},
    {27, 192, "brainpoolP384r1", false},
    {28, 256, "brainpoolP512r1", false},
    {29, 128, "X25519", false},
    {30, 224, "X448", false},
    {256, 103, "ffdhe2048", false},
    {257, 125, "ffdhe3072", false},
    {258, 150, "ffdhe4096", false},
    {259, 175, "ffdhe6144", false},
    {260, 192, "ffdhe8192", false},
    {0x11EB, 192, "SecP256r1MLKEM768", true},
    {0x11EC, 192, "X25519MLKEM768", true},
    {0x11ED, 256, "SecP384r1MLKEM1024", true},
    {0x6399, 192, "X25519Kyber768Draft00", true},
};

static size_t find(unsigned id)
{
    size_t i = 0;
    while (i < sizeof table / sizeof table[0] && table[i].id != id) {
        i++;
    }
    return i;
}

const char *tls_group_name(unsigned id)
{
    size_t i = find(id);
    return i < sizeof table / sizeof table[0] ? table[i].name : "an unknown group";
}

unsigned tls_group_strength(unsigned id)
{
    size_t i = find(id);
    return i < sizeof table / sizeof table[0] ? table[i].strength : 0;
}

bool tls_group_is_hybrid(unsigned id)
{
    size_t i = find(id);
    return i < sizeof table / sizeof table[0] && table[i].hybrid;
}

const char *tls_version_name(unsigned version)
{
    static const char *const names[] = {"SSL 2.0", "SSL 3.0", "TLS 1.0",
                                        "TLS 1.1", "TLS 1.2", "TLS 1.3"};
    return version < TLS_VERSIONS ? names[version] : "an unknown version";
}
