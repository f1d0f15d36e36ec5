/* SPDX-License-Identifier: Apache-2.0 */
#include "api/route.h"

enum { SMALL_BODY = 16384, CHAT_BODY = 65536 };

static const char *const session_fields[] = {"terms_accepted", "terms_version", "locale", "url",
                                             NULL};
static const char *const chat_fields[] = {"project",  "message", "url", "email",
                                          "metadata", "locale",  NULL};
static const char *const message_fields[] = {"message", "url", "locale", NULL};
static const char *const feedback_fields[] = {"reaction", "comment", NULL};
static const char *const handoff_fields[] = {"email", "message", NULL};
static const char *const source_fields[] = {"url", "sitemap", "text", "title", "options", NULL};
static const char *const sync_fields[] = {"source", NULL};
static const char *const click_fields[] = {"q", "url", "rank", NULL};

#define P PERMISSION_NONE

/* Each row in the order of struct route; the compiler refuses a row that leaves one out. */
#define ROUTE(method, path, access, permission, object, body, body_max, rate, lane, fields,        \
              handle, summary)                                                                     \
    {                                                                                              \
        method, path, access, permission, object, body, body_max, rate, lane, fields, handle,      \
            summary                                                                                \
    }

const struct route api_routes[] = {
    ROUTE(HTTP_GET, "/api/v1/projects/{p}", ROUTE_PAGE, PERMISSION_PROJECT_READ, ROUTE_PROJECT,
          ROUTE_NO_BODY, 0, ROUTE_RATE_READS, HTTP_LANE_WORK, NULL, project_get,
          "What a widget shows of a project"),
    ROUTE(HTTP_GET, "/api/v1/projects/{p}/search", ROUTE_KEY, PERMISSION_PROJECT_SEARCH,
          ROUTE_PROJECT, ROUTE_NO_BODY, 0, ROUTE_RATE_SEARCH, HTTP_LANE_WORK, NULL, search_get,
          "Search the documents"),
    ROUTE(HTTP_POST, "/api/v1/projects/{p}/search/click", ROUTE_KEY, PERMISSION_PROJECT_SEARCH,
          ROUTE_PROJECT, ROUTE_JSON, SMALL_BODY, ROUTE_RATE_SEARCH, HTTP_LANE_WORK, click_fields,
          search_click, "Tell which result was opened"),
    ROUTE(HTTP_GET, "/api/v1/projects/{p}/sources", ROUTE_KEY, PERMISSION_SOURCES_READ,
          ROUTE_PROJECT, ROUTE_NO_BODY, 0, ROUTE_RATE_READS, HTTP_LANE_WORK, NULL, source_list,
          "List the sources"),
    ROUTE(HTTP_POST, "/api/v1/projects/{p}/sources", ROUTE_KEY, PERMISSION_SOURCES_CREATE,
          ROUTE_PROJECT, ROUTE_JSON_OR_FORM, SIZE_MAX, ROUTE_RATE_READS, HTTP_LANE_WORK,
          source_fields, source_create, "Add a document, a page, a sitemap or a text"),
    ROUTE(HTTP_GET, "/api/v1/projects/{p}/sources/{id}", ROUTE_KEY, PERMISSION_SOURCES_READ,
          ROUTE_PROJECT, ROUTE_NO_BODY, 0, ROUTE_RATE_READS, HTTP_LANE_WORK, NULL, source_get,
          "Show a source with its documents"),
    ROUTE(HTTP_DELETE, "/api/v1/projects/{p}/sources/{id}", ROUTE_KEY, PERMISSION_SOURCES_DELETE,
          ROUTE_PROJECT, ROUTE_NO_BODY, 0, ROUTE_RATE_READS, HTTP_LANE_WORK, NULL, source_delete,
          "Remove a source with all its passages"),
    ROUTE(HTTP_POST, "/api/v1/projects/{p}/sync", ROUTE_KEY, PERMISSION_SYNC, ROUTE_PROJECT,
          ROUTE_JSON_OPTIONAL, SMALL_BODY, ROUTE_RATE_READS, HTTP_LANE_WORK, sync_fields,
          sync_start, "Read what has changed in the sources"),
    ROUTE(HTTP_GET, "/api/v1/projects/{p}/jobs/{id}", ROUTE_KEY, PERMISSION_SYNC, ROUTE_PROJECT,
          ROUTE_NO_BODY, 0, ROUTE_RATE_READS, HTTP_LANE_WORK, NULL, job_get, "Follow a sync"),
    ROUTE(HTTP_POST, "/api/v1/projects/{p}/sessions", ROUTE_PAGE, P, ROUTE_PROJECT,
          ROUTE_JSON_OPTIONAL, SMALL_BODY, ROUTE_RATE_SESSIONS, HTTP_LANE_WORK, session_fields,
          session_create, "Open a visitor's session"),
    ROUTE(HTTP_POST, "/api/v1/chats", ROUTE_VISITOR, PERMISSION_CHAT_CREATE, ROUTE_BODY_PROJECT,
          ROUTE_JSON, CHAT_BODY, ROUTE_RATE_MESSAGES, HTTP_LANE_SLOW, chat_fields, chat_create,
          "Begin a chat with its first message"),
    ROUTE(HTTP_GET, "/api/v1/chats/{c}", ROUTE_CHAT_OWNER, PERMISSION_CHATS_READ, ROUTE_CHAT,
          ROUTE_NO_BODY, 0, ROUTE_RATE_READS, HTTP_LANE_WORK, NULL, chat_get, "Show a chat"),
    ROUTE(HTTP_POST, "/api/v1/chats/{c}/messages", ROUTE_CHAT_OWNER, P, ROUTE_CHAT, ROUTE_JSON,
          CHAT_BODY, ROUTE_RATE_MESSAGES, HTTP_LANE_SLOW, message_fields, chat_message,
          "Send a message"),
    ROUTE(HTTP_GET, "/api/v1/chats/{c}/events", ROUTE_CHAT_OWNER, PERMISSION_CHATS_READ, ROUTE_CHAT,
          ROUTE_NO_BODY, 0, ROUTE_RATE_READS, HTTP_LANE_WORK, NULL, chat_events, "Follow a chat"),
    ROUTE(HTTP_POST, "/api/v1/messages/{m}/feedback", ROUTE_CHAT_OWNER, P, ROUTE_MESSAGE,
          ROUTE_JSON, SMALL_BODY, ROUTE_RATE_READS, HTTP_LANE_WORK, feedback_fields,
          feedback_create, "Say whether an answer helped"),
    ROUTE(HTTP_POST, "/api/v1/chats/{c}/lead", ROUTE_CHAT_OWNER, P, ROUTE_CHAT, ROUTE_JSON,
          CHAT_BODY, ROUTE_RATE_LEADS, HTTP_LANE_WORK, NULL, lead_create, "Leave contact details"),
    ROUTE(HTTP_POST, "/api/v1/chats/{c}/handoff", ROUTE_CHAT_OWNER, P, ROUTE_CHAT,
          ROUTE_JSON_OPTIONAL, CHAT_BODY, ROUTE_RATE_LEADS, HTTP_LANE_WORK, handoff_fields,
          handoff_create, "Ask for a person"),
    ROUTE(HTTP_GET, "/healthz", ROUTE_OPEN, P, ROUTE_NOTHING, ROUTE_NO_BODY, 0, ROUTE_RATE_NONE,
          HTTP_LANE_LOOP, NULL, health_live, "The process is alive"),
    ROUTE(HTTP_GET, "/readyz", ROUTE_OPEN, P, ROUTE_NOTHING, ROUTE_NO_BODY, 0, ROUTE_RATE_NONE,
          HTTP_LANE_WORK, NULL, health_ready, "The store answers"),
    ROUTE(HTTP_GET, "/metrics", ROUTE_METRICS, PERMISSION_METRICS_READ, ROUTE_NOTHING,
          ROUTE_NO_BODY, 0, ROUTE_RATE_NONE, HTTP_LANE_WORK, NULL, health_metrics,
          "Counters in Prometheus' text format"),
    ROUTE(HTTP_GET, "/openapi.json", ROUTE_OPEN, P, ROUTE_NOTHING, ROUTE_NO_BODY, 0,
          ROUTE_RATE_NONE, HTTP_LANE_LOOP, NULL, document_openapi, "This interface as OpenAPI"),
    ROUTE(HTTP_GET, "/llms.txt", ROUTE_OPEN, P, ROUTE_NOTHING, ROUTE_NO_BODY, 0, ROUTE_RATE_NONE,
          HTTP_LANE_LOOP, NULL, document_llms, "What this server is, for language models"),
    ROUTE(HTTP_GET, "/.well-known/security.txt", ROUTE_OPEN, P, ROUTE_NOTHING, ROUTE_NO_BODY, 0,
          ROUTE_RATE_NONE, HTTP_LANE_LOOP, NULL, document_security,
          "Whom to tell about a vulnerability (RFC 9116)"),
    ROUTE(HTTP_GET, "/*", ROUTE_OPEN, P, ROUTE_NOTHING, ROUTE_NO_BODY, 0, ROUTE_RATE_NONE,
          HTTP_LANE_LOOP, NULL, asset_get, "Files of the program: widget, demo"),
};
#undef ROUTE
#undef P

const size_t api_route_count = sizeof api_routes / sizeof *api_routes;
