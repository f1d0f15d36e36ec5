/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read and written again must read as the same value. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *value, *again;
    struct json_fault fault;
    if (err_ok(json_read(str_n((const char *)data, size), &value, &fault))) {
        struct buf b;
        buf_init(&b, 16 << 20);
        json_write(&b, value);
        if (err_ok(buf_err(&b)) &&
            (!err_ok(json_read(buf_str(&b), &again, NULL)) || !json_equal(value, again))) {
            __builtin_trap();
        }
        json_decref(err_ok(buf_err(&b)) ? again : NULL);
        buf_done(&b);
        json_decref(value);
    }
    return 0;
}
