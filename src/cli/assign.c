/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/assign.h"

int assign_arguments(struct cli *cli, unsigned from, json_t *settings)
{
    for (unsigned i = from; i < cli->positional_count; i++) {
        str argument = str_c(cli->positional[i]);
        size_t equals = str_find_byte(argument, '=', 0);
        if (equals == SIZE_MAX || equals == 0) {
            return cli_fail(CLI_USAGE, "`%s` is not KEY=VALUE", cli->positional[i]);
        }
        str key = arena_str(&cli->a, str_slice(argument, 0, equals));
        str value = str_slice(argument, equals + 1, argument.n);
        json_t *parsed = NULL;
        if (!key.p) {
            return cli_fail(CLI_UNREACHABLE, "out of memory");
        }
        if (str_empty(value)) {
            (void)json_object_del(settings, key.p);
            continue;
        }
        if (!err_ok(json_read(value, &parsed, NULL))) {
            parsed = json_stringn(value.p, value.n);
        }
        if (!parsed || json_object_set_new(settings, key.p, parsed) != 0) {
            return cli_fail(CLI_USAGE, "%.*s: the value is not UTF-8", STR_ARG(key));
        }
    }
    return CLI_OK;
}
