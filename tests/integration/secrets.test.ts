// SPDX-License-Identifier: Apache-2.0
// No credential lies on the disk in clear: not in the database, its log or a backup, also while mails
// with links wait to be sent.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Doorward } from "./harness/doorward.ts";
import { SmtpServer } from "./harness/mail.ts";
import { Site } from "./harness/site.ts";
import { until } from "./harness/wait.ts";

const ADA = "ada@example.com";
const IVY = "ivy@example.com";
const FIRST = "turnip lantern quarry osprey";
const SECOND = "kestrel velvet harbour pebble";
const THIRD = "marble tundra whistle acorn";

let site: Doorward;
let port: number;
const secrets: Record<string, string> = { "first password": FIRST, "second password": SECOND, "third password": THIRD };

/** Every file of the installation, but the key that the hashes and seals are made with. */
function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => statSync(name).isFile() && !name.endsWith(".key"));
}

/** No secret, and no token without its hint, is among the bytes. */
function clear(all: Buffer, name: string, moment: string): void {
  for (const [what, secret] of Object.entries(secrets)) {
    assert.ok(secret && secret.length >= 16, what);
    const naked = secret.startsWith("dw_") ? secret.slice(10) : secret;
    assert.equal(all.includes(naked), false, `${moment}: ${what} in ${name}`);
  }
}

interface Entry { uuid: string; event: string; state: string }
const entries = async () => (await site.json(["outbox", "list"])) as Entry[];

before(async () => {
  const probes = [await Site.start(() => undefined), await Site.start(() => undefined)] as const;
  for (const probe of probes) await probe.stop(); // nobody listens for mail until the end
  port = probes[0].port;
  const origin = `http://127.0.0.1:${probes[1].port}`;
  site = await Doorward.init({
    settings: { SERVER_ORIGIN: origin, MAIL_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM: "chat@example.com", MAIL_TO: "sales@example.com" },
  });
  site.port = probes[1].port;
  secrets["owner's key"] = site.ownerKey;
  const made = await site.cli(["user", "create", ADA, "--role", "owner", "--password-stdin"], { input: FIRST });
  assert.equal(made.status, 0, made.stderr);
  await site.serve();
});

after(() => site.stop());

test("with an invitation and a reset waiting to be mailed, no token is on the disk in clear", async () => {
  const own = { Origin: site.url, "X-Doorward-CSRF": "1" };
  const login = await site.ask("/api/v1/admin/login", { headers: own, json: { email: ADA, password: FIRST } });
  assert.equal(login.status, 200, login.text);
  const cookie = String(login.headers["set-cookie"]).split(";")[0] as string;
  secrets["staff session"] = cookie.split("=")[1] as string;
  const headers = { ...own, Cookie: cookie };
  const totp = (await site.ask("/api/v1/admin/me/totp", { headers, json: {} })).json;
  secrets["one-time password secret"] = String(totp.key).replaceAll(" ", "");
  const key = await site.ask("/api/v1/admin/keys", {
    headers, json: { name: "k", kind: "secret", permissions: ["leads_read"] },
  });
  assert.equal(key.status, 201, key.text);
  secrets["key"] = key.json.token;
  const rotated = await site.ask(`/api/v1/admin/keys/${key.json.uuid}/rotate`, { headers, json: { overlap_hours: 1 } });
  secrets["rotated key"] = rotated.json.token;
  const invited = await site.ask("/api/v1/admin/people/invitations", { headers, json: { email: IVY, role: "agent" } });
  assert.equal(invited.status, 201, invited.text);
  const reset = await site.ask("/api/v1/admin/reset", { headers: own, json: { email: ADA } });
  assert.equal(reset.status, 202, reset.text);
  secrets["visitor session"] = await site.session();
  await until("both mails wait", async () => {
    const waiting = (await entries()).filter((one) => one.state === "pending" && /invitation|reset/.test(one.event));
    return waiting.length === 2;
  });
  assert.equal((await site.cli(["backup", join(site.folder, "copy.db")])).status, 0);
});

test("once the mails have come, what they brought was nowhere before", async () => {
  const copies = files(site.folder).map((name) => [name, readFileSync(name)] as const);
  const smtp = await SmtpServer.start({ port });
  for (const one of await entries()) await site.cli(["outbox", "retry", one.uuid]);
  const mails = await smtp.arrived(2, (mail) => /dw_(iv|rs)_/.test(mail.parts["text/plain"] ?? ""));
  for (const mail of mails) {
    const token = mail.parts["text/plain"]?.match(/(dw_(iv|rs)_[0-9A-Za-z]{36})/);
    secrets[`token of the ${token?.[2]} mail`] = token?.[1] as string;
  }
  for (const [name, all] of copies) clear(all, name, "while the mails waited");
  const invitation = secrets["token of the iv mail"];
  const accepted = await site.ask("/api/v1/admin/invitations/accept", {
    headers: { Origin: site.url }, json: { token: invitation, name: "Ivy", password: SECOND },
  });
  assert.equal(accepted.status, 200, accepted.text);
  const changed = await site.ask("/api/v1/admin/reset/accept", {
    headers: { Origin: site.url }, json: { token: secrets["token of the rs mail"], password: THIRD },
  });
  assert.equal(changed.status, 204, changed.text);
  for (const name of files(site.folder)) clear(readFileSync(name), name, "while it runs");
  assert.equal((await site.cli(["backup", join(site.folder, "later.db")])).status, 0);
  await site.stop();
  for (const name of files(site.folder)) clear(readFileSync(name), name, "after it has ended");
  await smtp.stop();
});
