/* SPDX-License-Identifier: Apache-2.0 */
/* Sources on the web: a start page and what it links to, or the pages of a sitemap. */
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "know/sync.h"
#include "know/web.h"
#include "know/web_url.h"

enum { SITEMAPS_MAX = 200, SITEMAP_DEPTH = 2 };

/* A page that waits to be read. */
struct page {
    str url;
    unsigned depth;
    bool is_start; /* or listed in a sitemap: that it cannot be read is worth telling */
};

struct crawl {
    struct sync *sync;
    struct arena scratch; /* of one page's links */
    struct web web;
    struct readers *readers;
    struct url base; /* start page, after its redirects */
    struct page *pages;
    size_t count, next, capacity;
    struct hashes asked; /* URLs that were put into `pages` */
    struct hashes taken; /* URLs, after redirects, whose text was taken */
    bool follow;         /* links are followed */
    bool told;           /* that a site's robots.txt cannot be read */
    int64_t deadline_ms;
};

static bool same_site(const struct crawl *c, const struct url *url)
{
    return !c->sync->options.same_host || str_eq(url->host, c->base.host);
}

/* Puts a page into the queue once, when options, limits and robots.txt let it. */
static err add_page(struct crawl *c, const struct url *url, unsigned depth, bool is_start)
{
    struct sync *s = c->sync;
    str text = url_text(&c->scratch, url, false), path = web_url_path(&c->scratch, url);
    struct web_host *host = NULL;
    bool is_new = false;
    if (!text.p || !path.p) {
        return err_new(ERR_NO_MEMORY, "no memory for the pages of a site");
    }
    if (text.n > URL_BYTES_MAX || !web_url_may_be_text(url) ||
        (!is_start && (!same_site(c, url) || !options_wants(&s->options, path)))) {
        return ERR_NONE;
    }
    err e = hashes_add(&c->asked, crypto_siphash(text), &is_new);
    if (!err_ok(e) || !is_new || c->count >= s->options.pages) {
        return e;
    }
    e = web_host(&c->web, &c->scratch, url, &host);
    if (e.code == ERR_TOO_LARGE || (err_ok(e) && !robots_allows(&host->robots, path))) {
        bool closed = err_ok(e) && host->robots.none;
        s->incomplete = s->incomplete || closed;
        if (closed ? !c->told : is_start && c->follow) {
            sync_failed(s, text,
                        closed ? host->reason : STR("robots.txt of the site does not allow it"),
                        true);
            c->told = true;
        }
        return ERR_NONE;
    }
    if (err_ok(e) && c->count == c->capacity) {
        size_t capacity = c->capacity ? c->capacity * 2 : 256;
        struct page *pages = mem_resize(c->pages, capacity * sizeof(*pages));
        e = pages ? ERR_NONE : err_new(ERR_NO_MEMORY, "no memory for the pages of a site");
        c->pages = pages ? pages : c->pages;
        c->capacity = pages ? capacity : c->capacity;
    }
    if (err_ok(e)) {
        str kept = arena_str(&s->arena, text);
        e = kept.p ? ERR_NONE : err_new(ERR_NO_MEMORY, "no memory for the pages of a site");
        c->pages[c->count] = (struct page){kept, depth, is_start};
        c->count += err_ok(e);
        sync_found(s, err_ok(e));
    }
    return e;
}

/* ── answers ── */

static err add_links(struct crawl *c, const struct reading *r)
{
    struct url base, link;
    err e = ERR_NONE;
    if (!c->follow || r->document.nofollow || r->depth >= c->sync->options.depth ||
        !err_ok(web_url(&c->scratch, r->url, &base))) {
        return e;
    }
    if (r->document.base.n &&
        err_ok(web_url_resolve(&c->scratch, &base, r->document.base, &link))) {
        base = link;
    }
    for (size_t i = 0; i < r->document.link_count && err_ok(e); i++) {
        if (err_ok(web_url_resolve(&c->scratch, &base, r->document.links[i], &link))) {
            e = add_page(c, &link, r->depth + 1, false);
        }
    }
    return e;
}

/* True when the page says that its text belongs to another address of the site; that one is asked
 * then. A whole site that names its home page everywhere is taken for a mistake. */
static bool belongs_elsewhere(struct crawl *c, const struct reading *r, err *ret_error)
{
    struct url own, canonical;
    struct arena *a = &c->scratch;
    if (str_empty(r->document.canonical) || !err_ok(web_url(a, r->url, &own)) ||
        !err_ok(web_url_resolve(a, &own, r->document.canonical, &canonical)) ||
        !same_site(c, &canonical) ||
        (str_eq(canonical.path, STR("/")) && !str_eq(own.path, STR("/")))) {
        return false;
    }
    str text = url_text(a, &canonical, false);
    if (!text.p || str_eq(text, r->url)) {
        return false;
    }
    *ret_error = add_page(c, &canonical, r->depth, false);
    return hashes_has(&c->asked, crypto_siphash(text));
}

static void skip(struct reading *r)
{
    r->outcome = READING_SKIPPED;
    r->known = NULL;
}

/* The address after redirects may be one that must not be read, or one that was read before. */
static err check_address(struct crawl *c, struct reading *r)
{
    struct url url;
    struct web_host *host = NULL;
    struct sync *s = c->sync;
    err e = web_url(&c->scratch, r->url, &url);
    if (err_ok(e) && r->is_start && c->follow) {
        e = web_url(&s->arena, r->url,
                    &c->base); /* "example.com" that leads to "www.example.com" */
    }
    str path = err_ok(e) ? web_url_path(&c->scratch, &url) : STR_EMPTY;
    if (!err_ok(e) || !same_site(c, &url) || (!r->is_start && !options_wants(&s->options, path))) {
        skip(r);
        return ERR_NONE;
    }
    e = web_host(&c->web, &c->scratch, &url, &host);
    if (!err_ok(e) || !robots_allows(&host->robots, path)) {
        skip(r);
        return e.code == ERR_NO_MEMORY ? e : ERR_NONE;
    }
    bool is_new = false;
    e = hashes_add(&c->taken, crypto_siphash(r->url), &is_new);
    if (err_ok(e) && !is_new) {
        skip(r);
    }
    if (!str_eq(r->url, r->path)) {
        r->known = sync_known(s, r->url);
        e = err_ok(e) ? hashes_add(&c->asked, crypto_siphash(r->url), NULL) : e;
    }
    return e;
}

static err take_page(struct crawl *c, struct reading *r)
{
    struct sync *s = c->sync;
    err e = ERR_NONE;
    arena_reset(&c->scratch);
    if (r->outcome == READING_FRESH) {
        e = check_address(c, r);
    } else if (r->outcome == READING_SAME) {
        e = hashes_add(&c->taken, crypto_siphash(r->url), NULL);
    }
    bool empty = r->outcome == READING_FAILED && r->document.link_count > 0;
    if (err_ok(e) && (r->outcome == READING_FRESH || empty)) {
        e = add_links(c, r);
        if (err_ok(e) && (r->document.noindex || belongs_elsewhere(c, r, &e))) {
            skip(r);
        }
    }
    if (err_ok(e) && r->is_start && (r->outcome == READING_GONE || r->outcome == READING_SKIPPED) &&
        r->reason.n) {
        sync_failed(s, r->path, r->reason, c->follow);
        s->progress.found += 1; /* sync_take counts it off again */
    } else if (err_ok(e) && empty && !r->is_start) {
        skip(r); /* a page of links only */
    } else if (r->is_start && c->follow &&
               (r->outcome == READING_LATER || r->outcome == READING_FAILED)) {
        s->incomplete = true;
    }
    if (!err_ok(e)) {
        reading_free(r);
        return e;
    }
    return sync_take(s, r);
}

static err ask_page(struct crawl *c, const struct page *page)
{
    struct reading *r = reading_new();
    if (!r) {
        return err_new(ERR_NO_MEMORY, "no memory for a document");
    }
    r->url = page->url;
    r->path = page->url;
    r->depth = page->depth;
    r->is_start = page->is_start;
    r->known = sync_known(c->sync, page->url);
    readers_put(c->readers, r);
    return ERR_NONE;
}

static err run(struct crawl *c)
{
    struct sync *s = c->sync;
    unsigned threads = s->settings->parallel ? s->settings->parallel : WEB_THREADS;
    err e = readers_start(s->settings, threads > WEB_THREADS ? WEB_THREADS : threads, web_read,
                          &c->web, &c->readers);
    while (err_ok(e) && !s->cancelled && (c->next < c->count || readers_count(c->readers))) {
        bool late = clock_mono_ms() > c->deadline_ms;
        if (late && c->next < c->count) {
            sync_failed(s, s->source->location,
                        STR("took longer than a sync may; the pages that are left come later"),
                        true);
            c->next = c->count;
        } else if (c->next < c->count && readers_count(c->readers) < READERS_WINDOW / 2) {
            size_t at = c->next++;
            e = ask_page(c, &c->pages[at]);
        } else {
            e = take_page(c, readers_take(c->readers));
        }
    }
    readers_stop(c->readers);
    return e;
}

/* Pages that were read before are asked again though nobody may link to them now: an unchanged page
 * is not sent, and so its links are not seen. */
static err add_known_pages(struct crawl *c)
{
    struct sync *s = c->sync;
    err e = ERR_NONE;
    for (size_t i = 0; i < s->known_count && err_ok(e); i++) {
        struct url url;
        unsigned depth = 0;
        str etag = STR_EMPTY;
        arena_reset(&c->scratch);
        bool marked = web_unmark(s->known[i].etag, &depth, &etag);
        if (err_ok(web_url(&c->scratch, s->known[i].url, &url))) {
            e = add_page(c, &url, marked ? depth : s->options.depth, false);
        }
    }
    return e;
}

static void crawl_init(struct crawl *c, struct sync *s)
{
    *c = (struct crawl){.sync = s, .deadline_ms = clock_mono_ms() + s->settings->crawl_ms};
    arena_init(&c->scratch, READING_ARENA_MAX);
    web_init(&c->web, s->settings);
}

static void crawl_done(struct crawl *c)
{
    hashes_done(&c->asked);
    hashes_done(&c->taken);
    mem_free(c->pages);
    arena_done(&c->scratch);
    web_done(&c->web);
}

err sync_crawl(struct sync *s)
{
    struct crawl c;
    crawl_init(&c, s);
    c.follow = true;
    err e = web_url(&s->arena, s->source->location, &c.base);
    if (e.code == ERR_INVALID) {
        sync_failed(s, s->source->location, str_c(e.what), true);
        crawl_done(&c);
        return ERR_NONE;
    }
    e = err_ok(e) ? add_page(&c, &c.base, 0, true) : e;
    if (err_ok(e) && c.count) {
        e = add_known_pages(&c);
        e = err_ok(e) ? run(&c) : e;
    }
    crawl_done(&c);
    return e;
}

/* ── sitemaps ── */

struct sitemap_task {
    str url;
    unsigned depth;
};

/* Reads one sitemap: its pages join the queue, its sitemaps the list. */
static err read_sitemap(struct crawl *c, struct parser *parser, const struct sitemap_task *task,
                        struct sitemap_task *list, size_t *count)
{
    struct sync *s = c->sync;
    struct arena a;
    struct fetch_answer answer = {0};
    struct know_document document = {0};
    enum format_fault fault = FORMAT_NONE;
    str reason = STR_EMPTY;
    arena_init(&a, READING_ARENA_MAX);
    err e = web_get(&c->web, &a, task->url, false, &answer, &reason);
    if (!err_ok(e) || answer.status != 200) {
        sync_failed(s, task->url, reason.n ? reason : STR("the sitemap could not be fetched"),
                    true);
        arena_done(&a);
        return e.code == ERR_NO_MEMORY ? e : ERR_NONE;
    }
    struct format_input in = {answer.body, task->url, answer.content_type,
                              (size_t)s->settings->text_bytes_max};
    e = parser_read(parser, &a, FORMAT_KIND_SITEMAP, &in, &document, &fault);
    if (err_ok(e) && fault != FORMAT_NONE) {
        sync_failed(s, task->url, STR("is not a sitemap that can be read"), true);
    }
    for (size_t i = 0; i < document.link_count && err_ok(e); i++) {
        struct url url;
        arena_reset(&c->scratch);
        if (!err_ok(web_url(&c->scratch, document.links[i], &url)) || !same_site(c, &url)) {
            continue;
        }
        if (!document.noindex) {
            str path = web_url_path(&c->scratch, &url);
            e = options_wants(&s->options, path) ? add_page(c, &url, s->options.depth, true)
                                                 : ERR_NONE;
        } else if (task->depth < SITEMAP_DEPTH && *count < SITEMAPS_MAX) {
            list[(*count)++] =
                (struct sitemap_task){url_text(&s->arena, &url, false), task->depth + 1};
        }
    }
    arena_done(&a);
    return e;
}

static err read_sitemaps(struct crawl *c)
{
    struct sync *s = c->sync;
    struct sitemap_task *list = arena_array(&s->arena, SITEMAPS_MAX, sizeof(*list));
    struct parser parser;
    size_t count = 1;
    if (!list) {
        return err_new(ERR_NO_MEMORY, "no memory for the sitemaps");
    }
    list[0].url = s->source->location;
    err e = ERR_NONE;
    parser_init(&parser, s->settings);
    for (size_t i = 0; i < count && err_ok(e) && !s->cancelled && clock_mono_ms() < c->deadline_ms;
         i++) {
        e = list[i].url.p ? read_sitemap(c, &parser, &list[i], list, &count)
                          : err_new(ERR_NO_MEMORY, "no memory for the sitemaps");
    }
    parser_done(&parser);
    return e;
}

err sync_sitemap(struct sync *s)
{
    struct crawl c;
    crawl_init(&c, s);
    err e = web_url(&s->arena, s->source->location, &c.base);
    if (e.code == ERR_INVALID) {
        sync_failed(s, s->source->location, str_c(e.what), true);
        e = ERR_NONE;
    } else if (err_ok(e)) {
        e = read_sitemaps(&c);
        e = err_ok(e) ? run(&c) : e;
    }
    crawl_done(&c);
    return e;
}
