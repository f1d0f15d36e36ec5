/* SPDX-License-Identifier: Apache-2.0 */
/* Digits in groups: whose are they? Payment cards and national numbers have checks; telephone
 * numbers are told from dates, prices, versions and order numbers by their shape and by the words
 * before them. */
#include "guard/detect.h"
#include "guard/text.h"

enum { GROUPS_MAX = 12, DIGITS_MAX = 32 };

struct group {
    size_t from, to;   /* bytes in the text */
    unsigned first, n; /* digits in `digits` */
    char before; /* separator before it: ' ', '-', '.', '/', '(' (also for ") "), 0 for the first */
};

struct run {
    str text;
    unsigned char digits[DIGITS_MAX];
    struct group groups[GROUPS_MAX];
    unsigned group_count, digit_count;
    bool plus, paren; /* "+" before the first digit, "(" around a group */
    size_t from;      /* with "+" and "(" */
};

/* Reads a decimal digit of the scripts people type in; *ret_bytes is its length. -1 when it is
 * none. */
static int digit_at(str s, size_t i, size_t *ret_bytes)
{
    if (i >= s.n) {
        return -1;
    }
    if (detect_digit(s.p[i])) {
        *ret_bytes = 1;
        return s.p[i] - '0';
    }
    const unsigned char *p = (const unsigned char *)s.p + i;
    if (i + 2 < s.n && p[0] == 0xef && p[1] == 0xbc && p[2] >= 0x90 && p[2] <= 0x99) {
        *ret_bytes = 3; /* full width */
        return p[2] - 0x90;
    }
    if (i + 1 < s.n && p[0] == 0xd9 && p[1] >= 0xa0 && p[1] <= 0xa9) {
        *ret_bytes = 2; /* Arabic-Indic */
        return p[1] - 0xa0;
    }
    if (i + 1 < s.n && p[0] == 0xdb && p[1] >= 0xb0 && p[1] <= 0xb9) {
        *ret_bytes = 2; /* Persian */
        return p[1] - 0xb0;
    }
    return -1;
}

/* Reads what may part two groups: one space (also no-break), hyphen, dot, slash, or brackets with a
 * space. */
static char separator_at(str s, size_t i, size_t *ret_bytes)
{
    static const struct {
        str bytes;
        char kind;
    } separators[] = {
        {STR_INIT(") ("), '('},
        {STR_INIT(" ("), '('},
        {STR_INIT(") "), '('},
        {STR_INIT(")-"), '('},
        {STR_INIT(" / "), '/'},
        {STR_INIT(" - "), '-'},
        {STR_INIT("("), '('},
        {STR_INIT(")"), '('},
        {STR_INIT(" "), ' '},
        {STR_INIT("-"), '-'},
        {STR_INIT("."), '.'},
        {STR_INIT("/"), '/'},
        {STR_INIT("\xc2\xa0"), ' '},
        {STR_INIT("\xe2\x80\xaf"), ' '},
        {STR_INIT("\xe2\x80\x91"), '-'},
        {STR_INIT("\xe2\x80\x93"), '-'},
        {STR_INIT("\xe2\x80\x90"), '-'},
    };
    for (size_t k = 0; k < sizeof separators / sizeof *separators; k++) {
        if (str_starts(str_slice(s, i, s.n), separators[k].bytes)) {
            *ret_bytes = separators[k].bytes.n;
            return separators[k].kind;
        }
    }
    return 0;
}

static bool glued_after(str text, size_t at)
{
    return at < text.n && (detect_letter(text.p[at]) || text.p[at] == '_' || text.p[at] == '@');
}

/* Reads groups of digits from `at` on, as many as fit. */
static bool run_read(str text, size_t at, struct run *run)
{
    *run = (struct run){.text = text, .from = at};
    size_t i = at, bytes = 0;
    if (i < text.n && text.p[i] == '+') {
        run->plus = true;
        i++;
    }
    if (i < text.n && text.p[i] == '(') {
        run->paren = true;
        i++;
    }
    char before = 0;
    while (run->group_count < GROUPS_MAX) {
        struct group *group = &run->groups[run->group_count];
        *group = (struct group){.from = i, .first = run->digit_count, .before = before};
        int digit;
        while ((digit = digit_at(text, i, &bytes)) >= 0) {
            if (run->digit_count == DIGITS_MAX) {
                run->digit_count = group->first;
                return run->group_count > 0;
            }
            run->digits[run->digit_count++] = (unsigned char)digit;
            i += bytes;
        }
        group->to = i;
        group->n = run->digit_count - group->first;
        if (group->n == 0 || glued_after(text, i)) {
            run->digit_count = group->first;
            break;
        }
        run->group_count++;
        run->paren = run->paren || before == '(';
        before = separator_at(text, i, &bytes);
        if (!before || digit_at(text, i + bytes, &(size_t){0}) < 0) {
            break;
        }
        i += bytes;
    }
    return run->group_count > 0;
}

static unsigned group_value(const struct run *run, unsigned g)
{
    unsigned value = 0;
    for (unsigned i = 0; i < run->groups[g].n && i < 9; i++) {
        value = value * 10 + run->digits[run->groups[g].first + i];
    }
    return value;
}

/* Digits of the groups [g, to). */
static unsigned digits_of(const struct run *run, unsigned g, unsigned to)
{
    const struct group *last = &run->groups[to - 1];
    return last->first + last->n - run->groups[g].first;
}

/* ── cards ── */

/* Value of the first `n` digits. */
static unsigned head(const unsigned char *d, unsigned n)
{
    unsigned value = 0;
    for (unsigned i = 0; i < n; i++) {
        value = value * 10 + d[i];
    }
    return value;
}

/* Ranges that issuers use (ISO/IEC 7812), with the lengths they have. */
static bool card_issuer(const unsigned char *d, unsigned n)
{
    unsigned two = head(d, 2), three = head(d, 3), four = head(d, 4);
    switch (n) {
    case 14:
        return (three >= 300 && three <= 305) || two == 36 || two == 38 || two == 39;
    case 15:
        return two == 34 || two == 37;
    case 16:
        return d[0] == 4 || (two >= 50 && two <= 58) || (four >= 2200 && four <= 2204) ||
               (four >= 2221 && four <= 2720) || (four >= 3528 && four <= 3589) || d[0] == 6;
    case 17:
    case 18:
    case 19:
        return (n == 19 && d[0] == 4) || two == 62 || two == 63 || two == 67;
    default:
        return false;
    }
}

static bool luhn(const unsigned char *d, unsigned n)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned value = d[n - 1 - i] * (i % 2 ? 2u : 1u);
        sum += value > 9 ? value - 9 : value;
    }
    return sum % 10 == 0;
}

/* Groups [g, *ret_to) are a card number: groups of two to six digits parted alike, or one whole. */
static bool run_card(const struct run *run, unsigned g, unsigned *ret_to)
{
    for (unsigned to = g + 1; to <= run->group_count; to++) {
        const struct group *group = &run->groups[to - 1];
        if (to - 1 > g && ((group->before != ' ' && group->before != '-') || group->n < 2)) {
            return false;
        }
        unsigned n = digits_of(run, g, to);
        const unsigned char *d = run->digits + run->groups[g].first;
        if (n >= 14 && n <= 19 && card_issuer(d, n) && luhn(d, n)) {
            *ret_to = to;
            return true;
        }
    }
    return false;
}

/* ── dates and the like ── */

static bool between(unsigned value, unsigned low, unsigned high)
{
    return value >= low && value <= high;
}

/* Groups [g, g+3) are a date: 2026-11-21, 21.11.2026, 11/21/26. */
static bool run_date(const struct run *run, unsigned g)
{
    if (g + 3 > run->group_count) {
        return false;
    }
    const struct group *a = &run->groups[g], *b = a + 1, *c = a + 2;
    bool parted = b->before == c->before && strchr("-./", b->before);
    unsigned x = group_value(run, g), y = group_value(run, g + 1), z = group_value(run, g + 2);
    bool year_first = a->n == 4 && between(x, 1000, 2999) && b->n <= 2 && between(y, 1, 12) &&
                      c->n <= 2 && between(z, 1, 31);
    bool year_last = a->n <= 2 && b->n <= 2 && between(x, 1, 31) && between(y, 1, 31) &&
                     (x <= 12 || y <= 12) && (c->n == 2 || (c->n == 4 && between(z, 1000, 2999)));
    return parted &&
           (year_first || (year_last && c->n == 4) || (year_last && g + 3 == run->group_count));
}

/* Two groups are times of the day without colon: 0900-1700. */
static bool run_times(const struct run *run)
{
    return run->group_count == 2 && run->groups[0].n == 4 && run->groups[1].n == 4 &&
           group_value(run, 0) < 2400 && group_value(run, 0) % 100 < 60 &&
           group_value(run, 1) <= 2400 && group_value(run, 1) % 100 < 60;
}

/* ── national numbers ── */

static bool run_national(const struct run *run, enum detect_hint hint)
{
    if (run->plus || run->paren) {
        return false;
    }
    const unsigned char *d = run->digits;
    unsigned area = head(d, 3), middle = head(d + 3, 2), serial = head(d + 5, 4);
    bool sound = area != 0 && area != 666 && area < 900 && middle != 0 && serial != 0;
    if (run->group_count == 3 && run->groups[0].n == 3 && run->groups[1].n == 2 &&
        run->groups[2].n == 4) {
        bool hyphens = run->groups[1].before == '-' && run->groups[2].before == '-';
        return sound && (hyphens || hint == DETECT_HINT_NATIONAL);
    }
    if (run->group_count == 1 && run->digit_count == 9) {
        return sound && hint == DETECT_HINT_NATIONAL;
    }
    /* The French number: sex, year, month … with a check of two digits modulo 97. */
    if (run->digit_count == 15 && (d[0] == 1 || d[0] == 2) && between(head(d + 3, 2), 1, 12)) {
        uint64_t value = 0;
        for (unsigned i = 0; i < 13; i++) {
            value = value * 10 + d[i];
        }
        return 97 - value % 97 == head(d + 13, 2);
    }
    return false;
}

/* ── telephones ── */

/* Ten digits in groups of three, three and four,
 * with or without 1 before (North American Numbering Plan). */
static bool run_nanp(const struct run *run, unsigned g)
{
    const struct group *group = run->groups + g;
    if (run->group_count - g != 3 || group[0].n != 3 || group[1].n != 3 || group[2].n != 4) {
        return false;
    }
    return run->digits[group[0].first] >= 2 && run->digits[group[1].first] >= 2 &&
           group[1].before != '/' && group[2].before != '/';
}

static bool run_phone(const struct run *run, enum detect_hint hint)
{
    unsigned n = run->digit_count, first = run->groups[0].n;
    const unsigned char *d = run->digits;
    if (run->plus) {
        return n >= 8 && n <= 16 && d[0] != 0;
    }
    if (hint == DETECT_HINT_NUMBER || hint == DETECT_HINT_VERSION || run_times(run)) {
        return false;
    }
    if (hint == DETECT_HINT_PHONE && n >= 6 && n <= 15) {
        return true;
    }
    if (run_nanp(run, 0) ||
        (first == 1 && d[0] == 1 && run->group_count == 4 && run_nanp(run, 1))) {
        return true;
    }
    if (d[0] != 0 || first < 2) {
        return false;
    }
    if (d[1] == 0) { /* 00 and a country */
        return d[2] != 0 && n >= 10 && n <= 17 && run->group_count > 1;
    }
    return n >= (run->group_count > 1 ? 9u : 10u) && n <= 12;
}

/* Keeps the groups before `count`. */
static void run_cut(struct run *run, unsigned count)
{
    run->group_count = count;
    run->digit_count = count ? run->groups[count - 1].first + run->groups[count - 1].n : 0;
}

bool detect_number(str text, size_t at, struct span *ret, unsigned *ret_kind)
{
    struct run run;
    char before = at ? text.p[at - 1] : ' ';
    bool bracket = at > 0 && before == '+' && text.p[at] == '(';
    if (!detect_boundary(text, at) || before == '+' || bracket || !run_read(text, at, &run)) {
        return false;
    }
    for (unsigned g = 0; g < run.group_count; g++) {
        unsigned to;
        if (run_card(&run, g, &to)) {
            if (g == 0) {
                *ret = (struct span){run.from, run.groups[to - 1].to};
                *ret_kind = GUARD_FOUND_CARD;
                return true;
            }
            run_cut(&run, g);
        } else if (run_date(&run, g)) {
            run_cut(&run, g);
        }
    }
    /* ",50" and ".99" after it make it an amount, "12.345" before it a longer number. */
    bool amount = before == ',' || before == '.' || before == '$' ||
                  (at > 1 && (before == '-' || before == '/') && detect_digit(text.p[at - 2]));
    if (run.group_count == 0 || amount) {
        return false;
    }
    size_t to = run.groups[run.group_count - 1].to;
    enum detect_hint hint = detect_hint(text, at);
    bool comma = to + 1 < text.n && text.p[to] == ',' && detect_digit(text.p[to + 1]);
    if (run_national(&run, hint)) {
        *ret_kind = GUARD_FOUND_NATIONAL;
    } else if (!comma && run_phone(&run, hint)) {
        *ret_kind = GUARD_FOUND_PHONE;
    } else {
        return false;
    }
    *ret = (struct span){run.from, to};
    return true;
}
