/* SPDX-License-Identifier: Apache-2.0 */
/* usage: scan-examples STAMP. Fails when a rule does not do what its examples say. Part of the
 * build; not installed. */
#include "scan/tools/example.h"

#include <stdio.h>

#include "scan/engine.h"
#include "scan/scan_private.h"

enum { FOUND_MAX = 64 };

/* What one example gave. */
struct result {
    struct found {
        const struct rule *rule;
        str secret;
        bool report, decoded;
        const char *why;
    } found[FOUND_MAX];
    size_t count;
};

static void keep(void *user, const struct candidate *c, const struct judgement *j)
{
    struct result *r = user;
    if (r->count < FOUND_MAX) {
        r->found[r->count++] = (struct found){
            .rule = c->rule,
            .secret = c->secret,
            .report = j->report,
            .decoded = c->encoding != ENCODING_NONE,
            .why = j->reason_count ? j->reasons[j->reason_count - 1] : "no reason",
        };
    }
}

static void say(const struct example *e, const char *what, const char *more)
{
    (void)fprintf(stderr, "rules/secrets: %s: the example %s%s\n    %.160s\n",
                  scan_rules[e->rule].id, what, more, e->text);
}

static const struct found *own(const struct example *e, const struct result *r, bool report)
{
    for (size_t i = 0; i < r->count; i++) {
        if (r->found[i].rule == &scan_rules[e->rule] && r->found[i].report == report) {
            return &r->found[i];
        }
    }
    return NULL;
}

/* Smaller is the owner of a secret that both find. */
static unsigned order(const struct rule *rule)
{
    return rule_rank(rule) * 4 + (unsigned)(RULE_HIGH - rule->severity);
}

static bool overlap(str a, str b) { return a.p < b.p + b.n && b.p < a.p + a.n; }

/* Another rule must not take the secret away. */
static bool claimed(const struct example *e, const struct result *r, const struct found *mine)
{
    bool bad = false;
    for (size_t i = 0; i < r->count; i++) {
        const struct found *other = &r->found[i];
        if (other->report && !other->decoded && other->rule != mine->rule &&
            overlap(other->secret, mine->secret) && order(other->rule) < order(mine->rule)) {
            say(e, "is claimed by ", other->rule->id);
            bad = true;
        }
    }
    return bad;
}

static bool check(const struct example *e, const struct result *r)
{
    const struct found *real = own(e, r, true), *none = own(e, r, false);
    if (!e->match) {
        if (real) {
            say(e, "must not be reported, and is", "");
        }
        return !real;
    }
    if (!real) {
        say(e, none ? "is found, but judged to be none: " : "is not found", none ? none->why : "");
        return false;
    }
    return !claimed(e, r, real);
}

static size_t check_all(struct scan_worker *w)
{
    static struct result result;
    const struct text_traits traits = {.kind = TEXT_CONFIG, .name = STR("settings.conf")};
    size_t wrong = 0;
    for (size_t i = 0; i < example_count; i++) {
        result.count = 0;
        scan_text_each(w, str_c(examples[i].text), &traits, keep, &result);
        wrong += !check(&examples[i], &result);
    }
    return wrong;
}

static int stamp(const char *path)
{
    FILE *file = fopen(path, "wb");
    return file && fprintf(file, "%zu examples\n", example_count) > 0 && fclose(file) == 0 ? 0 : 1;
}

int main(int count, char **arguments)
{
    static struct scan_options options;
    struct scan scan = {.options = &options};
    struct scanner *scanner = NULL;
    struct scan_worker *worker = NULL;
    err e = scan_problems_new(&scan.problems);
    if (err_ok(e)) {
        e = scanner_new(STR_EMPTY, &scanner);
        scan.scanner = scanner;
    }
    if (err_ok(e)) {
        e = scan_worker_new(&scan, &worker);
    }
    size_t wrong = err_ok(e) ? check_all(worker) : 1;
    if (!err_ok(e)) {
        (void)fprintf(stderr, "scan-examples: %s\n", e.what);
    } else if (wrong) {
        (void)fprintf(stderr, "scan-examples: %zu of %zu examples do not hold\n", wrong,
                      example_count);
    }
    scan_worker_free(worker);
    scanner_free(scanner);
    scan_problems_free(scan.problems);
    return wrong || count != 2 ? 1 : stamp(arguments[1]);
}
