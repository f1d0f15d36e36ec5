/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#define END_OF_OPTIONS                                                                             \
    {                                                                                              \
        NULL, NULL, NULL                                                                           \
    }

const struct cli_option no_options[] = {END_OF_OPTIONS};
const struct cli_option init_options[] = {
    {"project", "SLUG", "slug of the first project (default: main)"},
    {"name", "NAME", "its name, shown to visitors"},
    {"domain", "ORIGIN", "page that may embed the widget; may be given more than once"},
    END_OF_OPTIONS};
const struct cli_option serve_options[] = {
    {"listen", "ADDRESS:PORT", "instead of server.listen; port 0 takes a free one"},
    END_OF_OPTIONS};
const struct cli_option create_options[] = {
    {"name", "NAME", "shown to visitors (default: the slug)"},
    {"domain", "ORIGIN",
     "page that may embed the widget: https://www.example.com or *.example.com; may be repeated"},
    {"private", NULL, "answers nobody without a key"},
    {"settings", "FILE", "JSON file of settings (see docs/configure.md)"},
    END_OF_OPTIONS};
const struct cli_option set_options[] = {
    {"name", "NAME", "shown to visitors"},
    {"domain", "ORIGIN", "replaces the allowed domains; may be repeated; \"\" for none"},
    {"add-domain", "ORIGIN", "one more allowed domain"},
    {"private", "true|false", "answers nobody without a key"},
    {"settings", "FILE", "JSON file; its members replace those of the same name"},
    END_OF_OPTIONS};
const struct cli_option yes_options[] = {{"yes", NULL, "really do it"}, END_OF_OPTIONS};
const struct cli_option project_options[] = {
    {"project", "SLUG", "the project (not needed when there is one)"}, END_OF_OPTIONS};
const struct cli_option add_options[] = {
    {"project", "SLUG", "the project (not needed when there is one)"},
    {"sitemap", NULL, "the URL is a sitemap"},
    {"title", "TEXT", "name of the source in lists"},
    {"base-url", "URL", "a folder: citations link to this address plus the file's path"},
    {"include", "PATTERN", "only paths that match, * and ? as in shells; may be repeated"},
    {"exclude", "PATTERN", "no paths that match; may be repeated"},
    {"depth", "N", "a URL: links followed from the page"},
    {"pages", "N", "at most so many documents"},
    END_OF_OPTIONS};
const struct cli_option search_options[] = {
    {"project", "SLUG", "the project (not needed when there is one)"},
    {"limit", "N", "at most so many results (default 10)"},
    END_OF_OPTIONS};
const struct cli_option lead_options[] = {{"project", "SLUG", "only of this project"},
                                          {"since", "DATE", "only since this day, 2026-01-31"},
                                          {"limit", "N", "at most so many (default 1000)"},
                                          END_OF_OPTIONS};
const struct cli_option outbox_options[] = {{"state", "STATE", "pending, sent or dead"},
                                            {"limit", "N", "at most so many (default 100)"},
                                            END_OF_OPTIONS};
const struct cli_option retry_options[] = {{"all", NULL, "every dead letter"}, END_OF_OPTIONS};
const struct cli_option mail_options[] = {{"to", "ADDRESS", "instead of mail.to"}, END_OF_OPTIONS};

#define TEAM                                                                                       \
    {                                                                                              \
        "team", "TEAM", "name or id of the team (not needed when there is one)"                    \
    }
#define PROJECTS                                                                                   \
    {                                                                                              \
        "project", "SLUG=ROLE", "only this project, with this role at most; may be repeated"       \
    }

const struct cli_option team_options[] = {TEAM, END_OF_OPTIONS};
const struct cli_option team_set_options[] = {
    TEAM,
    {"name", "NAME", "the team's name"},
    {"grace", "DATE|SPAN",
     "with second_factor=true: whoever has none may log in without until then, 14d"},
    END_OF_OPTIONS};
const struct cli_option user_create_options[] = {
    {"role", "ROLE", "owner, admin, editor, agent or viewer"},
    {"name", "NAME", "how colleagues see them (default: the address)"},
    {"invite", NULL, "they choose their password themselves, by a link"},
    {"password-stdin", NULL, "read the password from standard input instead of the terminal"},
    PROJECTS,
    TEAM,
    END_OF_OPTIONS};
const struct cli_option user_role_options[] = {
    PROJECTS, {"all-projects", NULL, "no longer narrowed to some projects"}, TEAM, END_OF_OPTIONS};
const struct cli_option user_sessions_options[] = {{"end-all", NULL, "end all of them"},
                                                   END_OF_OPTIONS};
const struct cli_option key_create_options[] = {
    {"name", "NAME", "what will use it, such as \"crm import\""},
    {"permission", "PERMISSION", "what it may do; may be repeated"},
    {"project", "SLUG", "only this project (default: all of the team)"},
    {"public", NULL, "may stand in web pages: only what a browser may hold, needs --project"},
    {"expires", "DATE|SPAN", "2026-12-31 or 90d (default: never)"},
    TEAM,
    END_OF_OPTIONS};
const struct cli_option key_rotate_options[] = {
    {"overlap", "SPAN", "how long the old one goes on, 0 for not at all (default: 24h)"},
    TEAM,
    END_OF_OPTIONS};
const struct cli_option key_report_options[] = {
    {"all", NULL, "also keys that are disabled"}, TEAM, END_OF_OPTIONS};
const struct cli_option audit_list_options[] = {
    {"since", "DATE|SPAN", "only since then, 2026-01-31 or 24h"},
    {"limit", "N", "at most so many (default 50)"},
    TEAM,
    END_OF_OPTIONS};
const struct cli_option audit_export_options[] = {
    {"since", "DATE|SPAN", "only since then, 2026-01-31 or 24h"}, TEAM, END_OF_OPTIONS};
const struct cli_option visitor_key_add_options[] = {
    {"project", "SLUG", "the project (not needed when there is one)"},
    {"kid", "KID", "name of the key; it stands in the header of each token"},
    {"alg", "ALG", "HS256 (default), ES256 or EdDSA"},
    {"key", "FILE", "public key as PEM; for HS256 a secret of your own instead of a drawn one"},
    END_OF_OPTIONS};
const struct cli_option visitor_key_remove_options[] = {
    {"project", "SLUG", "the project (not needed when there is one)"},
    {"kid", "KID", "name of the key"},
    END_OF_OPTIONS};
const struct cli_option groups_options[] = {
    {"project", "SLUG", "the project (not needed when there is one)"},
    {"everybody", NULL, "everybody who may read the project reads it again"},
    END_OF_OPTIONS};
const struct cli_option rotate_options[] = {
    {"everything", NULL, "every secret there is"},
    {"yes", NULL, "really rotate; without it nothing is changed"},
    END_OF_OPTIONS};
const struct cli_option check_options[] = {
    {"config", "launch.yaml", "what the deployment should be (docs/check.md)"},
    {"only", "LIST", "rows, ids, beginnings: L1,email.spf.*,dns.caa.missing"},
    {"format", "FORMAT", "text, json, sarif, junit, html or markdown"},
    {"out", "FILE", "write the report there; standard output gets one line"},
    {"fix-plan", "FILE", "all fixes as one Markdown file, in the order of what to do first"},
    {"fail-on", "SEVERITY", "exit code 1 only for failing checks of high, medium, low or above"},
    {"baseline", "FILE", "findings that were there already do not count"},
    {"write-baseline", "FILE", "make such a file of this run; it holds for 90 days"},
    {"message", "FILE.eml", "judge this message as it was received; TARGET may be left out"},
    {"resolver", "IP[:PORT]", "ask this resolver instead of the system's"},
    {"resolve", "HOST:PORT:TO",
     "connect to TO, ADDRESS[:PORT], instead; HOST may be *, ADDRESS empty; may be repeated"},
    {"ca-file", "PEM", "trust these certificate authorities instead of the system's"},
    {"trust-anchor", "FILE", "trust this DNSSEC key instead of the root's"},
    {"allow-private", NULL, "loopback and private addresses count as public"},
    {"no-ipv4", NULL, "do not connect over IPv4"},
    {"no-ipv6", NULL, "do not connect over IPv6"},
    {"budget", "SECONDS", "for everything together (default: 60)"},
    {"init", NULL, "write launch.yaml (or --out FILE) from what is found"},
    {"list", NULL, "list all checks: text, json or markdown"},
    END_OF_OPTIONS};
const struct cli_option scan_options[] = {
    {"git", NULL, "also the history of the repository at PATH, every branch and tag"},
    {"no-tree", NULL, "with --git: the history only"},
    {"dangling", NULL, "with --git: also what no branch reaches any more"},
    {"staged", NULL, "only what is to be committed"},
    {"url", "URL", "a page with its scripts, source maps and styles; may be repeated"},
    {"stdin", NULL, "standard input, a log of any size"},
    {"config", "launch.yaml",
     "paths, exceptions, environments (else ./launch.yaml when it is there)"},
    {"only", "RULES", "rules by id or beginning: aws-*,stripe-secret-key"},
    {"exclude", "GLOB", "paths to leave out: node_modules/, *.lock, docs/**; may be repeated"},
    {"gitignore", NULL, "leave out what .gitignore names"},
    {"no-archives", NULL, "do not look into zip, tar, gz, docx, jar, wheels, images"},
    {"format", "FORMAT", "text, json, sarif, junit or csv"},
    {"out", "FILE", "write the report there; standard output gets one line"},
    {"plan", "FILE", "the order of rotation as a Markdown file"},
    {"baseline", "FILE", "secrets that were known already do not count"},
    {"write-baseline", "FILE", "make such a file of this run; it holds for 90 days"},
    {"fail-on", "SEVERITY", "exit code 1 only for findings of high, medium, low or above"},
    {"explain", NULL, "also list what was judged to be no secret, and why"},
    {"show-secrets", NULL, "print secrets whole"},
    {"verify", NULL, "ask the origin of launch.yaml what a Doorward key in a page may do"},
    {"allow-private", NULL, "--url may lead to loopback and private addresses"},
    {"ca-file", "PEM", "trust these certificate authorities instead of the system's"},
    {"jobs", "N", "threads (default: one a core)"},
    {"list", NULL, "list all rules: text, json or markdown"},
    END_OF_OPTIONS};
