/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_schema.h"

/* Times are milliseconds since 1970, ids 16 bytes, hashes 32. Everything of a project goes with it.
 */
static const char first_schema[] =
    "CREATE TABLE meta ("
    "  name TEXT PRIMARY KEY, value TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE team ("
    "  id BLOB PRIMARY KEY, name TEXT NOT NULL, created_ms INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    /* The ordinal stands for the project in the full-text index and is never used again. */
    "CREATE TABLE project ("
    "  ordinal INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE,"
    "  team BLOB NOT NULL REFERENCES team(id), slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
    "  is_private INTEGER NOT NULL, settings TEXT NOT NULL, created_ms INTEGER NOT NULL,"
    "  CHECK (length(slug) BETWEEN 1 AND 63 AND slug NOT GLOB '*[^a-z0-9-]*')"
    ") STRICT;"
    "CREATE INDEX project_of_team ON project(team);"
    "CREATE TABLE project_domain ("
    "  project BLOB NOT NULL REFERENCES project(id) ON DELETE CASCADE, place INTEGER NOT NULL,"
    "  origin TEXT NOT NULL, PRIMARY KEY (project, place)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE api_key ("
    "  id BLOB PRIMARY KEY, team BLOB NOT NULL REFERENCES team(id) ON DELETE CASCADE,"
    "  project BLOB REFERENCES project(id) ON DELETE CASCADE, name TEXT NOT NULL,"
    "  kind TEXT NOT NULL, hint TEXT NOT NULL, hash BLOB NOT NULL UNIQUE,"
    "  permissions INTEGER NOT NULL, created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,"
    "  disabled_ms INTEGER NOT NULL, used_ms INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX api_key_of_team ON api_key(team);"
    "CREATE INDEX api_key_of_project ON api_key(project);"
    "CREATE TABLE visitor_session ("
    "  id BLOB PRIMARY KEY, project BLOB NOT NULL REFERENCES project(id) ON DELETE CASCADE,"
    "  visitor BLOB, hash BLOB NOT NULL UNIQUE, origin TEXT NOT NULL, locale TEXT NOT NULL,"
    "  terms_version TEXT NOT NULL, created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX visitor_session_of_project ON visitor_session(project);"
    "CREATE INDEX visitor_session_by_expiry ON visitor_session(expires_ms);"

    "CREATE TABLE chat ("
    "  id BLOB PRIMARY KEY, project BLOB NOT NULL REFERENCES project(id) ON DELETE CASCADE,"
    "  session BLOB, visitor BLOB, api_key BLOB, url TEXT NOT NULL, locale TEXT NOT NULL,"
    "  metadata TEXT NOT NULL, handoff TEXT NOT NULL, created_ms INTEGER NOT NULL,"
    "  updated_ms INTEGER NOT NULL, last_seq INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX chat_of_project ON chat(project, created_ms);"
    "CREATE TABLE message ("
    "  id BLOB NOT NULL UNIQUE, chat BLOB NOT NULL REFERENCES chat(id) ON DELETE CASCADE,"
    "  seq INTEGER NOT NULL, author INTEGER NOT NULL, content TEXT NOT NULL,"
    "  citations TEXT NOT NULL, usage TEXT NOT NULL, answered INTEGER NOT NULL,"
    "  feedback INTEGER NOT NULL, feedback_comment TEXT NOT NULL, created_ms INTEGER NOT NULL"
    ") STRICT;"
    "CREATE UNIQUE INDEX message_of_chat ON message(chat, seq);"

    "CREATE TABLE lead ("
    "  id BLOB PRIMARY KEY, project BLOB NOT NULL REFERENCES project(id) ON DELETE CASCADE,"
    "  chat BLOB REFERENCES chat(id) ON DELETE SET NULL, name TEXT NOT NULL, email TEXT NOT NULL,"
    "  phone TEXT NOT NULL, company TEXT NOT NULL, message TEXT NOT NULL, fields TEXT NOT NULL,"
    "  consent INTEGER NOT NULL, consent_text TEXT NOT NULL, url TEXT NOT NULL,"
    "  locale TEXT NOT NULL, created_ms INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX lead_of_project ON lead(project, created_ms);"
    "CREATE INDEX lead_by_time ON lead(created_ms);"
    "CREATE INDEX lead_of_chat ON lead(chat);"
    "CREATE TABLE handoff ("
    "  id BLOB PRIMARY KEY, project BLOB NOT NULL REFERENCES project(id) ON DELETE CASCADE,"
    "  chat BLOB NOT NULL REFERENCES chat(id) ON DELETE CASCADE, email TEXT NOT NULL,"
    "  message TEXT NOT NULL, state TEXT NOT NULL, created_ms INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX handoff_of_project ON handoff(project);"
    "CREATE INDEX handoff_of_chat ON handoff(chat, created_ms);"
    "CREATE TABLE idempotency ("
    "  project BLOB NOT NULL REFERENCES project(id) ON DELETE CASCADE, scope BLOB NOT NULL,"
    "  name TEXT NOT NULL, request BLOB NOT NULL, result BLOB NOT NULL,"
    "  created_ms INTEGER NOT NULL, PRIMARY KEY (project, scope, name)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX idempotency_by_time ON idempotency(created_ms);"

    "CREATE TABLE outbox ("
    "  id BLOB NOT NULL PRIMARY KEY, project BLOB REFERENCES project(id) ON DELETE CASCADE,"
    "  kind TEXT NOT NULL, event TEXT NOT NULL, payload TEXT NOT NULL, target TEXT NOT NULL,"
    "  state TEXT NOT NULL, attempts INTEGER NOT NULL, last_error TEXT NOT NULL,"
    "  created_ms INTEGER NOT NULL, next_ms INTEGER NOT NULL, done_ms INTEGER NOT NULL,"
    "  CHECK (state IN ('pending', 'sent', 'dead'))"
    ") STRICT;"
    "CREATE INDEX outbox_due ON outbox(state, next_ms);"
    "CREATE INDEX outbox_by_time ON outbox(created_ms);"
    "CREATE INDEX outbox_of_project ON outbox(project);"

    "CREATE TABLE source ("
    "  id BLOB PRIMARY KEY, project BLOB NOT NULL REFERENCES project(id) ON DELETE CASCADE,"
    "  kind TEXT NOT NULL, location TEXT NOT NULL, title TEXT NOT NULL, options TEXT NOT NULL,"
    "  state TEXT NOT NULL, last_error TEXT NOT NULL, created_ms INTEGER NOT NULL,"
    "  synced_ms INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX source_of_project ON source(project, created_ms);"
    "CREATE TABLE source_content ("
    "  source BLOB NOT NULL PRIMARY KEY REFERENCES source(id) ON DELETE CASCADE, content BLOB NOT NULL,"
    "  content_type TEXT NOT NULL"
    ") STRICT;"
    "CREATE TABLE document ("
    "  id BLOB NOT NULL UNIQUE, project BLOB NOT NULL REFERENCES project(id) ON DELETE CASCADE,"
    "  source BLOB NOT NULL REFERENCES source(id) ON DELETE CASCADE, url TEXT NOT NULL,"
    "  title TEXT NOT NULL, language TEXT NOT NULL, hash BLOB NOT NULL, etag TEXT NOT NULL,"
    "  last_modified TEXT NOT NULL, error TEXT NOT NULL, generation INTEGER NOT NULL,"
    "  read_ms INTEGER NOT NULL, passages INTEGER NOT NULL"
    ") STRICT;"
    "CREATE UNIQUE INDEX document_of_source ON document(source, url);"
    "CREATE INDEX document_of_project ON document(project);"
    "CREATE TABLE job ("
    "  id BLOB PRIMARY KEY, project BLOB NOT NULL REFERENCES project(id) ON DELETE CASCADE,"
    "  source BLOB REFERENCES source(id) ON DELETE CASCADE, state TEXT NOT NULL,"
    "  progress TEXT NOT NULL, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,"
    "  lease_ms INTEGER NOT NULL, lease_until_ms INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX job_of_project ON job(project);"
    "CREATE INDEX job_of_source ON job(source);"
    "CREATE INDEX job_waiting ON job(created_ms) WHERE state IN ('queued', 'running');";

static const char finished_jobs[] =
    "CREATE INDEX job_ended ON job(updated_ms) WHERE state IN ('done', 'failed');";

const struct sq_schema_step sq_schema_steps[] = {
    {"first schema", first_schema},
    {"passages and their full-text index", sq_schema_passages},
    {"index of jobs that ended", finished_jobs},
    {"audit log", sq_schema_audit},
    {"people and how they get in", sq_schema_people},
    {"life of keys, known visitors, groups of sources", sq_schema_keys},
};

const size_t sq_schema_step_count = sizeof sq_schema_steps / sizeof *sq_schema_steps;
