/* SPDX-License-Identifier: Apache-2.0 */
#include "net/site.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "net/page.h"
#include "scan/site_private.h"
#include "scan/verify.h"

static bool is_page_kind(enum site_kind kind) { return kind == SITE_START || kind == SITE_PAGE; }

/* Under the lock. True the first time for that text. */
static bool remember(struct site *site, str text, size_t index)
{
    size_t at = (size_t)crypto_siphash(text) % SITE_TABLE;
    while (site->table[at] != 0) {
        if (str_eq(site->targets[site->table[at] - 1].url, text)) {
            return false;
        }
        at = (at + 1) % SITE_TABLE;
    }
    site->table[at] = (uint32_t)index + 1;
    return true;
}

/* Under the lock. Says once for each other host that nothing of it is read. */
static void say_other(struct site *site, str host)
{
    for (size_t i = 0; i < site->host_count; i++) {
        if (str_eq(site->hosts[i], host)) {
            return;
        }
    }
    str copy = site->host_count < SITE_HOSTS_MAX ? arena_str(&site->a, host) : STR_EMPTY;
    if (copy.p && copy.n) {
        site->hosts[site->host_count++] = copy;
        scan_note(site->scan, copy, "scripts of this other site are not read");
    }
}

static void say_limit(struct site *site, const char *what)
{
    if (!site->limited) {
        site->limited = true;
        scan_problem(site->scan, site->targets[0].url, what, true);
    }
}

/* Under the lock. */
static void add_locked(struct site *site, str text, const struct site_target *target)
{
    if (site->count == SITE_URLS_MAX) {
        say_limit(site, "the site names more files than are read");
        return;
    }
    str copy = arena_str(&site->a, text);
    if (!copy.p) {
        say_limit(site, "no memory for all URLs of the site");
        return;
    }
    if (!remember(site, copy, site->count)) {
        return;
    }
    site->targets[site->count] = *target;
    site->targets[site->count++].url = copy;
    pthread_cond_signal(&site->changed);
}

void site_add(struct visitor *v, const struct url *url, enum site_kind kind, unsigned hops,
              bool guessed)
{
    struct site *site = v->site;
    struct url plain = *url;
    plain.user = STR_EMPTY;
    if (kind == SITE_PAGE) {
        plain.query = STR_EMPTY; /* a calendar has no end, its first page is enough */
    }
    str text = url_text(&v->a, &plain, false);
    if (!text.p || scan_excluded(site->scan, text)) {
        return;
    }
    bool own = site_same(&v->a, url->host, site->start.host);
    pthread_mutex_lock(&site->lock);
    if (!own) {
        if (!is_page_kind(kind)) {
            say_other(site, url->host);
        }
    } else if (kind != SITE_PAGE || site->pages < site->pages_max) {
        size_t before = site->count;
        struct site_target target = {.kind = kind, .hops = hops, .guessed = guessed};
        add_locked(site, text, &target);
        site->pages += kind == SITE_PAGE && site->count > before;
    }
    pthread_mutex_unlock(&site->lock);
}

/* The next target; false when all is done or a limit is reached. */
static bool next(struct site *site, struct site_target *ret)
{
    bool found = false;
    pthread_mutex_lock(&site->lock);
    for (;;) {
        bool late = clock_mono_ms() >= site->deadline_ms;
        bool spent = site->requests == SITE_REQUESTS_MAX || site->bytes >= SITE_BYTES_MAX;
        if (site->next < site->count && !late && !spent) {
            *ret = site->targets[site->next++];
            site->requests++;
            site->active++;
            found = true;
            break;
        }
        if (site->next < site->count) {
            say_limit(site, late ? "the time for this site was spent before all was read"
                                 : "the site has more than is read");
        }
        if (site->active == 0 || site->next < site->count) {
            break;
        }
        pthread_cond_wait(&site->changed, &site->lock);
    }
    pthread_mutex_unlock(&site->lock);
    return found;
}

static void visited(struct site *site, uint64_t bytes)
{
    pthread_mutex_lock(&site->lock);
    site->active--;
    site->bytes += bytes;
    size_t done = site->next - site->active, total = site->count;
    pthread_cond_broadcast(&site->changed);
    pthread_mutex_unlock(&site->lock);
    scan_progress(site->scan, "site", done, total);
}

/* Pages that are the same for many URLs: an application's only page, a kind "not found" with 200.
 * True the first time. */
static bool is_new_body(struct site *site, str body)
{
    uint64_t hash = crypto_siphash(body);
    bool found = false;
    pthread_mutex_lock(&site->lock);
    for (size_t i = 0; i < site->body_count && !found; i++) {
        found = site->bodies[i] == hash;
    }
    if (!found && site->body_count < SITE_REQUESTS_MAX) {
        site->bodies[site->body_count++] = hash;
    }
    pthread_mutex_unlock(&site->lock);
    return !found;
}

static bool is_redirect(const struct scan_answer *answer)
{
    unsigned s = answer->status;
    return answer->location.n && (s == 301 || s == 302 || s == 303 || s == 307 || s == 308);
}

static void follow_redirect(struct visitor *v, const struct site_target *target,
                            const struct url *at, const struct scan_answer *answer)
{
    struct scan *s = v->site->scan;
    struct url to;
    if (target->kind == SITE_PROBE) {
        return;
    }
    bool fine = err_ok(url_resolve(&v->a, at, answer->location, &to));
    if (fine && target->hops < SITE_REDIRECTS_MAX && site_same(&v->a, to.host, at->host)) {
        site_add(v, &to, target->kind, target->hops + 1, target->guessed);
    } else if (!target->guessed) {
        scan_problem(s, target->url,
                     !fine ? "it redirects to what is no URL"
                     : target->hops == SITE_REDIRECTS_MAX
                         ? "it redirects too often"
                         : "it redirects to another site, which is not read",
                     false);
    }
}

static void search(struct visitor *v, const struct site_target *target, const struct url *at,
                   const struct scan_answer *answer, bool html)
{
    const struct origin o = {.kind = PLACE_URL, .path = target->url, .served = true};
    struct scan *s = v->site->scan;
    atomic_fetch_add(&s->files, 1);
    atomic_fetch_add(&s->answers, 1);
    if (answer->cut) {
        scan_problem(s, target->url, "it is larger than 16 MiB; only the beginning was read", true);
    }
    if (target->kind == SITE_MAP && site_search_map(v, target->url, answer->body)) {
        return;
    }
    scan_content(v->worker, answer->body, &o);
    if (s->options->verify) {
        pthread_mutex_lock(&v->site->lock);
        verify_note_projects(s, answer->body);
        pthread_mutex_unlock(&v->site->lock);
    }
    if (html) {
        site_follow_page(v, at, answer);
    } else if (target->kind != SITE_PROBE) {
        site_follow_text(v, at, answer);
    }
}

/* An answer of the server. */
static void read_answer(struct visitor *v, const struct site_target *target, const struct url *at,
                        const struct scan_answer *answer)
{
    const struct page_source source = {
        .url = target->url, .type = answer->type.n ? &answer->type : NULL, .body = answer->body};
    bool html = page_source_is_html(&source) || str_starts(str_trim(answer->body), STR("<!doc")) ||
                str_starts(str_trim(answer->body), STR("<!DOC"));
    if (is_redirect(answer)) {
        follow_redirect(v, target, at, answer);
        return;
    }
    if (target->kind == SITE_START) {
        if (answer->status != 200) {
            scan_problem(v->site->scan, target->url, "the page does not answer with 200", false);
        }
    } else if (answer->status != 200) {
        if (answer->status >= 500 && !target->guessed) {
            scan_problem(v->site->scan, target->url, "the server answers with an error", false);
        }
        return;
    }
    bool wanted = is_page_kind(target->kind) || !html || !target->guessed;
    wanted = wanted && (target->kind != SITE_MAP || !html);
    if (wanted && answer->body.n && (!html || is_new_body(v->site, answer->body))) {
        search(v, target, at, answer, html);
    }
    if (target->kind == SITE_START) {
        site_add_probes(v, at); /* after what the page loads, which counts more */
    }
}

void site_visit(struct visitor *v, const struct site_target *target)
{
    struct scan *s = v->site->scan;
    struct scan_answer answer = {.status = 0};
    struct url at;
    int64_t left = v->site->deadline_ms - clock_mono_ms();
    unsigned wait = left <= 0 ? 1 : left < SITE_ANSWER_MS ? (unsigned)left : SITE_ANSWER_MS;
    err e = url_parse(&v->a, target->url, &at);
    e = err_ok(e) ? site_ask(s, &v->a, target->url, wait, &answer) : e;
    if (err_ok(e)) {
        read_answer(v, target, &at, &answer);
    } else if (!target->guessed) {
        scan_problem(s, target->url, e.what, e.code == ERR_TOO_LARGE);
    }
    visited(v->site, answer.body.n);
}

static void *run(void *arg)
{
    struct site *site = arg;
    struct visitor v = {.site = site};
    struct site_target target;
    err e = scan_worker_new(site->scan, &v.worker);
    if (!err_ok(e)) {
        return NULL; /* the caller's own thread says so */
    }
    arena_init(&v.a, (size_t)8 * SITE_BODY_MAX);
    while (next(site, &target)) {
        site_visit(&v, &target);
        arena_reset(&v.a);
    }
    arena_done(&v.a);
    scan_worker_free(v.worker);
    return NULL;
}

static void run_all(struct site *site)
{
    pthread_t threads[SITE_WIDTH];
    size_t started = 0;
    while (started + 1 < SITE_WIDTH && pthread_create(&threads[started], NULL, run, site) == 0) {
        started++;
    }
    (void)run(site);
    for (size_t i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
    if (site->next == 0) {
        scan_problem(site->scan, site->targets[0].url, "no memory to read it", false);
    }
}

err source_site(struct scan *s, str url)
{
    struct site *site = mem_alloc(sizeof *site);
    if (!site) {
        return err_new(ERR_NO_MEMORY, "no memory for a site");
    }
    arena_init(&site->a, SITE_MEMORY_MAX);
    site->scan = s;
    site->pages_max = s->options->site_pages ? s->options->site_pages : SITE_PAGES_MAX;
    site->deadline_ms = clock_mono_ms() + (s->options->site_ms ? s->options->site_ms : SITE_MS_MAX);
    site->targets = arena_array(&site->a, SITE_URLS_MAX, sizeof *site->targets);
    err e = site->targets ? url_parse(&site->a, url, &site->start)
                          : err_new(ERR_NO_MEMORY, "no memory for a site");
    if (err_ok(e) && site->start.user.n) {
        e = err_new(ERR_INVALID, "the URL carries a user name or password, which is not allowed");
    }
    str text = err_ok(e) ? url_text(&site->a, &site->start, false) : STR_EMPTY;
    if (err_ok(e) && !text.p) {
        e = err_new(ERR_NO_MEMORY, "no memory for a site");
    }
    if (err_ok(e)) {
        pthread_mutex_init(&site->lock, NULL);
        pthread_cond_init(&site->changed, NULL);
        site->pages = 1;
        add_locked(site, text, &(struct site_target){.kind = SITE_START});
        run_all(site);
        pthread_cond_destroy(&site->changed);
        pthread_mutex_destroy(&site->lock);
    }
    arena_done(&site->a);
    mem_free(site);
    return e;
}
