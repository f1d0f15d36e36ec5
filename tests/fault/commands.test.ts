// SPDX-License-Identifier: Apache-2.0
// Commands that are killed at a random point leave an installation that works.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Child, run } from "../integration/harness/child.ts";
import { BINARY, Doorward, temporaryFolder } from "../integration/harness/doorward.ts";
import { between, CYCLES, pause, saySeed } from "./chance.ts";
import { checkCopy } from "./database.ts";

const ROUNDS = Math.min(100, Math.max(10, CYCLES / 10));
const PAGES = 150;

let doorward: Doorward;

before(async () => {
  saySeed();
  doorward = await Doorward.init();
});

after(async () => {
  await doorward.stop();
});

/** Documents of which every one has a word of its own. */
function pages(round: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: PAGES }, (_, i) => [
    `page${i}.md`, `# Page ${i}\n\nThe code word of page ${i} in round ${round} is zebra${round}x${i}.\n`,
  ]));
}

function write(files: Record<string, string>): void {
  const folder = join(doorward.folder, "documents");
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

async function killed(args: string[], latestMs: number): Promise<boolean> {
  const child = new Child(BINARY, args, { env: doorward.environment });
  await Promise.race([pause(between(0, latestMs)), child.ended]);
  const cut = child.alive;
  if (cut) await child.kill();
  return cut;
}

test("init that was killed can be run again", { timeout: 600_000 }, async () => {
  const home = temporaryFolder();
  for (let i = 0; i < ROUNDS; i++) {
    const folder = join(home, `site${i}`);
    const cut = await killed(["init", folder], 100);
    const again = await run(BINARY, ["init", folder]);
    if (cut) assert.ok(again.status === 0 || /exists|already/.test(again.stderr), again.stderr);
    const lists = await run(BINARY, ["lead", "list", "--config", join(folder, "doorward.yaml"), "--format", "json"]);
    assert.equal(lists.status, 0, lists.stderr);
  }
});

test("source add that was killed at any point leaves a whole database and can be run again", { timeout: 1200_000 }, async () => {
  const add = ["source", "add", "--project", doorward.project, join(doorward.folder, "documents")];
  let cuts = 0;
  for (let round = 0; round < ROUNDS; round++) {
    write(pages(round));
    cuts += (await killed(add, 400)) ? 1 : 0;
    await checkCopy(doorward, false);
  }
  console.log(`# ${cuts} of ${ROUNDS} were cut`);
  await doorward.addDocuments(pages(ROUNDS));
  const found = await doorward.json(["search", "--project", doorward.project, `zebra${ROUNDS}x7`]);
  assert.match(JSON.stringify(found), new RegExp(`zebra${ROUNDS}x7\\b`));
});

test("a server works on what killed commands left", async () => {
  await doorward.serve();
  assert.equal((await doorward.ask("/readyz")).status, 200);
  await doorward.stop();
  await checkCopy(doorward, false);
});
