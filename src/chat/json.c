/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "chat/chat.h"

/* Messages read at a time. */
enum { PAGE = 200 };

/* ── citations ── */

/* Text of a Markdown link: what would end it, or begin something else, is escaped; one line. */
static void add_link_text(struct buf *b, str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (strchr("\\[]<>*_`!&", c) && c) {
            buf_add_byte(b, '\\');
        }
        buf_add_byte(b, c == '\n' || c == '\r' || c == '\t' ? ' ' : c);
    }
}

/* Target of a Markdown link: what would end it is percent-encoded. */
static void add_link_url(struct buf *b, str url)
{
    for (size_t i = 0; i < url.n; i++) {
        unsigned char c = (unsigned char)url.p[i];
        if (c <= ' ' || c == 0x7f || (c < 0x80 && strchr("()<>\\\"", (char)c))) {
            buf_addf(b, "%%%02X", (unsigned)c);
        } else {
            buf_add_byte(b, (char)c);
        }
    }
}

/* Only what a browser may follow: a web address, or the path of a document that has none (no scheme
 * in front). */
static bool is_link(str url)
{
    if (str_istarts(url, STR("https://")) || str_istarts(url, STR("http://"))) {
        return true;
    }
    size_t colon = str_find_byte(url, ':', 0), slash = str_find_byte(url, '/', 0);
    return !str_empty(url) && !str_starts(url, STR("//")) && (colon == SIZE_MAX || slash < colon);
}

/* The stored citations as a JSON array, borrowed members; NULL when there are none. */
static json_t *citations_read(str stored)
{
    json_t *list = NULL;
    if (stored.n == 0 || !err_ok(json_read(stored, &list, NULL))) {
        return NULL;
    }
    if (!json_is_array(list)) {
        json_decref(list);
        return NULL;
    }
    return list;
}

static void add_sources(struct buf *b, const json_t *citations)
{
    struct buf links;
    buf_init(&links, 1 << 20);
    for (size_t i = 0; i < json_array_size(citations); i++) {
        str title = STR_EMPTY, url = STR_EMPTY;
        (void)json_get_str(json_array_get(citations, i), "title", &title);
        (void)json_get_str(json_array_get(citations, i), "url", &url);
        buf_add_c(&links, links.n ? "\n" : "");
        if (is_link(url)) {
            buf_add_byte(&links, '[');
            add_link_text(&links, title.n ? title : url);
            buf_add_c(&links, "](");
            add_link_url(&links, url);
            buf_add_byte(&links, ')');
        } else {
            add_link_text(&links, title.n ? title : url);
        }
    }
    json_write_str(b, links.failed ? STR_EMPTY : buf_str(&links));
    buf_done(&links);
}

/* ── messages ── */

static const char *from_of(enum message_author author)
{
    switch (author) {
    case MESSAGE_VISITOR:
        return "visitor";
    case MESSAGE_STAFF:
        return "human";
    case MESSAGE_SYSTEM:
        return "system";
    case MESSAGE_AI:
    default:
        return "ai";
    }
}

static void message_members(struct buf *b, const struct message_row *m)
{
    json_t *citations = citations_read(m->citations);
    buf_addf(b, "\"uuid\":\"%s\",\"content\":", m->id.c);
    json_write_str(b, m->content);
    buf_addf(b, ",\"is_human_message\":%s,\"from\":\"%s\"",
             m->author == MESSAGE_VISITOR ? "true" : "false", from_of(m->author));
    if (m->author == MESSAGE_AI) {
        buf_addf(b, ",\"answered\":%s", m->answered ? "true" : "false");
    }
    if (m->feedback >= 0) {
        buf_addf(b, ",\"feedback\":%d", m->feedback > 0);
    } else {
        buf_add_c(b, ",\"feedback\":null");
    }
    buf_add_c(b, ",\"sources\":");
    add_sources(b, citations);
    buf_add_c(b, ",\"citations\":");
    if (citations) {
        json_write(b, citations);
    } else {
        buf_add_c(b, "[]");
    }
    buf_addf(b, ",\"created_at\":\"%s\"", clock_rfc3339(m->created_ms).c);
    json_decref(citations);
}

void chat_message_json(struct buf *b, const struct message_row *message)
{
    buf_add_byte(b, '{');
    message_members(b, message);
    buf_add_byte(b, '}');
}

void chat_message_event_json(struct buf *b, const struct message_row *message)
{
    buf_add_c(b, "{\"type\":\"message\",");
    message_members(b, message);
    buf_add_byte(b, '}');
}

err chat_json(struct store *store, struct arena *a, struct buf *b, const struct chat_row *chat)
{
    uint64_t after = 0;
    size_t count = PAGE;
    buf_addf(b, "{\"uuid\":\"%s\",\"messages\":[", chat->id.c);
    while (count == PAGE) {
        struct message_row *rows;
        err e = store_message_list(store, a, &chat->project, &chat->id, after, PAGE, &rows, &count);
        if (!err_ok(e)) {
            return e;
        }
        for (size_t i = 0; i < count; i++) {
            buf_add_c(b, after || i ? "," : "");
            chat_message_json(b, &rows[i]);
            after = rows[i].seq;
        }
        if (b->failed) {
            return buf_err(b);
        }
    }
    buf_add_c(b, "],\"handoff\":");
    json_write_str(b, chat->handoff);
    buf_add_byte(b, '}');
    return buf_err(b);
}
