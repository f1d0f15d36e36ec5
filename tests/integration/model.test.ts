// SPDX-License-Identifier: Apache-2.0
// An OpenAI-compatible model that behaves in every way a model can: each turn ends in an answer.
import assert from "node:assert/strict";
import type http from "node:http";
import { after, before, test } from "node:test";
import { COMPANY, QUESTION } from "./harness/company.ts";
import { Doorward } from "./harness/doorward.ts";
import { type Seen, Site } from "./harness/site.ts";
import { until } from "./harness/wait.ts";

type Script = (request: Seen, response: http.ServerResponse) => void;

const KEY = "model-" + "key-1";
let script: Script;
let model: Site;
let doorward: Doorward;

const delta = (content: string) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
const begin = (response: http.ServerResponse) =>
  response.writeHead(200, { "Content-Type": "text/event-stream" });
const DONE = "data: [DONE]\n\n";

before(async () => {
  model = await Site.start((request, response) => script(request, response));
  doorward = await Doorward.start({
    documents: COMPANY,
    settings: {
      MODEL_KIND: "openai", MODEL_URL: `${model.url}/v1`, MODEL_NAME: "scripted", MODEL_KEY: "env:TEST_MODEL_KEY",
      MODEL_FIRST_TIMEOUT: "1500ms", MODEL_STALL_TIMEOUT: "1500ms", MODEL_TOTAL_TIMEOUT: "4s",
    },
    secrets: { TEST_MODEL_KEY: KEY },
  });
});

after(async () => {
  await doorward.stop();
  await model.stop();
});

async function turn(): Promise<{ text: string; end: Record<string, unknown>; took: number }> {
  const begun = Date.now();
  const stream = await doorward.stream("/api/v1/chats", {
    key: doorward.ownerKey, json: { project: doorward.project, message: QUESTION },
  });
  const events = await stream.all(20);
  const end = events.at(-1);
  assert.equal(end?.event, "message_end", JSON.stringify(events));
  const chat = await doorward.ask(`/api/v1/chats/${events[0]?.data.chat ?? events[0]?.data.uuid}`, { key: doorward.ownerKey });
  const text = chat.status === 200 ? chat.json.messages.at(-1).content : "";
  return { text, end: end.data, took: Date.now() - begun };
}

test("a streamed answer is passed on, with only the citations that exist", async () => {
  let asked: Seen | undefined;
  script = (request, response) => {
    asked = request;
    begin(response);
    response.write(delta("It costs 120 euros [1]. See [99] and "));
    response.write(delta("[here](https://evil.example/?q=leak) ![x](https://evil.example/x.png)"));
    response.end(`${delta(".")}${DONE}`);
  };
  const { text } = await turn();
  assert.match(text, /120 euros \[1\]/);
  assert.ok(!text.includes("evil.example"), text);
  assert.ok(!text.includes("[99]"), text);
  assert.equal(asked?.headers.authorization, `Bearer ${KEY}`);
  const body = JSON.parse(asked?.body ?? "{}");
  assert.equal(body.model, "scripted");
  assert.equal(body.stream, true);
  assert.ok(!asked?.body.includes(doorward.url), "the model sees no address");
});

/** Each must end in the answer from the documents. */
const FAULTS: [string, Script][] = [
  ["never answers", () => {}],
  ["stalls after its first words", (_, response) => { begin(response); response.write(delta("It costs ")); }],
  ["drips without end", (_, response) => {
    begin(response);
    const timer = setInterval(() => response.write(delta("word ")), 200);
    response.on("close", () => clearInterval(timer));
  }],
  ["says 429", (_, response) => void response.writeHead(429, { "Retry-After": "1" }).end("{}")],
  ["says 500", (_, response) => void response.writeHead(500).end("oops")],
  ["says 401", (_, response) => void response.writeHead(401).end('{"error":{"message":"bad key"}}')],
  ["redirects", (_, response) => void response.writeHead(302, { Location: "https://example.org/" }).end()],
  ["cuts the connection", (_, response) => void response.destroy()],
  ["cuts inside a UTF-8 character", (_, response) => {
    begin(response);
    const piece = Buffer.from(delta("Grüße"));
    response.write(piece.subarray(0, piece.indexOf(0xc3) + 1), () => response.destroy());
  }],
  ["sends malformed UTF-8", (_, response) => {
    begin(response);
    response.end(Buffer.concat([Buffer.from('data: {"choices":[{"delta":{"content":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}}]}\n\n')]));
  }],
  ["sends garbage", (_, response) => { begin(response); response.end("\0\0<html>not a stream</html>\n\n"); }],
  ["sends broken JSON", (_, response) => { begin(response); response.end('data: {"choices":[\n\ndata: x\n\n'); }],
  ["sends nothing and ends", (_, response) => { begin(response); response.end(DONE); }],
  ["sends a line of a gigabyte", (_, response) => {
    begin(response);
    const block = Buffer.alloc(1 << 20, 0x61);
    let left = 1024;
    response.write("data: ");
    const more = () => {
      while (left-- > 0 && !response.destroyed) {
        if (!response.write(block)) return void response.once("drain", more);
      }
      response.end();
    };
    more();
  }],
  ["answers plain JSON with an error", (_, response) =>
    void response.writeHead(200, { "Content-Type": "application/json" }).end('{"error":{"message":"no"}}')],
];

for (const [name, behaviour] of FAULTS) {
  test(`a model that ${name} leaves the visitor with an answer in time`, async () => {
    script = behaviour;
    const { text, took } = await turn();
    assert.match(text, /120 euros/, text);
    assert.ok(took < 10_000, `${took} ms`);
  });
}

test("what the day has used of the budget counts after a restart", async () => {
  let asked = 0;
  script = (_, response) => {
    asked++;
    begin(response);
    const usage = { choices: [], usage: { prompt_tokens: 59_000, completion_tokens: 900 } };
    response.end(`${delta("It costs 120 euros [1].")}data: ${JSON.stringify(usage)}\n\n${DONE}`);
  };
  const frugal = await Doorward.start({
    documents: COMPANY,
    settings: {
      MODEL_KIND: "openai", MODEL_URL: `${model.url}/v1`, MODEL_NAME: "scripted",
      LIMITS_MODEL_TOKENS_PER_DAY: "60000",
    },
  });
  const say = () => frugal.ask("/api/v1/chats", {
    key: frugal.ownerKey, json: { project: frugal.project, message: QUESTION },
  });
  const day = new Date().getUTCDate();
  assert.equal((await say()).status, 201);
  assert.equal(asked, 1);
  await frugal.stop();
  await frugal.serve();
  const answer = await say();
  await frugal.stop();
  assert.match(answer.json.messages.at(-1).content, /120 euros/);
  if (new Date().getUTCDate() === day) assert.equal(asked, 1, "the documents answered");
});

test("a question sent again while its answer is on the way gets that answer", async () => {
  let asked = 0;
  script = (_, response) => {
    asked++;
    begin(response);
    setTimeout(() => response.end(`${delta("It costs 120 euros [1].")}${DONE}`), 1000);
  };
  const send = () => doorward.ask("/api/v1/chats", {
    key: doorward.ownerKey, headers: { "Idempotency-Key": "under-way" },
    json: { project: doorward.project, message: QUESTION },
  });
  const first = send();
  await until("the model is asked", () => asked === 1);
  const [one, two] = await Promise.all([first, send()]);
  assert.equal(two.text, one.text);
  assert.equal(two.json.messages.length, 2);
  assert.equal(asked, 1);
});

test("a question whose answer died with the server is kept once and answered when it is sent again", async () => {
  let asked = 0;
  script = () => { asked++; };
  const mortal = await Doorward.start({
    documents: COMPANY,
    settings: { MODEL_KIND: "openai", MODEL_URL: `${model.url}/v1`, MODEL_NAME: "scripted" },
  });
  const request = {
    key: mortal.ownerKey, headers: { "Idempotency-Key": "mortal" },
    json: { project: mortal.project, message: QUESTION },
  };
  const lost = await mortal.stream("/api/v1/chats", request);
  const { chat, user_message: question } = (await lost.next("message_start")).data;
  await until("the model is asked", () => asked === 1);
  await mortal.server?.kill();
  mortal.server = undefined;
  script = (_, response) => {
    begin(response);
    response.end(`${delta("It costs 120 euros [1].")}${DONE}`);
  };
  await mortal.serve();
  const begun = Date.now();
  const answer = await mortal.ask("/api/v1/chats", request);
  await mortal.stop();
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.json.uuid, chat);
  assert.equal(answer.json.messages[0].uuid, question);
  assert.equal(answer.json.messages.length, 2);
  assert.match(answer.json.messages[1].content, /120 euros/);
  assert.ok(Date.now() - begun < 10_000);
});

test("after all of this the server is well and its log has no key", async () => {
  const ready = await doorward.ask("/readyz");
  assert.equal(ready.status, 200);
  assert.ok(!(doorward.server?.stderr ?? "").includes(KEY));
});

test("one address whose turns wait for the model does not shut out the others", async () => {
  script = () => undefined; // never answers
  const sessions = await Promise.all([1, 2, 3, 4].map(() => doorward.session()));
  const flood = sessions.flatMap((session) => Array.from({ length: 10 }, () =>
    doorward.ask("/api/v1/chats", {
      session, origin: doorward.url, json: { project: doorward.project, message: QUESTION },
    })));
  const server = await doorward.ask("/api/v1/chats", {
    key: doorward.ownerKey, json: { project: doorward.project, message: QUESTION },
  });
  assert.equal(server.status, 201, server.text);
  const answers = await Promise.all(flood);
  const refused = answers.filter(({ status }) => status === 429);
  assert.ok(refused.length >= 8, answers.map(({ status }) => status).join(" "));
  assert.ok(refused.every(({ headers }) => headers["retry-after"]));
  assert.ok(answers.every(({ status }) => status === 429 || status === 201));
  const later = await doorward.ask("/api/v1/chats", {
    session: sessions[0], origin: doorward.url, json: { project: doorward.project, message: QUESTION },
  });
  assert.equal(later.status, 201, later.text);
});
