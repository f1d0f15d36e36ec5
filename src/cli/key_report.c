/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "cli/key.h"
#include "cli/print.h"

enum { DAY_MS = 86400000 };

/* Rules of the team a key belongs to; keys come by team, so the last answer mostly serves again. */
struct rules_cache {
    id team;
    struct team_rules rules;
};

static int rules_for(struct cli *cli, struct rules_cache *cache, const id *team)
{
    if (id_eq(&cache->team, team)) {
        return CLI_OK;
    }
    int code = act_team_rules(cli, team, &cache->rules);
    cache->team = *team;
    return code;
}

/* States that break the policy: the key could be taken away and nobody has (checklist B5, B7, B10).
 */
static bool state_fails(enum key_state state)
{
    return state == KEY_OLD || state == KEY_IDLE || state == KEY_EXPOSED;
}

static void state_json(struct key_view *view, struct buf *b, const struct key_row *key,
                       enum key_state state, const char *advice)
{
    key_json(view, b, key);
    print_member(b, "state", str_c(key_state_name(state)));
    print_member_number(b, "age_days", (uint64_t)((view->now_ms - key->created_ms) / DAY_MS));
    buf_addf(b, ",\"passes\":%s", state_fails(state) ? "false" : "true");
    print_member(b, "advice", str_c(advice));
    buf_add_byte(b, '}');
}

/* A line of `key list`: what it is for. */
static void list_text(struct key_view *view, struct buf *b, const struct key_row *key,
                      enum key_state state)
{
    str project = id_none(&key->project)
                      ? STR("all projects")
                      : act_slug(view->projects, view->project_count, &key->project);
    buf_addf(b, "%.8s  %-12.*s %-9s %-24.*s %-16.*s ", key->id.c, STR_ARG(key->hint),
             key_state_name(state), STR_ARG(key->name), STR_ARG(project));
    if (key->disabled_ms) {
        buf_addf(b, "%.*s", STR_ARG(key->disabled_why));
    } else if (key->used_ms) {
        buf_addf(b, "last used %.10s %.*s", clock_rfc3339(key->used_ms).c, STR_ARG(key->used_by));
    } else {
        buf_add_c(b, "never used");
    }
    if (!key->disabled_ms && key->expires_ms) {
        buf_addf(b, ", until %.16sZ", clock_rfc3339(key->expires_ms).c);
    }
}

/* A line of `key report`: what is wrong with it. */
static void report_text(struct key_view *view, struct buf *b, const struct key_row *key,
                        enum key_state state, const char *advice)
{
    buf_addf(b, "%.8s  %-24.*s %-9s %6lld %-11.10s %s", key->id.c, STR_ARG(key->name),
             key_state_name(state), (long long)((view->now_ms - key->created_ms) / DAY_MS),
             key->used_ms ? clock_rfc3339(key->used_ms).c : "never", advice);
}

/* Prints the keys of all states or of all but the disabled; *ret_failing break the rules. */
static int print_keys(struct cli *cli, bool report, bool disabled, size_t *ret_failing)
{
    struct key_view view;
    struct rules_cache cache = {0};
    struct buf b;
    size_t shown = 0;
    int code = key_open_list(cli, &view);
    buf_init(&b, 64 << 20);
    buf_add_c(&b, cli->json ? "["
                  : report
                      ? "id        name                     state       days last use    advice"
                      : "");
    for (size_t i = 0; code == CLI_OK && i < view.count; i++) {
        const struct key_row *key = &view.keys[i];
        const char *advice = "";
        code = rules_for(cli, &cache, &key->team);
        enum key_state state = key_state_of(key, &cache.rules, view.now_ms, &advice);
        if (code != CLI_OK || (state == KEY_DISABLED && !disabled)) {
            continue;
        }
        *ret_failing += state_fails(state);
        buf_add_c(&b, cli->json ? shown ? "," : "" : shown || report ? "\n" : "");
        if (cli->json) {
            state_json(&view, &b, key, state, advice);
        } else if (report) {
            report_text(&view, &b, key, state, advice);
        } else {
            list_text(&view, &b, key, state);
        }
        shown++;
    }
    buf_add_c(&b, cli->json         ? "]"
                  : shown || report ? ""
                                    : "no keys; `doorward key create` makes one");
    if (code != CLI_OK) {
        buf_done(&b);
        return code;
    }
    return cli_print(&b);
}

int cmd_key_list(struct cli *cli)
{
    size_t failing = 0;
    return print_keys(cli, false, true, &failing);
}

int cmd_key_report(struct cli *cli)
{
    size_t failing = 0;
    int code = print_keys(cli, true, cli_option(cli, "all", 0) != NULL, &failing);
    return code == CLI_OK && failing ? CLI_REFUSED : code;
}
