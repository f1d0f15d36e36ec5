/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a text something random stands, found sixty-four bytes at a time. */
#include "scan/random_runs.h"

__extension__ typedef unsigned __int128 bits128;

#ifdef __x86_64__
#include <immintrin.h>
#endif

/* Sixty-four bytes. */
typedef struct byte_classes classify_fn(const char *p);

#ifdef __x86_64__
#define FOR(features) __attribute__((target(features), always_inline)) static inline

/* Bytes from `low` to `low + n - 1`. */
static __m128i in_range(__m128i bytes, char low, char n)
{
    __m128i from_low = _mm_sub_epi8(bytes, _mm_set1_epi8(low));
    return _mm_cmpeq_epi8(from_low, _mm_min_epu8(from_low, _mm_set1_epi8((char)(n - 1))));
}

static uint64_t bits_of(__m128i set) { return (uint64_t)(unsigned)_mm_movemask_epi8(set); }

FOR("sse2") struct byte_classes classify(const char *p)
{
    struct byte_classes c = {0};
    for (unsigned i = 0; i < 64; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        __m128i low = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_'));
        c.digit |= bits_of(in_range(bytes, '0', 10)) << i;
        c.upper |= bits_of(in_range(bytes, 'A', 26)) << i;
        c.lower |= bits_of(in_range(bytes, 'a', 26)) << i;
        c.joint |= bits_of(_mm_or_si128(low, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-')))) << i;
    }
    return c;
}

FOR("avx512bw") uint64_t in_range_512(__m512i bytes, char low, char n)
{
    return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(low)),
                                  _mm512_set1_epi8(n));
}

FOR("avx512bw") struct byte_classes classify_512(const char *p)
{
    __m512i bytes = _mm512_loadu_si512(p);
    return (struct byte_classes){
        .digit = in_range_512(bytes, '0', 10),
        .upper = in_range_512(bytes, 'A', 26),
        .lower = in_range_512(bytes, 'a', 26),
        .joint = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('_')) |
                 _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('-')),
    };
}

FOR("avx2") __m256i in_range_256(__m256i bytes, char low, char n)
{
    __m256i from_low = _mm256_sub_epi8(bytes, _mm256_set1_epi8(low));
    return _mm256_cmpeq_epi8(from_low, _mm256_min_epu8(from_low, _mm256_set1_epi8((char)(n - 1))));
}

FOR("avx2") uint64_t bits_of_256(__m256i set)
{
    return (uint64_t)(unsigned)_mm256_movemask_epi8(set);
}

FOR("avx2") struct byte_classes classify_256(const char *p)
{
    struct byte_classes c = {0};
    for (unsigned i = 0; i < 64; i += 32) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(p + i));
        __m256i low = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('_'));
        __m256i joint = _mm256_or_si256(low, _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('-')));
        c.digit |= bits_of_256(in_range_256(bytes, '0', 10)) << i;
        c.upper |= bits_of_256(in_range_256(bytes, 'A', 26)) << i;
        c.lower |= bits_of_256(in_range_256(bytes, 'a', 26)) << i;
        c.joint |= bits_of_256(joint) << i;
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
static inline uint64_t earlier(uint64_t before, uint64_t now, unsigned n)
{
    return now << n | before >> (64 - n);
}

/* One step of the next: remembers this group's bits for the one after. */
static inline uint64_t step(uint64_t *before, uint64_t now, unsigned n)
{
    uint64_t shifted = earlier(*before, now, n);
    *before = now;
    return shifted;
}

/* Bytes that end twelve set ones. */
static inline uint64_t all_of_12(uint64_t before[4], uint64_t x)
{
    x &= step(&before[0], x, 1);
    x &= step(&before[1], x, 2);
    x &= step(&before[2], x, 4);
    return x & step(&before[3], x, 4);
}

/* This group's bits above those of the one before, so that what is earlier can be shifted in. */
static inline bits128 bits(uint64_t before, uint64_t now) { return (bits128)now << 64 | before; }

/* Bytes that end twelve of which one is set. */
static inline bits128 any_of_12(bits128 x)
{
    x |= x << 1;
    x |= x << 2;
    return x | x << 4 | x << 8;
}

static inline bits128 any_of_16(bits128 x)
{
    x |= x << 1;
    x |= x << 2;
    x |= x << 4;
    return x | x << 8;
}

/* Bytes that end sixteen of a run with joints, among them a digit behind a letter, a letter behind
 * a digit, and a capital behind a small letter. */
static inline uint64_t changing_runs(const struct byte_classes *b, const struct byte_classes *c)
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

/* Bytes of this group that end a run. Leaves the group to the next. */
static inline __attribute__((always_inline)) uint64_t group_ends(struct random_state *s,
                                                                 struct byte_classes c)
{
    struct byte_classes b = s->classes;
    uint64_t run = all_of_12(s->run, c.digit | c.upper | c.lower), ends = 0;
    /* A small letter between capitals is rare in names, and frequent where case is random. */
    uint64_t hump = c.upper & earlier(b.lower, c.lower, 1);
    uint64_t odd = c.digit | (hump & earlier(b.upper, c.upper, 2));
    if (run) {
        ends = run & (uint64_t)(any_of_12(bits(s->odd, odd)) >> 64);
    }
    if ((c.digit | b.digit >> 48) && (hump | s->hump >> 48)) {
        ends |= changing_runs(&b, &c);
    }
    s->classes = c;
    s->hump = hump;
    s->odd = odd;
    return ends;
}

/* Finds the next group with ends. */
static inline __attribute__((always_inline)) bool find_with(struct random_runs *r,
                                                            classify_fn *classify_group)
{
    struct random_state state = r->before;
    uint64_t ends = 0;
    size_t at = r->at;
    for (; !ends && r->text.n - at >= 64; at += 64) {
        ends = group_ends(&state, classify_group(r->text.p + at));
    }
    if (!ends && at < r->text.n) { /* behind the text's end stand zeros */
        char tail[64] = {0};
        memcpy(tail, r->text.p + at, r->text.n - at);
        ends = group_ends(&state, classify_group(tail));
        at += 64;
    }
    r->before = state;
    r->at = at;
    if (ends) {
        r->first = at - 64 + (size_t)__builtin_ctzll(ends);
        r->last = at - 1 - (size_t)__builtin_clzll(ends);
    }
    return ends;
}

static bool find(struct random_runs *r) { return find_with(r, classify); }

#ifdef __x86_64__
__attribute__((target("avx2,bmi,bmi2"))) static bool find_256(struct random_runs *r)
{
    return find_with(r, classify_256);
}

__attribute__((target("avx512bw,bmi,bmi2"))) static bool find_512(struct random_runs *r)
{
    return find_with(r, classify_512);
}

static bool may(enum random_width width)
{
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
    return width == RANDOM_128 || (width == RANDOM_256 && avx2) ||
           (width == RANDOM_512 && avx2 && __builtin_cpu_supports("avx512bw"));
}
#endif

bool random_runs_init_as(struct random_runs *r, str text, enum random_width width)
{
    *r = (struct random_runs){.text = text, .find = find};
#ifdef __x86_64__
    static bool (*const finds[])(struct random_runs *) = {find, find_256, find_512};
    if (!may(width)) {
        return false;
    }
    r->find = finds[width];
    return true;
#else
    return width == RANDOM_128;
#endif
}

void random_runs_init(struct random_runs *r, str text)
{
    for (unsigned width = RANDOM_512; !random_runs_init_as(r, text, (enum random_width)width);) {
        width--;
    }
}

/* True while there is a group with ends that belongs to no part yet. */
static bool find_ends(struct random_runs *r)
{
    r->pending = r->pending || (r->at < r->text.n && r->find(r));
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
