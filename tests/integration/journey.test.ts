// SPDX-License-Identifier: Apache-2.0
// The first journey over the API: question, answer with citation, lead, handoff, mail.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { COMPANY, QUESTION } from "./harness/company.ts";
import { DOCUMENTS, Doorward, UNLIMITED } from "./harness/doorward.ts";
import { SmtpServer } from "./harness/mail.ts";

let smtp: SmtpServer;
let doorward: Doorward;
let session: string;
let chat: string;

before(async () => {
  smtp = await SmtpServer.start();
  doorward = await Doorward.start({
    documents: COMPANY,
    settings: {
      ...UNLIMITED,
      MAIL_URL: smtp.url,
      MAIL_FROM: "Example Ltd <chat@example.com>",
      MAIL_TO: "sales@example.com",
    },
  });
  session = await doorward.session();
});

after(async () => {
  await doorward.stop();
  await smtp.stop();
});

test("a question is answered from the document with a citation", async () => {
  const answer = await doorward.ask("/api/v1/chats", {
    session, origin: doorward.url,
    json: { project: doorward.project, message: QUESTION, url: `${doorward.url}/demo/` },
  });
  assert.equal(answer.status, 201, answer.text);
  chat = answer.json.uuid;
  const [human, ai] = answer.json.messages;
  assert.equal(human.content, QUESTION);
  assert.equal(human.is_human_message, true);
  assert.equal(ai.is_human_message, false);
  assert.match(ai.content, /120 euros/);
  assert.match(ai.content, /\[1\]/);
  assert.equal(ai.citations[0].index, 1);
  assert.match(ai.citations[0].title, /Prices|First consultation/);
  assert.ok(ai.citations[0].url.startsWith(`${DOCUMENTS}prices.md`), ai.citations[0].url);
  assert.match(ai.sources, /^\[[^\]]+\]\(https:\/\/www\.example\.com\/help\/prices\.md[^)]*\)/, "Markdown links");
});

test("a streamed answer is the same in pieces, each with an id, and ends with message_end", async () => {
  const stream = await doorward.stream(`/api/v1/chats/${chat}/messages`, {
    session, origin: doorward.url, json: { message: "How many people can take part in a training day?" },
  });
  const events = await stream.all();
  const types = events.map((event) => event.event);
  assert.equal(types[0], "message_start");
  assert.equal(types.at(-1), "message_end");
  assert.ok(types.includes("message_delta") && types.includes("citation"));
  for (const event of events) {
    assert.notEqual(event.id, "", event.event);
    assert.equal(event.data.type, event.event);
  }
  const kept = await doorward.ask(`/api/v1/chats/${chat}`, { session, origin: doorward.url });
  const last = kept.json.messages.at(-1);
  assert.match(last.content, /eight to twelve/);
});

test("a question the documents do not answer is declined and the form is offered", async () => {
  const stream = await doorward.stream(`/api/v1/chats/${chat}/messages`, {
    session, origin: doorward.url, json: { message: "Which volcano erupted in Iceland in 2010?" },
  });
  const events = await stream.all();
  const end = events.at(-1);
  assert.equal(end?.data.answered, false);
  assert.ok(events.some((event) => event.event === "lead_form" || event.event === "handoff"));
});

test("a German question finds the German document", async () => {
  const answer = await doorward.ask(`/api/v1/chats/${chat}/messages`, {
    session, origin: doorward.url, json: { message: "Wann hat das Büro freitags geöffnet?" },
  });
  assert.match(answer.text, /vierzehn Uhr/);
});

test("a thumb is kept", async () => {
  const kept = await doorward.ask(`/api/v1/chats/${chat}`, { session, origin: doorward.url });
  const message = kept.json.messages.find((one: { is_human_message: boolean }) => !one.is_human_message);
  const answer = await doorward.ask(`/api/v1/messages/${message.uuid}/feedback`, {
    session, origin: doorward.url, json: { reaction: 1 },
  });
  assert.ok(answer.status >= 200 && answer.status < 300, answer.text);
});

test("a lead is acknowledged with 201, listed, and mailed with all that matters", async () => {
  const lead = {
    name: "Ada Example", email: "ada@customer.example", message: "Please call back\r\nBcc: all@example.org",
    consent: true,
  };
  const answer = await doorward.ask(`/api/v1/chats/${chat}/lead`, {
    session, origin: doorward.url, json: lead, headers: { "Idempotency-Key": "one" },
  });
  assert.equal(answer.status, 201, answer.text);
  const listed = await doorward.json(["lead", "list"]);
  assert.ok(JSON.stringify(listed).includes("ada@customer.example"));

  const [mail] = await smtp.arrived(1, (one) => (one.headers["reply-to"] ?? "").includes("ada@"));
  assert.ok(mail);
  assert.match(mail.headers["from"] ?? "", /chat@example\.com/);
  assert.match(mail.headers["to"] ?? "", /sales@example\.com/);
  assert.match(mail.headers["message-id"] ?? "", /^<[^<>\s]+@[^<>\s]+>$/);
  assert.equal(mail.headers["bcc"], undefined);
  const text = mail.parts["text/plain"] ?? "";
  assert.match(text, /Ada Example/);
  assert.match(text, /first consultation/, "the transcript is in it");
  assert.match(text, /\/demo\//, "the page is in it");
  assert.ok(mail.parts["text/html"]);
});

test("the same lead sent again with its key is the same lead and no second mail", async () => {
  const send = (name: string) => doorward.ask(`/api/v1/chats/${chat}/lead`, {
    session, origin: doorward.url, headers: { "Idempotency-Key": "two" },
    json: { name, email: "bob@customer.example", consent: true },
  });
  const first = await send("Bob");
  const second = await send("Bob");
  assert.equal(first.status, 201, first.text);
  assert.equal(second.text, first.text);
  assert.equal((await send("Rob")).status, 409);
  const mails = await smtp.arrived(1, (one) => (one.headers["reply-to"] ?? "").includes("bob@"));
  assert.equal(mails.length, 1);
});

test("a lead without consent or with a wrong address says which field", async () => {
  const answer = await doorward.ask(`/api/v1/chats/${chat}/lead`, {
    session, origin: doorward.url, json: { name: "Eve", email: "not an address", consent: false },
  });
  assert.equal(answer.status, 422, answer.text);
  assert.match(answer.text, /email/);
  assert.match(answer.text, /consent/);
});

test("a request for a person is mailed and seen in the chat", async () => {
  const answer = await doorward.ask(`/api/v1/chats/${chat}/handoff`, {
    session, origin: doorward.url, json: { email: "ada@customer.example", message: "I would rather talk" },
  });
  assert.equal(answer.status, 201, answer.text);
  const mails = await smtp.arrived(1, (one) => JSON.stringify(one.parts).includes("I would rather talk"));
  assert.equal(mails.length, 1);
});

test("the address that a chat began with is in the request for a person", async () => {
  const begin = (email: unknown) => doorward.ask("/api/v1/chats", {
    key: doorward.ownerKey, json: { project: doorward.project, message: QUESTION, email },
  });
  assert.equal((await begin("eve@customer.example\nBcc: x@example.org")).status, 400);
  assert.equal((await begin(17)).status, 400);
  const begun = await begin("eve@customer.example");
  assert.equal(begun.status, 201, begun.text);
  const answer = await doorward.ask(`/api/v1/chats/${begun.json.uuid}/handoff`, {
    key: doorward.ownerKey, json: { message: "As we said" },
  });
  assert.equal(answer.status, 201, answer.text);
  await smtp.arrived(1, (one) => (one.headers["reply-to"] ?? "").includes("eve@customer.example"));
});

test("a question sent again with its key is kept once, also in a chat the visitor never heard of", async () => {
  const send = (message: string, key: string) => doorward.stream("/api/v1/chats", {
    session, origin: doorward.url, headers: { "Idempotency-Key": key },
    json: { project: doorward.project, message },
  });
  const first = await (await send(QUESTION, "ask-1")).all();
  const second = await (await send(QUESTION, "ask-1")).all();
  const start = first[0]?.data;
  assert.deepEqual(second[0]?.data, start);
  assert.equal(second.at(-1)?.data.content, first.at(-1)?.data.content);
  assert.equal(second.at(-1)?.id, first.at(-1)?.id);
  const kept = await doorward.ask(`/api/v1/chats/${start.chat}`, { session, origin: doorward.url });
  assert.equal(kept.json.messages.length, 2);
  const other = await doorward.ask("/api/v1/chats", {
    session, origin: doorward.url, headers: { "Idempotency-Key": "ask-1" },
    json: { project: doorward.project, message: "Where is the office?" },
  });
  assert.equal(other.status, 409, other.text);
  const stranger = await doorward.ask("/api/v1/chats", {
    session: await doorward.session(), origin: doorward.url, headers: { "Idempotency-Key": "ask-1" },
    json: { project: doorward.project, message: QUESTION },
  });
  assert.equal(stranger.status, 201, stranger.text);
  assert.notEqual(stranger.json.uuid, start.chat, "another visitor's same key is another message");
});

test("nothing is left in the outbox", async () => {
  const entries = await doorward.json(["outbox", "list"]);
  assert.ok(entries.length > 0);
  assert.ok(entries.every((one: { state: string }) => one.state === "sent"), JSON.stringify(entries));
});
