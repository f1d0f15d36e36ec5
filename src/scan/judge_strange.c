/* SPDX-License-Identifier: Apache-2.0 */
/* Chance or language: pairs of letters, runs, sequences. */
#include <math.h>

#include "scan/judge_private.h"

enum {
    WORDY_SHORT = 57, /* mean surprise of a word of up to 5 letters, tenths of bits */
    WORDY = 49,       /* of a longer one */
    REGULAR_MIN = 4,
    WALK_MIN = 4,
    WALK_REST = 2, /* letters beside a walk that change nothing */
};

/* How many tenths of bits the second letter surprises after the first, over the words of
 * documentation and source code; random letters have about 58 in the mean, words about 38. */
static const unsigned char surprise[26][26] = {
    {69, 44, 38, 40, 74, 66, 50, 84, 50, 95, 64, 32, 42,
     33, 90, 46, 90, 32, 38, 27, 56, 58, 74, 66, 63, 79},
    {33, 52, 49, 56, 35, 56, 64, 81, 32, 60, 78, 25, 62,
     67, 39, 57, 80, 40, 41, 56, 36, 74, 79, 84, 53, 82},
    {32, 67, 51, 61, 34, 67, 60, 34, 46, 99, 39, 42, 53,
     67, 26, 58, 85, 44, 49, 34, 51, 61, 89, 87, 72, 99},
    {36, 53, 53, 41, 20, 60, 63, 72, 27, 76, 86, 50, 55,
     64, 40, 57, 78, 42, 41, 57, 47, 63, 64, 71, 63, 94},
    {45, 65, 40, 33, 54, 53, 55, 82, 65, 99, 83, 42, 48,
     32, 68, 53, 66, 26, 30, 38, 74, 57, 65, 48, 69, 90},
    {39, 61, 49, 49, 38, 28, 66, 80, 26, 99, 80, 38, 54,
     58, 34, 55, 90, 41, 41, 52, 45, 90, 75, 76, 64, 98},
    {41, 65, 53, 59, 21, 64, 49, 46, 35, 99, 95, 48, 59,
     43, 37, 52, 88, 33, 37, 53, 45, 76, 73, 82, 76, 85},
    {25, 69, 63, 52, 22, 69, 77, 80, 29, 93, 74, 57, 55,
     65, 30, 62, 95, 43, 52, 45, 48, 78, 65, 91, 56, 79},
    {50, 56, 39, 44, 47, 50, 46, 95, 83, 92, 83, 43, 45,
     21, 33, 52, 90, 50, 39, 36, 83, 51, 93, 68, 99, 53},
    {26, 63, 49, 50, 27, 60, 65, 75, 41, 90, 57, 54, 56,
     57, 29, 57, 76, 57, 34, 59, 32, 60, 67, 80, 84, 90},
    {40, 55, 55, 52, 17, 59, 50, 67, 31, 90, 70, 48, 53,
     53, 52, 53, 74, 58, 31, 49, 51, 76, 61, 86, 64, 95},
    {32, 68, 61, 46, 24, 63, 72, 80, 26, 99, 64, 34, 69,
     69, 32, 63, 90, 69, 47, 45, 52, 69, 74, 80, 43, 88},
    {25, 50, 58, 60, 24, 70, 73, 81, 32, 99, 75, 55, 47,
     69, 33, 31, 97, 71, 43, 57, 44, 78, 82, 82, 63, 99},
    {38, 69, 40, 36, 33, 52, 28, 78, 42, 89, 59, 61, 67,
     57, 40, 65, 83, 70, 35, 27, 55, 58, 81, 92, 73, 84},
    {57, 57, 37, 45, 71, 55, 55, 84, 59, 89, 63, 41, 41,
     24, 49, 42, 99, 29, 43, 44, 43, 48, 51, 75, 81, 97},
    {30, 70, 52, 59, 29, 65, 58, 52, 40, 99, 64, 37, 64,
     72, 34, 43, 76, 29, 44, 40, 48, 77, 72, 82, 66, 99},
    {55, 63, 49, 49, 51, 56, 63, 61, 59, 91, 80, 37, 58,
     59, 63, 45, 62, 48, 41, 63, 11, 78, 78, 74, 67, 70},
    {30, 67, 51, 51, 20, 63, 57, 85, 32, 99, 63, 56, 49,
     56, 34, 62, 82, 50, 40, 41, 54, 66, 74, 82, 55, 99},
    {45, 67, 43, 61, 28, 70, 66, 43, 32, 99, 62, 53, 57,
     66, 47, 43, 68, 58, 38, 24, 41, 77, 64, 82, 51, 85},
    {33, 70, 53, 65, 23, 63, 77, 44, 25, 99, 87, 54, 62,
     70, 38, 57, 95, 34, 41, 48, 51, 76, 74, 71, 49, 82},
    {47, 39, 48, 55, 44, 53, 56, 80, 46, 99, 87, 35, 41,
     26, 65, 41, 86, 36, 34, 33, 76, 86, 85, 65, 92, 78},
    {28, 56, 47, 51, 17, 53, 67, 65, 29, 99, 92, 55, 50,
     64, 43, 59, 71, 57, 46, 51, 65, 71, 62, 77, 79, 84},
    {23, 61, 55, 52, 32, 63, 67, 45, 30, 97, 68, 52, 56,
     40, 35, 57, 79, 38, 39, 55, 65, 77, 63, 67, 92, 72},
    {39, 49, 38, 45, 34, 43, 69, 65, 38, 83, 86, 54, 48,
     65, 54, 32, 77, 54, 40, 27, 72, 53, 72, 44, 63, 90},
    {47, 58, 47, 57, 44, 65, 70, 77, 45, 89, 75, 49, 34,
     34, 54, 23, 93, 57, 27, 38, 67, 57, 64, 71, 63, 63},
    {31, 62, 60, 62, 12, 71, 70, 63, 28, 86, 90, 64, 69,
     74, 45, 72, 99, 66, 57, 71, 61, 78, 58, 60, 56, 43},
};

unsigned entropy_of(str s)
{
    size_t counts[256] = {0};
    double bits = 0;
    for (size_t i = 0; i < s.n; i++) {
        counts[(unsigned char)s.p[i]]++;
    }
    for (size_t i = 0; i < 256; i++) {
        if (counts[i]) {
            double p = (double)counts[i] / (double)s.n;
            bits -= p * log2(p);
        }
    }
    return (unsigned)(bits * 100 + 0.5);
}

unsigned surprise_of(str letters)
{
    unsigned sum = 0;
    for (size_t i = 1; i < letters.n; i++) {
        sum += surprise[str_lower(letters.p[i - 1]) - 'a'][str_lower(letters.p[i]) - 'a'];
    }
    return letters.n < 2 ? 0 : sum / (unsigned)(letters.n - 1);
}

/* One or two letters are a word only when they stand alone. */
static bool is_word(str run, bool alone)
{
    if (run.n <= 2) {
        return alone;
    }
    return surprise_of(run) <= (run.n <= 5 ? WORDY_SHORT : WORDY);
}

static size_t digits_at(str s, size_t at)
{
    size_t n = 0;
    while (at + n < s.n && is_digit(s.p[at + n])) {
        n++;
    }
    return n;
}

/* The letters from `at` that may be one word: "Password", "password", "PASSWORD". */
static size_t letters_at(str s, size_t at)
{
    size_t n = 1;
    bool upper = is_upper(s.p[at]);
    if (upper && at + 1 < s.n && is_upper(s.p[at + 1])) {
        while (at + n < s.n && is_upper(s.p[at + n])) {
            n++;
        }
        /* "HTTPServer": the last capital belongs to the next word */
        return at + n < s.n && is_letter(s.p[at + n]) && n > 2 ? n - 1 : n;
    }
    while (at + n < s.n && is_letter(s.p[at + n]) && !is_upper(s.p[at + n])) {
        n++;
    }
    return n;
}

bool name_word_next(str *rest, str *ret)
{
    size_t at = 0;
    while (at < rest->n && !is_alnum(rest->p[at])) {
        at++;
    }
    if (at == rest->n) {
        return false;
    }
    size_t n = is_digit(rest->p[at]) ? digits_at(*rest, at) : letters_at(*rest, at);
    *ret = str_slice(*rest, at, at + n);
    *rest = str_slice(*rest, at + n, rest->n);
    return true;
}

unsigned strange_of(str s)
{
    size_t strange = 0, all = 0;
    for (size_t at = 0; at < s.n;) {
        if (!is_alnum(s.p[at])) {
            at++;
            continue;
        }
        bool open = at == 0 || !is_alnum(s.p[at - 1]);
        bool number = is_digit(s.p[at]);
        size_t n = number ? digits_at(s, at) : letters_at(s, at);
        bool close = at + n == s.n || !is_alnum(s.p[at + n]);
        bool plain = number ? close && n <= 4 : is_word(str_slice(s, at, at + n), open && close);
        strange += plain ? 0 : n;
        all += n;
        at += n;
    }
    return all ? (unsigned)(strange * 100 / all) : 0;
}

/* "123", "cba", "777". */
static bool is_count(str s)
{
    for (size_t i = 1; i < s.n; i++) {
        int d = str_lower(s.p[i]) - str_lower(s.p[i - 1]);
        if (d < -1 || d > 1) {
            return false;
        }
    }
    return true;
}

/* The longest part of a row of the keyboard; *ret_at: where it begins. */
static size_t longest_walk(str s, size_t *ret_at)
{
    static const str rows[] = {
        STR_INIT("qwertyuiop"),
        STR_INIT("asdfghjkl"),
        STR_INIT("zxcvbnm"),
        STR_INIT("1qaz2wsx3edc4rfv5tgb"),
        STR_INIT("1q2w3e4r5t6y7u8i9o0p"),
        STR_INIT("qwertzuiop"),
        STR_INIT("azertyuiop"),
        STR_INIT("qazwsxedcrfv"),
    };
    size_t longest = 0;
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        for (size_t i = 0; i < s.n; i++) {
            for (size_t k = 0; k < rows[r].n; k++) {
                size_t n = 0;
                while (i + n < s.n && k + n < rows[r].n &&
                       str_lower(s.p[i + n]) == rows[r].p[k + n]) {
                    n++;
                }
                *ret_at = n > longest ? i : *ret_at;
                longest = n > longest ? n : longest;
            }
        }
    }
    return longest;
}

/* "qwerty123", but not "1q2w3e4r!Qaz": what is beside the walk counts up or is a walk, too. */
static bool is_walk(str s)
{
    size_t from = 0, n = longest_walk(s, &from), other = 0;
    if (n < WALK_MIN || n * 10 < s.n * 6) {
        return false;
    }
    str before = str_slice(s, 0, from), after = str_slice(s, from + n, s.n);
    str rest = before.n > after.n ? before : after;
    return s.n - n <= WALK_REST || is_count(rest) ||
           (longest_walk(rest, &other) >= WALK_MIN &&
            rest.n <= longest_walk(rest, &other) + WALK_REST);
}

/* Neighbours at a distance that are the same or follow each other. */
static bool is_stepping(str s, size_t stride)
{
    size_t steps = 0;
    if (s.n < stride + REGULAR_MIN) {
        return false;
    }
    for (size_t i = stride; i < s.n; i++) {
        int d = str_lower(s.p[i]) - str_lower(s.p[i - stride]);
        steps += d == 0 || d == 1 || (d == -1 && stride == 1) ||
                 (s.p[i - stride] == '9' && (s.p[i] == '0' || str_lower(s.p[i]) == 'a'));
    }
    size_t enough = stride > 1 ? 85 : s.n >= 12 ? 60 : 70; /* per cent */
    return steps * 100 >= (s.n - stride) * enough;
}

static bool is_repeated(str s)
{
    for (size_t period = 1; period <= s.n / 2 && period <= 16; period++) {
        size_t same = 0;
        for (size_t i = period; i < s.n; i++) {
            same += s.p[i] == s.p[i - period];
        }
        if (same == s.n - period) {
            return true;
        }
    }
    return false;
}

bool is_regular(str s)
{
    char kept[128];
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < sizeof kept; i++) {
        if (is_alnum(s.p[i])) {
            kept[n++] = s.p[i];
        }
    }
    str only = str_n(kept, n);
    if (n < 4) {
        return n == 0 || (n * 2 >= s.n && is_repeated(only));
    }
    return is_repeated(only) || is_stepping(only, 1) || is_stepping(only, 2) || is_walk(only);
}
