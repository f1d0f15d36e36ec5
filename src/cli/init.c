/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/keys.h"
#include "base/file.h"
#include "cli/act.h"
#include "cli/project.h"

static const char template_text[] =
    "# Doorward. `doorward help config` lists every key with its default.\n"
    "# Secrets are never written here: use env:NAME, file:PATH or credential:NAME.\n"
    "\n"
    "server:\n"
    "  listen: 127.0.0.1:8080\n"
    "  # origin: https://chat.example.com      # the one public address; links in mails use it\n"
    "  # trusted_proxies: [127.0.0.1/32]       # when nginx or Caddy stands in front\n"
    "  # tls:\n"
    "  #   certificate: file:/etc/letsencrypt/live/chat.example.com/fullchain.pem\n"
    "  #   key: file:/etc/letsencrypt/live/chat.example.com/privkey.pem\n"
    "\n"
    "store:\n"
    "  url: sqlite:data/doorward.db\n"
    "\n"
    "# Without a model, answers are sentences of your documents, word by word.\n"
    "model:\n"
    "  kind: extractive\n"
    "  # kind: openai\n"
    "  # url: https://api.example.com/v1\n"
    "  # name: some-model\n"
    "  # key: env:MODEL_KEY\n"
    "\n"
    "# Where leads and requests for a person go. Without it they are kept: `doorward lead list`.\n"
    "# mail:\n"
    "#   url: smtp://chat@mail.example.com:587\n"
    "#   password: env:SMTP_PASSWORD\n"
    "#   from: \"Example Ltd <chat@example.com>\"\n"
    "#   to: [sales@example.com]\n";

/* Makes a folder and lets an existing one be. */
static err make_folder(const char *path, mode_t mode)
{
    if (mkdir(path, mode) != 0 && errno != EEXIST) {
        return err_from_errno(errno, "the folder cannot be made");
    }
    return ERR_NONE;
}

static int write_folder(struct cli *cli, const char *folder, str *ret_config)
{
    str data = arena_printf(&cli->a, "%s/data", folder);
    *ret_config = arena_printf(&cli->a, "%s/doorward.yaml", folder);
    if (!data.p || !ret_config->p) {
        return cli_fail(CLI_UNREACHABLE, "out of memory");
    }
    if (access(ret_config->p, F_OK) == 0) {
        return cli_fail(CLI_REFUSED, "%s exists already: this folder has an installation",
                        ret_config->p);
    }
    err e = make_folder(folder, 0755);
    if (err_ok(e)) {
        e = make_folder(data.p, 0700);
    }
    if (err_ok(e)) {
        e = file_write(ret_config->p, str_c(template_text), 0644);
    }
    return err_ok(e) ? CLI_OK : cli_fail_err(e, folder);
}

static err make_owner(struct cli *cli, struct project_row *project, struct token *ret_token)
{
    struct key_row key;
    err e = store_team_create(cli->store, STR("Owners"), &project->team);
    if (err_ok(e)) {
        e = store_project_create(cli->store, project);
    }
    struct key_wish wish = {.name = STR("owner"),
                            .kind = TOKEN_SECRET_KEY,
                            .may = PERMISSION_ALL,
                            .team = project->team};
    struct audit_act act = act_new(&project->team, "key.create", "key", STR_EMPTY);
    return err_ok(e) ? keys_create(cli->store, &cli->hash_key, &wish, &act, &key, ret_token) : e;
}

static void print_result(struct cli *cli, const struct project_row *project,
                         const struct token *token, str config)
{
    if (cli->json) {
        struct buf b;
        buf_init(&b, 65536);
        buf_addf(&b, "{\"owner_key\":\"%s\",\"project\":", token->c);
        json_write_str(&b, project->slug);
        buf_add_c(&b, ",\"config\":");
        json_write_str(&b, config);
        buf_add_byte(&b, '}');
        (void)cli_print(&b);
        return;
    }
    cli_say("Made %.*s with the project `%.*s`.\n", STR_ARG(config), STR_ARG(project->slug));
    cli_say("The owner's secret key, shown this once:\n\n  %s\n", token->c);
    cli_say("Next:\n"
            "  doorward source add --config %.*s --project %.*s PATH|URL\n"
            "  doorward serve --config %.*s\n"
            "\n"
            "The first account: open /admin/setup in a browser and show the owner's key there, or\n"
            "  doorward user create --config %.*s YOU@example.com --role owner",
            STR_ARG(config), STR_ARG(project->slug), STR_ARG(config), STR_ARG(config));
}

int cmd_init(struct cli *cli)
{
    struct project_row project;
    struct token token;
    str config;
    const char *slug = cli_option(cli, "project", 0);
    int code = project_from_options(cli, slug ? slug : "main", &project);
    if (code == CLI_OK) {
        code = write_folder(cli, cli->positional[0], &config);
    }
    if (code == CLI_OK) {
        cli->given[cli->given_count].name = "config"; /* the rest opens what was just made */
        cli->given[cli->given_count++].value = config.p;
        code = cli_open_store(cli);
    }
    if (code != CLI_OK) {
        return code;
    }
    err e = make_owner(cli, &project, &token);
    if (!err_ok(e)) {
        return cli_fail_err(e, "the first project and key could not be made");
    }
    print_result(cli, &project, &token, config);
    crypto_wipe(&token, sizeof token);
    return CLI_OK;
}
