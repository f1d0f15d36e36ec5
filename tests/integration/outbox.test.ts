// SPDX-License-Identifier: Apache-2.0
// Delivery: webhooks as Standard Webhooks has them, servers that are away, the command line.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { COMPANY, QUESTION } from "./harness/company.ts";
import { Doorward } from "./harness/doorward.ts";
import { SmtpServer } from "./harness/mail.ts";
import { Site } from "./harness/site.ts";
import { until } from "./harness/wait.ts";

const SECRET = "whsec_" + Buffer.from("a secret of twenty-four b").toString("base64");

async function lead(doorward: Doorward, email: string): Promise<void> {
  const chat = await doorward.ask("/api/v1/chats", {
    key: doorward.ownerKey, json: { project: doorward.project, message: QUESTION },
  });
  const answer = await doorward.ask(`/api/v1/chats/${chat.json.uuid}/lead`, {
    key: doorward.ownerKey, json: { name: "Ada", email, consent: true },
  });
  assert.equal(answer.status, 201, answer.text);
}

interface Entry { uuid: string; state: string; last_error: string }
const entries = async (doorward: Doorward) => (await doorward.json(["outbox", "list"])) as Entry[];

let hook: Site;
let status = 200;
let doorward: Doorward;

before(async () => {
  hook = await Site.start((_, response) => void response.writeHead(status).end());
  doorward = await Doorward.init({ settings: { OUTBOX_ALLOW_PRIVATE: "true" }, secrets: { HOOK_SECRET: SECRET } });
  doorward.configure(`webhooks:\n  - url: ${hook.url}/hook\n    secret: env:HOOK_SECRET\n`);
  await doorward.addDocuments(COMPANY);
  await doorward.serve();
});

after(async () => {
  await doorward.stop();
  await hook.stop();
});

test("a webhook is signed so that any Standard Webhooks library accepts it", async () => {
  await lead(doorward, "ada@customer.example");
  const call = await until("the webhook is called", () =>
    hook.seen.find((one) => one.body.includes("lead.created")));
  const id = String(call.headers["webhook-id"]);
  const time = String(call.headers["webhook-timestamp"]);
  const key = Buffer.from(SECRET.slice("whsec_".length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${time}.${call.body}`).digest("base64");
  assert.ok(String(call.headers["webhook-signature"]).split(" ").includes(`v1,${signature}`));
  assert.ok(Math.abs(Number(time) - Date.now() / 1000) < 60);
  const body = JSON.parse(call.body);
  assert.equal(body.type, "lead.created");
  assert.ok(JSON.stringify(body.data).includes("ada@customer.example"));
});

test("a webhook that fails is kept, and sent with the same id when told to", async () => {
  status = 503;
  hook.seen.length = 0;
  await lead(doorward, "bob@customer.example");
  const first = await until("the webhook is called", () => hook.seen.find((one) => one.body.includes("bob@")));
  const waiting = await until("it waits in the outbox", async () =>
    (await entries(doorward)).find((one) => one.state === "pending" && one.last_error));
  status = 200;
  hook.seen.length = 0;
  const ended = await doorward.cli(["outbox", "retry", waiting.uuid]);
  assert.equal(ended.status, 0, ended.stderr);
  const second = await until("it is called again", () => hook.seen.find((one) => one.body.includes("bob@")), 90);
  assert.equal(second.headers["webhook-id"], first.headers["webhook-id"]);
});

test("without a mail server leads are kept and the start says so", async () => {
  const quiet = await Doorward.start({ documents: COMPANY });
  await lead(quiet, "carl@customer.example");
  assert.match(JSON.stringify(await quiet.json(["lead", "list"])), /carl@customer\.example/);
  assert.match(quiet.server?.stderr ?? "", /mail/);
  const csv = await quiet.cli(["lead", "export", "--project", quiet.project]);
  assert.match(csv.stdout, /carl@customer\.example/);
  await quiet.stop();
});

test("a mail server that is away when a lead comes gets it when it is back", async () => {
  const first = await SmtpServer.start();
  const { folder, port } = first;
  const patient = await Doorward.start({
    documents: COMPANY,
    settings: { MAIL_URL: first.url, MAIL_FROM: "chat@example.com", MAIL_TO: "sales@example.com" },
  });
  await first.stop();
  await lead(patient, "dora@customer.example");
  const waiting = await until("the failure is listed", async () =>
    (await entries(patient)).find((one) => one.last_error));
    const again = await SmtpServer.start({ folder, port });
  const ended = await patient.cli(["outbox", "retry", waiting.uuid]);
  assert.equal(ended.status, 0, ended.stderr);
  await again.arrived(1, (mail) => mail.headers["reply-to"]?.includes("dora@") ?? false, 90);
  await patient.stop();
  await again.stop();
});

test("`mail test` sends over TLS with a password and explains a wrong one", async () => {
  const password = "pass" + "word-1";
  const smtp = await SmtpServer.start({ tls: true, auth: `chat:${password}` });
  const settings = {
    MAIL_URL: `smtp://chat@127.0.0.1:${smtp.port}`, MAIL_STARTTLS: "always",
    MAIL_CA_FILE: smtp.certificate ?? "", MAIL_PASSWORD: "env:TEST_MAIL_PASSWORD",
    MAIL_FROM: "Example Ltd <chat@example.com>", MAIL_TO: "sales@example.com",
  };
  const right = await Doorward.init({ settings, secrets: { TEST_MAIL_PASSWORD: password } });
  const sent = await right.cli(["mail", "test"]);
  assert.equal(sent.status, 0, sent.stderr + sent.stdout);
  await smtp.arrived(1);
  const wrong = await Doorward.init({ settings, secrets: { TEST_MAIL_PASSWORD: "nonsense" } });
  const refused = await wrong.cli(["mail", "test"]);
  assert.notEqual(refused.status, 0);
  assert.match(refused.stdout + refused.stderr, /535|password/);
  assert.ok(!(refused.stdout + refused.stderr).includes("nonsense"));
  await smtp.stop();
});
