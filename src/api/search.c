/* SPDX-License-Identifier: Apache-2.0 */
#include "api/answer.h"
#include "base/log.h"
#include "guard/text.h"

enum { SEARCH_CHARS_MAX = 1000, SEARCH_LIMIT = 20, SEARCH_LIMIT_MAX = 50 };

static err read_query(struct call *call, struct know_query *ret)
{
    str text, limit, prefix;
    if (!http_req_param(call->req, STR("q"), &text) || str_empty(str_trim(text))) {
        return err_new(ERR_INVALID, "the parameter q is missing: what to search for");
    }
    err e = guard_text_clean(call->a, text, SEARCH_CHARS_MAX, &ret->text);
    if (!err_ok(e)) {
        call->why = "the parameter q must be a text of at most 1000 characters";
        return e;
    }
    if (http_req_param(call->req, STR("limit"), &limit)) {
        uint64_t number;
        if (!str_u64(limit, &number) || number < 1 || number > SEARCH_LIMIT_MAX) {
            return err_new(ERR_INVALID, "the parameter limit must be a number from 1 to 50");
        }
        ret->limit = number;
    }
    /* `domain_filter` is the name existing clients use for a part of a site. */
    if (http_req_param(call->req, STR("url_prefix"), &prefix) ||
        http_req_param(call->req, STR("domain_filter"), &prefix)) {
        ret->url_prefix = prefix;
    }
    return ERR_NONE;
}

static void add_hit(struct buf *b, const struct know_hit *hit)
{
    buf_add_byte(b, '{');
    answer_member(b, "title", hit->passage.title);
    answer_member(b, "heading", hit->passage.heading);
    answer_member(b, "url", hit->passage.url);
    answer_member(b, "snippet", hit->snippet);
    buf_addf(b, ",\"score\":%.3f}", hit->score);
}

err search_get(struct call *call)
{
    struct know_query query = {.project = &call->project.row.id,
                               .reader = access_reader(&call->who),
                               .limit = SEARCH_LIMIT,
                               .per_page = 1};
    struct know_hit *hits;
    size_t count;
    err e = read_query(call, &query);
    if (err_ok(e)) {
        e = know_search(call->app->store, call->a, &query, &hits, &count);
    }
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    buf_addf(&b, "{\"count\":%zu,\"results\":[", count);
    for (size_t i = 0; i < count; i++) {
        buf_add_c(&b, i ? "," : "");
        add_hit(&b, &hits[i]);
    }
    buf_add_c(&b, "]}");
    return answer_json(call, 200, &b);
}

err search_click(struct call *call)
{
    str query, url;
    err e = body_text(call, "q", SEARCH_CHARS_MAX, &query);
    if (err_ok(e)) {
        e = body_text(call, "url", 2048, &url);
    }
    if (!err_ok(e)) {
        return e;
    }
    if (str_empty(query) || str_empty(url)) {
        return err_new(
            ERR_INVALID,
            "the fields \"q\" and \"url\" are needed: what was searched and what was opened");
    }
    /* Counted, not kept: a visitor's words are not stored without a chat. */
    LOG(LOG_INFO, "search", "result opened", log_str("project", id_str(&call->project.row.id)),
        log_int("query_bytes", (int64_t)query.n));
    http_res_send(call->res, 204, STR_EMPTY, STR_EMPTY);
    return ERR_NONE;
}
