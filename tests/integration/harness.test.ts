// SPDX-License-Identifier: Apache-2.0
// The harness itself: what other tests lean on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Child, run } from "./harness/child.ts";
import { ask, stream } from "./harness/http.ts";
import { parseMail, SmtpServer } from "./harness/mail.ts";
import { Site } from "./harness/site.ts";
import { until } from "./harness/wait.ts";

test("a condition that never holds ends at its deadline and says what threw", async () => {
  const failing = until("pigs fly", () => { throw new Error("no wings"); }, 0.1);
  await assert.rejects(failing, /pigs fly.*no wings/s);
});

test("a program that ignores SIGTERM is killed and reported", async () => {
  const child = new Child("sh", ["-c", "trap '' TERM; echo up; while :; do sleep 0.1; done"]);
  await child.says(/up/);
  await assert.rejects(child.stop(0.3), /did not end/);
  assert.equal(child.alive, false);
});

test("a program's status and both streams are kept", async () => {
  const ended = await run("sh", ["-c", "cat; echo e >&2; exit 3"], { input: "in" });
  assert.deepEqual(ended, { status: 3, stdout: "in", stderr: "e\n" });
});

test("a stream gives events, ids and comments, and a cut stream is trouble", async () => {
  const site = await Site.start((_, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(': ping\n\nid: 7\nevent: a\ndata: {"x":\ndata: 1}\n\nevent: b\ndata: 2\n\n');
    setTimeout(() => response.destroy(), 50);
  });
  const events = await stream(site.url);
  assert.deepEqual(await events.next("a"), { id: "7", event: "a", data: { x: 1 } });
  assert.equal((await events.next("b")).id, "7");
  assert.equal(events.comments, 1);
  await assert.rejects(events.all());
  await site.stop();
});

test("an answer that is not a stream is an error with its text", async () => {
  const site = await Site.start((_, response) => void response.writeHead(403).end("no"));
  await assert.rejects(stream(site.url), /403 no/);
  assert.equal((await ask(site.url)).text, "no");
  await site.stop();
});

test("a multipart message is taken apart and decoded", () => {
  const mail = parseMail([
    "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= =?utf-8?B?IGF1cw==?=", "X: a", " b",
    'Content-Type: multipart/alternative; boundary="q"', "", "--q", "Content-Type: text/plain",
    "Content-Transfer-Encoding: quoted-printable", "", "K=C3=B6ln=", "!", "--q",
    "Content-Type: text/html", "Content-Transfer-Encoding: base64", "", "PGI+", "--q--", "",
  ].join("\r\n"));
  assert.equal(mail.headers["subject"], "Grüße aus");
  assert.equal(mail.headers["x"], "a b");
  assert.match(mail.parts["text/plain"] ?? "", /^Köln!/);
  assert.equal(mail.parts["text/html"], "<b>");
});

test("the SMTP server takes a mail over TLS with a password, and only then", async () => {
  const secret = "pw" + "-1";
  const server = await SmtpServer.start({ tls: true, auth: `user:${secret}` });
  const letter = "From: a@example.com\r\nTo: b@example.com\r\nSubject: hello\r\n\r\nbody\r\n";
  const send = (extra: string[]) => run("curl", [
    "-sS", server.url, "--mail-from", "a@example.com", "--mail-rcpt", "b@example.com", "-T", "-", ...extra,
  ], { input: letter });
  const tls = ["--ssl-reqd", "--cacert", server.certificate ?? ""];
  assert.notEqual((await send(tls)).status, 0);
  assert.equal((await send([...tls, "-u", `user:${secret}`])).status, 0);
  const [mail] = await server.arrived();
  assert.equal(mail?.headers["subject"], "hello");
  assert.equal(server.mails().length, 1);
  await server.stop();
});
