// SPDX-License-Identifier: Apache-2.0
// Peers that are slow on purpose hold a place no longer than the deadlines (checklist L7).
import assert from "node:assert/strict";
import net from "node:net";
import { after, before, test } from "node:test";
import { COMPANY } from "./harness/company.ts";
import { Doorward } from "./harness/doorward.ts";
import { until, within } from "./harness/wait.ts";

const SECONDS = 2;
const SLACK = 4;
const PEERS = 40;
let doorward: Doorward;

before(async () => {
  doorward = await Doorward.start({
    documents: COMPANY,
    settings: {
      SERVER_HEADER_TIMEOUT: `${SECONDS}s`, SERVER_BODY_TIMEOUT: `${SECONDS}s`,
      SERVER_WRITE_TIMEOUT: `${SECONDS}s`, SERVER_IDLE_TIMEOUT: `${SECONDS}s`,
    },
  });
});

after(() => doorward.stop());

/** Opens a connection, writes `first`, then one more byte every 200 ms; gives what came and when it was closed. */
function drip(first: string, more: string): Promise<{ took: number; text: string }> {
  const begun = Date.now();
  return new Promise((resolve) => {
    const socket = net.connect(doorward.port, "127.0.0.1", () => socket.write(first));
    let text = "";
    let at = 0;
    const timer = setInterval(() => {
      if (more.length) socket.write(more[at++ % more.length] ?? "");
    }, 200);
    socket.on("data", (piece) => (text += String(piece)));
    socket.on("error", () => {});
    socket.on("close", () => {
      clearInterval(timer);
      resolve({ took: (Date.now() - begun) / 1000, text });
    });
  });
}

const HOST = "Host: 127.0.0.1\r\n";
/** A call that would be served, so that its body is waited for; the key is known when a test runs. */
const call = () => `POST /api/v1/chats HTTP/1.1\r\n${HOST}Authorization: Api-Key ${doorward.ownerKey}\r\n`
  + "Content-Type: application/json\r\n";
const KINDS: [string, string | (() => string), string, RegExp][] = [
  ["a connection that says nothing", "", "", /^(HTTP\/1\.1 408 .*)?$/s],
  ["a head that never ends", `GET /healthz HTTP/1.1\r\n${HOST}X-A: `, "a", /^(HTTP\/1\.1 408 .*)?$/s],
  ["a head of ever more fields", `GET /healthz HTTP/1.1\r\n${HOST}`, "X: y\r\n", /^(HTTP\/1\.1 408 .*)?$/s],
  ["a body that never ends", () => `${call()}Content-Length: 9000\r\n\r\n{`, " ", /^(HTTP\/1\.1 408 .*)?$/s],
  ["a chunked body that never ends", () => `${call()}Transfer-Encoding: chunked\r\n\r\n`, "1\r\n{\r\n",
    /^(HTTP\/1\.1 408 .*)?$/s],
  ["a connection kept alive without a request", `GET /healthz HTTP/1.1\r\n${HOST}\r\n`, "", /^HTTP\/1\.1 200 /],
];

for (const [name, first, more, answer] of KINDS) {
  test(`${name} is closed by its deadline, and others are served meanwhile`, async () => {
    const peers = Array.from({ length: PEERS }, () => drip(typeof first === "string" ? first : first(), more));
    const begun = Date.now();
    assert.equal((await doorward.ask("/healthz")).status, 200);
    assert.ok(Date.now() - begun < 1000);
    const ended = await within(name, Promise.all(peers), SECONDS + SLACK + 5);
    for (const { took, text } of ended) {
      assert.ok(took < SECONDS + SLACK, `closed after ${took} s`);
      assert.match(text, answer);
    }
  });
}

test("a peer that does not read its answers is cut off by the deadline", async () => {
  const asked = 2000;
  const length = (await doorward.ask("/widget.js")).bytes.length;
  const peers = await Promise.all(Array.from({ length: PEERS }, () => new Promise<net.Socket>((resolve) => {
    const socket = net.connect(doorward.port, "127.0.0.1", () => {
      socket.pause();
      socket.write(`GET /widget.js HTTP/1.1\r\n${HOST}\r\n`.repeat(asked));
      resolve(socket);
    });
    socket.on("error", () => {});
  })));
  await until("only the asking connection is open", async () => {
    const metrics = await doorward.ask("/metrics", { key: doorward.ownerKey });
    return Number(metrics.text.match(/^doorward_\w*connections_open (\d+)$/m)?.[1]) <= 1;
  }, SECONDS + SLACK);
  for (const socket of peers) {
    let got = 0;
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.on("data", (piece) => (got += piece.length));
    socket.resume();
    await within("the end of a connection that was cut off", closed, 5);
    assert.ok(got < (length * asked) / 4, `${got} bytes came`);
  }
});
