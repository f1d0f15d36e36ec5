/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/print.h"

#include "base/clock.h"

static void member_name(struct buf *b, const char *key)
{
    char last = b->n ? b->p[b->n - 1] : '{';
    buf_addf(b, "%s\"%s\":", last == '{' ? "" : ",", key);
}

void print_member(struct buf *b, const char *key, str text)
{
    member_name(b, key);
    json_write_str(b, text);
}

void print_member_number(struct buf *b, const char *key, uint64_t number)
{
    member_name(b, key);
    buf_addf(b, "%llu", (unsigned long long)number);
}

void print_member_time(struct buf *b, const char *key, int64_t wall_ms)
{
    member_name(b, key);
    if (wall_ms) {
        buf_addf(b, "\"%s\"", clock_rfc3339(wall_ms).c);
    } else {
        buf_add_c(b, "null");
    }
}

void print_member_id(struct buf *b, const char *key, const id *value)
{
    member_name(b, key);
    if (id_none(value)) {
        buf_add_c(b, "null");
    } else {
        buf_addf(b, "\"%s\"", value->c);
    }
}

int print_limit(struct cli *cli, unsigned fallback, unsigned max, size_t *ret)
{
    const char *text = cli_option(cli, "limit", 0);
    uint64_t number = fallback;
    if (text && (!str_u64(str_c(text), &number) || number < 1 || number > max)) {
        return cli_fail(CLI_USAGE, "--limit is a number from 1 to %u", max);
    }
    *ret = number;
    return CLI_OK;
}
