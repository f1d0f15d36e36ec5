/* SPDX-License-Identifier: Apache-2.0 */
/* The team's projects: name, privacy, allowed domains, settings. */
#include "api/admin.h"
#include "base/clock.h"

enum { SLUG_BYTES_MAX = 63, NAME_CHARS_MAX = 200, DOMAINS_MAX = 100, SETTINGS_BYTES_MAX = 262144 };

static void project_json(struct buf *b, const struct project_row *row, bool whole)
{
    buf_add_byte(b, '{');
    answer_member(b, "slug", row->slug);
    answer_member(b, "name", row->name);
    answer_member_bool(b, "private", row->is_private);
    answer_member_name(b, "domains");
    buf_add_byte(b, '[');
    for (size_t i = 0; i < row->domain_count; i++) {
        buf_add_c(b, i ? "," : "");
        json_write_str(b, row->domains[i]);
    }
    buf_add_byte(b, ']');
    if (whole) {
        answer_member_name(b, "settings");
        buf_add(b, str_empty(row->settings) ? STR("{}") : row->settings);
    }
    answer_member_time(b, "created_at", row->created_ms);
    buf_add_byte(b, '}');
}

static err answer_project(struct call *call, int status, const struct project_row *row)
{
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    project_json(&b, row, true);
    return answer_json(call, status, &b);
}

err projects_list(struct call *call)
{
    struct admin_projects projects;
    size_t shown = 0;
    err e = admin_projects_load(call, &projects);
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    buf_add_c(&b, "{\"results\":[");
    for (size_t i = 0; i < projects.count; i++) {
        if (access_reaches(&call->who, &projects.rows[i])) {
            buf_add_c(&b, shown++ ? "," : "");
            project_json(&b, &projects.rows[i], false);
        }
    }
    buf_addf(&b, "],\"count\":%zu}", shown);
    return answer_json(call, 200, &b);
}

err projects_get(struct call *call) { return answer_project(call, 200, &call->project.row); }

/* ── what an owner writes ── */

static bool is_slug(str slug)
{
    bool good =
        slug.n >= 1 && slug.n <= SLUG_BYTES_MAX && slug.p[0] != '-' && slug.p[slug.n - 1] != '-';
    for (size_t i = 0; good && i < slug.n; i++) {
        char c = slug.p[i];
        good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    }
    return good;
}

static err read_domains(struct call *call, struct project_row *row)
{
    const json_t *list = json_object_get(call->body, "domains");
    size_t count = json_array_size(list);
    if (!list) {
        return ERR_NONE;
    }
    if (!json_is_array(list) || count > DOMAINS_MAX) {
        return unprocessable(call, STR("\"domains\" is a list of at most 100 domains"));
    }
    str *domains = arena_array(call->a, count + 1, sizeof *domains);
    for (size_t i = 0; domains && i < count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        err e = domain_parse(call->a, str_c(text), &domains[i]);
        if (!err_ok(e)) {
            return unprocessable(call, arena_printf(call->a, "domain %zu: %s", i + 1, e.what));
        }
        domains[i] = arena_str(call->a, domains[i]);
    }
    row->domains = domains;
    row->domain_count = count;
    return domains ? ERR_NONE : err_new(ERR_NO_MEMORY, "out of memory");
}

/* Takes the settings whole; the reader of settings judges them. */
static err read_settings(struct call *call, struct project_row *row)
{
    const json_t *settings = json_object_get(call->body, "settings");
    struct chat_project project;
    str reason = STR_EMPTY;
    struct buf b;
    if (settings && !json_is_object(settings)) {
        return unprocessable(call, STR("\"settings\" is an object"));
    }
    if (settings) {
        buf_init(&b, SETTINGS_BYTES_MAX);
        json_write(&b, settings);
        err written = buf_err(&b);
        row->settings = err_ok(written) ? arena_str(call->a, buf_str(&b)) : STR_EMPTY;
        buf_done(&b);
        if (!err_ok(written)) {
            return written;
        }
    }
    err e = chat_project_load(call->a, row, &project, &reason);
    if (!err_ok(e)) {
        return e.code == ERR_UNPROCESSABLE ? unprocessable(call, reason) : e;
    }
    chat_project_done(&project);
    return ERR_NONE;
}

static err read_project(struct call *call, struct project_row *row)
{
    str name;
    bool given, is_private;
    err e = body_text(call, "name", NAME_CHARS_MAX, &name);
    if (err_ok(e)) {
        e = body_bool(call, "private", &given, &is_private);
    }
    if (!err_ok(e)) {
        return e;
    }
    row->name = str_empty(name) ? row->name : name;
    row->is_private = given ? is_private : row->is_private;
    e = read_domains(call, row);
    return err_ok(e) ? read_settings(call, row) : e;
}

err projects_create(struct call *call)
{
    struct project_row row = {.id = id_random(),
                              .team = call->who.team,
                              .settings = chat_project_default_settings(),
                              .created_ms = clock_wall_ms()};
    err e = body_needed(call, "slug", SLUG_BYTES_MAX, &row.slug);
    if (err_ok(e) && !is_slug(row.slug)) {
        e = unprocessable(call, STR("a slug is 1 to 63 of a-z, 0-9 and -, not at the ends"));
    }
    if (err_ok(e)) {
        e = body_needed(call, "name", NAME_CHARS_MAX, &row.name);
    }
    if (err_ok(e)) {
        e = read_project(call, &row);
    }
    if (err_ok(e)) {
        e = record_first(call, "project.create", "project", id_str(&row.id));
    }
    if (!err_ok(e)) {
        return e;
    }
    e = store_project_create(call->app->store, &row);
    return err_ok(e) ? answer_project(call, 201, &row)
                     : record_failed(call, "project.create", "project", id_str(&row.id), e);
}

err projects_update(struct call *call)
{
    struct project_row row = call->project.row;
    str object = id_str(&row.id);
    err e = read_project(call, &row);
    if (err_ok(e)) {
        e = record_first(call, "project.change", "project", object);
    }
    if (!err_ok(e)) {
        return e;
    }
    e = store_project_update(call->app->store, &row);
    return err_ok(e) ? answer_project(call, 200, &row)
                     : record_failed(call, "project.change", "project", object, e);
}

err projects_delete(struct call *call)
{
    str object = id_str(&call->project.row.id);
    err e = record_first(call, "project.delete", "project", object);
    if (!err_ok(e)) {
        return e;
    }
    e = store_project_delete(call->app->store, &call->project.row.id);
    return err_ok(e) ? answer_nothing(call)
                     : record_failed(call, "project.delete", "project", object, e);
}
