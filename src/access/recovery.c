/* SPDX-License-Identifier: Apache-2.0 */
#include "access/recovery.h"

#include "base/utf8.h"

enum { LETTERS = 16, GROUP = 4 };

/* Without 0 and o, 1, i and l. */
static const char alphabet[] = "23456789abcdefghjkmnpqrstuvwxyz";
enum { ALPHABET = sizeof alphabet - 1 };

struct recovery_code recovery_code_new(void)
{
    struct recovery_code code = {0};
    size_t at = 0;
    for (size_t n = 0; n < LETTERS;) {
        unsigned char byte;
        crypto_random(&byte, 1);
        if (byte >= 256 / ALPHABET * ALPHABET) { /* else some letters were likelier */
            continue;
        }
        if (n && n % GROUP == 0) {
            code.c[at++] = '-';
        }
        code.c[at++] = alphabet[byte % ALPHABET];
        n++;
    }
    return code;
}

/* Spaces and the dashes that word processors make of "-". */
static bool is_filler(uint32_t code)
{
    return code == ' ' || code == '\t' || code == '\r' || code == '\n' || code == 0xa0 ||
           code == '-' || (code >= 0x2010 && code <= 0x2015) || code == 0x2212;
}

bool recovery_hash(const struct secret *key, str person, str typed, struct crypto_digest *ret)
{
    /* The label keeps these hashes apart from all others under the same key. */
    static const str label = STR_INIT("doorward recovery code\n");
    char text[128];
    size_t n = 0, letters = 0;
    uint32_t code;
    if (str_empty(person) || person.n > sizeof text - label.n - LETTERS - 1) {
        return false;
    }
    memcpy(text, label.p, label.n);
    memcpy(text + label.n, person.p, person.n);
    n = label.n + person.n;
    text[n++] = '\n';
    bool fine = true;
    while (fine && utf8_next(&typed, &code)) {
        if (is_filler(code)) {
            continue;
        }
        char c = code < 0x80 ? str_lower((char)code) : '\0';
        fine = letters < LETTERS && c && strchr(alphabet, c);
        if (fine) {
            text[n++] = c;
            letters++;
        }
    }
    fine = fine && letters == LETTERS;
    if (fine) {
        *ret = crypto_hmac(secret_view(key), str_n(text, n));
    }
    crypto_wipe(text, sizeof text);
    return fine;
}
