/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/outbox.h"

#include "base/clock.h"
#include "cli/print.h"

static void entry_json(struct buf *b, const struct outbox_row *row, bool whole)
{
    buf_add_byte(b, '{');
    print_member(b, "uuid", id_str(&row->id));
    print_member(b, "project", id_str(&row->project));
    print_member(b, "kind", row->kind);
    print_member(b, "event", row->event);
    print_member(b, "target", row->target);
    print_member(b, "state", row->state);
    print_member_number(b, "attempts", row->attempts);
    print_member(b, "last_error", row->last_error);
    print_member_time(b, "created_at", row->created_ms);
    print_member_time(b, "next_at", str_eq(row->state, STR("pending")) ? row->next_ms : 0);
    print_member_time(b, "done_at", row->done_ms);
    if (whole) {
        buf_add_c(b, ",\"payload\":");
        buf_add(b, row->payload);
    }
    buf_add_byte(b, '}');
}

static void entry_text(struct buf *b, const struct outbox_row *row)
{
    buf_addf(b, "%s  %-8.*s %-8.*s %-20.*s %.*s", row->id.c, STR_ARG(row->state),
             STR_ARG(row->kind), STR_ARG(row->event), STR_ARG(row->target));
    if (row->attempts) {
        buf_addf(b, "\n    %u tries; %.*s", row->attempts, STR_ARG(row->last_error));
    }
    if (str_eq(row->state, STR("pending"))) {
        buf_addf(b, "\n    next try %s", clock_rfc3339(row->next_ms).c);
    }
}

int cmd_outbox_list(struct cli *cli)
{
    struct outbox_row *rows;
    size_t count, limit;
    const char *state = cli_option(cli, "state", 0);
    if (state && strcmp(state, "pending") != 0 && strcmp(state, "sent") != 0 &&
        strcmp(state, "dead") != 0) {
        return cli_fail(CLI_USAGE, "--state is pending, sent or dead");
    }
    int code = cli_open_store(cli);
    code = code == CLI_OK ? print_limit(cli, 100, 100000, &limit) : code;
    if (code != CLI_OK) {
        return code;
    }
    err e = store_outbox_list(cli->store, &cli->a, str_c(state), limit, &rows, &count);
    if (!err_ok(e)) {
        return cli_fail_err(e, "the outbox");
    }
    struct buf b;
    buf_init(&b, 256 << 20);
    buf_add_c(&b, cli->json ? "[" : count ? "" : "nothing there");
    for (size_t i = 0; i < count; i++) {
        buf_add_c(&b, !i ? "" : cli->json ? "," : "\n");
        if (cli->json) {
            entry_json(&b, &rows[i], false);
        } else {
            entry_text(&b, &rows[i]);
        }
    }
    buf_add_c(&b, cli->json ? "]" : "");
    return cli_print(&b);
}

static int read_id(struct cli *cli, id *ret)
{
    return id_parse(str_c(cli->positional[0]), ret)
               ? CLI_OK
               : cli_fail(CLI_USAGE, "`%s` is no id; `doorward outbox list` shows them",
                          cli->positional[0]);
}

int cmd_outbox_show(struct cli *cli)
{
    id wanted;
    struct outbox_row row;
    int code = read_id(cli, &wanted);
    code = code == CLI_OK ? cli_open_store(cli) : code;
    if (code != CLI_OK) {
        return code;
    }
    err e = store_outbox_get(cli->store, &cli->a, &wanted, &row);
    if (!err_ok(e)) {
        return cli_fail(CLI_REFUSED, "there is no entry `%s`; `doorward outbox list` shows them",
                        wanted.c);
    }
    struct buf b;
    buf_init(&b, 16 << 20);
    if (cli->json) {
        entry_json(&b, &row, true);
    } else {
        entry_text(&b, &row);
        buf_addf(&b, "\n%.*s", STR_ARG(row.payload));
    }
    return cli_print(&b);
}

int cmd_outbox_retry(struct cli *cli)
{
    id wanted = {{0}};
    size_t count = 0;
    bool all = cli_option(cli, "all", 0) != NULL;
    if (all == (cli->positional_count == 1)) {
        return cli_fail(CLI_USAGE, "give the id of one entry, or --all for every dead letter");
    }
    int code = all ? CLI_OK : read_id(cli, &wanted);
    code = code == CLI_OK ? cli_open_store(cli) : code;
    if (code != CLI_OK) {
        return code;
    }
    err e = store_outbox_retry(cli->store, &wanted, clock_wall_ms(), &count);
    if (!err_ok(e)) {
        return cli_fail_err(e, "the outbox");
    }
    cli_say(cli->json ? "{\"retried\":%zu}"
                      : "%zu to be tried again; a running server does it within a minute",
            count);
    return all || count ? CLI_OK : CLI_REFUSED;
}

int cmd_mail_test(struct cli *cli)
{
    str reply = STR_EMPTY;
    const char *to = cli_option(cli, "to", 0);
    int code = cli_open_config(cli);
    if (code != CLI_OK) {
        return code;
    }
    if (!cli->config.outbox.mail.url[0]) {
        return cli_fail(CLI_USAGE,
                        "%s: no mail server is configured; set mail.url, mail.from and mail.to",
                        cli->config.path);
    }
    err e = outbox_mail_test(&cli->a, &cli->config.outbox, str_c(to), &reply);
    if (cli->json) {
        struct buf b;
        buf_init(&b, 65536);
        buf_addf(&b, "{\"sent\":%s", err_ok(e) ? "true" : "false");
        print_member(&b, "reply", reply);
        buf_add_byte(&b, '}');
        (void)cli_print(&b);
    } else {
        cli_say("%.*s", STR_ARG(reply));
    }
    return err_ok(e) ? CLI_OK : CLI_UNREACHABLE;
}
