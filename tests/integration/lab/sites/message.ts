// SPDX-License-Identifier: Apache-2.0
// A real message: sent through Postfix, signed by opendkim, kept, changed, and judged with --message.
import { generateKeyPairSync } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { atEnd, Child, run } from "../../harness/child.ts";
import { ROOT } from "../../harness/doorward.ts";
import { until } from "../../harness/wait.ts";
import type { Lab } from "../lab.ts";
import { freePort } from "../names.ts";
import type { Placed, Site } from "../site.ts";
import { listens } from "../web.ts";
import type { Zone } from "../zone.ts";

/** Puts the public half of a new key into the zone, the private one into the site's folder. */
function publishKey(zone: Zone, self: Placed): void {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(join(self.folder, "dkim.key"), pair.privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  const der = pair.publicKey.export({ type: "spki", format: "der" }).toString("base64");
  zone.setTxt("default._domainkey", `v=DKIM1; k=rsa; p=${der}`);
}

async function opendkim(self: Placed): Promise<string> {
  const port = await freePort(["127.0.0.1"]);
  const config = join(self.folder, "opendkim.conf");
  writeFileSync(config, `Domain ${self.domain}
Selector default
KeyFile ${join(self.folder, "dkim.key")}
Canonicalization relaxed/simple
OversignHeaders From
SenderHeaders Sender,From
Socket inet:${port}@127.0.0.1
Mode s
Background no
Syslog no
RequireSafeKeys no
PidFile ${join(self.folder, "opendkim.pid")}
`);
  const child = new Child("/usr/sbin/opendkim", ["-x", config, "-f"]);
  atEnd(() => child.stop(20));
  await until("opendkim listens", () => {
    if (!child.alive) throw new Error(child.stderr + child.stdout);
    return listens("127.0.0.1", port);
  }, 20);
  return `inet:127.0.0.1:${port}`;
}

const SEND = `import smtplib, sys
with smtplib.SMTP(sys.argv[1], int(sys.argv[2])) as server:
    server.sendmail(sys.argv[3], "anna@example.net", sys.stdin.buffer.read())
`;

interface Wanted {
  /** Header fields besides the usual ones. */
  more?: string;
  from?: string;
  /** Changes the message after it arrived. */
  change?: (text: string, self: Placed) => string;
}

/** Sends a message and keeps what arrived. */
function sent(wanted: Wanted = {}) {
  return async (lab: Lab, self: Placed): Promise<void> => {
    const milter = await opendkim(self);
    const server = new Child(join(ROOT, "tests/fixtures/smtp-server"), [join(self.folder, "smtp"), "--address", self.second, "--name",
      `app.${self.domain}`, "--port", String(lab.ports.smtp), "--milter", milter]);
    atEnd(() => server.stop(20));
    const line = await server.says(/^(\{.*\})$/m, 30);
    const { port, maildir } = JSON.parse(line[1] ?? "") as { port: number; maildir: string };
    const message = `From: Example Ltd <${wanted.from ?? `chat@${self.domain}`}>\r\nTo: Anna <anna@example.net>\r\n${wanted.more ?? ""}` +
      `Subject: Your question about   opening hours\r\nDate: ${new Date().toUTCString().replace("GMT", "+0000")}\r\n` +
      `Message-ID: <1@${self.domain}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDear Anna,\r\n\r\n` +
      "we are open from 9 to 17.\r\n.\r\n\r\nYours\r\n\r\n";
    const input = join(self.folder, "sent.eml");
    writeFileSync(input, message);
    const ended = await run("/bin/sh", ["-c", "exec python3 -c \"$1\" \"$2\" \"$3\" \"$4\" < \"$5\"", "sh", SEND, self.second, String(port),
      `bounce@${self.domain}`, input]);
    if (ended.status !== 0) throw new Error(ended.stderr);
    const file = await until("the message arrives", () => files(join(maildir, "new"))[0] ?? null, 30);
    const text = readFileSync(file, "utf8");
    writeFileSync(join(self.folder, "message.eml"), wanted.change?.(text, self) ?? text);
  };
}

function files(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function site(name: string, expect: Site["expect"], wanted: Wanted = {}): Site {
  return { name, expect, zone: publishKey, start: sent(wanted), args: (_, self) => ["--message", join(self.folder, "message.eml")] };
}

export const MESSAGE_SITES: Site[] = [
  site("message", {}),
  site("message-changed", { "email.message.dkim": "fail", "email.message.dmarc": "fail" }, {
    change: (text) => text.replace("we are open", "we are closed"),
  }),
  site("message-unsigned", { "email.message.dkim": "fail", "email.message.dmarc": "fail" }, {
    change: (text) => text.replace(/^DKIM-Signature:.*\n(?:[ \t].*\n)*/m, ""),
  }),
  site("message-malformed", { "email.message.malformed": "fail" }, { change: (text) => `MIME-Version: 1.0\n${text}` }),
  site("message-spf", { "email.message.spf": "fail" }, {
    change: (text, self) => `Received: from app.${self.domain} (app.${self.domain} [203.0.113.99])\n\tby mx.example.net; ` +
      `Mon, 30 Nov 2026 01:00:00 +0000\n${text}`,
  }),
  site("message-alignment", { "email.message.alignment": "fail", "email.message.dmarc": "fail" }, {
    from: "chat@clean.test", more: "Sender: chat@message-alignment.test\r\n",
  }),
  site("message-results", { "email.message.results": "warn" }, {
    change: (text, self) => `Authentication-Results: mx.example.net; dkim=fail header.d=${self.domain}; spf=pass smtp.mailfrom=${self.domain}\n${text}`,
  }),
];
