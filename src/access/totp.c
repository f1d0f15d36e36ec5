/* SPDX-License-Identifier: Apache-2.0 */
#include "access/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/buf.h"
#include "base/crypto.h"

enum { URI_MAX = 1024, MAC_BYTES = 20 };

uint32_t totp_code(str key, uint64_t step, unsigned digits)
{
    static const uint32_t powers[] = {1000000, 10000000, 100000000};
    unsigned char counter[8], mac[EVP_MAX_MD_SIZE] = {0};
    unsigned n = 0;
    for (unsigned i = 0; i < 8; i++) {
        counter[i] = (unsigned char)(step >> (56 - 8 * i));
    }
    (void)HMAC(EVP_sha1(), key.p, (int)key.n, counter, sizeof counter, mac, &n);
    unsigned at = mac[MAC_BYTES - 1] & 15u; /* RFC 4226 section 5.3 */
    uint32_t bits = (uint32_t)(mac[at] & 0x7fu) << 24 | (uint32_t)mac[at + 1] << 16 |
                    (uint32_t)mac[at + 2] << 8 | mac[at + 3];
    crypto_wipe(mac, sizeof mac);
    return bits % powers[digits <= 6 ? 0 : digits >= 8 ? 2 : 1];
}

/* Reads exactly six digits, spaces between them or not. */
static bool typed_digits(str typed, char ret[TOTP_DIGITS])
{
    size_t n = 0;
    for (size_t i = 0; i < typed.n; i++) {
        char c = typed.p[i];
        if (c == ' ') {
            continue;
        }
        if (c < '0' || c > '9' || n == TOTP_DIGITS) {
            return false;
        }
        ret[n++] = c;
    }
    return n == TOTP_DIGITS;
}

bool totp_verify(str key, str typed, int64_t now_ms, uint64_t last_step, uint64_t *ret_step)
{
    char given[TOTP_DIGITS], wanted[TOTP_DIGITS];
    if (str_empty(key) || key.n > INT32_MAX || now_ms < 0 || !typed_digits(typed, given)) {
        return false;
    }
    uint64_t now = (uint64_t)now_ms / TOTP_STEP_MS, found = 0;
    bool any = false;
    /* All steps are tried whatever matches; the last that does is taken, so that a code which by
     * chance stands for two of them is used up. */
    for (uint64_t step = now < TOTP_DRIFT ? 0 : now - TOTP_DRIFT; step <= now + TOTP_DRIFT;
         step++) {
        uint32_t code = totp_code(key, step, TOTP_DIGITS);
        for (size_t i = TOTP_DIGITS; i-- > 0; code /= 10) {
            wanted[i] = (char)('0' + code % 10);
        }
        bool same = crypto_equal(str_n(given, sizeof given), str_n(wanted, sizeof wanted));
        found = same ? step : found;
        any = any || same;
    }
    crypto_wipe(wanted, sizeof wanted);
    if (!any || found <= last_step) {
        return false;
    }
    *ret_step = found;
    return true;
}

str totp_base32(struct arena *a, str key, bool grouped)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    size_t count = (key.n * 8 + 4) / 5, n = 0;
    char *out = arena_alloc(a, count + count / 4 + 1);
    if (!out) {
        return (str){NULL, 0};
    }
    for (size_t i = 0; i < count; i++) {
        size_t bit = i * 5, at = bit / 8;
        unsigned pair = (unsigned)(unsigned char)key.p[at] << 8 |
                        (at + 1 < key.n ? (unsigned)(unsigned char)key.p[at + 1] : 0u);
        if (grouped && i && i % 4 == 0) {
            out[n++] = ' ';
        }
        out[n++] = letters[(pair >> (11 - bit % 8)) & 31u];
    }
    return str_n(out, n);
}

/* Keeps the unreserved characters of RFC 3986 section 2.3. */
static void add_encoded(struct buf *b, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            buf_add_byte(b, c);
        } else {
            buf_addf(b, "%%%02X", (unsigned)(unsigned char)c);
        }
    }
}

str totp_uri(struct arena *a, str key, str issuer, str account)
{
    str text = totp_base32(a, key, false), uri = {NULL, 0};
    struct buf b;
    if (!text.p) {
        return uri;
    }
    buf_init(&b, URI_MAX);
    buf_add_c(&b, "otpauth://totp/");
    add_encoded(&b, issuer);
    buf_add_byte(&b, ':');
    add_encoded(&b, account);
    buf_add_c(&b, "?secret=");
    buf_add(&b, text);
    buf_add_c(&b, "&issuer=");
    add_encoded(&b, issuer);
    buf_add_c(&b, "&algorithm=SHA1&digits=6&period=30");
    if (!b.failed) {
        uri = arena_str(a, buf_str(&b));
    }
    buf_wipe(&b);
    return uri;
}
