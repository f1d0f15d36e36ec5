/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/goods.h"

/* A person of the team with a session, a factor, a recovery code and an invitation for another. */
static void stock_people(struct fixture *f, struct goods *g)
{
    struct member_project role = {f->project, ROLE_AGENT};
    struct invitation_row invitation = make_invitation(&f->team, "guest@example.com", "invited");
    struct visitor_key_row visitor_key = make_visitor_key(&f->project, "kid");
    struct audit_act act = make_act(&f->team, "key.create");
    (void)stored_person(f, &f->team, "owner@example.com", ROLE_OWNER);
    g->person = stored_person(f, &f->team, "agent@example.com", ROLE_AGENT);
    g->stranger = stored_person(f, &f->team2, "stranger@example.net", ROLE_OWNER);
    struct staff_session_row session = make_staff_session(&f->team, &g->person, "session");
    struct factor_row factor = make_totp(&g->person);
    g->code = crypto_sha256(STR("code"));
    invitation.projects = &role;
    invitation.project_count = 1;
    assert_ok(store_invitation_create(f->store, &invitation, NULL, NULL));
    assert_ok(store_staff_session_create(f->store, &session, NULL));
    assert_ok(store_factor_add(f->store, &factor, NULL));
    assert_ok(store_recovery_replace(f->store, &g->person, &g->code, 1, 1, NULL));
    assert_ok(store_visitor_key_add(f->store, &visitor_key, NULL));
    assert_ok(store_audit_add(f->store, &act, 1));
    g->invitation = invitation.id;
    g->session = session.id;
    g->factor = factor.id;
    g->visitor_key = visitor_key.id;
}

struct goods stock(struct fixture *f)
{
    struct goods g;
    struct chat_row chat = make_chat(&f->project);
    struct message_row message = make_message(&chat.id, MESSAGE_AI, "Answer");
    enum replay replay;
    id made;
    assert_ok(store_chat_begin(f->store, &chat, &message, 1));
    struct lead_row lead = make_lead(&f->project, &chat.id);
    struct handoff_row handoff = make_handoff(&f->project, &chat.id);
    assert_ok(store_lead_create(f->store, &lead, NULL, 0, NULL, &replay, &made));
    assert_ok(store_handoff_create(f->store, &handoff, NULL, 0, NULL, &replay, &made));
    g.source = stored_source(f, &f->project, "https://a.example/1", "alpha", &g.document);
    assert_ok(
        store_source_set_content(f->store, &f->project, &g.source, STR("x"), STR("text/plain")));
    struct job_row job = make_job(&f->project, &g.source);
    struct key_row key = make_key(&f->team, &f->project, "token");
    assert_ok(store_job_create(f->store, &f->arena, &job, &job));
    assert_ok(store_key_create(f->store, &key, NULL));
    g.chat = chat.id;
    g.message = message.id;
    g.lead = lead.id;
    g.job = job.id;
    g.key = key.id;
    stock_people(f, &g);
    return g;
}
