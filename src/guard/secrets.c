/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and tokens that people paste by mistake. */
#include "base/bytes.h"
#include "base/crypto.h"
#include "guard/detect.h"

/* A form of token: what it starts with and how many token characters follow at least. */
struct secret_form {
    const char *prefix;
    size_t more;
    bool exact; /* exactly so many */
};

static const struct secret_form forms[] = {
    {"sk-", 20, false},      {"sk_live_", 10, false}, {"sk_test_", 10, false},
    {"rk_live_", 10, false}, {"rk_test_", 10, false}, {"pk_live_", 10, false},
    {"ghp_", 30, false},     {"gho_", 30, false},     {"ghu_", 30, false},
    {"ghs_", 30, false},     {"ghr_", 30, false},     {"github_pat_", 30, false},
    {"glpat-", 16, false},   {"xoxb-", 16, false},    {"xoxp-", 16, false},
    {"xoxa-", 16, false},    {"xoxr-", 16, false},    {"xoxs-", 16, false},
    {"AKIA", 16, true},      {"ASIA", 16, true},      {"AIza", 35, true},
    {"ya29.", 20, false},    {"SG.", 40, false},      {"hf_", 30, false},
    {"npm_", 36, true},      {"pypi-", 50, false},    {"dop_v1_", 40, false},
    {"shpat_", 32, false},   {"whsec_", 20, false},   {"gsk_", 30, false},
    {"xai-", 30, false},     {"SK", 32, true},        {"key-", 32, true},
};

enum { TOKEN_MAX = 1024, JWT_PART_MIN = 8, OURS_HEAD = 6, OURS_CHECK = 6, OURS_RANDOM_MIN = 20 };

static bool is_token_byte(char c) { return detect_alnum(c) || c == '_' || c == '-'; }

static bool has_digit(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (detect_digit(s.p[i])) {
            return true;
        }
    }
    return false;
}

/* dw_<kind>_<base62> whose last six characters are the CRC-32 of what precedes them. */
static bool is_ours(str word)
{
    if (word.n < OURS_HEAD + OURS_RANDOM_MIN + OURS_CHECK || !str_starts(word, STR("dw_")) ||
        word.p[5] != '_') {
        return false;
    }
    str head = str_slice(word, 0, word.n - OURS_CHECK);
    uint32_t crc = crypto_crc32(head);
    for (size_t i = word.n; i-- > head.n; crc /= 62) {
        if (word.p[i] != bytes_base62_letters[crc % 62]) {
            return false;
        }
    }
    return true;
}

/* header.payload.signature, each base64url, the first a JSON object (RFC 7519, RFC 7515
 * section 7.1). */
static bool is_jwt(str word)
{
    str part;
    unsigned parts = 0;
    if (!str_starts(word, STR("eyJ"))) {
        return false;
    }
    while (str_split(&word, '.', &part)) {
        if (part.n < JWT_PART_MIN && parts < 2) {
            return false;
        }
        parts++;
    }
    return parts >= 2;
}

static bool is_known_form(str word)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        str prefix = str_c(forms[i].prefix);
        size_t more = word.n - prefix.n;
        if (str_starts(word, prefix) && more >= forms[i].more &&
            (!forms[i].exact || more == forms[i].more) &&
            has_digit(str_slice(word, prefix.n, word.n))) {
            return true;
        }
    }
    return false;
}

/* "-----BEGIN … PRIVATE KEY-----" up to its end line, or to the end of the text (RFC 7468). */
static bool private_key(str text, size_t at, struct span *ret)
{
    str rest = str_slice(text, at, text.n);
    str line = str_slice(rest, 0, str_find_byte(str_slice(rest, 0, 80), '\n', 0));
    if (!str_starts(rest, STR("-----BEGIN ")) ||
        str_find(str_slice(line, 0, 80), STR("PRIVATE KEY"), 0) == SIZE_MAX) {
        return false;
    }
    size_t end = str_find(rest, STR("-----END "), 0);
    size_t close = end == SIZE_MAX ? SIZE_MAX : str_find(rest, STR("-----"), end + 9);
    *ret = (struct span){at, close == SIZE_MAX ? text.n : at + close + 5};
    return true;
}

static bool may_begin(str text, size_t at)
{
    str rest = str_slice(text, at, text.n);
    bool begins = str_starts(rest, STR("eyJ")) || str_starts(rest, STR("dw_"));
    for (size_t i = 0; i < sizeof forms / sizeof *forms && !begins; i++) {
        begins = str_starts(rest, str_c(forms[i].prefix));
    }
    return begins;
}

/* Takes the rest of a token that is longer than what was judged; `dots` when it has parts. */
static struct span whole(str text, size_t from, size_t to, bool dots)
{
    while (to < text.n && (is_token_byte(text.p[to]) || (dots && text.p[to] == '.'))) {
        to++;
    }
    while (text.p[to - 1] == '.') {
        to--;
    }
    return (struct span){from, to};
}

bool detect_secret(str text, size_t at, struct span *ret)
{
    if (text.p[at] == '-' && (at == 0 || text.p[at - 1] != '-')) {
        return private_key(text, at, ret);
    }
    if (!detect_alnum(text.p[at]) || !detect_boundary(text, at) || !may_begin(text, at)) {
        return false;
    }
    size_t plain = at, dotted = at;
    while (plain < text.n && plain - at < TOKEN_MAX && is_token_byte(text.p[plain])) {
        plain++;
    }
    for (dotted = plain; dotted < text.n && dotted - at < TOKEN_MAX &&
                         (is_token_byte(text.p[dotted]) ||
                          (text.p[dotted] == '.' && is_token_byte(text.p[dotted - 1])));) {
        dotted++;
    }
    while (dotted > plain && !is_token_byte(text.p[dotted - 1])) {
        dotted--;
    }
    str word = str_slice(text, at, plain), chain = str_slice(text, at, dotted);
    if (dotted > plain && (is_jwt(chain) || is_known_form(chain))) {
        *ret = whole(text, at, dotted, true);
        return true;
    }
    if (is_ours(word) || is_known_form(word)) {
        *ret = whole(text, at, plain, false);
        return true;
    }
    return false;
}
