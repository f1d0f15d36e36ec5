/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the secret scanner over what launch.yaml names and over the site, and keeps what it says. */
#include <stdatomic.h>

#include "base/day.h"
#include "check/facts/http_collect.h"
#include "check/facts/page.h"
#include "check/rows/rows.h"
#include "scan/scan.h"

enum {
    SITE_PAGES = 8,         /* of the site, with the first */
    SITE_BUDGET_MS = 20000, /* for all of the site */
    COMMIT_SHOWN = 10,
};

/* ── how the scanner asks: as every collector does, with --resolve and its limits ── */

/* Who asks, and how much came. */
struct asking {
    struct collect *c;
    atomic_uint_fast64_t bytes;
};

static err ask(void *user, struct arena *a, str url, size_t body_max, unsigned wait_ms,
               struct scan_answer *ret)
{
    const struct http_ask request = {
        .url = url, .purpose = HTTP_ASSET, .body_max = body_max, .wait_ms = wait_ms};
    struct asking *asking = user;
    const struct http_exchange *x = http_ask_apart(asking->c, a, &request);
    const str *type = http_header(x, "content-type", 0), *to = http_header(x, "location", 0);
    const str *map = http_header(x, "sourcemap", 0);
    map = map ? map : http_header(x, "x-sourcemap", 0);
    atomic_fetch_add(&asking->bytes, x->body.n);
    switch (x->outcome) {
    case HTTP_ANSWERED:
        *ret = (struct scan_answer){.status = x->status,
                                    .type = type ? *type : STR_EMPTY,
                                    .location = to ? *to : STR_EMPTY,
                                    .source_map = map ? *map : STR_EMPTY,
                                    .body = x->body,
                                    .cut = x->cut};
        return ERR_NONE;
    case HTTP_NO_ADDRESS:
        return err_new(ERR_UPSTREAM, "the name does not resolve");
    case HTTP_NOT_ALLOWED:
        return err_new(ERR_FORBIDDEN, "a private address; --allow-private goes there");
    case HTTP_UNREACHABLE:
        return err_new(ERR_UPSTREAM, "the connection was refused or reset");
    case HTTP_TIMEOUT:
        return err_new(ERR_UPSTREAM_TIMEOUT, "no answer in time");
    case HTTP_TLS_FAILED:
        return err_new(ERR_UPSTREAM, "no TLS connection");
    case HTTP_MALFORMED:
        break;
    }
    return err_new(ERR_UPSTREAM, "the answer is no HTTP");
}

/* ── what is kept ── */

static enum secret_where where_of(const struct place *p)
{
    return p->kind == PLACE_URL   ? SECRET_SERVED
           : p->kind == PLACE_GIT ? SECRET_IN_HISTORY
                                  : SECRET_IN_TREE;
}

static str history_note(struct arena *a, const struct place_history *h)
{
    if (!h) {
        return STR_EMPTY;
    }
    const char *still = h->at_head ? "still at HEAD" : "not at HEAD any more, but in the history";
    str note = h->date_ms ? arena_printf(a, "since commit %.*s of %s, %s", COMMIT_SHOWN, h->first,
                                         day_text(h->date_ms).c, still)
                          : arena_printf(a, "since commit %.*s, %s", COMMIT_SHOWN, h->first, still);
    return note.p ? note : STR_EMPTY;
}

static str keep(struct arena *a, str s)
{
    str copy = arena_str(a, s);
    return copy.p ? copy : STR_EMPTY;
}

static void keep_places(struct arena *a, const struct finding *f, struct secret_finding *into)
{
    struct secret_place *places =
        arena_array(a, (size_t)SECRET_WHERES * SECRETS_PLACES_MAX, sizeof *places);
    into->places = places;
    for (size_t i = 0; i < f->place_count; i++) {
        const struct place *p = &f->places[i];
        enum secret_where where = where_of(p);
        if (p->allowed || into->counts[where]++ >= SECRETS_PLACES_MAX || !places) {
            continue;
        }
        str text =
            p->line ? arena_printf(a, "%.*s:%u", STR_ARG(p->path), p->line) : arena_str(a, p->path);
        places[into->place_count++] = (struct secret_place){.where = where,
                                                            .text = text.p ? text : STR_EMPTY,
                                                            .note = history_note(a, p->history),
                                                            .environment = keep(a, p->environment)};
    }
}

static enum secret_key key_of(const struct finding *f)
{
    str secret = secret_view(&f->secret);
    return str_starts(secret, STR("dw_sk_"))              ? SECRET_SECRET_KEY
           : str_starts(secret, STR("dw_pk_"))            ? SECRET_PUBLIC_KEY
           : str_starts(str_c(f->rule->id), STR("biel-")) ? SECRET_OTHER_KEY
                                                          : SECRET_NO_KEY;
}

static void keep_findings(struct arena *a, const struct scan_report *r, struct secrets_facts *into)
{
    struct secret_finding *list = arena_array(a, SECRETS_FINDINGS_MAX, sizeof *list);
    into->findings = list;
    for (size_t i = 0; list && i < findings_count(r->scan.findings); i++) {
        const struct finding *f = findings_at(r->scan.findings, i);
        if (f->reported_not || (f->state != FINDING_OPEN && f->state != FINDING_PUBLIC)) {
            continue;
        }
        if (into->count == SECRETS_FINDINGS_MAX) {
            into->more++;
            continue;
        }
        struct secret_finding *one = &list[into->count++];
        *one = (struct secret_finding){
            .rule = str_c(f->rule->id), /* the table's, for ever */
            .title = str_c(f->rule->title),
            .service = str_c(f->rule->service),
            .opens = str_c(f->rule->opens),
            .rotate = str_c(f->rule->rotate),
            .masked = keep(a, finding_mask(a, secret_view(&f->secret))),
            .fingerprint = keep(a, str_c(f->fingerprint)),
            .severe = f->rule->severity >= RULE_MEDIUM,
            .publishable = f->state == FINDING_PUBLIC,
            .shared = str_eq(str_c(f->rule->id), STR("shared-between-environments")),
            .key = key_of(f)};
        keep_places(a, f, one);
    }
}

static void keep_problems(struct arena *a, const struct scan_report *r, struct secrets_facts *into)
{
    struct secrets_problem *list = arena_array(a, SECRETS_PROBLEMS_MAX, sizeof *list);
    into->problems = list;
    for (size_t i = 0; list && i < r->problem_count; i++) {
        const struct scan_problem *p = &r->problem_list[i];
        if (into->problem_count == SECRETS_PROBLEMS_MAX) {
            into->problem_more++;
            continue;
        }
        bool served = str_starts(p->path, STR("http://")) || str_starts(p->path, STR("https://"));
        list[into->problem_count++] = (struct secrets_problem){
            .path = keep(a, p->path), .what = str_c(p->what), .limit = p->limit, .served = served};
    }
    into->problem_more += r->problem_more;
}

/* ── running it ── */

/* The page that visitors see; empty: none. */
static str first_page(const struct facts *f)
{
    size_t count;
    const struct page *const *pages = facts_page_all(f, &count);
    return count > 0 && pages[0]->exchange->outcome == HTTP_ANSWERED &&
                   pages[0]->exchange->status == 200
               ? pages[0]->url
               : STR_EMPTY;
}

static err run(struct arena *a, const struct scan_options *options, struct secrets_facts *into,
               str *ret_reason)
{
    struct scan_report *r;
    err e = scan_run(options, &r, ret_reason, a);
    if (err_ok(e)) {
        into->answers = r->scan.answers;
        into->files = r->scan.files - into->answers;
        into->blobs = r->scan.blobs;
        into->accepted = r->allowed + r->baselined;
        keep_findings(a, r, into);
        keep_problems(a, r, into);
        scan_report_free(r);
    }
    return e;
}

void collect_secrets(struct collect *c)
{
    const struct intent *intent = facts_intent(c->facts);
    struct arena *a = facts_arena(c->facts);
    struct asking asking = {.c = c};
    struct secret key = {NULL, 0};
    struct secrets_facts found = {.site = STR_EMPTY, .failed = STR_EMPTY};
    struct scan_options options = {.input_fd = -1,
                                   .config = &intent->secrets,
                                   .allow_private = c->options->allow_private,
                                   .ca_file = c->options->ca_file,
                                   .ask = ask,
                                   .ask_user = &asking,
                                   .site_pages = SITE_PAGES,
                                   .site_ms = collect_left(c, SITE_BUDGET_MS)};
    str reason = STR_EMPTY;
    if (!a) {
        return;
    }
    found.site = first_page(c->facts);
    options.urls = &found.site;
    options.url_count = c->options->needs & NEEDS_SERVED && found.site.n && options.site_ms ? 1 : 0;
    if (c->options->needs & NEEDS_SECRETS) {
        options.path_count = intent->secrets.path_count;
        options.history = intent->secrets.history;
    }
    options.paths = intent->secrets.paths;
    err e = scan_config_key(a, &intent->secrets, intent->file, &key);
    options.key = secret_view(&key);
    e = err_ok(e) ? run(a, &options, &found, &reason) : e;
    bool looked = err_ok(e);
    if (!looked && options.path_count > 0) { /* what is on disk cannot be read: the site can */
        found.failed = reason.n ? reason : str_c(e.what);
        options.path_count = 0;
        options.history = false;
        e = run(a, &options, &found, &reason);
    }
    if (!err_ok(e)) {
        found.failed = reason.n ? reason : str_c(e.what);
    }
    found.tree = looked && options.path_count > 0;
    found.history = looked && options.history && options.path_count > 0;
    found.bytes = asking.bytes;
    found.served = err_ok(e) && options.url_count > 0;
    secret_done(&key);
    facts_set_secrets(c->facts, &found);
}
