/* SPDX-License-Identifier: Apache-2.0 */
/* Sources read anew against a real store: a folder that changes, a site on loopback that changes.
 */
#include "unit/know/read_support.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/file.h"
#include "store/passage.h"
#include "store/project.h"
#include "unit/support/peer.h"

static struct know_settings settings;
static char folder[64];
static struct store *store;
static struct project_row project;
static struct source_row source;
static struct know_progress progress;
static struct buf failures; /* one line each */
static uint64_t cancel_after;

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

static int sync_set_up(void **state)
{
    struct store_settings s = store_settings_default();
    (void)read_set_up(state);
    (void)snprintf(folder, sizeof(folder), "/tmp/know_sync.XXXXXX");
    buf_init(&failures, 1 << 20);
    cancel_after = UINT64_MAX;
    if (!mkdtemp(folder)) {
        return -1;
    }
    (void)snprintf(s.url, sizeof(s.url), "sqlite:%s/.store.db", folder);
    err e = store_open(&s, &arena, &store, NULL);
    project = (struct project_row){
        .id = id_random(), .slug = STR("p"), .name = STR("P"), .settings = STR("{}")};
    e = err_ok(e) ? store_team_create(store, STR("t"), &project.team) : e;
    e = err_ok(e) ? store_project_create(store, &project) : e;
    return err_ok(e) ? 0 : -1;
}

static int sync_tear_down(void **state)
{
    store_close(store);
    store = NULL;
    buf_done(&failures);
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return read_tear_down(state);
}

#define SYNC_TEST(name) cmocka_unit_test_setup_teardown(name, sync_set_up, sync_tear_down)

static bool tell(void *user, const struct know_progress *p, str failure)
{
    (void)user;
    if (failure.n) {
        buf_add(&failures, failure);
        buf_add_byte(&failures, '\n');
    }
    return p->read + p->unchanged < cancel_after;
}

static void add_source(const char *kind, const char *location, const char *options)
{
    source = (struct source_row){.id = id_random(),
                                 .project = project.id,
                                 .kind = str_c(kind),
                                 .location = arena_str(&arena, str_c(location)),
                                 .title = STR("Hours"),
                                 .options = str_c(options),
                                 .state = STR("new")};
    assert_int_equal(store_source_create(store, &source).code, ERR_OK);
}

static void sync_now(void)
{
    buf_clear(&failures);
    assert_int_equal(know_sync(store, &settings, &source, tell, NULL, &progress).code, ERR_OK);
}

static void assert_counts(uint64_t read, uint64_t unchanged, uint64_t failed, uint64_t removed)
{
    if (progress.read != read || progress.unchanged != unchanged || progress.failed != failed ||
        progress.removed != removed) {
        fail_msg("read %lu unchanged %lu failed %lu removed %lu\n%.*s",
                 (unsigned long)progress.read, (unsigned long)progress.unchanged,
                 (unsigned long)progress.failed, (unsigned long)progress.removed,
                 STR_ARG(buf_str(&failures)));
    }
}

/* The URLs of the documents, each with its passages' texts: "a.md(text|text) b.md()". */
static str stored(void)
{
    struct document_row *rows;
    size_t count;
    struct buf b;
    buf_init(&b, 1 << 20);
    assert_int_equal(
        store_document_list(store, &arena, &project.id, &source.id, &rows, &count).code, ERR_OK);
    for (size_t i = 0; i < count; i++) {
        struct passage_row *p;
        size_t n;
        assert_int_equal(
            store_passage_around(store, &arena, &project.id, &rows[i].id, 0, 1000, &p, &n).code,
            ERR_OK);
        buf_addf(&b, "%s%.*s(", i ? " " : "", STR_ARG(rows[i].url));
        for (size_t k = 0; k < n; k++) {
            buf_addf(&b, "%s%.*s", k ? "|" : "", STR_ARG(p[k].text));
        }
        buf_add_byte(&b, ')');
    }
    str text = arena_str(&arena, buf_str(&b));
    buf_done(&b);
    return text;
}

static void put_file(const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_int_equal(file_write(path, str_c(text), 0644).code, ERR_OK);
}

static void drop_file(const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_int_equal(unlink(path), 0);
}

static str source_state(void)
{
    struct source_row row;
    assert_int_equal(store_source_get(store, &arena, &project.id, &source.id, &row).code, ERR_OK);
    return arena_printf(&arena, "%.*s:%.*s", STR_ARG(row.state), STR_ARG(row.last_error));
}

/* ── folders and uploads ── */

static void a_folder_is_followed_through_its_changes(void **state)
{
    (void)state;
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/sub dir", folder);
    assert_int_equal(mkdir(path, 0755), 0);
    put_file("a.md", "# A\nalpha");
    put_file("sub dir/b.txt", "beta");
    put_file(".hidden.md", "secret");
    put_file("c.exe", "not a document");
    (void)snprintf(path, sizeof(path), "%s/_sources", folder);
    assert_int_equal(mkdir(path, 0755), 0);
    put_file("_sources/a.md.txt", "what Sphinx made a.md from");
    (void)snprintf(path, sizeof(path), "%s/passwd.txt", folder);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    add_source("folder", folder, "{\"base_url\":\"https://x.example/d\"}");
    sync_now();
    assert_counts(2, 0, 0, 0);
    assert_str_is(&arena, stored(),
                  "https://x.example/d/a.md(alpha) https://x.example/d/sub%20dir/b.txt(beta)");
    assert_int_equal(progress.passages, 2);
    sync_now();
    assert_counts(0, 2, 0, 0);
    put_file("a.md", "# A\nalpha, changed");
    sync_now();
    assert_counts(1, 1, 0, 0);
    drop_file("sub dir/b.txt");
    sync_now();
    assert_counts(0, 1, 0, 1);
    assert_str_is(&arena, stored(), "https://x.example/d/a.md(alpha, changed)");
    assert_str_is(&arena, source_state(), "ready:");
}

static void a_document_that_cannot_be_read_is_told_and_costs_nothing_else(void **state)
{
    (void)state;
    put_file("good.md", "fine");
    put_file("old.doc", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 word");
    put_file("r.pdf", "%PDF-1.4 broken");
    add_source("folder", folder, "");
    sync_now();
    assert_counts(1, 0, 2, 0);
    assert_str_has(
        &arena, buf_str(&failures),
        "old.doc: is an old Word file (.doc) – save it as DOCX or PDF and add it again\n");
    assert_str_has(&arena, buf_str(&failures), "r.pdf: is damaged");
    assert_str_is(&arena, stored(), "good.md(fine) old.doc() r.pdf()");
    put_file("r.pdf", "<html><p>now it is a page");
    sync_now();
    assert_counts(1, 1, 1, 0);
    assert_str_is(&arena, stored(), "good.md(fine) old.doc() r.pdf(now it is a page)");
}

static void what_repeats_across_documents_is_kept_once(void **state)
{
    (void)state;
    static const char shared[] =
        "This paragraph about our terms stands at the end of every page that we have.";
    put_file(
        "a.md",
        "# A\nalpha\n\n# Terms\nThis paragraph about our terms stands at the end of every page that we have.");
    put_file(
        "b.md",
        "# B\nbeta\n\n# Terms\nThis paragraph about our terms stands at the end of every page that we have.");
    add_source("folder", folder, "");
    sync_now();
    assert_str_is(&arena, stored(), arena_printf(&arena, "a.md(alpha|%s) b.md(beta)", shared).p);
    put_file(
        "b.md",
        "# B\nbeta two\n\n# Terms\nThis paragraph about our terms stands at the end of every page that we have.");
    sync_now();
    assert_str_is(&arena, stored(),
                  arena_printf(&arena, "a.md(alpha|%s) b.md(beta two)", shared).p);
    /* A document under a new name is not a repetition of the one that is gone. */
    drop_file("a.md");
    put_file(
        "c.md",
        "# A\nalpha\n\n# Terms\nThis paragraph about our terms stands at the end of every page that we have.");
    sync_now();
    assert_counts(1, 1, 0, 1);
    assert_str_is(&arena, stored(),
                  arena_printf(&arena, "b.md(beta two) c.md(alpha|%s)", shared).p);
}

static void a_folder_that_is_away_removes_nothing(void **state)
{
    (void)state;
    char path[256], away[256];
    (void)snprintf(path, sizeof(path), "%s/docs", folder);
    (void)snprintf(away, sizeof(away), "%s/away", folder);
    assert_int_equal(mkdir(path, 0755), 0);
    put_file("docs/a.md", "alpha");
    add_source("folder", path, "");
    sync_now();
    assert_int_equal(rename(path, away), 0);
    sync_now();
    assert_counts(0, 0, 1, 0);
    assert_str_is(&arena, stored(), "a.md(alpha)");
    assert_str_has(&arena, source_state(), "failed:");
}

static void a_stopped_sync_removes_nothing(void **state)
{
    (void)state;
    put_file("a.md", "alpha");
    put_file("b.md", "beta");
    put_file("c.md", "gamma");
    add_source("folder", folder, "");
    sync_now();
    drop_file("b.md");
    cancel_after = 1;
    sync_now();
    assert_int_equal(progress.removed, 0);
    assert_str_has(&arena, stored(), "b.md(beta)");
    assert_str_has(&arena, source_state(), "stopped");
}

static void uploads_texts_and_single_files_are_one_document(void **state)
{
    (void)state;
    add_source("text", "", "");
    assert_int_equal(store_source_set_content(store, &project.id, &source.id,
                                              STR("We open at **nine**."), STR("text/plain"))
                         .code,
                     ERR_OK);
    sync_now();
    assert_counts(1, 0, 0, 0);
    assert_str_is(&arena, stored(), "Hours(We open at nine.)");
    sync_now();
    assert_counts(0, 1, 0, 0);
    add_source("file", "prices.html", "");
    assert_int_equal(store_source_set_content(store, &project.id, &source.id, STR("<p>Ten euro"),
                                              STR("text/html"))
                         .code,
                     ERR_OK);
    sync_now();
    assert_str_is(&arena, stored(), "prices.html(Ten euro)");
    put_file("one.md", "single");
    add_source("file", arena_printf(&arena, "%s/one.md", folder).p,
               "{\"base_url\":\"https://x.example/\"}");
    sync_now();
    assert_str_is(&arena, stored(), "https://x.example/one.md(single)");
    add_source("file", "../etc/passwd", "");
    sync_now();
    assert_counts(0, 0, 1, 0);
    assert_str_is(&arena, stored(), "");
}

/* ── sites ── */

struct site_page {
    const char *path;
    int status;
    const char *headers, *body;
};

static struct site_page site[24];
static size_t site_count;
static struct buf asked; /* request lines with If-None-Match, in order */
static pthread_mutex_t asked_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct peer peer;

static struct site_page *page_at(const char *path)
{
    for (size_t i = 0; i < site_count; i++) {
        if (strcmp(site[i].path, path) == 0) {
            return &site[i];
        }
    }
    return NULL;
}

static void set_page(const char *path, int status, const char *headers, const char *body)
{
    struct site_page *page = page_at(path);
    page = page ? page : &site[site_count++];
    *page = (struct site_page){path, status, headers, body};
}

static void serve(struct peer *p, int fd)
{
    char path[512] = "";
    if (!peer_read_until(p, fd, "\r\n\r\n") || strncmp(p->seen, "GET ", 4) != 0) {
        return;
    }
    size_t n = strcspn(p->seen + 4, " ");
    memcpy(path, p->seen + 4, n < sizeof(path) ? n : sizeof(path) - 1);
    struct site_page *page = page_at(path);
    bool tagged = page && strstr(page->headers, "ETag") && strstr(p->seen, "f-None-Match: \"v");
    char *match = tagged ? strstr(p->seen, "\"v") : NULL;
    bool same =
        match && strstr(page->headers, (char[]){match[0], match[1], match[2], match[3], '\0'});
    pthread_mutex_lock(&asked_mutex);
    buf_addf(&asked, "%s%s ", path, same ? "=" : "");
    pthread_mutex_unlock(&asked_mutex);
    if (!page) {
        peer_say(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    } else if (same) {
        peer_say(fd, "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n");
    } else {
        peer_sayf(
            fd,
            "HTTP/1.1 %d X\r\n%sContent-Type: text/html\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
            page->status, page->headers, strlen(page->body), page->body);
    }
}

static int site_set_up(void **state)
{
    site_count = 0;
    buf_init(&asked, 1 << 20);
    return sync_set_up(state) == 0 && peer_start(&peer, serve, NULL) ? 0 : -1;
}

static int site_tear_down(void **state)
{
    peer_stop(&peer);
    buf_done(&asked);
    return sync_tear_down(state);
}

#define SITE_TEST(name) cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

static void add_site(const char *kind, const char *path, const char *options)
{
    add_source(kind, arena_printf(&arena, "http://127.0.0.1:%u%s", peer.port, path).p, options);
}

/* stored() with paths only. */
static str stored_paths(void)
{
    str all = stored(), prefix = arena_printf(&arena, "http://127.0.0.1:%u", peer.port);
    struct buf b;
    buf_init(&b, 1 << 20);
    while (all.n) {
        size_t at = str_find(all, prefix, 0);
        buf_add(&b, str_slice(all, 0, at));
        all = at == SIZE_MAX ? STR_EMPTY : str_slice(all, at + prefix.n, all.n);
    }
    str text = arena_str(&arena, buf_str(&b));
    buf_done(&b);
    return text;
}

static bool was_asked(const char *path)
{
    str wanted = arena_printf(&arena, " %s ", path),
        all = arena_printf(&arena, " %.*s", STR_ARG(buf_str(&asked)));
    return str_find(all, wanted, 0) != SIZE_MAX;
}

static void a_site_is_crawled_within_its_rules(void **state)
{
    (void)state;
    set_page("/robots.txt", 200, "", "User-agent: *\nDisallow: /private/\n");
    set_page(
        "/", 200, "",
        "<p>Home<a href='/a?utm_source=x'>a</a><a href=a#top>a</a><a href=/private/x>p</a>"
        "<a href='http://other.invalid/'>o</a><a href=/logo.png>l</a><a href=/old>old</a><a href=/none>n</a>"
        "<a rel=nofollow href=/never>n</a><a href=/canon>c</a><a href=/secret>s</a><a href='mailto:x@y.z'>m</a>");
    set_page("/a", 200, "", "<p>Page a<a href=/deep1>d</a>");
    set_page("/deep1", 200, "", "<p>Deep one<a href=/deep2>d</a>");
    set_page("/deep2", 200, "", "<p>Deep two");
    set_page("/old", 301, "Location: /new\r\n", "");
    set_page("/new", 200, "", "<p>New place");
    set_page("/canon", 200, "", "<link rel=canonical href=/a><p>Copy of a");
    set_page("/secret", 200, "",
             "<meta name=robots content=noindex><p>Not to be found<a href=/from-secret>f</a>");
    set_page("/from-secret", 200, "", "<p>Linked from there");
    add_site("url", "/", "{\"depth\":2}");
    sync_now();
    assert_str_is(
        &arena, stored_paths(),
        "/(Homeaapololdnncsm) /a(Page ad) /deep1(Deep oned) /from-secret(Linked from there) /new(New place)");
    assert_false(was_asked("/private/x") || was_asked("/logo.png") || was_asked("/never") ||
                 was_asked("/deep2"));
    assert_false(was_asked("/a?utm_source=x"));
    assert_int_equal(progress.failed, 0);
}

static void a_site_is_read_again_only_where_it_changed(void **state)
{
    (void)state;
    set_page("/", 200, "ETag: \"v1\"\r\n",
             "<p>Home<a href=/a>a</a><a href=/b>b</a><a href=/c>c</a>");
    set_page("/a", 200, "ETag: \"v1\"\r\n", "<p>Page a");
    set_page("/b", 200, "", "<p>Page b");
    set_page("/c", 200, "", "<p>Page c");
    add_site("url", "/", "");
    sync_now();
    assert_counts(4, 0, 0, 0);
    buf_clear(&asked);
    set_page("/a", 200, "ETag: \"v2\"\r\n", "<p>Page a, new<a href=/d>d</a>");
    set_page("/b", 503, "", "away");
    set_page("/c", 410, "", "gone");
    set_page("/d", 200, "", "<p>Page d");
    sync_now();
    assert_counts(2, 1, 1, 1);
    assert_true(was_asked("/="));
    assert_str_is(&arena, stored_paths(), "/(Homeabc) /a(Page a, newd) /b(Page b) /d(Page d)");
    assert_str_has(&arena, buf_str(&failures), "/b: 127.0.0.1 answered 503");
    set_page("/", 500, "", "down");
    set_page("/d", 404, "", "");
    sync_now();
    assert_int_equal(progress.removed, 0);
    assert_str_is(&arena, stored_paths(), "/(Homeabc) /a(Page a, newd) /b(Page b) /d(Page d)");
}

static void a_redirect_to_a_page_that_stays_loses_nothing(void **state)
{
    (void)state;
    set_page("/", 200, "", "<p>Home<a href=/b>b</a>");
    set_page("/b", 200, "ETag: \"v1\"\r\n", "<p>Page b");
    add_site("url", "/", "");
    sync_now();
    set_page("/", 200, "", "<p>Home again<a href=/old>o</a><a href=/b>b</a>");
    set_page("/old", 302, "Location: /b\r\n", "");
    sync_now();
    assert_str_is(&arena, stored_paths(), "/(Home againob) /b(Page b)");
}

static void a_site_that_cannot_be_read_is_told_plainly(void **state)
{
    (void)state;
    set_page("/", 200, "", "<p>Home");
    set_page("/robots.txt", 503, "", "");
    add_site("url", "/", "");
    sync_now();
    assert_counts(0, 0, 1, 0);
    assert_str_has(&arena, buf_str(&failures), "answered 503");
    assert_false(was_asked("/"));
    set_page("/robots.txt", 200, "", "User-agent: doorward\nDisallow: /\n");
    sync_now();
    assert_str_has(&arena, buf_str(&failures), "robots.txt of the site does not allow it");
    set_page("/robots.txt", 404, "", "");
    set_page("/", 404, "", "");
    sync_now();
    assert_str_has(&arena, buf_str(&failures), "answered 404");
    assert_str_has(&arena, source_state(), "failed:");
    settings.allow_private = false;
    sync_now();
    settings.allow_private = true;
    assert_str_has(&arena, buf_str(&failures), "private address");
}

static void limits_of_pages_and_depth_hold(void **state)
{
    (void)state;
    static char paths[20][8], links[20][32];
    for (int i = 0; i < 20; i++) {
        (void)snprintf(paths[i], sizeof(paths[i]), "/p%d", i);
        (void)snprintf(links[i], sizeof(links[i]), "<p>Page %d<a href=/p%d>", i, i + 1);
        set_page(paths[i], 200, "", links[i]);
    }
    add_site("url", "/p0", "{\"pages\":3}");
    sync_now();
    assert_counts(3, 0, 0, 0);
    add_site("url", "/p0", "{\"depth\":4}");
    sync_now();
    assert_counts(5, 0, 0, 0);
    sync_now();
    assert_int_equal(progress.read + progress.unchanged, 5);
    add_site("url", "/p0", "{\"depth\":0}");
    sync_now();
    assert_counts(1, 0, 0, 0);
}

static void a_sitemap_names_its_pages(void **state)
{
    (void)state;
    static char index[300], map[600];
    (void)snprintf(
        index, sizeof(index),
        "<sitemapindex><sitemap><loc>http://127.0.0.1:%u/map.xml</loc></sitemap></sitemapindex>",
        peer.port);
    (void)snprintf(
        map, sizeof(map),
        "<urlset><url><loc>http://127.0.0.1:%u/a</loc></url><url><loc>http://127.0.0.1:%u/gone</loc></url>"
        "<url><loc>http://other.invalid/</loc></url></urlset>",
        peer.port, peer.port);
    set_page("/index.xml", 200, "", index);
    set_page("/map.xml", 200, "", map);
    set_page("/a", 200, "", "<p>Page a<a href=/not-listed>n</a>");
    set_page("/not-listed", 200, "", "<p>No");
    add_site("sitemap", "/index.xml", "");
    sync_now();
    assert_str_is(&arena, stored_paths(), "/a(Page an)");
    assert_str_has(&arena, buf_str(&failures), "/gone: 127.0.0.1 answered 404");
    (void)snprintf(map, sizeof(map),
                   "<urlset><url><loc>http://127.0.0.1:%u/not-listed</loc></url></urlset>",
                   peer.port);
    sync_now();
    assert_str_is(&arena, stored_paths(), "/not-listed(No)");
    set_page("/map.xml", 500, "", "");
    sync_now();
    assert_str_is(&arena, stored_paths(), "/not-listed(No)");
    assert_str_has(&arena, source_state(), "map.xml");
}

int main(int argc, char **argv)
{
    know_parser_main(argc, argv);
    settings = know_settings_default();
    settings.allow_private = true;
    settings.fetch_ms = 5000;
    const struct CMUnitTest tests[] = {
        SYNC_TEST(a_folder_is_followed_through_its_changes),
        SYNC_TEST(a_document_that_cannot_be_read_is_told_and_costs_nothing_else),
        SYNC_TEST(what_repeats_across_documents_is_kept_once),
        SYNC_TEST(a_folder_that_is_away_removes_nothing),
        SYNC_TEST(a_stopped_sync_removes_nothing),
        SYNC_TEST(uploads_texts_and_single_files_are_one_document),
        SITE_TEST(a_site_is_crawled_within_its_rules),
        SITE_TEST(a_site_is_read_again_only_where_it_changed),
        SITE_TEST(a_redirect_to_a_page_that_stays_loses_nothing),
        SITE_TEST(a_site_that_cannot_be_read_is_told_plainly),
        SITE_TEST(limits_of_pages_and_depth_hold),
        SITE_TEST(a_sitemap_names_its_pages),
    };
    return err_ok(crypto_init()) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
