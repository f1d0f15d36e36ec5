// SPDX-License-Identifier: Apache-2.0
// API keys and signing keys by the command line, against a server that runs.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { run } from "./harness/child.ts";
import { COMPANY } from "./harness/company.ts";
import { sqlite } from "./harness/database.ts";
import { Doorward, ROOT } from "./harness/doorward.ts";

interface Key { uuid: string; name: string; token: string; hint: string; state: string; kind: string; permissions: string[] }

let doorward: Doorward;

const create = async (name: string, more: string[] = []): Promise<Key> =>
  doorward.json(["key", "create", "--name", name, "--permission", "project_search", ...more]);

/** What the server says to a search with this key. */
const search = async (key: string): Promise<number> =>
  (await doorward.ask(`/api/v1/projects/${doorward.project}/search?q=training`, { key })).status;

before(async () => {
  doorward = await Doorward.start({ documents: COMPANY });
});

after(() => doorward.stop());

test("a key is made, used, revoked, and refused by the next request", async () => {
  const key = await create("crm import");
  assert.match(key.token, /^dw_sk_[0-9A-Za-z]{36}$/);
  assert.deepEqual(key.permissions, ["project_search"]);
  assert.equal(await search(key.token), 200);
  const chats = await doorward.ask("/api/v1/chats", { key: key.token, json: { project: doorward.project, message: "Hello?" } });
  assert.equal(chats.status, 403, "what it may not do");
  const listed: Key[] = await doorward.json(["key", "list"]);
  const row = listed.find((one) => one.uuid === key.uuid);
  assert.equal(row?.state, "live");
  assert.ok(!JSON.stringify(listed).includes(key.token), "a token is shown once");
  assert.ok(key.token.startsWith(row?.hint ?? "?"));
  assert.equal((await doorward.cli(["key", "revoke", "crm import"])).status, 0);
  assert.equal(await search(key.token), 401);
  assert.equal((await doorward.cli(["key", "revoke", "crm import"])).status, 1, "no live key has that name");
});

test("rotated with an overlap both keys work, without it only the new one", async () => {
  const first = await create("page");
  const second: Key = await doorward.json(["key", "rotate", "page", "--overlap", "24h"]);
  assert.notEqual(second.token, first.token);
  assert.deepEqual(second.permissions, first.permissions);
  assert.deepEqual([await search(first.token), await search(second.token)], [200, 200]);
  const ambiguous = await doorward.cli(["key", "revoke", "page"]);
  assert.equal(ambiguous.status, 2, "which of the two is not guessed");
  assert.match(ambiguous.stderr, /fits 2 keys/);
  const again = await doorward.cli(["key", "rotate", first.uuid.slice(0, 8)]);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /rotated already/);
  const third: Key = await doorward.json(["key", "rotate", "page", "--overlap", "0"]);
  assert.deepEqual([await search(second.token), await search(third.token)], [401, 200]);
  assert.equal((await doorward.cli(["key", "revoke", first.hint])).status, 0);
  assert.equal(await search(first.token), 401);
});

test("wishes that cannot be are refused with what to do", async () => {
  const project = ["--project", doorward.project];
  const cases: [string[], RegExp][] = [
    [["--permission", "project_search"], /--name is needed/],
    [["--name", "x"], /--permission is needed/],
    [["--name", "x", "--permission", "everything"], /no permission `everything`/],
    [["--name", "x", "--permission", "project_search", "--public"], /public key belongs to one project/],
    [["--name", "x", "--permission", "leads_read", "--public", ...project], /public key may only have/],
    [["--name", "x", "--permission", "project_search", "--expires", "2020-01-01"], /past/],
    [["--name", "x", "--permission", "project_search", "--expires", "soon"], /--expires is a day/],
    [["--name", "x", "--permission", "project_search", "--expires", "2026-02-30"], /--expires is a day/],
  ];
  const before = (await doorward.json(["key", "list"])).length;
  for (const [args, why] of cases) {
    const refused = await doorward.cli(["key", "create", ...args]);
    assert.equal(refused.status, 2, args.join(" "));
    assert.match(refused.stderr, why);
  }
  assert.equal((await doorward.json(["key", "list"])).length, before);
});

test("a key that has expired is refused", async () => {
  const key = await create("short", ["--expires", "30min"]);
  assert.equal(await search(key.token), 200);
  await sqlite(doorward, `UPDATE api_key SET expires_ms = 1 WHERE name = 'short'`);
  assert.equal(await search(key.token), 401);
});

test("the report ends with 1 and names the key that is older than the rules allow", async () => {
  const key = await create("ancient");
  assert.equal((await doorward.cli(["key", "report"])).status, 0);
  await sqlite(doorward, `UPDATE api_key SET created_ms = created_ms - 400 * 86400000 WHERE name = 'ancient'`);
  const report = await doorward.cli(["key", "report", "--format", "json"]);
  assert.equal(report.status, 1, report.stdout);
  const failing = (JSON.parse(report.stdout) as (Key & { passes: boolean; advice: string; age_days: number })[])
    .filter((one) => !one.passes);
  assert.deepEqual(failing.map((one) => [one.uuid, one.state, one.age_days]), [[key.uuid, "old", 400]]);
  assert.match(failing[0]?.advice ?? "", /rotate/i);
  await doorward.json(["team", "set", "key_age_days=0", "key_idle_days=0"]);
  assert.equal((await doorward.cli(["key", "report"])).status, 0, "without the rule it passes");
  await doorward.json(["team", "set", "key_age_days=", "key_idle_days="]);
  await doorward.json(["key", "revoke", "ancient"]);
});

/** The sample of one language in the manual. */
const sample = (language: string): string => {
  const page = readFileSync(join(ROOT, "docs/access.md"), "utf8");
  const code = page.match(new RegExp("```" + language + "\n([^`]*)```", "s"))?.[1];
  assert.ok(code, `a sample in ${language}`);
  return code;
};
const USER = { id: "customer-7", email: "kim@customer.example", groups: ["partners"] };

const identify = async (identity: string): Promise<number> =>
  (await doorward.ask(`/api/v1/projects/${doorward.project}/sessions`, {
    origin: doorward.url, json: { terms_accepted: true, identity },
  })).status;

test("the manual's samples sign what the server believes, until the key is removed", async () => {
  const added = await doorward.json(["visitor-key", "add", "--project", doorward.project, "--kid", "site-1"]);
  assert.match(added.secret, /^[A-Za-z0-9_-]{43}$/);
  const given = JSON.stringify([added.secret, "site-1", doorward.project, USER]);
  const python = join(doorward.folder, "sample.py");
  writeFileSync(python, `${sample("python")}\nimport sys\nprint(identity(*json.loads(sys.argv[1])))\n`);
  const node = join(doorward.folder, "sample.cjs");
  writeFileSync(node, `${sample("js")}\nconsole.log(identity(...JSON.parse(process.argv[2])));\n`);
  for (const [program, file] of [["python3", python], ["node", node]] as const) {
    const signed = await run(program, [file, given]);
    assert.equal(signed.status, 0, signed.stderr);
    const token = signed.stdout.trim();
    assert.equal(await identify(token), 201, program);
    const [head, , signature] = token.split(".");
    const other = Buffer.from(JSON.stringify({ sub: "somebody", aud: doorward.project, exp: 4e9 })).toString("base64url");
    assert.equal(await identify(`${head}.${other}.${signature}`), 401, `${program}, another body`);
  }
  const last = (await run("node", [node, given])).stdout.trim();
  assert.equal((await doorward.cli(["visitor-key", "remove", "--project", doorward.project, "--kid", "site-1"])).status, 0);
  assert.equal(await identify(last), 401);
});

test("a public key of a site is taken, its private one is not", async () => {
  const file = (name: string) => join(doorward.folder, name);
  await run("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file("private.pem")]);
  await run("openssl", ["ec", "-in", file("private.pem"), "-pubout", "-out", file("public.pem")]);
  const add = (name: string) => doorward.cli(
    ["visitor-key", "add", "--project", doorward.project, "--kid", "site-e", "--alg", "ES256", "--key", file(name)]);
  const refused = await add("private.pem");
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /private key, which stays with the site/);
  assert.equal((await add("public.pem")).status, 0);
  assert.equal((await add("public.pem")).status, 1, "a kid is there once");
});

test("groups of a source are shown sorted, and a group that is none is refused", async () => {
  const [source] = await doorward.json(["source", "list"]);
  assert.deepEqual((await doorward.json(["source", "groups", source.uuid])).groups, []);
  const set = await doorward.json(["source", "groups", source.uuid, "staff", "partners", "staff"]);
  assert.deepEqual(set.groups, ["partners", "staff"]);
  assert.equal((await doorward.cli(["source", "groups", source.uuid, "two words"])).status, 2);
  assert.deepEqual((await doorward.json(["source", "groups", source.uuid])).groups, ["partners", "staff"]);
  assert.deepEqual((await doorward.json(["source", "groups", source.uuid, "--everybody"])).groups, []);
});

test("`rotate --everything` lists every secret and changes nothing without --yes", async () => {
  const key = await create("listed");
  const visitor = await doorward.session();
  const listed = await doorward.json(["rotate", "--everything"]);
  assert.equal(listed.rotated, false);
  const kinds = new Set(listed.secrets.map((one: { what: string }) => one.what));
  for (const what of ["API key", "visitor signing key", "staff session", "visitor session", "invitation", "reset link",
    "password", "one-time password secret", "key of the installation"]) {
    assert.ok(kinds.has(what), what);
  }
  for (const one of listed.secrets) assert.ok(one.where && one.how, JSON.stringify(one));
  assert.equal(await search(key.token), 200);
  const me = await doorward.ask("/api/v1/chats", { session: visitor, origin: doorward.url, json: { project: doorward.project, message: "Hello?" } });
  assert.equal(me.status, 201, me.text);
});

test("secrets of the configuration are listed by reference and age, never by value", async () => {
  const secret = "whsec_" + Buffer.from("a secret of twenty-four b").toString("base64");
  const file = join(doorward.folder, "mail-password");
  writeFileSync(file, "hidden-mail-word\n");
  const other = await Doorward.init({
    settings: { MAIL_URL: "smtp://chat@127.0.0.1:2525", MAIL_FROM: "chat@example.com", MAIL_TO: "sales@example.com", MAIL_PASSWORD: `file:${file}` },
    secrets: { HOOK_SECRET: secret },
  });
  other.configure("webhooks:\n  - url: https://hooks.example.com/in\n    secret: env:HOOK_SECRET\n");
  const ended = await other.cli(["rotate", "--everything", "--format", "json"]);
  assert.equal(ended.status, 0, ended.stderr);
  const found = (what: string) => JSON.parse(ended.stdout).secrets.find((one: { what: string }) => one.what === what);
  assert.equal(found("webhook secret").where, "env:HOOK_SECRET");
  assert.equal(found("password of the mail server").where, `file:${file}`);
  assert.ok(Date.parse(found("password of the mail server").since) > 0);
  assert.ok(!ended.stdout.includes("hidden-mail-word") && !ended.stdout.includes(secret));
});

test("`rotate --everything --yes` ends every old key and session at once", async () => {
  const key = await create("taken");
  const kept: Key = await doorward.json(["key", "rotate", "taken"]);
  const visitor = await doorward.session();
  const invited = await doorward.json(["user", "create", "ivy@example.com", "--role", "agent", "--invite"]);
  assert.ok(invited.link);
  await doorward.json(["visitor-key", "add", "--project", doorward.project, "--kid", "shared"]);
  const done = await doorward.json(["rotate", "--everything", "--yes"]);
  assert.equal(done.rotated, true);
  assert.deepEqual([await search(key.token), await search(kept.token), await search(doorward.ownerKey)], [401, 401, 401]);
  const fresh = done.keys.find((one: Key) => one.name === "taken");
  assert.equal(await search(fresh.token), 200);
  assert.equal(done.keys.filter((one: Key) => one.name === "taken").length, 1, "one successor, not one for each");
  const chat = await doorward.ask("/api/v1/chats", { session: visitor, origin: doorward.url, json: { project: doorward.project, message: "Hello?" } });
  assert.equal(chat.status, 401);
  assert.equal(done.visitor_keys[0].kid, "shared");
  assert.equal(done.invitations, 1);
  assert.ok(!(await doorward.json(["user", "list"])).some((one: { state: string }) => one.state === "invited"));
  assert.ok(done.by_hand.some((one: string) => one.includes("key of the installation")));
});
