/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a text something random stands, found sixty-four bytes at a time. */
#include "scan/random_runs.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

__extension__ typedef unsigned __int128 bits128;

#ifdef __SSE2__
/* Bytes from `low` to `low + n - 1`. */
static uint64_t in_range(__m128i bytes, char low, char n)
{
    __m128i from_low = _mm_sub_epi8(bytes, _mm_set1_epi8(low));
    __m128i least = _mm_min_epu8(from_low, _mm_set1_epi8((char)(n - 1)));
    return (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(from_low, least));
}

static uint64_t equal(__m128i bytes, char c)
{
    return (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)));
}

static struct byte_classes classify(const char *p)
{
    struct byte_classes c = {0};
    for (unsigned i = 0; i < 64; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        c.digit |= in_range(bytes, '0', 10) << i;
        c.upper |= in_range(bytes, 'A', 26) << i;
        c.lower |= in_range(bytes, 'a', 26) << i;
        c.joint |= (equal(bytes, '_') | equal(bytes, '-')) << i;
    }
    return c;
}
#else
static struct byte_classes classify(const char *p)
{
    struct byte_classes c = {0};
    for (unsigned i = 0; i < 64; i++) {
        uint64_t bit = UINT64_C(1) << i;
        c.digit |= p[i] >= '0' && p[i] <= '9' ? bit : 0;
        c.upper |= p[i] >= 'A' && p[i] <= 'Z' ? bit : 0;
        c.lower |= p[i] >= 'a' && p[i] <= 'z' ? bit : 0;
        c.joint |= p[i] == '_' || p[i] == '-' ? bit : 0;
    }
    return c;
}
#endif

/* This group's bits above those of the one before, so that what is earlier can be shifted in. */
static bits128 bits(uint64_t before, uint64_t now) { return (bits128)now << 64 | before; }

static uint64_t now_of(bits128 x) { return (uint64_t)(x >> 64); }

static bits128 all_of_8(bits128 x)
{
    x &= x << 1;
    x &= x << 2;
    return x & x << 4;
}

static bits128 any_of_16(bits128 x)
{
    x |= x << 1;
    x |= x << 2;
    x |= x << 4;
    return x | x << 8;
}

/* Of the bytes that end a run of the first kind: those with a digit among the last twelve, or with
 * a small letter between capitals, which is rare in names and frequent where case is random. */
static uint64_t odd_12(bits128 run, bits128 digit, bits128 upper, bits128 lower)
{
    bits128 odd = digit | (upper & lower << 1 & upper << 2);
    odd |= odd << 1;
    odd |= odd << 2;
    odd |= odd << 4 | odd << 8;
    return now_of(run & odd);
}

/* Of the second kind: those with a digit behind a letter, a letter behind a digit and a capital
 * behind a small letter among the last sixteen. */
static uint64_t odd_16(bits128 run, bits128 digit, bits128 upper, bits128 lower)
{
    bits128 letter = upper | lower;
    run &= any_of_16(digit & letter << 1);
    run &= any_of_16(letter & digit << 1);
    return now_of(run & any_of_16(upper & lower << 1));
}

static uint64_t random_ends(struct byte_classes *before, const char *p)
{
    struct byte_classes c = classify(p), b = *before;
    bits128 digit = bits(b.digit, c.digit), upper = bits(b.upper, c.upper);
    bits128 lower = bits(b.lower, c.lower), joint = bits(b.joint, c.joint);
    bits128 plain = all_of_8(digit | upper | lower);
    bits128 joined = all_of_8(digit | upper | lower | joint);
    uint64_t ends = 0;
    plain &= plain << 4;
    joined &= joined << 8;
    *before = c;
    if (now_of(plain)) {
        ends = odd_12(plain, digit, upper, lower);
    }
    return now_of(joined) ? ends | odd_16(joined, digit, upper, lower) : ends;
}

/* The next group of the text; behind its end stand zeros. */
static uint64_t next_ends(struct random_runs *r)
{
    char tail[64] = {0};
    size_t left = r->text.n - r->at;
    if (left >= 64) {
        return random_ends(&r->before, r->text.p + r->at);
    }
    memcpy(tail, r->text.p + r->at, left);
    return random_ends(&r->before, tail);
}

void random_runs_init(struct random_runs *r, str text) { *r = (struct random_runs){.text = text}; }

/* Finds the next group with ends. */
static bool find_ends(struct random_runs *r)
{
    while (!r->pending && r->at < r->text.n) {
        uint64_t ends = next_ends(r);
        if (ends) {
            r->first = r->at + (size_t)__builtin_ctzll(ends);
            r->last = r->at + 63 - (size_t)__builtin_clzll(ends);
            r->pending = true;
        }
        r->at += 64;
    }
    return r->pending;
}

bool random_runs_next(struct random_runs *r, size_t *ret_from, size_t *ret_to)
{
    if (!find_ends(r)) {
        return false;
    }
    size_t from = r->first > RANDOM_BEFORE ? r->first - RANDOM_BEFORE : 0, to;
    do {
        to = r->last + 1 + RANDOM_AFTER;
        r->pending = false;
    } while (find_ends(r) && r->first <= to + RANDOM_BEFORE);
    *ret_from = from;
    *ret_to = to < r->text.n ? to : r->text.n;
    return true;
}
