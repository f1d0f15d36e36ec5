// SPDX-License-Identifier: Apache-2.0
// The laboratory itself: its servers answer as the auditor's tests take for granted.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { run } from "./harness/child.ts";
import { CLEAN, Lab } from "./lab/lab.ts";

let lab: Lab;
before(async () => {
  lab = await Lab.start([CLEAN]);
});

test("the resolver validates the clean zone", async () => {
  const ended = await run("drill", ["-D", "-p", String(lab.names.resolverPort), "clean.test", "@127.0.0.1", "A"]);
  assert.match(ended.stdout, /flags:[^;]*\bad\b/);
  assert.match(ended.stdout, /clean\.test\.\s+\d+\s+IN\s+A\s+127\.80\.0\.1/);
});

test("the clean site answers in one hop and with its certificate", async () => {
  const one = lab.find("clean");
  const curl = (url: string): ReturnType<typeof run> => run("curl", ["-sS", "-D", "-", "--cacert", lab.authority.ca,
    "--connect-to", `:80:${one.address}:${lab.ports.http}`, "--connect-to", `:443:${one.address}:${lab.ports.https}`, url]);
  assert.match((await curl("http://clean.test/a?b")).stdout, /301[^]*location: https:\/\/www\.clean\.test\/a\?b/i);
  assert.match((await curl("https://www.clean.test/")).stdout, /200[^]*We help/);
});
