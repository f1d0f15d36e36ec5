/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crypto.h"
#include "check/facts/tls_private.h"

enum {
    RECORD_ALERT = 21,
    RECORD_HANDSHAKE = 22,
    RECORD_MAX = 16384 + 2048, /* RFC 5246 section 6.2.3 */
    MESSAGE_SERVER_HELLO = 2,
    MESSAGE_KEY_EXCHANGE = 12,
    MESSAGE_HELLO_DONE = 14,
    EXTENSION_NAME = 0,
    EXTENSION_GROUPS = 10,
    EXTENSION_POINTS = 11,
    EXTENSION_SIGNATURES = 13,
    EXTENSION_VERSIONS = 43,
    EXTENSION_KEY_SHARE = 51,
    EXTENSION_RENEGOTIATION = 0xFF01,
    SSL2_HELLO = 1,
    SSL2_SERVER_HELLO = 4,
};

static const unsigned ssl2_kinds[] = {0x010080, 0x020080, 0x030080, 0x040080,
                                      0x050080, 0x060040, 0x0700C0, 0x080080};

/* Of a HelloRetryRequest (RFC 8446 section 4.1.3). */
static const unsigned char retry_random[32] = {
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
    0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};

/* ── writing ── */

static void put(struct buf *b, size_t value, unsigned bytes)
{
    while (bytes-- > 0) {
        buf_add_byte(b, (char)(value >> 8 * bytes & 0xFF));
    }
}

/* Fills in the length of what was added behind the `bytes` at `at`. */
static void close_length(struct buf *b, size_t at, unsigned bytes)
{
    size_t length = b->n - at - bytes;
    for (unsigned i = 0; i < bytes && !b->failed; i++) {
        b->p[at + i] = (char)(length >> 8 * (bytes - 1 - i) & 0xFF);
    }
}

static size_t open_length(struct buf *b, unsigned bytes)
{
    size_t at = b->n;
    put(b, 0, bytes);
    return at;
}

static void put_random(struct buf *b)
{
    unsigned char random[32];
    crypto_random(random, sizeof random);
    buf_add(b, str_n((const char *)random, sizeof random));
}

static void put_name(struct buf *b, str host)
{
    struct addr ignored;
    if (str_empty(host) || addr_parse(host, &ignored)) {
        return; /* RFC 6066 section 3: no addresses */
    }
    put(b, EXTENSION_NAME, 2);
    size_t extension = open_length(b, 2), list = open_length(b, 2);
    put(b, 0, 1);
    put(b, host.n, 2);
    buf_add(b, host);
    close_length(b, list, 2);
    close_length(b, extension, 2);
}

static void put_list(struct buf *b, unsigned extension, const uint16_t *items, size_t count)
{
    put(b, extension, 2);
    put(b, 2 + 2 * count, 2);
    put(b, 2 * count, 2);
    for (size_t i = 0; i < count; i++) {
        put(b, items[i], 2);
    }
}

static void put_extensions(struct buf *b, const struct tls_hello *x)
{
    static const uint16_t signatures[] = {0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805,
                                          0x0806, 0x0809, 0x080A, 0x080B, 0x0401, 0x0501, 0x0601,
                                          0x0402, 0x0303, 0x0301, 0x0302, 0x0203, 0x0201, 0x0202};
    size_t all = open_length(b, 2);
    put_name(b, x->host);
    if (x->group_count > 0) {
        put_list(b, EXTENSION_GROUPS, x->groups, x->group_count);
        put(b, EXTENSION_POINTS, 2);
        put(b, 2, 2);
        put(b, 0x0100, 2); /* one form: uncompressed */
    }
    if (x->version >= TLS_12) {
        put_list(b, EXTENSION_SIGNATURES, signatures, sizeof signatures / sizeof signatures[0]);
    }
    if (x->version == TLS_13) {
        put(b, EXTENSION_VERSIONS, 2);
        put(b, 3, 2);
        put(b, 2, 1);
        put(b, 0x0304, 2);
        put(b, EXTENSION_KEY_SHARE, 2); /* empty: the server names the group it wants */
        put(b, 2, 2);
        put(b, 0, 2);
    } else {
        put(b, EXTENSION_RENEGOTIATION, 2); /* RFC 5746 */
        put(b, 1, 2);
        put(b, 0, 1);
    }
    close_length(b, all, 2);
}

static void put_ssl2(struct buf *b)
{
    size_t count = sizeof ssl2_kinds / sizeof ssl2_kinds[0];
    put(b, 0x8000 | (9 + 3 * count + 16), 2);
    put(b, SSL2_HELLO, 1);
    put(b, 0x0002, 2);
    put(b, 3 * count, 2);
    put(b, 0, 2);  /* session */
    put(b, 16, 2); /* challenge */
    for (size_t i = 0; i < count; i++) {
        put(b, ssl2_kinds[i], 3);
    }
    unsigned char challenge[16];
    crypto_random(challenge, sizeof challenge);
    buf_add(b, str_n((const char *)challenge, sizeof challenge));
}

void tls_hello_write(struct buf *b, const struct tls_hello *x)
{
    if (x->version == TLS_SSL2) {
        put_ssl2(b);
        return;
    }
    unsigned wire = x->version >= TLS_12 ? 0x0303 : 0x0300U + (x->version - TLS_SSL3);
    put(b, RECORD_HANDSHAKE, 1);
    put(b, x->version == TLS_SSL3 ? 0x0300 : 0x0301, 2);
    size_t record = open_length(b, 2);
    put(b, 1, 1);
    size_t message = open_length(b, 3);
    put(b, wire, 2);
    put_random(b);
    put(b, x->version == TLS_13 ? 32 : 0, 1); /* RFC 8446 appendix D.4 */
    if (x->version == TLS_13) {
        put_random(b);
    }
    put(b, 2 * x->cipher_count, 2);
    for (size_t i = 0; i < x->cipher_count; i++) {
        put(b, x->ciphers[i], 2);
    }
    buf_add(b, x->compression ? STR("\2\1\0") : STR("\1\0"));
    if (x->version != TLS_SSL3) {
        put_extensions(b, x);
    }
    close_length(b, message, 3);
    close_length(b, record, 2);
}

/* ── reading ── */

/* A cursor that stays at its end once something was missing. */
struct cursor {
    str rest;
    bool bad;
};

static str take(struct cursor *c, size_t n)
{
    if (c->bad || n > c->rest.n) {
        c->bad = true;
        return STR_EMPTY;
    }
    str piece = str_slice(c->rest, 0, n);
    c->rest = str_slice(c->rest, n, c->rest.n);
    return piece;
}

static unsigned number(struct cursor *c, unsigned bytes)
{
    str piece = take(c, bytes);
    unsigned value = 0;
    for (size_t i = 0; i < piece.n; i++) {
        value = value << 8 | (unsigned char)piece.p[i];
    }
    return value;
}

/* 0x0300 … 0x0304; TLS_VERSIONS for others. */
static enum tls_version version_of(unsigned wire)
{
    return wire >= 0x0300 && wire <= 0x0304 ? (enum tls_version)(TLS_SSL3 + (wire - 0x0300))
                                            : TLS_VERSIONS;
}

static void read_extensions(struct cursor *c, struct tls_answer *ret)
{
    while (!c->bad && c->rest.n > 0) {
        unsigned type = number(c, 2);
        struct cursor inner = {.rest = take(c, number(c, 2))};
        switch (type) {
        case EXTENSION_VERSIONS:
            ret->version = version_of(number(&inner, 2));
            break;
        case EXTENSION_KEY_SHARE:
            ret->group = number(&inner, 2);
            break;
        case EXTENSION_RENEGOTIATION:
            ret->secure_renegotiation = true;
            break;
        default:
            break;
        }
        c->bad |= inner.bad;
    }
}

/* ServerHello, and HelloRetryRequest, which looks the same. False when it is none. */
static bool read_hello(str body, struct tls_answer *ret)
{
    struct cursor c = {.rest = body};
    ret->version = version_of(number(&c, 2));
    str random = take(&c, 32);
    bool retry = str_eq(random, str_n((const char *)retry_random, sizeof retry_random));
    take(&c, number(&c, 1));
    ret->cipher = number(&c, 2);
    ret->deflate = number(&c, 1) == 1;
    if (c.rest.n > 0) {
        struct cursor extensions = {.rest = take(&c, number(&c, 2))};
        read_extensions(&extensions, ret);
        c.bad |= extensions.bad;
    }
    return !c.bad && ret->version < TLS_VERSIONS && (!retry || ret->version == TLS_13);
}

static void read_key_exchange(str body, struct tls_answer *ret)
{
    struct cursor c = {.rest = body};
    unsigned traits = tls_cipher_traits(tls_cipher_name(ret->cipher));
    if ((traits & TLS_TRAIT_ECDHE) != 0) {
        unsigned kind = number(&c, 1), group = number(&c, 2);
        ret->group = kind == 3 && !c.bad ? group : 0; /* a named curve */
    } else if ((traits & TLS_TRAIT_FORWARD) != 0) {
        str prime = take(&c, number(&c, 2));
        while (prime.n > 0 && prime.p[0] == '\0') {
            prime = str_slice(prime, 1, prime.n);
        }
        unsigned bits = (unsigned)prime.n * 8;
        for (unsigned bit = 0x80; prime.n > 0 && ((unsigned char)prime.p[0] & bit) == 0;
             bit >>= 1) {
            bits--;
        }
        ret->dh_bits = c.bad ? 0 : bits;
    }
}

/* Goes through the handshake messages that are complete. */
static enum tls_answer_kind read_messages(const struct tls_hello *asked, str messages,
                                          struct tls_answer *ret)
{
    struct cursor c = {.rest = messages};
    bool greeted = false;
    while (c.rest.n >= 4) {
        unsigned type = number(&c, 1), length = number(&c, 3);
        if (length > TLS_ANSWER_BYTES_MAX || (!greeted && type != MESSAGE_SERVER_HELLO)) {
            return greeted ? TLS_ANSWER_HELLO : TLS_ANSWER_NONSENSE;
        }
        if (length > c.rest.n) {
            return TLS_ANSWER_MORE;
        }
        str body = take(&c, length);
        if (!greeted && !read_hello(body, ret)) {
            return TLS_ANSWER_NONSENSE;
        }
        greeted = true;
        if (type == MESSAGE_KEY_EXCHANGE) {
            read_key_exchange(body, ret);
        }
        if (!asked->key_exchange || ret->version == TLS_13 || type == MESSAGE_KEY_EXCHANGE ||
            type == MESSAGE_HELLO_DONE) {
            return TLS_ANSWER_HELLO;
        }
    }
    return TLS_ANSWER_MORE;
}

static void read_ssl2(str bytes, struct tls_answer *ret)
{
    struct cursor c = {.rest = bytes};
    unsigned head = number(&c, 2);
    struct tls_answer x = {.kind = TLS_ANSWER_NONSENSE};
    *ret = x;
    if (!c.bad && (head & 0x8000) == 0) {
        ret->kind = bytes.p[0] == RECORD_ALERT ? TLS_ANSWER_ALERT : TLS_ANSWER_NONSENSE;
        return;
    }
    size_t length = head & 0x7FFF;
    if (c.bad || c.rest.n < length) {
        ret->kind = TLS_ANSWER_MORE;
        ret->need = c.bad ? 2 : 2 + length;
        return;
    }
    c.rest = str_slice(c.rest, 0, length);
    unsigned type = number(&c, 1);
    number(&c, 2); /* session hit, kind of certificate */
    unsigned version = number(&c, 2), certificate = number(&c, 2), kinds = number(&c, 2);
    number(&c, 2);
    take(&c, certificate);
    struct cursor list = {.rest = take(&c, kinds)};
    if (c.bad || type != SSL2_SERVER_HELLO || version != 0x0002 || kinds % 3 != 0) {
        ret->kind = type == 0 ? TLS_ANSWER_ALERT : TLS_ANSWER_NONSENSE; /* 0: an error */
        return;
    }
    ret->kind = TLS_ANSWER_HELLO;
    ret->version = TLS_SSL2;
    while (list.rest.n > 0 && ret->ssl2_count < 16) {
        ret->ssl2_ciphers[ret->ssl2_count++] = number(&list, 3);
    }
}

void tls_answer_read(struct buf *scratch, const struct tls_hello *asked, str bytes,
                     struct tls_answer *ret)
{
    struct cursor c = {.rest = bytes};
    struct tls_answer x = {.kind = TLS_ANSWER_MORE};
    if (asked->version == TLS_SSL2) {
        read_ssl2(bytes, ret);
        return;
    }
    buf_clear(scratch);
    while (x.kind == TLS_ANSWER_MORE && c.rest.n >= 5) {
        size_t before = bytes.n - c.rest.n;
        unsigned type = number(&c, 1), version = number(&c, 2), length = number(&c, 2);
        if ((type != RECORD_HANDSHAKE && type != RECORD_ALERT) || version >> 8 != 3 ||
            length == 0 || length > RECORD_MAX) {
            x.kind = TLS_ANSWER_NONSENSE;
        } else if (length > c.rest.n) {
            x.need = before + 5 + length;
            break;
        } else if (type == RECORD_ALERT) {
            str alert = take(&c, length);
            x.kind = alert.n == 2 ? TLS_ANSWER_ALERT : TLS_ANSWER_NONSENSE;
            x.alert = alert.n == 2 ? (unsigned char)alert.p[1] : 0;
        } else {
            buf_add(scratch, take(&c, length));
            x.kind =
                scratch->failed ? TLS_ANSWER_NONSENSE : read_messages(asked, buf_str(scratch), &x);
        }
    }
    if (x.kind == TLS_ANSWER_MORE && x.need == 0) {
        x.need = bytes.n + (c.rest.n < 5 ? 5 - c.rest.n : 1);
    }
    *ret = x;
}
