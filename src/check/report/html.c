/* SPDX-License-Identifier: Apache-2.0 */
/* One file that can be handed to a client: no request to anywhere, one style and one script whose
 * hashes its content security policy names. */
#include "base/clock.h"
#include "check/report/parts.h"
#include "report_style.inc"

/* ── small pieces ── */

static void element(struct buf *b, const char *open, str text, const char *close)
{
    buf_add_c(b, open);
    escape_html(b, text);
    buf_add_c(b, close);
}

/* A symbol is for the eye; the word beside it says the same. */
static void sign(struct buf *b, enum check_state state)
{
    buf_addf(b, "<span class=\"sign\" aria-hidden=\"true\">%s</span>", parts_symbol(state));
}

static const char *class_of(enum check_state state) { return check_state_name(state); }

static void paste(struct buf *b, const char *caption, str text)
{
    buf_addf(b,
             "<figure><figcaption>%s</figcaption><button class=\"copy\" type=\"button\" "
             "aria-label=\"Copy: %s\" hidden>Copy</button><pre tabindex=\"0\" role=\"group\" "
             "aria-label=\"%s\">",
             caption, caption, caption);
    escape_html(b, text);
    buf_add_c(b, "</pre></figure>");
}

static void references(struct writing *w, const char *refs)
{
    str ref;
    for (size_t i = 0; parts_ref(refs, i, &ref); i++) {
        str url = parts_ref_url(&w->a, ref);
        buf_add_c(w->b, i ? " · " : "<p class=\"refs\">See ");
        if (str_empty(url)) {
            escape_html(w->b, ref);
        } else {
            element(w->b, "<a href=\"", url, "\">");
            element(w->b, "", ref, "</a>");
        }
    }
    buf_add_c(w->b, parts_ref(refs, 0, &ref) ? "</p>" : "");
}

static void evidence_item(struct buf *b, const struct evidence *e)
{
    buf_addf(b, "<li class=\"%s\">", class_of(e->state));
    sign(b, e->state);
    element(b, " <span class=\"subject\">", e->subject, "</span> ");
    element(b, "<span class=\"mono\">", e->text, "</span>");
    if (e->excepted) {
        element(b, "<span class=\"why\">Accepted: ", e->reason, "</span>");
    }
    buf_add_c(b, "</li>");
}

/* ── the head: what it is and how it stands ── */

static void page_head(struct writing *w)
{
    struct buf *b = w->b;
    buf_add_c(b, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                 "style-src '" REPORT_CSS_HASH "'; script-src '" REPORT_SCRIPT_HASH
                 "'; img-src data:; base-uri 'none'; form-action 'none'\">"
                 "<meta name=\"robots\" content=\"noindex\"><meta name=\"referrer\" "
                 "content=\"no-referrer\"><link rel=\"icon\" href=\"data:,\">");
    element(b, "<title>Launch check of ", w->r->target, "</title>");
    buf_add_c(b, "<style>" REPORT_CSS "</style></head><body>");
}

static const char *plural(size_t n, const char *one, const char *many)
{
    return n == 1 ? one : many;
}

static void sentence(struct writing *w)
{
    const size_t *n = w->r->summary;
    enum check_state state = n[CHECK_FAIL]    ? CHECK_FAIL
                             : n[CHECK_WARN]  ? CHECK_WARN
                             : n[CHECK_ERROR] ? CHECK_ERROR
                             : n[CHECK_PASS]  ? CHECK_PASS
                                              : CHECK_SKIP;
    buf_addf(w->b, "<p class=\"sentence %s\">", class_of(state));
    sign(w->b, state);
    buf_add_c(w->b, "<span>");
    if (n[CHECK_FAIL]) {
        buf_addf(w->b, "Not ready to launch: %zu %s", n[CHECK_FAIL],
                 plural(n[CHECK_FAIL], "check fails", "checks fail"));
        if (n[CHECK_WARN]) {
            buf_addf(w->b, ", %zu more should be put right first", n[CHECK_WARN]);
        }
    } else if (n[CHECK_WARN]) {
        buf_addf(w->b, "Nothing is broken; %zu %s be put right before launch", n[CHECK_WARN],
                 plural(n[CHECK_WARN], "thing should", "things should"));
    } else if (n[CHECK_ERROR]) {
        buf_addf(w->b, "Nothing wrong was seen, but %zu %s not be tested", n[CHECK_ERROR],
                 plural(n[CHECK_ERROR], "check could", "checks could"));
    } else {
        buf_add_c(w->b, n[CHECK_PASS] ? "Ready to launch, as far as can be seen from outside"
                                      : "Nothing was tested");
    }
    buf_add_c(w->b, ".</span></p>");
}

static void page_header(struct writing *w)
{
    struct buf *b = w->b;
    buf_add_c(b, "<header><div><p class=\"eyebrow\">Launch check</p>");
    element(b, "<h1>", w->r->target, "</h1>");
    buf_addf(b, "<p class=\"meta\"><time datetime=\"%s\">%.*s</time></p>",
             clock_rfc3339(w->r->started_ms).c, STR_ARG(day_moment(&w->a, w->r->started_ms)));
    sentence(w);
    buf_add_c(b, "</div></header><main>");
}

static size_t count_in_row(const struct report *r, const char *row, bool bad)
{
    size_t count = 0;
    for (size_t i = 0; i < r->count; i++) {
        count += strcmp(r->results[i].check->row, row) == 0 &&
                 (!bad || r->results[i].verdict.state > CHECK_PASS);
    }
    return count;
}

static void score_card(struct writing *w)
{
    static const enum check_state order[] = {CHECK_FAIL, CHECK_WARN, CHECK_ERROR, CHECK_PASS,
                                             CHECK_SKIP};
    struct buf *b = w->b;
    buf_add_c(b, "<h2>Score card</h2><ul class=\"card\">");
    for (size_t i = 0; i < w->r->row_count; i++) {
        const struct report_row *row = &w->r->rows[i];
        size_t all = count_in_row(w->r, row->id, false), bad = count_in_row(w->r, row->id, true);
        buf_addf(b, "<li class=\"%s\"><a href=\"#row-%s\">", class_of(row->state), row->id);
        sign(b, row->state);
        buf_addf(b, "<b>%s</b><small>%s · %s · ", row->title, row->id, parts_word(row->state));
        if (bad) {
            buf_addf(b, "%zu of %zu %s", bad, all, plural(all, "check", "checks"));
        } else {
            buf_addf(b, "%zu %s", all, plural(all, "check", "checks"));
        }
        buf_add_c(b, "</small></a></li>");
    }
    buf_add_c(b, "</ul><ul class=\"numbers\">");
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        buf_addf(b, "<li class=\"%s\"><b>%zu</b> %s</li>", class_of(order[i]),
                 w->r->summary[order[i]], parts_word(order[i]));
    }
    if (w->r->excepted) {
        buf_addf(b, "<li class=\"note\"><b>%zu</b> accepted</li>", w->r->excepted);
    }
    buf_add_c(b, "</ul>");
}

/* ── findings ── */

static void finding_evidence(struct buf *b, const struct verdict *v)
{
    buf_add_c(b, "<h4>Seen</h4><ul class=\"seen\">");
    for (size_t i = 0; i < v->count; i++) {
        if (v->evidence[i].state > CHECK_PASS) {
            evidence_item(b, &v->evidence[i]);
        }
    }
    if (v->more) {
        buf_addf(b, "<li>and %zu more</li>", v->more);
    }
    buf_add_c(b, "</ul>");
}

static void finding(struct writing *w, size_t number, const struct check_result *one)
{
    struct buf *b = w->b;
    struct parts_block block;
    const struct verdict *v = &one->verdict;
    buf_addf(b, "<article class=\"%s\" id=\"%s\"><header><span class=\"number\">%zu</span>",
             class_of(v->state), one->check->id, number);
    element(b, "<h3>", str_c(one->check->title), "</h3>");
    buf_addf(b,
             "<p class=\"tags\"><span class=\"badge\">%s %s</span><span>%s severity</span>"
             "<span>%s %s</span><code>%s</code></p></header>",
             parts_symbol(v->state), parts_word(v->state),
             check_severity_name(one->check->severity), one->check->row,
             check_row_title(one->check->row), one->check->id);
    finding_evidence(b, v);
    element(b, "<h4>Why it matters</h4><p>", str_c(one->check->why), "</p>");
    buf_add_c(b, "<h4>Fix</h4>");
    element(b, "<p>", v->fix_text, "</p>");
    for (size_t i = 0; parts_block(v, i, &block); i++) {
        paste(b, block.label, block.text);
    }
    paste(b, "Re-test", parts_retest(w, one));
    references(w, one->check->refs);
    buf_add_c(b, "</article>\n");
}

/* ── lists ── */

static void list_item(struct buf *b, const struct check_result *one)
{
    const struct verdict *v = &one->verdict;
    size_t shown = 0;
    bool note = v->state == CHECK_PASS && parts_note(v) != NULL; /* no tick beside "not there" */
    buf_addf(b, "<li class=\"%s\">", note ? "note" : class_of(v->state));
    if (note) {
        buf_add_c(b, "<span class=\"sign\" aria-hidden=\"true\">·</span>");
    } else {
        sign(b, v->state);
    }
    buf_add_c(b, "<div class=\"body\">");
    element(b, "", str_c(one->check->title), "");
    buf_addf(b, " <code>%s</code>", one->check->id);
    for (size_t i = 0; i < v->count && shown < 20; i++) {
        const struct evidence *e = &v->evidence[i];
        if (e->state != v->state && !e->excepted) {
            continue;
        }
        shown++;
        element(b, "<span class=\"mono\">", e->subject, ": ");
        element(b, "", e->text, "</span>");
        if (e->excepted) {
            element(b, "<span class=\"mono\">Accepted: ", e->reason, "</span>");
        }
    }
    size_t more = v->more;
    if (more) {
        buf_addf(b, "<span class=\"mono\">and %zu more</span>", more);
    }
    buf_add_c(b, "</div></li>");
}

/* What is worth knowing, without a tick that would say more. */
static void notes(struct writing *w)
{
    const struct check_result *results[CHECK_RESULTS_MAX];
    size_t count = parts_notes(w->r, results);
    buf_add_c(w->b, count ? "<section><h2>Notes</h2><div class=\"panel\"><p>Nothing to repair; "
                            "worth knowing.</p><ul class=\"checks\">"
                          : "");
    for (size_t i = 0; i < count; i++) {
        const struct evidence *e = parts_note(&results[i]->verdict);
        buf_add_c(w->b, "<li class=\"note\"><span class=\"sign\" aria-hidden=\"true\">·</span>"
                        "<div class=\"body\">");
        element(w->b, "", e->subject, ": ");
        element(w->b, "", e->text, "");
        buf_addf(w->b, " <code>%s</code></div></li>", results[i]->check->id);
    }
    buf_add_c(w->b, count ? "</ul></div></section>\n" : "");
}

static void list(struct writing *w, const char *title, const char *explained,
                 const struct check_result **results, size_t count)
{
    if (count == 0) {
        return;
    }
    buf_addf(w->b, "<section><h2>%s</h2><div class=\"panel\"><p>%s</p><ul class=\"checks\">", title,
             explained);
    for (size_t i = 0; i < count; i++) {
        list_item(w->b, results[i]);
    }
    buf_add_c(w->b, "</ul></div></section>\n");
}

/* Checks that fail in nothing else but have accepted evidence. */
static size_t accepted(const struct report *r, const struct check_result **ret)
{
    size_t count = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct verdict *v = &r->results[i].verdict;
        bool any = false;
        for (size_t k = 0; k < v->count; k++) {
            any |= v->evidence[k].excepted;
        }
        if (any && v->state != CHECK_FAIL && v->state != CHECK_WARN) {
            ret[count++] = &r->results[i];
        }
    }
    return count;
}

static void all_checks(struct writing *w)
{
    struct buf *b = w->b;
    buf_add_c(b, "<section><h2>Everything that was looked at</h2>");
    for (size_t i = 0; i < w->r->row_count; i++) {
        const struct report_row *row = &w->r->rows[i];
        size_t all = count_in_row(w->r, row->id, false);
        buf_addf(b, "<details id=\"row-%s\"><summary class=\"%s\">", row->id, class_of(row->state));
        sign(b, row->state);
        buf_addf(b, "<span>%s %s</span><small>%s · %zu %s</small></summary><ul class=\"checks\">",
                 row->id, row->title, parts_word(row->state), all, plural(all, "check", "checks"));
        for (size_t k = 0; k < w->r->count; k++) {
            if (strcmp(w->r->results[k].check->row, row->id) == 0) {
                list_item(b, &w->r->results[k]);
            }
        }
        buf_add_c(b, "</ul></details>\n");
    }
    buf_add_c(b, "</section>");
}

static void method(struct writing *w)
{
    struct buf *b = w->b;
    buf_add_c(b,
              "<section><h2>How this was made</h2><div class=\"panel\"><dl><dt>Method</dt><dd>"
              "From outside, as a visitor or a mail server would come: names asked of a "
              "validating resolver and of each name server, TLS handshakes, web requests without "
              "following redirects blindly, mail records and greetings. Nothing was changed and "
              "nothing was exploited.</dd><dt>Target</dt>");
    element(b, "<dd>", w->r->target, "</dd>");
    buf_addf(b, "<dt>Date</dt><dd>%.*s, in %.*s</dd><dt>Program</dt><dd>doorward %s</dd>",
             STR_ARG(day_moment(&w->a, w->r->started_ms)),
             STR_ARG(day_span(&w->a, w->r->duration_ms)), DOORWARD_VERSION);
    buf_addf(
        b,
        "<dt>Not tested</dt><dd>%zu %s not apply here or had nothing to look at, %zu could "
        "not be tested; each says why above. Files and history are searched for secrets "
        "where launch.yaml names them. What needs an account is not part of this check.%s</dd>",
        w->r->summary[CHECK_SKIP], plural(w->r->summary[CHECK_SKIP], "check did", "checks did"),
        w->r->summary[CHECK_ERROR],
        w->r->truncated ? " There was more than the limits allow: some of it was not looked at."
                        : "");
    buf_add_c(b, "<dt>Order</dt><dd>The more severe first; of the same severity what fails before "
                 "what warns, and what others build on before them: names, TLS, redirects, pages, "
                 "mail.</dd>");
    element(b, "<dt>Again</dt><dd><code>doorward check ", w->r->target, "");
    element(b, str_empty(w->style->options) ? "" : " ", w->style->options,
            "</code></dd></dl></div></section>");
}

void parts_html_page(struct writing *w)
{
    const struct check_result *results[CHECK_RESULTS_MAX];
    page_head(w);
    page_header(w);
    score_card(w);
    size_t count = parts_findings(w->r, results);
    buf_add_c(w->b, count ? "<section><h2>What to do first</h2>" : "");
    for (size_t i = 0; i < count; i++) {
        finding(w, i + 1, results[i]);
    }
    buf_add_c(w->b, count ? "</section>" : "");
    list(w, "Could not be tested", "No answer came, so nothing is said about these.", results,
         parts_of_state(w->r, CHECK_ERROR, results));
    list(w, "Accepted for now", "Known, with a reason and an end date.", results,
         accepted(w->r, results));
    notes(w);
    all_checks(w);
    method(w);
    buf_add_c(w->b, "</main><footer>Made by doorward check.</footer><script>" REPORT_SCRIPT
                    "</script></body></html>\n");
}
