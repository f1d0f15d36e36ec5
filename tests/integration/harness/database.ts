// SPDX-License-Identifier: Apache-2.0
// The database of an installation, looked at and changed from outside.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./child.ts";
import type { Doorward } from "./doorward.ts";

const path = (doorward: Doorward) => join(doorward.folder, "data", "doorward.db");

/** Runs SQL on it, as somebody who can write to the file. */
export async function sqlite(doorward: Doorward, sql: string): Promise<string> {
  const ended = await run("sqlite3", ["-cmd", ".timeout 10000", path(doorward), sql]);
  assert.equal(ended.status, 0, ended.stderr);
  return ended.stdout.trim();
}

/** Every byte of the database and what belongs to it. */
export function bytes(doorward: Doorward): Buffer {
  const files = ["", "-wal", "-journal"].map((end) => path(doorward) + end).filter((file) => existsSync(file));
  return Buffer.concat(files.map((file) => readFileSync(file)));
}
