// SPDX-License-Identifier: Apache-2.0
// What `doorward check` prints: every format against its schema, exit codes, baseline, launch.yaml, wrong usage.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, test } from "node:test";
import { run } from "./harness/child.ts";
import { BINARY, ROOT, temporaryFolder } from "./harness/doorward.ts";
import { json, junitFault, sarifFault, validator } from "./harness/schema.ts";
import { CLEAN, Lab } from "./lab/lab.ts";
import type { Placed, Report, Site } from "./lab/site.ts";

const SAMPLE = join(dirname(BINARY), "tests", "unit", "check", "check_sample");
const folder = temporaryFolder();

/** A site that does not keep to its launch.yaml. */
const FAULTY: Site = {
  name: "faulty", expect: {}, launch: () => "version: 1\norigin: https://elsewhere.faulty.test\n",
};

let lab: Lab, clean: Placed, faulty: Placed;
before(async () => {
  lab = await Lab.start([CLEAN, FAULTY]);
  clean = lab.find("clean");
  faulty = lab.find("faulty");
}, { timeout: 120_000 });

const reportFault = validator(json(join(ROOT, "docs/check-report.schema.json")));

const FAULTS: Record<string, (text: string) => string> = {
  json: (text) => reportFault(JSON.parse(text)),
  sarif: (text) => sarifFault(JSON.parse(text)),
  junit: junitFault,
};

for (const [format, fault] of Object.entries(FAULTS)) {
  test(`${format}_is_valid_against_its_schema`, async () => {
    for (const kind of [[], ["hostile"]]) {
      assert.equal(fault(execFileSync(SAMPLE, [format, ...kind], { encoding: "utf8" })), "", `sample ${kind}`);
    }
    for (const place of [clean, faulty]) {
      const ended = await lab.check(place, ["--format", format]);
      assert.equal(fault(ended.stdout), "", `${place.domain} ${ended.stderr}`);
    }
  });
}

test("the_schemas_refuse_what_is_wrong", () => {
  const report = JSON.parse(execFileSync(SAMPLE, ["json"], { encoding: "utf8" }));
  report.rows[0].checks[0].state = "good";
  assert.notEqual(reportFault(report), "");
  const sarif = JSON.parse(execFileSync(SAMPLE, ["sarif"], { encoding: "utf8" }));
  sarif.runs[0].results[0].level = "bad";
  assert.notEqual(sarifFault(sarif), "");
  assert.notEqual(junitFault("<testsuites><testcase/></testsuites>"), "");
});

test("fingerprints_are_the_same_on_every_run", async () => {
  const prints = async (): Promise<string[]> => {
    const { stdout } = await lab.check(faulty, ["--format", "sarif"]);
    return JSON.parse(stdout).runs[0].results.map((one: { partialFingerprints: object }) => JSON.stringify(one.partialFingerprints));
  };
  const first = await prints();
  assert.ok(first.length > 0);
  assert.deepEqual(await prints(), first);
  assert.equal(new Set(first).size, first.length);
});

test("exit_codes_say_how_it_stands", async () => {
  assert.equal((await lab.check(clean)).status, 0);
  assert.equal((await lab.check(faulty)).status, 1, "a check fails");
  assert.equal((await lab.check(faulty, ["--fail-on", "medium"])).status, 1, "intent.origin is medium");
  const high = await lab.check(faulty, ["--only", "intent.origin", "--fail-on", "high"]);
  assert.equal(high.status, 0, high.stdout);
  const dead = await run(BINARY, ["check", "clean.test", "--resolver", "127.0.0.1:9", "--budget", "4"], { seconds: 60 });
  assert.equal(dead.status, 3, `nobody answers: ${dead.stdout} ${dead.stderr}`);
});

test("a_domain_that_is_not_there_is_one_finding", async () => {
  const ended = await run(BINARY, ["check", "nobody-has-this.test", ...lab.args(clean), "--format", "json"], { seconds: 60 });
  assert.equal(ended.status, 1, ended.stderr);
  const checks = (JSON.parse(ended.stdout) as Report).rows.flatMap((row) => row.checks);
  assert.deepEqual(checks.filter((check) => check.state !== "skip").map((check) => check.id), ["dns.resolve.apex"]);
});

test("output_that_cannot_be_written_is_told", async () => {
  for (const words of ['check --list --format json > /dev/full', `check nobody-has-this.test ${lab.args(clean).map((one) => `'${one}'`).join(" ")} > /dev/full`,
    "check --list --out /dev/full"]) {
    const ended = await run("sh", ["-c", `"${BINARY}" ${words}`], { seconds: 60 });
    assert.equal(ended.status, 3, `${words}: ${ended.stderr}`);
    assert.match(ended.stderr, /could not be written|\/dev\/full: /);
  }
});

test("wrong_usage_is_told_in_words", async () => {
  const rows: [string[], RegExp][] = [
    [[], /usage: doorward check TARGET/],
    [["192.0.2.1"], /an IP address has no mail/],
    [["example.com:8443"], /ports 80 and 443/],
    [["example.com", "--only", "intent.orgin"], /did you mean `intent.origin`/],
    [["example.com", "--format", "xml"], /--format is text, json, sarif, junit, html or markdown/],
    [["example.com", "--fail-on", "all"], /--fail-on is high, medium or low/],
    [["example.com", "--resolve", "a:b"], /HOST:PORT:ADDRESS/],
    [["example.com", "--resolver", "dns.example"], /it is an IP address/],
    [["example.com", "--budget", "0"], /from 1 to 3600/],
    [["example.com", "--ca-file", "/nonexistent.pem"], /cannot be read/],
    [["example.com", "--config", "/nonexistent.yaml"], /nonexistent\.yaml/],
    [["example.com", "--baseline", "/nonexistent.json"], /nonexistent\.json/],
    [["example.com", "--no-ipv4", "--no-ipv6"], /leave nothing/],
    [["--message", join(ROOT, "LICENSE")], /no From field/],
    [["example.com", "--ony", "L1"], /did you mean --only/],
  ];
  for (const [args, words] of rows) {
    const ended = await run(BINARY, ["check", ...args]);
    assert.equal(ended.status, 2, `${args.join(" ")}: ${ended.stdout}${ended.stderr}`);
    assert.match(ended.stderr, words);
    assert.equal(ended.stdout, "");
  }
});

test("a_baseline_makes_what_was_there_not_count", async () => {
  const file = join(folder, "baseline.json");
  assert.equal((await lab.check(faulty, ["--write-baseline", file])).status, 1);
  const after = await lab.check(faulty, ["--baseline", file, "--format", "json"]);
  assert.equal(after.status, 0, after.stdout);
  const report = JSON.parse(after.stdout) as Report;
  assert.equal(report.summary["fail"], 0);
  assert.match(after.stdout, /"excepted":"baseline of/);
  const other = await lab.check(clean, ["--baseline", file]);
  assert.equal(other.status, 2);
  assert.match(other.stderr, /the baseline is of faulty\.test, not of clean\.test/);
});

test("init_writes_a_file_that_the_clean_site_keeps_to_and_never_overwrites", async () => {
  const file = join(folder, "launch.yaml");
  const made = await lab.check(clean, ["--init", "--out", file]);
  assert.equal(made.status, 0, made.stderr);
  assert.match(readFileSync(file, "utf8"), /^origin: https:\/\/www\.clean\.test$/m);
  const kept = await lab.check(clean, ["--config", file]);
  assert.equal(kept.status, 0, kept.stdout);
  const text = readFileSync(file, "utf8");
  const again = await lab.check(clean, ["--init", "--out", file]);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /is there already/);
  assert.equal(readFileSync(file, "utf8"), text);
});

test("files_are_written_and_progress_is_never_piped", async () => {
  const html = join(folder, "report.html"), plan = join(folder, "plan.md");
  const ended = await lab.check(faulty, ["--format", "html", "--out", html, "--fix-plan", plan]);
  assert.match(ended.stdout, /^faulty\.test: \d+ fail, .* written to /);
  assert.equal(ended.stderr, "");
  assert.ok(!ended.stdout.includes("\x1b"));
  assert.match(readFileSync(html, "utf8"), /^<!doctype html>/);
  assert.match(readFileSync(plan, "utf8"), /^# Fix plan for faulty\.test/);
  assert.ok(!existsSync(`${html}.tmp`));
});

test("the_retest_command_runs_as_it_is_printed", async () => {
  const report = await lab.report(faulty);
  const check = report.rows.flatMap((row) => row.checks).find((one) => one.id === "intent.origin");
  assert.ok(check);
  assert.equal(check.state, "fail");
  const words = check.fix.retest.replace(/^doorward/, `'${BINARY}'`);
  const again = await run("sh", ["-c", `${words} --format json`], { seconds: 60 });
  const second = JSON.parse(again.stdout) as Report;
  assert.deepEqual(second.rows.flatMap((row) => row.checks).map((one) => [one.id, one.state]), [["intent.origin", "fail"]]);
});
