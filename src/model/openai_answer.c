/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"
#include "model/provider.h"

static const str think_open = STR_INIT("<think>"), think_close = STR_INIT("</think>");

void answer_init(struct answer *answer, struct model_call *call)
{
    *answer = (struct answer){.call = call, .failed = ERR_NONE};
    sse_init(&answer->sse);
    buf_init(&answer->body, ANSWER_JSON_MAX);
    buf_init(&answer->text, SSE_EVENT_MAX);
}

void answer_done(struct answer *answer)
{
    sse_done(&answer->sse);
    buf_done(&answer->body);
    buf_done(&answer->text);
}

static bool answer_fail(struct answer *answer, enum err_code code, const char *what)
{
    if (err_ok(answer->failed)) {
        answer->failed = err_new(code, what);
    }
    return false;
}

/* Hands text on, at most what the settings allow; false stops. */
static bool deliver(struct answer *answer, str text)
{
    size_t max = answer->call->settings->output_bytes_max;
    str piece = utf8_cut(text, max - answer->bytes);
    if (piece.n > 0) {
        answer->bytes += piece.n;
        answer->call->begun = true;
        if (!answer->call->delta(answer->call->user, piece)) {
            return answer_fail(answer, ERR_CLOSED, "the reader of the answer has stopped");
        }
    }
    if (piece.n < text.n) {
        answer->limited = true;
        return false;
    }
    return true;
}

/* Some models think aloud at the start; that is not for the visitor. */
static bool take_text(struct answer *answer, str text)
{
    if (answer->think == THINK_OVER) {
        return deliver(answer, text);
    }
    buf_add(&answer->text, text);
    if (answer->text.failed) {
        return answer_fail(answer, ERR_UPSTREAM, "the model thinks without an end");
    }
    str held = buf_str(&answer->text), head = held;
    while (head.n > 0 && (head.p[0] == ' ' || head.p[0] == '\n' || head.p[0] == '\r')) {
        head = str_slice(head, 1, head.n);
    }
    if (answer->think == THINK_UNKNOWN) {
        if (head.n < think_open.n && str_starts(think_open, head)) {
            return true; /* may still become one */
        }
        answer->think = str_starts(head, think_open) ? THINK_INSIDE : THINK_OVER;
    }
    if (answer->think == THINK_INSIDE) {
        size_t close = str_find(held, think_close, 0);
        if (close == SIZE_MAX) {
            return true;
        }
        held = str_slice(held, close + think_close.n, held.n);
        while (held.n > 0 && (held.p[0] == ' ' || held.p[0] == '\n')) {
            held = str_slice(held, 1, held.n);
        }
        answer->think = THINK_OVER;
    }
    bool more = deliver(answer, held);
    buf_clear(&answer->text);
    return more;
}

/* Content is a string, or an array of parts of which those of type "text" count. */
static bool take_content(struct answer *answer, const json_t *content)
{
    if (json_is_string(content)) {
        return take_text(answer, (str){json_string_value(content), json_string_length(content)});
    }
    for (size_t i = 0; i < json_array_size(content); i++) {
        str type, text;
        const json_t *part = json_array_get(content, i);
        if (json_get_str(part, "type", &type) && str_eq(type, STR("text")) &&
            json_get_str(part, "text", &text) && !take_text(answer, text)) {
            return false;
        }
    }
    return true;
}

static uint64_t count_of(const json_t *usage, const char *name)
{
    json_int_t n = json_integer_value(json_object_get(usage, name));
    return n > 0 && n < INT32_MAX ? (uint64_t)n : 0;
}

/* One chunk, or the one body of an answer that is not a stream; `member` is "delta" or "message".
 */
static bool take_chunk(struct answer *answer, const json_t *chunk, const char *member)
{
    const json_t *usage = json_object_get(chunk, "usage");
    if (json_is_object(usage)) {
        answer->call->usage.prompt_tokens = count_of(usage, "prompt_tokens");
        answer->call->usage.completion_tokens = count_of(usage, "completion_tokens");
    }
    const json_t *problem = json_object_get(chunk, "error");
    if (problem && !json_is_null(problem)) {
        return answer_fail(answer, ERR_UPSTREAM, "the model answered with an error");
    }
    const json_t *choice = json_array_get(json_object_get(chunk, "choices"), 0);
    bool more = take_content(answer, json_object_get(json_object_get(choice, member), "content"));
    str reason;
    if (more && json_get_str(choice, "finish_reason", &reason)) {
        answer->finished = true;
        if (str_eq(reason, STR("content_filter"))) {
            return answer_fail(answer, ERR_UPSTREAM, "the model's own filter ended the answer");
        }
    }
    return more;
}

static bool take_event(void *user, str data)
{
    struct answer *answer = user;
    if (str_eq(str_trim(data), STR("[DONE]"))) {
        answer->finished = true;
        return false;
    }
    json_t *chunk;
    if (!err_ok(json_read_object(data, &chunk, NULL))) {
        return answer_fail(answer, ERR_UPSTREAM, "the model's stream is not JSON");
    }
    bool more = take_chunk(answer, chunk, "delta");
    json_decref(chunk);
    return more;
}

bool answer_push(struct answer *answer, str piece)
{
    if (answer->status != 200) { /* an error: its head tells why */
        buf_add(&answer->body, str_slice(piece, 0, ANSWER_ERROR_MAX - answer->body.n));
        return answer->body.n < ANSWER_ERROR_MAX;
    }
    while (!answer->known && piece.n > 0) {
        char c = piece.p[0];
        answer->known = c != ' ' && c != '\n' && c != '\r' && c != '\t';
        answer->streamed = c != '{';
        piece = answer->known ? piece : str_slice(piece, 1, piece.n);
    }
    if (answer->streamed) {
        err e = sse_push(&answer->sse, piece, take_event, answer);
        return err_ok(e) || e.code == ERR_CLOSED
                   ? err_ok(e)
                   : answer_fail(answer, ERR_UPSTREAM, "the model sent an endless line");
    }
    buf_add(&answer->body, piece);
    return !answer->body.failed ||
           answer_fail(answer, ERR_UPSTREAM, "the model's answer is too long");
}

/* An answer that is not a stream, from a server that does not know streams. */
static void take_body(struct answer *answer)
{
    json_t *body;
    if (!err_ok(json_read_object(buf_str(&answer->body), &body, NULL))) {
        (void)answer_fail(answer, ERR_UPSTREAM, "the model's answer is not JSON");
        return;
    }
    (void)take_chunk(answer, body, "message");
    answer->finished = true;
    json_decref(body);
}

err answer_end(struct answer *answer)
{
    if (answer->known && err_ok(answer->failed) && !answer->limited) {
        if (!answer->streamed) {
            take_body(answer);
        } else if (!answer->finished) {
            (void)sse_end(&answer->sse, take_event, answer);
        }
    }
    if (err_ok(answer->failed) && answer->think == THINK_UNKNOWN && answer->text.n > 0) {
        answer->think = THINK_OVER;
        (void)deliver(answer, buf_str(&answer->text));
    }
    if (!err_ok(answer->failed)) {
        return answer->failed;
    }
    if (!answer->finished && !answer->limited) {
        return err_new(ERR_UPSTREAM, answer->known ? "the model's answer broke off"
                                                   : "the model's answer is empty");
    }
    if (answer->bytes == 0) {
        return err_new(ERR_UPSTREAM, "the model's answer has no text");
    }
    if (answer->call->usage.completion_tokens == 0) {
        answer->call->usage.completion_tokens = (answer->bytes + 3) / 4;
    }
    return ERR_NONE;
}
