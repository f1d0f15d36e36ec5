/* SPDX-License-Identifier: Apache-2.0 */
/* The conformance suite of the store: every test runs against every backend, on a fresh store with
 * two teams and two projects of their own. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "store/ops.h"

/* What a test gets as *state. */
struct fixture {
    struct store *store;
    struct arena arena;
    char folder[64], path[96];
    id team, project;   /* of the test */
    id team2, project2; /* of somebody else */
};

struct store_test {
    const char *name;
    void (*run)(void **state);
};

#define STORE_TEST(function)                                                                       \
    {                                                                                              \
#function, function                                                                        \
    }

/* Runs the tests against every backend; the exit status of the program. */
int store_tests_run(const char *group, const struct store_test *tests, size_t count);

/* Opens the fixture's store again (closing it when it is open). */
void fixture_reopen(struct fixture *f);

#define assert_ok(call) assert_ok_at((call), #call, __FILE__, __LINE__)
#define assert_code(call, expected) assert_code_at((call), (expected), #call, __FILE__, __LINE__)
void assert_ok_at(err e, const char *what, const char *file, int line);
void assert_code_at(err e, enum err_code expected, const char *what, const char *file, int line);
void assert_str_at(str got, str expected, const char *file, int line);
#define assert_str(got, expected) assert_str_at((got), (expected), __FILE__, __LINE__)

/* Rows with everything that must be filled, filled. */
struct project_row make_project(const id *team, const char *slug);
struct chat_row make_chat(const id *project);
struct message_row make_message(const id *chat, enum message_author author, const char *content);
struct lead_row make_lead(const id *project, const id *chat);
struct handoff_row make_handoff(const id *project, const id *chat);
struct outbox_row make_entry(const id *project, const char *event, int64_t due_ms);
struct source_row make_source(const id *project);
struct document_row make_document(const id *project, const id *source, const char *url);
struct passage_row make_passage(unsigned ordinal, const char *terms);
struct session_row make_session(const id *project, const char *token);
struct key_row make_key(const id *team, const id *project, const char *token);
struct job_row make_job(const id *project, const id *source);
struct audit_act make_act(const id *team, const char *act);
struct person_row make_person(const char *email);
struct member_row make_member(const id *team, const id *person, enum role role);
struct invitation_row make_invitation(const id *team, const char *email, const char *token);
struct reset_row make_reset(const id *person, const char *token);
struct staff_session_row make_staff_session(const id *team, const id *person, const char *token);
struct factor_row make_totp(const id *person); /* not confirmed */
struct factor_row make_passkey(const id *person, const char *credential);
struct visitor_key_row make_visitor_key(const id *project, const char *kid);

/* A person who is stored, in all projects of a team. */
id stored_person(struct fixture *f, const id *team, const char *email, enum role role);

/* A chat that is stored; a source with one document of one passage that is stored. */
id stored_chat(struct fixture *f, const id *project);
id stored_source(struct fixture *f, const id *project, const char *url, const char *terms,
                 id *ret_document);
