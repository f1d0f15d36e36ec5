/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#define END_OF_OPTIONS                                                                             \
    {                                                                                              \
        NULL, NULL, NULL                                                                           \
    }

static const struct cli_option no_options[] = {END_OF_OPTIONS};
static const struct cli_option init_options[] = {
    {"project", "SLUG", "slug of the first project (default: main)"},
    {"name", "NAME", "its name, shown to visitors"},
    {"domain", "ORIGIN", "page that may embed the widget; may be given more than once"},
    END_OF_OPTIONS};
static const struct cli_option serve_options[] = {
    {"listen", "ADDRESS:PORT", "instead of server.listen; port 0 takes a free one"},
    END_OF_OPTIONS};
static const struct cli_option create_options[] = {
    {"name", "NAME", "shown to visitors (default: the slug)"},
    {"domain", "ORIGIN",
     "page that may embed the widget: https://www.example.com or *.example.com; may be repeated"},
    {"private", NULL, "answers nobody without a key"},
    {"settings", "FILE", "JSON file of settings (see docs/configure.md)"},
    END_OF_OPTIONS};
static const struct cli_option set_options[] = {
    {"name", "NAME", "shown to visitors"},
    {"domain", "ORIGIN", "replaces the allowed domains; may be repeated; \"\" for none"},
    {"add-domain", "ORIGIN", "one more allowed domain"},
    {"private", "true|false", "answers nobody without a key"},
    {"settings", "FILE", "JSON file; its members replace those of the same name"},
    END_OF_OPTIONS};
static const struct cli_option yes_options[] = {{"yes", NULL, "really do it"}, END_OF_OPTIONS};
static const struct cli_option project_options[] = {
    {"project", "SLUG", "the project (not needed when there is one)"}, END_OF_OPTIONS};
static const struct cli_option add_options[] = {
    {"project", "SLUG", "the project (not needed when there is one)"},
    {"sitemap", NULL, "the URL is a sitemap"},
    {"title", "TEXT", "name of the source in lists"},
    {"base-url", "URL", "a folder: citations link to this address plus the file's path"},
    {"include", "PATTERN", "only paths that match, * and ? as in shells; may be repeated"},
    {"exclude", "PATTERN", "no paths that match; may be repeated"},
    {"depth", "N", "a URL: links followed from the page"},
    {"pages", "N", "at most so many documents"},
    END_OF_OPTIONS};
static const struct cli_option search_options[] = {
    {"project", "SLUG", "the project (not needed when there is one)"},
    {"limit", "N", "at most so many results (default 10)"},
    END_OF_OPTIONS};
static const struct cli_option lead_options[] = {
    {"project", "SLUG", "only of this project"},
    {"since", "DATE", "only since this day, 2026-01-31"},
    {"limit", "N", "at most so many (default 1000)"},
    END_OF_OPTIONS};
static const struct cli_option outbox_options[] = {{"state", "STATE", "pending, sent or dead"},
                                                   {"limit", "N", "at most so many (default 100)"},
                                                   END_OF_OPTIONS};
static const struct cli_option retry_options[] = {{"all", NULL, "every dead letter"},
                                                  END_OF_OPTIONS};
static const struct cli_option mail_options[] = {{"to", "ADDRESS", "instead of mail.to"},
                                                 END_OF_OPTIONS};

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
     set_options, 1, 64, cmd_project_set},
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
