/* SPDX-License-Identifier: Apache-2.0 */
/* All checks there are, from the tables. */
#include "base/json.h"
#include "check/report/parts.h"
#include "check/select.h"

struct listing {
    struct buf *b;
    struct arena a;
    const char *row; /* only this one's */
    size_t count;
};

static void member(struct buf *b, const char *key, const char *value)
{
    buf_addf(b, ",\"%s\":", key);
    json_write_str(b, str_c(value));
}

static void as_json(void *user, const struct check *check)
{
    struct listing *l = user;
    str ref;
    buf_addf(l->b, "%s{\"id\":\"%s\",\"row\":\"%s\",\"severity\":\"%s\"", l->count++ ? "," : "",
             check->id, check->row, check_severity_name(check->severity));
    member(l->b, "title", check->title);
    member(l->b, "why", check->why);
    buf_add_c(l->b, ",\"refs\":[");
    for (size_t i = 0; parts_ref(check->refs, i, &ref); i++) {
        buf_add_c(l->b, i ? "," : "");
        json_write_str(l->b, ref);
    }
    buf_add_c(l->b, "]}");
}

static void as_text(void *user, const struct check *check)
{
    struct listing *l = user;
    if (strcmp(check->row, l->row) == 0) {
        if (l->count++ == 0) {
            buf_addf(l->b, "%s%s %s\n", l->b->n ? "\n" : "", l->row, check_row_title(l->row));
        }
        buf_addf(l->b, "  %-34s %-6s  %s\n", check->id, check_severity_name(check->severity),
                 check->title);
    }
}

static void as_markdown(void *user, const struct check *check)
{
    struct listing *l = user;
    str ref;
    if (strcmp(check->row, l->row) != 0) {
        return;
    }
    if (l->count++ == 0) {
        buf_addf(l->b,
                 "\n## %s %s\n\n| id | severity | holds when it passes | why | see |\n"
                 "| --- | --- | --- | --- | --- |\n",
                 l->row, check_row_title(l->row));
    }
    buf_addf(l->b, "| `%s` | %s | ", check->id, check_severity_name(check->severity));
    escape_markdown(l->b, str_c(check->title));
    buf_add_c(l->b, " | ");
    escape_markdown(l->b, str_c(check->why));
    buf_add_c(l->b, " | ");
    for (size_t i = 0; parts_ref(check->refs, i, &ref); i++) {
        str url = parts_ref_url(&l->a, ref);
        buf_add_c(l->b, i ? ", " : "");
        buf_add_c(l->b, str_empty(url) ? "" : "[");
        escape_markdown(l->b, ref);
        if (!str_empty(url)) {
            buf_addf(l->b, "](%.*s)", STR_ARG(url));
        }
    }
    buf_add_c(l->b, " |\n");
}

static void count_one(void *user, const struct check *check)
{
    (void)check;
    ++*(size_t *)user;
}

void report_list(enum report_format format, struct buf *b)
{
    struct listing l = {.b = b};
    size_t total = 0;
    arena_init(&l.a, REPORT_BYTES_MAX);
    if (format == REPORT_JSON) {
        buf_add_byte(b, '[');
        select_each(as_json, &l);
        buf_add_c(b, "]\n");
    } else {
        select_each(count_one, &total);
        if (format == REPORT_MARKDOWN) {
            buf_addf(b,
                     "# Checks\n\nThe %zu checks of `doorward check`. This page is made from the "
                     "tables of the program:\n`doorward check --list --format markdown`. "
                     "How to read a report: [check.md](check.md).\n",
                     total);
        }
        for (size_t i = 0; (l.row = check_row_at(i)) != NULL; i++) {
            l.count = 0;
            select_each(format == REPORT_MARKDOWN ? as_markdown : as_text, &l);
        }
    }
    arena_done(&l.a);
}
