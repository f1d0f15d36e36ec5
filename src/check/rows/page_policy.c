/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/bytes.h"
#include "base/crypto.h"
#include "check/rows/csp.h"
#include "check/rows/page.h"

enum { POLICIES_MAX = 8, POLICY_BYTES_MAX = 6000, HASHES_MAX = 20 };

/* The enforced policies of a page: headers and meta elements. */
struct policies {
    str text[POLICIES_MAX];
    bool meta[POLICIES_MAX];
    size_t count;
};

static void add_policy(struct policies *p, str text, bool meta)
{
    if (p->count < POLICIES_MAX && str_trim(text).n) {
        p->text[p->count] = text;
        p->meta[p->count++] = meta;
    }
}

static struct policies find_policies(const struct page *page)
{
    struct policies p = {.count = 0};
    const str *header;
    for (size_t n = 0; (header = http_header(page->exchange, "content-security-policy", n)); n++) {
        str rest = *header, one;
        while (str_split(&rest, ',', &one)) { /* a list of policies, RFC 9110 section 5.6.1 */
            add_policy(&p, one, false);
        }
    }
    for (size_t i = 0; i < page->item_count; i++) {
        const struct page_item *item = &page->items[i];
        if (item->kind == PAGE_META && str_eq(item->name, STR("content-security-policy"))) {
            add_policy(&p, item->text, true);
        }
    }
    return p;
}

/* ── a policy for what this page loads ── */

static bool add_once(struct buf *b, str word)
{
    if (str_find(buf_str(b), word, 0) != SIZE_MAX || b->n + word.n > POLICY_BYTES_MAX / 4) {
        return false;
    }
    buf_add_byte(b, ' ');
    buf_add(b, word);
    return true;
}

static void add_origins(struct buf *b, const struct page *page, struct arena *a,
                        const struct url *own, unsigned kinds)
{
    for (size_t i = 0; i < page->item_count; i++) {
        const struct page_item *item = &page->items[i];
        struct url url;
        if (kinds & 1u << item->kind && item->url.n && err_ok(url_parse(a, item->url, &url)) &&
            !url_same_origin(&url, own)) {
            str origin = arena_printf(a, "https://%.*s", STR_ARG(url.host));
            (void)add_once(b, origin.p ? origin : STR_EMPTY);
        }
    }
}

/* The inline scripts by their hashes (CSP Level 3 section 2.3.1). */
static void add_hashes(struct buf *b, const struct page *page)
{
    size_t added = 0;
    for (size_t i = 0; i < page->item_count && added < HASHES_MAX; i++) {
        const struct page_item *item = &page->items[i];
        bool data = web_has(item->name, "json");
        if (item->kind == PAGE_SCRIPT && !item->url.n && item->text.n && !data) {
            struct crypto_digest d = crypto_sha256(item->text);
            buf_add_c(b, " 'sha256-");
            bytes_base64(b, d.bytes, sizeof d.bytes);
            buf_add_byte(b, '\'');
            added++;
        }
    }
}

static str suggest(const struct page *page, struct arena *a)
{
    struct url own;
    struct buf scripts, images, frames, all;
    if (!err_ok(url_parse(a, page->url, &own))) {
        return STR("default-src 'self'; object-src 'none'; base-uri 'self'");
    }
    buf_init(&scripts, POLICY_BYTES_MAX);
    buf_init(&images, POLICY_BYTES_MAX);
    buf_init(&frames, POLICY_BYTES_MAX);
    buf_init(&all, (size_t)4 * POLICY_BYTES_MAX);
    add_origins(&scripts, page, a, &own, 1u << PAGE_SCRIPT);
    add_origins(&images, page, a, &own, 1u << PAGE_IMAGE | 1u << PAGE_MEDIA);
    add_origins(&frames, page, a, &own, 1u << PAGE_FRAME);
    str hosts = buf_str(&scripts);
    buf_addf(&all, "default-src 'self'; script-src 'self'%.*s", STR_ARG(hosts));
    add_hashes(&all, page);
    buf_addf(&all,
             "; style-src 'self' 'unsafe-inline'; img-src 'self' data:%.*s; "
             "connect-src 'self'%.*s; frame-src 'self'%.*s; object-src 'none'; base-uri 'self'; "
             "form-action 'self'; frame-ancestors 'self'",
             STR_ARG(buf_str(&images)), STR_ARG(hosts), STR_ARG(buf_str(&frames)));
    str policy = arena_str(a, buf_str(&all));
    buf_done(&scripts);
    buf_done(&images);
    buf_done(&frames);
    buf_done(&all);
    return policy.p ? policy : STR_EMPTY;
}

/* ── the checks ── */

/* The policy that leaves the least open: all of them hold at once. */
static size_t judge_all(struct verdict *v, const struct policies *p, struct csp_finding *ret,
                        size_t *ret_count)
{
    size_t best = 0, fewest = SIZE_MAX;
    for (size_t i = 0; i < p->count; i++) {
        struct csp_finding list[CSP_FINDINGS_MAX];
        struct csp csp;
        size_t warnings;
        if (!err_ok(csp_read(v->a, p->text[i], &csp))) {
            continue;
        }
        size_t count = csp_judge(v->a, &csp, list, &warnings);
        if (warnings < fewest) {
            fewest = warnings;
            best = i;
            memcpy(ret, list, count * sizeof *ret);
            *ret_count = count;
        }
    }
    return best;
}

void page_csp(const struct facts *f, struct verdict *v)
{
    const struct page *page = web_page(f, v);
    struct csp_finding findings[CSP_FINDINGS_MAX];
    size_t count = 0;
    if (!page) {
        return;
    }
    struct policies p = find_policies(page);
    const str *report = http_header(page->exchange, "content-security-policy-report-only", 0);
    if (p.count == 0 && report) {
        verdict_warn(v, page->url, "only reported, not enforced: %.*s",
                     STR_ARG(str_slice(*report, 0, 1000)));
    } else if (p.count == 0) {
        verdict_warn(v, page->url, "no Content-Security-Policy");
    } else {
        size_t best = judge_all(v, &p, findings, &count);
        verdict_pass(v, page->url, "Content-Security-Policy%s: %.*s",
                     p.meta[best] ? " (in a meta element)" : "",
                     STR_ARG(str_slice(p.text[best], 0, 2000)));
    }
    for (size_t i = 0; i < count; i++) {
        if (findings[i].note) {
            verdict_pass(v, page->url, "note: %.*s", STR_ARG(findings[i].text));
        } else {
            verdict_warn(v, page->url, "%.*s", STR_ARG(findings[i].text));
        }
    }
    verdict_fix(v, "Send this policy, made of what the page loads today. Try it first as "
                   "Content-Security-Policy-Report-Only and look at the browser's console: event "
                   "handlers inside the HTML and scripts that load others need a word more.");
    web_fix_header(v, f, "Content-Security-Policy", suggest(page, v->a));
}

static bool ancestors_open(const struct csp_directive *d)
{
    for (size_t i = 0; i < d->count; i++) {
        str s = d->sources[i];
        if (str_eq(s, STR("*")) || str_ieq(s, STR("https:")) || str_ieq(s, STR("http:")) ||
            str_eq(s, STR("https://*")) || str_eq(s, STR("http://*"))) {
            return true;
        }
    }
    return false;
}

void page_frame_ancestors(const struct facts *f, struct verdict *v)
{
    const struct page *page = web_page(f, v);
    bool said = false, closed = false;
    if (!page) {
        return;
    }
    struct policies p = find_policies(page);
    str shown = STR_EMPTY;
    for (size_t i = 0; i < p.count && !closed; i++) { /* all hold: one that closes is enough */
        struct csp csp;
        const struct csp_directive *d = NULL;
        if (!p.meta[i] && err_ok(csp_read(v->a, p.text[i], &csp))) {
            d = csp_find(&csp, "frame-ancestors");
        }
        closed = d && !ancestors_open(d);
        shown = d ? str_slice(p.text[i], 0, 1000) : shown;
        said = said || d != NULL;
    }
    if (closed) {
        verdict_pass(v, page->url, "frame-ancestors is there: %.*s", STR_ARG(shown));
    } else if (said) {
        verdict_warn(v, page->url, "frame-ancestors lets everybody in: %.*s", STR_ARG(shown));
    }
    const str *old = http_header(page->exchange, "x-frame-options", 0);
    bool good = old && (str_ieq(*old, STR("DENY")) || str_ieq(*old, STR("SAMEORIGIN")));
    if (!said && good) {
        verdict_pass(v, page->url, "X-Frame-Options: %.*s", STR_ARG(*old));
    } else if (!said && old) {
        verdict_warn(v, page->url, "X-Frame-Options: %.*s: browsers ignore this value",
                     STR_ARG(*old));
    } else if (!said) {
        verdict_warn(v, page->url, "neither frame-ancestors nor X-Frame-Options");
    }
    verdict_fix(v, "Name who may show the page in a frame: 'self' is only you, 'none' nobody.");
    web_fix_policy(v, f, "frame-ancestors 'self'");
}
