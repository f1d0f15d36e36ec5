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

static void report_json(struct key_view *view, struct buf *b, const struct key_row *key,
                        enum key_state state, const char *advice)
{
    key_json(view, b, key);
    print_member(b, "state", str_c(key_state_name(state)));
    print_member_number(b, "age_days", (uint64_t)((view->now_ms - key->created_ms) / DAY_MS));
    buf_addf(b, ",\"passes\":%s", state_fails(state) ? "false" : "true");
    print_member(b, "advice", str_c(advice));
    buf_add_byte(b, '}');
}

static void report_text(struct key_view *view, struct buf *b, const struct key_row *key,
                        enum key_state state, const char *advice)
{
    buf_addf(b, "%.8s  %-24.*s %-9s %6lld %-11.10s %s", key->id.c, STR_ARG(key->name),
             key_state_name(state), (long long)((view->now_ms - key->created_ms) / DAY_MS),
             key->used_ms ? clock_rfc3339(key->used_ms).c : "never", advice);
}

int cmd_key_report(struct cli *cli)
{
    struct key_view view;
    struct rules_cache cache = {0};
    struct buf b;
    size_t shown = 0, failing = 0;
    int code = key_open_list(cli, &view);
    if (code != CLI_OK) {
        return code;
    }
    buf_init(&b, 64 << 20);
    buf_add_c(&b, cli->json
                      ? "["
                      : "id        name                     state       days last use    advice");
    for (size_t i = 0; i < view.count; i++) {
        const struct key_row *key = &view.keys[i];
        const char *advice = "";
        code = rules_for(cli, &cache, &key->team);
        if (code != CLI_OK) {
            buf_done(&b);
            return code;
        }
        enum key_state state = key_state_of(key, &cache.rules, view.now_ms, &advice);
        if (state == KEY_DISABLED && !cli_option(cli, "all", 0)) {
            continue;
        }
        failing += state_fails(state);
        if (cli->json) {
            buf_add_c(&b, shown ? "," : "");
            report_json(&view, &b, key, state, advice);
        } else {
            buf_add_byte(&b, '\n');
            report_text(&view, &b, key, state, advice);
        }
        shown++;
    }
    buf_add_c(&b, cli->json ? "]" : "");
    code = cli_print(&b);
    return code == CLI_OK && failing ? CLI_REFUSED : code;
}
