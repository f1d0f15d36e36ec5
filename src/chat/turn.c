/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/log.h"
#include "chat/contact.h"
#include "chat/turn_private.h"
#include "guard/budget.h"
#include "guard/text.h"
#include "net/url.h"

enum { TURN_MS = 90000, EVENT_MAX = 256 << 10, LOCALE_MAX = 35 };

/* ── events ── */

void turn_event(struct turn *t, const char *type, struct buf *json)
{
    err e = buf_err(json);
    if (err_ok(e) && t->sink && !t->gone) {
        e = t->sink->event(t->sink->user, type, buf_str(json));
        t->gone = !err_ok(e);
    }
    if (!err_ok(e) && e.code != ERR_CLOSED) {
        log_err("turn", "event not sent", e);
    }
    buf_done(json);
}

void turn_show(struct turn *t, str text)
{
    if (text.n > 0 && t->sink && !t->gone) {
        struct buf b;
        buf_init(&b, EVENT_MAX);
        buf_add_c(&b, "{\"type\":\"message_delta\",\"text\":");
        json_write_str(&b, text);
        buf_add_byte(&b, '}');
        turn_event(t, "message_delta", &b);
    }
}

void turn_say(struct turn *t, str text)
{
    buf_add(&t->answer, text);
    turn_show(t, text);
}

static void event_start(struct turn *t)
{
    struct buf b;
    buf_init(&b, EVENT_MAX);
    buf_addf(
        &b,
        "{\"type\":\"message_start\",\"chat\":\"%s\",\"message\":\"%s\",\"user_message\":\"%s\"}",
        t->result->chat.c, t->result->message.c, t->result->user_message.c);
    turn_event(t, "message_start", &b);
}

static void add_citation(struct buf *b, const struct know_citation *c)
{
    buf_addf(b, "\"index\":%u,\"title\":", c->index);
    json_write_str(b, c->title);
    buf_add_c(b, ",\"url\":");
    json_write_str(b, c->url);
    buf_add_c(b, ",\"snippet\":");
    json_write_str(b, c->snippet);
    buf_add_byte(b, '}');
}

static void add_citations(struct buf *b, const struct turn_result *r)
{
    buf_add_byte(b, '[');
    for (size_t i = 0; i < r->citation_count; i++) {
        buf_add_c(b, i ? ",{" : "{");
        add_citation(b, &r->citations[i]);
    }
    buf_add_byte(b, ']');
}

static void add_usage(struct buf *b, const struct turn *t)
{
    bool model = t->usage.prompt_tokens > 0;
    buf_add_c(b, "{\"model\":");
    json_write_str(b, model ? str_c(t->context->model->name) : STR("extractive"));
    buf_addf(b, ",\"prompt_tokens\":%llu,\"completion_tokens\":%llu}",
             (unsigned long long)t->usage.prompt_tokens,
             (unsigned long long)t->usage.completion_tokens);
}

static void event_citations(struct turn *t)
{
    for (size_t i = 0; i < t->result->citation_count; i++) {
        struct buf b;
        buf_init(&b, EVENT_MAX);
        buf_add_c(&b, "{\"type\":\"citation\",");
        add_citation(&b, &t->result->citations[i]);
        turn_event(t, "citation", &b);
    }
}

static void event_offer(struct turn *t)
{
    struct buf b;
    if (t->offer) {
        buf_init(&b, EVENT_MAX);
        bool form = strcmp(t->offer, "lead_form") == 0;
        buf_addf(&b, "{\"type\":\"%s\",\"%s\":\"%s\"}", t->offer, form ? "reason" : "state",
                 t->offer_reason);
        turn_event(t, t->offer, &b);
    }
}

static void event_end(struct turn *t)
{
    struct buf b;
    const struct turn_result *r = t->result;
    buf_init(&b, EVENT_MAX);
    buf_addf(&b, "{\"type\":\"message_end\",\"message\":\"%s\",\"chat\":\"%s\",\"content\":",
             r->message.c, r->chat.c);
    json_write_str(&b, r->content);
    buf_addf(&b, ",\"answered\":%s,\"degraded\":%s,\"citations\":", r->answered ? "true" : "false",
             r->degraded ? "true" : "false");
    add_citations(&b, r);
    buf_add_c(&b, ",\"usage\":");
    add_usage(&b, t);
    buf_add_byte(&b, '}');
    turn_event(t, "message_end", &b);
}

/* ── steps: the message ── */

static err turn_clean(struct turn *t)
{
    str clean;
    err e = guard_text_clean(t->arena, t->request->message, t->project->message_chars_max, &clean);
    if (!err_ok(e)) {
        return e;
    }
    if (clean.n == 0) {
        return err_new(ERR_INVALID, "the message is empty");
    }
    t->question = clean;
    return ERR_NONE;
}

static err turn_redact(struct turn *t)
{
    unsigned found;
    return guard_redact(t->arena, t->question, &t->question, &found);
}

/* The page without password and fragment, and without personal data in its query. */
static str page_url(struct turn *t)
{
    struct url url;
    unsigned found;
    str text = STR_EMPTY;
    if (t->request->url.n > 0 && err_ok(url_parse(t->arena, t->request->url, &url))) {
        text = url_text(t->arena, &url, false);
        if (!text.p || !err_ok(guard_redact(t->arena, text, &text, &found))) {
            text = STR_EMPTY;
        }
    }
    return text;
}

static bool is_locale(str s)
{
    bool sound = s.n >= 2 && s.n <= LOCALE_MAX;
    for (size_t i = 0; i < s.n && sound; i++) {
        char c = str_lower(s.p[i]);
        sound = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
    return sound;
}

static err turn_new_chat(struct turn *t)
{
    const struct turn_request *r = t->request;
    int64_t now = clock_wall_ms();
    str metadata;
    err e = contact_add(t->arena, r->metadata, r->email, &metadata);
    if (!err_ok(e)) {
        return e;
    }
    t->is_new = true;
    t->chat = (struct chat_row){
        .id = id_ordered(),
        .project = t->project->row.id,
        .session = r->caller.session,
        .visitor = r->caller.visitor,
        .key = r->caller.key,
        .url = page_url(t),
        .locale = is_locale(r->locale) ? r->locale : STR_EMPTY,
        .metadata = metadata,
        .handoff = STR_EMPTY,
        .created_ms = now,
        .updated_ms = now,
    };
    return ERR_NONE;
}

static err turn_open(struct turn *t)
{
    if (id_none(&t->request->chat)) {
        return turn_new_chat(t);
    }
    const id *project = &t->project->row.id;
    err e = store_chat_get(t->context->store, t->arena, project, &t->request->chat, &t->chat);
    return err_ok(e) ? store_message_recent(t->context->store, t->arena, project, &t->chat.id,
                                            CHAT_HISTORY_MESSAGES, &t->history, &t->history_count)
                     : e;
}

/* Keeps the visitor's message before anything else is tried. */
static err turn_store_question(struct turn *t)
{
    struct message_row row = {
        .id = t->result->user_message,
        .chat = t->chat.id,
        .author = MESSAGE_VISITOR,
        .content = t->question,
        .feedback = -1,
        .created_ms = clock_wall_ms(),
    };
    err e = t->is_new ? store_chat_begin(t->context->store, &t->chat, &row, 1)
                      : store_message_append(t->context->store, &t->project->row.id, &row, 1);
    if (err_ok(e)) {
        t->result->chat = t->chat.id;
        t->result->user_seq = row.seq;
    }
    return e;
}

/* Takes the message as the one that came before with its key, or stores it; of several at once one
 * stores it and the others find it. */
static err turn_take_question(struct turn *t)
{
    err e = turn_again_find(t);
    if (!err_ok(e) || t->again) {
        return e;
    }
    e = turn_open(t);
    e = err_ok(e) ? turn_store_question(t) : e;
    if (e.code == ERR_CONFLICT && !str_empty(t->request->once)) {
        t->is_new = false;
        e = turn_again_find(t);
        if (err_ok(e) && !t->again) {
            e = err_new(ERR_UNAVAILABLE, "the message could not be stored, send it again");
        }
    }
    return e;
}

/* ── steps: money ── */

static void turn_reserve(struct turn *t)
{
    t->may_ask_model = strcmp(t->context->model->kind, "extractive") != 0;
    if (!t->may_ask_model || !t->context->budget) {
        return;
    }
    uint64_t tokens = compose_tokens_max(t->context->model);
    err e = budget_reserve(t->context->budget, &t->project->row.id, tokens, clock_wall_ms());
    t->may_ask_model = err_ok(e);
    t->reserved = err_ok(e) ? tokens : 0;
    if (!err_ok(e)) {
        LOG(LOG_WARN, "turn", "no budget", log_c("project", t->project->row.id.c));
    }
}

static void turn_settle(struct turn *t)
{
    if (t->reserved > 0) {
        budget_settle(t->context->budget, &t->project->row.id, t->reserved,
                      t->usage.prompt_tokens + t->usage.completion_tokens, clock_wall_ms());
        t->reserved = 0;
    }
}

/* ── steps: the answer ── */

/* Greetings and the like need no documents. False when the message is a question. */
static bool turn_small_talk(struct turn *t)
{
    static const enum say what[] = {
        [SMALLTALK_HELLO] = SAY_HELLO, [SMALLTALK_THANKS] = SAY_WELCOME, [SMALLTALK_BYE] = SAY_BYE,
        [SMALLTALK_WHO] = SAY_WHO,     [SMALLTALK_PERSON] = SAY_PERSON,
    };
    enum smalltalk kind = smalltalk_of(t->question, &t->language);
    if (kind == SMALLTALK_NONE) {
        return false;
    }
    turn_say(t, say_text(t->language, what[kind]));
    t->answered = true;
    if (kind == SMALLTALK_PERSON) {
        t->offer = "handoff";
        t->offer_reason = "offered";
    }
    return true;
}

static err turn_answer_question(struct turn *t)
{
    t->language = say_language(t->question, t->chat.locale);
    if (turn_small_talk(t)) {
        return ERR_NONE;
    }
    err e = turn_find(t);
    return err_ok(e) ? turn_make_answer(t) : e;
}

/* Is [n] in the text? */
static bool is_cited(str text, unsigned n)
{
    char mark[8] = {'['};
    size_t at = 1;
    if (n >= 10) {
        mark[at++] = (char)('0' + n / 10);
    }
    mark[at++] = (char)('0' + n % 10);
    mark[at++] = ']';
    return str_find(text, (str){mark, at}, 0) != SIZE_MAX;
}

/* Fills the result: the text, and of the pages those it cites. */
static err turn_conclude(struct turn *t)
{
    struct know_citation *cited = arena_array(t->arena, TURN_PAGES_MAX, sizeof *cited);
    str content = arena_str(t->arena, str_trim(buf_str(&t->answer)));
    size_t count = 0;
    err e = buf_err(&t->answer);
    if (!err_ok(e) || !cited || !content.p) {
        return err_ok(e) ? err_new(ERR_NO_MEMORY, "no memory for the answer") : e;
    }
    for (size_t i = 0; i < t->page_count; i++) {
        if (is_cited(content, t->pages[i].index)) {
            cited[count++] = t->pages[i];
        }
    }
    t->result->content = content;
    t->result->citations = cited;
    t->result->citation_count = count;
    t->result->answered = t->answered;
    t->result->degraded = t->degraded;
    t->result->usage = t->usage;
    return ERR_NONE;
}

static err turn_store_answer(struct turn *t)
{
    struct buf citations, usage;
    buf_init(&citations, EVENT_MAX);
    buf_init(&usage, EVENT_MAX);
    if (t->result->citation_count > 0) {
        add_citations(&citations, t->result);
    }
    add_usage(&usage, t);
    struct message_row row = {
        .id = t->result->message,
        .chat = t->chat.id,
        .author = MESSAGE_AI,
        .content = t->result->content,
        .citations = buf_str(&citations),
        .usage = buf_str(&usage),
        .answered = t->result->answered,
        .feedback = -1,
        .created_ms = clock_wall_ms(),
    };
    err e = citations.failed ? buf_err(&citations) : buf_err(&usage);
    if (err_ok(e)) {
        e = store_message_append(t->context->store, &t->project->row.id, &row, 1);
    }
    if (err_ok(e)) {
        t->result->seq = row.seq;
    }
    buf_done(&citations);
    buf_done(&usage);
    return e;
}

/* ── steps: who else is told ── */

static err add_webhook(struct turn *t, const char *event)
{
    struct outbox_row *rows;
    size_t count;
    struct buf b;
    buf_init(&b, EVENT_MAX);
    buf_addf(&b, "{\"chat\":\"%s\",\"message\":\"%s\",\"answered\":%s,\"url\":", t->chat.id.c,
             t->result->message.c, t->result->answered ? "true" : "false");
    json_write_str(&b, t->chat.url);
    buf_add_c(&b, ",\"question\":");
    json_write_str(&b, t->question);
    buf_add_c(&b, ",\"answer\":");
    json_write_str(&b, t->result->content);
    buf_add_byte(&b, '}');
    err e = buf_err(&b);
    if (err_ok(e)) {
        e = outbox_for_event(t->arena, t->context->outbox, &t->project->row.id, event, buf_str(&b),
                             &rows, &count);
    }
    if (err_ok(e) && count > 0) {
        e = store_outbox_add(t->context->store, rows, count);
    }
    buf_done(&b);
    return e;
}

/* Webhooks never fail a turn: the visitor has the answer already. */
static void turn_tell(struct turn *t)
{
    if (!t->context->outbox || t->context->outbox->webhook_count == 0) {
        return;
    }
    err e = add_webhook(t, t->is_new ? "conversation.created" : "conversation.updated");
    if (!err_ok(e)) {
        log_err("turn", "webhook not queued", e);
    } else if (t->context->worker) {
        outbox_worker_wake(t->context->worker);
    }
}

/* ── the turn ── */

/* A person has taken over: the message reaches them, the assistant keeps quiet. */
static err turn_leave_to_person(struct turn *t)
{
    t->result->content = STR_EMPTY;
    t->result->answered = true;
    t->result->seq = t->result->user_seq;
    event_start(t);
    event_end(t);
    if (!t->again) {
        turn_tell(t);
    }
    return ERR_NONE;
}

static err turn_reply(struct turn *t)
{
    bool said = false;
    event_start(t);
    err e = t->again ? turn_again_answer(t, &said) : ERR_NONE;
    if (err_ok(e) && !said) {
        e = turn_answer_question(t);
    }
    if (err_ok(e)) {
        e = turn_conclude(t);
    }
    if (err_ok(e)) {
        event_citations(t);
        event_offer(t);
        e = said ? ERR_NONE : turn_store_answer(t);
    }
    if (err_ok(e)) {
        event_end(t);
    }
    if (err_ok(e) && !said) {
        turn_tell(t);
    }
    return e;
}

static void turn_init(struct turn *t, const struct chat_context *context, struct arena *a,
                      const struct chat_project *project, struct turn_result *ret)
{
    *t = (struct turn){
        .context = context,
        .arena = a,
        .project = project,
        .result = ret,
        .deadline_ms = clock_mono_ms() + (context->turn_ms ? context->turn_ms : TURN_MS),
    };
    *ret = (struct turn_result){.content = STR_EMPTY};
    buf_init(&t->answer, TURN_ANSWER_MAX);
}

err turn_run(const struct chat_context *context, struct arena *a,
             const struct chat_project *project, const struct turn_request *request,
             const struct turn_sink *sink, struct turn_result *ret)
{
    struct turn t;
    turn_init(&t, context, a, project, ret);
    t.request = request;
    t.sink = sink;
    err e = turn_clean(&t);
    e = err_ok(e) ? turn_redact(&t) : e;
    e = err_ok(e) ? turn_take_question(&t) : e;
    if (err_ok(e) && str_eq(t.chat.handoff, STR("active"))) {
        e = turn_leave_to_person(&t);
    } else if (err_ok(e)) {
        turn_reserve(&t);
        e = turn_reply(&t);
        turn_settle(&t);
    }
    buf_done(&t.answer);
    return e;
}

err turn_answer(const struct chat_context *context, struct arena *a,
                const struct chat_project *project, str question, struct turn_result *ret)
{
    struct turn t;
    struct turn_request request = {.message = question, .caller.reader.all = true};
    turn_init(&t, context, a, project, ret);
    t.request = &request;
    err e = turn_clean(&t);
    e = err_ok(e) ? turn_redact(&t) : e;
    if (err_ok(e)) {
        turn_reserve(&t);
        e = turn_answer_question(&t);
        turn_settle(&t);
    }
    e = err_ok(e) ? turn_conclude(&t) : e;
    buf_done(&t.answer);
    return e;
}
