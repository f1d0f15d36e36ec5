// SPDX-License-Identifier: Apache-2.0
// Bad input has an answer a person can act on.
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { COMPANY } from "./harness/company.ts";
import { BINARY, Doorward, temporaryFolder } from "./harness/doorward.ts";
import { run } from "./harness/child.ts";

let doorward: Doorward;

before(async () => {
  doorward = await Doorward.start({ documents: COMPANY });
});

after(() => doorward.stop());

async function site(): Promise<Doorward> {
  return Doorward.init({});
}

test("an unknown configuration key names file, line and the nearest key", async () => {
  const broken = await site();
  const lines = readFileSync(broken.config, "utf8").split("\n").length;
  appendFileSync(broken.config, "limits:\n  mesages_per_minute: 3\n");
  const ended = await broken.cli(["serve"]);
  assert.equal(ended.status, 2);
  assert.match(ended.stderr, new RegExp(`doorward\\.yaml:(${lines}|${lines + 1})`));
  assert.match(ended.stderr, /messages_per_minute/);
});

test("a secret in clear is refused and not repeated", async () => {
  const broken = await site();
  const secret = "hunter" + "22222";
  appendFileSync(broken.config, `mail:\n  password: ${secret}\n`);
  const ended = await broken.cli(["serve"]);
  assert.equal(ended.status, 2);
  assert.match(ended.stderr, /env:|file:/);
  assert.ok(!ended.stderr.includes(secret));
});

test("broken YAML names the line", async () => {
  const broken = await site();
  writeFileSync(broken.config, "server:\n  listen: [1, 2\n");
  const ended = await broken.cli(["serve"]);
  assert.equal(ended.status, 2);
  assert.match(ended.stderr, /doorward\.yaml:\d+/);
});

test("no configuration says where it was looked for", async () => {
  const ended = await run(BINARY, ["serve"], { cwd: temporaryFolder() });
  assert.equal(ended.status, 2);
  assert.match(ended.stderr, /doorward\.yaml/);
  assert.match(ended.stderr, /doorward init/);
});

test("a port in use is named with a remedy", async () => {
  const other = await site();
  const ended = await other.cli(["serve", "--listen", `127.0.0.1:${doorward.port}`]);
  assert.ok(ended.status === 1 || ended.status === 2 || ended.status === 3, String(ended.status));
  assert.match(ended.stderr, new RegExp(String(doorward.port)));
  assert.match(ended.stderr, /in use/);
});

test("init does not overwrite an installation", async () => {
  const before = readFileSync(doorward.config, "utf8");
  const ended = await doorward.cli(["init", doorward.folder]);
  assert.notEqual(ended.status, 0);
  assert.match(ended.stderr, /exists|already/);
  assert.equal(readFileSync(doorward.config, "utf8"), before);
});

test("an unknown command and option name the nearest", async () => {
  const command = await run(BINARY, ["serv"]);
  assert.equal(command.status, 2);
  assert.match(command.stderr, /serve/);
  const option = await run(BINARY, ["serve", "--lisen", "x"]);
  assert.equal(option.status, 2);
  assert.match(option.stderr, /--listen/);
});

test("every command has help on standard output", async () => {
  for (const words of [[], ["init"], ["serve"], ["source"], ["source", "add"], ["project"], ["lead"],
    ["outbox"], ["search"], ["ask"], ["mail"], ["version"]]) {
    const ended = await run(BINARY, [...words, "--help"]);
    assert.equal(ended.status, 0, words.join(" "));
    assert.match(ended.stdout, /usage/i, words.join(" "));
  }
});

test("an unreadable document costs one line, not the source", async () => {
  const folder = join(temporaryFolder(), "mixed");
  mkdirSync(folder);
  writeFileSync(join(folder, "good.md"), "# Good\n\nThe good document is about lighthouses.\n");
  writeFileSync(join(folder, "bad.pdf"), "%PDF-1.7 this is no PDF");
  writeFileSync(join(folder, "bad.docx"), "PK but not really");
  const ended = await doorward.cli(
    ["source", "add", "--project", doorward.project, folder, "--format", "json"]);
  const told = JSON.parse(ended.stdout);
  assert.match(JSON.stringify(told), /bad\.pdf/);
  assert.match(JSON.stringify(told), /bad\.docx/);
  const found = await doorward.json(["search", "--project", doorward.project, "lighthouses"]);
  assert.match(JSON.stringify(found), /good/);
});

test("a source that is not there is named", async () => {
  const ended = await doorward.cli(["source", "add", "--project", doorward.project, "/no/such/place"]);
  assert.notEqual(ended.status, 0);
  assert.match(ended.stderr, /\/no\/such\/place/);
});

test("an unknown project is named by command line and API", async () => {
  const ended = await doorward.cli(["search", "--project", "nobody", "x"]);
  assert.notEqual(ended.status, 0);
  assert.match(ended.stderr, /nobody/);
  const answer = await doorward.ask("/api/v1/projects/nobody", { key: doorward.ownerKey });
  assert.equal(answer.status, 404);
  assert.equal(answer.json.status, 404);
});

const chats = (extra: object) => doorward.ask("/api/v1/chats", { key: doorward.ownerKey, ...extra });

test("broken JSON is refused with its position", async () => {
  const answer = await chats({ body: '{"project": "x",\n "message": }', headers: { "Content-Type": "application/json" } });
  assert.equal(answer.status, 400, answer.text);
  assert.match(answer.json.message, /line 2|position|column/);
});

test("doubled and unknown members and wrong types are refused by name", async () => {
  const project = doorward.project;
  const type = { "Content-Type": "application/json" };
  const doubled = await chats({ body: `{"project":"${project}","message":"a","message":"b"}`, headers: type });
  assert.equal(doubled.status, 400, doubled.text);
  const unknown = await chats({ json: { project, message: "a", mesage: "b" } });
  assert.ok([400, 422].includes(unknown.status), unknown.text);
  assert.match(unknown.json.message, /mesage/);
  const type_ = await chats({ json: { project, message: 7 } });
  assert.ok([400, 422].includes(type_.status), type_.text);
});

test("a body that is too large is refused before it is read", async () => {
  const answer = await chats({ json: { project: doorward.project, message: "x".repeat(200_000) } });
  assert.equal(answer.status, 413, answer.text);
});

test("a message that is too long says how long it may be", async () => {
  const answer = await chats({ json: { project: doorward.project, message: "word ".repeat(4000) } });
  assert.ok([400, 413, 422].includes(answer.status), answer.text);
  assert.match(answer.json.message, /\d/);
});

test("a wrong method, path and content type have their codes", async () => {
  const method = await doorward.ask("/healthz", { method: "DELETE" });
  assert.equal(method.status, 405);
  assert.match(String(method.headers["allow"]), /GET/);
  const path = await doorward.ask("/api/v1/nothing");
  assert.equal(path.status, 404);
  const type = await chats({ body: "a=b", headers: { "Content-Type": "text/plain" } });
  assert.equal(type.status, 415, type.text);
});

test("every error has code, message, status and request id", async () => {
  for (const answer of [
    await doorward.ask("/api/v1/nothing"),
    await doorward.ask("/api/v1/projects/x/sources"),
    await chats({ json: {} }),
  ]) {
    assert.equal(typeof answer.json.code, "string");
    assert.equal(typeof answer.json.message, "string");
    assert.equal(answer.json.status, answer.status);
    assert.equal(answer.json.request_id, answer.headers["x-request-id"]);
  }
});

test("a client that sends no HTTP gets 400 and is closed", async () => {
  const socket = net.connect(doorward.port, "127.0.0.1");
  socket.write("hello there\r\n\r\n");
  let text = "";
  for await (const piece of socket) text += String(piece);
  assert.match(text, /^HTTP\/1\.[01] 400 /);
});

test("a damaged database is not started and the remedy is named", async () => {
  const broken = await Doorward.init({});
  await broken.addDocuments(COMPANY);
  const data = join(broken.folder, "data");
  const file = readdirSync(data).find((name) => name.endsWith(".db"));
  assert.ok(file);
  const bytes = readFileSync(join(data, file));
  bytes.fill(0x55, 100, 8192);
  writeFileSync(join(data, file), bytes);
  const ended = await broken.cli(["serve", "--listen", "127.0.0.1:0"]);
  assert.notEqual(ended.status, 0);
  assert.match(ended.stderr, /restore|backup/);
  truncateSync(join(data, file), 5000);
  const cut = await broken.cli(["serve", "--listen", "127.0.0.1:0"]);
  assert.notEqual(cut.status, 0);
});
