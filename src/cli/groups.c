/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "cli/act.h"
#include "cli/print.h"
#include "store/source.h"

enum { GROUP_BYTES_MAX = 64 };

/* A group's name as access/jwt.h has it: [A-Za-z0-9._:-]{1,64}. */
static bool group_valid(str name)
{
    bool good = name.n >= 1 && name.n <= GROUP_BYTES_MAX;
    for (size_t i = 0; good && i < name.n; i++) {
        char c = str_lower(name.p[i]);
        good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("._:-", c);
    }
    return good;
}

static int by_bytes(const void *a, const void *b)
{
    const str *one = a, *two = b;
    return str_cmp(*one, *two);
}

/* The groups of the arguments, sorted, each once, each with a line feed. */
static int read_groups(struct cli *cli, str *ret)
{
    str names[CLI_POSITIONAL_MAX] = {STR_INIT("")};
    size_t count = 0;
    struct buf b;
    for (unsigned i = 1; i < cli->positional_count; i++) {
        names[count++] = str_c(cli->positional[i]);
        if (!group_valid(names[count - 1])) {
            return cli_fail(CLI_USAGE,
                            "`%.80s` is no group: 1 to 64 of letters, digits and . _ : -",
                            cli->positional[i]);
        }
    }
    qsort(names, count, sizeof *names, by_bytes);
    buf_init(&b, 65536);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !str_eq(names[i], names[i - 1])) {
            buf_add(&b, names[i]);
            buf_add_byte(&b, '\n');
        }
    }
    *ret = arena_str(&cli->a, buf_str(&b));
    buf_done(&b);
    return ret->p ? CLI_OK : cli_fail(CLI_UNREACHABLE, "out of memory");
}

static int print_groups(struct cli *cli, const struct source_row *source, str groups)
{
    struct buf b;
    str name;
    buf_init(&b, 1 << 20);
    if (cli->json) {
        buf_add_byte(&b, '{');
        print_member(&b, "uuid", id_str(&source->id));
        buf_add_c(&b, ",\"groups\":[");
    } else {
        buf_addf(&b, "%.*s is read by %s", STR_ARG(source->title),
                 str_empty(groups) ? "everybody who may read the project"
                                   : "known visitors of these groups only:");
    }
    for (size_t i = 0; str_split(&groups, '\n', &name); i++) {
        if (cli->json) {
            buf_add_c(&b, i ? "," : "");
            json_write_str(&b, name);
        } else {
            buf_addf(&b, " %.*s", STR_ARG(name));
        }
    }
    buf_add_c(&b, cli->json ? "]}" : "");
    return cli_print(&b);
}

int cmd_source_groups(struct cli *cli)
{
    struct project_row project;
    struct source_row source;
    id wanted;
    bool everybody = cli_option(cli, "everybody", 0) != NULL;
    str groups = STR_EMPTY;
    if (everybody && cli->positional_count > 1) {
        return cli_fail(CLI_USAGE, "give groups, or --everybody for none");
    }
    int code = read_groups(cli, &groups);
    code = code == CLI_OK ? cli_open_store(cli) : code;
    code = code == CLI_OK ? cli_find_project(cli, &project) : code;
    if (code != CLI_OK) {
        return code;
    }
    if (!id_parse(str_c(cli->positional[0]), &wanted) ||
        !err_ok(store_source_get(cli->store, &cli->a, &project.id, &wanted, &source))) {
        return cli_fail(
            CLI_REFUSED,
            "there is no source `%s` in this project; `doorward source list` lists them",
            cli->positional[0]);
    }
    if (!everybody && cli->positional_count == 1) {
        return print_groups(cli, &source, source.groups);
    }
    struct audit_act act = act_new(&project.team, "source.groups", "source", id_str(&source.id));
    err e = store_source_set_groups(cli->store, &project.id, &source.id, groups, &act);
    return err_ok(e) ? print_groups(cli, &source, groups) : cli_fail_err(e, "the source");
}
