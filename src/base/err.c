/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>

static const struct {
    int status;
    const char *wire;
} codes[ERR_COUNT] = {
#define ERR_ROW(name, status, wire) [ERR_##name] = {status, wire},
    ERR_CODES(ERR_ROW)
#undef ERR_ROW
};

int err_http_status(enum err_code code) { return code < ERR_COUNT ? codes[code].status : 500; }

const char *err_wire_code(enum err_code code)
{
    return code < ERR_COUNT ? codes[code].wire : "internal";
}

err err_from_errno(int error, const char *what)
{
    if (error == ENOSPC || error == EDQUOT) {
        return err_new(ERR_NO_SPACE, what);
    }
    return err_new(error == ENOMEM ? ERR_NO_MEMORY : ERR_IO, what);
}
