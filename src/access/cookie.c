/* SPDX-License-Identifier: Apache-2.0 */
#include "access/cookie.h"

err cookie_find(str header, str name, str *ret)
{
    str pair, found = STR_EMPTY;
    bool seen = false;
    while (str_split(&header, ';', &pair)) {
        size_t equals = str_find_byte(pair, '=', 0);
        str key = str_trim(str_slice(pair, 0, equals));
        if (equals == SIZE_MAX || !str_eq(key, name)) {
            continue;
        }
        if (seen) {
            return err_new(ERR_INVALID, "the session's cookie was sent twice");
        }
        seen = true;
        found = str_trim(str_slice(pair, equals + 1, pair.n));
    }
    *ret = found;
    return ERR_NONE;
}
