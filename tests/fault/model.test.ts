// SPDX-License-Identifier: Apache-2.0
// A model whose stream is put together by chance from everything that can go wrong: every turn ends in an answer
// within its deadline. (tests/integration/model.test.ts has each fault by name.)
import assert from "node:assert/strict";
import type http from "node:http";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { COMPANY, QUESTION } from "../integration/harness/company.ts";
import { Doorward } from "../integration/harness/doorward.ts";
import { Site } from "../integration/harness/site.ts";
import { between, chance, CYCLES, pause, pick, saySeed } from "./chance.ts";
import { UNLIMITED } from "./ledger.ts";

const TOTAL_MS = 4000;
const GRACE_MS = 4000; // for the rest of a turn on a busy machine
const MEMORY_MB = 800; // under the sanitizers, which hold back 256 MB of what was freed; a line of a gigabyte must not be kept

let model: Site;
let doorward: Doorward;

before(async () => {
  saySeed();
  model = await Site.start((_, response) => misbehave(response));
  doorward = await Doorward.start({
    documents: COMPANY,
    settings: {
      ...UNLIMITED, MODEL_KIND: "openai", MODEL_URL: `${model.url}/v1`, MODEL_NAME: "scripted",
      MODEL_KEY: "env:TEST_MODEL_KEY", MODEL_FIRST_TIMEOUT: "1s", MODEL_STALL_TIMEOUT: "1s",
      MODEL_TOTAL_TIMEOUT: `${TOTAL_MS}ms`,
    },
    secrets: { TEST_MODEL_KEY: "model-" + "key-1" },
  });
});

after(async () => {
  await doorward.stop();
  await model.stop();
});

const TEXTS = [
  "It costs 120 euros [1]. ", "Grüße 東京 \u{1f950} ", "[2] [99] [", "](https://evil.example/) ", "![x](//evil.example/x.png) ",
  "<script>alert(1)</script> ", "\\u0000 ", "word ".repeat(500), "", " ", "\u202e", "```\n", "[1", "][1](",
];

function delta(content: string): Buffer {
  return Buffer.from(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`);
}

/** One piece of a stream; true when the stream goes on. */
const PIECES: ((response: http.ServerResponse) => Promise<boolean> | boolean)[] = [
  (response) => response.write(delta(pick(TEXTS))) || true,
  (response) => response.write(delta(pick(TEXTS))) || true,
  (response) => response.write(delta(pick(TEXTS))) || true,
  async (response) => { // cut anywhere, also inside a character
    const bytes = delta(pick(TEXTS));
    const at = between(0, bytes.length);
    response.write(bytes.subarray(0, at));
    await pause(between(0, 50));
    return response.write(bytes.subarray(at)) || true;
  },
  (response) => response.write(": comment\r\n\r\n") || true,
  (response) => response.write("data: {\"choices\":[]}\n\n") || true,
  (response) => response.write(`data: {"error":{"message":"overloaded"}}\n\n`) || true,
  (response) => response.write("data: {\"choices\":[{\"delta\":{\"content\":[1,2]}}]}\n\n") || true,
  (response) => response.write(Buffer.from(Array.from({ length: between(1, 400) }, () => between(0, 255)))) || true,
  (response) => response.write("data: " + "{\"a\":".repeat(2000) + "\n\n") || true,
  async () => { await pause(between(0, 300)); return true; },
  async () => { await pause(2500); return true; },
  (response) => { response.write(delta("half").subarray(0, 20)); response.destroy(); return false; },
  (response) => { response.end("data: [DONE]\n\n"); return false; },
  (response) => { response.end(); return false; },
];

async function misbehave(response: http.ServerResponse): Promise<void> {
  response.on("error", () => {});
  const kind = chance();
  if (kind < 0.05) return void response.writeHead(429, { "Retry-After": pick(["0", "1", "100000", "x"]) }).end("{}");
  if (kind < 0.10) return void response.writeHead(pick([400, 401, 403, 404, 418, 500, 502, 503])).end(pick(["", "{}", "<html>"]));
  if (kind < 0.13) return void response.destroy();
  if (kind < 0.15) return; // never answers
  response.writeHead(200, { "Content-Type": pick(["text/event-stream", "text/event-stream", "application/json", "text/html"]) });
  if (kind < 0.17) return gigabyte(response);
  for (let n = between(1, 40); n > 0 && !response.destroyed; n--) {
    if (!(await pick(PIECES)(response))) return;
  }
  response.end();
}

function gigabyte(response: http.ServerResponse): void {
  const block = Buffer.alloc(1 << 20, 0x61);
  let left = 1024;
  const more = () => {
    while (left-- > 0 && !response.destroyed) {
      if (!response.write(block)) return void response.once("drain", more);
    }
    response.end();
  };
  response.write("data: ");
  more();
}

interface Turn { took: number; text: string }

async function streamed(): Promise<Turn> {
  const begun = Date.now();
  const stream = await doorward.stream("/api/v1/chats", {
    key: doorward.ownerKey, seconds: 30, json: { project: doorward.project, message: QUESTION },
  });
  const events = await stream.all(30);
  const took = Date.now() - begun;
  assert.equal(events.at(-1)?.event, "message_end", JSON.stringify(events).slice(0, 2000));
  assert.equal(events.filter((event) => event.event === "message_end").length, 1);
  return { took, text: events.filter((event) => event.event === "message_delta").map((event) => JSON.stringify(event.data)).join("") };
}

async function whole(): Promise<Turn> {
  const begun = Date.now();
  const answer = await doorward.ask("/api/v1/chats", {
    key: doorward.ownerKey, seconds: 30, json: { project: doorward.project, message: QUESTION },
  });
  assert.equal(answer.status, 201, answer.text);
  const content = answer.json.messages.at(-1).content as string;
  assert.notEqual(content.trim(), "", "an answer has words");
  return { took: Date.now() - begun, text: content };
}

function memoryMb(): number {
  const status = readFileSync(`/proc/${doorward.server?.pid}/status`, "utf8");
  return Number(status.match(/VmHWM:\s+(\d+)/)?.[1] ?? 0) / 1024;
}

test("every turn ends in an answer within its deadline", { timeout: 3600_000 }, async () => {
  const turns = Math.max(200, CYCLES);
  let slowest = 0, done = 0;
  const worker = async () => {
    while (done++ < turns) {
      const { took, text } = await (chance() < 0.7 ? streamed() : whole());
      slowest = Math.max(slowest, took);
      assert.ok(took < TOTAL_MS + GRACE_MS, `a turn took ${took} ms`);
      // Within a code block, closed or broken off, a tag or a link is text and never alive (CommonMark, section 4.5).
      const prose = text.replace(/```[\s\S]*?(```|$)/g, "");
      assert.ok(!prose.includes("evil.example"), text);
      assert.doesNotMatch(prose, /(^|[^\\])<script/, text);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  assert.ok(model.seen.length >= turns / 2, `the model was asked only ${model.seen.length} times`);
  console.log(`# ${turns} turns, the model was asked ${model.seen.length} times, the slowest ${slowest} ms, at most ${memoryMb().toFixed(0)} MB`);
});

test("a line of a gigabyte was not kept in memory", () => {
  assert.ok(memoryMb() < MEMORY_MB, `${memoryMb()} MB`);
});

test("what was stored is whole and the server is well", async () => {
  assert.equal((await doorward.ask("/readyz")).status, 200);
  await doorward.stop();
  await doorward.serve();
});
