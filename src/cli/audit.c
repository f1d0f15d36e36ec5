/* SPDX-License-Identifier: Apache-2.0 */
#include "store/audit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "cli/act.h"
#include "cli/print.h"
#include "cli/when.h"

enum { AUDIT_PAGE = 1000, AUDIT_LIST_MAX = 10000 };

static void print_hash(struct buf *b, const char *key, const struct crypto_digest *hash)
{
    buf_addf(b, ",\"%s\":\"", key);
    bytes_hex(b, hash->bytes, sizeof hash->bytes);
    buf_add_byte(b, '"');
}

static void row_json(struct buf *b, const struct audit_row *row)
{
    const struct audit_act *what = &row->what;
    buf_add_byte(b, '{');
    print_member_id(b, "team", &what->team);
    print_member_number(b, "seq", row->seq);
    print_member_time(b, "at", what->at_ms);
    print_member(b, "actor_kind", what->actor_kind);
    print_member_id(b, "actor", &what->actor);
    print_member(b, "act", what->act);
    print_member(b, "object_kind", what->object_kind);
    print_member(b, "object", what->object);
    print_member(b, "outcome", what->outcome);
    buf_add_c(b, ",\"detail\":");
    buf_add(b, str_empty(what->detail) ? STR("null") : what->detail);
    print_member_id(b, "request", &what->request);
    print_member(b, "address", what->address);
    print_hash(b, "before", &row->before);
    print_hash(b, "hash", &row->hash);
    buf_add_byte(b, '}');
}

static void row_text(struct buf *b, const struct audit_row *row)
{
    const struct audit_act *what = &row->what;
    buf_addf(b, "%.19sZ  %-8.*s %-7.*s %.8s  %-22.*s %.*s %.*s", clock_rfc3339(what->at_ms).c,
             STR_ARG(what->outcome), STR_ARG(what->actor_kind),
             id_none(&what->actor) ? "-       " : what->actor.c, STR_ARG(what->act),
             STR_ARG(what->object_kind), STR_ARG(what->object));
    if (!str_empty(what->detail)) {
        buf_addf(b, "  %.*s", STR_ARG(what->detail));
    }
}

/* The chains to look at: every team's, or that of --team. */
static int open_heads(struct cli *cli, struct audit_head **ret, size_t *ret_count)
{
    id team;
    int code = cli_open_store(cli);
    code = code == CLI_OK ? act_find_teams(cli, &team) : code;
    if (code != CLI_OK) {
        return code;
    }
    struct audit_head *heads = NULL;
    size_t count = 0, kept = 0;
    err e = store_audit_heads(cli->store, &cli->a, &heads, &count);
    if (!err_ok(e)) {
        return cli_fail_err(e, "the audit log");
    }
    for (size_t i = 0; heads && i < count; i++) {
        if (id_none(&team) || id_eq(&team, &heads[i].team)) {
            heads[kept++] = heads[i];
        }
    }
    *ret = heads;
    *ret_count = kept;
    return CLI_OK;
}

static int read_since(struct cli *cli, int64_t *ret)
{
    const char *text = cli_option(cli, "since", 0);
    *ret = 0;
    return !text || when_past(str_c(text), clock_wall_ms(), ret)
               ? CLI_OK
               : cli_fail(CLI_USAGE, "--since is a day such as 2026-01-31, or a span such as 24h");
}

/* ── list ── */

static int newest_first(const void *a, const void *b)
{
    const struct audit_row *one = a, *two = b;
    return one->what.at_ms != two->what.at_ms ? one->what.at_ms < two->what.at_ms ? 1 : -1
           : one->seq != two->seq             ? one->seq < two->seq ? 1 : -1
                                              : 0;
}

/* The newest rows of all chains together. */
static err gather(struct cli *cli, const struct audit_head *heads, size_t head_count, size_t limit,
                  struct audit_row **ret, size_t *ret_count)
{
    struct audit_row *all =
        arena_array(&cli->a, limit * (head_count ? head_count : 1), sizeof *all);
    *ret_count = 0;
    if (!all) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < head_count; i++) {
        struct audit_row *rows;
        size_t count;
        err e = store_audit_recent(cli->store, &cli->a, &heads[i].team, 0, limit, &rows, &count);
        if (!err_ok(e)) {
            return e;
        }
        if (count) {
            memcpy(all + *ret_count, rows, count * sizeof *rows);
            *ret_count += count;
        }
    }
    qsort(all, *ret_count, sizeof *all, newest_first);
    *ret_count = *ret_count > limit ? limit : *ret_count;
    *ret = all;
    return ERR_NONE;
}

int cmd_audit_list(struct cli *cli)
{
    struct audit_head *heads = NULL;
    struct audit_row *rows;
    size_t head_count = 0, count, limit, shown = 0;
    int64_t since;
    int code = read_since(cli, &since);
    code = code == CLI_OK ? print_limit(cli, 50, AUDIT_LIST_MAX, &limit) : code;
    code = code == CLI_OK ? open_heads(cli, &heads, &head_count) : code;
    if (code != CLI_OK) {
        return code;
    }
    err e = gather(cli, heads, head_count, limit, &rows, &count);
    if (!err_ok(e)) {
        return cli_fail_err(e, "the audit log");
    }
    struct buf b;
    buf_init(&b, 256 << 20);
    buf_add_c(&b, cli->json ? "[" : "");
    for (size_t i = 0; i < count && rows[i].what.at_ms >= since; i++) {
        buf_add_c(&b, !shown++ ? "" : cli->json ? "," : "\n");
        if (cli->json) {
            row_json(&b, &rows[i]);
        } else {
            row_text(&b, &rows[i]);
        }
    }
    buf_add_c(&b, cli->json ? "]" : shown ? "" : "nothing there");
    return cli_print(&b);
}

/* ── export and verify: a whole chain, page by page ── */

struct walk {
    struct cli *cli;
    err (*row)(struct walk *walk, const struct audit_row *row);
    int64_t since_ms;
    struct crypto_digest last; /* hash of the row before */
    uint64_t seq;              /* of the row before */
    const char *wrong;         /* what does not fit, of the row after `seq` */
};

static err walk_chain(struct walk *walk, const id *team)
{
    size_t count = AUDIT_PAGE;
    err e = ERR_NONE;
    struct arena page;
    arena_init(&page, 64 << 20);
    while (err_ok(e) && count == AUDIT_PAGE) {
        struct audit_row *rows;
        arena_reset(&page);
        e = store_audit_list(walk->cli->store, &page, team, walk->seq, AUDIT_PAGE, &rows, &count);
        for (size_t i = 0; err_ok(e) && i < count; i++) {
            e = walk->row(walk, &rows[i]);
            if (err_ok(e)) {
                walk->seq = rows[i].seq;
                walk->last = rows[i].hash;
            }
        }
    }
    arena_done(&page);
    return e;
}

static err export_row(struct walk *walk, const struct audit_row *row)
{
    struct buf b;
    if (row->what.at_ms < walk->since_ms) {
        return ERR_NONE;
    }
    buf_init(&b, 1 << 20);
    row_json(&b, row);
    return cli_print(&b) == CLI_OK ? ERR_NONE : err_new(ERR_IO, "the row cannot be written");
}

int cmd_audit_export(struct cli *cli)
{
    struct audit_head *heads = NULL;
    size_t count = 0;
    struct walk walk = {.cli = cli, .row = export_row};
    int code = read_since(cli, &walk.since_ms);
    code = code == CLI_OK ? open_heads(cli, &heads, &count) : code;
    for (size_t i = 0; code == CLI_OK && i < count; i++) {
        walk.seq = 0;
        err e = walk_chain(&walk, &heads[i].team);
        code = err_ok(e) ? CLI_OK : cli_fail_err(e, "the audit log");
    }
    return code;
}

static bool same_hash(const struct crypto_digest *a, const struct crypto_digest *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static err verify_row(struct walk *walk, const struct audit_row *row)
{
    struct crypto_digest hash = audit_hash(&walk->last, row->seq, &row->what);
    walk->wrong = row->seq != walk->seq + 1               ? "a row is missing before it"
                  : !same_hash(&row->before, &walk->last) ? "it does not follow the row before"
                  : !same_hash(&row->hash, &hash)         ? "it was changed"
                                                          : NULL;
    return walk->wrong ? err_new(ERR_CORRUPT, "the chain is broken") : ERR_NONE;
}

/* Prints what became of one chain; CLI_REFUSED when it is broken. */
static int verify_head(struct cli *cli, struct buf *b, const struct audit_head *head)
{
    struct walk walk = {.cli = cli, .row = verify_row};
    err e = walk_chain(&walk, &head->team);
    if (!err_ok(e) && !walk.wrong && e.code != ERR_CORRUPT) {
        return cli_fail_err(e, "the audit log");
    }
    if (err_ok(e) && (walk.seq != head->seq || !same_hash(&walk.last, &head->hash))) {
        walk.wrong = "it is missing: the log was cut off";
    }
    bool broken = walk.wrong || !err_ok(e);
    const char *wrong = walk.wrong ? walk.wrong : "it cannot be read";
    const char *team = id_none(&head->team) ? "the installation" : head->team.c;
    if (cli->json) {
        buf_add_byte(b, '{');
        print_member_id(b, "team", &head->team);
        buf_addf(b, ",\"intact\":%s", broken ? "false" : "true");
        print_member_number(b, "rows", head->seq);
        print_hash(b, "hash", &head->hash);
        if (broken) {
            print_member_number(b, "broken_at", walk.seq + 1);
            print_member(b, "why", str_c(wrong));
        }
        buf_add_byte(b, '}');
    } else if (broken) {
        buf_addf(b, "%s: row %llu does not fit: %s", team, (unsigned long long)walk.seq + 1, wrong);
    } else {
        buf_addf(b, "%s: %llu rows, each fits the one before; the last is ", team,
                 (unsigned long long)head->seq);
        bytes_hex(b, head->hash.bytes, sizeof head->hash.bytes);
    }
    return broken ? CLI_REFUSED : CLI_OK;
}

int cmd_audit_verify(struct cli *cli)
{
    struct audit_head *heads = NULL;
    size_t count = 0;
    int code = open_heads(cli, &heads, &count);
    if (code != CLI_OK) {
        return code;
    }
    struct buf b;
    buf_init(&b, 4 << 20);
    buf_add_c(&b, cli->json ? "[" : count ? "" : "nothing was recorded yet");
    for (size_t i = 0; i < count && (code == CLI_OK || code == CLI_REFUSED); i++) {
        buf_add_c(&b, !i ? "" : cli->json ? "," : "\n");
        int one = verify_head(cli, &b, &heads[i]);
        code = one == CLI_OK ? code : one;
    }
    buf_add_c(&b, cli->json ? "]" : "");
    int printed = cli_print(&b);
    return code == CLI_OK ? printed : code;
}
