// SPDX-License-Identifier: Apache-2.0
// A second opinion: what zonemaster and testssl.sh call an error on the laboratory, Doorward calls one too, or it stands
// here why not. Wall times of the same run are printed, not asserted.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { run } from "./harness/child.ts";
import { CLEAN, Lab } from "./lab/lab.ts";
import { faults } from "./lab/matrix.ts";
import { PARENT } from "./lab/names.ts";
import type { Placed, Site } from "./lab/site.ts";
import { DNS_SITES } from "./lab/sites/dns.ts";
import { TLS_SITES } from "./lab/sites/tls.ts";

/** Tags of zonemaster that say something of the laboratory, not of the site. */
const ZONEMASTER_LABORATORY: Record<string, string> = {
  NAMESERVER_IP_PRIVATE_NETWORK: "all name servers are on loopback",
};
/** Findings of testssl.sh that we do not share, with the reason. */
const TESTSSL_NOT_OURS: Record<string, string> = {
  cipher_order: "with modern suites only, the client's order is the better one (Mozilla's guideline since 2019)",
  cert_revocation: "short-lived certificates need no OCSP; Let's Encrypt ended it in 2025",
};

let lab: Lab;
const dns = DNS_SITES.filter((site) => site.zone ?? site.secondary ?? site.parent ?? site.signing ?? site.afterSigning);
/** Those whose fault is in the handshake or the certificate and that testssl.sh can reach. */
const tls = TLS_SITES.filter((site) => site.certificate ?? (site.web && !site.start));
before(async () => {
  lab = await Lab.start([CLEAN, ...dns, ...tls], 53);
  writeFileSync(join(lab.folder, "hints"), `. 3600 IN NS ns.lab-parent.test.\nns.lab-parent.test. 3600 IN A ${PARENT}\n`);
}, { timeout: 120_000 });

interface Zonemaster {
  level: string;
  tag: string;
  args: Record<string, unknown>;
}

async function zonemaster(one: Placed): Promise<Zonemaster[]> {
  const ended = await run("zonemaster-cli", [one.domain, "--hints", join(lab.folder, "hints"), "--no-ipv6", "--level", "ERROR",
    "--no-progress", "--json"], { seconds: 120 });
  return (JSON.parse(ended.stdout || "[]") as Zonemaster[]).filter((found) => !(found.tag in ZONEMASTER_LABORATORY));
}

for (const site of [CLEAN, ...dns]) {
  test(`zonemaster and Doorward agree on ${site.name}`, { timeout: 180_000 }, async (t) => {
    const one = lab.find(site.name);
    const started = Date.now();
    const theirs = await zonemaster(one);
    const between = Date.now();
    const ours = faults(await lab.report(one, ["--only", "L1"]));
    t.diagnostic(`zonemaster ${between - started} ms, doorward ${Date.now() - between} ms`);
    t.diagnostic(`theirs ${[...new Set(theirs.map((found) => found.tag))].join(" ")}; ours ${Object.keys(ours).join(" ")}`);
    if (theirs.length === 0) return;
    const tags = [...new Set(theirs.map((found) => found.tag))].join(" ");
    assert.ok(Object.values(ours).some((state) => state !== "warn") || Object.keys(ours).length > 0, `zonemaster: ${tags}; Doorward: nothing`);
  });
}

interface Finding {
  id: string;
  severity: string;
  finding: string;
}

async function testssl(one: Placed, site: Site): Promise<Finding[]> {
  const folder = join(lab.folder, "testssl");
  const file = join(folder, `${site.name}.json`);
  mkdirSync(folder, { recursive: true });
  await run("testssl", ["--ip", one.address, "--add-ca", lab.authority.ca, "--jsonfile", file, "--warnings", "off", "--color", "0", "--quiet",
    "--nodns", "min", ...(site.certificate ? ["-S"] : ["-p", "-s"]), `www.${one.domain}:${lab.ports.https}`], { seconds: 200 });
  if (!existsSync(file)) return [];
  return (JSON.parse(readFileSync(file, "utf8")) as Finding[])
    .filter((found) => (found.severity === "HIGH" || found.severity === "CRITICAL") && !(found.id in TESTSSL_NOT_OURS));
}

for (const site of [CLEAN, ...tls]) {
  test(`testssl.sh and Doorward agree on ${site.name}`, { timeout: 240_000 }, async (t) => {
    const one = lab.find(site.name);
    const started = Date.now();
    const theirs = await testssl(one, site);
    const between = Date.now();
    const ours = faults(await lab.report(one, ["--only", "L2"]));
    t.diagnostic(`testssl.sh (${site.certificate ? "certificate" : "protocols and ciphers"}) ${between - started} ms, doorward ${Date.now() - between} ms`);
    t.diagnostic(`theirs ${theirs.map((found) => found.id).join(" ")}; ours ${Object.keys(ours).join(" ")}`);
    if (theirs.length === 0) return;
    assert.ok(Object.keys(ours).length > 0, `testssl.sh: ${theirs.map((found) => `${found.id}: ${found.finding}`).join("; ")}; Doorward: nothing`);
  });
}
