// SPDX-License-Identifier: Apache-2.0
// A mail server that is away, slow, refuses, or breaks off at any point: every lead's mail arrives when it is well again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { COMPANY } from "../integration/harness/company.ts";
import { Doorward } from "../integration/harness/doorward.ts";
import { parseMail } from "../integration/harness/mail.ts";
import { until } from "../integration/harness/wait.ts";
import { chance, CYCLES, pick, saySeed } from "./chance.ts";
import { Ledger, UNLIMITED } from "./ledger.ts";
import { type Fault, QUICK, SLOW, SmtpPeer } from "./smtp_peer.ts";

interface Entry { uuid: string; state: string; attempts: number; last_error: string }

let peer: SmtpPeer;
let doorward: Doorward;
let ledger: Ledger;
let chat: string;

before(async () => {
  saySeed();
  peer = await SmtpPeer.start();
  doorward = await Doorward.start({
    documents: COMPANY,
    settings: { ...UNLIMITED, MAIL_URL: peer.url, MAIL_FROM: "chat@example.com", MAIL_TO: "sales@example.com" },
  });
  ledger = new Ledger(doorward);
  chat = await ledger.chat();
});

after(async () => {
  await doorward.stop();
  await peer.stop();
});

const entries = async () => (await doorward.json(["outbox", "list"])) as Entry[];

function mailsOf(email: string): string[] {
  return peer.taken.filter((raw) => (parseMail(raw).headers["reply-to"] ?? "").includes(email));
}

async function lead(): Promise<string> {
  const attempt = ledger.attempt(chat);
  const begun = Date.now();
  const answer = await ledger.send(attempt);
  assert.equal(answer.status, 201, answer.text);
  assert.ok(Date.now() - begun < 5000, "the visitor does not wait for the mail server");
  return attempt.email;
}

/** Tells the program to try everything now, as `doorward outbox retry` does for an operator. */
async function retryAll(): Promise<void> {
  for (const entry of await entries()) {
    if (entry.state !== "sent") {
      const ended = await doorward.cli(["outbox", "retry", entry.uuid]);
      assert.equal(ended.status, 0, ended.stderr);
    }
  }
}

async function oneFault(fault: Fault, seconds: number): Promise<void> {
  peer.next = () => fault;
  const email = await lead();
  const seen = await until("the failure is on record", async () =>
    (await entries()).find((entry) => entry.attempts > 0 && entry.state !== "sent"), seconds);
  assert.notEqual(seen.last_error, "", "the outbox says what happened");
  peer.next = () => "none";
  await retryAll();
  const [raw] = await until("the mail arrives", () => {
    const mails = mailsOf(email);
    return mails.length ? mails : null;
  }, 30);
  assert.match(parseMail(raw ?? "").headers["message-id"] ?? "", /^<[^<>\s]+@[^<>\s]+>$/);
  await until("nothing waits", async () => (await entries()).every((entry) => entry.state === "sent"), 30);
}

for (const fault of QUICK) {
  test(`a mail server that ${phrase(fault)} gets the mail later`, () => oneFault(fault, 30));
}

for (const fault of SLOW) {
  test(`a mail server that ${phrase(fault)} does not hold the mail for ever`, { timeout: 200_000 }, () =>
    oneFault(fault, 150));
}

function phrase(fault: Fault): string {
  return /^(\d|an? )/.test(fault) ? `gives ${fault}` : fault === "silent" ? "stays silent" : fault;
}

test("a repeated mail has the same Message-ID", async () => {
  peer.next = () => "takes it and drops";
  const email = await lead();
  await until("it was taken once", () => mailsOf(email).length === 1);
  peer.next = () => "none";
  await until("the failure is on record", async () =>
    (await entries()).find((entry) => entry.attempts > 0 && entry.state === "pending"));
  await retryAll();
  const mails = await until("it comes again", () => (mailsOf(email).length > 1 ? mailsOf(email) : null), 30);
  const ids = new Set(mails.map((raw) => parseMail(raw).headers["message-id"]));
  assert.equal(ids.size, 1);
});

test("many leads meet a server that fails half of the time, and arrive by themselves", { timeout: 600_000 }, async () => {
  const count = Math.min(200, Math.max(30, CYCLES / 5));
  peer.next = () => (chance() < 0.5 ? pick(QUICK.filter((fault) => fault !== "greets 554")) : "none");
  const emails: string[] = [];
  for (let i = 0; i < count; i++) emails.push(await lead());
  await until("every entry was tried", async () =>
    (await entries()).every((entry) => entry.attempts > 0 || entry.state === "sent"), 120);
  peer.next = () => "none";
  await until("every mail has arrived", () => emails.every((email) => mailsOf(email).length > 0), 300);
  await ledger.verify();
});

test("a server that was away gets everything when it is back", { timeout: 300_000 }, async () => {
  const { port } = peer;
  await peer.stop();
  const emails = [await lead(), await lead(), await lead()];
  await until("the failures are on record", async () =>
    (await entries()).filter((entry) => entry.state === "pending" && entry.attempts > 0).length >= 3, 60);
  peer = await SmtpPeer.start(port);
  await until("all three arrive by themselves", () => emails.every((email) => mailsOf(email).length > 0), 200);
});
