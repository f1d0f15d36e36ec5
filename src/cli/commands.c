/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

const struct cli_command cli_commands[] = {
    {"init", "DIR [--project SLUG] [--name NAME] [--domain ORIGIN]", "Make a new installation",
     "Writes DIR/doorward.yaml and DIR/data/, makes the first team, project and the owner's secret key.\n"
     "The key is printed once and stored only as a hash: keep it now.",
     init_options, 1, 1, cmd_init},
    {"serve", "[--listen ADDRESS:PORT]", "Run the server",
     "Prints one line when it listens. SIGTERM finishes what was accepted, then ends; SIGHUP reads the\n"
     "certificates again.",
     serve_options, 0, 0, cmd_serve},
    {"project create", "SLUG [--name NAME] [--domain ORIGIN]... [--private]", "Make a project", "",
     create_options, 1, 1, cmd_project_create},
    {"project list", "", "List the projects", "", no_options, 0, 0, cmd_project_list},
    {"project show", "SLUG", "Show a project with its settings", "", no_options, 1, 1,
     cmd_project_show},
    {"project set", "SLUG [KEY=VALUE]...", "Change a project",
     "KEY=VALUE sets one member of the settings; VALUE is JSON, or text when it is none:\n"
     "  doorward project set main 'initial_message=How can we help?' 'whitelabel=true'\n"
     "KEY= alone goes back to the default.",
     set_options, 1, CLI_POSITIONAL_MAX, cmd_project_set},
    {"project delete", "SLUG --yes", "Remove a project with all its documents, chats and leads", "",
     yes_options, 1, 1, cmd_project_delete},
    {"source add", "--project SLUG PATH|URL [--sitemap]",
     "Add documents: a file, a folder, a URL or a sitemap",
     "Markdown, HTML, text, PDF and DOCX are read. Waits until all is read and lists what could not be.",
     add_options, 1, 1, cmd_source_add},
    {"source list", "[--project SLUG]", "List the sources", "", project_options, 0, 0,
     cmd_source_list},
    {"source sync", "[--project SLUG] [SOURCE]", "Read what has changed",
     "SOURCE is the id of one source; without it, all.", project_options, 0, 1, cmd_source_sync},
    {"source remove", "[--project SLUG] SOURCE", "Remove a source and its passages", "",
     project_options, 1, 1, cmd_source_remove},
    {"source groups", "[--project SLUG] SOURCE [GROUP]... [--everybody]",
     "Say which known visitors read a source",
     "Without GROUP it shows who does. Others never get a passage of it, nor learn that it exists.",
     groups_options, 1, CLI_POSITIONAL_MAX, cmd_source_groups},
    {"search", "[--project SLUG] QUERY", "Search the documents", "", search_options, 1, 1,
     cmd_search},
    {"ask", "[--project SLUG] QUESTION", "Answer a question from the documents",
     "Uses the configured model; without one, the answer is taken from the documents word by word.\n"
     "Nothing is stored. Exit code 1 when the documents do not answer.",
     project_options, 1, 1, cmd_ask},
    {"lead list", "[--project SLUG]", "List the leads, newest first", "", lead_options, 0, 0,
     cmd_lead_list},
    {"lead export", "[--project SLUG]", "Print the leads as CSV", "", lead_options, 0, 0,
     cmd_lead_export},
    {"outbox list", "[--state STATE]", "List notifications and their delivery", "", outbox_options,
     0, 0, cmd_outbox_list},
    {"outbox show", "ID", "Show one notification", "", no_options, 1, 1, cmd_outbox_show},
    {"outbox retry", "ID|--all", "Try a notification again now", "", retry_options, 0, 1,
     cmd_outbox_retry},
    {"mail test", "[--to ADDRESS]", "Send a test mail and explain the server's answer", "",
     mail_options, 0, 0, cmd_mail_test},
    {"team show", "[--team TEAM]", "Show the teams and their rules", "", team_options, 0, 0,
     cmd_team_show},
    {"team set", "[--team TEAM] [KEY=VALUE]... [--grace DATE|SPAN]", "Change the rules of a team",
     "Without --grace a rule holds from the next request on.\n"
     "  doorward team set second_factor=true --grace 14d\n"
     "  doorward team set key_age_days=180 key_idle_days=30 key_revoke_exposed=true\n"
     "KEY= alone goes back to the default. `doorward team show` lists the rules.",
     team_set_options, 0, 64, cmd_team_set},
    {"user list", "[--team TEAM]", "List the people of a team and who is invited", "", team_options,
     0, 0, cmd_user_list},
    {"user show", "EMAIL [--team TEAM]", "Show one account", "", team_options, 1, 1, cmd_user_show},
    {"user create", "EMAIL --role ROLE [--name NAME] [--invite | --password-stdin]",
     "Make an account, or ask somebody in",
     "Asks for the password on the terminal. A password on the command line would be seen by every\n"
     "process and kept in the shell's history: there is no option for one.\n"
     "With --invite they get a link by mail, or, without a mail server, you hand it on.",
     user_create_options, 1, 1, cmd_user_create},
    {"user role", "EMAIL ROLE [--project SLUG=ROLE]... [--all-projects]",
     "Change what somebody may do",
     "Holds from their next request on. Projects stay as they were unless --project or\n"
     "--all-projects is given.",
     user_role_options, 2, 2, cmd_user_role},
    {"user disable", "EMAIL", "Lock an account in every team and end its sessions", "",
     team_options, 1, 1, cmd_user_disable},
    {"user enable", "EMAIL", "Let a disabled account in again", "", team_options, 1, 1,
     cmd_user_enable},
    {"user remove", "EMAIL", "Take somebody out of a team", "", team_options, 1, 1,
     cmd_user_remove},
    {"user reset-factor", "EMAIL", "Remove a lost second factor and the recovery codes",
     "Make sure that it is really them who ask: this is what an attacker would ask for.",
     team_options, 1, 1, cmd_user_reset_factor},
    {"user reset-password", "EMAIL", "Print a link by which they choose a new password",
     "The link works once, for an hour. Older ones are void.", team_options, 1, 1,
     cmd_user_reset_password},
    {"user sessions", "EMAIL [--end-all]", "List where somebody is logged in, or end it", "",
     user_sessions_options, 1, 1, cmd_user_sessions},
    {"key create", "--name NAME --permission PERMISSION... [--project SLUG] [--public]",
     "Make an API key and print it, this once",
     "Permissions: project_read project_search project_sources_read project_sources_create\n"
     "project_sources_delete project_sync chat_create leads_read chats_read chats_delete keys_manage\n"
     "project_manage team_manage audit_read checks_run metrics_read.\n"
     "A public key may have project_read, project_search and chat_create.",
     key_create_options, 0, 0, cmd_key_create},
    {"key list", "[--team TEAM]", "List the keys and their last use", "", team_options, 0, 0,
     cmd_key_list},
    {"key rotate", "KEY [--overlap SPAN]", "Make the successor of a key and print it, this once",
     "KEY is an id or its beginning, the first characters of the token, or the name.",
     key_rotate_options, 1, 1, cmd_key_rotate},
    {"key revoke", "KEY", "Refuse a key from the next request on",
     "KEY is an id or its beginning, the first characters of the token, or the name.", team_options,
     1, 1, cmd_key_revoke},
    {"key report", "[--all]", "Judge every key by the rules of its team",
     "Exit code 1 when a key is too old, unused for too long, or was seen in a browser or a URL.",
     key_report_options, 0, 0, cmd_key_report},
    {"visitor-key add", "--project SLUG --kid KID [--alg ALG] [--key FILE]",
     "Let a site say who its visitors are",
     "HS256 without --key draws a secret and prints it once.", visitor_key_add_options, 0, 0,
     cmd_visitor_key_add},
    {"visitor-key list", "[--project SLUG]", "List the keys that sites sign with", "",
     project_options, 0, 0, cmd_visitor_key_list},
    {"visitor-key remove", "--project SLUG --kid KID", "Refuse what is signed with a key", "",
     visitor_key_remove_options, 0, 0, cmd_visitor_key_remove},
    {"audit list", "[--since DATE|SPAN] [--limit N]",
     "List what was done and refused, newest first", "", audit_list_options, 0, 0, cmd_audit_list},
    {"audit export", "[--since DATE|SPAN]", "Print the audit log as JSON lines, oldest first", "",
     audit_export_options, 0, 0, cmd_audit_export},
    {"audit verify", "[--team TEAM]", "Recompute the chain of the audit log",
     "Exit code 1 when a row was changed or taken out; the first that does not fit is named.",
     team_options, 0, 0, cmd_audit_verify},
    {"rotate", "--everything [--yes]", "List every secret of this installation, or rotate them all",
     "For the day after an exposure: docs/access.md. Without --yes nothing is changed.",
     rotate_options, 0, 0, cmd_rotate},
    {"check", "TARGET [--config launch.yaml] [--only LIST] [--format FORMAT] [--out FILE]",
     "Is this deployment ready to launch? Domain, TLS, redirects, pages, mail, edge",
     "Looks at TARGET from outside, as visitors and mail servers do, and says what is broken, what was\n"
     "seen, and what to paste to repair it. Nothing is changed.\n"
     "  doorward check example.com\n"
     "  doorward check example.com --format html --out report.html\n"
     "  doorward check --message received.eml\n"
     "Exit codes: 0 no check failed; 1 one did (see --fail-on; warnings never count); 2 wrong usage;\n"
     "3 none failed, but something could not be tested.",
     check_options, 0, 1, cmd_check},
    {"scan", "[PATH]... [--git] [--staged] [--url URL]... [--stdin] [--format FORMAT] [--out FILE]",
     "Is a key or a password where others can read it? Files, history, pages, archives, logs",
     "Finds secrets, groups the places of each, and says what it opens and how to rotate it. PATH is a\n"
     "file or a folder; - is standard input. Nothing is changed, no secret is sent to anybody.\n"
     "  doorward scan .                    the files here, with the archives among them\n"
     "  doorward scan --git                the history of the repository here too\n"
     "  doorward scan --staged             what is to be committed: for a pre-commit hook\n"
     "  doorward scan --url https://www.example.com/\n"
     "Without PATH it reads what `secrets:` of launch.yaml names. docs/scan.md says more.\n"
     "Exit codes: 0 nothing is open; 1 something is (see --fail-on); 2 wrong usage; 3 nothing is, but\n"
     "something could not be read.",
     scan_options, 0, CLI_POSITIONAL_ANY, cmd_scan},
    {"policy", "[--format text|json|markdown]", "Print who may call which route", "", no_options, 0,
     0, cmd_policy},
    {"backup", "FILE", "Write a consistent copy of the database while the server runs", "",
     no_options, 1, 1, cmd_backup},
    {"restore", "FILE --yes", "Put a backup in the place of the database",
     "The server must be stopped. The database that was there is kept beside, with the time in its name.",
     yes_options, 1, 1, cmd_restore},
    {"migrate", "", "Bring the database to this version (serve does it too), after a backup", "",
     no_options, 0, 0, cmd_migrate},
    {"version", "", "Print the version", "", no_options, 0, 0, cmd_version},
    {"help", "[config]", "Print this help, or every configuration key", "", no_options, 0, 1,
     cmd_help},
};

const size_t cli_command_count = sizeof cli_commands / sizeof *cli_commands;
