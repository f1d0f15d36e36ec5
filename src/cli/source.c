/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "cli/print.h"
#include "know/know.h"
#include "net/url.h"
#include "store/source.h"

/* ── what is added ── */

static void add_patterns(const struct cli *cli, const char *option, json_t *options)
{
    const char *text;
    json_t *list = json_array();
    for (unsigned i = 0; (text = cli_option(cli, option, i)) != NULL; i++) {
        (void)json_array_append_new(list, json_string(text));
    }
    if (json_array_size(list)) {
        (void)json_object_set(options, option, list);
    }
    json_decref(list);
}

static int add_count(const struct cli *cli, const char *option, json_t *options)
{
    const char *text = cli_option(cli, option, 0);
    uint64_t number;
    if (text && (!str_u64(str_c(text), &number) || number > 1000000)) {
        return cli_fail(CLI_USAGE, "--%s is a number up to 1000000", option);
    }
    if (text) {
        (void)json_object_set_new(options, option, json_integer((json_int_t)number));
    }
    return CLI_OK;
}

static int read_options(struct cli *cli, str *ret)
{
    json_t *options = json_object();
    const char *base = cli_option(cli, "base-url", 0);
    struct url url;
    int code = CLI_OK;
    if (base && !err_ok(url_parse(&cli->a, str_c(base), &url))) {
        code = cli_fail(CLI_USAGE, "--base-url is not an http or https URL");
    } else if (base) {
        (void)json_object_set_new(options, "base_url", json_string(base));
    }
    add_patterns(cli, "include", options);
    add_patterns(cli, "exclude", options);
    code = code == CLI_OK ? add_count(cli, "depth", options) : code;
    code = code == CLI_OK ? add_count(cli, "pages", options) : code;
    struct buf b;
    buf_init(&b, 65536);
    json_write(&b, options);
    *ret = arena_str(&cli->a, buf_str(&b));
    buf_done(&b);
    json_decref(options);
    return ret->p ? code : cli_fail(CLI_UNREACHABLE, "out of memory");
}

static bool is_url(const char *text)
{
    return str_istarts(str_c(text), STR("http://")) || str_istarts(str_c(text), STR("https://"));
}

static int read_location(struct cli *cli, const char *text, struct source_row *row)
{
    struct url url;
    struct stat info;
    char path[PATH_MAX];
    bool sitemap = cli_option(cli, "sitemap", 0) != NULL;
    if (is_url(text)) {
        err e = url_parse(&cli->a, str_c(text), &url);
        if (!err_ok(e)) {
            return cli_fail(CLI_USAGE, "%s: %s", text, e.what);
        }
        row->kind = sitemap ? STR("sitemap") : STR("url");
        row->location = url_text(&cli->a, &url, false);
        return CLI_OK;
    }
    if (sitemap) {
        return cli_fail(CLI_USAGE, "--sitemap takes an http or https URL");
    }
    if (!realpath(text, path) || stat(path, &info) != 0) {
        return cli_fail(CLI_REFUSED, "%s: %s", text,
                        errno == ENOENT
                            ? "there is no such file or folder (a URL begins with https://)"
                            : "it cannot be read by this user");
    }
    row->kind = S_ISDIR(info.st_mode) ? STR("folder") : STR("file");
    row->location = arena_str(&cli->a, str_c(path));
    return S_ISDIR(info.st_mode) || S_ISREG(info.st_mode)
               ? CLI_OK
               : cli_fail(CLI_USAGE, "%s is neither a file nor a folder", text);
}

/* Finds the source that reads the same place, so that adding twice reads anew instead of doubling.
 */
static err find_same(struct cli *cli, struct source_row *row, bool *ret_found)
{
    struct source_row *rows;
    size_t count;
    *ret_found = false;
    err e = store_source_list(cli->store, &cli->a, &row->project, &rows, &count);
    for (size_t i = 0; err_ok(e) && i < count && !*ret_found; i++) {
        if (str_eq(rows[i].kind, row->kind) && str_eq(rows[i].location, row->location) &&
            str_eq(rows[i].options, row->options)) {
            *row = rows[i];
            *ret_found = true;
        }
    }
    return e;
}

/* ── reading with progress ── */

struct reading {
    struct cli *cli;
    json_t *failures;
    bool draw;
    int64_t drawn_ms;
    int64_t started_ms;
};

static void draw_progress(struct reading *r, const struct know_progress *p)
{
    int64_t now = clock_mono_ms();
    if (!r->draw || now - r->drawn_ms < 100) {
        return;
    }
    r->drawn_ms = now;
    (void)fprintf(stderr, "\r\033[K%llu of %llu documents  %.*s",
                  (unsigned long long)p->read + p->unchanged + p->failed,
                  (unsigned long long)p->found, (int)(p->current.n < 50 ? p->current.n : 50),
                  p->current.p);
}

static bool on_progress(void *user, const struct know_progress *progress, str failure)
{
    struct reading *r = user;
    if (!str_empty(failure)) {
        (void)json_array_append_new(r->failures, json_stringn(failure.p, failure.n));
        (void)fprintf(stderr, "%s%.*s\n", r->draw ? "\r\033[K" : "", STR_ARG(failure));
    }
    draw_progress(r, progress);
    return true;
}

static int print_reading(struct reading *r, const struct source_row *source,
                         const struct know_progress *p)
{
    int64_t took = clock_mono_ms() - r->started_ms;
    if (r->draw) {
        (void)fputs("\r\033[K", stderr);
    }
    if (!r->cli->json) {
        cli_say(
            "%.*s: %llu read, %llu unchanged, %llu removed, %llu failed; %llu passages in %.1f s",
            STR_ARG(source->location), (unsigned long long)p->read,
            (unsigned long long)p->unchanged, (unsigned long long)p->removed,
            (unsigned long long)p->failed, (unsigned long long)p->passages, (double)took / 1000);
        return CLI_OK;
    }
    struct buf b;
    buf_init(&b, 16 << 20);
    buf_add_byte(&b, '{');
    print_member(&b, "source", id_str(&source->id));
    print_member(&b, "kind", source->kind);
    print_member(&b, "location", source->location);
    print_member_number(&b, "found", p->found);
    print_member_number(&b, "read", p->read);
    print_member_number(&b, "unchanged", p->unchanged);
    print_member_number(&b, "removed", p->removed);
    print_member_number(&b, "failed", p->failed);
    print_member_number(&b, "passages", p->passages);
    print_member_number(&b, "duration_ms", (uint64_t)took);
    buf_add_c(&b, ",\"failures\":");
    json_write(&b, r->failures);
    buf_add_byte(&b, '}');
    return cli_print(&b);
}

/* Reads one source; exit code 3 when there was something to read and nothing could be. */
static int read_source(struct cli *cli, const struct source_row *source)
{
    struct know_progress progress = {0};
    struct reading r = {.cli = cli,
                        .failures = json_array(),
                        .draw = cli_progress(),
                        .started_ms = clock_mono_ms()};
    err e = know_sync(cli->store, &cli->config.know, source, on_progress, &r, &progress);
    int code =
        err_ok(e) ? print_reading(&r, source, &progress) : cli_fail_err(e, source->location.p);
    json_decref(r.failures);
    bool nothing = progress.read + progress.unchanged == 0 && progress.failed > 0;
    return code == CLI_OK && nothing ? CLI_UNREACHABLE : code;
}

/* ── commands ── */

static int open_project(struct cli *cli, struct project_row *ret)
{
    int code = cli_open_store(cli);
    return code == CLI_OK ? cli_find_project(cli, ret) : code;
}

int cmd_source_add(struct cli *cli)
{
    struct project_row project;
    bool found = false;
    const char *title = cli_option(cli, "title", 0);
    struct source_row row = {.id = id_random(), .state = STR("new"), .created_ms = clock_wall_ms()};
    int code = open_project(cli, &project);
    code = code == CLI_OK ? read_location(cli, cli->positional[0], &row) : code;
    code = code == CLI_OK ? read_options(cli, &row.options) : code;
    if (code != CLI_OK) {
        return code;
    }
    row.project = project.id;
    row.title = title ? str_c(title) : row.location;
    err e = find_same(cli, &row, &found);
    if (err_ok(e) && !found) {
        e = store_source_create(cli->store, &row);
    }
    return err_ok(e) ? read_source(cli, &row) : cli_fail_err(e, "the source");
}

int cmd_source_list(struct cli *cli)
{
    struct project_row project;
    struct source_row *rows;
    size_t count;
    int code = open_project(cli, &project);
    if (code != CLI_OK) {
        return code;
    }
    err e = store_source_list(cli->store, &cli->a, &project.id, &rows, &count);
    if (!err_ok(e)) {
        return cli_fail_err(e, "sources");
    }
    struct buf b;
    buf_init(&b, 16 << 20);
    buf_add_c(&b, cli->json ? "["
                  : count   ? ""
                            : "no sources yet; `doorward source add PATH|URL` adds one");
    for (size_t i = 0; i < count; i++) {
        const struct source_row *row = &rows[i];
        if (!cli->json) {
            buf_addf(&b, "%s%s  %-8.*s %-8.*s %6llu documents %7llu passages  %.*s", i ? "\n" : "",
                     row->id.c, STR_ARG(row->kind), STR_ARG(row->state),
                     (unsigned long long)row->documents, (unsigned long long)row->passages,
                     STR_ARG(row->title));
            continue;
        }
        buf_add_c(&b, i ? ",{" : "{");
        print_member(&b, "uuid", id_str(&row->id));
        print_member(&b, "kind", row->kind);
        print_member(&b, "location", row->location);
        print_member(&b, "title", row->title);
        print_member(&b, "state", row->state);
        print_member(&b, "error", row->last_error);
        print_member_number(&b, "documents", row->documents);
        print_member_number(&b, "passages", row->passages);
        print_member_number(&b, "failures", row->failures);
        print_member_time(&b, "created_at", row->created_ms);
        print_member_time(&b, "synced_at", row->synced_ms);
        buf_add_byte(&b, '}');
    }
    buf_add_c(&b, cli->json ? "]" : "");
    return cli_print(&b);
}

static int find_named(struct cli *cli, const struct project_row *project, struct source_row *ret)
{
    id wanted;
    const char *text = cli->positional[0];
    if (!id_parse(str_c(text), &wanted) ||
        !err_ok(store_source_get(cli->store, &cli->a, &project->id, &wanted, ret))) {
        return cli_fail(
            CLI_REFUSED,
            "there is no source `%s` in this project; `doorward source list` lists them", text);
    }
    return CLI_OK;
}

int cmd_source_sync(struct cli *cli)
{
    struct project_row project;
    struct source_row one, *rows = &one;
    size_t count = 1;
    int code = open_project(cli, &project);
    if (code == CLI_OK && cli->positional_count) {
        code = find_named(cli, &project, &one);
    } else if (code == CLI_OK) {
        err e = store_source_list(cli->store, &cli->a, &project.id, &rows, &count);
        code = err_ok(e) ? CLI_OK : cli_fail_err(e, "sources");
    }
    for (size_t i = 0; code == CLI_OK && i < count; i++) {
        code = read_source(cli, &rows[i]);
    }
    return code;
}

int cmd_source_remove(struct cli *cli)
{
    struct project_row project;
    struct source_row source = {0};
    int code = open_project(cli, &project);
    code = code == CLI_OK ? find_named(cli, &project, &source) : code;
    if (code != CLI_OK) {
        return code;
    }
    err e = store_source_delete(cli->store, &project.id, &source.id);
    if (!err_ok(e)) {
        return cli_fail_err(e, "the source");
    }
    cli_say("Removed %.*s.", STR_ARG(source.title));
    return CLI_OK;
}
