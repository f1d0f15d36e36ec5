// SPDX-License-Identifier: Apache-2.0
// The program under test: its command line and a server of its own in a fresh folder.
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Child, type Ended, run } from "./child.ts";
import { type Answer, type Ask, ask, type EventStream, stream } from "./http.ts";

/** The repository; tests/run says where it is. */
export const ROOT = process.env["DOORWARD_ROOT"] ?? process.cwd();
export const BINARY = process.env["DOORWARD_BIN"] ?? join(ROOT, "build", "doorward");

/** Where the citations of addDocuments lead. */
export const DOCUMENTS = "https://www.example.com/help/";

/** Settings for tests that ask more than a visitor would. */
export const UNLIMITED: Record<string, string> = {
  LIMITS_SESSIONS_PER_HOUR: "1000000", LIMITS_MESSAGES_PER_MINUTE: "1000000", LIMITS_MESSAGES_PER_HOUR: "1000000",
  LIMITS_LEADS_PER_HOUR: "1000000", LIMITS_REQUESTS_PER_MINUTE: "1000000", LIMITS_SEARCHES_PER_MINUTE: "1000000",
  LIMITS_REFUSALS_PER_MINUTE: "1000000", LIMITS_LOGINS_PER_MINUTE: "1000000",
};

/** A folder that is removed when the process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "doorward-test-"));
  chmodSync(folder, 0o711); // servers that drop their rights must pass through it
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Options {
  /** Settings by their environment names without DOORWARD_: { MAIL_URL: "smtp://…" }. */
  settings?: Record<string, string>;
  /** Environment variables that settings refer to as env:NAME. */
  secrets?: Record<string, string>;
  /** Folder to use; a fresh one when missing. */
  folder?: string;
  /** Arguments for `serve` beside --listen. */
  args?: string[];
}

/** An installation in a folder, and its server while it runs. */
export class Doorward {
  /** What `init` printed: owner_key, project and so on. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  made: any;
  url = "";
  port = 0;
  server: Child | undefined;

  private constructor(readonly folder: string, private readonly options: Options) {}

  /** Makes an installation by `doorward init`. */
  static async init(options: Options = {}): Promise<Doorward> {
    const self = new Doorward(options.folder ?? join(temporaryFolder(), "site"), options);
    const made = await self.cli(["init", self.folder, "--format", "json"]);
    if (made.status !== 0) throw new Error(`init: ${made.status}\n${made.stderr}`);
    self.made = JSON.parse(made.stdout);
    return self;
  }

  /** init, then documents, then serve. `documents` maps file names to their text. */
  static async start(options: Options & { documents?: Record<string, string> } = {}): Promise<Doorward> {
    const self = await Doorward.init(options);
    if (options.documents) await self.addDocuments(options.documents);
    await self.serve();
    return self;
  }

  get project(): string {
    return this.made.project as string;
  }

  get ownerKey(): string {
    return this.made.owner_key as string;
  }

  get config(): string {
    return join(this.folder, "doorward.yaml");
  }

  /** Adds lines to the configuration; for what the environment cannot say. */
  configure(yaml: string): void {
    appendFileSync(this.config, yaml);
  }

  get environment(): Record<string, string> {
    const settings = Object.entries(this.options.settings ?? {});
    return {
      NO_COLOR: "1",
      ...this.options.secrets,
      ...Object.fromEntries(settings.map(([name, value]) => [`DOORWARD_${name}`, value])),
      ...(this.made ? { DOORWARD_CONFIG: this.config } : {}),
    };
  }

  /** Runs a command of the program on this installation. */
  cli(args: string[], extra: { input?: string; seconds?: number; env?: Record<string, string> } = {}): Promise<Ended> {
    return run(BINARY, args, { ...extra, env: { ...this.environment, ...extra.env } });
  }

  /** The same, must succeed, and gives the JSON it printed. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  async json(args: string[]): Promise<any> {
    const ended = await this.cli([...args, "--format", "json"]);
    if (ended.status !== 0) {
      throw new Error(`doorward ${args.join(" ")}: ${ended.status}\n${ended.stdout}\n${ended.stderr}`);
    }
    return JSON.parse(ended.stdout);
  }

  async addDocuments(documents: Record<string, string | Buffer>): Promise<void> {
    const folder = join(this.folder, "documents");
    for (const [name, text] of Object.entries(documents)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    await this.json(["source", "add", "--project", this.project, folder, "--base-url", DOCUMENTS]);
  }

  /** Starts the server and waits until it is ready. The port stays the same when it is started again. */
  async serve(): Promise<void> {
    const listen = `127.0.0.1:${this.port}`;
    const args = ["serve", "--config", this.config, "--listen", listen, ...(this.options.args ?? [])];
    this.server = new Child(BINARY, args, { env: this.environment });
    const line = await this.server.says(/(https?):\/\/127\.0\.0\.1:(\d+)/, 30);
    this.port = Number(line[2]);
    this.url = `${line[1]}://127.0.0.1:${this.port}`;
  }

  ask(path: string, options: Ask = {}): Promise<Answer> {
    return ask(this.url + path, options);
  }

  stream(path: string, options: Ask = {}): Promise<EventStream> {
    return stream(this.url + path, options);
  }

  /** A visitor's session as the widget opens it. */
  async session(options: Ask = {}): Promise<string> {
    const path = `/api/v1/projects/${this.project}/sessions`;
    const answer = await this.ask(path, { json: { terms_accepted: true }, origin: this.url, ...options });
    if (answer.status !== 201 && answer.status !== 200) {
      throw new Error(`session: ${answer.status} ${answer.text}`);
    }
    return answer.json.token as string;
  }

  /** Ends the server; any status but 0 and any sanitizer report is an error. */
  async stop(): Promise<void> {
    if (!this.server) return;
    const server = this.server;
    this.server = undefined;
    const status = await server.stop(60);
    if (status !== 0) throw new Error(`serve ended with ${status}\n${server.stderr.slice(-8000)}`);
  }
}
