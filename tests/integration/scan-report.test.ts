// SPDX-License-Identifier: Apache-2.0
// What `doorward scan` prints: every format against its schema, exit codes, what is known, wrong usage.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, test } from "node:test";
import { type Ended, run } from "./harness/child.ts";
import { BINARY, ROOT, temporaryFolder } from "./harness/doorward.ts";
import { json, junitFault, sarifFault, validator } from "./harness/schema.ts";
import { anthropicKey, githubToken, password, stripeKey, stripePublishable } from "./harness/secret.ts";

interface Place { kind: string; path: string; line: number; environment?: string; accepted?: string }
interface Finding { rule: string; severity: string; fingerprint: string; secret: string; state: string; state_reason?: string; places: Place[] }
interface Report { findings: Finding[]; shared: Finding[]; accepted: Finding[]; publishable: Finding[]; not_reported?: Finding[]; summary: Record<string, number> }

const FORMATS = ["text", "json", "sarif", "junit", "csv"];
const GIT = { GIT_CONFIG_NOSYSTEM: "1", GIT_AUTHOR_NAME: "=A\u202e", GIT_AUTHOR_EMAIL: "a@example.com", GIT_COMMITTER_NAME: "A", GIT_COMMITTER_EMAIL: "a@example.com" };
/** A name that a terminal, a browser, a spreadsheet, an XML reader or a shell could obey. */
const HOSTILE = "=a\u001b[31m\nb\u202e\t<i>&\"'`|;$(x),.env";

const github = githubToken(), stripe = stripeKey(), anthropic = anthropicKey(), secret = password();
const SECRETS = [github, stripe, anthropic, secret];
const folder = temporaryFolder();

function put(path: string, content: string | Buffer): void {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, content);
}

const scan = (words: string[], options: { cwd?: string; env?: Record<string, string>; input?: string } = {}): Promise<Ended> =>
  run(BINARY, ["scan", ...words], { cwd: folder, seconds: 120, ...options });

async function report(words: string[], options: { cwd?: string; env?: Record<string, string> } = {}): Promise<Report> {
  const ended = await scan([...words, "--format", "json"], options);
  assert.ok(ended.status === 0 || ended.status === 1 || ended.status === 3, ended.stderr);
  return JSON.parse(ended.stdout);
}

before(async () => {
  const git = async (...words: string[]): Promise<void> => {
    const ended = await run("git", words, { cwd: folder, env: { ...GIT, HOME: folder } });
    assert.equal(ended.status, 0, ended.stderr);
  };
  await git("init", "-q", "-b", "main");
  put(join("all", HOSTILE), `GITHUB_TOKEN=${github}\n`);
  put("all/old.env", `STRIPE_KEY=${stripe}\n`);
  await git("add", "-A");
  await git("commit", "-q", "-m", "x");
  put("all/old.env", "STRIPE_KEY=\n");
  await git("commit", "-q", "-a", "-m", "y");
  put("all/prod/app.env", `ANTHROPIC_API_KEY=${anthropic}\nDB_PASSWORD=${secret}\n`);
  put("all/staging/app.env", `ANTHROPIC_API_KEY=${anthropic}\n`);
  put("all/page.js", `var pay={pk:"${stripePublishable()}"};\n`);
  put("all/broken.zip", Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(400, "abc")]));
  put("clean/a.txt", "nothing here\n");
  put("broken/a.zip", Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(400, "abc")]));
  put("launch/launch.yaml", "version: 1\nsecrets:\n  environments:\n    prod: [prod/]\n    staging: [staging/]\n");
});

const ALL = ["all", "--git", "--config", "launch/launch.yaml"];

const reportFault = validator(json(join(ROOT, "docs/scan-report.schema.json")));

/** Rows of a CSV text, read by the letter of RFC 4180. */
function csv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [], field = "";
  for (let i = 0, quoted = false; i < text.length; i++) {
    if (quoted && text[i] === '"' && text[i + 1] === '"') field += text[++i];
    else if (text[i] === '"') quoted = !quoted;
    else if (!quoted && text[i] === ",") { row.push(field); field = ""; }
    else if (!quoted && text.startsWith("\r\n", i)) { rows.push([...row, field]); row = []; field = ""; i++; }
    else field += text[i];
  }
  assert.deepEqual([row, field], [[], ""], "the last row ends with CRLF");
  return rows;
}

function csvFault(text: string): string {
  const rows = csv(text);
  const header = rows[0] ?? [];
  if (header[0] !== "severity" || rows.length < 2) return "no rows";
  const wrong = rows.find((row) => row.length !== header.length || row.some((field) => /^[=+@\t\r]/.test(field)));
  return wrong ? JSON.stringify(wrong) : "";
}

const FAULTS: Record<string, (text: string) => string> = {
  json: (text) => reportFault(JSON.parse(text)),
  sarif: (text) => sarifFault(JSON.parse(text)),
  junit: junitFault,
  csv: csvFault,
};

for (const [format, fault] of Object.entries(FAULTS)) {
  test(`${format}_is_valid_against_its_schema`, async () => {
    for (const more of [[], ["--explain"], ["--show-secrets"]]) {
      const ended = await scan([...ALL, ...more, "--format", format]);
      assert.equal(ended.status, 1, ended.stderr);
      assert.equal(fault(ended.stdout), "");
    }
    if (format !== "csv") assert.equal(fault((await scan(["clean", "--format", format])).stdout), "");
  });
}

test("the_schemas_refuse_what_is_wrong", async () => {
  const good = JSON.parse((await scan([...ALL, "--format", "json"])).stdout);
  good.findings[0].places[0].kind = "disk";
  assert.notEqual(reportFault(good), "");
  const sarif = JSON.parse((await scan([...ALL, "--format", "sarif"])).stdout);
  sarif.runs[0].results[0].level = "bad";
  assert.notEqual(sarifFault(sarif), "");
  assert.notEqual(csvFault("severity,state\r\nhigh\r\n"), "");
});

for (const format of [...FORMATS, "plan"]) {
  test(`${format}_shows_no_secret_and_nothing_that_is_obeyed`, async () => {
    const plan = join(temporaryFolder(), "plan.md");
    const ended = await scan([...ALL, ...(format === "plan" ? ["--plan", plan] : ["--format", format]), "--explain"]);
    const text = format === "plan" ? readFileSync(plan, "utf8") : ended.stdout;
    assert.ok(text.includes("(masked)"));
    for (const one of SECRETS) {
      assert.ok(!text.includes(one) && !ended.stderr.includes(one));
      for (let i = 4; i + 8 <= one.length; i++) assert.ok(!text.includes(one.slice(i, i + 8)), "not even a part");
    }
    assert.doesNotMatch(text, /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/);
    const whole = await scan([...ALL, "--show-secrets", "--format", format === "plan" ? "text" : format]);
    assert.ok(whole.stdout.includes(github), "unless asked for");
  });
}

test("text_is_for_people", async () => {
  const { stdout } = await scan(ALL);
  for (const line of stdout.split("\n")) assert.ok([...line].length <= 80, line);
  for (const words of ["What to do first", "in history only", "not at HEAD any more", "environment prod", "One secret in several environments",
    "Publishable by design", "Could not be read", "broken.zip", "Fingerprint", "1 shared between environments"]) {
    assert.ok(stdout.includes(words), `${words}:\n${stdout}`);
  }
});

test("fingerprints_are_the_same_on_every_run_and_know_no_place", async () => {
  const first = await report(ALL);
  const prints = (one: Report): string[] => one.findings.map((finding) => finding.fingerprint);
  assert.deepEqual(prints(await report([...ALL, "--jobs", "1"])), prints(first));
  assert.equal(new Set(prints(first)).size, 4);
  const elsewhere = await scan(["-", "--format", "json"], { input: `\n\n  t = "${github}"\n` });
  const [finding] = (JSON.parse(elsewhere.stdout) as Report).findings;
  assert.ok(finding && prints(first).includes(finding.fingerprint));
  const sarif = JSON.parse((await scan([...ALL, "--format", "sarif"])).stdout);
  const given = sarif.runs[0].results.map((one: { partialFingerprints: Record<string, string> }) => one.partialFingerprints["doorwardScan/v1"]);
  for (const one of prints(first)) assert.ok(given.includes(one));
});

test("exit_codes_say_how_it_stands", async () => {
  assert.equal((await scan(["clean"])).status, 0);
  assert.equal((await scan(["all"])).status, 1, "something is open");
  assert.equal((await scan(["broken"])).status, 3, "nothing is, but something could not be read");
  assert.equal((await scan(["all/page.js"])).status, 0, "a publishable key is no leak");
  assert.equal((await scan(["nowhere"])).status, 2);
  put("medium/a.env", `DB_PASSWORD=${secret}\n`);
  const { findings } = await report(["medium"]);
  const worst = findings.map((one) => one.severity);
  assert.equal((await scan(["medium", "--fail-on", "low"])).status, 1);
  assert.equal((await scan(["medium", "--fail-on", "high"])).status, worst.includes("high") ? 1 : 0);
});

test("a_baseline_makes_what_was_there_not_count", async () => {
  const file = join(temporaryFolder(), "baseline.json");
  assert.equal((await scan([...ALL, "--write-baseline", file])).status, 1);
  const text = readFileSync(file, "utf8");
  for (const one of SECRETS) assert.ok(!text.includes(one));
  const after = await report([...ALL, "--baseline", file]);
  assert.deepEqual([after.findings.length, after.shared.length, after.summary["baseline"]], [0, 0, 5]);
  assert.equal((await scan(["all/prod", "--baseline", file])).status, 0);
  assert.equal((await scan(["all", "--baseline", file])).status, 3, "a broken archive stays what it is");
  put("new/a.env", `GITHUB_TOKEN=${githubToken()}\nSTRIPE=${stripe}\n`);
  const fresh = await report(["new", "--baseline", file]);
  assert.deepEqual(fresh.findings.map((one) => one.rule.split("-")[0]), ["github"], "only what is new counts");
  writeFileSync(file, text.replace(/"until": "[^"]*"/, '"until": "2026-01-31"'));
  const ended = await report([...ALL, "--baseline", file]);
  assert.equal(ended.findings.length, 4);
  assert.match(ended.findings[0]?.state_reason ?? "", /was accepted until 2026-01-31: known since/);
  writeFileSync(file, text.replace('"keyed": false', '"keyed": true'));
  const keyed = await scan([...ALL, "--baseline", file]);
  assert.equal(keyed.status, 2);
  assert.match(keyed.stderr, /made with a key/);
});

test("launch_yaml_accepts_until_a_day", async () => {
  const file = join(folder, "allow/launch.yaml");
  const allow = (entry: string): void => put("allow/launch.yaml", `version: 1\nsecrets:\n  allow:\n    - ${entry}\n`);
  put("allow/src/a.env", `STRIPE_KEY=${stripe}\n`);
  const { findings } = await report(["allow/src"]);
  const [finding] = findings as [Finding];
  const open = async (): Promise<number> => (await report(["allow/src", "--config", file])).findings.length;
  allow(`{ fingerprint: ${finding.fingerprint}, reason: "revoked, stays in history" }`);
  assert.equal(await open(), 0);
  allow(`{ rule: ${finding.rule}, path: src/, reason: a key of the test account }`);
  assert.equal(await open(), 0);
  allow(`{ rule: ${finding.rule}, path: tests/, reason: a key of the test account }`);
  assert.equal(await open(), 1);
  allow(`{ rule: "stripe-*", reason: until we move, until: 2026-01-31 }`);
  const past = await report(["allow/src", "--config", file]);
  assert.equal(past.findings.length, 1);
  assert.match(past.findings[0]?.state_reason ?? "", /was accepted until 2026-01-31: until we move/);
  allow(`{ rule: "stripe-*" }`);
  const wrong = await scan(["allow/src", "--config", file]);
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /launch\.yaml:3:3: entry 1 needs a reason/);
});

test("a_comment_beside_the_secret_accepts_it_with_its_reason", async () => {
  put("comment/a.py", `KEY = "${stripe}"  # doorward:allow a key of the documentation\n`);
  const { findings, accepted } = await report(["comment"]);
  assert.equal(findings.length, 0);
  assert.equal(accepted[0]?.state_reason, "a key of the documentation");
  const suppressed = async (words: string[]): Promise<string[]> => JSON.parse((await scan([...words, "--format", "sarif"])).stdout)
    .runs[0].results.map((one: { suppressions?: { kind: string }[] }) => one.suppressions?.[0]?.kind);
  assert.deepEqual(await suppressed(["comment"]), ["inSource"]);
  put("comment-list/launch.yaml", "version: 1\nsecrets: {allow: [{rule: 'stripe-*', reason: known}]}\n");
  assert.deepEqual(await suppressed(["all", "--git", "--no-tree", "--only", "stripe-*", "--config", "comment-list/launch.yaml"]), ["external"]);
  put("comment/b.py", `KEY = "${stripe}"\n`);
  assert.equal((await report(["comment"])).findings.length, 1, "elsewhere it is not accepted");
});

test("a_key_keys_the_fingerprints", async () => {
  put("keyed/launch.yaml", "version: 1\nsecrets:\n  key: env:SCAN_TEST_KEY\n");
  const words = ["all/prod", "--config", "keyed/launch.yaml"];
  const unset = await scan(words, { env: { SCAN_TEST_KEY: "" } });
  assert.equal(unset.status, 2);
  assert.match(unset.stderr, /SCAN_TEST_KEY of launch\.yaml: the environment variable is not set/);
  const prints = async (key: string): Promise<string[]> =>
    (await report(words, { env: { SCAN_TEST_KEY: key } })).findings.map((one) => one.fingerprint);
  const one = await prints("one");
  assert.deepEqual(await prints("one"), one);
  assert.equal(new Set([...one, ...await prints("two"), ...(await report(["all/prod"])).findings.map((finding) => finding.fingerprint)]).size, 6);
});

test("launch_yaml_names_what_is_scanned", async () => {
  const place = temporaryFolder();
  writeFileSync(join(place, "a.env"), `STRIPE_KEY=${stripe}\n`);
  writeFileSync(join(place, "b.env"), `STRIPE_KEY=${stripe}\n`);
  writeFileSync(join(place, "launch.yaml"), "version: 1\nsecrets:\n  paths: [.]\n  exclude: [b.*]\n");
  const beside = await report([], { cwd: place });
  assert.deepEqual(beside.findings.flatMap((one) => one.places.map((where) => where.path.replace(/^\.\//, ""))), ["a.env"]);
  const elsewhere = await report(["--config", join(place, "launch.yaml")]);
  assert.equal(elsewhere.findings[0]?.places[0]?.path.endsWith("a.env"), true, "paths are beside the file");
  const excluded = await report([".", "--exclude", "a.env"], { cwd: place });
  assert.equal(excluded.findings.length, 0);
});

test("a_hook_may_pass_a_thousand_files", async () => {
  const place = temporaryFolder();
  const names = Array.from({ length: 1000 }, (_, i) => `file-${i}.txt`);
  for (const name of names) writeFileSync(join(place, name), "nothing\n");
  writeFileSync(join(place, "file-777.txt"), `key ${stripe}\n`);
  const found = await report(names, { cwd: place });
  assert.deepEqual(found.findings[0]?.places.map((one) => one.path), ["file-777.txt"]);
  assert.equal(found.summary["files"], 1000);
});

test("what_is_written_is_whole_or_not_there", async () => {
  const place = temporaryFolder();
  const out = join(place, "report.json");
  const ended = await scan(["all/prod", "--format", "json", "--out", out]);
  assert.match(ended.stdout, /^2 open, .*; written to /);
  assert.equal(reportFault(json(out)), "");
  assert.deepEqual(readdirSync(place), ["report.json"]);
  chmodSync(place, 0o500);
  const refused = process.getuid?.() === 0 ? undefined : await scan(["all/prod", "--out", join(place, "other.json")]);
  chmodSync(place, 0o700);
  assert.equal(refused?.status ?? 3, 3);
  assert.ok(!existsSync(join(place, "other.json")));
  for (const words of ["scan all/prod --out /dev/full", "scan all/prod --format json > /dev/full", "scan --list > /dev/full"]) {
    const full = await run("sh", ["-c", `"${BINARY}" ${words}`], { cwd: folder, seconds: 60 });
    assert.equal(full.status, 3, `${words}: ${full.stderr}`);
  }
});

test("the_list_has_every_rule", async () => {
  const rules = JSON.parse((await scan(["--list", "--format", "json"])).stdout) as { id: string; severity: string; rotate: string }[];
  assert.ok(rules.length > 10 && new Set(rules.map((rule) => rule.id)).size === rules.length);
  const text = (await scan(["--list"])).stdout;
  for (const rule of rules) assert.ok(text.includes(`  ${rule.id} `) && rule.rotate.length > 10, rule.id);
  assert.match((await scan(["--list", "--format", "sarif"])).stderr, /text, json or markdown/);
});

test("wrong_usage_is_told_in_words", async () => {
  const empty = temporaryFolder();
  const rows: [string[], RegExp][] = [
    [[], /what is to be scanned\? `doorward scan \.`/],
    [["."], /^$/],
    [["--no-tree", "."], /add --git/],
    [["--staged", "--git"], /leave out --git/],
    [["--staged"], /no git repository/],
    [["--git"], /no git repository/],
    [["nowhere"], /nowhere: there is no such file or folder/],
    [[".", "--format", "html"], /--format is text, json, sarif, junit or csv/],
    [[".", "--fail-on", "all"], /--fail-on is high, medium or low/],
    [[".", "--jobs", "0"], /from 1 to 64/],
    [[".", "--only", "no-such-rule"], /names no rule/],
    [[".", "--only", "github-tokn"], /did you mean `github-token`/],
    [[".", "--exclude", ""], /--exclude is a pattern/],
    [[".", "--verify"], /asks the origin that launch.yaml names/],
    [[".", "--config", "/nonexistent.yaml"], /nonexistent\.yaml/],
    [[".", "--baseline", "/nonexistent.json"], /nonexistent\.json/],
    [[".", "--ca-file", "/nonexistent.pem"], /cannot be read/],
    [["--url", "example"], /example/],
    [[".", "--gti"], /did you mean --git/],
  ];
  for (const [args, words] of rows) {
    const ended = await scan(args, { cwd: empty });
    assert.equal(ended.status, words.source === "^$" ? 0 : 2, `${args.join(" ")}: ${ended.stdout}${ended.stderr}`);
    assert.match(ended.stderr, words);
  }
});

test("colour_is_for_terminals_only", async () => {
  const script = async (env: Record<string, string>): Promise<string> =>
    (await run("script", ["-qec", `"${BINARY}" scan all/prod`, "/dev/null"], { cwd: folder, env: { TERM: "xterm", NO_COLOR: "", ...env }, seconds: 60 })).stdout;
  assert.match(await script({}), /\x1b\[31m/);
  assert.doesNotMatch(await script({ NO_COLOR: "1" }), /\x1b\[31m/);
  assert.doesNotMatch((await scan(["all/prod"])).stdout + (await scan(["all/prod"])).stderr, /\x1b/);
});
