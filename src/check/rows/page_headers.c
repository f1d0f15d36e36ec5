/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/page.h"

void page_nosniff(const struct facts *f, struct verdict *v)
{
    const struct page *page = web_page(f, v);
    const str *value = page ? http_header(page->exchange, "x-content-type-options", 0) : NULL;
    if (!page) {
        return;
    }
    if (value && str_ieq(*value, STR("nosniff"))) {
        verdict_pass(v, page->url, "X-Content-Type-Options: %.*s", STR_ARG(*value));
    } else if (value) {
        verdict_warn(v, page->url, "X-Content-Type-Options: %.*s: browsers know only nosniff",
                     STR_ARG(*value));
    } else {
        verdict_warn(v, page->url, "no X-Content-Type-Options");
    }
    verdict_fix(v, "Send X-Content-Type-Options: nosniff with every answer.");
    web_fix_header(v, f, "X-Content-Type-Options", STR("nosniff"));
}

/* The last word of the list that browsers know counts (Referrer Policy section 8.1). */
static str referrer_policy(str list)
{
    static const char *const known[] = {
        "no-referrer",   "no-referrer-when-downgrade",
        "same-origin",   "origin",
        "strict-origin", "origin-when-cross-origin",
        "unsafe-url",    "strict-origin-when-cross-origin",
    };
    str word, last = STR_EMPTY;
    while (str_split(&list, ',', &word)) {
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
            last = str_ieq(str_trim(word), str_c(known[i])) ? str_trim(word) : last;
        }
    }
    return last;
}

static str find_referrer(const struct page *page)
{
    const str *header = http_header(page->exchange, "referrer-policy", 0);
    for (size_t i = 0; i < page->item_count; i++) {
        const struct page_item *item = &page->items[i];
        if (item->kind == PAGE_META && str_eq(item->name, STR("referrer"))) {
            return item->text;
        }
    }
    return header ? *header : STR_EMPTY;
}

void page_referrer_policy(const struct facts *f, struct verdict *v)
{
    const struct page *page = web_page(f, v);
    if (!page) {
        return;
    }
    str text = find_referrer(page), policy = referrer_policy(text);
    if (!text.n) {
        verdict_pass(v, page->url,
                     "note: no Referrer-Policy; browsers use strict-origin-when-cross-origin");
    } else if (!policy.n) {
        verdict_warn(v, page->url, "Referrer-Policy: %.*s: no word that browsers know",
                     STR_ARG(str_slice(text, 0, 200)));
    } else if (str_ieq(policy, STR("unsafe-url")) ||
               str_ieq(policy, STR("no-referrer-when-downgrade"))) {
        verdict_warn(v, page->url, "Referrer-Policy: %.*s: full addresses go to other sites",
                     STR_ARG(policy));
    } else {
        verdict_pass(v, page->url, "Referrer-Policy: %.*s", STR_ARG(policy));
    }
    verdict_fix(v, "Send Referrer-Policy: strict-origin-when-cross-origin.");
    web_fix_header(v, f, "Referrer-Policy", STR("strict-origin-when-cross-origin"));
}

/* Of the features that reach into a visitor's room. */
static bool opens_feature(str value, const char **ret)
{
    static const char *const features[] = {"camera",  "microphone", "geolocation",
                                           "payment", "usb",        "display-capture"};
    str part;
    while (str_split(&value, ',', &part)) {
        part = str_trim(part);
        for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) {
            str name = str_c(features[i]);
            if (str_istarts(part, name) && (str_eq(str_slice(part, name.n, part.n), STR("=*")) ||
                                            str_eq(str_slice(part, name.n, part.n), STR("=(*)")))) {
                *ret = features[i];
                return true;
            }
        }
    }
    return false;
}

void page_permissions_policy(const struct facts *f, struct verdict *v)
{
    const struct page *page = web_page(f, v);
    const str *value = page ? http_header(page->exchange, "permissions-policy", 0) : NULL;
    const char *feature = NULL;
    if (!page) {
        return;
    }
    if (!value) {
        verdict_pass(v, page->url,
                     "note: no Permissions-Policy; frames ask for camera and the "
                     "like only where the page allows it");
    } else if (str_find_byte(*value, '=', 0) == SIZE_MAX) {
        verdict_warn(v, page->url,
                     "Permissions-Policy: %.*s: browsers ignore this, it is written as the old "
                     "Feature-Policy",
                     STR_ARG(str_slice(*value, 0, 500)));
    } else if (opens_feature(*value, &feature)) {
        verdict_warn(v, page->url, "Permissions-Policy gives %s to every frame: %.*s", feature,
                     STR_ARG(str_slice(*value, 0, 500)));
    } else {
        verdict_pass(v, page->url, "Permissions-Policy: %.*s", STR_ARG(str_slice(*value, 0, 500)));
    }
    verdict_fix(v, "Switch off what the site does not use.");
    web_fix_header(v, f, "Permissions-Policy", STR("camera=(), microphone=(), geolocation=()"));
}

static void cors_one(struct verdict *v, const struct http_exchange *x)
{
    const str *allow = http_header(x, "access-control-allow-origin", 0);
    const str *with = http_header(x, "access-control-allow-credentials", 0);
    bool credentials = with && str_ieq(*with, STR("true"));
    if (!allow) {
        verdict_pass(v, x->url, "Origin: %.*s gets no Access-Control-Allow-Origin",
                     STR_ARG(x->label));
    } else if (credentials && str_eq(*allow, x->label)) {
        verdict_fail(v, x->url,
                     "Origin: %.*s is answered with Access-Control-Allow-Origin: %.*s and "
                     "Access-Control-Allow-Credentials: true",
                     STR_ARG(x->label), STR_ARG(*allow));
    } else if (credentials && str_eq(*allow, STR("*"))) {
        verdict_warn(v, x->url,
                     "Access-Control-Allow-Origin: * with Access-Control-Allow-Credentials: true; "
                     "browsers refuse the pair");
    } else {
        verdict_pass(v, x->url,
                     "Origin: %.*s gets Access-Control-Allow-Origin: %.*s, without "
                     "credentials",
                     STR_ARG(x->label), STR_ARG(*allow));
    }
}

void page_cors(const struct facts *f, struct verdict *v)
{
    const struct page *page = web_page(f, v);
    size_t count;
    const struct http_exchange *const *list = facts_http_all(f, &count);
    for (size_t i = 0; page && i < count; i++) {
        if (list[i]->purpose != HTTP_ORIGIN || !str_eq(list[i]->url, page->url)) {
            continue;
        }
        if (list[i]->outcome == HTTP_ANSWERED) {
            cors_one(v, list[i]);
        } else {
            verdict_error(v, list[i]->url, "Origin: %.*s: %.*s", STR_ARG(list[i]->label),
                          STR_ARG(list[i]->reason));
        }
    }
    if (page && v->count == 0) {
        verdict_skip(v, page->url, "was not asked with another site's Origin");
    }
    str host = web_site_host(f, v->a);
    verdict_fix(v, "Never send the asker's own Origin back. Name the sites that may read answers "
                   "with the visitor's cookies, one by one, or leave both headers out.");
    verdict_fix_nginx(v, "proxy_hide_header Access-Control-Allow-Origin;\n"
                         "proxy_hide_header Access-Control-Allow-Credentials;");
    verdict_fix_caddy(v,
                      "%.*s {\n    header {\n        -Access-Control-Allow-Origin\n"
                      "        -Access-Control-Allow-Credentials\n    }\n}",
                      STR_ARG(host));
    verdict_fix_cloudflare(v,
                           "Rules > Transform Rules > Modify Response Header\n"
                           "  When: (http.host eq \"%.*s\")\n"
                           "  Then: Remove  Access-Control-Allow-Origin\n"
                           "        Remove  Access-Control-Allow-Credentials",
                           STR_ARG(host));
}

/* ── cookies ── */

static bool cookie_has(str cookie, const char *attribute, const char *value)
{
    str part;
    bool first = true;
    while (str_split(&cookie, ';', &part)) {
        str name = str_trim(part), given = STR_EMPTY;
        size_t equals = str_find_byte(name, '=', 0);
        if (equals != SIZE_MAX) {
            given = str_trim(str_slice(name, equals + 1, name.n));
            name = str_trim(str_slice(name, 0, equals));
        }
        if (!first && str_ieq(name, str_c(attribute)) && (!value || str_ieq(given, str_c(value)))) {
            return true;
        }
        first = false;
    }
    return false;
}

/* Its name says that it is a log-in or a session. */
static bool is_session(str name)
{
    static const char *const words[] = {"sess",  "sid",  "auth",     "token",   "jwt",
                                        "login", "user", "remember", "identity"};
    if (web_has(name, "csrf") || web_has(name, "xsrf")) {
        return false; /* scripts have to read these */
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (web_has(name, words[i])) {
            return true;
        }
    }
    return false;
}

static void cookie_one(struct verdict *v, const struct http_exchange *x, str cookie)
{
    size_t equals = str_find_byte(cookie, '=', 0), semicolon = str_find_byte(cookie, ';', 0);
    str name = str_trim(str_slice(cookie, 0, equals < semicolon ? equals : semicolon));
    /* never the value: it may be a visitor's session */
    str rest = str_slice(cookie, semicolon == SIZE_MAX ? cookie.n : semicolon, cookie.n);
    bool secure = cookie_has(cookie, "secure", NULL);
    bool host = str_starts(name, STR("__Host-"));
    size_t before = v->count;
    rest = str_slice(rest, 0, 300);
    if (cookie_has(cookie, "samesite", "none") && !secure) {
        verdict_fail(v, x->url,
                     "Set-Cookie: %.*s=…%.*s: SameSite=None without Secure is thrown "
                     "away",
                     STR_ARG(name), STR_ARG(rest));
    } else if ((host || str_starts(name, STR("__Secure-"))) &&
               (!secure || (host && (cookie_has(cookie, "domain", NULL) ||
                                     !cookie_has(cookie, "path", "/"))))) {
        verdict_fail(v, x->url,
                     "Set-Cookie: %.*s=…%.*s: breaks the promise of its prefix, thrown "
                     "away",
                     STR_ARG(name), STR_ARG(rest));
    } else if (!secure) {
        verdict_warn(v, x->url, "Set-Cookie: %.*s=…%.*s: Secure is missing", STR_ARG(name),
                     STR_ARG(rest));
    }
    if (is_session(name) && !cookie_has(cookie, "httponly", NULL)) {
        verdict_warn(v, x->url, "Set-Cookie: %.*s=…%.*s: HttpOnly is missing", STR_ARG(name),
                     STR_ARG(rest));
    }
    if (v->count == before) {
        verdict_pass(v, x->url, "Set-Cookie: %.*s=…%.*s", STR_ARG(name), STR_ARG(rest));
    }
}

void page_cookies(const struct facts *f, struct verdict *v)
{
    const struct page *page = web_page(f, v);
    size_t count;
    const struct http_exchange *const *list = facts_http_all(f, &count);
    if (!page) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const str *cookie;
        bool https = str_starts(list[i]->url, STR("https://"));
        for (size_t n = 0; https && list[i]->purpose == HTTP_PAGE &&
                           (cookie = http_header(list[i], "set-cookie", n)) != NULL;
             n++) {
            cookie_one(v, list[i], *cookie);
        }
    }
    if (v->count == 0) {
        verdict_pass(v, page->url, "the page sets no cookie");
    }
    verdict_fix(v, "Set each cookie with Secure, HttpOnly (unless a script reads it) and "
                   "SameSite=Lax: in the application, or in the proxy before it.");
    verdict_fix_nginx(v, "proxy_cookie_flags ~ secure httponly samesite=lax;");
    verdict_fix_caddy(v, "header >Set-Cookie (.*) \"$1; Secure; HttpOnly; SameSite=Lax\"");
}

static bool has_version(str value)
{
    for (size_t i = 0; i + 1 < value.n; i++) {
        char c = value.p[i], next = value.p[i + 1];
        bool digit = next >= '0' && next <= '9';
        if (digit && (c == '/' || c == ' ' || c == 'v')) {
            return true;
        }
    }
    return value.n > 0 && value.p[0] >= '0' && value.p[0] <= '9';
}

void page_banner(const struct facts *f, struct verdict *v)
{
    static const char *const names[] = {"server", "x-powered-by", "x-aspnet-version",
                                        "x-aspnetmvc-version", "x-generator"};
    const struct page *page = web_page(f, v);
    for (size_t i = 0; page && i < sizeof names / sizeof names[0]; i++) {
        const str *value = http_header(page->exchange, names[i], 0);
        if (value && has_version(*value)) {
            verdict_warn(v, page->url, "%s: %.*s", names[i], STR_ARG(*value));
        } else if (value) {
            verdict_pass(v, page->url, "%s: %.*s: no version", names[i], STR_ARG(*value));
        }
    }
    if (page && v->count == 0) {
        verdict_pass(v, page->url, "no header names the software");
    }
    str host = web_site_host(f, v->a);
    verdict_fix(v, "Leave the version out of the headers.");
    verdict_fix_nginx(v, "server_tokens off;\n"
                         "proxy_hide_header X-Powered-By;\n"
                         "fastcgi_hide_header X-Powered-By;");
    verdict_fix_caddy(v, "%.*s {\n    header {\n        -Server\n        -X-Powered-By\n    }\n}",
                      STR_ARG(host));
    verdict_fix_cloudflare(v,
                           "Rules > Transform Rules > Modify Response Header\n"
                           "  When: (http.host eq \"%.*s\")\n"
                           "  Then: Remove  X-Powered-By",
                           STR_ARG(host));
}
