/* SPDX-License-Identifier: Apache-2.0 */
#include "know/web.h"

#include <time.h>

#include "base/clock.h"
#include "know/sync.h"
#include "know/web_url.h"

void web_init(struct web *web, const struct know_settings *settings)
{
    *web = (struct web){.settings = settings};
    arena_init(&web->arena, 256 << 20);
    (void)pthread_mutex_init(&web->mutex, NULL);
}

void web_done(struct web *web)
{
    (void)pthread_mutex_destroy(&web->mutex);
    arena_done(&web->arena);
}

static str user_agent(const struct web *web) { return str_c(web->settings->user_agent); }

/* "Doorward" of "Doorward/1.0 (…)": what robots.txt calls us. */
static str product(const struct web *web)
{
    str agent = user_agent(web);
    return str_slice(agent, 0, str_find_byte(agent, '/', 0));
}

static struct fetch_request request_of(const struct web *web, str url)
{
    return (struct fetch_request){
        .url = url,
        .user_agent = user_agent(web),
        .allow_private = web->settings->allow_private,
        .redirects_max = WEB_REDIRECTS_MAX,
        .total_ms = web->settings->fetch_ms,
        .body_max = web->settings->document_bytes_max,
    };
}

err web_get(struct web *web, struct arena *a, str url, bool same_host, struct fetch_answer *ret,
            str *ret_reason)
{
    struct fetch_request request = request_of(web, url);
    request.same_host_redirects = same_host;
    return fetch(a, &request, ret, ret_reason);
}

/* ── robots.txt ── */

/* What an answer to /robots.txt means (RFC 9309 section 2.3.1). */
static err read_robots(struct web *web, str origin, struct web_host *host)
{
    struct fetch_answer answer = {0};
    str reason = STR_EMPTY, url = arena_printf(&web->arena, "%.*s/robots.txt", STR_ARG(origin));
    if (!url.p) {
        return err_new(ERR_NO_MEMORY, "no memory for robots.txt");
    }
    struct fetch_request request = request_of(web, url);
    request.body_max = 4 << 20;
    err e = fetch(&web->arena, &request, &answer, &reason);
    if (err_ok(e) && answer.status >= 200 && answer.status < 300) {
        return robots_parse(&web->arena, answer.body, product(web), &host->robots);
    }
    if (e.code == ERR_NO_MEMORY) {
        return e;
    }
    if (!err_ok(e) || answer.status >= 500 || answer.status == 429) {
        host->robots.none = true;
        host->reason = reason.n ? reason : STR("robots.txt could not be read");
    }
    return ERR_NONE;
}

err web_host(struct web *web, struct arena *a, const struct url *url, struct web_host **ret)
{
    str origin = url_origin(a, url);
    for (size_t i = 0; i < web->host_count; i++) {
        if (str_eq(web->hosts[i].origin, origin)) {
            *ret = &web->hosts[i];
            return ERR_NONE;
        }
    }
    struct web_host host = {.origin = arena_str(&web->arena, origin)};
    if (!host.origin.p) {
        return err_new(ERR_NO_MEMORY, "no memory for the hosts of a site");
    }
    if (web->host_count == WEB_HOSTS_MAX) {
        return err_new(ERR_TOO_LARGE, "the pages are on more hosts than one source may have");
    }
    err e = read_robots(web, host.origin, &host);
    if (err_ok(e)) {
        (void)pthread_mutex_lock(&web->mutex);
        web->hosts[web->host_count++] = host;
        *ret = &web->hosts[web->host_count - 1];
        (void)pthread_mutex_unlock(&web->mutex);
    }
    return e;
}

/* ── politeness ── */

static void wait_ms(int64_t ms)
{
    struct timespec left = {ms / 1000, ms % 1000 * 1000000};
    while (ms > 0 && nanosleep(&left, &left) != 0) {
    }
}

/* Waits until the host's Crawl-delay lets one more request out. */
static void wait_turn(struct web *web, const struct url *url, struct arena *a)
{
    str origin = url_origin(a, url);
    int64_t now = clock_mono_ms(), at = now;
    (void)pthread_mutex_lock(&web->mutex);
    for (size_t i = 0; i < web->host_count; i++) {
        struct web_host *host = &web->hosts[i];
        if (host->robots.delay_ms && str_eq(host->origin, origin)) {
            at = host->next_ms > now ? host->next_ms : now;
            host->next_ms = at + host->robots.delay_ms;
        }
    }
    (void)pthread_mutex_unlock(&web->mutex);
    wait_ms(at - now);
}

/* ── conditional requests ── */

str web_mark(struct arena *a, unsigned depth, str etag)
{
    etag = etag.n > WEB_MARK_MAX - 20 ? STR_EMPTY : etag;
    return arena_printf(a, "v%d %u %.*s", SYNC_READ_VERSION, depth, STR_ARG(etag));
}

bool web_unmark(str mark, unsigned *ret_depth, str *ret_etag)
{
    str version = STR_EMPTY, depth_text = STR_EMPTY;
    uint64_t number = 0, depth = 0;
    if (!str_split(&mark, ' ', &version) || !str_split(&mark, ' ', &depth_text) || version.n < 2 ||
        version.p[0] != 'v' || !str_u64(str_slice(version, 1, version.n), &number) ||
        !str_u64(depth_text, &depth) || number != SYNC_READ_VERSION || depth > 1000) {
        return false;
    }
    *ret_depth = (unsigned)depth;
    *ret_etag = mark;
    return true;
}

static size_t conditions(const struct reading *r, struct fetch_header headers[2])
{
    size_t count = 0;
    unsigned depth = 0;
    str etag = STR_EMPTY;
    if (r->known && str_empty(r->known->error) && web_unmark(r->known->etag, &depth, &etag)) {
        if (etag.n) {
            headers[count++] = (struct fetch_header){STR("If-None-Match"), etag};
        }
        if (r->known->last_modified.n) {
            headers[count++] =
                (struct fetch_header){STR("If-Modified-Since"), r->known->last_modified};
        }
    }
    return count;
}

/* ── one page ── */

static bool type_may_be_text(str type)
{
    static const str fine[] = {
        STR_INIT("text/html"),
        STR_INIT("application/xhtml"),
        STR_INIT("text/plain"),
        STR_INIT("text/markdown"),
        STR_INIT("application/pdf"),
        STR_INIT("text/x-"),
        STR_INIT("application/vnd.openxmlformats-officedocument.wordprocessingml"),
        STR_INIT("application/msword"),
        STR_INIT("application/octet-stream")};
    for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
        if (str_istarts(type, fine[i])) {
            return true;
        }
    }
    return str_empty(type);
}

static void outcome_of_status(struct reading *r, int status)
{
    if (status == 304) {
        r->outcome = READING_SAME;
    } else if (status >= 300 && status < 400) {
        r->outcome = READING_SKIPPED;
        r->reason = STR("leads to another site – add that one as a source of its own");
    } else if (status == 401 || status == 403 || status == 404 || status == 410) {
        r->outcome = READING_GONE;
    } else {
        r->outcome = status >= 500 || status == 408 || status == 425 || status == 429
                         ? READING_LATER
                         : READING_GONE;
    }
}

static err get_page(struct web *web, struct arena *a, const struct reading *r,
                    struct fetch_answer *answer, str *ret_reason)
{
    struct fetch_header headers[2];
    struct fetch_request request = request_of(web, r->path);
    request.headers = headers;
    request.header_count = conditions(r, headers);
    request.same_host_redirects = !r->is_start;
    err e = fetch(a, &request, answer, ret_reason);
    uint64_t seconds = 0;
    bool busy = err_ok(e) && (answer->status == 429 || answer->status == 503);
    if (busy && str_u64(str_trim(answer->retry_after), &seconds) &&
        seconds * 1000 <= WEB_RETRY_MAX_MS) {
        wait_ms((int64_t)seconds * 1000);
        e = fetch(a, &request, answer, ret_reason);
    }
    return e;
}

static void read_answer(struct reading *r, struct parser *parser, const struct fetch_answer *answer,
                        str reason)
{
    struct url final;
    str mark = web_mark(&r->arena, r->depth, answer->etag);
    str modified = answer->last_modified.n <= WEB_MARK_MAX ? answer->last_modified : STR_EMPTY;
    modified = arena_str(&r->arena, modified);
    r->etag = mark.p ? mark : STR_EMPTY;
    r->last_modified = modified.p ? modified : STR_EMPTY;
    if (answer->status < 200 || answer->status >= 300) {
        outcome_of_status(r, answer->status);
        r->reason = r->reason.n ? r->reason : arena_str(&r->arena, reason);
        return;
    }
    if (err_ok(web_url(&r->arena, answer->url, &final))) {
        r->url = url_text(&r->arena, &final, false);
    }
    r->hash = sync_hash(answer->body);
    if (!type_may_be_text(answer->content_type)) {
        r->outcome = READING_SKIPPED;
        r->reason = STR("is neither a page nor a document");
    } else if (r->known && str_empty(r->known->error) && str_eq(r->url, r->known->url) &&
               memcmp(&r->hash, &r->known->hash, sizeof(r->hash)) == 0) {
        r->outcome = READING_SAME;
    } else {
        reading_parse(r, parser, answer->body, r->url, answer->content_type);
    }
}

void web_read(void *user, struct parser *parser, struct reading *r)
{
    struct web *web = user;
    struct arena a; /* the bytes go as soon as they are read */
    struct url url;
    struct fetch_answer answer = {0};
    str reason = STR_EMPTY;
    arena_init(&a, (size_t)web->settings->document_bytes_max * 2 + (4 << 20));
    if (err_ok(url_parse(&a, r->path, &url))) {
        wait_turn(web, &url, &a);
    }
    err e = get_page(web, &a, r, &answer, &reason);
    if (err_ok(e)) {
        read_answer(r, parser, &answer, reason);
    } else {
        bool ours = e.code == ERR_FORBIDDEN || e.code == ERR_INVALID || e.code == ERR_TOO_LARGE;
        r->outcome = ours ? READING_FAILED : READING_LATER;
        r->reason = arena_str(&r->arena, reason.n ? reason : str_c(e.what));
    }
    r->reason = r->reason.p ? r->reason : STR("could not be fetched");
    arena_done(&a);
}
