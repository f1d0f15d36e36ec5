// SPDX-License-Identifier: Apache-2.0
// Every route that the dashboard uses, one line each.
import { call } from "./client.ts";
import type * as w from "./types.ts";

const at = encodeURIComponent;
const quiet = true;
const proof = true;

export const login = (email: string, password: string) => call<w.Login>("POST", "/login", { body: { email, password }, quiet });
export const loginTotp = (code: string) => call<w.Login>("POST", "/login/totp", { body: { code }, quiet });
export const loginRecovery = (code: string) => call<w.Login>("POST", "/login/recovery", { body: { code }, quiet });
export const loginPasskeyOptions = () => call<unknown>("POST", "/login/passkey/options", { quiet });
export const loginPasskey = (response: object) => call<w.Login>("POST", "/login/passkey", { body: { response }, quiet });
export const logout = () => call<null>("POST", "/logout", { quiet });

export const setupIsOpen = () => call<{ open: boolean }>("GET", "/setup", { quiet });
export const setup = (key: string, body: { email: string; name: string; password: string }) => call<w.Login>("POST", "/setup", { key, body, quiet });
export const resetAsk = (email: string) => call<null>("POST", "/reset", { body: { email }, quiet });
export const resetAccept = (token: string, password: string) => call<null>("POST", "/reset/accept", { body: { token, password }, quiet });
export const invitationLook = (token: string) => call<w.InvitationLook>("POST", "/invitations/look", { body: { token }, quiet });
export const invitationAccept = (token: string, name: string, password: string) => call<w.Login>("POST", "/invitations/accept", { body: { token, name, password }, quiet });

export const me = () => call<w.Me>("GET", "/me", { quiet });
export const rename = (name: string) => call<w.Me>("PATCH", "/me", { body: { name } });
export const changePassword = (current: string, password: string) => call<null>("POST", "/me/password", { body: { current, password }, proof });
export const switchTeam = (team: w.Uuid) => call<null>("POST", "/me/team", { body: { team } });
export const confirm = (proof: { password: string } | { totp: string } | { response: object }) => call<unknown>("POST", "/me/confirm", { body: proof, quiet });
export const confirmPasskeyOptions = () => call<unknown>("POST", "/me/confirm/passkey/options", { quiet });

export const sessions = () => call<w.List<w.Session>>("GET", "/me/sessions");
export const endSession = (session: w.Uuid) => call<null>("DELETE", `/me/sessions/${at(session)}`);
export const endOtherSessions = () => call<null>("DELETE", "/me/sessions");

export const factors = () => call<w.List<w.Factor>>("GET", "/me/factors");
export const totpBegin = () => call<w.TotpOffer>("POST", "/me/totp");
export const totpConfirm = (factor: w.Uuid, code: string) => call<w.NewFactor>("POST", `/me/totp/${at(factor)}`, { body: { code }, proof });
export const passkeyOptions = () => call<unknown>("POST", "/me/passkeys/options");
export const passkeyAdd = (name: string, response: object) => call<w.NewFactor>("POST", "/me/passkeys", { body: { name, response }, proof });
export const factorRemove = (factor: w.Uuid) => call<null>("DELETE", `/me/factors/${at(factor)}`);
export const recoveryCodes = () => call<{ recovery_codes: string[] }>("POST", "/me/recovery-codes");

export const team = () => call<w.Team>("GET", "/team");
export const changeTeam = (change: { name?: string; rules?: Partial<w.Rules> }) => call<w.Team>("PATCH", "/team", { body: change });
export const people = () => call<w.List<w.Member>>("GET", "/people");
export const changeMember = (person: w.Uuid, change: { role?: w.Role; projects?: "all" | { slug: string; role: w.Role }[]; disabled?: boolean }) =>
  call<w.Member>("PATCH", `/people/${at(person)}`, { body: change });
export const removeMember = (person: w.Uuid) => call<null>("DELETE", `/people/${at(person)}`);
export const resetFactor = (person: w.Uuid) => call<null>("POST", `/people/${at(person)}/reset-factor`);
export const invitations = () => call<w.List<w.Invitation>>("GET", "/people/invitations");
export const invite = (email: string, role: w.Role, projects: "all" | { slug: string; role: w.Role }[]) =>
  call<w.NewInvitation>("POST", "/people/invitations", { body: { email, role, ...(projects === "all" ? {} : { projects }) } });
export const withdraw = (invitation: w.Uuid) => call<null>("DELETE", `/people/invitations/${at(invitation)}`);

export const keys = () => call<w.List<w.Key>>("GET", "/keys");
export const keyCreate = (wish: w.KeyWish) => call<w.NewKey>("POST", "/keys", { body: wish });
export const keyChange = (key: w.Uuid, change: { name?: string; permissions?: w.Permission[]; expires_at?: w.Time | null; note?: string }) =>
  call<w.Key>("PATCH", `/keys/${at(key)}`, { body: change });
export const keyRotate = (key: w.Uuid, overlap_hours: number) => call<w.NewKey>("POST", `/keys/${at(key)}/rotate`, { body: { overlap_hours } });
export const keyRevoke = (key: w.Uuid) => call<null>("DELETE", `/keys/${at(key)}`);

export const projects = () => call<w.List<w.Project>>("GET", "/projects");
export const project = (slug: string) => call<w.Project>("GET", `/projects/${at(slug)}`);
export const projectCreate = (body: { slug: string; name: string; private: boolean }) => call<w.Project>("POST", "/projects", { body });
export const projectChange = (slug: string, change: { name?: string; private?: boolean; domains?: string[] }) => call<w.Project>("PATCH", `/projects/${at(slug)}`, { body: change });
export const visitorKeys = (slug: string) => call<w.List<w.VisitorKey>>("GET", `/projects/${at(slug)}/visitor-keys`);
export const visitorKeyAdd = (slug: string, body: { kid: string; alg: w.VisitorAlgorithm; key?: string }) => call<w.NewVisitorKey>("POST", `/projects/${at(slug)}/visitor-keys`, { body });
export const visitorKeyRemove = (slug: string, key: w.Uuid) => call<null>("DELETE", `/projects/${at(slug)}/visitor-keys/${at(key)}`);

export const audit = (before: number, limit: number) => call<w.List<w.AuditEntry>>("GET", `/audit?${new URLSearchParams({ ...(before ? { before: String(before) } : {}), limit: String(limit) })}`);
export const auditVerify = () => call<w.AuditVerdict>("GET", "/audit/verify");
export const policy = () => call<w.List<w.PolicyRoute>>("GET", "/policy");
