// SPDX-License-Identifier: Apache-2.0
// A real SMTP server (tests/fixtures/smtp-server) and what arrived at it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Child } from "./child.ts";
import { ROOT, temporaryFolder } from "./doorward.ts";
import { until } from "./wait.ts";

export interface Mail {
  raw: string;
  /** Names in lower case, unfolded, encoded words decoded; the first of each name. */
  headers: Record<string, string>;
  /** Decoded parts by content type; a plain message has one. */
  parts: Record<string, string>;
}

export class SmtpServer {
  private constructor(
    private readonly child: Child,
    readonly folder: string,
    readonly port: number,
    readonly maildir: string,
    readonly certificate: string | null,
  ) {}

  static async start(
    options: { tls?: boolean; auth?: string; refuse?: number; folder?: string; port?: number } = {},
  ): Promise<SmtpServer> {
    const folder = options.folder ?? join(temporaryFolder(), "smtp");
    const args = [folder];
    if (options.port) args.push("--port", String(options.port));
    if (options.tls) args.push("--tls");
    if (options.auth) args.push("--auth", options.auth);
    if (options.refuse) args.push("--refuse", String(options.refuse));
    const child = new Child(join(ROOT, "tests/fixtures/smtp-server"), args);
    const line = await child.says(/^(\{.*\})$/m, 30);
    const made = JSON.parse(line[1] ?? "");
    return new SmtpServer(child, folder, made.port, made.maildir, made.certificate);
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  mails(): Mail[] {
    const fresh = join(this.maildir, "new");
    if (!existsSync(fresh)) return [];
    return readdirSync(fresh).sort().map((name) => parseMail(readFileSync(join(fresh, name), "utf8")));
  }

  /** Waits until `count` mails that match have arrived. */
  async arrived(count = 1, match: (mail: Mail) => boolean = () => true, seconds = 30): Promise<Mail[]> {
    return until(`${count} mails arrive`, () => {
      const found = this.mails().filter(match);
      return found.length >= count ? found : null;
    }, seconds);
  }

  async stop(): Promise<void> {
    await this.child.stop(20);
  }
}

/** Parses a message as far as tests look at it. */
export function parseMail(raw: string): Mail {
  const text = raw.replace(/\r\n/g, "\n");
  const { headers, body } = split(text);
  const parts: Record<string, string> = {};
  collect(headers, body, parts);
  return { raw: text, headers, parts };
}

function split(text: string): { headers: Record<string, string>; body: string } {
  const end = text.indexOf("\n\n");
  const head = (end < 0 ? text : text.slice(0, end)).replace(/\n[ \t]+/g, " ");
  const headers: Record<string, string> = {};
  for (const line of head.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] ??= words(line.slice(colon + 1).trim());
  }
  return { headers, body: end < 0 ? "" : text.slice(end + 2) };
}

function collect(headers: Record<string, string>, body: string, parts: Record<string, string>): void {
  const type = headers["content-type"] ?? "text/plain";
  const boundary = type.match(/boundary="?([^";]+)"?/)?.[1];
  if (boundary) {
    const pieces = body.split(new RegExp(`^--${boundary.replace(/[^\w]/g, "\\$&")}(?:--)?[ \\t]*$`, "m"));
    for (const piece of pieces.slice(1, -1)) {
      const inner = split(piece.replace(/^\n/, ""));
      collect(inner.headers, inner.body, parts);
    }
    return;
  }
  parts[type.split(";")[0]?.trim().toLowerCase() ?? ""] ??= decode(headers, body);
}

function decode(headers: Record<string, string>, body: string): string {
  const how = headers["content-transfer-encoding"]?.toLowerCase();
  if (how === "base64") return Buffer.from(body, "base64").toString("utf8");
  if (how === "quoted-printable") return quotedPrintable(body.replace(/=\n/g, ""));
  return body;
}

function quotedPrintable(text: string): string {
  const bytes = text.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** Decodes encoded words (RFC 2047). */
function words(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, inner: string) =>
      kind.toLowerCase() === "b"
        ? Buffer.from(inner, "base64").toString("utf8")
        : quotedPrintable(inner.replace(/_/g, " ")));
}
