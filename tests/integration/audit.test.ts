// SPDX-License-Identifier: Apache-2.0
// The audit log by the command line, who may what, and what the database file must not have in it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { before, test } from "node:test";
import { bytes, sqlite } from "./harness/database.ts";
import { Doorward } from "./harness/doorward.ts";

const PASSWORD = "turnip lantern quarry osprey";
const ADA = "ada@example.com";

interface Row { seq: number; act: string; actor_kind: string; object_kind: string; outcome: string; before: string; hash: string }
interface Verdict { intact: boolean; rows: number; hash: string; broken_at?: number; why?: string }

async function installation(): Promise<Doorward> {
  const doorward = await Doorward.init();
  const made = await doorward.cli(["user", "create", ADA, "--role", "owner", "--password-stdin"], { input: PASSWORD });
  assert.equal(made.status, 0, made.stderr);
  await doorward.json(["key", "create", "--name", "import", "--permission", "leads_read"]);
  await doorward.json(["key", "revoke", "import"]);
  await doorward.json(["team", "set", "key_age_days=90"]);
  return doorward;
}

async function verdict(doorward: Doorward): Promise<{ status: number | string; first: Verdict; text: string }> {
  const ended = await doorward.cli(["audit", "verify", "--format", "json"]);
  const text = await doorward.cli(["audit", "verify"]);
  assert.equal(text.status, ended.status);
  return { status: ended.status, first: JSON.parse(ended.stdout)[0], text: text.stdout };
}

/** What the check says after somebody changed the file who can write to it: the rules of the database do not
 * stop them. Everything is put back afterwards. */
async function forged(doorward: Doorward, sql: string): Promise<Awaited<ReturnType<typeof verdict>>> {
  const rules = ["audit_is_not_changed", "audit_is_not_removed", "audit_has_no_gaps"];
  await sqlite(doorward, `${rules.map((rule) => `DROP TRIGGER IF EXISTS ${rule};`).join(" ")}
    CREATE TABLE kept AS SELECT * FROM audit; ${sql}`);
  const found = await verdict(doorward);
  await sqlite(doorward, "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept; DROP TABLE kept");
  return found;
}

let doorward: Doorward;
before(async () => {
  doorward = await installation();
});

test("every act of the command line is in the log, and the chain holds", async () => {
  const rows: Row[] = await doorward.json(["audit", "list"]);
  const acts = rows.map((row) => row.act);
  for (const act of ["key.create", "person.create", "key.revoke", "team.change"]) assert.ok(acts.includes(act), act);
  for (const row of rows) {
    assert.equal(row.actor_kind, "command");
    assert.equal(row.outcome, "done");
  }
  const { status, first } = await verdict(doorward);
  assert.equal(status, 0);
  assert.equal(first.intact, true);
  assert.equal(first.rows, rows.length);
});

test("an act that is refused leaves no row that says it was done", async () => {
  const before = (await doorward.json(["audit", "list"])).length;
  assert.equal((await doorward.cli(["user", "remove", ADA])).status, 1);
  assert.equal((await doorward.json(["audit", "list"])).length, before);
});

test("an act that did not come off says so, and a restored log says that it was restored", async () => {
  const site = await installation();
  assert.equal((await site.cli(["project", "create", site.project])).status, 1);
  const [last, begun] = await site.json(["audit", "list", "--limit", "2"]) as Row[];
  assert.deepEqual([begun?.act, begun?.outcome, last?.act, last?.outcome], ["project.create", "done", "project.create", "failed"]);
  const copy = join(site.folder, "copy.db");
  assert.equal((await site.cli(["backup", copy])).status, 0);
  await site.json(["key", "create", "--name", "later", "--permission", "leads_read"]);
  assert.equal((await site.cli(["restore", copy, "--yes"])).status, 0);
  const acts = (await site.json(["audit", "list"]) as Row[]).map((row) => row.act);
  assert.deepEqual(acts.slice(0, 2), ["backup.restore", "backup.create"]);
  assert.equal((await verdict(site)).status, 0);
});

test("the export is one JSON object a line, oldest first, each with the hash of the one before", async () => {
  const ended = await doorward.cli(["audit", "export"]);
  const rows: Row[] = ended.stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(rows.map((row) => row.seq), rows.map((_, i) => i + 1));
  rows.forEach((row, i) => assert.equal(row.before, i ? rows[i - 1]?.hash : "0".repeat(64)));
  assert.ok(!ended.stdout.includes(PASSWORD) && !ended.stdout.includes(doorward.ownerKey));
  assert.equal((await doorward.cli(["audit", "export", "--since", "2090-01-01"])).stdout, "");
  assert.equal((await doorward.json(["audit", "list", "--limit", "2"])).length, 2);
  assert.equal((await doorward.cli(["audit", "list", "--since", "yesterday"])).status, 2);
});

test("the database itself refuses to change or remove a row", async () => {
  for (const sql of ["UPDATE audit SET outcome = 'refused'", "DELETE FROM audit"]) {
    await assert.rejects(sqlite(doorward, sql), /append-only/);
  }
});

test("what was changed or taken out behind its back is found, and the first such row is named", async () => {
  const site = await installation();
  const cases: [string, number, RegExp][] = [
    ...["act", "actor_kind", "object_kind", "object", "outcome", "detail", "address"].map((column): [string, number, RegExp] =>
      [`UPDATE audit SET ${column} = 'x' || ${column} WHERE seq = 3`, 3, /row 3 does not fit: it was changed/]),
    ["UPDATE audit SET at_ms = at_ms - 1 WHERE seq = 1", 1, /row 1 does not fit: it was changed/],
    ["UPDATE audit SET actor = randomblob(16) WHERE seq = 2", 2, /it was changed/],
    ["UPDATE audit SET outcome = 'failed', hash = randomblob(32) WHERE seq = 2", 2, /it was changed/],
    ["UPDATE audit SET previous = randomblob(32) WHERE seq = 4", 4, /row 4 does not fit: it does not follow/],
    ["DELETE FROM audit WHERE seq = 2", 2, /row 2 does not fit: a row is missing before it/],
    ["DELETE FROM audit WHERE seq = 1", 1, /a row is missing/],
    ["DELETE FROM audit WHERE seq = 2; UPDATE audit SET seq = seq - 1 WHERE seq > 2", 2, /does not follow/],
  ];
  for (const [sql, row, why] of cases) {
    const { status, first, text } = await forged(site, sql);
    assert.equal(status, 1, sql);
    assert.deepEqual([first.intact, first.broken_at], [false, row], sql);
    assert.match(text, why, sql);
  }
  assert.equal((await verdict(site)).status, 0, "put back it fits again");
});

test("the policy names the roles that pass each row", async () => {
  interface Route { method: string; path: string; permission: string; roles: string[] }
  const routes: Route[] = await doorward.json(["policy"]);
  const roles = (method: string, path: string) =>
    routes.find((one) => one.method === method && one.path === path)?.roles;
  assert.deepEqual(roles("GET", "/api/v1/admin/audit"), ["owner", "admin"]);
  assert.deepEqual(roles("POST", "/api/v1/projects/{p}/sync"), ["owner", "admin", "editor"]);
  assert.deepEqual(roles("GET", "/healthz"), []);
  const table = await doorward.cli(["policy", "--format", "markdown"]);
  assert.match(table.stdout, /`GET \/api\/v1\/admin\/audit` \| [^|]+ \| audit_read \| owner, admin \|/);
});

/* ── nothing in clear ── */

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
function base32(text: string): Buffer {
  const bits = [...text].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

/** RFC 6238 with SHA-1, 6 digits, 30 s. */
function totp(key: Buffer, now: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30000)));
  const hash = createHmac("sha1", key).update(counter).digest();
  const value = hash.readUInt32BE((hash[19] as number) & 15) & 0x7fffffff;
  return String(value % 1000000).padStart(6, "0");
}

test("the database file holds no token, password, code or one-time password secret in clear", async () => {
  const site = await installation();
  await site.serve();
  const secrets: Record<string, string | Buffer> = { password: PASSWORD, "owner's key": site.ownerKey };
  const own = { Origin: site.url, "X-Doorward-CSRF": "1" };
  const login = await site.ask("/api/v1/admin/login", { headers: own, json: { email: ADA, password: PASSWORD } });
  assert.equal(login.status, 200, login.text);
  const cookie = String(login.headers["set-cookie"]).split(";")[0] as string;
  secrets["staff session"] = cookie.split("=")[1] as string;
  const headers = { ...own, Cookie: cookie };
  const begun = (await site.ask("/api/v1/admin/me/totp", { headers, json: {} })).json;
  const key = base32(String(begun.key).replaceAll(/[^A-Z2-7]/g, ""));
  assert.equal(key.length, 20);
  secrets["one-time password secret"] = key;
  secrets["one-time password secret as text"] = String(begun.key).replaceAll(" ", "");
  const code = totp(key, Date.now());
  const confirmed = await site.ask(`/api/v1/admin/me/totp/${begun.factor}`, { headers, json: { code } });
  assert.equal(confirmed.status, 200, confirmed.text);
  (confirmed.json.recovery_codes as string[]).forEach((one, i) => {
    secrets[`recovery code ${i}`] = one;
    secrets[`recovery code ${i} without dashes`] = one.replaceAll("-", "");
  });
  secrets["key"] = (await site.json(["key", "create", "--name", "k", "--permission", "leads_read"])).token;
  secrets["signing key"] = (await site.json(["visitor-key", "add", "--project", site.project, "--kid", "k"])).secret;
  secrets["visitor session"] = await site.session();
  for (const args of [["create", "ivy@example.com", "--role", "agent", "--invite"], ["reset-password", ADA]]) {
    secrets[args[0] as string] = String((await site.json(["user", ...args])).link).split("#")[1] as string;
  }
  const file = bytes(site);
  await site.stop();
  const all = Buffer.concat([file, bytes(site)]);
  assert.ok(all.includes(ADA) && all.includes("argon2id"), "what is looked through is the database");
  for (const [name, secret] of Object.entries(secrets)) {
    assert.ok(secret.length >= 16, name);
    assert.equal(all.includes(secret), false, name);
    if (typeof secret === "string" && secret.startsWith("dw_")) {
      assert.equal(all.includes(secret.slice(10)), false, `${name} without its hint`);
    }
  }
});
