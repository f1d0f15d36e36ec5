/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/api/matrix.h"

#include "access/role.h"

#define assert_ok(e) assert_string_equal(err_ok(e) ? "" : (e).what, "")

static const char page[] = "https://www.example.com",
                  foreign_page[] = "https://example.com.evil.test";
enum { HOUR_MS = 3600000 };

static struct matrix_person *add(struct matrix *m, const char *name, enum matrix_kind kind)
{
    assert_true(m->people_count < MATRIX_PEOPLE_MAX);
    struct matrix_person *who = &m->people[m->people_count++];
    *who = (struct matrix_person){.kind = kind};
    (void)snprintf(who->name, sizeof who->name, "%s", name);
    return who;
}

static struct store *store_of(const struct matrix *m) { return m->house.app->store; }

/* ── visitors ── */

static struct matrix_person *guest(struct matrix *m, const char *name,
                                   const struct project_row *project, const char *groups)
{
    struct matrix_person *who = add(m, name, MATRIX_GUEST);
    int64_t now = clock_wall_ms();
    struct session_row session = {.id = id_random(),
                                  .project = project->id,
                                  .visitor = id_random(),
                                  .origin = str_c(page),
                                  .subject = groups ? str_c(name) : STR_EMPTY,
                                  .groups = groups ? str_c(groups) : STR_EMPTY,
                                  .created_ms = now,
                                  .expires_ms = now + HOUR_MS};
    assert_ok(access_session_open(store_of(m), &m->house.app->hash_key, &session, &who->token));
    who->origin = page;
    who->reaches = project == &m->house.project;
    who->person = session.visitor;
    who->session = session.id;
    return who;
}

static void chat_of(struct matrix *m, const struct project_row *project,
                    const struct chat_row *like, id *ret_chat, id *ret_message)
{
    struct chat_row chat = *like;
    chat.id = id_random();
    chat.project = project->id;
    chat.created_ms = clock_wall_ms();
    struct message_row message = {.id = id_random(),
                                  .chat = chat.id,
                                  .author = MESSAGE_AI,
                                  .content = STR("An answer."),
                                  .feedback = -1,
                                  .created_ms = clock_wall_ms()};
    assert_ok(store_chat_begin(store_of(m), &chat, &message, 1));
    *ret_chat = chat.id;
    *ret_message = message.id;
}

static void guests(struct matrix *m)
{
    struct matrix_person *who;
    (void)add(m, "nobody", MATRIX_NOBODY);
    who = add(m, "page of an allowed domain", MATRIX_NOBODY);
    who->origin = page;
    who->reaches = true;
    who = add(m, "page of a look-alike domain", MATRIX_NOBODY);
    who->origin = foreign_page;
    who->refused_page = true;
    who = add(m, "page without an origin", MATRIX_NOBODY);
    who->origin = "null";
    who->refused_page = true;
    who = guest(m, "visitor of the chat", &m->house.project, NULL);
    who->own_chat = true;
    chat_of(m, &m->house.project,
            &(struct chat_row){.session = who->session, .visitor = who->person}, &m->visitor_chat,
            &m->visitor_message);
    (void)guest(m, "visitor of another chat", &m->house.project, NULL);
    (void)guest(m, "known visitor of another group", &m->house.project, "others\n");
    who = guest(m, "visitor of another project", &m->other, NULL);
    chat_of(m, &m->other, &(struct chat_row){.session = who->session, .visitor = who->person},
            &m->other_chat, &m->other_message);
    who = guest(m, "visitor whose session was moved to another page", &m->house.project, NULL);
    who->origin = foreign_page;
    who->refused_page = true;
    who->reaches = false;
}

/* ── keys ── */

static struct matrix_person *key(struct matrix *m, const char *name, enum token_kind kind,
                                 const id *team, const id *project, permissions may,
                                 int64_t expires_ms)
{
    struct matrix_person *who = add(m, name, MATRIX_TOKEN);
    struct key_row row = {.id = id_random(),
                          .team = *team,
                          .name = STR("matrix"),
                          .kind = kind == TOKEN_PUBLIC_KEY ? STR("pk") : STR("sk"),
                          .permissions = may,
                          .created_ms = clock_wall_ms() - HOUR_MS,
                          .expires_ms = expires_ms};
    if (project) {
        row.project = *project;
    }
    who->token = token_new(kind);
    row.hash = token_hash(&m->house.app->hash_key, str_c(who->token.c));
    row.hint = token_hint(str_c(who->token.c));
    assert_ok(store_key_create(store_of(m), &row, NULL));
    who->session = row.id;
    who->public_key = kind == TOKEN_PUBLIC_KEY;
    who->dead = expires_ms && expires_ms < clock_wall_ms();
    who->reaches =
        id_eq(team, &m->house.project.team) && (!project || id_eq(project, &m->house.project.id));
    who->all = id_eq(team, &m->house.project.team) && !project;
    who->may = who->reaches ? may : 0;
    who->may_team = who->all ? may : 0;
    who->may_home = project ? 0 : may;
    who->whole_server = !project;
    who->drawn = may;
    return who;
}

static void keys(struct matrix *m)
{
    const id *team = &m->house.project.team, *project = &m->house.project.id;
    char name[48];
    struct matrix_person *who =
        key(m, "public key", TOKEN_PUBLIC_KEY, team, project, PERMISSION_BROWSER_SAFE, 0);
    who->origin = page;
    who = key(m, "public key in a foreign page", TOKEN_PUBLIC_KEY, team, project,
              PERMISSION_BROWSER_SAFE, 0);
    who->origin = foreign_page;
    who->refused_page = true;
    for (int i = 0; i < PERMISSION_COUNT; i++) {
        permissions one = (permissions)1 << i;
        (void)snprintf(name, sizeof name, "key: %s", permission_name(one));
        (void)key(m, name, TOKEN_SECRET_KEY, team, NULL, one, 0);
        (void)snprintf(name, sizeof name, "bound key: %s", permission_name(one));
        (void)key(m, name, TOKEN_SECRET_KEY, team, project, one, 0);
    }
    who = key(m, "key that made the chat", TOKEN_SECRET_KEY, team, project, PERMISSION_CHAT_CREATE,
              0);
    who->own_chat = true;
    chat_of(m, &m->house.project, &(struct chat_row){.key = who->session}, &m->key_chat,
            &m->key_message);
    (void)key(m, "key with every permission", TOKEN_SECRET_KEY, team, NULL, PERMISSION_ALL, 0);
    (void)key(m, "expired key", TOKEN_SECRET_KEY, team, NULL, PERMISSION_ALL,
              clock_wall_ms() - 1000);
    who = key(m, "revoked key", TOKEN_SECRET_KEY, team, NULL, PERMISSION_ALL, 0);
    assert_ok(
        store_key_disable(store_of(m), team, &who->session, "revoked", clock_wall_ms(), NULL));
    who->dead = true;
    who = key(m, "secret key in a page", TOKEN_SECRET_KEY, team, NULL, PERMISSION_ALL, 0);
    who->origin = page;
    who->may = who->may_team = who->may_home = who->drawn = 0;
    who = add(m, "token that was never drawn", MATRIX_TOKEN);
    who->token = token_new(TOKEN_SECRET_KEY);
    who->dead = true;
    (void)key(m, "other team's key", TOKEN_SECRET_KEY, &m->team2, NULL, PERMISSION_ALL, 0);
}

/* ── people ── */

static struct matrix_person *person(struct matrix *m, const char *name, const id *team,
                                    enum role role, bool all, const struct member_project *only)
{
    struct matrix_person *who = add(m, name, MATRIX_PERSON);
    str email = arena_printf(&m->house.arena, "p%zu@example.com", m->people_count);
    struct person_row row = {
        .id = id_random(), .email = email, .name = str_c(who->name), .created_ms = clock_wall_ms()};
    struct member_row member = {.team = *team,
                                .person = row.id,
                                .role = role,
                                .all_projects = all,
                                .projects = only,
                                .project_count = only ? 1 : 0,
                                .created_ms = row.created_ms};
    assert_ok(store_person_create(store_of(m), &row, &member, NULL));
    who->person = row.id;
    who->team = *team;
    who->reaches = id_eq(team, &m->house.project.team) && (all || only);
    who->all = id_eq(team, &m->house.project.team) && all;
    who->may = who->reaches ? role_permissions(only ? only->role : role) : 0;
    who->may_team = who->all ? role_permissions(role) : 0;
    who->may_home = all ? role_permissions(role) : 0;
    return who;
}

static void staff(struct matrix *m)
{
    const id *team = &m->house.project.team;
    static const enum role roles[] = {ROLE_VIEWER, ROLE_AGENT, ROLE_EDITOR, ROLE_ADMIN, ROLE_OWNER};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        (void)person(m, role_name(roles[i]), team, roles[i], true, NULL);
    }
    struct member_project here = {.project = m->house.project.id, .role = ROLE_VIEWER};
    (void)person(m, "admin who is a viewer here", team, ROLE_ADMIN, false, &here);
    (void)person(m, "admin of no project", team, ROLE_ADMIN, false, NULL);
    struct matrix_person *who =
        person(m, "owner who logged in long ago", team, ROLE_OWNER, true, NULL);
    who->stale = true;
    who = person(m, "owner without the second factor", team, ROLE_OWNER, true, NULL);
    who->state = STAFF_NEEDS_FACTOR;
    who = person(m, "owner who must enrol", &m->team3, ROLE_OWNER, true, NULL);
    who->state = STAFF_NEEDS_ENROLL;
    m->other_person = person(m, "other team's owner", &m->team2, ROLE_OWNER, true, NULL)->person;
    who = person(m, "disabled owner", team, ROLE_OWNER, true, NULL);
    who->token = matrix_session(m, who);
    assert_ok(store_person_disable(store_of(m), &who->person, clock_wall_ms(), NULL));
    who->dead = true;
}

struct token matrix_session(struct matrix *m, struct matrix_person *who)
{
    int64_t now = clock_wall_ms();
    struct token token = token_new(TOKEN_STAFF_SESSION);
    struct staff_session_row row = {.id = id_random(),
                                    .person = who->person,
                                    .team = who->team,
                                    .hash = token_hash(&m->house.app->hash_key, str_c(token.c)),
                                    .state = who->state,
                                    .created_ms = now,
                                    .used_ms = now,
                                    .expires_ms = now + HOUR_MS,
                                    .fresh_ms = who->stale ? now - 10 * HOUR_MS : now};
    assert_ok(store_staff_session_create(store_of(m), &row, NULL));
    who->session = row.id;
    return token;
}

/* ── the house ── */

void matrix_open(struct matrix *m)
{
    static const str domain = STR_INIT("https://www.example.com");
    house_init(&m->house);
    struct api_settings *api = &m->house.api;
    api->sessions_per_hour = api->messages_per_minute = api->messages_per_hour = 1000000;
    api->leads_per_hour = api->searches_per_minute = api->requests_per_minute = 1000000;
    api->refusals_per_minute = api->streams_per_address = 1000000;
    (void)snprintf(api->contact, sizeof api->contact, "mailto:security@example.com");
    house_open(&m->house);
    m->house.project.domains = &domain;
    m->house.project.domain_count = 1;
    assert_ok(store_project_update(store_of(m), &m->house.project));
    assert_ok(store_team_create(store_of(m), STR("Other"), &m->team2));
    assert_ok(store_team_create(store_of(m), STR("Strict"), &m->team3));
    struct team_row strict = {
        .id = m->team3, .name = STR("Strict"), .settings = STR("{\"second_factor\":true}")};
    assert_ok(store_team_update(store_of(m), &strict, NULL));
    m->other = (struct project_row){.id = id_random(),
                                    .team = m->team2,
                                    .slug = STR("other"),
                                    .name = STR("Other Ltd"),
                                    .is_private = true,
                                    .settings = STR("{}"),
                                    .domains = &domain,
                                    .domain_count = 1,
                                    .created_ms = clock_wall_ms()};
    assert_ok(store_project_create(store_of(m), &m->other));
    m->row_count = matrix_policy(m->rows, MATRIX_ROWS_MAX);
    guests(m);
    keys(m);
    staff(m);
    m->stranger = m->other_person;
}

void matrix_close(struct matrix *m) { house_close(&m->house); }
