/* SPDX-License-Identifier: Apache-2.0 */
/* usage: scan-samples SAMPLES STAMP. Fails when secrets of a rule are found beside something random
 * and not alone: its words are searched too narrowly. SAMPLES (scripts/secret_rules.py) has values
 * of each rule. Part of the build; not installed. */
#include <stdio.h>

#include "base/arena.h"
#include "scan/engine.h"
#include "scan/random_runs.h"
#include "scan/scan_private.h"
#include "scan/tools/example.h"

enum { LINE_MAX_BYTES = 16 << 10, MEMORY_MAX = 1 << 20, ALONE_MIN = 98, FIT_MIN = 90 };

/* Where a rule's secrets are put: its shortest example with nothing random but the secret. */
struct frame {
    str before, after;
    bool alone;
};

struct look {
    const struct rule *rule;
    str text, secret; /* the first that the rule finds */
    bool judged;      /* only what is reported counts */
};

struct counts {
    size_t values, beside, alone;
};

static void keep(void *user, const struct candidate *c, const struct judgement *j)
{
    struct look *l = user;
    if (c->rule == l->rule && c->encoding == ENCODING_NONE && str_empty(l->secret) &&
        (j->report || !l->judged)) {
        l->secret = c->secret;
    }
}

static void look(struct scan_worker *w, struct look *l)
{
    static const struct text_traits traits = {.kind = TEXT_CONFIG,
                                              .name = STR_INIT("settings.conf")};
    scan_text_each(w, l->text, &traits, keep, l);
}

static bool has_runs(str s)
{
    struct random_runs runs;
    size_t from, to;
    random_runs_init(&runs, s);
    return random_runs_next(&runs, &from, &to);
}

static void consider(struct scan_worker *w, const struct example *e, struct frame *best)
{
    struct look l = {&scan_rules[e->rule], str_c(e->text), STR_EMPTY, true};
    look(w, &l);
    if (str_empty(l.secret)) {
        return;
    }
    size_t at = (size_t)(l.secret.p - l.text.p);
    struct frame p = {.before = str_slice(l.text, 0, at),
                      .after = str_slice(l.text, at + l.secret.n, l.text.n)};
    p.alone = !has_runs(p.before) && !has_runs(p.after);
    size_t size = p.before.n + p.after.n, least = best->before.n + best->after.n;
    if (!best->before.p || (p.alone && !best->alone) || (p.alone == best->alone && size < least)) {
        *best = p;
    }
}

static struct frame frame_of(struct scan_worker *w, unsigned rule)
{
    struct frame best = {0};
    for (size_t i = 0; i < example_count; i++) {
        if (examples[i].rule == rule && examples[i].match) {
            consider(w, &examples[i], &best);
        }
    }
    return best;
}

static bool is_found(struct scan_worker *w, unsigned rule, const struct frame *p, str value,
                     bool beside, struct arena *memory)
{
    str more = beside ? STR("a9Kd82jQmZ0xTq7LbVn3\n") : STR_EMPTY;
    struct look l = {.rule = &scan_rules[rule]};
    l.text = arena_printf(memory, "%.*s%.*s%.*s%.*s", STR_ARG(more), STR_ARG(p->before),
                          STR_ARG(value), STR_ARG(p->after));
    look(w, &l);
    arena_reset(memory);
    return !str_empty(l.secret);
}

/* Ends a rule: true when it holds. */
static bool settle(unsigned rule, struct counts *c, struct counts *all)
{
    bool holds = c->alone * 100 >= c->beside * ALONE_MIN;
    if (!holds) {
        (void)fprintf(
            stderr,
            "rules/secrets: %s: of %zu values that are found, %zu need something random beside\n",
            scan_rules[rule].id, c->beside, c->beside - c->alone);
    }
    all->values += c->values;
    all->beside += c->beside;
    *c = (struct counts){0};
    return holds;
}

/* Some values do not fit their example: another form of the same secret, another word. */
static bool fits(const struct counts *all)
{
    bool fits = all->values > 0 && all->beside * 100 >= all->values * FIT_MIN;
    if (!fits) {
        (void)fprintf(stderr, "scan-samples: only %zu of %zu values are found\n", all->beside,
                      all->values);
    }
    return fits;
}

/* "12 value"; a vertical tab is a line end. */
static bool parse(char *line, unsigned *ret_rule, str *ret_value)
{
    str rest = str_c(line), number;
    uint64_t rule;
    if (!str_ends(rest, STR("\n")) || !str_split(&rest, ' ', &number) || !str_u64(number, &rule) ||
        rule >= scan_rule_count) {
        return false;
    }
    *ret_rule = (unsigned)rule;
    *ret_value = str_slice(rest, 0, rest.n - 1);
    for (size_t i = (size_t)(rest.p - line); line[i]; i++) {
        line[i] = line[i] == '\v' ? '\n' : line[i];
    }
    return true;
}

static size_t check_all(struct scan_worker *w, FILE *file, struct arena *memory)
{
    static char line[LINE_MAX_BYTES];
    struct frame frame = {0};
    struct counts counts = {0}, all = {0};
    unsigned last = 0, rule;
    size_t wrong = 0;
    str value;
    for (bool first = true; fgets(line, sizeof line, file); first = false) {
        if (!parse(line, &rule, &value)) {
            return 1;
        }
        if (first || rule != last) {
            wrong += !first && !settle(last, &counts, &all);
            frame = frame_of(w, rule);
            last = rule;
        }
        counts.values++;
        bool alone = is_found(w, rule, &frame, value, false, memory);
        counts.alone += alone;
        counts.beside += alone || is_found(w, rule, &frame, value, true, memory);
    }
    wrong += !settle(last, &counts, &all);
    return wrong + !fits(&all);
}

static int stamp(const char *path)
{
    FILE *file = fopen(path, "wb");
    return file && fprintf(file, "found\n") > 0 && fclose(file) == 0 ? 0 : 1;
}

int main(int count, char **arguments)
{
    static struct scan_options options;
    struct scan scan = {.options = &options};
    struct scanner *scanner = NULL;
    struct scan_worker *worker = NULL;
    struct arena memory;
    FILE *file = count == 3 ? fopen(arguments[1], "rb") : NULL;
    arena_init(&memory, MEMORY_MAX);
    err e = scan_problems_new(&scan.problems);
    if (err_ok(e)) {
        e = scanner_new(STR_EMPTY, &scanner);
        scan.scanner = scanner;
    }
    if (err_ok(e)) {
        e = scan_worker_new(&scan, &worker);
    }
    size_t wrong = err_ok(e) && file ? check_all(worker, file, &memory) : 1;
    if (!err_ok(e)) {
        (void)fprintf(stderr, "scan-samples: %s\n", e.what);
    }
    if (file) {
        (void)fclose(file);
    }
    scan_worker_free(worker);
    scanner_free(scanner);
    scan_problems_free(scan.problems);
    arena_done(&memory);
    return wrong ? 1 : stamp(arguments[2]);
}
