/* SPDX-License-Identifier: Apache-2.0 */
/* Dispatches to a subcommand, nothing else. */
#include "cli/cli.h"
#include "know/know.h"

int main(int argc, char **argv)
{
    know_parser_main(argc, argv);
    return cli_main(argc, argv);
}
