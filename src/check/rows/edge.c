/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/edge.h"
#include "check/facts/cdn.h"
#include "check/rows/web.h"

static const struct http_exchange *find_edge(const struct facts *f, const char *label)
{
    size_t count;
    const struct http_exchange *const *list = facts_http_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        if (list[i]->purpose == HTTP_EDGE && str_eq(list[i]->label, str_c(label))) {
            return list[i];
        }
    }
    return NULL;
}

/* The front's answer; NULL after a skip. */
static const struct http_exchange *front(const struct facts *f, struct verdict *v)
{
    const struct http_exchange *x = find_edge(f, "front");
    if (!x || x->outcome != HTTP_ANSWERED) {
        verdict_skip(v, x ? x->url : facts_target(f), "the site did not answer: see page.status");
        return NULL;
    }
    return x;
}

/* The CDN by header, address or name; NULL. *ret_why says by what. */
static const char *find_cdn(const struct facts *f, struct arena *a, const struct http_exchange *x,
                            str *ret_why)
{
    const struct http_field *field;
    struct url url;
    const char *name = cdn_of_exchange(x, &field);
    if (name) {
        *ret_why = arena_printf(a, "%.*s: %.*s", STR_ARG(field->name), STR_ARG(field->value));
        return name;
    }
    name = cdn_of_address(&x->address);
    if (name) {
        struct addr_text text = addr_text(&x->address);
        *ret_why = arena_printf(a, "the address %s is one of its own", text.c);
        return name;
    }
    const struct dns_answer *dns =
        err_ok(url_parse(a, x->url, &url)) ? facts_dns(f, url.host, DNS_A) : NULL;
    for (size_t i = 0; dns && i < dns->count && !name; i++) {
        str target;
        if (dns->records[i].type == DNS_CNAME && dns_record_name(a, &dns->records[i], &target) &&
            (name = cdn_of_name(target)) != NULL) {
            *ret_why = dns_record_show(a, &dns->records[i]);
        }
    }
    return name;
}

/* "github-pages" is "GitHub Pages". */
static bool same_name(str one, str other)
{
    size_t i = 0, k = 0;
    for (;;) {
        while (i < one.n && (one.p[i] == ' ' || one.p[i] == '-' || one.p[i] == '.')) {
            i++;
        }
        while (k < other.n && (other.p[k] == ' ' || other.p[k] == '-' || other.p[k] == '.')) {
            k++;
        }
        if (i == one.n || k == other.n) {
            return i == one.n && k == other.n;
        }
        if (str_lower(one.p[i++]) != str_lower(other.p[k++])) {
            return false;
        }
    }
}

static void run_cdn(const struct facts *f, struct verdict *v)
{
    const struct http_exchange *x = front(f, v);
    const struct intent *intent = facts_intent(f);
    str why = STR_EMPTY;
    if (!x) {
        return;
    }
    const char *name = find_cdn(f, v->a, x, &why);
    if (name && intent->cdn == INTENT_CDN_NO) {
        verdict_warn(v, x->url, "%s (%.*s), though launch.yaml says that there is none", name,
                     STR_ARG(why));
    } else if (name && intent->cdn_name.n && !same_name(str_c(name), intent->cdn_name)) {
        verdict_warn(v, x->url, "%s (%.*s), though launch.yaml says %.*s", name, STR_ARG(why),
                     STR_ARG(intent->cdn_name));
    } else if (name) {
        verdict_pass(v, x->url, "%s: %.*s", name, STR_ARG(why));
    } else if (intent->cdn == INTENT_CDN_YES) {
        verdict_fail(v, x->url, "no CDN is seen, though launch.yaml says that there is one%s%.*s",
                     intent->cdn_name.n ? ": " : "", STR_ARG(intent->cdn_name));
    } else {
        verdict_pass(v, x->url, "note: no CDN recognised; the server answers itself");
    }
    verdict_fix(v,
                "Send the name through the CDN (at Cloudflare: Proxy status \"Proxied\" for "
                "%.*s), or correct cdn in launch.yaml.",
                STR_ARG(web_site_host(f, v->a)));
}

/* The same site: same title, or the same text. An empty answer says nothing. */
static bool same_site(const struct http_exchange *one, const struct http_exchange *other)
{
    str title = page_title(one->body);
    if (one->status != other->status || one->status >= 400) {
        return false;
    }
    return (one->body.n > 0 && str_eq(one->body, other->body)) ||
           (title.n > 0 && str_eq(title, page_title(other->body)));
}

static void origin_one(struct verdict *v, const struct http_exchange *x,
                       const struct http_exchange *x_front)
{
    struct addr_text text = addr_text(&x->address);
    if (x->outcome == HTTP_ANSWERED && same_site(x_front, x)) {
        verdict_fail(v, str_c(text.c),
                     "shows the site to everybody who asks it directly (%.*s, %u)", STR_ARG(x->url),
                     x->status);
    } else if (x->outcome == HTTP_ANSWERED) {
        verdict_pass(v, str_c(text.c), "answers %u, not the site", x->status);
    } else {
        verdict_pass(v, str_c(text.c), "does not answer: %.*s", STR_ARG(x->reason));
    }
}

static void run_origin(const struct facts *f, struct verdict *v)
{
    const struct http_exchange *x = front(f, v);
    size_t count;
    const struct http_exchange *const *list = facts_http_all(f, &count);
    str why;
    if (!x) {
        return;
    }
    if (!find_cdn(f, v->a, x, &why) && facts_intent(f)->origin_address_count == 0 &&
        facts_intent(f)->cdn != INTENT_CDN_YES) {
        verdict_skip(v, x->url, "there is no CDN to go around");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (list[i]->purpose == HTTP_EDGE && str_eq(list[i]->label, STR("origin"))) {
            origin_one(v, list[i], x);
        }
    }
    if (v->count == 0) {
        verdict_skip(v, x->url,
                     "no address of the server is known; name origin_addresses in "
                     "launch.yaml to have them tried");
    }
    str host = web_site_host(f, v->a);
    verdict_fix(v,
                "Let the server talk to the CDN only: a tunnel, client certificates of the CDN "
                "(Cloudflare: Authenticated Origin Pulls), or a firewall with its networks. Then "
                "change the address: it is known.");
    verdict_fix_nginx(v,
                      "# in the server block of %.*s\n"
                      "ssl_client_certificate /etc/nginx/authenticated_origin_pull_ca.pem;\n"
                      "ssl_verify_client on;",
                      STR_ARG(host));
    verdict_fix_caddy(v,
                      "%.*s {\n    tls {\n        client_auth {\n            mode "
                      "require_and_verify\n            trusted_ca_cert_file "
                      "/etc/caddy/authenticated_origin_pull_ca.pem\n        }\n    }\n}",
                      STR_ARG(host));
    verdict_fix_cloudflare(v, "SSL/TLS > Origin Server > Authenticated Origin Pulls: on");
}

/* Headers in which sites tell the client's address back. */
static const str *echo_of(const struct http_exchange *x, const char **ret_name)
{
    static const char *const names[] = {"x-client-ip", "x-real-ip",     "x-forwarded-for",
                                        "x-remote-ip", "x-remote-addr", "client-ip",
                                        "x-your-ip",   "x-user-ip",     "x-originating-ip"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const str *value = http_header(x, names[i], 0);
        if (value) {
            *ret_name = names[i];
            return value;
        }
    }
    return NULL;
}

static void run_client_address(const struct facts *f, struct verdict *v)
{
    const struct http_exchange *x = front(f, v), *forged = find_edge(f, "forwarded");
    const char *name = NULL;
    if (!x) {
        return;
    }
    if (!forged || forged->outcome != HTTP_ANSWERED) {
        verdict_skip(v, x->url, "no answer to a forged X-Forwarded-For");
        return;
    }
    const str *echo = echo_of(forged, &name);
    bool in_body = str_find(forged->body, STR(EDGE_FORGED), 0) != SIZE_MAX &&
                   str_find(x->body, STR(EDGE_FORGED), 0) == SIZE_MAX;
    if (echo && str_starts(str_trim(*echo), STR(EDGE_FORGED))) {
        verdict_fail(v, x->url, "believes a forged X-Forwarded-For: %s: %.*s", name,
                     STR_ARG(*echo));
    } else if (in_body) {
        verdict_fail(v, x->url, "shows the address of a forged X-Forwarded-For: " EDGE_FORGED);
    } else if (echo) {
        verdict_pass(v, x->url, "a forged X-Forwarded-For is not believed: %s: %.*s", name,
                     STR_ARG(*echo));
    } else {
        verdict_skip(v, x->url, "the site does not show which address it believes");
    }
    verdict_fix(v, "Take the client's address from the proxy in front only, and let that proxy "
                   "replace what the client claims.");
    verdict_fix_nginx(v, "# behind a CDN: its networks, for Cloudflare those of "
                         "https://www.cloudflare.com/ips/\n"
                         "set_real_ip_from 173.245.48.0/20;\n"
                         "real_ip_header CF-Connecting-IP;\n"
                         "# towards the application\n"
                         "proxy_set_header X-Forwarded-For $remote_addr;\n"
                         "proxy_set_header X-Real-IP $remote_addr;");
    verdict_fix_caddy(v, "reverse_proxy localhost:8080 {\n"
                         "    header_up X-Forwarded-For {remote_host}\n}");
}

#define ROW .row = "L19", .needs = NEEDS_EDGE

const struct check checks_edge[] = {
    {.id = "edge.cdn",
     .title = "The CDN is the one that is meant to be there",
     .why = "Without the CDN that you count on, an attack or a busy day reaches your server "
            "directly.",
     .refs = "RFC 9110 section 7.6.3",
     .severity = SEVERITY_NOTE,
     .run = run_cdn,
     ROW},
    {.id = "edge.origin",
     .title = "The server cannot be reached around the CDN",
     .why = "Whoever knows the address passes by the firewall and the limits that you pay for.",
     .refs = "CWE-420; RFC 9110 section 7.6.3",
     .severity = SEVERITY_MEDIUM,
     .run = run_origin,
     ROW},
    {.id = "edge.client-address",
     .title = "The client's address cannot be forged",
     .why = "Limits, blocks and logs by address are worthless when everybody chooses their own.",
     .refs = "RFC 7239 section 8.1; CWE-348",
     .severity = SEVERITY_MEDIUM,
     .run = run_client_address,
     ROW},
    {0},
};
