/* SPDX-License-Identifier: Apache-2.0 */
#include "api/answer.h"
#include "api/record.h"
#include "base/clock.h"
#include "base/log.h"
#include "guard/text.h"
#include "http/multipart.h"
#include "know/options.h"
#include "net/url.h"

enum { TITLE_CHARS_MAX = 300, OPTIONS_BYTES_MAX = 64 << 10 };

static void groups_json(struct buf *b, str groups)
{
    str name;
    bool first = true;
    answer_member_name(b, "groups");
    buf_add_byte(b, '[');
    while (str_split(&groups, '\n', &name)) {
        buf_add_c(b, first ? "" : ",");
        json_write_str(b, name);
        first = false;
    }
    buf_add_byte(b, ']');
}

static void source_json(struct buf *b, const struct source_row *source)
{
    buf_add_byte(b, '{');
    answer_member(b, "uuid", id_str(&source->id));
    answer_member(b, "kind", source->kind);
    answer_member(b, "location", source->location);
    answer_member(b, "title", source->title);
    groups_json(b, source->groups);
    answer_member(b, "state", source->state);
    answer_member(b, "error", source->last_error);
    answer_member_number(b, "documents", source->documents);
    answer_member_number(b, "passages", source->passages);
    answer_member_number(b, "failures", source->failures);
    answer_member_time(b, "created_at", source->created_ms);
    answer_member_time(b, "synced_at", source->synced_ms);
}

static err find_source(struct call *call, struct source_row *ret)
{
    id wanted;
    if (!id_parse(http_req_arg(call->req, 1), &wanted)) {
        return err_new(ERR_NOT_FOUND, "there is no such source in this project");
    }
    err e = store_source_get(call->app->store, call->a, &call->project.row.id, &wanted, ret);
    return e.code == ERR_NOT_FOUND
               ? err_new(ERR_NOT_FOUND, "there is no such source in this project")
               : e;
}

err source_list(struct call *call)
{
    struct source_row *rows;
    size_t count;
    err e = store_source_list(call->app->store, call->a, &call->project.row.id, &rows, &count);
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    buf_addf(&b, "{\"count\":%zu,\"results\":[", count);
    for (size_t i = 0; i < count; i++) {
        buf_add_c(&b, i ? "," : "");
        source_json(&b, &rows[i]);
        buf_add_byte(&b, '}');
    }
    buf_add_c(&b, "]}");
    return answer_json(call, 200, &b);
}

err source_get(struct call *call)
{
    struct source_row source;
    struct document_row *documents;
    size_t count;
    err e = find_source(call, &source);
    if (err_ok(e)) {
        e = store_document_list(call->app->store, call->a, &call->project.row.id, &source.id,
                                &documents, &count);
    }
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    source_json(&b, &source);
    buf_add_c(&b, ",\"items\":[");
    for (size_t i = 0; i < count; i++) {
        buf_add_c(&b, i ? ",{" : "{");
        answer_member(&b, "url", documents[i].url);
        answer_member(&b, "title", documents[i].title);
        answer_member(&b, "language", documents[i].language);
        answer_member(&b, "error", documents[i].error);
        answer_member_time(&b, "read_at", documents[i].read_ms);
        buf_add_byte(&b, '}');
    }
    buf_add_c(&b, "]}");
    return answer_json(call, 200, &b);
}

err source_delete(struct call *call)
{
    struct source_row source;
    err e = find_source(call, &source);
    if (err_ok(e)) {
        e = record_first(call, "source.delete", "source", id_str(&source.id));
    }
    if (err_ok(e)) {
        e = store_source_delete(call->app->store, &call->project.row.id, &source.id);
    }
    if (err_ok(e)) {
        http_res_send(call->res, 204, STR_EMPTY, STR_EMPTY);
    }
    return e;
}

/* ── adding ── */

/* What a request adds: a row and, for uploads and texts, the bytes. */
struct addition {
    struct source_row row;
    str content, content_type;
};

static err addition_from_url(struct call *call, const char *member, const char *kind,
                             struct addition *ret)
{
    str text;
    struct url url;
    err e = body_text(call, member, URL_BYTES_MAX, &text);
    if (err_ok(e)) {
        e = url_parse(call->a, text, &url);
        if (!err_ok(e)) {
            str why = arena_printf(call->a, "the field \"%s\" is not an http or https URL: %s",
                                   member, e.what);
            call->why = why.p ? why.p : e.what;
        }
    }
    if (err_ok(e) && url.user.n) {
        e = err_new(ERR_INVALID, "a URL must not have a user name or password in it");
    }
    if (err_ok(e)) {
        ret->row.kind = str_c(kind);
        ret->row.location = url_text(call->a, &url, false);
    }
    return e;
}

/* How far a crawl goes. base_url is for files on the server's own disk: a page has its address. */
static err read_options(struct call *call, str *ret)
{
    const json_t *options = json_object_get(call->body, "options");
    struct know_options checked;
    *ret = STR("{}");
    if (!options || json_is_null(options)) {
        return ERR_NONE;
    }
    if (!json_is_object(options) || json_object_get(options, "base_url")) {
        return err_new(ERR_INVALID, "the field \"options\" must be an object with include, "
                                    "exclude, depth, pages or same_host");
    }
    struct buf b;
    buf_init(&b, OPTIONS_BYTES_MAX);
    json_write(&b, options);
    str text = b.failed ? STR_EMPTY : arena_str(call->a, buf_str(&b));
    err e = b.failed ? buf_err(&b) : ERR_NONE;
    buf_done(&b);
    if (err_ok(e) && !text.p) {
        e = err_new(ERR_NO_MEMORY, "out of memory");
    }
    e = err_ok(e) ? options_read(call->a, call->app->settings.know, text, &checked) : e;
    if (err_ok(e)) {
        *ret = text;
    }
    return e;
}

static err addition_from_json(struct call *call, struct addition *ret)
{
    bool url = json_object_get(call->body, "url"), sitemap = json_object_get(call->body, "sitemap");
    bool text = json_object_get(call->body, "text");
    err e = body_text(call, "title", TITLE_CHARS_MAX, &ret->row.title);
    if (err_ok(e) && url + sitemap + text != 1) {
        e = err_new(
            ERR_INVALID,
            "send exactly one of \"url\", \"sitemap\", \"text\", or a file as multipart/form-data");
    }
    if (err_ok(e) && text && json_object_get(call->body, "options")) {
        e = err_new(ERR_INVALID, "the field \"options\" is for URLs and sitemaps");
    }
    if (err_ok(e) && !text) {
        e = read_options(call, &ret->row.options);
    }
    if (!err_ok(e)) {
        return e;
    }
    if (!text) {
        return addition_from_url(call, url ? "url" : "sitemap", url ? "url" : "sitemap", ret);
    }
    ret->row.kind = STR("text");
    ret->content_type = STR("text/markdown");
    if (!json_get_str(call->body, "text", &ret->content) || str_empty(str_trim(ret->content)) ||
        str_empty(ret->row.title)) {
        return err_new(ERR_INVALID,
                       "a text needs the fields \"text\" and \"title\", both not empty");
    }
    return ERR_NONE;
}

static err addition_from_form(struct call *call, struct addition *ret)
{
    str content_type, boundary;
    struct multipart_part *parts;
    size_t count;
    if (!http_req_header(call->req, STR("content-type"), &content_type) ||
        !multipart_boundary(content_type, &boundary)) {
        return err_new(ERR_MEDIA_TYPE, "send JSON, or a file as multipart/form-data");
    }
    err e = multipart_parse(call->a, http_req_body(call->req), boundary, &parts, &count);
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        if (str_eq(parts[i].name, STR("file"))) {
            ret->row.kind = STR("file");
            ret->row.location = parts[i].filename;
            ret->content = parts[i].content;
            ret->content_type = parts[i].content_type;
        } else if (str_eq(parts[i].name, STR("title"))) {
            e = guard_text_clean(call->a, parts[i].content, TITLE_CHARS_MAX, &ret->row.title);
        } else {
            e = err_new(ERR_INVALID,
                        "the form has an unknown field; \"file\" and \"title\" are known");
        }
    }
    if (err_ok(e)) {
        /* The name is shown in citations and lists: it must be clean text like any other. */
        str name = ret->row.location;
        e = guard_text_clean(call->a, name, TITLE_CHARS_MAX, &ret->row.location);
        call->why = err_ok(e) ? NULL : "the file's name is longer than 300 characters or not UTF-8";
    }
    if (err_ok(e) &&
        (str_empty(ret->row.kind) || str_empty(ret->content) || str_empty(ret->row.location) ||
         str_eq(ret->row.location, STR(".")) || str_eq(ret->row.location, STR("..")) ||
         str_find_byte(ret->row.location, '/', 0) != SIZE_MAX)) {
        return err_new(
            ERR_INVALID,
            "the form needs a field \"file\" with a file that has a name and is not empty");
    }
    return e;
}

static err queue_job(struct call *call, const id *source, struct job_row *ret)
{
    int64_t now = clock_wall_ms();
    struct job_row row = {.id = id_ordered(),
                          .project = call->project.row.id,
                          .state = STR("queued"),
                          .progress = STR("{}"),
                          .created_ms = now,
                          .updated_ms = now};
    if (source) {
        row.source = *source;
    }
    err e = store_job_create(call->app->store, call->a, &row, ret);
    if (err_ok(e)) {
        jobs_worker_wake(call->app->jobs);
    } else if (e.code == ERR_RATE_LIMITED) {
        http_res_header(call->res, STR("retry-after"), STR("30"));
    }
    return e;
}

static err store_addition(struct call *call, struct addition *addition, struct job_row *ret_job)
{
    struct source_row *row = &addition->row;
    row->id = id_random();
    row->project = call->project.row.id;
    if (str_empty(row->options)) {
        row->options = STR("{}");
    }
    row->state = STR("new");
    row->created_ms = clock_wall_ms();
    if (str_empty(row->title)) {
        row->title = row->location;
    }
    err e = record_first(call, "source.create", "source", id_str(&row->id));
    e = err_ok(e) ? store_source_create(call->app->store, row) : e;
    bool created = err_ok(e);
    if (created && !str_empty(addition->content)) {
        e = store_source_set_content(call->app->store, &row->project, &row->id, addition->content,
                                     addition->content_type);
    }
    if (err_ok(e)) {
        e = queue_job(call, &row->id, ret_job);
    }
    if (!err_ok(e) && created) {
        /* Half a source would only fail at each sync. */
        err undone = store_source_delete(call->app->store, &row->project, &row->id);
        if (!err_ok(undone)) {
            log_err("api", "a source that could not be stored whole was not removed", undone);
        }
    }
    return e;
}

err source_create(struct call *call)
{
    struct addition addition = {0};
    struct job_row job;
    err e = call->body ? addition_from_json(call, &addition) : addition_from_form(call, &addition);
    if (err_ok(e)) {
        e = store_addition(call, &addition, &job);
    }
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    source_json(&b, &addition.row);
    answer_member(&b, "job", id_str(&job.id));
    buf_add_byte(&b, '}');
    return answer_json(call, 201, &b);
}

/* ── reading again ── */

static err answer_job(struct call *call, int status, const struct job_row *job)
{
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    buf_add_byte(&b, '{');
    answer_member(&b, "job", id_str(&job->id));
    answer_member(&b, "state", job->state);
    answer_member_time(&b, "created_at", job->created_ms);
    answer_member_time(&b, "updated_at", job->updated_ms);
    buf_add_c(&b, ",\"progress\":");
    buf_add(&b, str_empty(job->progress) ? STR("{}") : job->progress);
    buf_add_byte(&b, '}');
    return answer_json(call, status, &b);
}

err sync_start(struct call *call)
{
    str text;
    struct source_row source;
    struct job_row job;
    id wanted = {{0}};
    err e = body_text(call, "source", 36, &text);
    if (err_ok(e) && !str_empty(text)) {
        e = id_parse(text, &wanted)
                ? store_source_get(call->app->store, call->a, &call->project.row.id, &wanted,
                                   &source)
                : err_new(ERR_NOT_FOUND, "there is no such source in this project");
    }
    if (err_ok(e)) {
        e = queue_job(call, id_none(&wanted) ? NULL : &wanted, &job);
    }
    if (!err_ok(e)) {
        return e;
    }
    str location = arena_printf(call->a, "/api/v1/projects/%.*s/jobs/%s",
                                STR_ARG(call->project.row.slug), job.id.c);
    http_res_header(call->res, STR("location"), location);
    return answer_job(call, 202, &job);
}

err job_get(struct call *call)
{
    id wanted;
    struct job_row job;
    if (!id_parse(http_req_arg(call->req, 1), &wanted)) {
        return err_new(ERR_NOT_FOUND, "there is no such job in this project");
    }
    err e = store_job_get(call->app->store, call->a, &call->project.row.id, &wanted, &job);
    return err_ok(e) ? answer_job(call, 200, &job) : e;
}
