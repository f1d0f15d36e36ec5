/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/redirect_chain.h"

static bool is_https(const struct url *u) { return str_eq(u->scheme, STR("https")); }

/* What a chain that is not judged by a check is judged by; NULL: nothing stands in the way. */
static const char *judged_elsewhere(const struct chain *chain)
{
    switch (chain->end) {
    case CHAIN_LOOP:
    case CHAIN_LONG:
        return "redirect.loop";
    case CHAIN_FOREIGN:
        return "redirect.foreign";
    case CHAIN_BROKEN:
        return "redirect.location";
    case CHAIN_ANSWER:
    case CHAIN_FAILED:
    case CHAIN_OPEN:
        break;
    }
    return NULL;
}

static bool skip_elsewhere(struct verdict *v, const struct chain *chain)
{
    const char *other = judged_elsewhere(chain);
    if (other) {
        verdict_skip(v, chain_first(chain), "see %s", other);
    }
    return other != NULL;
}

/* The first request over plain HTTP got no answer. */
static void https_unanswered(struct verdict *v, const struct chain *chain)
{
    const struct http_exchange *x = chain->hops[0];
    str reason = x->reason;
    if (x->outcome == HTTP_NO_ADDRESS || x->outcome == HTTP_NOT_ALLOWED) {
        verdict_skip(v, x->url, "%.*s", STR_ARG(reason));
    } else if (x->outcome == HTTP_UNREACHABLE && !chain->site) {
        verdict_pass(v, x->url, "nothing is served over plain HTTP: %.*s", STR_ARG(reason));
    } else if (x->outcome == HTTP_UNREACHABLE) {
        verdict_warn(v, x->url,
                     "no answer (%.*s): old links and addresses typed without https end here",
                     STR_ARG(reason));
    } else {
        verdict_error(v, x->url, "%.*s", STR_ARG(reason));
    }
}

static void https_one(struct verdict *v, const struct chain *chain)
{
    const struct http_exchange *x = chain->hops[0];
    const struct url *to = chain_to(chain, 0), *last = &chain->urls[chain->count - 1];
    str show = chain_show(v->a, chain);
    if (x->outcome != HTTP_ANSWERED) {
        https_unanswered(v, chain);
    } else if (to && is_https(to)) {
        verdict_pass(v, x->url, "%.*s", STR_ARG(show));
    } else if (skip_elsewhere(v, chain)) {
        return;
    } else if (is_https(last)) {
        verdict_pass(v, x->url, "reaches HTTPS: %.*s", STR_ARG(show));
    } else if (!chain->site && x->status >= 400) {
        verdict_pass(v, x->url, "refuses plain HTTP: %.*s", STR_ARG(show));
    } else {
        verdict_fail(v, x->url, "stays on plain HTTP: %.*s", STR_ARG(show));
    }
}

static void run_https(const struct facts *f, struct verdict *v)
{
    struct chain *chains;
    size_t count = chain_list_or_skip(f, v, &chains);
    const struct http_exchange *page = web_page_exchange(f);
    bool dead = page && page->outcome == HTTP_UNREACHABLE;
    for (size_t i = 0; i < count; i++) {
        if (is_https(&chains[i].urls[0])) {
            continue;
        }
        if (dead && chains[i].hops[0]->outcome != HTTP_ANSWERED) {
            verdict_skip(v, chain_first(&chains[i]), "the site does not answer: see page.status");
        } else {
            https_one(v, &chains[i]);
        }
    }
    chain_fix(f, v, "Answer on port 80 with nothing but a redirect.");
}

static void canonical_failed(struct verdict *v, const struct chain *chain, const struct url *c)
{
    const struct http_exchange *x = chain->hops[chain->count - 1];
    const struct url *at = &chain->urls[chain->count - 1];
    if (!is_https(at)) {
        verdict_skip(v, chain_first(chain), "see redirect.https");
    } else if (x->outcome == HTTP_NO_ADDRESS || x->outcome == HTTP_NOT_ALLOWED) {
        verdict_skip(v, chain_first(chain), "%.*s", STR_ARG(x->reason));
    } else if (x->outcome == HTTP_TLS_FAILED) {
        verdict_skip(v, chain_first(chain), "no TLS: see tls.*");
    } else if (str_eq(at->host, c->host)) {
        verdict_skip(v, chain_first(chain), "see page.status");
    } else if (x->outcome == HTTP_UNREACHABLE) {
        verdict_fail(v, chain_first(chain), "visitors get no answer: %.*s",
                     STR_ARG(chain_show(v->a, chain)));
    } else {
        verdict_error(v, chain_first(chain), "%.*s", STR_ARG(x->reason));
    }
}

/* All names of the site agree on one host, which is not the declared one: intent.origin tells. */
static bool agree_elsewhere(const struct facts *f, const struct chain *chains, size_t count,
                            str declared)
{
    str host = STR_EMPTY;
    for (size_t i = 0; i < count; i++) {
        const struct url *last = &chains[i].urls[chains[i].count - 1];
        if (!chains[i].site) {
            continue;
        }
        if (chains[i].end != CHAIN_ANSWER || !is_https(last) || str_eq(last->host, declared) ||
            (!str_empty(host) && !str_eq(host, last->host))) {
            return false;
        }
        host = last->host;
    }
    return !str_empty(facts_intent(f)->origin) && !str_empty(host);
}

static void run_canonical(const struct facts *f, struct verdict *v)
{
    struct chain *chains;
    struct url c;
    size_t count = chain_list_or_skip(f, v, &chains);
    if (count && !web_canonical(f, v->a, &c)) {
        verdict_skip(v, facts_target(f), "no canonical address is known: see page.status");
        return;
    }
    if (count && agree_elsewhere(f, chains, count, c.host)) {
        verdict_skip(v, facts_target(f), "all names lead to one address: see intent.origin");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct chain *chain = &chains[i];
        const struct url *last = &chain->urls[chain->count - 1];
        if (!chain->site || skip_elsewhere(v, chain)) {
            continue;
        }
        if (chain->end == CHAIN_FAILED) {
            canonical_failed(v, chain, &c);
        } else if (chain->end == CHAIN_ANSWER && !is_https(last)) {
            verdict_skip(v, chain_first(chain), "ends on plain HTTP: see redirect.https");
        } else if (chain->end == CHAIN_ANSWER && str_eq(last->host, c.host)) {
            verdict_pass(v, chain_first(chain), "%.*s", STR_ARG(chain_show(v->a, chain)));
        } else if (chain->end == CHAIN_ANSWER) {
            verdict_fail(v, chain_first(chain), "ends at %.*s, not at %.*s: %.*s",
                         STR_ARG(last->host), STR_ARG(c.host), STR_ARG(chain_show(v->a, chain)));
        } else {
            verdict_error(v, chain_first(chain), "was not followed to its end");
        }
    }
    chain_fix(f, v, "Serve the site under one name.");
}

/* A detour over HTTPS of the same host is what browsers' preload lists ask for. */
static bool for_preload(const struct chain *chain, size_t i)
{
    const str *hsts = http_header(chain->hops[i], "strict-transport-security", 0);
    return hsts && is_https(&chain->urls[i]) && web_has(*hsts, "preload") && i == 1 &&
           str_eq(chain->urls[0].host, chain->urls[1].host);
}

static void hops_one(struct verdict *v, const struct chain *chain)
{
    size_t hops = 0;
    bool preload = false;
    for (size_t i = 0; i + 1 < chain->count; i++) {
        hops += !url_same_origin(&chain->urls[i], &chain->urls[i + 1]);
        preload = preload || for_preload(chain, i);
    }
    str show = chain_show(v->a, chain);
    if (hops <= 1) {
        verdict_pass(v, chain_first(chain), "%.*s", STR_ARG(show));
    } else if (hops == 2 && preload) {
        verdict_pass(v, chain_first(chain), "the extra hop sets HSTS for the preload list: %.*s",
                     STR_ARG(show));
    } else {
        verdict_warn(v, chain_first(chain), "%zu redirects where one is enough: %.*s", hops,
                     STR_ARG(show));
    }
}

static bool goes_down(const struct chain *chain)
{
    for (size_t k = 0; k < chain->count; k++) {
        const struct url *to = chain_to(chain, k);
        if (to && is_https(&chain->urls[k]) && !is_https(to)) {
            return true;
        }
    }
    return false;
}

static void run_hops(const struct facts *f, struct verdict *v)
{
    struct chain *chains;
    size_t count = chain_list_or_skip(f, v, &chains);
    for (size_t i = 0; i < count; i++) {
        if (skip_elsewhere(v, &chains[i])) {
            continue;
        }
        if (goes_down(&chains[i])) {
            verdict_skip(v, chain_first(&chains[i]), "see redirect.downgrade");
        } else if (chains[i].hops[0]->outcome == HTTP_ANSWERED) {
            hops_one(v, &chains[i]);
        } else {
            verdict_skip(v, chain_first(&chains[i]), "%.*s", STR_ARG(chains[i].hops[0]->reason));
        }
    }
    chain_fix(f, v, "Leave out the hops between.");
}

static void run_loop(const struct facts *f, struct verdict *v)
{
    struct chain *chains;
    size_t count = chain_list_or_skip(f, v, &chains);
    for (size_t i = 0; i < count; i++) {
        str show = chain_show(v->a, &chains[i]), first = chain_first(&chains[i]);
        if (chains[i].end == CHAIN_LOOP) {
            verdict_fail(v, first, "goes in a circle: %.*s", STR_ARG(show));
        } else if (chains[i].end == CHAIN_LONG) {
            verdict_fail(v, first, "still redirects after %d hops: %.*s", HTTP_HOPS_MAX,
                         STR_ARG(show));
        } else if (chains[i].hops[0]->outcome == HTTP_ANSWERED) {
            verdict_pass(v, first, "ends: %.*s", STR_ARG(show));
        } else {
            verdict_skip(v, first, "%.*s", STR_ARG(chains[i].hops[0]->reason));
        }
    }
    chain_fix(f, v, "Remove the rules that redirect to each other.");
}

static void path_one(struct verdict *v, const struct chain *chain)
{
    bool kept = true;
    for (size_t i = 0; i < chain->count; i++) {
        const struct url *from = &chain->urls[i], *to = chain_to(chain, i);
        if (to && !url_same_origin(from, to) && kept) {
            kept = str_eq(from->path, to->path) && str_eq(from->query, to->query);
        }
    }
    str show = chain_show(v->a, chain);
    if (kept) {
        verdict_pass(v, chain_first(chain), "path and query are kept: %.*s", STR_ARG(show));
    } else {
        verdict_fail(v, chain_first(chain), "path or query is lost: %.*s", STR_ARG(show));
    }
}

static void run_path(const struct facts *f, struct verdict *v)
{
    struct chain *chains;
    size_t count = chain_list_or_skip(f, v, &chains);
    for (size_t i = 0; i < count; i++) {
        const struct chain *chain = &chains[i];
        if (!chain->deep || skip_elsewhere(v, chain)) {
            continue;
        }
        if (chain->hops[0]->outcome == HTTP_ANSWERED) {
            path_one(v, chain);
        } else {
            verdict_skip(v, chain_first(chain), "%.*s", STR_ARG(chain->hops[0]->reason));
        }
    }
    chain_fix(f, v, "Keep what the visitor asked for.");
}

static bool is_temporary(unsigned status)
{
    return status == 302 || status == 303 || status == 307;
}

static void run_temporary(const struct facts *f, struct verdict *v)
{
    struct chain *chains;
    size_t count = chain_list_or_skip(f, v, &chains);
    for (size_t i = 0; i < count; i++) {
        const struct chain *chain = &chains[i];
        bool temporary = false;
        for (size_t k = 0; k < chain->count; k++) {
            const struct url *to = chain_to(chain, k);
            temporary = temporary || (to && !url_same_origin(&chain->urls[k], to) &&
                                      is_temporary(chain->hops[k]->status));
        }
        str show = chain_show(v->a, chain);
        if (skip_elsewhere(v, chain)) {
            continue;
        }
        if (temporary) {
            verdict_warn(v, chain_first(chain), "a temporary code: %.*s", STR_ARG(show));
        } else if (chain->hops[0]->outcome == HTTP_ANSWERED) {
            verdict_pass(v, chain_first(chain), "%.*s", STR_ARG(show));
        } else {
            verdict_skip(v, chain_first(chain), "%.*s", STR_ARG(chain->hops[0]->reason));
        }
    }
    chain_fix(f, v, "Answer with 301 (or 308), which browsers and search engines remember.");
}

static void run_foreign(const struct facts *f, struct verdict *v)
{
    struct chain *chains;
    size_t count = chain_list_or_skip(f, v, &chains);
    for (size_t i = 0; i < count; i++) {
        const struct chain *chain = &chains[i];
        if (chain->end == CHAIN_FOREIGN) {
            verdict_fail(v, chain_first(chain), "leads to %.*s, which is not yours: %.*s",
                         STR_ARG(chain->next.host), STR_ARG(chain_show(v->a, chain)));
        } else if (chain->hops[0]->outcome == HTTP_ANSWERED) {
            verdict_pass(v, chain_first(chain), "stays on the own hosts");
        } else {
            verdict_skip(v, chain_first(chain), "%.*s", STR_ARG(chain->hops[0]->reason));
        }
    }
    chain_fix(f, v,
              "If that host is yours, name it in launch.yaml (hosts, or origin); otherwise remove "
              "the redirect.");
}

static void run_downgrade(const struct facts *f, struct verdict *v)
{
    struct chain *chains;
    size_t count = chain_list_or_skip(f, v, &chains);
    for (size_t i = 0; i < count; i++) {
        const struct chain *chain = &chains[i];
        if (skip_elsewhere(v, chain)) {
            continue;
        }
        if (goes_down(chain)) {
            verdict_fail(v, chain_first(chain), "goes from HTTPS back to plain HTTP: %.*s",
                         STR_ARG(chain_show(v->a, chain)));
        } else if (chain->hops[0]->outcome == HTTP_ANSWERED) {
            verdict_pass(v, chain_first(chain), "never leaves HTTPS once it is there");
        } else {
            verdict_skip(v, chain_first(chain), "%.*s", STR_ARG(chain->hops[0]->reason));
        }
    }
    chain_fix(f, v, "Redirect to https:// addresses only.");
}

static void run_location(const struct facts *f, struct verdict *v)
{
    struct chain *chains;
    size_t count = chain_list_or_skip(f, v, &chains);
    for (size_t i = 0; i < count; i++) {
        const struct chain *chain = &chains[i];
        if (chain->end == CHAIN_BROKEN) {
            verdict_fail(v, chain_first(chain), "Location: %.*s",
                         STR_ARG(str_slice(chain->raw, 0, 200)));
        } else if (chain->hops[0]->outcome == HTTP_ANSWERED) {
            verdict_pass(v, chain_first(chain), "every Location is a web address");
        } else {
            verdict_skip(v, chain_first(chain), "%.*s", STR_ARG(chain->hops[0]->reason));
        }
    }
    chain_fix(f, v, "Put a complete https:// address into Location.");
}

static const str *hsts_of(const struct http_exchange *x)
{
    return http_header(x, "strict-transport-security", 0);
}

/* Whether each host has HSTS over HTTPS is judged by tls.hsts.*. */
static void run_hsts(const struct facts *f, struct verdict *v)
{
    struct chain *chains;
    size_t count = chain_list_or_skip(f, v, &chains);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < chains[i].count; k++) {
            const struct http_exchange *x = chains[i].hops[k];
            const str *hsts = hsts_of(x);
            if (x->outcome != HTTP_ANSWERED || chains[i].deep) {
                continue;
            }
            if (hsts && !is_https(&chains[i].urls[k])) {
                verdict_warn(v, x->url,
                             "sent over plain HTTP, where browsers must ignore it: "
                             "Strict-Transport-Security: %.*s",
                             STR_ARG(*hsts));
            } else if (hsts) {
                verdict_pass(v, x->url, "Strict-Transport-Security: %.*s", STR_ARG(*hsts));
            }
        }
    }
    if (count && v->count == 0) {
        verdict_skip(v, facts_target(f), "nobody sends HSTS: see tls.hsts.missing");
    }
    chain_fix(f, v, "Send HSTS over HTTPS only.");
}

#define ROW .row = "L3", .needs = NEEDS_DNS | NEEDS_REDIRECTS

const struct check checks_redirect[] = {
    {.id = "redirect.https",
     .title = "Plain HTTP leads to HTTPS",
     .why = "Without it, whoever shares a visitor's network reads and changes your pages.",
     .refs = "RFC 9110 section 15.4; RFC 6797 section 7.2",
     .severity = SEVERITY_HIGH,
     .run = run_https,
     ROW},
    {.id = "redirect.canonical",
     .title = "Every name of the site leads to one address",
     .why = "Two addresses split your search ranking, log-ins and statistics, or leave visitors at "
            "a dead end.",
     .refs = "RFC 9110 section 15.4",
     .severity = SEVERITY_MEDIUM,
     .run = run_canonical,
     ROW},
    {.id = "redirect.hops",
     .title = "The site is reached with one redirect",
     .why = "Each extra redirect costs every visitor a round trip before anything shows.",
     .refs = "RFC 9110 section 15.4",
     .severity = SEVERITY_LOW,
     .run = run_hops,
     ROW},
    {.id = "redirect.loop",
     .title = "Redirects come to an end",
     .why = "A browser gives up on a loop: the site is down for everybody who comes this way.",
     .refs = "RFC 9110 section 15.4",
     .severity = SEVERITY_HIGH,
     .run = run_loop,
     ROW},
    {.id = "redirect.path-lost",
     .title = "Redirects keep path and query",
     .why = "Links from ads and mails land on the wrong page and lose their campaign tags.",
     .refs = "RFC 9110 section 10.2.2",
     .severity = SEVERITY_MEDIUM,
     .run = run_path,
     ROW},
    {.id = "redirect.temporary",
     .title = "Redirects are permanent",
     .why = "Search engines keep the old address as long as the redirect says it is temporary.",
     .refs = "RFC 9110 sections 15.4.2, 15.4.3, 15.4.9",
     .severity = SEVERITY_LOW,
     .run = run_temporary,
     ROW},
    {.id = "redirect.foreign",
     .title = "No redirect leads to somebody else's host",
     .why = "Visitors who trust your name are handed to a host that you do not control.",
     .refs = "RFC 9110 section 17.11; CWE-601",
     .severity = SEVERITY_HIGH,
     .run = run_foreign,
     ROW},
    {.id = "redirect.downgrade",
     .title = "No redirect leads from HTTPS to plain HTTP",
     .why = "One plain hop is enough to steal a log-in or change the page.",
     .refs = "RFC 6797 section 8.3",
     .severity = SEVERITY_HIGH,
     .run = run_downgrade,
     ROW},
    {.id = "redirect.location",
     .title = "Redirects name a web address",
     .why = "Browsers stop at an address they may not open: the visitor sees an error.",
     .refs = "RFC 9110 section 10.2.2",
     .severity = SEVERITY_HIGH,
     .run = run_location,
     ROW},
    {.id = "redirect.hsts",
     .title = "HSTS is sent over HTTPS only",
     .why =
         "The name that people type stays open to interception although the site itself is safe.",
     .refs = "RFC 6797 sections 7.2, 8.1",
     .severity = SEVERITY_LOW,
     .run = run_hsts,
     ROW},
    {0},
};
