/* SPDX-License-Identifier: Apache-2.0 */
/* What people choose as a password, apart from what they write where one belongs. */
#include "scan/judge_private.h"

enum {
    CHOSEN_MIN = 7,
    CHOSEN_MAX = 64,
    LETTERS_MIN = 4,
    PHRASE_MIN = 16,
};

static char plain_letter(char c)
{
    static const char from[] = "0134578@$!", to[] = "oieasjbasi";
    const char *at = c ? strchr(from, c) : NULL;
    return at ? to[at - from] : str_lower(c);
}

/* "P@ssw0rd1", "Pa$$w0rd", "S3cret!2": what examples have. */
static bool is_common(str s)
{
    static const str words[] = {
        STR_INIT("password"), STR_INIT("passwort"), STR_INIT("passwd"),  STR_INIT("secret"),
        STR_INIT("geheim"),   STR_INIT("test"),     STR_INIT("example"), STR_INIT("sample"),
        STR_INIT("demo"),     STR_INIT("admin"),    STR_INIT("user"),    STR_INIT("qwert"),
        STR_INIT("letmein"),  STR_INIT("welcome"),  STR_INIT("hunter"),  STR_INIT("changeit"),
        STR_INIT("mypass"),   STR_INIT("horse"),    STR_INIT("s3cr"),    STR_INIT("token"),
        STR_INIT("apikey"),   STR_INIT("foo"),      STR_INIT("tiger"),   STR_INIT("dolphin"),
        STR_INIT("monkey"),   STR_INIT("abcd"),     STR_INIT("12345"),   STR_INIT("correct"),
        STR_INIT("pass"),     STR_INIT("pwd"),      STR_INIT("your"),
    };
    char plain[CHOSEN_MAX];
    for (size_t i = 0; i < s.n; i++) {
        plain[i] = plain_letter(s.p[i]);
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (contains(s, words[i]) || contains(str_n(plain, s.n), words[i])) {
            return true;
        }
    }
    return false;
}

/* Digits and letters of names in code: "Base64", "HmacSHA256", "UTF-16", "x509". */
static bool is_technical(str s)
{
    static const str words[] = {
        STR_INIT("sha1"),      STR_INIT("sha2"),  STR_INIT("sha3"),    STR_INIT("sha5"),
        STR_INIT("md5"),       STR_INIT("aes1"),  STR_INIT("aes2"),    STR_INIT("base64"),
        STR_INIT("base32"),    STR_INIT("utf8"),  STR_INIT("utf16"),   STR_INIT("utf-"),
        STR_INIT("hs256"),     STR_INIT("rs256"), STR_INIT("es256"),   STR_INIT("oauth2"),
        STR_INIT("x509"),      STR_INIT("iso88"), STR_INIT("argon2"),  STR_INIT("pbkdf"),
        STR_INIT("crypt"),     STR_INIT("sha-"),  STR_INIT("aes-"),    STR_INIT("windows12"),
        STR_INIT("int32"),     STR_INIT("int64"), STR_INIT("uint"),    STR_INIT("string"),
        STR_INIT("http1"),     STR_INIT("http2"), STR_INIT("ed25519"), STR_INIT("pkcs"),
        STR_INIT("sslv"),      STR_INIT("tlsv"),  STR_INIT("ntlmv"),   STR_INIT("version"),
        STR_INIT("localhost"),
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (contains(s, words[i])) {
            return true;
        }
    }
    return false;
}

bool ends_in_digits(str s)
{
    size_t n = s.n, digits = 0;
    while (n && !is_alnum(s.p[n - 1])) {
        n--;
    }
    while (n && is_digit(s.p[n - 1])) {
        n--, digits++;
    }
    return digits >= 2;
}

/* A sign that ends a word of code rather than a password: "$1", "=", "|". */
static bool has_code_sign(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] && strchr("%<>(){}[]|\\/\"'`;,:=", s.p[i])) {
            return true;
        }
    }
    return false;
}

bool is_chosen(const struct look *l)
{
    bool signs = has_strong_symbol(l->value);
    return l->value.n >= CHOSEN_MIN && l->value.n <= CHOSEN_MAX && l->space == 0 && l->other == 0 &&
           l->lower + l->upper >= LETTERS_MIN && l->digit > 0 && (signs || l->digit >= 2) &&
           l->symbol <= 3 && !has_code_sign(l->value) && !is_common(l->value) &&
           !is_technical(l->value);
}

bool is_phrase(const struct look *l)
{
    static const str kept[] = {STR_INIT("secret"), STR_INIT("token"), STR_INIT("cert"),
                               STR_INIT("tls"),    STR_INIT("key"),   STR_INIT("credential")};
    size_t dashes = 0, end = l->value.n, key = l->c->key.n;
    while (end && is_digit(l->value.p[end - 1])) {
        end--;
    }
    for (size_t i = 0; i < l->value.n; i++) {
        dashes += l->value.p[i] == '-' || l->value.p[i] == '_';
    }
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (contains(l->value, kept[i])) {
            return false;
        }
    }
    return l->key == KEY_TOKEN && key >= 6 && l->quoted && l->c->traits->kind == TEXT_CODE &&
           str_ieq(str_slice(l->c->key, key - 6, key), STR("secret")) && l->value.n >= PHRASE_MIN &&
           dashes >= 2 && l->value.n - end >= 3 &&
           l->lower == l->value.n - dashes - (l->value.n - end) && !is_common(l->value);
}
