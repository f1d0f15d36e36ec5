// SPDX-License-Identifier: Apache-2.0
// What the staff routes below /api/v1/admin say and take. Times are RFC 3339 in UTC, null where there is none.

export type Time = string;
export type Uuid = string;
export type Role = "owner" | "admin" | "editor" | "agent" | "viewer";
export type State = "full" | "needs_factor" | "needs_enrolment";
export type FactorKind = "totp" | "passkey" | "recovery";

export interface List<T> {
  results: T[];
}

/** The answer to each step of a log-in. */
export interface Login {
  state: State;
  factors?: FactorKind[];
  expires_at: Time;
  codes_left?: number;
}

export interface ProjectRole {
  slug: string;
  name: string;
  role: Role;
}
export type Projects = "all" | ProjectRole[];

export interface SecondFactor {
  totp: boolean;
  passkeys: number;
  codes_left: number;
  required: boolean;
  required_from: Time | null;
}

export interface Me {
  person: { uuid: Uuid; email: string; name: string };
  team: { uuid: Uuid; name: string };
  role: Role;
  projects: Projects;
  teams: { uuid: Uuid; name: string; role: Role }[];
  permissions: Permission[];
  state: State;
  fresh_until: Time | null;
  second_factor: SecondFactor;
}

export interface Session {
  uuid: Uuid;
  current: boolean;
  agent: string;
  address: string;
  created_at: Time;
  used_at: Time | null;
  expires_at: Time;
}

export interface Factor {
  uuid: Uuid;
  kind: "totp" | "passkey";
  name: string;
  created_at: Time;
  used_at: Time | null;
}

/** A TOTP that waits for its first code. */
export interface TotpOffer {
  factor: Uuid;
  key: string;
  uri: string;
  svg: string;
}

/** Codes are there only when the person had none before. */
export interface NewFactor {
  factor?: Uuid;
  recovery_codes: string[] | null;
}

export interface InvitationLook {
  team: string;
  email: string;
  role: Role;
  has_account: boolean;
}

export interface Member {
  uuid: Uuid;
  email: string;
  name: string;
  role: Role;
  projects: Projects;
  second_factor: boolean;
  disabled: boolean;
  login_at: Time | null;
  created_at: Time;
}

export interface Invitation {
  uuid: Uuid;
  email: string;
  role: Role;
  projects: Projects;
  created_at: Time;
  expires_at: Time;
}
/** Where no mail server is configured, the link is there to be handed on. */
export interface NewInvitation extends Invitation {
  link?: string | null;
}

export interface Rules {
  second_factor: boolean;
  second_factor_from: Time | null;
  session_hours: number;
  session_idle_minutes: number;
  key_age_days: number;
  key_idle_days: number;
  key_idle_grace_days: number;
  key_remind_days: number;
  key_revoke_exposed: boolean;
}
export interface Team {
  uuid: Uuid;
  name: string;
  rules: Rules;
}

export const PERMISSIONS = [
  "project_read", "project_search", "chat_create",
  "project_sources_read", "project_sources_create", "project_sources_delete", "project_sync",
  "leads_read", "chats_read", "chats_delete",
  "keys_manage", "project_manage", "team_manage", "audit_read", "checks_run", "metrics_read",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export type KeyKind = "public" | "secret";
export type KeyState = "live" | "expiring" | "idle" | "old" | "exposed" | "expired" | "disabled";
export interface Key {
  uuid: Uuid;
  name: string;
  kind: KeyKind;
  hint: string;
  permissions: Permission[];
  /** Slug; null: every project of the team. */
  project: string | null;
  owner?: { uuid: Uuid; name: string } | null;
  created_at: Time;
  expires_at: Time | null;
  used_at: Time | null;
  used_from: string;
  used_by: string;
  disabled_at: Time | null;
  disabled_why: string;
  successor?: Uuid | null;
  state: KeyState;
  advice: string;
  /** Where its owner says to have stored it. */
  note?: string;
}
/** The token is in no other answer. */
export interface NewKey extends Key {
  token: string;
}
export interface KeyWish {
  name: string;
  kind: KeyKind;
  permissions: Permission[];
  project?: string;
  expires_at?: Time;
}

export interface Project {
  slug: string;
  name: string;
  private: boolean;
  domains: string[];
}
export type VisitorAlgorithm = "HS256" | "ES256" | "EdDSA";
export interface VisitorKey {
  uuid: Uuid;
  kid: string;
  alg: VisitorAlgorithm;
  created_at: Time;
  used_at: Time | null;
}
/** The shared secret of an HS256 key that the server drew, once. */
export interface NewVisitorKey extends VisitorKey {
  secret?: string | null;
}

export interface AuditEntry {
  seq: number;
  at: Time;
  actor_kind: "person" | "key" | "command" | "nobody";
  actor: Uuid | null;
  actor_name?: string;
  act: string;
  object_kind: string;
  object: string;
  object_name?: string;
  outcome: "done" | "refused" | "failed";
  detail: Record<string, unknown> | null;
  request: Uuid | null;
  address: string;
}
export interface AuditVerdict {
  valid: boolean;
  count: number;
  broken_at?: number | null;
}

export interface PolicyRoute {
  method: string;
  path: string;
  access: string;
  permission: string;
  roles: Role[];
  fresh: boolean;
  body_max: number;
  rate: string;
  summary: string;
}
