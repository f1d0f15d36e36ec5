/* SPDX-License-Identifier: Apache-2.0 */
/* Private keys between lines of RFC 7468, as they are written, escaped or set together in code. */
#include "scan/proof_private.h"

enum { BODY_MIN = 32, DENSE_MIN = 96, PGP_SECRET_KEY = 5, PGP_SECRET_SUBKEY = 7 };

struct der {
    const unsigned char *p;
    size_t n;
};

/* Takes one element with its length off the front (X.690 section 8.1); a content that is cut at the
 * end of the bytes is given as far as it goes. */
static bool der_take(struct der *d, unsigned char tag, struct der *ret, bool *ret_cut)
{
    if (d->n < 2 || d->p[0] != tag) {
        return false;
    }
    size_t length = d->p[1], head = 2;
    if (length & 0x80) {
        size_t count = length & 0x7f;
        if (count == 0 || count > 3 || d->n < 2 + count) {
            return false;
        }
        length = 0;
        for (size_t i = 0; i < count; i++) {
            length = length << 8 | d->p[2 + i];
        }
        head += count;
    }
    *ret_cut = length > d->n - head;
    size_t have = *ret_cut ? d->n - head : length;
    *ret = (struct der){d->p + head, have};
    *d = (struct der){d->p + head + have, d->n - head - have};
    return true;
}

/* PKCS#1 (integers), PKCS#8 (version, algorithm, octets), SEC 1 (version, octets), DSA (integers),
 * encrypted PKCS#8 (algorithm, octets). */
static bool is_der_key(struct der all, bool *ret_cut)
{
    struct der key, part;
    bool cut;
    if (!der_take(&all, 0x30, &key, ret_cut)) {
        return false;
    }
    if (der_take(&key, 0x30, &part, &cut)) { /* encrypted */
        return !cut && part.n > 4 && part.p[0] == 0x06 && der_take(&key, 0x04, &part, &cut);
    }
    if (!der_take(&key, 0x02, &part, &cut) || cut || part.n != 1 || part.p[0] > 1) {
        return false;
    }
    if (der_take(&key, 0x30, &part, &cut)) {
        return !cut && part.n > 2 && part.p[0] == 0x06 && der_take(&key, 0x04, &part, &cut);
    }
    if (der_take(&key, 0x04, &part, &cut)) {
        return part.n >= 16;
    }
    return der_take(&key, 0x02, &part, &cut) && part.n >= 20 &&
           (cut || der_take(&key, 0x02, &part, &cut));
}

/* A packet of OpenPGP with a secret key (RFC 9580 sections 4.2 and 5.5.1.3). */
static bool is_pgp_key(const unsigned char *p, size_t n)
{
    if (n < BODY_MIN || !(p[0] & 0x80)) {
        return false;
    }
    unsigned tag = p[0] & 0x40 ? p[0] & 0x3fU : (p[0] & 0x3fU) >> 2;
    return tag == PGP_SECRET_KEY || tag == PGP_SECRET_SUBKEY;
}

/* What stands between two string literals: "…\n" + "…". Gives where the next literal begins, or
 * `at` when this is no such gap. */
static size_t skip_gap(str s, size_t at)
{
    char quote = s.p[at];
    size_t i = at + 1;
    while (i < s.n && s.p[i] && strchr(" \t\r\n+.,\\&;", s.p[i])) {
        i++;
    }
    return i < s.n && s.p[i] == quote ? i : at;
}

/* Gives only the base64 letters of a body: without line ends (real or written \n), spaces, quotes
 * of literals and signs of quoting in front of lines. False when a letter is none. */
static bool body_letters(str body, char *ret, size_t max, size_t *ret_n)
{
    size_t n = 0;
    for (size_t i = 0; i < body.n && n < max; i++) {
        char c = body.p[i];
        if (proof_base64_value(c) >= 0 && c != '-' && c != '_') {
            ret[n++] = c;
        } else if (c == '\\' && i + 1 < body.n) {
            while (i + 1 < body.n && body.p[i + 1] == '\\') {
                i++;
            }
            i += i + 1 < body.n && strchr("nrt", body.p[i + 1]) && body.p[i + 1];
        } else if (c == '"' || c == '\'' || c == '`') {
            i = skip_gap(body, i);
        } else if (c == '%' && i + 2 < body.n && body.p[i + 1] == '0') { /* %0A */
            i += 2;
        } else if (!c || !strchr(" \t\r\n=*#>|,;", c)) {
            return false;
        }
    }
    *ret_n = n;
    return true;
}

/* The part between the lines; headers ("Proc-Type: …", "Version: …") are left out. */
static str find_body(str secret, str *ret_label, bool *ret_whole)
{
    size_t begin = str_find(secret, STR("-----BEGIN "), 0);
    size_t label = begin == SIZE_MAX ? SIZE_MAX : begin + 11;
    size_t after = label == SIZE_MAX ? SIZE_MAX : str_find(secret, STR("-----"), label);
    if (after == SIZE_MAX) {
        return STR_EMPTY;
    }
    *ret_label = str_slice(secret, label, after);
    size_t end = str_find(secret, STR("-----END"), after);
    *ret_whole = end != SIZE_MAX;
    str body = str_slice(secret, after + 5, end == SIZE_MAX ? secret.n : end);
    size_t colon;
    while ((colon = str_find(body, STR(": "), 0)) != SIZE_MAX) {
        size_t real = str_find_byte(body, '\n', colon), written = str_find(body, STR("\\n"), colon);
        size_t line = real < written ? real + 1 : written == SIZE_MAX ? body.n : written + 2;
        body = str_slice(body, line, body.n);
    }
    return body;
}

/* As many different bytes as a key has: damaged, or of a kind that we do not know. */
static bool is_dense(const unsigned char *p, size_t n)
{
    bool seen[256] = {false};
    size_t distinct = 0;
    for (size_t i = 0; i < n; i++) {
        distinct += !seen[p[i]];
        seen[p[i]] = true;
    }
    return n >= DENSE_MIN && distinct * 4 >= (n > 256 ? 256 : n) * 2;
}

enum proof_result proof_pem_private(str secret)
{
    char letters[PROOF_BYTES_MAX];
    unsigned char bytes[PROOF_BYTES_MAX];
    str label = STR_EMPTY;
    bool whole = false, cut = false;
    str body = find_body(secret, &label, &whole);
    size_t count = 0;
    if (str_empty(label)) {
        return PROOF_UNKNOWN; /* of another form (PuTTY) */
    }
    if (str_find(label, STR("PRIVATE KEY"), 0) == SIZE_MAX ||
        !body_letters(body, letters, sizeof letters, &count)) {
        return PROOF_FAILS;
    }
    bool more = count == sizeof letters;
    size_t n = proof_unbase64(str_n(letters, count), bytes, sizeof bytes);
    if (n == SIZE_MAX || n < BODY_MIN) {
        return PROOF_FAILS;
    }
    if (str_find(label, STR("PGP"), 0) != SIZE_MAX) {
        return is_pgp_key(bytes, n) ? PROOF_HOLDS : PROOF_FAILS;
    }
    static const char openssh[] = "openssh-key-v1"; /* with its NUL (PROTOCOL.key of OpenSSH) */
    if (n > sizeof openssh && memcmp(bytes, openssh, sizeof openssh) == 0) {
        return PROOF_HOLDS;
    }
    if (str_find(secret, STR("Proc-Type: 4,ENCRYPTED"), 0) != SIZE_MAX) { /* RFC 1421 */
        return n % 8 == 0 || !whole ? PROOF_HOLDS : PROOF_FAILS;
    }
    if (!is_der_key((struct der){bytes, n}, &cut)) {
        return is_dense(bytes, n) ? PROOF_UNKNOWN : PROOF_FAILS;
    }
    return !cut || more ? PROOF_HOLDS : PROOF_UNKNOWN;
}
