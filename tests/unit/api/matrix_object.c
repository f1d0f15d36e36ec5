/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/api/matrix.h"

#include "access/seal.h"

#define assert_ok(e) assert_string_equal(err_ok(e) ? "" : (e).what, "")
enum { HOUR_MS = 3600000 };

static struct store *store_of(const struct matrix *m) { return m->house.app->store; }

static struct crypto_digest any_digest(void)
{
    struct crypto_digest digest;
    crypto_random(&digest, sizeof digest);
    return digest;
}

static id make_source(struct matrix *m, const struct project_row *project)
{
    struct source_row row = {.id = id_random(),
                             .project = project->id,
                             .kind = STR("text"),
                             .title = STR("A text"),
                             .state = STR("ready"),
                             .created_ms = clock_wall_ms()};
    assert_ok(store_source_create(store_of(m), &row));
    return row.id;
}

static id make_job(struct matrix *m, const struct project_row *project)
{
    struct job_row row = {.id = id_random(),
                          .project = project->id,
                          .state = STR("queued"),
                          .progress = STR("{}"),
                          .created_ms = clock_wall_ms()};
    struct job_row got;
    assert_ok(store_job_create(store_of(m), &m->house.arena, &row, &got));
    return got.id;
}

static id make_key(struct matrix *m, const id *team)
{
    struct key_row row = {.id = id_random(),
                          .team = *team,
                          .name = STR("one of many"),
                          .kind = STR("sk"),
                          .hint = STR("dw_sk_"),
                          .hash = any_digest(),
                          .permissions = PERMISSION_KEYS_MANAGE, /* nobody manages what can more */
                          .created_ms = clock_wall_ms()};
    assert_ok(store_key_create(store_of(m), &row, NULL));
    return row.id;
}

static id make_visitor_key(struct matrix *m, const struct project_row *project)
{
    struct visitor_key_row row = {.id = id_random(),
                                  .project = project->id,
                                  .alg = STR("HS256"),
                                  .key = STR("sealed"),
                                  .created_ms = clock_wall_ms()};
    row.kid = id_str(&row.id);
    assert_ok(store_visitor_key_add(store_of(m), &row, NULL));
    return row.id;
}

static id make_person(struct matrix *m, const id *team)
{
    struct person_row row = {
        .id = id_random(), .name = STR("Somebody"), .created_ms = clock_wall_ms()};
    struct member_row member = {.team = *team,
                                .person = row.id,
                                .role = ROLE_VIEWER,
                                .all_projects = true,
                                .created_ms = row.created_ms};
    row.email = arena_printf(&m->house.arena, "%s@example.org", row.id.c);
    assert_ok(store_person_create(store_of(m), &row, &member, NULL));
    return row.id;
}

static id make_invitation(struct matrix *m, const id *team)
{
    int64_t now = clock_wall_ms();
    struct invitation_row row = {.id = id_random(),
                                 .team = *team,
                                 .role = ROLE_VIEWER,
                                 .all_projects = true,
                                 .hash = any_digest(),
                                 .created_ms = now,
                                 .expires_ms = now + HOUR_MS};
    row.email = arena_printf(&m->house.arena, "%s@example.net", row.id.c);
    assert_ok(store_invitation_create(store_of(m), &row, NULL, NULL));
    return row.id;
}

static id make_factor(struct matrix *m, const id *who)
{
    struct factor_row row = {.id = id_random(),
                             .person = *who,
                             .kind = STR("totp"),
                             .name = STR("An app"),
                             .created_ms = clock_wall_ms()};
    assert_ok(seal_close(&m->house.arena, m->house.app->desk.seal_key, id_str(&row.id),
                         STR("12345678901234567890"), &row.secret));
    assert_ok(store_factor_add(store_of(m), &row, NULL));
    return row.id;
}

static id make_session(struct matrix *m, const id *who, const id *team)
{
    int64_t now = clock_wall_ms();
    struct staff_session_row row = {.id = id_random(),
                                    .person = *who,
                                    .team = *team,
                                    .hash = any_digest(),
                                    .created_ms = now,
                                    .used_ms = now,
                                    .expires_ms = now + HOUR_MS};
    assert_ok(store_staff_session_create(store_of(m), &row, NULL));
    return row.id;
}

static id object_of(struct matrix *m, const char *kind, const struct matrix_person *who, bool own)
{
    const struct project_row *project = own ? &m->house.project : &m->other;
    const id *team = &project->team;
    bool account = own && who->kind == MATRIX_PERSON && !who->dead;
    const id *self = account ? &who->person : &m->stranger;
    const id *self_team = account ? &who->team : &m->team2;
    if (strcmp(kind, "source") == 0) {
        return make_source(m, project);
    }
    if (strcmp(kind, "job") == 0) {
        return make_job(m, project);
    }
    if (strcmp(kind, "key") == 0) {
        return make_key(m, team);
    }
    if (strcmp(kind, "vkey") == 0) {
        return make_visitor_key(m, project);
    }
    if (strcmp(kind, "person") == 0) {
        return make_person(m, team);
    }
    if (strcmp(kind, "invitation") == 0) {
        return make_invitation(m, team);
    }
    if (strcmp(kind, "factor") == 0) {
        return make_factor(m, self);
    }
    if (strcmp(kind, "session") == 0) {
        return make_session(m, self, self_team);
    }
    bool key_made = who->own_chat && who->kind == MATRIX_TOKEN;
    if (strcmp(kind, "chat") == 0) {
        return !own ? m->other_chat : key_made ? m->key_chat : m->visitor_chat;
    }
    assert_string_equal(kind, "message"); /* else the policy names an object that is none */
    return !own ? m->other_message : key_made ? m->key_message : m->visitor_message;
}

/* A project that is there to be removed. */
static const char *passing_project(struct matrix *m, const id *team)
{
    struct project_row row = {.id = id_random(),
                              .team = *team,
                              .name = STR("For a moment"),
                              .settings = STR("{}"),
                              .created_ms = clock_wall_ms()};
    row.slug = arena_printf(&m->house.arena, "p%.8s", row.id.c + 28);
    assert_ok(store_project_create(store_of(m), &row));
    return row.slug.p;
}

/* Where the project of a row that names a part of it is another's, so is the part. */
static const char *slug_of(struct matrix *m, const struct matrix_row *row,
                           enum matrix_object object)
{
    bool removes = strcmp(row->method, "DELETE") == 0 && strcmp(row->object, "project") == 0;
    if (removes && object != MATRIX_MISSING) {
        return passing_project(m, object == MATRIX_OWN ? &m->house.project.team : &m->team2);
    }
    if (strcmp(row->object, "project") == 0) {
        return object == MATRIX_OWN ? "main" : object == MATRIX_FOREIGN ? "other" : "nothing-here";
    }
    return "main";
}

void matrix_path(struct matrix *m, const struct matrix_row *row, const struct matrix_person *who,
                 enum matrix_object object, char ret[static 512], const char **ret_slug)
{
    size_t n = 0;
    *ret_slug = slug_of(m, row, object);
    for (const char *p = row->path; *p; p++) {
        const char *with = NULL;
        id made;
        if (strncmp(p, "{p}", 3) == 0) {
            with = *ret_slug;
        } else if (*p == '{') {
            made = object == MATRIX_MISSING ? id_random()
                                            : object_of(m, row->object, who, object == MATRIX_OWN);
            with = made.c;
        } else if (*p == '*') {
            with = "widget.js";
        }
        if (with) {
            n += (size_t)snprintf(ret + n, 512 - n, "%s", with);
            p = *p == '{' ? strchr(p, '}') : p;
        } else {
            ret[n++] = *p;
        }
    }
    ret[n] = '\0';
}
