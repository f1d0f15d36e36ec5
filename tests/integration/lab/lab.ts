// SPDX-License-Identifier: Apache-2.0
// The laboratory: name servers, certification authority, web server and mail server for a list of sites.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { atEnd, Child, type Ended, run } from "../harness/child.ts";
import { BINARY, ROOT, temporaryFolder } from "../harness/doorward.ts";
import { Authority } from "./certificates.ts";
import { freePort, MX, Names } from "./names.ts";
import { checksOf, type Placed, type Report, type Site } from "./site.ts";
import { startWeb, Web } from "./web.ts";

export interface Ports {
  dns: number;
  http: number;
  https: number;
  smtp: number;
}

/** The site without a fault. */
export const CLEAN: Site = { name: "clean", expect: {} };

export class Lab {
  /** Programs that must be asked to end: their children outlive a kill. */
  private readonly gentle: Child[] = [];

  private constructor(
    readonly folder: string, readonly placed: Placed[], readonly names: Names, readonly authority: Authority, readonly ports: Ports,
  ) {}

  /** Starts everything for the sites; ends with the test. The port of the name servers is a free one unless it is
   * given: other people's tools know only 53. */
  static async start(sites: Site[], dnsPort = 0): Promise<Lab> {
    const folder = temporaryFolder();
    const placed = sites.map((site, i): Placed => ({
      site, domain: `${site.name}.test`, address: `127.80.${i >> 7}.${(i & 127) + 1}`, second: `127.81.${i >> 7}.${(i & 127) + 1}`,
      folder: join(folder, "sites", site.name),
    }));
    for (const one of placed) mkdirSync(one.folder, { recursive: true });
    const authority = await Authority.make(join(folder, "ca"));
    const names = await Names.start(join(folder, "names"), placed, dnsPort);
    const all = placed.map((one) => one.address);
    const http = await freePort(all.slice(0, 4)), https = await freePort(all.slice(0, 4));
    const mail = await mailServer(folder, authority);
    const lab = new Lab(folder, placed, names, authority, { dns: names.port, http, https, smtp: mail.port });
    lab.gentle.push(mail.child);
    atEnd(() => lab.stop());
    await lab.serve();
    for (const one of placed) await one.site.start?.(lab, one);
    return lab;
  }

  private readonly webs = new Map<string, Web>();

  /** Applies the fixes of reports and starts the servers again; gives the names of the sites whose fix was applied. */
  async repair(reports: Map<string, Report>): Promise<Map<string, Error | null>> {
    const done = new Map<string, Error | null>();
    for (const one of this.placed) {
      const checks = checksOf(reports.get(one.site.name) ?? { rows: [] }).filter((check) => check.id in one.site.expect);
      const records = checks.filter((check) => check.fix?.record);
      if (one.site.noRepair !== undefined || (records.length === 0 && !one.site.repair)) continue;
      try {
        const lines = new Set(records.flatMap((check) => (check.fix.record ?? "").split("\n")));
        if (lines.size > 0) await this.names.apply(one.domain, [...lines].join("\n"));
        const web = this.webs.get(one.site.name);
        if (web) {
          one.site.repair?.(web, (id) => {
            const found = checks.find((check) => check.id === id);
            if (!found) throw new Error(`${id} was not reported`);
            return found.fix;
          }, one);
        }
        done.set(one.site.name, null);
      } catch (error) {
        done.set(one.site.name, error as Error);
      }
    }
    await this.names.restart();
    const nginx = this.gentle.pop();
    await nginx?.stop(20);
    await this.startNginx();
    return done;
  }

  private async startNginx(): Promise<void> {
    const list = this.placed.flatMap((one) => {
      const web = this.webs.get(one.site.name);
      return web ? [{ web, root: join(one.folder, "www") }] : [];
    });
    if (list.length > 0) this.gentle.push(await startWeb(join(this.folder, "nginx"), list, this.ports));
  }

  private async serve(): Promise<void> {
    for (const one of this.placed) {
      const { site, domain } = one;
      if (site.web === null) continue;
      const issued = await this.authority.leaf(domain, { names: [domain, `www.${domain}`, `mta-sts.${domain}`], ...site.certificate });
      const web = new Web(domain, one.address, issued.chain, issued.key);
      site.web?.(web, one);
      this.webs.set(site.name, web);
    }
    await this.startNginx();
  }

  /** Ends what must be asked to end. */
  async stop(): Promise<void> {
    await Promise.all(this.gentle.map((child) => child.stop(20)));
  }

  find(name: string): Placed {
    const found = this.placed.find((one) => one.site.name === name);
    if (!found) throw new Error(`no site ${name}`);
    return found;
  }

  /** The options that lead the auditor into the laboratory. */
  args(one: Placed): string[] {
    const { ports, names, authority } = this;
    const args = ["--resolver", names.resolver, "--trust-anchor", names.anchor, "--resolve", `*:53::${ports.dns}`,
      "--resolve", `*:80::${ports.http}`, "--resolve", `*:443::${ports.https}`, "--resolve", `*:25::${ports.smtp}`,
      "--resolve", `*:43::${ports.dns}`, "--ca-file", authority.ca, "--no-ipv6"];
    if (!one.site.outside) args.push("--allow-private");
    if (one.site.launch) {
      const file = join(one.folder, "launch.yaml");
      writeFileSync(file, one.site.launch(one));
      args.push("--config", file);
    }
    if (one.site.only) args.push("--only", one.site.only);
    return [...args, ...(one.site.args?.(this, one) ?? [])];
  }

  /** Runs `doorward check` on a site. */
  check(one: Placed, extra: string[] = []): Promise<Ended> {
    return run(BINARY, ["check", one.domain, ...this.args(one), ...extra], { seconds: 120, env: { NO_COLOR: "1" } });
  }

  async report(one: Placed, extra: string[] = []): Promise<Report> {
    const ended = await this.check(one, ["--format", "json", ...extra]);
    if (![0, 1, 3].includes(ended.status as number) || ended.stdout === "") { // 66 is a data race, 1 with nothing to read a crash
      throw new Error(`check ${one.domain}: ${ended.status}\n${ended.stdout.slice(0, 2000)}\n${ended.stderr.slice(-4000)}`);
    }
    return JSON.parse(ended.stdout) as Report;
  }
}

/** Postfix as mx.lab.test. */
async function mailServer(folder: string, authority: Authority): Promise<{ child: Child; port: number }> {
  const issued = await authority.leaf("mx.lab.test", { names: ["mx.lab.test"] });
  const child = new Child(join(ROOT, "tests/fixtures/smtp-server"),
    [join(folder, "smtp"), "--address", MX, "--name", "mx.lab.test", "--certificate", issued.chain, "--key", issued.key]);
  const line = await child.says(/^(\{.*\})$/m, 30);
  return { child, port: JSON.parse(line[1] ?? "").port as number };
}
