// SPDX-License-Identifier: Apache-2.0
// The database file seen from outside, by SQLite's own program.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Doorward } from "../integration/harness/doorward.ts";
import { run } from "../integration/harness/child.ts";

export function databasePath(doorward: Doorward): string {
  return join(doorward.folder, "data", "doorward.db");
}

async function sqlite(path: string, sql: string): Promise<string> {
  const ended = await run("sqlite3", [path, sql], { seconds: 120 });
  assert.equal(ended.status, 0, ended.stderr);
  return ended.stdout.trim();
}

/** Copies the files as a crash left them and lets SQLite recover and check the copy. Nobody may write meanwhile.
 * `mailed`: mail is configured, so that every lead has an outbox entry. */
export async function checkCopy(doorward: Doorward, mailed: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "doorward-copy-"));
  try {
    const copy = join(folder, "copy.db");
    for (const end of ["", "-wal"]) {
      const from = databasePath(doorward) + end;
      if (existsSync(from)) copyFileSync(from, copy + end);
    }
    assert.equal(await sqlite(copy, "PRAGMA integrity_check"), "ok");
    assert.equal(await sqlite(copy, "PRAGMA foreign_key_check"), "");
    assert.equal(
      await sqlite(copy, "INSERT INTO passage_index(passage_index) VALUES ('integrity-check'); SELECT 'ok'"), "ok");
    if (mailed) { // one mailbox: one entry for each lead
      assert.equal(await sqlite(copy, "SELECT (SELECT count(*) FROM lead) - (SELECT count(*) FROM outbox WHERE event = "
        + "'lead.created')"), "0", "leads and their outbox entries");
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
