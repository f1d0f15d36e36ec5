/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lead.h"
#include "base/clock.h"
#include "base/escape.h"
#include "cli/print.h"
#include "cli/when.h"

enum { LEADS_MAX = 100000 };

static int read_since(const struct cli *cli, int64_t *ret)
{
    const char *text = cli_option(cli, "since", 0);
    *ret = 0;
    return !text || when_day(str_c(text), ret)
               ? CLI_OK
               : cli_fail(CLI_USAGE, "--since is a day such as 2026-01-31");
}

static int load(struct cli *cli, struct lead_row **ret, size_t *ret_count)
{
    struct project_row project = {0};
    int64_t since;
    size_t limit;
    int code = cli_open_store(cli);
    if (code == CLI_OK && cli_option(cli, "project", 0)) {
        code = cli_find_project(cli, &project);
    }
    code = code == CLI_OK ? read_since(cli, &since) : code;
    code = code == CLI_OK ? print_limit(cli, 1000, LEADS_MAX, &limit) : code;
    if (code != CLI_OK) {
        return code;
    }
    err e = store_lead_list(cli->store, &cli->a, &project.id, since, limit, ret, ret_count);
    return err_ok(e) ? CLI_OK : cli_fail_err(e, "leads");
}

static void lead_json(struct buf *b, const struct lead_row *lead)
{
    buf_add_byte(b, '{');
    print_member(b, "uuid", id_str(&lead->id));
    print_member(b, "project", id_str(&lead->project));
    print_member(b, "chat", id_str(&lead->chat));
    print_member(b, "name", lead->name);
    print_member(b, "email", lead->email);
    print_member(b, "phone", lead->phone);
    print_member(b, "company", lead->company);
    print_member(b, "message", lead->message);
    buf_add_c(b, ",\"fields\":");
    buf_add(b, str_empty(lead->fields) ? STR("{}") : lead->fields);
    buf_addf(b, ",\"consent\":%s", lead->consent ? "true" : "false");
    print_member(b, "consent_text", lead->consent_text);
    print_member(b, "url", lead->url);
    print_member(b, "locale", lead->locale);
    print_member_time(b, "created_at", lead->created_ms);
    buf_add_byte(b, '}');
}

int cmd_lead_list(struct cli *cli)
{
    struct lead_row *rows;
    size_t count;
    int code = load(cli, &rows, &count);
    if (code != CLI_OK) {
        return code;
    }
    struct buf b;
    buf_init(&b, 256 << 20);
    buf_add_c(&b, cli->json ? "[" : count ? "" : "no leads yet");
    for (size_t i = 0; i < count; i++) {
        if (cli->json) {
            buf_add_c(&b, i ? "," : "");
            lead_json(&b, &rows[i]);
            continue;
        }
        buf_addf(&b, "%s%.16s  %-24.*s %-32.*s %.*s", i ? "\n" : "",
                 clock_rfc3339(rows[i].created_ms).c, STR_ARG(rows[i].name), STR_ARG(rows[i].email),
                 STR_ARG(rows[i].company));
    }
    buf_add_c(&b, cli->json ? "]" : "");
    return cli_print(&b);
}

int cmd_lead_export(struct cli *cli)
{
    struct lead_row *rows;
    size_t count;
    int code = load(cli, &rows, &count);
    if (code != CLI_OK) {
        return code;
    }
    struct buf b;
    buf_init(&b, 256 << 20);
    if (cli->json) {
        buf_add_byte(&b, '[');
    } else {
        buf_add_c(
            &b,
            "created_at,name,email,phone,company,message,fields,consent,consent_text,url,uuid,chat\r\n");
    }
    for (size_t i = 0; i < count; i++) {
        const struct lead_row *lead = &rows[i];
        if (cli->json) {
            buf_add_c(&b, i ? "," : "");
            lead_json(&b, lead);
            continue;
        }
        const str fields[] = {str_c(clock_rfc3339(lead->created_ms).c),
                              lead->name,
                              lead->email,
                              lead->phone,
                              lead->company,
                              lead->message,
                              lead->fields,
                              lead->consent ? STR("yes") : STR("no"),
                              lead->consent_text,
                              lead->url,
                              id_str(&lead->id),
                              id_str(&lead->chat)};
        for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
            escape_csv(&b, fields[f], f + 1 == sizeof fields / sizeof *fields);
        }
    }
    buf_add_c(&b, cli->json ? "]" : "");
    return cli_print(&b);
}
