// SPDX-License-Identifier: Apache-2.0
// Faults of DKIM keys, mail servers, their policies, and of a message.
import { join } from "node:path";
import { atEnd, Child } from "../../harness/child.ts";
import { ROOT } from "../../harness/doorward.ts";
import type { Certificate } from "../certificates.ts";
import type { Lab } from "../lab.ts";
import { checksOf, type Placed, type Site } from "../site.ts";
import type { Zone } from "../zone.ts";

const KEY = "default._domainkey";
const SHORT = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDV4qyl3NmSBzNg1u4Vbl7OC7xdcRD9Pj92H7Jimp1MB1ZT8VqBsKCETorkzt7UHQl5LqRCE4LHXjBxOoOx1ZdHulU7PAUb/pcOgsvgfcfcKXg1xGP5M8HDk98e1Ooo6nOvz09QqyJCPhDMUWgGtJ/yKUA96ySRz+abLWHCNyLI+QIDAQAB";
const SHORTEST = "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhAOQeW8hI4yXkeoV4+J8pUdxl0IKdXmalUsPbdQNihfb3EXIuGaggZ1d9Da/rD1DfcrthysVlQm6MOjwPf/LKGPZs8STCeq0ZAfXqtKU8CxV6ClIL/GRNvGIYepYEtixvFwIDAQAB";

/** The text of the clean site's key, changed. */
function changeKey(change: (text: string) => string): (zone: Zone) => void {
  return (zone) => {
    const data = zone.records.find((r) => r.name.startsWith(`${KEY}.`))?.data ?? "";
    zone.setTxt(KEY, change(data.slice(1, -1).replace(/" "/g, "")));
  };
}

/** Mail goes to the site's own address, whose name is NAME.test, or to its second one, which has no name; MTA-STS is off. */
function ownServer(more: (zone: Zone, self: Placed) => void = () => {}, second = false): (zone: Zone, self: Placed) => void {
  return (zone, self) => {
    zone.set("", "MX", `10 ${host(self, second)}.`).remove("_mta-sts");
    if (second) zone.add("mail", "A", self.second);
    more(zone, self);
  };
}

function host(self: Placed, second = false): string {
  return second ? `mail.${self.domain}` : self.domain;
}

/** A Postfix of the site's own on port 25. */
function postfix(options: { tls?: Partial<Certificate>; second?: boolean; args?: string[] } = {}) {
  return async (lab: Lab, self: Placed): Promise<Child> => {
    const name = host(self, options.second);
    const args = [join(self.folder, "smtp"), "--address", options.second ? self.second : self.address, "--name", name,
      "--port", String(lab.ports.smtp), ...(options.args ?? [])];
    if (options.tls) {
      const issued = await lab.authority.leaf(name, { names: [name], ...options.tls });
      args.push("--certificate", issued.chain, "--key", issued.key);
    }
    const child = new Child(join(ROOT, "tests/fixtures/smtp-server"), args);
    atEnd(() => child.stop(20));
    await child.says(/^(\{.*\})$/m, 30);
    return child;
  };
}

function start(options: Parameters<typeof postfix>[0]): (lab: Lab, self: Placed) => Promise<void> {
  return async (lab, self) => {
    await postfix(options)(lab, self);
  };
}

const POLICY = "/.well-known/mta-sts.txt";

function policy(text: string): Site["web"] {
  return (web) => {
    web.files[POLICY] = text.replace(/\n/g, "\r\n");
  };
}

/** Serves the policy that the fix shows, without its first line, which says where. */
function repairPolicy(id: string): Site["repair"] {
  return (web, fix) => {
    web.files[POLICY] = `${fix(id).config?.["other"]?.split("\n").slice(1).join("\r\n") ?? ""}\r\n`;
  };
}

export const MAIL_SITES: Site[] = [
  { name: "dkim-missing", expect: { "email.dkim.missing": "fail" }, zone: (zone) => zone.remove(KEY) },
  {
    name: "dkim-unknown", expect: { "email.dkim.missing": "warn" },
    zone: (zone) => {
      const data = zone.records.find((r) => r.name.startsWith(`${KEY}.`))?.data ?? "";
      zone.remove(KEY).add("nobody-guesses._domainkey", "TXT", data);
    },
  },
  { name: "dkim-syntax", expect: { "email.dkim.syntax": "fail" }, zone: changeKey((text) => text.replace("v=DKIM1;", "v=DKIM1")) },
  { name: "dkim-cut", expect: { "email.dkim.syntax": "fail" }, zone: changeKey((text) => text.slice(0, 255)) },
  { name: "dkim-weak", expect: { "email.dkim.weak": "warn" }, zone: (zone) => zone.setTxt(KEY, `v=DKIM1; k=rsa; p=${SHORT}`) },
  { name: "dkim-short", expect: { "email.dkim.weak": "fail" }, zone: (zone) => zone.setTxt(KEY, `v=DKIM1; k=rsa; p=${SHORTEST}`) },
  { name: "dkim-revoked", expect: { "email.dkim.revoked": "fail" }, zone: (zone) => zone.setTxt(KEY, "v=DKIM1; k=rsa; p=") },
  { name: "dkim-test-mode", expect: { "email.dkim.test-mode": "warn" }, zone: changeKey((text) => text.replace("k=rsa;", "k=rsa; t=y;")) },
  {
    name: "dkim-multiple", expect: { "email.dkim.multiple": "fail" },
    zone: (zone) => zone.txt(KEY, "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
  },
  { name: "dkim-declared", expect: { "email.dkim.declared": "fail" }, launch: () => "mail:\n  selectors: [default, gone]\n" },
  { name: "mx-missing", expect: { "email.mx.missing": "warn" }, zone: (zone) => zone.remove("", "MX").setTxt("", "v=spf1 ip4:127.25.0.1 -all") },
  {
    name: "mx-null", expect: { "email.mx.null": "fail" },
    zone: (zone) => zone.add("", "MX", "0 .").setTxt("", "v=spf1 ip4:127.25.0.1 -all"),
  },
  {
    name: "mx-none", expect: { "email.mx.null": "warn" }, launch: () => "mail: none\n",
    zone: (zone) => zone.remove("", "MX").remove(KEY).remove("_mta-sts").setTxt("", "v=spf1 -all"),
  },
  {
    name: "mx-literal", expect: { "email.mx.unresolvable": "fail" },
    zone: (zone) => zone.set("", "MX", "10 mx.lab.test.", "20 127.25.0.1.").remove("_mta-sts").setTxt("", "v=spf1 ip4:127.25.0.1 -all"),
  },
  {
    name: "mx-no-address", expect: { "email.mx.unresolvable": "fail" },
    zone: (zone, self) => zone.set("", "MX", "10 mx.lab.test.", `20 mail.${self.domain}.`).txt("mail", "nothing else").remove("_mta-sts")
      .setTxt("", "v=spf1 ip4:127.25.0.1 -all"),
  },
  {
    name: "mx-cname", expect: { "email.mx.cname": "warn" },
    zone: (zone, self) => zone.set("", "MX", `10 mail.${self.domain}.`).add("mail", "CNAME", "mx.lab.test.").remove("_mta-sts"),
  },
  {
    name: "mx-fcrdns", expect: { "email.mx.fcrdns": "warn" }, zone: ownServer(undefined, true), start: start({ tls: {}, second: true }),
    noRepair: "the record belongs into the zone of whoever gave the address",
  },
  {
    name: "mx-unreachable", expect: { "email.mx.unreachable": "fail" },
    zone: ownServer((zone, self) => zone.set("", "MX", "10 mx.lab.test.", `20 mail.${self.domain}.`), true),
  },
  { name: "mx-starttls", expect: { "email.mx.starttls": "warn" }, zone: ownServer(), start: start({}) },
  {
    name: "mx-certificate", expect: { "email.mx.certificate": "fail" },
    zone: ownServer((zone) => zone.txt("_mta-sts", "v=STSv1; id=1")),
    web: (web, self) => {
      web.files[POLICY] = `version: STSv1\r\nmode: enforce\r\nmx: ${self.domain}\r\nmax_age: 604800\r\n`;
    },
    start: start({ tls: { issuer: "self", send: [] } }),
  },
  {
    name: "dane", expect: { "email.dane": "fail" },
    zone: ownServer((zone) => zone.add("_25._tcp", "TLSA", `3 1 1 ${"00".repeat(32)}`)),
    start: start({ tls: {} }),
  },
  { name: "mta-sts-record", expect: { "email.mta-sts.syntax": "fail" }, zone: (zone) => zone.setTxt("_mta-sts", "v=STSv1; id=2026-11-30") },
  {
    name: "mta-sts-policy-syntax", expect: { "email.mta-sts.syntax": "fail" },
    web: policy("version: STSv1\nmode: enforced\nmx: mx.lab.test\nmax_age: 604800\n"), repair: repairPolicy("email.mta-sts.syntax"),
  },
  {
    name: "mta-sts-policy", expect: { "email.mta-sts.policy": "fail" },
    web: (web) => {
      web.mtaSts = "return 404;";
    },
  },
  {
    name: "mta-sts-redirect", expect: { "email.mta-sts.policy": "fail" },
    web: (web) => {
      web.mtaSts = "return 301 https://www.DOMAIN/.well-known/mta-sts.txt;";
    },
  },
  {
    name: "mta-sts-mismatch", expect: { "email.mta-sts.mismatch": "fail" },
    web: policy("version: STSv1\nmode: enforce\nmx: old.lab.test\nmax_age: 604800\n"), repair: repairPolicy("email.mta-sts.mismatch"),
    also: (report) => {
      const record = checksOf(report).find((check) => check.id === "email.mta-sts.mismatch")?.fix.record ?? "";
      if (!record.includes("; delete: _mta-sts.")) throw new Error(`the old record stays: ${record}`);
    },
  },
  { name: "tls-rpt", expect: { "email.tls-rpt": "warn" }, zone: (zone, self) => zone.setTxt("_smtp._tls", `v=TLSRPTv1; rua=tlsrpt@${self.domain}`) },
  { name: "bimi", expect: { "email.bimi": "warn" }, zone: (zone, self) => zone.txt("default._bimi", `v=BIMI1; l=http://www.${self.domain}/logo.svg`) },
];
