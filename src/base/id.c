/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/crypto.h"

static id id_format(unsigned char b[16], unsigned version)
{
    static const char digits[] = "0123456789abcdef";
    id result;
    char *at = result.c;
    b[6] = (unsigned char)((b[6] & 0x0fu) | version << 4);
    b[8] = (unsigned char)((b[8] & 0x3fu) | 0x80u);
    for (unsigned i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *at++ = '-';
        }
        *at++ = digits[b[i] >> 4];
        *at++ = digits[b[i] & 15u];
    }
    *at = '\0';
    return result;
}

id id_of_random(const unsigned char random[16])
{
    unsigned char b[16];
    memcpy(b, random, sizeof b);
    return id_format(b, 4);
}

id id_random(void)
{
    unsigned char b[16];
    crypto_random(b, sizeof b);
    return id_format(b, 4);
}

id id_ordered(void)
{
    unsigned char b[16];
    crypto_random(b, sizeof b);
    uint64_t ms = (uint64_t)clock_wall_ms();
    for (unsigned i = 0; i < 6; i++) {
        b[i] = (unsigned char)(ms >> (40 - 8 * i));
    }
    return id_format(b, 7);
}

bool id_parse(str s, id *ret)
{
    id result;
    if (s.n != 36) {
        return false;
    }
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s.p[i] != '-' : bytes_hex_digit(s.p[i]) < 0) {
            return false;
        }
        result.c[i] = str_lower(s.p[i]);
    }
    result.c[36] = '\0';
    *ret = result;
    return true;
}
