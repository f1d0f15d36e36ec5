// SPDX-License-Identifier: Apache-2.0
// Stopping, starting again, reloading the certificate, resuming a stream.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import tls from "node:tls";
import { COMPANY, QUESTION } from "./harness/company.ts";
import { Doorward, temporaryFolder } from "./harness/doorward.ts";
import { Site } from "./harness/site.ts";
import { until } from "./harness/wait.ts";

const folder = temporaryFolder();

function certificate(name: string): void {
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
    "-days", "2", "-subj", `/CN=${name}`, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
    "-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.pem`)], { stdio: "ignore" });
}

function use(name: string): void {
  copyFileSync(join(folder, `${name}.pem`), join(folder, "cert.pem"));
  copyFileSync(join(folder, `${name}.key`), join(folder, "key.pem"));
}

function handshake(port: number): Promise<{ name: string; socket: tls.TLSSocket }> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () =>
      resolve({ name: String(socket.getPeerCertificate().subject.CN), socket }));
    socket.on("error", reject);
  });
}

let secure: Doorward;

before(async () => {
  certificate("first");
  certificate("second");
  use("first");
  secure = await Doorward.start({
    documents: COMPANY,
    settings: { SERVER_TLS_CERTIFICATE: join(folder, "cert.pem"), SERVER_TLS_KEY: join(folder, "key.pem") },
  });
});

after(() => secure.stop());

test("SIGHUP loads a new certificate and drops no connection", async () => {
  const old = await handshake(secure.port);
  assert.equal(old.name, "first");
  use("second");
  secure.server?.signal("SIGHUP");
  await until("the new certificate is served", async () => {
    const { name, socket } = await handshake(secure.port);
    socket.destroy();
    return name === "second";
  });
  let text = "";
  old.socket.on("data", (piece) => (text += String(piece)));
  old.socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await until("the old connection still serves", () => text.startsWith("HTTP/1.1 200"));
  old.socket.destroy();
});

test("a certificate that cannot be read is reported and the old one stays", async () => {
  const key = readFileSync(join(folder, "first.key"));
  copyFileSync(join(folder, "first.key"), join(folder, "key.pem")); // does not match the second one
  assert.ok(key.length > 0);
  secure.server?.signal("SIGHUP");
  await secure.server?.says(/certificate/i);
  const { name, socket } = await handshake(secure.port);
  assert.equal(name, "second");
  socket.destroy();
  use("second");
});

test("HTTP/2 is offered and one connection carries many requests", async () => {
  const http2 = await import("node:http2");
  const client = http2.connect(`https://127.0.0.1:${secure.port}`, { rejectUnauthorized: false });
  const get = (path: string) => new Promise<number>((resolve, reject) => {
    const request = client.request({ ":path": path });
    request.on("response", (headers) => resolve(Number(headers[":status"])));
    request.on("error", reject);
    request.resume().end();
  });
  const codes = await Promise.all(Array.from({ length: 50 }, () => get("/healthz")));
  assert.deepEqual(new Set(codes), new Set([200]));
  client.close();
});

test("SIGTERM lets an answer that has begun come to its end, and then ends with 0", async () => {
  const model = await Site.start((_, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    const say = (content: string) =>
      response.write(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
    say("Slowly ");
    setTimeout(() => { say("but surely [1]."); response.end("data: [DONE]\n\n"); }, 1500);
  });
  const doorward = await Doorward.start({
    documents: COMPANY, settings: { MODEL_KIND: "openai", MODEL_URL: `${model.url}/v1`, MODEL_NAME: "slow" },
  });
  const stream = await doorward.stream("/api/v1/chats", {
    key: doorward.ownerKey, json: { project: doorward.project, message: QUESTION },
  });
  await stream.next("message_delta");
  const stopped = doorward.stop();
  const events = await stream.all();
  assert.equal(events.at(-1)?.event, "message_end");
  assert.match(events.map((event) => event.data.text ?? event.data.content ?? event.data.delta ?? "").join(""), /surely/);
  await stopped;
  await model.stop();
});

test("SIGTERM ends the streams that follow a chat, and none is cut", async () => {
  const doorward = await Doorward.start({ documents: COMPANY });
  const visitor = { session: await doorward.session(), origin: doorward.url };
  const chat = (await doorward.ask("/api/v1/chats", {
    ...visitor, json: { project: doorward.project, message: QUESTION },
  })).json.uuid as string;
  const streams = await Promise.all(Array.from({ length: 10 }, () =>
    doorward.stream(`/api/v1/chats/${chat}/events`, visitor)));
  await doorward.stop();
  for (const stream of streams) await stream.all(5);
});

test("a turn that fails in the middle ends with an error event", async () => {
  let end = () => {};
  const model = await Site.start((_, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    const say = (content: string) =>
      response.write(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
    say("A first consultation costs 120 euros [1]. ");
    end = () => { say("That is all."); response.end("data: [DONE]\n\n"); };
  });
  const doorward = await Doorward.start({
    documents: COMPANY, settings: { MODEL_KIND: "openai", MODEL_URL: `${model.url}/v1`, MODEL_NAME: "slow" },
  });
  const stream = await doorward.stream("/api/v1/chats", {
    key: doorward.ownerKey, json: { project: doorward.project, message: QUESTION },
  });
  await stream.next("message_delta");
  await doorward.cli(["project", "delete", doorward.project, "--yes"]);
  end();
  const last = (await stream.all()).at(-1);
  assert.equal(last?.event, "error");
  assert.equal(last?.data.type, "error");
  assert.match(last?.id ?? "", /^\d+\.\d+$/, "an id to go on from");
  assert.equal(typeof last?.data.code, "string");
  assert.match(last?.data.message, /try again/);
  await doorward.stop();
  await model.stop();
});

test("after a restart the chats, leads and documents are there and sessions still hold", async () => {
  const doorward = await Doorward.start({ documents: COMPANY });
  const session = await doorward.session();
  const chat = await doorward.ask("/api/v1/chats", {
    session, origin: doorward.url, json: { project: doorward.project, message: QUESTION },
  });
  assert.equal(chat.status, 201, chat.text);
  const origin = doorward.url;
  await doorward.stop();
  await doorward.serve();
  const again = await doorward.ask(`/api/v1/chats/${chat.json.uuid}`, { session, origin });
  assert.deepEqual(again.json.messages, chat.json.messages);
  await doorward.stop();
});

test("a stream that was lost is resumed without a gap and without a repetition", async () => {
  const doorward = await Doorward.start({ documents: COMPANY });
  const session = await doorward.session();
  const visitor = { session, origin: doorward.url };
  const chat = (await doorward.ask("/api/v1/chats", {
    ...visitor, json: { project: doorward.project, message: QUESTION },
  })).json.uuid as string;
  const live = await doorward.stream(`/api/v1/chats/${chat}/events`, visitor);
  await doorward.ask(`/api/v1/chats/${chat}/messages`, { ...visitor, json: { message: "And cancellation?" } });
  const seen = await live.next("message");
  live.close();
  await doorward.ask(`/api/v1/chats/${chat}/messages`, { ...visitor, json: { message: "And training days?" } });
  const resumed = await doorward.stream(`/api/v1/chats/${chat}/events`, {
    ...visitor, headers: { "Last-Event-ID": seen.id },
  });
  await until("the missed answer comes", () =>
    resumed.events.some((event) => event.event === "message" && /eight to twelve/.test(event.data.content)));
  assert.ok(!resumed.events.some((event) => event.data.uuid === seen.data.uuid), "nothing twice");
  await until("a ping comes", () => resumed.comments > 0, 15);
  resumed.close();
  await doorward.stop();
});
