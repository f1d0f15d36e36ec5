/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a text something random stands, found sixty-four bytes at a time. */
#include "scan/random_runs.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* One bit a byte. */
struct classes {
    uint64_t digit, upper, lower;
};

/* The bits of this group of 64 and of the one before. */
struct bits {
    uint64_t now, before;
};

#ifdef __SSE2__
/* Bytes from `low` to `low + n - 1`. */
static uint64_t in_range(__m128i bytes, char low, char n)
{
    __m128i from_low = _mm_sub_epi8(bytes, _mm_set1_epi8(low));
    __m128i least = _mm_min_epu8(from_low, _mm_set1_epi8((char)(n - 1)));
    return (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(from_low, least));
}

static struct classes classify(const char *p)
{
    struct classes c = {0};
    for (unsigned i = 0; i < 64; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        c.digit |= in_range(bytes, '0', 10) << i;
        c.upper |= in_range(bytes, 'A', 26) << i;
        c.lower |= in_range(bytes, 'a', 26) << i;
    }
    return c;
}
#else
static struct classes classify(const char *p)
{
    struct classes c = {0};
    for (unsigned i = 0; i < 64; i++) {
        uint64_t bit = UINT64_C(1) << i;
        c.digit |= p[i] >= '0' && p[i] <= '9' ? bit : 0;
        c.upper |= p[i] >= 'A' && p[i] <= 'Z' ? bit : 0;
        c.lower |= p[i] >= 'a' && p[i] <= 'z' ? bit : 0;
    }
    return c;
}
#endif

/* What was `n` bytes earlier. */
static uint64_t earlier(struct bits b, unsigned n) { return b.now << n | b.before >> (64 - n); }

/* Remembers this group's bits of one step. */
static struct bits step(uint64_t now, uint64_t *before)
{
    struct bits b = {now, *before};
    *before = now;
    return b;
}

/* Bytes that end twelve set ones. */
static uint64_t all_of_12(uint64_t now, uint64_t before[4])
{
    uint64_t two = now & earlier(step(now, &before[0]), 1);
    uint64_t four = two & earlier(step(two, &before[1]), 2);
    uint64_t eight = four & earlier(step(four, &before[2]), 4);
    return eight & earlier(step(eight, &before[3]), 4);
}

/* Bytes that end twelve of which one is set. */
static uint64_t any_of_12(uint64_t now, uint64_t before[4])
{
    uint64_t two = now | earlier(step(now, &before[0]), 1);
    uint64_t four = two | earlier(step(two, &before[1]), 2);
    uint64_t eight = four | earlier(step(four, &before[2]), 4);
    return eight | earlier(step(eight, &before[3]), 4);
}

static uint64_t random_ends(struct random_runs *r, const char *p)
{
    struct classes c = classify(p);
    uint64_t run = all_of_12(c.digit | c.upper | c.lower, r->run);
    /* A small letter between capitals is rare in names, and frequent where case is random. */
    uint64_t mixed = c.upper & earlier((struct bits){c.lower, r->lower}, 1) &
                     earlier((struct bits){c.upper, r->upper}, 2);
    r->lower = c.lower;
    r->upper = c.upper;
    return run & any_of_12(c.digit | mixed, r->odd);
}

/* The next group of the text; behind its end stand zeros. */
static uint64_t next_ends(struct random_runs *r)
{
    char tail[64] = {0};
    size_t left = r->text.n - r->at;
    if (left >= 64) {
        return random_ends(r, r->text.p + r->at);
    }
    memcpy(tail, r->text.p + r->at, left);
    return random_ends(r, tail);
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
