/* SPDX-License-Identifier: Apache-2.0 */
#include "access/password_private.h"
#include "base/crypto.h"
#include "base/utf8.h"

enum { TEXT_MAX = 2048, WORD_MIN = 4, PART_MIN = 3, DISTINCT_MIN = 5, UNIT_MAX = 11 };

/* A folded text on its way through the judgement. */
struct draft {
    char c[TEXT_MAX];
    size_t n;
};

static str view(const struct draft *draft) { return str_n(draft->c, draft->n); }

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Letters of any script; the text is folded. */
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80; }

/* Reads digits and marks as the letters they are used for; "1" may be an i or an l. */
static char unleet(char c, char one)
{
    static const char from[] = "0345789@$!+|", to[] = "oeastbgasitl";
    const char *at = c ? strchr(from, c) : NULL;
    return c == '1' ? one : at ? to[at - from] : c;
}

static void draft_of(struct draft *ret, str s, char one, bool squeeze)
{
    ret->n = 0;
    for (size_t i = 0; i < s.n && ret->n < TEXT_MAX; i++) {
        char c = one ? unleet(s.p[i], one) : s.p[i];
        if (!squeeze || is_letter(c) || is_digit(c)) {
            ret->c[ret->n++] = c;
        }
    }
}

static str strip(str s, bool front, bool back)
{
    size_t from = 0, to = s.n;
    while (front && from < to && !is_letter(s.p[from])) {
        from++;
    }
    while (back && to > from && !is_letter(s.p[to - 1])) {
        to--;
    }
    return str_slice(s, from, to);
}

/* Length of the shortest piece that the whole text is repetitions of (the last may be cut off); its
 * own length when there is none. */
static size_t unit_of(str s)
{
    for (size_t unit = 1; unit <= s.n / 2; unit++) {
        if (memcmp(s.p, s.p + unit, s.n - unit) == 0) {
            return unit;
        }
    }
    return s.n;
}

static bool is_common(const struct password_list *list, str word)
{
    str unit = str_slice(word, 0, unit_of(word));
    return (word.n >= WORD_MIN && password_list_has(list, word)) ||
           (unit.n >= WORD_MIN && unit.n < word.n && password_list_has(list, unit));
}

static bool has_common_core(const struct password_list *list, str text)
{
    static const char ones[] = {'\0', 'i', 'l'};
    struct draft draft;
    bool found = false;
    /* Bits: what is stripped in front, behind; whether marks inside are dropped. */
    for (unsigned way = 0; !found && way < 8; way++) {
        str core = strip(text, way & 1, way & 2);
        for (size_t i = 0; !found && i < sizeof ones; i++) {
            draft_of(&draft, core, ones[i], way & 4);
            found = is_common(list, view(&draft));
        }
    }
    crypto_wipe(&draft, sizeof draft);
    return found;
}

/* How two neighbours may hang together: one bit for "the same", two for each row of keys or
 * letters, forth and back. */
static unsigned tie(char a, char b)
{
    static const char *const rows[] = {
        "abcdefghijklmnopqrstuvwxyz",
        "1234567890",
        "qwertyuiopasdfghjklzxcvbnm",
        "qwertzuiopasdfghjklyxcvbnm",
        "azertyuiopqsdfghjklmwxcvbn",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
        "1qay2wsx3edc4rfv5tgb6zhn7ujm8ik9ol0p",
        "1q2w3e4r5t6y7u8i9o0p",
        "!@#$%^&*()_+",
    };
    unsigned bits = a == b ? 1 : 0;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = strlen(rows[i]);
        const char *at = a ? strchr(rows[i], a) : NULL;
        if (at) {
            size_t here = (size_t)(at - rows[i]);
            bits |= rows[i][(here + 1) % n] == b ? 2u << (2 * i) : 0;
            bits |= rows[i][(here + n - 1) % n] == b ? 4u << (2 * i) : 0;
        }
    }
    return bits;
}

/* True when the text is made of a few runs along rows: on average three characters or more each. */
static bool is_sequence(str s)
{
    size_t runs = s.n ? 1 : 0;
    unsigned bits = ~0u;
    for (size_t i = 1; i < s.n; i++) {
        bits &= tie(s.p[i - 1], s.p[i]);
        if (!bits) {
            runs++;
            bits = ~0u;
        }
    }
    return runs * 3 <= s.n;
}

static bool is_even(str s)
{
    bool seen[256] = {false};
    size_t distinct = 0;
    for (size_t i = 0; i < s.n; i++) {
        distinct += !seen[(unsigned char)s.p[i]];
        seen[(unsigned char)s.p[i]] = true;
    }
    size_t unit = unit_of(s);
    return distinct < DISTINCT_MIN || (unit < s.n && unit <= UNIT_MAX) || is_sequence(s);
}

static void cover(bool *covered, str text, str part)
{
    struct draft bare;
    draft_of(&bare, part, '\0', true);
    if (bare.n < PART_MIN) {
        return;
    }
    for (size_t at = str_find(text, view(&bare), 0); at != SIZE_MAX;
         at = str_find(text, view(&bare), at + 1)) {
        memset(covered + at, true, bare.n);
    }
}

/* Covers with the whole of `own` and with each of its words. */
static void cover_words(bool *covered, str text, str own)
{
    cover(covered, text, own);
    for (size_t from = 0, to; from < own.n; from = to + 1) {
        to = from;
        while (to < own.n && is_letter(own.p[to])) {
            to++;
        }
        cover(covered, text, str_slice(own, from, to));
    }
}

/* True when at least half of the text is the account's own address and name. */
static bool is_own(str password, str email, str name, char one)
{
    bool covered[TEXT_MAX] = {false};
    struct draft text;
    size_t at = str_find_byte(email, '@', 0), count = 0;
    str domain = at == SIZE_MAX ? STR_EMPTY : str_slice(email, at + 1, email.n);
    size_t dot = domain.n;
    while (dot > 0 && domain.p[dot - 1] != '.') {
        dot--;
    }
    draft_of(&text, password, one, true);
    cover_words(covered, view(&text), str_slice(email, 0, at));
    cover_words(covered, view(&text), str_slice(domain, 0, dot));
    cover_words(covered, view(&text), name);
    for (size_t i = 0; i < text.n; i++) {
        count += covered[i];
    }
    bool most = count > 0 && count * 2 >= text.n;
    crypto_wipe(&text, sizeof text);
    return most;
}

static err judge_folded(const struct password_list *list, str text, str email, str name)
{
    struct draft bare;
    draft_of(&bare, text, '\0', true);
    bool even = is_even(text) || (bare.n * 2 >= text.n && is_even(view(&bare)));
    crypto_wipe(&bare, sizeof bare);
    if (even) {
        return err_new(ERR_UNPROCESSABLE,
                       "this password repeats itself or follows a row of keys; others guess such "
                       "ones first");
    }
    if (has_common_core(list, text)) {
        return err_new(ERR_UNPROCESSABLE,
                       "this password is a common one; digits and marks at its ends do not help");
    }
    if (is_own(text, email, name, '\0') || is_own(text, email, name, 'i') ||
        is_own(text, email, name, 'l')) {
        return err_new(ERR_UNPROCESSABLE, "this password is made of your own address or name");
    }
    return ERR_NONE;
}

err password_judge_with(const struct password_list *list, str password, str email, str name)
{
    struct password_text text, own_email, own_name;
    if (password.n > PASSWORD_BYTES_MAX) {
        return err_new(ERR_UNPROCESSABLE, "a password is at most 1,024 bytes long");
    }
    if (!utf8_valid(password) || !password_text_nfc(&text, password)) {
        password_text_done(&text);
        return err_new(ERR_UNPROCESSABLE, "this password has bytes that are no characters");
    }
    if (utf8_count(text.s) < PASSWORD_CHARS_MIN) {
        password_text_done(&text);
        return err_new(ERR_UNPROCESSABLE,
                       "a password has at least 12 characters; a few words in a row are fine");
    }
    password_text_fold(&text, password);
    password_text_fold(&own_email, email);
    password_text_fold(&own_name, name);
    err e = judge_folded(list, str_slice(text.s, 0, TEXT_MAX), own_email.s, own_name.s);
    password_text_done(&text);
    return e;
}
