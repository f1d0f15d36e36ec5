// SPDX-License-Identifier: Apache-2.0
// Sites against ids: every site is reported with exactly the ids it has faults for, and no other.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { run } from "../harness/child.ts";
import { BINARY } from "../harness/doorward.ts";
import { CLEAN, Lab } from "./lab.ts";
import { checksOf, type Placed, type Report, type Site, type State } from "./site.ts";

const AT_ONCE = 2;

/** What is not in order, by id. */
export function faults(report: Report): Record<string, State> {
  const found = checksOf(report).filter((check) => check.state !== "pass" && check.state !== "skip");
  return Object.fromEntries(found.map((check) => [check.id, check.state as State]));
}

/** The findings with their evidence, for the message of a failing test. */
function words(report: Report): string {
  return checksOf(report).filter((check) => check.state !== "pass" && check.state !== "skip")
    .map((check) => `${check.state} ${check.id}\n${check.evidence.map((e) => `    ${e.state} ${e.subject}: ${e.text}`).join("\n")}`).join("\n");
}

async function together(lab: Lab, work: (one: Placed) => Promise<void>): Promise<void> {
  const waiting = [...lab.placed];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) await work(one);
  }));
}

/** Registers one test a site, and one for the clean site; the checks run before, some at once. Then the fixes that were
 * printed are applied, and the command that re-tests each must be green. */
export function matrix(sites: Site[]): void {
  const all = [CLEAN, ...sites];
  const reports = new Map<string, Report>(), broken = new Map<string, Error>();
  const retests = new Map<string, string[]>();
  let repaired = new Map<string, Error | null>();
  let lab: Lab;
  before(async () => {
    lab = await Lab.start(all);
    await together(lab, async (one) => {
      await lab.report(one).then((report) => reports.set(one.site.name, report), (error: Error) => broken.set(one.site.name, error));
    });
    repaired = await lab.repair(reports);
    await together(lab, async (one) => {
      const report = reports.get(one.site.name);
      if (report && repaired.get(one.site.name) === null) retests.set(one.site.name, await again(one, report));
    });
  }, { timeout: 290_000 });
  test("every Caddy block that is printed is a Caddyfile", async () => {
    const blocks = new Set([...reports.values()].flatMap(checksOf).flatMap((check) => check.fix.config?.["caddy"] ?? []));
    const broken: string[] = [];
    for (const block of blocks) broken.push(...await caddyFaults(block, lab.folder, lab.authority.ca));
    assert.deepEqual(broken, []);
  });
  for (const site of all) {
    test(site.name === "clean" ? "the_clean_site_has_no_finding" : site.name, async () => {
      const report = reports.get(site.name);
      if (!report) throw broken.get(site.name) ?? new Error("not checked");
      assert.deepEqual(faults(report), site.expect, words(report));
      for (const check of checksOf(report)) {
        if (check.state === "fail" || check.state === "warn") {
          assert.ok(check.fix.text.length > 0, `${check.id} has no fix`);
          assert.ok(check.fix.retest.includes(check.id), `${check.id}: ${check.fix.retest}`);
        }
        if (check.state === "pass" || check.state === "skip") {
          assert.ok(check.fix.text === "" && !check.fix.record && !check.fix.config, `${check.id} has a fix and nothing to repair`);
        }
        if (check.state === "pass") assert.ok(check.evidence.length > 0, `${check.id} passes without evidence`);
      }
      await site.also?.(report, lab.find(site.name), lab);
    });
    if (site.name === "clean") continue;
    test(`${site.name} is green after its fix`, (t) => {
      if (!repaired.has(site.name)) return t.diagnostic(site.noRepair ?? "the fix is an act that no file shows");
      if (repaired.get(site.name)) throw repaired.get(site.name);
      assert.deepEqual(retests.get(site.name), []);
    });
  }
}

/** What Caddy says against a block; one that is not of a site or of the whole server stands inside a site. */
async function caddyFaults(block: string, folder: string, ca: string): Promise<string[]> {
  const whole = /^[^\n{]*\{\n/.test(block) && !/^(tls|reverse_proxy) /.test(block);
  const file = join(folder, "Caddyfile");
  const text = block.replace(/\/etc\/\S+\.pem/g, ca); // a file that whoever pastes it has fetched before
  writeFileSync(file, whole ? `${text}\n` : `example.test {\n${text}\n}\n`);
  const ended = await run("caddy", ["adapt", "--adapter", "caddyfile", "--config", file], { env: { HOME: folder } });
  return ended.status === 0 ? [] : [`${block}\n${ended.stderr.slice(-300)}`];
}

/** Runs the printed commands that re-test the findings; gives what is still not in order. */
async function again(one: Placed, report: Report): Promise<string[]> {
  const still: string[] = [];
  for (const check of checksOf(report).filter((found) => found.id in one.site.expect)) {
    const command = check.fix.retest.replace(/^doorward /, `"${BINARY}" `);
    const ended = await run("sh", ["-c", `${command} --format json`], { seconds: 120, env: { NO_COLOR: "1" } });
    const now = ended.stdout.startsWith("{") ? checksOf(JSON.parse(ended.stdout) as Report).find((found) => found.id === check.id) : undefined;
    if (now?.state !== "pass" && now?.state !== "skip") {
      still.push(`${command}: ${ended.status} ${JSON.stringify(now?.evidence)} ${ended.stderr.slice(-500)}`);
    }
  }
  return still;
}
