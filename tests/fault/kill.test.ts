// SPDX-License-Identifier: Apache-2.0
// kill -9 at random points under load: every lead that was answered with 201 is there afterwards, once, and its mail
// arrives at a real SMTP server at least once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Child } from "../integration/harness/child.ts";
import { COMPANY, QUESTION } from "../integration/harness/company.ts";
import { BINARY, Doorward } from "../integration/harness/doorward.ts";
import { SmtpServer } from "../integration/harness/mail.ts";
import { until } from "../integration/harness/wait.ts";
import { between, chance, CYCLES, pause, saySeed } from "./chance.ts";
import { checkCopy } from "./database.ts";
import { Ledger, UNLIMITED } from "./ledger.ts";

const LEADERS = 4;
const LEADS_MAX = 9000; // what one list of the command line shows
const CHECK_EVERY = Math.max(10, Math.floor(CYCLES / 20));

let smtp: SmtpServer;
let doorward: Doorward;
let ledger: Ledger;
let chats: string[] = [];
let running = true;
let turns = 0, repeated = 0, broken = 0;

before(async () => {
  saySeed();
  smtp = await SmtpServer.start();
  doorward = await Doorward.start({
    documents: COMPANY,
    settings: {
      ...UNLIMITED, SERVER_ACCESS_LOG: "false",
      MAIL_URL: smtp.url, MAIL_FROM: "Example Ltd <chat@example.com>", MAIL_TO: "sales@example.com",
    },
  });
  ledger = new Ledger(doorward);
  for (let i = 0; i < LEADERS; i++) chats.push(await ledger.chat());
});

after(async () => {
  running = false;
  await doorward.stop();
  await smtp.stop();
});

/** Sends leads without end. Half of the clients are patient: they send again, with the same key, until they know. */
async function leader(chat: string): Promise<void> {
  while (running) {
    await pause(between(0, 120));
    if (ledger.promised.size >= LEADS_MAX) continue;
    const attempt = ledger.attempt(chat);
    const patient = chance() < 0.5;
    let tries = 0;
    do {
      try {
        await ledger.send(attempt, [503]);
        if (chance() < 0.2) {
          repeated++;
          await ledger.send(attempt, [503]);
        }
      } catch {
        broken++;
        await pause(10);
      }
    } while (running && patient && !ledger.promised.has(attempt.email) && ++tries < 2000);
  }
}

/** Turns, streamed and not, so that more than leads is being written. */
async function talker(): Promise<void> {
  while (running) {
    try {
      const json = { project: doorward.project, message: QUESTION };
      if (chance() < 0.5) await doorward.ask("/api/v1/chats", { key: doorward.ownerKey, json });
      else await (await doorward.stream("/api/v1/chats", { key: doorward.ownerKey, json })).all();
      turns++;
    } catch {
      await pause(20);
    }
    await pause(between(0, 100));
  }
}

/** Kills a server that is only just starting. */
async function killStart(): Promise<void> {
  const args = ["serve", "--config", doorward.config, "--listen", `127.0.0.1:${doorward.port}`];
  const child = new Child(BINARY, args, { env: doorward.environment });
  await pause(between(0, 120));
  await child.kill();
}

test(`${CYCLES} times kill -9 under load`, { timeout: 3 * 3600 * 1000 }, async () => {
  const load = [...chats.map(leader), talker(), talker()];
  try {
    for (let cycle = 1; cycle <= CYCLES; cycle++) {
      await pause(between(5, 250));
      await doorward.server?.kill();
      if (cycle % CHECK_EVERY === 0) await checkCopy(doorward, true);
      if (chance() < 0.1) await killStart();
      await doorward.serve();
      assert.deepEqual(ledger.wrong, []);
    }
  } finally {
    running = false;
    await Promise.all(load);
  }
  console.log(`# ${ledger.promised.size} leads acknowledged, ${ledger.sent.size} sent, ${repeated} repeated, `
    + `${broken} connections broken, ${turns} turns`);
  assert.ok(ledger.promised.size >= CYCLES / 2, "the load was a load");
});

test("every acknowledged lead is there, once", async () => {
  const { listed } = await ledger.verify();
  console.log(`# ${listed} leads stored`);
});

test("the mail of every acknowledged lead has arrived", { timeout: 1800 * 1000 }, async () => {
  assert.ok(doorward.server?.alive, "the server runs");
  await until("the outbox is empty", async () => {
    const entries = (await doorward.json(["outbox", "list", "--state", "pending"])) as { state: string }[];
    return entries.length === 0;
  }, 1200);
  const arrived = new Map<string, number>();
  await until("Postfix has delivered all", () => {
    arrived.clear();
    for (const mail of smtp.mails()) {
      const email = mail.headers["reply-to"]?.match(/[^\s<]+@customer\.example/)?.[0];
      if (email) arrived.set(email, (arrived.get(email) ?? 0) + 1);
    }
    return [...ledger.promised.keys()].every((email) => arrived.has(email));
  }, 300);
  const twice = [...arrived.values()].filter((count) => count > 1).length;
  console.log(`# ${arrived.size} leads mailed, ${twice} of them more than once`);
});

test("the database is whole after an ordinary stop", async () => {
  await doorward.stop();
  await checkCopy(doorward, true);
  await doorward.serve();
});
