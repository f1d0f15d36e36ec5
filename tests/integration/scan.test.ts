// SPDX-License-Identifier: Apache-2.0
// `doorward scan` as a stranger uses it: trees, real git, what is staged, what is hostile.
import assert from "node:assert/strict";
import { chmodSync, closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { run } from "./harness/child.ts";
import { BINARY, temporaryFolder } from "./harness/doorward.ts";
import { anthropicKey, awsKeyId, githubToken, letters, password, stripeKey, stripePublishable } from "./harness/secret.ts";
import { Site } from "./harness/site.ts";

interface Place { kind: string; path: string; line: number; column: number; commit?: string; first_commit?: string; last_commit?: string; at_head?: boolean }
interface Finding { rule: string; service: string; severity: string; fingerprint: string; secret: string; places: Place[]; why: string; rotate: string }
interface Report { version: number; findings: Finding[]; summary: Record<string, number>; problems?: { path: string; what: string }[] }

const GIT = {
  GIT_CONFIG_NOSYSTEM: "1", GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@example.com", GIT_COMMITTER_NAME: "A", GIT_COMMITTER_EMAIL: "a@example.com",
};

async function scan(words: string[], options: { cwd?: string; status?: number; input?: string } = {}): Promise<Report> {
  const done = await run(BINARY, ["scan", "--format", "json", ...words], { cwd: options.cwd, input: options.input, seconds: 120 });
  assert.equal(done.status, options.status ?? 1, done.stderr + done.stdout.slice(0, 2000));
  return JSON.parse(done.stdout);
}

async function git(cwd: string, ...words: string[]): Promise<string> {
  const done = await run("git", words, { cwd, env: { ...GIT, HOME: cwd } });
  assert.equal(done.status, 0, `git ${words.join(" ")}: ${done.stderr}`);
  return done.stdout.trim();
}

async function repository(): Promise<string> {
  const folder = temporaryFolder();
  await git(folder, "init", "-q", "-b", "main");
  return folder;
}

function put(folder: string, path: string, content: string | Buffer): string {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, content);
  return whole;
}

async function commit(folder: string, message: string): Promise<string> {
  await git(folder, "add", "-A");
  await git(folder, "commit", "-q", "-m", message);
  return git(folder, "rev-parse", "HEAD");
}

test("the first thing that a stranger tries finds a key and says what to do", async () => {
  const folder = temporaryFolder();
  const key = githubToken();
  put(folder, "src/config.js", `// settings\nexport const token = "${key}";\n`);
  const report = await scan(["."], { cwd: folder });
  assert.equal(report.version, 1);
  assert.equal(report.findings.length, 1);
  const [finding] = report.findings as [Finding];
  assert.equal(finding.service, "GitHub");
  assert.equal(finding.severity, "high");
  assert.ok(!JSON.stringify(report).includes(key), "the whole secret is not in the report");
  assert.ok(finding.secret.startsWith("ghp_") && finding.rotate.length > 20 && finding.why.length > 5);
  assert.deepEqual(finding.places.map((place) => [place.kind, place.path.replace(/^\.\//, ""), place.line]), [["file", "src/config.js", 2]]);
  const text = await run(BINARY, ["scan", "."], { cwd: folder });
  assert.equal(text.status, 1);
  assert.match(text.stdout, /GitHub/);
  assert.ok(!text.stdout.includes(key) && text.stdout.split("\n").every((line) => [...line].length <= 80), text.stdout);
});

test("a clean folder is exit code 0, a path that is not there is 2 and says so", async () => {
  const folder = temporaryFolder();
  put(folder, "a.txt", "nothing here\n");
  assert.equal((await scan(["."], { cwd: folder, status: 0 })).findings.length, 0);
  const done = await run(BINARY, ["scan", "no-such-folder"], { cwd: folder });
  assert.equal(done.status, 2);
  assert.match(done.stderr, /no-such-folder/);
});

test("the same secret in tree, history and bundle is one finding with its places", async () => {
  const folder = await repository();
  const key = stripeKey();
  put(folder, "server/pay.js", `const stripe = require("stripe")("${key}");\n`);
  const first = await commit(folder, "pay");
  put(folder, "server/pay.js", `const stripe = require("stripe")(process.env.STRIPE_KEY);\n`);
  await commit(folder, "pay by environment");
  put(folder, ".env", `STRIPE_KEY=${key}\n`); // not committed
  const site = await Site.start((request, response) => {
    const script = request.path === "/app.js";
    response.writeHead(200, { "Content-Type": script ? "text/javascript" : "text/html" });
    response.end(script ? `var a={pay:"${key}",pk:"${stripePublishable()}"};` : `<!doctype html><title>x</title><script src="/app.js"></script>`);
  });
  try {
    const report = await scan([".", "--git", "--url", `http://127.0.0.1:${site.port}/`, "--allow-private"], { cwd: folder });
    assert.equal(report.findings.length, 1, JSON.stringify(report.findings));
    const places = report.findings[0]?.places ?? [];
    assert.deepEqual([...new Set(places.map((place) => place.kind))].sort(), ["file", "git", "url"]);
    const inHistory = places.find((place) => place.kind === "git");
    assert.equal(inHistory?.commit ?? inHistory?.first_commit, first);
    assert.equal(inHistory?.at_head, false);
  } finally {
    await site.stop();
  }
});

test("what is staged is stopped by a real hook before it is committed", async () => {
  const folder = await repository();
  put(folder, "README.md", "# x\n");
  await commit(folder, "start");
  const hook = put(folder, ".git/hooks/pre-commit", `#!/bin/sh\nexec "${BINARY}" scan --staged\n`);
  chmodSync(hook, 0o755);
  put(folder, "app.py", `KEY = "${anthropicKey()}"\n`);
  await git(folder, "add", "-A");
  const refused = await run("git", ["commit", "-m", "x"], { cwd: folder, env: { ...GIT, HOME: folder } });
  assert.notEqual(refused.status, 0);
  assert.match(refused.stdout + refused.stderr, /Anthropic/);
  put(folder, "app.py", `import os\nKEY = os.environ["KEY"]\n`);
  await git(folder, "add", "-A");
  await git(folder, "commit", "-q", "-m", "x");
  assert.equal(await git(folder, "rev-list", "--count", "HEAD"), "2");
});

test("what is staged is told as that, and not as history to be purged", async () => {
  const folder = await repository();
  put(folder, "app.py", `KEY = "${anthropicKey()}"\n`);
  await git(folder, "add", "-A");
  const done = await run(BINARY, ["scan", "--staged", "--plan", "plan.md"], { cwd: folder });
  assert.equal(done.status, 1);
  assert.match(done.stdout, /about to be committed/);
  assert.match(done.stdout, /1 staged file/);
  const plan = readFileSync(join(folder, "plan.md"), "utf8");
  assert.match(plan, /Take it out before you commit/);
  assert.doesNotMatch(done.stdout, /history/);
  assert.doesNotMatch(plan, /Purge|filter-repo|in history since/);
});

test("a staged key is found also when the file on the disk no longer has it", async () => {
  const folder = await repository();
  put(folder, "a.env", `AWS_ACCESS_KEY_ID=${awsKeyId()}\n`);
  await git(folder, "add", "-A");
  put(folder, "a.env", "AWS_ACCESS_KEY_ID=\n");
  assert.equal((await scan(["--staged"], { cwd: folder })).findings.length, 1);
});

test("encoded, compressed and joined keys are found", async () => {
  const key = githubToken();
  const cases: Record<string, string | Buffer> = {
    "base64.yaml": `data:\n  token: ${Buffer.from(`token=${key}\n`).toString("base64")}\n`,
    "hex.txt": `blob ${Buffer.from(`x ${key} y`).toString("hex")}\n`,
    "percent.log": `GET /?u=${[...key].map((c) => "%" + c.charCodeAt(0).toString(16)).join("")}\n`,
    "unicode.json": `{"t":"${[...key].map((c) => "\\u00" + c.charCodeAt(0).toString(16)).join("")}"}\n`,
    "joined.js": `var t = "${key.slice(0, 12)}" + "${key.slice(12)}";\n`,
    "utf16.ps1": Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`$t = "${key}"\r\n`, "utf16le")]),
    "log.gz": gzipSync(`start ${key} end\n`),
    "gzip-in-base64.txt": `payload=${gzipSync(`x ${key}\n`).toString("base64")}\n`,
  };
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(cases)) put(folder, name, content);
  const report = await scan(["."], { cwd: folder });
  assert.equal(report.findings.length, 1, "one secret, one finding");
  const found = new Set(report.findings[0]?.places.map((place) => place.path.replace(/^\.\//, "").split("!")[0]));
  assert.deepEqual([...found].sort(), Object.keys(cases).sort());
});

test("archives in archives are opened, and nothing is written", async () => {
  const folder = temporaryFolder();
  const key = stripeKey();
  put(folder, "in/etc/app.env", `PAY=${key}\n`);
  const done = await run("tar", ["-cf", "layer.tar", "-C", "in", "etc"], { cwd: folder });
  assert.equal(done.status, 0);
  await run("tar", ["-czf", "image.tar.gz", "layer.tar"], { cwd: folder });
  await run("rm", ["-rf", "in", "layer.tar"], { cwd: folder });
  const report = await scan(["."], { cwd: folder });
  assert.deepEqual(report.findings[0]?.places.map((place) => [place.kind, place.path.replace(/^\.\//, "")]),
    [["archive", "image.tar.gz!layer.tar!etc/app.env"]]);
  const left = await run("find", [".", "-type", "f"], { cwd: folder });
  assert.equal(left.stdout.trim(), "./image.tar.gz");
});

test("standard input is a log of any size", async () => {
  const key = anthropicKey();
  const noise = "2026-11-30T10:00:00Z INFO request served in 12 ms\n".repeat(200_000);
  const report = await scan(["-"], { input: noise + `2026-11-30T10:00:01Z DEBUG key ${key}\n` + noise });
  assert.deepEqual(report.findings[0]?.places.map((place) => [place.kind, place.line]), [["log", 200_001]]);
});

test("hostile files end soon, are said, and the rest is found", async () => {
  const folder = temporaryFolder();
  put(folder, "good/a.env", `PAY=${stripeKey()}\n`);
  put(folder, "bomb.gz", gzipSync(Buffer.alloc(300 << 20)));
  put(folder, "broken.zip", Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.from(letters("abc", 400))]));
  put(folder, "words.txt", "password=".repeat(300_000));
  put(folder, "equal.txt", "a".repeat(5 << 20));
  put(folder, "invalid.txt", Buffer.concat([Buffer.from([0xff, 0xc0, 0x80]), Buffer.from(`pass ${letters("xyz", 10)}\n`)]));
  symlinkSync("..", join(folder, "loop"));
  symlinkSync("/etc/passwd", join(folder, "outside"));
  await run("mkfifo", [join(folder, "pipe")]);
  const sparse = openSync(join(folder, "sparse.bin"), "w");
  ftruncateSync(sparse, 4 * 2 ** 30);
  writeSync(sparse, "x", 2 ** 31);
  closeSync(sparse);
  const begun = Date.now();
  const done = await run(BINARY, ["scan", "--format", "json", "."], { cwd: folder, seconds: 120 });
  assert.equal(done.status, 1, done.stderr);
  const report: Report = JSON.parse(done.stdout);
  assert.deepEqual(report.findings.map((finding) => finding.places[0]?.path.replace(/^\.\//, "")), ["good/a.env"]);
  assert.ok((report.problems ?? []).some((problem) => problem.path.includes("broken.zip")), JSON.stringify(report.problems));
  assert.ok(Date.now() - begun < 110_000);
});

test("what cannot be read alone is exit code 3", async () => {
  const folder = temporaryFolder();
  put(folder, "broken.zip", Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.from(letters("abc", 400))]));
  const report = await scan(["."], { cwd: folder, status: 3 });
  assert.equal(report.problems?.length, 1);
});

test("a damaged pack is said and the working tree is still read", async () => {
  const folder = await repository();
  put(folder, "a.txt", letters("abcdef ", 4000));
  await commit(folder, "one");
  await git(folder, "gc", "-q");
  const packs = (await git(folder, "ls-files", "--others", "--ignored", "--exclude-standard")).split("\n");
  assert.ok(packs);
  const names = (await run("sh", ["-c", "ls .git/objects/pack/*.pack"], { cwd: folder })).stdout.trim().split("\n");
  const pack = join(folder, names[0] as string);
  chmodSync(pack, 0o644);
  const bytes = readFileSync(pack);
  bytes.fill(0xee, 20, bytes.length - 30);
  writeFileSync(pack, bytes);
  put(folder, "b.env", `PAY=${stripeKey()}\n`);
  const report = await scan([".", "--git"], { cwd: folder });
  assert.equal(report.findings.length, 1);
  assert.ok((report.problems ?? []).length > 0);
});

test("a password of a person is found where it is set, and not where it is asked for", async () => {
  const folder = temporaryFolder();
  put(folder, "config/database.yml", "production:\n  username: app\n  password: Falcon-Harbor82\n");
  put(folder, "login.html", '<label for="password">Password</label><input id="password" type="password" name="password">\n');
  put(folder, "auth.py", 'password = request.form["password"]\nif password == user.password:\n    token = make_token()\n');
  put(folder, ".env.example", `DB_PASSWORD=your-password-here\nAPI_KEY=xxxxxxxxxxxxxxxxxxxx\n`);
  const report = await scan(["."], { cwd: folder });
  assert.deepEqual(report.findings.map((finding) => finding.places.map((place) => place.path.replace(/^\.\//, ""))), [["config/database.yml"]]);
});

test("one password in two environments is a finding of its own kind", async () => {
  const folder = temporaryFolder();
  const shared = password();
  put(folder, "dev.env", `DB_PASSWORD=${shared}\n`);
  put(folder, "prod.env", `DB_PASSWORD=${shared}\n`);
  put(folder, "launch.yaml", "version: 1\nsecrets:\n  environments:\n    dev: [dev.env]\n    prod: [prod.env]\n");
  const report = await scan([".", "--config", "launch.yaml"], { cwd: folder });
  assert.equal(report.findings.length, 1);
  assert.match(JSON.stringify(report.findings[0]), /environment/);
});
