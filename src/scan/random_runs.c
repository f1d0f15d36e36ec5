/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a text something random stands, found sixty-four bytes at a time. */
#include "scan/random_runs.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

__extension__ typedef unsigned __int128 bits128;

#ifdef __SSE2__
/* Bytes from `low` to `low + n - 1`. */
static __m128i in_range(__m128i bytes, char low, char n)
{
    __m128i from_low = _mm_sub_epi8(bytes, _mm_set1_epi8(low));
    return _mm_cmpeq_epi8(from_low, _mm_min_epu8(from_low, _mm_set1_epi8((char)(n - 1))));
}

static __m128i equal(__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); }

static uint64_t bits_of(__m128i set) { return (uint64_t)(unsigned)_mm_movemask_epi8(set); }

static __m128i load(const char *p) { return _mm_loadu_si128((const __m128i *)(const void *)p); }

static struct byte_classes classify(const char *p)
{
    struct byte_classes c = {0};
    for (unsigned i = 0; i < 64; i += 16) {
        __m128i bytes = load(p + i);
        c.digit |= bits_of(in_range(bytes, '0', 10)) << i;
        c.upper |= bits_of(in_range(bytes, 'A', 26)) << i;
        c.lower |= bits_of(in_range(bytes, 'a', 26)) << i;
        c.joint |= bits_of(_mm_or_si128(equal(bytes, '_'), equal(bytes, '-'))) << i;
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

/* This group's bits that were `n` bytes earlier. */
static uint64_t earlier(uint64_t before, uint64_t now, unsigned n)
{
    return now << n | before >> (64 - n);
}

/* One step of the two below: remembers this group's bits for the next. */
static uint64_t step(uint64_t *before, uint64_t now, unsigned n)
{
    uint64_t shifted = earlier(*before, now, n);
    *before = now;
    return shifted;
}

/* Bytes that end twelve set ones. */
static uint64_t all_of_12(uint64_t before[4], uint64_t x)
{
    x &= step(&before[0], x, 1);
    x &= step(&before[1], x, 2);
    x &= step(&before[2], x, 4);
    return x & step(&before[3], x, 4);
}

/* Bytes that end twelve of which one is set. */
static uint64_t any_of_12(uint64_t before[4], uint64_t x)
{
    x |= step(&before[0], x, 1);
    x |= step(&before[1], x, 2);
    x |= step(&before[2], x, 4);
    return x | step(&before[3], x, 4);
}

/* This group's bits above those of the one before, so that what is earlier can be shifted in. */
static bits128 bits(uint64_t before, uint64_t now) { return (bits128)now << 64 | before; }

static bits128 any_of_16(bits128 x)
{
    x |= x << 1;
    x |= x << 2;
    x |= x << 4;
    return x | x << 8;
}

/* Bytes that end sixteen of a run with joints, among them a digit behind a letter, a letter behind
 * a digit, and a capital behind a small letter. */
static uint64_t changing_runs(const struct byte_classes *b, const struct byte_classes *c)
{
    bits128 digit = bits(b->digit, c->digit), upper = bits(b->upper, c->upper);
    bits128 lower = bits(b->lower, c->lower), letter = upper | lower;
    bits128 run = digit | letter | bits(b->joint, c->joint);
    run &= run << 1;
    run &= run << 2;
    run &= run << 4;
    run &= run << 8;
    if (!(uint64_t)(run >> 64)) {
        return 0; /* no run of that length ends here, as nearly everywhere */
    }
    run &= any_of_16(digit & letter << 1);
    run &= any_of_16(letter & digit << 1);
    return (uint64_t)((run & any_of_16(upper & lower << 1)) >> 64);
}

static uint64_t group_ends(struct random_runs *r, const char *p)
{
    struct byte_classes c = classify(p), b = r->before;
    uint64_t run = all_of_12(r->run, c.digit | c.upper | c.lower);
    /* A small letter between capitals is rare in names, and frequent where case is random. */
    uint64_t small = earlier(b.lower, c.lower, 1);
    uint64_t mixed = c.upper & small & earlier(b.upper, c.upper, 2);
    uint64_t ends = run & any_of_12(r->odd, c.digit | mixed), hump = c.upper & small;
    bool changing = (c.digit | b.digit >> 48) && (hump | r->hump >> 48);
    r->before = c;
    r->hump = hump;
    return changing ? ends | changing_runs(&b, &c) : ends;
}

/* The last group: behind the text's end stand zeros. */
static uint64_t tail_ends(struct random_runs *r)
{
    char tail[64] = {0};
    memcpy(tail, r->text.p + r->at, r->text.n - r->at);
    return group_ends(r, tail);
}

static uint64_t next_ends(struct random_runs *r)
{
    return r->text.n - r->at < 64 ? tail_ends(r) : group_ends(r, r->text.p + r->at);
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
