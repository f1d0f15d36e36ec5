// SPDX-License-Identifier: Apache-2.0
// The project's own files and its whole history are clean, by its own tool.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "./harness/child.ts";
import { BINARY, ROOT, temporaryFolder } from "./harness/doorward.ts";

interface Report { findings: { rule: string; secret: string; places: { path: string; line: number; commit?: string }[] }[]; summary: Record<string, number>; problems: { path: string }[] }

test("nothing that is tracked holds a secret, today or in any commit", async () => {
  // A clone has what is tracked and nothing of a developer's own.
  const folder = join(temporaryFolder(), "clone");
  mkdirSync(folder);
  const cloned = await run("git", ["clone", "-q", "--no-hardlinks", ROOT, folder], { seconds: 120 });
  assert.equal(cloned.status, 0, cloned.stderr);
  const done = await run(BINARY, ["scan", ".", "--git", "--format", "json"], { cwd: folder, seconds: 300 });
  const report: Report = JSON.parse(done.stdout);
  const found = report.findings.map((one) => `${one.rule} ${one.secret} ${one.places.map((place) => `${place.path}:${place.line} ${place.commit ?? ""}`).join(", ")}`);
  assert.deepEqual(found, [], found.join("\n"));
  // The only files that cannot be read are those that parsers are tried with. A checkout may be shallow: then that is said.
  const asked = await run("git", ["rev-parse", "--is-shallow-repository"], { cwd: folder });
  const shallow = asked.stdout.trim() === "true";
  const unread = report.problems.filter((problem) => !problem.path.includes("tests/fuzz/corpus/"));
  assert.equal(unread.length, shallow ? 1 : 0, JSON.stringify(unread));
  assert.equal(done.status, report.problems.length > 0 ? 3 : 0, done.stderr);
  assert.ok((report.summary["files"] ?? 0) > 500 && (shallow || (report.summary["commits"] ?? 0) > 100), JSON.stringify(report.summary));
});
