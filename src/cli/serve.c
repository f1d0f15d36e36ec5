/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/app.h"
#include "base/log.h"
#include "cli/cli.h"

static void print_address(const struct cli *cli, const struct app *app)
{
    const char *listen = cli->config.http.listen;
    const char *colon = strrchr(listen, ':');
    (void)printf("doorward %s listens on %s://%.*s:%u\n", DOORWARD_VERSION,
                 cli->config.http.tls_certificate[0] ? "https" : "http",
                 colon ? (int)(colon - listen) : 0, listen, http_server_port(app->server));
    (void)fflush(stdout);
}

int cmd_serve(struct cli *cli)
{
    struct app *app;
    str reason;
    const char *listen = cli_option(cli, "listen", 0);
    int code = cli_open_config(cli);
    if (code != CLI_OK) {
        return code;
    }
    if (listen && snprintf(cli->config.http.listen, sizeof cli->config.http.listen, "%s", listen) >=
                      (int)sizeof cli->config.http.listen) {
        return cli_fail(CLI_USAGE, "--listen is too long");
    }
    struct app_settings settings = {.http = &cli->config.http,
                                    .store = &cli->config.store,
                                    .model = &cli->config.model,
                                    .outbox = &cli->config.outbox,
                                    .know = &cli->config.know,
                                    .api = &cli->config.api,
                                    .key_file = cli->config.key_file};
    err e = app_open(&settings, &cli->a, &app, &reason);
    if (!err_ok(e)) {
        return cli_fail(e.code == ERR_INVALID ? CLI_USAGE : CLI_UNREACHABLE, "%.*s",
                        STR_ARG(reason));
    }
    print_address(cli, app);
    e = app_run(app);
    app_close(app);
    return err_ok(e) ? CLI_OK : cli_fail_err(e, "the server stopped");
}
