/* SPDX-License-Identifier: Apache-2.0 */
/* CBOR as authenticators write it (CTAP2 canonical form): lengths in their shortest form, none that
 * is indefinite. */
#include "access/passkey_private.h"

enum {
    DEPTH_MAX = 8,
    ITEMS_MAX = 64, /* of one map or list */
    RP_HASH_BYTES = 32,
    AAGUID_BYTES = 16,
    COSE_ALG = 3,
};

enum major { UNSIGNED, NEGATIVE, BYTES, TEXT, LIST, MAP, TAG, SIMPLE };

/* Reads on after the first fault, but gives nothing any more. */
struct cursor {
    str rest;
    bool bad;
};

static str take(struct cursor *c, uint64_t n)
{
    if (c->bad || n > c->rest.n) {
        c->bad = true;
        return STR_EMPTY;
    }
    str taken = str_slice(c->rest, 0, (size_t)n);
    c->rest = str_slice(c->rest, (size_t)n, c->rest.n);
    return taken;
}

static uint64_t take_number(struct cursor *c, size_t bytes)
{
    str taken = take(c, bytes);
    uint64_t number = 0;
    for (size_t i = 0; i < taken.n; i++) {
        number = number << 8 | (unsigned char)taken.p[i];
    }
    return number;
}

static enum major head(struct cursor *c, uint64_t *ret_value)
{
    static const uint64_t least[] = {24, 1u << 8, 1u << 16, 1ull << 32};
    unsigned first = (unsigned)take_number(c, 1), low = first & 31u;
    *ret_value = low;
    if (low >= 24 && low <= 27) {
        *ret_value = take_number(c, (size_t)1 << (low - 24));
        c->bad = c->bad || *ret_value < least[low - 24];
    } else if (low > 27) {
        c->bad = true;
    }
    return (enum major)(first >> 5);
}

static uint64_t expect(struct cursor *c, enum major wanted)
{
    uint64_t value;
    c->bad = head(c, &value) != wanted || c->bad;
    return c->bad ? 0 : value;
}

static size_t expect_map(struct cursor *c)
{
    uint64_t count = expect(c, MAP);
    c->bad = c->bad || count > ITEMS_MAX;
    return c->bad ? 0 : (size_t)count;
}

static str expect_text(struct cursor *c) { return take(c, expect(c, TEXT)); }

static str expect_bytes(struct cursor *c) { return take(c, expect(c, BYTES)); }

/* A whole number within 63 bits. */
static int64_t expect_int(struct cursor *c)
{
    uint64_t value;
    enum major major = head(c, &value);
    c->bad = c->bad || major > NEGATIVE || value > INT64_MAX;
    return c->bad ? 0 : major == UNSIGNED ? (int64_t)value : -1 - (int64_t)value;
}

/* Reads past one value; depth counts down. */
static void skip(struct cursor *c, unsigned depth) /* NOLINT(misc-no-recursion): DEPTH_MAX */
{
    uint64_t value;
    enum major major = head(c, &value);
    if (major == BYTES || major == TEXT) {
        (void)take(c, value);
    } else if (major == LIST || major == MAP) {
        uint64_t items = major == MAP ? value * 2 : value;
        c->bad = c->bad || value > ITEMS_MAX || depth == 0;
        for (uint64_t i = 0; !c->bad && i < items; i++) {
            skip(c, depth - 1);
        }
    } else if (major == SIMPLE) {
        c->bad = c->bad || value < 20 || value > 22; /* false, true, null */
    } else if (major == TAG) {
        c->bad = true;
    }
}

/* Reads past a COSE key (RFC 9052 section 7) and gives its algorithm. */
static int64_t take_cose_key(struct cursor *c)
{
    int64_t algorithm = 0;
    size_t found = 0;
    for (size_t left = expect_map(c); left > 0 && !c->bad; left--) {
        if (expect_int(c) == COSE_ALG) {
            algorithm = expect_int(c);
            found++;
        } else {
            skip(c, DEPTH_MAX);
        }
    }
    c->bad = c->bad || found != 1;
    return algorithm;
}

bool passkey_auth_parse(str bytes, bool attested, struct passkey_auth *ret)
{
    struct cursor c = {.rest = bytes};
    struct passkey_auth auth = {.bytes = bytes, .credential = STR_EMPTY};
    auth.rp_id_hash = take(&c, RP_HASH_BYTES);
    auth.flags = (unsigned)take_number(&c, 1);
    auth.counter = (uint32_t)take_number(&c, 4);
    if (c.bad || !(auth.flags & PASSKEY_FLAG_ATTESTED) == attested) {
        return false;
    }
    if (attested) {
        (void)take(&c, AAGUID_BYTES);
        auth.credential = take(&c, take_number(&c, 2));
        auth.algorithm = take_cose_key(&c);
    }
    if (auth.flags & PASSKEY_FLAG_EXTENSIONS) {
        c.bad = c.bad || str_empty(c.rest) || (unsigned char)c.rest.p[0] >> 5 != MAP;
        skip(&c, DEPTH_MAX);
    }
    if (c.bad || c.rest.n > 0) {
        return false;
    }
    *ret = auth;
    return true;
}

static void take_statement(struct cursor *c, struct passkey_attestation *ret)
{
    size_t algorithms = 0, signatures = 0;
    for (size_t left = expect_map(c); left > 0 && !c->bad; left--) {
        str name = expect_text(c);
        if (str_eq(name, STR("alg"))) {
            ret->algorithm = expect_int(c);
            algorithms++;
        } else if (str_eq(name, STR("sig"))) {
            ret->signature = expect_bytes(c);
            signatures++;
        } else {
            c->bad = true; /* x5c: a maker's certificate, which nobody asked for */
        }
    }
    ret->self = algorithms == 1 && signatures == 1;
    c->bad = c->bad || algorithms > 1 || signatures != algorithms;
}

bool passkey_attestation_parse(str bytes, struct passkey_attestation *ret)
{
    struct cursor c = {.rest = bytes};
    struct passkey_attestation object = {.auth = STR_EMPTY, .signature = STR_EMPTY};
    str format = STR_EMPTY;
    size_t formats = 0, statements = 0, auths = 0;
    for (size_t left = expect_map(&c); left > 0 && !c.bad; left--) {
        str name = expect_text(&c);
        if (str_eq(name, STR("fmt"))) {
            format = expect_text(&c);
            formats++;
        } else if (str_eq(name, STR("attStmt"))) {
            take_statement(&c, &object);
            statements++;
        } else if (str_eq(name, STR("authData"))) {
            object.auth = expect_bytes(&c);
            auths++;
        } else {
            c.bad = true;
        }
    }
    if (c.bad || c.rest.n > 0 || formats != 1 || statements != 1 || auths != 1 ||
        !str_eq(format, object.self ? STR("packed") : STR("none"))) {
        return false;
    }
    *ret = object;
    return true;
}
