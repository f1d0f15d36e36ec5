// SPDX-License-Identifier: Apache-2.0
// A small file system in memory that can be filled to the last block. Mounting wants root: without it, sudo must not ask.
import assert from "node:assert/strict";
import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { run } from "../integration/harness/child.ts";
import { temporaryFolder } from "../integration/harness/doorward.ts";

const BLOCK = Buffer.alloc(64 << 10, 0x5a);

async function asRoot(program: string, args: string[]): Promise<void> {
  const root = process.geteuid?.() === 0;
  const ended = await run(root ? program : "sudo", root ? args : ["-n", program, ...args]);
  assert.equal(ended.status, 0, `${program} ${args.join(" ")}: ${ended.stderr}`);
}

export class SmallDisk {
  private constructor(readonly folder: string) {}

  static async mount(megabytes: number): Promise<SmallDisk> {
    const folder = join(temporaryFolder(), "disk");
    mkdirSync(folder);
    const options = `size=${megabytes}m,mode=0755,uid=${process.getuid?.() ?? 0},gid=${process.getgid?.() ?? 0}`;
    await asRoot("mount", ["-t", "tmpfs", "-o", options, "doorward-test", folder]);
    return new SmallDisk(folder);
  }

  private get ballast(): string {
    return join(this.folder, "ballast");
  }

  /** Fills the disk and leaves so many KB free. */
  fill(freeKb: number): void {
    const file = openSync(this.ballast, "a");
    try {
      for (;;) writeSync(file, BLOCK);
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
    }
    ftruncateSync(file, Math.max(0, statSync(this.ballast).size - freeKb * 1024));
    closeSync(file);
  }

  free(): void {
    rmSync(this.ballast, { force: true });
  }

  async unmount(): Promise<void> {
    await asRoot("umount", [this.folder]);
  }
}
