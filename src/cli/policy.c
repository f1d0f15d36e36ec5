/* SPDX-License-Identifier: Apache-2.0 */
#include "api/policy.h"

#include "api/limits.h"
#include "cli/print.h"

enum { POLICY_BYTES_MAX = 1 << 20 };

/* What a person needs, in one word: the roles that pass, and whether the factor must be shown anew.
 */
static void add_roles(struct buf *b, const struct route *route)
{
    size_t before = b->n;
    policy_roles(b, route);
    buf_add_c(b, b->n == before ? "–" : route->fresh ? " (log-in of the last 15 min)" : "");
}

static void row_markdown(struct cli *cli, struct buf *b, const struct route *route,
                         const struct api_settings *settings)
{
    buf_addf(b, "| `%s %s` | %s | %s | ", policy_method(route->method), route->path,
             policy_access(route->access), permission_name(route->permission));
    add_roles(b, route);
    buf_addf(b, " | %.*s | %s |\n", STR_ARG(limits_describe(&cli->a, settings, route->rate)),
             route->summary);
}

static void row_text(struct buf *b, const struct route *route)
{
    buf_addf(b, "%-6s %-46s %-28s %-22s ", policy_method(route->method), route->path,
             policy_access(route->access), permission_name(route->permission));
    add_roles(b, route);
    buf_add_byte(b, '\n');
}

int cmd_policy(struct cli *cli)
{
    struct api_settings settings = api_settings_default();
    const char *format = cli_option(cli, "format", 0);
    bool markdown = format && strcmp(format, "markdown") == 0;
    if (format && !markdown && strcmp(format, "json") != 0 && strcmp(format, "text") != 0) {
        return cli_fail(CLI_USAGE, "--format is text, json or markdown");
    }
    struct buf b;
    buf_init(&b, POLICY_BYTES_MAX);
    buf_add_c(&b, cli->json  ? "["
                  : markdown ? "| route | who | permission | roles | limit | what |\n"
                               "| --- | --- | --- | --- | --- | --- |\n"
                             : "");
    for (size_t i = 0; i < api_route_count; i++) {
        const struct route *route = &api_routes[i];
        if (cli->json) {
            buf_add_c(&b, i ? "," : "");
            policy_json(&b, &cli->a, route, &settings);
        } else if (markdown) {
            row_markdown(cli, &b, route, &settings);
        } else {
            row_text(&b, route);
        }
    }
    buf_add_c(&b, cli->json ? "]" : "");
    return cli_print(&b);
}
