// SPDX-License-Identifier: Apache-2.0
// Faults of SPF and DMARC. No web server is needed, so MTA-STS is off.
import type { Placed, Site, State } from "../site.ts";
import type { Zone } from "../zone.ts";

const RUA = (self: Placed): string => `rua=mailto:dmarc@${self.domain}`;

function site(name: string, expect: Record<string, State>, change: (zone: Zone, self: Placed) => void, more: Partial<Site> = {}): Site {
  const zone = (zone: Zone, self: Placed): void => { zone.remove("_mta-sts"); change(zone, self); };
  return { name, expect, only: "email.*", web: null, zone, ...more };
}

/** A site with this SPF record; SELF is its domain. Others are records of names below it. */
function spf(name: string, state: State, record: string, below: Record<string, string> = {}, more: Partial<Site> = {}): Site {
  const id = `email.spf.${name.replace(/-\d+$/, "")}`;
  return site(`spf-${name}`, { [id]: state }, (zone, self) => {
    zone.setTxt("", record.replaceAll("SELF", self.domain));
    for (const [label, text] of Object.entries(below)) zone.txt(label, text.replaceAll("SELF", self.domain));
  }, more);
}

function dmarc(name: string, state: State, ...records: string[]): Site {
  const id = `email.dmarc.${name.replace(/-\d+$/, "")}`;
  return site(`dmarc-${name}`, { [id]: state }, (zone, self) => {
    zone.setTxt("_dmarc", ...records.map((text) => text.replaceAll("RUA", RUA(self))));
  });
}

const COUNT = [1, 2, 3, 4, 5, 6];
const NETWORKS = Array.from({ length: 80 }, (_, i) => `ip4:198.51.100.${i}`).join(" ");

export const SPF_SITES: Site[] = [
  site("spf-missing", { "email.spf.missing": "fail" }, (zone) => zone.remove("", "TXT")),
  site("spf-multiple", { "email.spf.multiple": "fail" }, (zone) => zone.txt("", "v=spf1 ip4:198.51.100.1 ~all")),
  site("spf-string-length", { "email.spf.string-length": "fail" }, (zone) => zone.set("", "TXT", '"v=spf1 mx" "ip4:198.51.100.1 -all"')),
  spf("syntax", "fail", "v=spf1 mx ip4:198.51.100.256 -all"),
  spf("syntax-2", "fail", "v=spf1 mx a:198.51.100.1 ipv4:198.51.100.2, -all"),
  spf("size", "warn", `v=spf1 mx ${NETWORKS} -all`),
  spf("lookup-limit", "fail", `v=spf1 mx ${COUNT.map((i) => `include:s${i}.SELF`).join(" ")} -all`,
    Object.fromEntries(COUNT.map((i) => [`s${i}`, `v=spf1 a:mx.lab.test ip4:198.51.100.${i} -all`]))),
  spf("void-limit", "fail", "v=spf1 mx a:x1.SELF a:x2.SELF a:x3.SELF -all"),
  spf("loop", "fail", "v=spf1 mx include:_a.SELF -all", { _a: "v=spf1 include:_b.SELF -all", _b: "v=spf1 include:_a.SELF -all" }),
  spf("include-missing", "fail", "v=spf1 mx include:gone.SELF -all"),
  spf("plus-all", "fail", "v=spf1 mx +all"),
  spf("plus-all-2", "fail", "v=spf1 mx include:_a.SELF -all", { _a: "v=spf1 +all" }),
  spf("neutral-all", "warn", "v=spf1 mx ?all"),
  spf("no-all", "warn", "v=spf1 mx"),
  spf("ptr", "warn", "v=spf1 mx ptr -all"),
  spf("redirect-with-all", "warn", "v=spf1 mx redirect=_a.SELF -all"),
  spf("after-all", "warn", "v=spf1 mx -all ip4:198.51.100.1"),
  spf("undeclared", "warn", "v=spf1 mx include:clean.test -all", {}, { launch: () => "mail:\n  senders: [postmark]\n  selectors: [default]\n" }),
  spf("declared-missing", "fail", "v=spf1 mx -all", {}, { launch: () => "mail:\n  senders: [google-workspace]\n" }),
  site("spf-parked", { "email.spf.parked": "fail" }, (zone) => zone.set("", "MX", "0 .").setTxt("", "v=spf1 ~all")),
  site("dmarc-missing", { "email.dmarc.missing": "fail" }, (zone) => zone.remove("_dmarc")),
  dmarc("multiple", "fail", "v=DMARC1; p=reject; RUA", "v=DMARC1; p=quarantine; RUA"),
  dmarc("syntax", "fail", "v=DMARC1; p=quarantin; RUA"),
  dmarc("syntax-2", "fail", "v=dmarc1; p=reject; RUA"),
  dmarc("policy-none", "fail", "v=DMARC1; p=none; RUA"),
  dmarc("subdomain-weaker", "warn", "v=DMARC1; p=reject; sp=none; RUA"),
  dmarc("no-rua", "warn", "v=DMARC1; p=reject"),
  dmarc("removed-tag", "warn", "v=DMARC1; p=reject; pct=20; RUA"),
  dmarc("test-mode", "warn", "v=DMARC1; p=reject; t=y; RUA"),
  site("dmarc-external-rua", { "email.dmarc.external-rua": "fail" }, (zone) => {
    zone.setTxt("_dmarc", "v=DMARC1; p=reject; rua=mailto:reports@clean.test");
  }, { noRepair: "the record belongs into the zone of whoever gets the reports" }),
  site("dmarc-alignment", { "email.dmarc.alignment": "fail" }, () => {}, {
    launch: () => "mail:\n  senders: [mailchimp]\n", noRepair: "only the sender knows the key",
  }),
];
