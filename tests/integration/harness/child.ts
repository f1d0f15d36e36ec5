// SPDX-License-Identifier: Apache-2.0
// Child processes that are always ended, by the pid of the child itself.
import { type ChildProcess, spawn } from "node:child_process";
import { after } from "node:test";
import { Hopeless, until, within } from "./wait.ts";

const OUTPUT_MAX = 8 << 20;
const running = new Set<ChildProcess>();

process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Undone when the file's tests and its own hooks are through: what a failing test left open would keep the
 * process alive. The last comes first. */
const leftovers: (() => unknown)[] = [() => {
  for (const child of running) child.kill("SIGKILL");
}];

export function atEnd(undo: () => unknown): void {
  leftovers.push(undo);
}

// Registered after the hooks of the test file itself, so that it runs after them.
setImmediate(() => after(async () => {
  for (const undo of leftovers.reverse()) await undo();
}));

export interface ChildOptions {
  cwd?: string;
  env?: Record<string, string>;
}

export interface Ended {
  /** The exit code, or the name of the signal that ended it. */
  status: number | NodeJS.Signals;
  stdout: string;
  stderr: string;
}

/** A running program whose output is kept. */
export class Child {
  stdout = "";
  stderr = "";
  readonly ended: Promise<number | NodeJS.Signals>;
  private readonly child: ChildProcess;

  constructor(program: string, args: string[], options: ChildOptions = {}) {
    this.child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    running.add(this.child);
    this.child.stdin?.on("error", () => {}); // it may end before it reads
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout = (this.stdout + text).slice(-OUTPUT_MAX);
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr = (this.stderr + text).slice(-OUTPUT_MAX);
    });
    this.ended = new Promise((resolve, reject) => {
      this.child.on("error", reject);
      this.child.on("close", (code, signal) => {
        running.delete(this.child);
        resolve(code ?? signal ?? "SIGKILL");
      });
    });
    this.ended.catch(() => {});
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error("the program did not start");
    return this.child.pid;
  }

  get alive(): boolean {
    return running.has(this.child);
  }

  input(text: string): void {
    this.child.stdin?.end(text);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Waits for a match in the output of either stream. */
  async says(pattern: RegExp, seconds = 20): Promise<RegExpMatchArray> {
    return until(`the program says ${pattern}`, () => {
      const match = this.stdout.match(pattern) ?? this.stderr.match(pattern);
      if (!match && !this.alive) {
        throw new Hopeless(`waited for ${pattern}, but it has ended\n${this.stdout}\n${this.stderr}`);
      }
      return match;
    }, seconds);
  }

  /** Asks it to end, insists after `seconds`, and gives its status. */
  async stop(seconds = 15): Promise<number | NodeJS.Signals> {
    if (!this.alive) return this.ended;
    this.child.stdin?.end();
    this.child.kill("SIGTERM");
    try {
      return await within("ending", this.ended, seconds);
    } catch {
      this.child.kill("SIGKILL");
      await this.ended;
      throw new Error(`pid ${this.child.pid} did not end within ${seconds} s\n${this.stderr}`);
    }
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

/** Runs a program to its end. */
export async function run(
  program: string,
  args: string[],
  options: ChildOptions & { input?: string; seconds?: number } = {},
): Promise<Ended> {
  const child = new Child(program, args, options);
  child.input(options.input ?? "");
  try {
    const status = await within(`${program} ${args.join(" ")}`, child.ended, options.seconds ?? 60);
    return { status, stdout: child.stdout, stderr: child.stderr };
  } finally {
    if (child.alive) await child.kill();
  }
}
