/* SPDX-License-Identifier: Apache-2.0 */
/* How an answer comes about: from the model when there is one and all goes well, else from the
 * documents' own sentences, else an honest sentence and the form. Nothing here ends in silence. */
#include "base/clock.h"
#include "base/log.h"
#include "chat/fence.h"
#include "chat/turn_private.h"
#include "guard/budget.h"
#include "guard/egress.h"

enum { PIECE_BYTES = 48, HEAD_BYTES = 24, FINISH_MS = 1500 };

static const str not_found_mark = STR_INIT("NOT_FOUND");

/* ── honest sentences ── */

void turn_not_found(struct turn *t)
{
    turn_say(t, say_text(t->language, SAY_NOT_FOUND));
    t->answered = false;
    t->offer = "lead_form";
    t->offer_reason = "not_found";
}

static void unavailable(struct turn *t)
{
    turn_say(t, say_text(t->language, SAY_UNAVAILABLE));
    t->answered = false;
    t->offer = "lead_form";
    t->offer_reason = "unavailable";
}

/* ── the documents' own sentences ── */

/* Gives the number that stands for a citation among the pages; 0 when there is no room. */
static unsigned page_for(struct turn *t, const struct know_citation *c)
{
    for (size_t i = 0; i < t->page_count; i++) {
        if (str_eq(t->pages[i].url, c->url)) {
            return t->pages[i].index;
        }
    }
    if (t->page_count == TURN_PAGES_MAX) {
        return 0;
    }
    t->pages[t->page_count] = *c;
    t->pages[t->page_count].index = (unsigned)t->page_count + 1;
    return t->pages[t->page_count++].index;
}

/* The extract with its [n] in terms of the turn's pages. */
static void renumber(struct turn *t, struct buf *ret)
{
    str text = t->extract.content;
    for (size_t i = 0; i < text.n; i++) {
        unsigned n = 0;
        size_t k = i + 1;
        while (text.p[i] == '[' && k < text.n && k - i < 4 && text.p[k] >= '0' &&
               text.p[k] <= '9') {
            n = n * 10 + (unsigned)(text.p[k++] - '0');
        }
        const struct know_citation *found = NULL;
        for (size_t c = 0; c < t->extract.citation_count && k < text.n && text.p[k] == ']'; c++) {
            found = t->extract.citations[c].index == n ? &t->extract.citations[c] : found;
        }
        if (k > i + 1 && found) {
            buf_addf(ret, "[%u]", page_for(t, found));
            i = k;
        } else {
            buf_add_byte(ret, text.p[i]);
        }
    }
}

/* Says a text in pieces that end with a word. */
static void say_in_pieces(struct turn *t, str text)
{
    while (text.n > 0) {
        size_t n = text.n;
        if (n > PIECE_BYTES) {
            n = PIECE_BYTES;
            while (n < text.n && text.p[n - 1] != ' ' && text.p[n - 1] != '\n') {
                n++;
            }
        }
        turn_say(t, str_slice(text, 0, n));
        text = str_slice(text, n, text.n);
    }
}

/* The documents are the business's own, but a page may have been written by a stranger: filtered
 * like a model. */
static err say_extract(struct turn *t)
{
    struct buf numbered, out;
    buf_init(&numbered, TURN_ANSWER_MAX);
    buf_init(&out, TURN_ANSWER_MAX);
    renumber(t, &numbered);
    err e = compose_urls(t, buf_str(&numbered));
    struct egress_settings settings = {
        .citations = (unsigned)t->page_count,
        .allow_urls = t->urls,
        .allow_url_count = t->url_count,
        .code_urls = t->code_urls,
        .code_url_count = t->code_url_count,
    };
    struct egress egress;
    egress_init(&egress, &settings);
    if (err_ok(e)) {
        e = egress_push(&egress, buf_str(&numbered), &out);
    }
    if (err_ok(e)) {
        e = egress_finish(&egress, &out);
    }
    egress_done(&egress);
    if (err_ok(e)) {
        say_in_pieces(t, str_trim(buf_str(&out)));
    }
    buf_done(&numbered);
    buf_done(&out);
    return e;
}

static err answer_extract(struct turn *t)
{
    if (!t->extract.answered) {
        (t->degraded ? unavailable : turn_not_found)(t);
        return ERR_NONE;
    }
    t->page_count = 0; /* its own numbers, from 1 */
    t->answered = true;
    return say_extract(t);
}

/* ── the model ── */

struct model_turn {
    struct turn *t;
    struct egress egress;
    struct buf head; /* the first bytes, until it is clear that they are no NOT_FOUND */
    struct buf out;  /* what the filter has let through */
    bool begun, not_found;
    err failed; /* of the filter */
};

static bool pass_on(struct model_turn *m, str text)
{
    buf_clear(&m->out);
    m->failed = egress_push(&m->egress, text, &m->out);
    if (!err_ok(m->failed)) {
        return false;
    }
    turn_say(m->t, buf_str(&m->out));
    return clock_mono_ms() < m->t->deadline_ms;
}

static bool on_delta(void *user, str text)
{
    struct model_turn *m = user;
    if (m->begun) {
        return pass_on(m, text);
    }
    buf_add(&m->head, text);
    str head = str_trim(buf_str(&m->head));
    str seen = str_slice(head, 0, not_found_mark.n);
    if (head.n < not_found_mark.n && str_starts(not_found_mark, head) && m->head.n < HEAD_BYTES) {
        return true;
    }
    if (str_eq(seen, not_found_mark)) {
        m->not_found = true;
        return false;
    }
    m->begun = true;
    return pass_on(m, buf_str(&m->head));
}

/* Ends the filter; what it held is said too. */
static void finish_stream(struct model_turn *m)
{
    if (!m->begun && m->head.n > 0 && err_ok(m->failed)) {
        m->begun = true;
        (void)pass_on(m, buf_str(&m->head));
    }
    if (err_ok(m->failed)) {
        buf_clear(&m->out);
        m->failed = egress_finish(&m->egress, &m->out);
    }
    if (err_ok(m->failed)) {
        turn_say(m->t, buf_str(&m->out));
    }
}

/* True when a byte may end a sentence. */
static bool ends_sentence(str s, size_t at)
{
    if (strchr(".!?", s.p[at]) && s.p[at]) {
        return at + 1 == s.n || s.p[at + 1] == ' ' || s.p[at + 1] == '\n' || s.p[at + 1] == '[';
    }
    return s.p[at] == '\n' || str_starts(str_slice(s, at, s.n), STR("\xe3\x80\x82")); /* 。 */
}

/* Length of the text up to its last whole sentence with the marks behind it. */
static size_t whole_sentences(str s)
{
    size_t end = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!ends_sentence(s, i)) {
            continue;
        }
        size_t k = (unsigned char)s.p[i] == 0xe3 ? i + 3 : i + 1;
        size_t open;
        while ((open = k + (k < s.n && s.p[k] == ' ')) < s.n && s.p[open] == '[') {
            size_t close = str_find_byte(s, ']', open);
            if (close == SIZE_MAX || close - open > 4) {
                break;
            }
            k = close + 1;
        }
        end = k;
    }
    return end;
}

/* Length of what is kept of a text that broke off: whole sentences, in a code block whole lines and
 * no empty block. */
static size_t whole_part(str s)
{
    size_t whole = whole_sentences(s);
    struct fence fence = fence_find(str_slice(s, 0, whole));
    if (fence.open) {
        while (whole > fence.inside && s.p[whole - 1] != '\n') {
            whole--;
        }
        bool empty = str_trim(str_slice(s, fence.inside, whole)).n == 0;
        whole = empty ? fence.at : whole;
    }
    while (whole > 0 && strchr(" \n", s.p[whole - 1])) {
        whole--;
    }
    return whole;
}

/* Ends the code block that stands open in what was shown, then says `text`. */
static void show_outside(struct turn *t, const struct fence *shown, str text)
{
    struct buf b;
    buf_init(&b, TURN_ANSWER_MAX);
    fence_close(shown, &b);
    buf_add_c(&b, shown->open || shown->line_open ? "\n\n" : " ");
    buf_add(&b, text);
    turn_show(t, b.failed ? text : buf_str(&b));
    buf_done(&b);
}

/* What is left when the model broke off: its whole sentences, a word about it, the documents' own
 * sentences. */
static err answer_broken(struct turn *t)
{
    struct fence shown = fence_find(buf_str(&t->answer));
    size_t whole = whole_part(buf_str(&t->answer));
    struct fence kept = fence_find(str_slice(buf_str(&t->answer), 0, whole));
    t->degraded = true;
    show_outside(t, &shown, STR("\xe2\x80\xa6\n\n"));
    t->answer.n = whole;
    if (whole > 0) {
        fence_close(&kept, &t->answer);
        buf_add_c(&t->answer, "\n\n");
    }
    if (!t->extract.answered) {
        unavailable(t);
        t->answered = whole > 0;
        return ERR_NONE;
    }
    t->answered = true;
    if (whole > 0) {
        turn_say(t, say_text(t->language, SAY_BROKE_OFF));
        turn_say(t, STR(" "));
    } else {
        t->page_count = 0;
    }
    return say_extract(t);
}

/* The answer repeated its instructions: nothing of it stays. */
static err answer_dropped(struct turn *t)
{
    struct fence fence = fence_find(buf_str(&t->answer));
    bool shown = t->answer.n > 0;
    buf_clear(&t->answer);
    t->degraded = true;
    LOG(LOG_WARN, "turn", "leak stopped", log_c("project", t->project->row.id.c));
    if (shown) {
        show_outside(t, &fence, STR("\n\n"));
    }
    return answer_extract(t);
}

static err model_ask(struct turn *t, struct model_turn *m)
{
    struct model_message *messages;
    size_t count;
    str prompt;
    struct model_settings settings = *t->context->model;
    int64_t rest = t->deadline_ms - clock_mono_ms() - FINISH_MS;
    if (rest <= 0) {
        return err_new(ERR_UPSTREAM_TIMEOUT, "no time is left for the model");
    }
    settings.total_ms = rest < (int64_t)settings.total_ms ? (unsigned)rest : settings.total_ms;
    err e = compose_messages(t, &messages, &count, &prompt);
    if (!err_ok(e)) {
        return e;
    }
    struct egress_settings guard = {
        .citations = (unsigned)t->page_count,
        .allow_urls = t->urls,
        .allow_url_count = t->url_count,
        .code_urls = t->code_urls,
        .code_url_count = t->code_url_count,
        .canary = str_c(t->canary),
        .prompt = prompt,
    };
    bool begun;
    egress_init(&m->egress, &guard);
    e = model_chat(&settings, t->arena, messages, count, on_delta, m, &t->usage, &begun);
    if (!m->not_found && (err_ok(e) || e.code != ERR_CLOSED)) {
        finish_stream(m);
    }
    egress_done(&m->egress);
    return e;
}

/* True when the text has a mark, that is, stands on something. */
static bool has_mark(str s)
{
    for (size_t i = 0; i + 2 < s.n; i++) {
        if (s.p[i] == '[' && s.p[i + 1] >= '1' && s.p[i + 1] <= '9') {
            return true;
        }
    }
    return false;
}

static err answer_model(struct turn *t)
{
    struct model_turn m = {.t = t, .failed = ERR_NONE};
    err e = compose_pages(t);
    if (!err_ok(e)) {
        return e;
    }
    buf_init(&m.head, TURN_ANSWER_MAX);
    buf_init(&m.out, TURN_ANSWER_MAX);
    e = model_ask(t, &m);
    buf_done(&m.head);
    buf_done(&m.out);
    bool leaked = m.failed.code == ERR_FORBIDDEN;
    if (!err_ok(e) && !m.not_found) {
        LOG(LOG_WARN, "turn", "model failed", log_c("project", t->project->row.id.c),
            log_c("error", e.what));
    }
    if (leaked) {
        return answer_dropped(t);
    }
    if (m.not_found) {
        turn_not_found(t);
        return ERR_NONE;
    }
    if (err_ok(e) && err_ok(m.failed) && str_trim(buf_str(&t->answer)).n > 0) {
        t->answered = has_mark(buf_str(&t->answer));
        return ERR_NONE;
    }
    if (t->answer.n > 0) {
        return answer_broken(t);
    }
    t->degraded = true;
    return answer_extract(t);
}

err turn_make_answer(struct turn *t)
{
    if (!t->found) {
        turn_not_found(t);
        return ERR_NONE;
    }
    bool wants_model = strcmp(t->context->model->kind, "extractive") != 0;
    t->degraded = wants_model && !t->may_ask_model; /* no budget is left */
    err e = wants_model && t->may_ask_model ? answer_model(t) : answer_extract(t);
    if (err_ok(e) && !t->answered && !t->offer) {
        t->offer = "lead_form";
        t->offer_reason = "not_found";
    }
    return e;
}
