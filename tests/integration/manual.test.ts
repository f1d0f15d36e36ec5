// SPDX-License-Identifier: Apache-2.0
// The manual says what the program does: every key, every command.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "./harness/child.ts";
import { BINARY, ROOT } from "./harness/doorward.ts";

const page = (name: string) => readFileSync(join(ROOT, "docs", name), "utf8");

test("the list of keys in configure.md is the program's own", async () => {
  const keys = (await run(BINARY, ["help", "config"])).stdout.trim();
  assert.ok(page("configure.md").includes(keys),
    "docs/configure.md does not end with what `doorward help config` prints");
});

test("checks.md is the program's own table", async () => {
  assert.equal(page("checks.md"), (await run(BINARY, ["check", "--list", "--format", "markdown"])).stdout,
    "run: doorward check --list --format markdown --out docs/checks.md");
});

test("secrets.md is the program's own table", async () => {
  assert.equal(page("secrets.md"), (await run(BINARY, ["scan", "--list", "--format", "markdown"])).stdout,
    "run: doorward scan --list --format markdown --out docs/secrets.md");
});

test("every command that the manual names exists", async () => {
  const help = (await run(BINARY, ["--help"])).stdout;
  const commands = [...help.matchAll(/^  ([a-z][a-z-]*(?: [a-z][a-z-]*)?)  /gm)].map((match) => match[1] ?? "");
  assert.ok(commands.includes("source add"), help);
  const missing: string[] = [];
  for (const name of [...readdirSync(join(ROOT, "docs")).filter((one) => one.endsWith(".md")), "../README.md"]) {
    for (const match of page(name).matchAll(/(?:^|`|\$ |&& |> )doorward ((?:[a-z][a-z-]* ?){1,2})/gm)) {
      const words = (match[1] ?? "").trim().split(" ");
      if (!commands.includes(words.join(" ")) && !commands.includes(words[0] ?? "")) {
        missing.push(`${name}: doorward ${words.join(" ")}`);
      }
    }
  }
  assert.deepEqual(missing, []);
});

test("every option that the manual gives a command is one of that command's", async () => {
  const wrong: string[] = [];
  for (const name of readdirSync(join(ROOT, "docs")).filter((one) => one.endsWith(".md"))) {
    for (const line of page(name).split("\n")) {
      for (const match of line.matchAll(/doorward ((?:[a-z][a-z-]* ){1,2})([^`|#]*)/g)) {
        const words = (match[1] ?? "").trim().split(" ");
        const options = [...(match[2] ?? "").matchAll(/ ?--([a-z-]+)/g)].map((one) => one[1] ?? "");
        if (!options.length) continue;
        const both = await run(BINARY, [...words, "--help"]);
        const help = both.status === 0 ? both : await run(BINARY, [words[0] ?? "", "--help"]);
        for (const option of options) {
          if (!help.stdout.includes(`--${option}`)) wrong.push(`${name}: doorward ${words.join(" ")} --${option}`);
        }
      }
    }
  }
  assert.deepEqual(wrong, []);
});
