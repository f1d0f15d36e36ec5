// SPDX-License-Identifier: Apache-2.0
// A second opinion on zones: what zonemaster calls an ERROR or CRITICAL in the laboratory, Doorward finds too, or it
// stands here why not. Wall times of the same run are printed, not asserted.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { run } from "./harness/child.ts";
import { CLEAN, Lab } from "./lab/lab.ts";
import { faults } from "./lab/matrix.ts";
import { PARENT } from "./lab/names.ts";
import type { Placed } from "./lab/site.ts";
import { DNS_SITES } from "./lab/sites/dns.ts";

/** Tags that say something of the laboratory, or that we do not share, with the reason. */
const NOT_OURS: Record<string, string> = {
  NAMESERVER_IP_PRIVATE_NETWORK: "all name servers of the laboratory are on loopback",
};

/** What finds the same here, by tag. */
const OURS: [RegExp, RegExp][] = [
  [/^(DS_BUT_NOT_DNSKEY|NO_RESPONSE_DNSKEY|SOA_NOT_EXISTS|IS_A_RECURSOR)$/, /^dns\.ns\.lame/],
  [/^NOT_ENOUGH_/, /^dns\.ns\.(single|delegation)/],
  [/SAME_IP/, /^dns\.ns\.same-network/],
  [/^IN_BAILIWICK_ADDR_MISMATCH$/, /^dns\.ns\.glue/],
  [/^CAN_NOT_BE_RESOLVED$/, /^dns\.dangling\.ns/],
];

let lab: Lab;
before(async () => {
  lab = await Lab.start([CLEAN, ...DNS_SITES], 53); // zonemaster knows no other port
  writeFileSync(join(lab.folder, "hints"), `. 3600 IN NS ns.lab-parent.test.\nns.lab-parent.test. 3600 IN A ${PARENT}\n`);
}, { timeout: 120_000 });

interface Found {
  level: string;
  tag: string;
}

async function zonemaster(one: Placed): Promise<string[]> {
  const ended = await run("zonemaster-cli", [one.domain, "--hints", join(lab.folder, "hints"), "--no-ipv6", "--level", "ERROR",
    "--no-progress", "--json"], { seconds: 120 });
  const tags = (JSON.parse(ended.stdout || "[]") as Found[]).map((found) => found.tag);
  return [...new Set(tags)].filter((tag) => !(tag in NOT_OURS));
}

for (const site of [CLEAN, ...DNS_SITES]) {
  test(`zonemaster and Doorward agree on ${site.name}`, { timeout: 180_000 }, async (t) => {
    const one = lab.find(site.name);
    const started = Date.now();
    const theirs = await zonemaster(one);
    const between = Date.now();
    const ours = Object.keys(faults(await lab.report(one, ["--only", "L1"])));
    t.diagnostic(`zonemaster ${between - started} ms, doorward ${Date.now() - between} ms; theirs ${theirs.join(" ")}; ours ${ours.join(" ")}`);
    for (const tag of theirs) {
      const same = OURS.find(([pattern]) => pattern.test(tag))?.[1];
      assert.ok(same && ours.some((id) => same.test(id)), `zonemaster: ${tag}; Doorward: ${ours.join(" ") || "nothing"}`);
    }
  });
}
