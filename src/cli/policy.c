/* SPDX-License-Identifier: Apache-2.0 */
#include "api/limits.h"
#include "api/route.h"
#include "cli/print.h"

static const char *method_name(enum http_method method)
{
    static const char *const names[] = {
        [HTTP_GET] = "GET",         [HTTP_HEAD] = "HEAD",   [HTTP_POST] = "POST",
        [HTTP_PUT] = "PUT",         [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
        [HTTP_OPTIONS] = "OPTIONS", [HTTP_OTHER] = "OTHER"};
    return names[method];
}

static void route_json(struct buf *b, struct cli *cli, const struct route *route,
                       const struct api_settings *settings)
{
    uint64_t body = route->body_max == SIZE_MAX ? settings->upload_bytes_max : route->body_max;
    buf_add_byte(b, '{');
    print_member(b, "method", str_c(method_name(route->method)));
    print_member(b, "path", str_c(route->path));
    print_member(b, "access", str_c(route_access_name(route->access)));
    print_member(b, "permission", str_c(permission_name(route->permission)));
    print_member_number(b, "body_max", body);
    print_member(b, "rate", limits_describe(&cli->a, settings, route->rate));
    print_member(b, "summary", str_c(route->summary));
    buf_add_byte(b, '}');
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
    buf_init(&b, 1 << 20);
    buf_add_c(
        &b,
        cli->json ? "["
        : markdown
            ? "| route | who | permission of a key | limit | what |\n| --- | --- | --- | --- | --- |\n"
            : "");
    for (size_t i = 0; i < api_route_count; i++) {
        const struct route *route = &api_routes[i];
        const char *permission = permission_name(route->permission);
        if (cli->json) {
            buf_add_c(&b, i ? "," : "");
            route_json(&b, cli, route, &settings);
        } else if (markdown) {
            buf_addf(&b, "| `%s %s` | %s | %s | %.*s | %s |\n", method_name(route->method),
                     route->path, route_access_name(route->access), permission,
                     STR_ARG(limits_describe(&cli->a, &settings, route->rate)), route->summary);
        } else {
            buf_addf(&b, "%-6s %-38s %-26s %s\n", method_name(route->method), route->path,
                     route_access_name(route->access), permission);
        }
    }
    buf_add_c(&b, cli->json ? "]" : "");
    return cli_print(&b);
}
