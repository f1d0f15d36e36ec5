/* SPDX-License-Identifier: Apache-2.0 */
#include "chat/chat.h"
#include "cli/print.h"
#include "know/know.h"

static int open_project(struct cli *cli, struct project_row *ret)
{
    int code = cli_open_store(cli);
    return code == CLI_OK ? cli_find_project(cli, ret) : code;
}

int cmd_search(struct cli *cli)
{
    struct project_row project;
    struct know_hit *hits;
    size_t count;
    struct know_query query = {
        .reader = {.all = true}, .text = str_c(cli->positional[0]), .per_page = 1};
    int code = open_project(cli, &project);
    code = code == CLI_OK ? print_limit(cli, 10, 50, &query.limit) : code;
    if (code != CLI_OK) {
        return code;
    }
    query.project = &project.id;
    err e = know_search(cli->store, &cli->a, &query, &hits, &count);
    if (!err_ok(e)) {
        return cli_fail_err(e, "the search");
    }
    struct buf b;
    buf_init(&b, 4 << 20);
    buf_add_c(&b, cli->json ? "[" : count ? "" : "nothing found");
    for (size_t i = 0; i < count; i++) {
        if (!cli->json) {
            buf_addf(&b, "%s%4.2f  %.*s\n      %.*s\n      %.*s", i ? "\n" : "", hits[i].score,
                     STR_ARG(hits[i].passage.title), STR_ARG(hits[i].passage.url),
                     STR_ARG(hits[i].snippet));
            continue;
        }
        buf_add_c(&b, i ? ",{" : "{");
        print_member(&b, "title", hits[i].passage.title);
        print_member(&b, "heading", hits[i].passage.heading);
        print_member(&b, "url", hits[i].passage.url);
        print_member(&b, "snippet", hits[i].snippet);
        buf_addf(&b, ",\"score\":%.3f}", hits[i].score);
    }
    buf_add_c(&b, cli->json ? "]" : "");
    return cli_print(&b);
}

static void answer_json(struct buf *b, const struct turn_result *result)
{
    buf_addf(b, "{\"answered\":%s", result->answered ? "true" : "false");
    print_member(b, "content", result->content);
    buf_addf(b, ",\"degraded\":%s,\"citations\":[", result->degraded ? "true" : "false");
    for (size_t i = 0; i < result->citation_count; i++) {
        const struct know_citation *citation = &result->citations[i];
        buf_add_c(b, i ? ",{" : "{");
        print_member_number(b, "index", citation->index);
        print_member(b, "title", citation->title);
        print_member(b, "url", citation->url);
        print_member(b, "snippet", citation->snippet);
        buf_add_byte(b, '}');
    }
    buf_add_c(b, "]}");
}

static void answer_text(struct buf *b, const struct turn_result *result)
{
    buf_add(b, result->content);
    for (size_t i = 0; i < result->citation_count; i++) {
        buf_addf(b, "\n%s[%u] %.*s\n    %.*s", i ? "" : "\n", result->citations[i].index,
                 STR_ARG(result->citations[i].title), STR_ARG(result->citations[i].url));
    }
}

int cmd_ask(struct cli *cli)
{
    struct project_row row;
    struct chat_project project;
    struct turn_result result = {0};
    str reason = STR_EMPTY;
    int code = open_project(cli, &row);
    if (code != CLI_OK) {
        return code;
    }
    err e = chat_project_load(&cli->a, &row, &project, &reason);
    if (!err_ok(e)) {
        return cli_fail(CLI_USAGE, "settings: %.*s", STR_ARG(reason));
    }
    struct chat_context context = {
        .store = cli->store, .model = &cli->config.model, .turn_ms = 90000};
    e = turn_answer(&context, &cli->a, &project, str_c(cli->positional[0]), &result);
    if (!err_ok(e)) {
        chat_project_done(&project);
        return cli_fail_err(e, "the question");
    }
    struct buf b;
    buf_init(&b, 4 << 20);
    if (cli->json) {
        answer_json(&b, &result);
    } else {
        answer_text(&b, &result);
    }
    chat_project_done(&project);
    code = cli_print(&b);
    return code == CLI_OK && !result.answered ? CLI_REFUSED : code;
}
