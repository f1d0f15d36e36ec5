// SPDX-License-Identifier: Apache-2.0
// What the development server's team has in it.

const DAY = 86_400_000;
const at = (days) => new Date(Date.now() + days * DAY).toISOString().replace(/\.\d+Z$/, "Z");
const uuid = (n) => `0193a000-0000-7000-8000-${String(n).padStart(12, "0")}`;
const ALL = ["project_read", "project_search", "chat_create", "project_sources_read", "project_sources_create", "project_sources_delete", "project_sync", "leads_read", "chats_read", "chats_delete", "keys_manage", "project_manage", "team_manage", "audit_read", "checks_run", "metrics_read"];

const key = (n, more) => ({ uuid: uuid(200 + n), kind: "secret", hint: `dw_sk_Ab${n}…`, permissions: ["project_search", "chat_create"], project: null, owner: { uuid: uuid(1), name: "Ada Example" }, created_at: at(-90), expires_at: at(200), used_at: at(-0.01), used_from: "203.0.113.0/24", used_by: "curl", disabled_at: null, disabled_why: "", successor: null, state: "live", advice: "", ...more });

const ACTS = [["person.login", "person", "done"], ["key.create", "key", "done"], ["project.change", "project", "done"], ["person.login", "person", "refused"], ["team.change", "team", "done"], ["key.revoke", "key", "done"], ["invitation.create", "invitation", "done"], ["factor.add", "factor", "done"], ["key.use", "key", "refused"], ["backup.write", "installation", "failed"]];

const entry = (seq, count) => {
  const [act, kind, outcome] = ACTS[seq % ACTS.length];
  const actor = ["person", "person", "key", "command", "nobody"][seq % 5];
  return { seq, at: at((seq - count) / 9), actor_kind: actor, actor: actor === "person" || actor === "key" ? uuid(1) : null, actor_name: actor === "person" ? "Ada Example" : "", act, object_kind: kind, object: kind === "project" ? "main" : uuid(seq), outcome, detail: outcome === "refused" ? { reason: "second factor is wrong" } : kind === "project" ? { domains: ["https://www.example.com"] } : null, request: uuid(9000 + seq), address: actor === "command" ? "" : "203.0.113.0/24" };
};

const route = (method, path, access, permission, roles, rate, summary, fresh = false) => ({ method, path, access, permission, roles, fresh, body_max: 16384, rate, summary });

export function seed() {
  const count = 137;
  return {
    me: {
      person: { uuid: uuid(1), email: "ada@example.com", name: "Ada Example" },
      team: { uuid: uuid(50), name: "Example Ltd" },
      role: "owner",
      projects: "all",
      teams: [{ uuid: uuid(50), name: "Example Ltd", role: "owner" }],
      permissions: [...ALL],
      state: "full",
      fresh_until: at(0.01),
      second_factor: { totp: true, passkeys: 1, codes_left: 8, required: true, required_from: at(-3) },
    },
    rules: { second_factor: true, second_factor_from: at(7), session_hours: 12, session_idle_minutes: 60, key_age_days: 365, key_idle_days: 60, key_idle_grace_days: 14, key_remind_days: 14, key_revoke_exposed: false },
    people: [
      { uuid: uuid(1), email: "ada@example.com", name: "Ada Example", role: "owner", projects: "all", second_factor: true, disabled: false, login_at: at(-0.02), created_at: at(-300) },
      { uuid: uuid(2), email: "maximilian.mustermann-schmidt@beispiel-steuerberatungsgesellschaft.example", name: "Maximilian Mustermann-Schmidt", role: "admin", projects: "all", second_factor: true, disabled: false, login_at: at(-1), created_at: at(-200) },
      { uuid: uuid(3), email: "lin@example.com", name: "Lin Park", role: "agent", projects: [{ slug: "main", name: "Example Ltd", role: "agent" }], second_factor: false, disabled: false, login_at: at(-40), created_at: at(-60) },
      { uuid: uuid(4), email: "old@example.com", name: "Olaf Former", role: "viewer", projects: "all", second_factor: false, disabled: true, login_at: null, created_at: at(-100) },
    ],
    invitations: [{ uuid: uuid(70), email: "sam@example.com", role: "editor", projects: "all", created_at: at(-1), expires_at: at(6) }],
    keys: [
      key(1, { name: "Nightly import, CI", permissions: ["project_sources_read", "project_sources_create", "project_sync"], project: "main", note: "Password manager, CI" }),
      key(2, { name: "Website search", kind: "public", hint: "dw_pk_9Zx…", permissions: ["project_search"], project: "main", used_by: "Firefox on Windows" }),
      key(3, { name: "Old reporting script", state: "idle", used_at: at(-80), advice: "Nobody has used it for 80 days. It is disabled in 6 days; revoke it now if nobody misses it." }),
      key(4, { name: "CRM sync", state: "exposed", permissions: ["leads_read"], advice: "It came from a browser 2 days ago, so others may know it. Rotate it without an overlap." }),
      key(5, { name: "Monitoring", state: "expiring", permissions: ["metrics_read"], expires_at: at(9), advice: "It expires in 9 days. Rotate it before." }),
      key(6, { name: "Launch script", state: "disabled", disabled_at: at(-9), disabled_why: "revoked" }),
    ],
    projects: [
      { slug: "main", name: "Example Ltd", private: false, domains: ["https://www.example.com", "https://*.shop.example.com", "http://localhost:3000"] },
      { slug: "kunden", name: "Kundenbereich der Beispiel Steuerberatungsgesellschaft mbH", private: true, domains: [] },
    ],
    visitorKeys: [{ uuid: uuid(80), kid: "site-2026", alg: "EdDSA", created_at: at(-20), used_at: at(-0.1) }],
    factors: [
      { uuid: uuid(90), kind: "totp", name: "", created_at: at(-200), used_at: at(-0.02) },
      { uuid: uuid(91), kind: "passkey", name: "Work laptop", created_at: at(-100), used_at: at(-3) },
    ],
    logins: [
      { uuid: uuid(60), current: true, agent: "Firefox on Linux", address: "203.0.113.0/24", created_at: at(-0.02), used_at: at(0), expires_at: at(0.5) },
      { uuid: uuid(61), current: false, agent: "Safari on iPhone", address: "2001:db8:12::/48", created_at: at(-0.3), used_at: at(-0.1), expires_at: at(0.2) },
    ],
    audit: Array.from({ length: count }, (_, i) => entry(count - i, count)),
    policy: [
      route("GET", "/healthz", "open", "", [], "", "Whether the server is up"),
      route("POST", "/api/v1/chats", "visitor", "chat_create", ["owner", "admin", "editor", "agent"], "30 a minute of one visitor", "Begin a chat with its first message"),
      route("GET", "/api/v1/chats/{c}", "owner of the chat", "chats_read", ["owner", "admin", "editor", "agent"], "1200 a minute of one key", "Show a chat"),
      route("POST", "/api/v1/admin/keys", "person or secret key", "keys_manage", ["owner", "admin"], "1200 a minute of one key", "Make an API key", true),
      route("GET", "/api/v1/admin/audit", "person or secret key", "audit_read", ["owner", "admin"], "1200 a minute of one key", "Read the audit log"),
      route("DELETE", "/api/v1/admin/projects/{p}/visitor-keys/{id}", "person or secret key", "project_manage", ["owner", "admin", "editor"], "1200 a minute of one key", "Remove a key that a site signs its visitors' identity with"),
    ],
  };
}
