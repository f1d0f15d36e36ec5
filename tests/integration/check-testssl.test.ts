// SPDX-License-Identifier: Apache-2.0
// A second opinion on TLS: what testssl.sh calls HIGH or CRITICAL in the laboratory, Doorward finds too, or it stands here
// why not. Wall times of the same run are printed, not asserted.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { run } from "./harness/child.ts";
import { CLEAN, Lab } from "./lab/lab.ts";
import { faults } from "./lab/matrix.ts";
import type { Placed, Site } from "./lab/site.ts";
import { TLS_SITES } from "./lab/sites/tls.ts";

/** Findings of testssl.sh that we do not share, with the reason. */
const NOT_OURS: Record<string, string> = {
  cipher_order: "with modern suites only, the client's order is the better one (Mozilla's guideline since 2019)",
  cert_revocation: "certificates that live for weeks need no OCSP; Let's Encrypt ended it in 2025",
};
/** What finds the same here, by the beginning of their id. */
const OURS: [string, RegExp][] = [
  ["cert_chain_of_trust", /^tls\.(chain|expiry|revoked)/],
  ["cert_trust", /^tls\.name/],
  ["cert_expirationStatus", /^tls\.expiry/],
  ["cert_notAfter", /^tls\.expiry/],
  ["cert_notBefore", /^tls\.expiry/],
  ["cert_mustStapleExtension", /^tls\.stapling/],
  ["cert_keySize", /^tls\.key/],
  ["cert_signatureAlgorithm", /^tls\.signature/],
  ["SSLv", /^tls\.protocol/],
  ["TLS1", /^tls\.protocol/],
  ["cipherlist_", /^tls\.(cipher|protocol)/],
  ["cipher_negotiated", /^tls\.(cipher|protocol)/],
  ["protocol_negotiated", /^tls\.protocol/],
];

let lab: Lab;
/** Those whose fault is in handshake or certificate, at servers that testssl.sh can talk with. */
const sites = TLS_SITES.filter((site) => (site.certificate ?? (site.web && !site.start)) &&
  Object.keys(site.expect).some((id) => /^tls\.(chain|name|expiry|key|signature|protocol|cipher|stapling)/.test(id)));
before(async () => {
  lab = await Lab.start([CLEAN, ...sites]);
}, { timeout: 60_000 });

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
  assert.ok(existsSync(file), "testssl.sh wrote nothing");
  return (JSON.parse(readFileSync(file, "utf8")) as Finding[])
    .filter((found) => (found.severity === "HIGH" || found.severity === "CRITICAL") && !(found.id in NOT_OURS));
}

for (const site of [CLEAN, ...sites]) {
  test(`testssl.sh and Doorward agree on ${site.name}`, { timeout: 240_000 }, async (t) => {
    const one = lab.find(site.name);
    const started = Date.now();
    const theirs = await testssl(one, site);
    const between = Date.now();
    const ours = Object.keys(faults(await lab.report(one, ["--only", "L2"])));
    t.diagnostic(`testssl.sh (${site.certificate ? "certificate" : "protocols and ciphers"}) ${between - started} ms, doorward ${Date.now() - between} ms`);
    for (const found of theirs) {
      const same = OURS.find(([prefix]) => found.id.startsWith(prefix))?.[1];
      assert.ok(same && ours.some((id) => same.test(id)), `testssl.sh: ${found.id}: ${found.finding}; Doorward: ${ours.join(" ") || "nothing"}`);
    }
  });
}
