/* SPDX-License-Identifier: Apache-2.0 */
#include "net/addr.h"

#include <arpa/inet.h>
#include <stdio.h>

enum { V4_OFFSET = 12, V4_PREFIX = 96, TEXT_MAX = 45 };

static const unsigned char mapped_prefix[V4_OFFSET] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* Networks that are not reachable over the public internet, in the 16-byte form: the IANA IPv4 and
 * IPv6 special-purpose address registries, multicast, and what is deprecated. */
static const struct addr_net not_public_v4[] = {
#define V4(a, b, c, d, bits)                                                                       \
    {                                                                                              \
        {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}, 0}, V4_PREFIX + (bits)            \
    }
    V4(0, 0, 0, 0, 8),       /* this network, RFC 791 */
    V4(10, 0, 0, 0, 8),      /* private use, RFC 1918 */
    V4(100, 64, 0, 0, 10),   /* shared address space, RFC 6598 */
    V4(127, 0, 0, 0, 8),     /* loopback, RFC 1122 */
    V4(169, 254, 0, 0, 16),  /* link local and cloud metadata, RFC 3927 */
    V4(172, 16, 0, 0, 12),   /* private use */
    V4(192, 0, 0, 0, 24),    /* IETF protocol assignments, RFC 6890 */
    V4(192, 0, 2, 0, 24),    /* documentation, RFC 5737 */
    V4(192, 88, 99, 0, 24),  /* deprecated 6to4 relay, RFC 7526 */
    V4(192, 168, 0, 0, 16),  /* private use */
    V4(198, 18, 0, 0, 15),   /* benchmarking, RFC 2544 */
    V4(198, 51, 100, 0, 24), /* documentation */
    V4(203, 0, 113, 0, 24),  /* documentation */
    V4(224, 0, 0, 0, 4),     /* multicast, RFC 5771 */
    V4(240, 0, 0, 0, 4),     /* reserved and broadcast, RFC 1112, 919 */
#undef V4
};

static const struct addr_net not_public_v6[] = {
    {{{0x20, 0x01, 0x00}, 0},
     23}, /* IETF protocol assignments, RFC 2928 (Teredo is judged before) */
    {{{0x20, 0x01, 0x0d, 0xb8}, 0}, 32}, /* documentation, RFC 3849 */
    {{{0x3f, 0xff, 0x00}, 0}, 20},       /* documentation, RFC 9637 */
};

static const struct addr_net net_unicast = {{{0x20}, 0}, 3}; /* global unicast, RFC 4291 */
static const struct addr_net net_nat64 = {{{0x00, 0x64, 0xff, 0x9b}, 0}, 96};  /* RFC 6052 */
static const struct addr_net net_6to4 = {{{0x20, 0x02}, 0}, 16};               /* RFC 3056 */
static const struct addr_net net_teredo = {{{0x20, 0x01, 0x00, 0x00}, 0}, 32}; /* RFC 4380 */

bool addr_is_v4(const struct addr *a)
{
    return memcmp(a->bytes, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

static struct addr addr_v4(const unsigned char bytes[4])
{
    struct addr a = {.port = 0};
    memcpy(a.bytes, mapped_prefix, sizeof(mapped_prefix));
    memcpy(a.bytes + V4_OFFSET, bytes, 4);
    return a;
}

/* Reads a decimal number of at most `digits` digits without leading zeros. */
static bool read_decimal(str s, size_t digits, uint64_t max, unsigned *ret)
{
    uint64_t n;
    if (s.n == 0 || s.n > digits || (s.n > 1 && s.p[0] == '0') || !str_u64(s, &n) || n > max) {
        return false;
    }
    *ret = (unsigned)n;
    return true;
}

static bool parse_v4(str s, struct addr *ret)
{
    unsigned char bytes[4];
    for (size_t i = 0; i < 4; i++) {
        size_t dot = i < 3 ? str_find_byte(s, '.', 0) : s.n;
        unsigned value;
        if (dot == SIZE_MAX || !read_decimal(str_slice(s, 0, dot), 3, 255, &value)) {
            return false;
        }
        bytes[i] = (unsigned char)value;
        s = i < 3 ? str_slice(s, dot + 1, s.n) : s;
    }
    *ret = addr_v4(bytes);
    return true;
}

static bool parse_v6(str s, struct addr *ret)
{
    char text[TEXT_MAX + 1];
    if (s.n < 2 || s.n > TEXT_MAX) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (!strchr("0123456789abcdefABCDEF:.", s.p[i]) || s.p[i] == '\0') {
            return false;
        }
        text[i] = s.p[i];
    }
    text[s.n] = '\0';
    struct in6_addr in;
    if (inet_pton(AF_INET6, text, &in) != 1) {
        return false;
    }
    struct addr a = {.port = 0};
    memcpy(a.bytes, &in, sizeof(a.bytes));
    *ret = a;
    return true;
}

bool addr_parse(str s, struct addr *ret)
{
    if (s.n > 2 && s.p[0] == '[') {
        return s.p[s.n - 1] == ']' && parse_v6(str_slice(s, 1, s.n - 1), ret);
    }
    return str_find_byte(s, ':', 0) == SIZE_MAX ? parse_v4(s, ret) : parse_v6(s, ret);
}

bool addr_parse_port(str s, struct addr *ret)
{
    size_t colon = s.n;
    while (colon > 0 && s.p[colon - 1] != ':') {
        colon--;
    }
    unsigned port;
    if (colon == 0 || !read_decimal(str_slice(s, colon, s.n), 5, 65535, &port)) {
        return false;
    }
    str host = str_slice(s, 0, colon - 1);
    struct addr a;
    bool bracketed = host.n > 0 && host.p[0] == '[';
    if ((!bracketed && str_find_byte(host, ':', 0) != SIZE_MAX) || !addr_parse(host, &a)) {
        return false;
    }
    a.port = port;
    *ret = a;
    return true;
}

static bool net_is_canonical(const struct addr_net *net)
{
    for (unsigned bit = net->bits; bit < 128; bit++) {
        if (net->base.bytes[bit / 8] & (0x80U >> (bit % 8))) {
            return false;
        }
    }
    return true;
}

bool addr_net_parse(str s, struct addr_net *ret)
{
    size_t slash = str_find_byte(s, '/', 0);
    struct addr_net net = {.bits = 128};
    str address = slash == SIZE_MAX ? s : str_slice(s, 0, slash);
    if (!addr_parse(address, &net.base)) {
        return false;
    }
    if (slash != SIZE_MAX) {
        bool v4 = str_find_byte(address, ':', 0) == SIZE_MAX;
        unsigned bits;
        if (!read_decimal(str_slice(s, slash + 1, s.n), 3, v4 ? 32 : 128, &bits)) {
            return false;
        }
        net.bits = v4 ? bits + V4_PREFIX : bits;
    }
    if (!net_is_canonical(&net)) {
        return false; /* 10.1.2.3/8 is more likely a mistake than meant */
    }
    *ret = net;
    return true;
}

bool addr_net_has(const struct addr_net *net, const struct addr *a)
{
    unsigned whole = net->bits / 8, rest = net->bits % 8;
    if (net->bits > 128 || memcmp(net->base.bytes, a->bytes, whole) != 0) {
        return false;
    }
    unsigned mask = (0xff00U >> rest) & 0xffU;
    return rest == 0 || ((net->base.bytes[whole] ^ a->bytes[whole]) & mask) == 0;
}

struct addr addr_from_sockaddr(const struct sockaddr *sa)
{
    struct addr a = {.port = 0};
    if (sa->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, sa, sizeof(in));
        unsigned char bytes[4];
        memcpy(bytes, &in.sin_addr, sizeof(bytes));
        a = addr_v4(bytes);
        a.port = ntohs(in.sin_port);
    } else if (sa->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, sa, sizeof(in));
        memcpy(a.bytes, &in.sin6_addr, sizeof(a.bytes));
        a.port = ntohs(in.sin6_port);
    }
    return a;
}

socklen_t addr_to_sockaddr(const struct addr *a, struct sockaddr_storage *ret)
{
    *ret = (struct sockaddr_storage){0};
    if (addr_is_v4(a)) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)a->port)};
        memcpy(&in.sin_addr, a->bytes + V4_OFFSET, 4);
        memcpy(ret, &in, sizeof(in));
        return sizeof(in);
    }
    struct sockaddr_in6 in = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)a->port)};
    memcpy(&in.sin6_addr, a->bytes, sizeof(a->bytes));
    memcpy(ret, &in, sizeof(in));
    return sizeof(in);
}

static unsigned group(const struct addr *a, size_t i)
{
    return (unsigned)a->bytes[2 * i] << 8 | a->bytes[2 * i + 1];
}

/* Finds the longest run of zero groups, at least two (RFC 5952 section 4.2). */
static void longest_zeros(const struct addr *a, size_t *ret_from, size_t *ret_to)
{
    size_t best = 0;
    *ret_from = *ret_to = SIZE_MAX;
    for (size_t from = 0; from < 8; from++) {
        size_t to = from;
        while (to < 8 && group(a, to) == 0) {
            to++;
        }
        if (to - from > best && to - from > 1) {
            best = to - from;
            *ret_from = from;
            *ret_to = to;
        }
    }
}

struct addr_text addr_text(const struct addr *a)
{
    struct addr_text text = {{0}};
    if (addr_is_v4(a)) {
        const unsigned char *v4 = a->bytes + V4_OFFSET;
        (void)snprintf(text.c, sizeof(text.c), "%u.%u.%u.%u", v4[0], v4[1], v4[2], v4[3]);
        return text;
    }
    size_t from, to, n = 0;
    longest_zeros(a, &from, &to);
    for (size_t i = 0; i < 8; i++) {
        if (i == from) {
            text.c[n++] = ':';
            text.c[n++] = ':';
            i = to - 1;
            continue;
        }
        const char *colon = i > 0 && i != to ? ":" : "";
        n += (size_t)snprintf(text.c + n, sizeof(text.c) - n, "%s%x", colon, group(a, i));
    }
    return text;
}

static bool in_any(const struct addr_net *nets, size_t count, const struct addr *a)
{
    for (size_t i = 0; i < count; i++) {
        if (addr_net_has(&nets[i], a)) {
            return true;
        }
    }
    return false;
}

static bool v4_is_public(const unsigned char bytes[4])
{
    struct addr a = addr_v4(bytes);
    return !in_any(not_public_v4, sizeof(not_public_v4) / sizeof(not_public_v4[0]), &a);
}

bool addr_is_public(const struct addr *a)
{
    if (addr_is_v4(a) || addr_net_has(&net_nat64, a)) {
        return v4_is_public(a->bytes + V4_OFFSET);
    }
    if (!addr_net_has(&net_unicast, a)) {
        return false;
    }
    if (addr_net_has(&net_6to4, a)) {
        return v4_is_public(a->bytes + 2);
    }
    if (addr_net_has(&net_teredo, a)) {
        unsigned char client[4]; /* stored inverted, RFC 4380 section 4 */
        for (size_t i = 0; i < 4; i++) {
            client[i] = (unsigned char)~a->bytes[V4_OFFSET + i];
        }
        return v4_is_public(a->bytes + 4) && v4_is_public(client);
    }
    return !in_any(not_public_v6, sizeof(not_public_v6) / sizeof(not_public_v6[0]), a);
}

bool addr_is_loopback(const struct addr *a)
{
    static const unsigned char one[16] = {[15] = 1};
    return (addr_is_v4(a) && a->bytes[V4_OFFSET] == 127) || memcmp(a->bytes, one, 16) == 0;
}

bool addr_is_private(const struct addr *a)
{
    static const str nets[] = {STR_INIT("0.0.0.0/8"),      STR_INIT("10.0.0.0/8"),
                               STR_INIT("100.64.0.0/10"),  STR_INIT("127.0.0.0/8"),
                               STR_INIT("169.254.0.0/16"), STR_INIT("172.16.0.0/12"),
                               STR_INIT("192.168.0.0/16"), STR_INIT("::1/128"),
                               STR_INIT("fc00::/7"),       STR_INIT("fe80::/10")};
    for (size_t i = 0; i < sizeof nets / sizeof nets[0]; i++) {
        struct addr_net net;
        if (addr_net_parse(nets[i], &net) && addr_net_has(&net, a)) {
            return true;
        }
    }
    return false;
}
