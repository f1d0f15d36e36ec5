/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/scan.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/near.h"
#include "scan/content.h"
#include "scan/git_wait.h"
#include "scan/scan_private.h"
#include "scan/sources.h"
#include "scan/verify.h"

enum { REPORT_BYTES_MAX = 64 << 20 };

static err refuse(str *ret_reason, str reason)
{
    *ret_reason = reason.p ? reason : STR("out of memory");
    return err_new(ERR_INVALID, "the scan cannot run");
}

unsigned scan_jobs(const struct scan *s)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned jobs = s->options->jobs ? s->options->jobs : cores > 0 ? (unsigned)cores : 1;
    return jobs < SCAN_JOBS_MAX ? jobs : SCAN_JOBS_MAX;
}

static bool any_matches(const str *globs, size_t count, str path)
{
    for (size_t i = 0; i < count; i++) {
        if (glob_match(globs[i], path)) {
            return true;
        }
    }
    return false;
}

bool scan_excluded(const struct scan *s, str path)
{
    const struct scan_options *o = s->options;
    return any_matches(o->exclude, o->exclude_count, path) ||
           (o->config && any_matches(o->config->exclude, o->config->exclude_count, path));
}

/* ── the sources, one after another; each uses all threads ── */

/* A source that cannot be used at all ends the run; one that fails in between is told. */
static err settle(struct scan_report *r, err e, str path, str *ret_reason, struct arena *a)
{
    if (e.code == ERR_INVALID) {
        return refuse(ret_reason, arena_printf(a, "%.*s: %s", STR_ARG(path), e.what));
    }
    if (!err_ok(e)) {
        scan_problem(&r->scan, path, e.what, false);
    }
    return ERR_NONE;
}

static err check_path(str path, str *ret_reason, struct arena *a)
{
    struct stat st;
    str c = arena_str(a, path);
    if (!c.p) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    if (str_empty(path) || stat(c.p, &st) == 0) {
        return ERR_NONE;
    }
    return refuse(ret_reason, arena_printf(a, "%.*s: %s", STR_ARG(path),
                                           errno == ENOENT ? "there is no such file or folder"
                                                           : "it cannot be opened"));
}

static err read_repository(struct scan_report *r, str path, str *ret_reason, struct arena *a)
{
    const struct scan_options *o = r->scan.options;
    struct git_wait wait;
    err e = ERR_NONE;
    git_wait_begin(&wait);
    bool there = source_is_repository(path);
    if (there) {
        e = o->staged ? source_staged(&r->scan, path) : source_history(&r->scan, path);
    }
    git_wait_end(&wait);
    return there ? settle(r, e, path, ret_reason, a)
                 : refuse(ret_reason,
                          arena_printf(a, "%.*s: there is no git repository here", STR_ARG(path)));
}

static err read_paths(struct scan_report *r, str *ret_reason, struct arena *a)
{
    const struct scan_options *o = r->scan.options;
    err e = ERR_NONE;
    for (size_t i = 0; i < o->path_count && err_ok(e); i++) {
        e = check_path(o->paths[i], ret_reason, a);
    }
    for (size_t i = 0; i < o->path_count && err_ok(e); i++) {
        if (!o->no_tree && !o->staged) {
            e = settle(r, source_tree(&r->scan, o->paths[i]), o->paths[i], ret_reason, a);
        }
        if (err_ok(e) && (o->staged || o->history) && scan_repository_is_new(r, i)) {
            e = read_repository(r, o->paths[i], ret_reason, a);
        }
    }
    return e;
}

static err read_urls(struct scan_report *r, str *ret_reason, struct arena *a)
{
    const struct scan_options *o = r->scan.options;
    err e = ERR_NONE;
    for (size_t i = 0; i < o->url_count && err_ok(e); i++) {
        e = settle(r, source_site(&r->scan, o->urls[i]), o->urls[i], ret_reason, a);
    }
    return e;
}

static err read_input(struct scan_report *r)
{
    const struct scan_options *o = r->scan.options;
    struct scan_worker *w;
    if (o->input_fd < 0) {
        return ERR_NONE;
    }
    err e = scan_worker_new(&r->scan, &w);
    if (err_ok(e)) {
        str name = str_empty(o->input_name) ? STR("-") : o->input_name;
        scan_input(w, o->input_fd, &(struct origin){.kind = PLACE_LOG, .path = name});
        scan_worker_free(w);
    }
    return e;
}

static err read_sources(struct scan_report *r, str *ret_reason, struct arena *a)
{
    err e = read_paths(r, ret_reason, a);
    e = err_ok(e) ? read_urls(r, ret_reason, a) : e;
    return err_ok(e) ? read_input(r) : e;
}

/* ── a run ── */

/* Names the rule that is nearest to one that is none. */
static str no_rule(struct arena *a, str only)
{
    const char *nearest = NULL;
    size_t distance = SIZE_MAX;
    str rest = only, item;
    while (str_split(&rest, ',', &item)) {
        item = str_trim(item);
        for (size_t i = 0; i < scan_rule_count && !rule_find(item); i++) {
            near_consider(item, scan_rules[i].id, &nearest, &distance);
        }
    }
    return nearest ? arena_printf(a, "--only %.*s names no rule; did you mean `%s`?", STR_ARG(only),
                                  nearest)
                   : arena_printf(a, "--only %.*s names no rule; `doorward scan --list` lists them",
                                  STR_ARG(only));
}

static err open_run(struct scan_report *r, struct scanner **ret_scanner, str *ret_reason,
                    struct arena *a)
{
    err e = scan_problems_new(&r->scan.problems);
    e = err_ok(e) ? findings_new(&r->scan.findings) : e;
    e = err_ok(e) ? scanner_new(r->scan.options->only, ret_scanner) : e;
    if (e.code == ERR_INVALID) {
        return refuse(ret_reason, no_rule(a, r->scan.options->only));
    }
    r->scan.scanner = err_ok(e) ? *ret_scanner : NULL;
    return e;
}

static err finish(struct scan_report *r, const struct scan_baseline *baseline, int64_t from_ms)
{
    scan_progress(&r->scan, "fingerprints", 0, 0);
    err e = findings_finish(r->scan.findings, r->scan.options->key);
    if (err_ok(e)) {
        verify_keys(&r->scan);
    }
    e = err_ok(e) ? scan_environments(r) : e;
    if (err_ok(e)) {
        scan_states(r, baseline, r->started_ms);
        scan_problems_take(r);
        r->truncated = findings_truncated(r->scan.findings);
        r->duration_ms = (unsigned)(clock_mono_ms() - from_ms);
    }
    return e;
}

err scan_run(const struct scan_options *options, struct scan_report **ret, str *ret_reason,
             struct arena *a)
{
    struct scanner *scanner = NULL;
    struct scan_baseline baseline = {0};
    struct scan_report *r = mem_alloc(sizeof *r);
    int64_t from_ms = clock_mono_ms();
    err e = ERR_NONE;
    *ret_reason = STR_EMPTY;
    if (!r) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    arena_init(&r->a, REPORT_BYTES_MAX);
    r->scan.options = options;
    r->scan.keep = &r->a;
    r->started_ms = clock_wall_ms();
    r->keyed = !str_empty(options->key);
    if (!str_empty(options->baseline)) {
        e = scan_baseline_read(&r->a, options->baseline, r->keyed, &baseline, ret_reason);
        if (!err_ok(e)) {
            *ret_reason = arena_str(a, *ret_reason); /* outlives the report */
        }
    }
    e = err_ok(e) ? open_run(r, &scanner, ret_reason, a) : e;
    e = err_ok(e) ? read_sources(r, ret_reason, a) : e;
    e = err_ok(e) ? finish(r, &baseline, from_ms) : e;
    scanner_free(scanner);
    r->scan.scanner = NULL;
    if (!err_ok(e)) {
        scan_report_free(r);
        return e;
    }
    *ret = r;
    return ERR_NONE;
}

void scan_report_free(struct scan_report *r)
{
    if (r) {
        findings_free(r->scan.findings);
        scan_problems_free(r->scan.problems);
        arena_done(&r->a);
        mem_free(r);
    }
}

bool scan_worst(const struct scan_report *r, enum rule_severity *ret)
{
    bool any = false;
    for (size_t i = 0; i < findings_count(r->scan.findings); i++) {
        const struct finding *f = findings_at(r->scan.findings, i);
        if (!f->reported_not && f->state == FINDING_OPEN && (!any || f->rule->severity > *ret)) {
            *ret = f->rule->severity;
            any = true;
        }
    }
    return any;
}
