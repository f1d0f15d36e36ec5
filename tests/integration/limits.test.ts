// SPDX-License-Identifier: Apache-2.0
// Refused calls are limited by address, and nobody else notices (checklist L7).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { COMPANY, QUESTION } from "./harness/company.ts";
import { Doorward } from "./harness/doorward.ts";
import { until } from "./harness/wait.ts";

const PER_MINUTE = 20;
const UNKNOWN = "dw_sk_" + "a".repeat(40);
let strict: Doorward;
let usual: Doorward;

before(async () => {
  strict = await Doorward.start({
    settings: { LIMITS_REFUSALS_PER_MINUTE: String(PER_MINUTE), LIMITS_REQUESTS_PER_MINUTE: "40" },
  });
  usual = await Doorward.start({ documents: COMPANY });
});

after(async () => {
  await strict.stop();
  await usual.stop();
});

const preflight = (site: Doorward) => site.ask(`/api/v1/projects/${site.project}/sessions`, {
  method: "OPTIONS", origin: site.url, headers: { "Access-Control-Request-Method": "POST" },
});

test("who guesses keys is answered 429 after a while, and may come back", async () => {
  const path = `/api/v1/projects/${strict.project}/sources`;
  let answer = await strict.ask(path, { key: UNKNOWN });
  let refused = 0;
  for (; answer.status === 401 && refused <= PER_MINUTE; refused++) answer = await strict.ask(path, { key: UNKNOWN });
  assert.equal(answer.status, 429, answer.text);
  assert.ok(refused >= PER_MINUTE / 2 - 1, String(refused));
  assert.ok(Number(answer.headers["retry-after"]) >= 1);
  assert.match(String(answer.headers["ratelimit-policy"]), /^"refusals";q=20;w=60$/);
  assert.equal(answer.json.code, "rate_limited");
  assert.equal(answer.json.request_id, answer.headers["x-request-id"]);
  assert.equal((await strict.ask(path, { key: strict.ownerKey })).status, 429, "a right guess is not told");
  assert.equal((await strict.ask("/healthz")).status, 200);
  await until("the right key is let in again", async () =>
    (await strict.ask(path, { key: strict.ownerKey })).status === 200, 15);
});

test("a flood of preflights is answered 429", async () => {
  let answer = await preflight(strict);
  for (let i = 0; answer.status === 204 && i < 45; i++) answer = await preflight(strict);
  assert.equal(answer.status, 429, answer.text);
  assert.equal(answer.json.code, "rate_limited");
});

test("an office of visitors whose sessions have ended never meets these limits", async () => {
  const origin = usual.url;
  for (let visitor = 0; visitor < 40; visitor++) {
    assert.equal((await preflight(usual)).status, 204);
    const gone = await usual.ask("/api/v1/chats", {
      session: "dw_vs_" + "a".repeat(40), origin, json: { project: usual.project, message: QUESTION },
    });
    assert.equal(gone.status, 401, gone.text);
    assert.match(await usual.session(), /^dw_vs_/);
  }
  const chat = await usual.ask("/api/v1/chats", {
    session: await usual.session(), origin, json: { project: usual.project, message: QUESTION },
  });
  assert.equal(chat.status, 201, chat.text);
});
