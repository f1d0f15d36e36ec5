// SPDX-License-Identifier: Apache-2.0
// The disk gets full at any write: no 201 without the lead, a clear 507 or 503, and all is well when space returns.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { COMPANY, QUESTION } from "../integration/harness/company.ts";
import { Doorward, temporaryFolder } from "../integration/harness/doorward.ts";
import { until } from "../integration/harness/wait.ts";
import { between, chance, CYCLES, pause, saySeed } from "./chance.ts";
import { checkCopy } from "./database.ts";
import { Ledger, UNLIMITED } from "./ledger.ts";
import { assertSmallDisk, SmallDisk } from "./tmpfs.ts";

const REFUSED = [503, 507];
const LEADS_AT_MOST = 400; // until a disk that is nearly full must be full

let disk: SmallDisk;
let doorward: Doorward;
let ledger: Ledger;
let chat: string;

before(async () => {
  saySeed();
  disk = await SmallDisk.mount(24);
  doorward = await Doorward.start({
    folder: join(disk.folder, "site"), documents: COMPANY, settings: { ...UNLIMITED, SERVER_ACCESS_LOG: "false" },
  });
  ledger = new Ledger(doorward);
  chat = await ledger.chat();
});

after(async () => {
  disk?.free();
  await doorward?.stop();
  await disk?.unmount();
});

/** Sends leads, some at once, until one is refused. */
async function untilRefused(): Promise<void> {
  for (let n = 0; n < LEADS_AT_MOST; n += 4) {
    const attempts = Array.from({ length: 4 }, () => ledger.attempt(chat));
    const answers = await Promise.all(attempts.map((attempt) => ledger.send(attempt, REFUSED)));
    if (answers.some((answer) => answer.status !== 201)) return;
  }
  assert.fail(`the disk was never full in ${LEADS_AT_MOST} leads`);
}

async function recovers(): Promise<void> {
  disk.free();
  await until("a lead is taken again", async () =>
    (await ledger.send(ledger.attempt(chat), REFUSED)).status === 201, 10);
  await ledger.verify();
}

test("a folder that is no small disk is refused, not filled", () => {
  assert.throws(() => assertSmallDisk(temporaryFolder(), 24 << 20), /nothing is mounted on it.*leave this test out/);
  assert.throws(() => assertSmallDisk(disk.folder, 1 << 20), /bytes, not 1048576/);
  assertSmallDisk(disk.folder, 24 << 20);
});

const ROOMS = [0, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512];

for (const room of ROOMS) {
  test(`a disk with ${room} KB left: leads are taken or refused, never lost`, { timeout: 120_000 }, async () => {
    disk.fill(room);
    await untilRefused();
    await recovers();
  });
}

test("reading goes on while the disk is full", async () => {
  disk.fill(0);
  await untilRefused();
  const project = await doorward.ask(`/api/v1/projects/${doorward.project}`, { key: doorward.ownerKey });
  assert.equal(project.status, 200, project.text);
  const search = await doorward.ask(`/api/v1/projects/${doorward.project}/search?q=consultation`, { key: doorward.ownerKey });
  assert.equal(search.status, 200, search.text);
  assert.match(search.text, /120 euros/);
  await recovers();
});

test("a question on a full disk is answered or refused with words", async () => {
  disk.fill(0);
  await untilRefused();
  const answer = await doorward.ask("/api/v1/chats", {
    key: doorward.ownerKey, json: { project: doorward.project, message: QUESTION },
  });
  assert.ok([201, ...REFUSED].includes(answer.status), answer.text);
  if (answer.status !== 201) assert.ok(answer.json.code && answer.json.message, answer.text);
  await recovers();
});

test("an upload on a full disk fails alone", async () => {
  disk.fill(64);
  const text = Array.from({ length: 4_000 }, (_, i) => `Word${i} of a long document.`).join(" ");
  const answer = await doorward.ask(`/api/v1/projects/${doorward.project}/sources`, {
    key: doorward.ownerKey, json: { title: "Long", text },
  });
  assert.ok([201, 202, ...REFUSED].includes(answer.status), answer.text);
  await recovers();
});

test("killed on a full disk it comes back when there is space, with every lead", async () => {
  disk.fill(8);
  await untilRefused();
  await doorward.server?.kill();
  disk.free();
  await checkCopy(doorward, false);
  await doorward.serve();
  await recovers();
});

test("started on a full disk it serves or says why", { timeout: 60_000 }, async () => {
  await doorward.stop();
  disk.fill(0);
  try {
    await doorward.serve();
  } catch (error) {
    assert.match(String(error), /space/);
  }
  disk.free();
  if (!doorward.server?.alive) await doorward.serve();
  await recovers();
});

test("a backup on a full disk leaves no half of one", async () => {
  disk.fill(32);
  const path = join(doorward.folder, "half.backup");
  const refused = await doorward.cli(["backup", path]);
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr + refused.stdout, /space/);
  disk.free();
  const taken = await doorward.cli(["backup", path]);
  assert.equal(taken.status, 0, taken.stderr);
});

test("full and free again at random moments under load", { timeout: 1800_000 }, async () => {
  const rounds = Math.min(200, Math.max(20, CYCLES / 5));
  let running = true;
  const load = Array.from({ length: 4 }, async () => {
    while (running) await ledger.send(ledger.attempt(chat), REFUSED).catch(() => pause(50));
  });
  for (let i = 0; i < rounds && ledger.sent.size < 9000; i++) {
    disk.fill(between(0, 300));
    await until("some are refused or taken", () => chance() < 0.2, 5);
    disk.free();
    await until("some are taken", () => chance() < 0.2, 5);
  }
  running = false;
  await Promise.all(load);
  console.log(`# ${ledger.promised.size} taken of ${ledger.sent.size}`);
  await recovers();
});

test("the database is whole after all of this", async () => {
  await doorward.stop();
  await checkCopy(doorward, false);
  await doorward.serve();
});
