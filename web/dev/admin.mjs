// SPDX-License-Identifier: Apache-2.0
// The staff's part of the protocol for the development server: enough to look at every page, from memory, with one
// code for every second factor. A fixture for the dashboard and never part of the product.
//   first run: the owner's key is OWNER_KEY; then ada@example.com / PASSWORD, code 123456
import { randomBytes, randomUUID } from "node:crypto";
import { seed } from "./admin-seed.mjs";

export const PASSWORD = "correct horse battery";
export const CODE = "123456";
export const OWNER_KEY = "dw_sk_" + "A".repeat(36);
const COOKIE = "dev_session";
const FRESH_MS = 15 * 60_000;

const json = (res, status, body, headers = {}) => {
  res.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers });
  res.end(body === undefined ? "" : JSON.stringify(body));
};
const refuse = (status, code, message = code, details = undefined, headers = {}) => Object.assign(new Error(message), { refusal: { status, body: { code, message, status, request_id: randomUUID(), ...(details ? { details } : {}) }, headers } });
const ago = (ms) => new Date(Date.now() - ms).toISOString().replace(/\.\d+Z$/, "Z");
const codes = () => Array.from({ length: 10 }, () => randomBytes(8).toString("hex").match(/.{4}/g).join("-"));
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29" shape-rendering="crispEdges"><rect width="29" height="29" fill="#fff"/><path d="M4 4h7v7h-7zM18 4h7v7h-7zM4 18h7v7h-7zM13 5h2v3h-2zM13 13h3v3h-3zM20 15h2v2h-2zM17 19h3v2h-3zM23 20h2v5h-2zM14 22h2v3h-2zM5 13h4v2h-4z" fill="#000"/><path d="M5 5h5v5h-5zM19 5h5v5h-5zM5 19h5v5h-5z" fill="#fff"/><path d="M6 6h3v3h-3zM20 6h3v3h-3zM6 20h3v3h-3z" fill="#000"/></svg>';

export const adminState = (more = {}) => ({ ...seed(), sessions: new Map(), fresh: true, setupOpen: false, mail: true, ...more });

async function body(req) {
  let text = "";
  for await (const chunk of req) text += chunk;
  return text ? JSON.parse(text) : {};
}

/** Answers a route below /api/v1/admin. */
export async function admin(req, res, path, query, state) {
  try {
    if (req.method !== "GET" && req.headers["x-doorward-csrf"] !== "1") throw refuse(403, "csrf_refused");
    const input = req.method === "GET" ? {} : await body(req);
    const token = new RegExp(`${COOKIE}=([\\w-]+)`).exec(req.headers.cookie ?? "")?.[1];
    const session = state.sessions.get(token) ?? null;
    const call = { req, res, state, input, query, session, token, parts: path.split("/").filter(Boolean) };
    const result = await route(`${req.method} ${path}`, call);
    if (res.writableEnded) return;
    json(res, result === undefined ? 204 : 200, result);
  } catch (error) {
    if (!error.refusal) throw error;
    json(res, error.refusal.status, error.refusal.body, error.refusal.headers);
  }
}

function begin({ res, state }, full) {
  const { me } = state;
  const factor = me.second_factor.totp || me.second_factor.passkeys > 0;
  const required = me.second_factor.required && (!me.second_factor.required_from || new Date(me.second_factor.required_from) < new Date());
  const token = randomUUID();
  const step = !full && factor ? "needs_factor" : !factor && required ? "needs_enrolment" : "full";
  state.sessions.set(token, { step, fresh: Date.now() });
  const factors = [me.second_factor.totp && "totp", me.second_factor.passkeys && "passkey", me.second_factor.codes_left && "recovery"].filter(Boolean);
  json(res, 200, { state: step, factors, expires_at: ago(-12 * 3600_000) }, { "Set-Cookie": `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict` });
}

const OPTIONS = () => ({ challenge: randomBytes(32).toString("base64url"), rp: { id: "localhost", name: "Doorward" }, rpId: "localhost", user: { id: randomBytes(16).toString("base64url"), name: "ada@example.com", displayName: "Ada" }, pubKeyCredParams: [{ type: "public-key", alg: -7 }], allowCredentials: [], excludeCredentials: [], authenticatorSelection: { userVerification: "preferred" }, userVerification: "preferred", attestation: "none", timeout: 60000 });

const OPEN = {
  "GET /setup": ({ state }) => ({ open: state.setupOpen }),
  "POST /setup": (call) => {
    if (call.req.headers.authorization !== `Bearer ${OWNER_KEY}`) throw refuse(401, "unauthorized", "this is not the owner's key");
    call.state.setupOpen = false;
    call.state.me.person = { ...call.state.me.person, email: call.input.email, name: call.input.name };
    begin(call, true);
  },
  "POST /login": (call) => {
    if (call.input.password !== PASSWORD || call.input.email !== call.state.me.person.email) throw refuse(401, "unauthorized", "the address or the password is wrong");
    begin(call, false);
  },
  "POST /logout": ({ state, token }) => void state.sessions.delete(token),
  "POST /reset": ({ res }) => json(res, 202),
  "POST /reset/accept": ({ input }) => {
    if (/^password/i.test(input.password)) throw refuse(422, "validation_failed", "this password is one of the common ones", { password: "This password is one of the common ones." });
  },
  "POST /invitations/look": ({ input }) => {
    if (input.token.endsWith("0")) throw refuse(404, "not_found", "the invitation is over");
    return { team: "Example Ltd", email: "new@example.com", role: "agent", has_account: input.token.endsWith("2") };
  },
  "POST /invitations/accept": (call) => begin(call, true),
};

const HALF = {
  "POST /login/totp": (call) => {
    if (call.input.code !== CODE) throw refuse(401, "unauthorized", "the code is wrong or was used already");
    begin(call, true);
  },
  "POST /login/recovery": (call) => begin(call, true),
  "POST /login/passkey/options": OPTIONS,
  "POST /login/passkey": (call) => begin(call, true),
  "GET /me": ({ state, session }) => ({ ...state.me, state: session.step }),
  "POST /me/totp": () => ({ factor: "f-new", key: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP", uri: "otpauth://totp/Doorward:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Doorward", svg: SVG }),
  "POST /me/totp/:id": ({ state, session, input }) => {
    if (input.code !== CODE) throw refuse(422, "validation_failed", "the code is wrong", { code: "This code is wrong. Is the phone's clock right?" });
    return enrolled(state, session, { uuid: randomUUID(), kind: "totp", name: "", created_at: ago(0), used_at: null });
  },
  "POST /me/passkeys/options": OPTIONS,
  "POST /me/passkeys": ({ state, session, input }) => enrolled(state, session, { uuid: randomUUID(), kind: "passkey", name: input.name, created_at: ago(0), used_at: null }),
};

function enrolled(state, session, factor) {
  const own = state.me.second_factor;
  const first = !own.codes_left;
  state.factors.push(factor);
  if (factor.kind === "totp") own.totp = true;
  else own.passkeys++;
  own.codes_left = 10;
  session.step = "full";
  return { factor: factor.uuid, recovery_codes: first ? codes() : null };
}

const find = (list, uuid) => list.find((one) => one.uuid === uuid) ?? (() => { throw refuse(404, "not_found"); })();
const drop = (list, uuid) => void list.splice(list.indexOf(find(list, uuid)), 1);
const token = (kind) => `dw_${kind === "public" ? "pk" : "sk"}_${randomBytes(27).toString("hex").slice(0, 36)}`;
const withNames = (projects, state) => (projects === undefined || projects === "all" ? "all" : projects.map((one) => ({ ...one, name: state.projects.find(({ slug }) => slug === one.slug).name })));

function newKey(state, wish) {
  const made = { uuid: randomUUID(), created_at: ago(0), used_at: null, used_from: "", used_by: "", disabled_at: null, disabled_why: "", successor: null, state: "live", advice: "", project: null, expires_at: null, note: "", owner: { uuid: state.me.person.uuid, name: state.me.person.name }, ...wish };
  const text = token(made.kind);
  made.hint = text.slice(0, 10) + "…";
  state.keys.push(made);
  return { ...made, token: text };
}

const FULL = {
  "PATCH /me": ({ state, input }) => (Object.assign(state.me.person, input), state.me),
  "POST /me/password": ({ input }) => {
    if (input.current !== PASSWORD) throw refuse(422, "validation_failed", "the current password is wrong", { current: "This is not your password." });
  },
  "POST /me/team": () => undefined,
  "POST /me/confirm": ({ state, input }) => {
    if (input.password !== undefined && input.password !== PASSWORD) throw refuse(401, "unauthorized", "the password is wrong");
    if (input.totp !== undefined && input.totp !== CODE) throw refuse(401, "unauthorized", "the code is wrong");
    state.fresh = true;
    return { fresh_until: ago(-FRESH_MS) };
  },
  "POST /me/confirm/passkey/options": OPTIONS,
  "GET /me/sessions": ({ state }) => ({ results: state.logins }),
  "DELETE /me/sessions": ({ state }) => void (state.logins = state.logins.filter((one) => one.current)),
  "DELETE /me/sessions/:id": ({ state, parts }) => drop(state.logins, parts[2]),
  "GET /me/factors": ({ state }) => ({ results: state.factors }),
  "!DELETE /me/factors/:id": ({ state, parts }) => {
    const { kind } = find(state.factors, parts[2]);
    drop(state.factors, parts[2]);
    if (kind === "totp") state.me.second_factor.totp = false;
    else state.me.second_factor.passkeys--;
  },
  "!POST /me/recovery-codes": ({ state }) => ((state.me.second_factor.codes_left = 10), { recovery_codes: codes() }),
  "GET /team": ({ state }) => ({ ...state.me.team, rules: state.rules }),
  "!PATCH /team": ({ state, input }) => (Object.assign(state.rules, input.rules), Object.assign(state.me.team, input.name && { name: input.name }), { ...state.me.team, rules: state.rules }),
  "GET /people": ({ state }) => ({ results: state.people }),
  "!PATCH /people/:id": ({ state, parts, input }) => Object.assign(find(state.people, parts[1]), input, input.projects && { projects: withNames(input.projects, state) }),
  "!DELETE /people/:id": ({ state, parts }) => drop(state.people, parts[1]),
  "!POST /people/:id/reset-factor": ({ state, parts }) => void (find(state.people, parts[1]).second_factor = false),
  "GET /people/invitations": ({ state }) => ({ results: state.invitations }),
  "POST /people/invitations": ({ state, input }) => {
    if (state.people.some(({ email }) => email === input.email)) throw refuse(409, "conflict", "this address is in the team already", { email: "This address is in the team already." });
    const made = { uuid: randomUUID(), created_at: ago(0), expires_at: ago(-7 * 86_400_000), ...input, projects: withNames(input.projects, state) };
    state.invitations.push(made);
    return { ...made, link: state.mail ? null : "http://localhost:8377/admin/invitation#dw_iv_" + "B".repeat(36) };
  },
  "DELETE /people/invitations/:id": ({ state, parts }) => drop(state.invitations, parts[2]),
  "GET /keys": ({ state }) => ({ results: state.keys }),
  "!POST /keys": ({ state, input }) => newKey(state, input),
  "!PATCH /keys/:id": ({ state, parts, input }) => Object.assign(find(state.keys, parts[1]), input),
  "!POST /keys/:id/rotate": ({ state, parts, input }) => {
    const old = find(state.keys, parts[1]);
    const { uuid, ...made } = newKey(state, { name: old.name, kind: old.kind, permissions: old.permissions, project: old.project });
    Object.assign(old, { successor: uuid, expires_at: ago(-input.overlap_hours * 3600_000), state: input.overlap_hours ? "expiring" : "expired", advice: "It was rotated: exchange it for its successor before it ends." });
    return { uuid, ...made };
  },
  "DELETE /keys/:id": ({ state, parts }) => void Object.assign(find(state.keys, parts[1]), { state: "disabled", disabled_at: ago(0), disabled_why: "revoked" }),
  "GET /projects": ({ state }) => ({ results: state.projects }),
  "POST /projects": ({ state, input }) => (state.projects.push({ domains: [], ...input }), input),
  "GET /projects/:id": ({ state, parts }) => state.projects.find(({ slug }) => slug === parts[1]) ?? (() => { throw refuse(404, "not_found"); })(),
  "PATCH /projects/:id": ({ state, parts, input }) => Object.assign(state.projects.find(({ slug }) => slug === parts[1]), input),
  "GET /projects/:id/visitor-keys": ({ state }) => ({ results: state.visitorKeys }),
  "!POST /projects/:id/visitor-keys": ({ state, input }) => {
    const made = { uuid: randomUUID(), kid: input.kid, alg: input.alg, created_at: ago(0), used_at: null };
    state.visitorKeys.push(made);
    return { ...made, ...(input.alg === "HS256" ? { secret: randomBytes(32).toString("base64url") } : {}) };
  },
  "DELETE /projects/:id/visitor-keys/:id": ({ state, parts }) => drop(state.visitorKeys, parts[3]),
  "GET /audit": ({ state, query }) => {
    const before = Number(query.get("before") ?? 1e9);
    return { results: state.audit.filter(({ seq }) => seq < before).slice(0, Number(query.get("limit"))) };
  },
  "GET /audit/verify": ({ state }) => ({ valid: true, count: state.audit.length }),
  "GET /policy": ({ state }) => ({ results: state.policy }),
};

/** A handler by its pattern; "!" in front of one wants a fresh log-in. */
function handlerOf(table, line) {
  const pick = Object.keys(table).find((pattern) => new RegExp(`^!?${pattern.replace(/^!/, "").replace(/:id/g, "[^/]+")}$`).test(line));
  return pick ? { handle: table[pick], fresh: pick.startsWith("!") } : null;
}

function route(line, call) {
  const open = handlerOf(OPEN, line);
  if (open) return open.handle(call);
  if (!call.session) throw refuse(401, "unauthorized", "log in first");
  const half = handlerOf(HALF, line);
  if (half) return half.handle(call);
  if (call.session.step === "needs_factor") throw refuse(401, "second_factor_required");
  if (call.session.step === "needs_enrolment") throw refuse(403, "second_factor_enrolment_required");
  const full = handlerOf(FULL, line);
  if (!full) throw refuse(404, "not_found");
  if (full.fresh && !call.state.fresh) throw refuse(403, "fresh_login_required");
  return full.handle(call);
}
