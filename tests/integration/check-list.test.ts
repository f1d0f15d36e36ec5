// SPDX-License-Identifier: Apache-2.0
// Every check has a site of the laboratory with exactly its fault, or stands here with what tests it instead.
import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "./harness/child.ts";
import { BINARY } from "./harness/doorward.ts";
import { ALL } from "./lab/sites/all.ts";

/** Checks that only ever tell, and never find fault: their fixtures are what tests them. */
const NOTES: Record<string, string> = {
  "tls.protocol.1.3": "TLS 1.2 is enough; without 1.3 it says so",
  "tls.hsts.subdomains": "whether subdomains are covered is the owner's choice",
  "email.mx.private": "in the laboratory every address is private and counts as public",
  "email.mta-sts.missing": "good domains have none",
  "email.mta-sts.mode": "testing is how one begins",
  "intent.exception-unused": "an exception that is no longer needed harms nobody",
};

test("every check has a site with its fault", async () => {
  const ended = await run(BINARY, ["check", "--list", "--format", "json"]);
  const ids = (JSON.parse(ended.stdout) as { id: string }[]).map((check) => check.id);
  const found = new Set(ALL.flatMap((site) => Object.keys(site.expect)));
  assert.ok(ids.length > 100);
  assert.deepEqual(ids.filter((id) => !found.has(id) && !(id in NOTES)), []);
  assert.deepEqual([...found].filter((id) => !ids.includes(id)), [], "sites name checks that are not there");
});

test("every site's name is its own", () => {
  const names = ALL.map((site) => site.name);
  assert.equal(new Set(names).size, names.length);
});
