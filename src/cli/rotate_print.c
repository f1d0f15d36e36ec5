/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "cli/print.h"
#include "cli/rotate.h"

enum { DAY_MS = 86400000 };

/* ── listing ── */

static void item_json(struct buf *b, const struct secret_item *item)
{
    buf_add_byte(b, '{');
    print_member(b, "what", str_c(item->what));
    print_member(b, "name", item->name);
    print_member(b, "where", item->where);
    print_member_time(b, "since", item->since_ms);
    if (item->count == SIZE_MAX) {
        buf_add_c(b, ",\"count\":null");
    } else {
        print_member_number(b, "count", item->count);
    }
    buf_addf(b, ",\"automatic\":%s", item->automatic ? "true" : "false");
    print_member(b, "how", item->how);
    buf_add_byte(b, '}');
}

static void item_text(struct buf *b, const struct secret_item *item, int64_t now_ms)
{
    buf_addf(b, "%s%s%.*s", item->what, str_empty(item->name) ? "" : ": ", STR_ARG(item->name));
    if (item->count != 1 && item->count != SIZE_MAX) {
        buf_addf(b, " (%zu)", item->count);
    }
    if (item->since_ms) {
        long long days = (now_ms - item->since_ms) / DAY_MS;
        buf_addf(b, ", %lld %s old", days, days == 1 ? "day" : "days");
    }
    buf_addf(b, "\n    in %.*s\n    %s%.*s\n", STR_ARG(item->where),
             item->automatic ? "rotated by --yes; else: " : "by hand: ", STR_ARG(item->how));
}

static void list_items(const struct rotation *r, struct buf *b)
{
    int64_t now = clock_wall_ms();
    for (size_t i = 0; i < r->stock.item_count; i++) {
        if (r->cli->json) {
            buf_add_c(b, i ? "," : "");
            item_json(b, &r->stock.items[i]);
        } else {
            item_text(b, &r->stock.items[i], now);
        }
    }
}

/* ── saying ── */

static bool has_automatic(const struct rotation *r, const char *what)
{
    for (size_t i = 0; i < r->stock.item_count; i++) {
        if (r->stock.items[i].automatic && strcmp(r->stock.items[i].what, what) == 0) {
            return true;
        }
    }
    return false;
}

static void add_step(const struct rotation *r, struct buf *b, size_t *number, str step)
{
    ++*number;
    if (r->cli->json) {
        buf_add_c(b, *number > 1 ? "," : "");
        json_write_str(b, step);
    } else {
        buf_addf(b, "  %zu. %.*s\n", *number, STR_ARG(step));
    }
}

/* What is left for people, in the order in which it matters. */
static void print_by_hand(const struct rotation *r, struct buf *b)
{
    size_t number = 0;
    if (has_automatic(r, "API key")) {
        add_step(r, b, &number,
                 STR("put the new keys into the programs that use them: the old ones are refused"));
    }
    if (has_automatic(r, "visitor signing key")) {
        add_step(r, b, &number,
                 STR("put the new secrets into the sites that sign for their visitors"));
    }
    for (size_t i = 0; i < r->stock.item_count; i++) {
        const struct secret_item *item = &r->stock.items[i];
        if (!item->automatic && item->count) {
            add_step(r, b, &number,
                     arena_printf(&r->cli->a, "%s%s%.*s: %.*s", item->what,
                                  str_empty(item->name) ? "" : " ", STR_ARG(item->name),
                                  STR_ARG(item->how)));
        }
    }
}

int rotate_print(struct rotation *r, bool done)
{
    struct buf b;
    buf_init(&b, ROTATE_OUTPUT_MAX);
    if (r->cli->json) {
        buf_add_c(&b, "{\"secrets\":[");
        list_items(r, &b);
        buf_addf(&b, "],\"rotated\":%s", done ? "true" : "false");
        if (done) {
            buf_add_c(&b, ",\"keys\":[");
            buf_add(&b, buf_str(&r->keys));
            buf_add_c(&b, "],\"visitor_keys\":[");
            buf_add(&b, buf_str(&r->visitor_keys));
            buf_addf(&b, "],\"staff_sessions\":%zu,\"visitor_sessions\":%zu,\"invitations\":%zu",
                     r->staff_sessions, r->visitor_sessions, r->invitations);
        }
        buf_add_c(&b, ",\"by_hand\":[");
        print_by_hand(r, &b);
        buf_add_c(&b, "]}");
    } else if (!done) {
        list_items(r, &b);
        buf_add_c(&b, "\nNothing was changed. With --yes everything marked so is rotated at once, "
                      "without overlap.");
    } else {
        buf_addf(&b, "%s%.*s%s%.*s", r->keys.n ? "New keys, shown this once:\n" : "",
                 STR_ARG(buf_str(&r->keys)),
                 r->visitor_keys.n ? "New secrets of sites, shown this once:\n" : "",
                 STR_ARG(buf_str(&r->visitor_keys)));
        buf_addf(&b,
                 "\nEnded %zu staff sessions and %zu sessions of visitors; voided %zu invitations "
                 "and all resets.\n\nLeft to do, in this order:\n",
                 r->staff_sessions, r->visitor_sessions, r->invitations);
        print_by_hand(r, &b);
    }
    int code = cli_print(&b);
    return r->code == CLI_OK ? code : r->code;
}
