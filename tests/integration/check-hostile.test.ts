// SPDX-License-Identifier: Apache-2.0
// Servers that want to hurt the auditor: it ends in time, in bounded memory, and the other rows are as ever.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { readFileSync } from "node:fs";
import { Child } from "./harness/child.ts";
import { BINARY } from "./harness/doorward.ts";
import { within } from "./harness/wait.ts";
import { ANSWERS, answers, SPEAKS, speaks } from "./lab/hostile.ts";
import { Lab } from "./lab/lab.ts";
import { checksOf, type Placed, type Report, type Site } from "./lab/site.ts";

const BUDGET_SECONDS = 20;
const SECONDS = 60;
/** Under the address sanitizer, which keeps freed memory for a while. */
const MEMORY_MAX_KB = 1_500_000;

const label = (words: string): string => `hostile-${words.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;

const sites: Site[] = [
  ...Object.entries(ANSWERS).map(([words, answer]): Site => ({
    name: label(words), expect: {}, web: null, start: (lab, self) => answers(lab, self, answer),
  })),
  ...Object.entries(SPEAKS).map(([words, speak]): Site => ({
    name: label(words), expect: {}, web: null, start: (lab, self) => speaks(lab, self, speak),
  })),
];

let lab: Lab;
before(async () => {
  lab = await Lab.start(sites);
});

async function measured(one: Placed): Promise<{ report: Report; kilobytes: number; stderr: string }> {
  const child = new Child(BINARY, ["check", one.domain, ...lab.args(one), "--format", "json", "--budget", String(BUDGET_SECONDS)]);
  let kilobytes = 0;
  const timer = setInterval(() => {
    try {
      kilobytes = Number(readFileSync(`/proc/${child.pid}/status`, "utf8").match(/VmHWM:\s+(\d+)/)?.[1] ?? kilobytes);
    } catch { /* it has ended */ }
  }, 50);
  const status = await within(`the check of ${one.domain}`, child.ended, SECONDS).finally(() => clearInterval(timer));
  assert.ok(status === 0 || status === 1 || status === 3, `ended with ${status}\n${child.stderr.slice(-4000)}`);
  return { report: JSON.parse(child.stdout) as Report, kilobytes, stderr: child.stderr };
}

for (const site of sites) {
  test(`${site.name.slice(8).replaceAll("-", " ")} does not hurt`, { timeout: (SECONDS + 20) * 1000 }, async () => {
    const { report, kilobytes } = await measured(lab.find(site.name));
    assert.ok(kilobytes < MEMORY_MAX_KB, `${kilobytes} KB`);
    const rows = Object.fromEntries(report.rows.map((row) => [row.id, row.state]));
    assert.equal(rows["L1"], "pass", "the domain is in order whatever its web server does");
    const mail = checksOf(report).filter((check) => /^email\.(spf|dmarc|dkim)\./.test(check.id));
    assert.ok(mail.length > 0 && mail.every((check) => check.state === "pass" || check.state === "skip"), "mail is in order too");
    const text = JSON.stringify(report);
    // eslint-disable-next-line no-control-regex
    assert.doesNotMatch(text, /\\u001b|\\u0007|\\u202e/, "nothing in the report moves a terminal's cursor");
    assert.doesNotMatch(text, /root:x:0/);
  });
}
