/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/visitor_key.h"

#include "access/seal.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"
#include "cli/print.h"

enum { SECRET_BYTES = 32, KEY_FILE_MAX = 16384, KID_MAX = 64 };

err visitor_key_draw(struct secret *ret)
{
    unsigned char bytes[SECRET_BYTES];
    struct buf b;
    buf_init(&b, 64);
    crypto_random(bytes, sizeof bytes);
    bytes_base64url(&b, bytes, sizeof bytes);
    err e = buf_err(&b);
    if (err_ok(e)) {
        e = secret_set(ret, buf_str(&b));
    }
    crypto_wipe(bytes, sizeof bytes);
    buf_wipe(&b);
    return e;
}

err visitor_key_store(struct cli *cli, str text, struct visitor_key_row *row,
                      const struct project_row *project)
{
    enum jwt_alg alg;
    str key;
    if (!jwt_alg_parse(row->alg, &alg)) {
        return err_new(ERR_INVALID, "--alg is HS256, ES256 or EdDSA");
    }
    err e = jwt_key_read(&cli->a, alg, text, &key);
    row->id = id_random();
    row->project = project->id;
    row->created_ms = clock_wall_ms();
    if (err_ok(e) && alg == JWT_HS256) {
        e = seal_close(&cli->a, &cli->hash_key, id_str(&row->id), key, &row->key);
    } else if (err_ok(e)) {
        row->key = key;
    }
    struct audit_act act =
        act_new(&project->team, "visitor_key.add", "visitor_key", id_str(&row->id));
    return err_ok(e) ? store_visitor_key_add(cli->store, row, &act) : e;
}

static int read_key_file(const char *path, struct secret *ret)
{
    struct buf text;
    buf_init(&text, KEY_FILE_MAX);
    err e = file_read(path, &text);
    if (err_ok(e)) {
        e = secret_set(ret, buf_str(&text));
    }
    buf_wipe(&text);
    return err_ok(e) ? CLI_OK : cli_fail(CLI_USAGE, "%s: %s", path, e.what);
}

static int print_added(struct cli *cli, const struct visitor_key_row *row, str secret)
{
    struct buf b;
    buf_init(&b, 65536);
    if (cli->json) {
        buf_add_byte(&b, '{');
        print_member(&b, "uuid", id_str(&row->id));
        print_member(&b, "kid", row->kid);
        print_member(&b, "alg", row->alg);
        if (!str_empty(secret)) {
            print_member(&b, "secret", secret);
        }
        buf_add_byte(&b, '}');
    } else if (str_empty(secret)) {
        buf_addf(&b, "Tokens with kid `%.*s` are believed when they are signed with this key.",
                 STR_ARG(row->kid));
    } else {
        buf_addf(&b,
                 "The secret of kid `%.*s`, shown this once; your site signs with it "
                 "(docs/access.md):\n\n  %.*s",
                 STR_ARG(row->kid), STR_ARG(secret));
    }
    return cli_print(&b);
}

static int check_kid(const char *kid)
{
    str text = str_c(kid);
    bool good = text.n >= 1 && text.n <= KID_MAX;
    for (size_t i = 0; good && i < text.n; i++) {
        char c = str_lower(text.p[i]);
        good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("._:-", c);
    }
    return good ? CLI_OK
                : cli_fail(CLI_USAGE, "--kid is a name of 1 to 64 letters, digits and . _ : -");
}

int cmd_visitor_key_add(struct cli *cli)
{
    const char *kid = cli_option(cli, "kid", 0), *alg = cli_option(cli, "alg", 0),
               *file = cli_option(cli, "key", 0);
    struct visitor_key_row row = {.kid = str_c(kid), .alg = alg ? str_c(alg) : STR("HS256")};
    struct project_row project;
    struct secret key = {0};
    bool draw = !file && str_eq(row.alg, STR("HS256"));
    if (!file && !draw) {
        return cli_fail(CLI_USAGE, "--key FILE is needed: the public key of your site as PEM; its "
                                   "private part never leaves the site");
    }
    int code = check_kid(kid);
    code = code == CLI_OK ? cli_open_store(cli) : code;
    code = code == CLI_OK ? cli_find_project(cli, &project) : code;
    code = code == CLI_OK && file ? read_key_file(file, &key) : code;
    if (code == CLI_OK) {
        err e = draw ? visitor_key_draw(&key) : ERR_NONE;
        e = err_ok(e) ? visitor_key_store(cli, secret_view(&key), &row, &project) : e;
        code = err_ok(e) ? print_added(cli, &row, draw ? secret_view(&key) : STR_EMPTY)
               : e.code == ERR_CONFLICT
                   ? cli_fail(CLI_REFUSED,
                              "the project has a key `%s` already; remove it first, or take "
                              "another kid",
                              kid)
                   : cli_fail_err(e, "the key");
    }
    secret_done(&key);
    return code;
}

static int open_rows(struct cli *cli, struct project_row *project, struct visitor_key_row **ret,
                     size_t *ret_count)
{
    int code = cli_open_store(cli);
    code = code == CLI_OK ? cli_find_project(cli, project) : code;
    if (code != CLI_OK) {
        return code;
    }
    err e = store_visitor_key_list(cli->store, &cli->a, &project->id, ret, ret_count);
    return err_ok(e) ? CLI_OK : cli_fail_err(e, "the keys of the project");
}

int cmd_visitor_key_list(struct cli *cli)
{
    struct project_row project;
    struct visitor_key_row *rows;
    size_t count;
    struct buf b;
    int code = open_rows(cli, &project, &rows, &count);
    if (code != CLI_OK) {
        return code;
    }
    buf_init(&b, 1 << 20);
    buf_add_c(&b, cli->json ? "[" : count ? "" : "none: nobody is a known visitor of this project");
    for (size_t i = 0; i < count; i++) {
        if (!cli->json) {
            buf_addf(&b, "%s%-24.*s %-6.*s made %.10s, last used %.10s", i ? "\n" : "",
                     STR_ARG(rows[i].kid), STR_ARG(rows[i].alg),
                     clock_rfc3339(rows[i].created_ms).c,
                     rows[i].used_ms ? clock_rfc3339(rows[i].used_ms).c : "never");
            continue;
        }
        buf_add_c(&b, i ? ",{" : "{");
        print_member(&b, "uuid", id_str(&rows[i].id));
        print_member(&b, "kid", rows[i].kid);
        print_member(&b, "alg", rows[i].alg);
        print_member_time(&b, "created_at", rows[i].created_ms);
        print_member_time(&b, "used_at", rows[i].used_ms);
        buf_add_byte(&b, '}');
    }
    buf_add_c(&b, cli->json ? "]" : "");
    return cli_print(&b);
}

int cmd_visitor_key_remove(struct cli *cli)
{
    struct project_row project;
    struct visitor_key_row *rows;
    size_t count;
    const char *kid = cli_option(cli, "kid", 0);
    int code = check_kid(kid);
    code = code == CLI_OK ? open_rows(cli, &project, &rows, &count) : code;
    for (size_t i = 0; code == CLI_OK && i < count; i++) {
        if (!str_eq(rows[i].kid, str_c(kid))) {
            continue;
        }
        struct audit_act act =
            act_new(&project.team, "visitor_key.remove", "visitor_key", id_str(&rows[i].id));
        err e = store_visitor_key_remove(cli->store, &project.id, &rows[i].id, &act);
        if (!err_ok(e)) {
            return cli_fail_err(e, "the key");
        }
        cli_say(cli->json ? "{\"kid\":\"%s\",\"removed\":true}"
                          : "Tokens with kid `%s` are refused from now on.",
                kid);
        return CLI_OK;
    }
    return code == CLI_OK
               ? cli_fail(CLI_REFUSED,
                          "the project has no key `%s`; `doorward visitor-key list` lists them",
                          kid)
               : code;
}
