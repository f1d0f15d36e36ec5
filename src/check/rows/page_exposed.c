/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/probe.h"
#include "check/rows/page.h"

static bool answered_ok(const struct http_exchange *x)
{
    return x->outcome == HTTP_ANSWERED && x->status == 200;
}

/* A path's last part is the kind's. */
static bool is_probe_of(const struct http_exchange *x, str origin, enum probe_kind kind)
{
    str path = str_starts(x->url, origin) ? str_slice(x->url, origin.n, x->url.n) : STR_EMPTY;
    for (size_t i = 0; path.n && probe_paths[i].path; i++) {
        if (probe_paths[i].kind == kind && str_eq(path, str_c(probe_paths[i].path))) {
            return true;
        }
    }
    return kind == PROBE_BACKUP && str_ends(path, STR(".zip")) &&
           str_find_byte(str_slice(path, 1, path.n), '/', 0) == SIZE_MAX &&
           !str_starts(path, STR(PROBE_NOWHERE));
}

/* How a probe's body gives itself away; empty: it does not. The text is for evidence. */
typedef str judge_fn(struct arena *a, const struct http_exchange *x);

/* Judges the probes of one kind on the page's origin. */
static void probes(const struct facts *f, struct verdict *v, enum probe_kind kind, judge_fn *judge,
                   enum check_state state)
{
    const struct page *page = web_page(f, v);
    size_t count;
    const struct http_exchange *const *list = facts_http_all(f, &count);
    struct url url;
    if (!page || !err_ok(url_parse(v->a, page->url, &url))) {
        return;
    }
    str origin = url_origin(v->a, &url);
    for (size_t i = 0; i < count; i++) {
        const struct http_exchange *x = list[i];
        if (x->purpose != HTTP_PROBE || !is_probe_of(x, origin, kind)) {
            continue;
        }
        str found = x->outcome == HTTP_ANSWERED ? judge(v->a, x) : STR_EMPTY;
        if (found.n && state == CHECK_FAIL) {
            verdict_fail(v, x->url, "answers %u: %.*s", x->status, STR_ARG(found));
        } else if (found.n) {
            verdict_warn(v, x->url, "answers %u: %.*s", x->status, STR_ARG(found));
        } else if (x->outcome == HTTP_ANSWERED) {
            verdict_pass(v, x->url, "answers %u%s", x->status,
                         answered_ok(x) ? " with something else" : "");
        } else {
            verdict_error(v, x->url, "%.*s", STR_ARG(x->reason));
        }
    }
    if (v->count == 0) {
        verdict_skip(v, page->url, "was not asked for it");
    }
}

static void fix_hidden(struct verdict *v, const struct facts *f)
{
    str host = web_site_host(f, v->a);
    verdict_fix_nginx(v,
                      "# in the server block of %.*s\n"
                      "location ~ /\\.(?!well-known/) { deny all; return 404; }\n"
                      "location ~ (~|\\.(bak|sql|zip|tar\\.gz|swp|old))$ { return 404; }",
                      STR_ARG(host));
    verdict_fix_caddy(v,
                      "%.*s {\n    @hidden path */.git/* */.env* *.bak *.sql *~ *.zip *.tar.gz "
                      "*.DS_Store\n    respond @hidden 404\n}",
                      STR_ARG(host));
    verdict_fix_cloudflare(v,
                           "Security > WAF > Custom rules\n"
                           "  When: (http.host eq \"%.*s\" and (http.request.uri.path contains "
                           "\"/.git\" or http.request.uri.path contains \"/.env\" or "
                           "ends_with(http.request.uri.path, \".sql\") or "
                           "ends_with(http.request.uri.path, \".bak\")))\n"
                           "  Then: Block",
                           STR_ARG(host));
}

static bool all_hex(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = str_lower(s.p[i]);
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
            return false;
        }
    }
    return true;
}

static str judge_git(struct arena *a, const struct http_exchange *x)
{
    str body = str_trim(x->body);
    (void)a;
    bool head = str_starts(body, STR("ref: refs/")) || (body.n == 40 && all_hex(body));
    bool config = str_find(body, STR("[core]"), 0) != SIZE_MAX &&
                  str_find(body, STR("repositoryformatversion"), 0) != SIZE_MAX;
    if (!answered_ok(x) || (!head && !config)) {
        return STR_EMPTY;
    }
    return head ? str_slice(body, 0, 100) : STR("[core] …: the repository's configuration");
}

void page_git(const struct facts *f, struct verdict *v)
{
    probes(f, v, PROBE_GIT, judge_git, CHECK_FAIL);
    verdict_fix(v, "Deploy without the .git folder and refuse its path. Take every secret that was "
                   "ever committed as known: change each one.");
    fix_hidden(v, f);
}

/* Names of the variables of an environment file, never the values. */
static str judge_env(struct arena *a, const struct http_exchange *x)
{
    str rest = x->body, line, names = STR_EMPTY;
    size_t found = 0, others = 0;
    while (answered_ok(x) && !page_is_html(x) && str_split(&rest, '\n', &line)) {
        line = str_trim(line);
        size_t equals = str_find_byte(line, '=', 0), n = 0;
        if (!line.n || line.p[0] == '#') {
            continue;
        }
        while (n < line.n && n < equals && n < 64 &&
               ((line.p[n] >= 'A' && line.p[n] <= 'Z') || line.p[n] == '_' ||
                (n > 0 && line.p[n] >= '0' && line.p[n] <= '9'))) {
            n++;
        }
        if (n > 1 && n == equals) {
            str more =
                arena_printf(a, "%.*s%s%.*s", STR_ARG(names), found ? ", " : "", (int)n, line.p);
            names = more.p && found < 10 ? more : names;
            found++;
        } else {
            others++;
        }
    }
    return found > 0 && found >= others ? names : STR_EMPTY;
}

void page_env(const struct facts *f, struct verdict *v)
{
    probes(f, v, PROBE_ENV, judge_env, CHECK_FAIL);
    verdict_fix(v, "Keep environment files outside of the folder that the web server serves. "
                   "Change every secret that stands in the file: it is known.");
    fix_hidden(v, f);
}

static str judge_backup(struct arena *a, const struct http_exchange *x)
{
    static const struct {
        str magic;
        const char *what;
    } kinds[] = {
        {STR_INIT("PK\003\004"), "a ZIP archive"}, {STR_INIT("\037\213"), "a gzip archive"},
        {STR_INIT("7z\274\257"), "a 7z archive"},  {STR_INIT("SQLite format 3"), "a database"},
        {STR_INIT("-- "), "a database dump"},      {STR_INIT("/*!"), "a database dump"},
        {STR_INIT("CREATE "), "a database dump"},  {STR_INIT("INSERT "), "a database dump"},
        {STR_INIT("<?php"), "PHP source"},         {STR_INIT("\0\0\0\1Bud1"), "names of files"},
    };
    (void)a;
    for (size_t i = 0; answered_ok(x) && i < sizeof kinds / sizeof kinds[0]; i++) {
        if (str_starts(x->body, kinds[i].magic)) {
            return str_c(kinds[i].what);
        }
    }
    return STR_EMPTY;
}

void page_backup(const struct facts *f, struct verdict *v)
{
    probes(f, v, PROBE_BACKUP, judge_backup, CHECK_FAIL);
    verdict_fix(v, "Move backups out of the folder that the web server serves, and take what they "
                   "hold as known.");
    fix_hidden(v, f);
}

static str judge_trace(struct arena *a, const struct http_exchange *x)
{
    static const char *const marks[] = {
        "Traceback (most recent call last)",
        "at Object.<anonymous> (",
        "at Module._compile (",
        "at async ",
        "node_modules/express/",
        "Whoops\\",
        "Fatal error: Uncaught",
        "Stack trace:",
        "Exception in thread \"",
        "java.lang.",
        "org.springframework.",
        "System.NullReferenceException",
        "[HttpException",
        "goroutine 1 [running]",
        "Werkzeug Debugger",
        "You're seeing this error because you have <code>DEBUG = True</code>",
        "ActionController::",
        "Rails.root:",
        "SQLSTATE[",
        "PG::SyntaxError",
        "You have an error in your SQL syntax",
        "Illuminate\\",
        "Symfony\\Component\\",
        "panicked at ",
    };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        size_t at = str_find(x->body, str_c(marks[i]), 0);
        /* "at async " is a line of a trace only with a place behind it */
        bool place = at != SIZE_MAX &&
                     (strcmp(marks[i], "at async ") != 0 ||
                      str_find(str_slice(x->body, at, at + 200), STR(".js:"), 0) != SIZE_MAX);
        if (place && (x->status >= 400 || !str_starts(str_c(marks[i]), STR("java.lang.")))) {
            return arena_printf(a, "%.*s", STR_ARG(str_slice(x->body, at, at + 160)));
        }
    }
    return STR_EMPTY;
}

void page_stack_trace(const struct facts *f, struct verdict *v)
{
    probes(f, v, PROBE_ERROR, judge_trace, CHECK_FAIL);
    str host = web_site_host(f, v->a);
    verdict_fix(v,
                "Switch the debug mode of the application off (NODE_ENV=production, "
                "DEBUG=False, display_errors=Off, APP_DEBUG=false) and show a plain error page.");
    verdict_fix_nginx(v,
                      "# in the server block of %.*s\n"
                      "proxy_intercept_errors on;\n"
                      "error_page 400 404 500 502 503 504 /error.html;",
                      STR_ARG(host));
}

void page_listing(const struct facts *f, struct verdict *v)
{
    const struct page *page = web_page(f, v);
    size_t count;
    const struct http_exchange *const *list = facts_http_all(f, &count);
    for (size_t i = 0; page && i < count; i++) {
        const struct http_exchange *x = list[i];
        if (x->purpose != HTTP_PROBE || !str_ends(x->url, STR("/")) ||
            !str_eq(x->label, page->url)) {
            continue;
        }
        str title = page_title(x->body);
        bool listing = answered_ok(x) && (str_starts(title, STR("Index of /")) ||
                                          str_starts(title, STR("Directory listing for")) ||
                                          str_starts(title, STR("Directory: /")) ||
                                          str_starts(title, STR("Listing of /")));
        if (listing) {
            verdict_fail(v, x->url, "shows the folder's files: <title>%.*s</title>",
                         STR_ARG(title));
        } else if (x->outcome == HTTP_ANSWERED) {
            verdict_pass(v, x->url, "answers %u, no listing", x->status);
        } else {
            verdict_error(v, x->url, "%.*s", STR_ARG(x->reason));
        }
    }
    if (page && v->count == 0) {
        verdict_pass(v, page->url, "the page loads nothing out of a folder of its own");
    }
    str host = web_site_host(f, v->a);
    verdict_fix(v, "Switch directory listings off.");
    verdict_fix_nginx(v,
                      "# in the server block of %.*s, and no \"autoindex on\" elsewhere\n"
                      "autoindex off;",
                      STR_ARG(host));
    verdict_fix_caddy(v, "# %.*s: without the word browse\nfile_server", STR_ARG(host));
    verdict_fix_other(v, "# Apache, .htaccess\nOptions -Indexes");
}

static bool is_map(const struct http_exchange *x)
{
    return answered_ok(x) && str_find(x->body, STR("\"mappings\""), 0) != SIZE_MAX &&
           str_starts(str_trim(x->body), STR("{"));
}

/* A probe with another label than the page's is a source map of the script that is the label. */
static bool is_map_probe(const struct facts *f, const struct page *page,
                         const struct http_exchange *x)
{
    return x->purpose == HTTP_PROBE && !str_eq(x->label, page->url) &&
           web_find(f, HTTP_ASSET, x->label, page->url) != NULL;
}

void page_source_map(const struct facts *f, struct verdict *v)
{
    const struct page *page = web_page(f, v);
    size_t count, scripts = 0;
    const struct http_exchange *const *list = facts_http_all(f, &count);
    for (size_t i = 0; page && i < count; i++) {
        const struct http_exchange *x = list[i];
        scripts += x->purpose == HTTP_ASSET && str_eq(x->label, page->url);
        if (!is_map_probe(f, page, x)) {
            continue;
        }
        bool sources = str_find(x->body, STR("\"sourcesContent\""), 0) != SIZE_MAX;
        if (is_map(x) || (answered_ok(x) && x->cut && sources)) {
            verdict_warn(v, x->url, "is public (%s), named by %.*s",
                         sources ? "with the whole source" : "names of files and symbols",
                         STR_ARG(x->label));
        } else if (x->outcome == HTTP_ANSWERED) {
            verdict_pass(v, x->url, "named by %.*s, answers %u", STR_ARG(x->label), x->status);
        }
    }
    if (page && v->count == 0) {
        verdict_pass(v, page->url,
                     "%zu scripts and styles looked at, none names a source map that "
                     "can be had",
                     scripts);
    }
    str host = web_site_host(f, v->a);
    verdict_fix(v, "Build without source maps (Vite: build.sourcemap: false, webpack: devtool: "
                   "false), or keep them for your error reporter only: refuse *.map.");
    verdict_fix_nginx(v, "# in the server block of %.*s\nlocation ~ \\.map$ { return 404; }",
                      STR_ARG(host));
    verdict_fix_caddy(v, "%.*s {\n    @maps path *.map\n    respond @maps 404\n}", STR_ARG(host));
    verdict_fix_cloudflare(v,
                           "Security > WAF > Custom rules\n"
                           "  When: (http.host eq \"%.*s\" and "
                           "ends_with(http.request.uri.path, \".map\"))\n"
                           "  Then: Block",
                           STR_ARG(host));
}
