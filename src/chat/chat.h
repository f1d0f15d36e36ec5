/* SPDX-License-Identifier: Apache-2.0 */
/* One conversation turn and what belongs to it. Blocking: for workers. */
#pragma once

#include "base/json.h"
#include "know/know.h"
#include "model/model.h"
#include "ops/outbox.h"
#include "store/chat.h"
#include "store/key.h"

enum {
    CHAT_MESSAGE_CHARS_MAX = 4000,
    CHAT_HISTORY_MESSAGES = 8,
    CHAT_PASSAGES = 6,
    CHAT_PER_PAGE = 2
};

/* What a project's settings (JSON in project_row.settings) say; every text may be empty. */
struct chat_field {
    str name, type, label; /* type: text, email, tel, textarea */
    bool required;
};

struct chat_project {
    struct project_row row;
    str initial_message;
    const str *suggested;
    size_t suggested_count;
    str terms_text, terms_url, terms_version; /* empty version: no terms */
    const struct chat_field *lead_fields;
    size_t lead_field_count;
    str consent_text;
    bool consent_required;
    str accent; /* "#rrggbb" */
    bool whitelabel;
    str instructions; /* added to the model's instructions; never secret */
    unsigned message_chars_max;
    json_t *settings; /* the whole object; owned, free with chat_project_done */
};

/* Reads the settings with defaults; UNPROCESSABLE with a reason naming the member that is wrong. */
err chat_project_load(struct arena *a, const struct project_row *row, struct chat_project *ret,
                      str *ret_reason);
void chat_project_done(struct chat_project *project);
/* The JSON that `GET /api/v1/projects/{p}` answers (API.md). */
err chat_project_public_json(struct buf *b, const struct chat_project *project);
/* Default settings JSON of a new project. */
str chat_project_default_settings(void);

/* Everything a turn needs from the program, set once at start. */
struct chat_context {
    struct store *store;
    const struct model_settings *model;
    const struct outbox_settings *outbox;
    struct outbox_worker *worker; /* may be NULL */
    struct chat_hub *hub;         /* chat/hub.h */
    struct budget *budget;        /* guard/budget.h */
    unsigned turn_ms;             /* deadline of a turn, 90 s */
    int64_t started_ms;           /* of this process: older turns are not under way */
};

/* Who asks: already authorised by the route. */
struct chat_caller {
    id project, session, visitor, key; /* session or key is set */
    struct reader reader;              /* what they may read of the project */
};

struct turn_request {
    struct chat_caller caller;
    id chat;     /* none: a new chat begins */
    str message; /* as sent */
    str url, locale, metadata;
    str email;     /* the visitor's address; kept with a new chat */
    str once;      /* the same message again has the same text here; empty: not known */
    id once_scope; /* whose */
};

/* Where a turn's events go (SSE or collected JSON). CLOSED from any ends only the sending: the
 * answer is made in full and stored. */
struct turn_sink {
    err (*event)(void *user, const char *type, str data_json);
    void *user;
};

struct turn_result {
    id chat, user_message, message;
    uint64_t user_seq; /* of the stored visitor message; set before the first event */
    uint64_t seq;      /* of the stored answer; set before message_end */
    bool answered;
    str content;
    const struct know_citation *citations;
    size_t citation_count;
    struct model_usage usage;
    bool degraded; /* the model failed, the extractive answer stands in */
};

/* Runs the turn of DESIGN.md, step by step. Events: message_start, message_delta…, citation…,
 * [lead_form | handoff], message_end. INVALID/TOO_LARGE for the message (nothing stored), NOT_FOUND
 * for the chat, CONFLICT when `once` came before with another message. */
err turn_run(const struct chat_context *context, struct arena *a,
             const struct chat_project *project, const struct turn_request *request,
             const struct turn_sink *sink, struct turn_result *ret);

/* At the start: counts what the projects' answers have taken of the day's budget already. */
err turn_budget_load(const struct chat_context *context, struct arena *a, int64_t now_ms);

/* Answers one question of the project's own people outside of any chat: retrieval in all sources
 * and model or extract, filtered like a turn; nothing is stored. Needs store and model of the
 * context only. */
err turn_answer(const struct chat_context *context, struct arena *a,
                const struct chat_project *project, str question, struct turn_result *ret);

/* Validates and stores a lead with its outbox entries, then wakes the outbox. UNPROCESSABLE fills
 * *ret_details with JSON {"field":"what is wrong"}. `body` is the request's JSON object. */
err lead_submit(const struct chat_context *context, struct arena *a,
                const struct chat_project *project, const struct chat_row *chat, const json_t *body,
                const struct idempotency *once, id *ret_lead, str *ret_details);
/* The same for a request for a person; publishes a `handoff` event on the chat. */
err handoff_request(const struct chat_context *context, struct arena *a,
                    const struct chat_project *project, const struct chat_row *chat,
                    const json_t *body, const struct idempotency *once, id *ret_handoff,
                    str *ret_details);

/* Stores a visitor's reaction to an answer (0 or 1) and tells webhooks. */
err feedback_submit(const struct chat_context *context, struct arena *a,
                    const struct chat_project *project, const struct chat_row *chat,
                    const struct message_row *message, int reaction, str comment);

/* Appends a message as the event `message`: {"type":"message", and the members of
 * chat_message_json}. */
void chat_message_event_json(struct buf *b, const struct message_row *message);

/* Appends a message's JSON as API.md has it: uuid, content, is_human_message, feedback, sources,
 * citations, created_at. */
void chat_message_json(struct buf *b, const struct message_row *message);
/* Appends a chat's JSON: {"uuid","messages":[…],"handoff"}. */
err chat_json(struct store *store, struct arena *a, struct buf *b, const struct chat_row *chat);
