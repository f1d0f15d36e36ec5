/* SPDX-License-Identifier: Apache-2.0 */
#include "base/near.h"

enum { NEAR_MAX = 64 };

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

size_t near_distance(str a, str b)
{
    size_t rows[3][NEAR_MAX];
    if (a.n >= NEAR_MAX || b.n >= NEAR_MAX) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= b.n; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a.n; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            bool same = str_lower(a.p[i - 1]) == str_lower(b.p[j - 1]);
            row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1));
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] &&
                two_above[j - 2] + 1 < row[j]) {
                row[j] = two_above[j - 2] + 1;
            }
        }
    }
    return rows[a.n % 3][b.n];
}

void near_consider(str word, const char *candidate, const char **best, size_t *best_distance)
{
    size_t distance = near_distance(word, str_c(candidate));
    size_t allowed = word.n / 3 > 2 ? word.n / 3 : 2;
    if (distance <= allowed && distance < *best_distance) {
        *best = candidate;
        *best_distance = distance;
    }
}
