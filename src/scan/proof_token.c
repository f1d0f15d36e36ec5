/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens whose parts say something by themselves. */
#include "scan/proof_private.h"

int proof_base64_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

size_t proof_unbase64(str s, unsigned char *ret, size_t max)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t n = 0;
    while (s.n && s.p[s.n - 1] == '=') {
        s.n--;
    }
    for (size_t i = 0; i < s.n && n < max; i++) {
        int value = proof_base64_value(s.p[i]);
        if (value < 0) {
            return SIZE_MAX;
        }
        bits = bits << 6 | (uint32_t)value;
        have += 6;
        if (have >= 8) {
            have -= 8;
            ret[n++] = (unsigned char)(bits >> have);
        }
    }
    return n;
}

/* A reader of JSON that keeps no values: the structure alone, without recursion. */
struct json_at {
    str s;
    size_t i;
    char open[PROOF_JSON_DEPTH_MAX];
    unsigned depth;
};

static void skip_space(struct json_at *j)
{
    while (j->i < j->s.n && strchr(" \t\r\n", j->s.p[j->i]) && j->s.p[j->i]) {
        j->i++;
    }
}

static bool read_string(struct json_at *j)
{
    for (j->i++; j->i < j->s.n; j->i++) {
        unsigned char c = (unsigned char)j->s.p[j->i];
        if (c == '"') {
            j->i++;
            return true;
        }
        if (c < 0x20) {
            return false;
        }
        j->i += c == '\\';
    }
    return false;
}

/* A number or a word. */
static bool read_bare(struct json_at *j)
{
    size_t from = j->i;
    while (j->i < j->s.n && strchr("+-.0123456789Eaeflnrstu", j->s.p[j->i]) && j->s.p[j->i]) {
        j->i++;
    }
    return j->i > from;
}

/* Reads one value, or the beginning of a list or an object; then what closes. */
static bool read_value(struct json_at *j)
{
    skip_space(j);
    char c = j->i < j->s.n ? j->s.p[j->i] : 0;
    if (c == '"') {
        return read_string(j);
    }
    if (c != '{' && c != '[') {
        return read_bare(j);
    }
    if (j->depth == PROOF_JSON_DEPTH_MAX) {
        return false;
    }
    j->open[j->depth++] = c;
    j->i++;
    return true;
}

static bool read_name(struct json_at *j)
{
    skip_space(j);
    if (j->i >= j->s.n || j->s.p[j->i] != '"' || !read_string(j)) {
        return false;
    }
    skip_space(j);
    return j->i < j->s.n && j->s.p[j->i++] == ':';
}

/* After a value: closes what ends here. False when something else stands there. */
static bool read_ends(struct json_at *j, bool *ret_comma)
{
    *ret_comma = false;
    while (j->depth) {
        skip_space(j);
        char c = j->i < j->s.n ? j->s.p[j->i] : 0;
        if (c == ',') {
            j->i++;
            *ret_comma = true;
            return true;
        }
        if (c != (j->open[j->depth - 1] == '{' ? '}' : ']')) {
            return false;
        }
        j->i++;
        j->depth--;
    }
    return true;
}

static bool at_end_of_empty(struct json_at *j)
{
    skip_space(j);
    return j->i < j->s.n && (j->s.p[j->i] == '}' || j->s.p[j->i] == ']');
}

bool proof_is_json_object(str s, bool cut)
{
    struct json_at j = {.s = s};
    skip_space(&j);
    if (j.i >= s.n || s.p[j.i] != '{') {
        return false;
    }
    bool opened = read_value(&j), comma = false;
    while (opened && j.depth) {
        bool empty = !comma && at_end_of_empty(&j);
        unsigned depth = j.depth;
        bool fine = empty || ((j.open[j.depth - 1] != '{' || read_name(&j)) && read_value(&j));
        if (fine && j.depth > depth) {
            comma = false;
            continue;
        }
        if (!fine || !read_ends(&j, &comma)) {
            return cut && j.i >= s.n;
        }
    }
    skip_space(&j);
    return opened && j.i == s.n;
}

/* An object in base64 that may be longer than we look. */
static bool is_object(str base64, str *ret_json, unsigned char *bytes)
{
    size_t n = proof_unbase64(base64, bytes, PROOF_BYTES_MAX);
    *ret_json = str_n((const char *)bytes, n == SIZE_MAX ? 0 : n);
    return n != SIZE_MAX && n >= 2 && proof_is_json_object(*ret_json, n == PROOF_BYTES_MAX);
}

enum proof_result proof_jwt(str secret)
{
    unsigned char bytes[PROOF_BYTES_MAX];
    str rest = secret, header, claims, json;
    if (!str_split(&rest, '.', &header) || !str_split(&rest, '.', &claims) || claims.n == 0) {
        return PROOF_FAILS;
    }
    if (!is_object(header, &json, bytes) || str_find(json, STR("\"alg\""), 0) == SIZE_MAX) {
        return PROOF_FAILS;
    }
    if (str_find_byte(rest, '.', 0) != SIZE_MAX) { /* encrypted (RFC 7516): nothing to read */
        return PROOF_UNKNOWN;
    }
    return is_object(claims, &json, bytes) ? PROOF_HOLDS : PROOF_FAILS;
}

enum proof_result proof_base64_json(str secret)
{
    unsigned char bytes[PROOF_BYTES_MAX];
    str json;
    size_t at = str_find(secret, STR("eyJ"), 0); /* {" */
    if (at == SIZE_MAX) {
        at = str_find(secret, STR("ey"), 0); /* { and a space or a line end */
    }
    if (at == SIZE_MAX) {
        return PROOF_FAILS;
    }
    return is_object(str_slice(secret, at, secret.n), &json, bytes) ? PROOF_HOLDS : PROOF_FAILS;
}

/* Since 2019 the first bit is set and 40 bits are the account's number; before, nothing is known of
 * the letters. */
enum proof_result proof_aws_key_id(str secret)
{
    enum { PREFIX = 4, LETTERS = 16 };
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    if (secret.n != PREFIX + LETTERS) {
        return PROOF_FAILS;
    }
    uint64_t bits = 0;
    for (size_t i = PREFIX; i < secret.n; i++) {
        const char *found = secret.p[i] ? strchr(letters, secret.p[i]) : NULL;
        if (!found) {
            return PROOF_FAILS;
        }
        if (i < PREFIX + 10) { /* 50 bits hold all that is needed */
            bits = bits << 5 | (uint64_t)(found - letters);
        }
    }
    uint64_t account = bits >> 9 & ((UINT64_C(1) << 40) - 1);
    return bits >> 49 && account <= UINT64_C(999999999999) ? PROOF_HOLDS : PROOF_UNKNOWN;
}

enum proof_result proof_azure_storage(str secret)
{
    enum { KEY = 64, LETTERS = 88 };
    unsigned char bytes[KEY + 1];
    bool fine = secret.n == LETTERS && str_ends(secret, STR("==")) &&
                proof_unbase64(secret, bytes, sizeof bytes) == KEY &&
                (proof_base64_value(secret.p[LETTERS - 3]) & 15) == 0;
    return fine ? PROOF_HOLDS : PROOF_FAILS;
}

/* A bot's number, a colon, 35 letters; since 2016 the first two are AA. */
enum proof_result proof_telegram(str secret)
{
    size_t colon = str_find_byte(secret, ':', 0);
    if (colon == SIZE_MAX || colon < 6 || colon > 12 || secret.n - colon - 1 != 35) {
        return PROOF_FAILS;
    }
    uint64_t number;
    unsigned char bytes[32];
    if (!str_u64(str_slice(secret, 0, colon), &number) || secret.p[0] == '0' ||
        proof_unbase64(str_slice(secret, colon + 1, secret.n), bytes, sizeof bytes) == SIZE_MAX) {
        return PROOF_FAILS;
    }
    return str_starts(str_slice(secret, colon + 1, secret.n), STR("AA")) ? PROOF_HOLDS
                                                                         : PROOF_UNKNOWN;
}

/* The first part is the bot's snowflake in decimal digits. */
enum proof_result proof_discord(str secret)
{
    unsigned char bytes[32];
    str rest = secret, first;
    if (str_starts(secret, STR("mfa."))) {
        return PROOF_UNKNOWN;
    }
    if (!str_split(&rest, '.', &first)) {
        return PROOF_FAILS;
    }
    size_t n = proof_unbase64(first, bytes, sizeof bytes);
    uint64_t snowflake;
    bool fine =
        n != SIZE_MAX && n >= 16 && n <= 20 && str_u64(str_n((const char *)bytes, n), &snowflake);
    return fine ? PROOF_HOLDS : PROOF_FAILS;
}

/* Version 2 of macaroons: 02, 01, the location's length and the location. */
enum proof_result proof_macaroon(str secret)
{
    static const str location = STR_INIT("pypi.org"), trial = STR_INIT("test.pypi.org");
    unsigned char bytes[64];
    size_t at = str_find(secret, STR("AgE"), 0);
    if (at == SIZE_MAX) {
        return PROOF_FAILS;
    }
    size_t n = proof_unbase64(str_slice(secret, at, secret.n), bytes, sizeof bytes);
    if (n == SIZE_MAX || n < 32 || bytes[0] != 2 || bytes[1] != 1) {
        return PROOF_FAILS;
    }
    str place = str_n((const char *)bytes + 3, bytes[2] > 60 ? 0 : bytes[2]);
    return str_eq(place, location) || str_eq(place, trial) ? PROOF_HOLDS : PROOF_FAILS;
}

str proof_basic_password(str secret, unsigned char *bytes, size_t max)
{
    size_t n = proof_unbase64(secret, bytes, max);
    str text = str_n((const char *)bytes, n == SIZE_MAX ? 0 : n);
    size_t colon = str_find_byte(text, ':', 0);
    if (colon == SIZE_MAX || colon == 0 || str_has_control(text)) {
        return STR_EMPTY;
    }
    return str_slice(text, colon + 1, text.n);
}

enum proof_result proof_basic_auth(str secret)
{
    unsigned char bytes[512];
    str password = proof_basic_password(secret, bytes, sizeof bytes);
    if (str_empty(password)) {
        return PROOF_FAILS;
    }
    /* "guest:guest" is a sketch, or what a system comes with. */
    size_t name = (size_t)(password.p - (const char *)bytes) - 1;
    return str_eq(str_n((const char *)bytes, name), password) ? PROOF_FAILS : PROOF_HOLDS;
}
