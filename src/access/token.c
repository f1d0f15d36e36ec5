/* SPDX-License-Identifier: Apache-2.0 */
#include "access/token.h"

#include <sys/stat.h>

#include "base/bytes.h"
#include "base/file.h"

static const char *const prefixes[] = {
    [TOKEN_PUBLIC_KEY] = "dw_pk_",      [TOKEN_SECRET_KEY] = "dw_sk_",
    [TOKEN_VISITOR_SESSION] = "dw_vs_", [TOKEN_STAFF_SESSION] = "dw_ss_",
    [TOKEN_INVITATION] = "dw_iv_",      [TOKEN_RESET] = "dw_rs_",
};

enum { PREFIX_BYTES = 6, KEY_BYTES = 32, HINT_BYTES = PREFIX_BYTES + 4 };

/* CRC-32 in base62, most significant digit first: 62^6 is more than 2^32. */
static void token_check(str head, char ret[TOKEN_CHECK])
{
    uint32_t crc = crypto_crc32(head);
    for (size_t i = TOKEN_CHECK; i-- > 0; crc /= 62) {
        ret[i] = bytes_base62_letters[crc % 62];
    }
}

struct token token_new(enum token_kind kind)
{
    struct token token = {0};
    memcpy(token.c, prefixes[kind], PREFIX_BYTES);
    for (size_t n = 0; n < TOKEN_RANDOM;) {
        unsigned char byte;
        crypto_random(&byte, 1);
        if (byte < 248) { /* 4 * 62: no letter is likelier than another */
            token.c[PREFIX_BYTES + n++] = bytes_base62_letters[byte % 62];
        }
    }
    token_check((str){token.c, TOKEN_BYTES - TOKEN_CHECK}, token.c + TOKEN_BYTES - TOKEN_CHECK);
    return token;
}

static bool is_base62(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!s.p[i] || !strchr(bytes_base62_letters, s.p[i])) {
            return false;
        }
    }
    return true;
}

bool token_parse(str s, enum token_kind *ret_kind)
{
    if (s.n != TOKEN_BYTES || !is_base62(str_slice(s, PREFIX_BYTES, s.n))) {
        return false;
    }
    char check[TOKEN_CHECK];
    token_check(str_slice(s, 0, TOKEN_BYTES - TOKEN_CHECK), check);
    if (memcmp(check, s.p + TOKEN_BYTES - TOKEN_CHECK, TOKEN_CHECK) != 0) {
        return false;
    }
    for (unsigned kind = 0; kind < sizeof prefixes / sizeof *prefixes; kind++) {
        if (str_starts(s, str_c(prefixes[kind]))) {
            *ret_kind = (enum token_kind)kind;
            return true;
        }
    }
    return false;
}

size_t token_find(str s)
{
    for (size_t at = str_find(s, STR("dw_"), 0); at != SIZE_MAX;
         at = str_find(s, STR("dw_"), at + 1)) {
        for (unsigned kind = 0; kind < sizeof prefixes / sizeof *prefixes; kind++) {
            if (str_starts(str_slice(s, at, s.n), str_c(prefixes[kind]))) {
                return at;
            }
        }
    }
    return SIZE_MAX;
}

struct crypto_digest token_hash(const struct secret *key, str token)
{
    return crypto_hmac(secret_view(key), token);
}

str token_hint(str token) { return str_slice(token, 0, HINT_BYTES); }

static err token_key_create(const char *path, struct secret *ret)
{
    char bytes[KEY_BYTES];
    crypto_random(bytes, sizeof bytes);
    err e = file_write(path, (str){bytes, sizeof bytes}, 0600);
    if (err_ok(e)) {
        e = secret_set(ret, (str){bytes, sizeof bytes});
    }
    crypto_wipe(bytes, sizeof bytes);
    return e;
}

err token_key_load(const char *path, bool create, struct secret *ret)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        return create ? token_key_create(path, ret)
                      : err_new(ERR_NOT_FOUND, "the key file of the installation is missing");
    }
    if (info.st_mode & 077) {
        return err_new(ERR_FORBIDDEN,
                       "the key file may be read by others than its owner (chmod 600)");
    }
    struct buf bytes;
    buf_init(&bytes, KEY_BYTES);
    err e = file_read(path, &bytes);
    if (err_ok(e) && bytes.n != KEY_BYTES) {
        e = err_new(ERR_CORRUPT, "the key file of the installation is damaged");
    }
    if (err_ok(e)) {
        e = secret_set(ret, buf_str(&bytes));
    }
    buf_wipe(&bytes);
    return e;
}
