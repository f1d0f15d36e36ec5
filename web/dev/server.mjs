// SPDX-License-Identifier: Apache-2.0
// A development server that speaks the visitor's part of the protocol, with faults on request, and the staff's
// (admin.mjs). It answers from a script; it is a fixture for the web parts and never part of the product.
//   node dev/server.mjs [port]      then open /demo/, /page/?project=demo or /admin/
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { admin, adminState } from "./admin.mjs";
import { answerFor, PROJECTS } from "./script.mjs";

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png" };
const STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** Starts on a port (0: a free one). `control` lets a test look at and change what the server holds. */
export function startServer(port = 0) {
  const control = { sessions: new Map(), chats: new Map(), leads: [], handoffs: [], feedback: [], requests: [], live: new Map(), fail: {}, admin: adminState() };
  const server = createServer((req, res) => void handle(req, res, control).catch((e) => res.destroy(e)));
  return new Promise((done) =>
    server.listen(port, "127.0.0.1", () => {
      const close = () => (server.closeAllConnections(), new Promise((end) => server.close(end)));
      done({ control, origin: `http://127.0.0.1:${server.address().port}`, close });
    }),
  );
}

async function handle(req, res, control) {
  const url = new URL(req.url, "http://localhost");
  if (url.pathname.startsWith("/api/v1/admin/")) return admin(req, res, url.pathname.slice(13), url.searchParams, control.admin);
  if (url.pathname.startsWith("/api/v1/")) return api(req, res, url.pathname.slice(7), control);
  if (url.pathname === "/page/") return page(res, url);
  const inside = url.pathname.startsWith("/admin/") && !extname(url.pathname);
  const name = inside ? "admin/index.html" : normalize(url.pathname.endsWith("/") ? url.pathname + "index.html" : url.pathname);
  try {
    const body = readFileSync(join(web, "dist", name));
    res.writeHead(200, { "Content-Type": TYPES[extname(name)] ?? "text/plain", "Content-Security-Policy": STRICT, "Access-Control-Allow-Origin": "*" });
    res.end(body);
  } catch {
    res.writeHead(404).end("not found");
  }
}

/** An empty host page; every query parameter becomes a data-* option, `csp` replaces the policy. */
function page(res, url) {
  const escape = (s) => s.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
  const q = url.searchParams;
  const host = q.get("host") ?? "";
  const skip = ["csp", "host", "dir", "lang", "element"];
  const options = [...q].filter(([k]) => !skip.includes(k));
  const attributes = (prefix) => options.map(([k, v]) => ` ${prefix}${k}="${escape(v)}"`).join("");
  const tag = q.has("element") ? `<script async src="${host}/widget.js"></script><doorward-chat${attributes("")}></doorward-chat>` : `<script async src="${host}/widget.js"${attributes("data-")}></script>`;
  const headers = { "Content-Type": TYPES[".html"] };
  if (q.has("csp")) headers["Content-Security-Policy"] = q.get("csp");
  res.writeHead(200, headers);
  res.end(`<!doctype html><html lang="${escape(q.get("lang") ?? "en")}" dir="${escape(q.get("dir") ?? "ltr")}"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Host page</title><main><h1>Host page</h1><p>A plain page.</p><p><a href="#top">A link</a></p></main>${tag}</html>`);
}

const CORS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers": "authorization,content-type,idempotency-key,last-event-id",
  "Access-Control-Allow-Methods": "GET,POST",
  "Access-Control-Expose-Headers": "Retry-After",
};

function json(res, status, body, headers = {}) {
  res.writeHead(status, { "Content-Type": "application/json", ...CORS, ...headers });
  res.end(JSON.stringify(body));
}
const refuse = (res, status, code, message = code, headers = {}, more = {}) => json(res, status, { code, message, status, request_id: randomUUID(), ...more }, headers);

async function body(req) {
  let text = "";
  for await (const chunk of req) text += chunk;
  return text ? JSON.parse(text) : {};
}

async function api(req, res, path, control) {
  if (req.method === "OPTIONS") return json(res, 204, {});
  const input = req.method === "POST" ? await body(req) : {};
  control.requests.push({ method: req.method, path, input, headers: req.headers });
  const [, kind, id, verb] = path.split("/");
  if (kind === "projects") return project(res, id, verb, input, control);
  const token = /^Bearer (.+)$/.exec(req.headers.authorization ?? "")?.[1];
  const session = control.sessions.get(token);
  if (!session) return refuse(res, 401, "unauthorized");
  if (kind === "messages") {
    control.feedback.push({ message: id, ...input });
    return json(res, 200, {});
  }
  if (kind === "chats" && !id) {
    const chat = { uuid: randomUUID(), session, messages: [], handoff: "none" };
    control.chats.set(chat.uuid, chat);
    return turn(req, res, chat, input.message, control);
  }
  const chat = control.chats.get(id);
  if (!chat || chat.session !== session) return refuse(res, 404, "not_found");
  if (verb === "messages") return turn(req, res, chat, input.message, control);
  if (verb === "events") return follow(req, res, chat, control);
  if (verb === "lead" || verb === "handoff") return submit(req, res, chat, verb, input, control);
  return json(res, 200, { uuid: chat.uuid, messages: chat.messages, handoff: chat.handoff });
}

function project(res, slug, verb, input, control) {
  const it = PROJECTS[slug];
  if (!it) return refuse(res, 404, "not_found");
  if (slug === "foreign") return refuse(res, 403, "origin_refused", "This site is not an allowed domain of the project.");
  if (!verb) return json(res, 200, it);
  if (it.terms && !input.terms_accepted) return refuse(res, 403, "terms_required");
  const token = "dw_vs_" + randomUUID();
  control.sessions.set(token, { slug });
  return json(res, 201, { token, expires_at: new Date(Date.now() + 4 * 3600_000).toISOString(), visitor: randomUUID() });
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function turn(req, res, chat, question, control) {
  const say = answerFor(question);
  if (say.status) return refuse(res, say.status, say.code, say.message, say.headers);
  const message = { uuid: randomUUID(), content: say.content, is_human_message: false, feedback: null, sources: "", citations: say.citations, created_at: new Date().toISOString() };
  const mine = { uuid: randomUUID(), content: question, is_human_message: true, feedback: null, citations: [], created_at: new Date().toISOString() };
  chat.messages.push(mine);
  res.writeHead(200, { "Content-Type": "text/event-stream", ...CORS });
  let n = 0;
  const send = (type, data) => res.write(`id: ${++n}\nevent: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  send("message_start", { chat: chat.uuid, message: message.uuid, user_message: mine.uuid });
  await sleep(say.delay ?? 60);
  const words = say.content.match(/\S+\s*/g) ?? [];
  for (const [i, word] of words.entries()) {
    if (say.cut && i > words.length / 2) {
      if (say.cut === "kept") chat.messages.push(message);
      return res.destroy();
    }
    send("message_delta", { text: word });
    await sleep(say.pace ?? 4);
  }
  if (say.error) return send("error", { code: "internal", message: "internal" }), res.end();
  for (const c of say.citations) send("citation", c);
  if (!say.answered) send("lead_form", { reason: "not_found" });
  chat.messages.push(message);
  send("message_end", { message: message.uuid, content: say.content, answered: say.answered, citations: say.citations, usage: {} });
  res.end();
}

function follow(req, res, chat, control) {
  res.writeHead(200, { "Content-Type": "text/event-stream", ...CORS });
  res.write(": hello\n\n");
  const send = (data) => res.write(`id: ${Date.now()}\nevent: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);
  control.live.set(chat.uuid, { send, drop: () => res.destroy(), lastId: req.headers["last-event-id"] });
  const ping = setInterval(() => res.write(": ping\n\n"), 5000);
  res.on("close", () => clearInterval(ping));
}

function submit(req, res, chat, verb, input, control) {
  const list = verb === "lead" ? control.leads : control.handoffs;
  const key = req.headers["idempotency-key"];
  if (!key) return refuse(res, 400, "idempotency_key_required");
  if (control.fail[verb]) return refuse(res, control.fail[verb], "unavailable");
  if (input.email === "taken@example.com") return refuse(res, 422, "unprocessable", "Some details are not right.", {}, { details: { email: "This address cannot be used." } });
  if (!list.some((l) => l.key === key)) list.push({ key, chat: chat.uuid, ...input });
  if (verb === "handoff") {
    chat.handoff = "waiting";
    if (/\bnow\b/.test(input.message ?? "")) setTimeout(() => control.live.get(chat.uuid)?.send({ type: "message", uuid: randomUUID(), content: "Hello, this is a person. How can I help?", from: "human", name: "Support" }), 300);
  }
  return json(res, 201, { uuid: randomUUID() });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { origin } = await startServer(Number(process.argv[2] ?? 8377));
  console.log(`${origin}/demo/   ${origin}/page/?project=demo   ${origin}/page/?project=terms   ${origin}/admin/`);
}
