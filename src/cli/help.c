/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

#include <stdio.h>

const struct cli_option help_common_options[] = {
    {"config", "FILE", "the configuration (else ./doorward.yaml, or DOORWARD_CONFIG)"},
    {"format", "text|json", "how data is printed"},
    {"help", NULL, "this text"},
    {NULL, NULL, NULL},
};

static bool has_option(const struct cli_option *options, const char *name)
{
    while (options && options->name && strcmp(options->name, name) != 0) {
        options++;
    }
    return options && options->name;
}

/* Prints the options that are not in `others`: a command may have a common one of its own. */
static void print_options(const struct cli_option *options, const struct cli_option *others)
{
    for (; options && options->name; options++) {
        char left[64];
        if (has_option(others, options->name)) {
            continue;
        }
        (void)snprintf(left, sizeof left, "--%s%s%s", options->name, options->value ? " " : "",
                       options->value ? options->value : "");
        cli_say("  %-26s %s", left, options->help);
    }
}

int help_command(const struct cli_command *command)
{
    cli_say("usage: doorward %s %s\n\n%s.", command->name, command->usage, command->summary);
    if (*command->help) {
        cli_say("\n%s", command->help);
    }
    cli_say("\nOptions:");
    print_options(command->options, NULL);
    print_options(help_common_options, command->options);
    return CLI_OK;
}

int help_all(void)
{
    cli_say("Doorward " DOORWARD_VERSION ": a chatbot for your website that is ready to launch.\n\n"
            "usage: doorward COMMAND [OPTIONS]\n");
    for (size_t i = 0; i < cli_command_count; i++) {
        cli_say("  %-20s %s", cli_commands[i].name, cli_commands[i].summary);
    }
    cli_say(
        "\n`doorward COMMAND --help` says more. Exit codes: 0 fine, 1 findings or a refused act,\n"
        "2 wrong usage or configuration, 3 something could not be reached.");
    return CLI_OK;
}

int cmd_help(struct cli *cli)
{
    if (cli->positional_count == 1 && strcmp(cli->positional[0], "config") == 0) {
        struct buf b;
        buf_init(&b, 65536);
        config_reference(&b);
        return cli_print(&b);
    }
    return help_all();
}

int cmd_version(struct cli *cli)
{
    cli_say(cli->json ? "{\"version\":\"%s\"}" : "doorward %s", DOORWARD_VERSION);
    return CLI_OK;
}

/* True when a command's name begins with the word ("source" of "source add"). */
static bool in_group(const struct cli_command *command, str word)
{
    str name = str_c(command->name);
    return name.n > word.n && str_starts(name, word) && name.p[word.n] == ' ';
}

/* Prints the commands of a group: asked for with --help, or because the group alone is no command.
 */
int help_group(str word, bool asked)
{
    FILE *out = asked ? stdout : stderr;
    (void)fprintf(out, "usage: doorward %.*s VERB [OPTIONS]\n\n", STR_ARG(word));
    for (size_t i = 0; i < cli_command_count; i++) {
        if (in_group(&cli_commands[i], word)) {
            (void)fprintf(out, "  %-20s %s\n", cli_commands[i].name, cli_commands[i].summary);
        }
    }
    return asked ? CLI_OK : CLI_USAGE;
}

bool help_is_group(str word)
{
    for (size_t i = 0; i < cli_command_count; i++) {
        if (in_group(&cli_commands[i], word)) {
            return true;
        }
    }
    return false;
}
