/* SPDX-License-Identifier: Apache-2.0 */
#include "net/fetch.h"
#include "scan/site_private.h"

/* An answer while it comes. */
struct coming {
    struct buf body;
    int status;
    bool cut;
};

static bool on_head(void *user, int status)
{
    struct coming *coming = user;
    coming->status = status;
    return true;
}

static bool on_body(void *user, str piece)
{
    struct coming *coming = user;
    size_t room = SITE_BODY_MAX - coming->body.n;
    coming->cut = piece.n > room;
    buf_add(&coming->body, str_slice(piece, 0, room));
    return !coming->cut && coming->body.failed == ERR_OK;
}

static err ask_by_fetch(const struct scan_options *o, struct arena *a, str url, unsigned wait_ms,
                        struct scan_answer *ret)
{
    const struct fetch_header accept = {STR("accept"), STR("*/*")};
    struct coming coming = {.cut = false};
    buf_init(&coming.body, SITE_BODY_MAX);
    struct fetch_request request = {.url = url,
                                    .headers = &accept,
                                    .header_count = 1,
                                    .user_agent = STR("doorward-scan/" DOORWARD_VERSION),
                                    .allow_private = o->allow_private,
                                    .total_ms = wait_ms,
                                    .body_max = UINT64_MAX, /* cut here, not refused there */
                                    .ca_file = o->ca_file,
                                    .on_head = on_head,
                                    .on_body = on_body,
                                    .user = &coming};
    struct fetch_answer answer = {.status = 0};
    err e = fetch(a, &request, &answer, NULL);
    if (coming.cut && e.code == ERR_CLOSED) {
        e = ERR_NONE; /* the head is lost with the rest; the beginning shows what it is */
        answer.status = coming.status;
    }
    str body = err_ok(e) ? arena_str(a, buf_str(&coming.body)) : STR_EMPTY;
    buf_done(&coming.body);
    if (err_ok(e) && !body.p) {
        e = err_new(ERR_NO_MEMORY, "no memory for an answer");
    }
    if (err_ok(e)) {
        *ret = (struct scan_answer){.status = (unsigned)answer.status,
                                    .type = answer.content_type,
                                    .location = answer.location,
                                    .source_map = answer.source_map,
                                    .body = body,
                                    .cut = coming.cut};
    }
    return e;
}

err site_ask(const struct scan *s, struct arena *a, str url, unsigned wait_ms,
             struct scan_answer *ret)
{
    const struct scan_options *o = s->options;
    return o->ask ? o->ask(o->ask_user, a, url, SITE_BODY_MAX, wait_ms, ret)
                  : ask_by_fetch(o, a, url, wait_ms, ret);
}
