// SPDX-License-Identifier: Apache-2.0
// Sites against ids: every site is reported with exactly the ids it has faults for, and no other.
import assert from "node:assert/strict";
import { before, test } from "node:test";
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

/** Registers one test a site, and one for the clean site; the checks run before, some at once. */
export function matrix(sites: Site[]): void {
  const all = [CLEAN, ...sites];
  const reports = new Map<string, Report | Error>();
  let lab: Lab;
  before(async () => {
    lab = await Lab.start(all);
    const waiting: Placed[] = [...lab.placed];
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let one = waiting.shift(); one; one = waiting.shift()) {
        reports.set(one.site.name, await lab.report(one).catch((error: unknown) => error as Error));
      }
    }));
  }, { timeout: 280_000 });
  for (const site of all) {
    test(site.name === "clean" ? "the_clean_site_has_no_finding" : site.name, async () => {
      const report = reports.get(site.name);
      if (!report || report instanceof Error) throw report ?? new Error("not checked");
      assert.deepEqual(faults(report), site.expect, words(report));
      for (const check of checksOf(report)) {
        if (check.state === "fail" || check.state === "warn") {
          assert.ok(check.fix.text.length > 0, `${check.id} has no fix`);
          assert.ok(check.fix.retest.includes(check.id), `${check.id}: ${check.fix.retest}`);
        }
        if (check.state === "pass") assert.ok(check.evidence.length > 0, `${check.id} passes without evidence`);
      }
      await site.also?.(report, lab.find(site.name), lab);
    });
  }
}
