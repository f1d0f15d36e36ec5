// SPDX-License-Identifier: Apache-2.0
// Real name servers: a parent for the root and test., two for the sites (nsd), and a validating resolver (unbound).
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSocket } from "node:dgram";
import { Child, run } from "../harness/child.ts";
import { until } from "../harness/wait.ts";
import type { Placed } from "./site.ts";
import { listens } from "./web.ts";
import { Zone } from "./zone.ts";

export const PARENT = "127.53.0.1";
export const SERVERS = ["127.53.1.1", "127.53.2.1"] as const;
/** Both whois.iana.org and the registry's. */
export const WHOIS = "127.43.0.1";
export const MX = "127.25.0.1";

const SOA = "ns1.lab.test. hostmaster.lab.test. 2026113001 3600 900 1209600 300";

/** The clean zone of a site. */
export function cleanZone(self: Placed): Zone {
  const zone = new Zone(self.domain);
  return zone
    .add("", "SOA", SOA).add("", "NS", "ns1.lab.test.").add("", "NS", "ns2.lab.test.")
    .add("", "A", self.address).add("www", "A", self.address).add("mta-sts", "A", self.address)
    .add("", "MX", "10 mx.lab.test.")
    .txt("", "v=spf1 mx -all")
    .txt("_dmarc", `v=DMARC1; p=reject; rua=mailto:dmarc@${self.domain}`)
    .txt("default._domainkey", `v=DKIM1; k=rsa; p=${DKIM_PUBLIC}`)
    .txt("_mta-sts", "v=STSv1; id=20261130")
    .txt("_smtp._tls", `v=TLSRPTv1; rua=mailto:tlsrpt@${self.domain}`)
    .add("", "CAA", "0 issue \"lab.test\"").add("", "CAA", `0 iodef "mailto:security@${self.domain}"`);
}

/** RSA of 2,048 bits, made for the laboratory; the private half is not kept. */
const DKIM_PUBLIC = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqufkxMr/N7/ykkl0fa7HfzhSWnmoDxdNw3qWVRAUIVMnqC1wsDKrp/42A2jPEpp/hjjU3md+kIl9XYOMHAJEGg0wMALgw2GtCfgmT5vK4Kt4KuZFQgS4MWyT5LMjTJ2chZyia72b4phUq0OmLWcJnjmJQoa+9XIiIPMdRMqX5cfTvArG2XXVqI13M9gCuq/7474P21a/pIhdIycemKguUIAnF3OWuN8YtNzG+IPRWrkVG7ZBHNQ7ndZMnacjAqDyOynSI0fnWSMSVjJmswrtjjYfAviLTRLxxPLZImtV1bN24Qu937kPkB4D7qm8imZFz/WfpQ6NKuTIRIN4ll3RjQIDAQAB";

export class Names {
  /** What the two servers have of each site, by domain. */
  private readonly zones = new Map<string, { placed: Placed; first: Zone; second: Zone | null }>();
  private readonly programs: Child[] = [];

  private constructor(readonly folder: string, readonly port: number, readonly resolverPort: number) {}

  get resolver(): string {
    return `127.0.0.1:${this.resolverPort}`;
  }

  get anchor(): string {
    return join(this.folder, "test.anchor");
  }

  static async start(folder: string, placed: Placed[], port = 0): Promise<Names> {
    const self = new Names(folder, port || await freePort([PARENT, ...SERVERS]), await freePort(["127.0.0.1"]));
    for (const name of ["zones", "parent", "ns1", "ns2", "unbound"]) mkdirSync(join(folder, name), { recursive: true });
    const test = new Zone("test").add("", "SOA", SOA).add("", "NS", "ns.lab-parent.test.").add("ns.lab-parent", "A", PARENT).add("whois.lab-parent", "A", WHOIS);
    delegate(test, "lab", [...SERVERS]);
    const zones: { name: string; files: [string, string] }[] = [await self.labZone()];
    for (const one of placed) zones.push(await self.siteZone(one, test));
    const open = new Set(placed.filter((one) => one.site.transfer).map((one) => one.domain));
    await self.serveParent(test, placed);
    for (const [i, address] of SERVERS.entries()) {
      await self.nsd(`ns${i + 1}`, address, zones.map((zone) => ({ name: zone.name, file: zone.files[i] ?? "", transfer: open.has(zone.name) })));
    }
    await self.unbound(zones.map((zone) => zone.name));
    return self;
  }

  private async labZone(): Promise<{ name: string; files: [string, string] }> {
    const zone = new Zone("lab.test").add("", "SOA", SOA).add("", "NS", "ns1.lab.test.").add("", "NS", "ns2.lab.test.")
      .add("ns1", "A", SERVERS[0]).add("ns2", "A", SERVERS[1]).add("mx", "A", MX);
    const file = join(this.folder, "zones", "lab.test");
    writeFileSync(file, zone.text());
    return { name: "lab.test", files: [file, file] };
  }

  private async siteZone(placed: Placed, test: Zone): Promise<{ name: string; files: [string, string] }> {
    const { site, domain } = placed;
    const zone = cleanZone(placed);
    site.zone?.(zone, placed);
    delegate(test, site.name, []);
    const file = join(this.folder, "zones", domain);
    writeFileSync(file, zone.text());
    if (site.signed !== false) {
      for (const ds of await this.sign(file, domain, site.signing ?? [])) test.add(site.name, "DS", ds);
      if (site.afterSigning) writeFileSync(file, site.afterSigning(readFileSync(file, "utf8")));
    }
    site.parent?.(test, placed);
    const second = site.secondary ? zone.copy() : null;
    this.zones.set(domain, { placed, first: zone, second });
    if (!second) return { name: domain, files: [file, file] };
    site.secondary?.(second, placed);
    writeFileSync(`${file}.2`, second.text());
    if (site.signed !== false) await this.sign(`${file}.2`, domain, site.signing ?? [], true);
    return { name: domain, files: [file, `${file}.2`] };
  }

  /** Does to a zone what the lines of a fix say: adds records, and takes away those behind "; delete: ". */
  async apply(domain: string, lines: string): Promise<void> {
    const held = this.zones.get(domain);
    if (!held) throw new Error(`no zone ${domain}`);
    for (const zone of held.second ? [held.first, held.second] : [held.first]) zone.apply(lines);
    const file = join(this.folder, "zones", domain);
    for (const [path, zone] of [[file, held.first], [`${file}.2`, held.second]] as const) {
      if (!zone) continue;
      writeFileSync(path, zone.text());
      if (held.placed.site.signed !== false) await this.sign(path, domain, [], true);
    }
  }

  /** Starts all servers again, with the zones as they are now and nothing remembered. */
  async restart(): Promise<void> {
    for (const program of this.programs.splice(0)) await program.stop(20);
    for (const start of this.starts) await start();
  }

  private readonly starts: (() => Promise<void>)[] = [];

  private async program(what: string, address: string, port: number, path: string, args: string[]): Promise<void> {
    const start = async (): Promise<void> => {
      const child = new Child(path, args);
      this.programs.push(child);
      await until(`${what} answers`, () => {
        if (!child.alive) throw new Error(child.stderr + child.stdout);
        return listens(address, port);
      }, 20);
    };
    this.starts.push(start);
    await start();
  }

  /** Signs a zone file in place with the zone's one key; gives the DS records. */
  private async sign(file: string, zone: string, args: string[], again = false): Promise<string[]> {
    const keys = join(this.folder, "zones");
    const base = `K${zone}.+013+`;
    if (!again) await tool("ldns-keygen", ["-k", "-a", "ECDSAP256SHA256", zone], keys);
    const key = readdirSync(keys).find((name) => name.startsWith(base) && name.endsWith(".key"))?.slice(0, -4) ?? "";
    await tool("ldns-signzone", ["-o", zone, ...args, "-f", `${file}.signed`, file, key], keys);
    writeFileSync(file, readFileSync(`${file}.signed`));
    const ds = readFileSync(join(keys, `${key}.ds`), "utf8");
    return ds.split("\n").filter((line) => line.trim() !== "").map((line) => line.replace(/^.*?\sDS\s+/, "").trim());
  }

  private async serveParent(test: Zone, placed: Placed[]): Promise<void> {
    const root = new Zone("").add("", "SOA", SOA).add("", "NS", "ns.lab-parent.test.").add("test.", "NS", "ns.lab-parent.test.")
      .add("arpa.", "NS", "ns.lab-parent.test.").add("ns.lab-parent.test.", "A", PARENT)
      .add("whois.iana.org.", "A", WHOIS);
    const reverse = new Zone("127.in-addr.arpa").add("", "SOA", SOA).add("", "NS", "ns.lab-parent.test.");
    reverse.add("1.0.25", "PTR", "mx.lab.test.");
    for (const one of placed) reverse.add(one.address.split(".").slice(1).reverse().join("."), "PTR", `${one.domain}.`);
    const files = { "": root, test, "127.in-addr.arpa": reverse };
    const zones = [];
    for (const [name, zone] of Object.entries(files)) {
      const file = join(this.folder, "zones", name === "" ? "root" : name);
      writeFileSync(file, zone.text());
      if (name === "test") {
        await this.sign(file, "test", []);
        const key = readdirSync(join(this.folder, "zones")).find((one) => /^Ktest\.\+.*\.ds$/.test(one)) ?? "";
        writeFileSync(this.anchor, readFileSync(join(this.folder, "zones", key)));
      }
      zones.push({ name: name === "" ? "." : name, file });
    }
    await this.nsd("parent", PARENT, zones);
  }

  private async nsd(name: string, address: string, zones: { name: string; file: string; transfer?: boolean }[]): Promise<void> {
    const folder = join(this.folder, name);
    const config = join(folder, "nsd.conf");
    writeFileSync(config, `server:
  ip-address: ${address}@${this.port}
  username: ""
  chroot: ""
  zonesdir: "${folder}"
  pidfile: "${folder}/pid"
  xfrdfile: "${folder}/xfrd"
  zonelistfile: "${folder}/list"
  database: ""
  server-count: 1
  verbosity: 1
  rrl-ratelimit: 0
remote-control:
  control-enable: no
${zones.map((zone) => `zone:\n  name: "${zone.name}"\n  zonefile: "${zone.file}"${zone.transfer ? "\n  provide-xfr: 0.0.0.0/0 NOKEY" : ""}`).join("\n")}
`);
    await this.program(`nsd ${name}`, address, this.port, "/usr/sbin/nsd", ["-d", "-c", config]);
  }

  private async unbound(zones: string[]): Promise<void> {
    const folder = join(this.folder, "unbound");
    const config = join(folder, "unbound.conf");
    const stub = (name: string, addresses: readonly string[]): string =>
      `stub-zone:\n  name: "${name}"\n${addresses.map((address) => `  stub-addr: ${address}@${this.port}\n`).join("")}  stub-prime: no\n`;
    writeFileSync(config, `server:
  interface: 127.0.0.1
  port: ${this.resolverPort}
  do-daemonize: no
  chroot: ""
  username: ""
  directory: "${folder}"
  pidfile: "${folder}/pid"
  use-syslog: no
  do-not-query-localhost: no
  trust-anchor-file: "${this.anchor}"
  module-config: "validator iterator"
  local-zone: "test." nodefault
  local-zone: "127.in-addr.arpa." nodefault
  num-threads: 1
  so-reuseport: no
  outgoing-range: 512
  qname-minimisation: no
  val-log-level: 0
  do-ip6: no
remote-control:
  control-enable: no
${stub(".", [PARENT])}${stub("test.", [PARENT])}${stub("127.in-addr.arpa.", [PARENT])}${zones.map((zone) => stub(`${zone}.`, SERVERS)).join("")}`);
    await this.program("unbound", "127.0.0.1", this.resolverPort, "/usr/sbin/unbound", ["-d", "-c", config]);
  }
}

function delegate(parent: Zone, name: string, glue: string[]): void {
  parent.add(name, "NS", "ns1.lab.test.").add(name, "NS", "ns2.lab.test.");
  glue.forEach((address, i) => parent.add(`ns${i + 1}.${name}`, "A", address));
}

async function tool(program: string, args: string[], cwd: string): Promise<void> {
  const ended = await run(program, args, { cwd });
  if (ended.status !== 0) throw new Error(`${program} ${args.join(" ")}: ${ended.status}\n${ended.stderr}`);
}

/** A port that is free for UDP on all these addresses. */
export async function freePort(addresses: string[]): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = 20000 + Math.floor(Math.random() * 12000);
    const free = await Promise.all(addresses.map((address) => new Promise<boolean>((resolve) => {
      const socket = createSocket("udp4");
      socket.once("error", () => resolve(false));
      socket.bind(port, address, () => socket.close(() => resolve(true)));
    })));
    if (free.every(Boolean) && !(await Promise.all(addresses.map((address) => listens(address, port)))).some(Boolean)) return port;
  }
  throw new Error("no free port");
}
