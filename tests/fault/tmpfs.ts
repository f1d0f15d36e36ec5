// SPDX-License-Identifier: Apache-2.0
// A small file system in memory that can be filled to the last block. Mounting wants root: without it, sudo must not ask.
// It is looked at before each filling: a mount that is missing must never let the test fill the machine's own disk.
import assert from "node:assert/strict";
import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, statfsSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { run } from "../integration/harness/child.ts";
import { temporaryFolder } from "../integration/harness/doorward.ts";

const BLOCK = Buffer.alloc(64 << 10, 0x5a);
const TMPFS_MAGIC = 0x01021994; // statfs(2)
const ADVICE = "Mounting wants root or a sudo that does not ask, and a machine that allows tmpfs (a container wants " +
  "CAP_SYS_ADMIN); without them leave this test out: tests/fault/run kill commands mail model";

async function asRoot(program: string, args: string[]): Promise<void> {
  const root = process.geteuid?.() === 0;
  const ended = await run(root ? program : "sudo", root ? args : ["-n", program, ...args]);
  assert.equal(ended.status, 0, `${program} ${args.join(" ")}: ${ended.stderr}`);
}

/** Fails unless a tmpfs of at most so many bytes is mounted on the folder itself. */
export function assertSmallDisk(folder: string, bytes: number): void {
  const { type, blocks, bsize } = statfsSync(folder);
  const wrong =
    statSync(folder).dev === statSync(join(folder, "..")).dev ? "nothing is mounted on it"
    : type !== TMPFS_MAGIC ? `its file system is 0x${type.toString(16)}, not a tmpfs`
    : blocks * bsize > bytes ? `its file system has ${blocks * bsize} bytes, not ${bytes}`
    : "";
  assert.equal(wrong, "", `${folder} is not the small disk of this test and is not filled: ${wrong}. ${ADVICE}`);
}

function writeUntilFull(file: number, bytesAtMost: number): void {
  try {
    for (let written = 0; written <= bytesAtMost; written += BLOCK.length) writeSync(file, BLOCK);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
    return;
  }
  assert.fail(`${bytesAtMost} bytes were written and the small disk is not full: it is not the one that was mounted`);
}

export class SmallDisk {
  private readonly bytes: number;

  private constructor(readonly folder: string, megabytes: number) {
    this.bytes = megabytes << 20;
    process.on("exit", () => this.free()); // also when a test was cut short
  }

  static async mount(megabytes: number): Promise<SmallDisk> {
    const folder = join(temporaryFolder(), "disk");
    mkdirSync(folder);
    const options = `size=${megabytes}m,mode=0755,uid=${process.getuid?.() ?? 0},gid=${process.getgid?.() ?? 0}`;
    await asRoot("mount", ["-t", "tmpfs", "-o", options, "doorward-test", folder]);
    assertSmallDisk(folder, megabytes << 20);
    return new SmallDisk(folder, megabytes);
  }

  private get ballast(): string {
    return join(this.folder, "ballast");
  }

  /** Fills the disk and leaves so many KB free. */
  fill(freeKb: number): void {
    assertSmallDisk(this.folder, this.bytes);
    const file = openSync(this.ballast, "a");
    try {
      writeUntilFull(file, this.bytes);
      ftruncateSync(file, Math.max(0, statSync(this.ballast).size - freeKb * 1024));
    } catch (error) {
      this.free();
      throw error;
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.ballast, { force: true });
  }

  async unmount(): Promise<void> {
    this.free();
    await asRoot("umount", [this.folder]);
  }
}
