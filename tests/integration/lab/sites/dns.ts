// SPDX-License-Identifier: Apache-2.0
// Faults of names and name servers. Most need no web server: only the checks of names are run.
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import type { Lab } from "../lab.ts";
import { SERVERS, WHOIS } from "../names.ts";
import type { Placed, Site, State } from "../site.ts";
import type { Zone } from "../zone.ts";

const DAY = 86_400_000;
const REGISTRAR = "the fix is an act at the registrar or at the name server";

/** A site whose fault is in its zone alone. */
function names(name: string, expect: Record<string, State>, zone: Site["zone"], more: Partial<Site> = {}): Site {
  return { name, expect, only: "dns.*", web: null, ...(zone ? { zone } : {}), ...more };
}

/** Name servers of a site, in its zone and at the parent. */
function servers(...list: string[]): Partial<Site> & { zone: NonNullable<Site["zone"]> } {
  const host = (one: string, self: Placed): string => `${one.replace("SELF", self.domain)}.`;
  return {
    zone: (zone, self) => zone.set("", "NS", ...list.map((one) => host(one, self))),
    parent: (parent, self) => parent.set(self.site.name, "NS", ...list.map((one) => host(one, self))),
  };
}

/** ns1.lab.test and a server called ns.NAME.test at an address, with glue. */
function own(address: string | ((self: Placed) => string), glue = address): Partial<Site> & { zone: NonNullable<Site["zone"]> } {
  const at = (what: typeof address, self: Placed): string => (typeof what === "string" ? what : what(self));
  const base = servers("ns1.lab.test", "ns.SELF");
  return {
    zone: (zone, self) => { base.zone(zone, self); zone.add("ns", "A", at(address, self)); },
    parent: (parent, self) => { base.parent?.(parent, self); parent.add(`ns.${self.site.name}`, "A", at(glue, self)); },
  };
}

/** A name server at self.second that hands everything to ns1.lab.test, but for what `answer` makes up. */
async function proxy(lab: Lab, self: Placed, tcp: boolean, answer: (question: Buffer) => Buffer | null = () => null): Promise<void> {
  const ask = (question: Buffer, say: (message: Buffer) => void): void => {
    const own = answer(question);
    if (own) return say(own);
    const outside = createSocket("udp4");
    const end = setTimeout(() => outside.close(), 3000);
    outside.once("message", (message) => {
      clearTimeout(end);
      say(message);
      outside.close();
    });
    outside.send(question, lab.ports.dns, SERVERS[0]);
  };
  const inside = createSocket("udp4");
  inside.on("message", (question, asker) => ask(question, (message) => inside.send(message, asker.port, asker.address)));
  await new Promise<void>((resolve) => inside.bind(lab.ports.dns, self.second, resolve));
  inside.unref();
  if (!tcp) return;
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", (data) => ask(data.subarray(2), (message) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      socket.end(Buffer.concat([length, message]));
    }));
  });
  await new Promise<void>((resolve) => server.listen(lab.ports.dns, self.second, resolve));
  server.unref();
}

/** Answers questions for addresses of the domain itself with a CNAME: no decent name server would. */
function aliasOfApex(self: Placed): (question: Buffer) => Buffer | null {
  const wire = (name: string): Buffer => Buffer.concat([...name.split("."), ""].map((label) =>
    Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])));
  const asked = wire(self.domain), target = wire(`www.${self.domain}`);
  return (question) => {
    const end = 12 + asked.length;
    if (!question.subarray(12, end).equals(asked) || ![1, 28].includes(question.readUInt16BE(end))) return null;
    const head = Buffer.from([question[0] ?? 0, question[1] ?? 0, 0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0]);
    const record = Buffer.from([0xc0, 12, 0, 5, 0, 1, 0, 0, 0x0e, 0x10, 0, target.length]);
    return Buffer.concat([head, question.subarray(12, end + 4), record, target]);
  };
}

/** WHOIS of IANA and of the registry of test., where one domain ends soon and all others in a year. */
async function whois(lab: Lab, self: Placed): Promise<void> {
  const answer = (question: string): string => {
    if (question === "test") return "domain: TEST\nwhois: whois.lab-parent.test\n";
    const ends = new Date(Date.now() + (question === self.domain ? 5 : 365) * DAY).toISOString();
    return `Domain Name: ${question}\nRegistry Expiry Date: ${ends}\n`;
  };
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", (question) => socket.end(answer(question.toString().trim())));
  });
  await new Promise<void>((resolve) => server.listen(lab.ports.dns, WHOIS, resolve));
  server.unref();
}

/** A date as ldns-signzone takes it. */
function stamp(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:T]/g, "").slice(0, 14);
}

function alias(label: string, target: string): NonNullable<Site["zone"]> {
  return (zone: Zone) => zone.add(label, "CNAME", target);
}

export const DNS_SITES: Site[] = [
  names("no-apex", { "dns.resolve.apex": "fail" }, (zone) => zone.remove("", "A")),
  names("no-host", { "dns.resolve.host": "fail" }, undefined, { launch: (self) => `hosts: [app.${self.domain}]\n` }),
  names("drifted", { "dns.resolve.intent": "fail" }, undefined, {
    launch: (self) => `hosts:\n  www.${self.domain}:\n    addresses: [${self.second}]\n`,
  }),
  names("wildcard", { "dns.resolve.wildcard": "warn" }, (zone, self) => zone.add("*", "A", self.address)),
  names("private", { "dns.private-address": "fail" }, undefined, { outside: true, noRepair: "only the owner knows the public address" }),
  names("ttl-zero", { "dns.ttl": "warn" }, (zone, self) => zone.remove("www", "A").add("www", "A", self.address, 0)),
  names("ttl-long", { "dns.ttl": "warn" }, (zone, self) => zone.remove("www", "A").add("www", "A", self.address, 2592000)),
  names("lame", { "dns.ns.lame": "fail" }, undefined, { ...servers("ns1.lab.test", "ns.lab-parent.test"), noRepair: REGISTRAR }),
  names("unreachable", { "dns.ns.unreachable": "fail" }, undefined, { ...own("127.53.9.9"), noRepair: REGISTRAR }),
  names("one-server", { "dns.ns.single": "warn" }, undefined, servers("ns1.lab.test")),
  names("one-network", { "dns.ns.same-network": "warn" }, undefined, own(SERVERS[0])),
  names("old-serial", { "dns.ns.serial": "warn" }, undefined, {
    secondary: (zone) => zone.set("", "SOA", "ns1.lab.test. hostmaster.lab.test. 2026112901 3600 900 1209600 300"),
  }),
  names("two-answers", { "dns.ns.answers": "fail" }, undefined, { secondary: (zone, self) => zone.set("www", "A", self.second) }),
  names("half-delegated", { "dns.ns.delegation": "warn" }, undefined, {
    parent: (parent, self) => parent.set(self.site.name, "NS", "ns1.lab.test."), noRepair: REGISTRAR,
  }),
  names("wrong-glue", { "dns.ns.glue": "fail" }, undefined, { ...own(SERVERS[1], "127.53.9.9"), noRepair: REGISTRAR }),
  names("no-tcp", { "dns.ns.tcp": "fail" }, undefined, { ...own((self) => self.second), start: (lab, self) => proxy(lab, self, false), noRepair: REGISTRAR }),
  names("alias-apex", { "dns.cname.apex": "fail", "dns.ns.answers": "fail" }, undefined, {
    ...own((self) => self.second), start: (lab, self) => proxy(lab, self, true, aliasOfApex(self)), noRepair: REGISTRAR,
  }),
  names("beside", { "dns.cname.beside": "fail", "dns.ns.answers": "fail" }, undefined, {
    secondary: (zone, self) => zone.remove("www", "A").add("www", "CNAME", `${self.domain}.`), noRepair: REGISTRAR,
  }),
  names("long-chain", { "dns.cname.chain": "warn" }, (zone, self) => {
    zone.remove("www", "A");
    ["www", "c1", "c2", "c3", "c4", "c5", "c6", "c7"].forEach((label, i, all) => {
      const next = all[i + 1];
      if (next) zone.add(label, "CNAME", `${next}.${self.domain}.`);
    });
    zone.add("c7", "A", self.address);
  }),
  names("loop", { "dns.cname.loop": "fail" }, (zone, self) => zone.add("shop", "CNAME", `store.${self.domain}.`)
    .add("store", "CNAME", `shop.${self.domain}.`)),
  names("dangling-cname", { "dns.dangling.cname": "fail" }, alias("shop", "shop.gone-service.test.")),
  names("dangling-inside", { "dns.dangling.cname": "fail" }, (zone, self) => zone.add("help", "CNAME", `gone.${self.domain}.`)),
  names("dangling-ns", { "dns.dangling.ns": "fail" }, undefined, {
    ...servers("ns1.lab.test", "ns2.lab.test", "ns.gone-dns.test"), noRepair: REGISTRAR,
  }),
  names("dangling-mx", { "dns.dangling.mx": "fail" }, (zone) => zone.add("", "MX", "20 mx.gone-mail.test.")),
  names("dangling-srv", { "dns.dangling.srv": "fail" }, (zone) => zone.add("_sip._tls", "SRV", "0 5 5061 sip.gone-phone.test.")),
  {
    name: "dangling-a", expect: { "dns.dangling.a": "fail" }, only: "dns.dangling.a",
    web: (web) => { web.www = "location / { default_type text/html; return 404 \"<p>There isn't a GitHub Pages site here.</p>\"; }"; },
  },
  names("bogus", { "dns.dnssec.bogus": "fail" }, undefined, {
    afterSigning: (text) => text.replace(/^(www\.\S+\s+\d+\s+IN\s+A\s+)\S+$/m, "$1127.80.99.99"), noRepair: "the zone is signed again",
  }),
  names("no-ds", { "dns.dnssec.insecure": "warn" }, undefined, {
    parent: (parent, self) => parent.remove(self.site.name, "DS"), noRepair: REGISTRAR,
  }),
  names("expiring", { "dns.dnssec.expiring": "warn" }, undefined, {
    signing: ["-i", stamp(Date.now() - 27 * DAY), "-e", stamp(Date.now() + DAY / 2)], noRepair: "the zone is signed again",
  }),
  names("no-caa", { "dns.caa.missing": "warn" }, (zone) => zone.remove("", "CAA"), {
    noRepair: "nobody knows the CAA name of the laboratory's authority",
  }),
  names("caa-syntax", { "dns.caa.syntax": "fail" }, (zone) => zone.add("", "CAA", "0 isue \"lab.test\"")),
  names("caa-critical", { "dns.caa.renewal": "fail" }, (zone) => zone.add("", "CAA", "128 tbs \"unknown\"")),
  {
    name: "caa-issuer", expect: { "dns.caa.issuer": "fail" }, only: "dns.*", certificate: { issuer: "known", send: ["known"] },
  },
  {
    name: "caa-wildcard", expect: { "dns.caa.renewal": "fail" }, only: "dns.*",
    zone: (zone) => zone.set("", "CAA", "0 issue \"letsencrypt.org\"", "0 issuewild \";\""),
    certificate: {
      issuer: "known", send: ["known"], names: ["caa-wildcard.test", "*.caa-wildcard.test"],
    },
  },
  names("axfr", { "dns.axfr": "fail" }, undefined, { transfer: true, noRepair: REGISTRAR }),
  names("stale", { "dns.stale": "warn" }, (zone, self) => zone.add("staging", "A", self.address)),
  names("expires", { "dns.registration.expiry": "fail" }, undefined, { start: whois, noRepair: REGISTRAR }),
  names("unsigned", {}, undefined, { signed: false, noRepair: "nothing is wrong: it is a note" }),
];
