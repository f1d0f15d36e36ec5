/* SPDX-License-Identifier: Apache-2.0 */
/* Every verb that takes a tenant, asked by another tenant for the first one's things: NOT_FOUND or
 * nothing. A verb that has no row here fails the test. */
#include "unit/store/goods.h"

/* Who asks. */
struct tenant {
    const id *project, *team, *person;
};

/* Outcome of a try: an error, or a number of rows. */
struct outcome {
    err e;
    size_t rows;
};

#define TRY(verb)                                                                                  \
    static struct outcome try_##verb(struct fixture *f, const struct goods *g,                     \
                                     const struct tenant *as)
#define OUTCOME(call)                                                                              \
    do {                                                                                           \
        (void)g, (void)as;                                                                         \
        return (struct outcome){call, 0};                                                          \
    } while (0)
#define ROWS(call)                                                                                 \
    do {                                                                                           \
        size_t n = 0;                                                                              \
        (void)g, (void)as;                                                                         \
        err e = call;                                                                              \
        return (struct outcome){e, n};                                                             \
    } while (0)
#define S f->store
#define A &f->arena

TRY(project_by_id)
{
    struct project_row row;
    err e = store_project_by_id(S, A, as->project, &row);
    (void)g;
    return (struct outcome){e, err_ok(e) && id_eq(&row.id, &f->project)};
}
TRY(project_list)
{
    struct project_row *rows = NULL;
    size_t n = 0, own = 0;
    err e = store_project_list(S, A, as->team, &rows, &n);
    (void)g;
    for (size_t i = 0; i < n; i++) {
        own += id_eq(&rows[i].id, &f->project);
    }
    return (struct outcome){e, own};
}
TRY(key_list)
{
    struct key_row *rows;
    ROWS(store_key_list(S, A, as->team, &rows, &n));
}
TRY(key_disable) { OUTCOME(store_key_disable(S, as->team, &g->key, "revoked", 1, NULL)); }
TRY(chat_get)
{
    struct chat_row row;
    OUTCOME(store_chat_get(S, A, as->project, &g->chat, &row));
}
TRY(chat_list)
{
    struct chat_row *rows;
    ROWS(store_chat_list(S, A, as->project, 0, &rows, &n));
}
TRY(message_append)
{
    struct message_row row = make_message(&g->chat, MESSAGE_STAFF, "Intruder");
    OUTCOME(store_message_append(S, as->project, &row, 1));
}
TRY(message_list)
{
    struct message_row *rows;
    ROWS(store_message_list(S, A, as->project, &g->chat, 0, 0, &rows, &n));
}
TRY(message_recent)
{
    struct message_row *rows;
    ROWS(store_message_recent(S, A, as->project, &g->chat, 9, &rows, &n));
}
TRY(feedback_set) { OUTCOME(store_feedback_set(S, as->project, &g->message, 0, STR("bad"))); }
TRY(lead_create)
{
    struct lead_row row = make_lead(as->project, &g->chat);
    enum replay replay;
    id made;
    OUTCOME(store_lead_create(S, &row, NULL, 0, NULL, &replay, &made));
}
TRY(lead_list)
{
    struct lead_row *rows;
    ROWS(store_lead_list(S, A, as->project, 0, 0, &rows, &n));
}
TRY(lead_get)
{
    struct lead_row row;
    OUTCOME(store_lead_get(S, A, as->project, &g->lead, &row));
}
TRY(handoff_create)
{
    struct handoff_row row = make_handoff(as->project, &g->chat);
    enum replay replay;
    id made;
    OUTCOME(store_handoff_create(S, &row, NULL, 0, NULL, &replay, &made));
}
TRY(handoff_get)
{
    struct handoff_row row;
    OUTCOME(store_handoff_get(S, A, as->project, &g->chat, &row));
}
TRY(source_get)
{
    struct source_row row;
    OUTCOME(store_source_get(S, A, as->project, &g->source, &row));
}
TRY(source_list)
{
    struct source_row *rows;
    ROWS(store_source_list(S, A, as->project, &rows, &n));
}
TRY(source_state)
{
    OUTCOME(store_source_state(S, as->project, &g->source, STR("failed"), STR(""), 1));
}
TRY(source_delete) { OUTCOME(store_source_delete(S, as->project, &g->source)); }
TRY(source_content)
{
    str content, type;
    OUTCOME(store_source_content(S, A, as->project, &g->source, &content, &type));
}
TRY(source_set_content)
{
    OUTCOME(store_source_set_content(S, as->project, &g->source, STR("y"), STR("z")));
}
TRY(document_by_url)
{
    struct document_row row;
    OUTCOME(store_document_by_url(S, A, as->project, &g->source, STR("https://a.example/1"), &row));
}
TRY(document_list)
{
    struct document_row *rows;
    ROWS(store_document_list(S, A, as->project, &g->source, &rows, &n));
}
TRY(document_put)
{
    struct document_put put = {make_document(as->project, &g->source, "https://a.example/2"), NULL,
                               0};
    OUTCOME(store_document_put(S, &put, 1));
}
TRY(document_seen)
{
    OUTCOME(store_document_seen(S, as->project, &g->source, STR("https://a.example/1"), 9));
}
TRY(document_prune) { ROWS(store_document_prune(S, as->project, &g->source, 99, &n)); }
TRY(job_create)
{
    struct job_row row = make_job(as->project, &g->source);
    OUTCOME(store_job_create(S, A, &row, &row));
}
TRY(job_get)
{
    struct job_row row;
    OUTCOME(store_job_get(S, A, as->project, &g->job, &row));
}
TRY(job_update) { OUTCOME(store_job_update(S, as->project, &g->job, STR("done"), STR("{}"))); }
TRY(passage_find)
{
    struct passage_row *rows;
    str term = STR("alpha");
    struct passage_query query = {
        .project = as->project, .terms = &term, .term_count = 1, .limit = 9};
    ROWS(store_passage_find(S, A, &query, &rows, &n));
}
TRY(passage_fill)
{
    struct passage_row row, *rows;
    size_t n = 0;
    str term = STR("alpha");
    struct passage_query query = {
        .project = &f->project, .terms = &term, .term_count = 1, .limit = 1};
    (void)g;
    assert_ok(store_passage_find(S, A, &query, &rows, &n));
    assert_int_equal(n, 1);
    row = rows[0];
    err e = store_passage_fill(S, A, as->project, &(struct reader){.all = true}, &row, 1);
    return (struct outcome){e, row.number != 0};
}
TRY(passage_around)
{
    struct passage_row *rows;
    ROWS(store_passage_around(S, A, as->project, &g->document, 0, 9, &rows, &n));
}
TRY(term_counts)
{
    str term = STR("alpha");
    uint64_t count = 0, total = 0;
    (void)g;
    err e = store_term_counts(S, A, as->project, &term, 1, &count, &total);
    return (struct outcome){e, (size_t)(count + total)};
}
TRY(term_like)
{
    str *terms;
    uint64_t *counts;
    ROWS(store_term_like(S, A, as->project, STR("al"), 1, 99, 9, &terms, &counts, &n));
}

TRY(audit_list)
{
    struct audit_row *rows;
    ROWS(store_audit_list(S, A, as->team, 0, 0, &rows, &n));
}
TRY(audit_recent)
{
    struct audit_row *rows;
    ROWS(store_audit_recent(S, A, as->team, 0, 0, &rows, &n));
}
TRY(member_get)
{
    struct member_row row;
    OUTCOME(store_member_get(S, A, as->team, &g->person, &row));
}
TRY(member_list)
{
    struct member_row *rows = NULL;
    size_t n = 0, own = 0;
    err e = store_member_list(S, A, as->team, &rows, &n);
    for (size_t i = 0; i < n; i++) {
        own += id_eq(&rows[i].person, &g->person);
    }
    return (struct outcome){e, own};
}
TRY(member_teams)
{
    struct member_row *rows = NULL;
    size_t n = 0, own = 0;
    err e = store_member_teams(S, A, as->person, &rows, &n);
    (void)g;
    for (size_t i = 0; i < n; i++) {
        own += id_eq(&rows[i].team, &f->team);
    }
    return (struct outcome){e, own};
}
TRY(member_put)
{
    struct member_project role = {f->project, ROLE_VIEWER};
    struct member_row row = make_member(as->team, &g->person, ROLE_AGENT);
    row.projects = &role;
    row.project_count = 1;
    OUTCOME(store_member_put(S, &row, NULL, NULL));
}
TRY(member_remove) { OUTCOME(store_member_remove(S, as->team, &g->person, NULL)); }
TRY(person_create)
{
    struct member_project role = {f->project, ROLE_VIEWER};
    struct person_row row = make_person("new@example.com");
    struct member_row member = make_member(as->team, &row.id, ROLE_AGENT);
    member.projects = &role;
    member.project_count = 1;
    OUTCOME(store_person_create(S, &row, &member, NULL));
}
TRY(invitation_create)
{
    struct member_project role = {f->project, ROLE_VIEWER};
    struct invitation_row row = make_invitation(as->team, "else@example.com", "else");
    row.projects = &role;
    row.project_count = 1;
    OUTCOME(store_invitation_create(S, &row, NULL, NULL));
}
TRY(invitation_list)
{
    struct invitation_row *rows;
    ROWS(store_invitation_list(S, A, as->team, 1, &rows, &n));
}
TRY(invitation_revoke) { OUTCOME(store_invitation_revoke(S, as->team, &g->invitation, NULL)); }
TRY(staff_session_create)
{
    struct staff_session_row row = make_staff_session(as->team, &g->person, "another");
    OUTCOME(store_staff_session_create(S, &row, NULL));
}
TRY(staff_session_switch) { OUTCOME(store_staff_session_switch(S, &g->session, as->team)); }
TRY(staff_session_list)
{
    struct staff_session_row *rows;
    ROWS(store_staff_session_list(S, A, as->person, 1, &rows, &n));
}
TRY(staff_session_end) { OUTCOME(store_staff_session_end(S, as->person, &g->session, NULL)); }
TRY(staff_session_end_all) { ROWS(store_staff_session_end_all(S, as->person, NULL, NULL, &n)); }
TRY(factor_list)
{
    struct factor_row *rows;
    ROWS(store_factor_list(S, A, as->person, &rows, &n));
}
TRY(factor_remove) { OUTCOME(store_factor_remove(S, as->person, &g->factor, NULL, NULL)); }
TRY(recovery_count) { ROWS(store_recovery_count(S, as->person, &n)); }
TRY(recovery_use)
{
    size_t left;
    OUTCOME(store_recovery_use(S, as->person, &g->code, 1, &left));
}
TRY(key_get)
{
    struct key_row row;
    OUTCOME(store_key_get(S, A, as->team, &g->key, &row));
}
TRY(key_update)
{
    struct key_row row = make_key(as->team, NULL, "changed");
    row.id = g->key;
    OUTCOME(store_key_update(S, &row, &row, NULL));
}
TRY(key_rotate)
{
    struct key_row row = make_key(as->team, NULL, "successor");
    OUTCOME(store_key_rotate(S, as->team, &g->key, 1, &row, NULL));
}
TRY(visitor_key_list)
{
    struct visitor_key_row *rows;
    ROWS(store_visitor_key_list(S, A, as->project, &rows, &n));
}
TRY(visitor_key_by_kid)
{
    struct visitor_key_row row;
    OUTCOME(store_visitor_key_by_kid(S, A, as->project, STR("kid"), &row));
}
TRY(visitor_key_remove)
{
    OUTCOME(store_visitor_key_remove(S, as->project, &g->visitor_key, NULL));
}
TRY(source_set_groups)
{
    OUTCOME(store_source_set_groups(S, as->project, &g->source, STR(""), NULL));
}

static const struct row {
    const char *verb;
    struct outcome (*run)(struct fixture *, const struct goods *, const struct tenant *);
} rows[] = {
#define ROW(verb)                                                                                  \
    {                                                                                              \
#verb, try_##verb                                                                          \
    }
    ROW(project_by_id),
    ROW(project_list),
    ROW(audit_list),
    ROW(audit_recent),
    ROW(member_get),
    ROW(member_list),
    ROW(member_teams),
    ROW(member_put),
    ROW(person_create),
    ROW(invitation_create),
    ROW(invitation_list),
    ROW(invitation_revoke),
    ROW(staff_session_create),
    ROW(staff_session_switch),
    ROW(staff_session_list),
    ROW(staff_session_end),
    ROW(staff_session_end_all),
    ROW(factor_list),
    ROW(factor_remove),
    ROW(recovery_count),
    ROW(recovery_use),
    ROW(member_remove),
    ROW(key_get),
    ROW(key_update),
    ROW(key_rotate),
    ROW(visitor_key_list),
    ROW(visitor_key_by_kid),
    ROW(visitor_key_remove),
    ROW(source_set_groups),
    ROW(key_list),
    ROW(key_disable),
    ROW(chat_get),
    ROW(chat_list),
    ROW(message_append),
    ROW(message_list),
    ROW(message_recent),
    ROW(feedback_set),
    ROW(lead_create),
    ROW(lead_list),
    ROW(lead_get),
    ROW(handoff_create),
    ROW(handoff_get),
    ROW(source_get),
    ROW(source_list),
    ROW(source_state),
    ROW(source_delete),
    ROW(source_content),
    ROW(source_set_content),
    ROW(document_by_url),
    ROW(document_list),
    ROW(document_put),
    ROW(document_seen),
    ROW(document_prune),
    ROW(job_create),
    ROW(job_get),
    ROW(job_update),
    ROW(passage_find),
    ROW(passage_fill),
    ROW(passage_around),
    ROW(term_counts),
    ROW(term_like),
};

/* Verbs without a row, and why they need none. */
static const char *const without[] =
    {
        "project_create",      "project_update", "key_create",
        "session_create",      "chat_create",    "chat_begin",
        "source_create",       "outbox_add", /* write rows of their own project; foreign
                                                parents are tested by noun */
        "visitor_key_add",     "reset_create",   "factor_add",
        "invitation_accept",   /* of whatever team the invitation is of */
        "person_create_first", /* only while there is nobody */
        "project_delete",      "team_get",       "team_update",
        "person_get",          "person_rename",  "person_password",
        "person_disable",      "factor_reset",   "recovery_replace", /* of the tenant itself */
};

static bool has_row(const char *verb)
{
    bool found = false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        found |= strcmp(rows[i].verb, verb) == 0;
    }
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        found |= strcmp(without[i], verb) == 0;
    }
    return found;
}

static void every_verb_of_a_tenant_is_tried(void **state)
{
    (void)state;
    static const struct {
        const char *verb, *params;
    } verbs[] = {
#define VERB(verb, params, args) {#verb, #params},
        STORE_VERBS(VERB)
#undef VERB
    };
    static const char *const marks[] = {"id *project", "id *team",      "id *person",
                                        "_row *row",   "_row *lead",    "_row *handoff",
                                        "_row *chat",  "passage_query", "document_put"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        bool tenant = false;
        for (size_t m = 0; m < sizeof marks / sizeof *marks; m++) {
            tenant |= strstr(verbs[i].params, marks[m]) != NULL;
        }
        if (tenant && !has_row(verbs[i].verb)) {
            print_error("%s has no row\n", verbs[i].verb);
            fail();
        }
    }
}

/* Verbs that answer with nothing instead of NOT_FOUND. */
static bool may_be_empty(const char *verb)
{
    static const char *const parts[] = {"list", "recent", "prune", "around", "term",
                                        "find", "fill",   "teams", "count",  "end_all"};
    bool may = strncmp(verb, "project_by", 10) == 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        may |= strstr(verb, parts[i]) != NULL;
    }
    return may;
}

static void another_tenant_gets_nothing(void **state)
{
    struct fixture *f = *state;
    struct goods g = stock(f);
    id nobody = id_random();
    const struct tenant tenants[] = {{&f->project2, &f->team2, &g.stranger},
                                     {&nobody, &nobody, &nobody}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t k = 0; k < 2; k++) {
            struct outcome got = rows[i].run(f, &g, &tenants[k]);
            bool nothing = got.e.code == ERR_NOT_FOUND || (err_ok(got.e) && got.rows == 0);
            if (!nothing || (!may_be_empty(rows[i].verb) && got.e.code != ERR_NOT_FOUND)) {
                print_error("%s: error %d, %zu rows\n", rows[i].verb, got.e.code, got.rows);
                fail();
            }
        }
    }
}

static void the_owner_gets_it_all_the_same(void **state)
{
    struct fixture *f = *state;
    struct goods g = stock(f);
    struct message_row *messages;
    size_t n;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        (void)rows[i].run(f, &g, &(struct tenant){&f->project2, &f->team2, &g.stranger});
    }
    assert_ok(store_message_list(f->store, &f->arena, &f->project, &g.chat, 0, 0, &messages, &n));
    assert_int_equal(n, 1);
    assert_int_equal(messages[0].feedback, -1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].verb, "source_delete") == 0 ||
            strcmp(rows[i].verb, "document_prune") == 0) {
            continue;
        }
        struct outcome got = rows[i].run(f, &g, &(struct tenant){&f->project, &f->team, &g.person});
        bool list = strstr(rows[i].verb, "list") != NULL;
        if (!err_ok(got.e) || (list && got.rows == 0)) {
            print_error("%s: error %d %s, %zu rows\n", rows[i].verb, got.e.code, got.e.what,
                        got.rows);
            fail();
        }
    }
}

static void a_chats_number_alone_says_whose_it_is(void **state)
{
    struct fixture *f = *state;
    struct goods g = stock(f);
    struct chat_row chat;
    struct message_row message;
    assert_ok(store_chat_find(f->store, &f->arena, &g.chat, &chat));
    assert_true(id_eq(&chat.project, &f->project));
    assert_ok(store_message_find(f->store, &f->arena, &g.message, &chat, &message));
    assert_true(id_eq(&chat.project, &f->project));
}

static const struct store_test tests[] = {
    STORE_TEST(every_verb_of_a_tenant_is_tried),
    STORE_TEST(another_tenant_gets_nothing),
    STORE_TEST(the_owner_gets_it_all_the_same),
    STORE_TEST(a_chats_number_alone_says_whose_it_is),
};

int main(void) { return store_tests_run("isolation", tests, sizeof tests / sizeof *tests); }
