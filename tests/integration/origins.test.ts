// SPDX-License-Identifier: Apache-2.0
// Who may call: domains, sessions, keys (checklist B1, B3, B5, B6, L6).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { COMPANY, QUESTION } from "./harness/company.ts";
import { Doorward } from "./harness/doorward.ts";

const SITE = "https://www.example.com";
let doorward: Doorward;

before(async () => {
  doorward = await Doorward.init({});
  await doorward.json(["project", "create", "site", "--name", "Site", "--domain", SITE]);
  await doorward.json(["project", "create", "closed", "--name", "Closed", "--domain", SITE, "--private"]);
  await doorward.addDocuments(COMPANY);
  await doorward.serve();
});

after(() => doorward.stop());

const FOREIGN = [
  ["another site", "https://www.example.org"],
  ["null", "null"],
  ["a longer name", "https://www.example.com.evil.test"],
  ["a longer prefix", "https://evilwww.example.com"],
  ["the plain scheme", "http://www.example.com"],
  ["another port", "https://www.example.com:8443"],
  ["the bare domain", "https://example.com"],
  ["user info", "https://www.example.com@evil.test"],
];

for (const [name, origin] of FOREIGN) {
  test(`a page from ${name} opens no session and reads no project`, async () => {
    const session = await doorward.ask("/api/v1/projects/site/sessions", { json: {}, origin: origin ?? "" });
    assert.equal(session.status, 403, session.text);
    assert.equal(session.headers["access-control-allow-origin"], undefined);
    const project = await doorward.ask("/api/v1/projects/site", { origin: origin ?? "" });
    assert.equal(project.status, 403, project.text);
  });
}

test("a page of an allowed domain opens a session and may ask", async () => {
  const session = await doorward.ask("/api/v1/projects/site/sessions", { json: {}, origin: SITE });
  assert.equal(session.status, 201, session.text);
  assert.equal(session.headers["access-control-allow-origin"], SITE);
  assert.match(session.json.token, /^dw_vs_/);
  const chat = await doorward.ask("/api/v1/chats", {
    session: session.json.token, origin: SITE, json: { project: "site", message: QUESTION },
  });
  assert.equal(chat.status, 201, chat.text);
});

test("a session is of no use from another page or for another project", async () => {
  const { token } = (await doorward.ask("/api/v1/projects/site/sessions", { json: {}, origin: SITE })).json;
  const elsewhere = await doorward.ask("/api/v1/chats", {
    session: token, origin: "https://www.example.org", json: { project: "site", message: "hello" },
  });
  assert.ok([401, 403].includes(elsewhere.status), elsewhere.text);
  const other = await doorward.ask("/api/v1/chats", {
    session: token, origin: SITE, json: { project: doorward.project, message: "hello" },
  });
  assert.ok([401, 403, 404].includes(other.status), other.text);
});

test("a visitor never reads another visitor's chat, and it looks like none", async () => {
  const open = async () =>
    (await doorward.ask("/api/v1/projects/site/sessions", { json: {}, origin: SITE })).json.token as string;
  const [ada, eve] = [await open(), await open()];
  const chat = await doorward.ask("/api/v1/chats", {
    session: ada, origin: SITE, json: { project: "site", message: "hello" },
  });
  const foreign = await doorward.ask(`/api/v1/chats/${chat.json.uuid}`, { session: eve, origin: SITE });
  const missing = await doorward.ask("/api/v1/chats/0197b6a0-0000-7000-8000-000000000000", {
    session: eve, origin: SITE,
  });
  assert.equal(foreign.status, 404);
  const plain = (text: string) => text.replace(/"request_id":"[^"]*"/, "");
  assert.equal(plain(foreign.text), plain(missing.text));
});

test("a private project shows nothing without a key", async () => {
  const wrong: Record<string, string>[] = [{}, { Authorization: "Api-Key dw_sk_" + "a".repeat(40) }];
  for (const headers of wrong) {
    const answer = await doorward.ask("/api/v1/projects/closed", { headers });
    assert.ok([401, 404].includes(answer.status), answer.text);
  }
  const answer = await doorward.ask("/api/v1/projects/closed", { key: doorward.ownerKey });
  assert.equal(answer.status, 200, answer.text);
});

test("a key works in each documented header", async () => {
  for (const headers of [
    { Authorization: `Api-Key ${doorward.ownerKey}` },
    { Authorization: `Bearer ${doorward.ownerKey}` },
    { "X-API-Key": doorward.ownerKey },
  ] as Record<string, string>[]) {
    const answer = await doorward.ask("/api/v1/projects/site/sources", { headers });
    assert.equal(answer.status, 200, answer.text);
  }
});

test("a key in the address is refused with the reason", async () => {
  const answer = await doorward.ask(`/api/v1/projects/site/sources?api_key=${doorward.ownerKey}`);
  assert.ok([400, 401, 403].includes(answer.status), answer.text);
  assert.match(answer.text, /URL|address|query/i);
  assert.ok(!answer.text.includes(doorward.ownerKey));
});

test("a secret key that comes from a page is refused", async () => {
  const answer = await doorward.ask("/api/v1/projects/site/sources", { key: doorward.ownerKey, origin: SITE });
  assert.equal(answer.status, 403, answer.text);
});

test("no log line holds a key, a session or a message", async () => {
  const log = doorward.server?.stderr ?? "";
  assert.ok(log.length > 0);
  assert.ok(!log.includes(doorward.ownerKey));
  assert.ok(!/dw_vs_[A-Za-z0-9]{20}/.test(log));
  assert.ok(!log.includes("first consultation"));
});

test("a second Origin or credential is refused, whichever comes first", async () => {
  for (const name of ["origin", "authorization", "x-api-key"]) {
    const answer = await doorward.ask("/api/v1/projects/site/sessions", {
      json: {},
      headers: { origin: SITE, [name]: name === "origin" ? [SITE, "https://www.example.org"] : ["Bearer a", "Bearer b"] },
    } as never);
    assert.equal(answer.status, 400, `${name}: ${answer.text}`);
  }
});

test("a slug that is too long or badly encoded names nothing", async () => {
  for (const slug of ["a".repeat(4000), "%ff", "a%2fb", "%00"]) {
    const answer = await doorward.ask(`/api/v1/projects/${slug}`, { origin: SITE });
    assert.equal(answer.status, 404, `${slug.slice(0, 20)}: ${answer.text}`);
  }
});
