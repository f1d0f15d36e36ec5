/* SPDX-License-Identifier: Apache-2.0 */
/* The options of the subcommands, each list ended by a NULL name. */
#pragma once

#include "cli/cli.h"

extern const struct cli_option no_options[];
extern const struct cli_option init_options[];
extern const struct cli_option serve_options[];
extern const struct cli_option create_options[];
extern const struct cli_option set_options[];
extern const struct cli_option yes_options[];
extern const struct cli_option project_options[];
extern const struct cli_option add_options[];
extern const struct cli_option search_options[];
extern const struct cli_option lead_options[];
extern const struct cli_option outbox_options[];
extern const struct cli_option retry_options[];
extern const struct cli_option mail_options[];
extern const struct cli_option team_options[];
extern const struct cli_option team_set_options[];
extern const struct cli_option user_create_options[];
extern const struct cli_option user_role_options[];
extern const struct cli_option user_sessions_options[];
extern const struct cli_option key_create_options[];
extern const struct cli_option key_rotate_options[];
extern const struct cli_option key_report_options[];
extern const struct cli_option audit_list_options[];
extern const struct cli_option audit_export_options[];
extern const struct cli_option visitor_key_add_options[];
extern const struct cli_option visitor_key_remove_options[];
extern const struct cli_option groups_options[];
extern const struct cli_option rotate_options[];
extern const struct cli_option check_options[];
extern const struct cli_option scan_options[];
